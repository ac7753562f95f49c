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
from vouch.platform.ledger.forms import LedgerFilter, ReadsFilter
from vouch.platform.ledger.models import Entry
from vouch.platform.ledger.permissions import may_read_ledger
from vouch.platform.ledger.subjects import address_of, form_address, subject_name
from vouch.platform.ledger.templatetags.ledger import what_was_read
from vouch.platform.ledger.terms import (
    LedgerBroken,
    closed,
    event_title,
    field_title,
    subject_title,
)
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.faces import face
from vouch.platform.web.tables import Table, respond


class ReaderRequest(HttpRequest):
    """A request that has passed our middleware; the actor's own type stands above this room."""

    actor: Any


REFUSAL = gettext_lazy("操作日志只对监督岗位开放。")


def summary(entry: Entry) -> str:
    """What changed, in one line."""
    pairs = (entry.bulk or entry.after or entry.before or {}).items()
    return "；".join(
        f"{field_title(name)}：{'—' if value in (None, '') else closed(value)}" for name, value in pairs
    )


def subject(entry: Any) -> str:
    """What kind of thing it was about, and which one: its name where it has one, else its number."""
    return f"{subject_title(entry.subject_kind)} {entry.subject_name or entry.subject_id}"


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
        Column("subject_id", gettext_lazy("对象"), value=subject),
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
def entries(request: ReaderRequest) -> HttpResponseBase:
    """Every entry, newest first, by person, subject, event and day (操作日志)."""
    filters = LedgerFilter(request.GET)
    rows = queries.entries_where(request.actor, filters.wanted())
    return respond(request, ENTRIES.listing(rows, request.GET, filters), "ledger/entries.html")


READS = Table(
    name="reads",
    title=gettext_lazy("敏感数据读取"),
    default_sort="-at",
    tie_break="id",
    empty=gettext_lazy("没有符合条件的读取记录。"),
    hint=gettext_lazy("每次显示证件号码、电话、账户、征信等受保护的内容，都会在这里留下一条。"),
    columns=(
        Column("at", gettext_lazy("时间"), Kind.MOMENT, sort="at"),
        Column("actor_label", gettext_lazy("读取人"), sort="actor_label"),
        Column("subject_id", gettext_lazy("客户或对象"), value=subject),
        Column("read", gettext_lazy("读取内容"), value=what_was_read),
        Column("purpose", gettext_lazy("用途"), sort="purpose"),
        Column(
            "event",
            gettext_lazy("读取方式"),
            sort="event",
            value=lambda entry: event_title(entry.event),
            link=lambda entry: reverse("ledger:entry", args=[entry.pk]),
        ),
    ),
)


@face(may=may_read_ledger, shows=("entry",), refusal=REFUSAL)
@require_GET
def reads(request: ReaderRequest) -> HttpResponseBase:
    """Who looked at protected values, at whose and what for (敏感数据读取)."""
    filters = ReadsFilter(request.GET)
    rows = queries.reads(queries.entries_where(request.actor, filters.wanted()))
    return respond(request, READS.listing(rows, request.GET, filters), "ledger/reads.html")


@face(may=may_read_ledger, shows=("entry",), refusal=REFUSAL)
@require_GET
def entry(request: ReaderRequest, pk: UUID) -> HttpResponse:
    """One entry: what changed side by side, its place in the tree, and its proof (日志详情)."""
    row = _visible(request, pk)
    context: dict[str, Any] = {"entry": row, "proof": None, "head": None, "broken": ""}
    try:
        context["proof"], context["head"] = queries.proof_of(pk)
    except queries.NotSealed:
        pass  # the page says that it waits
    except LedgerBroken as error:
        context["broken"] = str(error)
    history = queries.history_of(row.subject_kind, row.subject_id).exclude(pk=pk)
    context |= {
        "history": history[:10],
        "address": address_of(row),
        "form_address": form_address(row, request.actor),
    }
    return render(request, "ledger/entry.html", context)


@face(may=may_read_ledger, shows=("entry",), refusal=REFUSAL)
@require_GET
def proof(request: ReaderRequest, pk: UUID, size: int) -> HttpResponse:
    """The entry's proof under one head, as the file that ``vouch ledger check-proof`` reads."""
    _visible(request, pk)
    try:
        found, _head = queries.proof_of(pk, head=queries.head_of_size(size))
    except queries.NotSealed as error:
        raise Http404(str(error)) from error
    except LedgerBroken as error:
        return HttpResponse(str(error), status=409, content_type="text/plain; charset=utf-8")
    return _file(found, f"proof-{pk}.json")


@face(may=may_read_ledger, refusal=REFUSAL)
@require_GET
def head(request: ReaderRequest, size: int) -> HttpResponse:
    """A signed head as a file."""
    found = queries.head_of_size(size)
    if found is None:
        raise Http404(_("没有这个树头。"))
    return _file(found.document, f"head-{size}.json")


@face(may=may_read_ledger, refusal=REFUSAL)
@require_GET
def key(request: ReaderRequest) -> HttpResponse:
    """The public key that heads are checked with."""
    response = HttpResponse(queries.public_key(), content_type="application/x-pem-file")
    response["Content-Disposition"] = 'attachment; filename="key.pub"'
    return response


def _visible(request: ReaderRequest, pk: UUID) -> Entry:
    rows = queries.visible_to(request.actor).annotate(subject_name=subject_name())
    return get_object_or_404(rows, pk=pk)


def _file(document: dict[str, Any], name: str) -> HttpResponse:
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
