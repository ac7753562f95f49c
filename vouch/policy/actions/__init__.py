"""Verbs of policy: the only place that writes the rules."""

from __future__ import annotations

from vouch.policy.actions.exception import (
    ExceptionDetails,
    refuse_exception,
    request_exception,
    revoke_exception,
    sign_exception,
)
from vouch.policy.actions.figures import (
    FiguresDetails,
    FiguresError,
    confirm_figures,
    propose_figures,
    refuse_figures,
)
from vouch.policy.actions.gate import GateRefused, pass_gate
from vouch.policy.actions.rule import (
    RuleDetails,
    RuleFault,
    confirm_rule,
    install_shipped_rules,
    propose_rule,
    refuse_rule,
)
from vouch.policy.actions.setting import SettingDetails, confirm_setting, propose_setting, refuse_setting
from vouch.policy.actions.tally import take_tally
from vouch.policy.actions.version import (
    LIBRARY,
    WrongStateError,
    begin_policy,
    draft_policy,
    install_shipped_policies,
    publish_policy,
    retire_policy,
    review_policy,
    roll_back,
)

__all__ = [
    "LIBRARY",
    "ExceptionDetails",
    "FiguresDetails",
    "FiguresError",
    "GateRefused",
    "RuleDetails",
    "RuleFault",
    "SettingDetails",
    "WrongStateError",
    "begin_policy",
    "confirm_figures",
    "confirm_rule",
    "confirm_setting",
    "draft_policy",
    "install_shipped_policies",
    "install_shipped_rules",
    "pass_gate",
    "propose_figures",
    "propose_rule",
    "propose_setting",
    "publish_policy",
    "refuse_exception",
    "refuse_figures",
    "refuse_rule",
    "refuse_setting",
    "request_exception",
    "retire_policy",
    "review_policy",
    "revoke_exception",
    "roll_back",
    "sign_exception",
    "take_tally",
]
