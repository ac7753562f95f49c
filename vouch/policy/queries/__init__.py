"""Questions about the rules."""

from __future__ import annotations

from vouch.platform.web.faces import Visible
from vouch.policy.models import PolicyVersion
from vouch.policy.queries.version import (
    ClassLine,
    Comparison,
    GradeLine,
    NoPolicyInForceError,
    Reading,
    RuleLine,
    StepLine,
    compared,
    findings_in,
    is_in_force,
    needs_of,
    policy_in_force,
    policy_of,
    reading_of,
    version_with,
    versions,
)

VISIBLE: Visible = {PolicyVersion: "政策是规则，不含客户资料；在职员工均可阅读"}
"""How rows of each table are seen."""

__all__ = [
    "VISIBLE",
    "ClassLine",
    "Comparison",
    "GradeLine",
    "NoPolicyInForceError",
    "Reading",
    "RuleLine",
    "StepLine",
    "compared",
    "findings_in",
    "is_in_force",
    "needs_of",
    "policy_in_force",
    "policy_of",
    "reading_of",
    "version_with",
    "versions",
]
