"""Documents and photos of one customer: listed, looked at, added, replaced, filed anew."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from vouch.customers import actions, permissions, queries
from vouch.customers.forms.documents import DocumentFilter, DocumentForm, FilingForm, initial_of
from vouch.customers.queries import FiledDocument, Party, documents
from vouch.customers.terms import DocumentCategory, Origin
from vouch.customers.views.files import content_of
from vouch.platform.identity.actions.repeats import Answer
from vouch.platform.identity.repeats import submit_once
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.faces import face
from vouch.platform.web.tables import Table, respond


def _address(one: Any) -> str:
    return reverse("customers:material", args=[one.pk])


PAPERS = Table(
    name="papers",
    title=_("证照与文件"),
    default_sort="-as_of",
    empty=_("没有符合条件的资料。"),
    hint=_("点“添加资料”，可以一次拖入多个文件。"),
    columns=(
        Column("title", _("名称"), sort="title", value=str, link=_address),
        Column(
            "category",
            _("类别"),
            sort="category",
            value=lambda one: one.get_category_display(),
            on_phone=False,
        ),
        Column(
            "as_of", _("所属日期"), Kind.DATE, sort="material__as_of", value=lambda one: one.material.as_of
        ),
        Column(
            "valid_until",
            _("有效期止"),
            Kind.DATE,
            sort="valid_until",
            template="customers/validity_cell.html",
        ),
        Column("pages", _("页数"), Kind.NUMBER, sort="pages", on_phone=False),
        Column("number_of_versions", _("版本数"), Kind.NUMBER, sort="number_of_versions", on_phone=False),
        Column(
            "origin",
            _("来源"),
            value=lambda one: one.material.get_origin_display(),
            template="customers/believed_cell.html",
            on_phone=False,
        ),
        Column(
            "recorded_by",
            _("登记人"),
            value=lambda one: one.material.recorded_by.name if one.material.recorded_by else "",
            on_phone=False,
        ),
    ),
)
PHOTOS = Table(
    name="photos",
    title=_("照片"),
    default_sort="-as_of",
    empty=_("没有符合条件的照片。"),
    hint=_("点“添加资料”，手机上可以直接拍摄。"),
    part="customers/gallery.html",
    columns=(
        Column("title", _("名称"), sort="title", value=str),
        Column(
            "as_of", _("拍摄日期"), Kind.DATE, sort="material__as_of", value=lambda one: one.material.as_of
        ),
    ),
)


@face(may=permissions.may_open_file, shows=("party",))
@require_GET
def papers(request: StaffRequest, pk: int) -> HttpResponseBase:
    """The papers as a list."""
    return _listed(request, pk, PAPERS, "customers/documents.html", photos=False)


@face(may=permissions.may_open_file, shows=("party",))
@require_GET
def photos(request: StaffRequest, pk: int) -> HttpResponseBase:
    """The photos as a gallery."""
    return _listed(request, pk, PHOTOS, "customers/photos.html", photos=True)


@face(may=permissions.may_add_materials, shows=("party",))
@require_http_methods(["GET", "POST"])
def add_document(request: StaffRequest, pk: int) -> HttpResponse:
    """File papers or photos; the page's script sends each file by itself and is answered with a line."""
    party = _party(request, pk)
    if not permissions.may_record_material(request.actor, party):
        raise PermissionDenied(_now("您不能登记该客户的资料。"))
    category = request.GET.get("category", "")
    initial = {
        "origin": Origin.CUSTOMER,
        "category": category if category in DocumentCategory.values else None,
    }
    form = DocumentForm(request.POST or None, request.FILES or None, initial=initial)
    return _filed(request, party, form, title=_now("添加资料"))


@face(may=permissions.may_add_materials, shows=("material",))
@require_http_methods(["GET", "POST"])
def replace_document(request: StaffRequest, pk: int) -> HttpResponse:
    """File a newer version of a paper."""
    former = _found(request, pk)
    form = DocumentForm(request.POST or None, request.FILES or None, initial=initial_of(former))
    return _filed(request, former.material.party, form, title=_now("上传新版本"), former=former)


