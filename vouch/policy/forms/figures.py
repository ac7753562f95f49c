"""The institution's own figures as people enter, paste or send them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vouch.platform.web.inputs import DayField, WanField
from vouch.policy.actions import FiguresDetails
from vouch.policy.models import MonthFigures
from vouch.policy.queries.signed import title_of
from vouch.policy.terms import AssetKind

AMOUNTS = (
    "net_assets", "guarantor_equity", "unexpired_reserve", "compensation_reserve", "general_reserve",
    "reserve_before", "reserve_used", "reserve_recovered", "fee_income", "losses_year", "losses_total",
)  # fmt: skip
ENTRUSTED = "entrusted_"
ASSET = "asset_"
FILE_MAX = 1024 * 1024


class SignedWanField(WanField):
    """Yuan in 万元 that may be below nought: net assets may."""

    def to_python(self, value: Any) -> Decimal | None:
        """Raises ValidationError as its parent does."""
        text = str(value).strip() if isinstance(value, str) else ""
        if text[:1] in {"-", "−", "－"}:
            amount = super().to_python(text[1:])
            return None if amount is None else -amount
        return super().to_python(value)


class FiguresForm(forms.Form):
    """A month's figures in 万元; assets by kind, each with what of it is held for others."""

    month_end = DayField(label=gettext_lazy("月末"))
    is_audited = forms.BooleanField(label=gettext_lazy("已审计"), required=False)
    note = forms.CharField(label=gettext_lazy("说明"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in AMOUNTS:
            kind = SignedWanField if name == "net_assets" else WanField
            self.fields[name] = kind(label=title_of(MonthFigures, name), required=name == "net_assets")
        for value, label in AssetKind.choices:
            self.fields[ASSET + value] = WanField(label=label, required=False)
            self.fields[ENTRUSTED + value] = WanField(
                label=_("%s：其中受托管理的财政专项资金") % label, required=False
            )

    @property
    def amounts(self) -> list[forms.BoundField]:
        """The institution's figures, in their order."""
        return [self[name] for name in AMOUNTS]

    @property
    def assets(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        """Title, amount, what of it is held for others."""
        return [
            (str(label), self[ASSET + value], self[ENTRUSTED + value]) for value, label in AssetKind.choices
        ]

    def details(self) -> FiguresDetails:
        """What was entered; what was left empty is nought."""
        said = self.cleaned_data
        return FiguresDetails(
            month_end=said["month_end"],
            is_audited=said["is_audited"],
            note=said["note"],
            assets=self._by_kind(ASSET),
            entrusted=self._by_kind(ENTRUSTED),
            **{name: said[name] for name in AMOUNTS if said[name] is not None},
        )

    def _by_kind(self, prefix: str) -> dict[str, Decimal]:
        return {
            value: self.cleaned_data[prefix + value]
            for value in AssetKind.values
            if self.cleaned_data[prefix + value]
        }


def initial_of(row: MonthFigures) -> dict[str, Any]:
    """What a form is filled with to correct a month."""
    plain = {one.name for one in fields(FiguresDetails)} - {"assets", "entrusted"}
    found: dict[str, Any] = {name: getattr(row, name) for name in plain}
    for one in row.assets.all():
        found[ASSET + one.kind] = one.amount
        found[ENTRUSTED + one.kind] = one.entrusted or None
    return found


class PastedForm(forms.Form):
    """Figures as lines of 项目, 金额（万元）, 其中受托: pasted from a spreadsheet, or as a CSV file (the template)."""

    text = forms.CharField(
        label=gettext_lazy("从表格粘贴（项目、金额、其中受托管理）"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    file = forms.FileField(
        label=gettext_lazy("或上传 CSV 模板"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt"}),
    )

    def clean_file(self) -> str:
        """The file's text, of whichever of the two usual encodings."""
        file: UploadedFile[bytes] | None = self.cleaned_data["file"]
        if file is None:
            return ""
        if file.size is None or file.size > FILE_MAX:
            raise forms.ValidationError(_("文件不应超过 1 MB。"))
        data: bytes = file.read()
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                continue
        raise forms.ValidationError(_("文件不是文本，请用 CSV 模板。"))

    def clean(self) -> dict[str, Any]:
        """``initial``: what the figures' form is filled with."""
        said = super().clean() or {}
        text = said.get("text") or said.get("file") or ""
        if not text.strip():
            raise forms.ValidationError(_("请粘贴或上传数据。"))
        known = _names()
        initial: dict[str, Any] = {}
        unknown = []
        for line in _lines(text):
            title, amounts = line[0].strip(), [cell.strip() for cell in line[1:3]]
            name = known.get(_plain(title))
            if name is None:
                if amounts and any(amounts) and title not in {"项目", ""}:
                    unknown.append(title)
                continue
            initial[name] = amounts[0] if amounts else ""
            if name.startswith(ASSET) and len(amounts) > 1 and amounts[1]:
                initial[ENTRUSTED + name.removeprefix(ASSET)] = amounts[1]
        if unknown:
            raise forms.ValidationError(
                _("不认识的项目：%s。项目名称请与模板一致。") % "、".join(unknown[:5])
            )
        if "is_audited" in initial:
            initial["is_audited"] = initial["is_audited"] in {"是", "1", "true", "已审计"}
        said["initial"] = initial
        return said


def template_rows(month_end: date, values: Mapping[str, str] | None = None) -> Iterable[tuple[str, str, str]]:
    """The lines of the template, empty or filled in."""
    yield _("项目"), _("金额（万元）"), _("其中受托管理（万元）")
    yield title_of(MonthFigures, "month_end"), f"{month_end:%Y-%m-%d}", ""
    yield title_of(MonthFigures, "is_audited"), _("否"), ""
    for name in AMOUNTS:
        yield title_of(MonthFigures, name), (values or {}).get(name, ""), ""
    for value, label in AssetKind.choices:
        # One kind of asset has the title of a figure.
        yield _("资产：%s") % label, (values or {}).get(ASSET + value, ""), ""


def _names() -> dict[str, str]:
    plain = {_plain(title_of(MonthFigures, name)): name for name in (*AMOUNTS, "month_end", "is_audited")}
    assets = {_plain(_("资产：%s") % label): ASSET + value for value, label in AssetKind.choices}
    bare = {_plain(str(label)): ASSET + value for value, label in AssetKind.choices}
    return {**bare, **assets, **plain}


def _plain(title: str) -> str:
    return "".join(title.split()).replace("(", "（").replace(")", "）").replace(":", "：")


def _lines(text: str) -> list[list[str]]:
    """Lines of cells: tabs as spreadsheets paste them, else commas."""
    delimiter = "\t" if "\t" in text else ","
    return [line for line in csv.reader(io.StringIO(text), delimiter=delimiter) if line]
