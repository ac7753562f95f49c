"""Whether the ledger is what was signed: one pass over leaves and entries, in memory that does not grow with them.

Every leaf is held against the entry in the table and against the witness's copy, every entry against its seal, and
the tree over the leaves against every head, those in the table and those sent away.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from psycopg.rows import dict_row

from vouch.platform.ledger import _record
from vouch.platform.ledger._heads import SignedHead, Witness, iso_moment
from vouch.platform.ledger.merkle import BLOCK_LEAVES, Frontier

KEPT_FINDINGS = 1000
FETCH = 2000

SEALED = f"""
    SELECT l.number AS leaf, l.entry_id::text AS leaf_entry, l.hash AS leaf_hash, {_record.SELECT}
    FROM ledger_leaf l LEFT JOIN ledger_entry e ON e.id = l.entry_id ORDER BY l.number
"""  # noqa: S608 - our own column names
YOUNG = f"""
    SELECT {_record.SELECT} FROM ledger_entry e
    WHERE NOT EXISTS (SELECT FROM ledger_leaf l WHERE l.entry_id = e.id)
"""  # noqa: S608
HEADS = """
    SELECT size, root, edge, extract(epoch FROM at)::text AS at, key_id, signature FROM ledger_head ORDER BY size
"""
BLOCKS = "SELECT number, hash FROM ledger_block ORDER BY number"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: the entry it names (empty where only a head or a leaf is known), and a Chinese sentence."""

    entry: str
    text: str


@dataclass
class Report:
    """What a verification saw. ``findings`` keeps the first thousand, ``faults`` counts them all."""

    leaves: int = 0
    heads: int = 0
    young: int = 0
    unsent: int = 0
    faults: int = 0
    findings: list[Finding] = field(default_factory=list)

    def add(self, text: str, entry: object = "") -> None:
        """Note a fault."""
        self.faults += 1
        if len(self.findings) < KEPT_FINDINGS:
            self.findings.append(Finding(entry=str(entry), text=text))

    @property
    def is_intact(self) -> bool:
        """Whether nothing is wrong."""
        return self.faults == 0


class _Peek:
    """An iterator whose next item may be looked at."""

    def __init__(self, source: Iterator[Any]) -> None:
        self._source = source
        self.next: Any = next(source, None)

    def take(self) -> Any:
        taken, self.next = self.next, next(self._source, None)
        return taken


def _rows(connection: psycopg.Connection[Any], name: str, statement: str) -> Iterator[dict[str, Any]]:
    """Rows through a cursor on the server; needs a transaction."""
    with connection.cursor(name=f"verify_{name}", row_factory=dict_row) as cursor:
        cursor.itersize = FETCH
        cursor.execute(statement)
        yield from cursor


def _stored_heads(connection: psycopg.Connection[Any], report: Report) -> Iterator[tuple[SignedHead, bytes]]:
    for row in _rows(connection, "heads", HEADS):
        try:
            at = iso_moment(row["at"])
        except (ValueError, ArithmeticError):
            report.add(f"第 {row['size']} 号树头的签署时间无效")
            continue
        root, signature = bytes(row["root"]), bytes(row["signature"])
        head = SignedHead(size=row["size"], root=root, at=at, key_id=row["key_id"], signature=signature)
        yield head, bytes(row["edge"])


