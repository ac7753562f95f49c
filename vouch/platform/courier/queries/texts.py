"""The words in force."""

from __future__ import annotations

from django.db.models import QuerySet

from vouch.platform.courier.models import Wording
from vouch.platform.courier.templates import Template, Text, template_named
from vouch.platform.courier.terms import NoticeError


def wordings_in_force() -> dict[str, Wording]:
    """The newest wording of each template that has any."""
    rows = Wording.objects.order_by("template", "-version").distinct("template")
    return {row.template: row for row in rows}


def wordings_of(template: str) -> QuerySet[Wording]:
    """Every version, newest first."""
    return Wording.objects.filter(template=template).order_by("-version")


def text_in_force(template: Template) -> Text:
    """The institution's text, or the one that the product came with."""
    newest = wordings_of(template.name).first()
    return wording_text(template, newest)


def wording_text(template: Template, newest: Wording | None) -> Text:
    """The text that a newest wording leaves in force."""
    if newest is None or newest.is_reset:
        return Text(str(template.title), str(template.body))
    return Text(newest.title, newest.body)


def label_of(name: str) -> str:
    """A template in words: its title, with dots for its values."""
    try:
        template = template_named(name)
    except NoticeError:
        return name
    return Text(template.title, "").filled(dict.fromkeys(template.samples, "…")).title
