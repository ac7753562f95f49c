"""Questions about lists: who stands on them, which customers match, and what waits to be decided."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from vouch.customers.models import HitDecision, WatchEntry, WatchHit, WatchList, WatchVersion
from vouch.customers.queries.owners import MILLION, Behind, behind, below
from vouch.customers.queries.sections import Holding
from vouch.customers.terms import Certainty, HitState, ListKind
from vouch.parties import queries as parties
from vouch.parties.models import Identifier, Party, Person
from vouch.parties.terms import IdentifierKind
from vouch.platform.identity.actor import Actor
from vouch.platform.web.figures import percent

_ALIKE = str.maketrans({"〇": "零"})


def plain_name(text: str) -> str:
    """A name as names are compared: one width and case, letters and figures alone."""
    folded = unicodedata.normalize("NFKC", text).upper().translate(_ALIKE)
    return "".join(sign for sign in folded if sign.isalnum())[:200]


def in_force(day: date) -> Q:
    """Entries that stand on their list on a day, as far as we know now."""
    return Q(ended_at=None) & (Q(until_on=None) | Q(until_on__gte=day))


@dataclass(frozen=True, slots=True)
class Match:
    """A customer and an entry that it may be; ``via`` is whom the entry is about, standing behind the customer by ``tie``."""

    party_id: int
    entry_id: int
    certainty: str
    matched: str
    via_id: int | None = None
    tie: Behind | None = None

    @property
    def key(self) -> tuple[int, int, int | None, str]:
        """What makes it one hit."""
        return self.party_id, self.entry_id, self.via_id, self.certainty


UNIFIED = 18
CODE, DOCUMENT, NAME = "统一社会信用代码", "证件号码", "名称"


@dataclass(slots=True)
class _Known:
    """What a customer is compared by."""

    name: str
    codes: set[str]
    unified: bool
    mark: bytes | None


def matches_of(party_ids: Collection[int], *, day: date) -> list[Match]:
    """Every match of these customers, through those who stand behind them too; a bounded number of queries."""
    ties = behind(party_ids)
    wanted = {*party_ids, *(one.via_id for one in ties)}
    known = _known(Party.objects.filter(pk__in=wanted))
    codes = {code for one in known.values() for code in one.codes}
    marks = [one.mark for one in known.values() if one.mark]
    entries = WatchEntry.objects.filter(in_force(day)).filter(
        Q(plain_name__in={one.name for one in known.values()})
        | Q(code__in=codes)
        | Q(document_index__in=marks)
    )
    direct = _compared(entries, known)
    return _through_ties(direct, ties, set(party_ids))


def matches_on(list_id: int, *, day: date) -> list[Match]:
    """Every match on one list, of all customers."""
    entries = list(WatchEntry.objects.filter(in_force(day), list=list_id))
    names = {one.plain_name for one in entries}
    ids = {pk for pk, name in Party.objects.values_list("pk", "name").iterator() if plain_name(name) in names}
    ids |= set(
        Identifier.objects.filter(value__in={one.code for one in entries if one.code}).values_list(
            "party_id", flat=True
        )
    )
    marks = {bytes(one.document_index) for one in entries if one.document_index}
    if marks:
        ids |= set(Person.objects.filter(document_index__in=marks).values_list("pk", flat=True))
    known = _known(Party.objects.filter(pk__in=ids))
    direct = _compared(entries, known)
    matched = {one.party_id for one in direct}
    firms = below(matched)
    ties = [one for one in behind(firms) if one.via_id in matched]
    return _through_ties(direct, ties, {*known, *firms})


def _known(found: QuerySet[Party]) -> dict[int, _Known]:
    rows = found.select_related("person").prefetch_related("identifiers")
    known = {}
    for party in rows:
        person = getattr(party, "person", None)
        index = person.document_index if person else None
        codes = list(party.identifiers.all())
        unified = any(one.kind == IdentifierKind.USCC for one in codes)
        known[party.pk] = _Known(
            plain_name(party.name), {one.value for one in codes}, unified, bytes(index) if index else None
        )
    return known


def _compared(entries: Iterable[WatchEntry], known: dict[int, _Known]) -> list[Match]:
    by_name: dict[str, list[int]] = defaultdict(list)
    by_code: dict[str, list[int]] = defaultdict(list)
    by_mark: dict[bytes, list[int]] = defaultdict(list)
    for pk, one in known.items():
        by_name[one.name].append(pk)
        for code in one.codes:
            by_code[code].append(pk)
        if one.mark:
            by_mark[one.mark].append(pk)
    found: dict[tuple[int, int], Match] = {}
    for entry in entries:
        mark = bytes(entry.document_index) if entry.document_index else b""
        for pk in by_code.get(entry.code, ()) if entry.code else ():
            found[pk, entry.pk] = Match(pk, entry.pk, Certainty.EXACT, CODE)
        for pk in by_mark.get(mark, ()) if mark else ():
            found[pk, entry.pk] = Match(pk, entry.pk, Certainty.EXACT, DOCUMENT)
        for pk in by_name.get(entry.plain_name, ()):
            if (pk, entry.pk) not in found and not _differ(entry, mark, known[pk]):
                found[pk, entry.pk] = Match(pk, entry.pk, Certainty.POSSIBLE, NAME)
    return list(found.values())


def _differ(entry: WatchEntry, mark: bytes, one: _Known) -> bool:
    """Whether both sides say who they are by the same kind of number, and it is another: a namesake."""
    return (len(entry.code) == UNIFIED and one.unified) or bool(mark and one.mark)


def _through_ties(direct: list[Match], ties: Iterable[Behind], wanted: Collection[int]) -> list[Match]:
    """Those of the customers asked about, and for each who matches one for the customers that they stand behind."""
    found = {one.key: one for one in direct if one.party_id in wanted}
    customers: dict[int, list[Behind]] = defaultdict(list)
    for tie in ties:
        customers[tie.via_id].append(tie)
    for one in direct:
        for tie in customers.get(one.party_id, ()):
            if tie.party_id in wanted:
                through = Match(
                    tie.party_id, one.entry_id, one.certainty, one.matched, via_id=one.party_id, tie=tie
                )
                found[through.key] = through
    return list(found.values())


def parties_of_import(import_id: int) -> list[int]:
    """Customers that an import brought or whose particulars it changed."""
    brought = Q(batch=import_id) | Q(enterprise__batch=import_id)
    return list(Party.objects.filter(brought).order_by("pk").values_list("pk", flat=True))


def lists_with_ended(day: date) -> list[int]:
    """Lists with hits on entries whose last day has passed."""
    hits = WatchHit.objects.filter(ended_at=None, entry__until_on__lt=day)
    return list(hits.order_by("entry__list").values_list("entry__list", flat=True).distinct())


def hits_visible_to(actor: Actor) -> QuerySet[WatchHit]:
    """The hits of the parties that the actor may see."""
    return WatchHit.objects.filter(party__in=parties.visible_to(actor))


def decisions_visible_to(actor: Actor) -> QuerySet[HitDecision]:
    """What was decided about them."""
    return HitDecision.objects.filter(hit__party__in=parties.visible_to(actor))


def _shown(hits: QuerySet[WatchHit], actor: Actor) -> QuerySet[WatchHit]:
    """With entry, list and customer; ``may_name`` says whether the person between may be named to the actor."""
    seen = parties.visible_to(actor).filter(pk=OuterRef("via"))
    found: QuerySet[Any] = hits.select_related("party", "entry__list", "via").annotate(via_seen=Exists(seen))
    return found


def named(hit: Any) -> str:
    """The person between the customer and the entry, where the one who asked may see them."""
    if hit.via is None:
        return ""
    return str(hit.via.name) if hit.via_seen else _("不在您的数据范围内")


def way_of(hit: WatchHit, actor: Actor) -> list[tuple[str, str]]:
    """The way from whom the entry is about down to the customer: names, as far as the actor sees them, and shares in words."""
    ids = [party for party, _rate in hit.path]
    seen = dict(parties.visible_to(actor).filter(pk__in=ids).values_list("pk", "name"))
    hidden = _("（不在您的数据范围内）")
    return [
        (seen.get(party, hidden), percent(Decimal(rate) / MILLION, 2) if rate is not None else "")
        for party, rate in hit.path
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class HitsWanted:
    """What the queue is cut down to; empty values cut nothing."""

    text: str = ""
    state: str = ""
    kind: str = ""
    certainty: str = ""


def hits_where(actor: Actor, wanted: HitsWanted) -> QuerySet[WatchHit]:
    """The queue: hits whose entry still stands, and what was decided about them."""
    found = _shown(hits_visible_to(actor).filter(ended_at=None), actor)
    if wanted.text:
        found = found.filter(party__in=parties.search(Party.objects.all(), wanted.text))
    if wanted.state:
        found = found.filter(state=wanted.state)
    if wanted.kind:
        found = found.filter(entry__list__kind=wanted.kind)
    if wanted.certainty:
        found = found.filter(certainty=wanted.certainty)
    return found


def hit_of(actor: Actor, pk: int) -> WatchHit | None:
    """One hit with its entry, if the actor may see the customer."""
    return _shown(hits_visible_to(actor), actor).filter(pk=pk).first()


def codes_of(party: Party) -> list[str]:
    """The codes that the customer goes by, as far as they are its own and not a source's."""
    found = parties.identifiers_of(party).exclude(kind=IdentifierKind.SOURCE_CODE)
    return list(found.values_list("value", flat=True))


