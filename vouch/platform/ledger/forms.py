"""The ledger's filters."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from vouch.platform.ledger.queries import EntriesWanted
from vouch.platform.ledger.terms import EVENT_TITLES, READ_EVENTS, SUBJECT_TITLES, event_title


def _events() -> list[tuple[str, str]]:
    return [("", str(_("全部"))), *sorted(EVENT_TITLES.items(), key=lambda pair: pair[0])]


def _kinds() -> list[tuple[str, str]]:
    return [("", str(_("全部"))), *SUBJECT_TITLES.items()]


def _read_events() -> list[tuple[str, str]]:
    return [("", str(_("全部"))), *sorted((event, event_title(event)) for event in READ_EVENTS)]


class PeriodFilter(forms.Form):
    """Days, both included; what is no day cuts nothing and says so."""

    since = forms.DateField(
        label=_("起始日期"), required=False, widget=forms.DateInput(attrs={"placeholder": "2026-01-01"})
    )
    until = forms.DateField(
        label=_("截止日期"), required=False, widget=forms.DateInput(attrs={"placeholder": "2026-12-31"})
    )

    def wanted(self) -> EntriesWanted:
        """What is asked for."""
        self.is_valid()
        found = {name: value for name, value in self.cleaned_data.items() if value}
        return EntriesWanted(**({"text": found.pop("q")} if "q" in found else {}), **found)


class LedgerFilter(PeriodFilter):
    """What to look for in the ledger."""

    q = forms.CharField(
        label=_("操作人或对象"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("姓名、客户名称、对象编号")}),
    )
    event = forms.ChoiceField(label=_("事件"), required=False, choices=_events)
    kind = forms.ChoiceField(label=_("对象类型"), required=False, choices=_kinds)
    field_order = ("q", "event", "kind", "since", "until")


class ReadsFilter(PeriodFilter):
    """Which looks at protected values: by whom, at whose, what for."""

    q = forms.CharField(
        label=_("读取人或客户"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("姓名、客户名称")}),
    )
    actor = forms.CharField(label=_("读取人"), required=False, max_length=80)
    subject = forms.CharField(label=_("客户或对象"), required=False, max_length=80)
    event = forms.ChoiceField(label=_("读取方式"), required=False, choices=_read_events)
    purpose = forms.CharField(label=_("用途"), required=False, max_length=80)
    field_order = ("q", "actor", "subject", "event", "purpose", "since", "until")
