"""Filters of the desk's lists."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vouch.desk.queries.customers import Wanted, grades
from vouch.desk.terms import CLASSES, NOT_ASSESSED
from vouch.parties.queries import provinces
from vouch.platform.identity.queries import account_managers, units

ALL = ("", _("全部"))


class CustomerFilter(forms.Form):
    """Which customers the list shows."""

    q = forms.CharField(
        label=_("客户"),
        required=False,
        max_length=80,
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "placeholder": _("名称的一部分、信用代码、客户编号"),
                "autocomplete": "off",
            }
        ),
    )
    risk_class = forms.ChoiceField(label=_("分类"), required=False)
    grade = forms.ChoiceField(label=_("等级"), required=False)
    unit = forms.TypedChoiceField(label=_("管户机构"), required=False, coerce=int, empty_value=None)
    manager = forms.TypedChoiceField(label=_("管户经理"), required=False, coerce=int, empty_value=None)
    province = forms.ChoiceField(label=_("省份"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("risk_class", [(name, name) for name in (*CLASSES, NOT_ASSESSED)])
        self._offer("grade", [(name, name) for name in grades()])
        self._offer("unit", [(str(unit.pk), unit.name) for unit in units()])
        self._offer("manager", [(str(user.pk), user.name) for user in account_managers()])
        self._offer("province", [(name, name) for name in provinces()])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - narrows the type for the checker
        field.choices = [ALL, *choices]

    def wanted(self) -> Wanted:
        """What was asked; a value that nobody offered is left out, and the form says so beside it."""
        self.is_valid()
        return Wanted(
            text=self.cleaned_data.get("q", ""),
            risk_class=self.cleaned_data.get("risk_class", ""),
            grade=self.cleaned_data.get("grade", ""),
            unit_id=self.cleaned_data.get("unit"),
            manager_id=self.cleaned_data.get("manager"),
            province=self.cleaned_data.get("province", ""),
        )
