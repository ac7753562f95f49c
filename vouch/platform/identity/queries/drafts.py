"""Unfinished forms: their author's alone."""

from __future__ import annotations

from django.db.models import QuerySet

from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Draft
from vouch.platform.vault.fields import place_of
from vouch.platform.vault.queries import key_of
from vouch.platform.vault.terms import Subject


def drafts_of(actor: Actor) -> QuerySet[Draft]:
    """What this person has begun, the newest first; whoever stands in for somebody does not see theirs."""
    if actor.user_id is None:
        return Draft.objects.none()
    return Draft.objects.filter(author_id=actor.user_id).order_by("-saved_at", "-pk")


def draft_of(actor: Actor, *, form: str, about: str) -> Draft | None:
    """What this person has begun of a form."""
    return drafts_of(actor).filter(form=form, about=about).first()


def content_of(draft: Draft) -> bytes:
    """What was filled in, as JSON. Raises VaultError."""
    key = key_of(Subject("user", str(draft.author_id)))
    return key.open_bytes(bytes(draft.content or b""), place=place_of(draft, "content"))
