"""Tables of the rules."""

from __future__ import annotations

from vouch.policy.models.version import PolicyVersion

__all__ = ["PolicyVersion"]
