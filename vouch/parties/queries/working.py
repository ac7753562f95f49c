"""Questions about working lists: whose they are, and what giving many customers to somebody would change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from vouch.parties.models import Assignment, BulkAssignment, Party, WorkingList
from vouch.parties.queries.party import listed, visible_to
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.identity.terms import Scope


def working_lists_of(actor: Actor) -> QuerySet[WorkingList]:
    """One's own, and those that somebody shares with the units that one reaches."""
    shared = Q(unit__isnull=False) if actor.scope == Scope.ALL else Q(unit__in=_units_of(actor))
    found = WorkingList.objects.filter(Q(owner=actor.user_id) | shared)
    return found.select_related("owner", "unit").order_by("name", "pk")


def _units_of(actor: Actor) -> list[int]:
    own = User.objects.filter(pk=actor.user_id or 0).values_list("unit_id", flat=True)
    return [*actor.unit_ids, *own]


def bulk_assignments_visible_to(actor: Actor) -> QuerySet[BulkAssignment]:
    """One's own; those who see every customer see all."""
    found = BulkAssignment.objects.select_related("made_by")
    return found if actor.scope == Scope.ALL else found.filter(made_by__in=actor.own_ids)


@dataclass(frozen=True, slots=True)
class Given:
    """To whom customers go; None leaves that side as it is. ``clears_second`` takes B角 away."""

    unit: Unit | None = None
    manager: User | None = None
    second_manager: User | None = None
    clears_second: bool = False

    def of(self, present: Assignment | None) -> tuple[int | None, int | None, int | None]:
        """Unit, manager and second manager afterwards; nobody is both."""
        unit, manager, second = people_of(present)
        unit = self.unit.pk if self.unit else unit
        manager = self.manager.pk if self.manager else manager
        second = self.second_manager.pk if self.second_manager else second
        if self.clears_second or (second == manager and self.second_manager is None):
            second = None
        if second == manager and second is not None:
            manager = None
        return unit, manager, second


@dataclass(frozen=True, slots=True)
class Side:
    """How many customers somebody has among the chosen, before and after."""

    name: str
    before: int
    after: int

    @property
    def change(self) -> int:
        """What is gained, or lost."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Preview:
    """What a bulk assignment would do: how many change, how many stay, and what each person loses or gains."""

    chosen: int
    changing: int
    unassignable: int
    managers: Sequence[Side]
    seconds: Sequence[Side]
    units: Sequence[Side]


def present_duties(pks: Sequence[int]) -> dict[int, Assignment]:
    """Customer → who looks after it now."""
    found = Assignment.objects.filter(ends_on=None, party__in=list(pks))
    return {row.party_id: row for row in found.select_related("unit", "manager", "second_manager")}


def chosen_parties(actor: Actor, pks: Sequence[int]) -> list[int]:
    """Those of them that the actor sees and that stand for a customer, ascending."""
    return sorted(listed(visible_to(actor)).filter(pk__in=list(pks)).values_list("pk", flat=True))


def preview_of(pks: Sequence[int], given: Given) -> Preview:
    """What giving these would change, with four questions however many there are."""
    present = present_duties(pks)
    before = {pk: people_of(present.get(pk)) for pk in pks}
    after = {pk: given.of(present.get(pk)) for pk in pks}
    possible = [pk for pk in pks if after[pk][0] is not None]
    changing = [pk for pk in possible if before[pk] != after[pk]]
    sides: list[list[Side]] = []
    for place, model in ((0, Unit), (1, User), (2, User)):
        had = Counter(before[pk][place] for pk in possible)
        has = Counter(after[pk][place] for pk in possible)
        rows: Any = model
        names = dict(rows.objects.filter(pk__in=[pk for pk in (*had, *has) if pk]).values_list("pk", "name"))
        found = [Side(names[pk], had[pk], has[pk]) for pk in names if had[pk] != has[pk]]
        sides.append(sorted(found, key=lambda one: (one.change, one.name)))
    return Preview(len(pks), len(changing), len(pks) - len(possible), sides[1], sides[2], sides[0])


def people_of(row: Assignment | None) -> tuple[int | None, int | None, int | None]:
    """Unit, manager and second manager of an assignment; nobody where there is none."""
    return (row.unit_id, row.manager_id, row.second_manager_id) if row else (None, None, None)


def named_lines(actor: Actor, made: BulkAssignment) -> list[Party]:
    """The customers of a bulk assignment, as far as the actor sees them, by name."""
    pks = [line[0] for line in made.lines]
    return list(visible_to(actor).filter(pk__in=pks).order_by("name", "pk")[:200])
