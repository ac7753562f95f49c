"""What people enter about bank statements, taxes and bills: files, columns put right, single lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from vouch.customers.actions import MaterialDetails
from vouch.customers.forms.consent import ALL, day_field, refuse_protected
from vouch.customers.queries.bank import TransactionsWanted
from vouch.customers.queries.duties import BillLine, TaxLine, usual_day
from vouch.customers.queries.previews import Mapped, Preview
from vouch.customers.terms import (
    FlowDirection,
    MaterialKind,
    Origin,
    TaxKind,
    TransactionMark,
    UtilityKind,
)
from vouch.engine.cells import Unreadable
from vouch.engine.headed_table import period_of
from vouch.platform.web.inputs import search_box

FILES_MAX = 20
TEXT_MAX = 5_000_000
ORIGINS: Mapping[MaterialKind, Sequence[Origin]] = {
    MaterialKind.BANK: (Origin.CUSTOMER, Origin.BANK, Origin.PARTNER),
    MaterialKind.TAX: (Origin.CUSTOMER, Origin.TAX_OFFICE, Origin.AUDITOR),
    MaterialKind.UTILITY: (Origin.CUSTOMER, Origin.SUPPLIER, Origin.ON_SITE),
}
"""From whom such a material usually comes, the usual one first."""


class _Files(forms.ClearableFileInput):
    allow_multiple_selected = True


class _FilesField(forms.FileField):
    """Several files, each checked as one."""

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[bytes]]:
        given = data if isinstance(data, list | tuple) else [data]
        return [super(_FilesField, self).clean(one, initial) for one in given if one]


class UploadForm(forms.Form):
    """Files, or a table pasted from Excel."""

    sheets = _FilesField(
        label=_("文件"),
        required=False,
        # An empty file is told of by name, beside the others.
        allow_empty_file=True,
        widget=_Files(attrs={"accept": ".xlsx,.xls,.csv,.txt"}),
        help_text=_("XLSX、XLS 或 CSV，每个不超过 10 MB，可以一次选多个；编码不限。"),
    )
    text = forms.CharField(
        label=_("或从 Excel 粘贴"),
        required=False,
        max_length=TEXT_MAX,
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 6, "placeholder": _("连同表头一起复制，粘贴到这里"), "autocomplete": "off"}
        ),
    )

    def clean(self) -> dict[str, Any]:
        """One of the two, and not a whole folder."""
        cleaned: dict[str, Any] = super().clean() or {}
        files = cleaned.get("sheets") or []
        if len(files) > FILES_MAX:
            self.add_error("sheets", _now("一次最多 %(most)d 个文件。") % {"most": FILES_MAX})
        if not files and not (cleaned.get("text") or "").strip():
            self.add_error("sheets", _now("请选择文件，或粘贴表格。"))
        return cleaned


class ColumnsForm(forms.Form):
    """Where the heading is, and which column says what."""

    def __init__(self, preview: Preview, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self._names = [name for name, _title in preview.columns]
        self.fields["heading_row"] = forms.IntegerField(
            label=_("表头在第几行"), min_value=1, max_value=200, initial=preview.mapped.heading_row + 1
        )
        choices = [("", _("（没有此列）")), *((str(place), name) for place, name in preview.choices)]
        for name, title in preview.columns:
            place = preview.mapped.places.get(name)
            self.fields[f"column_{name}"] = forms.ChoiceField(
                label=title,
                required=False,
                choices=choices,
                initial="" if place is None else str(place),
            )

    def clean(self) -> dict[str, Any]:
        """One column cannot be two things."""
        cleaned: dict[str, Any] = super().clean() or {}
        used: dict[str, str] = {}
        for name in self._names:
            place = cleaned.get(f"column_{name}", "")
            if place and place in used:
                self.add_error(f"column_{name}", _now("这一列已用于“%(other)s”。") % {"other": used[place]})
            used.setdefault(place, str(self.fields[f"column_{name}"].label))
        return cleaned

    def mapped(self) -> Mapped:
        """As the reader takes it; the form is valid."""
        places = {name: self.cleaned_data.get(f"column_{name}", "") for name in self._names}
        return Mapped(
            self.cleaned_data["heading_row"] - 1,
            {name: int(place) for name, place in places.items() if place},
        )


class _KeepForm(forms.Form):
    """From whom a material is; ``kind`` says which origins are usual."""

    kind: MaterialKind

    origin = forms.ChoiceField(label=_("来源"))
    note = forms.CharField(label=_("说明"), required=False, max_length=200, validators=[refuse_protected])

    def __init__(self, *args: Any, kind: MaterialKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        origin = self.fields["origin"]
        if isinstance(origin, forms.ChoiceField):
            origin.choices = [(one.value, one.label) for one in ORIGINS[kind]]

    def material(self, as_of: date) -> MaterialDetails:
        """As the action takes it."""
        return MaterialDetails(
            kind=self.kind,
            origin=Origin(self.cleaned_data["origin"]),
            as_of=as_of,
            note=self.cleaned_data["note"],
        )


class StatementForm(_KeepForm):
    """Whose account it is and what the statement covers."""

    bank = forms.CharField(label=_("开户银行"), max_length=80, validators=[refuse_protected])
    account = forms.CharField(
        label=_("账号"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    period_from = day_field(_("起始日期"))
    period_until = day_field(_("截止日期"))

    field_order = ("bank", "account", "period_from", "period_until", "origin", "note")

    def __init__(self, *args: Any, told: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._told = told
        account = self.fields["account"]
        account.required = not told
        if told:
            account.help_text = _now("不填则用文件中的账号（尾号 %(tail)s）。") % {"tail": told[-4:]}

    def account_told(self) -> str:
        """The one entered, or else the one that the file tells."""
        return self.cleaned_data["account"] or self._told

    def clean(self) -> dict[str, Any]:
        """The days stand in order."""
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("period_from"), cleaned.get("period_until")
        if first and last and first > last:
            raise ValidationError({"period_until": _now("截止日期早于起始日期。")})
        return cleaned


class TableForm(_KeepForm):
    """A table of taxes or bills; ``otherwise`` is asked where rows may not say what they are of."""

    otherwise = forms.ChoiceField(
        label=_("没有“类别”列时，这份表是"), required=False, choices=UtilityKind.choices
    )

    def __init__(self, *args: Any, kind: MaterialKind, **kwargs: Any) -> None:
        super().__init__(*args, kind=kind, **kwargs)
        if kind != MaterialKind.UTILITY:
            del self.fields["otherwise"]


def _money(label: Any, **more: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, max_digits=14, decimal_places=2, min_value=0, **more)


class _PeriodField(forms.CharField):
    """First and last day of a period as offices write it."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return period_of(text)
        except Unreadable as error:
            raise ValidationError(str(error)) from error


