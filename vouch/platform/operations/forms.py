"""What a person enters about the installation."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vouch.platform.identity.actions.api_keys import KeyDetails
from vouch.platform.identity.queries import units
from vouch.platform.identity.terms import ApiScope, FieldClass, Scope
from vouch.platform.jobs.queries import task_names
from vouch.platform.jobs.terms import JobState, task_title
from vouch.platform.operations.actions.inspections import InspectionDetails, Letter
from vouch.platform.operations.terms import LONGEST_INSPECTION_DAYS

LARGEST_LETTER = 10 * 2**20
MAGIC = {b"%PDF-": "application/pdf", b"\x89PNG\r\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
MOMENT = {"placeholder": "2026-01-31 09:00"}
DAY = {"placeholder": "2026-01-31"}
PROTECTED = [choice for choice in FieldClass.choices if choice[0] != FieldClass.ORDINARY]


class InspectionForm(forms.Form):
    """What the regulator's letter says, and how far the account reaches."""

    authority = forms.CharField(label=gettext_lazy("检查机关"), max_length=120)
    letter_number = forms.CharField(label=gettext_lazy("检查通知书文号"), max_length=80)
    inspector = forms.CharField(label=gettext_lazy("检查人员"), max_length=60)
    purpose = forms.CharField(label=gettext_lazy("检查事由"), max_length=200)
    starts_at = forms.DateTimeField(
        label=gettext_lazy("开始时间"), widget=forms.DateTimeInput(format="%Y-%m-%d %H:%M", attrs=MOMENT)
    )
    ends_at = forms.DateTimeField(
        label=gettext_lazy("结束时间"), widget=forms.DateTimeInput(format="%Y-%m-%d %H:%M", attrs=MOMENT)
    )
    period_from = forms.DateField(label=gettext_lazy("检查期间起"), widget=forms.DateInput(attrs=DAY))
    period_until = forms.DateField(label=gettext_lazy("检查期间止"), widget=forms.DateInput(attrs=DAY))
    units = forms.ModelMultipleChoiceField(
        units(), label=gettext_lazy("检查机构（含下级）"), widget=forms.CheckboxSelectMultiple
    )
    field_classes = forms.MultipleChoiceField(
        label=gettext_lazy("可完整查看的字段"),
        required=False,
        choices=PROTECTED,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("未勾选的只显示掩码。"),
    )
    may_export = forms.BooleanField(label=gettext_lazy("允许导出（带水印）"), required=False)
    letter = forms.FileField(
        label=gettext_lazy("检查通知书"), help_text=gettext_lazy("PDF、PNG 或 JPEG，最大 10 MB；加密保存。")
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._now = now
        self.media_type = ""

    def clean_letter(self) -> UploadedFile[Any]:
        """A file that says itself what it is."""
        file: UploadedFile[Any] = self.cleaned_data["letter"]
        if (file.size or 0) > LARGEST_LETTER:
            raise forms.ValidationError(_("文件超过 10 MB。"))
        head = file.read(8)
        file.seek(0)
        self.media_type = next((kind for magic, kind in MAGIC.items() if head.startswith(magic)), "")
        if not self.media_type:
            raise forms.ValidationError(_("文件不是 PDF、PNG 或 JPEG。"))
        return file

    def clean(self) -> dict[str, Any]:
        """Times in order, not over already, and not for ever."""
        cleaned = super().clean() or {}
        start, end = cleaned.get("starts_at"), cleaned.get("ends_at")
        if start and end:
            if end <= start:
                self.add_error("ends_at", _("结束时间应晚于开始时间。"))
            elif end <= self._now:
                self.add_error("ends_at", _("结束时间已过。"))
            elif end - start > timedelta(days=LONGEST_INSPECTION_DAYS):
                self.add_error(
                    "ends_at", _("最长 %d 天；更长的检查请届时另行申请。") % LONGEST_INSPECTION_DAYS
                )
        since, until = cleaned.get("period_from"), cleaned.get("period_until")
        if since and until and until < since:
            self.add_error("period_until", _("检查期间止应不早于起。"))
        return cleaned

    def details(self) -> InspectionDetails:
        """What was entered; times to the minute."""
        given = self.cleaned_data
        return InspectionDetails(
            authority=given["authority"],
            letter_number=given["letter_number"],
            inspector=given["inspector"],
            purpose=given["purpose"],
            units=list(given["units"]),
            period=(given["period_from"], given["period_until"]),
            field_classes=given["field_classes"],
            may_export=given["may_export"],
            starts_at=given["starts_at"].replace(second=0, microsecond=0),
            ends_at=given["ends_at"].replace(second=0, microsecond=0),
        )

    def letter_file(self) -> Letter:
        """The letter as it streams in."""
        file: UploadedFile[Any] = self.cleaned_data["letter"]
        return Letter(name=file.name or "", media_type=self.media_type, pieces=file.chunks())


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=gettext_lazy("理由"), max_length=200)


class JobFilter(forms.Form):
    """Which jobs to show."""

    q = forms.CharField(
        label=gettext_lazy("编号或对象"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": gettext_lazy("例如 1024、party:12")}),
    )
    status = forms.ChoiceField(
        label=gettext_lazy("状态"), required=False, choices=[("", gettext_lazy("全部")), *JobState.choices]
    )
    task = forms.ChoiceField(
        label=gettext_lazy("任务"),
        required=False,
        choices=lambda: [("", _("全部")), *((name, task_title(name)) for name in task_names())],
    )


class RotationForm(forms.Form):
    """That the person knows what rotating means."""

    is_understood = forms.BooleanField(
        label=gettext_lazy("我知道：轮换后须立即备份密钥环；旧密钥不可删除，否则用它封装的数据无法解密。")
    )


class ApiKeyForm(forms.Form):
    """What a key of the programming interface is for, and how far it reaches."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=80)
    holder = forms.CharField(label=gettext_lazy("使用方"), max_length=120)
    unit = forms.ModelChoiceField(units(), label=gettext_lazy("所属机构"), empty_label=None)
    data_scope = forms.ChoiceField(
        label=gettext_lazy("数据范围"), choices=[one for one in Scope.choices if one[0] != Scope.OWN]
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("接口权限"), choices=ApiScope.choices, widget=forms.CheckboxSelectMultiple
    )
    per_minute = forms.IntegerField(
        label=gettext_lazy("每分钟调用上限"), min_value=1, max_value=6000, initial=60
    )
    expires_on = forms.DateField(
        label=gettext_lazy("到期日"),
        widget=forms.DateInput(attrs=DAY),
        help_text=gettext_lazy("当日结束时失效，最长一年。"),
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._today = timezone.localdate(now)

    def clean_expires_on(self) -> date:
        """Not over already, and not for ever."""
        day: date = self.cleaned_data["expires_on"]
        if not self._today <= day <= self._today + timedelta(days=366):
            raise forms.ValidationError(_("到期日应在今天至一年之内。"))
        return day

    def details(self) -> KeyDetails:
        """What was entered."""
        given = self.cleaned_data
        end = datetime.combine(given["expires_on"] + timedelta(days=1), time.min)
        return KeyDetails(
            name=given["name"],
            holder=given["holder"],
            scopes=given["scopes"],
            unit=given["unit"],
            data_scope=given["data_scope"],
            expires_at=timezone.make_aware(end),
            per_minute=given["per_minute"],
        )
