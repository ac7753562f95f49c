"""Pages of the rules."""

from __future__ import annotations

from vouch.policy.views.version import edit, move, version, versions, write

__all__ = ["edit", "move", "version", "versions", "write"]
