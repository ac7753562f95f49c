"""Records that may be one customer's: found, merged, un-merged, told apart.

A merge moves no row. The record that goes names the one that stays (``canonical``), and who asks for the customer is
answered for both; undoing it takes that one name away, so nothing has to be put back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from vouch.engine.canonical import canonical_json, digest
from vouch.engine.duplicates import AUTOMATIC_BITS, Pair, find_duplicates
from vouch.engine.identifiers import CodeProblem, judge_code
from vouch.parties import permissions
from vouch.parties.actions.enrolment import index_party
from vouch.parties.models import Assignment, Duplicate, Identifier, Merge, Party
from vouch.parties.queries.duplicates import known_pairs, records_of_book, suggested
from vouch.parties.terms import NATURAL_PERSONS, WAITING, DuplicateState, IdentifierKind
from vouch.platform.identity.actions import take_part
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Office
from vouch.platform.jobs.defer import defer
from vouch.platform.ledger.action import Entry, action

SEARCH_LOCK = "parties.find_duplicates"
"""One search at a time, whoever asked for it; those who wait meanwhile are one."""


class NotMergeable(ValueError):
    """These two cannot be merged, or no more un-merged; ``str()`` is the Chinese message."""


@dataclass(frozen=True, slots=True)
class Search:
    """What a search through the book came to."""

    waiting: int
    found: int
    gone: int


@action("parties.duplicates.found", may=permissions.may_look_for_duplicates)
def look_for_duplicates(entry: Entry, *, actor: Actor, at: datetime) -> Search:
    """Compare the whole book and bring the queue up to date; a search that finds nothing new leaves no entry.

    What people decided stays, unless other evidence has turned up since.
    """
    pairs = {(pair.one, pair.other): pair for pair in find_duplicates(records_of_book())}
    known = known_pairs()
    fresh = [_row(pair, at=at) for key, pair in pairs.items() if key not in known]
    changed = [row for key, row in known.items() if key in pairs and _renew(row, pairs[key], at=at)]
    gone = [row.pk for key, row in known.items() if key not in pairs and row.state in WAITING]
    Duplicate.objects.bulk_create(fresh, batch_size=1000)
    Duplicate.objects.bulk_update(
        changed,
        ["bits", "has_identifier", "evidence", "evidence_sha256", "state", "later_until", "found_at"],
        batch_size=1000,
    )
    Duplicate.objects.filter(pk__in=gone).delete()
    waiting = Duplicate.objects.filter(state__in=WAITING).count()
    if not fresh and not changed and not gone:
        entry.nothing()
        return Search(waiting, 0, 0)
    rows = (canonical_json([row.one_id, row.other_id, row.evidence_sha256]) for row in (*fresh, *changed))
    entry.bulk(
        "duplicates",
        "book",
        rows=rows,
        pairs_found=len(fresh),
        pairs_changed=len(changed),
        pairs_gone=len(gone),
    )
    return Search(waiting, len(fresh), len(gone))


@action("parties.duplicates.ordered", may=permissions.may_look_for_duplicates)
def order_search(entry: Entry, *, actor: Actor, at: datetime) -> None:
    """Search through the book now, as a job; one that waits already is that job."""
    defer("parties.find_duplicates", lock=SEARCH_LOCK)
    entry.about("duplicates", "book")


def merge_by_itself(*, actor: Actor, at: datetime) -> int:
    """Merge the waiting pairs that leave no doubt, each with its own entry; return how many.

    An identifier agrees, nothing contradicts, both are organisations in the hands of one unit. Persons, records of
    two units, and what somebody un-merged before, are always a person's decision.
    """
    merged = 0
    undone = {
        frozenset(pair)
        for pair in Merge.objects.exclude(undone_at=None).values_list("party_id", "canonical_id")
    }
    certain = Duplicate.objects.filter(
        state=DuplicateState.OPEN, has_identifier=True, bits__gte=Decimal(AUTOMATIC_BITS),
        one__canonical=None, other__canonical=None,
    )  # fmt: skip
    for row in certain.select_related("one", "other").order_by("-bits", "pk"):
        if {row.one_id, row.other_id} in undone or not _is_certain(row):
            continue
        keep = suggested(row)
        party, canonical = sorted((row.one, row.other), key=lambda one: one.pk == keep)
        try:
            merge_parties(
                actor=actor, at=at, party=party, canonical=canonical, reason=_("标识一致，没有相反证据")
            )
        except NotMergeable:
            # An earlier pair of this run has joined one of the two already.
            continue
        merged += 1
    return merged


@action("parties.merge.made", may=permissions.may_merge)
def merge_parties(
    entry: Entry, *, actor: Actor, at: datetime, party: Party, canonical: Party, reason: str = ""
) -> Merge:
    """Let ``party`` stand in ``canonical`` from now on. Raises NotMergeable."""
    gone, stays = _both(party, canonical)
    _refuse(gone, stays)
    for one in (gone, stays):
        take_part(actor=actor, matter=("party", str(one.pk)), office=Office.FRONT, at=at)
    row = _pair(gone, stays).first()
    made = Merge.objects.create(
        party=gone, canonical=stays, is_automatic=actor.is_system, evidence=row.evidence if row else [],
        reason=reason, merged_at=at, merged_by=actor.label,
    )  # fmt: skip
    gone.canonical = stays
    gone.save(update_fields=["canonical"])
    index_party(stays)
    if row is not None:
        _decide(row, DuplicateState.MERGED, actor=actor, at=at, reason=reason)
    entry.about("party", stays.pk, after={"merged_party": gone.number, "bits": str(row.bits) if row else ""})
    entry.purpose(reason)
    note_joining(actor=actor, at=at, party=gone, canonical=stays)
    return made


@action("parties.party.joined", may=permissions.may_merge)
def note_joining(entry: Entry, *, actor: Actor, at: datetime, party: Party, canonical: Party) -> None:
    """The same in the history of the record that goes; part of ``merge_parties``."""
    entry.about("party", party.pk, after={"merged_into": canonical.number})


@action("parties.merge.undone", may=permissions.may_merge)
def undo_merge(
    entry: Entry, *, actor: Actor, at: datetime, party: Party, canonical: Party, reason: str
) -> None:
    """Let the two stand by themselves again, each with every row that it had. Raises NotMergeable."""
    gone, stays = _both(party, canonical)
    made = Merge.objects.select_for_update().filter(party=gone, canonical=stays, undone_at=None).first()
    if made is None or gone.canonical_id != stays.pk:
        raise NotMergeable(_("这两条记录现在没有合并。"))
    for one in (gone, stays):
        take_part(actor=actor, matter=("party", str(one.pk)), office=Office.FRONT, at=at)
    gone.canonical = None
    gone.save(update_fields=["canonical"])
    index_party(stays)
    made.undone_at, made.undone_by, made.undo_reason = at, actor.label, reason
    made.save(update_fields=["undone_at", "undone_by", "undo_reason"])
    row = _pair(gone, stays).first()
    if row is not None:
        _decide(row, DuplicateState.OPEN, actor=actor, at=at, reason=reason)
    entry.about("party", stays.pk, before={"merged_party": gone.number})
    entry.purpose(reason)
    note_leaving(actor=actor, at=at, party=gone, canonical=stays)


@action("parties.party.separated", may=permissions.may_merge)
def note_leaving(entry: Entry, *, actor: Actor, at: datetime, party: Party, canonical: Party) -> None:
    """The same in the history of the record that stands by itself again; part of ``undo_merge``."""
    entry.about("party", party.pk, before={"merged_into": canonical.number})


@action("parties.duplicate.dismissed", may=permissions.may_decide_duplicates)
def tell_apart(entry: Entry, *, actor: Actor, at: datetime, duplicate: Duplicate, reason: str) -> None:
    """They are two customers; the pair comes back only with other evidence. Raises NotMergeable, Refused."""
    row = _waiting(duplicate, actor)
    entry.about(
        "duplicate", row.pk, before={"state": row.state}, after={"state": DuplicateState.DISTINCT.value}
    )
    entry.purpose(reason)
    _decide(row, DuplicateState.DISTINCT, actor=actor, at=at, reason=reason)


@action("parties.duplicate.postponed", may=permissions.may_decide_duplicates)
def put_off(entry: Entry, *, actor: Actor, at: datetime, duplicate: Duplicate, until: date) -> None:
    """Look at them again from a day on. Raises NotMergeable, Refused."""
    row = _waiting(duplicate, actor)
    entry.about("duplicate", row.pk, before={"state": row.state}, after={"state": DuplicateState.LATER.value})
    _decide(row, DuplicateState.LATER, actor=actor, at=at)
    row.later_until = until
    row.save(update_fields=["later_until"])


@action("parties.duplicate.reopened", may=permissions.may_decide_duplicates)
def reopen(entry: Entry, *, actor: Actor, at: datetime, duplicate: Duplicate) -> None:
    """Take back that they are two, or that they can wait. Raises NotMergeable, Refused."""
    row = _locked(duplicate, actor)
    if row.state not in {DuplicateState.DISTINCT, DuplicateState.LATER}:
        raise NotMergeable(_("这一对不需要重新判断。"))
    entry.about("duplicate", row.pk, before={"state": row.state}, after={"state": DuplicateState.OPEN.value})
    _decide(row, DuplicateState.OPEN, actor=actor, at=at)


def _both(party: Party, canonical: Party) -> tuple[Party, Party]:
    """Both, locked in the order of their keys, so that two people who merge crosswise do not wait for each other.

    One that is merged comes first: whoever changes it holds it while the standing one is written (``index_standing``).
    """
    rows = Party.objects.select_for_update().filter(pk__in=[party.pk, canonical.pk])
    locked = {one.pk: one for one in rows.order_by(F("canonical").asc(nulls_last=True), "pk")}
    return locked[party.pk], locked[canonical.pk]


def _refuse(gone: Party, stays: Party) -> None:
    if gone.pk == stays.pk:
        raise NotMergeable(_("不能与自己合并。"))
    for one in (gone, stays):
        if one.canonical_id is not None:
            raise NotMergeable(_("客户 %(number)s 已经并入其他客户。") % {"number": one.number})
    if gone.merged.exists():
        raise NotMergeable(
            _("已有记录并入客户 %(number)s，请保留它，或先撤销那次合并。") % {"number": gone.number}
        )
    if (gone.kind in NATURAL_PERSONS) != (stays.kind in NATURAL_PERSONS):
        raise NotMergeable(_("企业和个人不能合并。"))
    codes = _valid_codes(gone), _valid_codes(stays)
    if all(codes) and not codes[0] & codes[1]:
        raise NotMergeable(
            _("两条记录各有一个有效的统一社会信用代码（%(one)s、%(other)s），是两户企业。")
            % {"one": min(codes[0]), "other": min(codes[1])}
        )


def _valid_codes(party: Party) -> frozenset[str]:
    held = Identifier.objects.filter(party=party, kind=IdentifierKind.USCC).values_list("value", flat=True)
    return frozenset(one for one in held if judge_code(one).problem is CodeProblem.NONE)


def _is_certain(row: Duplicate) -> bool:
    if row.one.kind in NATURAL_PERSONS or any(one["bits"] < 0 for one in row.evidence):
        return False
    units: Sequence[int] = list(
        Assignment.objects.filter(ends_on=None, party__in=[row.one_id, row.other_id]).values_list(
            "unit", flat=True
        )
    )
    return len(units) == 2 and units[0] == units[1]


def _pair(one: Party, other: Party) -> QuerySet[Duplicate]:
    low, high = sorted((one.pk, other.pk))
    return Duplicate.objects.select_for_update().filter(one=low, other=high)


def _locked(duplicate: Duplicate, actor: Actor) -> Duplicate:
    row = (
        Duplicate.objects.select_for_update(of=("self",)).select_related("one", "other").get(pk=duplicate.pk)
    )
    if not permissions.may_merge(actor, row.one, row.other):
        raise NotMergeable(_("两条记录都在您的数据范围内、都由您办理，才能判断。"))
    return row


def _waiting(duplicate: Duplicate, actor: Actor) -> Duplicate:
    row = _locked(duplicate, actor)
    if row.state not in WAITING:
        raise NotMergeable(_("这一对已经处理过：%s。") % row.get_state_display())
    return row


def _decide(row: Duplicate, state: DuplicateState, *, actor: Actor, at: datetime, reason: str = "") -> None:
    row.state, row.reason, row.decided_at, row.decided_by = state, reason, at, actor.label
    row.later_until = None
    row.save(update_fields=["state", "reason", "decided_at", "decided_by", "later_until"])


def _row(pair: Pair, *, at: datetime) -> Duplicate:
    row = Duplicate(one_id=pair.one, other_id=pair.other, found_at=at)
    _tell(row, pair)
    return row


def _tell(row: Duplicate, pair: Pair) -> None:
    row.bits, row.has_identifier = Decimal(str(pair.bits)), pair.has_identifier
    row.evidence = [
        {"field": one.field, "text": one.text, "bits": round(one.bits, 1)} for one in pair.evidence
    ]
    # What is said, not how much it weighs: that moves with every customer who comes and goes.
    row.evidence_sha256 = digest(sorted(one.text for one in pair.evidence))


def _renew(row: Duplicate, pair: Pair, *, at: datetime) -> bool:
    """Whether the row's evidence is another now; then it is as if newly found."""
    before = row.evidence_sha256
    _tell(row, pair)
    if row.evidence_sha256 == before:
        return False
    if row.state == DuplicateState.DISTINCT:
        row.state, row.found_at = DuplicateState.OPEN, at
    return True
