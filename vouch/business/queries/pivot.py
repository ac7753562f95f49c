"""The register counted by one or two dimensions; every figure is a sum over rows that a click can list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Case, CharField, Count, F, QuerySet, Sum, Value, When
from django.db.models.functions import Cast, Coalesce, Concat, ExtractMonth, ExtractYear, Left, LPad
from django.utils.translation import gettext as _

from vouch.business.models import Guarantee
from vouch.business.terms import (
    INDUSTRIES,
    Dimension,
    FiveClass,
    GuaranteeKind,
    GuaranteeState,
    Measure,
)

MOST_COLUMNS = 12
MOST_ROWS = 200
"""Beyond these the smallest are put together, so that a pivot by customer stays a page."""

OTHERS = "…"
Figure = int | Decimal


def _text(*parts: Any) -> Any:
    return Concat(*parts, output_field=CharField())


def _overdue() -> Case:
    return Case(
        When(overdue_days=0, then=Value("0")),
        When(overdue_days__lte=30, then=Value("1")),
        When(overdue_days__lte=90, then=Value("2")),
        default=Value("3"),
        output_field=CharField(),
    )


_KEYS: Mapping[str, Any] = {
    Dimension.BANK: lambda: F("bank"),
    Dimension.PRODUCT: lambda: F("product"),
    Dimension.KIND: lambda: F("kind"),
    Dimension.FIVE_CLASS: lambda: F("five_class"),
    Dimension.STATE: lambda: F("state"),
    Dimension.UNIT: lambda: F("duty__unit__name"),
    Dimension.MANAGER: lambda: F("duty__manager__name"),
    Dimension.INDUSTRY: lambda: Left("party__enterprise__industry_code", 1),
    Dimension.PROVINCE: lambda: F("party__enterprise__province"),
    Dimension.COUNTED_YEAR: lambda: Cast(ExtractYear("counted_on"), CharField()),
    Dimension.DUE_MONTH: lambda: _text(
        Cast(ExtractYear("due_on"), CharField()),
        Value("-"),
        LPad(Cast(ExtractMonth("due_on"), CharField()), 2, Value("0")),
    ),
    Dimension.OVERDUE: _overdue,
    Dimension.CUSTOMER: lambda: F("party__name"),
}
_WORDS: Mapping[str, Mapping[str, Any]] = {
    Dimension.KIND: dict(GuaranteeKind.choices),
    Dimension.FIVE_CLASS: dict(FiveClass.choices),
    Dimension.STATE: dict(GuaranteeState.choices),
    Dimension.INDUSTRY: INDUSTRIES,
    Dimension.OVERDUE: {"0": "未逾期", "1": "1—30天", "2": "31—90天", "3": "90天以上"},
}
_SUMS: Mapping[str, Any] = {
    Measure.BALANCE: lambda: Sum("balance"),
    Measure.DEBT_BALANCE: lambda: Sum("debt_balance"),
    Measure.CONTRACT_AMOUNT: lambda: Sum("contract_amount"),
    Measure.OVERDUE_AMOUNT: lambda: Sum("overdue_amount"),
    Measure.COUNT: lambda: Count("pk"),
    Measure.CUSTOMERS: lambda: Count("party", distinct=True),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its key, its title, a figure for each column (None: no guarantee there), and their total."""

    key: str
    title: str
    figures: Sequence[Figure | None]
    total: Figure | None


@dataclass(frozen=True, slots=True)
class Pivot:
    """Rows down, columns across; figures are yuan or counts.

    What is beyond the largest rows or columns stands in one last line or column (``OTHERS``). A customer of two banks
    counts in both and once in all, so 户数 does not ``add_up``: there the last line has no figure.
    """

    down: Dimension
    across: Dimension | None
    measure: Measure
    columns: Sequence[tuple[str, str]]
    lines: Sequence[Line]
    totals: Sequence[Figure | None]
    total: Figure

    @property
    def adds_up(self) -> bool:
        """Whether the lines make the total."""
        return self.measure is not Measure.CUSTOMERS

    @property
    def is_money(self) -> bool:
        """Whether figures are yuan."""
        return self.measure not in {Measure.COUNT, Measure.CUSTOMERS}


