"""Verbs of policy: the only place that writes the rules."""

from __future__ import annotations

from vouch.policy.actions.gate import GateRefused, pass_gate
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
    "GateRefused",
    "WrongStateError",
    "draft_policy",
    "install_shipped_policies",
    "pass_gate",
    "publish_policy",
    "retire_policy",
    "review_policy",
]
