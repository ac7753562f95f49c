"""Invented financial statements: three years on two bases, one set that does not balance, sources that contradict each other."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from vouch.customers.actions import (
    ChoiceDetails,
    FigureDetails,
    FinancialsDetails,
    VerificationDetails,
    choose_figure,
    record_figure,
    record_financials,
    verify_material,
)
from vouch.customers.queries import monthly_invoices
from vouch.customers.queries.claims import claims_of
from vouch.customers.terms import Basis, Figure, Finding, Origin, PeriodKind, VerificationMeans
from vouch.demo.actions.consent import Cast
from vouch.engine.financials.reading import read_sheets
from vouch.parties.models import Party
from vouch.parties.terms import PartyKind

YEARS = 3
FIRMS = 8
SEED = "vouch-demo-statements"
Row = list[str | int]


@dataclass(frozen=True, slots=True)
class Books:
    """How a firm keeps its books: what it says it sold of what it did, how far its assets are off, what its sheets call oddly."""

    declared: float = 1.0
    gap: int = 0
    odd_line: str = ""
    is_verified: bool = False


HONEST, CAREFUL = Books(), Books(is_verified=True)
FLATTERING = Books(declared=1.34, gap=180_000)
COURSES: tuple[Books, ...] = (
    FLATTERING,
    CAREFUL,
    Books(declared=1.21),
    HONEST,
    Books(odd_line="待处理财产损溢"),
    HONEST,
)
"""By turns."""


def invent_financials(parties: Sequence[Party], cast: Cast, *, today: date, at: datetime) -> None:
    """Statements of the first firms that somebody looks after; two of them contradict their invoices, one was decided."""
    held = [one for one in parties if one.pk in cast.managers and one.kind == PartyKind.ENTERPRISE]
    for place, firm in enumerate(held[:FIRMS]):
        _hand_in(firm, COURSES[place % len(COURSES)], cast, today=today, at=at)
    if len(held) > 2:
        _decide(held[2], cast, today=today, at=at)


def _hand_in(firm: Party, books: Books, cast: Cast, *, today: date, at: datetime) -> None:
    dice = random.Random(f"{SEED}/{firm.number}")  # noqa: S311 - invented data, no secret
    manager = cast.managers[firm.pk]
    sold = _sold(firm, dice, today=today)
    margin, heavy = dice.uniform(0.12, 0.3), dice.uniform(0.5, 1.1)
    for back in range(YEARS, 0, -1):
        year = today.year - back
        # The accounts of a year are closed in spring; the latest ones never before they could be.
        known = min(at - timedelta(days=back), at - timedelta(days=365 * (back - 1) + 150))
        for basis, share in ((Basis.DECLARED, books.declared), (Basis.TAX, 1.0)):
            columns = [_lines(sold[one], margin, heavy) for one in (year, year - 1)]
            for column, one in zip(columns, (year, year - 1), strict=True):
                _flatter(column, round(sold[one] * (share - 1)))
            if back == 1 and basis == Basis.DECLARED:
                for title in ("货币资金", "流动资产合计", "资产总计"):
                    columns[0][title] += books.gap
            rows = list(_rows(firm.name, columns, odd=books.odd_line))
            details = FinancialsDetails(
                basis=basis,
                kind=PeriodKind.YEAR,
                ends_on=date(year, 12, 31),
                months=12,
                origin=Origin.CUSTOMER if basis == Basis.DECLARED else Origin.TAX_OFFICE,
                book=read_sheets({f"{year}年度报表.csv": rows}),
            )
            kept = record_financials(
                actor=manager, at=known, party=firm, details=details, content=_text(rows)
            )
            if books.is_verified and basis == Basis.TAX:
                found = VerificationDetails(
                    VerificationMeans.SOURCE, Finding.CONFIRMED, "与电子税务局查询结果一致"
                )
                verify_material(
                    actor=cast.verifier, at=known + timedelta(hours=3), material=kept.material, details=found
                )


def _sold(firm: Party, dice: random.Random, *, today: date) -> dict[int, int]:
    """What was sold each year, in yuan: as invoiced where a whole year was, else a little less than the year after."""
    months = monthly_invoices(firm.pk, as_of=today, months=12 * (YEARS + 2))
    invoiced: dict[int, list[Decimal]] = {}
    for one in months:
        invoiced.setdefault(one.month.year, []).append(one.sales)
    sold: dict[int, int] = {}
    level = sum(sum(amounts) for amounts in invoiced.values()) / max(1, len(months)) * 12
    following = round(level) or 1_200_000
    for year in range(today.year - 1, today.year - YEARS - 2, -1):
        amounts = invoiced.get(year, [])
        is_whole = len(amounts) == 12 and sum(amounts) > 0
        sold[year] = following = (
            round(sum(amounts)) if is_whole else round(following * dice.uniform(0.85, 0.97))
        )
    return sold


def _flatter(column: dict[str, int], more: int) -> None:
    """Say that more was sold than was, which is all profit."""
    for title in ("营业收入", "利润总额", "净利润"):
        column[title] += more


def _rows(name: str, columns: Sequence[dict[str, int]], *, odd: str) -> Iterator[Row]:
    """The three statements on one sheet, as small firms send them."""
    yield [f"编制单位：{name}", "", "单位：元"]
    yield ["项目", "期末余额", "年初余额"]
    for title in columns[0]:
        yield [title, *(column[title] for column in columns)]
        if odd and title == "存货":
            yield [odd, 12_600, 12_600]


def _lines(sold: int, margin: float, heavy: float) -> dict[str, int]:
    """One year that adds up, from what was sold."""
    cost = round(sold * (1 - margin))
    expenses, finance = round(sold * margin * 0.55), round(sold * 0.011)
    profit = sold - cost - expenses - finance
    tax = max(0, round(profit * 0.05))
    assets = round(sold * heavy)
    fixed = round(assets * 0.38)
    receivables, stock = round(sold * 0.17), round(cost * 0.14)
    current = assets - fixed
    cash = max(20_000, current - receivables - stock)
    owed, bank = round(assets * 0.31), round(assets * 0.22)
    income = sold + round(sold * 0.02)
    return {
        "货币资金": min(cash, current), "应收账款": min(receivables, max(0, current - cash)),
        "存货": max(0, current - cash - receivables), "流动资产合计": current,
        "固定资产": fixed, "非流动资产合计": fixed, "资产总计": assets,
        "短期借款": bank, "应付账款": owed, "流动负债合计": bank + owed, "负债合计": bank + owed,
        "所有者权益合计": assets - bank - owed, "负债和所有者权益总计": assets,
        "营业收入": sold, "营业成本": cost, "管理费用": expenses, "财务费用": finance, "利润总额": profit,
        "所得税费用": tax, "净利润": profit - tax,
        "销售商品、提供劳务收到的现金": income, "经营活动产生的现金流量净额": round(profit * 0.8),
    }  # fmt: skip


def _text(rows: Sequence[Row]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _decide(firm: Party, cast: Cast, *, today: date, at: datetime) -> None:
    """A visit found what the invoices say; risk took the invoices."""
    day = date(today.year - 1, 12, 31)
    invoiced = [one for one in claims_of(firm.pk, as_of=today) if (one.day, one.source) == (day, "invoice")]
    for claim in invoiced:
        found = FigureDetails(
            figure=Figure.REVENUE,
            day=day,
            amount=(claim.amount * Decimal("1.012")).quantize(Decimal(1)),
            note="抽查总账与 12 月销售台账",
        )
        record_figure(actor=cast.managers[firm.pk], at=at - timedelta(days=9), party=firm, details=found)
        choice = ChoiceDetails(Figure.REVENUE, day, claim.key, "与现场总账相差 1.2%；申报数没有相应发票支持")
        choose_figure(actor=cast.verifier, at=at - timedelta(days=2), party=firm, details=choice)
