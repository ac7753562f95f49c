"""A customer's bank statements together: months, counterparties, what goes round, what was made for show."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from vouch.customers import permissions, queries
from vouch.customers.forms.flows import TransactionFilter
from vouch.customers.queries import BankStatement, BankTransaction, Party
from vouch.customers.queries.bank import Flows, Lens, flows_of, in_force, statements_of, transactions_where
from vouch.customers.queries.consent import why_not_read
from vouch.customers.queries.fact_tiles import facts_told
from vouch.customers.terms import DataClass, MaterialKind
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web import charts
from vouch.platform.web.charts import Axis, Chart, Series, Slice
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.faces import face
from vouch.platform.web.tables import Table, respond

SHOWN, ON_CHART = 20, 8
FACTS = (
    *("bank.inflow_12m", "bank.inflow_net_12m", "bank.month_end_balance_12m", "bank.months_covered_12m"),
    *("bank.round_trip_rate_12m", "bank.window_dressing_months_12m"),
)


TRANSACTIONS = Table(
    name="transactions",
    title=_("交易明细"),
    default_sort="-on",
    tie_break="-pk",
    empty=_("没有符合条件的交易。"),
    hint=_("可以在“银行流水”里上传对账单。"),
    columns=(
        Column("on", _("交易日期"), Kind.DATE, sort="on"),
        Column("amount", _("金额"), Kind.YUAN, sort="amount"),
        Column("balance", _("余额"), Kind.YUAN, sort="balance", on_phone=False),
        Column("counterparty", _("对方户名"), sort="counterparty"),
        Column("account", _("对方账号"), Kind.CODE, on_phone=False),
        Column("summary", _("摘要"), on_phone=False),
        Column("gap", _("余额差额"), Kind.YUAN, sort="gap", on_phone=False),
        Column("statement__bank", _("银行"), on_phone=False),
        Column("row", _("行"), Kind.NUMBER, on_phone=False),
    ),
)


@face(may=permissions.may_open_file, shows=("party",))
@require_GET
def bank(request: StaffRequest, pk: int) -> HttpResponse:
    """Everything that the statements tell together; nothing of a person without a live authorisation."""
    party = _customer(request, pk)
    if (shut := _shut(request, party)) is not None:
        return shut
    today = timezone.localdate()
    flows, lens = flows_of(party.pk, as_of=today), Lens(party.pk)
    statements: list[tuple[BankStatement, str, Any]] = [
        (one, lens.account(one), material) for one, material in statements_of(party.pk)
    ]
    context = {
        "party": party,
        "on": MaterialKind.BANK.value,
        "statements": statements,
        "flows": flows,
        "facts": facts_told(FACTS, party.pk, as_of=today) if flows else [],
        "may_add": permissions.may_record_material(request.actor, party),
        **(_pictures(flows) if flows else {}),
    }
    return render(request, "customers/bank.html", context)


def _pictures(flows: Flows) -> dict[str, Any]:
    months = flows.months
    figures = flows.figures
    has_balance = any(month.balance is not None for month in months)
    series = [
        Series(_now("流入"), [float(month.money_in) for month in months], charts.BLUE),
        Series(_now("流出"), [float(month.money_out) for month in months], charts.TEAL),
    ]
    if has_balance:
        balances = [None if month.balance is None else float(month.balance) for month in months]
        series.append(Series(_now("月末余额"), balances, charts.AMBER, kind="line"))
    by_in = sorted(figures.counterparties, key=lambda one: -one.money_in)
    by_out = sorted(figures.counterparties, key=lambda one: -one.money_out)
    return {
        "months": charts.over_time(
            [month.month.strftime("%Y-%m") for month in months], series, left=Axis(_now("万元"), "wan")
        ),
        "sides": [
            (
                _now("主要付款方"),
                "payers",
                _bars([(one.name, one.money_in) for one in by_in if one.money_in], _now("付款方")),
                [
                    (one.name, one.money_in / 100, one.share_in, one.count)
                    for one in by_in[:SHOWN]
                    if one.money_in
                ],
            ),
            (
                _now("主要收款方"),
                "payees",
                _bars([(one.name, one.money_out) for one in by_out if one.money_out], _now("收款方")),
                [
                    (one.name, one.money_out / 100, one.share_out, one.count)
                    for one in by_out[:SHOWN]
                    if one.money_out
                ],
            ),
        ],
        "trips": [
            (trip.first.name, trip.first.on, trip.second.on, trip.first.amount / 100, trip.days)
            for trip in reversed(figures.round_trips[-SHOWN:])
        ],
        "trip_count": len(figures.round_trips),
        "trip_total": figures.round_trip_in / 100,
        "ends": [
            (end.month, end.money_in / 100, end.gone_after / 100) for end in reversed(figures.month_ends)
        ],
    }


def _bars(told: list[tuple[str, int]], label: str) -> Chart:
    slices = [Slice(name, fen / 100) for name, fen in told[:ON_CHART]]
    return charts.bars(slices, unit=_now("万元"), label=label, form="wan", lying=True)


@face(may=permissions.may_open_file, shows=("party",))
@require_GET
def transactions(request: StaffRequest, pk: int) -> HttpResponseBase:
    """Every transaction that counts: filter, search, sort, page, export; account numbers masked."""
    party = _customer(request, pk)
    if (shut := _shut(request, party)) is not None:
        return shut
    filters = TransactionFilter(request.GET)
    rows = transactions_where(party.pk, filters.wanted(), as_of=timezone.localdate())
    listing = _seen_through(Lens(party.pk)).listing(rows, request.GET, filters)
    context = {"party": party, "on": MaterialKind.BANK.value}
    return respond(request, listing, "customers/transactions.html", context)


def _seen_through(lens: Lens) -> Table:
    """The table, its sealed columns opened with the party's key as far as they may be shown."""

    def account(row: BankTransaction) -> str:
        return lens.account(row)

    def summary(row: BankTransaction) -> str:
        return lens.summary(row)

    values = {"account": account, "summary": summary}
    columns = tuple(
        replace(column, value=values[column.name]) if column.name in values else column
        for column in TRANSACTIONS.columns
    )
    return replace(TRANSACTIONS, columns=columns)


def _shut(request: StaffRequest, party: Party) -> HttpResponse | None:
    """What stands in the pages' place while the person's bank data may not be read."""
    why = why_not_read(party, DataClass.BANK, at=timezone.now())
    if not why:
        return None
    context = {
        "party": party,
        "on": MaterialKind.BANK.value,
        "why": why,
        "kept": in_force(party.pk).count(),
        "may_authorise": permissions.may_open_consent(request.actor),
    }
    return render(request, "customers/bank_shut.html", context)


def _customer(request: StaffRequest, pk: int) -> Party:
    found = queries.customer_of(request.actor, pk)
    if found is None:
        raise Http404
    return found
