"""Who may do what with the ledger."""

from __future__ import annotations

from typing import Protocol

# Named as identity names them; identity stands above this room and cannot be imported.
READERS = ("auditor", "compliance", "cro", "executive", "admin", "risk_reviewer")


class RoleHolder(Protocol):
    """An actor, as far as this room needs to know."""

    def has_role(self, *roles: str) -> bool: ...


def may_read_ledger(actor: RoleHolder | None) -> bool:
    """Those who supervise: the ledger names customers of every unit."""
    return actor is not None and actor.has_role(*READERS)


def may_take_proof(actor: RoleHolder) -> bool:
    """Programs whose key may ask for proofs; identity's word for it."""
    return actor.has_role("api:ledger:prove")


class Named(Protocol):
    """Someone with an id, such as ``system:ledger``."""

    @property
    def id(self) -> str: ...


def may_seal(actor: Named) -> bool:
    """The installation itself."""
    return actor.id.startswith("system:")
