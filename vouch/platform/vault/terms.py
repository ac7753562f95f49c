"""Words of the vault."""

from __future__ import annotations

from dataclasses import dataclass

CHUNK_BYTES = 256 * 1024
"""Documents are encrypted in pieces of this many bytes."""


class VaultError(RuntimeError):
    """Something of the vault cannot be read or written; ``str()`` is the Chinese message."""


class Unreadable(VaultError):
    """A ciphertext that does not open: damaged, moved to another place, or of another subject."""


class KeyDestroyed(VaultError):
    """The subject's key was destroyed; what it protected can never be read again."""


class NoKey(VaultError):
    """The subject has no key: nothing was ever protected for it."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose data it is, e.g. ``Subject("party", "12")``: each has a data key of its own."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a ciphertext stands; it opens nowhere else."""

    table: str
    column: str
    row: str
