"""Verbs of identity: the only place that writes units, staff, their rights, and what signing in leaves behind."""

from vouch.platform.identity.actions.delegation import (
    Absence,
    WrongDelegation,
    arrange_delegation,
    consent_delegation,
    end_delegation,
)
from vouch.platform.identity.actions.hand_over import WrongHandOver, hand_over
from vouch.platform.identity.actions.part import take_part, take_parts
from vouch.platform.identity.actions.password import renew_password, set_password
from vouch.platform.identity.actions.rights import (
    NotWaiting,
    Rights,
    Wish,
    approve_change,
    refuse_change,
    request_change,
    withdraw_change,
)
from vouch.platform.identity.actions.second_factor import (
    add_factor,
    prepare_secrets,
    remove_factor,
    renew_codes,
    reset_factors,
)
from vouch.platform.identity.actions.session import (
    SignIn,
    end_sessions,
    leave_session,
    link_account,
    move_session,
    record_failure,
    record_lock,
    start_session,
    tidy_sessions,
    unlock,
)
from vouch.platform.identity.actions.staff import StaffDetails, WrongRights, appoint_staff, suspend_account
from vouch.platform.identity.actions.unit import WrongUnit, close_unit, open_unit, rename_unit

__all__ = [
    "Absence", "NotWaiting", "Rights", "SignIn", "StaffDetails", "Wish", "WrongDelegation", "WrongHandOver",
    "WrongRights", "WrongUnit", "add_factor", "appoint_staff", "approve_change", "arrange_delegation",
    "close_unit", "consent_delegation", "end_delegation", "end_sessions", "hand_over", "leave_session",
    "link_account", "move_session", "open_unit", "prepare_secrets", "record_failure", "record_lock",
    "refuse_change", "remove_factor", "rename_unit", "renew_codes", "renew_password", "request_change",
    "reset_factors", "set_password", "start_session", "suspend_account", "take_part", "take_parts",
    "tidy_sessions", "unlock", "withdraw_change",
]  # fmt: skip
