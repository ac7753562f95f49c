"""Where a customer is besides its registered address, and who called on it there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.engine.address import parse
from vouch.parties import permissions
from vouch.parties.actions.addresses import WrongPlace, building_key, find_spots, refuse_person
from vouch.parties.actions.edge_ends import Ending, end_row
from vouch.parties.models import Building, BuildingVisit, Enterprise, Occupancy, Party
from vouch.parties.queries.sites import buildings_visible_to
from vouch.parties.terms import OccupancyRole, RecordSource
from vouch.platform.identity.actions import take_part
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Office
from vouch.platform.ledger.action import Entry, Refused, action


@dataclass(frozen=True, slots=True)
class PlaceDetails:
    """A place of a customer, by its address."""

    role: str
    address: str
    starts_on: date | None = None
    source: str = RecordSource.CUSTOMER


@action("parties.occupancy.added", may=permissions.may_correct)
def add_place(entry: Entry, *, actor: Actor, at: datetime, party: Party, details: PlaceDetails) -> Occupancy:
    """The customer works, stores or has collateral there.

    Raises WrongPlace where the address reaches no building, and for where somebody lives.
    """
    take_part(actor=actor, matter=("party", str(party.pk)), office=Office.FRONT, at=at)
    refuse_person(party)
    if details.role == OccupancyRole.REGISTERED:
        raise WrongPlace(_("注册地随登记信息中的注册地址，请更正登记信息。"))
    if details.role == OccupancyRole.LIVING:
        # A sole trader's home is a person's address: here it would stand in plain, in the ledger for good.
        raise WrongPlace(_("居住地是个人住址，受保护，不登记到楼栋。"))
    if details.starts_on and details.starts_on > timezone.localdate(at):
        raise WrongPlace(_("起始日期不能晚于今天。"))
    address = parse(details.address)
    (spot,) = find_spots([(building_key(address, Enterprise.objects.get(party=party)), address)], at=at)
    if spot is None:
        raise WrongPlace(_("这个地址没有写到门牌号或楼栋，无法登记到楼栋。"))
    same = Occupancy.objects.filter(
        party=party, building=spot.building_id, unit=spot.unit_id, role=details.role, ended_at=None
    )
    if same.exists():
        raise WrongPlace(_("这个地点已经登记过同样的用途。"))
    made = Occupancy.objects.create(
        party=party, building_id=spot.building_id, unit_id=spot.unit_id, role=details.role, address=address.text,
        confidence=Decimal(str(address.confidence)), starts_on=details.starts_on, source=details.source,
        added_at=at, added_by=actor.label,
    )  # fmt: skip
    entry.about("party", party.pk, after={"building": made.building.name, "role": str(details.role)})
    return made


@action("parties.occupancy.ended", may=permissions.may_correct)
def end_place(
    entry: Entry, *, actor: Actor, at: datetime, party: Party, occupancy_id: int, ending: Ending
) -> None:
    """The customer is there no longer, or never was. A repeat changes nothing. Raises WrongPlace."""
    take_part(actor=actor, matter=("party", str(party.pk)), office=Office.FRONT, at=at)
    row = Occupancy.objects.select_for_update().get(party=party, pk=occupancy_id)
    if row.ended_at is not None:
        entry.nothing()
        return
    if row.role == OccupancyRole.REGISTERED:
        raise WrongPlace(_("注册地随登记信息中的注册地址，请更正登记信息。"))
    today = timezone.localdate(at)
    if ending.ends_on and not (row.starts_on or date.min) <= ending.ends_on <= today:
        raise WrongPlace(_("终止日期不能晚于今天，也不能早于起始日期。"))
    end_row(row, ending, actor=actor, at=at)
    before = {"building": row.building.name, "role": row.role}
    entry.about("party", party.pk, before=before, after={"is_mistake": ending.is_mistake})
    entry.purpose(ending.reason)


@action("parties.visit.noted", may=permissions.may_note_visit)
def note_visit(
    entry: Entry,
    *,
    actor: Actor,
    at: datetime,
    party: Party,
    building: Building,
    visited_on: date,
    note: str,
) -> BuildingVisit:
    """Somebody called on the customer at the building (走访). Raises WrongPlace."""
    if visited_on > timezone.localdate(at):
        raise WrongPlace(_("走访日期不能晚于今天。"))
    if not buildings_visible_to(actor).filter(pk=building.pk).exists():
        raise Refused(_("这栋楼里没有您可以查看的客户。"))
    made = BuildingVisit.objects.create(
        party=party, building=building, visited_on=visited_on, note=note, noted_at=at, noted_by=actor.label
    )
    entry.about("party", party.pk, after={"building": building.name, "visited_on": str(visited_on)})
    return made
