"""Form fields that take what people write: days in any usual spelling, amounts in 万元, shares in %.

    founded_on = DayField(label=_("成立日期"), required=False)
    capital = WanField(label=_("注册资本（万元）"), required=False)
    share = PercentField(label=_("持股比例（%）"))

Values are those of the house: a date, yuan with two places, a fraction with six.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from vouch.engine.cells import Unreadable, day_of
from vouch.engine.identifiers import holds_protected

_AMOUNT = re.compile(r"(?P<digits>[0-9]{1,15}(?:\.[0-9]{1,8})?|\.[0-9]{1,8})(?P<unit>亿元?|万元?|元)?")
_UNITS = {"": 10_000, "万": 10_000, "亿": 100_000_000, "元": 1}
LARGEST = Decimal(10) ** 15
CENT, MILLIONTH = Decimal("0.01"), Decimal("0.000001")


def search_box(placeholder: Any = "") -> forms.TextInput:
    """What a list is searched by; the browser remembers none of it."""
    attrs = {"type": "search", "autocomplete": "off"}
    return forms.TextInput(attrs=attrs | ({"placeholder": placeholder} if placeholder else {}))


class DayField(forms.Field):
    """A day: 20190301, 2019-3-1, 2019/3/1 or 2019年3月1日, or chosen in the calendar that the page opens beside it."""

    widget = forms.TextInput

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """``page.js`` puts the calendar beside what says ``data-day``."""
        attrs = {"data-day": "", "placeholder": "20190301", "autocomplete": "off", "inputmode": "numeric"}
        return super().widget_attrs(widget) | attrs

    def to_python(self, value: Any) -> date | None:
        """Raises ValidationError with what was written."""
        if value in self.empty_values or isinstance(value, date):
            return value or None
        try:
            return day_of(str(value))
        except Unreadable as error:
            message = _("%s，请写成 20190301、2019-3-1 或 2019年3月1日。") % error
            raise forms.ValidationError(message) from error

    def prepare_value(self, value: Any) -> Any:
        """As people write it."""
        return value.isoformat() if isinstance(value, date) else value


def _plain(value: Any) -> str:
    text = unicodedata.normalize("NFKC", str(value))
    return "".join(text.replace(",", "").split())


class WanField(forms.Field):
    """Yuan, written in 万元: 120.5, 1,200, or with its own unit (3000万, 1.2亿, 500元)."""

    widget = forms.TextInput

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Right-aligned, with the keys for figures on a telephone."""
        return super().widget_attrs(widget) | {"inputmode": "decimal", "autocomplete": "off", "class": "num"}

    def to_python(self, value: Any) -> Decimal | None:
        """Raises ValidationError for what is no amount, or finer than a fen."""
        if isinstance(value, Decimal):
            return value
        if value in self.empty_values:
            return None
        found = _AMOUNT.fullmatch(_plain(value))
        if found is None:
            raise forms.ValidationError(_("“%s”不是金额，请按万元填写，例如 120.5。") % str(value)[:40])
        unit = (found["unit"] or "").removesuffix("元") or ("元" if found["unit"] == "元" else "")
        amount = Decimal(found["digits"]) * _UNITS[unit]
        if amount != amount.quantize(CENT):
            raise forms.ValidationError(_("“%s”精确到了分以下，请核对。") % str(value)[:40])
        if amount >= LARGEST:
            raise forms.ValidationError(_("“%s”过大，请核对单位是否为万元。") % str(value)[:40])
        return amount.quantize(CENT)

    def prepare_value(self, value: Any) -> Any:
        """In 万元, without needless noughts; what was typed stays as it is."""
        return _short(value / 10_000) if isinstance(value, Decimal) else value


class PercentField(forms.Field):
    """A fraction, written in %: 40, 33.3333, 40%. Above 0, at most 100."""

    widget = forms.TextInput

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Right-aligned, with the keys for figures on a telephone."""
        return super().widget_attrs(widget) | {"inputmode": "decimal", "autocomplete": "off", "class": "num"}

    def to_python(self, value: Any) -> Decimal | None:
        """Raises ValidationError for what is no share of a whole."""
        if isinstance(value, Decimal):
            return value
        if value in self.empty_values:
            return None
        text = _plain(value).removesuffix("%")
        if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,12})?|\.[0-9]{1,12}", text):
            raise forms.ValidationError(_("“%s”不是百分比，请填 0 到 100 之间的数。") % str(value)[:40])
        percent = Decimal(text)
        if not 0 < percent <= 100:
            raise forms.ValidationError(_("“%s”应大于 0，不超过 100。") % str(value)[:40])
        rate = percent / 100
        if rate != rate.quantize(MILLIONTH):
            raise forms.ValidationError(_("“%s”最多四位小数。") % str(value)[:40])
        return rate.quantize(MILLIONTH)

    def prepare_value(self, value: Any) -> Any:
        """In %, without needless noughts; what was typed stays as it is."""
        return _short(value * 100) if isinstance(value, Decimal) else value


def _short(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def refuse_numbers(text: str) -> None:
    """A text that stays readable for ever must not hold what the vault protects. Raises ValidationError."""
    if holds_protected(text):
        raise forms.ValidationError(_("这里的文字会长期保存，请不要写证件号码、电话或账号。"))


class ReasonField(forms.CharField):
    """Why, in words that may stay in the ledger."""

    default_validators = [refuse_numbers]
