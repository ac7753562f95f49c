"""``{% load customers %}``: where a value came from, and the sections of a customer's file."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from vouch.customers import queries
from vouch.customers.models import FiledDocument, Material
from vouch.customers.queries import Party
from vouch.customers.terms import Confidence, Validity
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


_VALIDITY_TONES = {Validity.VALID: "green", Validity.ENDING: "yellow", Validity.ENDED: "red"}


@register.inclusion_tag("customers/validity.html")
def validity_badge(document: FiledDocument) -> dict[str, Any]:
    """Whether a paper with a last day still holds today; nothing for one without."""
    found = document.validity(timezone.localdate())
    return {"label": found.label, "tone": _VALIDITY_TONES.get(found, "")}


@register.inclusion_tag("customers/provenance.html")
def provenance(material: Material) -> dict[str, Any]:
    """One line: from whom, of which day, entered by whom, verified how, under which authorisation, how far believed."""
    return {"one": material}


@register.inclusion_tag("customers/file_tabs.html")
def file_tabs(party: Party, actor: Actor, on: str) -> dict[str, Any]:
    """The sections of the file that the actor may open; ``on`` is the name of the one shown."""
    return {"party": party, "sections": queries.sections_for(actor), "on": on}
