"""Questions about parties: who they are, who sees them, and what of them is shown with care."""

from __future__ import annotations

from django.db.models import Q

from vouch.parties.models import (
    Account,
    AddressReading,
    Assignment,
    Building,
    BuildingLimit,
    BuildingUnit,
    BuildingVisit,
    BulkAssignment,
    Contact,
    Control,
    Duplicate,
    Enterprise,
    Farmer,
    FarmHolding,
    FormerValue,
    Identifier,
    Kinship,
    Licence,
    Merge,
    Occupancy,
    Paper,
    Party,
    Person,
    Phone,
    Post,
    Shareholding,
    Site,
    Steward,
    TaxGrade,
    WorkingList,
)
from vouch.parties.queries.addresses import readings_visible_to
from vouch.parties.queries.duplicates import (
    Compared,
    Difference,
    DuplicatesWanted,
    duplicate_of,
    duplicates_visible_to,
    duplicates_where,
    merged_into,
    next_waiting,
    open_merge,
    side_by_side,
    suggested,
    waiting_count,
)
from vouch.parties.queries.edges import Edge, Graph, accounted_rate, edges_as_of, graph_of, shown_fields
from vouch.parties.queries.finding import NOT_FOUND, FoundParty, found_by_number, found_by_text
from vouch.parties.queries.grouping import grouped_rows, register_same
from vouch.parties.queries.history import Recorded, end_of, former_values_of, party_as_of
from vouch.parties.queries.links import Link, LinkForm, link_forms, links, register_links
from vouch.parties.queries.network import (
    Affiliate,
    Around,
    Way,
    above,
    affiliates_of,
    around,
    control_groups,
    numbered,
    seen_among,
    shares_looked_through,
    way_between,
)
from vouch.parties.queries.party import (
    age_in_months,
    assignable_staff,
    assignable_units,
    assignments_of,
    canonical_id,
    codes_of_records,
    current_assignment,
    customer_of,
    held_count,
    held_parties,
    identifiers_of,
    in_sight_of,
    in_unit,
    listed,
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
from vouch.parties.queries.sites import (
    buildings_visible_to,
    limits_visible_to,
    occupancies_visible_to,
    stewards_visible_to,
    units_visible_to,
    visits_visible_to,
)
from vouch.parties.queries.telling import told_lines
from vouch.parties.queries.working import (
    Given,
    Preview,
    bulk_assignments_visible_to,
    chosen_parties,
    named_lines,
    preview_of,
    working_lists_of,
)
from vouch.platform.web.faces import Visible

VISIBLE: Visible = {
    AddressReading: readings_visible_to,
    Building: buildings_visible_to,
    BuildingLimit: limits_visible_to,
    BuildingUnit: units_visible_to,
    BuildingVisit: visits_visible_to,
    Occupancy: occupancies_visible_to,
    Site: "园区、楼盘和市场只记名称，不含客户资料",
    Steward: stewards_visible_to,
    Account: lambda actor: Account.objects.filter(party__in=visible_to(actor)),
    BulkAssignment: bulk_assignments_visible_to,
    WorkingList: working_lists_of,
    Assignment: lambda actor: Assignment.objects.filter(party__in=visible_to(actor)),
    Contact: lambda actor: Contact.objects.filter(party__in=visible_to(actor)),
    Control: lambda actor: Control.objects.filter(party__in=visible_to(actor)),
    Duplicate: duplicates_visible_to,
    Enterprise: lambda actor: Enterprise.objects.filter(party__in=visible_to(actor)),
    FarmHolding: lambda actor: FarmHolding.objects.filter(party__in=visible_to(actor)),
    Farmer: lambda actor: Farmer.objects.filter(party__in=visible_to(actor)),
    FormerValue: lambda actor: FormerValue.objects.filter(party__in=visible_to(actor)),
    Identifier: lambda actor: Identifier.objects.filter(party__in=visible_to(actor)),
    Kinship: lambda actor: Kinship.objects.filter(
        Q(relative=None) | Q(relative__in=visible_to(actor)), person__in=visible_to(actor)
    ),
    Licence: lambda actor: Licence.objects.filter(party__in=visible_to(actor)),
    Merge: lambda actor: Merge.objects.filter(party__in=visible_to(actor), canonical__in=visible_to(actor)),
    Paper: lambda actor: Paper.objects.filter(party__in=visible_to(actor)),
    Party: visible_to,
    Person: lambda actor: Person.objects.filter(party__in=visible_to(actor)),
    Phone: lambda actor: Phone.objects.filter(party__in=visible_to(actor)),
    Post: lambda actor: Post.objects.filter(person__in=visible_to(actor), enterprise__in=visible_to(actor)),
    Shareholding: lambda actor: Shareholding.objects.filter(party__in=visible_to(actor)),
    TaxGrade: lambda actor: TaxGrade.objects.filter(party__in=visible_to(actor)),
}
"""How rows of each table are seen."""

# Views may not read lower rooms' models; they name these types through their own room.
__all__ = [
    "NOT_FOUND", "VISIBLE", "Affiliate", "Around", "BulkAssignment", "Compared", "Difference",
    "DuplicatesWanted", "Edge", "FoundParty", "Given", "Graph", "Line", "Link", "LinkForm", "Preview",
    "Recorded", "Sheet", "Shown", "Way", "WorkingList", "above", "accounted_rate", "affiliates_of",
    "age_in_months", "around", "assignable_staff", "assignable_units", "assignments_of",
    "buildings_visible_to", "bulk_assignments_visible_to", "canonical_id", "chosen_parties",
    "codes_of_records", "control_groups", "current_assignment", "customer_of", "duplicate_of", "duplicates_visible_to",
    "duplicates_where", "edges_as_of", "end_of", "former_values_of", "found_by_number", "found_by_text",
    "graph_of", "grouped_rows", "held_count", "held_parties", "identifiers_of", "in_sight_of", "in_unit",
    "is_document_of", "link_forms", "links", "listed", "managed_by", "masked_document", "masked_phone",
    "merged_into", "named_lines", "named_parties", "next_waiting", "numbered", "open_merge", "papers_of",
    "party_as_of", "party_by_code", "party_ids_by_code", "plain_rows", "plain_text", "plain_value",
    "preview_of", "provinces", "register_links", "register_same", "search", "seen_among",
    "shares_looked_through", "sheet_of", "shown_fields", "side_by_side", "size_of", "suggested",
    "told_lines", "unit_count", "visible_to", "waiting_count", "way_between", "with_keys", "with_number",
    "with_particulars", "working_lists_of",
]  # fmt: skip
