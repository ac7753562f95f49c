"""What people enter about a material itself: where it comes from, how it was verified."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from vouch.customers.actions import MaterialDetails, VerificationDetails
from vouch.customers.forms.consent import refuse_protected
from vouch.customers.queries import Material
from vouch.customers.terms import Finding, MaterialKind, Origin, VerificationMeans
from vouch.platform.web.inputs import DayField


class VerificationForm(forms.Form):
    """How a second person verified it, and what was found."""

    means = forms.ChoiceField(label=_("核实方式"), choices=VerificationMeans.choices)
    finding = forms.ChoiceField(label=_("核实结论"), choices=Finding.choices)
    note = forms.CharField(label=_("核实说明"), required=False, max_length=200, validators=[refuse_protected])

    def details(self) -> VerificationDetails:
        """As the action takes it."""
        return VerificationDetails(**self.cleaned_data)


class MaterialForm(forms.Form):
    """Where something was learned, of which day, with its original."""

    origins: ClassVar[tuple[Origin, ...]] = tuple(Origin)
    kind: ClassVar[MaterialKind]

    origin = forms.ChoiceField(label=_("来源"), choices=())
    as_of = DayField(label=_("所属日期"))
    note = forms.CharField(label=_("说明"), required=False, max_length=200, validators=[refuse_protected])
    file = forms.FileField(label=_("原件"), required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["origin"].choices = [(one.value, one.label) for one in self.origins]  # type: ignore[attr-defined]
        self.fields["as_of"].initial = today

    def material(
        self, *, replaces: Material | None = None, kind: MaterialKind | None = None
    ) -> MaterialDetails:
        """As the action takes it."""
        return MaterialDetails(
            kind=kind or self.kind,
            origin=Origin(self.cleaned_data["origin"]),
            as_of=self.cleaned_data["as_of"],
            note=self.cleaned_data["note"],
            replaces=replaces,
        )
