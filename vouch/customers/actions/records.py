"""Public records: what a search of courts, authorities and registers found, or that it found nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from vouch.customers import permissions
from vouch.customers.actions.files import IMAGE_KINDS, SHEET_KINDS
from vouch.customers.actions.materials import MaterialDetails, WrongMaterial, lay_down
from vouch.customers.models import PublicRecord, RecordSearch
from vouch.customers.terms import LawsuitSide, RecordKind, RecordState
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, action

SEARCH_FILES = (*IMAGE_KINDS, *SHEET_KINDS)
"""What shows a search: a screenshot, a print, or the table that was downloaded."""


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One case, decision or entry; ``side`` for lawsuits alone, amounts in yuan."""

    _: KW_ONLY
    kind: str
    opened_on: date
    state: str = RecordState.OPEN
    side: str = ""
    number: str = ""
    authority: str = ""
    cause: str = ""
    amount: Decimal | None = None
    closed_on: date | None = None


@dataclass(frozen=True, slots=True)
class SearchDetails:
    """What was searched where, and what it found; a kind without a line: nothing found."""

    _: KW_ONLY
    kinds: Sequence[str]
    lines: Sequence[RecordLine] = ()
    is_complete: bool = True
    source: str = ""


@action("customers.records.searched", may=permissions.may_record_material)
def record_search(
    entry: Entry,
    *,
    actor: Actor,
    at: datetime,
    party: Party,
    details: MaterialDetails,
    search: SearchDetails,
    content: bytes | None = None,
) -> RecordSearch:
    """Note a search with everything that it found. Raises WrongMaterial, WrongFile, Refused."""
    _check(search, details.as_of)
    material = lay_down(
        actor=actor, at=at, party=party, details=details, content=content, allowed=SEARCH_FILES
    )
    found = RecordSearch.objects.create(
        material=material, kinds=list(search.kinds), is_complete=search.is_complete, source=search.source
    )
    PublicRecord.objects.bulk_create(_row(found, line) for line in search.lines)
    after = {"kind": material.kind, "kinds": list(search.kinds), "records": len(search.lines)}
    entry.about("material", material.pk, after={**after, "is_complete": search.is_complete})
    return found


def _row(search: RecordSearch, line: RecordLine) -> PublicRecord:
    values = {name: getattr(line, name) for name in RecordLine.__dataclass_fields__ if name != "_"}
    return PublicRecord(search=search, **values)


def _check(search: SearchDetails, as_of: date) -> None:
    if not search.kinds:
        raise WrongMaterial("kinds", _("请至少选择一个查询种类。"))
    if not (search.lines or search.is_complete):
        raise WrongMaterial("is_complete", _("补充登记须至少写一条记录；查询无记录的，请选全量查询。"))
    seen: dict[tuple[str, str, str], int] = {}
    for place, line in enumerate(search.lines, start=1):
        fault = line_fault(line, as_of=as_of)
        if line.kind not in search.kinds:
            fault = _("“%(kind)s”不在查询种类中") % {"kind": RecordKind(line.kind).label}
        key = (line.kind, line.side, line.number)
        if line.number and key in seen:
            fault = _("与第 %(line)d 条的种类和号码相同") % {"line": seen[key]}
        if fault:
            raise WrongMaterial("lines", _("第 %(line)d 条：%(fault)s。") % {"line": place, "fault": fault})
        seen[key] = place


def line_fault(line: RecordLine, *, as_of: date) -> str:
    """What is wrong with one record in itself, in Chinese; "" for nothing."""
    is_lawsuit = line.kind == RecordKind.LITIGATION
    faults = (
        (is_lawsuit and line.side not in LawsuitSide, _("涉诉记录须注明诉讼地位")),
        (line.side and not is_lawsuit, _("只有涉诉记录有诉讼地位")),
        (line.opened_on > as_of, _("立案、决定或列入日期晚于查询日期")),
        (line.closed_on and line.closed_on < line.opened_on, _("结案、移出或解除日期早于立案日期")),
        (line.closed_on and line.closed_on > as_of, _("结案、移出或解除日期晚于查询日期")),
        (line.closed_on and line.state != RecordState.CLOSED, _("填了结案日期的，状态应为已结")),
        (line.amount is not None and line.amount < 0, _("金额不能为负")),
    )
    return next((fault for is_wrong, fault in faults if is_wrong), "")
