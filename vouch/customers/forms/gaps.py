"""What people enter about gaps and errands."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vouch.customers.actions import ErrandDetails
from vouch.customers.forms.consent import ALL, day_field, refuse_protected
from vouch.customers.queries import Party
from vouch.customers.queries.errands import ErrandsWanted, fetchers_of, possible_assignees
from vouch.customers.queries.lacking import LackingWanted
from vouch.customers.queries.requirements import requirements
from vouch.customers.terms import ErrandState
from vouch.parties import queries as parties
from vouch.platform.identity.actor import Actor
from vouch.platform.web.inputs import search_box


def _items() -> list[tuple[str, Any]]:
    return [(item.name, item.title) for item in requirements().items]


class _Across(forms.Form):
    """Filters that both lists have."""

    q = forms.CharField(
        label=_("客户"), required=False, max_length=80, widget=search_box(_("客户名称、编号、代码"))
    )
    item = forms.ChoiceField(label=_("缺哪项"), required=False)
    unit = forms.ChoiceField(label=_("管户机构"), required=False)

    def __init__(self, actor: Actor, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._fill("item", _items())
        self._fill("unit", [(str(one.pk), one.name) for one in parties.assignable_units(actor)])

    def _fill(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field: Any = self.fields[name]
        field.choices = [ALL, *choices]

    def _found(self) -> dict[str, str]:
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") or "" for name in self.fields}


class LackingFilter(_Across):
    """Whose files the list shows."""

    manager = forms.ChoiceField(label=_("管户经理"), required=False)
    standing = forms.ChoiceField(
        label=_("情况"),
        required=False,
        choices=[
            ALL,
            ("missing", _("有缺少")),
            ("stale", _("有过时")),
            ("late", _("任务逾期")),
            ("idle", _("有缺漏、没有任务")),
            ("complete", _("齐全")),
        ],
    )

    def __init__(self, actor: Actor, *args: Any, **more: Any) -> None:
        super().__init__(actor, *args, **more)
        self._fill("manager", [(str(one.pk), one.name) for one in parties.assignable_staff()])

    def wanted(self) -> LackingWanted:
        """What was asked; a value that cannot be is left out."""
        found = self._found()
        return LackingWanted(
            text=found["q"],
            item=found["item"],
            unit=found["unit"],
            manager=found["manager"],
            standing=found["standing"],
        )


class ErrandFilter(_Across):
    """Which errands the list shows."""

    assignee = forms.ChoiceField(label=_("补充人"), required=False)

    def __init__(self, actor: Actor, *args: Any, **more: Any) -> None:
        super().__init__(actor, *args, **more)
        self._fill("assignee", [(str(one.pk), one.name) for one in possible_assignees()])

    def wanted(self, only: str) -> ErrandsWanted:
        """What was asked; a value that cannot be is left out."""
        found = self._found()
        return ErrandsWanted(
            text=found["q"],
            only=only,
            unit=found["unit"],
            assignee=found["assignee"],
            item=found["item"],
        )


class ErrandForm(forms.Form):
    """Who is to get what, until when."""

    item = forms.ChoiceField(label=_("所补资料"), required=False)
    title = forms.CharField(
        label=_("其他内容"),
        required=False,
        max_length=80,
        validators=[refuse_protected],
        help_text=_("不在清单里的资料写在这里"),
    )
    assignee: Any = forms.ModelChoiceField(label=_("补充人"), queryset=None)
    due_on = day_field(_("期限"))
    reason = forms.CharField(
        label=_("说明"),
        required=False,
        max_length=200,
        validators=[refuse_protected],
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, party: Party, *args: Any, item: str = "", today: date, **more: Any) -> None:
        asked = requirements().named(item)
        people = fetchers_of(party)
        if asked is not None:
            due = date.fromordinal(today.toordinal() + asked.days)
            more["initial"] = {"item": item, "due_on": due, "assignee": people[asked.who]}
        super().__init__(*args, **more)
        choices: Any = self.fields["item"]
        choices.choices = [("", _("清单以外")), *_items()]
        chosen: Any = self.fields["assignee"]
        chosen.queryset = possible_assignees()
        chosen.label_from_instance = lambda user: user.name

    def details(self) -> ErrandDetails:
        """As the action takes it."""
        return ErrandDetails(**self.cleaned_data)


class CloseForm(forms.Form):
    """What became of an errand."""

    state = forms.ChoiceField(
        label=_("结果"),
        choices=[(one.value, one.label) for one in (ErrandState.DONE, ErrandState.CANCELLED)],
    )
    outcome = forms.CharField(label=_("了结说明"), max_length=200, validators=[refuse_protected])


class MoveForm(forms.Form):
    """To whom an errand goes over, and until when."""

    assignee: Any = forms.ModelChoiceField(label=_("补充人"), queryset=None)
    due_on = day_field(_("期限"))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        chosen: Any = self.fields["assignee"]
        chosen.queryset = possible_assignees()
        chosen.label_from_instance = lambda user: user.name
