"""Natural persons by hand: registered and corrected. What the ledger keeps of them is ciphertext."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from vouch.parties import permissions
from vouch.parties.actions.enrolment import customer_number, index_party, search_text, sounds_of
from vouch.parties.actions.history import Change, keep_former
from vouch.parties.actions.particulars import AccountLine, ContactLine, Line, PhoneLine, write_lines
from vouch.parties.actions.person_reading import PersonDetails
from vouch.parties.actions.sealing import fill, key_for
from vouch.parties.models import Assignment, Farmer, Party, Person
from vouch.parties.queries.history import spelled
from vouch.parties.queries.persons import document_index, opened_fields
from vouch.parties.terms import NATURAL_PERSONS, PartyKind
from vouch.platform.identity.actions import take_part
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.identity.terms import Office
from vouch.platform.ledger.action import Entry, action
from vouch.platform.ledger.queries import history_of, opened
from vouch.platform.vault.keys import SubjectKey

SEALED = ("document_number", "born_on", "address")
PLAIN = (
    *("document_kind", "sex", "marital_status", "occupation", "employer", "monthly_income", "annual_income"),
)
AMOUNTS = frozenset({"monthly_income", "annual_income"})


class AlreadyEnrolled(ValueError):
    """Somebody is known by this document already; ``str()`` names nobody, ``party_id`` is for those who may see them."""

    def __init__(self, party_id: int) -> None:
        super().__init__(_("该证件号码已经建档。"))
        self.party_id = party_id


@dataclass(frozen=True, slots=True)
class PersonRegistration:
    """A new person: what they are known by, how they are reached, and who looks after them."""

    details: PersonDetails
    phones: Sequence[PhoneLine] = ()
    accounts: Sequence[AccountLine] = ()
    contacts: Sequence[ContactLine] = ()
    manager: User | None = None
    second_manager: User | None = None
    household: Household | None = None


@dataclass(frozen=True, slots=True)
class Household:
    """What makes a person a farmer: how many live there, and since which year they farm."""

    household_size: int | None = None
    farming_since: int | None = None


@dataclass(frozen=True, slots=True)
class Restoration:
    """Old values to be taken back from an entry of this person's own history, by field."""

    entry_id: UUID
    fields: frozenset[str]


@action("parties.person.registered", may=permissions.may_register)
def register_person(
    entry: Entry, *, actor: Actor, at: datetime, unit: Unit, registration: PersonRegistration
) -> Party:
    """Register one person and assign them to the unit; with a household, a farmer. Raises AlreadyEnrolled."""
    details, household = registration.details, registration.household
    refuse_known(details.document_kind, details.document_number)
    kind = PartyKind.FARMER if household else PartyKind.PERSON
    party = Party.objects.create(kind=kind, name=details.name, number="", created_at=at)
    party.number = customer_number(party.pk)
    party.search_text = search_text(party.name, party.number, ())
    party.sound_text = sounds_of(party.name, kind)
    party.save(update_fields=["number", "search_text", "sound_text"])
    take_part(actor=actor, matter=("party", str(party.pk)), office=Office.FRONT, at=at)
    key = key_for(party, at=at)
    person = Person(party=party, updated_at=at)
    given = asdict(details)
    _set(person, key, given)
    _write(person, is_new=True)
    if household:
        Farmer.objects.create(party=party, updated_at=at, **asdict(household))
    Assignment.objects.create(
        party=party,
        unit=unit,
        manager=registration.manager,
        second_manager=registration.second_manager,
        starts_on=timezone.localdate(at),
    )
    entry.about("party", party.pk, after={"kind": str(kind), "unit": unit.code})
    for name, value in given.items():
        if value not in {None, ""}:
            entry.protect(key, name, after=spelled(value))
    lines: tuple[Line, ...] = (*registration.phones, *registration.accounts, *registration.contacts)
    write_lines(entry, party, key, lines, at=at)
    return party


@action("parties.person.corrected", may=permissions.may_correct)
def correct_person(
    entry: Entry,
    *,
    actor: Actor,
    at: datetime,
    party: Party,
    changes: Mapping[str, Any],
    reason: str,
    restore: Restoration | None = None,
    change: Change | None = None,
) -> Party:
    """Give a person other particulars (fields of PersonDetails; None and "" clear); the ledger keeps both sides.

    ``restore`` takes further values back from an entry; ``change`` says where the new ones come from, where it was not
    the customer. Raises AlreadyEnrolled.
    """
    locked = Party.objects.select_for_update(of=("self",)).select_related("person").get(pk=party.pk)
    person, key = locked.person, key_for(locked, at=at)
    wanted = dict(changes) | (restored_values(locked, restore) if restore else {})
    old = {"name": locked.name, **opened_fields(person, key)}
    changed = {name: value for name, value in wanted.items() if spelled(value) != spelled(old[name])}
    if not changed:
        entry.nothing()
        return locked
    take_part(actor=actor, matter=("party", str(locked.pk)), office=Office.FRONT, at=at)
    if {"document_kind", "document_number"} & changed.keys():
        document = {name: changed.get(name, old[name]) for name in ("document_kind", "document_number")}
        refuse_known(**document, but=locked.pk)
    former = {name: old[name] for name in changed}
    keep_former(locked, former, change=change or Change(reason=reason), actor=actor, at=at)
    _set(person, key, changed)
    person.updated_at = at
    _write(person)
    if "name" in changed:
        locked.name = changed["name"]
        index_party(locked)
    entry.about("party", locked.pk)
    for name, value in changed.items():
        entry.protect(key, name, before=spelled(old[name]), after=spelled(value))
    entry.purpose(reason)
    return locked


