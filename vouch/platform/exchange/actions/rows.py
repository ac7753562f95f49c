"""Rows that were kept: corrected, accepted as they stand, or dismissed by a person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import orjson
from django.utils.translation import gettext as _

from vouch.platform.exchange import permissions
from vouch.platform.exchange.actions.keeping import (
    keep_mentions,
    key_of_import,
    key_of_row,
    mentions_in,
    sealed_content,
)
from vouch.platform.exchange.actions.state import NotNow, journaled, unjournaled
from vouch.platform.exchange.contents import RowContent, content_of
from vouch.platform.exchange.importer import Batch, Note, importer_of
from vouch.platform.exchange.models import ImportRow
from vouch.platform.exchange.tabular import Row, with_unit
from vouch.platform.exchange.terms import ROW_TRANSITIONS, ImportStatus, RowState, Verdict
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, action


class StillRejected(ValueError):
    """The corrected row is still not acceptable: ``column`` and ``reason``.

    Whoever catches it calls ``note``, where there is one: the transaction is rolled back, and with it what was noted in it.
    """

    def __init__(self, column: str, reason: str, note: Note | None = None) -> None:
        super().__init__(reason)
        self.column, self.reason, self.note = column, reason, note


@action("exchange.row.corrected", may=permissions.may_resolve)
def correct_row(
    entry: Entry, *, actor: Actor, at: datetime, row: ImportRow, cells: Mapping[str, str]
) -> ImportRow:
    """Import a rejected row with the values that a person gave it. Raises StillRejected."""
    locked = _resolving(row, RowState.CORRECTED)
    source = importer_of(locked.batch.kind).source(locked.file.source)
    units = locked.file.units
    values = [with_unit(cells.get(column.name, ""), units.get(column.name, "")) for column in source.columns]
    former = _held(locked)
    corrected = Row(locked.line, tuple(values), former.raw)
    _take_one(locked, corrected, actor=actor, at=at, forced="")
    content = RowContent(values, former.raw)
    locked.content = sealed_content(key_of_import(locked.batch, at=at), locked.file_id, locked.line, content)
    locked.state, locked.resolved_by, locked.resolved_at = RowState.CORRECTED, actor.label, at
    locked.save(update_fields=["content", "state", "resolved_by", "resolved_at"])
    # The number as it was put right is in no file, but what is kept of the row must be found by it.
    keep_mentions(locked.file_id, mentions_in(source, [corrected]))
    entry.about("import_row", locked.pk, before={"reason": locked.reason}, after={"state": locked.state})
    told = [orjson.dumps(cells).decode() for cells in (list(former.cells), values)]
    entry.protect(key_of_row(locked, at=at), "cells", before=told[0], after=told[1])
    return locked


@action("exchange.row.accepted", may=permissions.may_resolve)
def accept_row(entry: Entry, *, actor: Actor, at: datetime, row: ImportRow, reason: str) -> ImportRow:
    """Import a rejected row as it stands, for a reason; a warned one is only ticked off. Raises StillRejected."""
    locked = _resolving(row, RowState.ACCEPTED)
    if locked.verdict == Verdict.REJECTED:
        if not reason.strip():
            raise StillRejected("", _("请写明按原样接受的理由。"))
        held = _held(locked)
        as_it_stands = Row(locked.line, tuple(held.cells), held.raw)
        _take_one(locked, as_it_stands, actor=actor, at=at, forced=reason.strip())
    _resolve(entry, locked, RowState.ACCEPTED, actor=actor, at=at, reason=reason)
    return locked


@action("exchange.row.dismissed", may=permissions.may_resolve)
def dismiss_row(entry: Entry, *, actor: Actor, at: datetime, row: ImportRow, reason: str) -> ImportRow:
    """Decide that a rejected row is not imported."""
    locked = _resolving(row, RowState.DISMISSED)
    _resolve(entry, locked, RowState.DISMISSED, actor=actor, at=at, reason=reason)
    return locked


def _resolving(row: ImportRow, state: str) -> ImportRow:
    locked = (
        ImportRow.objects.select_for_update(of=("self",)).select_related("batch__unit", "file").get(pk=row.pk)
    )
    if locked.batch.is_dry_run:
        raise NotNow(_("这是试运行的结果，请正式导入后再处理。"))
    if locked.batch.status in {ImportStatus.UNDOING, ImportStatus.UNDONE}:
        raise NotNow(_("这次导入已撤销，行不能再处理。"))
    if state not in ROW_TRANSITIONS[locked.state]:
        raise NotNow(_("这一行已经处理过：%(state)s。") % {"state": locked.get_state_display()})
    return locked


def _resolve(
    entry: Entry, row: ImportRow, state: RowState, *, actor: Actor, at: datetime, reason: str
) -> None:
    before = {"state": row.state}
    row.state, row.resolution, row.resolved_by, row.resolved_at = state, reason.strip(), actor.label, at
    row.save(update_fields=["state", "resolution", "resolved_by", "resolved_at"])
    entry.about("import_row", row.pk, before=before, after={"state": str(state), "line": row.line})
    entry.purpose(reason.strip()[:200])


def _held(row: ImportRow) -> RowContent:
    """What the row holds. Raises NotNow where it was forgotten."""
    content = content_of(row)
    if content is None:
        raise NotNow(_("这一行的内容已清除，不能再导入。"))
    return content


def _take_one(row: ImportRow, taken: Row, *, actor: Actor, at: datetime, forced: str) -> None:
    """Have the importer take this one row; its refusal undoes everything."""
    importer = importer_of(row.batch.kind)
    source = importer.source(row.file.source)
    if len(taken.cells) != len(source.columns):
        raise StillRejected("", _("这一行的列与表头对不上，请先逐列更正。"))
    journaled(row.batch)
    outcome = importer.take(
        Batch(
            source=source,
            rows=[taken],
            unit=row.batch.unit,
            actor=actor,
            at=at,
            import_id=row.batch_id,
            forced=forced,
        )
    )
    unjournaled()
    if outcome.rejected:
        found = outcome.rejected[0]
        raise StillRejected(found.column, found.reason, found.note)
