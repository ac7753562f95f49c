"""Registered addresses read to the door: by the machine for the whole book, by hand where it was wrong.

The addresses of natural persons are protected and are not read: no building tells where somebody lives.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.engine.address import Address, Door, Kind, corrected, door_of
from vouch.engine.canonical import canonical_json
from vouch.parties import permissions
from vouch.parties.models import (
    AddressReading,
    Building,
    BuildingUnit,
    Enterprise,
    FormerValue,
    Occupancy,
    Party,
)
from vouch.parties.queries.addresses import marked_readings, read_as, unread
from vouch.parties.terms import (
    NATURAL_PERSONS,
    READING_RULE,
    ChangeNature,
    OccupancyRole,
    RecordSource,
)
from vouch.platform.database.copy import copy_rows
from vouch.platform.identity.actions import take_part
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Office
from vouch.platform.ledger.action import Entry, action

CHUNK = 2000
"""Addresses that are read in one transaction: about a second of work."""
NEWLY_FOUNDED = timedelta(days=365)
"""A firm that is no older when its address is first read has had it since its foundation."""
_LOCK_CLASS = 70_009
LONGEST_LABEL = 60


class WrongPlace(ValueError):
    """The address leads to no building, or the place cannot be recorded so; ``str()`` is the Chinese message."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the book: the building, and the unit where the address comes so near."""

    building_id: int
    unit_id: int | None


@dataclass(frozen=True, slots=True)
class _Read:
    firm: Enterprise
    address: Address
    by_hand: AddressReading | None = None
    """What a person said of this very address, which holds."""

    @property
    def key(self) -> tuple[str, str]:
        return building_key(self.address, self.firm)


@action("parties.addresses.read", may=permissions.may_read_addresses)
def read_addresses(
    entry: Entry, *, actor: Actor, at: datetime, party_ids: Sequence[int] | None = None, most: int = CHUNK
) -> int:
    """Read the registered addresses that nobody has read as they stand now, ``most`` of them; return how many.

    What a person said of an address holds as long as the address does: by a later rule (READING_RULE) its parts are the
    same, and only the building may be another. A place that an address no longer leads to is
    ended: as a mistake where the address was corrected, as a move where it changed.
    """
    _one_at_a_time()
    firms = list(unread(party_ids)[:most])
    if not firms:
        entry.nothing()
        return 0
    marked = marked_readings([firm.pk for firm in firms])
    read = [_as_it_stands(firm, marked.get(firm.pk)) for firm in firms]
    spots = find_spots([(one.key, one.address) for one in read], at=at)
    placed = [(one, spot) for one, spot in zip(read, spots, strict=True)]
    moved = _move(placed, actor=actor, at=at)
    _keep_readings(placed, actor=actor, at=at)
    rows = (
        canonical_json([one.firm.pk, int(one.address.level), spot.building_id if spot else 0])
        for one, spot in placed
    )
    found = sum(spot is not None for _one, spot in placed)
    entry.bulk("addresses", "book", rows=rows, in_buildings=found, places_changed=moved)
    return len(firms)


def _as_it_stands(firm: Enterprise, marked: AddressReading | None) -> _Read:
    by_hand = marked if marked is not None and marked.text == firm.address else None
    return _Read(firm, read_as(firm.address, by_hand), by_hand)


@action("parties.address.corrected", may=permissions.may_correct)
def correct_reading(
    entry: Entry,
    *,
    actor: Actor,
    at: datetime,
    party: Party,
    marks: Sequence[tuple[Kind, int, int]],
    reason: str,
) -> AddressReading:
    """Say what the parts of the registered address are; it holds until the address is another one.

    Raises WrongPlace where parts overlap or lie outside, and for natural persons.
    """
    take_part(actor=actor, matter=("party", str(party.pk)), office=Office.FRONT, at=at)
    refuse_person(party)
    _one_at_a_time()
    firm = Enterprise.objects.select_for_update().get(party=party)
    try:
        address = corrected(firm.address, marks)
    except ValueError as error:
        raise WrongPlace(str(error)) from None
    (spot,) = find_spots([(building_key(address, firm), address)], at=at)
    said = [[kind.value, start, end] for kind, start, end in marks]
    former = AddressReading.objects.select_related("building").filter(party=party).first()
    reading, _is_new = AddressReading.objects.update_or_create(
        party=party,
        defaults={
            **_reading(address),
            "building_id": spot.building_id if spot else None,
            "marks": said,
            "rule": READING_RULE,
            "read_at": at,
            "read_by": actor.label,
        },
    )
    _place_by_hand(party, spot, address, actor=actor, at=at)
    before = {"building": former.building.name if former and former.building else ""}
    after = {"building": reading.building.name if reading.building else ""}
    entry.about("party", party.pk, before=before, after=after)
    entry.purpose(reason)
    return reading


