"""What must not travel: identity numbers, phones and accounts, told by their look."""

from __future__ import annotations

import re
import unicodedata

from vouch.engine.identifiers import holds_protected

# What people write around digits, and characters that nobody sees.
_HOST = re.compile(r"(?<!\d)\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")
_DAY = re.compile(r"(?<!\d)\d{4}[-./]\d{1,2}[-./]\d{1,2}(?!\d)")
_LOOKS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("身份证号", re.compile(r"(?<![0-9A-Za-z])\d(?:[ \-·._]?\d){16}[ \-·._]?[0-9Xx](?![0-9A-Za-z])")),
    ("手机号", re.compile(r"(?<!\d)(?:(?:\+|00)?86[ -]?)?1[3-9](?:[ \-·._]?\d){9}(?!\d)")),
    ("账号", re.compile(r"(?<![0-9A-Za-z])\d(?:[ \-·._]?\d){11,}(?![0-9A-Za-z])")),
    ("电话号码", re.compile(r"(?<!\d)\(?0\d{2,3}[) -]{1,2}\d{3,4}[ -]?\d{4}(?!\d)")),
)


def protected_look(text: str) -> str:
    """What the text looks like (身份证号, 手机号, 电话号码, 账号); empty where it looks like none of them.

    Full-width digits, blanks, hyphens and invisible characters between digits do not hide a number; days
    (2026-11-22), network addresses and amounts with commas are none.
    """
    plain = unicodedata.normalize("NFKC", text)
    plain = "".join(
        "-" if unicodedata.category(one) == "Pd" else " " if unicodedata.category(one) == "Zs" else one
        for one in plain
        if unicodedata.category(one) not in {"Cf", "Cc"} or one == "\n"
    )
    plain = _HOST.sub("·", _DAY.sub("·", re.sub(r" +", " ", plain)))
    found = next((name for name, look in _LOOKS if look.search(plain)), "")
    return found or ("证件号、电话或账号" if holds_protected(plain) else "")
