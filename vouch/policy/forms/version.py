"""What a person hands in to change the rules."""

from __future__ import annotations

from datetime import datetime, time

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

FILE_MAX = 1024 * 1024


class DraftForm(forms.Form):
    """A policy file, with its card in it or registered already."""

    file = forms.FileField(
        label=gettext_lazy("政策文件（YAML）"), widget=forms.FileInput(attrs={"accept": ".yaml,.yml"})
    )

    def clean_file(self) -> UploadedFile[bytes]:
        """Refuse what is too large to be a policy before it is read."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if file.size is None or file.size > FILE_MAX:
            raise forms.ValidationError(_("政策文件不应超过 1 MB。"))
        return file


class PublishForm(forms.Form):
    """From when a version judges; empty is at once."""

    effective_on = forms.DateField(
        label=gettext_lazy("生效日期"),
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "2020-02-29", "inputmode": "numeric"}),
        error_messages={"invalid": gettext_lazy("请写成 2020-02-29 的样子。")},
        help_text=gettext_lazy("不填即刻生效；填将来的日期，从那天零点起生效，之前仍按原版本。"),
    )

    def effective_at(self) -> datetime | None:
        """The first moment of the day here; None for at once."""
        day = self.cleaned_data["effective_on"]
        return None if day is None else timezone.make_aware(datetime.combine(day, time.min))


class TextForm(forms.Form):
    """A policy's text, as it is edited on the page."""

    document = forms.CharField(
        label=gettext_lazy("政策原文（YAML）"),
        max_length=FILE_MAX,
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 24, "class": "paste", "spellcheck": "false", "autocomplete": "off"}
        ),
    )

    def clean_document(self) -> bytes:
        """As a file has it: a browser sends lines that end in CR LF."""
        text: str = self.cleaned_data["document"]
        return text.replace("\r\n", "\n").encode()
