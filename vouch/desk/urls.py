"""Addresses of the staff's desk."""

from __future__ import annotations

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from vouch.desk.terms import Gathering, Panel
from vouch.desk.views import buildings, relations, working
from vouch.desk.views.customer import customer, reassess
from vouch.desk.views.customers import customer_list
from vouch.desk.views.explain import explain
from vouch.desk.views.home import home
from vouch.desk.views.persons import find, full_export, person_list
from vouch.desk.views.search import results, suggestions


class PanelConverter(StringConverter):
    """Only panels that there are."""

    regex = "|".join(panel.value for panel in Panel if panel is not Panel.JUDGEMENT)


class GatheringConverter(StringConverter):
    """Only kinds that there are."""

    regex = "|".join(kind.value for kind in Gathering)


register_converter(PanelConverter, "panel")
register_converter(GatheringConverter, "gathering")

app_name = "desk"
urlpatterns = [
    path("", home, name="home"),
    path("consent/rights/<int:pk>/explain/", explain, name="explain"),
    path("search/", results, name="search"),
    path("search/suggestions/", suggestions, name="suggestions"),
    path("customers/", customer_list, name="customers"),
    path("buildings/", buildings.building_list, name="buildings"),
    path("buildings/industries/", buildings.industries, name="building_industries"),
    path("buildings/shared/", buildings.shared_addresses, name="shared_addresses"),
    path("buildings/walk/", buildings.walking_list, name="walking_list"),
    path("buildings/<int:pk>/", buildings.building, name="building"),
    path("buildings/<int:pk>/occupants/", buildings.building_occupants, name="building_occupants"),
    path("customers/find/", find, name="find"),
    path("customers/persons/", person_list, name="persons"),
    path("customers/persons/export/", full_export, name="full_export"),
    path("customers/lists/", working.lists, name="lists"),
    path("customers/lists/save/", working.save, name="save_list"),
    path("customers/lists/<int:pk>/change/", working.change, name="change_list"),
    path("customers/lists/<int:pk>/remove/", working.remove, name="remove_list"),
    path("customers/picked/export/", working.export_picked, name="export_picked"),
    path("customers/assign/", working.assign, name="assign_many"),
    path("customers/assigned/", working.bulk_assignments, name="bulk_assignments"),
    path("customers/assigned/<int:pk>/", working.assigned, name="assigned"),
    path("customers/assigned/<int:pk>/undo/", working.undo, name="undo_assigned"),
    path("customers/<int:pk>/", customer, name="customer"),
    path("customers/<int:pk>/reassess/", reassess, name="reassess"),
    path("customers/<int:pk>/map/", relations.relation_map, name="relation_map"),
    path("customers/<int:pk>/card/", relations.card, name="relation_card"),
    path("customers/<int:pk>/fall/", relations.fall, name="fall"),
    path("customers/<int:pk>/badges/", relations.badges, name="badges"),
    path("relations/<gathering:kind>/", relations.gathering_list, name="gatherings"),
    path("relations/", relations.gathering_list, name="relations"),
    path("customers/<int:pk>/<panel:panel>/", customer, name="customer_panel"),
]
