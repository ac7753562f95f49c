"""The queue of changes of rights, and the decision about one (权限变更)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from vouch.platform.identity import permissions, queries
from vouch.platform.identity.actions import (
    NotWaiting,
    WrongRights,
    WrongUnit,
    approve_change,
    refuse_change,
    withdraw_change,
)
from vouch.platform.identity.forms import ChangeFilter, DecisionForm
from vouch.platform.identity.models import RightsChange
from vouch.platform.identity.request import StaffRequest
from vouch.platform.identity.terms import ChangeKind, ChangeState
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.faces import face
from vouch.platform.web.tables import Table, respond

NO_WATCHER = gettext_lazy("权限变更只对管理和监督岗位开放。")

CHANGES = Table(
    name="changes",
    title=gettext_lazy("权限变更"),
    default_sort="-requested_at",
    empty=gettext_lazy("没有符合条件的申请。"),
    columns=(
        Column("requested_at", gettext_lazy("申请时间"), Kind.MOMENT, sort="requested_at"),
        Column(
            "about",
            gettext_lazy("当事人"),
            link=lambda change: reverse("identity:change", args=[change.pk]),
        ),
        Column("kind", gettext_lazy("种类"), sort="kind", value=lambda change: change.get_kind_display()),
        Column(
            "shown_state",
            gettext_lazy("状态"),
            sort="shown_state",
            value=lambda change: str(ChangeState(change.shown_state).label),
            template="identity/change_state.html",
        ),
        Column("requested_by__name", gettext_lazy("申请人"), sort="requested_by__name", on_phone=False),
        Column("decided_by__name", gettext_lazy("审批人"), sort="decided_by__name", on_phone=False),
        Column("reason", gettext_lazy("申请理由"), on_phone=False),
        Column("expires_at", gettext_lazy("有效至"), Kind.MOMENT, sort="expires_at", on_phone=False),
    ),
)


@face(may=permissions.may_watch_rights, shows=("rights_change",), refusal=NO_WATCHER)
@require_GET
def change_list(request: StaffRequest) -> HttpResponseBase:
    """Every request, the newest first."""
    filters = ChangeFilter(request.GET)
    filters.is_valid()
    state, now = filters.cleaned_data.get("state"), timezone.now()
    rows = queries.changes_in(state, at=now) if state else queries.changes(at=now)
    if filters.cleaned_data.get("kind"):
        rows = rows.filter(kind=filters.cleaned_data["kind"])
    context = {"tab": "changes"}
    return respond(request, CHANGES.listing(rows, request.GET, filters), "identity/staff.html", context)


@face(may=permissions.may_watch_rights, shows=("rights_change",), refusal=NO_WATCHER)
@require_GET
def change(request: StaffRequest, pk: int) -> HttpResponse:
    """What would change, side by side, and who decides."""
    row = get_object_or_404(queries.changes(at=timezone.now()), pk=pk)
    return _page(request, row, DecisionForm())


@face(
    may=permissions.may_decide_rights,
    shows=("rights_change",),
    refusal=gettext_lazy("您的岗位不能审批权限变更。"),
)
@require_POST
def approve(request: StaffRequest, pk: int) -> HttpResponse:
    """Let it happen."""
    row = get_object_or_404(queries.changes(at=timezone.now()), pk=pk)
    form = DecisionForm(request.POST)
    if form.is_valid():
        try:
            done = approve_change(
                actor=request.actor, at=timezone.now(), change=row, note=form.cleaned_data["note"]
            )
        except (NotWaiting, WrongRights, WrongUnit) as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("已批准，并已生效。"))
            if done.kind == ChangeKind.APPOINT and permissions.may_manage_staff(request.actor):
                messages.info(request, _("请在“登录与安全”里为新员工发放一次性密码。"))
        return redirect(row)
    return _page(request, row, form)


@face(
    may=permissions.may_decide_rights,
    shows=("rights_change",),
    refusal=gettext_lazy("您的岗位不能审批权限变更。"),
)
@require_POST
def refuse(request: StaffRequest, pk: int) -> HttpResponse:
    """Turn it down, with a word why."""
    row = get_object_or_404(queries.changes(at=timezone.now()), pk=pk)
    form = DecisionForm(request.POST)
    if form.is_valid() and not form.cleaned_data["note"]:
        form.add_error("note", _("拒绝时请写明意见。"))
    if form.is_valid():
        try:
            refuse_change(actor=request.actor, at=timezone.now(), change=row, note=form.cleaned_data["note"])
        except NotWaiting as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("已拒绝。"))
        return redirect(row)
    return _page(request, row, form)


@face(may=permissions.may_request_rights, shows=("rights_change",))
@require_POST
def withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    """Take one's own request back."""
    row = get_object_or_404(queries.changes(at=timezone.now()), pk=pk)
    try:
        withdraw_change(actor=request.actor, at=timezone.now(), change=row)
    except NotWaiting as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("申请已撤回。"))
    return redirect(row)


def _page(request: StaffRequest, row: RightsChange, form: DecisionForm) -> HttpResponse:
    is_waiting = getattr(row, "shown_state", row.state) == ChangeState.WAITING
    context = {
        "change": row,
        "state": str(ChangeState(getattr(row, "shown_state", row.state)).label),
        "sides": queries.sides(row),
        "is_waiting": is_waiting,
        "is_stale": is_waiting and row.kind != ChangeKind.APPOINT and queries.is_stale(row),
        "held": queries.held_by(row.person_id) if row.kind == ChangeKind.CLOSE and row.person_id else [],
        "may_decide": is_waiting and permissions.may_decide_change(request.actor, row),
        "may_withdraw": is_waiting and permissions.may_withdraw(request.actor, row),
        "form": form,
    }
    return render(request, "identity/change.html", context, status=422 if form.errors else 200)