@action("parties.household.changed", may=permissions.may_correct)
def change_household(
    entry: Entry, *, actor: Actor, at: datetime, party: Party, household: Household, change: Change
) -> None:
    """Note a farmer's household as it is now; a person who farms becomes a farmer."""
    take_part(actor=actor, matter=("party", str(party.pk)), office=Office.FRONT, at=at)
    locked = Party.objects.select_for_update().get(pk=party.pk)
    if locked.kind not in NATURAL_PERSONS:
        raise ValueError(_("农户信息只能登记在个人名下。"))
    farmer = Farmer.objects.filter(party=locked).first() or Farmer(party=locked)
    said = asdict(household)
    former: dict[str, Any] = {
        name: getattr(farmer, name) for name in said if getattr(farmer, name) != said[name]
    }
    if locked.kind == PartyKind.PERSON:
        former["kind"] = locked.kind
        locked.kind = PartyKind.FARMER
        locked.save(update_fields=["kind"])
    if not former:
        entry.nothing()
        return
    keep_former(locked, former, change=change, actor=actor, at=at)
    for name, value in said.items():
        setattr(farmer, name, value)
    farmer.updated_at = at
    farmer.save()
    before = {name: spelled(value) for name, value in former.items()}
    after = {"kind": str(locked.kind)} | {name: spelled(value) for name, value in said.items()}
    entry.about("party", locked.pk, before=before, after={name: after[name] for name in former})
    entry.purpose(change.reason)


@action("parties.person.repeated", may=permissions.may_note_repetition)
def note_repetition(entry: Entry, *, actor: Actor, at: datetime, party_id: int) -> None:
    """Note that somebody tried to register a person who is known already, and whom they may not see."""
    entry.about("party", party_id)


def restorable(party: Party, entry_id: UUID) -> Mapping[str, str]:
    """Old values by field that this entry of the person's history still holds, in plain text, for the action alone."""
    row = history_of("party", party.pk).filter(pk=entry_id).first()
    if row is None:
        return {}
    before, _after = opened(row)
    fields = {"name", *SEALED, *PLAIN}
    return {
        name: str(value)
        for name, value in (before or {}).items()
        if name in fields and value not in {gettext("已销毁"), gettext("无法解密")}
    }


def restored_values(party: Party, restore: Restoration) -> dict[str, Any]:
    """The values of the fields asked for. Raises LookupError where the entry does not hold one."""
    held = restorable(party, restore.entry_id)
    missing = restore.fields - held.keys()
    if missing:
        message = f"entry {restore.entry_id} holds no old value of {sorted(missing)}"
        raise LookupError(message)
    return {name: _read_back(name, held[name]) for name in restore.fields}


def _read_back(name: str, text: str) -> Any:
    if name in AMOUNTS:
        return Decimal(text) if text else None
    if name == "born_on":
        return date.fromisoformat(text) if text else None
    return text


def refuse_known(document_kind: str, document_number: str, *, but: int | None = None) -> None:
    """Raises AlreadyEnrolled where the document is somebody's already."""
    known = Person.objects.filter(document_kind=document_kind, document_index=document_index(document_number))
    found = known.exclude(pk=but).values_list("pk", flat=True).first()
    if found is not None:
        raise AlreadyEnrolled(found)


def _set(person: Person, key: SubjectKey, values: Mapping[str, Any]) -> None:
    fill(person, key, **{name: spelled(values[name]) for name in SEALED if name in values})
    for name in PLAIN:
        if name in values:
            setattr(person, name, values[name])
    if "document_number" in values:
        person.document_index = document_index(values["document_number"])


def _write(person: Person, *, is_new: bool = False) -> None:
    """Of two that register one document at the same moment the second is told; its whole action is undone."""
    try:
        with transaction.atomic():
            person.save(force_insert=is_new)
    except IntegrityError as error:
        known = Person.objects.filter(
            document_kind=person.document_kind, document_index=person.document_index
        ).exclude(pk=person.pk)
        found = known.values_list("pk", flat=True).first()
        if found is None:
            raise
        raise AlreadyEnrolled(found) from error
