"""The ledger's pages: who did what, to whom, when, and the proof of it."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from vouch.platform.ledger import queries
from vouch.platform.ledger.forms import LedgerFilter
from vouch.platform.ledger.models import Entry
from vouch.platform.ledger.permissions import may_read_ledger
from vouch.platform.ledger.terms import LedgerBroken, closed, event_title, field_title, subject_title
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.faces import face
from vouch.platform.web.tables import Table, respond

REFUSAL = gettext_lazy("操作日志只对监督岗位开放。")


def summary(entry: Entry) -> str:
    """What changed, in one line."""
    pairs = (entry.bulk or entry.after or entry.before or {}).items()
    return "；".join(
        f"{field_title(name)}：{'—' if value in (None, '') else closed(value)}" for name, value in pairs
    )


ENTRIES = Table(
    name="entries",
    title=gettext_lazy("操作日志"),
    default_sort="-at",
    tie_break="id",
    empty=gettext_lazy("没有符合条件的操作。"),
    columns=(
        Column("at", gettext_lazy("时间"), Kind.MOMENT, sort="at"),
        Column(
            "event",
            gettext_lazy("事件"),
            sort="event",
            value=lambda entry: event_title(entry.event),
            link=lambda entry: reverse("ledger:entry", args=[entry.pk]),
        ),
        Column("actor_label", gettext_lazy("操作人"), sort="actor_label"),
        Column(
            "subject_id",
            gettext_lazy("对象"),
            value=lambda entry: f"{subject_title(entry.subject_kind)} {entry.subject_id}",
        ),
        Column(
            "after",
            gettext_lazy("内容"),
            value=summary,
            template="ledger/change.html",
            on_phone=False,
        ),
        Column("purpose", gettext_lazy("目的"), on_phone=False),
    ),
)


@face(may=may_read_ledger, shows=("entry",), refusal=REFUSAL)
@require_GET
def entries(request: HttpRequest) -> HttpResponseBase:
    """Every entry, newest first, by person, subject, event and day (操作日志)."""
    filters = LedgerFilter(request.GET)
    filters.is_valid()
    wanted = filters.cleaned_data
    rows = queries.entries_where(
        text=wanted.get("q", ""),
        event=wanted.get("event", ""),
        kind=wanted.get("kind", ""),
        since=wanted.get("since"),
        until=wanted.get("until"),
    )
    return respond(request, ENTRIES.listing(rows, request.GET, filters), "ledger/entries.html")


@face(may=may_read_ledger, shows=("entry",), refusal=REFUSAL)
@require_GET
def entry(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One entry: what changed side by side, its place in the tree, and its proof (日志详情)."""
    row = get_object_or_404(queries.latest_entries(), pk=pk)
    context: dict[str, Any] = {"entry": row, "proof": None, "head": None, "broken": ""}
    try:
        context["proof"], context["head"] = queries.proof_of(pk)
    except queries.NotSealed:
        pass  # the page says that it waits
    except LedgerBroken as error:
        context["broken"] = str(error)
    history = queries.history_of(row.subject_kind, row.subject_id).exclude(pk=pk)
    context["history"] = history[:10]
    return render(request, "ledger/entry.html", context)


@face(may=may_read_ledger, shows=("entry",), refusal=REFUSAL)
@require_GET
def proof(request: HttpRequest, pk: UUID, size: int) -> HttpResponse:
    """The entry's proof under one head, as the file that ``vouch ledger check-proof`` reads."""
    try:
        found, _head = queries.proof_of(pk, head=queries.head_of_size(size))
    except queries.NotSealed as error:
        raise Http404(str(error)) from error
    except LedgerBroken as error:
        return HttpResponse(str(error), status=409, content_type="text/plain; charset=utf-8")
    return _file(found, f"proof-{pk}.json")


@face(may=may_read_ledger, refusal=REFUSAL)
@require_GET
def head(request: HttpRequest, size: int) -> HttpResponse:
    """A signed head as a file."""
    found = queries.head_of_size(size)
    if found is None:
        raise Http404(_("没有这个树头。"))
    return _file(found.document, f"head-{size}.json")


@face(may=may_read_ledger, refusal=REFUSAL)
@require_GET
def key(request: HttpRequest) -> HttpResponse:
    """The public key that heads are checked with."""
    response = HttpResponse(queries.public_key(), content_type="application/x-pem-file")
    response["Content-Disposition"] = 'attachment; filename="key.pub"'
    return response


def _file(document: dict[str, Any], name: str) -> HttpResponse:
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
