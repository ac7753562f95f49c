"""A customer's public records, by kind, and searches for them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from vouch.customers import actions, permissions
from vouch.customers.forms.lines import LineForm
from vouch.customers.forms.records import RecordLines, SearchForm
from vouch.customers.queries import records as queries
from vouch.customers.terms import RecordKind
from vouch.customers.views.sources import customer_or_404, customer_to_record, lines_page
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.faces import face


@face(may=permissions.may_open_file, shows=("party",))
@require_GET
def records(request: StaffRequest, pk: int) -> HttpResponse:
    """By kind with what is open first, when each was last searched, and every search."""
    party = customer_or_404(request, pk)
    kinds = queries.records_by_kind(party.pk, as_of=timezone.localdate())
    context = {
        "party": party,
        "on": "records",
        "kinds": [one for one in kinds if one.records],
        "clear": [one for one in kinds if not one.records and one.searched_on],
        "unsearched": [one for one in kinds if not one.records and not one.searched_on],
        "still": sum(len(one.open) for one in kinds),
        "amount": sum(one.open_amount for one in kinds),
        "grave": [one for one in kinds if one.is_grave],
        "searches": queries.searches_of(party.pk),
        "may_record": permissions.may_record_material(request.actor, party),
    }
    return render(request, "customers/records.html", context)


@face(may=permissions.may_add_materials, shows=("party",))
@require_http_methods(["GET", "POST"])
def new_records(request: StaffRequest, pk: int) -> HttpResponse:
    """Note a search with what it found, or that it found nothing."""
    party = customer_to_record(request, pk)
    form = SearchForm(
        request.POST or None,
        request.FILES or None,
        today=timezone.localdate(),
        initial={"kinds": RecordKind.values},
    )

    def save(lines: list[LineForm], content: bytes | None) -> None:
        actions.record_search(
            actor=request.actor,
            at=timezone.now(),
            party=party,
            details=form.material(),
            search=form.search([line.line() for line in lines]),  # type: ignore[attr-defined]
            content=content,
        )

    context = {
        "party": party,
        "on": "records",
        "title": _("登记公共记录查询"),
        "lines_title": _("查到的记录"),
        "lines_hint": _("没有查到记录的，一行也不用写"),
        "back_url": reverse("customers:records", args=[party.pk]),
    }
    return lines_page(request, form, RecordLines, save=save, context=context)
