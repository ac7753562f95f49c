"""Verbs of identity: the only place that writes units, staff and what signing in leaves behind."""

from vouch.platform.identity.actions.part import take_part, take_parts
from vouch.platform.identity.actions.password import renew_password, set_password
from vouch.platform.identity.actions.session import record_sign_in
from vouch.platform.identity.actions.staff import StaffDetails, appoint_staff, open_unit, rename_unit

__all__ = [
    "StaffDetails", "appoint_staff", "open_unit", "record_sign_in", "rename_unit", "renew_password", "set_password",
    "take_part", "take_parts",
]  # fmt: skip
