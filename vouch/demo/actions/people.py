"""Invent natural persons: the people behind the firms, sole traders, farmers; the same ones for the same day.

Identity numbers are well made but of the district 3399xx, which does not exist; telephones begin with 199 and cards
with 6299 99, as nothing that was handed out here.
"""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from vouch.demo import terms
from vouch.demo.actions.firms import Firm
from vouch.engine.identifiers import identity_check_character, is_luhn
from vouch.parties.actions import (
    AccountLine,
    ContactLine,
    Household,
    PersonDetails,
    PersonRegistration,
    PhoneLine,
    add_contact,
    add_post,
    read_document,
    register_person,
    store_paper,
)
from vouch.parties.queries import party_by_code
from vouch.parties.terms import DocumentKind, MaritalStatus, PaperKind, PhoneUse, PostKind, Relation
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User

SEED = "vouch-demo-people-1"
REPRESENTATIVES, TRADERS, FARMERS = 60, 36, 24
WITH_PAPERS = 24


@dataclass(frozen=True, slots=True)
class Invented:
    """One invented person; ``firm`` is the one they stand behind."""

    details: PersonDetails
    phone: str
    card: str
    bank: str
    contact: tuple[str, str, str]
    unit: str
    firm: Firm | None = None
    paper: bytes = b""


def invent_people(firms: Sequence[Firm], *, today: date) -> list[Invented]:
    """About 120 persons, the failing firm's representative first."""
    dice = random.Random(SEED)  # noqa: S311 - invented data, no secret
    names = _names(dice)
    people = [_person(dice, names, "企业负责人", today=today, firm=firm) for firm in firms[:REPRESENTATIVES]]
    people += [_person(dice, names, "个体工商户", today=today) for _ in range(TRADERS)]
    people += [_person(dice, names, "种植户", today=today) for _ in range(FARMERS)]
    return people


def enrol_people(
    people: Sequence[Invented],
    *,
    units: dict[str, Unit],
    managers: Mapping[str, Sequence[tuple[User, User]]],
    actor: Actor,
    at: datetime,
) -> None:
    """Register everyone, with the posts they hold and the papers they showed.

    ``managers`` are the pairs of each unit, taken in turn; whoever stands behind a firm goes with the firm.
    """
    for place, person in enumerate(people, start=1):
        pairs = managers[person.unit]
        manager, second = pairs[(person.firm.number if person.firm else place) % len(pairs)]
        registration = PersonRegistration(
            person.details,
            phones=[PhoneLine(PhoneUse.MOBILE, person.phone)],
            accounts=[AccountLine(person.bank, person.details.name, person.card)],
            contacts=[ContactLine(*person.contact)],
            manager=manager,
            second_manager=second,
        )
        unit = units[person.unit]
        party = register_person(actor=actor, at=at, unit=unit, registration=registration)
        if person.paper:
            store_paper(
                actor=actor,
                at=at,
                party=party,
                kind=PaperKind.IDENTITY_FRONT,
                media_type="image/png",
                pieces=[person.paper],
            )
        firm = party_by_code(person.firm.uscc) if person.firm else None
        if firm is not None:
            add_post(actor=actor, at=at, party=firm, person=party, kind=PostKind.LEGAL_REPRESENTATIVE)
            line = ContactLine(Relation.OPERATIONS, person.contact[1], person.contact[2])
            add_contact(actor=actor, at=at, party=firm, line=line)


def invent_people_of_land(
    *, today: date, manager: User, second_manager: User
) -> tuple[PersonRegistration, list[PersonRegistration]]:
    """A sole trader's operator, and two farmers."""
    dice = random.Random(f"{SEED}-land")  # noqa: S311 - invented data, no secret
    names = iter(("周老三", "吕大田", "蒋满仓"))
    made: list[PersonRegistration] = []
    for occupation in ("个体工商户", "种植户", "养殖户"):
        person = _person(dice, names, occupation, today=today)
        details = replace(person.details, marital_status=MaritalStatus.MARRIED)
        household = (
            None if not made else Household(household_size=3 + len(made), farming_since=today.year - 16)
        )
        made.append(
            PersonRegistration(
                details,
                phones=[PhoneLine(PhoneUse.MOBILE, person.phone)],
                manager=manager,
                second_manager=second_manager,
                household=household,
            )
        )
    return made[0], made[1:]


def _person(
    dice: random.Random, names: Iterator[str], occupation: str, *, today: date, firm: Firm | None = None
) -> Invented:
    kind = DocumentKind.RESIDENT
    number = _identity(dice, today=today)
    read = read_document(kind, number, today=today)
    monthly = Decimal(dice.randint(40, 600)) * 100
    name = next(names)
    details = PersonDetails(
        name=name,
        document_kind=kind,
        document_number=read.number,
        born_on=read.born_on,
        sex=str(read.sex),
        address=f"江州市{dice.choice(terms.DISTRICTS)}{dice.choice(terms.LANES)}{dice.randint(1, 300)}号",
        marital_status=dice.choice(MaritalStatus.values),
        occupation=occupation,
        employer=firm.name if firm else "",
        monthly_income=monthly,
        annual_income=monthly * 12 + dice.randint(0, 40) * 1000,
    )
    relation = dice.choice((Relation.SPOUSE, Relation.PARENT, Relation.SIBLING, Relation.FRIEND))
    with_paper = dice.random() < WITH_PAPERS / (REPRESENTATIVES + TRADERS + FARMERS)
    return Invented(
        details,
        phone=_phone(dice),
        card=_card(dice),
        bank=dice.choice(terms.BANKS),
        contact=(relation, _name(dice), _phone(dice)),
        unit=firm.unit if firm else dice.choice(("YW1", "YW2")),
        firm=firm,
        paper=_picture(dice) if with_paper else b"",
    )


def _identity(dice: random.Random, *, today: date) -> str:
    born_on = today - timedelta(days=dice.randint(24 * 365, 64 * 365))
    body = f"3399{dice.randint(1, 9):02d}{born_on:%Y%m%d}{dice.randint(1, 999):03d}"
    return body + identity_check_character(body)


def _phone(dice: random.Random) -> str:
    return f"199{dice.randint(0, 99_999_999):08d}"


def _card(dice: random.Random) -> str:
    body = f"629999{dice.randint(0, 999_999_999_999):012d}"
    return next(f"{body}{digit}" for digit in range(10) if is_luhn(f"{body}{digit}"))


def _names(dice: random.Random) -> Iterator[str]:
    """Names that nobody has twice; some of two characters, some with the dot of minority names."""
    seen: set[str] = set(terms.LONG_NAMES)
    yield from terms.LONG_NAMES
    while True:
        name = _name(dice)
        if name not in seen:
            seen.add(name)
            yield name


def _name(dice: random.Random) -> str:
    given = dice.choice(terms.GIVEN) + (dice.choice(terms.GIVEN) if dice.random() < 0.6 else "")
    return dice.choice(terms.SURNAMES) + given


def _picture(dice: random.Random) -> bytes:
    """A small PNG in the proportions of a card: a plain field with a dark stripe, in colours of the person's own."""
    width, height = 86, 54
    ground, stripe = (bytes(dice.randrange(low, low + 60) for _ in range(3)) for low in (180, 40))
    rows = b"".join(b"\0" + (stripe if 12 <= row < 20 else ground) * width for row in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
