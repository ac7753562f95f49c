"""The sealer: gives committed entries their places in the tree, and signs its head."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from vouch.platform.database.copy import copy_rows
from vouch.platform.ledger import _record, permissions, queries
from vouch.platform.ledger._heads import SignedHead, Witness, sign_head, witness
from vouch.platform.ledger._keys import key_id, signing_key
from vouch.platform.ledger.action import Entry, Signer, action
from vouch.platform.ledger.merkle import BLOCK_LEAVES, Frontier
from vouch.platform.ledger.models import Block, Head, Leaf
from vouch.platform.ledger.terms import LedgerBroken

logger = logging.getLogger(__name__)

LOCK = 0x766F756368  # "vouch": the sealer's advisory lock, one per database
BATCH = 20_000
# Entries are looked for from so long before the last head on: a transaction may commit that much after it wrote.
SLACK = timedelta(minutes=15)

WITNESS_REMEDY = _lazy(
    "如果数据库是您重新建立的，或由较早的备份恢复而来，请运行 vouch ledger restart-witness：旧树头会归档保留，并留下一条日志；"
    "否则操作日志可能被删改，请运行 vouch ledger verify，并用备份核对。"
)

CANDIDATES = f"""
    SELECT {_record.SELECT} FROM ledger_entry e
    WHERE (e.recorded_at, e.id) > (%s, %s)
      AND NOT EXISTS (SELECT FROM ledger_leaf l WHERE l.entry_id = e.id)
    ORDER BY e.recorded_at, e.id LIMIT %s
