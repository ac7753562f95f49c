"""What people enter about documents and photos."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from vouch.customers.actions import Filing, MaterialDetails
from vouch.customers.forms.consent import ALL, day_field, refuse_protected
from vouch.customers.queries import FiledDocument, Material
from vouch.customers.queries.documents import DocumentsWanted
from vouch.customers.terms import (
    CATEGORY_GROUPS,
    PHOTOS,
    DocumentCategory,
    MaterialKind,
    Origin,
    Validity,
)
from vouch.platform.web.inputs import search_box

CATEGORIES = [(title, [(one.value, one.label) for one in group]) for title, group in CATEGORY_GROUPS]
ACCEPTED = ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png"


class DocumentFilter(forms.Form):
    """Which documents the list shows."""

    q = forms.CharField(
        label=_("名称或说明"),
        required=False,
        max_length=80,
        widget=search_box(_("名称、说明")),
    )
    category = forms.ChoiceField(label=_("类别"), required=False)
    validity = forms.ChoiceField(label=_("有效期"), required=False, choices=[ALL, *Validity.choices])
    versions = forms.ChoiceField(
        label=_("版本"), required=False, choices=[("", _("现行版本")), ("all", _("含历史版本"))]
    )

    def __init__(self, *args: Any, photos: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        shown = [one for one in DocumentCategory if (one in PHOTOS) == photos]
        field: Any = self.fields["category"]
        field.choices = [ALL, *((one.value, one.label) for one in shown)]
        if photos:
            del self.fields["validity"]

    def wanted(self) -> DocumentsWanted:
        """What was asked; a value that cannot be is left out."""
        self.is_valid()
        found = self.cleaned_data
        return DocumentsWanted(
            text=found.get("q", ""),
            category=found.get("category", ""),
            validity=found.get("validity", ""),
            is_former_too=found.get("versions") == "all",
        )


class FilingForm(forms.Form):
    """As what a paper is filed."""

    category = forms.ChoiceField(label=_("资料类别"), choices=CATEGORIES)
    title = forms.CharField(
        label=_("名称"),
        required=False,
        max_length=80,
        validators=[refuse_protected],
        help_text=_("可空，空着就用类别的名称"),
    )
    valid_from = day_field(_("有效期起"), required=False)
    valid_until = day_field(_("有效期止"), required=False, help_text=_("到期前 30 天起提示"))

    def filing(self) -> Filing:
        """As the action takes it."""
        names = ("title", "valid_from", "valid_until")
        return Filing(self.cleaned_data["category"], **{name: self.cleaned_data[name] for name in names})


class DocumentForm(FilingForm):
    """One paper or photo with its file; the page's script sends several, one after another."""

    field_order = ("category", "file", "photo", "title", "origin", "as_of")

    file = forms.FileField(
        label=_("文件（PDF、JPG、PNG，每个不超过 10 MB）"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
    )
    photo = forms.FileField(
        label=_("用手机拍摄"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}),
    )
    origin = forms.ChoiceField(label=_("来源"), choices=Origin.choices)
    as_of = day_field(_("所属日期"), required=False, help_text=_("空着时：照片取拍摄日期，其他取今天"))
    note = forms.CharField(label=_("说明"), required=False, max_length=200, validators=[refuse_protected])
    keeps_place = forms.BooleanField(label=_("保留照片里的拍摄地点等信息（默认去除）"), required=False)

    def clean(self) -> dict[str, Any]:
        """One file there must be."""
        found = super().clean() or {}
        if not self.has_error("file") and self.upload is None:
            self.add_error("file", _now("请选择文件，或拍一张照片。"))
        return found

    @property
    def upload(self) -> UploadedFile[bytes] | None:
        """What was chosen, or else what was photographed."""
        return self.cleaned_data.get("file") or self.cleaned_data.get("photo")

    def filing(self) -> Filing:
        """As the action takes it."""
        names = ("title", "valid_from", "valid_until", "keeps_place")
        return Filing(
            self.cleaned_data["category"],
            is_dated_by_photo=self.cleaned_data["as_of"] is None,
            **{name: self.cleaned_data[name] for name in names},
        )

    def details(self, *, today: date, replaces: Material | None) -> MaterialDetails:
        """Of which day and from whom."""
        return MaterialDetails(
            kind=MaterialKind.DOCUMENT,
            origin=Origin(self.cleaned_data["origin"]),
            as_of=self.cleaned_data["as_of"] or today,
            note=self.cleaned_data["note"],
            replaces=replaces,
        )


def initial_of(document: FiledDocument) -> dict[str, Any]:
    """What the forms of a document's next version, or of its next name, start with."""
    return {
        "category": document.category,
        "title": document.title,
        "valid_from": document.valid_from,
        "valid_until": document.valid_until,
        "origin": document.material.origin,
    }
