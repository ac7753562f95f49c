"""Addresses for registering and changing parties; their own page is the desk's."""

from __future__ import annotations

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from vouch.parties.views import disclosure, duplicates, edges, enterprise, history, person, places, sites


class LineConverter(StringConverter):
    """Kinds of lines that are added."""

    regex = "|".join(person.ADDING)


class EndedConverter(StringConverter):
    """Kinds of lines that are ended."""

    regex = "|".join(person.ENDING)


class EdgeConverter(StringConverter):
    """Kinds of lines of the graph, of licences and grades."""

    regex = "|".join(edges.TITLES)


class ValueConverter(StringConverter):
    """A protected value: a field, or a kind of line with its row."""

    regex = r"[a-z_]+(?:-[0-9]{1,18})?"


register_converter(LineConverter, "party_line")
register_converter(EndedConverter, "party_ended")
register_converter(EdgeConverter, "party_edge")
register_converter(ValueConverter, "party_value")

app_name = "parties"
urlpatterns = [
    path("duplicates/", duplicates.queue, name="duplicates"),
    path("duplicates/search/", duplicates.search, name="search_duplicates"),
    path("duplicates/<int:pk>/", duplicates.pair, name="duplicate"),
    path("duplicates/<int:pk>/merge/", duplicates.merge, name="merge"),
    path("duplicates/<int:pk>/apart/", duplicates.apart, name="tell_apart"),
    path("duplicates/<int:pk>/later/", duplicates.later, name="put_off"),
    path("duplicates/<int:pk>/reopen/", duplicates.reopen, name="reopen"),
    path("<int:pk>/unmerge/", duplicates.undo, name="unmerge"),
    path("new/", enterprise.new_enterprise, name="new"),
    path("persons/new/", person.new_person, name="new_person"),
    path("farmers/new/", person.new_farmer, name="new_farmer"),
    path("<int:pk>/household/", person.household, name="household"),
    path("<int:pk>/edges/<party_edge:edge>/new/", edges.add_edges, name="add_edges"),
    path("<int:pk>/edges/<party_edge:edge>/<int:row>/end/", edges.end_edge, name="end_edge"),
    path("<int:pk>/licences/<int:row>/scan/", edges.scan_licence, name="scan_licence"),
    path("<int:pk>/history/", history.former_values, name="former_values"),
    path("<int:pk>/as-of/", history.as_of, name="as_of"),
    path("addresses/", places.readings, name="address_readings"),
    path("<int:pk>/address/", places.correct, name="correct_reading"),
    path("<int:pk>/places/new/", places.add, name="add_place"),
    path("<int:pk>/places/<int:row>/end/", places.end, name="end_place"),
    path("<int:pk>/visits/new/", places.note_visit, name="note_visit"),
    path("sites/new/", sites.new_site, name="new_site"),
    path("buildings/<int:pk>/describe/", sites.describe, name="describe_building"),
    path("buildings/<int:pk>/join/", sites.join, name="join_building"),
    path("buildings/<int:pk>/part/", sites.part, name="part_building"),
    path("buildings/<int:pk>/steward/", sites.steward, name="appoint_steward"),
    path("buildings/<int:pk>/limit/", sites.limit, name="limit_building"),
    path("<int:pk>/correct/", enterprise.correct, name="correct"),
    path("<int:pk>/person/correct/", person.correct_person, name="correct_person"),
    path("<int:pk>/assign/", enterprise.assign, name="assign"),
    path("<int:pk>/add/<party_line:kind>/", person.add_line, name="add_line"),
    path("<int:pk>/end/<party_ended:kind>/<int:row>/", person.end_line, name="end_line"),
    path("<int:pk>/papers/new/", person.add_paper, name="add_paper"),
    path("<int:pk>/papers/<int:row>/", disclosure.paper, name="paper"),
    path("<int:pk>/value/<party_value:key>/", disclosure.masked_value, name="masked_value"),
    path("<int:pk>/value/<party_value:key>/reveal/", disclosure.reveal, name="reveal"),
]
