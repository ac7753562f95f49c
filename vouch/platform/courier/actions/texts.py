"""The institution's own words."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from vouch.platform.courier import permissions, queries
from vouch.platform.courier.models import Wording
from vouch.platform.courier.templates import BODY_MAX, TITLE_MAX, Template, Text, check_text
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, action


@action("courier.wording.changed", may=permissions.may_manage_channels)
def word_template(
    entry: Entry, *, actor: Actor, at: datetime, template: Template, text: Text
) -> Wording | None:
    """A new version of a template's text; the same text makes none. Raises NoticeError for a text that cannot be filled."""
    check_text(text.title, template.samples, longest=TITLE_MAX)
    check_text(text.body, template.samples, longest=BODY_MAX)
    return _write(entry, template, text, actor=actor, at=at)


@action("courier.wording.reset", may=permissions.may_manage_channels)
def reset_wording(entry: Entry, *, actor: Actor, at: datetime, template: Template) -> Wording | None:
    """Back to the text that the product came with, as a version of its own."""
    return _write(entry, template, None, actor=actor, at=at)


def _write(
    entry: Entry, template: Template, text: Text | None, *, actor: Actor, at: datetime
) -> Wording | None:
    with connection.cursor() as cursor:
        # Two that change it at once make two versions, not one and an error.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [f"courier:{template.name}"])
    newest = queries.wordings_of(template.name).first()
    before = queries.wording_text(template, newest)
    then = text or Text(template.title, template.body)
    if then == before:
        entry.nothing()
        return None
    row = Wording.objects.create(
        template=template.name,
        version=newest.version + 1 if newest else 1,
        title=then.title,
        body=then.body,
        is_reset=text is None,
        made_at=at,
        made_by=actor.label,
    )
    entry.about(
        "wording",
        template.name,
        before={"title": before.title, "body": before.body},
        after={"title": then.title, "body": then.body, "version": row.version},
    )
    return row
