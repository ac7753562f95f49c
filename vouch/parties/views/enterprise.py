"""Forms for a new enterprise, for other particulars, and for who looks after it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from vouch.parties import actions, permissions
from vouch.parties.forms import CorrectionForm, DutyForm, RegistrationForm, initial_of
from vouch.parties.terms import PartyKind
from vouch.parties.views.page import form_page, visible_party
from vouch.platform.identity.actions.repeats import Answer
from vouch.platform.identity.repeats import submit_once
from vouch.platform.identity.request import StaffRequest
from vouch.platform.ledger.subjects import former_values
from vouch.platform.web.faces import face


@face(may=permissions.may_open_registration, refusal=gettext_lazy("您的岗位不能新建客户。"))
@require_http_methods(["GET", "POST"])
def new_enterprise(request: StaffRequest) -> HttpResponse:
    """Register an enterprise by hand (新建客户)."""
    form = RegistrationForm(request.actor, request.POST or None, today=timezone.localdate())
    if request.method == "POST" and form.is_valid():
        try:
            done = submit_once(request, lambda: _registered(request, form))
        except actions.AlreadyKnown as error:
            form.add_error("code", str(error))
        else:
            messages.success(request, _("已新建客户 %(number)s。") % done.body)
            return redirect("desk:customer", pk=done.body["id"])
    return form_page(request, form, title=_("新建客户"), button=_("建档"))


@face(may=permissions.may_open_registration, shows=("party",))
@require_http_methods(["GET", "POST"])
def correct(request: StaffRequest, pk: int) -> HttpResponse:
    """Give an enterprise other particulars, with the reason (更正登记信息)."""
    party = visible_party(request, pk)
    if party.kind == PartyKind.PERSON:
        address = reverse("parties:correct_person", args=[pk])
        query = request.GET.urlencode()
        return redirect(f"{address}?{query}" if query else address)
    if not permissions.may_correct(request.actor, party):
        raise PermissionDenied(_("您不能更正该客户的登记信息。"))
    form = CorrectionForm(
        request.POST or None, today=timezone.localdate(), initial=initial_of(party, party.enterprise)
    )
    former = former_values(request, kind="party", pk=pk)
    if former is not None and request.method == "GET":
        former.fill(form)
    if request.method == "POST" and form.is_valid():
        actions.correct_enterprise(
            actor=request.actor,
            at=timezone.now(),
            party=party,
            details=form.details(representative_hash=party.enterprise.representative_hash),
            reason=form.cleaned_data["reason"],
        )
        messages.success(request, _("登记信息已更正。"))
        return redirect(party)
    return form_page(request, form, title=_("更正登记信息"), button=_("保存"), party=party)


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


def _registered(request: StaffRequest, form: RegistrationForm) -> Answer:
    party = actions.register_enterprise(
        actor=request.actor,
        at=timezone.now(),
        unit=form.cleaned_data["unit"],
        registration=form.registration(),
    )
    return Answer(302, {"id": party.pk, "number": party.number})
