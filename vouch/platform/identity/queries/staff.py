"""Units and staff, and the actor that somebody is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Prefetch, QuerySet
from django.utils import timezone

from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.identity.queries.delegation import live_delegations, stood_in_for
from vouch.platform.identity.terms import HEAD_OFFICE_CODE, UNMASKS, Role, Scope


class UnknownUnit(LookupError):
    """No unit has this code or name; ``str()`` is the Chinese message."""


def head_office() -> Unit:
    """The one unit without a parent (总部)."""
    return Unit.objects.get(parent=None)


def unit_named(text: str) -> Unit:
    """The unit with this code or, failing that, this name. Raises UnknownUnit, which lists what there is."""
    wanted = text.strip()
    if not wanted or wanted == HEAD_OFFICE_CODE:
        return head_office()
    found = Unit.objects.filter(code=wanted).first() or Unit.objects.filter(name=wanted).first()
    if found is None:
        known = "、".join(f"{unit.code}（{unit.name}）" for unit in Unit.objects.order_by("code"))
        message = f"没有编码或名称为“{wanted}”的机构。现有机构：{known}"
        raise UnknownUnit(message)
    return found


def units_below(unit_id: int) -> frozenset[int]:
    """Ids of the unit and of everything below it; the tree is small, so one read of it is enough."""
    children: dict[int | None, list[int]] = {}
    for pk, parent_id in Unit.objects.values_list("pk", "parent_id"):
        children.setdefault(parent_id, []).append(pk)
    found: set[int] = set()
    waiting = [unit_id]
    while waiting:
        pk = waiting.pop()
        if pk not in found:
            found.add(pk)
            waiting.extend(children.get(pk, ()))
    return frozenset(found)


def actor_of(user: User, *, at: datetime | None = None) -> Actor:
    """The actor that a signed-in person is at a moment (now), with those for whom they stand in on that day."""
    principals = stood_in_for(user, on=timezone.localdate(at))
    standing_in = "、".join(principal.name for principal in principals)
    if user.scope == Scope.UNIT:
        unit_ids = frozenset({user.unit_id})
    elif user.scope == Scope.UNIT_BELOW:
        unit_ids = units_below(user.unit_id)
    else:
        unit_ids = frozenset()
    return Actor(
        id=f"user:{user.pk}",
        label=f"{user.name}（{user.unit.name}{f'，代{standing_in}' if standing_in else ''}）",
        user_id=user.pk,
        roles=frozenset(user.roles),
        scope=user.scope,
        unit_ids=unit_ids,
        delegators=frozenset(principal.pk for principal in principals),
        field_classes=classes_of(user),
        is_read_only=user.is_read_only,
    )


def classes_of(user: User) -> frozenset[str]:
    """The field classes that this person may read in full: those of the roles, with the account's exceptions."""
    classes: set[str] = set()
    for role in user.roles:
        classes.update(str(field_class) for field_class in UNMASKS[Role(role)])
    return frozenset((classes | set(user.granted_classes)) - set(user.withheld_classes))


def units() -> QuerySet[Unit]:
    """Every unit that is not closed, by code."""
    return Unit.objects.filter(closed_at=None).order_by("code")


def active_staff() -> QuerySet[User]:
    """Everyone who may sign in, with their unit."""
    return User.objects.filter(is_active=True).select_related("unit").order_by("unit__code", "name")


def account_managers() -> QuerySet[User]:
    """Staff who may look after customers (管户)."""
    return active_staff().filter(roles__overlap=[Role.ACCOUNT_MANAGER, Role.TEAM_LEAD])


def staff() -> QuerySet[User]:
    """Everyone who has or had an account, with their unit."""
    return User.objects.select_related("unit")


@dataclass(frozen=True, slots=True)
class Branch:
    """A unit in its tree: how deep it hangs (0 is the head office) and how many active people it has itself."""

    unit: Unit
    depth: int
    staff_count: int


def unit_tree() -> list[Branch]:
    """Every unit, closed ones included, each below its parent, siblings by code; two reads."""
    counts = dict(
        User.objects.filter(is_active=True)
        .values_list("unit_id")
        .annotate(count=Count("pk"))
        .values_list("unit_id", "count")
    )
    children: dict[int | None, list[Unit]] = {}
    for unit in Unit.objects.order_by("code"):
        children.setdefault(unit.parent_id, []).append(unit)
    found: list[Branch] = []

    def hang(parent_id: int | None, depth: int) -> None:
        for unit in children.get(parent_id, ()):
            found.append(Branch(unit, depth, counts.get(unit.pk, 0)))
            hang(unit.pk, depth + 1)

    hang(None, 0)
    return found


def with_absences(people: QuerySet[User], *, on: date) -> QuerySet[User]:
    """Each with ``away`` and ``standing_in``: the delegations of this day, given and held."""
    return people.prefetch_related(
        Prefetch("delegations_given", live_delegations(on=on), to_attr="away"),
        Prefetch("delegations_held", live_delegations(on=on), to_attr="standing_in"),
    )
