"""``{% load ledger %}``: entries as people read them."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext as _

from vouch.platform.ledger.models import Entry
from vouch.platform.ledger.terms import closed, event_title, field_title, subject_title, value_title

register = template.Library()
register.filter("event_title", event_title)
register.filter("subject_title", subject_title)


@register.filter
def changes(entry: Entry) -> list[tuple[str, Any, Any]]:
    """(field in words, before or None, after) for each field that the entry names; opens nothing."""
    before, after = entry.before or {}, entry.bulk or entry.after or {}
    names = [*after, *(name for name in before if name not in after)]
    return [(field_title(name), closed(before.get(name)), closed(after.get(name))) for name in names]


@register.filter
def what_was_read(entry: Entry) -> str:
    """Which values somebody looked at, in words."""
    said = entry.after or {}
    if entry.bulk:
        return str(_("批量读取，%d 行") % entry.bulk.get("rows", 0))
    named = [str(value_title(said[name])) for name in ("field_class", "field") if said.get(name)]
    # 证件号码 is a class and its first field.
    return "：".join(dict.fromkeys(named)) or str(event_title(entry.event))
