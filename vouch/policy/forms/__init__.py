"""What people enter about the rules."""

from __future__ import annotations

from vouch.policy.forms.figures import FiguresForm, PastedForm
from vouch.policy.forms.rule import ExceptionForm, RuleFilter, RuleForm, SignForm
from vouch.policy.forms.setting import SettingForm
from vouch.policy.forms.version import FILE_MAX, DraftForm, PublishForm, TextForm

__all__ = [
    "FILE_MAX",
    "DraftForm",
    "ExceptionForm",
    "FiguresForm",
    "PastedForm",
    "PublishForm",
    "RuleFilter",
    "RuleForm",
    "SettingForm",
    "SignForm",
    "TextForm",
]
