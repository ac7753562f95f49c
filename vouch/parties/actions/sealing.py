"""How values of a party get into sealed columns and out again; for use inside this room's actions and questions."""

from __future__ import annotations

from datetime import datetime

from django.db import models

from vouch.parties.models import Party
from vouch.platform.vault.actions import ensure_key, number_row
from vouch.platform.vault.fields import place_of
from vouch.platform.vault.keys import SubjectKey
from vouch.platform.vault.terms import Subject


def key_for(party: Party, *, at: datetime) -> SubjectKey:
    """The party's data key, made at first use. Raises KeyDestroyed for an erased person."""
    return ensure_key(Subject("party", str(party.pk)), at=at)


def fill(row: models.Model, key: SubjectKey, **texts: str) -> None:
    """Seal each text for its column of this row, which is numbered first; an empty text leaves the column empty."""
    number_row(row)
    for column, text in texts.items():
        setattr(row, column, key.seal(text, place=place_of(row, column)) if text else None)
