"""What was recorded of a party before, and what was recorded on a day."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from vouch.parties import queries
from vouch.parties.forms import AsOfForm
from vouch.parties.views.page import visible_party
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.faces import SIGNED_IN, face


@face(may=SIGNED_IN, shows=("party",))
@require_safe
def former_values(request: StaffRequest, pk: int) -> HttpResponse:
    """The part of a customer's page that says what each field was, from when to when, by whom (历史值)."""
    party = visible_party(request, pk)
    context = {"party": party, "former": queries.former_values_of(party)}
    part = "parties/former_values.html" if request.htmx else "parties/former_page.html"
    return render(request, part, context)


@face(may=SIGNED_IN, shows=("party",))
@require_safe
def as_of(request: StaffRequest, pk: int) -> HttpResponse:
    """The customer as it was recorded at the end of a day (截至某日的登记)."""
    party = visible_party(request, pk)
    today = timezone.localdate()
    form = AsOfForm(request.GET or None)
    day = form.cleaned_data["day"] if form.is_valid() else today
    recorded = queries.party_as_of(party.pk, day)
    context = {
        "party": party,
        "day": day,
        "form": form,
        "recorded": recorded,
        "fields": queries.shown_fields(recorded) if recorded else [],
        "edges": queries.edges_as_of(recorded, request.actor) if recorded else None,
    }
    return render(request, "parties/as_of.html", context)
