"""Statements of many customers from one table: a row is one customer's figures of one period (财务报表汇总)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

import orjson
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from vouch.customers.actions.financials import FinancialsDetails, record_financials
from vouch.customers.actions.materials import WrongMaterial
from vouch.customers.models import Material, StatementLine
from vouch.customers.queries.financials import statement_in_force
from vouch.customers.terms import Basis, Origin, PeriodKind
from vouch.engine.cells import Unreadable, day_of, money_of, said
from vouch.engine.financials.lines import LINES
from vouch.engine.financials.reading import Book
from vouch.parties.actions.known import Customers, Who
from vouch.parties.models import Party
from vouch.platform.exchange import cells
from vouch.platform.exchange.importer import Batch, Finding, Given, Outcome, RowFault, RowImporter, Source
from vouch.platform.exchange.tabular import Column, Row

HEADS = (
    Column("customer", "客户名称", ("企业名称", "单位名称", "公司名称", "客户"), is_required=False),
    Column("customer_code", "统一社会信用代码", ("客户代码", "信用代码", "客户编号"), is_required=False),
    Column("basis", "口径", ("报表口径", "数据来源"), is_required=False),
    Column("ends_on", "截止日期", ("报表日期", "期末日期", "报表期间", "所属期", "期间")),
    Column("kind", "报表类型", ("期间类型", "年报/季报/月报"), is_required=False),
    Column("months", "涵盖月数", ("月数",), is_required=False),
)
COLUMNS = (
    *HEADS,
    *(Column(line.code, line.title, line.words, is_required=False, is_money=True) for line in LINES.values()),
)
_BASES = {
    **{str(label): value for value, label in Basis.choices},
    "审计报告": "audit", "已审计": "audit", "税务申报": "tax", "纳税申报": "tax", "企业申报": "declared", "客户提供": "declared",
}  # fmt: skip
_KINDS = {
    **{str(label): value for value, label in PeriodKind.choices},
    "年度": "year",
    "季度": "quarter",
    "月度": "month",
}
_ORIGINS = {Basis.AUDIT: Origin.AUDITOR, Basis.TAX: Origin.TAX_OFFICE}


class StatementImporter(RowImporter):
    """Rows of statements, each recorded as one set of its customer; the same again changes nothing."""

    kind: ClassVar[str] = "statements"
    title: ClassVar[str] = "财务报表"
    sources: ClassVar[tuple[Source, ...]] = (
        Source(
            "file",
            "财务报表汇总文件（CSV、XLSX、XLS）：每行一户一期",
            COLUMNS,
            sheets=("财务报表", "报表", "财务数据"),
        ),
    )
    example: ClassVar[str] = "vouch import statements 财务报表汇总.xlsx --unit HQ --dry-run"
    key: ClassVar[tuple[str, ...]] = ("customer", "customer_code", "basis", "ends_on", "months")

    def look_up(self, rows: Sequence[Given], batch: Batch) -> Customers:
        """The customers that the rows name."""
        return Customers(map(_who, rows), actor=batch.actor)

    def take_row(self, row: Row, given: Given, known: Customers, *, batch: Batch, outcome: Outcome) -> None:
        """Record one set. One that takes another's place is accepted with a remark."""
        details = _details(given, batch)
        party = Party.objects.get(pk=known.of(_who(given)))
        held = statement_in_force(
            party.pk, basis=details.basis, ends_on=details.ends_on, months=details.months
        )
        if held is not None and _amounts_of(held) == details.book.periods[0]:
            outcome.unchanged += 1
            return
        if held is not None and (
            held.note == details.note or batch.source.key_of(row, self.key) in batch.conflicting
        ):
            raise RowFault("", _("本文件中已有同一客户、同一期间而内容不同的一行"))
        try:
            record_financials(actor=batch.actor, at=batch.at, party=party, details=details)
        except WrongMaterial as error:
            column = error.field if error.field in {"ends_on", "months"} else ""
            raise RowFault(column, str(error)) from error
        except PermissionDenied as error:
            raise RowFault("customer", str(error) or _("您不能为该客户登记报表")) from error
        told = {code: str(fen) for code, fen in sorted(details.book.periods[0].items())}
        outcome.leaves.append(
            orjson.dumps([party.pk, str(details.basis), details.ends_on, details.months, told])
        )
        if held is None:
            outcome.accepted += 1
        else:
            reason = _("已取代 %(day)s 登记的同期报表") % {"day": held.known_at.date()}
            outcome.warned.append(Finding(row, "", reason))


def _who(given: Given) -> Who:
    code = cells.bare_code(given["customer_code"])
    return Who(code, said(given["customer"]) if not code else "")


def _details(given: Given, batch: Batch) -> FinancialsDetails:
    """What a row says. Raises RowFault."""
    who = _who(given)
    if not who.code and not who.name:
        raise RowFault("customer", _("客户名称和统一社会信用代码都为空"))
    if who.name.replace(" ", "") in {"合计", "总计", "小计"}:
        raise RowFault("customer", _("合计行，不是一户的报表"))
    cells.code(who.code, "customer_code")
    basis = Basis(cells.word(given["basis"], "basis", _BASES) or Basis.DECLARED)
    ends_on = _day(given["ends_on"])
    kind = PeriodKind(cells.word(given["kind"], "kind", _KINDS) or _kind_of(ends_on))
    book = Book()
    for code, line in LINES.items():
        try:
            fen = money_of(given[code])
        except Unreadable as error:
            raise RowFault(code, f"{line.title}：{error}") from error
        if fen is not None:
            book.periods[0][code] = fen
    return FinancialsDetails(
        basis=basis,
        kind=kind,
        ends_on=ends_on,
        months=_months(given["months"]) or ends_on.month,
        origin=_ORIGINS.get(basis, Origin.CUSTOMER),
        book=book,
        note=_("导入批次 %d") % batch.import_id,
    )


def _kind_of(ends_on: date) -> PeriodKind:
    if ends_on.month == 12:
        return PeriodKind.YEAR
    return PeriodKind.QUARTER if ends_on.month % 3 == 0 else PeriodKind.MONTH


def _day(text: str) -> date:
    """The last day of the period; a bare year is its last day."""
    found = said(text)
    if not found:
        raise RowFault("ends_on", _("截止日期为空"))
    year = found.removesuffix("年度").removesuffix("年").removesuffix(".0")
    try:
        if len(year) == 4 and year.isdigit():
            return date(int(year), 12, 31)
        return day_of(found)
    except (Unreadable, ValueError) as error:
        raise RowFault("ends_on", _("“%(text)s”不是日期") % {"text": found[:40]}) from error


def _months(text: str) -> int | None:
    found = said(text).removesuffix("个月").removesuffix(".0")
    if not found:
        return None
    if not found.isdigit():
        raise RowFault("months", _("“%(text)s”不是月数") % {"text": found[:40]})
    return int(found)


def _amounts_of(material: Material) -> dict[str, int]:
    """The set's own period, fen by line."""
    rows = StatementLine.objects.filter(period__statement__material=material, period__is_former=False)
    return {code: int(amount * 100) for code, amount in rows.values_list("code", "amount")}
