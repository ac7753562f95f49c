"""Forms of the desk: filters of its lists, and what is done to many customers at once."""

from vouch.desk.forms.buildings import BuildingFilter, IndustryFilter, RouteFilter, SharedFilter
from vouch.desk.forms.customers import (
    AssignManyForm,
    CustomerFilter,
    ExplanationForm,
    FindForm,
    FullExportForm,
    PersonFilter,
    SearchForm,
    WorkingListForm,
    readable_classes,
    ticked_keys,
)
from vouch.desk.forms.relations import FallForm, GatheringFilter, RelationFilter, day_looked_at

__all__ = [
    "AssignManyForm",
    "BuildingFilter",
    "CustomerFilter",
    "ExplanationForm",
    "FallForm",
    "FindForm",
    "FullExportForm",
    "GatheringFilter",
    "IndustryFilter",
    "PersonFilter",
    "RelationFilter",
    "RouteFilter",
    "SearchForm",
    "SharedFilter",
    "WorkingListForm",
    "day_looked_at",
    "readable_classes",
    "ticked_keys",
]
