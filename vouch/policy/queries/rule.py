"""Questions about the rule library and its exceptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vouch.parties.queries import visible_to
from vouch.platform.identity.actor import Actor
from vouch.policy.models import Rule, RuleException
from vouch.policy.queries.signed import signed_by
from vouch.policy.terms import LAWYER_AT, SignedState


def rules() -> QuerySet[Rule]:
    """Every version of every rule, by code, the newest first."""
    return Rule.objects.order_by("code", "-version")


def rules_in_force(*, at: datetime, province: str = "", step: str = "") -> list[Rule]:
    """The rules that hold at a moment, of a step if one is named; a province's are those of this one."""
    day = timezone.localdate(at)
    found: dict[str, Rule] = {}
    for row in signed_by(rules(), at).filter(starts_on__lte=day).order_by("code", "-starts_on", "-version"):
        found.setdefault(row.code, row)
    return [
        row
        for row in found.values()
        if (row.ends_on is None or row.ends_on > day)
        and (not row.province or row.province == province)
        and (not step or step in row.steps)
    ]


def exceptions() -> QuerySet[RuleException]:
    """Every exception with its rule and customer, and how often it was used; the newest first."""
    return (
        RuleException.objects.select_related("rule", "party")
        .annotate(use_count=Count("uses"))
        .order_by("-proposed_at", "-pk")
    )


def live_exceptions(*, on: date, at: datetime) -> QuerySet[RuleException]:
    """Those that hold: signed, begun, neither expired nor revoked."""
    return signed_by(RuleException.objects.all(), at).filter(
        Q(revoked_at=None) | Q(revoked_at__gt=at), starts_on__lte=on, ends_on__gt=on
    )


TOUCHED: Mapping[str, Any] = {
    "policy:ratios": _("监管指标"),
    "policy:figures": _("机构数据"),
    "policy:settings": _("监管口径"),
    "policy:versions": _("评估政策"),
    "business:register": _("在保台账"),
    "desk:relations": _("关系与集团"),
    "desk:buildings": _("楼栋"),
}
"""Addresses of pages that a rule may touch; a room above is named by its address alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesWanted:
    """What the library is cut down to; empty values cut nothing."""

    text: str = ""
    jurisdiction: str = ""
    severity: str = ""
    step: str = ""
    role: str = ""
    needs_lawyer: bool = False


def newest_rules(wanted: RulesWanted) -> QuerySet[Rule]:
    """Of each code its newest version, whether signed or waiting."""
    newest = Rule.objects.filter(code=OuterRef("code")).order_by("-version").values("pk")[:1]
    found = Rule.objects.filter(pk=Subquery(newest))
    exact = {"jurisdiction": wanted.jurisdiction, "severity": wanted.severity}
    found = found.filter(**{name: value for name, value in exact.items() if value})
    if wanted.step:
        found = found.filter(steps__contains=[wanted.step])
    if wanted.role:
        found = found.filter(roles__contains=[wanted.role])
    if wanted.needs_lawyer:
        found = found.filter(confidence__lte=LAWYER_AT)
    if wanted.text:
        text = wanted.text.strip()
        found = found.filter(
            Q(code__icontains=text)
            | Q(title__icontains=text)
            | Q(article__icontains=text)
            | Q(text__icontains=text)
        )
    return found


def history_of(rule: Rule) -> QuerySet[Rule]:
    """Every version of its code, the newest first."""
    return Rule.objects.filter(code=rule.code).order_by("-version")


def stands(rule: Rule, *, on: date) -> str:
    """Where a version stands on a day, in words."""
    if rule.state != SignedState.CONFIRMED:
        return str(rule.get_state_display())
    if rule.starts_on > on:
        return str(_("尚未施行"))
    if rule.ends_on is not None and rule.ends_on <= on:
        return str(_("已失效"))
    newer = Rule.objects.filter(
        code=rule.code, version__gt=rule.version, state=SignedState.CONFIRMED, starts_on__lte=on
    )
    return str(_("已被新版取代") if newer.exists() else _("施行中"))


def exceptions_visible_to(actor: Actor) -> QuerySet[RuleException]:
    """Those for everybody, and those of customers that the actor sees."""
    return RuleException.objects.filter(Q(party=None) | Q(party__in=visible_to(actor)))


def validity_of(row: RuleException) -> str:
    """Whether it holds today, in words."""
    today = timezone.localdate()
    if row.state != SignedState.CONFIRMED:
        return str(row.get_state_display())
    if row.revoked_at is not None:
        return str(_("已撤销"))
    if row.ends_on <= today:
        return str(_("已到期"))
    return str(_("未开始") if row.starts_on > today else _("有效"))
