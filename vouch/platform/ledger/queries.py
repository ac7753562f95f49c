"""Questions to the ledger."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.engine.canonical import canonical_json
from vouch.platform.ledger import _proof, _protected, _record
from vouch.platform.ledger._heads import SignedHead, iso, witness
from vouch.platform.ledger._keys import is_signed, key_id, public_pem, signing_key
from vouch.platform.ledger._verify import Report, verify
from vouch.platform.ledger.merkle import (
    BLOCK_LEAVES,
    Frontier,
    consistency_path,
    inclusion_path,
    root_from_path,
)
from vouch.platform.ledger.models import Block, Entry, Head, Leaf
from vouch.platform.ledger.subjects import about, entries_visible_to, named, subject_name
from vouch.platform.ledger.terms import READ_EVENTS, LedgerBroken
from vouch.platform.web.faces import Visible


class NotSealed(LookupError):
    """There is no such entry, or no head covers it yet; ``str()`` is the Chinese message."""


def visible_to(actor: Any) -> QuerySet[Entry]:
    """The entries that the actor may read, see ``subjects.entries_visible_to``."""
    return entries_visible_to(actor)


def history_of(kind: str, pk: object) -> QuerySet[Entry]:
    """Everything done to one subject, newest first."""
    return Entry.objects.filter(subject_kind=kind, subject_id=str(pk)).order_by("-at", "-recorded_at")


def latest_entries() -> QuerySet[Entry]:
    """Everything done, newest first."""
    return Entry.objects.order_by("-at", "-recorded_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class EntriesWanted:
    """What a list of entries is cut down to; empty values cut nothing.

    ``text`` is a part of the actor's or the subject's name, or the subject's id; ``actor`` a part of the actor's
    name, or their id; ``subject`` a part of the subject's name, or its id; days are local and inclusive.
    """

    text: str = ""
    actor: str = ""
    subject: str = ""
    event: str = ""
    kind: str = ""
    purpose: str = ""
    since: date | None = None
    until: date | None = None


def entries_where(actor: Any, wanted: EntriesWanted) -> QuerySet[Entry]:
    """The entries that the actor may read, under a filter, each with the ``subject_name`` where it has one."""
    exact = {"subject_kind": wanted.kind, "event": wanted.event}
    entries = visible_to(actor).filter(**{name: value for name, value in exact.items() if value})
    if wanted.text:
        entries = entries.filter(Q(actor_label__contains=wanted.text) | named(actor, wanted.text))
    if wanted.actor:
        entries = entries.filter(Q(actor_label__contains=wanted.actor) | Q(actor_id=wanted.actor))
    if wanted.subject:
        entries = entries.filter(named(actor, wanted.subject))
    if wanted.purpose:
        entries = entries.filter(purpose__contains=wanted.purpose)
    if wanted.since is not None:
        entries = entries.filter(at__gte=_start_of(wanted.since))
    if wanted.until is not None:
        entries = entries.filter(at__lt=_start_of(wanted.until + timedelta(days=1)))
    return entries.annotate(subject_name=subject_name())


def _start_of(day: date) -> datetime:
    """The first moment of a local day, so that the index by moment serves."""
    return timezone.make_aware(datetime.combine(day, time()))


def reads(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    """Entries of looking at protected values (敏感数据读取)."""
    return entries.filter(event__in=READ_EVENTS)


def reads_of(kind: str, pk: object) -> QuerySet[Entry]:
    """Who looked at protected values of one subject and of what belongs to it, newest first.

    A batch that was read is one entry with a digest, which names no customer; it is not among these.
    """
    return reads(Entry.objects.filter(about(kind, pk))).order_by("-at", "-recorded_at")


def opened(row: Entry) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """Both sides of an entry with its protected values in plain text; reading them is for the caller to record.

    A value whose key was destroyed reads 已销毁; one that does not open (changed, moved) reads 无法解密.
    """
    opener = _protected.Opener()
    return opener.opened(row.pk, "before", row.before), opener.opened(row.pk, "after", row.after)


def provable_by(actor: Any) -> QuerySet[Entry]:
    """Entries whose proof a key may take: those it left itself; every one where its scope is all customers."""
    return Entry.objects.all() if actor.scope == "all" else Entry.objects.filter(actor_id=actor.id)


def leaf_number(entry_id: UUID) -> int | None:
    """The entry's place in the tree; None while it waits for the sealer."""
    return Leaf.objects.filter(entry_id=entry_id).values_list("number", flat=True).first()


def newest_head() -> SignedHead | None:
    """The newest signed head; None before the first seal."""
    row = Head.objects.order_by("-size").first()
    return None if row is None else signed_head(row)


def head_of_size(size: int) -> SignedHead | None:
    """The head over exactly ``size`` leaves."""
    row = Head.objects.filter(size=size).first()
    return None if row is None else signed_head(row)


def signed_head(row: Head) -> SignedHead:
    """A row as the head that it is."""
    return SignedHead(
        size=row.size, root=bytes(row.root), at=iso(row.at), key_id=row.key_id, signature=bytes(row.signature)
    )


