"""The ledger's filters."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from vouch.platform.ledger.terms import EVENT_TITLES, SUBJECT_TITLES


def _events() -> list[tuple[str, str]]:
    return [("", str(_("全部"))), *sorted(EVENT_TITLES.items(), key=lambda pair: pair[0])]


def _kinds() -> list[tuple[str, str]]:
    return [("", str(_("全部"))), *SUBJECT_TITLES.items()]


class LedgerFilter(forms.Form):
    """What to look for in the ledger."""

    q = forms.CharField(
        label=_("操作人或对象"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("姓名、对象编号")}),
    )
    event = forms.ChoiceField(label=_("事件"), required=False, choices=_events)
    kind = forms.ChoiceField(label=_("对象类型"), required=False, choices=_kinds)
    since = forms.DateField(
        label=_("起始日期"), required=False, widget=forms.DateInput(attrs={"placeholder": "2026-01-01"})
    )
    until = forms.DateField(
        label=_("截止日期"), required=False, widget=forms.DateInput(attrs={"placeholder": "2026-12-31"})
    )
