"""Decisions that wait for a second person: limits, classes, departures from the model, and what the institution says of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from vouch.grading import permissions as judging
from vouch.grading import queries as grading
from vouch.grading.terms import LimitState
from vouch.platform.identity.actor import Actor
from vouch.policy import permissions as ruling
from vouch.policy.queries import versions
from vouch.policy.queries.figures import figures
from vouch.policy.queries.rule import exceptions_visible_to, rules
from vouch.policy.queries.setting import settings
from vouch.policy.terms import PolicyState, SignedState


@dataclass(frozen=True, slots=True)
class Waiting:
    """One kind of decision, how many of it wait for this person, and where they are."""

    title: str
    count: int
    url: str
    icon: str


def decisions(actor: Actor) -> list[Waiting]:
    """What this person may decide and did not propose; kinds of which nothing waits are left out."""
    return [one for one in (*_judgements(actor), *_of_the_house(actor)) if one.count]


def _judgements(actor: Actor) -> Iterator[Waiting]:
    if judging.may_decide_some_limit(actor):
        proposed = grading.limits_visible_to(actor).filter(state=LimitState.PROPOSED)
        count = proposed.exclude(proposed_by_id=actor.id).count()
        yield Waiting(_("待批准的额度"), count, f"{reverse('grading:limits')}?standing=waiting", "gauge")
    if judging.may_review_classes(actor):
        yield Waiting(
            _("待复核的分类"), grading.waiting_classes(actor), reverse("grading:reviews"), "arrows-exchange"
        )
    if judging.may_decide_waiting(actor):
        overrides, advice = grading.waiting_overrides(actor), grading.advice_visible_to(actor).count()
        yield Waiting(_("待批准的人工调整"), overrides, reverse("grading:overrides"), "user-edit")
        yield Waiting(_("待人确认的系统建议"), advice, reverse("grading:advice"), "user-check")


def _of_the_house(actor: Actor) -> Iterator[Waiting]:
    """These rows are few, and whether one waits for this person is asked of each."""
    kinds: tuple[tuple[str, QuerySet[Any], Callable[[Actor, Any], bool], str, str], ...] = (
        (
            _("待确认的机构数据"),
            figures(),
            ruling.may_sign_figures,
            "policy:figures",
            "report-money",
        ),
        (
            _("待确认的监管口径"),
            settings(),
            ruling.may_sign_setting,
            "policy:settings",
            "adjustments",
        ),
        (_("待确认的规则"), rules(), ruling.may_sign_rule, "policy:rules", "gavel"),
        (
            _("待批准的规则例外"),
            exceptions_visible_to(actor),
            ruling.may_sign_exception,
            "policy:exceptions",
            "gavel",
        ),
    )
    for title, rows, may, place, icon in kinds:
        count = sum(may(actor, row) for row in rows.filter(state=SignedState.PROPOSED))
        yield Waiting(title, count, reverse(place), icon)
    open_versions = versions().filter(state__in=(PolicyState.DRAFT, PolicyState.REVIEWED))
    steps = {PolicyState.DRAFT.value: ruling.may_review, PolicyState.REVIEWED.value: ruling.may_publish}
    count = sum(steps[row.state](actor, row) for row in open_versions)
    yield Waiting(_("待复核或发布的政策"), count, reverse("policy:versions"), "scale")
