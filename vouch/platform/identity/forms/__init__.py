"""What people type about themselves, about staff and about units."""

from vouch.platform.identity.forms.access import (
    ActivateAppForm,
    CodeMixin,
    ConfirmCodeForm,
    ConfirmPasswordForm,
    KeyNameForm,
    RenewPasswordForm,
    SignInCodeForm,
)
from vouch.platform.identity.forms.rights import (
    AppointForm,
    ChangeFilter,
    DecisionForm,
    DelegationFilter,
    DelegationForm,
    HandOverForm,
    MoveForm,
    ReasonForm,
    RightsForm,
    StaffFilter,
    UnitForm,
    UnitNameForm,
    units_of_codes,
)

__all__ = [
    "ActivateAppForm",
    "AppointForm",
    "ChangeFilter",
    "CodeMixin",
    "ConfirmCodeForm",
    "ConfirmPasswordForm",
    "DecisionForm",
    "DelegationFilter",
    "DelegationForm",
    "HandOverForm",
    "KeyNameForm",
    "MoveForm",
    "ReasonForm",
    "RenewPasswordForm",
    "RightsForm",
    "SignInCodeForm",
    "StaffFilter",
    "UnitForm",
    "UnitNameForm",
    "units_of_codes",
]
