"""The blind index: exact search on a keyed hash of the normal form, without reading anything."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata

from vouch.platform.vault.ring import ring

INDEX_BYTES = 32
DROPPED = {"Zs", "Zl", "Zp", "Cc", "Cf"}


def normal_form(text: str) -> str:
    """NFKC (full-width digits become plain), blanks and invisible characters removed, upper case."""
    before, after = "", text
    # More than once for a few rare characters: a bare accent is a blank and an accent, which then joins its neighbour.
    while after != before:
        before = after
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", after).upper())
        after = "".join(character for character in folded if unicodedata.category(character) not in DROPPED)
    return after


def blind_index(text: str, *, column: str) -> bytes:
    """32 bytes to search by. ``column`` (such as ``parties.identity_number``) keeps equal values of two columns apart."""
    message = column.encode() + b"\0" + normal_form(text).encode()
    return hmac.new(ring().index, message, hashlib.sha256).digest()
