"""What a customer answers for: its guarantees as of a day, and every list of them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from vouch.customers import actions, permissions
from vouch.customers.facts.guarantees import TO_EQUITY
from vouch.customers.forms.guarantees import GuaranteeLines, StatementForm
from vouch.customers.forms.lines import LineForm
from vouch.customers.queries import guarantees as queries
from vouch.customers.terms import RELATED
from vouch.customers.views.sources import customer_or_404, customer_to_record, lines_page
from vouch.engine.facts import catalogue
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.faces import face

MILLION = 1_000_000


@face(may=permissions.may_open_file, shows=("party",))
@require_GET
def guarantees(request: StaffRequest, pk: int) -> HttpResponse:
    """Each guarantee with its balance, the whole against equity, and every list that was handed in."""
    party = customer_or_404(request, pk)
    today = timezone.localdate()
    rate = catalogue.ask([TO_EQUITY.name], [party.pk], as_of=today).columns[TO_EQUITY.name][0]
    context = {
        "party": party,
        "on": "guarantees",
        "answering": queries.answering_of(party.pk, as_of=today),
        "to_equity": rate / MILLION if isinstance(rate, int) else None,
        "statements": queries.statements_of(party.pk),
        "today": today,
        "related": RELATED,
        "may_record": permissions.may_record_material(request.actor, party),
    }
    return render(request, "customers/guarantees.html", context)


@face(may=permissions.may_add_materials, shows=("party",))
@require_http_methods(["GET", "POST"])
def new_guarantees(request: StaffRequest, pk: int) -> HttpResponse:
    """Hand in a list, or add to the last one."""
    party = customer_to_record(request, pk)
    form = StatementForm(request.POST or None, request.FILES or None, today=timezone.localdate())

    def save(lines: list[LineForm], content: bytes | None) -> None:
        actions.state_guarantees(
            actor=request.actor,
            at=timezone.now(),
            party=party,
            details=form.material(),
            statement=form.statement([line.line() for line in lines]),  # type: ignore[attr-defined]
            content=content,
        )

    context = {
        "party": party,
        "on": "guarantees",
        "title": _("登记对外担保清单"),
        "lines_title": _("对外担保"),
        "lines_hint": _("没有对外担保的，一行也不用写"),
        "back_url": reverse("customers:guarantees", args=[party.pk]),
    }
    return lines_page(request, form, GuaranteeLines, save=save, context=context)
