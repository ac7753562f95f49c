"""Questions about records that may be one customer's: what is compared, what waits, and two of them side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from vouch.engine.duplicates import Code, Record
from vouch.parties.models import (
    Duplicate,
    Enterprise,
    FormerValue,
    Identifier,
    Merge,
    Party,
    Person,
    Phone,
    Post,
)
from vouch.parties.queries.party import search, visible_to, with_particulars
from vouch.parties.queries.persons import masked_document, with_keys
from vouch.parties.terms import (
    NATURAL_PERSONS,
    REPRESENTING,
    WAITING,
    DuplicateState,
    IdentifierKind,
    PartyStatus,
)
from vouch.platform.identity.actor import Actor
from vouch.platform.web.figures import day, wan

COMPARED = frozenset({PartyStatus.ACTIVE, PartyStatus.CLOSED})
"""What is only stored is not compared either, and what was erased cannot be."""


def records_of_book() -> Iterator[Record]:
    """Every record that stands for a customer, as the engine compares it: of numbers of persons the blind index alone."""
    names = _many(FormerValue.objects.filter(field="name").exclude(value=""), "value")
    moved = _many(FormerValue.objects.filter(field="address", sealed=None).exclude(value=""), "value")
    codes: dict[int, list[Code]] = defaultdict(list)
    for party_id, *code in Identifier.objects.order_by("pk").values_list(
        "party_id", "kind", "source", "value"
    ):
        codes[party_id].append(Code(*code))
    phones = _many(Phone.objects.filter(ended_at=None).exclude(number_index=None), "number_index")
    documents = {
        party_id: (kind, bytes(index or b"").hex())
        for party_id, kind, index in Person.objects.exclude(document_index=None).values_list(
            "party_id", "document_kind", "document_index"
        )
    }
    heads = dict(
        Post.objects.filter(ended_at=None, kind__in=REPRESENTING)
        .exclude(person=None)
        .values_list("enterprise_id", "person_id")
    )
    columns = (
        "pk", "kind", "name", "enterprise__province", "enterprise__area", "enterprise__address",
        "enterprise__representative_hash", "enterprise__established_on", "enterprise__capital_text",
    )  # fmt: skip
    parties = Party.objects.filter(canonical=None, status__in=COMPARED).order_by("pk")
    for pk, kind, name, province, area, address, hashed, founded, capital in parties.values_list(*columns):
        document_kind, document = documents.get(pk, ("", ""))
        yield Record(
            id=pk,
            name=name,
            is_person=kind in NATURAL_PERSONS,
            former_names=[one for one in names.get(pk, ()) if one != name],
            codes=codes.get(pk, ()),
            document=document,
            document_kind=document_kind,
            phones=frozenset(bytes(one).hex() for one in phones.get(pk, ())),
            province=province or "",
            area=area or "",
            address=address or "",
            former_addresses=[one for one in moved.get(pk, ()) if one != address],
            representative=f"party:{heads[pk]}" if pk in heads else hashed or "",
            established_on=founded,
            capital=capital or "",
        )


def _many(rows: QuerySet[Any], column: str) -> Mapping[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for party_id, value in rows.order_by("pk").values_list("party_id", column):
        found[party_id].append(value)
    return found


def duplicates_visible_to(actor: Actor) -> QuerySet[Duplicate]:
    """The pairs of which the actor sees both."""
    seen = visible_to(actor)
    return Duplicate.objects.filter(one__in=seen, other__in=seen)


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicatesWanted:
    """What the queue is cut down to; blanks cut nothing, but for the state: what waits."""

    text: str = ""
    state: str = ""
    kind: str = ""
    evidence: str = ""


def duplicates_where(actor: Actor, wanted: DuplicatesWanted, *, today: date) -> QuerySet[Duplicate]:
    """The queue. What was put off is waiting again from its day on."""
    found = duplicates_visible_to(actor).select_related("one", "other")
    due = Q(state=DuplicateState.OPEN) | Q(state=DuplicateState.LATER, later_until__lte=today)
    if wanted.state in {"", DuplicateState.OPEN}:
        found = found.filter(due, one__canonical=None, other__canonical=None)
    elif wanted.state != "all":
        found = found.filter(state=wanted.state)
    if wanted.text:
        named = search(visible_to(actor), wanted.text)
        found = found.filter(Q(one__in=named) | Q(other__in=named))
    if wanted.kind:
        persons = Q(one__kind__in=NATURAL_PERSONS)
        found = found.filter(persons if wanted.kind == "person" else ~persons)
    if wanted.evidence:
        found = found.filter(has_identifier=wanted.evidence == "identifier")
    return found


def waiting_count(actor: Actor, *, today: date) -> int:
    """How many pairs wait for the actor."""
    return duplicates_where(actor, DuplicatesWanted(), today=today).count()


def next_waiting(actor: Actor, *, today: date, after: Duplicate) -> Duplicate | None:
    """The pair that comes next in the queue, the strongest first."""
    waiting = duplicates_where(actor, DuplicatesWanted(), today=today).exclude(pk=after.pk)
    return waiting.order_by("-bits", "pk").first()


def duplicate_of(actor: Actor, pk: int) -> Duplicate | None:
    """One pair, if the actor sees both."""
    return duplicates_visible_to(actor).select_related("one", "other").filter(pk=pk).first()


def brought_parties(import_id: int) -> bool:
    """Whether an import registered a customer or changed one's particulars."""
    return (
        Party.objects.filter(batch=import_id).exists() or Enterprise.objects.filter(batch=import_id).exists()
    )


