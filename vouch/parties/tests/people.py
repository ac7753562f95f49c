"""A person to test with; every number is invented."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from vouch.parties.actions import (
    AccountLine,
    ContactLine,
    PersonDetails,
    PersonRegistration,
    PhoneLine,
    read_document,
)
from vouch.parties.terms import DocumentKind, MaritalStatus, PhoneUse, Relation

TODAY = date(2026, 11, 20)
NUMBER = "110101199003071233"
OTHER_NUMBER = "310101198512154566"
PHONE, CARD, CONTACT_PHONE = "13800138000", "6222021234567890128", "16612345678"
ADDRESS = "浙江省杭州市西湖区文三路 90 号 3 幢 201 室"


def details(**changes: Any) -> PersonDetails:
    number = changes.pop("document_number", NUMBER)
    read = read_document(DocumentKind.RESIDENT, number, today=TODAY)
    given: dict[str, Any] = {
        "name": "王小芳",
        "document_kind": DocumentKind.RESIDENT,
        "document_number": read.number,
        "born_on": read.born_on,
        "sex": str(read.sex),
        "address": ADDRESS,
        "marital_status": MaritalStatus.MARRIED,
        "occupation": "种植户",
        "employer": "江州合作社",
        "monthly_income": Decimal("8000.00"),
        "annual_income": Decimal("96000.00"),
    }
    return PersonDetails(**given | changes)


def registration(**changes: Any) -> PersonRegistration:
    whose = {name: changes.pop(name, None) for name in ("manager", "second_manager")}
    return PersonRegistration(
        details(**changes),
        phones=[PhoneLine(PhoneUse.MOBILE, PHONE)],
        accounts=[AccountLine("江州银行", "王小芳", CARD)],
        contacts=[ContactLine(Relation.SPOUSE, "李大山", CONTACT_PHONE)],
        **whose,
    )


PLAIN = (NUMBER, PHONE, CARD, CONTACT_PHONE)
"""What must stand nowhere in plain text."""
