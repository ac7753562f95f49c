"""The switches as people choose them."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vouch.engine.identifiers import CodeProblem, normal_code, uscc_problem
from vouch.parties.terms import PROVINCES
from vouch.platform.web.inputs import DayField
from vouch.policy.actions import SettingDetails
from vouch.policy.models import Setting
from vouch.policy.terms import NetAssetsReading, OverlapReading, ScopeReading, ThresholdReading

YES_NO = (("True", gettext_lazy("是")), ("False", gettext_lazy("否")))


def _yes_no(label: Any, help_text: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label, choices=YES_NO, coerce=lambda text: text == "True", help_text=help_text
    )


class SettingForm(forms.Form):
    """Each switch with the law's question in our words beside it."""

    includes_boundary = _yes_no(
        gettext_lazy("X1 恰好 500（200）万元按低权重"),
        gettext_lazy("民法典 1259：以上、以下、以内包括本数。月报填报说明也写明含 500 万元。"),
    )
    scope = forms.ChoiceField(
        label=gettext_lazy("X2 单户在保余额的范围"),
        choices=ScopeReading.choices,
        help_text=gettext_lazy("计量办法第六条写的是“单户”，不是“单笔”。"),
    )
    amount = forms.ChoiceField(
        label=gettext_lazy("X3 按什么金额判断限额"),
        choices=ThresholdReading.choices,
        help_text=gettext_lazy("与银行、再担保分担风险的业务，按本机构承担部分还是债务全额判断 500 万元。"),
    )
    deducts_equity = _yes_no(
        gettext_lazy("X4 净资产扣除对其他担保公司的股权投资"),
        gettext_lazy("净资产为非合并口径，扣除对其他融资担保公司和再担保公司的股权投资。"),
    )
    deducts_ceded = _yes_no(
        gettext_lazy("X5 扣除再担保分出部分"),
        gettext_lazy("办法没有规定分出部分可以从直保责任余额中扣除。"),
    )
    counts_non_financing = _yes_no(
        gettext_lazy("X6 非融资担保计入责任余额"),
        gettext_lazy("责任余额的名称限于融资担保；部分省同时监测全部担保。"),
    )
    net_assets = forms.ChoiceField(
        label=gettext_lazy("X7 用哪一期净资产"),
        choices=NetAssetsReading.choices,
        help_text=gettext_lazy("条文没有写明；未审计的月末数据会在页面上注明。"),
    )
    eases_rated_bonds = _yes_no(
        gettext_lazy("X8 AA级以上发债的集中度按 60% 计"),
        gettext_lazy("计算单户、集团集中度时的折算；关闭后按 80%。"),
    )
    excludes_protected_funds = _yes_no(
        gettext_lazy("X9 保本基金存量单独列示"),
        gettext_lazy("银保监发〔2018〕1 号：条例施行前的保本基金存量可以不计入，单独列示报告。"),
    )
    overlap = forms.ChoiceField(
        label=gettext_lazy("X10 农户兼营时的认定"),
        choices=OverlapReading.choices,
        help_text=gettext_lazy(
            "个体工商户按微型企业计；经营者同时是农户的，以借款人登记身份为准还是先按农户。"
        ),
    )
    own_code = forms.CharField(
        label=gettext_lazy("本机构统一社会信用代码"),
        required=False,
        max_length=18,
        help_text=gettext_lazy("条例 17：据此查找本机构的控股股东、实际控制人和其他关联方。"),
    )
    province = forms.ChoiceField(
        label=gettext_lazy("所在省份"),
        required=False,
        choices=[("", "—"), *((one, one) for one in PROVINCES)],
        help_text=gettext_lazy("该省的规则与全国规则一并适用。"),
    )
    starts_on = DayField(label=gettext_lazy("生效日期"))
    reason = forms.CharField(label=gettext_lazy("理由"), max_length=200)

    def clean_own_code(self) -> str:
        """In normal form, and a code that can be one."""
        code = normal_code(self.cleaned_data["own_code"])
        if code and uscc_problem(code) is not CodeProblem.NONE:
            raise forms.ValidationError(_("“%s”不是统一社会信用代码，请核对。") % code)
        return code

    def details(self) -> SettingDetails:
        """What was chosen."""
        return SettingDetails(**self.cleaned_data)


def initial_of(setting: Setting) -> dict[str, Any]:
    """What the form is filled with: the setting in force, without its day and reason."""
    names = {one.name for one in fields(SettingDetails)} - {"starts_on", "reason"}
    return {
        name: str(value) if isinstance(value := getattr(setting, name), bool) else value for name in names
    }
