"""No write outside an action: a guard on every statement, armed in tests.

The ledger's `@action` sets `writing`; everything else (a view, a query, raw SQL, a COPY) finds the door closed. Tables of libraries,
which write for themselves (sessions, sign-in, jobs), are named in `LIBRARY_TABLES`. What the statement means is read from its
tokens, not from its first word: `WITH gone AS (DELETE …) SELECT …` is a write, `SELECT … FOR UPDATE` is not.
"""

import functools
import re
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

writing: ContextVar[bool] = ContextVar("vouch_writing", default=False)

LIBRARY_TABLES = (
    "django_",  # sessions, content types, migrations, the cache table
    "auth_",
    "account_",
    "mfa_",
    "socialaccount_",
    "axes_",
    "procrastinate_",
    "vouch_cache",
)

_armed = False

_TOKEN = re.compile(
    r"""
      --[^\n]*                                   # comments
    | /\*.*?\*/
    | \$(?P<tag>\w*)\$.*?\$(?P=tag)\$            # dollar-quoted text
    | [eE]'(?:[^'\\]|\\.|'')*'                   # text with escapes
    | '(?:[^']|'')*'                             # text
    | (?P<name>"(?:[^"]|"")+"|[^\W\d][\w$]*)     # a quoted name, or a word
    | (?P<sign>[.,;()])
    """,
    re.VERBOSE | re.DOTALL,
)
_VERBS = {"INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE", "COPY", "DO", "CALL"}
_FILLERS = {"INTO", "FROM", "ONLY", "TABLE"}
# A verb is one only where a statement may begin: not in FOR UPDATE, ON CONFLICT … DO UPDATE, ON DELETE CASCADE.
_BEGINS_AFTER = {";", "(", ")", "AS", "EXPLAIN", "ANALYZE", "VERBOSE"}


class WriteOutsideActionError(RuntimeError):
    """A statement would have changed one of our tables outside an action."""


def arm() -> None:
    """Refuse, from now on and in this process, writes outside actions."""
    global _armed  # noqa: PLW0603 - one switch per process, set by the test plug-in
    _armed = True


def is_armed() -> bool:
    return _armed


@functools.lru_cache(maxsize=4096)
def written_tables(statement: str) -> tuple[str, ...]:
    """Names (without schema) of the tables the statement writes; `*` for code that nobody can read (DO, CALL)."""
    return tuple(_written(statement))


def _written(statement: str) -> Iterator[str]:
    tokens = [
        (match["name"] or match["sign"])
        for match in _TOKEN.finditer(statement)
        if match["name"] or match["sign"]
    ]
    words = [token.upper() for token in tokens]
    for place, word in enumerate(words):
        before = words[place - 1] if place else ";"
        if word not in _VERBS or before not in _BEGINS_AFTER:
            continue
        if word in {"DO", "CALL"}:
            if before == ";":
                yield "*"
        elif word != "COPY" or _copies_in(words[place:]):
            yield from _names(tokens, place + 1)


def _copies_in(words: list[str]) -> bool:
    """COPY t (a, b) FROM …, as against COPY t TO … or COPY (SELECT …) TO …"""
    depth = 0
    for word in words:
        depth += {"(": 1, ")": -1}.get(word, 0)
        if depth == 0 and word in {"FROM", "TO"}:
            return word == "FROM"
    return False


def _names(tokens: list[str], place: int) -> Iterator[str]:
    """The table name at this place, the last part of a dotted one; TRUNCATE may list several."""
    many = tokens[place - 1].upper() == "TRUNCATE"
    while place < len(tokens):
        while place < len(tokens) and tokens[place].upper() in _FILLERS:
            place += 1
        if place >= len(tokens):
            return
        while place + 2 < len(tokens) and tokens[place + 1] == ".":
            place += 2
        name = tokens[place]
        yield name[1:-1].replace('""', '"') if name.startswith('"') else name.lower()
        if not many or place + 1 >= len(tokens) or tokens[place + 1] != ",":
            return
        place += 2


def check(statement: str) -> None:
    """Raises WriteOutsideActionError for a write to our tables outside an action."""
    if writing.get():
        return
    for table in written_tables(statement):
        if not table.startswith(LIBRARY_TABLES):
            message = f"a write to {table!r} outside an action: {' '.join(statement.split())[:200]}"
            raise WriteOutsideActionError(message)


def wrapper(
    execute: Callable[..., Any], statement: Any, parameters: Any, many: Any, context: dict[str, Any]
) -> Any:
    """Django's execute wrapper."""
    check(statement if isinstance(statement, str) else statement.as_string(None))
    return execute(statement, parameters, many, context)
