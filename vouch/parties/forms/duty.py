"""Who looks after a customer, as a form of its own and as part of others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vouch.parties.actions import Duty
from vouch.parties.models import Party
from vouch.parties.queries import assignable_staff, assignable_units, current_assignment
from vouch.platform.identity.actor import Actor
from vouch.platform.web.inputs import DayField


class DutyForm(forms.Form):
    """Who looks after a customer from a day on."""

    starts_on = DayField(label=gettext_lazy("起始日期"))

    def __init__(self, actor: Actor, party: Party, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        add_duty(self, actor)
        present = current_assignment(party)
        self.fields["starts_on"].initial = today
        if present:
            self.fields["unit"].initial = present.unit_id
            self.fields["manager"].initial = present.manager_id
            self.fields["second_manager"].initial = present.second_manager_id
        self.order_fields(["unit", "manager", "second_manager", "starts_on"])

    def clean(self) -> dict[str, Any]:
        """Two people look after a customer, not one twice."""
        cleaned = super().clean() or {}
        check_duty(self, cleaned)
        return cleaned

    def choices_of(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """What an entry of the ledger says of a duty, as this form's choices; who or what is gone is left out.

        The day is not among them: a new duty begins on a day of its own.
        """
        units = self.fields["unit"].queryset.filter(code=values.get("unit"))  # type: ignore[attr-defined]
        found = {"unit": units.values_list("pk", flat=True).first()}
        for name in ("manager", "second_manager"):
            staff = self.fields[name].queryset.filter(username=values.get(name))  # type: ignore[attr-defined]
            found[name] = staff.values_list("pk", flat=True).first()
        return {name: pk for name, pk in found.items() if pk is not None}

    def duty(self) -> Duty:
        """What was decided."""
        return Duty(**self.cleaned_data)


def add_duty(form: forms.Form, actor: Actor) -> None:
    """Give a form the fields of who looks after a customer: those that the actor may give it to."""
    units = assignable_units(actor)
    staff = assignable_staff()
    own = staff.filter(pk=actor.user_id or 0).first()
    form.fields["unit"] = forms.ModelChoiceField(
        units, label=_("管户机构"), empty_label=None, initial=own.unit_id if own else None
    )
    form.fields["manager"] = forms.ModelChoiceField(
        staff, label=_("管户经理（A角）"), required=False, empty_label=_("（暂不指定）"), initial=own
    )
    form.fields["second_manager"] = forms.ModelChoiceField(
        staff, label=_("协办经理（B角）"), required=False, empty_label=_("（暂不指定）")
    )


def check_duty(form: forms.Form, cleaned: Mapping[str, Any]) -> None:
    """Two people look after a customer, not one twice."""
    manager, second = cleaned.get("manager"), cleaned.get("second_manager")
    if manager is not None and manager == second:
        form.add_error("second_manager", _("A角和B角不能是同一人。"))
