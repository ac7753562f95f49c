"""Where a customer is: its address as it was read, its other places, and visits to it there."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from vouch.parties import permissions
from vouch.parties.actions.addresses import WrongPlace, correct_reading
from vouch.parties.actions.places import add_place, end_place
from vouch.parties.actions.places import note_visit as note_visit_there
from vouch.parties.forms import EdgeEndForm
from vouch.parties.forms.sites import PlaceForm, ReadingFilter, VisitForm, WhyForm, pieces_of
from vouch.parties.queries.addresses import address_of, levels_of, readings_where
from vouch.parties.terms import NATURAL_PERSONS
from vouch.parties.views.edges import correctable
from vouch.parties.views.page import form_page, visible_party
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web import charts
from vouch.platform.web.charts import Slice
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.faces import SIGNED_IN, face
from vouch.platform.web.tables import Table, respond

READINGS = Table(
    name="address_readings",
    title=gettext_lazy("地址识别"),
    default_sort="confidence",
    empty=gettext_lazy("没有符合条件的地址。"),
    hint=gettext_lazy("登记或导入客户后，系统自动识别注册地址。"),
    columns=(
        Column("party__name", gettext_lazy("客户"), sort="party__name", link=lambda row: _panel(row.party_id)),
        Column("text", gettext_lazy("地址"), on_phone=False),
        Column("level", gettext_lazy("识别到"), sort="level", value=lambda row: row.level_title),
        Column("building__name", gettext_lazy("楼栋"), on_phone=False),
        Column("confidence", gettext_lazy("把握"), Kind.RATE, sort="confidence"),
        Column("doubts", gettext_lazy("疑点"), value=lambda row: "；".join(row.doubts), on_phone=False),
        Column("read_by", gettext_lazy("识别人"), on_phone=False),
        Column("read_at", gettext_lazy("识别时间"), Kind.MOMENT, sort="read_at", on_phone=False),
    ),
)  # fmt: skip


def _panel(pk: int) -> str:
    """The panel of the customer's page that shows its places."""
    return reverse("desk:customer_panel", args=[pk, "building"])


@face(may=SIGNED_IN, shows=("address_reading", "party"))
@require_GET
def readings(request: StaffRequest) -> HttpResponseBase:
    """How the addresses of customers were read, the least certain first."""
    filters = ReadingFilter(request.GET)
    rows = readings_where(request.actor, filters.wanted())
    found = [Slice(title, count) for title, count in levels_of(request.actor)]
    levels = charts.bars(found, unit=_("户"), label=_("识别到"), lying=True)
    return respond(
        request, READINGS.listing(rows, request.GET, filters), "parties/readings.html", {"levels": levels}
    )


def _organisation(request: StaffRequest, pk: int) -> Any:
    """One whose places may be entered. Raises Http404 for natural persons, whose addresses are protected."""
    party = correctable(request, pk)
    if party.kind in NATURAL_PERSONS:
        raise Http404
    return party


@face(may=permissions.may_open_corrections, shows=("party",))
@require_http_methods(["GET", "POST"])
def correct(request: StaffRequest, pk: int) -> HttpResponse:
    """Say what the parts of the registered address are (更正地址识别)."""
    party = _organisation(request, pk)
    if not party.enterprise.address:
        raise Http404
    address = address_of(party)
    data = request.POST if request.method == "POST" else None
    pieces, form = pieces_of(address, data), WhyForm(data)
    if data is not None and pieces.is_valid() and form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            reading = correct_reading(
                actor=request.actor, at=timezone.now(), party=party, marks=pieces.marks(), reason=reason
            )
        except WrongPlace as error:
            form.add_error(None, str(error))
        else:
            said = reading.building.name if reading.building else _("没有到楼栋")
            messages.success(request, _("地址识别已更正：%s。") % said)
            return redirect(_panel(pk))
    context = {"party": party, "address": address, "pieces": pieces, "form": form}
    return render(request, "parties/reading.html", context, status=422 if data is not None else 200)


@face(may=permissions.may_open_corrections, shows=("party",))
@require_http_methods(["GET", "POST"])
def add(request: StaffRequest, pk: int) -> HttpResponse:
    """Enter a place of work, a store, or where collateral is (登记地点)."""
    party, form = _organisation(request, pk), PlaceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = add_place(actor=request.actor, at=timezone.now(), party=party, details=form.details())
        except WrongPlace as error:
            form.add_error("address", str(error))
        else:
            messages.success(request, _("已登记到 %s。") % made.building.name)
            return redirect(_panel(pk))
    return form_page(request, form, title=_("登记地点"), button=_("登记"), party=party)


@face(may=permissions.may_open_corrections, shows=("party",))
@require_http_methods(["GET", "POST"])
def end(request: StaffRequest, pk: int, row: int) -> HttpResponse:
    """Say that the customer is there no longer, or never was."""
    party, form = _organisation(request, pk), EdgeEndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            end_place(
                actor=request.actor, at=timezone.now(), party=party, occupancy_id=row, ending=form.ending()
            )
        except ObjectDoesNotExist as error:
            raise Http404 from error
        except WrongPlace as error:
            form.add_error("ends_on", str(error))
        else:
            messages.success(request, _("已终止，历史仍保留。"))
            return redirect(_panel(pk))
    return form_page(request, form, title=_("终止地点"), button=_("终止"), party=party)


@face(may=permissions.may_open_visits, shows=("party",))
@require_http_methods(["GET", "POST"])
def note_visit(request: StaffRequest, pk: int) -> HttpResponse:
    """Note that somebody called on the customer where it is (登记走访)."""
    party = visible_party(request, pk)
    if not permissions.may_note_visit(request.actor, party):
        raise PermissionDenied(_("您不能登记该客户的走访。"))
    given = request.GET.get("building", "")
    initial = {"building": int(given)} if given.isascii() and given.isdigit() and len(given) < 18 else {}
    form = VisitForm(party, request.POST or None, today=timezone.localdate(), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            note_visit_there(actor=request.actor, at=timezone.now(), party=party, **form.cleaned_data)
        except WrongPlace as error:
            form.add_error("visited_on", str(error))
        else:
            messages.success(request, _("走访已登记。"))
            return redirect(_panel(pk))
    return form_page(request, form, title=_("登记走访"), button=_("登记"), party=party)
