"""What people enter about a material itself: how it was verified, why it is taken back."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from vouch.customers.actions import VerificationDetails
from vouch.customers.forms.consent import refuse_protected
from vouch.customers.terms import Finding, VerificationMeans


class VerificationForm(forms.Form):
    """How a second person verified it, and what was found."""

    means = forms.ChoiceField(label=_("核实方式"), choices=VerificationMeans.choices)
    finding = forms.ChoiceField(label=_("核实结论"), choices=Finding.choices)
    note = forms.CharField(label=_("核实说明"), required=False, max_length=200, validators=[refuse_protected])

    def details(self) -> VerificationDetails:
        """As the action takes it."""
        return VerificationDetails(**self.cleaned_data)
