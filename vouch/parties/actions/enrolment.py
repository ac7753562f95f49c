"""Many enterprises at once: those that are new are written with COPY, those that changed one by one.

Used inside the exchange's action by every importer that meets enterprises, this room's own and those of upper rooms.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from operator import attrgetter
from typing import Any

from django.db import connection
from django.utils import timezone

from vouch.engine.pinyin import sound_text
from vouch.parties import permissions
from vouch.parties.actions.history import Change, keep_former
from vouch.parties.actions.reading import PROFILE_FIELDS, EnterpriseDetails
from vouch.parties.models import Assignment, Enterprise, FormerValue, Identifier, Party
from vouch.parties.queries import plain_text, visible_to
from vouch.parties.terms import (
    KIND_OF_CODE,
    NATURAL_PERSONS,
    ChangeNature,
    IdentifierKind,
    PartyKind,
    PartyStatus,
    RecordSource,
)
from vouch.platform.database.copy import copy_rows
from vouch.platform.identity.actions import take_parts
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit
from vouch.platform.identity.queries import parts_in_other_offices
from vouch.platform.identity.terms import Office, Scope
from vouch.platform.ledger.action import Entry, action

MOST_FORMER_NAMES = 10

CodeKey = tuple[str, str, str]
"""Kind of identifier, source ("" for official codes), value."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One enterprise to be known. Without any code it is always new. ``flaw`` says why its ``code`` is kept although
    its check character is wrong. ``others`` are further codes that it goes by.
    """

    details: EnterpriseDetails
    code: CodeKey | None
    flaw: str = ""
    others: tuple[CodeKey, ...] = ()

    @property
    def codes(self) -> tuple[CodeKey, ...]:
        """Every code, the first one first."""
        return (self.code, *self.others) if self.code else self.others


class Effect(Enum):
    """What an enrolment did."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    CONFLICT = "conflict"
    HIDDEN = "hidden"
    APART = "apart"
    DIVIDED = "divided"


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The party, and what became of it. CONFLICT: this same delivery said something else of the same code before.
    HIDDEN: somebody else's customer, whom the actor may not see; nothing was written.
    APART: the actor judged this customer and may not describe it too (offices are kept apart); nothing was written.
    DIVIDED: its codes belong to two different parties; nothing was written.
    """

    party_id: int
    effect: Effect


@dataclass(frozen=True, slots=True)
class Occasion:
    """Under which circumstances: the unit that new parties are assigned to, who, when, and the import's id.

    ``may_repeat`` lets a delivery correct what it said itself (a person's decision).
    """

    unit: Unit
    actor: Actor
    at: datetime
    import_id: int | None = None
    may_repeat: bool = False


@dataclass(slots=True)
class _Known:
    party_id: int
    name: str
    batch_id: int | None
    profile: dict[str, Any]


def enrol(enrolments: Sequence[Enrolment], *, occasion: Occasion) -> list[Enrolled]:
    """Make every enterprise known and say for each, in order, what that did. Must run inside an action.

    What a source does not say ("" or None) leaves the record as it is. A new party is assigned to the occasion's
    unit from that day, without a manager; the assignment of a known one is not touched.
    """
    known = _known({code for enrolment in enrolments for code in enrolment.codes})
    seen = _seen(known, occasion.actor)
    apart = _apart(known, occasion.actor)
    ids = iter(_next_ids(sum(not known.keys() & set(enrolment.codes) for enrolment in enrolments)))
    fresh: dict[CodeKey, tuple[int, EnterpriseDetails]] = {}
    new: list[tuple[int, Enrolment]] = []
    result = []
    for enrolment in enrolments:
        records = {known[code].party_id: known[code] for code in enrolment.codes if code in known}
        twins = {fresh[code][0]: fresh[code][1] for code in enrolment.codes if code in fresh}
        if len(records) + len(twins) > 1:
            result.append(Enrolled(next(iter({**records, **twins})), Effect.DIVIDED))
        elif records:
            ((party_id, record),) = records.items()
            if seen is not None and party_id not in seen:
                effect = Effect.HIDDEN
            elif party_id in apart:
                effect = Effect.APART
            else:
                effect = _update(record, enrolment, known, occasion)
            result.append(Enrolled(party_id, effect))
        elif twins:
            ((party_id, details),) = twins.items()
            # A code that the first of them did not name waits for the next delivery.
            effect = Effect.SAME if details == enrolment.details else Effect.CONFLICT
            result.append(Enrolled(party_id, effect))
        else:
            party_id = next(ids)
            fresh.update(dict.fromkeys(enrolment.codes, (party_id, enrolment.details)))
            new.append((party_id, enrolment))
            result.append(Enrolled(party_id, Effect.NEW))
    _write_new(new, occasion)
    written = [one.party_id for one in result if one.effect in {Effect.NEW, Effect.CHANGED}]
    # One statement for the chunk: whoever brings a customer's particulars in acts in the front office.
    take_parts(actor=occasion.actor, kind="party", ids=written, office=Office.FRONT, at=occasion.at)
    return result


def kind_of(codes: Iterable[CodeKey], legal_form: str = "") -> PartyKind:
    """The kind that a unified code says; where there is none, the register's own words; else an enterprise."""
    for kind, _source, value in codes:
        if kind == IdentifierKind.USCC and value[:2] in KIND_OF_CODE:
            return KIND_OF_CODE[value[:2]]
    if "合作社" in legal_form:
        return PartyKind.COOPERATIVE
    return PartyKind.SOLE_TRADER if legal_form.startswith("个体") else PartyKind.ENTERPRISE


def customer_number(party_id: int) -> str:
    """The number that people quote."""
    return f"C{party_id:08d}"


def search_text(name: str, number: str, codes: Iterable[str]) -> str:
    """Everything that a customer is searched by, in one text with one index."""
    return plain_text(" ".join((name, number, *codes)))


def sounds_of(name: str, kind: str) -> str:
    """What the name is found by when it is spelled in pinyin or by its initials."""
    return sound_text(name, is_person=kind in NATURAL_PERSONS)


def _known(codes: set[CodeKey]) -> dict[CodeKey, _Known]:
    by_kind: dict[tuple[str, str], list[str]] = {}
    for kind, source, value in codes:
        by_kind.setdefault((kind, source), []).append(value)
    found: dict[CodeKey, _Known] = {}
    profile = tuple(f"party__enterprise__{name}" for name in PROFILE_FIELDS)
    for (kind, source), values in by_kind.items():
        rows = Identifier.objects.filter(kind=kind, source=source, value__in=values).values_list(
            "value", "party_id", "party__name", "party__enterprise__batch_id", *profile
        )
        records: dict[int, _Known] = {}
        for value, party_id, name, batch_id, *fields in rows:
            record = records.setdefault(
                party_id, _Known(party_id, name, batch_id, dict(zip(PROFILE_FIELDS, fields, strict=True)))
            )
            found[kind, source, value] = record
    return found


def _seen(known: Mapping[CodeKey, _Known], actor: Actor) -> set[int] | None:
    """Which of the known parties the actor may see; None for all."""
    if actor.scope == Scope.ALL:
        return None
    ids = [record.party_id for record in known.values()]
    return set(visible_to(actor).filter(pk__in=ids).values_list("pk", flat=True))


def _apart(known: Mapping[CodeKey, _Known], actor: Actor) -> set[int]:
    """Which of the known parties the actor dealt with in another office than the front."""
    if actor.user_id is None or not known:
        return set()
    ids = {record.party_id for record in known.values()}
    parts = parts_in_other_offices(actor, kind="party", ids=ids, office=Office.FRONT)
    return {int(found) for found in parts.values_list("matter_id", flat=True)}


def _next_ids(count: int) -> list[int]:
    """Ids for rows that COPY will write."""
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [Party._meta.db_table, count],
        )
        return [row[0] for row in cursor.fetchall()]


