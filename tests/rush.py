"""Many draws in flight at once, over as many connections as there are threads; for the test and for ``bench/limits.py``."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.utils import timezone

from tests.limits import granted
from tests.networks import control, firm
from vouch.grading.actions import release, reserve, use
from vouch.grading.queries.limit import rooms_for
from vouch.grading.terms import Draw, HoldStep, LimitKind, LimitOf
from vouch.parties.models import Building, BuildingLimit, Occupancy, Party
from vouch.parties.terms import OccupancyRole
from vouch.platform.identity.actor import system_actor
from vouch.platform.ledger.testing import writing
from vouch.policy.actions import GateRefused
from vouch.policy.queries import Refusal

ACTOR = system_actor("rush")
BANKS = ("江州银行", "海州银行")


@dataclass(frozen=True, slots=True)
class Came:
    """How one draw ended: kept so much, or refused for these reasons."""

    draw: Draw
    kept: Decimal
    refusals: tuple[Refusal, ...] = ()


def rush(draws: Sequence[Draw], *, threads: int, goes_on: bool = False) -> list[Came]:
    """Send all of them at once. ``goes_on``: what is reserved is used in part at once, and a part of that given back.

    Whatever else is raised (a deadlock, a constraint) is raised here.
    """

    def one(place: int) -> Came:
        draw = draws[place]
        try:
            hold = reserve(actor=ACTOR, at=timezone.now(), draw=draw)
            if goes_on and place % 2:
                third = (draw.amount / 3).quantize(Decimal("0.01"))
                use(
                    actor=ACTOR,
                    at=timezone.now(),
                    hold=hold,
                    amount=2 * third,
                    guarantee_number=f"R{hold.pk}",
                )
                release(actor=ACTOR, at=timezone.now(), hold=hold, step=HoldStep.REPAY, amount=third)
                return Came(draw, draw.amount - third)
        except GateRefused as refused:
            return Came(draw, Decimal(0), refused.verdict.refusals)
        return Came(draw, draw.amount)

    def closing(place: int) -> Came:
        try:
            return one(place)
        finally:
            connection.close()

    with unpooled(), ThreadPoolExecutor(threads) as pool:
        return list(pool.map(closing, range(len(draws))))


@contextmanager
def unpooled() -> Iterator[None]:
    """Within it every thread has a connection of its own: the pool of one process has fewer than are wanted here."""
    own: Any = connections[DEFAULT_DB_ALIAS]
    settings = own.settings_dict
    before = settings["OPTIONS"]
    own.close()
    own.close_pool()
    settings["OPTIONS"] = {key: value for key, value in before.items() if key != "pool"}
    try:
        yield
    finally:
        connection.close()
        settings["OPTIONS"] = before


def on_one_limit(count: int, at: datetime) -> list[Draw]:
    """Of one customer whose limit has room for a third of them."""
    party = firm("同一客户")
    granted(party, 1_000 * (count // 3), at=at)
    return [Draw(party_id=party.pk, amount=Decimal(1_000), purpose=f"第{n}笔") for n in range(count)]


def on_a_group(count: int, at: datetime) -> list[Draw]:
    """Of ten firms of one group, each with room of its own for all; the group has room for a third."""
    head = firm("集团母公司")
    firms = [head, *(firm(f"子公司{n}") for n in range(9))]
    for one in firms[1:]:
        control(head, one)
    for one in firms:
        granted(one, 1_000 * count, at=at)
    granted(LimitOf(kind=LimitKind.GROUP, party_id=head.pk), 1_000 * (count // 3), at=at)
    return [Draw(party_id=firms[n % 10].pk, amount=Decimal(1_000), purpose=f"第{n}笔") for n in range(count)]


def on_overlapping(count: int, at: datetime, chance: random.Random) -> list[Draw]:
    """Of thirty firms in three groups, two buildings, three industries and at two banks, amounts of chance to the fen."""
    with writing():
        towers = [Building.objects.create(key=name, name=name, found_at=at) for name in ("甲楼", "乙楼")]
        for tower in towers:
            BuildingLimit.objects.create(
                building=tower, max_balance=200 * count, starts_on=at.date(), reason="限额", set_at=at
            )
    firms: list[Party] = []
    for group in range(3):
        head = firm(f"集团{group}", industry_code=f"{'CFA'[group]}13")
        members = [firm(f"集团{group}成员{n}", industry_code=f"{'CFA'[n % 3]}51") for n in range(9)]
        for one in members:
            control(head, one)
        firms += [head, *members]
        granted(LimitOf(kind=LimitKind.GROUP, party_id=head.pk), 150 * count, at=at)
    for place, one in enumerate(firms):
        granted(one, 30 * count, at=at)
        with writing():
            Occupancy.objects.create(
                party=one, building=towers[place % 2], role=OccupancyRole.OPERATING, address="某路1号",
                confidence=1, added_at=at,
            )  # fmt: skip
    for industry in "CF":
        granted(LimitOf(kind=LimitKind.INDUSTRY, industry=industry), 120 * count, at=at)
    granted(LimitOf(kind=LimitKind.BANK, bank=BANKS[0]), 180 * count, at=at)
    granted(LimitOf(kind=LimitKind.INSTITUTION), 350 * count, at=at)
    return [
        Draw(
            party_id=chance.choice(firms).pk,
            amount=Decimal(chance.randint(10_000, 200_000)) / 100,
            purpose=f"第{n}笔",
            bank=chance.choice(BANKS),
        )
        for n in range(count)
    ]


def overdrawn(draws: Sequence[Draw], at: datetime) -> list[str]:
    """Limits that are over, in words; all that any of these draws takes are looked at."""
    found = {}
    for party in Party.objects.filter(pk__in={one.party_id for one in draws}).select_related("enterprise"):
        for bank in BANKS:
            for room in rooms_for(party, bank=bank, at=at):
                found[room.subject.kind, room.subject.pk, room.subject.building_id] = room.free
    return [f"{key}: {free}" for key, free in found.items() if free < 0]


Scenario = Callable[[int, datetime], list[Draw]]
