"""Pages of overrides: how many there are and why, one of them with what it does, and the form for a new one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from vouch.grading import permissions, queries
from vouch.grading.actions import (
    NotNow,
    approve_override,
    lift_override,
    propose_override,
    refuse_override,
    withdraw_override,
)
from vouch.grading.forms import NoteForm, OverrideFilter, OverrideForm
from vouch.grading.queries import Watch
from vouch.grading.terms import OVERRIDE_WARN_RATE, OverrideState
from vouch.platform.identity.request import StaffRequest
from vouch.platform.ledger.queries import history_of
from vouch.platform.web import charts
from vouch.platform.web.charts import Axis, Chart, Series
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.faces import face
from vouch.platform.web.tables import Table, respond

OVERRIDES = Table(
    name="overrides",
    title=_("人工调整"),
    default_sort="-proposed_at",
    empty=_("没有符合条件的人工调整。"),
    hint=_("在客户的评估页可以提出人工调整。"),
    columns=(
        Column("party__name", _("客户"), sort="party__name", link=lambda one: one.get_absolute_url()),
        Column("state", _("状态"), sort="state", template="grading/override_state.html",
               value=lambda one: one.get_state_display()),
        Column("model_grade", _("模型等级"), Kind.GRADE),
        Column("grade", _("调整为"), Kind.GRADE),
        Column("reason", _("原因"), sort="reason", value=lambda one: one.get_reason_display(), on_phone=False),
        Column("proposed_by_label", _("提出人"), sort="proposed_by_label", on_phone=False),
        Column("proposed_at", _("提出时间"), Kind.MOMENT, sort="proposed_at", on_phone=False),
        Column("decided_by_label", _("审批人"), on_phone=False),
        Column("expires_on", _("有效期至"), Kind.DATE, sort="expires_on"),
    ),
)  # fmt: skip


@face(may=permissions.may_open_overrides, shows=("override", "party"))
@require_GET
def overrides(request: StaffRequest) -> HttpResponseBase:
    """The overrides of the customers that the reader sees, counted and listed."""
    filters = OverrideFilter(request.GET)
    rows = queries.overrides_where(request.actor, filters.wanted())
    watch = queries.watch_of(request.actor, at=timezone.now())
    context = {
        "tab": "overrides",
        "watch": watch,
        "rate": watch.months[-1].rate,
        "warn_rate": OVERRIDE_WARN_RATE,
        "chart": _months(watch),
    }
    return respond(request, OVERRIDES.listing(rows, request.GET, filters), "grading/overrides.html", context)


def _months(watch: Watch) -> Chart:
    return charts.over_time(
        [month.month.strftime("%Y-%m") for month in watch.months],
        [
            Series(
                _now("人工调整"), [month.overrides for month in watch.months], charts.BLUE, unit=_now("件")
            ),
            Series(
                _now("占当月评估户数"),
                [round(float(month.rate * 100), 2) for month in watch.months],
                charts.AMBER,
                kind="line",
                unit="%",
                on_second_axis=True,
            ),
        ],
        left=Axis(_now("件"), extra={"minInterval": 1}),
        right=Axis("%"),
    )


@face(may=permissions.may_open_overrides, shows=("party",))
@require_http_methods(["GET", "POST"])
def propose(request: StaffRequest, pk: int) -> HttpResponse:
    """Propose another grade than the model's for one customer."""
    party = queries.assessable_customer(request.actor, pk)
    if party is None:
        raise Http404
    standing = queries.standing_at(party.pk)
    now = timezone.now()
    form = OverrideForm(
        request.POST or None,
        grades=queries.grades_of(standing) if standing else [],
        evidence=queries.evidence_of(party.pk),
        today=timezone.localdate(now),
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = propose_override(actor=request.actor, at=now, party_id=party.pk, details=form.details())
        except NotNow as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _now("已提出，须由另一人批准后生效。"))
            return redirect(made)
    context = {
        "party": party,
        "standing": standing,
        "form": form,
        "may_propose": permissions.may_propose_override(request.actor, party.pk),
        "open": queries.open_override(party.pk),
    }
    return render(request, "grading/propose.html", context, status=422 if request.method == "POST" else 200)


def _approve(request: StaffRequest, one: Any, note: str) -> str:
    approve_override(actor=request.actor, at=timezone.now(), override=one, note=note)
    return _now("已批准，人工调整生效。")


def _refuse(request: StaffRequest, one: Any, note: str) -> str:
    refuse_override(actor=request.actor, at=timezone.now(), override=one, note=note)
    return _now("已记录为不批准。")


def _withdraw(request: StaffRequest, one: Any, note: str) -> str:
    withdraw_override(actor=request.actor, at=timezone.now(), override=one)
    return _now("已撤回。")


def _lift(request: StaffRequest, one: Any, note: str) -> str:
    lift_override(actor=request.actor, at=timezone.now(), override=one, note=note)
    return _now("已解除，恢复模型等级。")


VERBS: dict[str, Callable[[StaffRequest, Any, str], str]] = {
    "approve": _approve,
    "refuse": _refuse,
    "withdraw": _withdraw,
    "lift": _lift,
}
NEED_WORDS = frozenset({"refuse", "lift"})


@face(may=permissions.may_open_overrides, shows=("override",))
@require_http_methods(["GET", "POST"])
def override(request: StaffRequest, pk: int) -> HttpResponse:
    """One override: what the model says, what would follow, who did what; and the next step."""
    one = get_object_or_404(queries.overrides_visible_to(request.actor), pk=pk)
    form = NoteForm(request.POST or None)
    if request.method == "POST":
        do = request.POST.get("do", "")
        if do not in VERBS:
            raise Http404
        if form.is_valid() and do in NEED_WORDS and not form.cleaned_data["note"].strip():
            form.add_error("note", _now("请写明理由。"))
        if form.is_valid():
            try:
                messages.success(request, VERBS[do](request, one, form.cleaned_data["note"].strip()))
            except NotNow as error:
                messages.error(request, str(error))
            return redirect(one)
    actor, result = request.actor, queries.result_at(one.assessment, one.grade)
    context = {
        "one": one,
        "result": result,
        "limit": None if result is None else queries.yuan(result.limit),
        "form": form,
        "may_decide": one.state == OverrideState.PROPOSED and permissions.may_decide_override(actor, one),
        "may_withdraw": one.state == OverrideState.PROPOSED and permissions.may_withdraw_override(actor, one),
        "may_lift": one.state == OverrideState.LIVE and permissions.may_lift_override(actor, one),
        "entries": list(history_of("override", one.pk)[:20]),
    }
    return render(request, "grading/override.html", context, status=422 if request.method == "POST" else 200)
