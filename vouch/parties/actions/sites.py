"""Buildings by hand: which are one, to which site they belong, who looks after them, and how much may stand in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.parties import permissions
from vouch.parties.actions.addresses import WrongPlace
from vouch.parties.models import Building, BuildingLimit, Site, Steward
from vouch.parties.queries.sites import buildings_visible_to
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import User
from vouch.platform.ledger.action import Entry, Refused, action


@action("parties.site.opened", may=permissions.may_arrange_buildings)
def open_site(entry: Entry, *, actor: Actor, at: datetime, kind: str, name: str) -> Site:
    """Let several buildings be spoken of as one. Raises WrongPlace for a name that is taken."""
    if Site.objects.filter(name=name).exists():
        raise WrongPlace(_("已有名称为“%s”的园区、楼盘或市场。") % name)
    made = Site.objects.create(kind=kind, name=name, opened_at=at, opened_by=actor.label)
    entry.about("site", made.pk, after={"name": name, "kind": kind})
    return made


@action("parties.building.described", may=permissions.may_arrange_buildings)
def describe_building(
    entry: Entry, *, actor: Actor, at: datetime, building: Building, site: Site | None, unit_total: int | None
) -> None:
    """Say to which site the building belongs, and how many units it has. Raises WrongPlace for one that was joined."""
    held = _standing(actor, building)
    before = {"site": held.site.name if held.site else "", "unit_total": held.unit_total}
    after = {"site": site.name if site else "", "unit_total": unit_total}
    if before == after:
        entry.nothing()
        return
    held.site, held.unit_total = site, unit_total
    held.save(update_fields=["site", "unit_total"])
    entry.about("building", held.pk, before=before, after=after)


@action("parties.buildings.joined", may=permissions.may_arrange_buildings)
def join_buildings(
    entry: Entry, *, actor: Actor, at: datetime, building: Building, canonical: Building, reason: str
) -> None:
    """``building`` is ``canonical`` by another name: who is in the one is in the other. No row is moved.

    Raises WrongPlace for one and the same, for one that others were joined to, and for one with a limit or a steward,
    which would silently hold no longer.
    """
    gone, stays = (_held(actor, one) for one in sorted((building, canonical), key=lambda one: one.pk))
    if gone.pk != building.pk:
        gone, stays = stays, gone
    if gone.pk == stays.pk or gone.canonical_id is not None or stays.canonical_id is not None:
        raise WrongPlace(_("两栋楼已经是同一栋，或其中一栋已并入别的楼栋。"))
    if Building.objects.filter(canonical=gone).exists():
        raise WrongPlace(_("已有别的名称并入这栋楼，请反过来合并。"))
    if BuildingLimit.objects.filter(building=gone, ends_on=None).exists():
        raise WrongPlace(_("被并入的楼栋还有楼栋限额，请先取消它的限额，或反过来合并。"))
    if Steward.objects.filter(building=gone, ends_on=None).exists():
        raise WrongPlace(_("被并入的楼栋还有楼栋负责人，请先把负责人改为不指定，或反过来合并。"))
    gone.canonical = stays
    gone.save(update_fields=["canonical"])
    entry.about("building", stays.pk, after={"joined_building": gone.name})
    entry.purpose(reason)


@action("parties.buildings.parted", may=permissions.may_arrange_buildings)
def part_buildings(entry: Entry, *, actor: Actor, at: datetime, building: Building, reason: str) -> None:
    """It is a building of its own after all; everything that was its own is so again. Raises WrongPlace."""
    held = _held(actor, building)
    if held.canonical is None:
        raise WrongPlace(_("这栋楼没有并入别的楼栋。"))
    entry.about("building", held.canonical_id, before={"joined_building": held.name})
    entry.purpose(reason)
    held.canonical = None
    held.save(update_fields=["canonical"])


@action("parties.steward.appointed", may=permissions.may_appoint_stewards)
def appoint_stewards(
    entry: Entry, *, actor: Actor, at: datetime, buildings: Sequence[Building], user: User | None
) -> None:
    """Let somebody look after these buildings from today on; None leaves them to nobody. Raises WrongPlace for one that
    was joined to another.
    """
    today = timezone.localdate(at)
    held = [_standing(actor, one) for one in sorted(buildings, key=lambda one: one.pk)]
    present = {row.building_id: row for row in Steward.objects.filter(building__in=held, ends_on=None)}
    changing = [one for one in held if (present[one.pk].user_id if one.pk in present else None) != _pk(user)]
    if not changing:
        entry.nothing()
        return
    for one in changing:
        if one.pk in present:
            row = present[one.pk]
            row.ends_on = max(today, row.starts_on)
            row.save(update_fields=["ends_on"])
        if user is not None:
            Steward.objects.create(building=one, user=user, starts_on=today)
    former = sorted({row.user.name for row in present.values()})
    names = {"buildings": [one.name for one in changing], "steward": user.name if user else ""}
    entry.about("building", changing[0].pk, before={"steward": "、".join(former)}, after=names)


@dataclass(frozen=True, slots=True)
class LimitDetails:
    """How much may stand in a building; at least one of the two is given."""

    reason: str
    max_balance: Decimal | None = None
    max_customers: int | None = None


@action("parties.building_limit.set", may=permissions.may_limit_buildings)
def limit_building(
    entry: Entry, *, actor: Actor, at: datetime, building: Building, details: LimitDetails | None
) -> BuildingLimit | None:
    """From today on the building has this limit, or with None no more; the former one stays in the history.

    Raises WrongPlace for a building that was joined to another.
    """
    held, today = _standing(actor, building), timezone.localdate(at)
    former = BuildingLimit.objects.filter(building=held, ends_on=None).first()
    made = None
    if former is None and details is None:
        entry.nothing()
        return None
    if former is not None:
        former.ends_on = max(today, former.starts_on)
        former.save(update_fields=["ends_on"])
    if details is not None:
        if details.max_balance is None and details.max_customers is None:
            raise WrongPlace(_("请至少填写一项限额。"))
        made = BuildingLimit.objects.create(
            building=held, max_balance=details.max_balance, max_customers=details.max_customers,
            starts_on=today, reason=details.reason, set_at=at, set_by=actor.label,
        )  # fmt: skip
        entry.purpose(details.reason)
    entry.about("building", held.pk, before=_told(former), after=_told(made))
    return made


def _told(limit: BuildingLimit | None) -> dict[str, object]:
    if limit is None:
        return {}
    return {"max_balance": _text(limit.max_balance), "max_customers": _text(limit.max_customers)}


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _pk(user: User | None) -> int | None:
    return None if user is None else user.pk


def _standing(actor: Actor, building: Building) -> Building:
    """The same of a building that is no other's second name: nobody asks a second name for its own limit or steward."""
    held = _held(actor, building)
    if held.canonical is not None:
        raise WrongPlace(_("这栋楼已并入“%s”，请在那栋楼上办理。") % held.canonical.name)
    return held


def _held(actor: Actor, building: Building) -> Building:
    """The building, locked, where the actor sees it. Raises Refused."""
    if not buildings_visible_to(actor).filter(pk=building.pk).exists():
        raise Refused(_("这栋楼里没有您可以查看的客户。"))
    return Building.objects.select_for_update(of=("self",)).select_related("site").get(pk=building.pk)
