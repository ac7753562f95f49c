"""Pages of the rules: which versions there are, and what one of them says."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from vouch.platform.identity.request import StaffRequest
from vouch.policy import queries


def versions(request: StaffRequest) -> HttpResponse:
    """Every version of every policy (评估政策)."""
    return render(request, "policy/versions.html", {"versions": queries.versions()})


def version(request: StaffRequest, pk: int) -> HttpResponse:
    """One version as a person reads it: card, rules, limit formula, consequences of each class."""
    row = get_object_or_404(queries.versions(), pk=pk)
    return render(request, "policy/version.html", {"version": row, "reading": queries.reading_of(row)})
