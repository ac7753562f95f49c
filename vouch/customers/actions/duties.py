"""Taxes, electricity, water and gas: tables and lines that people enter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.customers import permissions
from vouch.customers.actions.files import SHEET_KINDS
from vouch.customers.actions.materials import MaterialDetails, WrongMaterial, lay_down
from vouch.customers.models import Material, TaxPeriod, UtilityBill
from vouch.customers.queries.duties import BillLine, TaxLine, same_lines
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, action


@action("customers.taxes.recorded", may=permissions.may_record_material)
def record_taxes(
    entry: Entry,
    *,
    actor: Actor,
    at: datetime,
    party: Party,
    details: MaterialDetails,
    lines: Sequence[TaxLine],
    content: bytes | None = None,
) -> Material:
    """Keep what was declared and paid; the same lines again change nothing. Raises WrongMaterial, WrongFile, Refused."""
    days = [day for line in lines for day in (line.period_until, line.paid_on)]
    material, is_new = _laid_down(
        entry, actor=actor, at=at, party=party, said=(details, lines, days), content=content
    )
    if is_new:
        TaxPeriod.objects.bulk_create([TaxPeriod(material=material, **asdict(line)) for line in lines])
    return material


@action("customers.bills.recorded", may=permissions.may_record_material)
def record_bills(
    entry: Entry,
    *,
    actor: Actor,
    at: datetime,
    party: Party,
    details: MaterialDetails,
    lines: Sequence[BillLine],
    content: bytes | None = None,
) -> Material:
    """Keep what was consumed and paid; the same lines again change nothing. Raises WrongMaterial, WrongFile, Refused."""
    days = [day for line in lines for day in (line.month, line.paid_on)]
    material, is_new = _laid_down(
        entry, actor=actor, at=at, party=party, said=(details, lines, days), content=content
    )
    if is_new:
        UtilityBill.objects.bulk_create([UtilityBill(material=material, **asdict(line)) for line in lines])
    return material


def _laid_down(
    entry: Entry,
    *,
    actor: Actor,
    at: datetime,
    party: Party,
    said: tuple[MaterialDetails, Sequence[TaxLine] | Sequence[BillLine], Sequence[date | None]],
    content: bytes | None,
) -> tuple[Material, bool]:
    """The material, and whether it is new."""
    details, lines, days = said
    if not lines:
        raise WrongMaterial("lines", _("没有读出任何一行，不能保存。"))
    # Of the same table sent twice at once, the second waits and finds the first.
    Party.objects.select_for_update(no_key=True).get(pk=party.pk)
    if (known := same_lines(party.pk, details.kind, lines)) is not None:
        entry.nothing()
        return known, False
    today = timezone.localdate(at)
    if late := [day for day in days if day is not None and day > today]:
        raise WrongMaterial("lines", _("日期 %(day)s 晚于今天。") % {"day": max(late)})
    material = lay_down(
        actor=actor, at=at, party=party, details=details, content=content, allowed=SHEET_KINDS
    )
    entry.about("material", material.pk, after={"kind": material.kind, "rows": len(lines)})
    return material, True
