"""Protected values inside an entry: ciphertext under the subject's data key, bound to the entry and the side.

Seal, leaf and proofs cover the ciphertext, so destroying the key erases the value and breaks nothing.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from vouch.platform.ledger.terms import is_protected
from vouch.platform.vault.keys import SubjectKey
from vouch.platform.vault.queries import key_of
from vouch.platform.vault.terms import KeyDestroyed, Place, Subject, VaultError

SIDES = ("before", "after")


def place_in(entry_id: UUID, side: str, field: str) -> Place:
    """Where a protected value of an entry stands: moved to another entry, side or field it does not open."""
    return Place("ledger_entry", f"{side}.{field}", str(entry_id))


def sealed_value(key: SubjectKey, text: str, *, place: Place) -> dict[str, str]:
    """The value as the entry holds it."""
    sealed = base64.b64encode(key.seal(text, place=place)).decode()
    return {"sealed": sealed, "kind": key.subject.kind, "id": key.subject.id}


class Opener:
    """Opens the values of entries, each subject's key once."""

    def __init__(self) -> None:
        self._keys: dict[Subject, SubjectKey | str] = {}

    def opened(self, entry_id: UUID, side: str, values: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """One side of an entry with its protected values in words."""
        if values is None:
            return None
        return {
            name: self._text(value, place_in(entry_id, side, name)) if is_protected(value) else value
            for name, value in values.items()
        }

    def _text(self, value: Mapping[str, str], place: Place) -> str:
        key = self._key(Subject(value["kind"], value["id"]))
        if isinstance(key, str):
            return key
        try:
            return key.open(base64.b64decode(value["sealed"], validate=True), place=place)
        except (VaultError, binascii.Error):
            return _("无法解密")

    def _key(self, subject: Subject) -> SubjectKey | str:
        if subject not in self._keys:
            try:
                self._keys[subject] = key_of(subject)
            except KeyDestroyed:
                self._keys[subject] = _("已销毁")
            except VaultError:
                self._keys[subject] = _("无法解密")
        return self._keys[subject]
