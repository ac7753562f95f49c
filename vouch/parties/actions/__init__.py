"""What may be done to parties."""

from vouch.parties.actions.assignment import Duty, WrongDays, assign_party, end_assignment
from vouch.parties.actions.disclosure import read_paper, read_persons, reveal_value
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
from vouch.parties.actions.erasure import erase_person
from vouch.parties.actions.hand_over import hand_over_customers
from vouch.parties.actions.papers import media_type_of, store_paper
from vouch.parties.actions.particulars import (
    AccountLine,
    ContactLine,
    PhoneLine,
    Repeated,
    add_account,
    add_contact,
    add_phone,
    add_post,
    end_account,
    end_contact,
    end_phone,
    end_post,
)
from vouch.parties.actions.person import (
    AlreadyEnrolled,
    PersonRegistration,
    Restoration,
    correct_person,
    note_repetition,
    register_person,
    restorable,
)
from vouch.parties.actions.person_reading import (
    PersonDetails,
    ReadDocument,
    read_account,
    read_document,
    read_name,
    read_phone,
)
from vouch.parties.actions.reading import EnterpriseDetails
from vouch.parties.actions.restriction import lift_restriction, restrict_party

__all__ = [
    "AccountLine", "AlreadyEnrolled", "AlreadyKnown", "CodeKey", "ContactLine", "Duty", "Effect",
    "Enrolled", "Enrolment", "EnterpriseDetails", "Occasion", "PersonDetails", "PersonRegistration",
    "PhoneLine", "ReadDocument", "Registration", "Repeated", "Restoration", "WrongDays", "add_account",
    "add_contact", "add_identifier", "add_phone", "add_post", "assign_party", "change_enterprise",
    "change_status", "correct_enterprise", "correct_person", "end_account", "end_assignment",
    "end_contact", "end_phone", "end_post", "enrol", "erase_person",
    "hand_over_customers", "lift_restriction", "media_type_of",
    "note_repetition", "read_account", "read_document", "read_name", "read_paper", "read_persons",
    "read_phone", "register_enterprise", "register_person", "restorable", "restrict_party",
    "reveal_value", "store_paper",
]  # fmt: skip
