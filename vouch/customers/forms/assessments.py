"""What people enter about impact assessments."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vouch.customers.actions import AssessmentDetails
from vouch.customers.forms.consent import ALL, YEAR, refuse_protected
from vouch.customers.queries.assessments import AssessmentsWanted
from vouch.customers.terms import (
    AssessmentStanding,
    Conclusion,
    DataClass,
    ProcessingActivity,
    RiskLevel,
)
from vouch.platform.web.inputs import DayField, search_box

LONG = 6000
CHOOSE = ("", _("请选择"))


class AssessmentFilter(forms.Form):
    """Which assessments the register shows."""

    q = forms.CharField(
        label=_("编号或内容"),
        required=False,
        max_length=80,
        widget=search_box(_("编号、接收方、目的")),
    )
    activity = forms.ChoiceField(
        label=_("处理活动"), required=False, choices=[ALL, *ProcessingActivity.choices]
    )
    standing = forms.ChoiceField(label=_("状态"), required=False, choices=[ALL, *AssessmentStanding.choices])

    def wanted(self) -> AssessmentsWanted:
        """What was asked; a value that cannot be is left out."""
        self.is_valid()
        found = {name: self.cleaned_data.get(name, "") for name in ("activity", "standing")}
        return AssessmentsWanted(text=self.cleaned_data.get("q", ""), **found)


def _long(label: Any, hint: Any = "", *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 4}),
        validators=[refuse_protected],
    )


class AssessmentForm(forms.Form):
    """The report in the order of the law (PIPL 56)."""

    activity = forms.ChoiceField(label=_("处理活动"), choices=ProcessingActivity.choices)
    matter = forms.CharField(
        label=_("接收方或事项"),
        required=False,
        max_length=80,
        validators=[refuse_protected],
        help_text=_("委托、提供、公开、出境和其他活动，按接收方或事项分别评估；其余不填"),
    )
    valid_until = DayField(label=_("有效期至（含当日）"), help_text=_("最长三年，到期重新评估"))
    categories = forms.MultipleChoiceField(
        label=_("个人信息种类"),
        choices=DataClass.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("不涉及个人信息的（如只记企业的信号），一个也不勾"),
    )
    purpose = _long(_("处理目的"))
    manner = _long(_("处理方式"), _("收集、存储、使用、提供、删除各环节，谁在什么系统里做什么"))
    is_lawful = forms.BooleanField(label=_("合法"), required=False)
    is_proper = forms.BooleanField(label=_("正当"), required=False)
    is_necessary = forms.BooleanField(label=_("必要"), required=False)
    grounds = _long(_("合法、正当、必要的理由"), _("法律依据；不处理能否达到目的；是否为最小范围"))
    effect = _long(_("对个人权益的影响"), _("是否限制自主决定、引发差别待遇、损害名誉或财产"))
    risk = _long(_("安全风险"), _("泄露、篡改、丢失、滥用各有多大可能，后果如何"))
    risk_level = forms.ChoiceField(label=_("风险程度"), choices=[CHOOSE, *RiskLevel.choices])
    measures = _long(_("保护措施"))
    is_fitting = forms.BooleanField(label=_("措施合法、有效并与风险程度相适应"), required=False)
    conclusion = forms.ChoiceField(label=_("结论"), choices=[CHOOSE, *Conclusion.choices])
    remarks = _long(_("结论说明"), required=False)

    groups = (
        (_("评估对象"), ("activity", "matter", "valid_until", "categories")),
        (
            _("一、处理目的、处理方式是否合法、正当、必要"),
            ("purpose", "manner", "is_lawful", "is_proper", "is_necessary", "grounds"),
        ),
        (_("二、对个人权益的影响及安全风险"), ("effect", "risk", "risk_level")),
        (_("三、保护措施是否合法、有效并与风险程度相适应"), ("measures", "is_fitting")),
        (_("结论"), ("conclusion", "remarks")),
    )

    def __init__(self, *args: Any, today: Any, is_revision: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_until"].initial = today + YEAR - timedelta(days=1)
        if is_revision:
            # What it is about is told by its version; another matter is another assessment.
            del self.fields["activity"], self.fields["matter"]

    @property
    def grouped(self) -> list[tuple[Promise | str, list[BoundField]]]:
        """The fields by the law's three items, as the page draws them."""
        return [
            (title, [self[name] for name in names if name in self.fields]) for title, names in self.groups
        ]

    def details(self) -> AssessmentDetails:
        """As the action takes it."""
        found = {
            name: value for name, value in self.cleaned_data.items() if name not in {"activity", "matter"}
        }
        return AssessmentDetails(**found | {"categories": tuple(found["categories"])})


class ReviewForm(forms.Form):
    """What the second person says."""

    note = forms.CharField(label=_("复核意见"), required=False, max_length=200, validators=[refuse_protected])


class SwitchForm(forms.Form):
    """Whether the source is used, and why."""

    is_on = forms.TypedChoiceField(choices=[("yes", ""), ("no", "")], coerce=lambda value: value == "yes")
    reason = forms.CharField(label=_("理由"), max_length=200, validators=[refuse_protected])
