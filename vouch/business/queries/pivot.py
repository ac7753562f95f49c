"""The register counted by one or two dimensions; every figure is a sum over rows that a click can list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, CharField, Count, F, QuerySet, Sum, Value, When
from django.db.models.functions import Cast, Coalesce, Concat, ExtractMonth, ExtractYear, Left, LPad
from django.utils.translation import gettext as _

from vouch.business.models import Guarantee
from vouch.business.terms import (
    Dimension,
    FiveClass,
    GuaranteeKind,
    GuaranteeState,
    Measure,
)
from vouch.parties.terms import INDUSTRIES

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


def _due_month() -> Case:
    year, month = Cast(ExtractYear("due_on"), CharField()), Cast(ExtractMonth("due_on"), CharField())
    return Case(
        # Put together from nothing, a month would be a dash.
        When(due_on=None, then=Value("")),
        default=_text(year, Value("-"), LPad(month, 2, Value("0"))),
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
    Dimension.DUE_MONTH: _due_month,
    Dimension.OVERDUE: _overdue,
    # Names repeat, and one customer may have several records.
    Dimension.CUSTOMER: lambda: Cast("party_id", CharField()),
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
}
"""What adds up; customers, who do not, are counted apart."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its key (a customer's number), its title, a figure for each column (None: no guarantee there), and their total."""

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


@dataclass(slots=True)
class _Side:
    """The largest keys of one dimension with their figures, and how many keys there are."""

    figures: dict[str, Figure]
    count: int = 0
    names: dict[str, tuple[str, str]] = field(default_factory=dict)

    def key(self, found: str) -> str:
        """What stands for it in an address: a customer's number."""
        return self.names[found][0] if found in self.names else found

    def title(self, dimension: Dimension | None, found: str) -> str:
        """What it is called; a customer by name, and by number too where another of that name is shown."""
        if found not in self.names:
            return _title(dimension, found)
        number, name = self.names[found]
        is_alone = sum(other == name for _number, other in self.names.values()) == 1
        return name if is_alone else f"{name} {number}"


@dataclass(slots=True)
class _Sums:
    """What one statement brought."""

    total: Figure
    down: _Side
    across: _Side
    cells: dict[tuple[str, str], Figure]


def pivot(
    guarantees: QuerySet[Guarantee],
    *,
    down: Dimension,
    across: Dimension | None = None,
    measure: Measure = Measure.BALANCE,
) -> Pivot:
    """Count rows of ``register``: cells, margins and the total by one pass over the book, in one query."""
    across = None if across == down else across
    sums = _summed(guarantees, [down] if across is None else [down, across], measure)
    columns = _in_order(sums.across.figures, across)
    keys = _in_order(sums.down.figures, down)
    adds_up = measure is not Measure.CUSTOMERS
    lines = []
    for key in keys:
        total = sums.down.figures[key]
        found = [sums.cells.get((key, column)) for column in columns]
        if len(columns) < sums.across.count:
            found.append(_rest(total, found) if adds_up else None)
        lines.append(Line(sums.down.key(key), sums.down.title(down, key), found, total))
    totals: list[Figure | None] = [sums.across.figures[column] for column in columns]
    headings = [(sums.across.key(one), sums.across.title(across, one)) for one in columns] if across else []
    if len(columns) < sums.across.count:
        totals.append(_rest(sums.total, totals) if adds_up else None)
        headings.append((OTHERS, _("其余 %d 项") % (sums.across.count - len(columns))))
    if len(keys) < sums.down.count:
        left = sums.down.count - len(keys)
        lines.append(_others(lines, totals, sums.total, left=left, adds_up=adds_up))
    return Pivot(down, across, measure, headings, lines, totals, sums.total)


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


_MERGED = "merged AS (SELECT id, canonical_id FROM parties_party WHERE canonical_id IS NOT NULL)"
_SIDE = """, {side} AS (SELECT {key}, {figure} AS figure, count(*) OVER () AS keys FROM facts GROUP BY {key}),
{side}_top AS (SELECT * FROM {side} ORDER BY figure DESC, {key} COLLATE "C" LIMIT {most})"""
_SIDE_ROWS = """
UNION ALL SELECT '{side}', {key}, NULL, figure, keys, NULL, NULL FROM {side}_top"""
_NAMED_ROWS = """
UNION ALL SELECT '{side}', {key}, NULL, figure, keys, p.number, p.name
FROM {side}_top LEFT JOIN parties_party p ON p.id = {key}::bigint"""
_CELLS = """
UNION ALL SELECT 'cell', key_0, key_1, {figure}, 0, NULL, NULL
FROM facts JOIN down_top USING (key_0) JOIN across_top USING (key_1) GROUP BY key_0, key_1"""


