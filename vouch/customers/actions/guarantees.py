"""Guarantees given: the list of what a customer answers for, as of a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from vouch.customers import permissions
from vouch.customers.actions.files import IMAGE_KINDS, SHEET_KINDS
from vouch.customers.actions.materials import MaterialDetails, WrongMaterial, lay_down
from vouch.customers.models import GivenGuarantee, GuaranteeStatement
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, action


@dataclass(frozen=True, slots=True)
class GuaranteeLine:
    """One guarantee; amounts in yuan."""

    _: KW_ONLY
    beneficiary: str
    kind: str
    amount: Decimal
    balance: Decimal
    tie: str
    bank: str = ""
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class GuaranteesDetails:
    """The list; complete and without a line: the customer answers for nobody."""

    lines: Sequence[GuaranteeLine]
    is_complete: bool = True


@action("customers.guarantees.stated", may=permissions.may_record_material)
def state_guarantees(
    entry: Entry,
    *,
    actor: Actor,
    at: datetime,
    party: Party,
    details: MaterialDetails,
    statement: GuaranteesDetails,
    content: bytes | None = None,
) -> GuaranteeStatement:
    """Note what the customer has guaranteed. Raises WrongMaterial, WrongFile, NoAuthorisation, Refused."""
    if not (statement.lines or statement.is_complete):
        raise WrongMaterial("is_complete", _("补充登记须至少写一笔担保；没有对外担保的，请选完整清单。"))
    for place, line in enumerate(statement.lines, start=1):
        if fault := line_fault(line, as_of=details.as_of):
            raise WrongMaterial("lines", _("第 %(line)d 笔：%(fault)s。") % {"line": place, "fault": fault})
    material = lay_down(
        actor=actor,
        at=at,
        party=party,
        details=details,
        content=content,
        allowed=(*IMAGE_KINDS, *SHEET_KINDS),
    )
    found = GuaranteeStatement.objects.create(material=material, is_complete=statement.is_complete)
    GivenGuarantee.objects.bulk_create(_row(found, line) for line in statement.lines)
    after = {"kind": material.kind, "guarantees": len(statement.lines), "is_complete": found.is_complete}
    entry.about("material", material.pk, after=after)
    return found


def _row(statement: GuaranteeStatement, line: GuaranteeLine) -> GivenGuarantee:
    values = {name: getattr(line, name) for name in GuaranteeLine.__dataclass_fields__ if name != "_"}
    return GivenGuarantee(statement=statement, **values)


def line_fault(line: GuaranteeLine, *, as_of: date) -> str:
    """What is wrong with one guarantee in itself, in Chinese; "" for nothing."""
    if line.balance < 0 or line.amount < 0:
        return _("金额不能为负")
    if line.balance > line.amount:
        return _("担保余额大于担保金额")
    if line.starts_on and line.starts_on > as_of:
        return _("起始日期晚于清单日期")
    if line.starts_on and line.ends_on and line.ends_on < line.starts_on:
        return _("到期日期早于起始日期")
    return ""
