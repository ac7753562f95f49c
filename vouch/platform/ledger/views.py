"""The ledger's page: who did what, to whom, when."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vouch.platform.ledger import queries
from vouch.platform.ledger.forms import LedgerFilter
from vouch.platform.ledger.models import Entry
from vouch.platform.ledger.permissions import may_read_ledger
from vouch.platform.ledger.terms import event_title, field_title, subject_title
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.tables import Table, respond


def summary(entry: Entry) -> str:
    """What changed, in one line."""
    pairs = (entry.bulk or entry.after or entry.before or {}).items()
    return "；".join(f"{field_title(name)}：{'—' if value in (None, '') else value}" for name, value in pairs)


ENTRIES = Table(
    name="entries",
    title=gettext_lazy("操作日志"),
    default_sort="-at",
    tie_break="id",
    empty=gettext_lazy("没有符合条件的操作。"),
    columns=(
        Column("at", gettext_lazy("时间"), Kind.MOMENT, sort="at"),
        Column("event", gettext_lazy("事件"), sort="event", value=lambda entry: event_title(entry.event)),
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


def entries(request: HttpRequest) -> HttpResponseBase:
    """Every entry, newest first, by person, subject, event and day (操作日志)."""
    if not may_read_ledger(getattr(request, "actor", None)):
        raise PermissionDenied(_("操作日志只对监督岗位开放。"))
    filters = LedgerFilter(request.GET)
    filters.is_valid()
    wanted = filters.cleaned_data
    rows = queries.entries_where(
        text=wanted.get("q", ""),
        event=wanted.get("event", ""),
        since=wanted.get("since"),
        until=wanted.get("until"),
    )
    return respond(request, ENTRIES.listing(rows, request.GET, filters), "ledger/entries.html")
