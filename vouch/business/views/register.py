"""在保台账: the list, its pivot, what falls due, paid claims, and one guarantee."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from vouch.business import permissions, queries
from vouch.business.forms import ClaimFilter, PivotForm, RegisterFilter
from vouch.business.queries import Guarantee, Pivot
from vouch.business.queries.register import with_names
from vouch.business.terms import Dimension, GuaranteeState
from vouch.platform.identity.request import StaffRequest
from vouch.platform.ledger.queries import history_of
from vouch.platform.web import charts
from vouch.platform.web.charts import Axis, Chart, Series, Slice
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.faces import face
from vouch.platform.web.tables import Table, respond

STATE_TONES = {"in_force": "green", "released": "secondary", "claimed": "red"}


def _customer(one: Guarantee) -> str:
    return one.party.get_absolute_url()


def _shown_state(one: Guarantee) -> str:
    return one.get_state_display()


REGISTER = Table(
    name="register",
    title=_("在保台账"),
    default_sort="due_on",
    empty=_("没有符合条件的担保业务。"),
    hint=_("可以在“导入”里导入担保台账。"),
    is_wide=True,
    complete=with_names,
    columns=(
        Column("number", _("业务编号"), Kind.CODE, sort="number", link=lambda one: one.get_absolute_url()),
        Column("party__name", _("客户"), sort="party__name", link=_customer),
        Column("bank", _("银行"), sort="bank", on_phone=False),
        Column("product", _("产品"), sort="product", on_phone=False),
        Column("kind", _("业务种类"), sort="kind", value=lambda one: one.get_kind_display(), on_phone=False),
        Column("contract_amount", _("合同金额"), Kind.WAN, sort="contract_amount", on_phone=False),
        Column("debt_balance", _("债务余额"), Kind.WAN, sort="debt_balance", on_phone=False),
        Column("share_rate", _("承担比例"), Kind.RATE, sort="share_rate", on_phone=False),
        Column("balance", _("在保余额"), Kind.WAN, sort="balance"),
        Column("fee_rate", _("年费率"), Kind.RATE, sort="fee_rate", on_phone=False),
        Column("counted_on", _("计入在保日"), Kind.DATE, sort="counted_on", on_phone=False),
        Column("due_on", _("到期日"), Kind.DATE, sort="due_on"),
        Column(
            "five_class",
            _("五级分类"),
            sort="five_class",
            value=lambda one: one.get_five_class_display(),
            template="business/class_cell.html",
            on_phone=False,
        ),
        Column("overdue_days", _("逾期天数"), Kind.NUMBER, sort="overdue_days", unit=str(_("天"))),
        Column("overdue_amount", _("逾期金额"), Kind.WAN, sort="overdue_amount", on_phone=False),
        Column("state", _("状态"), sort="state", value=_shown_state, template="business/state_cell.html"),
        Column("unit_name", _("管户机构"), sort="duty__unit__name", on_phone=False),
        Column("manager_name", _("管户经理"), sort="duty__manager__name", on_phone=False),
        Column("counter_guarantee", _("反担保措施"), on_phone=False),
        Column("released_on", _("解保日期"), Kind.DATE, sort="released_on", on_phone=False),
        Column("as_of", _("台账日期"), Kind.DATE, sort="as_of", on_phone=False),
    ),
)

CLAIMS = Table(
    name="claims",
    title=_("代偿明细"),
    default_sort="-on",
    empty=_("没有符合条件的代偿。"),
    hint=_("可以在“导入”里导入代偿和追偿回收。"),
    columns=(
        Column("guarantee__number", _("业务编号"), Kind.CODE, sort="guarantee__number",
               link=lambda one: one.guarantee.get_absolute_url()),
        Column("guarantee__party__name", _("客户"), sort="guarantee__party__name",
               link=lambda one: _customer(one.guarantee)),
        Column("guarantee__bank", _("银行"), sort="guarantee__bank", on_phone=False),
        Column("on", _("代偿日"), Kind.DATE, sort="on"),
        Column("notified_on", _("首次通知日"), Kind.DATE, sort="notified_on", on_phone=False),
        Column("principal", _("本金"), Kind.WAN, sort="principal", on_phone=False),
        Column("interest", _("利息"), Kind.WAN, sort="interest", on_phone=False),
        Column("other", _("其他"), Kind.WAN, sort="other", on_phone=False),
        Column("amount", _("代偿金额"), Kind.WAN, sort="amount"),
        Column("recovered", _("该业务已回收"), Kind.WAN, sort="recovered"),
    ),
)  # fmt: skip


@face(may=permissions.may_open_register, shows=("guarantee",))
@require_GET
def register(request: StaffRequest) -> HttpResponseBase:
    """Every guarantee that the actor sees, with what the filtered set adds up to."""
    filters = RegisterFilter(request.actor, request.GET)
    rows = queries.register(request.actor, filters.wanted())
    sums = queries.totals(rows)
    context = {"tab": "register", "totals": sums, "query": _carried(request)}
    listing = REGISTER.listing(rows, request.GET, filters, count=sums.count)
    return respond(request, listing, "business/register.html", context)


@face(may=permissions.may_open_register, shows=("guarantee",))
@require_GET
def pivot(request: StaffRequest) -> HttpResponseBase:
    """The filtered register counted by one or two dimensions; a figure leads to its rows."""
    filters, form = RegisterFilter(request.actor, request.GET), PivotForm(request.GET)
    down, across, measure = form.asked()
    rows = queries.register(request.actor, filters.wanted())
    found = queries.pivot(rows, down=down, across=across, measure=measure)
    table = _pivot_table(found)
    listing = table.listing(_pivot_rows(found), request.GET)
    if "export" in request.GET:
        return respond(request, listing, "business/pivot.html", {})
    context = {
        "tab": "pivot",
        "pivot": found,
        "form": PivotForm({"down": down, "across": across or "", "measure": measure}),
        "filters": filters,
        "totals": queries.totals(rows),
        "query": _carried(request),
        "kept": list(_kept(request).items()),
        "export_url": _export_url(request),
        "lines": [(line, _drill(request, found, line.key)) for line in found.lines],
        "chart": _pivot_chart(found),
    }
    return render(request, "business/pivot.html", context)


def _pivot_table(found: Pivot) -> Table:
    """For the export: text down, figures across."""
    kind = Kind.YUAN if found.is_money else Kind.NUMBER
    across = (Column(f"c{place}", title, kind) for place, (_key, title) in enumerate(found.columns))
    columns = (Column("title", found.down.label), *across, Column("total", _("合计"), kind))
    return Table(name="pivot", title=_("台账透视"), columns=columns, default_sort="", tie_break="")


def _pivot_rows(found: Pivot) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {"title": line.title, "total": line.total, **{f"c{n}": one for n, one in enumerate(line.figures)}}
        for line in found.lines
    ]
    totals = {f"c{n}": one for n, one in enumerate(found.totals)}
    return [*rows, {"title": _now("合计"), "total": found.total, **totals}]


DRILLED = {
    Dimension.BANK: "bank",
    Dimension.PRODUCT: "product",
    Dimension.KIND: "kind",
    Dimension.FIVE_CLASS: "five_class",
    Dimension.STATE: "state",
    Dimension.INDUSTRY: "industry",
}
"""Dimensions whose key is a value of the register's filter."""


