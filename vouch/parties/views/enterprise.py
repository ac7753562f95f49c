"""Forms for a new enterprise, for other particulars, and for who looks after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from vouch.parties import actions, permissions, queries
from vouch.parties.forms import (
    CorrectionForm,
    DutyForm,
    OrganisationForm,
    edge_lines,
    in_yuan,
    initial_of,
    kind_warning,
)
from vouch.parties.models import Party
from vouch.parties.terms import NATURAL_PERSONS, IdentifierKind, PostKind
from vouch.parties.views.page import form_page, visible_party
from vouch.platform.identity.actions.repeats import Answer
from vouch.platform.identity.drafts import Drafts
from vouch.platform.identity.repeats import submit_once
from vouch.platform.identity.request import StaffRequest
from vouch.platform.ledger.subjects import former_values
from vouch.platform.web.faces import face
from vouch.platform.web.figures import percent


@face(may=permissions.may_open_registration, refusal=gettext_lazy("您的岗位不能新建客户。"))
@require_http_methods(["GET", "POST"])
def new_enterprise(request: StaffRequest) -> HttpResponse:
    """Register an enterprise, a sole trader or a cooperative by hand, with shareholders and posts (新建客户)."""
    draft = Drafts(request, form="parties.organisation", title=_("新建客户"))
    if draft.is_wanted:
        return draft.keep()
    today = timezone.localdate()
    form = OrganisationForm(request.actor, request.POST or None, today=today, initial=draft.initial())
    posts = draft.lines("post") or [{"kind": PostKind.LEGAL_REPRESENTATIVE}]
    lines = {
        "shareholder": edge_lines(
            "shareholder", request.POST or None, today=today, initial=draft.lines("shareholder")
        ),
        "post": edge_lines("post", request.POST or None, today=today, initial=posts, blank=2),
    }
    fault = ""
    sound = (
        [form.is_valid(), *(one.is_valid() for one in lines.values())]
        if request.method == "POST"
        else [False]
    )
    if all(sound):
        source = form.cleaned_data["source"]
        written = [line for one in lines.values() for line in one.lines(source)]
        try:
            done = submit_once(request, lambda: _registered(request, form, written))
        except actions.AlreadyKnown as error:
            form.add_error("code", str(error))
        except ValueError as error:
            fault = str(error)
        else:
            return _welcomed(request, form, draft, done)
    context = {"form": form, "lines": lines, "fault": fault, "draft": draft, "title": _("新建客户")}
    return render(
        request, "parties/organisation_form.html", context, status=422 if request.method == "POST" else 200
    )


def _welcomed(request: StaffRequest, form: OrganisationForm, draft: Drafts, done: Answer) -> HttpResponse:
    draft.done()
    messages.success(request, _("已新建客户 %(number)s。") % done.body)
    for warning in form.warnings():
        messages.warning(request, warning)
    gap = done.body.get("gap")
    if gap:
        messages.warning(request, _("已登记的股东持股比例合计 %s，其余部分尚未查明。") % gap)
    return redirect("desk:customer", pk=done.body["id"])


@face(may=permissions.may_open_registration, shows=("party",))
@require_http_methods(["GET", "POST"])
def correct(request: StaffRequest, pk: int) -> HttpResponse:
    """Give an organisation other particulars, with the reason (变更或更正登记信息)."""
    party = visible_party(request, pk)
    if party.kind in NATURAL_PERSONS:
        address = reverse("parties:correct_person", args=[pk])
        query = request.GET.urlencode()
        return redirect(f"{address}?{query}" if query else address)
    if not permissions.may_correct(request.actor, party):
        raise PermissionDenied(_("您不能更正该客户的登记信息。"))
    form = CorrectionForm(
        request.POST or None, today=timezone.localdate(), initial=initial_of(party, party.enterprise)
    )
    former = former_values(request, kind="party", pk=pk, read=in_yuan)
    if former is not None and request.method == "GET":
        former.fill(form)
    if request.method == "POST" and form.is_valid():
        now, reason, kind = (
            timezone.now(),
            form.cleaned_data["reason"],
            form.cleaned_data["kind"] or party.kind,
        )
        actions.correct_enterprise(
            actor=request.actor,
            at=now,
            party=party,
            details=form.details(representative_hash=party.enterprise.representative_hash),
            reason=reason,
            change=form.change(),
        )
        actions.correct_kind(actor=request.actor, at=now, party=party, kind=kind, reason=reason)
        messages.success(request, _("登记信息已保存，原来的内容留在历史里。"))
        _warn_of_kind(request, party, kind)
        return redirect(party)
    return form_page(request, form, title=_("变更或更正登记信息"), button=_("保存"), party=party)


def _warn_of_kind(request: StaffRequest, party: Party, kind: str) -> None:
    codes = [(one.kind, one.source, one.value) for one in queries.identifiers_of(party)]
    said = actions.kind_of(codes)
    if any(one[0] == IdentifierKind.USCC for one in codes) and said != kind:
        messages.warning(request, kind_warning(kind, said))


@face(may=permissions.may_open_assignment, shows=("party",))
@require_http_methods(["GET", "POST"])
def assign(request: StaffRequest, pk: int) -> HttpResponse:
    """Hand a customer to a unit and its managers (管户)."""
    party = visible_party(request, pk)
    if not permissions.may_assign(request.actor, party):
        raise PermissionDenied(_("您不能调整该客户的管户。"))
    form = DutyForm(request.actor, party, request.POST or None, today=timezone.localdate())
    former = former_values(request, kind="party", pk=pk, read=form.choices_of)
    if former is not None and request.method == "GET":
        former.fill(form)
    if request.method == "POST" and form.is_valid():
        try:
            actions.assign_party(actor=request.actor, at=timezone.now(), party=party, duty=form.duty())
        except actions.WrongDays as error:
            form.add_error("starts_on", str(error))
        else:
            messages.success(request, _("管户已调整。"))
            return redirect(party)
    return form_page(request, form, title=_("调整管户"), button=_("保存"), party=party)


def _registered(request: StaffRequest, form: OrganisationForm, lines: Sequence[actions.EdgeLine]) -> Answer:
    party = actions.register_enterprise(
        actor=request.actor,
        at=timezone.now(),
        unit=form.cleaned_data["unit"],
        registration=replace(form.registration(), lines=lines),
    )
    total = queries.accounted_rate(party)
    gap = percent(total) if total is not None and total < 1 else ""
    return Answer(302, {"id": party.pk, "number": party.number, "gap": gap})
