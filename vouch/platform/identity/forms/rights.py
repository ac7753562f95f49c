"""What is asked for about staff, their rights, absences and units."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vouch.platform.identity.actions import Absence, Rights
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.holdings import Holding, Item
from vouch.platform.identity.models import Unit, User
from vouch.platform.identity.permissions import may_lead
from vouch.platform.identity.queries import active_staff, units
from vouch.platform.identity.terms import (
    ChangeKind,
    ChangeState,
    FieldClass,
    Role,
    Scope,
    is_same_office,
    roles_fault,
)

DAY = {"placeholder": "2026-01-31"}
ALL = [("", gettext_lazy("全部"))]
ITEMS_SHOWN = 300


def _plain(text: str) -> None:
    """Refuse signs that nobody sees: they turn lines round and make two names look like one."""
    if any(unicodedata.category(sign) in {"Cf", "Cc", "Co", "Cs"} and sign not in "\r\n\t" for sign in text):
        raise forms.ValidationError(_("含有看不见的控制字符，请删除后重新填写。"))


class StaffFilter(forms.Form):
    """Which staff to show."""

    q = forms.CharField(
        label=gettext_lazy("姓名或用户名"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": gettext_lazy("姓名、用户名")}),
    )
    unit = forms.ModelChoiceField(
        Unit.objects.none(), label=gettext_lazy("机构"), required=False, empty_label=gettext_lazy("全部")
    )
    role = forms.ChoiceField(label=gettext_lazy("岗位"), required=False, choices=[*ALL, *Role.choices])
    state = forms.ChoiceField(
        label=gettext_lazy("账户"),
        required=False,
        choices=[
            *ALL,
            ("active", gettext_lazy("在用")),
            ("suspended", gettext_lazy("停用")),
            ("closed", gettext_lazy("已销户")),
        ],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units()  # type: ignore[attr-defined]


class ChangeFilter(forms.Form):
    """Which requests to show."""

    state = forms.ChoiceField(
        label=gettext_lazy("状态"), required=False, choices=[*ALL, *ChangeState.choices]
    )
    kind = forms.ChoiceField(label=gettext_lazy("种类"), required=False, choices=[*ALL, *ChangeKind.choices])


class DelegationFilter(forms.Form):
    """Which delegations to show."""

    state = forms.ChoiceField(
        label=gettext_lazy("状态"),
        required=False,
        choices=[
            *ALL,
            ("waiting", gettext_lazy("待同意")),
            ("live", gettext_lazy("生效中")),
            ("coming", gettext_lazy("未开始")),
            ("over", gettext_lazy("已结束")),
        ],
    )


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=gettext_lazy("理由"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        validators=[_plain],
    )


class DecisionForm(forms.Form):
    """What the second person says; a refusal needs a word."""

    note = forms.CharField(
        label=gettext_lazy("审批意见"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        validators=[_plain],
    )


class RightsForm(ReasonForm):
    """Unit, roles, scope and exceptions, as they should be."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label=gettext_lazy("所属机构"), empty_label=None)
    scope = forms.ChoiceField(label=gettext_lazy("数据范围"), choices=Scope.choices)
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("岗位"), choices=Role.choices, widget=forms.CheckboxSelectMultiple
    )
    granted_classes = forms.MultipleChoiceField(
        label=gettext_lazy("另行允许查看全文"),
        required=False,
        choices=[pair for pair in FieldClass.choices if pair[0] != FieldClass.ORDINARY],
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("岗位之外，此人还可以查看全文的字段类别。"),
    )
    withheld_classes = forms.MultipleChoiceField(
        label=gettext_lazy("不予允许查看全文"),
        required=False,
        choices=[pair for pair in FieldClass.choices if pair[0] != FieldClass.ORDINARY],
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("岗位本来允许，但此人不得查看全文的字段类别。"),
    )
    field_order: tuple[str, ...] = ("unit", "scope", "roles", "granted_classes", "withheld_classes", "reason")

    def __init__(self, *args: Any, person: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units()  # type: ignore[attr-defined]
        if person is not None:
            for name in ("unit", "scope", "roles", "granted_classes", "withheld_classes"):
                self.fields[name].initial = getattr(person, name)
            self.fields["unit"].initial = person.unit_id

    def clean_roles(self) -> list[str]:
        """Roles that one person may hold together."""
        roles: list[str] = self.cleaned_data["roles"]
        fault = roles_fault(roles)
        if fault:
            raise forms.ValidationError(fault)
        return roles

    def rights(self) -> Rights:
        """What is asked for."""
        wanted = ("unit", "roles", "scope", "granted_classes", "withheld_classes")
        return Rights(**{name: self.cleaned_data[name] for name in wanted})


class AppointForm(RightsForm):
    """A newcomer."""

    username = forms.RegexField(
        r"^[A-Za-z][A-Za-z0-9._-]{1,59}$",
        label=gettext_lazy("用户名"),
        max_length=60,
        error_messages={
            "invalid": gettext_lazy("以字母开头，只用字母、数字、点、横线和下划线，至少两个字符。")
        },
    )
    name = forms.CharField(label=gettext_lazy("姓名"), max_length=60, validators=[_plain])
    field_order = ("username", "name", *RightsForm.field_order)


class UnitNameForm(forms.Form):
    """The name of a unit."""

    name = forms.CharField(label=gettext_lazy("机构名称"), max_length=120, validators=[_plain])


class UnitForm(UnitNameForm):
    """A new unit."""

    code = forms.RegexField(
        r"^[A-Za-z0-9_-]{1,30}$",
        label=gettext_lazy("机构编码"),
        error_messages={"invalid": gettext_lazy("只用字母、数字、横线和下划线。")},
    )
    parent = forms.ModelChoiceField(Unit.objects.none(), label=gettext_lazy("上级机构"), empty_label=None)
    field_order = ("code", "name", "parent")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = units()  # type: ignore[attr-defined]


class MoveForm(ReasonForm):
    """Where a unit should hang, and why."""

    parent = forms.ModelChoiceField(Unit.objects.none(), label=gettext_lazy("新的上级机构"), empty_label=None)
    field_order = ("parent", "reason")

    def __init__(self, unit: Unit, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = units().exclude(pk=unit.pk)  # type: ignore[attr-defined]
        self.fields["parent"].initial = unit.parent_id


class DelegationForm(forms.Form):
    """Who is absent, who stands in, from when to when."""

    principal = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("缺勤人"), empty_label=None)
    delegate = forms.ModelChoiceField(
        User.objects.none(), label=gettext_lazy("代理人"), empty_label=gettext_lazy("请选择")
    )
    starts_on = forms.DateField(label=gettext_lazy("起始日期"), widget=forms.DateInput(attrs=DAY))
    ends_on = forms.DateField(label=gettext_lazy("截止日期（含当日）"), widget=forms.DateInput(attrs=DAY))
    reason = forms.CharField(label=gettext_lazy("事由"), max_length=200, validators=[_plain])

    def __init__(self, actor: Actor, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = list(active_staff().filter(is_read_only=False))
        own = [user.pk for user in people if user.pk == actor.user_id or may_lead(actor, user)]
        self.fields["principal"].queryset = active_staff().filter(pk__in=own)  # type: ignore[attr-defined]
        self.fields["principal"].initial = actor.user_id
        others = active_staff().filter(is_read_only=False)
        self.fields["delegate"].queryset = others  # type: ignore[attr-defined]
        for name in ("principal", "delegate"):
            self.fields[name].label_from_instance = _with_unit  # type: ignore[attr-defined]
        self.fields["starts_on"].initial = today

    def absence(self) -> Absence:
        """What was entered."""
        return Absence(
            **{name: self.cleaned_data[name] for name in ("delegate", "starts_on", "ends_on", "reason")}
        )


class HandOverForm(ReasonForm):
    """Who receives, and what: of each holding nothing, everything, or what is ticked."""

    def __init__(
        self, giver: User, held: Sequence[tuple[Holding, int, Sequence[Item]]], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("交接事由")
        self.held = held
        alike = [
            user.pk
            for user in active_staff().exclude(pk=giver.pk).filter(is_read_only=False)
            if is_same_office(user.roles, giver.roles)
        ]
        self.fields["receiver"] = forms.ModelChoiceField(
            active_staff().filter(pk__in=alike), label=_("接收人"), empty_label=_("请选择")
        )
        self.fields["receiver"].label_from_instance = _with_unit  # type: ignore[attr-defined]
        for place, (holding, count, items) in enumerate(held):
            self.fields[f"mode_{place}"] = forms.ChoiceField(
                label=str(holding.title),
                choices=[
                    ("all", _("全部移交（%(count)d）") % {"count": count}),
                    ("some", _("移交选中的")),
                    ("none", _("不移交")),
                ],
                initial="all",
            )
            self.fields[f"pick_{place}"] = forms.TypedMultipleChoiceField(
                label=_("选中的"),
                required=False,
                coerce=int,
                choices=[(item.pk, f"{item.note} {item.title}") for item in items],
                widget=forms.CheckboxSelectMultiple,
            )
        self.order_fields(["receiver", "reason"])

    def chosen(self) -> dict[str, list[int] | None]:
        """Holding → which ones, None for all; holdings of which nothing goes are left out."""
        found: dict[str, list[int] | None] = {}
        for place, (holding, _count, _items) in enumerate(self.held):
            mode = self.cleaned_data[f"mode_{place}"]
            if mode == "all":
                found[holding.name] = None
            elif mode == "some":
                found[holding.name] = self.cleaned_data[f"pick_{place}"]
        return found

    @property
    def blocks(self) -> list[tuple[Any, Any, int]]:
        """For the page: of each holding its choice, its list, and how many are in nobody's list here."""
        return [
            (self[f"mode_{place}"], self[f"pick_{place}"], count - len(items))
            for place, (_holding, count, items) in enumerate(self.held)
        ]


def units_of_codes(values: Mapping[str, Any]) -> dict[str, Any]:
    """What an entry of the ledger says of rights, as these forms' values: it names units by code; one closed is left out."""
    found = dict(values)
    for name in {"unit", "parent"} & found.keys():
        unit = units().filter(code=found.pop(name)).first()
        if unit is not None:
            found[name] = unit.pk
    return found


def _with_unit(user: User) -> str:
    return f"{user.name}（{user.unit.name}）"
