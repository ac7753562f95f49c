"""What people enter about records that may be one customer's."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vouch.engine.identifiers import holds_protected
from vouch.parties.queries import DuplicatesWanted
from vouch.parties.terms import DuplicateState
from vouch.platform.web.inputs import DayField, search_box

ALL = ("", _("全部"))
LATER_DAYS = 7


class DuplicateFilter(forms.Form):
    """Which pairs the queue shows; without a state, those that wait."""

    q = forms.CharField(
        label=_("客户"),
        required=False,
        max_length=80,
        widget=search_box(_("客户名称、编号、代码")),
    )
    state = forms.ChoiceField(
        label=_("状态"),
        required=False,
        choices=[("", _("待判断")), *DuplicateState.choices[1:], ("all", _("全部"))],
    )
    kind = forms.ChoiceField(
        label=_("类型"), required=False, choices=[ALL, ("firm", _("企业")), ("person", _("个人"))]
    )
    evidence = forms.ChoiceField(
        label=_("证据"),
        required=False,
        choices=[ALL, ("identifier", _("标识一致")), ("likeness", _("仅名称、地址、电话等"))],
    )

    def wanted(self) -> DuplicatesWanted:
        """What was asked; a value that nobody offered is left out."""
        self.is_valid()
        found = {name: self.cleaned_data.get(name, "") for name in ("state", "kind", "evidence")}
        return DuplicatesWanted(text=self.cleaned_data.get("q", ""), **found)


class _Reasoned(forms.Form):
    def clean_reason(self) -> str:
        """A reason stands in the ledger, which keeps it for good: no numbers of persons in it."""
        reason = str(self.cleaned_data["reason"])
        if holds_protected(reason):
            raise forms.ValidationError(_("请不要在理由里写证件号码、电话或账号。"))
        return reason


class MergeForm(_Reasoned):
    """Which of the two stays."""

    keep = forms.TypedChoiceField(label=_("保留哪一条"), coerce=int, widget=forms.RadioSelect)
    reason = forms.CharField(label=_("说明"), max_length=200, required=False)

    def __init__(self, one: int, other: int, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        field: Any = self.fields["keep"]
        field.choices = [(one, str(one)), (other, str(other))]


class ApartForm(_Reasoned):
    """Why they are two."""

    reason = forms.CharField(label=_("为什么不是同一客户"), max_length=200)


class UndoForm(_Reasoned):
    """Why a merge was wrong."""

    reason = forms.CharField(label=_("撤销合并的理由"), max_length=200)


class LaterForm(forms.Form):
    """When to look again."""

    until = DayField(label=_("到哪天再看"))

    def __init__(self, *args: Any, today: date, **more: Any) -> None:
        super().__init__(*args, **more)
        self._today = today
        self.fields["until"].initial = today + timedelta(days=LATER_DAYS)

    def clean_until(self) -> date:
        """A day to come."""
        until: date = self.cleaned_data["until"]
        if until <= self._today:
            raise forms.ValidationError(_("请填写今天以后的日期。"))
        return until