@face(may=permissions.may_add_materials, shows=("material",))
@require_http_methods(["GET", "POST"])
def classify_document(request: StaffRequest, pk: int) -> HttpResponse:
    """File the same original under another category, name or validity."""
    document = _found(request, pk)
    form = FilingForm(request.POST or None, initial=initial_of(document))
    if request.method == "POST" and form.is_valid():
        try:
            filed = actions.classify_document(
                actor=request.actor, at=timezone.now(), document=document, filing=form.filing()
            )
        except (actions.WrongMaterial, actions.NotNow) as error:
            form.add_error(getattr(error, "field", None), str(error))
        else:
            messages.success(request, _now("已改归类；原来的归类留在历史版本里，核实需要重新登记。"))
            return redirect(_address(filed))
    context = {
        **_form_context(document.material.party, document),
        "form": form,
        "title": _now("改归类"),
        "button": _now("保存"),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "customers/document_form.html", context, status=status)


def _listed(request: StaffRequest, pk: int, table: Table, template: str, *, photos: bool) -> HttpResponseBase:
    party = _party(request, pk)
    filters = DocumentFilter(request.GET, photos=photos)
    rows = documents.documents_of(party.pk, filters.wanted(), photos=photos, today=timezone.localdate())
    context = {
        "party": party,
        "on": "documents",
        "photos": photos,
        "may_add": permissions.may_record_material(request.actor, party),
    }
    return respond(request, table.listing(rows, request.GET, filters), template, context)


def _party(request: StaffRequest, pk: int) -> Party:
    found = queries.customer_of(request.actor, pk)
    if found is None:
        raise Http404
    return found


def _found(request: StaffRequest, pk: int) -> FiledDocument:
    found = documents.document_of(request.actor, pk)
    if found is None:
        raise Http404
    if not permissions.may_classify_document(request.actor, found):
        raise PermissionDenied(_now("您不能登记该客户的资料。"))
    return found


def _filed(
    request: StaffRequest,
    party: Party,
    form: DocumentForm,
    *,
    title: str,
    former: FiledDocument | None = None,
) -> HttpResponse:
    # The page's script sends one file of several, and puts the answer beside it.
    is_one_of_several = request.headers.get("X-One-Of-Several") == "yes"
    if request.method == "POST" and form.is_valid():
        try:
            done = submit_once(request, lambda: _file(request, party, form, former))
        except actions.NoAuthorisation as error:
            form.add_error("category", str(error))
        except actions.WrongMaterial as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        except actions.WrongFile as error:
            form.add_error("file", str(error))
        else:
            filed = documents.document_of(request.actor, done.body["id"])
            if is_one_of_several:
                return render(request, "customers/upload_line.html", {"filed": filed})
            messages.success(request, _now("“%s”已登记。") % filed)
            return redirect("customers:material", pk=done.body["id"])
    if is_one_of_several:
        return render(request, "customers/upload_line.html", {"form": form}, status=422)
    context = {
        **_form_context(party, former),
        "form": form,
        "title": title,
        "button": _now("上传"),
        "is_upload": True,
        "may_be_many": former is None,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "customers/document_form.html", context, status=status)


def _file(request: StaffRequest, party: Party, form: DocumentForm, former: FiledDocument | None) -> Answer:
    now = timezone.now()
    details = form.details(today=timezone.localdate(now), replaces=former.material if former else None)
    filed = actions.file_document(
        actor=request.actor,
        at=now,
        party=party,
        filing=form.filing(),
        details=details,
        content=content_of(form.upload) or b"",
    )
    return Answer(302, {"id": filed.pk})


def _form_context(party: Party, document: FiledDocument | None) -> dict[str, Any]:
    back = _address(document) if document else reverse("customers:documents", args=[party.pk])
    return {"party": party, "on": "documents", "document": document, "back_url": back}
