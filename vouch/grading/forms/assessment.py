"""What a person enters to have the book judged."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class RunForm(forms.Form):
    """As of which day."""

    as_of = forms.DateField(
        label=gettext_lazy("数据截止日"),
        widget=forms.TextInput(attrs={"placeholder": "2020-02-29", "inputmode": "numeric"}),
        error_messages={"invalid": gettext_lazy("请写成 2020-02-29 的样子。")},
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._today = today
        self.fields["as_of"].initial = today

    def clean_as_of(self) -> date:
        """Refuse a day that has not come."""
        day: date = self.cleaned_data["as_of"]
        if day > self._today:
            raise forms.ValidationError(_("截止日不能晚于今天。"))
        return day
