"""Questions in SQL, answered by customer: what stands in a merged record counts for the one that it was merged into.

    rows = grouped_rows("SELECT m.party_id, count(*) FROM customers_material m GROUP BY 1", {})

No row was moved, so the statement is read with each table that names a party hidden behind a common table expression
of the same name, in which the party is the one that stands for it. While nothing is merged, nothing is hidden.

* What there is once for each record (register, status, former values) is the standing record's own.
* Lines of the register (shareholders, posts, licences …) are those of one record: the standing one, or where that has
  none now, the oldest merged one that has. Both would count every shareholder twice.
* Everything else is that of all records together; rows that a room calls the same (``register_same``) count once.

A text may name a customer by any name that one of its records bears: a statement that looks names up reads them from
``party_records`` (id, canonical_id, kind, name), which holds every record, the merged ones too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Model, OneToOneField

from vouch.parties.models import Duplicate, FormerValue, Merge, Party
from vouch.parties.queries.history import EDGES, OWNER

_ONCE: frozenset[type[Model]] = frozenset({FormerValue})
_OWNERS: Mapping[type[Model], str] = {
    model: f"{OWNER.get(name, 'party')}_id" for name, model in EDGES.items()
}
_same: dict[str, tuple[str, ...]] = {}


def register_same(table: str, columns: Sequence[str]) -> None:
    """Rows of a table that are alike in these columns are one row told twice, if two records of a customer have it."""
    _same[table] = tuple(columns)


_merged: ContextVar[Mapping[int, int] | None] = ContextVar("vouch_merged_parties", default=None)


@contextmanager
def looked_up_once() -> Iterator[None]:
    """Within it, who was merged is looked up once; for one question that several rooms answer."""
    token = _merged.set(_looked_up())
    try:
        yield
    finally:
        _merged.reset(token)


def _looked_up() -> Mapping[int, int]:
    return dict(
        Party.objects.filter(canonical__isnull=False).order_by("pk").values_list("pk", "canonical_id")
    )


def grouped_rows(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Run a statement with named values and return its rows, answered by customer."""
    known = _merged.get()
    merged = _looked_up() if known is None else known
    given = dict(values)
    if merged:
        statement = hiding(statement)
        given |= {
            "merged_ids": list(merged),
            "merged_into": list(merged.values()),
            "grouped_ids": sorted({*merged, *merged.values()}),
        }
    with connection.cursor() as cursor:
        cursor.execute(_with_records(statement), given)
        return list(cursor.fetchall())


_RECORDS = f"""party_records AS NOT MATERIALIZED (
    SELECT id, canonical_id, kind, name FROM {Party._meta.db_table}
)"""  # noqa: S608 - a name of ours


def _with_records(statement: str) -> str:
    """The statement with ``party_records`` if it asks for them; first, so that the table itself is meant."""
    if not re.search(r"\bparty_records\b", statement):
        return statement
    head = re.match(r"\s*WITH\s+", statement)
    return f"WITH {_RECORDS}, {statement[head.end() :]}" if head else f"WITH {_RECORDS}\n{statement}"


def hiding(statement: str) -> str:
    """The statement with every table of parties' rows hidden behind one that is answered by customer."""
    tables = _tables()
    named = sorted(table for table in tables if re.search(rf"\b{table}\b", statement))
    found = ",\n".join(f"{table} AS NOT MATERIALIZED ({_hidden(tables[table])})" for table in named)
    head = re.match(r"\s*WITH\s+", statement)
    rest = f", {statement[head.end() :]}" if head else f"\n{statement}"
    return f"WITH {_GROUPS},\n{found}{rest}" if named else statement


_GROUPS = """merged_parties (id, into_id) AS NOT MATERIALIZED (
    SELECT * FROM unnest(%(merged_ids)s::bigint[], %(merged_into)s::bigint[])
)"""


@cache
def _tables() -> Mapping[str, type[Model]]:
    """Tables whose rows name a party, and the parties themselves."""
    found: dict[str, type[Model]] = {Party._meta.db_table: Party}
    for model in apps.get_models():
        if model not in {Duplicate, Merge} and _columns_of_party(model):
            found[model._meta.db_table] = model
    return found


def _columns_of_party(model: type[Model]) -> list[str]:
    return [
        str(field.column)
        for field in model._meta.concrete_fields
        if field.related_model is Party and model is not Party
    ]


def _hidden(model: type[Model]) -> str:
    """What stands in the place of a table."""
    table, columns = model._meta.db_table, [f'"{one.column}"' for one in model._meta.concrete_fields]
    plain = ", ".join(f"t.{one}" for one in columns)
    key = model._meta.pk
    if model is Party:
        return f"SELECT {plain} FROM {table} t WHERE t.id <> ALL(%(merged_ids)s)"  # noqa: S608 - names of ours
    if model in _ONCE or isinstance(key, OneToOneField):
        return f"SELECT {plain} FROM {table} t WHERE t.party_id <> ALL(%(merged_ids)s)"  # noqa: S608 - names of ours
    parties = _columns_of_party(model)
    touched = " OR ".join(f"coalesce(t.{one} = ANY(%(grouped_ids)s), FALSE)" for one in parties)
    mapped = ", ".join(
        f"{_stands_for(one)} AS {one}" if one.strip('"') in parties else f"t.{one}" for one in columns
    )
    own = f"SELECT {plain} FROM {table} t WHERE NOT ({touched})"  # noqa: S608 - names of ours
    return f"{own} UNION ALL {_of_groups(model, mapped, touched)}"


def _stands_for(column: str) -> str:
    name = column.strip('"')
    return f"coalesce((SELECT into_id FROM merged_parties WHERE id = t.{name}), t.{name})"  # noqa: S608 - names of ours


def _of_groups(model: type[Model], mapped: str, touched: str) -> str:
    """The rows of those customers that have more than one record."""
    table = model._meta.db_table
    found = f"SELECT {mapped} FROM {table} t WHERE ({touched})"  # noqa: S608 - names of ours
    owner = _OWNERS.get(model)
    if owner is not None:
        return f"{found} AND NOT EXISTS (SELECT 1 FROM {table} s WHERE {_speaks_before(owner)})"  # noqa: S608 - names of ours
    same = _same.get(table)
    if same is not None:
        (party,) = _columns_of_party(model)
        alike = ", ".join((_stands_for(party), *(f"t.{one}" for one in same)))
        once = found.replace("SELECT ", f"SELECT DISTINCT ON ({alike}) ", 1)
        return f"({once} ORDER BY {alike}, t.{party} = ANY(%(merged_ids)s), t.id)"
    return found


def _speaks_before(owner: str) -> str:
    """Whether the row ``s`` is of the same customer's record that is asked before that of the row ``t``, and holds."""
    mine, theirs = _stands_for(owner), _stands_for(owner).replace("t.", "s.")
    return (
        f"s.{owner} = ANY(%(grouped_ids)s) AND s.ended_at IS NULL AND {theirs} = {mine}"
        f" AND (s.{owner} = ANY(%(merged_ids)s), s.{owner}) < (t.{owner} = ANY(%(merged_ids)s), t.{owner})"
    )
