"""怎样可通过: the smallest changes of one or two attributes that lift a customer to a better grade, class or limit.

Each suggestion is not estimated but decided: the facts are changed to the nearest value of a better bin and judged
again by the whole policy, knock-outs included.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from vouch.engine._explain import limit_of, outcome_of
from vouch.engine._judge import Verdict
from vouch.engine.decide import judge_of
from vouch.engine.decision import Outcome
from vouch.engine.facts import FactKind, Value
from vouch.engine.policy import Policy
from vouch.engine.rules.words import shown_fact
from vouch.engine.scorecard import Attribute, AttributeKind, Place

MAX_SUGGESTIONS = 6
MAX_PAIRED = 8
"""Pairs are tried among at most this many attributes, those with the most points to gain."""


@dataclass(frozen=True, slots=True)
class Change:
    """One attribute moved to a better outcome, in the words of the card."""

    attribute: str
    fact: str
    title: str
    before: str
    after: str
    value: Value
    points: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What would follow if these changes came true. Limits in fen."""

    changes: tuple[Change, ...]
    grade_before: str
    grade: str
    class_before: str
    customer_class: str
    limit_before: int
    limit: int
    text: str


def suggestions(policy: Policy, row: Mapping[str, Value]) -> list[Suggestion]:
    """Return the ways up for a graded customer, fewest changes and fewest points first; none for others.

    Single changes come first; pairs are tried only among attributes that no single change already lifts.
    """
    judge = judge_of(policy)
    now = judge(row)
    if outcome_of(now) is not Outcome.GRADED or now.grade == 0:
        return []
    singles = list(_changes(policy, row, now))
    found: list[Suggestion] = []
    lifting: set[str] = set()
    for change in sorted(singles, key=lambda change: change.points):
        if change.attribute not in lifting and (better := _decided(policy, row, now, (change,))):
            lifting.add(change.attribute)
            found.append(better)
    rest = [change for change in _largest_each(singles) if change.attribute not in lifting]
    rest.sort(key=lambda change: -change.points)
    pairs = sorted(combinations(rest[:MAX_PAIRED], 2), key=lambda pair: pair[0].points + pair[1].points)
    for pair in pairs:
        if len(found) >= MAX_SUGGESTIONS:
            break
        if better := _decided(policy, row, now, pair):
            found.append(better)
    return found[:MAX_SUGGESTIONS]


def _changes(policy: Policy, row: Mapping[str, Value], now: Verdict) -> Iterator[Change]:
    """Yield every move of one attribute to a bin that gives more points."""
    for attribute, pick in zip(policy.card.attributes, now.picks, strict=True):
        if not policy.fact_by_name[attribute.fact].changeable:
            continue
        current = attribute.outcomes[pick]
        for place, outcome in enumerate(attribute.outcomes):
            if outcome.place is Place.BIN and outcome.points > current.points:
                yield Change(
                    attribute=attribute.name,
                    fact=attribute.fact,
                    title=attribute.title,
                    before=current.label,
                    after=outcome.label,
                    value=_nearest(policy, attribute, place, row.get(attribute.fact)),
                    points=outcome.points - current.points,
                )


def _nearest(policy: Policy, attribute: Attribute, place: int, value: Value) -> Value:
    """Return the value of that bin which is nearest to the present one."""
    if attribute.kind is AttributeKind.CATEGORY:
        text = attribute.outcomes[place].values[0]
        return text == "true" if policy.fact_by_name[attribute.fact].kind is FactKind.BOOLEAN else text
    splits = attribute.splits
    low = splits[place - 1] if place > 0 else None
    high = splits[place] - 1 if place < len(splits) else None
    if low is not None and (not isinstance(value, int) or value < low):
        return low
    return high if high is not None else low


def _largest_each(changes: Sequence[Change]) -> list[Change]:
    largest: dict[str, Change] = {}
    for change in changes:
        if change.attribute not in largest or change.points > largest[change.attribute].points:
            largest[change.attribute] = change
    return list(largest.values())


def _decided(
    policy: Policy, row: Mapping[str, Value], now: Verdict, changes: tuple[Change, ...]
) -> Suggestion | None:
    """Judge the changed facts; None unless the customer is graded better and its limit is no lower."""
    changed = judge_of(policy)({**row, **{change.fact: change.value for change in changes}})
    limit_before, limit = limit_of(now) or 0, limit_of(changed) or 0
    if outcome_of(changed) is not Outcome.GRADED or changed.grade >= now.grade or limit < limit_before:
        return None
    before, after = policy.grades[now.grade].name, policy.grades[changed.grade].name
    class_before = policy.classes[policy.class_of_grade[now.grade]].name
    class_after = policy.classes[policy.class_of_grade[changed.grade]].name
    steps = "，且".join(f"{change.title}由“{change.before}”变为“{change.after}”" for change in changes)
    ends = [f"等级由{before}升至{after}"]
    if class_before != class_after:
        ends.append(f"分类由{class_before}变为{class_after}")
    if limit != limit_before:
        money = FactKind.MONEY
        ends.append(f"建议额度由{shown_fact(limit_before, money)}变为{shown_fact(limit, money)}")
    return Suggestion(
        changes=changes,
        grade_before=before,
        grade=after,
        class_before=class_before,
        customer_class=class_after,
        limit_before=limit_before,
        limit=limit,
        text=f"若{steps}，则{'，'.join(ends)}。",
    )
