"""Financial statements: kept as they were read, with what was not understood and what does not add up."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from vouch.customers import permissions
from vouch.customers.actions.files import SHEET_KINDS
from vouch.customers.actions.materials import MaterialDetails, WrongMaterial, lay_down
from vouch.customers.models import (
    FinancialStatement,
    Material,
    StatementLine,
    StatementPeriod,
    StatementRemark,
)
from vouch.customers.queries.financials import statement_in_force
from vouch.customers.terms import Basis, MaterialKind, Origin, PeriodKind, RemarkKind
from vouch.engine.financials.checks import imbalances
from vouch.engine.financials.lines import LINES, Sheet
from vouch.engine.financials.reading import Book
from vouch.engine.identifiers import without_protected
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, action

LARGEST_FEN = 10**17
"""A thousand trillion yuan: what is more was read wrongly."""
_QUARTER_ENDS = (3, 6, 9, 12)


@dataclass(frozen=True, slots=True)
class FinancialsDetails:
    """One set of statements as it was read. ``months`` are those that its flows cover; ``replaces`` is what it corrects."""

    _: KW_ONLY
    basis: Basis
    kind: PeriodKind
    ends_on: date
    months: int
    origin: Origin
    book: Book
    note: str = ""
    replaces: Material | None = None


@dataclass(frozen=True, slots=True)
class ToldPeriod:
    """One period of what was read: fen by line."""

    kind: PeriodKind
    ends_on: date
    months: int
    is_former: bool
    amounts: Mapping[str, int] = field(repr=False)


def periods_told(details: FinancialsDetails) -> Iterator[ToldPeriod]:
    """The periods that the statements tell of: their own, and those of the earlier column.

    The earlier column of a year is the year before. Within a year it holds the balance at the beginning of the year beside
    the flows of the same months a year ago (财会〔2019〕6号), which are two periods.
    """
    now, before = details.book.periods
    kind, end, months = details.kind, details.ends_on, details.months
    if now:
        yield ToldPeriod(kind, end, months, is_former=False, amounts=now)
    if not before:
        return
    year_before = date(end.year - 1, 12, 31)
    if kind == PeriodKind.YEAR:
        yield ToldPeriod(kind, year_before, 12, is_former=True, amounts=before)
        return
    opening = {code: fen for code, fen in before.items() if LINES[code].sheet == Sheet.BALANCE}
    flows = {code: fen for code, fen in before.items() if code not in opening}
    if opening:
        yield ToldPeriod(PeriodKind.YEAR, year_before, 0, is_former=True, amounts=opening)
    if flows:
        yield ToldPeriod(kind, _month_end(end.year - 1, end.month), months, is_former=True, amounts=flows)


def _month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def check_financials(details: FinancialsDetails) -> None:
    """Raise WrongMaterial for a period that cannot be, and for statements that say nothing. Balanced they need not be."""
    _check_period(details)
    _check_amounts(details.book)


def _check_period(details: FinancialsDetails) -> None:
    """Raise WrongMaterial, naming the field, for a period that cannot be."""
    end = details.ends_on
    if end != _month_end(end.year, end.month):
        raise WrongMaterial("ends_on", _("截止日期应为月末。"))
    if details.kind == PeriodKind.YEAR and end.month != 12:
        raise WrongMaterial("ends_on", _("年报的截止日期应为 12 月 31 日。"))
    if details.kind == PeriodKind.QUARTER and end.month not in _QUARTER_ENDS:
        raise WrongMaterial("ends_on", _("季报的截止日期应为季末。"))
    if not 1 <= details.months <= end.month:
        raise WrongMaterial(
            "months", _("涵盖月数应在 1 至 %(most)d 之间：会计年度自 1 月 1 日起。") % {"most": end.month}
        )


def _check_amounts(book: Book) -> None:
    if not any(book.periods):
        raise WrongMaterial(
            "",
            _("没有读到任何报表项目。请确认内容是资产负债表、利润表或现金流量表，并且每行是项目名称和金额。"),
        )
    for amounts in book.periods:
        for code, fen in amounts.items():
            if abs(fen) >= LARGEST_FEN:
                raise WrongMaterial(
                    "", _("%(line)s的金额过大，请检查单位是否正确。") % {"line": LINES[code].title}
                )


@action("customers.financials.recorded", may=permissions.may_record_material)
def record_financials(
    entry: Entry,
    *,
    actor: Actor,
    at: datetime,
    party: Party,
    details: FinancialsDetails,
    content: bytes | None = None,
) -> FinancialStatement:
    """Keep a set of statements, balanced or not. One of the same basis and period takes the former one's place.

    ``content`` is the workbook or the pasted text that it was read from. Raises WrongMaterial, WrongFile, Refused.
    """
    check_financials(details)
    # Two at once of one period would both find nothing to replace.
    Party.objects.select_for_update().get(pk=party.pk)
    material = lay_down(
        actor=actor,
        at=at,
        party=party,
        details=MaterialDetails(
            kind=MaterialKind.FINANCIALS,
            origin=details.origin,
            as_of=details.ends_on,
            note=details.note,
            replaces=_replaced(party, details),
        ),
        content=content,
        allowed=SHEET_KINDS,
    )
    statement = FinancialStatement.objects.create(
        material=material, basis=details.basis, units=details.book.units
    )
    told = list(periods_told(details))
    unequal = sum(_write_period(statement, one) for one in told)
    remarks = _write_remarks(statement, details.book)
    after = {
        "basis": str(details.basis),
        "kind": str(details.kind),
        "ends_on": details.ends_on,
        "rows": sum(len(one.amounts) for one in told),
        "imbalances": unequal,
        "not_read": remarks,
    }
    entry.about("material", material.pk, after=after)
    return statement


def record_sets(
    *,
    actor: Actor,
    at: datetime,
    party: Party,
    sets: Sequence[FinancialsDetails],
    content: bytes | None = None,
) -> list[FinancialStatement]:
    """Keep the statements of several periods that were handed in together: all of them, or none. Each is a set of its own,
    with the same original. Raises as ``record_financials``.
    """
    with transaction.atomic():
        return [
            record_financials(actor=actor, at=at, party=party, details=details, content=content)
            for details in sets
        ]


def _replaced(party: Party, details: FinancialsDetails) -> Material | None:
    same = statement_in_force(party.pk, basis=details.basis, ends_on=details.ends_on, months=details.months)
    if same is None or details.replaces is None or same.pk == details.replaces.pk:
        return details.replaces or same
    raise WrongMaterial(
        "ends_on", _("同一口径、同一期间已有另一份有效报表（%(day)s 登记），请更正那一份。")
        % {"day": same.known_at.date()},
    )  # fmt: skip


def _write_period(statement: FinancialStatement, told: ToldPeriod) -> int:
    """Write one period with its lines; how many of its sums do not add up."""
    unequal = len(imbalances(told.amounts))
    period = StatementPeriod.objects.create(
        statement=statement,
        kind=told.kind,
        ends_on=told.ends_on,
        months=told.months,
        is_former=told.is_former,
        imbalance_count=unequal,
    )
    StatementLine.objects.bulk_create(
        StatementLine(period=period, code=code, amount=Decimal(fen).scaleb(-2))
        for code, fen in told.amounts.items()
    )
    return unequal


def _write_remarks(statement: FinancialStatement, book: Book) -> int:
    cells = [(RemarkKind.PROBLEM, book.problems), (RemarkKind.UNKNOWN, book.unknown)]
    made = StatementRemark.objects.bulk_create(
        StatementRemark(
            statement=statement,
            kind=kind,
            # Whatever stands in a sheet may be quoted here, in plain.
            sheet=without_protected(one.sheet)[:120],
            row=one.row,
            column=one.column,
            message=without_protected(one.message)[:240],
        )
        for kind, found in cells
        for one in found
    )
    return len(made)
