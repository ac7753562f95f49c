"""Addresses for registering and changing parties; their own page is the desk's."""

from __future__ import annotations

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from vouch.parties.views import disclosure, enterprise, person


class LineConverter(StringConverter):
    """Kinds of lines that are added."""

    regex = "|".join(person.ADDING)


class EndedConverter(StringConverter):
    """Kinds of lines that are ended."""

    regex = "|".join(person.ENDING)


class ValueConverter(StringConverter):
    """A protected value: a field, or a kind of line with its row."""

    regex = r"[a-z_]+(?:-[0-9]{1,18})?"


register_converter(LineConverter, "party_line")
register_converter(EndedConverter, "party_ended")
register_converter(ValueConverter, "party_value")

app_name = "parties"
urlpatterns = [
    path("new/", enterprise.new_enterprise, name="new"),
    path("persons/new/", person.new_person, name="new_person"),
    path("<int:pk>/correct/", enterprise.correct, name="correct"),
    path("<int:pk>/person/correct/", person.correct_person, name="correct_person"),
    path("<int:pk>/assign/", enterprise.assign, name="assign"),
    path("<int:pk>/add/<party_line:kind>/", person.add_line, name="add_line"),
    path("<int:pk>/end/<party_ended:kind>/<int:row>/", person.end_line, name="end_line"),
    path("<int:pk>/posts/new/", person.add_post, name="add_post"),
    path("<int:pk>/papers/new/", person.add_paper, name="add_paper"),
    path("<int:pk>/papers/<int:row>/", disclosure.paper, name="paper"),
    path("<int:pk>/value/<party_value:key>/", disclosure.masked_value, name="masked_value"),
    path("<int:pk>/value/<party_value:key>/reveal/", disclosure.reveal, name="reveal"),
]
