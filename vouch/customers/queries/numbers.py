"""Numbers that people write on paper: two letters and the key, with zeros before it."""

from __future__ import annotations

LONGEST = 17


def numbered(text: str, prefix: str) -> int | None:
    """The key that a number such as PG000012 stands for, letters in either case or left out; None where it is no number."""
    digits = text.upper().removeprefix(prefix).lstrip("0")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= LONGEST else None
