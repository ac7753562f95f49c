"""What taking an import back would do: which rows go, which are put back, which stay, and why they stay.

Read from the journal of the import's rows (``ImportChange``) and from the tables as they are now. Rows are gathered
into records: a row together with those that only add columns to it (a party and its enterprise, whose key is the
party's). A record stays

    edited      when one of its rows is no longer as the import left it, another import's work included
    referenced  when rows made since name it
    judged      when a room says that it was judged on what the import brought (``register_witness``)
    along       when a record that stays names it, or when it belongs to nothing but records that stay

so that what stays is whole, and nothing that stays points to what is gone. Rows that the machine made by itself and
nobody has judged (``register_passing``) hold nothing: they go with what they name.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vouch.platform.exchange._registered import (
    Derived,
    Witness,
    derived_of,
    is_as_left,
    is_passing,
    passing,
    register_derived,
    register_passing,
    register_witness,
    witnesses,
)
from vouch.platform.exchange._tables import (
    ForeignKey,
    asked,
    foreign_keys,
    key_of,
    quoted,
    tables_of_subjects,
    title_of,
)
from vouch.platform.exchange.models import Import, ImportChange
from vouch.platform.identity.models import Part
from vouch.platform.ledger.queries import worked_on_since
from vouch.platform.vault.models import DataKey

__all__ = [
    "Derived", "Kept", "Plan", "Record", "TablePlan", "Witness", "derived_of", "is_as_left", "is_journaled", "passing_of",
    "plan_undo", "register_derived", "register_passing", "register_witness",
]  # fmt: skip

LABELS = ("number", "name", "title", "holder_name", "code", "value", "on", "amount", "as_of")
"""Columns by which people know a row; ciphertext among them is left out."""
LABELS_MAX = 5000


class Record(NamedTuple):
    """A row's table and key; for a record, those of the row that the others belong to."""

    table: str
    key: str


@dataclass(frozen=True, slots=True)
class Kept:
    """One line of what stays: the record (or a table's records together), why, and how many rows that are."""

    record: Record
    label: str
    reason: str
    rows: int


@dataclass(slots=True)
class TablePlan:
    """Rows of one table: to be deleted, set back, put back; those already gone; and the keys that stay."""

    name: str
    key: str
    key_type: str
    title: str
    deleted: int = 0
    restored: int = 0
    put_back: int = 0
    gone: int = 0
    kept: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Plan:
    """What an undo of ``batch`` would do at this moment."""

    batch: Import
    tables: list[TablePlan]
    kept: list[Kept]

    def total(self, name: str) -> int:
        """A figure over all tables: deleted, restored, put_back, gone."""
        return sum(getattr(table, name) for table in self.tables)

    @property
    def kept_rows(self) -> int:
        """How many rows stay."""
        return sum(len(table.kept) for table in self.tables)


def is_journaled(batch: Import) -> bool:
    """Whether there is anything to undo, and it is still known."""
    return ImportChange.objects.filter(batch=batch).exists()


def plan_undo(batch: Import) -> Plan:
    """Look at every row that the import touched, as it is now."""
    return _Planner(batch).plan()


class _Row(NamedTuple):
    made: bool
    gone: bool
    is_same: bool
    is_there: bool


