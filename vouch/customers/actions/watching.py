"""Lists kept, versions of them taken in, customers held against them, and what was decided about a hit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.customers import permissions
from vouch.customers.actions.authorisations import pieces_of
from vouch.customers.actions.files import SHEET_KINDS, media_type_of
from vouch.customers.actions.list_reading import EntryDetails, WrongList, read_list
from vouch.customers.actions.notices import NotNow
from vouch.customers.models import HitDecision, WatchEntry, WatchHit, WatchList, WatchVersion
from vouch.customers.queries.owners import below
from vouch.customers.queries.watching import Match, matches_of, matches_on, plain_name
from vouch.customers.terms import HIT_TRANSITIONS, HitState
from vouch.platform.exchange.sheets import read_sheets
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, action
from vouch.platform.vault.actions import store_document
from vouch.platform.vault.terms import Subject


@action("customers.list.opened", may=permissions.may_keep_lists)
def open_list(entry: Entry, *, actor: Actor, at: datetime, kind: str, name: str, source: str) -> WatchList:
    """Begin a list. Raises NotNow where one of this name exists."""
    if WatchList.objects.filter(name=name).exists():
        raise NotNow(_("已有名称为“%(name)s”的名单。") % {"name": name})
    found = WatchList.objects.create(kind=kind, name=name, source=source, opened_at=at)
    entry.about("watch_list", found.pk, after={"kind": kind, "name": name})
    return found


@action("customers.list_entry.added", may=permissions.may_keep_lists)
def add_to_list(
    entry: Entry, *, actor: Actor, at: datetime, watch_list: WatchList, details: EntryDetails
) -> WatchEntry:
    """Put somebody on the institution's own list. Raises NotNow where they stand on it already."""
    held = WatchList.objects.select_for_update().get(pk=watch_list.pk)
    if not held.is_own:
        raise NotNow(_("其他机构发布的名单只能按文件导入新版本。"))
    known = WatchEntry.objects.filter(
        list=held, ended_at=None, plain_name=plain_name(details.name), code=details.code
    )
    if known.filter(document_index=details.document).exists():
        raise NotNow(_("名单中已有这一条。"))
    found = _row(held, details, at=at)
    found.save(force_insert=True)
    # The list, so that whoever is matched waits for one job; a name in the ledger would outlive an erasure.
    entry.about("watch_list", held.pk, after={"watch_entry": found.pk})
    return found


@action("customers.list_entry.ended", may=permissions.may_keep_lists)
def take_off_list(entry: Entry, *, actor: Actor, at: datetime, watch_entry: WatchEntry, reason: str) -> None:
    """Take somebody off the institution's own list; the row stays. Raises NotNow."""
    held = WatchEntry.objects.select_for_update(of=("self",)).select_related("list").get(pk=watch_entry.pk)
    if held.ended_at is not None:
        raise NotNow(_("这一条已经移出名单。"))
    if not held.list.is_own:
        raise NotNow(_("其他机构发布的名单只能按文件导入新版本。"))
    held.ended_at, held.end_reason = at, reason
    held.save(update_fields=["ended_at", "end_reason"])
    entry.about("watch_list", held.list_id, before={"watch_entry": held.pk})
    entry.purpose(reason)


def _row(watch_list: WatchList, details: EntryDetails, *, at: datetime) -> WatchEntry:
    return WatchEntry(
        list=watch_list,
        name=details.name,
        plain_name=plain_name(details.name),
        code=details.code,
        document_index=details.document,
        reason=details.reason,
        from_on=details.from_on,
        until_on=details.until_on,
        source=details.source,
        added_at=at,
    )


@dataclass(frozen=True, slots=True)
class ListFile:
    """A list as somebody hands it in: everybody who stands on it on a day."""

    content: bytes
    name: str
    as_of: date


