"""The institution's own figures: month by month, entered, pasted or sent as the template, confirmed by another."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.faces import face
from vouch.platform.web.tables import Table, respond
from vouch.policy import permissions
from vouch.policy.actions import FiguresError, confirm_figures, propose_figures, refuse_figures
from vouch.policy.forms import FiguresForm, PastedForm
from vouch.policy.forms.figures import AMOUNTS, initial_of, template_rows
from vouch.policy.models import MonthFigures
from vouch.policy.queries.figures import Standing, figures
from vouch.policy.queries.setting import reading_of, setting_in_force
from vouch.policy.queries.signed import title_of
from vouch.policy.views.signing import signed

FIGURES = Table(
    name="figures",
    title=_("机构数据"),
    default_sort="-month_end",
    empty=_("还没有机构数据。"),
    hint=_("录入最近月末的净资产后，集中度和放大倍数才能计算。"),
    columns=(
        Column("month_end", _("月末"), Kind.DATE, sort="month_end", link=lambda one: one.get_absolute_url()),
        Column("version", _("版次"), Kind.NUMBER, sort="version"),
        Column("state", _("状态"), sort="state", value=lambda one: one.get_state_display(), template="policy/state_cell.html"),
        Column("net_assets", _("净资产"), Kind.WAN, sort="net_assets"),
        Column("is_audited", _("审计"), value=lambda one: _now("已审计") if one.is_audited else _now("未审计"), on_phone=False),
        Column("guarantor_equity", _("对其他担保公司股权"), Kind.WAN, sort="guarantor_equity", on_phone=False),
        Column("compensation_reserve", _("担保赔偿准备金"), Kind.WAN, sort="compensation_reserve", on_phone=False),
        Column("fee_income", _("本年担保费收入"), Kind.WAN, sort="fee_income", on_phone=False),
        Column("author_label", _("录入人"), on_phone=False),
        Column("signer_label", _("确认人"), on_phone=False),
    ),
)  # fmt: skip


@face(may=permissions.may_read_ratios, shows=("month_figures",))
@require_GET
def figures_list(request: StaffRequest) -> HttpResponseBase:
    """Every version of every month."""
    context = {"tab": "figures", "may_enter": permissions.may_enter_figures(request.actor)}
    return respond(request, FIGURES.listing(figures(), request.GET), "policy/figures/list.html", context)


@face(may=permissions.may_read_ratios, shows=("month_figures",))
@require_GET
def figures_month(request: StaffRequest, pk: int) -> HttpResponse:
    """One version of a month, with what the limits take from it."""
    row = get_object_or_404(figures().prefetch_related("assets"), pk=pk)
    standing = Standing(row, reading_of(setting_in_force(at=timezone.now())))
    context = {
        "tab": "figures",
        "row": row,
        "amounts": [(title_of(MonthFigures, name), getattr(row, name)) for name in AMOUNTS],
        "base": standing.base / 100,
        "may_sign": row.state == "proposed" and permissions.may_sign_figures(request.actor, row),
        "may_correct": row.state != "proposed" and permissions.may_enter_figures(request.actor),
        "others": figures().filter(month_end=row.month_end).exclude(pk=row.pk),
    }
    return render(request, "policy/figures/month.html", context)


@face(may=permissions.may_enter_figures, shows=("month_figures",))
@require_http_methods(["GET", "POST"])
def figures_enter(request: StaffRequest) -> HttpResponse:
    """Enter a month; filled with the month before, with the one to correct (``?from=``), or with what was pasted."""
    pasted = PastedForm(request.POST, request.FILES) if "paste" in request.POST else PastedForm()
    if pasted.is_bound:
        form = FiguresForm(initial=pasted.cleaned_data["initial"] if pasted.is_valid() else _initial(request))
    elif request.method == "POST":
        form = FiguresForm(request.POST)
        if form.is_valid():
            try:
                row = propose_figures(actor=request.actor, at=timezone.now(), details=form.details())
            except FiguresError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _now("%s 已录入，请另一人确认。") % row)
                return redirect(row)
    else:
        form = FiguresForm(initial=_initial(request))
    context = {"tab": "figures", "form": form, "pasted": pasted}
    status = 422 if form.errors or pasted.errors else 200
    return render(request, "policy/figures/enter.html", context, status=status)


@face(may=permissions.may_enter_figures)
@require_GET
def figures_template(request: StaffRequest) -> HttpResponse:
    """The empty template, as CSV that a spreadsheet opens."""
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="figures.csv"'
    csv.writer(response).writerows(template_rows(_last_month(timezone.localdate())))
    return response


@face(may=permissions.may_read_ratios, shows=("month_figures",))
@require_POST
def figures_sign(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    """Confirm or send back."""
    row = get_object_or_404(figures(), pk=pk)
    return signed(request, row, verb, {"confirm": confirm_figures, "refuse": refuse_figures})


def _last_month(day: date) -> date:
    return day.replace(day=1) - timedelta(days=1)


def _initial(request: StaffRequest) -> dict[str, Any]:
    chosen = request.GET.get("from", "")
    if chosen.isdecimal():
        row: MonthFigures | None = figures().filter(pk=int(chosen)).first()
        return {} if row is None else initial_of(row)
    row = figures().filter(state="confirmed").first()
    found = {} if row is None else initial_of(row)
    return {**found, "month_end": _last_month(timezone.localdate()), "is_audited": False, "note": ""}
