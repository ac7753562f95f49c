"""Questions about parties: who they are, who sees them, and what of them is shown with care."""

from __future__ import annotations

from vouch.parties.models import (
    Account,
    Assignment,
    Contact,
    Enterprise,
    Identifier,
    Paper,
    Party,
    Person,
    Phone,
    Post,
)
from vouch.parties.queries.party import (
    age_in_months,
    assignable_staff,
    assignable_units,
    assignments_of,
    current_assignment,
    held_count,
    held_parties,
    identifiers_of,
    in_unit,
    managed_by,
    named_parties,
    party_by_code,
    party_ids_by_code,
    plain_text,
    provinces,
    search,
    size_of,
    unit_count,
    visible_to,
    with_particulars,
)
from vouch.parties.queries.persons import (
    Line,
    Sheet,
    Shown,
    is_document_of,
    masked_document,
    masked_phone,
    papers_of,
    plain_rows,
    plain_value,
    sheet_of,
    with_keys,
    with_number,
)
from vouch.platform.web.faces import Visible

VISIBLE: Visible = {
    Party: visible_to,
    Enterprise: lambda actor: Enterprise.objects.filter(party__in=visible_to(actor)),
    Person: lambda actor: Person.objects.filter(party__in=visible_to(actor)),
    Identifier: lambda actor: Identifier.objects.filter(party__in=visible_to(actor)),
    Assignment: lambda actor: Assignment.objects.filter(party__in=visible_to(actor)),
    Phone: lambda actor: Phone.objects.filter(party__in=visible_to(actor)),
    Account: lambda actor: Account.objects.filter(party__in=visible_to(actor)),
    Contact: lambda actor: Contact.objects.filter(party__in=visible_to(actor)),
    Paper: lambda actor: Paper.objects.filter(party__in=visible_to(actor)),
    # Who sees one of the two must not learn of the other.
    Post: lambda actor: Post.objects.filter(person__in=visible_to(actor), enterprise__in=visible_to(actor)),
}
"""How rows of each table are seen; the values in sealed columns are masked for everybody, see ``sheet_of``."""

__all__ = [
    "VISIBLE", "Line", "Sheet", "Shown", "age_in_months", "assignable_staff", "assignable_units",
    "assignments_of", "current_assignment", "held_count", "held_parties", "identifiers_of", "in_unit", "is_document_of",
    "managed_by",
    "masked_document", "masked_phone", "named_parties", "papers_of", "party_by_code", "party_ids_by_code",
    "plain_rows", "plain_text",
    "plain_value", "provinces", "search", "sheet_of", "size_of", "unit_count", "visible_to", "with_keys",
    "with_number", "with_particulars",
]  # fmt: skip