def refuse_person(party: Party) -> None:
    """Addresses of natural persons are protected. Raises WrongPlace."""
    if party.kind in NATURAL_PERSONS:
        raise WrongPlace(_("个人和农户的地址受保护，不登记到楼栋。"))


def building_key(address: Address, firm: Enterprise) -> tuple[str, str]:
    """The engine's key, and within which area it means one building; empty where no building is written."""
    if not address.building_key:
        return "", ""
    return address.building_key, "" if address.names_its_area else f"{firm.province}{firm.area}"[:90]


def find_spots(wanted: Sequence[tuple[tuple[str, str], Address]], *, at: datetime) -> list[Spot | None]:
    """The buildings and units that these lead to, made where they are new; None where an address reaches none.

    For use inside an action, which then is the only one that makes buildings until it has ended.
    """
    _one_at_a_time()
    buildings = _buildings({key for key, _address in wanted if key[0]}, at=at)
    doors = [_door(address) if key[0] else None for key, address in wanted]
    units = _units(
        {(buildings[key], door) for (key, _a), door in zip(wanted, doors, strict=True) if door is not None}
    )
    return [
        Spot(buildings[key], units.get((buildings[key], door.floor, door.label)) if door else None)
        if key[0]
        else None
        for (key, _address), door in zip(wanted, doors, strict=True)
    ]


def _door(address: Address) -> Door | None:
    door = door_of(address)
    if door is None:
        return None
    return replace(door, label=door.label[:LONGEST_LABEL], column=door.column[:LONGEST_LABEL])


def _buildings(keys: set[tuple[str, str]], *, at: datetime) -> dict[tuple[str, str], int]:
    new = sorted(keys - _known_buildings(keys).keys())
    rows = [Building(key=key, area=area, name=key.replace("|", ""), found_at=at) for key, area in new]
    Building.objects.bulk_create(rows, batch_size=1000)
    return _known_buildings(keys)


def _known_buildings(keys: set[tuple[str, str]]) -> dict[tuple[str, str], int]:
    found = Building.objects.filter(key__in=[key for key, _area in keys])
    return {(key, area): pk for key, area, pk in found.values_list("key", "area", "pk")}


def _units(doors: set[tuple[int, Door]]) -> dict[tuple[int, int | None, str], int]:
    known = _known_units(doors)
    new = {(building, door.floor, door.label): door for building, door in doors}
    rows = [
        BuildingUnit(building_id=key[0], floor=key[1], label=key[2], column=door.column)
        for key, door in sorted(new.items(), key=lambda one: (one[0][0], one[0][1] or 0, one[0][2]))
        if key not in known
    ]
    BuildingUnit.objects.bulk_create(rows, batch_size=1000)
    return _known_units(doors) if rows else known


def _known_units(doors: set[tuple[int, Door]]) -> dict[tuple[int, int | None, str], int]:
    found = BuildingUnit.objects.filter(building__in={building for building, _door in doors})
    return {
        (building, floor, label): pk
        for building, floor, label, pk in found.values_list("building", "floor", "label", "pk")
    }


def _move(placed: Iterable[tuple[_Read, Spot | None]], *, actor: Actor, at: datetime) -> int:
    """End the registered places that hold no longer and begin those that hold now; return how many began."""
    pairs = {one.firm.pk: (one, spot) for one, spot in placed}
    present = {
        row.party_id: row
        for row in Occupancy.objects.select_for_update().filter(
            party__in=pairs, role=OccupancyRole.REGISTERED, ended_at=None
        )
    }
    former = _former_addresses(pairs)
    before = _former_places(pairs, present)
    ended, begun, never_left = [], [], []
    for pk, (one, spot) in pairs.items():
        row, last = present.get(pk), former.get(pk)
        if row is not None and spot == Spot(row.building_id, row.unit_id):
            continue
        since = _since(one.firm, last, at=at)
        if row is not None:
            # Where the address was last replaced before the place was found, it was read otherwise, or the change taken back.
            is_mistake = (
                last is None or last.nature == ChangeNature.CORRECTION or last.replaced_at < row.added_at
            )
            if is_mistake:
                since = row.starts_on
                back = before.get(pk)
                if back is not None and spot == Spot(back.building_id, back.unit_id):
                    # It is where it was before the mistake, and so never left.
                    since, back.is_mistake, back.ends_on = back.starts_on, True, None
                    never_left.append(back)
            _end(row, on=since, is_mistake=is_mistake, actor=actor, at=at)
            ended.append(row)
        if spot is not None:
            begun.append((one, spot, since))
    Occupancy.objects.bulk_update(
        [*ended, *never_left], ["ends_on", "ended_at", "ended_by", "is_mistake"], batch_size=1000
    )
    copy_rows(
        Occupancy,
        (
            *("party_id", "building_id", "unit_id", "role", "address", "confidence", "is_derived"),
            *("starts_on", "source", "added_at", "added_by", "ended_by", "is_mistake"),
        ),
        (
            (
                *(one.firm.pk, spot.building_id, spot.unit_id, OccupancyRole.REGISTERED.value),
                *(one.firm.address, Decimal(str(one.address.confidence)), one.by_hand is None),
                *(since, RecordSource.REGISTER.value, at, actor.label, "", False),
            )
            for one, spot, since in begun
        ),
    )
    return len(begun)


