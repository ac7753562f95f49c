"""Parties and lines between them, written straight into the tables; not collected itself."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from vouch.parties.models import Control, Enterprise, Kinship, Party, Post, Shareholding
from vouch.parties.terms import ControlBasis, Kin, PartyKind, PostKind
from vouch.platform.ledger.testing import writing

BEGUN = datetime(2026, 1, 5, 1, tzinfo=UTC)
DAY = date(2026, 11, 20)
_numbers = itertools.count(1)


def firm(name: str = "", **register: Any) -> Party:
    """An enterprise that nobody looks after."""
    number = next(_numbers)
    with writing():
        called = name or f"企业{number}"
        party = Party.objects.create(
            number=f"C{90_000_000 + number}", name=called, search_text=called, created_at=BEGUN
        )
        Enterprise.objects.create(party=party, updated_at=BEGUN, **register)
    return party


def person(name: str = "") -> Party:
    """A natural person without papers."""
    number = next(_numbers)
    with writing():
        return Party.objects.create(
            number=f"C{90_000_000 + number}",
            name=name or f"某人{number}",
            kind=PartyKind.PERSON,
            created_at=BEGUN,
        )


def share(holder: Party, party: Party, rate: str | float, **days: Any) -> Shareholding:
    with writing():
        return Shareholding.objects.create(
            holder=holder, party=party, rate=Decimal(str(rate)), **{"added_at": BEGUN} | days
        )


def control(controller: Party, party: Party) -> Control:
    with writing():
        return Control.objects.create(
            controller=controller, party=party, basis=ControlBasis.AGREEMENT, added_at=BEGUN
        )


def post(who: Party, party: Party, kind: str = PostKind.DIRECTOR) -> Post:
    with writing():
        return Post.objects.create(person=who, enterprise=party, kind=kind, added_at=BEGUN)


def kin(one: Party, other: Party, what: str = Kin.SPOUSE) -> Kinship:
    with writing():
        return Kinship.objects.create(person=one, relative=other, kin=what, added_at=BEGUN)
