"""Files that ship with the room: questionnaires and what a customer's file needs, by name and version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from vouch.engine.canonical import FileError, read_yaml

LIBRARY = Path(__file__).resolve().parents[1] / "library"


@cache
def documents_named(prefix: str, *, form: str) -> tuple[Mapping[str, Any], ...]:
    """Every version of one file, the oldest first. Raises FileError."""
    found = []
    for path in LIBRARY.glob(f"{prefix}.*.yaml"):
        document = read_yaml(path.read_bytes(), name=path.name)
        version = path.name.removeprefix(f"{prefix}.").removesuffix(".yaml")
        if document.get("format") != form or str(document.get("version")) != version:
            raise FileError(path.name, [_("格式或版本与文件名不符")])
        found.append(document)
    return tuple(sorted(found, key=lambda one: one["version"]))


def keys_of(
    where: Mapping[str, Any], *, needed: Iterable[str], allowed: Iterable[str] = (), name: str
) -> None:
    """Raises FileError where a key is lacking or not known."""
    lacking = set(needed) - set(where)
    unknown = set(where) - set(needed) - set(allowed)
    if lacking or unknown:
        said = "、".join(sorted(lacking | unknown))
        raise FileError(name, [_("缺少或不认识的键：%s") % said])
