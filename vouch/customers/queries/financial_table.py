"""Statements side by side: years with common size and growth, the bases of one period, ratios over the years."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from statistics import median

from vouch.customers.queries.financials import Period, year_before, yuan_of
from vouch.customers.terms import Basis
from vouch.engine.financials.checks import Amounts, Excess, Imbalance, imbalances
from vouch.engine.financials.lines import LINES, SHEET_TITLES, Line, Sheet
from vouch.engine.financials.ratios import Ratio

YEARS_SHOWN = 3
_WHOLE = {Sheet.BALANCE: "total_assets", Sheet.INCOME: "revenue"}
"""What a line's share is a share of; cash flows have no such whole."""
TOTALS = frozenset(
    (
        "current_assets", "noncurrent_assets", "total_assets", "current_liabilities", "noncurrent_liabilities",
        "total_liabilities", "equity", "liabilities_and_equity", "revenue", "operating_profit", "total_profit", "net_profit",
        "operating_cash", "investing_cash", "financing_cash", "net_cash_increase", "closing_cash",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LineCell:
    """One line in one year: yuan, its share of the whole, its growth on the year before (fractions)."""

    amount: Decimal | None
    share: Decimal | None = None
    growth: Decimal | None = None
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line over the years; ``problems`` say in words what does not add up at it, and in which year."""

    line: Line
    cells: list[LineCell]
    problems: list[str] = field(default_factory=list)

    @property
    def is_total(self) -> bool:
        """Whether other lines add up to it."""
        return self.line.code in TOTALS


def _ratio(part: int | None, whole: int | None) -> Decimal | None:
    return None if part is None or not whole or whole < 0 else Decimal(part) / Decimal(whole)


def years_table(years: Sequence[Period], periods: Sequence[Period]) -> dict[str, list[LineRow]]:
    """The lines that any of these years tells, by sheet; growth is on the year before, shown or not."""
    befores = [year_before(year, periods) for year in years]
    sheets: dict[str, list[LineRow]] = {}
    for line in _told(years):
        cells = []
        for year, before in zip(years, befores, strict=True):
            amount = year.amounts.get(line.code)
            former = before.amounts.get(line.code) if before else None
            grown = None if amount is None or former is None else _ratio(amount - former, former)
            share = _ratio(amount, year.amounts.get(_WHOLE.get(line.sheet, "")))
            cells.append(LineCell(yuan_of(amount), share, grown, is_chosen=line.code in year.chosen))
        problems = [f"{year.title}：{problem}" for year in years for problem in _problems_at(year, line.code)]
        sheets.setdefault(SHEET_TITLES[line.sheet], []).append(LineRow(line, cells, problems))
    return sheets


def _problems_at(period: Period, code: str) -> Iterator[str]:
    for one in period.imbalances:
        if at_line(one) == code:
            yield str(one)


def _told(periods: Sequence[Period]) -> Iterator[Line]:
    told = {code for period in periods for code in period.amounts}
    yield from (line for line in LINES.values() if line.code in told)


@dataclass(frozen=True, slots=True)
class BasisRow:
    """One line on several bases: yuan by basis, the spread, and what it is of the median."""

    line: Line
    amounts: list[Decimal | None]
    spread: Decimal | None
    rate: Decimal | None


def bases_of(periods: Sequence[Period], *, ends_on: date, months: int) -> list[Period]:
    """The most trusted statement of each basis of one period, in the order in which bases are trusted."""
    found: dict[Basis, Period] = {}
    for one in periods:
        if (one.ends_on, one.row.months) == (ends_on, months):
            found.setdefault(one.basis, one)
    return list(found.values())


def bases_table(bases: Sequence[Period]) -> list[BasisRow]:
    """Every line that any basis tells, as it was handed in, beside the others."""
    rows = []
    for line in (one for one in LINES.values() if any(one.code in basis.told for basis in bases)):
        told = [basis.told.get(line.code) for basis in bases]
        known = [fen for fen in told if fen is not None]
        spread = max(known) - min(known) if len(known) > 1 else None
        rate = None if spread is None else _ratio(spread, abs(round(median(known))))
        rows.append(BasisRow(line, [yuan_of(fen) for fen in told], yuan_of(spread), rate))
    return rows


@dataclass(frozen=True, slots=True)
class RatioRow:
    """One ratio over the years."""

    title: str
    unit: str
    formula: str
    cells: list[Ratio]


def ratios_table(years: Sequence[Period], periods: Sequence[Period]) -> list[RatioRow]:
    """Every ratio of these years, as the engine works it out."""
    found = [year.ratios(year_before(year, periods)) for year in years]
    if not found:
        return []
    return [
        RatioRow(one.title, one.unit, one.formula, [ratios[code] for ratios in found])
        for code, one in found[0].items()
    ]


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One line as it was read: yuan in each column, and what does not add up at it."""

    line: Line
    amounts: list[Decimal | None]
    problems: list[str]


def read_table(columns: Sequence[tuple[str, Amounts]]) -> dict[str, list[ReadRow]]:
    """Lines by the title of their sheet, of the periods (title, fen by line) that one set of statements tells of."""
    found: dict[str, list[ReadRow]] = {}
    unequal = [imbalances(amounts) for _title, amounts in columns]
    for line in LINES.values():
        if not any(line.code in amounts for _title, amounts in columns):
            continue
        problems = [
            f"{title}：{one}"
            for (title, _amounts), several in zip(columns, unequal, strict=True)
            for one in several
            if at_line(one) == line.code
        ]
        told = [yuan_of(amounts.get(line.code)) for _title, amounts in columns]
        found.setdefault(SHEET_TITLES[line.sheet], []).append(ReadRow(line, told, problems))
    return found


def at_line(problem: Imbalance | Excess) -> str:
    """The line at which a page tells of what does not add up."""
    return problem.total if isinstance(problem, Excess) else problem.rule.total
