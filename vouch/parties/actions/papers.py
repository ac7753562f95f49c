"""Images of documents, encrypted as they come in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from vouch.parties import permissions
from vouch.parties.models import Licence, Paper, Party
from vouch.parties.terms import PaperKind
from vouch.platform.identity.actions import take_part
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Office
from vouch.platform.ledger.action import Entry, action
from vouch.platform.vault.actions import store_document
from vouch.platform.vault.terms import Subject

SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"%PDF-", "application/pdf"),
)
LONGEST_SIGNATURE = 8


def media_type_of(start: bytes) -> str:
    """PNG, JPEG or PDF by the file's first bytes; empty for anything else, whatever its name says."""
    return next((kind for signature, kind in SIGNATURES if start.startswith(signature)), "")


@action("parties.licence.scanned", may=permissions.may_correct)
def scan_licence(
    entry: Entry,
    *,
    actor: Actor,
    at: datetime,
    party: Party,
    pk: int,
    media_type: str,
    pieces: Iterable[bytes],
) -> Paper:
    """Keep the scan of a licence under the party's key; another one takes the place of the first, which stays a paper.

    Raises Licence.DoesNotExist.
    """
    licence = Licence.objects.select_for_update().get(party=party, pk=pk)
    take_part(actor=actor, matter=("party", str(party.pk)), office=Office.FRONT, at=at)
    document = store_document(Subject("party", str(party.pk)), pieces=pieces, media_type=media_type, at=at)
    paper = Paper.objects.create(party=party, kind=PaperKind.LICENCE, document=document, added_at=at)
    licence.paper = paper
    licence.save(update_fields=["paper"])
    entry.about("party", party.pk, after={"licence": licence.title, "sha256": document.sha256})
    return paper


@action("parties.paper.stored", may=permissions.may_correct)
def store_paper(
    entry: Entry,
    *,
    actor: Actor,
    at: datetime,
    party: Party,
    kind: str,
    media_type: str,
    pieces: Iterable[bytes],
) -> Paper:
    """Keep a paper of a party under its key (PaperKind). Its file name is not kept: people write names into it."""
    take_part(actor=actor, matter=("party", str(party.pk)), office=Office.FRONT, at=at)
    document = store_document(Subject("party", str(party.pk)), pieces=pieces, media_type=media_type, at=at)
    paper = Paper.objects.create(party=party, kind=kind, document=document, added_at=at)
    entry.about("party", party.pk, after={"paper": kind, "sha256": document.sha256})
    return paper
