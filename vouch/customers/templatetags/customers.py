"""``{% load customers %}``: where a value came from, and the sections of a customer's file."""

from __future__ import annotations

from typing import Any

from django import template

from vouch.customers import queries
from vouch.customers.models import Material
from vouch.customers.permissions import may_open_file
from vouch.customers.queries import Party, watching
from vouch.customers.terms import Confidence
from vouch.platform.identity.actor import Actor

register = template.Library()

_TONES = {
    Confidence.HIGH: "green",
    Confidence.MEDIUM: "blue",
    Confidence.LOW: "yellow",
    Confidence.NONE: "red",
}


@register.inclusion_tag("customers/confidence.html")
def confidence_badge(material: Material) -> dict[str, Any]:
    """How far a material of ``materials_of`` is believed, on a tint."""
    found = queries.confidence_of(material)
    return {"label": found.label, "tone": _TONES[found]}


@register.inclusion_tag("customers/provenance.html")
def provenance(material: Material) -> dict[str, Any]:
    """One line: from whom, of which day, entered by whom, verified how, under which authorisation, how far believed."""
    return {"one": material}


@register.inclusion_tag("customers/file_tabs.html")
def file_tabs(party: Party, actor: Actor, on: str) -> dict[str, Any]:
    """The sections of the file that the actor may open; ``on`` is the name of the one shown."""
    return {"party": party, "sections": queries.sections_for(actor), "on": on}


@register.inclusion_tag("customers/list_alert.html")
def list_alerts(party: Party, actor: Actor) -> dict[str, Any]:
    """What compliance has confirmed of lists, at the top of a customer's pages."""
    hits = watching.confirmed_hits(actor, party.pk) if may_open_file(actor) else []
    return {"hits": [(one, watching.named(one)) for one in hits]}
