"""Verbs of identity: the only place that writes units, staff and what signing in leaves behind."""

from vouch.platform.identity.actions.part import take_part, take_parts
from vouch.platform.identity.actions.password import renew_password, set_password
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
    unlock,
)
from vouch.platform.identity.actions.staff import StaffDetails, appoint_staff, open_unit, rename_unit

__all__ = [
    "SignIn", "StaffDetails", "add_factor", "appoint_staff", "end_sessions", "leave_session", "link_account", "move_session", "open_unit",
    "prepare_secrets", "record_failure", "record_lock", "remove_factor", "rename_unit", "renew_codes", "renew_password",
    "reset_factors", "set_password", "start_session", "take_part", "take_parts", "unlock",
]  # fmt: skip
