"""The panel 分类 of a customer's page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from vouch.grading.models import Classification, Freeze, Standing
from vouch.grading.queries.classing import classes_of, open_classes
from vouch.grading.queries.consequences import Bound, Consequence, bound_of, consequences_of
from vouch.grading.queries.freeze import freezes_of
from vouch.grading.terms import BINDING, ClassState
from vouch.parties.models import Party
from vouch.policy import queries as policies

MOST_HISTORY = 50


@dataclass(frozen=True, slots=True)
class ClassPanel:
    """Both axes of a customer: which class, since when, until when, what it binds, what waits, and what was before."""

    standing: Standing | None
    held: Classification | None
    bound: Bound
    value_about: str
    waiting: Classification | None
    consequences: Sequence[Consequence]
    freezes: Sequence[Freeze]
    history: Sequence[Classification]
    # For an inspection of another period the present is not shown.
    is_hidden: bool = False

    @property
    def differs(self) -> bool:
        """Whether the last assessment says another class than the one in effect."""
        found = self.standing
        return found is not None and found.assessed_class not in {"", found.risk_class}


def class_panel(party: Party, *, at: datetime, period: tuple[date, date] | None = None) -> ClassPanel:
    """What the panel shows of a customer; the caller has checked visibility.

    Of those of an inspection: what began within its period, and the present only if that rests on a day in it.
    """
    customer = party.canonical_id or party.pk
    found = classes_of(customer)
    standing = Standing.objects.select_related("policy__scorecard").filter(party=customer).first()
    if period is not None:
        found = found.filter(proposed_at__date__range=period)
        if standing is None or not period[0] <= standing.as_of <= period[1]:
            return _past(list(found[:MOST_HISTORY]))
    history = list(found[:MOST_HISTORY])
    binding = [row for row in history if row.state in BINDING]
    waiting = open_classes([customer]).get(customer)
    return ClassPanel(
        standing=standing,
        held=max(binding, key=lambda row: (row.class_rank, row.pk), default=None),
        bound=bound_of([customer], at=at)[customer],
        value_about=_value_about(standing),
        waiting=waiting,
        consequences=_foretold(waiting, at=at),
        freezes=[one for one in freezes_of(customer)[:MOST_HISTORY] if one.lifted_at is None],
        history=history,
    )


def _past(history: Sequence[Classification]) -> ClassPanel:
    return ClassPanel(None, None, Bound(), "", None, (), (), history, is_hidden=True)


def _value_about(standing: Standing | None) -> str:
    if standing is None:
        return ""
    values = policies.policy_of(standing.policy).values
    return next((line.about for line in values if line.name == standing.value_class), "")


def _foretold(waiting: Classification | None, *, at: datetime) -> tuple[Consequence, ...]:
    if waiting is None or waiting.state != ClassState.IN_REVIEW:
        return ()
    try:
        return consequences_of([waiting], at=at)[waiting.pk]
    except policies.NoPolicyInForceError:
        return ()
