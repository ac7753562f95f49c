"""``{% load desk %}``: what the desk's templates ask of its questions."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

from vouch.desk.queries.book import Glance
from vouch.desk.queries.customers import class_of as standing_class
from vouch.desk.queries.search import Hit, marked
from vouch.grading import queries as grading
from vouch.platform.web.figures import grouped, percent

register = template.Library()
register.filter("standing_class", standing_class)


@register.filter
def of_class(glance: Glance, name: str) -> grading.Line:
    """The line of one class."""
    return glance.of_class(name)


@register.filter
def tile_note(glance: Glance, which: str) -> str:
    """The small line under a tile's figure."""
    book = glance.book
    judged = book.graded + book.knocked_out
    if which == "assessed":
        return _("已评估 %(done)s，未评估 %(left)s") % {
            "done": grouped(glance.assessed),
            "left": grouped(book.not_assessed),
        }
    if which == "graded":
        return _("已评级 %s 户") % grouped(judged)
    count = glance.of_class({"best": "优质", "risky": "高风险"}[which]).count
    return _("占已评级 %s") % percent(count / judged if judged else None, 1)


@register.filter
def less(value: int, other: int) -> int:
    """Difference, for a template."""
    return value - other


@register.filter
def pieces(hit: Hit, text: str) -> list[tuple[str, bool]]:
    """A hit's title in pieces, each with whether it is what was asked for."""
    return marked(hit.title, text, hit.sounds)
