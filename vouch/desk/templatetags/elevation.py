"""``{% load elevation %}``: the doors of a building's elevation; a tower has a thousand, and a template for each is slow."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from vouch.desk.queries.elevation import HEIGHT, WIDTH, Slice

register = template.Library()


@register.simple_tag
def doors(cell: Sequence[Slice]) -> SafeString:
    """What is behind one door: a link for each customer, filled as high as its balance, lettered by its class."""
    inside = format_html_join("", "{}", ((_drawn(one),) for one in cell))
    return format_html(
        '<svg width="{}" height="{}" viewBox="0 0 {} {}" role="group">{}</svg>',
        WIDTH,
        HEIGHT,
        WIDTH,
        HEIGHT,
        inside,
    )


def _drawn(one: Slice) -> SafeString:
    filled = format_html(
        '<rect class="filled" x="{}" y="{}" width="{}" height="{}"/>', one.x, one.y, one.width, one.fill
    ) if one.fill else ""  # fmt: skip
    mark = format_html('<path class="mark" d="{}"/>', one.mark) if one.is_marked else ""
    return format_html(
        '<a href="{}" class="door door-{}" aria-label="{}">'
        '<rect class="wall" x="{}" y="0" width="{}" height="{}"/>{}<text x="{}" y="22">{}</text>{}</a>',
        *(
            one.url,
            one.tone,
            one.label,
            one.x,
            one.width,
            HEIGHT,
            filled,
            one.middle,
            one.letter,
            mark,
        ),
    )
