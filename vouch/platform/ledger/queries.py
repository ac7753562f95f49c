"""Questions to the ledger."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from vouch.platform.ledger.models import Entry


def history_of(kind: str, pk: object) -> QuerySet[Entry]:
    """Everything done to one subject, newest first."""
    return Entry.objects.filter(subject_kind=kind, subject_id=str(pk)).order_by("-at", "-recorded_at")


def latest_entries() -> QuerySet[Entry]:
    """Everything done, newest first."""
    return Entry.objects.order_by("-at", "-recorded_at")


def entries_where(
    *, text: str = "", event: str = "", since: date | None = None, until: date | None = None
) -> QuerySet[Entry]:
    """Entries by part of the actor's name or the subject's id, by event, and by local day (both included)."""
    entries = Entry.objects.all()
    if text:
        entries = entries.filter(Q(actor_label__contains=text) | Q(subject_id=text))
    if event:
        entries = entries.filter(event=event)
    if since is not None:
        entries = entries.filter(at__date__gte=since)
    if until is not None:
        entries = entries.filter(at__date__lte=until)
    return entries
