"""Protected values read in full: each reading is an entry with its purpose, a batch one entry for the set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from vouch.parties import permissions
from vouch.parties.models import Paper, Party
from vouch.parties.queries import persons
from vouch.parties.terms import PROTECTED
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, action
from vouch.platform.vault.models import Document
from vouch.platform.vault.queries import read_document


@action("parties.person.revealed", may=permissions.may_reveal, is_reading=True)
def reveal_value(
    entry: Entry, *, actor: Actor, at: datetime, party: Party, field_class: str, key: str, purpose: str
) -> str:
    """One value in plain text; ``key`` is a field of PROTECTED, with ``-<row>`` for rows ("phone-12").

    Raises LookupError where the party has no such value, VaultError where it does not open.
    """
    field, _dash, _row = key.partition("-")
    if PROTECTED[field].field_class != field_class:
        message = f"{key} is not of class {field_class}"
        raise LookupError(message)
    value = persons.plain_value(party, key)
    entry.about("party", party.pk, after={"field": field, "field_class": str(field_class)})
    entry.purpose(purpose)
    return value


@action("parties.paper.read", may=permissions.may_reveal)
def read_paper(
    entry: Entry, *, actor: Actor, at: datetime, party: Party, field_class: str, pk: int, purpose: str
) -> tuple[Document, Iterator[bytes]]:
    """A paper in plain pieces, with what the vault says of it. Raises LookupError, VaultError."""
    paper = Paper.objects.select_related("document").filter(party=party, pk=pk).first()
    if paper is None or field_class != PROTECTED["paper"].field_class:
        raise LookupError(pk)
    entry.about(
        "party", party.pk, after={"field": "paper", "kind": paper.kind, "sha256": paper.document.sha256}
    )
    entry.purpose(purpose)
    return paper.document, read_document(paper.document)


@action("parties.persons.read", may=permissions.may_read_many)
def read_persons(
    entry: Entry,
    *,
    actor: Actor,
    at: datetime,
    field_classes: frozenset[str],
    parties: Sequence[Party],
    purpose: str,
) -> dict[int, dict[str, Any]]:
    """Plain values of these classes by party and field; one entry with the digest of the set.

    Parties that are only stored are left out, unless the actor supervises that.
    """
    readable = [party for party in parties if permissions.may_read_restricted(actor, party)]
    rows = (str(pk).encode() for pk in sorted(party.pk for party in readable))
    entry.bulk("persons", at.strftime("%Y%m%d%H%M%S"), rows=rows, **_counted(field_classes))
    entry.purpose(purpose)
    return persons.plain_rows(readable, field_classes)


def _counted(field_classes: frozenset[str]) -> Any:
    """Which classes were read, as the counts of a bulk entry."""
    return {str(one): 1 for one in sorted(field_classes)}