class TaxForm(_KeepForm):
    """One tax of one period."""

    tax = forms.ChoiceField(label=_("税种"), choices=TaxKind.choices)
    period = _PeriodField(
        label=_("所属期"),
        max_length=40,
        widget=forms.TextInput(attrs={"placeholder": "2026-10", "autocomplete": "off"}),
        help_text=_("写 2026-10、2026年第3季度、2025年，或起止两个日期"),
    )
    revenue = _money(_("申报收入（元）"), required=False)
    due = _money(_("应纳税额（元）"))
    paid = _money(_("已缴税额（元）"), required=False)
    due_on = day_field(_("缴款期限"), required=False, help_text=_("不填则按所属期满后15日，逢休息日顺延"))
    paid_on = day_field(_("缴款日期"), required=False)

    field_order = ("tax", "period", "revenue", "due", "paid", "due_on", "paid_on", "origin", "note")

    def line(self) -> TaxLine:
        """As the action takes it; paid in full where only the day was entered."""
        said = self.cleaned_data
        (first, last), tax = said["period"], TaxKind(said["tax"])
        paid = said["paid"]
        if paid is None:
            paid = said["due"] if said["paid_on"] else Decimal(0)
        day = said["due_on"] or usual_day(tax, first, last)
        return TaxLine(tax, first, last, said["revenue"], said["due"], paid, day, said["paid_on"])


class BillForm(_KeepForm):
    """One month's electricity, water or gas."""

    utility = forms.ChoiceField(label=_("类别"), choices=UtilityKind.choices)
    month = _PeriodField(
        label=_("月份"),
        max_length=20,
        widget=forms.TextInput(attrs={"placeholder": "2026-10", "autocomplete": "off"}),
    )
    quantity = _money(_("用量"), required=False, help_text=_("电：千瓦时；水：吨；气：立方米"))
    amount = _money(_("金额（元）"))
    due_on = day_field(_("缴费期限"), required=False)
    paid_on = day_field(_("缴费日期"), required=False)
    is_overdue = forms.BooleanField(label=_("账单注明逾期"), required=False)

    field_order = (
        "utility",
        "month",
        "quantity",
        "amount",
        "due_on",
        "paid_on",
        "is_overdue",
        "origin",
        "note",
    )

    def clean_month(self) -> date:
        """A whole month, and no more."""
        span: tuple[date, date] = self.cleaned_data["month"]
        first, last = span
        if last - first > timedelta(days=31):
            raise ValidationError(_now("请写一个月份，例如 2026-10。"))
        return first.replace(day=1)

    def line(self) -> BillLine:
        """As the action takes it."""
        said = self.cleaned_data
        return BillLine(
            kind=UtilityKind(said["utility"]),
            month=said["month"],
            quantity=said["quantity"],
            amount=said["amount"],
            due_on=said["due_on"],
            paid_on=said["paid_on"],
            is_overdue=said["is_overdue"],
        )


class TransactionFilter(forms.Form):
    """Which transactions the list shows."""

    q = forms.CharField(
        label=_("对方户名"),
        required=False,
        max_length=80,
        widget=search_box(_("对方户名的一部分")),
    )
    direction = forms.ChoiceField(label=_("收支"), required=False, choices=[ALL, *FlowDirection.choices])
    mark = forms.ChoiceField(label=_("标记"), required=False, choices=[ALL, *TransactionMark.choices])
    least = forms.DecimalField(
        label=_("金额不小于（元）"), required=False, min_value=0, max_digits=14, decimal_places=2
    )
    since = day_field(_("起始日期"), required=False)
    until = day_field(_("截止日期"), required=False)

    def clean(self) -> dict[str, Any]:
        """The days stand in order."""
        cleaned: dict[str, Any] = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            raise ValidationError({"until": _now("截止日期早于起始日期。")})
        return cleaned

    def wanted(self) -> TransactionsWanted:
        """What was asked; a value that cannot be is left out, and the form says so beside it."""
        self.is_valid()
        return TransactionsWanted(
            text=self.cleaned_data.get("q", ""),
            direction=self.cleaned_data.get("direction", ""),
            mark=self.cleaned_data.get("mark", ""),
            least=self.cleaned_data.get("least"),
            since=self.cleaned_data.get("since"),
            until=self.cleaned_data.get("until"),
        )
