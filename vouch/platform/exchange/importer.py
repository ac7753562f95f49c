"""The contract by which other rooms let their records be imported.

A room writes one ``Importer`` in its ``actions`` and registers it from ``apps.py ready()``. The exchange does the
rest: files, headings, chunks, the ledger, progress, resuming, dry runs, and the list of rows that a person
corrects or accepts.

    class EnterpriseImporter(Importer):
        kind = "enterprises"
        ...
        def take(self, batch: Batch) -> Outcome: ...

    register(EnterpriseImporter())

``take`` runs inside the exchange's action: one chunk of rows, one transaction, one ledger entry whose Merkle root
covers ``Outcome.leaves``. It writes, and may call actions of its room for single changes that deserve an entry of
their own. It must be idempotent (a row that changes nothing is ``unchanged``) and must not care how the file was
cut into chunks: a later chunk of the same file may repeat a row of an earlier one. A dry run calls the same code
and rolls it back.
"""

from __future__ import annotations

import abc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from vouch.engine.cells import said
from vouch.engine.identifiers import judge_identity
from vouch.platform.exchange.tabular import Column, Row
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit
from vouch.platform.identity.terms import FieldClass


@dataclass(frozen=True, slots=True)
class Source:
    """One file (or sheet) that a kind of import reads.

    ``name`` is also its argument on the command line: ``file`` is positional, any other is ``--name``. Sources
    are read in the order in which the importer lists them. A source that only names what the others speak of is
    not counted: its rows stand in the import's notes, not in its figures (those rejected or warned still do).
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    sheets: tuple[str, ...] = ()
    is_required: bool = True
    is_counted: bool = True

    @property
    def protected(self) -> tuple[Column, ...]:
        """The columns whose values not everybody may read in full."""
        return tuple(column for column in self.columns if column.field_class != FieldClass.ORDINARY)

    def place(self, column: str) -> int:
        """Where the column stands in ``Row.cells``."""
        return next(index for index, wanted in enumerate(self.columns) if wanted.name == column)

    def key_of(self, row: Row, key: Sequence[str]) -> str:
        """What these columns of a row say, in normal form; "" where they say nothing. Spellings of one number are one."""
        found = [judge_identity(said(row.cells[self.place(name)]).lstrip("'")).value for name in key]
        return "\x1f".join(found) if any(found) else ""


Note = Callable[[], object]
"""What must be noted of a refusal although nothing of the row is kept: called by the exchange once that is certain."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to tell about one row: its column's ``name`` ("" for the whole row) and the reason in Chinese."""

    row: Row
    column: str
    reason: str
    note: Note | None = None


class RowFault(ValueError):
    """Why a row cannot be taken: the column's name ("" for the whole row) and the reason in Chinese."""

    def __init__(self, column: str, reason: str, note: Note | None = None) -> None:
        super().__init__(reason)
        self.column, self.reason, self.note = column, reason, note


@dataclass(slots=True)
class Outcome:
    """What became of a batch. Every row stands in exactly one of the four.

    An import's own figures add the warned ones to the accepted and tell them as a further count.

    accepted   rows that made or changed a record, without a remark
    unchanged  rows that the records already say, and copies of a row
    warned     rows that were accepted with a remark worth keeping in the list
    rejected   rows that wrote nothing; a person corrects or accepts them

    ``listed`` are rows counted in ``unchanged`` that a person should still find in the list (copies in a file).
    ``leaves`` are the bytes, one per accepted or warned row, over which the ledger keeps its Merkle root.
    ``notes`` are counted by their text and shown with the import, but not kept row by row.
    """

    accepted: int = 0
    unchanged: int = 0
    warned: list[Finding] = field(default_factory=list)
    rejected: list[Finding] = field(default_factory=list)
    listed: list[Finding] = field(default_factory=list)
    leaves: list[bytes] = field(default_factory=list)
    notes: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Batch:
    """One chunk of rows of one source, all of them readable, and the circumstances under which it is taken.

    ``import_id`` is what the records carry as their batch (``exchange.Import``). ``forced`` is set when a person
    accepts one row as it stands, with their reason: what can be kept at all is then kept and marked. ``conflicting``
    are the keys (``Importer.key``) of which the whole file has rows that differ, wherever it was cut into chunks.
    """

    source: Source
    rows: Sequence[Row]
    unit: Unit
    actor: Actor
    at: datetime
    import_id: int
    forced: str = ""
    conflicting: frozenset[str] = frozenset()


class Importer(abc.ABC):
    """A kind of import. The class attributes are read by the page, the command and its ``--help``."""

    kind: ClassVar[str]
    title: ClassVar[str]
    sources: ClassVar[tuple[Source, ...]]
    example: ClassVar[str]
    chunk_rows: ClassVar[int] = 2000
    # The columns that name a record; of rows with the same ones, those that differ are told to ``take``.
    key: ClassVar[tuple[str, ...]] = ()
    # Of these rows may differ: they tell of one record's several things.
    several: ClassVar[tuple[str, ...]] = ()

    @abc.abstractmethod
    def take(self, batch: Batch) -> Outcome:
        """Write a batch; called only by the exchange, inside its action."""

    def source(self, name: str) -> Source:
        """The source of this name. Raises KeyError."""
        for source in self.sources:
            if source.name == name:
                return source
        raise KeyError(name)


Given = Mapping[str, str]
"""What a row says, by the name of the column."""


class RowImporter(Importer):
    """A kind of import whose rows are taken one by one, each like something that was entered by hand."""

    # Each row is an entry of its own.
    chunk_rows: ClassVar[int] = 200

    def look_up(self, rows: Sequence[Given], batch: Batch) -> Any:
        """What ``take_row`` needs to know of all rows of a chunk, asked for once."""
        return None

    @abc.abstractmethod
    def take_row(self, row: Row, given: Given, known: Any, *, batch: Batch, outcome: Outcome) -> None:
        """Write one row and count it. Raises RowFault for one that is refused; then nothing of it is kept."""

    def kept(self, row: Row) -> Row:
        """A refused row as it may be kept."""
        return row

    def take(self, batch: Batch) -> Outcome:
        """Take one chunk."""
        outcome = Outcome()
        names = [column.name for column in batch.source.columns]
        rows = [(row, dict(zip(names, row.cells, strict=True))) for row in batch.rows]
        known = self.look_up([given for _row, given in rows], batch)
        for row, given in rows:
            try:
                self.take_row(row, given, known, batch=batch, outcome=outcome)
            except RowFault as fault:
                outcome.rejected.append(Finding(self.kept(row), fault.column, fault.reason, fault.note))
        return outcome


_importers: dict[str, Importer] = {}
_OF_THE_PAGE = frozenset({"unit", "sheet"})


def register(importer: Importer) -> None:
    """Make a kind of import known; called once, from ``apps.py``. Raises ValueError for a name that the page has taken."""
    taken = {column.name for source in importer.sources for column in source.columns} & _OF_THE_PAGE
    if taken:
        message = f"{importer.kind}: the page of columns has fields of these names already: {sorted(taken)}"
        raise ValueError(message)
    _importers[importer.kind] = importer


def importer_of(kind: str) -> Importer:
    """The importer of this kind. Raises KeyError."""
    return _importers[kind]


def importers() -> Mapping[str, Importer]:
    """Every kind that can be imported, in the order of registration."""
    return dict(_importers)
