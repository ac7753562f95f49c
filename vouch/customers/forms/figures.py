"""What people enter about material values: one that they verified, and which of several claims they choose."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from vouch.customers.actions import FigureDetails
from vouch.customers.actions.figures import ChoiceDetails
from vouch.customers.forms.consent import day_field, refuse_protected
from vouch.customers.queries import Material
from vouch.customers.terms import MEASURES, Figure, Origin

WAN = Decimal(10_000)
ORIGINS = (Origin.ON_SITE, Origin.TAX_OFFICE, Origin.SUPPLIER, Origin.AUTHORITY, Origin.BANK, Origin.CUSTOMER)


def _title(figure: Figure) -> str:
    measure = MEASURES[figure]
    unit = _now("万元") if measure.is_money else measure.unit
    return f"{figure.label}（{unit}，{_now('时点') if measure.is_moment else _now('年度')}）"


class FigureForm(forms.Form):
    """A value found on a visit, or asked for at its source."""

    figure = forms.ChoiceField(label=_("数据项"))
    day = day_field(_("所属日期"), help_text=_("年度数据填该年度内任一天"))
    amount = forms.DecimalField(
        label=_("数值"), max_digits=16, decimal_places=6, help_text=_("金额按万元填写"), localize=False
    )
    origin = forms.ChoiceField(label=_("来源"), choices=[(one.value, one.label) for one in ORIGINS])
    note = forms.CharField(
        label=_("怎样核实的"),
        max_length=200,
        validators=[refuse_protected],
        help_text=_("如：查看 12 月工资表和社保缴费单"),
    )
    file = forms.FileField(label=_("照片或单据"), required=False, help_text=_("PDF、JPG 或 PNG"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["figure"].choices = [(one.value, _title(one)) for one in Figure]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Amounts in yuan with two places; heads and kilowatt-hours as they are."""
        cleaned: dict[str, Any] = super().clean() or {}
        amount, code = cleaned.get("amount"), cleaned.get("figure")
        if amount is not None and code:
            exact = amount * WAN if MEASURES[Figure(code)].is_money else amount
            if exact != exact.quantize(Decimal("0.01")):
                raise ValidationError({"amount": _now("小数位过多：金额到分，其他到两位小数。")})
            cleaned["amount"] = exact
        return cleaned

    def details(self, *, replaces: Material | None) -> FigureDetails:
        """As the action takes it; a value of a year stands on the year's last day."""
        cleaned = self.cleaned_data
        figure = Figure(cleaned["figure"])
        day: date = cleaned["day"]
        return FigureDetails(
            figure=figure,
            day=day if MEASURES[figure].is_moment else date(day.year, 12, 31),
            amount=cleaned["amount"],
            origin=Origin(cleaned["origin"]),
            note=cleaned["note"],
            replaces=replaces,
        )


class ChoiceForm(forms.Form):
    """Which claim counts, and why."""

    figure = forms.ChoiceField(choices=Figure.choices)
    day = forms.DateField()
    claim = forms.CharField(max_length=60, error_messages={"required": _("请选择一个数值。")})
    reason = forms.CharField(
        label=_("理由"),
        max_length=200,
        validators=[refuse_protected],
        error_messages={"required": _("请写明采用的理由。")},
    )

    def details(self) -> ChoiceDetails:
        """As the action takes it."""
        cleaned = self.cleaned_data
        return ChoiceDetails(Figure(cleaned["figure"]), cleaned["day"], cleaned["claim"], cleaned["reason"])
