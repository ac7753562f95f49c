"""Questions about natural persons and about protected values of parties: found by number, shown masked, opened."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Exists, F, Model, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Cast

from vouch.engine.identifiers import (
    IdentityProblem,
    NumberProblem,
    judge_account,
    judge_identity,
    judge_phone,
    normal_code,
)
from vouch.parties.models import Account, Assignment, Contact, Paper, Party, Person, Phone, Post
from vouch.parties.permissions import may_read_restricted
from vouch.parties.queries.party import visible_to
from vouch.parties.terms import NATURAL_PERSONS, PROTECTED, PartyStatus
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.permissions import may_unmask
from vouch.platform.identity.terms import FieldClass
from vouch.platform.vault.fields import place_of
from vouch.platform.vault.index import blind_index
from vouch.platform.vault.keys import SubjectKey, unwrap
from vouch.platform.vault.masks import HIDDEN, masked
from vouch.platform.vault.models import DataKey
from vouch.platform.vault.queries import key_of
from vouch.platform.vault.terms import KeyDestroyed, NoKey, Subject, VaultError

DESTROYED, UNREADABLE = "已销毁", "无法解密"
"""What stands for a value whose key was destroyed, and for one that does not open."""

SEALED_FIELDS = ("document_number", "born_on", "address")
PLAIN_FIELDS = ("occupation", "employer", "monthly_income", "annual_income")
OTHER_FIELDS = ("document_kind", "sex", "marital_status")
NUMBER_COLUMN = {"phone": "number", "account": "number", "contact": "phone"}
ROWS: dict[str, type[Phone | Account | Contact]] = {
    "phone": Phone,
    "account": Account,
    "contact": Contact,
}


def document_index(number: str) -> bytes:
    """Blind index of a document's number in normal form."""
    return blind_index(number, column="parties.document")


def phone_index(number: str) -> bytes:
    """Blind index of a telephone number in normal form, a contact's too."""
    return blind_index(number, column="parties.phone")


def account_index(number: str) -> bytes:
    """Blind index of an account's digits."""
    return blind_index(number, column="parties.account")


def is_document_of(party: Party, number: str) -> bool:
    """Whether the person's document bears this number, in whatever width, case and spacing; told without opening it."""
    judged = judge_identity(number)
    told = {normal_code(number)} | ({judged.value} if judged.problem is IdentityProblem.NONE else set())
    indexes = [document_index(one) for one in told]
    return Person.objects.filter(party=party, document_index__in=indexes).exists()


def with_number(parties: QuerySet[Party], text: str) -> QuerySet[Party]:
    """Those known by exactly this identity number, telephone or account, in whatever width, case and spacing.

    Telephones of contacts count; so do numbers that are no longer in use.
    """
    documents, found = {normal_code(text)}, Q()
    identity = judge_identity(text)
    if identity.problem is IdentityProblem.NONE:
        documents.add(identity.value)
    found |= Q(person__document_index__in=[document_index(one) for one in documents])
    phone = judge_phone(text)
    if phone.problem is NumberProblem.NONE:
        index = phone_index(phone.value)
        found |= Q(Exists(Phone.objects.filter(party=OuterRef("pk"), number_index=index)))
        found |= Q(Exists(Contact.objects.filter(party=OuterRef("pk"), phone_index=index)))
    account = judge_account(text)
    if account.problem is not NumberProblem.FORMAT:
        index = account_index(account.value)
        found |= Q(Exists(Account.objects.filter(party=OuterRef("pk"), number_index=index)))
    return parties.filter(found)


def with_keys(parties: QuerySet[Party]) -> QuerySet[Party]:
    """Persons, each with its data key (for ``row_key``), telephones in use (``lines``) and assignment (``present``)."""
    keys = DataKey.objects.filter(
        subject_kind="party", subject_id=Cast(OuterRef("pk"), CharField()), destroyed_at=None
    )
    present = Assignment.objects.filter(ends_on=None).select_related("unit", "manager")
    return (
        parties.filter(kind__in=NATURAL_PERSONS)
        .select_related("person")
        .annotate(
            key_wrapped=Subquery(keys.values("wrapped")[:1]),
            key_version=Subquery(keys.values("ring_version")[:1]),
        )
        .prefetch_related(
            Prefetch("phones", Phone.objects.filter(ended_at=None).order_by("pk"), to_attr="lines"),
            Prefetch("assignments", present, to_attr="present"),
        )
    )


def row_key(party: Any) -> SubjectKey | None:
    """The key that ``with_keys`` brought; None where there is none any more."""
    if party.key_wrapped is None:
        return None
    return unwrap(bytes(party.key_wrapped), Subject("party", str(party.pk)), version=party.key_version)


def masked_document(party: Any) -> str:
    """The document's number as a list shows it, of a row of ``with_keys``."""
    key, sealed = row_key(party), party.person.document_number
    if key is None or not sealed:
        return DESTROYED if key is None else ""
    number = key.open(bytes(sealed), place=place_of(party.person, "document_number"))
    return masked(number, kind="identity_number")


def masked_phone(party: Any) -> str:
    """The first telephone in use as a list shows it, of a row of ``with_keys``."""
    key = row_key(party)
    return masked(opened_number(party.lines[0], key), kind="phone") if key and party.lines else ""


def plain_rows(parties: Sequence[Any], field_classes: Collection[str]) -> dict[int, dict[str, str]]:
    """Plain values of these classes by party and field, of rows of ``with_keys``; the caller records the reading."""
    found: dict[int, dict[str, str]] = {}
    for party in parties:
        key = row_key(party)
        values = found.setdefault(party.pk, {})
        if key is None:
            continue
        fields = opened_fields(party.person, key)
        values.update(
            (name, "" if fields[name] is None else str(fields[name]))
            for name in (*SEALED_FIELDS, *PLAIN_FIELDS)
            if PROTECTED[name].field_class in field_classes
        )
        if FieldClass.PHONE in field_classes:
            values["phone"] = "、".join(opened_number(row, key) for row in party.lines)
    return found


