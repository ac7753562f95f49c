"""Tables of parties: who they are, what is known of each, and the graph between them."""

from vouch.parties.models.duplicates import Duplicate, Merge
from vouch.parties.models.edges import Control, Kinship, Post, Shareholding
from vouch.parties.models.farm import Farmer, FarmHolding
from vouch.parties.models.history import FormerValue
from vouch.parties.models.licences import Licence, TaxGrade
from vouch.parties.models.particulars import Account, Contact, Paper, Phone
from vouch.parties.models.party import Assignment, Enterprise, Identifier, Party
from vouch.parties.models.person import Person
from vouch.parties.models.sites import (
    AddressReading,
    Building,
    BuildingLimit,
    BuildingUnit,
    BuildingVisit,
    Occupancy,
    Site,
    Steward,
)
from vouch.parties.models.working import BulkAssignment, WorkingList

__all__ = [
    "Account", "AddressReading", "Assignment", "Building", "BuildingLimit", "BuildingUnit", "BuildingVisit",
    "BulkAssignment", "Contact", "Control", "Duplicate", "Enterprise", "FarmHolding", "Farmer", "FormerValue",
    "Identifier", "Kinship", "Licence", "Merge", "Occupancy", "Paper", "Party", "Person", "Phone", "Post",
    "Shareholding", "Site", "Steward", "TaxGrade", "WorkingList",
]  # fmt: skip
