"""What people enter about how a party is reached, which papers it showed, and why somebody reads all that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vouch.parties import actions
from vouch.parties.actions import AccountLine, ContactLine, PhoneLine, read_account, read_name, read_phone
from vouch.parties.terms import PURPOSES, PaperKind, PhoneUse, Relation
from vouch.platform.web.inputs import ReasonField

NO_MEMORY = {"autocomplete": "off", "spellcheck": "false"}


LARGEST_PAPER = 10 * 1024 * 1024


def read_or_refuse(read: Callable[[str], Any], text: str) -> Any:
    """What was written, in normal form. Raises ValidationError."""
    try:
        return read(text)
    except ValueError as error:
        raise forms.ValidationError(str(error)) from error


class PhoneForm(forms.Form):
    """A telephone number."""

    use = forms.ChoiceField(label=gettext_lazy("电话类型"), choices=PhoneUse.choices)
    number = forms.CharField(
        label=gettext_lazy("电话号码"), max_length=40, widget=forms.TextInput(attrs=NO_MEMORY)
    )

    def clean(self) -> dict[str, Any]:
        """A number of its kind."""
        cleaned = super().clean() or {}
        if cleaned.get("number") and cleaned.get("use"):
            try:
                cleaned["number"] = read_phone(cleaned["number"], use=cleaned["use"])
            except ValueError as error:
                self.add_error("number", str(error))
        return cleaned

    def line(self) -> PhoneLine:
        """What was entered."""
        return PhoneLine(self.cleaned_data["use"], self.cleaned_data["number"])


class AccountForm(forms.Form):
    """A bank account."""

    bank = forms.CharField(label=gettext_lazy("开户银行"), max_length=80)
    holder = forms.CharField(label=gettext_lazy("户名"), max_length=100)
    number = forms.CharField(
        label=gettext_lazy("账号"), max_length=60, widget=forms.TextInput(attrs=NO_MEMORY)
    )

    def clean_number(self) -> str:
        """Digits alone."""
        digits, self.is_flawed = read_or_refuse(read_account, self.cleaned_data["number"])
        return str(digits)

    def line(self) -> AccountLine:
        """What was entered."""
        given = self.cleaned_data
        return AccountLine(given["bank"], given["holder"], given["number"], self.is_flawed)


class ContactForm(forms.Form):
    """Somebody through whom the party can be reached."""

    name = forms.CharField(
        label=gettext_lazy("姓名"), max_length=100, widget=forms.TextInput(attrs=NO_MEMORY)
    )
    relation = forms.ChoiceField(label=gettext_lazy("关系"), choices=Relation.choices)
    phone = forms.CharField(
        label=gettext_lazy("联系电话"), max_length=40, widget=forms.TextInput(attrs=NO_MEMORY)
    )

    def clean_name(self) -> str:
        """Letters of any script."""
        return str(read_or_refuse(read_name, self.cleaned_data["name"]))

    def clean_phone(self) -> str:
        """Any telephone."""
        return str(
            read_or_refuse(lambda text: read_phone(text, use=PhoneUse.OTHER), self.cleaned_data["phone"])
        )

    def line(self) -> ContactLine:
        """What was entered."""
        given = self.cleaned_data
        return ContactLine(given["relation"], given["name"], given["phone"])


class PaperForm(forms.Form):
    """An image of a document."""

    kind = forms.ChoiceField(label=gettext_lazy("资料类型"), choices=PaperKind.choices)
    file = forms.FileField(
        label=gettext_lazy("文件"),
        help_text=gettext_lazy("PNG、JPEG 或 PDF，不超过 10 MB；加密保存，不保留文件名。"),
    )

    def clean_file(self) -> Any:
        """By its first bytes, whatever its name says."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST_PAPER:
            raise forms.ValidationError(_("文件超过 10 MB。"))
        self.media_type = actions.media_type_of(file.read(8))
        file.seek(0)
        if not self.media_type:
            raise forms.ValidationError(_("不是 PNG、JPEG 或 PDF 文件。"))
        return file


class EndForm(forms.Form):
    """Why something is no longer in use."""

    reason = ReasonField(label=gettext_lazy("停用理由"), max_length=200)


class PurposeForm(forms.Form):
    """Why somebody reads a protected value."""

    purpose = forms.ChoiceField(label=gettext_lazy("用途"), choices=[(str(one), one) for one in PURPOSES])
    note = ReasonField(
        label=gettext_lazy("说明"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("可不填")}),
    )

    def text(self) -> str:
        """The purpose as the ledger keeps it."""
        note = self.cleaned_data["note"]
        return f"{self.cleaned_data['purpose']}：{note}" if note else str(self.cleaned_data["purpose"])
