"""When a customer's class moves: a worsening at once, an improvement once it has held and cleared its band.

The class in effect is not the class of the last assessment. Between the two stand these rules, which know no clock and no table:
whoever asks says what is in effect, what was seen so far, and which day it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from vouch.engine.facts import Value
from vouch.engine.policy import Policy, ValueClass


class Move(StrEnum):
    """What follows from an assessment."""

    NONE = "none"
    FIRST = "first"
    WORSEN = "worsen"
    WATCH = "watch"
    IMPROVE = "improve"
    FADE = "fade"
    REMAP = "remap"


@dataclass(frozen=True, slots=True)
class Seen:
    """What an assessment said: the class and the score; None where it graded nobody."""

    risk_class: str | None
    score: int | None


@dataclass(frozen=True, slots=True)
class Step:
    """The move, the class that it leads to, and since when each better class has held without a break."""

    move: Move
    target: str = ""
    holding: Mapping[str, date] = field(default_factory=dict)


def next_step(
    policy: Policy, held: str | None, holding: Mapping[str, date], *, seen: Seen, today: date
) -> Step:
    """What follows for a customer whose class in effect is ``held`` (None: none yet).

    FIRST: no class so far, this is it. WORSEN: freeze and review. WATCH: a better class holds, not yet long enough. IMPROVE: it has
    held for its whole cool-down. FADE: what was watched no longer holds. REMAP: the policy no longer knows the class in effect.
    """
    ranks = {found.name: rank for rank, found in enumerate(policy.classes)}
    if seen.risk_class is None or seen.risk_class not in ranks:
        return Step(Move.FADE if holding else Move.NONE)
    if held is None or held not in ranks:
        return Step(Move.FIRST if held is None else Move.REMAP, seen.risk_class)
    if ranks[seen.risk_class] > ranks[held]:
        return Step(Move.WORSEN, seen.risk_class)
    return _upwards(policy, held, holding, seen=seen, today=today)


def _upwards(policy: Policy, held: str, holding: Mapping[str, date], *, seen: Seen, today: date) -> Step:
    """Of the classes between the one seen and the one in effect: which hold, and whether one has held long enough."""
    names = [found.name for found in policy.classes]
    between = names[names.index(seen.risk_class or held) : names.index(held)]
    since = {name: holding.get(name, today) for name in between if _clears(policy, name, seen.score)}
    if not since:
        return Step(Move.FADE if holding else Move.NONE)
    ripe = [name for name in since if today >= ripe_on(policy, name, since[name])]
    if ripe:
        return Step(Move.IMPROVE, ripe[0], since)
    return Step(Move.WATCH, min(since, key=lambda name: ripe_on(policy, name, since[name])), since)


def ripe_on(policy: Policy, name: str, since: date) -> date:
    """The day on which an improvement into the class has held for its whole cool-down."""
    return since + timedelta(days=policy.class_by_name[name].cool_down_days)


def is_worse(policy: Policy, name: str, than: str) -> bool:
    """Whether a class stands below another; one that the policy does not know stands nowhere."""
    ranks = {found.name: rank for rank, found in enumerate(policy.classes)}
    return name in ranks and than in ranks and ranks[name] > ranks[than]


def _clears(policy: Policy, name: str, score: int | None) -> bool:
    floor = policy.class_floors[name]
    return floor is None or (score is not None and score >= floor + policy.class_by_name[name].improve_band)


def value_of(policy: Policy, row: Mapping[str, Value]) -> ValueClass | None:
    """The customer's class of value by these facts; None where the policy does not speak of value."""
    for line, test in policy.value_tests:
        if test is None or test(row) is True:
            return line
    return None
