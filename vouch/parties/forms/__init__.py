"""What people enter about parties."""

from vouch.parties.forms.duty import DutyForm
from vouch.parties.forms.enterprise import CorrectionForm, RegistrationForm, initial_of
from vouch.parties.forms.lines import (
    AccountForm,
    ContactForm,
    EndForm,
    PaperForm,
    PhoneForm,
    PostForm,
    PurposeForm,
)
from vouch.parties.forms.person import PersonCorrectionForm, PersonRegistrationForm

__all__ = [
    "AccountForm", "ContactForm", "CorrectionForm", "DutyForm", "EndForm", "PaperForm", "PersonCorrectionForm",
    "PersonRegistrationForm", "PhoneForm", "PostForm", "PurposeForm", "RegistrationForm", "initial_of",
]  # fmt: skip
