"""What a person enters about an import."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vouch.platform.exchange.importer import Importer, Source
from vouch.platform.exchange.models import ImportFile, ImportRow
from vouch.platform.exchange.queries import importable_units, source_of
from vouch.platform.exchange.tabular import Table
from vouch.platform.exchange.terms import RowState, Verdict
from vouch.platform.identity.actor import Actor

UPLOAD_MAX = 512 * 1024 * 1024
LONG_CELL = 60


class UploadForm(forms.Form):
    """The files of one import, the unit they belong to, and whether they are only tried out."""

    def __init__(self, importer: Importer, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.importer = importer
        for source in importer.sources:
            self.fields[f"file_{source.name}"] = forms.FileField(
                label=source.title,
                required=source.is_required,
                widget=forms.FileInput(attrs={"accept": ".csv,.gz,.xlsx"}),
            )
        units = importable_units(actor)
        self.fields["unit"] = forms.ModelChoiceField(
            units, label=_("归属机构"), empty_label=None, initial=units.first()
        )
        self.fields["is_dry_run"] = forms.BooleanField(label=_("试运行：只检查，不写入"), required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse files beyond the limit before anything is kept."""
        cleaned = super().clean() or {}
        for name, _source, file in self.uploads():
            if file.size is not None and file.size > UPLOAD_MAX:
                limit = UPLOAD_MAX // 1024**2
                self.add_error(
                    name, _("文件超过 %(limit)d MB，请用命令行 vouch import 导入。") % {"limit": limit}
                )
        return cleaned

    def uploads(self) -> list[tuple[str, Source, UploadedFile[bytes]]]:
        """Field, source and file of each file that was given."""
        fields = [(f"file_{source.name}", source) for source in self.importer.sources]
        return [
            (name, source, self.cleaned_data[name]) for name, source in fields if self.cleaned_data.get(name)
        ]


class ColumnsForm(forms.Form):
    """Which heading each wanted column has, in one file."""

    def __init__(self, file: ImportFile, table: Table, data: QueryDict | None = None) -> None:
        super().__init__(data, prefix=f"file{file.pk}")
        headings = [(heading, heading) for heading in dict.fromkeys(table.headings) if heading]
        for column, place in zip(table.columns, table.places, strict=True):
            self.fields[column.name] = forms.ChoiceField(
                label=column.title,
                required=column.is_required,
                choices=[("", _("（没有此列）")), *headings],
                initial=table.headings[place] if place is not None else "",
            )

    def clean(self) -> dict[str, Any]:
        """One heading cannot be two columns."""
        cleaned = super().clean() or {}
        used: dict[str, str] = {}
        for name, heading in list(cleaned.items()):
            if heading and heading in used:
                other = self.fields[used[heading]].label
                self.add_error(
                    name, _("“%(heading)s”已用于“%(other)s”。") % {"heading": heading, "other": other}
                )
            used.setdefault(heading, name)
        return cleaned

    def mapping(self) -> Mapping[str, str]:
        """Column → heading, as chosen."""
        return dict(self.cleaned_data)


class CorrectionForm(forms.Form):
    """The values of one kept row, to be put right."""

    def __init__(self, row: ImportRow, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        columns = source_of(row).columns
        # A row that does not fit its headings starts with its cells from the left.
        values = [*(row.cells or row.raw), *[""] * len(columns)]
        for column, value in zip(columns, values, strict=False):
            widget = forms.Textarea(attrs={"rows": 3}) if len(value) > LONG_CELL else forms.TextInput()
            self.fields[column.name] = forms.CharField(
                label=column.title, required=False, initial=value, widget=widget, max_length=5000, strip=False
            )


class ReasonForm(forms.Form):
    """Why a row is taken as it stands, or not at all."""

    reason = forms.CharField(
        label=gettext_lazy("理由"),
        max_length=200,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("例如：营业执照上即为此代码")}),
    )


class RowFilter(forms.Form):
    """Which kept rows to show."""

    verdict = forms.ChoiceField(
        label=gettext_lazy("结果"), required=False, choices=[("", gettext_lazy("全部")), *Verdict.choices]
    )
    state = forms.ChoiceField(
        label=gettext_lazy("处理状态"),
        required=False,
        choices=[("", gettext_lazy("全部")), *RowState.choices],
    )
