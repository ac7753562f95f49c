"""What a person enters to depart from the model, to decide on it, and on advice."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vouch.grading.actions import OverrideDetails
from vouch.grading.forms.classing import unprotected
from vouch.grading.queries import OverridesWanted
from vouch.grading.terms import OVERRIDE_DAYS, OverrideReason, OverrideState, Side
from vouch.platform.web.inputs import search_box

ALL = ("", _("全部"))
DAY = {"placeholder": "2020-02-29", "inputmode": "numeric"}
OFFERED_DAYS = 30


class OverrideFilter(forms.Form):
    """Which overrides the list shows."""

    q = forms.CharField(
        label=_("客户"),
        required=False,
        max_length=80,
        widget=search_box(_("名称、客户编号")),
    )
    state = forms.ChoiceField(label=_("状态"), required=False, choices=[ALL, *OverrideState.choices])
    side = forms.ChoiceField(label=_("方向"), required=False, choices=[ALL, *Side.choices])
    reason = forms.ChoiceField(label=_("原因"), required=False, choices=[ALL, *OverrideReason.choices])

    def wanted(self) -> OverridesWanted:
        """What was asked; a value that cannot be is left out."""
        self.is_valid()
        values = {name: self.cleaned_data.get(name, "") for name in ("state", "side", "reason")}
        return OverridesWanted(text=self.cleaned_data.get("q", ""), **values)


class OverrideForm(forms.Form):
    """A proposal. ``grades`` are those of the policy; ``evidence`` the materials of the customer's file."""

    grade = forms.ChoiceField(label=_("调整为"))
    reason = forms.ChoiceField(label=_("原因"), choices=OverrideReason.choices)
    expires_on = forms.DateField(
        label=_("有效期至"),
        widget=forms.TextInput(attrs=DAY),
        error_messages={"invalid": _("请写成 2020-02-29 的样子。")},
        help_text=_("到期自动终止，恢复模型等级；最长 90 天。"),
    )
    evidence = forms.ChoiceField(label=_("佐证资料"), required=False)
    note = forms.CharField(
        label=_("说明"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("没有佐证资料的，写明依据；不要写证件号码、电话或账号。"),
    )

    def __init__(
        self,
        *args: Any,
        grades: list[str],
        evidence: list[tuple[str, str]],
        today: date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["grade"].choices = [(grade, grade) for grade in grades]  # type: ignore[attr-defined]
        self.fields["evidence"].choices = [("", _("没有，见说明")), *evidence]  # type: ignore[attr-defined]
        self.fields["expires_on"].initial = today + timedelta(days=min(OFFERED_DAYS, OVERRIDE_DAYS))

    def details(self) -> OverrideDetails:
        """As the action takes it."""
        data = self.cleaned_data
        return OverrideDetails(
            grade=data["grade"],
            reason=data["reason"],
            expires_on=data["expires_on"],
            note=data["note"].strip(),
            evidence_id=int(data["evidence"]) if data["evidence"] else None,
        )


class NoteForm(forms.Form):
    """A remark on a decision; the verb says whether it may be empty."""

    note = forms.CharField(
        label=_("意见"), required=False, max_length=400, widget=forms.Textarea(attrs={"rows": 2})
    )

    def clean_note(self) -> str:
        """Words without numbers of persons."""
        return unprotected(str(self.cleaned_data["note"]))
