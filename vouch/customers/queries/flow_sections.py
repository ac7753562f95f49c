"""What the sections of bank statements, taxes and bills tell in the file's overview."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Max, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.customers.queries.bank import counted, in_force
from vouch.customers.queries.consent import may_read
from vouch.customers.queries.duties import bills_counted, taxes_counted
from vouch.customers.queries.fact_tiles import facts_told
from vouch.customers.queries.materials import materials_of
from vouch.customers.queries.sections import Holding
from vouch.customers.queries.staged import waiting
from vouch.customers.terms import DataClass, MaterialKind
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor

STALE_DAYS = 90
WHOLE_YEAR = 12


def tell_bank(party: Party, actor: Actor, at: datetime) -> Holding:
    """How many statements, until when, and what does not look right."""
    today = timezone.localdate(at)
    held = in_force(party.pk).aggregate(until=Max("period_until"), count=Sum("transaction_count"))
    statements = in_force(party.pk).count()
    if not may_read(party.pk, DataClass.BANK, at=at):
        # As with credit: how many are kept is our own doing, what they say is the person's.
        return Holding(count=statements, warnings=(_("没有有效的银行流水授权"),) if statements else ())
    warnings = _waiting(party, MaterialKind.BANK)
    if statements:
        breaks = counted(party.pk, as_of=today).filter(gap__isnull=False).count()
        if breaks:
            warnings.append(_("%(count)d 处余额断点") % {"count": breaks})
        warnings += _stale(held["until"], today)
        tiles = facts_told(
            ["bank.window_dressing_months_12m", "bank.months_covered_12m"], party.pk, as_of=today
        )
        if tiles[0].value not in {"0", "—"}:
            warnings.append(_("%(count)s 个月月末冲量") % {"count": tiles[0].value})
        if tiles[1].value != str(WHOLE_YEAR):
            warnings.append(_("近12个月只覆盖 %(count)s 个月") % {"count": tiles[1].value})
    told = _("%(count)d 笔交易") % {"count": held["count"]} if held["count"] else ""
    return Holding(count=statements, as_of=held["until"], told=told, warnings=tuple(warnings))


def tell_taxes(party: Party, actor: Actor, at: datetime) -> Holding:
    """How many materials, until which period, and what is owed."""
    today = timezone.localdate(at)
    count = materials_of(party.pk, kinds=[MaterialKind.TAX], as_of=today).count()
    warnings, until, told = _waiting(party, MaterialKind.TAX), None, ""
    if count:
        rows = taxes_counted(party.pk, as_of=today)
        until = rows.aggregate(until=Max("period_until"))["until"]
        told = _("%(count)d 笔申报") % {"count": rows.count()}
        tiles = facts_told(["tax.arrears", "tax.late_payments_12m"], party.pk, as_of=today)
        if tiles[0].value not in {"0.00", "—"}:
            warnings.append(_("欠税 %(value)s %(unit)s") % {"value": tiles[0].value, "unit": tiles[0].unit})
        if tiles[1].value not in {"0", "—"}:
            warnings.append(_("近12个月逾期 %(count)s 次") % {"count": tiles[1].value})
        warnings += _stale(until, today)
    return Holding(count=count, as_of=until, told=told, warnings=tuple(warnings))


def tell_bills(party: Party, actor: Actor, at: datetime) -> Holding:
    """How many materials, until which month, and what is late."""
    today = timezone.localdate(at)
    count = materials_of(party.pk, kinds=[MaterialKind.UTILITY], as_of=today).count()
    warnings, until, told = _waiting(party, MaterialKind.UTILITY), None, ""
    if count:
        rows = bills_counted(party.pk, as_of=today)
        until = rows.aggregate(until=Max("month"))["until"]
        told = _("%(count)d 个月账单") % {"count": rows.values("month").distinct().count()}
        tiles = facts_told(["utility.overdue_months_12m"], party.pk, as_of=today)
        if tiles[0].value not in {"0", "—"}:
            warnings.append(_("%(count)s 个月逾期") % {"count": tiles[0].value})
        warnings += _stale(until, today)
    return Holding(count=count, as_of=until, told=told, warnings=tuple(warnings))


def _waiting(party: Party, kind: MaterialKind) -> list[str]:
    found = waiting(party.pk, kind=kind).count()
    return [_("%(count)d 个文件待确认") % {"count": found}] if found else []


def _stale(until: date | None, today: date) -> list[str]:
    days = (today - until).days if until else 0
    return [_("已 %(days)d 天没有更新") % {"days": days}] if days > STALE_DAYS else []
