"""What people enter about authorisations, notices and credit reports."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from vouch.customers.actions import AuthorisationDetails, NoticeDetails, ReportDetails
from vouch.customers.queries import Party
from vouch.customers.queries.consent import (
    AuthorisationsWanted,
    files_of,
    notices,
    possible_recipients,
    staff_who_witness,
)
from vouch.customers.terms import (
    QUERY_REASONS,
    Channel,
    DataClass,
    LegalBasis,
    NoticeState,
    Purpose,
    ReportKind,
    Standing,
)
from vouch.engine.identifiers import holds_protected
from vouch.platform.identity.actor import Actor
from vouch.platform.web.inputs import search_box

ALL, READ = ("", _("全部")), ("", _("由报告读出"))
TEXT_ATTRS = {"rows": 8}
YEAR = timedelta(days=365)


def day_field(label: Any, **more: Any) -> forms.DateField:
    """A day, as the browser's own picker gives it."""
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more
    )


def midnight(day: Any) -> datetime:
    """The local beginning of a day."""
    return timezone.make_aware(datetime.combine(day, time.min))


def refuse_protected(text: str) -> None:
    """A validator for words that are kept unsealed: numbers of persons do not belong there."""
    if holds_protected(text):
        raise forms.ValidationError(_now("不要在这里填写证件号码、电话或账号；这段文字不加密。"))


class AuthorisationFilter(forms.Form):
    """Which authorisations the list shows."""

    q = forms.CharField(
        label=_("客户或编号"),
        required=False,
        max_length=80,
        widget=search_box(_("客户名称、授权编号")),
    )
    standing = forms.ChoiceField(label=_("状态"), required=False, choices=[ALL, *Standing.choices])
    purpose = forms.ChoiceField(label=_("用途"), required=False, choices=[ALL, *Purpose.choices])
    scope = forms.ChoiceField(label=_("范围"), required=False, choices=[ALL, *DataClass.choices])
    to_others = forms.ChoiceField(
        label=_("接收方"), required=False, choices=[ALL, ("no", _("本机构")), ("yes", _("其他机构"))]
    )

    def wanted(self) -> AuthorisationsWanted:
        """What was asked; a value that cannot be is left out."""
        self.is_valid()
        values = {name: self.cleaned_data.get(name, "") for name in self.fields if name != "q"}
        return AuthorisationsWanted(text=self.cleaned_data.get("q", ""), **values)


class PartyFilter(forms.Form):
    """Which customers without authorisation the list shows."""

    q = forms.CharField(
        label=_("客户"),
        required=False,
        max_length=80,
        widget=search_box(_("客户名称")),
    )