def _write_new(new: Sequence[tuple[int, Enrolment]], occasion: Occasion) -> None:
    if not new:
        return
    at, batch = occasion.at, occasion.import_id
    day = timezone.localdate(at)
    parties, codes = [], []
    for pk, enrolment in new:
        number, name = customer_number(pk), enrolment.details.name
        kind = kind_of(enrolment.codes, enrolment.details.legal_form)
        values = [value for _kind, _source, value in enrolment.codes]
        parties.append(
            (
                pk,
                number,
                kind,
                name,
                PartyStatus.ACTIVE,
                search_text(name, number, values),
                sounds_of(name, kind),
                batch,
                at,
            )
        )
        if enrolment.code:
            codes.append((pk, *enrolment.code, bool(enrolment.flaw), enrolment.flaw[:200]))
        codes.extend((pk, *code, False, "") for code in enrolment.others)
    columns = (
        "id",
        "number",
        "kind",
        "name",
        "status",
        "search_text",
        "sound_text",
        "batch_id",
        "created_at",
    )
    copy_rows(Party, columns, parties)
    copy_rows(
        Enterprise,
        ("party_id", *PROFILE_FIELDS, "batch_id", "updated_at"),
        ((pk, *_profile(enrolment.details), batch, at) for pk, enrolment in new),
    )
    copy_rows(Identifier, ("party_id", "kind", "source", "value", "is_flawed", "note"), codes)
    copy_rows(
        Assignment,
        ("party_id", "unit_id", "starts_on"),
        ((pk, occasion.unit.pk, day) for pk, _enrolment in new),
    )


