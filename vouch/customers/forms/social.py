"""What people enter about a firm's public pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vouch.customers.actions import SignalLine
from vouch.customers.actions.social import line_fault
from vouch.customers.forms.consent import ALL
from vouch.customers.forms.lines import LineForm, Words, line_set
from vouch.customers.queries.social import SignalsWanted
from vouch.customers.terms import Confidence, SeenHow, SignalKind, Tone
from vouch.platform.exchange.tabular import Column
from vouch.platform.web.inputs import DayField, search_box


class SignalFilter(forms.Form):
    """Which observations the list shows."""

    q = forms.CharField(
        label=_("平台"),
        required=False,
        max_length=40,
        widget=search_box(_("平台")),
    )
    kind = forms.ChoiceField(label=_("种类"), required=False, choices=[ALL, *SignalKind.choices])
    tone = forms.ChoiceField(label=_("倾向"), required=False, choices=[ALL, *Tone.choices])

    def wanted(self) -> SignalsWanted:
        """What was asked; a value that cannot be is left out."""
        self.is_valid()
        found = {name: self.cleaned_data.get(name, "") for name in ("kind", "tone")}
        return SignalsWanted(text=self.cleaned_data.get("q", ""), **found)


class SeenForm(forms.Form):
    """How the pages were looked at, for all lines together."""

    seen_on = DayField(label=_("观察日期"))
    how = forms.ChoiceField(label=_("观察方式"), choices=SeenHow.choices)
    confidence = forms.ChoiceField(
        label=_("可信度"),
        choices=[(one.value, one.label) for one in (Confidence.MEDIUM, Confidence.HIGH, Confidence.LOW)],
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen_on"].initial = today

    def clean_seen_on(self) -> date:
        """Not of a day to come."""
        day: date = self.cleaned_data["seen_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("观察日期不能晚于今天。"))
        return day


class SignalLineForm(LineForm):
    """One page: which values it has is the kind's to say."""

    keys = ("platform", "page_url", "last_post_on", "rating", "count", "note")
    columns: ClassVar[tuple[Column, ...]] = (
        Column("kind", "种类", ("信号种类", "类型"), is_required=False),
        Column("platform", "平台", ("平台名称", "网站"), is_required=False),
        Column("page_url", "页面地址", ("网址", "链接", "地址", "url"), is_required=False),
        Column("last_post_on", "最近发布", ("最近发布日期", "最后发布"), is_required=False),
        Column("rating", "评分", ("店铺评分", "得分"), is_required=False),
        Column("rating_most", "满分", ("总分",), is_required=False),
        Column("count", "条数", ("评价条数", "岗位数", "投诉条数", "数量"), is_required=False),
        Column("tone", "倾向", ("情感", "正负面"), is_required=False),
        Column("note", "说明", ("备注", "标题"), is_required=False),
    )
    synonyms: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "kind": {
            "公众号": SignalKind.ACCOUNT,
            "账号": SignalKind.ACCOUNT,
            "评分": SignalKind.RATING,
            "店铺": SignalKind.RATING,
            "招聘": SignalKind.HIRING,
            "岗位": SignalKind.HIRING,
            "投诉": SignalKind.COMPLAINT,
            "新闻": SignalKind.NEWS,
            "报道": SignalKind.NEWS,
        },
        "tone": {"正": Tone.POSITIVE, "负": Tone.NEGATIVE, "中": Tone.NEUTRAL},
    }

    kind = forms.ChoiceField(label=_("种类"), choices=[("", "—"), *SignalKind.choices])
    platform = Words(label=_("平台"), max_length=40)
    page_url = forms.CharField(label=_("页面地址"), max_length=300)
    last_post_on = DayField(label=_("最近发布"), required=False)
    rating = forms.DecimalField(
        label=_("评分"), required=False, max_digits=5, decimal_places=2, min_value=0, localize=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "num"}),
    )  # fmt: skip
    rating_most = forms.DecimalField(
        label=_("满分"), required=False, max_digits=5, decimal_places=2, min_value=0, localize=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "num"}),
    )  # fmt: skip
    count = forms.IntegerField(
        label=_("条数"), required=False, min_value=0, max_value=100_000_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "num"}),
    )  # fmt: skip
    tone = forms.ChoiceField(label=_("倾向"), required=False, choices=[("", "—"), *Tone.choices])
    note = Words(label=_("说明"), required=False, max_length=200)

    def clean(self) -> dict[str, Any]:
        """What is wrong with the line in itself stands beside it; names of persons are the action's to find."""
        cleaned = super().clean() or {}
        if not self.errors:
            today = timezone.localdate()
            fault = line_fault(SignalLine(**cleaned, seen_on=today), today=today)
            if fault:
                self.add_error(fault.field, fault.reason + "。")
        return cleaned

    def line(self, seen: SeenForm) -> SignalLine:
        """As the action takes it."""
        return SignalLine(**self.cleaned_data, **seen.cleaned_data)


SignalLines = line_set(SignalLineForm)