class _Pass:
    """The pass over the leaves, and what it holds side by side."""

    def __init__(self, connection: psycopg.Connection[Any], *, away: Witness, key: Ed25519PublicKey) -> None:
        self.report = Report()
        self.key = key
        self.sent = away.last_head()
        self.connection = connection
        self.stored = _Peek(_stored_heads(connection, self.report))
        self.away = _Peek(away.heads())
        self.witness = _Peek(away.leaves())
        self.blocks = _Peek(_rows(connection, "blocks", BLOCKS))
        self.frontier = Frontier()
        self.is_whole = True
        self.checked = 0  # size of the last head that the tree agreed with
        self.covered = 0  # size of the largest head met
        self.has_copy = away.has_leaves
        self.place = 0

    def run(self) -> Report:
        for row in _rows(self.connection, "leaves", SEALED):
            self._leaf(row)
        self._missing(until=None)
        self._heads_beyond()
        while self.is_whole and self.blocks.next is not None:
            self.report.add(f"多出的叶子块 {self.blocks.take()['number']}")
        self.report.leaves = self.place
        for row in _rows(self.connection, "young", YOUNG):
            self.report.young += 1
            self._seal(row)
        return self.report

    def _leaf(self, row: dict[str, Any]) -> None:
        number = row["leaf"]
        if number < self.place:
            self.report.add(f"叶子序号 {number} 重复或无效", row["leaf_entry"])
            return
        if number > self.place:
            self._missing(until=number)
        known = self.witness.take()
        digest = self._entry(row)
        stored = bytes(row["leaf_hash"])
        if known is not None and str(known[0]) != row["leaf_entry"]:
            self.report.add(f"第 {number} 号叶子应为分录 {known[0]}，现为 {row['leaf_entry']}", known[0])
        elif known is not None and known[1] not in {digest, stored}:
            self.report.add(f"第 {number} 号分录与外送的副本不符", row["leaf_entry"])
        elif digest is not None and digest != (known[1] if known else stored):
            self.report.add(f"第 {number} 号分录的内容被改动", row["leaf_entry"])
        elif stored != (known[1] if known else digest or stored):
            self.report.add(f"第 {number} 号叶子的哈希被改动", row["leaf_entry"])
        self._grow(known[1] if known else stored)
        if known is None and self.has_copy and self.sent is not None and number < self.sent.size:
            self.report.add(f"外送的副本缺少第 {number} 号及以后的叶子")
            self.has_copy = False
        if self.stored.next is None and self.away.next is None and number >= self.covered:
            self.report.add(f"第 {number} 号叶子不在任何已签树头之内", row["leaf_entry"])

    def _entry(self, row: dict[str, Any]) -> bytes | None:
        """The leaf hash that the entry in the table has; None where there is none."""
        if row["id"] is None:
            self.report.add(f"第 {row['leaf']} 号分录被删除", row["leaf_entry"])
            return None
        spelled = self._seal(row)
        return b"" if spelled is None else _record.leaf_of(spelled, bytes(row["mac"]))

    def _seal(self, row: dict[str, Any]) -> bytes | None:
        """The entry's spelling, its seal judged; None where the columns cannot be read."""
        try:
            spelled = _record.body(row)
        except (ValueError, ArithmeticError, RecursionError):
            self.report.add("分录的内容无法解析", row["id"])
            return None
        if not _record.is_sealed(spelled, bytes(row["mac"])):
            self.report.add("分录的验证码不符：并非由本系统写入，或写入后被改动", row["id"])
        return spelled

    def _missing(self, *, until: int | None) -> None:
        """Leaves that are gone from the table: named from the witness, as far as it reaches."""
        while (until is None or self.place < until) and self.witness.next is not None:
            entry_id, digest = self.witness.take()
            self.report.add(f"第 {self.place} 号分录的叶子被删除", entry_id)
            self._grow(digest)
        if until is not None and self.place < until:
            self.report.add(f"第 {self.place} 至 {until - 1} 号叶子缺失")
            self.place, self.is_whole = until, False

    def _grow(self, digest: bytes) -> None:
        self.place += 1
        if not self.is_whole:
            return
        self.frontier.append(digest)
        self._blocks()
        while self.stored.next is not None and self.stored.next[0].size <= self.frontier.size:
            self._stored_head(*self.stored.take())
        while self.away.next is not None and self.away.next.size <= self.frontier.size:
            self.report.add(f"已外送的树头（{self.away.next.size} 条）在库中缺失")
            self._root(self.away.take(), "已外送的")

    def _blocks(self) -> None:
        for digest in self.frontier.blocks:
            number = self.frontier.size // BLOCK_LEAVES - 1
            stored = self.blocks.take()
            if stored is None or (stored["number"], bytes(stored["hash"])) != (number, digest):
                first = number * BLOCK_LEAVES
                self.report.add(f"叶子块 {number}（第 {first} 至 {first + BLOCK_LEAVES - 1} 号）不符或缺失")
        self.frontier.blocks.clear()

    def _stored_head(self, head: SignedHead, edge: bytes) -> None:
        self.report.heads += 1
        # Heads in the table and heads sent away are the same, one for one, as far as any were sent.
        while self.away.next is not None and self.away.next.size < head.size:
            self.report.add(f"已外送的树头（{self.away.next.size} 条）在库中缺失")
            self._root(self.away.take(), "已外送的")
        if self.away.next is not None and self.away.next.size == head.size:
            sent = self.away.take()
            if sent != head:
                self.report.add(f"树头（{head.size} 条）与已外送的不一致")
                self._root(sent, "已外送的")
        elif self.sent is not None and head.size <= self.sent.size:
            self.report.add(f"树头（{head.size} 条）从未外送，却早于已外送的树头")
        else:
            self.report.unsent += 1
        self._root(head, "")
        if self.frontier.size == head.size and edge != self.frontier.to_bytes():
            self.report.add(f"树头（{head.size} 条）的右缘数据被改动")

    def _root(self, head: SignedHead, whose: str) -> None:
        self.covered = max(self.covered, head.size)
        if not head.is_signed_by(self.key):
            self.report.add(f"{whose}树头（{head.size} 条）的签名无效")
        elif head.size != self.frontier.size or head.root != self.frontier.root():
            self.report.add(f"{whose}树头（{head.size} 条）与第 {self.checked} 至 {head.size - 1} 号分录不符")
        else:
            self.checked = head.size

    def _heads_beyond(self) -> None:
        """Heads that sign more than there is: the tail was cut."""
        for source in (self.stored, self.away):
            while source.next is not None:
                taken = source.take()
                head = taken[0] if isinstance(taken, tuple) else taken
                if self.is_whole or head.size > self.place:
                    self.report.add(f"树头签署了 {head.size} 条，现只有 {self.place} 条：尾部被截断")


def verify(connection: psycopg.Connection[Any], *, away: Witness, key: Ed25519PublicKey) -> Report:
    """Verify inside the running transaction, which should be REPEATABLE READ: writers go on meanwhile.

    ``key`` is the public key that heads must be signed with. Raises LedgerBroken where the witness is unreadable.
    """
    return _Pass(connection, away=away, key=key).run()