def _summed(guarantees: QuerySet[Guarantee], by: Sequence[Dimension], measure: Measure) -> _Sums:
    """The book is read once, into its cells; margins and total are added up from them, and the largest are kept."""
    sums = _Sums(0, _Side({}), _Side({}), {})
    try:
        inner, params = _facts(guarantees, by, measure).query.sql_with_params()
    except EmptyResultSet:  # an actor who sees nobody
        return sums
    with connection.cursor() as cursor:
        cursor.execute(_statement(inner, by, measure=measure), params)
        for kind, one, other, found, count, number, name in cursor.fetchall():
            value = int(found or 0) if measure in {Measure.COUNT, Measure.CUSTOMERS} else found or 0
            if kind == "total":
                sums.total = value
            elif kind == "cell":
                sums.cells[one, other] = value
            else:
                side = sums.down if kind == "down" else sums.across
                side.figures[one], side.count = value, count
                if number is not None:
                    side.names[one] = number, name
    return sums


def _facts(guarantees: QuerySet[Guarantee], by: Sequence[Dimension], measure: Measure) -> Any:
    """The cells with their figures; for 户数 with their customers, because one stands in many cells and counts once."""
    names = [f"key_{place}" for place in range(len(by))]
    keys = {
        name: Coalesce(_KEYS[one](), Value(""), output_field=CharField())
        for name, one in zip(names, by, strict=True)
    }
    rows = guarantees.order_by().annotate(**keys)
    if measure is Measure.CUSTOMERS:
        return rows.values(*names, "party_id").distinct()
    return rows.values(*names).annotate(figure=_SUMS[measure]())


def _statement(inner: str, by: Sequence[Dimension], *, measure: Measure) -> str:
    is_crossed = len(by) > 1
    figure = "count(DISTINCT facts.customer)" if measure is Measure.CUSTOMERS else "sum(facts.figure)"
    sides = [{"side": "down", "key": "key_0", "figure": figure, "most": MOST_ROWS}]
    if is_crossed:
        sides.append({"side": "across", "key": "key_1", "figure": figure, "most": MOST_COLUMNS})
    keys = [
        f"coalesce(m{place}.canonical_id::text, key_{place}) AS key_{place}"
        if one is Dimension.CUSTOMER
        else f"key_{place}"
        for place, one in enumerate(by)
    ]
    joins = [
        f"LEFT JOIN merged m{place} ON m{place}.id::text = key_{place}"
        for place, one in enumerate(by)
        if one is Dimension.CUSTOMER
    ]
    value = "read.figure"
    if measure is Measure.CUSTOMERS:
        value = "coalesce(m.canonical_id, read.party_id) AS customer"
        joins.append("LEFT JOIN merged m ON m.id = read.party_id")
    # Records that were merged are few: they are joined to the cells, not to every guarantee.
    facts = f"SELECT {', '.join(keys)}, {value} FROM read {' '.join(joins)}"  # noqa: S608 - names of ours
    rows_of = [_NAMED_ROWS if one is Dimension.CUSTOMER else _SIDE_ROWS for one in by]
    return (
        f"WITH read AS ({inner}), {_MERGED}, facts AS MATERIALIZED ({facts})"
        + "".join(_SIDE.format(**side) for side in sides)
        + f"\nSELECT 'total', NULL, NULL, {figure}, 0, NULL, NULL FROM facts"
        + "".join(rows.format(**side) for rows, side in zip(rows_of, sides, strict=True))
        + (_CELLS.format(figure=figure) if is_crossed else "")
    )


def _in_order(figures: Mapping[str, Figure], dimension: Dimension | None) -> list[str]:
    """The keys to show, the largest first, or in the dimension's own order where it has one."""
    by_size = sorted(figures, key=lambda key: (-figures[key], key))
    if dimension in {Dimension.COUNTED_YEAR, Dimension.DUE_MONTH, Dimension.OVERDUE}:
        return sorted(by_size)
    if dimension in {Dimension.KIND, Dimension.FIVE_CLASS, Dimension.STATE}:
        order = list(_WORDS[str(dimension)])
        return sorted(by_size, key=order.index)
    return by_size


def _title(dimension: Dimension | None, key: str) -> str:
    words = _WORDS.get(dimension or "", {})
    return str(words.get(key, key)) or str(_("（未登记）"))
