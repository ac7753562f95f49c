"""What is asked of relations: the map, who falls with whom, the circles."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.urls import reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vouch.desk.queries.falls import FallWanted
from vouch.desk.queries.relations import MapWanted, customer_named
from vouch.desk.terms import Fate
from vouch.engine.identifiers import looks_protected
from vouch.parties.queries import link_forms
from vouch.platform.identity.actor import Actor
from vouch.platform.web.inputs import DayField

STEPS = (("1", _("1 步")), ("2", _("2 步")), ("3", _("3 步")))


def _filled(data: QueryDict, **defaults: str) -> QueryDict:
    """What was said, and what holds where nothing was: so that the form shows it."""
    said = data.copy()
    for name, value in defaults.items():
        if not said.get(name):
            said[name] = value
    return said


def day_looked_at(said: date | None, *, actor: Actor, last: date) -> date:
    """The day that was asked for, or the nearest one that the actor may look at; the last one where none was asked for."""
    day = min(said or last, last)
    return day if actor.period is None else max(day, actor.period[0])


class RelationFilter(forms.Form):
    """What of a customer's relations is drawn: kinds, day, how far, and the way to another customer."""

    kinds = forms.MultipleChoiceField(
        label=_("关系种类"), required=False, widget=forms.CheckboxSelectMultiple
    )
    steps = forms.ChoiceField(label=_("范围"), required=False, choices=STEPS)
    day = DayField(label=_("截至日期"), required=False)
    to = forms.CharField(
        label=_("到另一客户的路径"),
        required=False,
        max_length=80,
        widget=forms.TextInput(
            attrs={
                "placeholder": _("客户编号、信用代码或全名"),
                "autocomplete": "off",
                "data-find": reverse_lazy("desk:find"),
            }
        ),
    )

    def __init__(self, actor: Actor, data: QueryDict, *, last: date) -> None:
        super().__init__(_filled(data, steps="2"))
        self._actor, self._last = actor, last
        field = self.fields["kinds"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - narrows the type for the checker
        field.choices = [(form.kind, form.title) for form in link_forms()]

    def clean_day(self) -> date:
        """A day that may be looked at: not after the last one, and for an inspection not before its first."""
        return day_looked_at(self.cleaned_data["day"], actor=self._actor, last=self._last)

    def clean_to(self) -> Any:
        """The one customer that goes by it. A person's number does not belong into an address."""
        text = str(self.cleaned_data["to"]).strip()
        if not text:
            return None
        if looks_protected(text):
            raise forms.ValidationError(gettext("这里请不要写证件号码、电话或账号。"))
        found = customer_named(self._actor, text)
        if not found:
            raise forms.ValidationError(gettext("没有找到这个客户，请写完整的编号、代码或名称。"))
        if len(found) > 1:
            raise forms.ValidationError(gettext("有几个客户同名，请写客户编号。"))
        return found[0]

    def wanted(self) -> MapWanted:
        """What was asked; what cannot be read is left out, and the form says so beside it."""
        self.is_valid()
        said = self.cleaned_data
        kinds = frozenset(said.get("kinds") or ())
        return MapWanted(
            as_of=said.get("day") or self._last,
            kinds=kinds or None,
            steps=int(said.get("steps") or 2),
            to=said.get("to"),
        )


class FallForm(forms.Form):
    """What is assumed when a customer falls."""

    recovered = forms.DecimalField(
        label=_("债务人自身能偿还（%）"), required=False, min_value=0, max_value=100, max_digits=5, decimal_places=2,
        help_text=_("债权人从倒下的企业自身收回的部分，默认 0"),
    )  # fmt: skip
    borne = forms.DecimalField(
        label=_("担保人可承受净资产的（%）"), required=False, min_value=0, max_value=100, max_digits=5, decimal_places=2,
        help_text=_("被追偿金额超过净资产的这一比例即倒下，默认 100"),
    )  # fmt: skip
    unknown = forms.ChoiceField(label=_("净资产不明的担保人"), required=False, choices=Fate.choices)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(_filled(data, recovered="0", borne="100"))

    def wanted(self, *, as_of: date) -> FallWanted:
        """What was assumed, the defaults where nothing was said or what was said cannot be read."""
        self.is_valid()
        said = self.cleaned_data
        recovered, borne = said.get("recovered"), said.get("borne")
        return FallWanted(
            as_of=as_of,
            recovered=Decimal(0) if recovered is None else recovered / 100,
            borne=Decimal(1) if borne is None else borne / 100,
            unknown=said.get("unknown") or Fate.FALLS,
        )


class GatheringFilter(forms.Form):
    """Which circles, chains, hubs or groups the list shows."""

    q = forms.CharField(
        label=_("成员"),
        required=False,
        max_length=80,
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "placeholder": _("名称或客户编号"),
                "autocomplete": "off",
                "data-find": reverse_lazy("desk:find"),
            }
        ),
    )
    size = forms.IntegerField(label=_("至少几户"), required=False, min_value=2, max_value=999)
    day = DayField(label=_("截至日期"), required=False)
