"""Pages of inspections, for compliance: open, approve, hand over the password, watch, end (监管检查)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vouch.platform.identity.request import StaffRequest
from vouch.platform.identity.terms import FieldClass
from vouch.platform.operations import permissions, queries
from vouch.platform.operations.actions import inspections as actions
from vouch.platform.operations.forms import InspectionForm, ReasonForm
from vouch.platform.operations.models import Inspection
from vouch.platform.operations.terms import InspectionState
from vouch.platform.vault.queries import read_document
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.faces import PUBLIC, face
from vouch.platform.web.tables import Table, respond


def _link(inspection: Inspection) -> str:
    return reverse("operations:inspection", args=[inspection.pk])


INSPECTIONS = Table(
    name="inspections",
    title=gettext_lazy("监管检查"),
    default_sort="-opened_at",
    empty=gettext_lazy("还没有登记过检查。"),
    hint=gettext_lazy("收到监管机构的检查通知书后，由合规岗登记，第二人批准。"),
    columns=(
        Column("authority", gettext_lazy("检查机关"), sort="authority", link=_link),
        Column("letter_number", gettext_lazy("文号"), sort="letter_number", on_phone=False),
        Column("inspector", gettext_lazy("检查人员"), sort="inspector"),
        Column("starts_at", gettext_lazy("开始"), Kind.MOMENT, sort="starts_at", on_phone=False),
        Column("ends_at", gettext_lazy("结束"), Kind.MOMENT, sort="ends_at"),
        Column(
            "state",
            gettext_lazy("状态"),
            sort="state",
            value=lambda row: queries.phase_of(row, at=timezone.now()),
            template="operations/inspection/phase_cell.html",
        ),
        Column("opened_by__name", gettext_lazy("申请人"), sort="opened_by__name", on_phone=False),
        Column("decided_by__name", gettext_lazy("批准人"), sort="decided_by__name", on_phone=False),
        Column("opened_at", gettext_lazy("申请时间"), Kind.MOMENT, sort="opened_at", on_phone=False),
    ),
)


def _about(entry: Any) -> str:
    """Whom the answer was about."""
    after = entry.after or {}
    named = "、".join(str(one) for one in after.get("subjects", [])[:20])
    more = int(after.get("subject_count", 0)) - 20
    return f"{named} 等 {after['subject_count']} 个" if more > 0 else named


def _of(name: str) -> Any:
    return lambda entry: (entry.after or {}).get(name)


VIEWS = Table(
    name="views",
    title=gettext_lazy("检查人员看过的内容"),
    default_sort="-at",
    tie_break="id",
    empty=gettext_lazy("检查人员还没有打开过任何页面。"),
    columns=(
        Column("at", gettext_lazy("时间"), Kind.MOMENT, sort="at"),
        Column("path", gettext_lazy("地址"), value=_of("path"), link=lambda entry: reverse("ledger:entry", args=[entry.pk])),
        Column("parameters", gettext_lazy("参数"), value=lambda entry: "、".join((entry.after or {}).get("parameters", [])), on_phone=False),
        Column("status", gettext_lazy("结果"), Kind.NUMBER, value=_of("status")),
        Column("exported", gettext_lazy("导出"), value=lambda entry: _("是") if (entry.after or {}).get("exported") else "", on_phone=False),
        Column("subjects", gettext_lazy("涉及对象"), value=_about, on_phone=False),
        Column("sha256", gettext_lazy("答复摘要（SHA-256）"), Kind.CODE, value=_of("sha256"), template="operations/inspection/digest_cell.html", on_phone=False),
    ),
)  # fmt: skip


@face(may=permissions.may_see_inspections, shows=("inspection",))
@require_GET
def inspections(request: StaffRequest) -> HttpResponseBase:
    """Every inspection (监管检查)."""
    listing = INSPECTIONS.listing(queries.inspections(), request.GET)
    context = {"may_open": permissions.may_open_inspection(request.actor)}
    return respond(request, listing, "operations/inspection/list.html", context)


@face(may=permissions.may_open_inspection, shows=("inspection",))
@require_http_methods(["GET", "POST"])
def new_inspection(request: StaffRequest) -> HttpResponse:
    """Register the regulator's letter and ask for an account (登记检查)."""
    now = timezone.now()
    form = InspectionForm(request.POST or None, request.FILES or None, now=now)
    if request.method == "POST" and form.is_valid():
        made = actions.open_inspection(
            actor=request.actor, at=now, details=form.details(), letter=form.letter_file()
        )
        messages.success(request, _("检查已登记，等待另一人批准。"))
        return redirect("operations:inspection", pk=made.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "operations/inspection/new.html", {"form": form}, status=status)


