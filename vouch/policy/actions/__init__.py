"""Verbs of policy: the only place that writes the rules."""

from __future__ import annotations

from vouch.policy.actions.version import (
    LIBRARY,
    WrongStateError,
    draft_policy,
    install_shipped_policies,
    publish_policy,
    retire_policy,
    review_policy,
)

__all__ = [
    "LIBRARY",
    "WrongStateError",
    "draft_policy",
    "install_shipped_policies",
    "publish_policy",
    "retire_policy",
    "review_policy",
]
