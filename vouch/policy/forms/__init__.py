"""What people enter about the rules."""

from __future__ import annotations

from vouch.policy.forms.version import FILE_MAX, DraftForm, PublishForm, TextForm

__all__ = ["FILE_MAX", "DraftForm", "PublishForm", "TextForm"]