def public_key() -> bytes:
    """The public key that heads are checked with, in PEM."""
    return public_pem(signing_key().public_key())


def signature_of(document: Mapping[str, Any]) -> dict[str, str]:
    """The installation's signature (Ed25519) under a JSON document whose ``format`` tells it from a head."""
    key = signing_key()
    return {"key": key_id(key.public_key()), "value": key.sign(canonical_json(document)).hex()}


def is_our_signature(document: Mapping[str, Any], signature: Any) -> bool:
    """Whether ``signature`` is what ``signature_of`` gave for this document."""
    try:
        value = bytes.fromhex(signature["value"])
    except (KeyError, TypeError, ValueError):
        return False
    return is_signed(signing_key().public_key(), value, canonical_json(document))


def sent_head() -> SignedHead | None:
    """The newest head that was sent away. Raises LedgerBroken."""
    return witness().last_head()


def proof_of(entry_id: UUID, *, head: SignedHead | None = None) -> tuple[dict[str, Any], SignedHead]:
    """The entry's proof under a head (the newest where none is given), and that head.

    Raises NotSealed, and LedgerBroken where the tables no longer lead to the signed root.
    """
    number = leaf_number(entry_id)
    head = head or newest_head()
    if number is None or head is None or number >= head.size:
        raise NotSealed(_("没有编号为 %s 的已封存分录；新分录通常在几秒内封存。") % entry_id)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_record.SELECT} FROM ledger_entry e WHERE e.id = %s", [entry_id])  # noqa: S608
        row = cursor.fetchone()
        names = [column[0] for column in cursor.description]
    if row is None:
        raise LedgerBroken(_("分录 %s 已被删除，请运行 vouch ledger verify。") % entry_id)
    columns = dict(zip(names, row, strict=True))
    spelled, mac = _record.body(columns), bytes(columns["mac"])
    path = inclusion_path(number, head.size, _range_hash)
    if root_from_path(_record.leaf_of(spelled, mac), number=number, size=head.size, path=path) != head.root:
        raise LedgerBroken(_("分录 %s 与已签树头不符，请运行 vouch ledger verify。") % entry_id)
    entry = _record.document(columns)
    return _proof.entry_proof(number=number, size=head.size, entry=entry, mac=mac, path=path), head


def growth_since(old: SignedHead) -> tuple[dict[str, Any], SignedHead]:
    """The proof that the newest head continues ``old``, and the newest head. Raises NotSealed, LedgerBroken."""
    new = newest_head()
    if new is None or not 0 < old.size <= new.size:
        raise NotSealed(_("旧树头有 %d 条，库中最新树头没有这么多。") % old.size)
    path = consistency_path(old.size, new.size, _range_hash)
    proof = _proof.growth_proof(old, new, path)
    fault = _proof.fault_of(proof, head=new.document, key=signing_key().public_key())
    if fault:
        raise LedgerBroken(fault)
    return proof, new


def _range_hash(start: int, end: int) -> bytes:
    """Hash of leaves ``start`` to ``end``; where a range holds whole blocks, it begins with one (RFC 6962's split)."""
    frontier = Frontier()
    first, last = start // BLOCK_LEAVES, end // BLOCK_LEAVES
    rest = start
    if start % BLOCK_LEAVES == 0 and first < last:
        blocks = Block.objects.filter(number__gte=first, number__lt=last).order_by("number")
        for digest in blocks.values_list("hash", flat=True):
            frontier.append(bytes(digest), leaves=BLOCK_LEAVES)
        rest = last * BLOCK_LEAVES
    leaves = Leaf.objects.filter(number__gte=rest, number__lt=end).order_by("number")
    for digest in leaves.values_list("hash", flat=True):
        frontier.append(bytes(digest))
    return frontier.root()


def verification() -> Report:
    """Verify the whole ledger against seals, signed heads and the witness; writers go on meanwhile.

    Raises LedgerBroken where the witness cannot be read.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return verify(connection.connection, away=witness(), key=signing_key().public_key())


VISIBLE: Visible = {
    Entry: visible_to,
    Leaf: "哈希，不含内容",
    Block: "哈希，不含内容",
    Head: "签名的哈希，不含内容",
}
"""How rows of each table are seen."""


def unsealed() -> tuple[int, datetime | None]:
    """How many entries wait for the sealer, and when the oldest of them was recorded."""
    waiting = Entry.objects.filter(~Exists(Leaf.objects.filter(entry_id=OuterRef("pk"))))
    found = waiting.aggregate(count=Count("pk"), oldest=Min("recorded_at"))
    return found["count"], found["oldest"]


def worked_on_since(subjects: Collection[tuple[str, str]], *, since: datetime) -> set[tuple[str, str, str]]:
    """Of these subjects (kind, id): with the id of each actor who has left an entry of them after that moment."""
    kinds = {kind for kind, _pk in subjects}
    entries = Entry.objects.filter(
        subject_kind__in=kinds, subject_id__in={pk for _kind, pk in subjects}, at__gt=since
    )
    return set(entries.values_list("subject_kind", "subject_id", "actor_id").distinct())