Sums = Mapping[str, Figure]


def pivot(
    guarantees: QuerySet[Guarantee],
    *,
    down: Dimension,
    across: Dimension | None = None,
    measure: Measure = Measure.BALANCE,
) -> Pivot:
    """Count rows of ``register``: cells, margins and the total are each asked of the database, in four queries at most."""
    across = None if across == down else across
    total: Figure = guarantees.order_by().aggregate(found=_SUMS[measure]())["found"] or 0
    rows = {key: value for (key,), value in _grouped(guarantees, [down], measure).items()}
    tops: Sums = {}
    cells: Mapping[tuple[str, ...], Figure] = {}
    if across is not None:
        tops = {key: value for (key,), value in _grouped(guarantees, [across], measure).items()}
        cells = _grouped(guarantees, [down, across], measure)
    columns = _largest(tops, across, MOST_COLUMNS)
    keys = _largest(rows, down, MOST_ROWS)
    adds_up = measure is not Measure.CUSTOMERS
    lines = []
    for key in keys:
        found = [cells.get((key, column)) for column in columns]
        if len(columns) < len(tops):
            found.append(_rest(rows[key], found) if adds_up else None)
        lines.append(Line(key, _title(down, key), found, rows[key]))
    totals: list[Figure | None] = [tops[column] for column in columns]
    headings = [(column, _title(across, column)) for column in columns] if across else []
    if len(columns) < len(tops):
        totals.append(_rest(total, totals) if adds_up else None)
        headings.append((OTHERS, _("其余 %d 项") % (len(tops) - len(columns))))
    if len(keys) < len(rows):
        lines.append(_others(lines, totals, total, left=len(rows) - len(keys), adds_up=adds_up))
    return Pivot(down, across, measure, headings, lines, totals, total)


def _others(
    lines: Sequence[Line], totals: Sequence[Figure | None], total: Figure, *, left: int, adds_up: bool
) -> Line:
    title = _("其余 %d 项") % left
    if not adds_up:
        return Line(OTHERS, title, [None] * len(totals), None)
    shown = [_rest(top or 0, [line.figures[place] for line in lines]) for place, top in enumerate(totals)]
    return Line(OTHERS, title, shown, _rest(total, [line.total for line in lines]))


def _rest(total: Figure, parts: Sequence[Figure | None]) -> Figure:
    return total - sum(part for part in parts if part is not None)


def _grouped(
    guarantees: QuerySet[Guarantee], by: Sequence[Dimension], measure: Measure
) -> dict[tuple[str, ...], Figure]:
    names = [f"key_{place}" for place in range(len(by))]
    keys = {
        name: Coalesce(_KEYS[one](), Value(""), output_field=CharField())
        for name, one in zip(names, by, strict=True)
    }
    found = guarantees.order_by().annotate(**keys).values(*names).annotate(figure=_SUMS[measure]())
    return {tuple(row[name] for name in names): row["figure"] for row in found}


def _largest(sums: Sums, dimension: Dimension | None, most: int) -> list[str]:
    """The keys to show: the largest ones, in the dimension's own order where it has one."""
    by_size = sorted(sums, key=lambda key: (-sums[key], key))[:most]
    if dimension in {Dimension.COUNTED_YEAR, Dimension.DUE_MONTH, Dimension.OVERDUE}:
        return sorted(by_size)
    if dimension in {Dimension.KIND, Dimension.FIVE_CLASS, Dimension.STATE}:
        order = list(_WORDS[str(dimension)])
        return sorted(by_size, key=order.index)
    return by_size


def _title(dimension: Dimension | None, key: str) -> str:
    words = _WORDS.get(dimension or "", {})
    return str(words.get(key, key)) or str(_("（未登记）"))
