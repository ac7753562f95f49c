"""Who may import, and for which unit."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Model

from vouch.platform.exchange.models import Import, ImportRow, SavedMapping
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.permissions import may_unmask
from vouch.platform.identity.terms import Role, Scope

IMPORTING_ROLES = (Role.TEAM_LEAD, Role.RISK_REVIEWER, Role.CRO, Role.MONITOR, Role.EXECUTIVE, Role.ADMIN)


def may_open_imports(actor: Actor) -> bool:
    """Who finds the page at all."""
    return actor.has_role(*IMPORTING_ROLES)


def may_import(actor: Actor, unit: Model) -> bool:
    """Those who run the book, for units that they see."""
    return may_open_imports(actor) and reaches_unit(actor, unit_id=unit.pk)


def may_run(actor: Actor, batch: Import) -> bool:
    """As for importing into the unit that the import names."""
    return may_open_imports(actor) and reaches_unit(actor, unit_id=batch.unit_id)


def may_read_in_full(actor: Actor, batch: Import, *, field_classes: Collection[str]) -> bool:
    """Who may look at the import, and read values of these classes in full."""
    reaches = may_open_imports(actor) and reaches_unit(actor, unit_id=batch.unit_id)
    return reaches and bool(field_classes) and all(may_unmask(actor, one) for one in field_classes)


def may_resolve(actor: Actor, row: ImportRow) -> bool:
    """Who may import the file may correct its rows."""
    return may_run(actor, row.batch)


def reaches_unit(actor: Actor, *, unit_id: int) -> bool:
    """Whether the unit lies within what the actor sees."""
    return actor.scope == Scope.ALL or unit_id in actor.unit_ids


def may_forget_mapping(actor: Actor, mapping: SavedMapping) -> bool:
    """Who may import into its unit."""
    return may_open_imports(actor) and reaches_unit(actor, unit_id=mapping.unit_id)


def may_forget(actor: Actor) -> bool:
    """The installation alone, by its own clock."""
    return actor.is_system
