"""Telephones, accounts and contacts of a party: added, and ended when they are no longer in use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from vouch.parties import permissions
from vouch.parties.actions.sealing import fill, key_for
from vouch.parties.models import Account, Contact, Party, Phone
from vouch.parties.queries.persons import account_index, opened_number, phone_index
from vouch.platform.identity.actions import take_part
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Office
from vouch.platform.ledger.action import Entry, action
from vouch.platform.vault.keys import SubjectKey


class Repeated(ValueError):
    """The party has this in use already; ``str()`` is the Chinese message."""


@dataclass(frozen=True, slots=True)
class PhoneLine:
    """A telephone number in normal form (PhoneUse, number)."""

    use: str
    number: str


@dataclass(frozen=True, slots=True)
class AccountLine:
    """A bank account; ``number`` is digits alone, ``is_flawed`` says that a card's check digit fails."""

    bank: str
    holder: str
    number: str
    is_flawed: bool = False


@dataclass(frozen=True, slots=True)
class ContactLine:
    """Somebody through whom the party can be reached (Relation, name, telephone in normal form)."""

    relation: str
    name: str
    phone: str


Line = PhoneLine | AccountLine | ContactLine
Row = Phone | Account | Contact


def write_lines(
    entry: Entry, party: Party, key: SubjectKey, lines: Iterable[Line], *, at: datetime
) -> list[Row]:
    """Write the lines of a party and name them in the entry, sealed; for use inside an action."""
    counts: dict[str, int] = {}
    rows = []
    for line in lines:
        row = _row(party, key, line, at=at)
        row.save(force_insert=True)
        rows.append(row)
        for name, text in _named(line):
            counts[name] = counts.get(name, 0) + 1
            place = name if counts[name] == 1 else f"{name}.{counts[name]}"
            entry.protect(key, place, after=text)
    return rows


def _row(party: Party, key: SubjectKey, line: Line, *, at: datetime) -> Row:
    row: Row
    if isinstance(line, PhoneLine):
        row = Phone(party=party, use=line.use, added_at=at, number_index=phone_index(line.number))
        fill(row, key, number=line.number)
    elif isinstance(line, AccountLine):
        row = Account(party=party, bank=line.bank, is_flawed=line.is_flawed, added_at=at)
        row.number_index = account_index(line.number)
        fill(row, key, number=line.number, holder=line.holder)
    else:
        row = Contact(party=party, relation=line.relation, added_at=at, phone_index=phone_index(line.phone))
        fill(row, key, name=line.name, phone=line.phone)
    return row


def _named(line: Line) -> list[tuple[str, str]]:
    if isinstance(line, PhoneLine):
        return [("phone", line.number)]
    if isinstance(line, AccountLine):
        return [("account", line.number), ("account_holder", line.holder), ("bank", line.bank)]
    return [("contact_name", line.name), ("contact_phone", line.phone)]


@action("parties.phone.added", may=permissions.may_correct)
def add_phone(entry: Entry, *, actor: Actor, at: datetime, party: Party, line: PhoneLine) -> Phone:
    """Note a telephone number. Raises Repeated."""
    return _add(entry, actor, party, line, at=at)  # type: ignore[return-value]


@action("parties.account.added", may=permissions.may_correct)
def add_account(entry: Entry, *, actor: Actor, at: datetime, party: Party, line: AccountLine) -> Account:
    """Note a bank account. Raises Repeated."""
    return _add(entry, actor, party, line, at=at)  # type: ignore[return-value]


@action("parties.contact.added", may=permissions.may_correct)
def add_contact(entry: Entry, *, actor: Actor, at: datetime, party: Party, line: ContactLine) -> Contact:
    """Note a contact; two of them may share a telephone."""
    return _add(entry, actor, party, line, at=at)  # type: ignore[return-value]


def _add(entry: Entry, actor: Actor, party: Party, line: Line, *, at: datetime) -> Row:
    locked = Party.objects.select_for_update().get(pk=party.pk)
    take_part(actor=actor, matter=("party", str(locked.pk)), office=Office.FRONT, at=at)
    if isinstance(line, PhoneLine):
        known = Phone.objects.filter(party=locked, ended_at=None, number_index=phone_index(line.number))
        if known.exists():
            raise Repeated(_("该客户已登记这个电话号码。"))
    if isinstance(line, AccountLine):
        index = account_index(line.number)
        if Account.objects.filter(party=locked, ended_at=None, number_index=index).exists():
            raise Repeated(_("该客户已登记这个账号。"))
    entry.about("party", locked.pk, after={"kind": _kind(line)})
    [row] = write_lines(entry, locked, key_for(locked, at=at), [line], at=at)
    return row


def _kind(line: Line) -> str:
    if isinstance(line, PhoneLine):
        return line.use
    return line.relation if isinstance(line, ContactLine) else "account"


@action("parties.phone.ended", may=permissions.may_correct)
def end_phone(entry: Entry, *, actor: Actor, at: datetime, party: Party, pk: int, reason: str) -> None:
    """The number is no longer in use; it stays in the history. A repeat changes nothing."""
    _end(entry, Phone.objects.select_for_update().get(party=party, pk=pk), "phone", reason, at=at)


@action("parties.account.ended", may=permissions.may_correct)
def end_account(entry: Entry, *, actor: Actor, at: datetime, party: Party, pk: int, reason: str) -> None:
    """The account is no longer in use."""
    _end(entry, Account.objects.select_for_update().get(party=party, pk=pk), "account", reason, at=at)


@action("parties.contact.ended", may=permissions.may_correct)
def end_contact(entry: Entry, *, actor: Actor, at: datetime, party: Party, pk: int, reason: str) -> None:
    """The contact is no longer one."""
    _end(entry, Contact.objects.select_for_update().get(party=party, pk=pk), "contact_phone", reason, at=at)


def _end(entry: Entry, row: Row, name: str, reason: str, *, at: datetime) -> None:
    if row.ended_at is not None:
        entry.nothing()
        return
    row.ended_at = at
    row.save(update_fields=["ended_at"])
    key = key_for(row.party, at=at)
    entry.about("party", row.party_id)
    entry.protect(key, name, before=opened_number(row, key))
    entry.purpose(reason)
