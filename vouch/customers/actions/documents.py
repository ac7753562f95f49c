"""Documents and photos, filed under their category."""

from __future__ import annotations

from datetime import datetime

from vouch.customers import permissions
from vouch.customers.actions.files import IMAGE_KINDS
from vouch.customers.actions.materials import MaterialDetails, lay_down
from vouch.customers.models import FiledDocument
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, action


@action("customers.document.filed", may=permissions.may_record_material)
def file_document(
    entry: Entry,
    *,
    actor: Actor,
    at: datetime,
    party: Party,
    category: str,
    details: MaterialDetails,
    content: bytes,
) -> FiledDocument:
    """Keep a scanned paper or a photo (PDF, JPG, PNG). Raises WrongMaterial, WrongFile, Refused."""
    material = lay_down(
        actor=actor, at=at, party=party, details=details, content=content, allowed=IMAGE_KINDS
    )
    filed = FiledDocument.objects.create(material=material, category=category)
    sha256 = material.document.sha256 if material.document else ""
    entry.about("material", material.pk, after={"kind": material.kind, "paper": category, "sha256": sha256})
    return filed
