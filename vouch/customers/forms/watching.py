"""What people enter about lists, and how they look through hits."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vouch.customers.actions import EntryDetails, ListFile, read_number
from vouch.customers.forms.lines import Words
from vouch.customers.queries.watching import EntriesWanted, HitsWanted, plain_name
from vouch.customers.terms import Certainty, HitState, ListKind
from vouch.platform.web.inputs import DayField, search_box

ALL = ("", _("全部"))


class HitFilter(forms.Form):
    """Which hits the queue shows."""

    q = forms.CharField(label=_("客户"), required=False, max_length=80, widget=search_box(_("客户名称")))
    state = forms.ChoiceField(label=_("状态"), required=False, choices=[ALL, *HitState.choices])
    kind = forms.ChoiceField(label=_("名单"), required=False, choices=[ALL, *ListKind.choices])
    certainty = forms.ChoiceField(label=_("匹配"), required=False, choices=[ALL, *Certainty.choices])

    def wanted(self) -> HitsWanted:
        """What was asked; a value that cannot be is left out."""
        self.is_valid()
        values = {name: self.cleaned_data.get(name, "") for name in self.fields if name != "q"}
        return HitsWanted(text=self.cleaned_data.get("q", ""), **values)


class EntryFilter(forms.Form):
    """Which entries of a list are shown."""

    q = forms.CharField(
        label=_("名称或代码"), required=False, max_length=80, widget=search_box(_("名称、代码"))
    )
    past = forms.ChoiceField(label=_("范围"), required=False, choices=[("", _("在列")), ("yes", _("已移出"))])

    def wanted(self) -> EntriesWanted:
        """What was asked."""
        self.is_valid()
        return EntriesWanted(
            text=self.cleaned_data.get("q", ""), is_past=self.cleaned_data.get("past", "") == "yes"
        )


class ListForm(forms.Form):
    """A new list."""

    kind = forms.ChoiceField(label=_("名单种类"), choices=ListKind.choices)
    name = Words(label=_("名单名称"), max_length=80)
    source = Words(label=_("发布机构"), required=False, max_length=80)


class EntryForm(forms.Form):
    """Somebody who is to stand on the institution's own list."""

    name = Words(label=_("名称或姓名"), max_length=200)
    number = forms.CharField(
        label=_("统一社会信用代码或证件号码"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("证件号码只保存不可还原的索引；不填只能按名称比对"),
    )
    reason = Words(label=_("列入原因"), max_length=200)
    from_on = DayField(label=_("列入日期"), required=False)
    until_on = DayField(label=_("截止日期"), required=False)
    source = Words(label=_("依据"), required=False, max_length=120)

    def clean_name(self) -> str:
        """A name with at least one letter, or nothing could be compared."""
        name: str = self.cleaned_data["name"]
        if not plain_name(name):
            raise forms.ValidationError(_("名称中没有文字。"))
        return name

    def clean_number(self) -> tuple[str, bytes | None]:
        """A code, or an index; the number itself goes no further."""
        try:
            return read_number(self.cleaned_data["number"])
        except ValueError as error:
            raise forms.ValidationError(f"{error}。") from error

    def clean(self) -> dict[str, Any]:
        """The days stand in order."""
        cleaned: dict[str, Any] = super().clean() or {}
        since, until = cleaned.get("from_on"), cleaned.get("until_on")
        if since and until and until < since:
            self.add_error("until_on", _("截止日期早于列入日期。"))
        return cleaned

    def details(self) -> EntryDetails:
        """As the action takes it."""
        values = dict(self.cleaned_data)
        code, document = values.pop("number")
        return EntryDetails(**values, code=code, document=document)


class VersionForm(forms.Form):
    """A list as a file: everybody who stands on it."""

    as_of = DayField(label=_("名单日期"))
    file = forms.FileField(
        label=_("名单文件"),
        help_text=_("XLSX、XLS 或 CSV，须有“名称”一列；可有证件号码、列入原因、列入日期、截止日期、依据"),
    )

    def taken(self, content: bytes) -> ListFile:
        """As the action takes it."""
        return ListFile(content, self.cleaned_data["file"].name, self.cleaned_data["as_of"])
