"""Pages of the rules."""

from __future__ import annotations

from vouch.policy.views.version import move, version, versions

__all__ = ["move", "version", "versions"]
