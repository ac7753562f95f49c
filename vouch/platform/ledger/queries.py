"""Questions to the ledger."""

from __future__ import annotations

from django.db.models import QuerySet

from vouch.platform.ledger.models import Entry


def history_of(kind: str, pk: object) -> QuerySet[Entry]:
    """Everything done to one subject, newest first."""
    return Entry.objects.filter(subject_kind=kind, subject_id=str(pk)).order_by("-at", "-recorded_at")


def latest_entries() -> QuerySet[Entry]:
    """Everything done, newest first."""
    return Entry.objects.order_by("-at", "-recorded_at")
