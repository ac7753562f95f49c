"""What a person enters about an enterprise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vouch.engine.identifiers import PROVINCES as PROVINCE_CODES
from vouch.engine.identifiers import CodeKind, judge_code
from vouch.parties.actions import Change, CodeKey, EnterpriseDetails, Registration, kind_of
from vouch.parties.actions.reading import code_fault, read_capital
from vouch.parties.forms.duty import add_duty, check_duty
from vouch.parties.models import Enterprise, Party
from vouch.parties.terms import (
    ORGANISATIONS,
    PROVINCES,
    ChangeNature,
    Currency,
    IdentifierKind,
    PartyKind,
    RecordSource,
)
from vouch.platform.identity.actor import Actor
from vouch.platform.web.inputs import DayField, ReasonField, WanField


class EnterpriseForm(forms.Form):
    """The particulars of an enterprise; amounts in yuan, or with their unit as on the licence."""

    name = forms.CharField(label=gettext_lazy("企业名称"), min_length=2, max_length=200)
    legal_form = forms.CharField(label=gettext_lazy("企业类型"), max_length=100, required=False)
    capital_text = forms.CharField(
        label=gettext_lazy("注册资本"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("例如：500万元、20(万美元)")}),
    )
    established_on = DayField(label=gettext_lazy("成立日期"), required=False)
    province = forms.ChoiceField(
        label=gettext_lazy("所在省份"),
        required=False,
        choices=[("", "—"), *((name, name) for name in PROVINCES)],
    )
    area = forms.CharField(label=gettext_lazy("地区"), max_length=60, required=False)
    address = forms.CharField(label=gettext_lazy("注册地址"), max_length=400, required=False)
    scope_text = forms.CharField(
        label=gettext_lazy("经营范围"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    industry_code = forms.RegexField(
        r"^[A-Ta-t]?[0-9]{0,4}$",
        label=gettext_lazy("行业代码（GB/T 4754）"),
        required=False,
        error_messages={"invalid": gettext_lazy("应为门类字母加数字，例如 C1311。")},
    )
    staff_count = forms.IntegerField(
        label=gettext_lazy("从业人数"), required=False, min_value=0, max_value=9_999_999
    )
    revenue: Any = forms.DecimalField(
        label=gettext_lazy("年营业收入（元）"), required=False, min_value=0, max_digits=18, decimal_places=2
    )
    total_assets: Any = forms.DecimalField(
        label=gettext_lazy("资产总额（元）"), required=False, min_value=0, max_digits=18, decimal_places=2
    )

    bare_unit = ""
    """What an amount of capital without a unit is in; without this it is refused."""

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._today = today
        self._capital: tuple[Decimal | None, str] = (None, "")

    def clean_capital_text(self) -> str:
        """The amount must be readable, with its unit."""
        text = str(self.cleaned_data["capital_text"]).strip()
        if text:
            if self.bare_unit and text.replace(",", "").replace(".", "", 1).isdecimal():
                text += self.bare_unit
            try:
                self._capital = read_capital(text)
            except ValueError as error:
                raise forms.ValidationError(str(error)) from error
            if self._capital[0] is None:
                raise forms.ValidationError(_("请写明单位，例如：500万元。"))
        return text

    def clean_established_on(self) -> date | None:
        """Nothing is established tomorrow."""
        day: date | None = self.cleaned_data["established_on"]
        if day and day > self._today:
            raise forms.ValidationError(_("成立日期晚于今天。"))
        return day

    def details(self, *, representative_hash: str = "") -> EnterpriseDetails:
        """What was entered; the hash of the representative is not for people to type."""
        given = {name: self.cleaned_data[name] for name in EnterpriseForm.base_fields}
        given["industry_code"] = str(given["industry_code"]).upper()
        amount, currency = self._capital
        return EnterpriseDetails(
            **given, capital_amount=amount, capital_currency=currency, representative_hash=representative_hash
        )


def initial_of(party: Party, enterprise: Enterprise) -> Mapping[str, Any]:
    """What the form starts with for a known enterprise."""
    initial = {name: getattr(enterprise, name) for name in EnterpriseForm.base_fields if name != "name"}
    if not enterprise.capital_text and enterprise.capital_amount is not None:
        unit = Currency(enterprise.capital_currency).label
        initial["capital_text"] = f"{enterprise.capital_amount}{unit}"
    return {"name": party.name, "kind": party.kind, **initial}


class RegistrationForm(EnterpriseForm):
    """A new enterprise, with its code and who looks after it."""

    code = forms.CharField(label=gettext_lazy("统一社会信用代码或旧注册号"), max_length=40)
    field_order: tuple[str, ...] = ("name", "code")

    def __init__(self, actor: Actor, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, today=today, **kwargs)
        add_duty(self, actor)

    def clean_code(self) -> CodeKey:
        """A code that holds."""
        code = judge_code(self.cleaned_data["code"])
        fault = code_fault(code)
        if fault:
            raise forms.ValidationError(fault.reason)
        kind = IdentifierKind.USCC if code.kind is CodeKind.USCC else IdentifierKind.OLD_NUMBER
        return (kind, "", code.value)

    def clean(self) -> dict[str, Any]:
        """Two people look after a customer, not one twice."""
        cleaned = super().clean() or {}
        check_duty(self, cleaned)
        return cleaned

    def registration(self) -> Registration:
        """What is to be registered."""
        return Registration(
            self.details(),
            codes=[self.cleaned_data["code"]],
            manager=self.cleaned_data["manager"],
            second_manager=self.cleaned_data["second_manager"],
        )


class WanForm(EnterpriseForm):
    """The same for people, who write amounts in 万元."""

    capital_text = forms.CharField(
        label=gettext_lazy("注册资本（万元）"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("500，或 20万美元")}),
    )
    revenue: Any = WanField(label=gettext_lazy("年营业收入（万元）"), required=False)
    total_assets: Any = WanField(label=gettext_lazy("资产总额（万元）"), required=False)
    bare_unit = "万元"


class OrganisationForm(WanForm, RegistrationForm):
    """A new enterprise, sole trader or cooperative; its code says which, and where it is registered."""

    kind = forms.ChoiceField(
        label=gettext_lazy("客户类型"),
        required=False,
        choices=[
            ("", gettext_lazy("按信用代码判断")),
            *((one, one.label) for one in PartyKind if one in ORGANISATIONS),
        ],
    )
    source = forms.ChoiceField(
        label=gettext_lazy("资料来源"),
        choices=RecordSource.choices,
        initial=RecordSource.LICENCE,
        required=False,
    )
    field_order = (
        "code",
        "name",
        "kind",
        "capital_text",
        "established_on",
        "address",
        "legal_form",
        "scope_text",
    )

    def clean(self) -> dict[str, Any]:
        """The province of the code stands in for one that nobody chose."""
        cleaned = super().clean()
        cleaned["source"] = cleaned.get("source") or RecordSource.LICENCE
        kind, _source, value = cleaned.get("code") or ("", "", "")
        if kind == IdentifierKind.USCC and not cleaned.get("province"):
            cleaned["province"] = PROVINCE_CODES.get(value[2:4], "")
        return cleaned

    def registration(self) -> Registration:
        """What is to be registered, without its lines."""
        return replace(super().registration(), kind=self.cleaned_data["kind"])

    def warnings(self) -> list[str]:
        """What does not fit together although it was kept."""
        chosen = self.cleaned_data["kind"]
        said = kind_of([self.cleaned_data["code"]], self.cleaned_data["legal_form"])
        return [kind_warning(chosen, said)] if chosen and chosen != said else []


def kind_warning(chosen: str, said: PartyKind) -> str:
    """That the code says another kind than was chosen."""
    return _("“客户类型”登记为%(chosen)s，而统一社会信用代码或企业类型是%(said)s的，请核对“客户类型”。") % {
        "chosen": PartyKind(chosen).label,
        "said": said.label,
    }


class CorrectionForm(WanForm):
    """Other particulars, whether the world changed or we were wrong, and why."""

    kind = forms.ChoiceField(
        label=gettext_lazy("客户类型"),
        required=False,
        choices=[(one, one.label) for one in PartyKind if one in ORGANISATIONS],
    )
    nature = forms.ChoiceField(
        label=gettext_lazy("性质"),
        required=False,
        choices=[
            (ChangeNature.CHANGE, gettext_lazy("变更：客户的情况变了")),
            (ChangeNature.CORRECTION, gettext_lazy("更正：原来登记错了")),
        ],
    )
    changed_on = DayField(label=gettext_lazy("变更日期"), required=False)
    source = forms.ChoiceField(label=gettext_lazy("资料来源"), required=False, choices=RecordSource.choices)
    reason = ReasonField(label=gettext_lazy("理由"), max_length=200)
    field_order = ("name", "kind")

    def clean_changed_on(self) -> date | None:
        """Nothing changes tomorrow."""
        day: date | None = self.cleaned_data["changed_on"]
        if day and day > self._today:
            raise forms.ValidationError(_("变更日期晚于今天。"))
        return day

    def change(self) -> Change:
        """Why values are replaced."""
        given = self.cleaned_data
        nature, source = given["nature"] or ChangeNature.CORRECTION, given["source"] or RecordSource.CUSTOMER
        return Change(nature, source, given["changed_on"])


def in_yuan(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """What an entry of the ledger says of amounts, as the form's own values."""
    amounts = {name: Decimal(str(values[name])) for name in ("revenue", "total_assets") if values.get(name)}
    return {**values, **amounts}
