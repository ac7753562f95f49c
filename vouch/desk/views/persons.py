"""Persons: the list, whoever goes by a number, and the list as a file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from vouch.desk.forms import FindForm, FullExportForm, PersonFilter, readable_classes
from vouch.desk.queries.persons import Party, found_by_number, persons
from vouch.engine.identifiers import looks_protected
from vouch.parties import actions
from vouch.parties.permissions import may_open_disclosure, may_open_registration
from vouch.parties.queries import masked_document, masked_phone
from vouch.platform.identity.request import StaffRequest
from vouch.platform.identity.terms import FieldClass
from vouch.platform.vault.masks import HIDDEN
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.exports import EXPORTS
from vouch.platform.web.faces import SIGNED_IN, face
from vouch.platform.web.tables import Table, respond

MANY = 5000


def _present(party: Any) -> Any:
    return party.present[0] if party.present else None


def _unit(party: Any) -> str:
    present = _present(party)
    return present.unit.name if present else ""


def _manager(party: Any) -> str:
    present = _present(party)
    return present.manager.name if present and present.manager else ""


def _hidden(name: str) -> Any:
    return lambda party: HIDDEN if getattr(party.person, name) not in {None, ""} else ""


PERSONS = Table(
    name="persons",
    title=_("个人客户"),
    default_sort="name",
    empty=_("没有符合条件的个人客户。"),
    hint=_("可以在这里新建个人客户。"),
    columns=(
        Column("name", _("姓名"), sort="name", link=lambda party: reverse("desk:customer", args=[party.pk])),
        Column("number", _("客户编号"), Kind.CODE, sort="number", on_phone=False),
        Column("kind", _("类型"), value=lambda party: party.get_kind_display(), on_phone=False),
        Column(
            "document_kind",
            _("证件类型"),
            value=lambda party: party.person.get_document_kind_display(),
            on_phone=False,
        ),
        Column("document_number", _("证件号码"), Kind.CODE, value=masked_document),
        Column("phone", _("电话"), Kind.CODE, value=masked_phone),
        Column("occupation", _("职业"), value=_hidden("occupation"), on_phone=False),
        Column("annual_income", _("年收入（元）"), value=_hidden("annual_income"), on_phone=False),
        Column("unit", _("管户机构"), value=_unit, on_phone=False),
        Column("manager", _("管户经理"), value=_manager, on_phone=False),
        Column("created_at", _("建档时间"), Kind.DATE, sort="created_at", on_phone=False),
    ),
)
"""Masked for everybody, in its exports too."""


@face(may=SIGNED_IN, shows=("party",))
@require_GET
def person_list(request: StaffRequest) -> HttpResponseBase:
    """Every person that the actor sees, masked: filter, search, sort, page, export (个人客户)."""
    if looks_protected(request.GET.get("q", "")):
        return without_number(request)
    filters = PersonFilter(request.GET)
    rows = persons(request.actor, filters.wanted())
    context = {
        "may_register": may_open_registration(request.actor),
        "may_export": bool(readable_classes(request.actor)),
        "query": request.GET.urlencode(),
    }
    return respond(request, PERSONS.listing(rows, request.GET, filters), "desk/persons.html", context)


def without_number(request: StaffRequest) -> HttpResponse:
    """A number in an address is not searched for: it leads to the form that keeps it out of addresses."""
    messages.warning(
        request, gettext("证件号码、电话和账号不能放在网址里查找，请在这里填写，号码不会留在网址和日志中。")
    )
    return redirect("desk:find")


@face(may=SIGNED_IN, shows=("party",))
@never_cache
@require_http_methods(["GET", "POST"])
def find(request: StaffRequest) -> HttpResponse:
    """Whoever goes by a number, exactly; the number comes by POST and is written nowhere (按号码查找)."""
    form = FindForm(request.POST or None)
    found: list[Party] | None = None
    if request.method == "POST" and form.is_valid():
        found = found_by_number(request.actor, form.cleaned_data["q"])
        if len(found) == 1:
            return redirect(found[0])
        form = FindForm()
    return render(request, "desk/find.html", {"form": form, "found": found})


@face(
    may=may_open_disclosure,
    shows=("party",),
    classes=(FieldClass.IDENTITY, FieldClass.PHONE, FieldClass.INCOME),
)
@never_cache
@require_http_methods(["GET", "POST"])
def full_export(request: StaffRequest) -> HttpResponseBase:
    """The filtered list with the classes asked for in full, once somebody says why (导出完整信息)."""
    rows = persons(request.actor, PersonFilter(request.GET).wanted()).order_by("name", "pk")
    form = FullExportForm(request.actor, request.POST or None)
    if request.method == "POST" and form.is_valid():
        parties = list(rows[: MANY + 1])
        if len(parties) > MANY:
            form.add_error(None, gettext("一次最多导出 %d 人，请先缩小筛选范围。") % MANY)
        elif not parties:
            form.add_error(None, gettext("没有符合条件的个人客户。"))
        else:
            return _file(request, form, parties)
    context = {"form": form, "count": rows.count(), "query": request.GET.urlencode()}
    return render(request, "desk/full_export.html", context, status=422 if form.errors else 200)


def _file(request: StaffRequest, form: FullExportForm, parties: list[Party]) -> HttpResponseBase:
    now = timezone.now()
    plain = actions.read_persons(
        actor=request.actor,
        at=now,
        field_classes=frozenset(form.cleaned_data["classes"]),
        parties=parties,
        purpose=form.text(),
    )
    columns = [replace(column, value=_of(column, plain)) for column in PERSONS.columns]
    records: Iterable[list[Any]] = ([column.of(party) for column in columns] for party in parties)
    write = EXPORTS[form.cleaned_data["format"]]
    return write(PERSONS.title, columns, records, on=timezone.localdate(now))


def _of(column: Column, plain: dict[int, dict[str, str]]) -> Any:
    """The plain value where it was read, what the list shows otherwise."""
    return lambda party: plain.get(party.pk, {}).get(column.name) or column.of(party)
