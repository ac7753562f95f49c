"""What the forms about parties have in common."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from vouch.parties import queries
from vouch.parties.models import Party
from vouch.platform.identity.request import StaffRequest


def visible_party(request: StaffRequest, pk: int) -> Party:
    """The party where the actor may see it, or 404."""
    parties = queries.visible_to(request.actor).select_related("enterprise", "person", "farmer")
    return get_object_or_404(parties, pk=pk)


def form_page(
    request: StaffRequest,
    form: object,
    *,
    title: str,
    button: str,
    party: Party | None = None,
    template: str = "parties/form.html",
) -> HttpResponse:
    """The page of a form, 422 where it came back with faults."""
    context = {"form": form, "title": title, "button": button, "party": party}
    return render(request, template, context, status=422 if request.method == "POST" else 200)