def list_of(pk: int) -> WatchList | None:
    """One list."""
    return WatchList.objects.filter(pk=pk).first()


def entry_of(pk: int) -> WatchEntry | None:
    """One entry with its list."""
    return WatchEntry.objects.select_related("list").filter(pk=pk).first()


def decisions_of(hit: WatchHit) -> QuerySet[HitDecision]:
    """What was decided, the latest first."""
    return HitDecision.objects.filter(hit=hit).select_related("by").order_by("-at", "-pk")


def open_hits(actor: Actor) -> int:
    """How many wait for a decision, as far as the actor sees."""
    return hits_visible_to(actor).filter(state=HitState.OPEN, ended_at=None).count()


def confirmed_hits(actor: Actor, party_id: int) -> list[WatchHit]:
    """What stands at the top of a customer's pages. The caller has checked that the customer is visible."""
    found = WatchHit.objects.filter(party_id=party_id, state=HitState.CONFIRMED, ended_at=None)
    return list(_shown(found, actor).order_by("found_at", "pk"))


def counts_by_state(actor: Actor) -> dict[str, int]:
    """How many hits of each state whose entry still stands."""
    rows = (
        hits_visible_to(actor)
        .filter(ended_at=None)
        .order_by()
        .values_list("state")
        .annotate(count=Count("pk"))
    )
    return dict.fromkeys(HitState.values, 0) | dict(rows)


