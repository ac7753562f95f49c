"""``{% load web %}``: figures, icons, badges, charts and form fields for every page."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, ClearableFileInput, RadioSelect, Select, Textarea
from django.forms.widgets import CheckboxSelectMultiple
from django.utils.html import format_html
from django.utils.safestring import SafeString

from vouch.platform.web import figures
from vouch.platform.web.charts import Chart
from vouch.platform.web.icons import icon_svg
from vouch.platform.web.request import ONCE_FIELD

register = template.Library()

CLASS_TONES = {"优质": "green", "一般": "blue", "高风险": "red", "资料不足": "secondary"}
GRADE_TONES = {"AAA": "green", "AA": "green", "A": "blue", "B": "blue", "C": "red", "D": "red"}
"""The tints of the classes that the shipped policy puts the grades in; by first letter for grades it does not have."""


@register.filter
def money(value: figures.Number | None) -> str:
    """Yuan with grouping and two places: 1,234,567.00."""
    return figures.yuan(value)


@register.filter
def wan(value: figures.Number | None, places: int = 2) -> str:
    """Yuan shown in 万元, without the unit."""
    return figures.wan(value, places)


@register.filter
def rate(value: figures.Number | None, places: int = 2) -> str:
    """A fraction shown as a percentage."""
    return figures.percent(value, places)


@register.filter
def number(value: figures.Number | None, places: int = 0) -> str:
    """A number with grouping."""
    return figures.grouped(value, places)


@register.filter
def day(value: dt.date | None) -> str:
    """A date as 2026-11-22."""
    return figures.day(value)


@register.filter
def moment(value: dt.datetime | None) -> str:
    """A moment as 2026-11-22 16:00."""
    return figures.moment(value)


@register.filter
def or_dash(value: object) -> object:
    """The value, or the sign for a missing one."""
    return figures.MISSING if value is None or value == "" else value


@register.simple_tag
def icon(name: str, kind: str = "outline") -> SafeString:
    """A Tabler icon."""
    return icon_svg(name, kind)


@register.simple_tag
def once() -> SafeString:
    """A hidden field by which the form, sent twice, is known for the same; the view calls ``submit_once``."""
    return format_html('<input type="hidden" name="{}" value="{}">', ONCE_FIELD, secrets.token_hex(16))


@register.simple_tag
def badge(text: object, tone: str = "secondary") -> SafeString:
    """A word on a tint: green, blue, red, orange, yellow, secondary."""
    return format_html('<span class="badge bg-{}-lt">{}</span>', tone, text)


@register.simple_tag
def class_badge(text: object) -> SafeString:
    """The customer class 优质 / 一般 / 高风险 / 资料不足, with its dot; a dash where there is none."""
    if not text:
        return format_html('<span class="text-secondary">{}</span>', figures.MISSING)
    tone = CLASS_TONES.get(str(text), "secondary")
    return format_html('<span class="status status-{}"><span class="status-dot"></span>{}</span>', tone, text)


@register.simple_tag
def grade_badge(text: object) -> SafeString:
    """The grade, tinted by its first letter; a dash where there is none."""
    if not text:
        return format_html('<span class="text-secondary">{}</span>', figures.MISSING)
    return format_html(
        '<span class="badge grade bg-{}-lt">{}</span>',
        GRADE_TONES.get(str(text)) or GRADE_TONES.get(str(text)[:1], "secondary"),
        text,
    )


@register.inclusion_tag("web/chart.html")
def chart(key: str, chart: Chart, title: str, height: str = "md") -> dict[str, Any]:
    """A chart (``key`` is unique on the page) with its figures as a table; heights sm, md, lg, xl."""
    return {"id": key, "chart": chart, "title": title, "height": height}


@register.inclusion_tag("web/field.html")
def field(bound: BoundField, label: str = "") -> dict[str, Any]:
    """A form field: label above, required mark, help, errors beside it."""
    widget = bound.field.widget
    is_check = isinstance(widget, CheckboxInput)
    many = isinstance(widget, RadioSelect | CheckboxSelectMultiple)
    name = "form-control"
    if isinstance(widget, Select) and not many:
        name = "form-select"
    elif is_check:
        name = "form-check-input"
    names = [name, widget.attrs.get("class", ""), "is-invalid" if bound.errors else ""]
    attrs: dict[str, Any] = {} if many else {"class": " ".join(filter(None, names))}
    if isinstance(widget, Textarea):
        attrs["rows"] = widget.attrs.get("rows", 3)
        attrs["cols"] = False
    if bound.errors and not many:
        attrs["aria-invalid"] = "true"
        attrs["aria-describedby"] = f"{bound.auto_id}_error"
    control = bound.as_widget(attrs=attrs)
    is_file = isinstance(widget, ClearableFileInput)
    return {"field": bound, "label": label or bound.label, "control": control, "is_check": is_check,
            "is_file": is_file}  # fmt: skip


@register.simple_tag
def cell(bound: BoundField) -> SafeString:
    """A field in a cell of lines: its label is read aloud only, its errors stand below."""
    widget = bound.field.widget
    name = "form-select" if isinstance(widget, Select) else "form-control"
    names = [name, widget.attrs.get("class", ""), "is-invalid" if bound.errors else ""]
    control = bound.as_widget(attrs={"class": " ".join(filter(None, names)), "aria-label": str(bound.label)})
    if not bound.errors:
        return control
    return format_html(
        '{}<div class="invalid-feedback d-block">{}</div>', control, " ".join(map(str, bound.errors))
    )


@register.filter
def share(value: figures.Number | None) -> str:
    """A fraction of a whole as a percentage without needless noughts: 60%, 33.3333%."""
    text = figures.percent(value, 4)
    return text if text == figures.MISSING else f"{text[:-1].rstrip('0').rstrip('.')}%"


@register.filter
def wan_or_yi(value: figures.Number | None) -> tuple[str, str]:
    """Yuan as (figure, unit), the unit 万元 or 亿元 by size."""
    return figures.wan_or_yi(value)