"""  # noqa: S608 - our own column names


@dataclass(frozen=True, slots=True)
class Sealer:
    """The installation, as the one who seals."""

    id: str = "system:ledger"
    label: str = "系统（日志封存）"


@dataclass(slots=True)
class Sealed:
    """What one batch did; ``last`` is where the next one goes on, None at the end."""

    count: int = 0
    forged: list[str] = field(default_factory=list)
    last: tuple[datetime, UUID] | None = None


def _edge(last: Head | None, away: Witness) -> Frontier:
    """The tree to go on from. Raises LedgerBroken rather than build on something that was tampered with."""
    sent = away.last_head()
    if last is None:
        if sent is not None:
            raise LedgerBroken(
                _("已外送的树头（%(folder)s）显示曾有 %(size)d 条分录，但库中没有树头。%(remedy)s")
                % {"folder": away.folder, "size": sent.size, "remedy": WITNESS_REMEDY}
            )
        return Frontier()
    head = queries.signed_head(last)
    if sent is not None and (sent.size > head.size or (sent.size == head.size and sent != head)):
        raise LedgerBroken(
            _("库中最新树头（%(here)d 条）与已外送的树头（%(sent)d 条）不一致。%(remedy)s")
            % {"here": head.size, "sent": sent.size, "remedy": WITNESS_REMEDY}
        )
    try:
        frontier = Frontier.from_bytes(last.size, bytes(last.edge))
    except ValueError as error:
        raise LedgerBroken(_("最新树头的右缘数据损坏。")) from error
    if frontier.root() != head.root or not head.is_signed_by(signing_key().public_key()):
        raise LedgerBroken(_("最新树头的签名或根哈希不符。"))
    return frontier


def _candidates(after: tuple[datetime, UUID]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(CANDIDATES, [*after, BATCH])
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@action("ledger.entries.sealed", may=permissions.may_seal)
def seal_batch(entry: Entry, *, actor: Signer, at: datetime, after: tuple[datetime, UUID]) -> Sealed:
    """Seal up to BATCH committed entries recorded after a moment, under the sealer's lock; leaves no entry itself.

    Entries whose seal is not ours are left out and named in the log. Raises LedgerBroken.
    """
    entry.nothing()
    done = Sealed()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return done
    rows = _candidates(after)
    if not rows:
        return done
    if len(rows) == BATCH:
        done.last = (_moment(rows[-1]), UUID(rows[-1]["id"]))
    frontier = _edge(Head.objects.order_by("-size").first(), witness())
    start, block = frontier.size, frontier.size // BLOCK_LEAVES
    leaves = []
    for row in rows:
        spelled, mac = _record.body(row), bytes(row["mac"])
        if not _record.is_sealed(spelled, mac):
            done.forged.append(row["id"])
            continue
        digest = _record.leaf_of(spelled, mac)
        leaves.append((frontier.size, row["id"], digest))
        frontier.append(digest)
    done.count = frontier.size - start
    if done.forged:
        logger.error("entries without a valid seal stay unsealed: %s", ", ".join(done.forged))
    if leaves:
        copy_rows(Leaf, ["number", "entry_id", "hash"], leaves)
        copy_rows(Block, ["number", "hash"], list(enumerate(frontier.blocks, start=block)))
        _write_head(frontier, at=at)
    return done


def _moment(row: dict[str, Any]) -> datetime:
    return _record.EPOCH + timedelta(microseconds=int(row["recorded_at"].replace(".", "")))


def _write_head(frontier: Frontier, *, at: datetime) -> None:
    key = signing_key()
    head = sign_head(key, size=frontier.size, root=frontier.root(), at=at)
    Head.objects.create(
        size=head.size,
        root=head.root,
        edge=frontier.to_bytes(),
        at=at,
        key_id=key_id(key.public_key()),
        signature=head.signature,
    )


def seal_entries(*, actor: Signer, at: datetime, everything: bool = False) -> Sealed:
    """Seal what waits, batch by batch, and send the heads away.

    ``everything`` looks through the whole ledger, else from a little before the last head on; entries of a
    transaction that stayed open for longer wait for the next full look. Raises LedgerBroken.
    """
    total = Sealed()
    newest = Head.objects.order_by("-size").first()
    since = _record.EPOCH if everything or newest is None else newest.at - SLACK
    after: tuple[datetime, UUID] | None = (since, UUID(int=0))
    while after is not None:
        done = seal_batch(actor=actor, at=at, after=after)
        total.count += done.count
        total.forged += done.forged
        after = done.last
    send_heads_away()
    return total


def send_heads_away() -> int:
    """Append to the witness what it has not yet; returns the number of heads. Raises LedgerBroken, OSError."""
    away = witness()
    newest = Head.objects.order_by("-size").first()
    last = away.last_head()
    if newest is None or (last is not None and last.size >= newest.size):
        return 0
    return away.receive(lambda start: _newer(start, newest.size), signing_key().public_key())


@action("ledger.witness.restarted", may=permissions.may_seal)
def restart_witness(entry: Entry, *, actor: Signer, at: datetime, reason: str) -> Path | None:
    """Let the witness go on from the newest head in the table, where it knows of more: the database was set up anew, or restored.

    Returns the folder that keeps what was sent away before; None where the witness is not ahead. Raises LedgerBroken, OSError.
    """
    away = witness()
    newest = Head.objects.order_by("-size").first()
    size, sent = newest.size if newest else 0, away.last_head()
    if sent is None or sent.size <= size:
        entry.nothing()
        return None
    entry.purpose(reason)
    entry.about(
        "witness",
        away.folder,
        before={"size": sent.size, "root": sent.root.hex()},
        after={"size": size, "root": bytes(newest.root).hex() if newest else ""},
    )
    return away.set_back(size, aside=f"superseded-{at:%Y%m%dT%H%M%S%f}")


def _newer(start: int, end: int) -> tuple[Iterator[SignedHead], Iterator[tuple[UUID, bytes]]]:
    heads = Head.objects.filter(size__gt=start, size__lte=end).order_by("size")
    leaves = Leaf.objects.filter(number__gte=start, number__lt=end).order_by("number")
    pairs = leaves.values_list("entry_id", "hash").iterator(chunk_size=5000)
    return (queries.signed_head(row) for row in heads.iterator()), (
        (pk, bytes(digest)) for pk, digest in pairs
    )
