"""A whole policy as one SQL query for PostgreSQL or DuckDB: a book judged where it lies, to the same digits.

The book is a table or query with a column per fact, named as the fact: numbers as BIGINT of kept integers (fen,
millionths), text, BOOLEAN, DATE. Every step is a common table expression, so the query reads like the policy.
"""

from collections.abc import Iterable, Sequence

from sqlglot import exp

from vouch.engine.decision import Outcome
from vouch.engine.facts import FactKind
from vouch.engine.policy import Policy
from vouch.engine.rules.sql import Dialect, print_sql
from vouch.engine.scorecard import Attribute, AttributeKind, Place


def print_policy(policy: Policy, *, book: str, dialect: Dialect) -> str:
    """Return a query with `subject`, outcome, score, grade, class, limit, fee_rate and path for each row of the book.

    `book` is the name of a table (or of a common table expression that stands before) with a column `subject`.
    """
    stages: list[tuple[str, list[tuple[str, str]]]] = [
        ("scored", _scored(policy, dialect)),
        ("graded", [("grade", _banded(policy))]),
        ("classed", _classed(policy)),
        *(
            (f"step_{step.name}", [(step.name, print_sql(step.formula, dialect=dialect))])
            for step in (*policy.limit_steps, *policy.fee_steps)
        ),
    ]
    parts, before = [], _name(book)
    for stage, columns in stages:
        added = ", ".join(f"{source} AS {_name(name)}" for name, source in columns)
        parts.append(f"{_name(stage)} AS (SELECT *, {added} FROM {before})")  # noqa: S608 (quoted by sqlglot)
        before = _name(stage)
    return f"WITH {', '.join(parts)} SELECT {', '.join(_results(policy, dialect))} FROM {before}"  # noqa: S608 (quoted by sqlglot)


def _scored(policy: Policy, dialect: Dialect) -> list[tuple[str, str]]:
    hits = [f"COALESCE({print_sql(rule.condition, dialect=dialect)}, FALSE)" for rule in policy.knock_outs]
    missing = [f"{_name(fact.name)} IS NULL" for fact in policy.required]
    points = [_points(policy, attribute) for attribute in policy.card.attributes]
    return [
        ("is_hit", " OR ".join(hits) or "FALSE"),
        ("is_missing", " OR ".join(missing) or "FALSE"),
        ("score", f"CAST({policy.card.base_points} + {' + '.join(points)} AS BIGINT)"),
    ]


def _points(policy: Policy, attribute: Attribute) -> str:
    column = _name(attribute.fact)
    cases = [(f"{column} IS NULL", attribute.outcomes[-1].points)]
    is_boolean = policy.fact_by_name[attribute.fact].kind is FactKind.BOOLEAN
    for code, place in attribute.codes.items():
        if is_boolean:
            value = "TRUE" if code == "true" else "FALSE"
        else:
            value = _text(code) if isinstance(code, str) else str(code)
        cases.append((f"{column} = {value}", attribute.outcomes[place].points))
    for place, split in enumerate(attribute.splits):
        cases.append((f"{column} < {split}", attribute.outcomes[place].points))
    if attribute.kind is AttributeKind.CATEGORY:
        last = next(outcome.points for outcome in attribute.outcomes if outcome.place is Place.OTHER)
    else:
        last = attribute.outcomes[len(attribute.splits)].points
    return _case(((condition, str(points)) for condition, points in cases), otherwise=str(last))


def _banded(policy: Policy) -> str:
    bands = [(f"score >= {grade.floor}", _text(grade.name)) for grade in policy.grades[:-1]]
    return _case(bands, otherwise=_text(policy.grades[-1].name))


def _classed(policy: Policy) -> list[tuple[str, str]]:
    classes = [policy.classes[place] for place in policy.class_of_grade]
    columns = {
        "class": [_text(found.name) for found in classes],
        "class.max_limit": [str(found.max_limit) for found in classes],
        "class.fee_from": [str(found.fee_from) for found in classes],
        "class.fee_to": [str(found.fee_to) for found in classes],
        "class.path": [_text(found.path) for found in classes],
    }
    return [(name, _by_grade(policy, values)) for name, values in columns.items()]


def _by_grade(policy: Policy, values: Sequence[str]) -> str:
    cases = [
        (f"grade = {_text(grade.name)}", value) for grade, value in zip(policy.grades, values, strict=True)
    ]
    return _case(cases[:-1], otherwise=values[-1]) if cases[:-1] else values[-1]


def _results(policy: Policy, dialect: Dialect) -> list[str]:
    knocked = policy.classes[policy.class_of_grade[policy.knocked_out_place]]
    path = _case(
        ((print_sql(rule.condition, dialect=dialect), _text(rule.path)) for rule in policy.path_rules),
        otherwise=_name("class.path"),
    )
    ends: list[tuple[str, str, str, str]] = [
        # name, if knocked out, if insufficient, if graded
        ("outcome", _text(Outcome.KNOCKED_OUT), _text(Outcome.INSUFFICIENT), _text(Outcome.GRADED)),
        ("score", "CASE WHEN is_missing THEN NULL ELSE score END", "NULL", "score"),
        ("grade", _text(policy.knocked_out_grade), "NULL", "grade"),
        ("class", _text(knocked.name), "NULL", "class"),
        ("limit", "0", "NULL", f"CAST({_name('limit')} AS BIGINT)"),
        ("fee_rate", "NULL", "NULL", "CAST(fee_rate AS BIGINT)"),
        ("path", _text(knocked.path), _text(policy.insufficient_path), path),
    ]
    return [
        "subject",
        *(
            f"{_case([('is_hit', hit), ('is_missing', missing)], otherwise=graded)} AS {_name(name)}"
            for name, hit, missing, graded in ends
        ),
    ]


def _case(cases: Iterable[tuple[str, str]], *, otherwise: str) -> str:
    written = "".join(f" WHEN {condition} THEN {value}" for condition, value in cases)
    return f"CASE{written} ELSE {otherwise} END" if written else otherwise


def _name(name: str) -> str:
    return exp.to_identifier(name, quoted=True).sql(dialect=Dialect.POSTGRES.value)


def _text(text: str) -> str:
    return exp.Literal.string(text).sql(dialect=Dialect.POSTGRES.value)