def _former_places(party_ids: Iterable[int], present: Mapping[int, Occupancy]) -> dict[int, Occupancy]:
    """Where each of them was registered until the present place was found; what never held is passed over."""
    rows = Occupancy.objects.select_for_update().filter(
        party__in=list(party_ids), role=OccupancyRole.REGISTERED, ended_at__isnull=False
    )
    found: dict[int, Occupancy] = {}
    began = {pk: row.added_at for pk, row in present.items()}
    for row in rows.order_by("party", "-ended_at", "-pk"):
        if row.party_id in found or began.get(row.party_id) != row.ended_at:
            continue
        if row.is_mistake:
            began[row.party_id] = row.added_at
        else:
            found[row.party_id] = row
    return found


def _former_addresses(party_ids: Iterable[int]) -> dict[int, FormerValue]:
    """The last address that each of them had before, as it was replaced."""
    rows = FormerValue.objects.filter(party__in=list(party_ids), field="address")
    return {row.party_id: row for row in rows.order_by("party", "replaced_at", "pk")}


def _since(firm: Enterprise, last: FormerValue | None, *, at: datetime) -> date | None:
    """Since when the firm has its address, as far as that can be known."""
    if last is not None and last.nature == ChangeNature.CHANGE:
        return last.ended_on or timezone.localdate(last.replaced_at)
    founded = firm.established_on
    return founded if founded and last is None and timezone.localdate(at) - founded <= NEWLY_FOUNDED else None


def _end(row: Occupancy, *, on: date | None, is_mistake: bool, actor: Actor, at: datetime) -> None:
    row.ended_at, row.ended_by, row.is_mistake = at, actor.label, is_mistake
    if not is_mistake:
        row.ends_on = max(on or timezone.localdate(at), row.starts_on or date.min)


def _keep_readings(placed: Sequence[tuple[_Read, Spot | None]], *, actor: Actor, at: datetime) -> None:
    by_machine = [(one, spot) for one, spot in placed if one.by_hand is None]
    AddressReading.objects.filter(party__in=[one.firm.pk for one, _spot in by_machine]).delete()
    copy_rows(
        AddressReading,
        ("party_id", "text", "level", "building_id", "confidence", "doubts", "rule", "read_at", "read_by"),
        (
            (one.firm.pk, *_reading(one.address, spot).values(), READING_RULE, at, actor.label)
            for one, spot in by_machine
        ),
    )
    said = []
    for one, spot in placed:
        if one.by_hand is not None:
            one.by_hand.building_id, one.by_hand.rule = spot.building_id if spot else None, READING_RULE
            said.append(one.by_hand)
    AddressReading.objects.bulk_update(said, ["building", "rule"], batch_size=1000)


def _reading(address: Address, spot: Spot | None = None) -> dict[str, object]:
    return {
        "text": address.text,
        "level": int(address.level),
        "building_id": spot.building_id if spot else None,
        "confidence": Decimal(str(address.confidence)),
        "doubts": [doubt.reason for doubt in address.doubts],
    }


def _place_by_hand(party: Party, spot: Spot | None, address: Address, *, actor: Actor, at: datetime) -> None:
    """What was read before was wrong: it never held, and what is said now has held since then."""
    row = (
        Occupancy.objects.select_for_update()
        .filter(party=party, role=OccupancyRole.REGISTERED, ended_at=None)
        .first()
    )
    if row is not None:
        _end(row, on=None, is_mistake=True, actor=actor, at=at)
        row.save(update_fields=["ended_at", "ended_by", "is_mistake"])
    if spot is not None:
        Occupancy.objects.create(
            party=party, building_id=spot.building_id, unit_id=spot.unit_id, role=OccupancyRole.REGISTERED,
            address=address.text, confidence=Decimal(str(address.confidence)), source=RecordSource.REGISTER,
            starts_on=row.starts_on if row else None, added_at=at, added_by=actor.label,
        )  # fmt: skip


def _one_at_a_time() -> None:
    """Two that read at once would both make the same building."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK_CLASS])