def _drill(request: StaffRequest, found: Pivot, key: str) -> str:
    """The register cut down to one line of the pivot; "" where the filter has no such value."""
    if found.down is Dimension.CUSTOMER and key:
        return f"{reverse('business:register')}?{urlencode({**_kept(request), 'q': key})}"
    if found.down not in DRILLED or not key:
        return ""
    return f"{reverse('business:register')}?{urlencode({**_kept(request), DRILLED[found.down]: key})}"


def _kept(request: StaffRequest) -> dict[str, str]:
    names = RegisterFilter.base_fields
    return {name: request.GET[name] for name in request.GET if name in names and request.GET[name]}


def _carried(request: StaffRequest) -> str:
    """The register's filter, to be taken along from tab to tab."""
    return urlencode(_kept(request))


def _export_url(request: StaffRequest) -> str:
    said = {name: request.GET[name] for name in request.GET if name != "export"}
    return f"?{urlencode(said)}&export=" if said else "?export="


def _pivot_chart(found: Pivot) -> Chart:
    unit = str(_("万元")) if found.is_money else str(_("户") if not found.adds_up else _("笔"))
    slices = [
        Slice(line.title, None if line.total is None else float(line.total)) for line in found.lines[:15]
    ]
    return charts.bars(
        slices, unit=unit, label=str(found.down.label), form="wan" if found.is_money else "count", lying=True
    )


@face(may=permissions.may_open_register, shows=("guarantee",))
@require_GET
def due(request: StaffRequest) -> HttpResponse:
    """What falls due, month by month; overdue ones first."""
    filters = RegisterFilter(request.actor, request.GET)
    rows = queries.register(request.actor, filters.wanted())
    months = queries.due_months(rows)
    chart = charts.over_time(
        [month.strftime("%Y-%m") for month, _count, _sum in months],
        [
            Series(
                _now("在保余额"),
                [float(total) for _month, _count, total in months],
                charts.BLUE,
                unit=_now("元"),
            ),
            Series(
                _now("笔数"),
                [count for _month, count, _sum in months],
                charts.AMBER,
                kind="line",
                unit=_now("笔"),
                on_second_axis=True,
            ),
        ],
        left=Axis(_now("万元"), "wan"),
        right=Axis(_now("笔"), extra={"minInterval": 1}),
        label=_now("到期月份"),
    )
    context = {
        "tab": "due",
        "chart": chart,
        "months": months,
        "filters": filters,
        "totals": queries.totals(rows.filter(state=GuaranteeState.IN_FORCE)),
        "query": _carried(request),
    }
    return render(request, "business/due.html", context)


@face(may=permissions.may_open_register, shows=("guarantee",))
@require_GET
def claims(request: StaffRequest) -> HttpResponseBase:
    """Claims that were paid, with what came back."""
    filters = ClaimFilter(request.GET)
    filters.is_valid()
    said = filters.cleaned_data
    rows = queries.claims_where(
        request.actor, text=said.get("q", ""), since=said.get("since"), until=said.get("until")
    )
    return respond(
        request,
        CLAIMS.listing(rows, request.GET, filters),
        "business/claims.html",
        {"tab": "claims", "sums": queries.claim_totals(rows)},
    )


@face(may=permissions.may_open_register, shows=("guarantee",))
@require_GET
def guarantee(request: StaffRequest, pk: int) -> HttpResponse:
    """One guarantee: terms, how it stood by each ledger, money in and out."""
    one = queries.guarantee_of(request.actor, pk)
    if one is None:
        raise Http404
    context = {
        "one": one,
        "tone": STATE_TONES[one.state],
        "events": queries.events_of(one),
        "versions": list(queries.versions_of(one)),
        "entries": history_of("guarantee", one.pk),
    }
    return render(request, "business/guarantee.html", context)