@action("customers.list.taken", may=permissions.may_keep_lists)
def take_version(
    entry: Entry, *, actor: Actor, at: datetime, watch_list: WatchList, file: ListFile
) -> WatchVersion:
    """Make the list what the file says: new ones added, those not in it any more ended, the others left as they are.

    The file is read in memory and kept encrypted. Raises WrongList, WrongFile, Unreadable, NotNow.
    """
    held = WatchList.objects.select_for_update().get(pk=watch_list.pk)
    latest = held.versions.order_by("-number").first()
    if held.is_own:
        raise NotNow(_("本机构名单逐条维护，不按文件导入。"))
    if file.as_of > timezone.localdate(at):
        raise WrongList(_("名单日期不能晚于今天。"))
    if latest is not None and file.as_of < latest.as_of:
        raise WrongList(
            _("名单日期早于上一版（%(day)s）；旧名单会让已移出的人重新出现。") % {"day": latest.as_of}
        )
    media_type = media_type_of(file.content, allowed=SHEET_KINDS)
    wanted = _read(file)
    standing = {_key(one): one for one in WatchEntry.objects.filter(list=held, ended_at=None)}
    fresh = [one for key, one in wanted.items() if key not in standing]
    gone = [row.pk for key, row in standing.items() if key not in wanted]
    WatchEntry.objects.bulk_create((_row(held, one, at=at) for one in fresh), batch_size=1000)
    WatchEntry.objects.filter(pk__in=gone).update(ended_at=at, end_reason=_("新版本名单中已没有"))
    subject = Subject("watch_list", str(held.pk))
    found = WatchVersion.objects.create(
        list=held,
        number=latest.number + 1 if latest else 1,
        as_of=file.as_of,
        taken_at=at,
        taken_by_id=actor.user_id,
        document=store_document(subject, pieces=pieces_of(file.content), media_type=media_type, at=at),
        file_name=file.name[:200],
        rows=len(wanted),
        added=len(fresh),
        ended=len(gone),
        unchanged=len(wanted) - len(fresh),
    )
    entry.bulk(
        "watch_list",
        held.pk,
        rows=[_leaf(key) for key in wanted],
        file_sha256=found.document.sha256,
        accepted=found.added,
        unchanged=found.unchanged,
        ended=found.ended,
    )
    return found


Key = tuple[str, str, bytes]


def _read(file: ListFile) -> dict[Key, EntryDetails]:
    """Everybody in the first sheet that has a column of names. Raises WrongList, Unreadable."""
    fault: WrongList | None = None
    for rows in read_sheets(file.content, name=file.name).values():
        try:
            return {one.key: one for one in read_list(rows, name=file.name)}
        except WrongList as error:
            # A fault of rows says more than that another sheet has no headings.
            fault = error if fault is None or error.faults else fault
    raise fault or WrongList(_("文件“%(name)s”里没有任何行。") % {"name": file.name})


def _key(row: WatchEntry) -> Key:
    return row.plain_name, row.code, bytes(row.document_index or b"")


def _leaf(key: Key) -> bytes:
    name, code, document = key
    return f"{name}\0{code}\0{document.hex()}".encode()


@action("customers.party.screened", may=permissions.may_screen)
def screen_party(entry: Entry, *, actor: Actor, at: datetime, party_id: int) -> int:
    """Hold one customer, and those below it, against every list; how many hits are new. A repeat changes nothing."""
    _matches, found, ended = _screened([party_id], at=at)
    entry.about("party", party_id, after={"hits_found": found, "hits_ended": ended})
    if not (found or ended):
        entry.nothing()
    return found


@action("customers.parties.screened", may=permissions.may_screen)
def screen_imported(
    entry: Entry, *, actor: Actor, at: datetime, import_id: int, party_ids: Sequence[int]
) -> int:
    """The same for a chunk of the customers of an import; how many hits are new."""
    matches, found, ended = _screened(party_ids, at=at)
    entry.bulk("import", import_id, rows=_leaves(matches), hits_found=found, hits_ended=ended)
    if not (found or ended):
        entry.nothing()
    return found


@action("customers.list.screened", may=permissions.may_screen)
def screen_list(entry: Entry, *, actor: Actor, at: datetime, list_id: int) -> int:
    """Hold every customer against one list; how many hits are new. A repeat changes nothing."""
    matches = matches_on(list_id, day=timezone.localdate(at))
    held = WatchHit.objects.select_for_update().filter(entry__list=list_id, ended_at=None)
    found, ended = _note(matches, held, at=at)
    entry.bulk("watch_list", list_id, rows=_leaves(matches), hits_found=found, hits_ended=ended)
    if not (found or ended):
        entry.nothing()
    return found


