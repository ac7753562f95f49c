"""The actor (操作人): who acts, in which roles, and how far they see; fixed for the length of a request."""

from __future__ import annotations

from dataclasses import dataclass

from vouch.platform.identity.terms import Scope


@dataclass(frozen=True, slots=True)
class Actor:
    """``id`` is ``user:12`` or ``system:import``; ``unit_ids`` are the units that a scope by unit reaches."""

    id: str
    label: str
    user_id: int | None
    roles: frozenset[str]
    scope: str
    unit_ids: frozenset[int] = frozenset()

    def has_role(self, *roles: str) -> bool:
        """Whether the actor has at least one of the roles; the system has them all."""
        return self.is_system or not self.roles.isdisjoint(roles)

    @property
    def is_system(self) -> bool:
        """Whether this is the installation itself (command line, schedule) rather than a person."""
        return self.id.startswith("system:")


def system_actor(name: str) -> Actor:
    """The installation acting through a command or a job, e.g. ``system_actor("import")``."""
    return Actor(
        id=f"system:{name}", label=f"系统（{name}）", user_id=None, roles=frozenset(), scope=Scope.ALL
    )