class _Planner:
    def __init__(self, batch: Import) -> None:
        self.batch = batch
        self.tables = {plan.name: plan for plan in _touched_tables(batch)}
        self.keys = foreign_keys()
        # A row whose primary key is another's is part of that one.
        self.owner = {key.child: key.parent for key in self.keys if key.is_extension}
        self.rows: dict[Record, _Row] = {}
        self.members: dict[Record, list[Record]] = defaultdict(list)
        self.reasons: dict[Record, str] = {}
        self.referrers: dict[Record, Counter[str]] = defaultdict(Counter)
        self.needs: dict[Record, set[Record]] = defaultdict(set)
        self.belongs: dict[Record, set[Record]] = defaultdict(set)
        self.along: set[Record] = set()
        self.stays: set[Record] = set()
        self.quiet: dict[str, list[Record]] = defaultdict(list)

    def plan(self) -> Plan:
        for table in self.tables.values():
            self._read(table)
        for key in self.keys:
            if key.parent in self.tables:
                self._follow(key)
            if key.child in self.tables and not key.is_extension:
                self._own(key)
        self._companions()
        self._witnesses()
        for record, counted in self.referrers.items():
            self.reasons.setdefault(record, _referenced(counted))
        self._spread()
        return Plan(self.batch, self._counted(), self._told())

    def record_of(self, row: Record) -> Record:
        """The record that a row is part of."""
        table = row.table
        while table in self.owner:
            table = self.owner[table]
        return Record(table, row.key)

    def _read(self, table: TablePlan) -> None:
        name, key = quoted(table.name), quoted(table.key)
        statement = f"""
            SELECT j.row_key, j.before IS NULL, j.after IS NULL, t.{key} IS NOT NULL,
                   NOT j.is_broken AND {is_as_left(table.name)}
            FROM exchange_importchange AS j LEFT JOIN {name} AS t ON t.{key} = j.row_key::{table.key_type}
            WHERE j.batch_id = %s AND j.table_name = %s AND NOT (j.before IS NULL AND j.after IS NULL)
        """  # noqa: S608 - names of our own tables
        for row_key, made, gone, is_there, is_same in asked(statement, [self.batch.pk, table.name]):
            row = Record(table.name, row_key)
            self.rows[row] = found = _Row(made, gone, is_same, is_there)
            record = self.record_of(row)
            self.members[record].append(row)
            if gone and is_there:
                self.reasons[record] = _("删除后又重新登记")
            elif not gone and not made and not is_there:
                self.reasons[record] = _("之后已被删除")
            elif found.is_there and not found.is_same:
                self.reasons[record] = _("之后被修改")

    def _follow(self, key: ForeignKey) -> None:
        """Who names rows that the import made."""
        child_key, _child_type = key_of(key.child)
        child, column = quoted(key.child), quoted(key.column)
        parent = self.tables[key.parent]
        statement = f"""
            SELECT c.{quoted(child_key)}::text, j.row_key, own.row_key IS NOT NULL
            FROM exchange_importchange AS j
            JOIN {child} AS c ON c.{column} = j.row_key::{parent.key_type}
            LEFT JOIN exchange_importchange AS own
              ON own.batch_id = j.batch_id AND own.table_name = %s AND own.row_key = c.{quoted(child_key)}::text
            WHERE j.batch_id = %s AND j.table_name = %s AND j.before IS NULL AND j.after IS NOT NULL
              AND (own.row_key IS NOT NULL OR NOT {is_passing(key.child, child_key)})
        """  # noqa: S608 - names of our own tables
        values = [key.child, self.batch.pk, key.parent]
        for child_row, parent_row, is_touched in asked(statement, values):
            named = self.record_of(Record(key.parent, parent_row))
            naming = self.record_of(Record(key.child, child_row))
            if named == naming:
                continue
            if is_touched:
                self.needs[naming].add(named)
            else:
                self.referrers[named][key.child] += 1

    def _own(self, key: ForeignKey) -> None:
        """To which touched records the rows belong that the import made."""
        changes = ImportChange.objects.filter(batch=self.batch, table_name=key.child, before__isnull=True)
        for child_row, parent_row in changes.values_list("row_key", f"after__{key.column}"):
            owner = self.record_of(Record(key.parent, str(parent_row)))
            naming = self.record_of(Record(key.child, child_row))
            if owner in self.members and naming != owner and self._is_made(naming):
                self.belongs[naming].add(owner)

    def _is_made(self, record: Record) -> bool:
        row = self.rows.get(record)
        return row is not None and row.made

    def _companions(self) -> None:
        """Keys and parts name their subject without a foreign key. Of a subject that stays the key must stay, and the
        part of whoever has acted on it since.
        """
        tables = tables_of_subjects()
        for model, kind, pk in ((DataKey, "subject_kind", "subject_id"), (Part, "matter_kind", "matter_id")):
            name = model._meta.db_table
            changes = ImportChange.objects.filter(batch=self.batch, table_name=name, before__isnull=True)
            found = changes.exclude(after__isnull=True).values_list(
                "row_key", f"after__{kind}", f"after__{pk}", "after__user_id"
            )
            stays: dict[Record, tuple[str, str, int | None]] = {}
            for row_key, subject_kind, subject_id, user_id in found:
                subject = Record(tables.get(subject_kind, ""), subject_id)
                if self._is_made(subject):
                    self.belongs[Record(name, row_key)].add(subject)
                else:
                    stays[Record(name, row_key)] = (subject_kind, subject_id, user_id)
            if model is Part and self.batch.finished_at is not None:
                worked = worked_on_since(
                    {(kind_, pk_) for kind_, pk_, _user in stays.values()}, since=self.batch.finished_at
                )
                stays = {
                    row: said
                    for row, said in stays.items()
                    if (said[0], said[1], f"user:{said[2]}") in worked
                }
            for row in stays:
                if self.rows[row].is_there and row not in self.reasons:
                    self.quiet[name].append(row)

    def _witnesses(self) -> None:
        since = self.batch.finished_at
        for table, of_table in witnesses.items():
            keys = {record.key for record in self.members if record.table == table}
            if not keys or since is None:
                continue
            for witness in of_table:
                for key, reason in witness(keys, since).items():
                    self.reasons.setdefault(Record(table, key), reason)

    def _spread(self) -> None:
        """What stays takes with it what it names, and what belongs to nothing else."""
        owned: dict[Record, set[Record]] = defaultdict(set)
        for record, owners in self.belongs.items():
            for owner in owners:
                owned[owner].add(record)
        stays = self.stays
        stays |= {*self.reasons, *(row for rows in self.quiet.values() for row in rows)}
        waiting = list(stays)
        while waiting:
            record = waiting.pop()
            drawn = {one for one in owned[record] if self.belongs[one] <= stays} | self.needs[record]
            for other in drawn - stays:
                stays.add(other)
                self.along.add(other)
                waiting.append(other)

    def _counted(self) -> list[TablePlan]:
        for row, found in self.rows.items():
            table = self.tables[row.table]
            if self.record_of(row) in self.stays:
                table.kept.add(row.key)
            elif found.gone:
                table.put_back += 1
            elif not found.made:
                table.restored += 1
            elif found.is_there:
                table.deleted += 1
            else:
                table.gone += 1
        return sorted(self.tables.values(), key=lambda table: table.name)

    def _told(self) -> list[Kept]:
        labels = self._labels(list(self.reasons)[:LABELS_MAX])
        told = [
            Kept(record, labels.get(record) or title_of(record.table), reason, len(self.members[record]))
            for record, reason in sorted(self.reasons.items())
        ]
        by_table: dict[str, int] = defaultdict(int)
        for record in self.along:
            by_table[record.table] += len(self.members[record])
        for table, count in sorted(by_table.items()):
            reason = _("与保留的记录相连，随之保留")
            told.append(Kept(Record(table, ""), title_of(table), reason, count))
        for table, rows in sorted(self.quiet.items()):
            reason = _("所属的客户仍在：密钥不能删除，此后又经办的人员记录也须保留")
            told.append(Kept(Record(table, ""), title_of(table), reason, len(rows)))
        return told

    def _labels(self, records: Iterable[Record]) -> dict[Record, str]:
        by_table: dict[str, list[str]] = defaultdict(list)
        for record in records:
            # Where the import did not touch the record's first row, one of those that belong to it says its name.
            for row in [record] if record in self.rows else self.members[record][:1]:
                by_table[row.table].append(row.key)
        found: dict[Record, str] = {}
        for table, keys in by_table.items():
            rows = ImportChange.objects.filter(batch=self.batch, table_name=table, row_key__in=keys)
            for key, before, after in rows.values_list("row_key", "before", "after"):
                image = after or before or {}
                said = [str(image[name]) for name in LABELS if image.get(name) not in {None, ""}]
                words = " ".join(one for one in said if not one.startswith("\\x"))[:200]
                found[self.record_of(Record(table, key))] = f"{title_of(table)} {words or key}"
        return found


def passing_of(plan: Plan) -> Iterator[tuple[ForeignKey, TablePlan, str]]:
    """Where rows may stand that go with what the undo deletes: the key that names it, its table, and the condition."""
    tables = {table.name: table for table in plan.tables}
    for key in foreign_keys():
        if key.child in passing and key.parent in tables:
            yield key, tables[key.parent], passing[key.child]


def _touched_tables(batch: Import) -> Iterator[TablePlan]:
    names = (
        ImportChange.objects.filter(batch=batch).order_by().values_list("table_name", flat=True).distinct()
    )
    for name in names:
        key, key_type = key_of(name)
        yield TablePlan(name, key, key_type, title_of(name))


def _referenced(counted: Counter[str]) -> str:
    said = "、".join(
        ngettext("%(table)s %(count)d 条", "%(table)s %(count)d 条", count)
        % {"table": title_of(table), "count": count}
        for table, count in sorted(counted.items())
    )
    return _("之后有记录引用它：%s") % said