class AuthorisationForm(forms.Form):
    """One consent as it was signed; the last day counts."""

    purposes = forms.MultipleChoiceField(
        label=_("用途"), choices=Purpose.choices, widget=forms.CheckboxSelectMultiple
    )
    scope = forms.MultipleChoiceField(
        label=_("授权范围"), choices=DataClass.choices, widget=forms.CheckboxSelectMultiple
    )
    recipient = forms.CharField(
        label=_("接收方客户编号"),
        required=False,
        max_length=20,
        help_text=_("空为本机构；银行、再担保机构等每个接收方须单独登记一份"),
    )
    legal_basis = forms.ChoiceField(label=_("处理依据"), choices=LegalBasis.choices)
    notice = forms.ModelChoiceField(
        notices().exclude(state=NoticeState.DRAFT),
        label=_("所示告知书"),
        required=False,
        empty_label=_("未出示"),
    )
    signed_on = day_field(_("签署日期"))
    starts_on = day_field(_("起始日期"))
    ends_on = day_field(_("截止日期（含当日）"))
    channel = forms.ChoiceField(label=_("签署方式"), choices=Channel.choices)
    witness = forms.ModelChoiceField(
        staff_who_witness(), label=_("面签见证人"), required=False, empty_label=_("无")
    )
    file = forms.FileField(
        label=_("签署文件"),
        required=False,
        help_text=_("PDF、JPG 或 PNG，不超过 10 MB，按内容检查；加密保存"),
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )
    same_file_as = forms.ModelChoiceField(
        files_of(0), label=_("或者：与此授权同一签署文件"), required=False, empty_label=_("不是")
    )

    def __init__(self, actor: Actor, party: Party, *args: Any, today: Any) -> None:
        super().__init__(*args)
        self.initial = {"signed_on": today, "starts_on": today, "ends_on": today + YEAR}
        self.actor, self.party = actor, party
        fields: dict[str, Any] = self.fields
        fields["same_file_as"].queryset = files_of(party.pk)

    def clean_recipient(self) -> Party | None:
        """The party of that number."""
        number = self.cleaned_data["recipient"].strip().upper()
        if not number:
            return None
        found = possible_recipients(self.actor, grantor_id=self.party.pk).filter(number=number).first()
        if found is None:
            raise forms.ValidationError(_now("没有编号为“%(number)s”的客户可作接收方。") % {"number": number})
        return found

    def clean(self) -> dict[str, Any]:
        """A file, or another authorisation's, but not both."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("file") and cleaned.get("same_file_as"):
            self.add_error("same_file_as", _now("上传文件与选用已有文件只能选一项。"))
        return cleaned

    def details(self) -> AuthorisationDetails:
        """As the action takes it."""
        entered = self.cleaned_data
        return AuthorisationDetails(
            purposes=tuple(entered["purposes"]),
            scope=tuple(entered["scope"]),
            starts_at=midnight(entered["starts_on"]),
            ends_at=midnight(entered["ends_on"] + timedelta(days=1)),
            signed_on=entered["signed_on"],
            channel=entered["channel"],
            legal_basis=entered["legal_basis"],
            recipient=entered["recipient"],
            notice=entered["notice"],
            witness=entered["witness"],
        )


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("理由"), max_length=200, validators=[refuse_protected])


class NoticeForm(forms.Form):
    """What a notice says."""

    title = forms.CharField(label=_("标题"), max_length=120)
    text = forms.CharField(label=_("正文"), max_length=20_000, widget=forms.Textarea(attrs=TEXT_ATTRS))
    sensitive_text = forms.CharField(
        label=_("敏感个人信息：处理的必要性及对权益的影响"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("没有这一段，不能据此取得敏感信息的单独同意（个人信息保护法30条）"),
    )
    categories = forms.MultipleChoiceField(
        label=_("信息种类"), choices=DataClass.choices, widget=forms.CheckboxSelectMultiple
    )
    purposes = forms.MultipleChoiceField(
        label=_("处理目的"), choices=Purpose.choices, widget=forms.CheckboxSelectMultiple
    )
    retention = forms.CharField(label=_("保存期限"), max_length=200)
    contact = forms.CharField(label=_("联系方式与权利行使途径"), max_length=200)

    def details(self) -> NoticeDetails:
        """As the action takes it."""
        entered = self.cleaned_data
        return NoticeDetails(
            title=entered["title"],
            text=entered["text"],
            sensitive_text=entered["sensitive_text"],
            categories=tuple(entered["categories"]),
            purposes=tuple(entered["purposes"]),
            retention=entered["retention"],
            contact=entered["contact"],
        )


class ReportForm(forms.Form):
    """A credit report to be taken in; of one that can be read, only the file is needed."""

    file = forms.FileField(
        label=_("报告文件"),
        help_text=_("XML、JSON（接口报文）或 PDF，不超过 10 MB，按内容检查；加密保存，到授权截止日销毁"),
        widget=forms.FileInput(attrs={"accept": ".xml,.json,.pdf"}),
    )
    kind = forms.ChoiceField(label=_("报告种类"), required=False, choices=[READ, *ReportKind.choices])
    report_number = forms.CharField(
        label=_("报告编号"),
        required=False,
        max_length=40,
        help_text=_("XML、JSON 可以留空；填写的要与报告一致"),
    )
    queried_on = day_field(_("查询日期"), required=False)
    reason = forms.ChoiceField(
        label=_("查询原因"),
        required=False,
        choices=[READ, *((one.value, f"{one.value} {one.label}") for one in QUERY_REASONS)],
    )

    def details(self) -> ReportDetails:
        """As the action takes it."""
        entered = self.cleaned_data
        return ReportDetails(
            kind=entered["kind"],
            report_number=entered["report_number"],
            queried_on=entered["queried_on"],
            reason=entered["reason"],
        )


class PurposeForm(forms.Form):
    """For which purpose a report is opened."""

    purpose = forms.ChoiceField(choices=[(one.value, one.label) for one in QUERY_REASONS])
    note = forms.CharField(required=False, max_length=120, validators=[refuse_protected])
