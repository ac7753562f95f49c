"""Facts of buildings against the same facts in plain Python, on random occupancies, for one customer and for all."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from vouch.business.models import Guarantee, GuaranteeVersion
from vouch.engine.facts import catalogue
from vouch.parties.actions import EnterpriseDetails, Registration, merge_parties, register_enterprise
from vouch.parties.models import Building, BuildingUnit, Occupancy, Party
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit
from vouch.platform.ledger.testing import writing

pytestmark = pytest.mark.django_db

NAMES = sorted(fact.name for fact in catalogue if fact.name.startswith("site."))
TODAY = date(2026, 11, 20)
CHINA = ZoneInfo("Asia/Shanghai")


def at(day: date) -> datetime:
    return datetime.combine(day, time(12), CHINA)


@dataclass
class Town:
    """Customers in three buildings, of which the third turned out to be the first."""

    parties: list[Party]
    buildings: list[Building]
    rows: list[Occupancy] = field(default_factory=list)
    guarantees: list[GuaranteeVersion] = field(default_factory=list)
    stands_for: dict[int, int] = field(default_factory=dict)

    def party(self, pk: int) -> int:
        return self.stands_for.get(pk, pk)

    def building(self, row: Occupancy) -> int:
        return self.buildings[0].pk if row.building_id == self.buildings[2].pk else row.building_id

    def expected(self, day: date) -> Mapping[int, dict[str, Any]]:
        there = [
            row for row in self.rows
            if row.added_at.date() <= day and (row.ended_at is None or row.ended_at.date() > day)
            and (row.starts_on is None or row.starts_on <= day)
        ]  # fmt: skip
        mine: dict[int, Occupancy] = {}
        for row in sorted(there, key=lambda row: (row.starts_on or date.min, -self.building(row))):
            if row.role == "registered":
                mine[self.party(row.party_id)] = row
        return {pk: self._of(pk, row, there, day) for pk, row in mine.items()}

    def _of(self, pk: int, own: Occupancy, there: list[Occupancy], day: date) -> dict[str, Any]:
        house = [row for row in there if self.building(row) == self.building(own)]
        people = {self.party(row.party_id) for row in house}
        door = {
            self.party(row.party_id)
            for row in house
            if own.unit and row.unit and row.role == "registered"
            and (row.unit.floor, row.unit.label) == (own.unit.floor, own.unit.label)
        }  # fmt: skip
        section = {party.pk: party.enterprise.industry_code[:1] for party in self.parties}
        mix = Counter(section[one] for one in people if section[one])
        new = {
            one
            for one in people
            if all(row.starts_on and row.starts_on > day - timedelta(days=90) for row in house if self.party(row.party_id) == one)
        }  # fmt: skip
        gone = {
            self.party(row.party_id)
            for row in self.rows
            if self.building(row) == self.building(own) and row.ended_at and row.ended_at.date() <= day
            and row.ends_on and day - timedelta(days=90) < row.ends_on <= day and not row.is_mistake
        } - people  # fmt: skip
        hhi = Decimal(sum(n * n for n in mix.values())) / sum(mix.values()) ** 2 if mix else None
        return {
            "site.customers": len(people), "site.at_door": len(door) if own.unit else None,
            "site.is_crowded_door": len(door) >= 3 if own.unit else None,
            "site.same_industry": mix[section[pk]] if section[pk] else None,
            "site.industry_hhi": None if hhi is None else int((hhi * 1_000_000).quantize(Decimal(1), "ROUND_HALF_UP")),
            "site.entered_90d": len(new), "site.left_90d": len(gone),
            **self._guaranteed(people, day),
        }  # fmt: skip

    def _guaranteed(self, people: set[int], day: date) -> dict[str, Any]:
        latest: dict[int, GuaranteeVersion] = {}
        for version in sorted(self.guarantees, key=lambda one: (one.as_of, one.known_at, one.pk)):
            if version.as_of <= day and version.known_at.date() <= day:
                latest[version.guarantee_id] = version
        balances: Counter[int] = Counter()
        late = set()
        for version in latest.values():
            owner = self.party(version.guarantee.party_id)
            if owner in people and version.state == "in_force":
                balances[owner] += int(version.debt_balance * version.share_rate * 100)
                if version.overdue_days:
                    late.add(owner)
        return {
            "site.guaranteed": sum(one > 0 for one in balances.values()),
            "site.balance": sum(balances.values()), "site.overdue": len(late),
        }  # fmt: skip


def town(seed: int, *, actor: Actor, unit: Unit) -> Town:
    dice = random.Random(seed)  # noqa: S311 - a town to count in
    opened = TODAY - timedelta(days=400)
    parties = []
    for number in range(9):
        details = EnterpriseDetails(name=f"第{number}有限公司", industry_code=dice.choice(("C33", "F51", "")))
        made = Registration(details)
        parties.append(register_enterprise(actor=actor, at=at(opened), unit=unit, registration=made))
    with writing():
        buildings = [
            Building.objects.create(key=f"某路|{n}号", name=f"某路{n}号", found_at=at(opened))
            for n in range(3)
        ]
        Building.objects.filter(pk=buildings[2].pk).update(canonical=buildings[0])
        doors = {
            building.pk: [
                BuildingUnit.objects.create(building=building, floor=floor, label=f"{floor}01")
                for floor in (1, 2)
            ]
            for building in buildings
        }
        found = Town(parties, buildings)
        for party in parties:
            found.rows += _stays(dice, party, buildings, doors)
        for number, party in enumerate(dice.choices(parties, k=10)):
            found.guarantees += _versions(dice, number, party)
    return found


def _stays(
    dice: random.Random, party: Party, buildings: list[Building], doors: dict[int, list[BuildingUnit]]
) -> list[Occupancy]:
    """Where it was registered one after the other, and where it stores things."""
    made, day = [], TODAY - timedelta(days=dice.randrange(20, 300))
    for move in range(dice.randrange(0, 4)):
        building = dice.choice(buildings)
        until = day + timedelta(days=dice.randrange(5, 120))
        is_last = move == 2 or until >= TODAY
        made.append(
            Occupancy.objects.create(
                party=party, building=building, unit=dice.choice((None, *doors[building.pk])),
                role="registered" if move < 2 else "storage", starts_on=dice.choice((None, day)),
                added_at=at(day + timedelta(days=dice.randrange(0, 9))), address="某路", confidence=1,
                ends_on=None if is_last else until, ended_at=None if is_last else at(until + timedelta(days=9)),
                is_mistake=not is_last and dice.random() < 0.2,
            )
        )  # fmt: skip
        if is_last:
            break
        day = until + timedelta(days=9)
    if dice.random() < 0.7:
        begins = TODAY - timedelta(days=dice.randrange(10, 200))
        made.append(
            Occupancy.objects.create(
                party=party, building=dice.choice(buildings), role="operating", starts_on=dice.choice((None, begins)),
                added_at=at(begins), address="某路", confidence=1,
            )
        )  # fmt: skip
    return made


def _versions(dice: random.Random, number: int, party: Party) -> list[GuaranteeVersion]:
    amount = Decimal(dice.randrange(1, 900)) * 10_000
    guarantee = Guarantee.objects.create(
        number=f"DB{number}", party=party, contract_amount=amount, debt_balance=amount, state="in_force",
        share_rate=Decimal("0.8"), as_of=TODAY, counted_on=TODAY, recorded_at=at(TODAY), updated_at=at(TODAY),
    )  # fmt: skip
    made = []
    for months in (3, 2, 0):
        day = TODAY - timedelta(days=30 * months)
        is_closed = dice.random() < 0.3
        made.append(
            GuaranteeVersion.objects.create(
                guarantee=guarantee, as_of=day, known_at=at(day), share_rate=Decimal("0.8"),
                state="released" if is_closed else "in_force", released_on=day if is_closed else None,
                debt_balance=0 if is_closed else amount, overdue_days=dice.choice((0, 0, 40)),
            )
        )  # fmt: skip
    return made


@pytest.mark.parametrize("seed", range(8))
def test_facts_of_buildings_equal_those_counted_in_plain_python(
    seed: int, actor: Actor, head_office: Unit
) -> None:
    found = town(seed, actor=actor, unit=head_office)
    for day in (TODAY, TODAY - timedelta(days=45), TODAY - timedelta(days=100)):
        expected = found.expected(day)
        everyone = catalogue.ask(NAMES, None, as_of=day)
        assert {pk: everyone.row(pk) for pk in everyone.subjects} == expected, (seed, day)
        for party in found.parties:
            alone = catalogue.ask(NAMES, [party.pk], as_of=day).row(party.pk)
            assert alone == expected.get(party.pk, dict.fromkeys(NAMES)), (seed, day, party.name)


@pytest.mark.parametrize("seed", range(8))
def test_a_merged_record_is_in_the_building_as_the_customer_that_it_was_merged_into(
    seed: int, actor: Actor, head_office: Unit
) -> None:
    found = town(100 + seed, actor=actor, unit=head_office)
    kept, other = found.parties[0], found.parties[1]
    merge_parties(actor=actor, at=at(TODAY), party=other, canonical=kept, reason="同一户")
    found.stands_for = {other.pk: kept.pk}
    everyone = catalogue.ask(NAMES, None, as_of=TODAY)
    assert {pk: everyone.row(pk) for pk in everyone.subjects} == found.expected(TODAY)


def test_the_same_number_of_questions_for_one_and_for_all(actor: Actor, head_office: Unit) -> None:
    found = town(1, actor=actor, unit=head_office)
    counts = []
    for subjects in ([found.parties[0].pk], None):
        with CaptureQueriesContext(connection) as queries:
            catalogue.ask(NAMES, subjects, as_of=TODAY)
        counts.append(len(queries))
    assert counts[0] == counts[1] == 3
