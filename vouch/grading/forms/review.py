"""What a person enters to ask for a human review, and to decide one."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from vouch.customers.actions import RequestDetails
from vouch.customers.terms import REVIEW_OUTCOMES, RequestChannel, RequestKind
from vouch.grading.queries.letter import MATTER

LONG = 4000


class AskForm(forms.Form):
    """A request for a review, as it came in."""

    channel = forms.ChoiceField(label=_("受理渠道"), choices=RequestChannel.choices)
    detail = forms.CharField(
        label=_("请求内容"),
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("用请求人的话记下哪里不对、为什么；加密保存"),
    )

    def details(self, assessment_pk: int) -> RequestDetails:
        """As the action takes it."""
        return RequestDetails(
            kind=RequestKind.REVIEW,
            channel=self.cleaned_data["channel"],
            detail=self.cleaned_data["detail"],
            matter=f"{MATTER}{assessment_pk}",
        )


class ReviewForm(forms.Form):
    """The outcome and the answer in words."""

    outcome = forms.ChoiceField(
        label=_("复核结果"),
        choices=[(one.value, one.label) for one in REVIEW_OUTCOMES],
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(
        label=_("答复"),
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("写给本人看：复核了什么、结论和理由；会写入告知书。"),
    )
