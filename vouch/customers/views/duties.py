"""A customer's taxes, electricity, water and gas: by month, what is late and what is owed; single lines entered."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from vouch.customers import actions, permissions, queries
from vouch.customers.forms.flows import BillForm, TaxForm
from vouch.customers.queries import Party
from vouch.customers.queries.duties import bills_by_month, bills_counted, taxes_by_month, taxes_counted
from vouch.customers.queries.fact_tiles import facts_told
from vouch.customers.queries.materials import materials_of
from vouch.customers.terms import UTILITY_UNITS, MaterialKind, UtilityKind
from vouch.platform.identity.actions.repeats import Answer
from vouch.platform.identity.repeats import submit_once
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web import charts
from vouch.platform.web.charts import Axis, Series
from vouch.platform.web.faces import face

ROWS = 200
TAX_FACTS = (
    *("tax.declared_revenue_12m", "tax.paid_12m", "tax.late_payments_12m", "tax.arrears"),
    "tax.months_covered_12m",
)
UTILITY_FACTS = (
    *("utility.electricity_12m", "utility.electricity_change_12m", "utility.cost_12m"),
    *("utility.electricity_months_12m", "utility.overdue_months_12m"),
)


@face(may=permissions.may_open_file, shows=("party",))
@require_GET
def taxes(request: StaffRequest, pk: int) -> HttpResponse:
    """What was declared, owed and paid."""
    party, today = _customer(request, pk), timezone.localdate()
    rows = list(taxes_counted(party.pk, as_of=today)[:ROWS])
    months = taxes_by_month(party.pk, as_of=today)
    chart = charts.over_time(
        [f"{one.month:%Y-%m}" for one in months],
        [
            Series(_("已缴"), [float(one.paid) for one in months], charts.TEAL, stack="tax"),
            Series(_("未缴"), [float(one.owed) for one in months], charts.RED, stack="tax"),
            Series(_("申报收入"), [float(one.revenue) for one in months], charts.BLUE, kind="line", on_second_axis=True),
        ],
        left=Axis(_("万元"), "wan"),
        right=Axis(_("万元"), "wan"),
    )  # fmt: skip
    context = {
        **_context(request, party, MaterialKind.TAX),
        "rows": rows,
        "chart": chart,
        "today": today,
        "facts": facts_told(TAX_FACTS, party.pk, as_of=today) if rows else [],
    }
    return render(request, "customers/taxes.html", context)


@face(may=permissions.may_open_file, shows=("party",))
@require_GET
def bills(request: StaffRequest, pk: int) -> HttpResponse:
    """What was consumed and what it cost, by the month."""
    party, today = _customer(request, pk), timezone.localdate()
    rows = list(bills_counted(party.pk, as_of=today)[:ROWS])
    months = bills_by_month(party.pk, as_of=today)
    used = [None if one.electricity is None else float(one.electricity) for one in months]
    chart = charts.over_time(
        [f"{one.month:%Y-%m}" for one in months],
        [
            Series(_("水电气费"), [float(one.cost) for one in months], charts.TEAL),
            Series(_("用电量"), used, charts.BLUE, kind="line", unit=_("千瓦时"), on_second_axis=True),
        ],
        left=Axis(_("万元"), "wan"),
        right=Axis(_("千瓦时")),
    )
    context = {
        **_context(request, party, MaterialKind.UTILITY),
        "rows": [(row, UTILITY_UNITS[UtilityKind(row.kind)]) for row in rows],
        "chart": chart,
        "today": today,
        "facts": facts_told(UTILITY_FACTS, party.pk, as_of=today) if rows else [],
    }
    return render(request, "customers/bills.html", context)


@face(may=permissions.may_add_materials, shows=("party",))
@require_http_methods(["GET", "POST"])
def new_tax(request: StaffRequest, pk: int) -> HttpResponse:
    """Enter one tax of one period by hand."""
    party = _customer(request, pk)
    form = TaxForm(request.POST or None, kind=MaterialKind.TAX)
    return _line(request, party, form, title=_("登记纳税"), back="customers:taxes")


@face(may=permissions.may_add_materials, shows=("party",))
@require_http_methods(["GET", "POST"])
def new_bill(request: StaffRequest, pk: int) -> HttpResponse:
    """Enter one month's bill by hand."""
    party = _customer(request, pk)
    form = BillForm(request.POST or None, kind=MaterialKind.UTILITY)
    return _line(request, party, form, title=_("登记水电气"), back="customers:bills")


def _line(
    request: StaffRequest, party: Party, form: TaxForm | BillForm, *, title: str, back: str
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            done = submit_once(request, lambda: _recorded(request, party, form))
        except actions.WrongMaterial as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("已登记。"))
            return redirect(back, pk=done.body["party"])
    if not permissions.may_record_material(request.actor, party):
        raise PermissionDenied(_("您不能为该客户登记资料。"))
    context = {"party": party, "on": form.kind.value, "form": form, "title": title, "back": back}
    return render(request, "customers/line.html", context, status=422 if request.method == "POST" else 200)


def _recorded(request: StaffRequest, party: Party, form: TaxForm | BillForm) -> Answer:
    now = timezone.now()
    details = form.material(timezone.localdate(now))
    if isinstance(form, TaxForm):
        actions.record_taxes(actor=request.actor, at=now, party=party, details=details, lines=[form.line()])
    else:
        actions.record_bills(actor=request.actor, at=now, party=party, details=details, lines=[form.line()])
    return Answer(200, {"party": party.pk})


def _context(request: StaffRequest, party: Party, kind: MaterialKind) -> dict[str, Any]:
    return {
        "party": party,
        "on": kind.value,
        "materials": list(materials_of(party.pk, kinds=[kind])),
        "may_add": permissions.may_record_material(request.actor, party),
    }


def _customer(request: StaffRequest, pk: int) -> Party:
    found = queries.customer_of(request.actor, pk)
    if found is None:
        raise Http404
    return found
