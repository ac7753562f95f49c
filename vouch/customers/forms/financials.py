"""Three ways to hand in financial statements: a file, text pasted from Excel, or lines typed in 万元. All give a ``Book``."""

from __future__ import annotations

import calendar
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from vouch.customers.actions import FinancialsDetails
from vouch.customers.actions.files import FILE_MAX, SHEET_KINDS, WrongFile, media_type_of
from vouch.customers.forms.consent import refuse_protected
from vouch.customers.queries import Material
from vouch.customers.terms import Basis, Origin, PeriodKind
from vouch.engine.cells import plain
from vouch.engine.financials.checks import RULES, WHOLES
from vouch.engine.financials.lines import LINES, SHEET_TITLES, Line, Sheet
from vouch.engine.financials.reading import Book, read_sheets
from vouch.platform.exchange import sheets
from vouch.platform.exchange.bytestream import Unreadable

FEN_OF_WAN = 1_000_000
PASTE_MAX = 200_000
_MONTH = re.compile(r"((?:19|20)[0-9]{2})[-/.年]?(1[0-2]|0?[1-9])月?")
ORIGINS = (Origin.CUSTOMER, Origin.TAX_OFFICE, Origin.AUDITOR, Origin.ON_SITE, Origin.BANK, Origin.PARTNER)
_CHOICES = [(one.value, one.label) for one in ORIGINS]


class MonthField(forms.Field):
    """A month as people write it (2025-12, 202512, 2025年12月): its last day."""

    def to_python(self, value: Any) -> Any:
        """The last day of the month."""
        text = plain(value).replace(" ", "")
        if not text:
            return None
        match = _MONTH.fullmatch(text)
        if match is None:
            raise ValidationError(_now("请填写年和月，如 2025-12。"))
        year, month = int(match[1]), int(match[2])
        return date(year, month, calendar.monthrange(year, month)[1])


class StatementForm(forms.Form):
    """Whose figures, of which period, from whom: what every way asks for."""

    way: ClassVar[str] = ""

    basis = forms.ChoiceField(
        label=_("口径"), choices=Basis.choices, initial=Basis.DECLARED, help_text=_("谁的数据")
    )
    kind = forms.ChoiceField(label=_("期间"), choices=PeriodKind.choices)
    ends_on = MonthField(
        label=_("截止年月"),
        widget=forms.TextInput(
            attrs={"placeholder": "2025-12", "autocomplete": "off", "inputmode": "numeric"}
        ),
    )
    months = forms.IntegerField(
        label=_("利润表涵盖月数"),
        required=False,
        min_value=1,
        max_value=12,
        help_text=_("空：自年初累计"),
    )
    origin = forms.ChoiceField(label=_("来源"), choices=_CHOICES)
    note = forms.CharField(label=_("说明"), required=False, max_length=200, validators=[refuse_protected])

    def clean_ends_on(self) -> date:
        """Told before the preview, not after it."""
        day: date = self.cleaned_data["ends_on"]
        if day > timezone.localdate():
            raise ValidationError(_now("截止日期不能晚于今天。"))
        return day

    def book(self) -> Book:
        """What was read; a form that is valid has one."""
        return self.cleaned_data["book"]  # type: ignore[no-any-return]

    def content(self) -> bytes | None:
        """The original that is kept."""
        return None

    def details(self, *, replaces: Material | None) -> FinancialsDetails:
        """As the action takes it."""
        cleaned = self.cleaned_data
        end: date = cleaned["ends_on"]
        return FinancialsDetails(
            basis=Basis(cleaned["basis"]),
            kind=PeriodKind(cleaned["kind"]),
            ends_on=end,
            months=cleaned["months"] or end.month,
            origin=Origin(cleaned["origin"]),
            note=cleaned["note"],
            book=self.book(),
            replaces=replaces,
        )

    def sets(self, *, replaces: Material | None) -> list[FinancialsDetails]:
        """Every set of statements that the form holds: one, but for several years at once."""
        return [self.details(replaces=replaces)]

    def header(self) -> list[BoundField]:
        """The fields that every way has."""
        return [self[name] for name in StatementForm.base_fields]


class UploadForm(StatementForm):
    """A workbook or a table as the firm hands it in."""

    way = "upload"

    file = forms.FileField(
        label=_("报表文件"),
        # What is wrong with it is told by those who read it, all in the same words.
        allow_empty_file=True,
        help_text=_("XLSX、XLS 或 CSV，不超过 10 MB；三张表可以在一个工作簿里，各占一个工作表"),
    )

    def clean(self) -> dict[str, Any]:
        """Read the file whole."""
        cleaned: dict[str, Any] = super().clean() or {}
        file = cleaned.get("file")
        if file is not None:
            content = file.read(FILE_MAX + 1)
            try:
                media_type_of(content, allowed=SHEET_KINDS)
                cleaned["book"] = read_sheets(sheets.read_sheets(content, name=file.name))
            except (WrongFile, Unreadable) as error:
                self.add_error("file", str(error))
            cleaned["content"] = content
        return cleaned

    def content(self) -> bytes | None:
        """The file."""
        return self.cleaned_data["content"]  # type: ignore[no-any-return]


def _pasted(sheet: Sheet) -> forms.CharField:
    return forms.CharField(
        label=_(SHEET_TITLES[sheet]),
        required=False,
        max_length=PASTE_MAX,
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 8, "spellcheck": "false", "class": "paste", "placeholder": _("在 Excel 中全选、复制，粘贴到这里")}
        ),
    )  # fmt: skip