def known_pairs() -> Mapping[tuple[int, int], Duplicate]:
    """Every pair that is kept."""
    return {(row.one_id, row.other_id): row for row in Duplicate.objects.all()}


def merged_into(party: Party, actor: Actor) -> list[Merge]:
    """The records that stand in this one, with when and by whom, as far as the actor sees them."""
    merges = Merge.objects.filter(canonical=party, undone_at=None, party__in=visible_to(actor))
    return list(merges.select_related("party").order_by("merged_at", "pk"))


def open_merge(party: Party) -> Merge | None:
    """By what the record was merged; None where it was not, or no more."""
    return Merge.objects.filter(party=party, undone_at=None).select_related("party", "canonical").first()


@dataclass(frozen=True, slots=True)
class Difference:
    """One line of the comparison; ``verdict`` is "same", "other", or "" where one of them does not say."""

    title: str
    one: str
    other: str
    is_compared: bool = True

    @property
    def verdict(self) -> str:
        """How the two sides stand to one another; of who keeps the record and since when, nothing."""
        if not self.is_compared or not self.one or not self.other:
            return ""
        return "same" if self.one == self.other else "other"


@dataclass(frozen=True, slots=True)
class Compared:
    """Two records side by side: who they are, from where and since when each is known, line by line."""

    parties: tuple[Any, Any]
    lines: tuple[Difference, ...]


def _read(party: Party) -> Any:
    rows: QuerySet[Any] = Party.objects.filter(pk=party.pk).select_related("batch")
    rows = with_keys(rows) if party.kind in NATURAL_PERSONS else with_particulars(rows)
    return rows.get()


_ABOUT_THE_RECORD = frozenset({"duty", "source", "created_at", "updated_at"})


def side_by_side(duplicate: Duplicate) -> Compared:
    """The two of a pair."""
    one, other = _read(duplicate.one), _read(duplicate.other)
    titles = _lines_of(one)
    mine, theirs = _values_of(one), _values_of(other)
    lines = tuple(
        Difference(str(title), mine[key], theirs[key], is_compared=key not in _ABOUT_THE_RECORD)
        for key, title in titles.items()
    )
    return Compared((one, other), lines)


