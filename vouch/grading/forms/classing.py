"""What people enter about classes: which proposals, why another class, and why not."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vouch.engine.identifiers import holds_protected
from vouch.grading.queries.classing import WantedClasses, class_names, value_names
from vouch.grading.terms import HAND_REASONS, ClassMove, ClassOrigin, ClassState
from vouch.platform.identity.queries import units
from vouch.platform.web.inputs import search_box

ALL = ("", _("全部"))
STATES = (
    ClassState.IN_REVIEW, ClassState.PROPOSED, ClassState.RETURNED, ClassState.EFFECTIVE, ClassState.EXPIRED,
)  # fmt: skip


class ReviewFilter(forms.Form):
    """Which classes the queue shows; without a state, those that wait for a review."""

    q = forms.CharField(
        label=_("客户"),
        required=False,
        max_length=80,
        widget=search_box(_("客户名称、编号、代码")),
    )
    state = forms.ChoiceField(
        label=_("状态"), required=False, choices=[(state, state.label) for state in STATES]
    )
    move = forms.ChoiceField(label=_("方向"), required=False, choices=[ALL, *ClassMove.choices])
    risk_class = forms.ChoiceField(label=_("拟定分类"), required=False)
    value_class = forms.ChoiceField(label=_("客户价值"), required=False)
    origin = forms.ChoiceField(label=_("来由"), required=False, choices=[ALL, *ClassOrigin.choices])
    unit = forms.TypedChoiceField(label=_("管户机构"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "risk_class", [(name, name) for name in class_names()])
        _offer(self, "value_class", [(name, name) for name in value_names()])
        _offer(self, "unit", [(str(unit.pk), unit.name) for unit in units()])

    def wanted(self) -> WantedClasses:
        """What was asked; a value that nobody offered is left out."""
        self.is_valid()
        said = {
            name: self.cleaned_data.get(name, "") for name in ("move", "risk_class", "value_class", "origin")
        }
        return WantedClasses(
            text=self.cleaned_data.get("q", ""),
            state=self.cleaned_data.get("state") or ClassState.IN_REVIEW,
            unit_id=self.cleaned_data.get("unit"),
            **said,
        )


def _offer(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    field: Any = form.fields[name]
    field.choices = [ALL, *choices]


def unprotected(text: str) -> str:
    """What stands in the ledger is kept for good: no numbers of persons in it."""
    if holds_protected(text):
        raise forms.ValidationError(gettext("请不要写证件号码、电话或账号。"))
    return text.strip()


class ProposalForm(forms.Form):
    """Another class for a customer, why, and what shows it."""

    risk_class = forms.ChoiceField(label=_("拟定分类"))
    reason = forms.ChoiceField(
        label=_("原因"), choices=[("", _("请选择")), *((one.value, one.label) for one in HAND_REASONS)]
    )
    evidence = forms.CharField(
        label=_("依据"),
        max_length=500,
        min_length=4,
        widget=forms.Textarea(
            attrs={"rows": 3, "placeholder": _("写明事实、日期和材料，例如：三月、四月欠息，见台账")}
        ),
    )

    def __init__(self, names: list[str], foretells: str, *args: Any, **kwargs: Any) -> None:
        """``foretells`` is the address that tells what the chosen class would change."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["risk_class"]
        field.widget.attrs |= {
            "hx-get": foretells,
            "hx-target": "#foretold",
            "hx-swap": "innerHTML",
            "hx-trigger": "change",
        }
        field.choices = [("", gettext("请选择")), *((name, name) for name in names)]

    def clean_evidence(self) -> str:
        """Words without numbers of persons."""
        return unprotected(str(self.cleaned_data["evidence"]))


class ConfirmForm(forms.Form):
    """The consequences that were read, and what the reviewer has to say."""

    seen = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    note = forms.CharField(label=_("复核意见"), max_length=500, required=False)

    def clean_note(self) -> str:
        """Words without numbers of persons."""
        return unprotected(str(self.cleaned_data["note"]))


class ReturnForm(forms.Form):
    """Why a proposal is returned."""

    note = forms.CharField(label=_("退回理由"), max_length=500, min_length=2)

    def clean_note(self) -> str:
        """Words without numbers of persons."""
        return unprotected(str(self.cleaned_data["note"]))