def watch_lists(day: date) -> QuerySet[WatchList]:
    """Every list with the number of those who stand on it (``size``) and its latest version's day (``as_of``)."""
    latest = WatchVersion.objects.order_by("-number")
    rows: QuerySet[Any] = WatchList.objects.annotate(
        size=Count(
            "entries",
            filter=Q(entries__ended_at=None) & (Q(entries__until_on=None) | Q(entries__until_on__gte=day)),
        )
    ).prefetch_related(Prefetch("versions", latest, to_attr="latest"))
    return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class EntriesWanted:
    """What a list's page is cut down to."""

    text: str = ""
    is_past: bool = False


def entries_where(list_id: int, wanted: EntriesWanted, *, day: date) -> QuerySet[WatchEntry]:
    """Those who stand on a list, or stood on it once."""
    found = WatchEntry.objects.filter(list=list_id)
    found = found.exclude(in_force(day)) if wanted.is_past else found.filter(in_force(day))
    if wanted.text:
        found = found.filter(
            Q(plain_name__contains=plain_name(wanted.text)) | Q(code=wanted.text.strip().upper())
        )
    return found


def told_of_hits(party: Party, actor: Actor, at: datetime) -> Holding:
    """The section's line: what was confirmed, and what waits."""
    rows = WatchHit.objects.filter(party=party, ended_at=None).values_list("state", "entry__list__kind")
    found = list(rows)
    confirmed = {kind for state, kind in found if state == HitState.CONFIRMED}
    waiting = sum(state == HitState.OPEN for state, _kind in found)
    warnings = [str(ListKind(kind).label) for kind in ListKind.values if kind in confirmed]
    if waiting:
        warnings.append(_("%(count)d 条待核实") % {"count": waiting})
    return Holding(count=len(found), told="" if found else _("未命中"), warnings=tuple(warnings))


def hits_of(actor: Actor, party_id: int) -> list[WatchHit]:
    """One customer's hits, those that still stand first. The caller has checked that the customer is visible."""
    found = _shown(WatchHit.objects.filter(party_id=party_id), actor)
    decided = HitDecision.objects.select_related("by").order_by("-at", "-pk")
    rows = found.prefetch_related(Prefetch("decisions", decided, to_attr="decided"))
    return list(rows.order_by(F("ended_at").desc(nulls_first=True), "-found_at", "pk"))
