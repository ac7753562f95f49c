"""Filters of a customer's invoices."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from vouch.customers.queries import InvoicesWanted
from vouch.customers.terms import Direction, InvoiceKind
from vouch.platform.web.inputs import search_box

ALL = ("", _("全部"))
DAY = forms.DateInput


class InvoiceFilter(forms.Form):
    """Which invoices the list shows."""

    q = forms.CharField(
        label=_("号码或对方"),
        required=False,
        max_length=80,
        widget=search_box(_("发票号码、对方单位的一部分")),
    )
    direction = forms.ChoiceField(label=_("方向"), required=False, choices=[ALL, *Direction.choices])
    kind = forms.ChoiceField(label=_("性质"), required=False, choices=[ALL, *InvoiceKind.choices])
    since = forms.DateField(
        label=_("起始日期"), required=False, widget=DAY(attrs={"placeholder": "2019-03-01"})
    )
    until = forms.DateField(
        label=_("截止日期"), required=False, widget=DAY(attrs={"placeholder": "2020-02-29"})
    )

    def clean(self) -> dict[str, Any]:
        """The days stand in order."""
        cleaned: dict[str, Any] = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            raise ValidationError({"until": _("截止日期早于起始日期。")})
        return cleaned

    def wanted(self) -> InvoicesWanted:
        """What was asked; a value that cannot be is left out, and the form says so beside it."""
        self.is_valid()
        return InvoicesWanted(
            text=self.cleaned_data.get("q", ""),
            direction=self.cleaned_data.get("direction", ""),
            kind=self.cleaned_data.get("kind", ""),
            since=self.cleaned_data.get("since"),
            until=self.cleaned_data.get("until"),
        )
