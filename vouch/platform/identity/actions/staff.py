"""What may be done to units and staff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from vouch.platform.identity import permissions
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.identity.terms import Scope
from vouch.platform.ledger.action import Entry, action


@dataclass(frozen=True, slots=True)
class StaffDetails:
    """What the institution writes down when someone joins; ``password`` is never kept in the clear."""

    username: str
    name: str
    unit: Unit
    roles: Sequence[str]
    scope: str = Scope.OWN
    password: str | None = None


@action("identity.unit.opened", may=permissions.may_manage_staff)
def open_unit(entry: Entry, *, actor: Actor, at: datetime, code: str, name: str, parent: Unit) -> Unit:
    """Open a branch or department below another."""
    unit = Unit.objects.create(code=code, name=name, parent=parent)
    entry.about("unit", unit.pk, after={"code": code, "name": name, "parent": parent.code})
    return unit


@action("identity.unit.renamed", may=permissions.may_manage_staff)
def rename_unit(entry: Entry, *, actor: Actor, at: datetime, unit: Unit, name: str) -> Unit:
    """Give a unit its new name."""
    entry.about("unit", unit.pk, before={"name": unit.name}, after={"name": name})
    unit.name = name
    unit.save(update_fields=["name"])
    return unit


@action("identity.user.appointed", may=permissions.may_manage_staff)
def appoint_staff(entry: Entry, *, actor: Actor, at: datetime, details: StaffDetails) -> User:
    """Open a sign-in for a member of staff. Without a password they cannot sign in yet."""
    user = User(
        username=details.username,
        name=details.name,
        unit=details.unit,
        roles=sorted(details.roles),
        scope=details.scope,
        joined_at=at,
    )
    if details.password is None:
        user.set_unusable_password()
    else:
        user.set_password(details.password)
    user.save(force_insert=True)
    after = {
        "username": user.username,
        "name": user.name,
        "unit": details.unit.code,
        "roles": user.roles,
        "scope": str(user.scope),
    }
    entry.about("user", user.pk, after=after)
    return user
