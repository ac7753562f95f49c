"""What a delivery keeps of the data that it brought: the file and the rows, sealed; and how it lets go of them.

The file is under a key of its own, the rows under the delivery's, and what the ledger keeps of a corrected row under
one of the row. Used inside the exchange's actions, and inside the action that erases a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import orjson
from django.utils.translation import gettext as _

from vouch.engine.identifiers import IdentityProblem, holds_protected, judge_identity
from vouch.platform.exchange.contents import RowContent, contents_of, mention_index, place_of_row
from vouch.platform.exchange.importer import Source, importers
from vouch.platform.exchange.kept_files import subject_of
from vouch.platform.exchange.models import Import, ImportFile, ImportMention, ImportRow
from vouch.platform.exchange.tabular import ANY_CODE, Row
from vouch.platform.exchange.terms import RowState
from vouch.platform.identity.terms import FieldClass
from vouch.platform.vault.actions import destroy_key, ensure_key, remove_document, store_document
from vouch.platform.vault.index import normal_form
from vouch.platform.vault.keys import SubjectKey
from vouch.platform.vault.terms import Subject


def key_of_import(batch: Import, *, at: datetime) -> SubjectKey:
    """The key of the delivery's rows."""
    return ensure_key(Subject("import", str(batch.pk)), at=at)


def key_of_row(row: ImportRow, *, at: datetime) -> SubjectKey:
    """The key of what the ledger keeps of one row that a person has corrected."""
    return ensure_key(Subject("import_row", str(row.pk)), at=at)


def keep_file(file: ImportFile, blocks: Iterable[bytes], *, at: datetime) -> None:
    """Encrypt a file as it comes in; memory holds a few pieces of it."""
    kept = store_document(subject_of(file), pieces=blocks, media_type="application/octet-stream", at=at)
    file.document, file.sha256, file.size = kept, kept.sha256, kept.size
    file.save(update_fields=["document", "sha256", "size"])


def drop_file(file: ImportFile, *, at: datetime, because: str) -> None:
    """Let go of a file: its key is destroyed, so that no copy of it opens anywhere."""
    document = file.document
    file.document, file.dropped_at, file.dropped_because = None, at, because
    file.save(update_fields=["document", "dropped_at", "dropped_because"])
    destroy_key(subject_of(file), at=at)
    if document is not None:
        remove_document(document)


def sealed_content(key: SubjectKey, file_id: int, line: int, content: RowContent) -> bytes:
    """What a row holds, as ciphertext for its place in its file."""
    plain = orjson.dumps([content.cells, content.raw])
    return key.seal_bytes(plain, place=place_of_row(file_id, line))


def mentions_in(source: Source, rows: Iterable[Row]) -> set[bytes]:
    """Blind indexes of the document numbers that these rows name, so that an erasure finds the file again.

    An identity number wherever it stands; another document's where the column is for documents. Of those, birthdays are
    told by having no mask of their own.
    """
    columns = [one for one in source.columns if one.field_class == FieldClass.IDENTITY and one.mask]
    places = [(source.place(one.name), one.mask == ANY_CODE) for one in columns]
    told: set[str] = set()
    for row in rows:
        told.update(_identity_numbers(row.raw))
        if not row.cells:
            told.update(filter(holds_protected, row.raw))
        for place, is_any_code in places if row.cells else ():
            if row.cells[place] and (not is_any_code or holds_protected(row.cells[place])):
                told.add(row.cells[place])
    return {mention_index(text) for text in told}


# A whole run of digits in any width, and what may be its check character.
_RUN = re.compile(r"(\d{15,})([Xx\uFF38\uFF58]?)")


def _identity_numbers(cells: Iterable[str]) -> Iterator[str]:
    for digits, ending in _RUN.findall("\n".join(cells)):
        text = digits + ending if len(digits) == 17 else digits
        if len(text) in {15, 18} and judge_identity(text).problem is IdentityProblem.NONE:
            yield text


def keep_mentions(file_id: int, indexes: Iterable[bytes]) -> None:
    """Note them once a file."""
    ImportMention.objects.bulk_create(
        [ImportMention(file_id=file_id, index=index) for index in sorted(indexes)],
        ignore_conflicts=True,
        batch_size=5000,
    )


def forget_person(*, names: Sequence[str], numbers: Sequence[str], at: datetime) -> tuple[int, int]:
    """Let go of every file that names the person by a number, and empty every kept row that may be theirs.

    A row is theirs when one of the numbers stands in it; in lists of persons also when it bears their name, present
    or former, for its number may be wrong. For use inside the action that erases them; gives how many files and rows.
    """
    indexes = {mention_index(number) for number in numbers if number}
    files = ImportFile.objects.filter(mentions__index__in=indexes).exclude(document=None).distinct()
    dropped = 0
    for file in files.select_related("document"):
        drop_file(file, at=at, because=_("其中有个人的信息已依法删除"))
        dropped += 1
    emptied = 0
    for row in _rows_of(
        {normal_form(name) for name in names if name}, {normal_form(number) for number in numbers if number}
    ):
        row.content, row.reason = None, _("其中个人的信息已依法删除，内容已清除")
        if row.state == RowState.OPEN:
            row.state, row.resolution, row.resolved_at = RowState.DISMISSED, row.reason, at
        row.save(update_fields=["content", "reason", "state", "resolution", "resolved_at"])
        destroy_key(Subject("import_row", str(row.pk)), at=at)
        emptied += 1
    return dropped, emptied


CHUNK_ROWS, LONG_NUMBER = 2000, 11


def _rows_of(names: set[str], numbers: set[str]) -> Iterator[ImportRow]:
    """The kept rows that may be the person's: every one is opened, for nothing of them is searchable."""
    lists_of_persons = {
        kind for kind, one in importers().items() if any(source.protected for source in one.sources)
    }
    last = 0
    while True:
        kept = ImportRow.objects.select_related("batch").exclude(content=None).filter(pk__gt=last)
        rows = list(kept.order_by("pk")[:CHUNK_ROWS])
        if not rows:
            return
        last = rows[-1].pk
        for row, content in zip(rows, contents_of(rows), strict=True):
            if content is None:
                continue
            cells = [normal_form(cell) for cell in {*content.cells, *content.raw} if cell]
            upgraded = {judge_identity(cell).value for cell in cells if len(cell) == 15}
            told = {*cells, *upgraded}
            # A short number may stand within another one by chance.
            is_theirs = bool(told & numbers) or any(
                number in cell for number in numbers if len(number) >= LONG_NUMBER for cell in told
            )
            if is_theirs or (row.batch.kind in lists_of_persons and not names.isdisjoint(cells)):
                yield row
