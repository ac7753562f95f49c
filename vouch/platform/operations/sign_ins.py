"""Who can sign in to an institution that was set up for trying out, with their first passwords.

Random passwords are made once; this file in the installation's folder, readable by its user alone, is the only place that keeps them.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from vouch.platform.database.home import home


@dataclass(frozen=True)
class SignIn:
    """One person: sign-in name, name, role in words, first password."""

    username: str
    name: str
    role: str
    password: str


def sign_ins_file() -> Path:
    return home() / "sign-ins.json"


def remember(people: Sequence[SignIn]) -> None:
    """Keep them, in place of those kept before."""
    fresh = sign_ins_file().with_suffix(".new")
    with os.fdopen(
        os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as out:
        json.dump([asdict(person) for person in people], out, ensure_ascii=False, indent=1)
    fresh.replace(sign_ins_file())


def remembered() -> list[SignIn]:
    """Those kept, or none."""
    try:
        return [SignIn(**row) for row in json.loads(sign_ins_file().read_text(encoding="utf-8"))]
    except (FileNotFoundError, ValueError, TypeError):
        return []
