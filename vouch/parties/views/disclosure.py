"""Protected values in full: asked for with a purpose, shown once, kept by nobody."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from vouch.parties import actions, permissions, queries
from vouch.parties.forms import PurposeForm
from vouch.parties.models import Party
from vouch.parties.terms import PROTECTED, PaperKind
from vouch.parties.views.page import form_page, visible_party
from vouch.platform.identity.request import StaffRequest
from vouch.platform.identity.terms import FieldClass
from vouch.platform.vault.terms import VaultError
from vouch.platform.web.faces import face
from vouch.platform.web.subjects import reading

SECONDS_SHOWN = 30
CLASSES = (FieldClass.IDENTITY, FieldClass.PHONE, FieldClass.ACCOUNT, FieldClass.INCOME)
SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "application/pdf": "pdf"}


@reading
@face(may=permissions.may_open_disclosure, shows=("party",), classes=CLASSES)
@never_cache
@require_http_methods(["GET", "POST"])
def reveal(request: StaffRequest, pk: int, key: str) -> HttpResponse:
    """Ask why, then show one value for half a minute (显示). By HTMX in its place, or as a page of its own."""
    party, shown = _value(request, pk, key)
    if not shown.may_reveal:
        raise PermissionDenied(_("您的岗位不能查看该信息的完整内容。"))
    form = PurposeForm(request.POST or None, prefix=key)
    context: dict[str, Any] = {"party": party, "shown": shown, "form": form, "seconds": SECONDS_SHOWN}
    part = "parties/value" if request.htmx else "parties/value_page"
    if request.method == "POST" and form.is_valid():
        try:
            context["value"] = actions.reveal_value(
                actor=request.actor,
                at=timezone.now(),
                party=party,
                field_class=PROTECTED[key.partition("-")[0]].field_class,
                key=key,
                purpose=form.text(),
            )
        except VaultError as error:
            context["fault"] = str(error)
    return render(request, f"{part}.html", context)


@face(may=permissions.may_open_disclosure, shows=("party",))
@require_safe
def masked_value(request: StaffRequest, pk: int, key: str) -> HttpResponse:
    """The value as it was before, masked."""
    party, shown = _value(request, pk, key)
    return render(request, "parties/value.html", {"party": party, "shown": shown, "is_masked": True})


def _value(request: StaffRequest, pk: int, key: str) -> tuple[Party, queries.Shown]:
    """The party and one of its values as shown. Raises Http404."""
    party = visible_party(request, pk)
    sheet = queries.sheet_of(party, request.actor)
    lines = (*sheet.phones, *sheet.accounts, *sheet.contacts)
    values = [*sheet.fields.values(), *(line.number for line in lines)]
    for shown in values:
        if shown.key == key:
            return party, shown
    raise Http404


@face(may=permissions.may_open_disclosure, shows=("party",), classes=(FieldClass.IDENTITY,))
@never_cache
@require_http_methods(["GET", "POST"])
def paper(request: StaffRequest, pk: int, row: int) -> HttpResponse:
    """A paper as a file, once somebody says why (查看证件影像)."""
    party = visible_party(request, pk)
    spec = PROTECTED["paper"]
    if not permissions.may_reveal(request.actor, party, spec.field_class):
        raise PermissionDenied(_("您的岗位不能查看证件影像。"))
    found = get_object_or_404(queries.papers_of(party), pk=row)
    form = PurposeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            document, pieces = actions.read_paper(
                actor=request.actor,
                at=timezone.now(),
                party=party,
                field_class=spec.field_class,
                pk=row,
                purpose=form.text(),
            )
            # To the end, because only there it is held against its hash.
            content = b"".join(pieces)
        except VaultError as error:
            form.add_error(None, str(error))
        else:
            return _download(content, document.media_type, kind=found.kind, number=party.number)
    return form_page(request, form, title=_("查看证件影像"), button=_("下载"), party=party)


def _download(content: bytes, media_type: str, *, kind: str, number: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    name = quote(f"{number}-{PaperKind(kind).label}.{SUFFIXES[media_type]}")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response
