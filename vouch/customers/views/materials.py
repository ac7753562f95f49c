"""A customer's file: its sections, and each material with where it came from."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from vouch.customers import actions, permissions, queries
from vouch.customers.forms.consent import ReasonForm
from vouch.customers.forms.materials import VerificationForm
from vouch.customers.queries import Material, documents
from vouch.customers.views.files import framed, sent
from vouch.platform.identity.request import StaffRequest
from vouch.platform.ledger.queries import history_of
from vouch.platform.vault.terms import VaultError
from vouch.platform.web.faces import face


@face(may=permissions.may_open_file, shows=("party",))
@require_GET
def file(request: StaffRequest, pk: int) -> HttpResponse:
    """The sections of one customer's file, each with what it holds."""
    party = queries.customer_of(request.actor, pk)
    if party is None:
        raise Http404
    context = queries.file_panel(request.actor, party, at=timezone.now(), only=request.GET.get("only", ""))
    return render(request, "customers/file.html", context)


@face(may=permissions.may_open_file, shows=("material",))
@require_GET
def material(request: StaffRequest, pk: int) -> HttpResponse:
    """Where one material came from, who verified it and how, and what became of it."""
    return _page(request, _found(request, pk), VerificationForm(), ReasonForm())


@face(may=permissions.may_add_materials, shows=("material",))
@require_POST
def verify(request: StaffRequest, pk: int) -> HttpResponse:
    """Note what a second person found."""
    one = _found(request, pk)
    form = VerificationForm(request.POST)
    if not form.is_valid():
        return _page(request, one, form, ReasonForm(), status=422)
    try:
        actions.verify_material(actor=request.actor, at=timezone.now(), material=one, details=form.details())
    except actions.NotNow as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("核实结论已登记。"))
    return redirect("customers:material", pk=pk)


@face(may=permissions.may_add_materials, shows=("material",))
@require_POST
def withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    """Take back what was entered by mistake."""
    one = _found(request, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, one, VerificationForm(), form, status=422)
    reason = form.cleaned_data["reason"]
    try:
        actions.withdraw_material(actor=request.actor, at=timezone.now(), material=one, reason=reason)
    except actions.NotNow as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("资料已撤回，不再作为依据；记录保留。"))
    return redirect("customers:material", pk=pk)


@face(may=permissions.may_open_file, shows=("material",), classes=("account", "income"))
@require_POST
def open_original(request: StaffRequest, pk: int) -> HttpResponse:
    """The original, for one look: in a window of its own, or in the frame of the page that asks."""
    one = _found(request, pk)
    try:
        opened = actions.open_material(actor=request.actor, at=timezone.now(), material=one)
        return framed(sent(opened))
    except (actions.NotNow, actions.NoAuthorisation, VaultError) as error:
        if request.headers.get("Sec-Fetch-Dest") == "iframe":
            return HttpResponse(str(error), status=409, content_type="text/plain; charset=utf-8")
        messages.error(request, str(error))
        return redirect("customers:material", pk=pk)


def _found(request: StaffRequest, pk: int) -> Material:
    found = queries.material_of(request.actor, pk)
    if found is None:
        raise Http404
    return found


def _page(
    request: StaffRequest,
    one: Material,
    verification: VerificationForm,
    reason: ReasonForm,
    *,
    status: int = 200,
) -> HttpResponse:
    shown = queries.materials_of(one.party_id).get(pk=one.pk)
    context = {
        "party": one.party,
        "one": shown,
        "confidence": queries.confidence_of(shown),
        "entries": history_of("material", one.pk),
        "verification": verification,
        "reason": reason,
        "may_verify": one.ended_at is None and permissions.may_verify_material(request.actor, one),
        "may_withdraw": one.ended_at is None and permissions.may_withdraw_material(request.actor, one),
        **_paper(request, one),
    }
    return render(request, "customers/material.html", context, status=status)


def _paper(request: StaffRequest, one: Material) -> dict[str, Any]:
    """What the page of a document shows besides: its versions, and where the same content lies."""
    document = documents.document_of(request.actor, one.pk)
    if document is None:
        return {}
    return {
        "on": "documents",
        "paper": document,
        "versions": documents.versions_of(document),
        "twins": documents.twins_of(request.actor, document),
        "may_file": one.ended_at is None and permissions.may_classify_document(request.actor, document),
    }
