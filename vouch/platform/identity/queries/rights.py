"""Requests to change rights, and what somebody's rights are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, CharField, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from vouch.platform.identity.holdings import holdings
from vouch.platform.identity.models import RightsChange, Unit, User
from vouch.platform.identity.terms import ChangeKind, ChangeState, FieldClass, Role, Scope

RIGHTS_FIELDS: Mapping[str, str] = {
    "unit": "所属机构",
    "roles": "岗位",
    "scope": "数据范围",
    "granted_classes": "另行允许的字段类别",
    "withheld_classes": "不予允许的字段类别",
    "is_active": "账户",
    "parent": "上级机构",
}


@dataclass(frozen=True, slots=True)
class Side:
    """One right as it stands, and as it would stand."""

    title: str
    before: str
    after: str

    @property
    def differs(self) -> bool:
        """Whether it would change."""
        return self.before != self.after


def rights_of(user: User) -> dict[str, Any]:
    """What a change of rights can change, as requests keep it."""
    return {
        "unit": user.unit_id,
        "roles": sorted(user.roles),
        "scope": str(user.scope),
        "granted_classes": sorted(user.granted_classes),
        "withheld_classes": sorted(user.withheld_classes),
        "is_active": user.is_active,
    }


def place_of(unit: Unit) -> dict[str, Any]:
    """The same for a unit that is to be moved."""
    return {"parent": unit.parent_id}


def changes(*, at: datetime) -> QuerySet[RightsChange]:
    """Every request with its people; ``shown_state`` says 已过期 for what waited too long."""
    late = When(state=ChangeState.WAITING, expires_at__lte=at, then=Value(ChangeState.EXPIRED.value))
    return RightsChange.objects.select_related(
        "person", "person__unit", "unit", "requested_by", "decided_by"
    ).annotate(shown_state=Case(late, default="state", output_field=CharField()))


def changes_in(state: str, *, at: datetime) -> QuerySet[RightsChange]:
    """Those whose shown state is this one."""
    return changes(at=at).filter(Q(shown_state=state))


def waiting_changes(*, at: datetime) -> QuerySet[RightsChange]:
    """Those that a second person can still decide."""
    return changes(at=at).filter(state=ChangeState.WAITING, expires_at__gt=at)


def is_stale(change: RightsChange) -> bool:
    """Whether what it would change is no longer as it was when it was asked for."""
    if change.kind == ChangeKind.MOVE_UNIT:
        return change.unit is None or place_of(change.unit) != change.before
    return change.person is not None and rights_of(change.person) != change.before


def sides(change: RightsChange) -> list[Side]:
    """Both sides of every right that the request speaks of, in words."""
    names = dict(Unit.objects.values_list("pk", "name"))
    found = []
    for field, title in RIGHTS_FIELDS.items():
        if field in change.before or field in change.after:
            after = change.after.get(field, change.before.get(field))
            found.append(
                Side(title, in_words(field, change.before.get(field), names), in_words(field, after, names))
            )
    return found


def in_words(field: str, value: Any, units: Mapping[int, str]) -> str:
    """One right as people say it."""
    if value is None or value == []:
        return "—"
    if field in {"unit", "parent"}:
        return units.get(int(value), str(value))
    if field == "roles":
        return "、".join(str(Role(role).label) for role in sorted(value, key=Role.values.index))
    if field == "scope":
        return str(Scope(value).label)
    if field == "is_active":
        return _("在用") if value else _("停用")
    return "、".join(str(FieldClass(one).label) for one in sorted(value, key=FieldClass.values.index))


def held_by(user_id: int) -> list[tuple[str, int]]:
    """What the person still has in hand: title and count, nothing for none."""
    found = [(str(holding.title), holding.count(user_id)) for holding in holdings()]
    return [(title, count) for title, count in found if count]