@face(may=permissions.may_see_inspections, shows=("inspection",))
@require_GET
def inspection(request: StaffRequest, pk: int) -> HttpResponseBase:
    """One inspection: its limits, its state, and what the account saw."""
    return _page(request, get_object_or_404(queries.inspections(), pk=pk))


@face(may=permissions.may_decide_inspections, shows=("inspection",))
@require_POST
def decide(request: StaffRequest, pk: int, answer: str) -> HttpResponseBase:
    """Approve, or decline with the reason (批准、不批准)."""
    found = get_object_or_404(queries.inspections(), pk=pk)
    now = timezone.now()
    form = ReasonForm(request.POST)
    try:
        if answer == "approve":
            actions.approve_inspection(actor=request.actor, at=now, inspection=found)
            messages.success(request, _("已批准。请由合规岗发放一次性口令。"))
        elif form.is_valid():
            actions.decline_inspection(
                actor=request.actor, at=now, inspection=found, reason=form.cleaned_data["reason"]
            )
            messages.success(request, _("已记为不批准。"))
        else:
            messages.error(request, _("请写明不批准的理由。"))
    except actions.WrongState as error:
        messages.error(request, str(error))
    return redirect("operations:inspection", pk=pk)


@face(may=permissions.may_open_inspection, shows=("inspection",))
@require_POST
def password(request: StaffRequest, pk: int) -> HttpResponseBase:
    """Make a one-time password and show it once (发放一次性口令)."""
    found = get_object_or_404(queries.inspections(), pk=pk)
    try:
        shown = actions.issue_password(actor=request.actor, at=timezone.now(), inspection=found)
    except actions.WrongState as error:
        messages.error(request, str(error))
        return redirect("operations:inspection", pk=pk)
    response = _page(request, found, shown=shown)
    response["Cache-Control"] = "no-store"
    return response


@face(may=permissions.may_end_inspection, shows=("inspection",))
@require_POST
def end(request: StaffRequest, pk: int) -> HttpResponse:
    """End it before its time (提前结束)."""
    found = get_object_or_404(queries.inspections(), pk=pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请写明提前结束的理由。"))
        return redirect("operations:inspection", pk=pk)
    try:
        actions.end_inspection(
            actor=request.actor, at=timezone.now(), inspection=found, reason=form.cleaned_data["reason"]
        )
        messages.success(request, _("检查已提前结束，检查账户立即失效。"))
    except actions.WrongState as error:
        messages.error(request, str(error))
    return redirect("operations:inspection", pk=pk)


@face(may=permissions.may_see_inspections, shows=("inspection",))
@require_GET
def letter(request: StaffRequest, pk: int) -> HttpResponse:
    """The regulator's letter out of the vault (检查通知书)."""
    found = get_object_or_404(queries.inspections(), pk=pk, letter__isnull=False)
    assert found.letter is not None  # noqa: S101 - as asked for
    content = b"".join(read_document(found.letter))
    actions.note_letter(actor=request.actor, at=timezone.now(), inspection=found)
    response = HttpResponse(content, content_type=found.letter.media_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.letter_name)}"
    response["Cache-Control"] = "no-store"
    return response


@face(may=PUBLIC)
@require_GET
def over(request: HttpRequest) -> HttpResponse:
    """Where a part of a page leads an account whose time is up."""
    why = _("检查时间已到，或检查已由机构提前结束。")
    return render(request, "operations/inspection/over.html", {"why": why})


def _page(request: StaffRequest, found: Inspection, *, shown: str = "") -> HttpResponseBase:
    now = timezone.now()
    actor = request.actor
    is_proposed = found.state == InspectionState.PROPOSED
    is_live = found.state == InspectionState.APPROVED and now < found.ends_at
    context = {
        "inspection": found,
        "phase": queries.phase_of(found, at=now),
        "classes": [str(FieldClass(one).label) for one in found.field_classes],
        "seen": queries.seen_in(found),
        "shown": shown,
        "form": ReasonForm(),
        "may_decide": is_proposed and permissions.may_decide_inspection(actor, found),
        "waits_for_other": is_proposed and found.opened_by_id == actor.user_id,
        "may_issue": is_live and permissions.may_open_inspection(actor),
        "may_end": is_live and permissions.may_end_inspection(actor),
    }
    listing = VIEWS.listing(queries.views_of(found), request.GET)
    return respond(request, listing, "operations/inspection/page.html", context)
