"""What kept rows hold: opened with the delivery's key, and shown as far as the reader may read it in full."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from vouch.engine.cells import is_rounded, said
from vouch.engine.identifiers import (
    CodeProblem,
    IdentityProblem,
    holds_protected,
    identity_problem,
    judge_identity,
    normal_code,
    uscc_problem,
    without_protected,
)
from vouch.platform.exchange.cells import bare_code
from vouch.platform.exchange.importer import Source, importers
from vouch.platform.exchange.models import Import, ImportRow
from vouch.platform.exchange.tabular import ANY_CODE, Column, Table, meant_by
from vouch.platform.vault.index import blind_index
from vouch.platform.vault.masks import HIDDEN, masked
from vouch.platform.vault.queries import keys_of
from vouch.platform.vault.terms import Place

SHORTEST_NUMBER = 14
"""An identity number of old has 15 digits; one may have been left out."""

MASKED: frozenset[str] = frozenset()
"""No class is read in full."""


@dataclass(frozen=True, slots=True)
class RowContent:
    """Values in the order of the wanted columns, and the row as it stood; no ``cells`` where it could not be read."""

    cells: Sequence[str]
    raw: Sequence[str]


def place_of_row(file_id: int, line: int) -> Place:
    """Where a row's ciphertext stands: by its file and line, for a dry run writes it before the row has a number."""
    return Place(ImportRow._meta.db_table, "content", f"{file_id}:{line}")


def mention_index(text: str) -> bytes:
    """Blind index of a document number as a file writes it; 15 digits and the 18 that they became are one."""
    return blind_index(judge_identity(bare_code(text)).value, column="exchange.mention")


Open = Callable[[ImportRow], RowContent | None]


def opener_of(batches: Iterable[int]) -> Open:
    """What opens rows of these imports, their keys asked for once; None for a row that was forgotten. Raises VaultError."""
    keys = keys_of("import", set(batches))

    def opened(row: ImportRow) -> RowContent | None:
        key = keys.get(str(row.batch_id))
        if key is None or row.content is None:
            return None
        cells, raw = orjson.loads(key.open_bytes(row.content, place=place_of_row(row.file_id, row.line)))
        return RowContent(cells, raw)

    return opened


def contents_of(rows: Sequence[ImportRow]) -> list[RowContent | None]:
    """What these rows hold, in one question."""
    opened = opener_of(row.batch_id for row in rows)
    return [opened(row) for row in rows]


def content_of(row: ImportRow) -> RowContent | None:
    """What one row holds."""
    return contents_of([row])[0]


def classes_of(batch: Import) -> frozenset[str]:
    """The field classes of what an import of this kind brings; none where everybody may read all of it."""
    known = importers().get(batch.kind)
    return frozenset(
        column.field_class for source in (known.sources if known else ()) for column in source.protected
    )


Covers = Sequence[Sequence[Column]]
"""For each wanted column, the columns whose values may stand there: itself, and those that its heading names."""


def covers_of(source: Source, mapping: Mapping[str, str]) -> Covers:
    """By what each column of a row is masked: a person may have chosen a heading that means another column."""
    return [[column, *meant_by(mapping.get(column.name, ""), source.columns)] for column in source.columns]


def shown_cell(cover: Iterable[Column], value: Any, classes: Collection[str]) -> Any:
    """A value as it may be shown, whichever of these columns it belongs to; for a source of which something is hidden."""
    if value in {None, ""}:
        return value
    masks = {column.mask for column in cover if _is_hidden(column, classes)}
    strict = masks - {ANY_CODE}
    if strict:
        return masked(str(value), kind=strict.pop()) if len(strict) == 1 else HIDDEN
    return _without_numbers(value, is_code=bool(masks))


def _without_numbers(value: Any, *, is_code: bool) -> Any:
    """A value of a column for codes or for anything, where a person's number may stand by mistake; a firm's code stays."""
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    code = normal_code(text)
    if uscc_problem(code) is CodeProblem.NONE and identity_problem(code) is not IdentityProblem.NONE:
        return value
    is_long = sum(sign.isdigit() for sign in code) >= SHORTEST_NUMBER
    if is_code:
        return masked(text, kind="identity_number") if is_long or is_rounded(said(text)) else value
    # Letters besides the check character X are those of a contract.
    if not (holds_protected(text) or (is_long and not _LETTERS.search(code))):
        return value
    told = without_protected(text)
    if told == text:
        return value
    return masked(text, kind="identity_number") if not told.strip("'’ *") else told


_LETTERS = re.compile(r"[A-WYZ]")


def _is_hidden(column: Column, classes: Collection[str]) -> bool:
    return column.field_class != "ordinary" and column.field_class not in classes


def is_hidden(source: Source, classes: Collection[str]) -> bool:
    """Whether anything of the source is masked for who may read these classes."""
    return any(_is_hidden(column, classes) for column in source.columns)


def shown(row: ImportRow, content: RowContent, classes: Collection[str]) -> RowContent:
    """A row as it may be shown. Where something is hidden, the row as it stood is left out: it names no columns."""
    source = importers()[row.batch.kind].source(row.file.source)
    if not is_hidden(source, classes):
        return content
    pairs = zip(covers_of(source, row.file.mapping), content.cells, strict=False)
    return RowContent([shown_cell(cover, text, classes) for cover, text in pairs], ())


class Shade:
    """Cells of the file itself, as they may be shown to who may read these classes in full.

    A place is masked by the column that it was mapped to, and by those that its heading names.
    """

    def __init__(self, source: Source, table: Table, classes: Collection[str]) -> None:
        self.is_clear = not is_hidden(source, classes)
        self._classes = classes
        self._covers = [meant_by(heading, source.columns) for heading in table.headings]
        self._width = 0
        for column, place in zip(source.columns, table.places, strict=True):
            if place is not None:
                self._covers[place].append(column)
                self._width = max(self._width, place + 1)

    def row(self, cells: Sequence[Any], *, width: int) -> list[Any]:
        """A row of the table; of one that does not fit its headings nothing is shown."""
        if self.is_clear:
            return list(cells)
        if len(cells) < self._width or any(cell not in {None, ""} for cell in cells[width:]):
            return [HIDDEN if cell not in {None, ""} else cell for cell in cells]
        told = [
            shown_cell(cover, cell, self._classes) if cover else self._loose(cell)
            for cover, cell in zip(self._covers, cells, strict=False)
        ]
        return [*told, *cells[len(told) :]]

    def beside(self, cells: Sequence[Any]) -> list[Any]:
        """A row that is no row of the table: another sheet's, or what stands above the headings."""
        return list(cells) if self.is_clear else [self._loose(cell) for cell in cells]

    @staticmethod
    def _loose(cell: Any) -> Any:
        """What no column says the class of: numbers that may be a person's are starred."""
        text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
        told = without_protected(text)
        return cell if told == text else told