class PasteForm(StatementForm):
    """What was copied from Excel, one area for each sheet."""

    way = "paste"

    balance = _pasted(Sheet.BALANCE)
    income = _pasted(Sheet.INCOME)
    cash = _pasted(Sheet.CASH)

    def _texts(self, cleaned: dict[str, Any]) -> Iterator[tuple[Sheet, str]]:
        for sheet in Sheet:
            if text := cleaned.get(sheet.value, "").strip("\r\n"):
                yield sheet, text

    def clean(self) -> dict[str, Any]:
        """Read each area as a table."""
        cleaned: dict[str, Any] = super().clean() or {}
        rows = {}
        for sheet, text in self._texts(cleaned):
            try:
                rows[SHEET_TITLES[sheet]] = sheets.read_text(text, name=SHEET_TITLES[sheet])
            except Unreadable as error:
                self.add_error(sheet.value, str(error))
        if not rows and not self.errors:
            raise ValidationError(_now("请至少粘贴一张表。"))
        cleaned["book"] = read_sheets(rows)
        return cleaned

    def content(self) -> bytes | None:
        """What was pasted, one table below the other."""
        pieces = [f"{SHEET_TITLES[sheet]}\n{text}\n" for sheet, text in self._texts(self.cleaned_data)]
        return "\n".join(pieces).encode()


USUAL = (
    "cash", "notes_receivable", "receivables", "prepayments", "other_receivables", "inventories", "current_assets",
    "fixed_assets", "noncurrent_assets", "total_assets", "short_borrowings", "notes_payable", "payables", "advances",
    "taxes_payable", "other_payables", "current_liabilities", "long_borrowings", "noncurrent_liabilities", "total_liabilities",
    "paid_in_capital", "retained_earnings", "equity", "liabilities_and_equity",
    "revenue", "cost", "taxes_and_surcharges", "selling_expenses", "admin_expenses", "research_expenses", "finance_expenses",
    "interest_expenses", "operating_profit", "nonoperating_income", "nonoperating_expenses", "total_profit", "income_tax", "net_profit",
    "cash_from_sales", "operating_inflow", "operating_outflow", "operating_cash", "investing_cash", "financing_cash",
    "net_cash_increase", "opening_cash", "closing_cash",
)  # fmt: skip
"""The lines that a small firm's statements have."""


def _sum_of(code: str) -> str:
    """How the page works a total out: signed codes, of the first rule that makes it."""
    for rule in RULES:
        if rule.total == code and code != "cash":
            return " ".join(f"{'+' if sign > 0 else '-'}{part}" for part, sign in rule.parts)
    return next((" ".join(f"+{part}" for part in parts) for total, parts in WHOLES if total == code), "")


@dataclass(frozen=True, slots=True)
class TypedCell:
    """One field of a typed line; ``suffix`` names its column."""

    field: BoundField
    suffix: str


@dataclass(frozen=True, slots=True)
class TypedLine:
    """One line that is typed: a field for each column, and the parts that the page adds up for a total."""

    line: Line
    cells: list[TypedCell]
    parts: str


class TypedForm(StatementForm):
    """Lines typed in 万元, a column for each period. ``columns`` are suffix and heading."""

    def columns(self) -> list[tuple[str, str]]:
        """Suffix of the fields, and what the column is called."""
        return [("", _now("本期")), ("_b", _now("上期"))]

    def codes(self) -> list[str]:
        """The lines that have fields, in the order of the format."""
        return list(USUAL)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code in self.codes():
            for suffix, name in self.columns():
                self.fields[code + suffix] = forms.DecimalField(
                    label=f"{LINES[code].title}（{name}，万元）",
                    required=False,
                    max_digits=18,
                    decimal_places=6,
                    localize=False,
                    widget=forms.TextInput(
                        attrs={
                            "class": "form-control form-control-sm num",
                            "inputmode": "decimal",
                            "autocomplete": "off",
                            "aria-label": f"{LINES[code].title}（{name}）",
                        }
                    ),
                )

    def sheets(self) -> list[tuple[str, list[TypedLine]]]:
        """The lines by sheet, as the page draws them."""
        found: dict[Sheet, list[TypedLine]] = {}
        for code in self.codes():
            line = LINES[code]
            cells = [TypedCell(self[code + suffix], suffix) for suffix, _name in self.columns()]
            found.setdefault(line.sheet, []).append(TypedLine(line, cells, _sum_of(code)))
        return [(SHEET_TITLES[sheet], lines) for sheet, lines in found.items()]

    def typed(self, cleaned: dict[str, Any], suffix: str) -> dict[str, int]:
        """One column's amounts as fen by line."""
        found = ((code, cleaned.get(code + suffix)) for code in self.codes())
        return {code: int(amount * FEN_OF_WAN) for code, amount in found if amount is not None}


class KeyboardForm(TypedForm):
    """The usual lines, typed in 万元: this period and the one before."""

    way = "keyboard"

    def clean(self) -> dict[str, Any]:
        """The amounts as fen."""
        cleaned: dict[str, Any] = super().clean() or {}
        periods = (self.typed(cleaned, ""), self.typed(cleaned, "_b"))
        cleaned["book"] = Book(periods=periods, units={_now("键盘录入"): "万元"})
        return cleaned


def seen_mark(sets: Sequence[FinancialsDetails]) -> str:
    """A digest of what the preview showed: what is saved is what was seen, to the fen."""
    told = [
        [
            details.basis, details.kind, details.ends_on.isoformat(), details.months, details.origin,
            [sorted(amounts.items()) for amounts in details.book.periods],
            [str(one) for one in (*details.book.problems, *details.book.unknown)],
            details.replaces.pk if details.replaces else None,
        ]
        for details in sets
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()
