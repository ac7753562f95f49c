"""Questions about uploads that wait to be looked over."""

from __future__ import annotations

from django.db.models import QuerySet

from vouch.customers.models import StagedFile
from vouch.engine.cells import Cell
from vouch.parties import queries as parties
from vouch.platform.exchange.sheets import read_sheets
from vouch.platform.identity.actor import Actor
from vouch.platform.vault.queries import read_document


def staged_visible_to(actor: Actor) -> QuerySet[StagedFile]:
    """The uploads for the parties that the actor may see."""
    return StagedFile.objects.filter(party__in=parties.visible_to(actor))


def staged_of(actor: Actor, pk: int) -> StagedFile | None:
    """One upload with its party and file, if the actor may see it."""
    return staged_visible_to(actor).select_related("party", "document").filter(pk=pk).first()


def waiting(party_id: int, *, kind: str) -> QuerySet[StagedFile]:
    """What waits for one party, the newest first. The caller has checked that the party is visible."""
    found = StagedFile.objects.filter(party_id=party_id, kind=kind).select_related("staged_by")
    return found.order_by("-staged_at", "-pk")


def content_of_staged(staged: StagedFile) -> bytes:
    """The file in plain. Raises Unreadable, KeyDestroyed (VaultError)."""
    return b"".join(read_document(staged.document))


def rows_of_staged(staged: StagedFile, content: bytes) -> list[list[Cell]]:
    """The rows of the sheet that the upload is about. Raises Unreadable (of the exchange)."""
    return list(read_sheets(content, name=staged.name).values())[staged.sheet]