def _screened(party_ids: Iterable[int], *, at: datetime) -> tuple[list[Match], int, int]:
    """Hold these customers and those below them against every list: the matches, how many hits are new, how many ended."""
    # Whoever is held or controlled by one of them stands with it.
    ids = sorted({*party_ids} | below(party_ids))
    matches = matches_of(ids, day=timezone.localdate(at))
    held = WatchHit.objects.select_for_update().filter(party__in=ids, ended_at=None)
    return matches, *_note(matches, held, at=at)


def _leaves(matches: Iterable[Match]) -> list[bytes]:
    return [f"{one.party_id}:{one.entry_id}:{one.via_id or 0}:{one.certainty}".encode() for one in matches]


def _note(matches: Sequence[Match], held: Iterable[WatchHit], *, at: datetime) -> tuple[int, int]:
    """Write what is new, end what holds no longer; what somebody decided stays as it was decided."""
    wanted = {one.key: one for one in matches}
    known = {(one.party_id, one.entry_id, one.via_id, one.certainty): one for one in held}
    fresh = [
        WatchHit(
            party_id=one.party_id,
            entry_id=one.entry_id,
            via_id=one.via_id,
            certainty=one.certainty,
            matched=one.matched,
            found_at=at,
            **_tied(one),
        )
        for key, one in wanted.items()
        if key not in known
    ]
    # Of two jobs that find the same, one writes it.
    WatchHit.objects.bulk_create(fresh, ignore_conflicts=True)
    for key, hit in known.items():
        told = _tied(wanted[key]) if key in wanted else {}
        if any(getattr(hit, name) != value for name, value in told.items()):
            WatchHit.objects.filter(pk=hit.pk).update(**told)
    gone = [hit.pk for key, hit in known.items() if key not in wanted]
    WatchHit.objects.filter(pk__in=gone).update(ended_at=at)
    return len(fresh), len(gone)


def _tied(match: Match) -> dict[str, Any]:
    """How whom the entry is about stands behind the customer."""
    if match.tie is None:
        return {"tie": "", "share": None, "path": []}
    return {
        "tie": match.tie.tie.value,
        "share": match.tie.share,
        "path": [list(step) for step in match.tie.path],
    }


@action("customers.hit.confirmed", may=permissions.may_decide_hit)
def confirm_hit(entry: Entry, *, actor: Actor, at: datetime, hit: WatchHit, reason: str) -> WatchHit:
    """The customer is who the list means. Raises NotNow."""
    return _decide(entry, hit, HitState.CONFIRMED, reason, actor=actor, at=at)


@action("customers.hit.dismissed", may=permissions.may_decide_hit)
def dismiss_hit(entry: Entry, *, actor: Actor, at: datetime, hit: WatchHit, reason: str) -> WatchHit:
    """The customer is somebody else, a namesake. Raises NotNow."""
    return _decide(entry, hit, HitState.DISMISSED, reason, actor=actor, at=at)


def _decide(
    entry: Entry, hit: WatchHit, state: HitState, reason: str, *, actor: Actor, at: datetime
) -> WatchHit:
    held = WatchHit.objects.select_for_update(of=("self",)).select_related("party").get(pk=hit.pk)
    if held.ended_at is not None:
        raise NotNow(_("名单中已没有这一条，不需要再处理。"))
    if state not in HIT_TRANSITIONS[held.state]:
        raise NotNow(_("这条命中已经是“%(state)s”。") % {"state": held.get_state_display()})
    before = {"state": held.state}
    HitDecision.objects.create(hit=held, state=state, reason=reason, at=at, by_id=actor.user_id)
    held.state = state
    held.save(update_fields=["state"])
    entry.about("watch_hit", held.pk, before=before, after={"state": str(state), "party": held.party.number})
    entry.purpose(reason)
    return held
