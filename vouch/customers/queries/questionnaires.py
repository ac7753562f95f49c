"""The rating sheet's questions, version by version; read from the room's library."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils.translation import gettext as _

from vouch.customers.queries.library import documents_named, keys_of
from vouch.engine.canonical import FileError

FORMAT = "vouch-questionnaire/1"
NAME = "rating-questions"
LEAST_CHOICES, MOST_CHOICES = 3, 5
_WORD = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A closed question; ``choices`` code → what people read, in the file's order."""

    name: str
    title: str
    help: str
    choices: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Group:
    """Questions of one field."""

    title: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Questionnaire:
    """One version; never changed once answers name it."""

    id: str
    version: int
    title: str
    kinds: frozenset[str]
    groups: tuple[Group, ...]

    @property
    def questions(self) -> Iterator[Question]:
        """All of them, in order."""
        return (question for group in self.groups for question in group.questions)


@cache
def questionnaires() -> tuple[Questionnaire, ...]:
    """Every version, the oldest first. Raises FileError."""
    return tuple(read_questionnaire(document) for document in documents_named(NAME, form=FORMAT))


def questionnaire_for(kind: str) -> Questionnaire | None:
    """The one that such a party is asked now; None where there are no questions for it."""
    latest = questionnaires()[-1]
    return latest if kind in latest.kinds else None


def questionnaire_numbered(identifier: str, version: int) -> Questionnaire | None:
    """The version that a sheet names."""
    return next((one for one in questionnaires() if (one.id, one.version) == (identifier, version)), None)


def read_questionnaire(document: Mapping[str, Any]) -> Questionnaire:
    """A file as the room uses it. Raises FileError, which names the question."""
    keys_of(document, needed=("format", "id", "version", "title", "kinds", "groups"), name=NAME)
    groups = tuple(
        Group(group["title"], tuple(_question(written) for written in group["questions"]))
        for group in document["groups"]
    )
    found = Questionnaire(
        id=document["id"],
        version=document["version"],
        title=document["title"],
        kinds=frozenset(document["kinds"]),
        groups=groups,
    )
    names = [question.name for question in found.questions]
    if len(set(names)) != len(names):
        raise FileError(NAME, [_("问题名称重复")])
    return found


def _question(written: Mapping[str, Any]) -> Question:
    name = str(written.get("name", "?"))
    keys_of(written, needed=("name", "title", "choices"), allowed=("help",), name=name)
    choices: Mapping[str, str] = written["choices"]
    if not _WORD.fullmatch(name) or not all(_WORD.fullmatch(code) for code in choices):
        raise FileError(name, [_("名称只用小写字母、数字和下划线")])
    if not LEAST_CHOICES <= len(choices) <= MOST_CHOICES:
        raise FileError(name, [_("答案应有 3 至 5 个")])
    return Question(name=name, title=written["title"], help=written.get("help", ""), choices=choices)
