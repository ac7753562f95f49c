"""What people enter about parties."""

from vouch.parties.forms.duty import DutyForm
from vouch.parties.forms.edges import EDGE_FORMS, AsOfForm, EdgeEndForm, SourceForm, edge_lines
from vouch.parties.forms.enterprise import (
    CorrectionForm,
    OrganisationForm,
    RegistrationForm,
    in_yuan,
    initial_of,
    kind_warning,
)
from vouch.parties.forms.lines import AccountForm, ContactForm, EndForm, PaperForm, PhoneForm, PurposeForm
from vouch.parties.forms.person import (
    HouseholdChangeForm,
    HouseholdForm,
    PersonCorrectionForm,
    PersonRegistrationForm,
)

__all__ = [
    "EDGE_FORMS", "AccountForm", "AsOfForm", "ContactForm", "CorrectionForm", "DutyForm", "EdgeEndForm", "EndForm",
    "HouseholdChangeForm", "HouseholdForm", "OrganisationForm", "PaperForm", "PersonCorrectionForm",
    "PersonRegistrationForm", "PhoneForm", "PurposeForm", "RegistrationForm", "SourceForm", "edge_lines", "in_yuan",
    "initial_of", "kind_warning",
]  # fmt: skip
