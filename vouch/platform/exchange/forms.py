"""What a person enters about an import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vouch.platform.exchange.importer import Importer, Source
from vouch.platform.exchange.models import ImportFile, ImportRow
from vouch.platform.exchange.queries import importable_units, source_of
from vouch.platform.exchange.tabular import Chosen, Column, Table
from vouch.platform.exchange.terms import RowState, Verdict
from vouch.platform.identity.actor import Actor
from vouch.platform.web.figures import grouped

UPLOAD_MAX = 512 * 1024 * 1024
LONG_CELL = 60


UNITS = ("元", "万元")
DOUBTFUL_BELOW = 100_000
"""Where no amount reaches this, 元 and 万元 are both possible, and a person is asked."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The largest bare figure among the first rows of a column of amounts; 0 where every cell names its own unit."""

    largest: Decimal

    @property
    def is_doubtful(self) -> bool:
        """Whether the figures could be meant in 万元."""
        return 0 < self.largest < DOUBTFUL_BELOW


class UploadForm(forms.Form):
    """The files of one import, the unit they belong to, and whether they are only tried out."""

    def __init__(self, importer: Importer, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.importer = importer
        for source in importer.sources:
            self.fields[f"file_{source.name}"] = forms.FileField(
                label=source.title,
                required=source.is_required,
                widget=forms.FileInput(attrs={"accept": ".csv,.gz,.xlsx,.xls"}),
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
    """Which heading each wanted column has in one file, and in which unit its amounts are."""

    def __init__(
        self, file: ImportFile, table: Table, figures: Mapping[str, Figures], data: QueryDict | None = None
    ) -> None:
        super().__init__(data, prefix=f"file{file.pk}")
        self._table = table
        headings = [(heading, heading) for heading in dict.fromkeys(table.headings) if heading]
        for column, place in zip(table.columns, table.places, strict=True):
            self.fields[column.name] = forms.ChoiceField(
                label=column.title,
                required=column.is_required,
                choices=[("", _("（没有此列）")), *headings],
                initial=table.headings[place] if place is not None else "",
            )
        for column in table.columns:
            if column.is_money:
                self._add_unit(column, figures.get(column.name))
        self.fields["sheet"] = forms.CharField(
            required=False, initial=table.sheet, widget=forms.HiddenInput()
        )

    def _add_unit(self, column: Column, figures: Figures | None) -> None:
        stated = self._table.stated_units.get(column.name, "")
        initial = self._table.units.get(column.name, "")
        help_text = _("文件写明：%s") % stated if stated else ""
        if not initial and figures is not None and not figures.is_doubtful:
            initial = UNITS[0]
        elif not initial and figures is not None:
            help_text = _("文件没有写明单位，最大的数是 %s，请选择") % grouped(figures.largest)
        choices = list(
            dict.fromkeys(("", *UNITS, *([stated] if stated else []), *([initial] if initial else [])))
        )
        self.fields[f"unit_{column.name}"] = forms.ChoiceField(
            label=_("%s的单位") % column.title,
            required=False,
            choices=[(one, one or _("请选择")) for one in choices],
            initial=initial,
            help_text=help_text,
        )

    def rows(self) -> list[tuple[BoundField, BoundField | None]]:
        """Each column's field, with that of its unit where it has amounts."""
        return [
            (self[column.name], self[f"unit_{column.name}"] if column.is_money else None)
            for column in self._table.columns
        ]

    def clean(self) -> dict[str, Any]:
        """One heading cannot be two columns; amounts have a unit."""
        cleaned = super().clean() or {}
        used: dict[str, str] = {}
        for column in self._table.columns:
            heading = cleaned.get(column.name)
            if not heading:
                continue
            if heading in used:
                other = self.fields[used[heading]].label
                self.add_error(
                    column.name, _("“%(heading)s”已用于“%(other)s”。") % {"heading": heading, "other": other}
                )
            used.setdefault(heading, column.name)
            if column.is_money and not cleaned.get(f"unit_{column.name}"):
                self.add_error(f"unit_{column.name}", _("请选择“%s”的单位。") % column.title)
        return cleaned

    def chosen(self) -> Chosen:
        """What was said of the file."""
        names = [column.name for column in self._table.columns]
        units = {name: self.cleaned_data.get(f"unit_{name}", "") for name in names}
        return Chosen(
            mapping={name: self.cleaned_data[name] for name in names},
            units={name: unit for name, unit in units.items() if unit and self.cleaned_data[name]},
            sheet=self.cleaned_data["sheet"],
        )


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


class UndoForm(forms.Form):
    """Why a whole import is taken back."""

    reason = forms.CharField(
        label=gettext_lazy("撤销理由"),
        max_length=200,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("例如：导入了上个月的台账")}),
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
