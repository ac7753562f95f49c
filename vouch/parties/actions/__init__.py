"""What may be done to parties."""

from vouch.parties.actions.assignment import Duty, WrongDays, assign_party, end_assignment
from vouch.parties.actions.enrolment import (
    CodeKey,
    Effect,
    Enrolled,
    Enrolment,
    Occasion,
    change_enterprise,
    enrol,
)
from vouch.parties.actions.enterprise import (
    AlreadyKnown,
    Registration,
    add_identifier,
    change_status,
    correct_enterprise,
    register_enterprise,
)
from vouch.parties.actions.hand_over import hand_over_customers
from vouch.parties.actions.reading import EnterpriseDetails
from vouch.parties.actions.restriction import lift_restriction, restrict_party

__all__ = [
    "AlreadyKnown", "CodeKey", "Duty", "Effect", "Enrolled", "Enrolment", "EnterpriseDetails", "Occasion",
    "Registration", "WrongDays", "add_identifier", "assign_party", "change_enterprise", "change_status",
    "correct_enterprise", "end_assignment", "enrol", "hand_over_customers", "lift_restriction", "register_enterprise", "restrict_party",
]  # fmt: skip
