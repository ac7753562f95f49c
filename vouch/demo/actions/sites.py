"""An industrial park with two towers and a wholesale market: who is where, who moved, who looks after them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from vouch.demo import terms
from vouch.demo.actions.consent import Cast
from vouch.demo.actions.duplicates import SECOND
from vouch.demo.actions.firms import SEED, Firm
from vouch.parties.actions import Change, EnterpriseDetails, correct_enterprise
from vouch.parties.actions.addresses import CHUNK, read_addresses
from vouch.parties.actions.places import PlaceDetails, add_place, note_visit
from vouch.parties.actions.reading import PROFILE_FIELDS
from vouch.parties.actions.sites import (
    LimitDetails,
    appoint_stewards,
    describe_building,
    limit_building,
    open_site,
)
from vouch.parties.models import Building, Occupancy, Party
from vouch.parties.queries import party_by_code
from vouch.parties.terms import ChangeNature, OccupancyRole, SiteKind
from vouch.platform.identity.models import User

FLOORS, ROOMS = range(2, 19), range(1, 9)
NOTES = ("在营，人员设备正常", "门锁，邻居称白天有人", "在营，库存较上次减少", "正在装修扩租", "仅有前台一人")
MOVERS = 4


def house_firms(firms: Sequence[Firm]) -> list[Firm]:
    """The same firms, some of them with an address in the park or the market; the others stay where they are."""
    dice = random.Random(f"{SEED}/sites")  # noqa: S311 - invented data, no secret
    # The failing firm is in the market; who is entered twice is told by the address, and stays.
    stay = {firms[place].number for place in SECOND}
    park, market = _park(dice), _stalls(dice)
    housed = []
    for firm in firms:
        doors = market if firm.trade.streets == terms.MARKET else park
        moves_in = firm.number == 1 or dice.random() < 0.72
        door = next(doors, None) if firm.number not in stay and moves_in else None
        housed.append(replace(firm, address=door) if door else firm)
    return housed


def _park(dice: random.Random) -> Iterator[str]:
    """Doors of the two towers; three of the first are one door that firms share as their address."""
    doors = [f"{tower}座{floor}{room:02d}室" for tower in "AB" for floor in FLOORS for room in ROOMS]
    dice.shuffle(doors)
    shared = ["A座1605室"] * 5
    yield from (f"{terms.PARK_ADDRESS}{door}" for door in (*doors[:12], *shared, *doors[12:76]))


def _stalls(dice: random.Random) -> Iterator[str]:
    stalls = [
        f"{hall}栋{floor}楼{floor}{number:02d}号"
        for hall in "12"
        for floor in (1, 2, 3)
        for number in range(1, 17)
    ]
    dice.shuffle(stalls)
    yield from (f"{terms.MARKET_ADDRESS}{stall}" for stall in stalls[:40])


def furnish_sites(
    firms: Sequence[Firm], staff: Mapping[str, User], cast: Cast, *, today: date, at: datetime
) -> None:
    """Read the addresses, let some firms move, and say what the buildings are, who looks after them, who was visited."""
    dice = random.Random(f"{SEED}/visits")  # noqa: S311 - invented data, no secret
    _read(cast, at=at)
    _move(firms, cast, today=today, at=at)
    _read(cast, at=at)
    park = open_site(actor=cast.system, at=at, kind=SiteKind.PARK, name=terms.PARK)
    market = open_site(actor=cast.system, at=at, kind=SiteKind.MARKET, name=terms.MARKET_NAME)
    stewards = iter(("liqiang", "mengjia", "wuting", "qianjin"))
    for site, address, total in ((park, terms.PARK_ADDRESS, 288), (market, terms.MARKET_ADDRESS, 96)):
        for building in Building.objects.filter(name__startswith=address).order_by("name"):
            describe_building(actor=cast.system, at=at, building=building, site=site, unit_total=total)
            user = staff[next(stewards)]
            appoint_stewards(actor=cast.system, at=at, buildings=[building], user=user)
    tower = Building.objects.filter(site=park).order_by("name").first()
    if tower is not None:
        limit = LimitDetails("园区单体楼集中度控制，年度评审会议定", Decimal(20_000_000), 20)
        limit_building(actor=cast.system, at=at, building=tower, details=limit)
        _store(firms, tower, cast, at=at)
    _visit(dice, cast, today=today, at=at)


def _read(cast: Cast, *, at: datetime) -> None:
    while read_addresses(actor=cast.system, at=at) == CHUNK:
        pass


def _move(firms: Sequence[Firm], cast: Cast, *, today: date, at: datetime) -> None:
    """A few firms of the town have come into the park within the last weeks, and one has left the market."""
    comers = [firm for firm in firms if not firm.address.startswith(terms.PARK_ADDRESS)]
    comers = [firm for firm in comers if firm.trade.streets != terms.MARKET][:MOVERS]
    doors = [
        f"{terms.PARK_ADDRESS}B座{floor}{room}室"
        for floor, room in ((3, "09"), (4, "09"), (5, "10"), (6, "10"))
    ]
    moves = list(zip(comers, doors, strict=True))
    leaver = next(firm for firm in firms[2:] if firm.address.startswith(terms.MARKET_ADDRESS))
    moves.append((leaver, f"{terms.TOWN_NAME}城南区农贸路88号"))
    for number, (firm, address) in enumerate(moves):
        party = party_by_code(firm.uscc)
        if party is None:
            continue
        changed_on = today - timedelta(days=12 + 9 * number)
        change = Change(ChangeNature.CHANGE, changed_on=changed_on, reason="变更登记")
        details = replace(_details(party), address=address)
        correct_enterprise(
            actor=cast.system, at=at, party=party, details=details, reason="变更登记", change=change
        )


def _details(party: Party) -> EnterpriseDetails:
    values = {name: getattr(party.enterprise, name) for name in PROFILE_FIELDS}
    return EnterpriseDetails(name=party.name, **values)


def _store(firms: Sequence[Firm], tower: Building, cast: Cast, *, at: datetime) -> None:
    """Two firms of the market keep their goods elsewhere; one of the shared door really works in the tower."""
    traders = [firm for firm in firms if firm.address.startswith(terms.MARKET_ADDRESS)][:2]
    for number, firm in enumerate(traders, 1):
        party = party_by_code(firm.uscc)
        if party is not None:
            details = PlaceDetails(OccupancyRole.STORAGE, f"{terms.PARK_ADDRESS}B座{number}01室")
            add_place(actor=cast.system, at=at, party=party, details=details)
    shared = (
        Occupancy.objects.filter(building=tower, unit__label="1605", ended_at=None).order_by("pk").first()
    )
    if shared is not None:
        details = PlaceDetails(OccupancyRole.OPERATING, f"{tower.name}702室")
        add_place(actor=cast.system, at=at, party=shared.party, details=details)


def _visit(dice: random.Random, cast: Cast, *, today: date, at: datetime) -> None:
    """Managers have called on about a third of those in the park and the market."""
    places = Occupancy.objects.filter(building__site__isnull=False, ended_at=None).select_related(
        "party", "building"
    )
    for place in places.order_by("pk"):
        manager = cast.managers.get(place.party_id)
        if manager is None or dice.random() > 0.35:
            continue
        visited_on = today - timedelta(days=dice.randint(5, 150))
        note_visit(
            actor=manager, at=at, party=place.party, building=place.building, visited_on=visited_on,
            note=dice.choice(NOTES),
        )  # fmt: skip
