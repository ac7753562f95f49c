"""Filters of the lists of customers, and what is done to many of them at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict
from django.urls import reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vouch.desk.queries.customers import Wanted, grades
from vouch.desk.queries.persons import WantedPersons
from vouch.desk.terms import CLASSES, NOT_ASSESSED
from vouch.engine.identifiers import holds_protected
from vouch.parties.queries import Given, assignable_staff, assignable_units, provinces
from vouch.parties.terms import NATURAL_PERSONS, PURPOSES, PartyKind
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.permissions import may_unmask
from vouch.platform.identity.queries import account_managers, units
from vouch.platform.identity.terms import FieldClass

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
                "placeholder": _("名称、代码、客户编号、证件号码、电话、账号"),
                "autocomplete": "off",
                # Numbers of persons go there by POST, never into an address.
                "data-find": reverse_lazy("desk:find"),
            }
        ),
    )
    kind = forms.ChoiceField(label=_("客户类型"), required=False, choices=[ALL, *PartyKind.choices])
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
            kind=self.cleaned_data.get("kind", ""),
            risk_class=self.cleaned_data.get("risk_class", ""),
            grade=self.cleaned_data.get("grade", ""),
            unit_id=self.cleaned_data.get("unit"),
            manager_id=self.cleaned_data.get("manager"),
            province=self.cleaned_data.get("province", ""),
            only=self._only(),
        )

    def _only(self) -> tuple[int, ...]:
        """The rows that were ticked, where the address names some."""
        given = self.data.getlist("pick") if isinstance(self.data, QueryDict) else []
        return tuple(ticked_keys(given))


def ticked_keys(given: Iterable[str]) -> list[int]:
    """Keys of rows as a page sends them; what is no key is left out."""
    return [int(one) for one in given if one.isascii() and one.isdigit() and len(one) < 18]


class WorkingListForm(forms.Form):
    """A name for the present filter."""

    name = forms.CharField(label=_("清单名称"), max_length=40)
    is_shared = forms.BooleanField(label=_("与本机构的同事共享"), required=False)

    def clean_name(self) -> str:
        """A name stands in the ledger, which keeps it for good."""
        name = str(self.cleaned_data["name"]).strip()
        if holds_protected(name):
            raise forms.ValidationError(gettext("清单名称里请不要写证件号码、电话或账号。"))
        return name


class AssignManyForm(forms.Form):
    """To whom many customers go; what is left empty stays as it is."""

    unit: Any = forms.ModelChoiceField(None, label=_("管户机构"), required=False, empty_label=_("不变"))
    manager: Any = forms.ModelChoiceField(
        None, label=_("管户经理（A角）"), required=False, empty_label=_("不变")
    )
    second_manager: Any = forms.ModelChoiceField(
        None, label=_("协办经理（B角）"), required=False, empty_label=_("不变")
    )
    clears_second = forms.BooleanField(label=_("清空B角"), required=False)

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: dict[str, Any] = {
            "unit": assignable_units(actor), "manager": assignable_staff(), "second_manager": assignable_staff(),
        }  # fmt: skip
        for name, rows in offered.items():
            field: Any = self.fields[name]
            field.queryset = rows

    def clean(self) -> dict[str, Any]:
        """Something must change, and two people are two."""
        cleaned = super().clean() or {}
        if not any(cleaned.get(name) for name in self.fields):
            raise forms.ValidationError(gettext("请至少选择一项：机构、A角或B角。"))
        if cleaned.get("manager") and cleaned.get("manager") == cleaned.get("second_manager"):
            self.add_error("second_manager", gettext("A角和B角不能是同一人。"))
        if cleaned.get("clears_second") and cleaned.get("second_manager"):
            self.add_error("clears_second", gettext("已经选择了B角，不能同时清空。"))
        return cleaned

    def given(self) -> Given:
        """What was decided."""
        return Given(**self.cleaned_data)


class FindForm(forms.Form):
    """A number that finds whoever goes by it, exactly."""

    q = forms.CharField(
        label=_("证件号码、电话或账号"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "text", "spellcheck": "false"}),
        help_text=_("全角、空格、大小写都可以；号码不进入网址和日志。"),
    )


class SearchForm(forms.Form):
    """A text that finds whatever it is part of."""

    q = forms.CharField(
        label=_("搜索"),
        required=False,
        max_length=80,
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "placeholder": _("名称、拼音、首字母、代码、业务编号、证件号码、电话"),
                "autocomplete": "off",
                "spellcheck": "false",
                "data-find": reverse_lazy("desk:search"),
            }
        ),
    )


class PersonFilter(forms.Form):
    """Which persons the list shows."""

    q = forms.CharField(
        label=_("个人"),
        required=False,
        max_length=80,
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "placeholder": _("姓名、客户编号、证件号码、电话、账号"),
                "autocomplete": "off",
                "data-find": reverse_lazy("desk:find"),
            }
        ),
    )
    kind = forms.ChoiceField(
        label=_("类型"),
        required=False,
        choices=[ALL, *((one, one.label) for one in PartyKind if one in NATURAL_PERSONS)],
    )
    unit = forms.TypedChoiceField(label=_("管户机构"), required=False, coerce=int, empty_value=None)
    manager = forms.TypedChoiceField(label=_("管户经理"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = {
            "unit": [(str(unit.pk), unit.name) for unit in units()],
            "manager": [(str(user.pk), user.name) for user in account_managers()],
        }
        for name, offered in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - narrows the type for the checker
            field.choices = [ALL, *offered]

    def wanted(self) -> WantedPersons:
        """What was asked."""
        self.is_valid()
        return WantedPersons(
            text=self.cleaned_data.get("q", ""),
            kind=self.cleaned_data.get("kind", ""),
            unit_id=self.cleaned_data.get("unit"),
            manager_id=self.cleaned_data.get("manager"),
        )


class FullExportForm(forms.Form):
    """Which classes of values are wanted in full, and why."""

    classes = forms.MultipleChoiceField(label=_("需要完整内容的字段"), widget=forms.CheckboxSelectMultiple)
    purpose = forms.ChoiceField(label=_("用途"), choices=[(str(one), one) for one in PURPOSES])
    note = forms.CharField(
        label=_("说明"), max_length=100, help_text=_("谁要、用在哪里；会长期保存，不要写号码。")
    )
    format = forms.ChoiceField(label=_("文件格式"), choices=[("xlsx", "Excel"), ("csv", "CSV")])

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["classes"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - narrows the type for the checker
        field.choices = [(str(one), one.label) for one in readable_classes(actor)]

    def clean_note(self) -> str:
        """Words that may stay in the ledger."""
        note = str(self.cleaned_data["note"])
        if holds_protected(note):
            raise forms.ValidationError(gettext("这里的文字会长期保存，请不要写证件号码、电话或账号。"))
        return note

    def text(self) -> str:
        """The purpose as the ledger keeps it."""
        return f"{self.cleaned_data['purpose']}：{self.cleaned_data['note']}"


LISTED_CLASSES = (FieldClass.IDENTITY, FieldClass.PHONE, FieldClass.INCOME)
"""Classes of which the list of persons holds values."""


def readable_classes(actor: Actor) -> list[FieldClass]:
    """Those of them that the actor may read in full."""
    return [one for one in LISTED_CLASSES if may_unmask(actor, one)]


class ExplanationForm(forms.Form):
    """What the person is told of a decision."""

    answer = forms.CharField(
        label=_("答复内容"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 16}),
        help_text=_("由系统按评估结论起草，请改成对方看得懂的话；加密保存"),
    )
