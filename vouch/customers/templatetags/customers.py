"""``{% load customers %}``: where a value came from, and the sections of a customer's file."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from vouch.customers import queries
from vouch.customers.models import FiledDocument, Material
from vouch.customers.queries import Party
from vouch.customers.queries.claims import title_of
from vouch.customers.queries.figures import Value
from vouch.customers.terms import Confidence, Measure, Validity
from vouch.engine.financials.ratios import Ratio
from vouch.platform.identity.actor import Actor
from vouch.platform.web import figures

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


@register.inclusion_tag("customers/confidence.html")
def level_badge(level: Confidence) -> dict[str, Any]:
    """A level of belief on its tint."""
    return {"label": level.label, "tone": _TONES[level]}


@register.simple_tag
def amount_of(amount: Decimal, measure: Measure) -> str:
    """A material value with its unit: money in 万元, other things as they are counted."""
    if measure.is_money:
        return f"{figures.wan(amount)} {_('万元')}"
    return f"{figures.grouped(amount, 0 if amount == amount.to_integral_value() else 2)} {measure.unit}"


@register.simple_tag
def source_title(code: str) -> str:
    """Who claims a value, in words."""
    return title_of(code)


@register.simple_tag
def ratio_cell(ratio: Ratio) -> SafeString | str:
    """A ratio in its unit; a dash that says why where there is none."""
    if ratio.value is None:
        return format_html('<span class="text-secondary" title="{}">{}</span>', ratio.why, figures.MISSING)
    exact = Decimal(ratio.value.numerator) / Decimal(ratio.value.denominator)
    if ratio.unit == "%":
        return figures.percent(exact, 1)
    return f"{figures.grouped(exact, 0 if ratio.unit == '天' else 2)} {ratio.unit}"


@register.inclusion_tag("customers/figures/dots.html")
def dot_plot(value: Value) -> dict[str, Any]:
    """The claims of one value on a line from the lowest to the highest, with the median."""
    low, width = value.spread.low, value.spread.spread
    middle = float((value.spread.median - low) / width) if width else 0.5
    dots = [{"claim": claim, "x": _across(claim.place)} for claim in value.claims]
    return {"value": value, "dots": dots, "median_x": _across(middle)}


def _across(place: float) -> int:
    return round(20 + 360 * place)