_profile = attrgetter(*PROFILE_FIELDS)


def _update(record: _Known, enrolment: Enrolment, known: dict[CodeKey, _Known], occasion: Occasion) -> Effect:
    details = enrolment.details
    said = dict(zip(PROFILE_FIELDS, _profile(details), strict=True))
    changes = {
        name: value
        for name, value in said.items()
        if value not in {None, ""} and value != record.profile[name]
    }
    if details.name and details.name != record.name:
        changes["name"] = details.name
    lacking = [code for code in enrolment.codes if code not in known]
    if not changes and not lacking:
        return Effect.SAME
    said_before = record.batch_id is not None and record.batch_id == occasion.import_id
    if changes and said_before and not occasion.may_repeat:
        return Effect.CONFLICT
    for code in lacking:
        known[code] = record
        note_code(actor=occasion.actor, at=occasion.at, party_id=record.party_id, code=code)
    if not changes:
        return Effect.CHANGED
    change_enterprise(
        actor=occasion.actor,
        at=occasion.at,
        party_id=record.party_id,
        changes=changes,
        import_id=occasion.import_id,
    )
    record.name = changes.get("name", record.name)
    record.profile.update((name, value) for name, value in changes.items() if name != "name")
    record.batch_id = occasion.import_id
    return Effect.CHANGED


@action("parties.identifier.noted", may=permissions.may_enrol)
def note_code(entry: Entry, *, actor: Actor, at: datetime, party_id: int, code: CodeKey) -> None:
    """Note a further code that a delivery names for a known party."""
    party = Party.objects.select_for_update().get(pk=party_id)
    kind, source, value = code
    Identifier.objects.create(party=party, kind=kind, source=source, value=value)
    index_party(party)
    entry.about("party", party.pk, after={"code": value, "kind": kind, "source": source})


@action("parties.enterprise.changed", may=permissions.may_enrol)
def change_enterprise(
    entry: Entry,
    *,
    actor: Actor,
    at: datetime,
    party_id: int,
    changes: Mapping[str, Any],
    import_id: int | None = None,
) -> Party:
    """Give an enterprise other particulars (fields of its profile, or ``name``); the ledger keeps both sides."""
    party = Party.objects.select_for_update(of=("self",)).select_related("enterprise").get(pk=party_id)
    enterprise = party.enterprise
    former = {name: getattr(party if name == "name" else enterprise, name) for name in changes}
    source = RecordSource.IMPORT if import_id is not None else RecordSource.OTHER
    change = Change(ChangeNature.CHANGE, source, import_id=import_id)
    keep_former(party, former, change=change, actor=actor, at=at)
    for name, value in changes.items():
        setattr(party if name == "name" else enterprise, name, value)
    enterprise.updated_at, enterprise.batch_id = at, import_id
    enterprise.save()
    if "name" in changes:
        index_party(party)
    before = {name: shown(value) for name, value in former.items()}
    after = {name: shown(value) for name, value in changes.items()}
    entry.about("party", party.pk, before=before, after=after)
    return party


def index_party(party: Party) -> None:
    """Write the party with search texts that fit its names and codes; for use inside an action.

    A customer is found by every name that a record of it has or had, so what was merged into it is in its texts too.
    """
    codes = Identifier.objects.filter(party=party).order_by("kind", "value").values_list("value", flat=True)
    former = list(
        FormerValue.objects.filter(party=party, field="name")
        .exclude(value="")
        .order_by("-replaced_at", "-pk")
        .values_list("value", flat=True)[:MOST_FORMER_NAMES]
    )
    merged = list(
        Party.objects.filter(canonical=party).order_by("pk").values_list("search_text", "sound_text")
    )
    own = search_text(party.name, party.number, (*codes, *former))
    party.search_text = " ".join((own, *(text for text, _sounds in merged)))
    sounds = [sounds_of(name, party.kind) for name in (party.name, *former)]
    party.sound_text = "|".join(filter(None, (*sounds, *(sounds for _text, sounds in merged))))
    party.save(update_fields=["name", "search_text", "sound_text"])
    if party.canonical_id is not None:
        index_standing(party.canonical_id)


def index_standing(party_id: int) -> None:
    """The same for the record that stands for one that has changed, read anew under a lock: its name is written with it.

    The merged record is locked by then: everybody who locks both begins with it (``merging``).
    """
    index_party(Party.objects.select_for_update(no_key=True).get(pk=party_id))


def index_parties(keys: Iterable[str]) -> None:
    """The same for these parties, after an undo has set them back; for use inside its action."""
    for party in Party.objects.filter(pk__in=map(int, keys)).select_related("canonical").order_by("pk"):
        index_party(party)


def shown(value: object) -> object:
    """A value as the ledger keeps it."""
    return str(value) if isinstance(value, Decimal | date) else value
