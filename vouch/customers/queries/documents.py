"""Questions about documents and photos."""

from __future__ import annotations

from django.db.models import QuerySet

from vouch.customers.models import FiledDocument
from vouch.parties import queries as parties
from vouch.platform.identity.actor import Actor


def documents_visible_to(actor: Actor) -> QuerySet[FiledDocument]:
    """The documents of the parties that the actor may see."""
    return FiledDocument.objects.filter(material__party__in=parties.visible_to(actor))
