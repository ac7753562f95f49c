"""Uploads that wait for somebody to look them over before they count: kept encrypted, gone once decided."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from vouch.customers import permissions
from vouch.customers.actions.authorisations import pieces_of
from vouch.customers.actions.files import SHEET_KINDS, media_type_of
from vouch.customers.actions.gate import require_authorisation
from vouch.customers.models import StagedFile
from vouch.customers.terms import DATA_CLASS_OF, SENSITIVE, MaterialKind, Purpose
from vouch.engine.identifiers import without_protected
from vouch.parties.models import Party
from vouch.parties.terms import PartyKind
from vouch.platform.identity.actions import take_part
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, action
from vouch.platform.vault.actions import remove_document, store_document
from vouch.platform.vault.terms import Subject

KEEP = timedelta(days=7)
"""How long an upload waits before it is taken away."""
AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Upload:
    """One sheet of one file; ``sheet`` counts from 0."""

    name: str
    content: bytes
    sheet: int = 0


@action("customers.file.received", may=permissions.may_record_material)
def stage_file(
    entry: Entry, *, actor: Actor, at: datetime, party: Party, kind: MaterialKind, upload: Upload
) -> StagedFile:
    """Keep an upload until somebody has looked it over; the same one waits once. Raises WrongFile, NoAuthorisation, Refused."""
    Party.objects.select_for_update(no_key=True).get(pk=party.pk)
    if party.kind == PartyKind.PERSON and DATA_CLASS_OF[kind] in SENSITIVE:
        # What may not be kept may not wait either.
        require_authorisation(party.pk, purpose=Purpose.REVIEW, scope=DATA_CLASS_OF[kind], at=at)
    take_part(actor=actor, matter=("party", str(party.pk)), office=permissions.office_of(actor), at=at)
    media_type = media_type_of(upload.content, allowed=SHEET_KINDS)
    sha256 = hashlib.sha256(upload.content).hexdigest()
    same = StagedFile.objects.filter(party=party, kind=kind, sheet=upload.sheet, document__sha256=sha256)
    if (found := same.first()) is not None:
        entry.nothing()
        return found
    subject = Subject("party", str(party.pk))
    document = store_document(subject, pieces=pieces_of(upload.content), media_type=media_type, at=at)
    staged = StagedFile.objects.create(
        party=party,
        kind=kind,
        name=without_protected(upload.name)[-120:],
        sheet=upload.sheet,
        document=document,
        staged_by_id=actor.user_id,
        staged_at=at,
    )
    entry.about("party", party.pk, after={"kind": str(kind), "sha256": document.sha256})
    return staged


@action("customers.file.discarded", may=permissions.may_decide_staged)
def discard_file(entry: Entry, *, actor: Actor, at: datetime, staged: StagedFile) -> None:
    """Take an upload away that is not wanted after all. A repeat changes nothing."""
    held = StagedFile.objects.select_for_update(of=("self",)).filter(pk=staged.pk).first()
    if held is None:
        entry.nothing()
        return
    entry.about("party", held.party_id, before={"kind": held.kind, "sha256": held.document.sha256})
    take_away(held)


def take_away(held: StagedFile) -> None:
    """Remove the upload with its file; for use inside an action."""
    document = held.document
    held.delete()
    remove_document(document)


@action("customers.file.forgotten", may=permissions.may_remove_expired)
def forget_staged(entry: Entry, *, actor: Actor, at: datetime) -> int:
    """Take away what nobody decided for a week; give how many, at most a hundred at a time."""
    stale = StagedFile.objects.filter(staged_at__lt=at - KEEP).select_related("document")
    found = list(stale.select_for_update(skip_locked=True, of=("self",)).order_by("pk")[:AT_ONCE])
    if not found:
        entry.nothing()
        return 0
    for held in found:
        take_away(held)
    entry.about("staged_files", "", after={"subject_count": len(found)})
    return len(found)
