"""What people enter about the requests of persons."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vouch.customers.actions import RequestDetails
from vouch.customers.forms.consent import ALL, day_field, refuse_protected
from vouch.customers.queries.rights import RequestsWanted
from vouch.customers.terms import RefusalReason, RequestChannel, RequestKind, RequestState
from vouch.platform.web.inputs import search_box

LONG = 4000


class RequestFilter(forms.Form):
    """Which requests the queue shows."""

    q = forms.CharField(
        label=_("姓名或编号"),
        required=False,
        max_length=80,
        widget=search_box(_("姓名、请求编号")),
    )
    kind = forms.ChoiceField(label=_("种类"), required=False, choices=[ALL, *RequestKind.choices])
    state = forms.ChoiceField(label=_("状态"), required=False, choices=[ALL, *RequestState.choices])
    only = forms.ChoiceField(
        label=_("只看"),
        required=False,
        choices=[ALL, ("open", _("未办结")), ("late", _("已逾期")), ("mine", _("我经办的"))],
    )

    def wanted(self) -> RequestsWanted:
        """What was asked; a value that cannot be is left out."""
        self.is_valid()
        values = {name: self.cleaned_data.get(name, "") for name in ("kind", "state", "only")}
        return RequestsWanted(text=self.cleaned_data.get("q", ""), **values)


class RequestForm(forms.Form):
    """A request as it came in."""

    # A human review is asked for on the page of the decision that it is about.
    kind = forms.ChoiceField(
        label=_("请求种类"),
        choices=[one for one in RequestKind.choices if one[0] != RequestKind.REVIEW],
    )
    channel = forms.ChoiceField(label=_("受理渠道"), choices=RequestChannel.choices)
    detail = forms.CharField(
        label=_("请求内容"),
        required=False,
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("用请求人的话记下要求；加密保存"),
    )

    def details(self) -> RequestDetails:
        """As the action takes it."""
        return RequestDetails(
            kind=self.cleaned_data["kind"],
            channel=self.cleaned_data["channel"],
            detail=self.cleaned_data["detail"],
        )


class VerifyForm(forms.Form):
    """How the person was known."""

    how = forms.CharField(
        label=_("核实方式"),
        max_length=120,
        validators=[refuse_protected],
        widget=forms.TextInput(attrs={"placeholder": _("例如：本人到场，核对身份证原件")}),
        help_text=_("不要填写证件号码"),
    )


class ExtendForm(forms.Form):
    """Until when, and why."""

    until = day_field(_("新期限"))
    reason = forms.CharField(
        label=_("延期理由（须告知请求人）"), max_length=200, validators=[refuse_protected]
    )


class AnswerForm(forms.Form):
    """What the person is told."""

    answer = forms.CharField(
        label=_("答复内容"),
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("加密保存"),
    )


class RefuseForm(forms.Form):
    """Why not."""

    reason = forms.ChoiceField(label=_("拒绝理由"), choices=RefusalReason.choices)
    answer = forms.CharField(
        label=_("向请求人的说明"), max_length=LONG, widget=forms.Textarea(attrs={"rows": 3})
    )


class WithdrawForm(forms.Form):
    """Which authorisations go."""

    def __init__(self, choices: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["authorisations"] = forms.MultipleChoiceField(
            label=_("要撤回的授权"), choices=choices, widget=forms.CheckboxSelectMultiple
        )


class ClockForm(forms.Form):
    """The institution's own figure."""

    kind = forms.ChoiceField(choices=RequestKind.choices)
    days = forms.IntegerField(min_value=1, max_value=60)
