"""Words of the ledger (台账日志)."""

from __future__ import annotations

import re
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

EVENT_NAME = re.compile(r"^[a-z_]+(\.[a-z_]+)*\.[a-z_]+$")
"""Event names are ``room.noun.past_tense``, e.g. ``parties.enterprise.registered``."""

EVENT_TITLES: dict[str, str] = {}
"""Event → what a person reads; the switchboard, which knows all rooms, fills it."""

SUBJECT_TITLES: dict[str, str] = {}
"""Kind of subject → what a person reads."""

FIELD_TITLES: dict[str, str] = {}
"""Name of a field in an entry → what a person reads."""


VALUE_TITLES: dict[str, str | Promise] = {}
"""A value that is a word of the program (a field, a field class) → what a person reads."""

READ_EVENTS: set[str] = set()
"""Events of looking at protected values; the switchboard fills it."""


class LedgerBroken(RuntimeError):
    """The ledger contradicts what was signed or sent away; ``str()`` is the Chinese message."""


def event_title(event: str) -> str:
    """The event in words, or its name where nobody gave it any."""
    return EVENT_TITLES.get(event, event)


def subject_title(kind: str) -> str:
    """The kind of subject in words."""
    return SUBJECT_TITLES.get(kind, kind)


def field_title(name: str) -> str:
    """A field of an entry in words; the second telephone of one entry is ``phone.2``."""
    bare, _dot, number = name.partition(".")
    title = FIELD_TITLES.get(bare, bare)
    return f"{title} {number}" if number else title


def value_title(value: Any) -> Any:
    """A value in words, where it is a word of the program."""
    return VALUE_TITLES.get(value) or FIELD_TITLES.get(value, value) if isinstance(value, str) else value


PROTECTED = gettext_lazy("（已加密）")
"""What pages show for a protected value that nobody opened."""


def is_protected(value: Any) -> bool:
    """Whether this value of an entry's before or after is ciphertext, see ``Entry.protect``."""
    return (
        isinstance(value, dict)
        and value.keys() == {"sealed", "kind", "id"}
        and all(isinstance(part, str) for part in value.values())
    )


def closed(value: Any) -> Any:
    """The value as pages show it that open nothing."""
    return PROTECTED if is_protected(value) else value
