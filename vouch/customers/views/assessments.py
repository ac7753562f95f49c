"""Impact assessments: the register, one report, writing, review; and the switch of the source that hangs on one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vouch.customers import actions, permissions
from vouch.customers.forms.assessments import AssessmentFilter, AssessmentForm, ReviewForm, SwitchForm
from vouch.customers.forms.consent import ReasonForm
from vouch.customers.queries import ImpactAssessment
from vouch.customers.queries import assessments as queries
from vouch.customers.terms import AssessmentStanding, AssessmentState, ProcessingActivity
from vouch.platform.identity.actions.repeats import Answer
from vouch.platform.identity.drafts import Drafts
from vouch.platform.identity.repeats import submit_once
from vouch.platform.identity.request import StaffRequest
from vouch.platform.ledger.queries import history_of
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.faces import face
from vouch.platform.web.tables import Table, respond

WIDE = frozenset({"purpose", "manner", "effect", "risk"})
WHOLE = frozenset({"categories", "grounds", "measures", "remarks"})
CHECKS = frozenset({"is_lawful", "is_proper", "is_necessary", "is_fitting"})

ASSESSMENTS = Table(
    name="assessments",
    title=_("个人信息保护影响评估"),
    default_sort="valid_until",
    empty=_("没有符合条件的影响评估。"),
    hint=_("处理敏感信息、自动化决策、委托或对外提供之前，先起草评估，由另一人复核。"),
    columns=(
        Column("number", _("编号"), Kind.CODE, sort="pk", link=lambda one: one.get_absolute_url()),
        Column("title", _("处理活动"), sort="activity", value=lambda one: one.title),
        Column("version", _("版本"), Kind.NUMBER, sort="version", on_phone=False),
        Column(
            "standing",
            _("状态"),
            sort="standing",
            value=lambda one: AssessmentStanding(one.standing).label,
            template="customers/assessment_standing.html",
        ),
        Column("risk_level", _("风险程度"), value=lambda one: one.get_risk_level_display(), on_phone=False),
        Column("conclusion", _("结论"), value=lambda one: one.get_conclusion_display(), on_phone=False),
        Column("valid_until", _("有效期至"), Kind.DATE, sort="valid_until"),
        Column("drafted_by__name", _("起草人"), on_phone=False),
        Column("reviewed_by__name", _("复核人"), on_phone=False),
        Column("kept_until", _("最早可销毁日"), Kind.DATE, on_phone=False),
    ),
)


@face(may=permissions.may_open_consent, shows=("impact_assessment",))
@require_GET
def assessments(request: StaffRequest) -> HttpResponseBase:
    """The register with every version; what has none in force is named."""
    filters, now = AssessmentFilter(request.GET), timezone.now()
    rows = queries.assessments_where(filters.wanted(), at=now)
    counts = queries.counts_by_standing(at=now)
    context = {
        "tab": "assessments",
        "may_draft": permissions.may_draft_assessments(request.actor),
        "tiles": [
            (AssessmentStanding(name).label, counts[name], name)
            for name in ("live", "ending", "ended", "submitted", "draft")
        ],
        "lacking": queries.unassessed(on=timezone.localdate(now)),
        "gate": queries.social_gate(at=now),
    }
    listing = ASSESSMENTS.listing(rows, request.GET, filters)
    return respond(request, listing, "customers/assessments.html", context)


@face(may=permissions.may_open_consent, shows=("impact_assessment",))
@require_GET
def assessment(request: StaffRequest, pk: int) -> HttpResponse:
    """One version in the order of the law; prints as the report that is kept."""
    return _page(request, _found(pk))


def _found(pk: int) -> ImpactAssessment:
    return get_object_or_404(queries.assessments(), pk=pk)


def _page(request: StaffRequest, one: ImpactAssessment, *, status: int = 200, **more: Any) -> HttpResponse:
    actor = request.actor
    is_open = one.state in {AssessmentState.DRAFT, AssessmentState.SUBMITTED}
    may_draft = permissions.may_draft_assessments(actor)
    standing = queries.standing_of(one, at=timezone.now())
    context = {
        "one": one,
        "standing": standing,
        "row": {"standing": standing.value},
        "versions": queries.versions_of(one),
        "may_edit": may_draft and one.state == AssessmentState.DRAFT,
        "may_review": one.state == AssessmentState.SUBMITTED
        and permissions.may_review_assessment(actor, one),
        "is_own": one.state == AssessmentState.SUBMITTED
        and permissions.may_review_assessments(actor)
        and not permissions.may_review_assessment(actor, one),
        "may_renew": may_draft and not is_open,
        "may_withdraw": may_draft and (is_open or one.state == AssessmentState.REVIEWED),
        "entries": list(history_of("impact_assessment", one.pk)[:30]),
        **more,
    }
    return render(request, "customers/assessment.html", context, status=status)


@face(may=permissions.may_draft_assessments, shows=("impact_assessment",))
@require_http_methods(["GET", "POST"])
def new_assessment(request: StaffRequest) -> HttpResponse:
    """Draft the next version; ``?of`` begins with what a former one says."""
    former = _former(request)
    draft = Drafts(request, form="customers.assessment", title=_now("影响评估"))
    if draft.is_wanted:
        return draft.keep()
    initial = _initial(former) | draft.initial(several=frozenset({"categories"}))
    form = AssessmentForm(request.POST or None, today=timezone.localdate(), initial=initial)
    if request.method == "POST" and form.is_valid():

        def drafted() -> Answer:
            made = actions.draft_assessment(
                actor=request.actor,
                at=timezone.now(),
                activity=form.cleaned_data["activity"],
                matter=form.cleaned_data["matter"],
                details=form.details(),
            )
            return Answer(302, {"id": made.pk})

        try:
            done = submit_once(request, drafted)
        except actions.WrongAssessment as error:
            form.add_error(error.field, str(error))
        else:
            draft.done()
            messages.success(request, _now("已登记为草稿；提交后由另一人复核。"))
            return redirect("customers:assessment", pk=done.body["id"])
    return _form(
        request, form, title=_now("起草影响评估"), back=reverse("customers:assessments"), draft=draft
    )


def _former(request: StaffRequest) -> ImpactAssessment | None:
    asked = request.GET.get("of", "")
    return _found(int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None


def _initial(one: ImpactAssessment | None) -> dict[str, Any]:
    """What a former version says, but its day: that is to be thought about anew."""
    if one is None:
        return {}
    names = AssessmentForm.base_fields.keys() - {"valid_until"}
    return {name: getattr(one, name) for name in names}


@face(may=permissions.may_draft_assessments, shows=("impact_assessment",))
@require_http_methods(["GET", "POST"])
def edit_assessment(request: StaffRequest, pk: int) -> HttpResponse:
    """Change a draft."""
    one = _found(pk)
    initial = _initial(one) | {"valid_until": one.valid_until}
    form = AssessmentForm(request.POST or None, today=timezone.localdate(), is_revision=True, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.revise_assessment(
                actor=request.actor, at=timezone.now(), assessment=one, details=form.details()
            )
        except actions.WrongAssessment as error:
            form.add_error(error.field, str(error))
        except actions.NotNow as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _now("草稿已保存。"))
            return redirect(one)
    return _form(request, form, title=_now("修改影响评估"), back=one.get_absolute_url(), one=one)


def _form(request: StaffRequest, form: AssessmentForm, *, title: str, back: str, **more: Any) -> HttpResponse:
    context = {
        "form": form, "title": title, "back_url": back, "wide": WIDE, "whole": WHOLE, "checks": CHECKS, **more,
    }  # fmt: skip
    status = 422 if request.method == "POST" else 200
    return render(request, "customers/assessment_form.html", context, status=status)


@face(may=permissions.may_draft_assessments, shows=("impact_assessment",))
@require_POST
def step_assessment(request: StaffRequest, pk: int) -> HttpResponse:
    """Submit, return, review or withdraw."""
    one, verb = _found(pk), request.POST.get("do", "")
    reason, note = ReasonForm(request.POST), ReviewForm(request.POST)
    if (verb in {"return", "withdraw"} and not reason.is_valid()) or not note.is_valid():
        wrong = next(iter((*reason.errors.values(), *note.errors.values())))
        return _page(request, one, status=422, wrong=verb, wrong_text=wrong[0])
    given: dict[str, Any] = {"actor": request.actor, "at": timezone.now(), "assessment": one}
    try:
        if verb == "submit":
            actions.submit_assessment(**given)
            messages.success(request, _now("已提交，等待另一人复核。"))
        elif verb == "return":
            actions.return_assessment(**given, reason=reason.cleaned_data["reason"])
            messages.success(request, _now("已退回修改。"))
        elif verb == "review":
            actions.review_assessment(**given, note=note.cleaned_data["note"])
            messages.success(request, _now("已复核，自现在起有效；以前的版本被替代。"))
        elif verb == "withdraw":
            actions.withdraw_assessment(**given, reason=reason.cleaned_data["reason"])
            messages.success(request, _now("已撤回；依此开展的处理须停止。"))
    except actions.NotNow as error:
        messages.error(request, str(error))
    return redirect(one)


@face(may=permissions.may_open_consent, shows=("impact_assessment",))
@require_http_methods(["GET", "POST"])
def social_switch(request: StaffRequest) -> HttpResponse:
    """Whether the institution uses social information, under which assessment, and since when."""
    may_switch, now = permissions.may_review_assessments(request.actor), timezone.now()
    form = SwitchForm(request.POST or None)
    if request.method == "POST" and not may_switch:
        raise PermissionDenied(_now("开启或关闭社交信息，由合规岗或首席风险官决定。"))
    wrong = ""
    if request.method == "POST":
        if form.is_valid():
            try:
                row = actions.switch_social(actor=request.actor, at=now, **form.cleaned_data)
            except actions.NotNow as error:
                wrong = str(error)
            else:
                done = _now("已开启社交信息。") if row.is_on else _now("已关闭社交信息，不再采集和显示。")
                messages.success(request, done)
                return redirect("customers:social_switch")
        else:
            wrong = _now("请写明理由。")
    context = {
        "tab": "assessments",
        "gate": queries.social_gate(at=now),
        "activity": ProcessingActivity.SOCIAL,
        "may_switch": may_switch,
        "may_draft": permissions.may_draft_assessments(request.actor),
        "entries": list(history_of("source_switch", queries.SOCIAL)[:30]),
        "wrong": wrong,
    }
    return render(request, "customers/social_switch.html", context, status=422 if wrong else 200)
