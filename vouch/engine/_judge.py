"""The policy as one plain Python function: facts of a customer in, a verdict in bare numbers out.

`decide` puts the verdict into words; `decide_many` reaches the same verdicts column by column.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from vouch.engine.facts import FactKind, Value
from vouch.engine.policy import Policy, Step
from vouch.engine.rules.python import Printer, compiled
from vouch.engine.scorecard import Attribute, AttributeKind


class Verdict(NamedTuple):
    """A decision in bare numbers; places count from 0 in the policy's own lists.

    `hits` and `missing` have one bit per knock-out and per required fact. `grade` is the place of the grade by score.
    Steps are empty unless the customer is graded. `path_rule` is the exception that chose the path, -1 for none.
    """

    hits: int
    missing: int
    picks: tuple[int, ...]
    score: int
    grade: int
    limit_steps: tuple[int | None, ...]
    fee_steps: tuple[int | None, ...]
    path_rule: int


Judge = Callable[[Mapping[str, Value]], Verdict]


def compile_judge(policy: Policy) -> Judge:
    """Return the generated function; it is built only from the checked tree."""
    variables = {fact.name: f"v{place}" for place, fact in enumerate(policy.facts)}
    printer = _Lines(variables)
    extra: dict[str, object] = {"Verdict": Verdict}
    for fact in policy.facts:
        name = variables[fact.name]
        printer.lines.append(f"{name} = row.get({fact.name!r})")
        if fact.kind is FactKind.DATE:
            printer.lines.append(f"if {name} is not None: {name} = {name}.toordinal()")
    _print_rules(policy, printer)
    picks = _print_card(policy, printer, extra)
    printer.lines.append(
        f"if hits or missing: return Verdict(hits, missing, {picks}, score, grade, (), (), -1)"
    )
    _print_results(policy, printer, extra)
    limit, fee = (_print_steps(steps, printer) for steps in (policy.limit_steps, policy.fee_steps))
    conditions = [printer.true(rule.condition) for rule in policy.path_rules]
    chosen = "".join(f"{place} if {condition} else " for place, condition in enumerate(conditions)) + "-1"
    printer.lines.append(f"return Verdict(0, 0, {picks}, score, grade, {limit}, {fee}, {chosen})")
    judge: Judge = compiled("judge", parameters="row", lines=printer.lines, extra=extra)
    return judge


class _Lines(Printer):
    """A printer whose variables grow as results become known."""

    def __init__(self, variables: dict[str, str]) -> None:
        super().__init__(variables)
        self.variables = variables


def _print_rules(policy: Policy, printer: _Lines) -> None:
    printer.lines.append("hits = 0")
    for place, rule in enumerate(policy.knock_outs):
        condition = printer.true(rule.condition)
        printer.lines.append(f"if {condition}: hits |= {1 << place}")
    printer.lines.append("missing = 0")
    for place, fact in enumerate(policy.required):
        printer.lines.append(f"if {printer.variables[fact.name]} is None: missing |= {1 << place}")


def _print_card(policy: Policy, printer: _Lines, extra: dict[str, object]) -> str:
    """Print score and grade; return the source of the tuple of picks."""
    for place, attribute in enumerate(policy.card.attributes):
        extra[f"P{place}"] = tuple(outcome.points for outcome in attribute.outcomes)
        extra[f"C{place}"] = _codes(attribute, policy.fact_by_name[attribute.fact].kind)
        source = _pick_source(attribute, printer.variables[attribute.fact], codes=f"C{place}")
        printer.lines.append(f"p{place} = {source}")
    places = range(len(policy.card.attributes))
    total = " + ".join(f"P{place}[p{place}]" for place in places)
    printer.lines.append(f"score = {policy.card.base_points} + {total}")
    bands = [f"{place} if score >= {grade.floor} else " for place, grade in enumerate(policy.grades[:-1])]
    printer.lines.append(f"grade = {''.join(bands)}{len(policy.grades) - 1}")
    return "(" + "".join(f"p{place}, " for place in places) + ")"


def _codes(attribute: Attribute, kind: FactKind) -> Mapping[int | str, int]:
    if kind is FactKind.BOOLEAN:
        other = attribute.missing - 1
        return {True: attribute.codes.get("true", other), False: attribute.codes.get("false", other)}
    return attribute.codes


def _pick_source(attribute: Attribute, value: str, *, codes: str) -> str:
    if attribute.kind is AttributeKind.CATEGORY:
        found = f"{codes}.get({value}, {attribute.missing - 1})"
    else:
        found = _search(attribute.splits, value, 0, len(attribute.splits))
        if attribute.codes:
            found = f"{codes}[{value}] if {value} in {codes} else {found}"
    return f"{attribute.missing} if {value} is None else {found}"


def _search(splits: tuple[int, ...], value: str, low: int, high: int) -> str:
    """Return a binary search over the splits as nested conditionals."""
    if low == high:
        return str(low)
    middle = (low + high) // 2
    below, above = _search(splits, value, low, middle), _search(splits, value, middle + 1, high)
    return f"({below} if {value} < {splits[middle]} else {above})"


def _print_results(policy: Policy, printer: _Lines, extra: dict[str, object]) -> None:
    """Print what the formulas may use beside facts."""
    classes = [policy.classes[place] for place in policy.class_of_grade]
    tables: dict[str, tuple[object, ...]] = {
        "grade": tuple(grade.name for grade in policy.grades),
        "class": tuple(found.name for found in classes),
        "class.max_limit": tuple(found.max_limit for found in classes),
        "class.fee_from": tuple(found.fee_from for found in classes),
        "class.fee_to": tuple(found.fee_to for found in classes),
    }
    printer.variables["score"] = "score"
    for place, (name, table) in enumerate(tables.items()):
        extra[f"G{place}"] = table
        printer.lines.append(f"g{place} = G{place}[grade]")
        printer.variables[name] = f"g{place}"


def _print_steps(steps: tuple[Step, ...], printer: _Lines) -> str:
    """Print the steps in order; return the source of the tuple of their values."""
    for step in steps:
        value = printer.value(step.formula)
        variable = f"s{len(printer.variables)}"
        printer.lines.append(f"{variable} = {value}")
        printer.variables[step.name] = variable
    return "(" + "".join(f"{printer.variables[step.name]}, " for step in steps) + ")"
