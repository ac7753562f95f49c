"""Unfinished forms: kept for their author, taken up again, thrown away.

None of it leaves an entry: what nobody has sent has not happened.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson

from vouch.platform.identity import permissions
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Draft, User
from vouch.platform.ledger.action import Entry, action
from vouch.platform.vault.actions import ensure_key, number_row
from vouch.platform.vault.fields import place_of
from vouch.platform.vault.terms import Subject

KEEP_DAYS = 30


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What is to be kept: of which form, about what, and the fields with everything that stands in them."""

    form: str
    about: str
    title: str
    path: str
    fields: dict[str, list[str]]


@action("identity.draft.kept", may=permissions.may_keep_draft)
def keep_draft(entry: Entry, *, actor: Actor, at: datetime, draft: Unfinished) -> Draft:
    """Keep the form as it is, in place of what its author kept of it before."""
    entry.nothing()
    author = User.objects.get(pk=actor.user_id or 0)
    row = Draft.objects.filter(author=author, form=draft.form, about=draft.about).first()
    if row is None:
        row = Draft(author=author, form=draft.form, about=draft.about)
    number_row(row)
    key = ensure_key(Subject("user", str(author.pk)), at=at)
    row.content = key.seal_bytes(orjson.dumps(draft.fields), place=place_of(row, "content"))
    row.title, row.path, row.saved_at = draft.title[:80], draft.path[:200], at
    row.save()
    return row


@action("identity.draft.discarded", may=permissions.may_keep_draft)
def discard_draft(entry: Entry, *, actor: Actor, at: datetime, form: str, about: str) -> None:
    """Throw the author's draft of a form away, because it was sent or is not wanted."""
    entry.nothing()
    Draft.objects.filter(author_id=actor.user_id, form=form, about=about).delete()


@action("identity.drafts.forgotten", may=permissions.may_forget_answers)
def forget_drafts(entry: Entry, *, actor: Actor, at: datetime) -> int:
    """Forget drafts that nobody has touched for KEEP_DAYS."""
    entry.nothing()
    count, _models = Draft.objects.filter(saved_at__lt=at - timedelta(days=KEEP_DAYS)).delete()
    return count


def forget_drafts_about(*subjects: str) -> None:
    """Throw away what anybody has begun about these subjects ("party:12"); for use inside the action that erases them."""
    Draft.objects.filter(about__in=subjects).delete()
