"""A person's data erased for good: the key is destroyed, and what was never sealed is emptied. Rows stay."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from vouch.parties import permissions
from vouch.parties.actions.enrolment import index_standing
from vouch.parties.actions.sealing import key_for
from vouch.parties.models import (
    Account,
    Contact,
    Control,
    Farmer,
    FarmHolding,
    FormerValue,
    Party,
    Person,
    Phone,
    Post,
    Shareholding,
)
from vouch.parties.terms import ERASED_NAME, PartyStatus
from vouch.platform.exchange.actions import forget_images, forget_person
from vouch.platform.identity.actions.drafts import forget_drafts_about
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, action
from vouch.platform.vault.actions import destroy_key
from vouch.platform.vault.fields import place_of
from vouch.platform.vault.models import DataKey
from vouch.platform.vault.terms import Subject

# Rows that tell of a person in plain, by the column that names the person; an import's journal keeps images of them.
NOTED_OF: Mapping[Any, str] = {
    Party: "pk", Person: "party", Phone: "party", Contact: "party", Account: "party", FormerValue: "party",
    Farmer: "party", FarmHolding: "party", Post: "person", Shareholding: "holder", Control: "controller",
}  # fmt: skip


@action("parties.person.erased", may=permissions.may_erase)
def erase_person(
    entry: Entry, *, actor: Actor, at: datetime, party: Party, approver: Actor, reason: str
) -> None:
    """Destroy the person's key: numbers, accounts, contacts, papers and what the ledger keeps of them never open again.

    Indexes, name and search text go too, so that nobody finds them. Nothing undoes this. A repeat changes nothing.
    """
    locked = Party.objects.select_for_update().get(pk=party.pk)
    if locked.status == PartyStatus.ERASED:
        entry.nothing()
        return
    # First, while the numbers can still be read by which deliveries name the person.
    files, rows = forget_person(names=_names(locked), numbers=_numbers(locked, at=at), at=at)
    destroy_key(Subject("party", str(locked.pk)), at=at)
    Person.objects.filter(party=locked).update(
        document_index=None,
        sex="",
        marital_status="",
        occupation="",
        employer="",
        monthly_income=None,
        annual_income=None,
        updated_at=at,
    )
    Phone.objects.filter(party=locked).update(number_index=None)
    Contact.objects.filter(party=locked).update(phone_index=None)
    Account.objects.filter(party=locked).update(number_index=None, bank="")
    _forget_what_was_plain(locked, at=at)
    forget_drafts_about(f"party:{locked.pk}")
    keys = DataKey.objects.filter(subject_kind="party", subject_id=str(locked.pk))
    forget_images(
        {
            model._meta.db_table: model.objects.filter(**{whose: locked.pk}).values_list("pk", flat=True)
            for model, whose in NOTED_OF.items()
        }
        # An image of the key would open again what its destruction has closed.
        | {DataKey._meta.db_table: keys.values_list("pk", flat=True)}
    )
    before = {"status": locked.status}
    locked.name, locked.search_text, locked.sound_text = ERASED_NAME, "", ""
    locked.status = PartyStatus.ERASED
    locked.save(update_fields=["name", "search_text", "sound_text", "status"])
    if locked.canonical_id is not None:
        index_standing(locked.canonical_id)
    entry.about(
        "party",
        locked.pk,
        before=before,
        after={
            "status": str(PartyStatus.ERASED),
            "approved_by": approver.label,
            "files_dropped": files,
            "rows_emptied": rows,
        },
    )
    entry.purpose(reason)


def _names(party: Party) -> list[str]:
    """The name and every one before it."""
    former = FormerValue.objects.filter(party=party, field="name").values_list("value", flat=True)
    return [party.name, *former]


def _numbers(party: Party, *, at: datetime) -> list[str]:
    """Every number that a list may name the person by: documents, telephones and accounts, former ones too."""
    key = key_for(party, at=at)
    former = FormerValue.objects.filter(party=party, field="document_number")
    held = (
        (Person.objects.filter(party=party), "document_number"),
        (former, "sealed"),
        (Phone.objects.filter(party=party), "number"),
        (Account.objects.filter(party=party), "number"),
    )
    return [
        key.open(bytes(sealed), place=place_of(row, column))
        for rows, column in held
        for row in rows
        if (sealed := getattr(row, column)) is not None
    ]


def _forget_what_was_plain(party: Party, *, at: datetime) -> None:
    """Former values, the farm, and the name as files of others wrote it down beside the link."""
    FormerValue.objects.filter(party=party).update(value="", sealed=None, reason="")
    Farmer.objects.filter(party=party).update(household_size=None, farming_since=None, updated_at=at)
    FarmHolding.objects.filter(party=party).update(product="", land_right="", land_until=None)
    Post.objects.filter(person=party).update(person_name="")
    Shareholding.objects.filter(holder=party).update(holder_name="")
    Control.objects.filter(controller=party).update(controller_name="")
