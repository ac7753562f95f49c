"""Tables of the rules."""

from __future__ import annotations

from vouch.policy.models.figures import AssetFigure, MonthFigures
from vouch.policy.models.rule import ExceptionUse, Rule, RuleException
from vouch.policy.models.setting import Setting
from vouch.policy.models.tally import CustomerTally, Tally
from vouch.policy.models.version import PolicyVersion

__all__ = [
    "AssetFigure",
    "CustomerTally",
    "ExceptionUse",
    "MonthFigures",
    "PolicyVersion",
    "Rule",
    "RuleException",
    "Setting",
    "Tally",
]
