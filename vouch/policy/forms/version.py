"""What a person hands in to change the rules."""

from __future__ import annotations

from django import forms
from django.core.files.uploadedfile import UploadedFile
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
