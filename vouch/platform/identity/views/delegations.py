"""Who stands in for whom (代理)."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vouch.platform.identity import permissions, queries
from vouch.platform.identity.actions import (
    WrongDelegation,
    arrange_delegation,
    consent_delegation,
    end_delegation,
)
from vouch.platform.identity.forms import DelegationFilter, DelegationForm
from vouch.platform.identity.models import Delegation
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.faces import SIGNED_IN, face
from vouch.platform.web.tables import Table, respond


def state_of(row: Delegation, *, today: date | None = None) -> str:
    """Where it stands today."""
    today = today or timezone.localdate()
    if row.ended_at is not None or row.ends_on < today:
        return _("已结束")
    if row.consented_at is None:
        return _("待同意")
    return _("未开始") if row.starts_on > today else _("生效中")


DELEGATIONS = Table(
    name="delegations",
    title=gettext_lazy("代理"),
    default_sort="-starts_on",
    empty=gettext_lazy("没有符合条件的代理。"),
    hint=gettext_lazy("外出、休假前安排同部位的同事代理，期间由其办理您名下的客户。"),
    columns=(
        Column(
            "principal__name",
            gettext_lazy("缺勤人"),
            sort="principal__name",
            link=lambda row: reverse("identity:delegation", args=[row.pk]),
        ),
        Column("delegate__name", gettext_lazy("代理人"), sort="delegate__name"),
        Column("starts_on", gettext_lazy("起始日期"), Kind.DATE, sort="starts_on", on_phone=False),
        Column("ends_on", gettext_lazy("截止日期"), Kind.DATE, sort="ends_on"),
        Column("state", gettext_lazy("状态"), value=state_of, template="identity/delegation_state.html"),
        Column("reason", gettext_lazy("事由"), on_phone=False),
        Column("consented_by__name", gettext_lazy("同意人"), on_phone=False),
    ),
)


def _wanted(rows: QuerySet[Delegation], state: str, *, today: date) -> QuerySet[Delegation]:
    open_ones = Q(ended_at=None, ends_on__gte=today)
    states = {
        "waiting": open_ones & Q(consented_at=None),
        "live": open_ones & Q(consented_at__isnull=False, starts_on__lte=today),
        "coming": open_ones & Q(consented_at__isnull=False, starts_on__gt=today),
        "over": ~open_ones,
    }
    return rows.filter(states[state]) if state in states else rows


@face(may=SIGNED_IN, shows=("delegation",))
@require_GET
def delegation_list(request: StaffRequest) -> HttpResponseBase:
    """Who stands in for whom, for everybody to know."""
    filters = DelegationFilter(request.GET)
    filters.is_valid()
    rows = _wanted(queries.delegations(), filters.cleaned_data.get("state", ""), today=timezone.localdate())
    context = {"tab": "delegations", "may_delegate": request.actor.user_id is not None}
    return respond(request, DELEGATIONS.listing(rows, request.GET, filters), "identity/staff.html", context)


@face(may=SIGNED_IN)
@require_http_methods(["GET", "POST"])
def new_delegation(request: StaffRequest) -> HttpResponse:
    """Ask somebody to stand in, or arrange it for somebody whom one leads."""
    form = DelegationForm(request.actor, request.POST or None, today=timezone.localdate())
    if request.method == "POST" and form.is_valid():
        try:
            made = arrange_delegation(
                actor=request.actor,
                at=timezone.now(),
                principal=form.cleaned_data["principal"],
                absence=form.absence(),
            )
        except WrongDelegation as error:
            form.add_error(None, str(error))
        else:
            done = _("代理已安排。") if made.consented_at else _("已提交，等待负责人同意。")
            messages.success(request, done)
            return redirect("identity:delegation", pk=made.pk)
    notice = _(
        "代理人须与缺勤人同属一个部位；只增加缺勤人名下的客户，不增加岗位和数据范围，不能转托。到期自动结束。"
    )
    context = {"form": form, "title": _("安排代理"), "button": _("提交"), "notice": notice}
    return render(request, "identity/form.html", context, status=422 if request.method == "POST" else 200)


@face(may=SIGNED_IN, shows=("delegation",))
@require_GET
def delegation(request: StaffRequest, pk: int) -> HttpResponse:
    """One delegation, with what may be done about it."""
    row = get_object_or_404(queries.delegations(), pk=pk)
    state = state_of(row)
    is_open = row.ended_at is None and row.ends_on >= timezone.localdate()
    context = {
        "delegation": row,
        "state": state,
        "may_consent": is_open and row.consented_at is None and permissions.may_consent(request.actor, row),
        "may_end": is_open and permissions.may_end_delegation(request.actor, row),
    }
    return render(request, "identity/delegation.html", context)


@face(may=SIGNED_IN, shows=("delegation",))
@require_POST
def consent(request: StaffRequest, pk: int) -> HttpResponse:
    """Agree, as a lead of the absent person."""
    row = get_object_or_404(queries.delegations(), pk=pk)
    try:
        consent_delegation(actor=request.actor, at=timezone.now(), delegation=row)
    except WrongDelegation as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("已同意。"))
    return redirect("identity:delegation", pk=pk)


@face(may=SIGNED_IN, shows=("delegation",))
@require_POST
def end(request: StaffRequest, pk: int) -> HttpResponse:
    """End it now."""
    row = get_object_or_404(queries.delegations(), pk=pk)
    end_delegation(actor=request.actor, at=timezone.now(), delegation=row)
    messages.success(request, _("代理已结束。"))
    return redirect("identity:delegation", pk=pk)
