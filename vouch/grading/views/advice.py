"""Decisions on persons that wait for a person (待确认的建议)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from vouch.grading import permissions, queries
from vouch.grading.actions import NotNow, decide_advice
from vouch.grading.forms import NoteForm
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.faces import face
from vouch.platform.web.tables import Table, respond

ADVICE = Table(
    name="advice",
    title=_("待确认的建议"),
    default_sort="at",
    empty=_("没有待确认的建议。"),
    hint=_("个体工商户等个人的评估，在本人没有同意自动化评估时，须由人员确认后生效。"),
    columns=(
        Column("party__name", _("客户"), sort="party__name", link=lambda one: one.get_absolute_url()),
        Column("risk_class", _("建议分类"), Kind.CLASS, value=lambda one: one.risk_class or one.get_outcome_display()),
        Column("grade", _("建议等级"), Kind.GRADE, sort="grade_rank"),
        Column("score", _("评分"), Kind.NUMBER, sort="score", on_phone=False),
        Column("limit", _("建议额度"), Kind.WAN, sort="limit"),
        Column("as_of", _("数据截止"), Kind.DATE, sort="as_of", on_phone=False),
        Column("at", _("评估时间"), Kind.MOMENT, sort="at", on_phone=False),
    ),
)  # fmt: skip


@face(may=permissions.may_open_advice, shows=("assessment", "party"))
@require_GET
def advice(request: StaffRequest) -> HttpResponseBase:
    """What waits, the oldest first."""
    rows = queries.advice_visible_to(request.actor)
    return respond(request, ADVICE.listing(rows, request.GET), "grading/advice.html", {"tab": "advice"})


@face(may=permissions.may_open_advice, shows=("assessment",))
@require_POST
def decide(request: StaffRequest, pk: int) -> HttpResponse:
    """Adopt the advice, or do not."""
    one = get_object_or_404(queries.assessments_visible_to(request.actor), pk=pk)
    form = NoteForm(request.POST)
    is_adopted = request.POST.get("do") == "adopt"
    if not form.is_valid():
        messages.error(request, _now("意见不能超过 400 字。"))
        return redirect(one)
    try:
        decide_advice(
            actor=request.actor,
            at=timezone.now(),
            assessment=one,
            is_adopted=is_adopted,
            note=form.cleaned_data["note"],
        )
    except NotNow as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _now("已采纳，评级生效。") if is_adopted else _now("已记录为不采纳。"))
    return redirect(one)