def suggested(duplicate: Duplicate) -> int:
    """Which of the two to keep, unless somebody knows better: the one with a unified code, then the older."""
    coded = set(
        Identifier.objects.filter(
            party__in=[duplicate.one_id, duplicate.other_id], kind=IdentifierKind.USCC, is_flawed=False
        ).values_list("party_id", flat=True)
    )
    into = Party.objects.filter(canonical__in=[duplicate.one_id, duplicate.other_id])
    kept = set(into.values_list("canonical_id", flat=True))
    both = (duplicate.one_id, duplicate.other_id)
    return min(both, key=lambda pk: (pk not in kept, pk not in coded, pk))


def _lines_of(party: Party) -> Mapping[str, Any]:
    shared = {"name": _("名称"), "kind": _("客户类型"), "codes": _("标识"), "phones": _("电话")}
    own: dict[str, Any] = {"document": _("证件号码")}
    if party.kind not in NATURAL_PERSONS:
        own = {
            "representative": _("法定代表人"), "established_on": _("成立日期"), "capital": _("注册资本"),
            "address": _("注册地址"), "former": _("曾用名"),
        }  # fmt: skip
    after = {"duty": _("管户"), "source": _("来源"), "created_at": _("建档时间"), "updated_at": _("更新时间")}
    return shared | own | after


def _values_of(party: Any) -> Mapping[str, str]:
    firm = getattr(party, "enterprise", None)
    person = getattr(party, "person", None)
    codes = Identifier.objects.filter(party=party).order_by("kind", "value")
    former = FormerValue.objects.filter(party=party, field="name").exclude(value="").order_by("-replaced_at")
    phones = Phone.objects.filter(party=party, ended_at=None).count()
    said = _firm(firm) if firm is not None else {}
    updated = next((part.updated_at for part in (firm, person) if part is not None), None)
    values: dict[str, str] = {
        "name": party.name,
        "kind": party.get_kind_display(),
        "codes": "；".join(f"{one.get_kind_display()} {one.value}" for one in codes),
        "phones": _("%d 个") % phones if phones else "",
        "document": masked_document(party) if person is not None else "",
        "representative": _representative(party, firm),
        "established_on": "", "capital": "", "address": "",
        "former": "、".join(former.values_list("value", flat=True)),
        "duty": _duty(party),
        "source": _("导入：%s") % party.batch if party.batch else _("手工建档"),
        "created_at": _moment(party.created_at),
        "updated_at": _moment(updated),
    }  # fmt: skip
    return values | said


def _firm(firm: Any) -> dict[str, str]:
    capital = firm.capital_text
    if firm.capital_amount is not None:
        capital = _("%(amount)s 万元（%(currency)s）") % {
            "amount": wan(firm.capital_amount), "currency": firm.get_capital_currency_display(),
        }  # fmt: skip
    founded = day(firm.established_on) if firm.established_on else ""
    return {"established_on": founded, "capital": capital, "address": firm.address}


def _representative(party: Party, firm: Any) -> str:
    post = Post.objects.filter(enterprise=party, ended_at=None, kind__in=REPRESENTING).select_related(
        "person"
    )
    found = post.first()
    if found is not None:
        return found.person.name if found.person else found.person_name
    # What a source gives instead of a name: enough to see whether it is the same one.
    return (
        _("（来源的散列 …%s）") % firm.representative_hash[-6:] if firm and firm.representative_hash else ""
    )


def _duty(party: Any) -> str:
    present = party.present[0] if getattr(party, "present", None) else None
    if present is None:
        return ""
    return f"{present.unit.name} {present.manager.name if present.manager else ''}".strip()


def _moment(at: datetime | None) -> str:
    return day(at.date()) if at else ""


__all__ = [
    "WAITING", "Compared", "Difference", "DuplicatesWanted", "brought_parties", "duplicate_of", "duplicates_visible_to", "duplicates_where",
    "known_pairs", "merged_into", "next_waiting", "open_merge", "records_of_book", "side_by_side", "suggested", "waiting_count",
]  # fmt: skip