def plain_value(party: Party, key: str) -> str:
    """One protected value of a party; ``key`` as in ``Shown``. Raises LookupError, VaultError."""
    name, _dash, number = key.partition("-")
    subject_key = key_of(Subject("party", str(party.pk)))
    if name in ROWS and number.isascii() and number.isdigit():
        row = ROWS[name].objects.filter(party=party, pk=int(number)).first()
        if row is None:
            raise LookupError(key)
        return opened_number(row, subject_key)
    person = Person.objects.filter(party=party).first()
    if number or person is None or name not in (*SEALED_FIELDS, *PLAIN_FIELDS):
        raise LookupError(key)
    value = opened_fields(person, subject_key)[name]
    return "" if value is None else str(value)


def opened_fields(person: Person, key: SubjectKey) -> dict[str, Any]:
    """Every field of a person in plain; sealed ones as the text that was sealed. Raises Unreadable."""
    values: dict[str, Any] = {name: getattr(person, name) for name in (*PLAIN_FIELDS, *OTHER_FIELDS)}
    for name in SEALED_FIELDS:
        sealed = getattr(person, name)
        values[name] = key.open(bytes(sealed), place=place_of(person, name)) if sealed else ""
    return values


def opened_number(row: Phone | Account | Contact, key: SubjectKey) -> str:
    """The number of a telephone, an account, a contact. Raises Unreadable."""
    column = "phone" if isinstance(row, Contact) else "number"
    return key.open(bytes(getattr(row, column)), place=place_of(row, column))


@dataclass(frozen=True, slots=True)
class Shown:
    """A protected value as a page shows it; ``key`` names it to whoever asks to read it in full."""

    key: str
    title: str
    text: str
    may_reveal: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A telephone, an account or a contact with its number as shown; ``name`` is a contact's or an account holder's."""

    row: Any
    number: Shown
    name: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything of a party that a page shows with care. ``person`` is None for an enterprise."""

    person: Person | None
    is_erased: bool
    fields: Mapping[str, Shown]
    phones: Sequence[Line]
    accounts: Sequence[Line]
    contacts: Sequence[Line]
    papers: Sequence[Paper]
    may_read_papers: bool
    posts: Sequence[Post]


def sheet_of(party: Party, actor: Actor) -> Sheet:
    """The party's protected values, masked for everybody; who may ask for the full value is noted with each."""
    masks = _Masks(party, actor)
    person = Person.objects.filter(party=party).first()
    # Who sees one of the two must not learn of the other.
    seen, posts = visible_to(actor), Post.objects.order_by(F("ended_at").desc(nulls_first=True), "pk")
    return Sheet(
        person=person,
        is_erased=party.status == PartyStatus.ERASED,
        fields=masks.fields(person) if person else {},
        phones=masks.lines("phone"),
        accounts=masks.lines("account"),
        contacts=masks.lines("contact"),
        papers=list(
            Paper.objects.filter(party=party).select_related("document").order_by("-added_at", "-pk")
        ),
        may_read_papers=masks.may_reveal("paper"),
        posts=list(posts.filter(person=party, enterprise__in=seen).select_related("enterprise")),
    )


def papers_of(party: Party) -> QuerySet[Paper]:
    """The party's papers, newest first."""
    return Paper.objects.filter(party=party).select_related("document").order_by("-added_at", "-pk")


class _Masks:
    """One party's values, opened to be masked; nothing plain leaves it."""

    def __init__(self, party: Party, actor: Actor) -> None:
        self._party, self._actor = party, actor
        self._key: SubjectKey | None = None
        self._instead = ""
        try:
            self._key = key_of(Subject("party", str(party.pk)))
        except KeyDestroyed:
            self._instead = DESTROYED
        except NoKey:
            pass

    def may_reveal(self, name: str) -> bool:
        """Whether it is worth asking for a value of this kind in full."""
        return (
            self._key is not None
            and may_unmask(self._actor, PROTECTED[name].field_class)
            and may_read_restricted(self._actor, self._party)
        )

    def fields(self, person: Person) -> dict[str, Shown]:
        """The person's fields by name."""
        found = {}
        for name in SEALED_FIELDS:
            found[name] = self._shown(name, name, self._open(person, name))
        for name in PLAIN_FIELDS:
            value = getattr(person, name)
            found[name] = self._shown(name, name, "" if value is None else str(value))
        return found

    def lines(self, name: str) -> list[Line]:
        """The rows of a kind, those in use first."""
        rows = (
            ROWS[name].objects.filter(party=self._party).order_by(F("ended_at").desc(nulls_first=True), "pk")
        )
        extra = {"account": "holder", "contact": "name"}.get(name)
        return [
            Line(
                row,
                self._shown(name, f"{name}-{row.pk}", self._open(row, NUMBER_COLUMN[name])),
                self._open(row, extra) if extra else "",
            )
            for row in rows
        ]

    def _open(self, row: Model, column: str) -> str:
        sealed = getattr(row, column)
        if not sealed or self._key is None:
            return self._instead
        try:
            return self._key.open(bytes(sealed), place=place_of(row, column))
        except VaultError:
            return UNREADABLE

    def _shown(self, name: str, key: str, plain: str) -> Shown:
        spec = PROTECTED[name]
        if plain in {"", DESTROYED, UNREADABLE}:
            return Shown(key, str(spec.title), plain)
        text = masked(plain, kind=spec.mask) if spec.mask else HIDDEN
        return Shown(key, str(spec.title), text, may_reveal=self.may_reveal(name))
