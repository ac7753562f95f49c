"""Filters of the desk's lists."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.urls import reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vouch.desk.queries.customers import Wanted, grades
from vouch.desk.queries.falls import FallWanted
from vouch.desk.queries.persons import WantedPersons
from vouch.desk.queries.relations import MapWanted, customer_named
from vouch.desk.terms import CLASSES, NOT_ASSESSED, Fate
from vouch.engine.identifiers import holds_protected, looks_protected
from vouch.parties.queries import Given, assignable_staff, assignable_units, link_forms, provinces
from vouch.parties.terms import NATURAL_PERSONS, PURPOSES, PartyKind
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.permissions import may_unmask
from vouch.platform.identity.queries import account_managers, units
from vouch.platform.identity.terms import FieldClass
from vouch.platform.web.inputs import DayField

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
        return tuple(int(one) for one in given if one.isascii() and one.isdigit() and len(one) < 18)


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


STEPS = (("1", _("1 步")), ("2", _("2 步")), ("3", _("3 步")))


def _filled(data: QueryDict, **defaults: str) -> QueryDict:
    """What was said, and what holds where nothing was: so that the form shows it."""
    said = data.copy()
    for name, value in defaults.items():
        if not said.get(name):
            said[name] = value
    return said


class RelationFilter(forms.Form):
    """What of a customer's relations is drawn: kinds, day, how far, and the way to another customer."""

    kinds = forms.MultipleChoiceField(
        label=_("关系种类"), required=False, widget=forms.CheckboxSelectMultiple
    )
    steps = forms.ChoiceField(label=_("范围"), required=False, choices=STEPS)
    day = DayField(label=_("截至日期"), required=False)
    to = forms.CharField(
        label=_("到另一客户的路径"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"placeholder": _("客户编号、信用代码或全名"), "autocomplete": "off"}),
    )

    def __init__(self, actor: Actor, data: QueryDict, *, last: date) -> None:
        super().__init__(_filled(data, steps="2"))
        self._actor, self._last = actor, last
        field = self.fields["kinds"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - narrows the type for the checker
        field.choices = [(form.kind, form.title) for form in link_forms()]

    def clean_day(self) -> date:
        """Not later than the last day that may be looked at."""
        said = self.cleaned_data["day"]
        return min(said, self._last) if said else self._last

    def clean_to(self) -> Any:
        """The one customer that goes by it. A person's number does not belong into an address."""
        text = str(self.cleaned_data["to"]).strip()
        if not text:
            return None
        if looks_protected(text):
            raise forms.ValidationError(gettext("这里请不要写证件号码、电话或账号。"))
        found = customer_named(self._actor, text)
        if not found:
            raise forms.ValidationError(gettext("没有找到这个客户，请写完整的编号、代码或名称。"))
        if len(found) > 1:
            raise forms.ValidationError(gettext("有几个客户同名，请写客户编号。"))
        return found[0]

    def wanted(self) -> MapWanted:
        """What was asked; what cannot be read is left out, and the form says so beside it."""
        self.is_valid()
        said = self.cleaned_data
        kinds = frozenset(said.get("kinds") or ())
        return MapWanted(
            as_of=said.get("day") or self._last,
            kinds=kinds or None,
            steps=int(said.get("steps") or 2),
            to=said.get("to"),
        )


class FallForm(forms.Form):
    """What is assumed when a customer falls."""

    recovered = forms.DecimalField(
        label=_("债务人自身能偿还（%）"), required=False, min_value=0, max_value=100, max_digits=5, decimal_places=2,
        help_text=_("债权人从倒下的企业自身收回的部分，默认 0"),
    )  # fmt: skip
    borne = forms.DecimalField(
        label=_("担保人可承受净资产的（%）"), required=False, min_value=0, max_value=100, max_digits=5, decimal_places=2,
        help_text=_("被追偿金额超过净资产的这一比例即倒下，默认 100"),
    )  # fmt: skip
    unknown = forms.ChoiceField(label=_("净资产不明的担保人"), required=False, choices=Fate.choices)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(_filled(data, recovered="0", borne="100"))

    def wanted(self, *, as_of: date) -> FallWanted:
        """What was assumed, the defaults where nothing was said or what was said cannot be read."""
        self.is_valid()
        said = self.cleaned_data
        recovered, borne = said.get("recovered"), said.get("borne")
        return FallWanted(
            as_of=as_of,
            recovered=Decimal(0) if recovered is None else recovered / 100,
            borne=Decimal(1) if borne is None else borne / 100,
            unknown=said.get("unknown") or Fate.FALLS,
        )


class GatheringFilter(forms.Form):
    """Which circles, chains, hubs or groups the list shows."""

    q = forms.CharField(
        label=_("成员"),
        required=False,
        max_length=80,
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "placeholder": _("名称或客户编号"),
                "autocomplete": "off",
                "data-find": reverse_lazy("desk:find"),
            }
        ),
    )
    size = forms.IntegerField(label=_("至少几户"), required=False, min_value=2, max_value=999)
    day = DayField(label=_("截至日期"), required=False)
