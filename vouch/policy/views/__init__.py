"""Pages of the rules."""

from __future__ import annotations

from vouch.policy.views.exception import exception, exception_ask, exception_list, exception_sign
from vouch.policy.views.figures import (
    figures_enter,
    figures_list,
    figures_month,
    figures_sign,
    figures_template,
)
from vouch.policy.views.ratios import groups, ratios
from vouch.policy.views.rule import rule, rule_enter, rule_list, rule_sign
from vouch.policy.views.setting import (
    setting,
    setting_sign,
    settings_effects,
    settings_enter,
    settings_page,
)
from vouch.policy.views.version import edit, move, version, versions, write

__all__ = [
    "edit",
    "exception",
    "exception_ask",
    "exception_list",
    "exception_sign",
    "figures_enter",
    "figures_list",
    "figures_month",
    "figures_sign",
    "figures_template",
    "groups",
    "move",
    "ratios",
    "rule",
    "rule_enter",
    "rule_list",
    "rule_sign",
    "setting",
    "setting_sign",
    "settings_effects",
    "settings_enter",
    "settings_page",
    "version",
    "versions",
    "write",
]
