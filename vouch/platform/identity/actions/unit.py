"""What may be done to units."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from vouch.platform.identity import permissions
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.holdings import unit_uses
from vouch.platform.identity.models import RightsChange, Unit, User
from vouch.platform.identity.queries import units_below
from vouch.platform.ledger.action import Entry, action


class WrongUnit(ValueError):
    """The tree does not allow it; ``str()`` is the Chinese message."""


@action("identity.unit.opened", may=permissions.may_manage_staff)
def open_unit(entry: Entry, *, actor: Actor, at: datetime, code: str, name: str, parent: Unit) -> Unit:
    """Open a branch or department below another. Raises WrongUnit."""
    if parent.closed_at is not None:
        raise WrongUnit(_("上级机构“%(name)s”已撤销。") % {"name": parent.name})
    if Unit.objects.filter(code__iexact=code).exists():
        raise WrongUnit(_("机构编码“%(code)s”已被使用。") % {"code": code})
    unit = Unit.objects.create(code=code, name=name, parent=parent)
    entry.about("unit", unit.pk, after={"code": code, "name": name, "parent": parent.code})
    return unit


@action("identity.unit.renamed", may=permissions.may_manage_staff)
def rename_unit(entry: Entry, *, actor: Actor, at: datetime, unit: Unit, name: str) -> Unit:
    """Give a unit its new name."""
    if unit.name == name:
        entry.nothing()
        return unit
    entry.about("unit", unit.pk, before={"name": unit.name}, after={"name": name})
    unit.name = name
    unit.save(update_fields=["name"])
    return unit


@action("identity.unit.closed", may=permissions.may_manage_staff)
def close_unit(entry: Entry, *, actor: Actor, at: datetime, unit: Unit) -> None:
    """Close a unit that nobody and nothing belongs to any more. Raises WrongUnit, which says what does."""
    locked = Unit.objects.select_for_update().get(pk=unit.pk)
    if locked.closed_at is not None:
        entry.nothing()
        return
    if locked.parent_id is None:
        raise WrongUnit(_("总部不能撤销。"))
    left = [
        (_("下级机构"), Unit.objects.filter(parent=locked, closed_at=None).count()),
        (_("在用账户"), User.objects.filter(unit=locked, is_active=True).count()),
        *((str(use.title), use.count(locked.pk)) for use in unit_uses()),
    ]
    held = [f"{title} {count}" for title, count in left if count]
    if held:
        raise WrongUnit(
            _("“%(name)s”名下还有：%(held)s，不能撤销。") % {"name": locked.name, "held": "、".join(held)}
        )
    locked.closed_at = at
    locked.save(update_fields=["closed_at"])
    entry.about("unit", unit.pk, before={"closed_at": None}, after={"closed_at": at.isoformat()})


@action("identity.unit.moved", may=permissions.may_carry_out)
def move_unit(entry: Entry, *, actor: Actor, at: datetime, change: RightsChange) -> None:
    """Hang the unit below the parent that the approved change names. Raises WrongUnit."""
    # The tree is small: all of it waits, so that two moves cannot make a circle between them.
    known = {unit.pk: unit for unit in Unit.objects.select_for_update().order_by("pk")}
    unit, parent = known[change.unit_id or 0], known[change.after["parent"]]
    refuse_circle(unit, parent)
    before = known[unit.parent_id].code if unit.parent_id else None
    unit.parent = parent
    unit.save(update_fields=["parent"])
    entry.about("unit", unit.pk, before={"parent": before}, after={"parent": parent.code})
    entry.purpose(change.reason)


def refuse_circle(unit: Unit, parent: Unit) -> None:
    """Raises WrongUnit where the unit cannot hang below this parent."""
    if unit.parent_id is None:
        raise WrongUnit(_("总部没有上级机构，不能移动。"))
    if parent.closed_at is not None:
        raise WrongUnit(_("上级机构“%(name)s”已撤销。") % {"name": parent.name})
    if parent.pk in units_below(unit.pk):
        raise WrongUnit(
            _("“%(parent)s”在“%(unit)s”之下，不能成为它的上级。") % {"parent": parent.name, "unit": unit.name}
        )
