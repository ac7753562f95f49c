"""The actor (操作人): who acts, in which roles, and how far they see; fixed for the length of a request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from vouch.platform.identity.terms import SYSTEM_TITLES, Scope


@dataclass(frozen=True, slots=True)
class Actor:
    """``id`` is ``user:12``, ``key:3`` or ``system:import``; ``unit_ids`` are what a scope by unit reaches."""

    id: str
    label: str
    user_id: int | None
    roles: frozenset[str]
    scope: str
    unit_ids: frozenset[int] = frozenset()
    # Those for whom this person stands in today (代理); their customers count as own.
    delegators: frozenset[int] = frozenset()
    # The classes readable in full; None means those of the roles. An inspection's account names its own.
    field_classes: frozenset[str] | None = None
    # An inspection's account (检查模式): it reads, and every read leaves an entry.
    is_read_only: bool = False
    # An inspection looks at this period alone: both days included, None for all.
    period: tuple[date, date] | None = None

    @property
    def own_ids(self) -> frozenset[int]:
        """Whose customers are this actor's own: the person, and those whom they stand in for."""
        return self.delegators if self.user_id is None else self.delegators | {self.user_id}

    def looks_at(self, day: date) -> bool:
        """Whether what is dated this day may be shown: for an inspection, within its period."""
        return self.period is None or self.period[0] <= day <= self.period[1]

    def has_role(self, *roles: str) -> bool:
        """Whether the actor has at least one of the roles; the system has them all."""
        return self.is_system or not self.roles.isdisjoint(roles)

    @property
    def is_system(self) -> bool:
        """Whether this is the installation itself (command line, schedule) rather than a person."""
        return self.id.startswith("system:")


def system_actor(name: str) -> Actor:
    """The installation acting through a command or a job, e.g. ``system_actor("import")``."""
    label = f"系统（{SYSTEM_TITLES.get(name, name)}）"
    return Actor(id=f"system:{name}", label=label, user_id=None, roles=frozenset(), scope=Scope.ALL)
