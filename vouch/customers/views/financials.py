"""Financial statements of a customer: three years, bases side by side, ratios; and how they come in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from vouch.customers import permissions, queries
from vouch.customers.queries import Party
from vouch.customers.queries.figures import choices_in_force
from vouch.customers.queries.financial_table import (
    YEARS_SHOWN,
    LineRow,
    bases_of,
    bases_table,
    ratios_table,
    read_table,
    years_table,
)
from vouch.customers.queries.financials import (
    Period,
    fen_of,
    period_title,
    periods_of,
    remarks_of,
    statement_of,
    statements_of,
    with_choices,
    years_counted,
    yuan_of,
)
from vouch.customers.terms import SPREAD_TOLERANCE, Basis, RemarkKind
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.charts import BLUE, GREEN, NAVY, Axis, Chart, Series, over_time
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.exports import EXPORTS
from vouch.platform.web.faces import face

SECTION = "financials"


@face(may=permissions.may_open_file, shows=("party",))
@require_GET
def financials(request: StaffRequest, pk: int) -> HttpResponseBase:
    """Three years with common size and growth, one period on every basis, ratios, and where it all came from."""
    party = _party(request, pk)
    today = timezone.localdate()
    found = with_choices(periods_of(pk, as_of=today), choices_in_force(pk, as_of=today))
    basis = Basis(request.GET["basis"]) if request.GET.get("basis") in Basis.values else None
    years = years_counted(found, basis=basis)[:YEARS_SHOWN]
    sheets = years_table(years, found)
    wanted = request.GET.get("export", "")
    if wanted in EXPORTS:
        return EXPORTS[wanted](
            _("财务报表-%(name)s") % {"name": party.name}, _columns(years), _records(sheets), on=today
        )
    ends_on, months = _compared(request, found)
    bases = bases_of(found, ends_on=ends_on, months=months) if ends_on else []
    context = {
        "party": party,
        "on": SECTION,
        "years": years,
        "sheets": sheets,
        "width": 1 + 3 * len(years),
        "bases_told": [one for one in Basis if any(one == period.basis for period in found)],
        "basis": basis,
        "ratios": ratios_table(years, found),
        "chart": _trend(years),
        "bases": bases,
        "bases_rows": bases_table(bases) if len(bases) > 1 else [],
        "periods": _periods_told(found),
        "compared": f"{ends_on}:{months}",
        "tolerance": Decimal(SPREAD_TOLERANCE) / 1_000_000,
        "statements": statements_of(pk),
        "may_record": permissions.may_record_material(request.actor, party),
    }
    return render(request, "customers/financials/financials.html", context)


def _party(request: StaffRequest, pk: int) -> Party:
    party = queries.customer_of(request.actor, pk)
    if party is None:
        raise Http404
    return party


def _compared(request: StaffRequest, periods: Sequence[Period]) -> tuple[date | None, int]:
    """The period whose bases stand side by side: the one asked for, else the latest that has several."""
    asked = request.GET.get("period", "")
    told = list(dict.fromkeys((one.ends_on, one.row.months) for one in periods if not one.row.is_former))
    for ends_on, months in told:
        if asked == f"{ends_on}:{months}":
            return ends_on, months
    several = [one for one in told if len(bases_of(periods, ends_on=one[0], months=one[1])) > 1]
    return next(iter(several or told), (None, 0))


def _periods_told(periods: Sequence[Period]) -> list[tuple[str, str]]:
    told = dict.fromkeys((one.ends_on, one.row.months) for one in periods if not one.row.is_former)
    return [(f"{ends_on}:{months}", period_title(ends_on, months)) for ends_on, months in told]


def _trend(years: Sequence[Period]) -> Chart:
    """Revenue and profit as bars, what is owed of all assets as a line, oldest first."""
    oldest_first = list(reversed(years))
    found = [year.ratios(None)["debt_ratio"].value for year in oldest_first]
    shares = [None if one is None else round(float(one) * 100, 2) for one in found]
    return over_time(
        [year.title for year in oldest_first],
        [
            Series(_("营业收入"), [_wan(year, "revenue") for year in oldest_first], BLUE),
            Series(_("净利润"), [_wan(year, "net_profit") for year in oldest_first], GREEN),
            Series(_("资产负债率"), shares, NAVY, kind="line", unit="%", on_second_axis=True),
        ],
        left=Axis(_("万元")),
        right=Axis("%"),
        label=_("年度"),
    )


def _wan(year: Period, code: str) -> float | None:
    amount = yuan_of(year.amounts.get(code))
    return None if amount is None else float(round(amount / 10_000, 2))


def _columns(years: Sequence[Period]) -> list[Column]:
    columns = [Column("sheet", _("报表")), Column("line", _("项目"))]
    for year in years:
        columns += [
            Column("amount", f"{year.title} {year.basis.label}", Kind.YUAN),
            Column("share", f"{year.title} {_('占比')}", Kind.RATE),
            Column("growth", f"{year.title} {_('增长')}", Kind.RATE),
        ]
    return [*columns, Column("problems", _("勾稽说明"))]


def _records(sheets: dict[str, list[LineRow]]) -> list[list[Any]]:
    rows: list[list[Any]] = []
    for sheet, lines in sheets.items():
        for row in lines:
            cells: list[Decimal | None] = []
            for cell in row.cells:
                cells += [cell.amount, cell.share, cell.growth]
            rows.append([sheet, row.line.title, *cells, "；".join(row.problems)])
    return rows


@dataclass(frozen=True, slots=True)
class Reading:
    """What a set of statements says, as preview and page draw it."""

    titles: list[str]
    sheets: dict[str, Any]
    problems: Sequence[object]
    unknown: Sequence[object]
    units: dict[str, str]


@face(may=permissions.may_open_file, shows=("material",))
@require_GET
def financial_statement(request: StaffRequest, pk: int) -> HttpResponse:
    """One set of statements as it was read, with what was not understood and what does not add up."""
    one = statement_of(request.actor, pk)
    if one is None:
        raise Http404
    material = queries.materials_of(one.material.party_id).get(pk=pk)
    columns = [
        (
            period_title(period.ends_on, period.months),
            {line.code: fen_of(line.amount) for line in period.lines.all()},
        )
        for period in one.periods.all()
    ]
    remarks = remarks_of(pk)
    reading = Reading(
        titles=[title for title, _amounts in columns],
        sheets=read_table(columns),
        problems=[remark for remark in remarks if remark.kind == RemarkKind.PROBLEM],
        unknown=[remark for remark in remarks if remark.kind == RemarkKind.UNKNOWN],
        units=one.units,
    )
    context = {
        "party": one.material.party,
        "on": SECTION,
        "one": one,
        "material": material,
        "reading": reading,
        "may_correct": material.ended_at is None
        and permissions.may_record_material(request.actor, one.material.party),
    }
    return render(request, "customers/financials/statement.html", context)
