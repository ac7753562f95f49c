"""Filters of the register, and what a pivot is counted by."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vouch.business.queries import Wanted
from vouch.business.queries.register import names_in_use
from vouch.business.terms import Dimension, FiveClass, GuaranteeKind, GuaranteeState, Measure
from vouch.parties.terms import INDUSTRIES
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.queries import account_managers, units
from vouch.platform.web.inputs import search_box

ALL = ("", _("全部"))
EVERY_STATE = "all"
"""Told in words, because the register opens with what is in force."""

DUE_IN = ((30, _("30 天内")), (60, _("60 天内")), (90, _("90 天内")), (180, _("180 天内")))


def day_field(label: Any) -> forms.DateField:
    """A day, as the browser's own picker gives it."""
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class RegisterFilter(forms.Form):
    """Which guarantees the register shows."""

    q = forms.CharField(
        label=_("担保业务"),
        required=False,
        max_length=80,
        widget=search_box(_("业务编号、合同编号、客户名称")),
    )
    state = forms.ChoiceField(
        label=_("状态"), required=False, choices=[*GuaranteeState.choices, (EVERY_STATE, _("全部"))]
    )
    bank = forms.ChoiceField(label=_("银行"), required=False)
    product = forms.ChoiceField(label=_("产品"), required=False)
    kind = forms.ChoiceField(label=_("业务种类"), required=False, choices=[ALL, *GuaranteeKind.choices])
    five_class = forms.ChoiceField(label=_("五级分类"), required=False, choices=[ALL, *FiveClass.choices])
    unit = forms.TypedChoiceField(label=_("管户机构"), required=False, coerce=int, empty_value=None)
    manager = forms.TypedChoiceField(label=_("管户经理"), required=False, coerce=int, empty_value=None)
    industry = forms.ChoiceField(label=_("行业"), required=False, choices=[ALL, *INDUSTRIES.items()])
    due = forms.TypedChoiceField(
        label=_("到期"), required=False, coerce=int, empty_value=None, choices=[ALL, *DUE_IN]
    )
    overdue = forms.ChoiceField(label=_("逾期"), required=False, choices=[ALL, ("1", _("已逾期"))])

    def __init__(self, actor: Actor, data: QueryDict) -> None:
        asked = data.copy()
        asked.setdefault("state", GuaranteeState.IN_FORCE)
        super().__init__(asked)
        banks, products = names_in_use(actor)
        offers = {
            "bank": [(name, name) for name in banks],
            "product": [(name, name) for name in products],
            "unit": [(str(unit.pk), unit.name) for unit in units()],
            "manager": [(str(user.pk), user.name) for user in account_managers()],
        }
        for name, offered in offers.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - narrows the type for the checker
            field.choices = [ALL, *offered]

    def wanted(self) -> Wanted:
        """What was asked; a value that nobody offered is left out, and the form says so beside it."""
        self.is_valid()
        said = self.cleaned_data.get
        due_in, today = said("due"), timezone.localdate()
        return Wanted(
            text=said("q", ""),
            state="" if said("state") == EVERY_STATE else said("state", ""),
            bank=said("bank", ""),
            product=said("product", ""),
            kind=said("kind", ""),
            five_class=said("five_class", ""),
            unit_id=said("unit"),
            manager_id=said("manager"),
            industry=said("industry", ""),
            due_since=None if due_in is None else today,
            due_until=None if due_in is None else today + timedelta(days=due_in),
            is_overdue=said("overdue") == "1",
        )


class PivotForm(forms.Form):
    """What the register is counted by."""

    down = forms.ChoiceField(label=_("行"), required=False, choices=Dimension.choices)
    across = forms.ChoiceField(label=_("列"), required=False, choices=[("", _("（无）")), *Dimension.choices])
    measure = forms.ChoiceField(label=_("指标"), required=False, choices=Measure.choices)

    def asked(self) -> tuple[Dimension, Dimension | None, Measure]:
        """Rows, columns and measure; by bank and balance unless told otherwise."""
        self.is_valid()
        said = self.cleaned_data.get
        across = said("across") or ""
        return (
            Dimension(said("down") or Dimension.BANK),
            Dimension(across) if across else None,
            Measure(said("measure") or Measure.BALANCE),
        )


class ClaimFilter(forms.Form):
    """Which paid claims the list shows."""

    q = forms.CharField(
        label=_("代偿"),
        required=False,
        max_length=80,
        widget=search_box(_("业务编号、客户名称")),
    )
    since = day_field(_("代偿日自"))
    until = day_field(_("代偿日至"))
