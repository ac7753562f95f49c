"""The graph around a party as its page shows it, and what of others the one who looks may know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, Sum
from django.utils.translation import gettext as _

from vouch.parties.models import (
    Control,
    FarmHolding,
    Kinship,
    Licence,
    Party,
    Post,
    Shareholding,
    TaxGrade,
)
from vouch.parties.queries.history import Recorded, fields_of
from vouch.parties.queries.party import visible_to
from vouch.parties.terms import KIN_BACK, NATURAL_PERSONS, Kin
from vouch.platform.identity.actor import Actor
from vouch.platform.vault.fields import place_of
from vouch.platform.vault.queries import key_of
from vouch.platform.vault.terms import KeyDestroyed, NoKey, Subject, VaultError

EXPIRING_DAYS = 90


@dataclass(frozen=True, slots=True)
class Edge:
    """A line with whom it leads to: a party that the one who looks sees, or a name."""

    row: Any
    name: str
    party: Party | None = None
    word: str = ""

    @property
    def is_ended(self) -> bool:
        """Whether it no longer holds."""
        return self.row.ended_at is not None


@dataclass(frozen=True, slots=True)
class LicenceShown:
    """A licence with how near its end is: "", "expiring", "expired"."""

    row: Licence
    state: str
    days: int | None


@dataclass(frozen=True, slots=True)
class Graph:
    """Everything around a party, live lines before ended ones."""

    shareholders: Sequence[Edge] = ()
    posts: Sequence[Edge] = ()
    controllers: Sequence[Edge] = ()
    kin: Sequence[Edge] = ()
    shares: Sequence[Edge] = ()
    controlled: Sequence[Edge] = ()
    licences: Sequence[LicenceShown] = ()
    tax_grades: Sequence[TaxGrade] = ()
    former_grades: Sequence[TaxGrade] = ()
    farm_holdings: Sequence[FarmHolding] = ()

    @property
    def accounted(self) -> Decimal | None:
        """What the live shares come to; None where no rate is known."""
        rates = [one.row.rate for one in self.shareholders if not one.is_ended and one.row.rate is not None]
        return sum(rates, Decimal(0)) if rates else None

    @property
    def unaccounted(self) -> Decimal | None:
        """What of the whole is not accounted for; None where nothing is, or no rate is known."""
        accounted = self.accounted
        return None if accounted is None or accounted >= 1 else 1 - accounted


def accounted_rate(party: Party) -> Decimal | None:
    """What the live shares of a party come to; None where no rate is known."""
    total: Decimal | None = Shareholding.objects.filter(party=party, ended_at=None).aggregate(
        total=Sum("rate")
    )["total"]
    return total


def graph_of(party: Party, actor: Actor, *, today: date) -> Graph:
    """The graph around a party, for the one who looks."""
    newest = (F("ended_at").desc(nulls_first=True), "pk")
    if party.kind in NATURAL_PERSONS:
        rows: dict[str, Iterable[Any]] = {
            "kin": Kinship.objects.filter(Q(person=party) | Q(relative=party)).select_related(
                "person", "relative"
            ),
            "shares": Shareholding.objects.filter(holder=party).select_related("party"),
            "controlled": Control.objects.filter(controller=party).select_related("party"),
        }
    else:
        rows = {
            "shareholders": Shareholding.objects.filter(party=party)
            .select_related("holder")
            .order_by(F("ended_at").desc(nulls_first=True), F("rate").desc(nulls_last=True), "pk"),
            "posts": Post.objects.filter(enterprise=party).select_related("person").order_by(*newest),
            "controllers": Control.objects.filter(party=party).select_related("controller").order_by(*newest),
            "shares": Shareholding.objects.filter(holder=party).select_related("party"),
            "controlled": Control.objects.filter(controller=party).select_related("party"),
        }
    graph = _seen(party, {name: list(found) for name, found in rows.items()}, actor)
    grades = list(TaxGrade.objects.filter(party=party).order_by("year", "pk"))
    licences = Licence.objects.filter(party=party).select_related("paper").order_by(*newest)
    return replace(
        graph,
        licences=[licence_shown(row, today=today) for row in licences],
        tax_grades=[one for one in grades if one.ended_at is None],
        former_grades=[one for one in grades if one.ended_at is not None],
        farm_holdings=list(FarmHolding.objects.filter(party=party).order_by(*newest)),
    )


def edges_as_of(recorded: Recorded, actor: Actor) -> Graph:
    """The graph as it was recorded on a day, for the one who looks."""
    rows = {
        "shareholders": recorded.shareholdings,
        "posts": recorded.posts,
        "controllers": recorded.controls,
        "kin": recorded.kinships,
    }
    return replace(
        _seen(recorded.party, rows, actor),
        licences=[licence_shown(row, today=recorded.day) for row in recorded.licences],
        tax_grades=sorted(recorded.tax_grades, key=lambda one: one.year),
        farm_holdings=recorded.farm_holdings,
    )


_OTHERS = {
    "shareholders": ("holder", "holder_name"),
    "posts": ("person", "person_name"),
    "controllers": ("controller", "controller_name"),
    "shares": ("party", ""),
    "controlled": ("party", ""),
}


def _seen(party: Party, rows: Mapping[str, Sequence[Any]], actor: Actor) -> Graph:
    """Whom each line leads to. A line whose other end is another's file alone is left out where that is not seen;
    one of this file stays, under the name as it was written, or without one.
    """
    others = [other for name, found in rows.items() for row in found if (other := _other(party, name, row))]
    seen = set(visible_to(actor).filter(pk__in={one.pk for one in others}).values_list("pk", flat=True))
    names = _KinNames(party)
    graph: dict[str, Any] = {}
    for name, found in rows.items():
        edges = graph.setdefault(name, [])
        for row in found:
            other = _other(party, name, row)
            word = str(Kin(_kin(party, row)).label) if name == "kin" else ""
            if other is not None and other.pk in seen:
                edges.append(Edge(row, other.name, other, word))
                continue
            if other is not None and name in {"shares", "controlled", "kin"}:
                continue
            written = names.of(row) if name == "kin" else getattr(row, _OTHERS[name][1])
            if written or name == "shareholders":
                edges.append(Edge(row, written or _("（不在您的数据范围内）"), None, word))
    return Graph(**graph)


def _other(party: Party, name: str, row: Any) -> Party | None:
    if name == "kin":
        other = row.person if row.person_id != party.pk else row.relative
    else:
        other = getattr(row, _OTHERS[name][0])
    return other if isinstance(other, Party) else None


def _kin(party: Party, row: Kinship) -> str:
    """What the other one is to this party, from whichever side it was written."""
    return row.kin if row.person_id == party.pk else KIN_BACK[row.kin]


class _KinNames:
    """Names of relatives who are no parties, opened with the key of the person in whose file they stand."""

    def __init__(self, party: Party) -> None:
        self._party = party

    def of(self, row: Kinship) -> str:
        """The name, or what stands for it."""
        if not row.name:
            return ""
        try:
            key = key_of(Subject("party", str(self._party.pk)))
            return key.open(bytes(row.name), place=place_of(row, "name"))
        except KeyDestroyed:
            return _("已销毁")
        except (NoKey, VaultError):
            return _("无法解密")


def licence_shown(row: Licence, *, today: date) -> LicenceShown:
    """The licence with its state on a day; one that was ended has none."""
    if row.ends_on is None or row.ended_at is not None:
        return LicenceShown(row, "", None)
    days = (row.ends_on - today).days
    if days < 0:
        return LicenceShown(row, "expired", days)
    return LicenceShown(row, "expiring" if row.ends_on <= today + timedelta(days=EXPIRING_DAYS) else "", days)


@dataclass(frozen=True, slots=True)
class FieldShown:
    """A field as it was recorded on a day."""

    title: str
    value: Any


def shown_fields(recorded: Recorded) -> list[FieldShown]:
    """The fields in words, without those that nobody reads; what was not known is left out."""
    columns = fields_of(recorded.party)
    found = []
    for name, value in recorded.fields.items():
        column = columns.get(name)
        if column is None or value in {None, ""} or name in {"representative_hash", "capital_text"}:
            continue
        if column.choices:
            value = dict(column.flatchoices).get(value, value)  # noqa: PLW2901 - as people read it
        found.append(FieldShown(str(column.verbose_name), value))
    return found
