"""What a person enters about an import."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vouch.platform.exchange.contents import MASKED, RowContent, covers_of, is_hidden, shown_cell
from vouch.platform.exchange.importer import Importer, Source
from vouch.platform.exchange.models import ImportFile, ImportRow
from vouch.platform.exchange.queries import importable_units, source_of
from vouch.platform.exchange.tabular import DOUBTFUL_BELOW, Chosen, Column, Table
from vouch.platform.exchange.terms import RowState, Verdict
from vouch.platform.identity.actor import Actor
from vouch.platform.web.figures import grouped
from vouch.platform.web.inputs import ReasonField

UPLOAD_MAX = 512 * 1024 * 1024
LONG_CELL = 60


UNITS = ("元", "万元")


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
        units = list(importable_units(actor)[:2])
        # Among several a person says whose customers these are: a wrong guess would put a whole list into a wrong unit.
        self.fields["unit"] = forms.ModelChoiceField(
            importable_units(actor),
            label=_("归属机构"),
            empty_label=None if len(units) == 1 else _("请选择"),
            initial=units[0] if len(units) == 1 else None,
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
    """Which heading each wanted column has in one file, and in which unit its amounts are.

    ``largest`` is the largest bare figure among the first rows of all columns of amounts; 0 where every cell names
    its own unit.
    """

    def __init__(
        self, file: ImportFile, table: Table, largest: Decimal, data: QueryDict | None = None
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
        money = [column for column in table.columns if column.is_money]
        if money:
            self._add_units(money, largest)
        self.fields["sheet"] = forms.CharField(
            required=False, initial=table.sheet, widget=forms.HiddenInput()
        )

    def _add_units(self, money: Sequence[Column], largest: Decimal) -> None:
        units = [self._table.units.get(column.name, "") for column in money]
        is_doubtful = 0 < largest < DOUBTFUL_BELOW
        found = [column.name for column, place in self._placed() if column.is_money and place is not None]
        is_open = any(name not in self._table.units for name in found)
        help_text = _("文件没有写明单位，最大的数是 %s，请选择") % grouped(largest)
        choices = list(dict.fromkeys((*UNITS, *filter(None, units))))
        self.fields["unit"] = forms.ChoiceField(
            label=_("金额单位"),
            required=False,
            choices=[("", _("请选择")), *((one, one) for one in choices)],
            initial="" if is_doubtful and is_open else UNITS[0],
            help_text=help_text
            if is_doubtful and is_open
            else _("单元格里写明单位的（如 120万元）以单元格为准"),
        )
        for column, unit in zip(money, units, strict=True):
            stated = self._table.stated_units.get(column.name, "")
            self.fields[f"unit_{column.name}"] = forms.ChoiceField(
                label=_("%s的单位") % column.title,
                required=False,
                choices=[("", _("同“金额单位”")), *((one, one) for one in choices)],
                initial=unit,
                help_text=_("文件写明：%s") % stated if stated else "",
            )

    def _placed(self) -> list[tuple[Column, int | None]]:
        return list(zip(self._table.columns, self._table.places, strict=True))

    def rows(self) -> list[tuple[BoundField, BoundField | None]]:
        """The fields of the columns that the file has or must have, each with that of its unit where it has amounts."""
        return [self._pair(column) for column in self._table.columns if self._is_shown(column)]

    def others(self) -> list[tuple[BoundField, BoundField | None]]:
        """Those of the columns that it does not have and need not have."""
        return [self._pair(column) for column in self._table.columns if not self._is_shown(column)]

    def _is_shown(self, column: Column) -> bool:
        bound = self[column.name]
        return bool(column.is_required or bound.value() or bound.errors)

    def _pair(self, column: Column) -> tuple[BoundField, BoundField | None]:
        return self[column.name], self[f"unit_{column.name}"] if column.is_money else None

    def missing(self) -> list[str]:
        """Columns that must be there and were not recognised among the headings."""
        return [column.title for column, place in self._placed() if column.is_required and place is None]

    def unit(self) -> BoundField | None:
        """The field of the unit of all amounts, where the file may have any."""
        return self["unit"] if "unit" in self.fields else None

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
            if column.is_money and not self._unit_of(column.name, cleaned) and "unit" not in self.errors:
                self.add_error("unit", _("请选择金额的单位。"))
        return cleaned

    @staticmethod
    def _unit_of(name: str, cleaned: Mapping[str, Any]) -> str:
        return str(cleaned.get(f"unit_{name}") or cleaned.get("unit") or "")

    def chosen(self) -> Chosen:
        """What was said of the file."""
        mapping = {column.name: self.cleaned_data[column.name] for column in self._table.columns}
        money = [column.name for column in self._table.columns if column.is_money and mapping[column.name]]
        units = {name: self._unit_of(name, self.cleaned_data) for name in money}
        return Chosen(mapping=mapping, units=units, sheet=self.cleaned_data["sheet"])


class CorrectionForm(forms.Form):
    """The values of one kept row, to be put right. What is protected starts empty, and empty means unchanged."""

    def __init__(self, row: ImportRow, content: RowContent | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        source = source_of(row)
        cells, raw = (content.cells, content.raw) if content else ((), ())
        # A row that does not fit its headings starts with its cells from the left; nobody can tell what is protected.
        values = [*(cells or (() if source.protected else raw)), *[""] * len(source.columns)]
        self._unchanged: dict[str, str] = {}
        is_masked, covers = is_hidden(source, MASKED), covers_of(source, row.file.mapping)
        for column, cover, value in zip(source.columns, covers, values, strict=False):
            help_text, initial = "", value
            if is_masked and (told := shown_cell(cover, value, MASKED)) != value:
                self._unchanged[column.name] = value
                help_text, initial = _("现为 %s；留空表示不变，填“-”表示清空。") % told, ""
            widget = forms.Textarea(attrs={"rows": 3}) if len(initial) > LONG_CELL else forms.TextInput()
            self.fields[column.name] = forms.CharField(
                label=column.title, required=False, initial=initial, widget=widget, max_length=5000,
                strip=False, help_text=help_text,
            )  # fmt: skip

    def values(self) -> dict[str, str]:
        """The row as it is to be taken, by column."""
        return {name: value or self._unchanged.get(name, "") for name, value in self.cleaned_data.items()}


class PurposeForm(forms.Form):
    """Why somebody reads what a delivery holds in full."""

    purpose = ReasonField(
        label=gettext_lazy("用途"),
        max_length=100,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("例如：核对名单后重新导入")}),
    )


class ReasonForm(forms.Form):
    """Why a row is taken as it stands, or not at all."""

    reason = ReasonField(
        label=gettext_lazy("理由"),
        max_length=200,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("例如：营业执照上即为此代码")}),
    )


class UndoForm(forms.Form):
    """Why a whole import is taken back."""

    reason = ReasonField(
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
