"""Questions about material values: what contradicts what, which claim was chosen, and what waits for a decision."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from django.db import connection
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from vouch.customers.models import FigureChoice, Material, VerifiedFigure
from vouch.customers.permissions import may_open_file
from vouch.customers.queries.claims import (
    ClaimRow,
    ClaimSource,
    SpreadRow,
    chosen_sql,
    claims_of,
    source_of,
    spreads_of,
    sql_parameters,
    title_of,
)
from vouch.customers.queries.materials import confidence_of, materials_of
from vouch.customers.queries.sections import Holding
from vouch.customers.queries.timeline import Happening
from vouch.customers.terms import MEASURES, Confidence, Figure, Measure
from vouch.parties import queries as parties
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor

MILLION = Decimal(1_000_000)


def figures_visible_to(actor: Actor) -> QuerySet[VerifiedFigure]:
    """What was entered by hand of the parties that the actor may see."""
    return VerifiedFigure.objects.filter(material__party__in=parties.visible_to(actor))


def figure_of(actor: Actor, pk: int) -> VerifiedFigure | None:
    """One value entered by hand, if the actor may see it."""
    return figures_visible_to(actor).filter(pk=pk).first()


def choices_visible_to(actor: Actor) -> QuerySet[FigureChoice]:
    """What was decided of the parties that the actor may see."""
    return FigureChoice.objects.filter(party__in=parties.visible_to(actor))


@dataclass(frozen=True)
class SourceClaim:
    """One claim with where it came from. ``place`` is where it lies between the lowest (0) and the highest (1)."""

    row: ClaimRow
    material: Material | None
    place: float
    is_chosen: bool

    @property
    def title(self) -> str:
        """Its source in words."""
        return title_of(self.row.source)

    @property
    def source(self) -> ClaimSource:
        """Who tells it."""
        return source_of(self.row.source)

    @property
    def confidence(self) -> Confidence:
        """As its material is believed, or as its source has it."""
        return confidence_of(self.material) if self.material else self.source.confidence


@dataclass(frozen=True)
class Value:
    """One material value of one year or moment: its claims side by side, their spread, and what was decided."""

    spread: SpreadRow
    claims: list[SourceClaim]
    choice: FigureChoice | None
    history: list[FigureChoice]

    @property
    def figure(self) -> Figure:
        """Which value."""
        return self.spread.figure

    @property
    def measure(self) -> Measure:
        """How it is counted."""
        return MEASURES[self.figure]

    @property
    def when(self) -> str | Promise:
        """The day, or the year that it stands for."""
        return str(self.spread.day) if self.measure.is_moment else f"{self.spread.day:%Y} 年度"

    @property
    def key(self) -> str:
        """What names it on the page."""
        return f"{self.figure.value}-{self.spread.day}"

    @property
    def rate(self) -> Decimal | None:
        """The spread as a fraction of the median."""
        return None if self.spread.rate is None else self.spread.rate / MILLION

    @property
    def is_open(self) -> bool:
        """A conflict that nobody has decided, or whose decision is out of force."""
        return self.spread.is_conflict and self.choice is None

    @cached_property
    def has_news(self) -> bool:
        """Whether a claim came in, or the chosen one changed, after the decision."""
        if self.choice is None:
            return False
        at = self.choice.decided_at
        came = any(one.material is not None and one.material.known_at > at for one in self.claims)
        return came or not any(one.is_chosen and one.row.amount == self.choice.amount for one in self.claims)


def values_of(party_id: int, *, as_of: date) -> list[Value]:
    """Every value that a source tells of: open conflicts first, then those decided, then the rest, the latest first.

    The same number of queries for any number of values. The caller has checked that the party is visible.
    """
    spreads = spreads_of(party_id, as_of=as_of)
    rows = claims_of(party_id, as_of=as_of)
    wanted = {one.material_id for one in rows if one.material_id}
    materials = {one.pk: one for one in materials_of(party_id).filter(pk__in=wanted)}
    history: dict[tuple[str, date], list[FigureChoice]] = {}
    for one in FigureChoice.objects.filter(party_id=party_id).select_related("decided_by", "material"):
        history.setdefault((one.figure, one.day), []).append(one)
    found = []
    for spread in spreads:
        choices = sorted(history.get((spread.figure, spread.day), []), key=lambda one: -one.pk)
        choice = next((one for one in choices if one.pk == spread.choice_id), None)
        of_value = [row for row in rows if (row.figure, row.day) == (spread.figure, spread.day)]
        claims = [_claim(row, spread, choice, materials) for row in of_value]
        found.append(Value(spread, claims, choice, choices))
    order = list(Figure)
    return sorted(
        found,
        key=lambda one: (
            *(not one.is_open, not one.spread.is_conflict),
            *(-one.spread.day.toordinal(), order.index(one.figure)),
        ),
    )


def _claim(
    row: ClaimRow, spread: SpreadRow, choice: FigureChoice | None, materials: dict[int, Material]
) -> SourceClaim:
    place = 0.5 if not spread.spread else float((row.amount - spread.low) / spread.spread)
    material = materials.get(row.material_id) if row.material_id else None
    is_chosen = choice is not None and (choice.source, choice.material_id) == (row.source, row.material_id)
    return SourceClaim(row, material, place, is_chosen)


def choices_in_force(party_id: int, *, as_of: date) -> dict[tuple[str, date], Decimal]:
    """Figure and day → the amount that was chosen, as of the end of a day."""
    with connection.cursor() as cursor:
        sql = f"SELECT figure, day, amount FROM ({chosen_sql(scoped=True)}) AS chosen"  # noqa: S608
        cursor.execute(sql, sql_parameters([party_id], as_of=as_of))
        return {(row[0], row[1]): row[2] for row in cursor.fetchall()}


def tell_figures(party: Party, actor: Actor, at: datetime) -> Holding:
    """The section's line: how many values, how many contradictions, and what waits for a decision."""
    found = spreads_of(party.pk, as_of=timezone.localdate(at))
    conflicts = [one for one in found if one.is_conflict]
    waiting = sum(one.choice_id is None for one in conflicts)
    return Holding(
        count=len(found),
        as_of=max((one.day for one in found), default=None),
        told=_("%(count)d 项已决定") % {"count": len(conflicts) - waiting}
        if len(conflicts) > waiting
        else "",
        warnings=(_("%(count)d 项冲突待决定") % {"count": waiting},) if waiting else (),
    )


def told_of_choices(party: Party, actor: Actor, at: datetime) -> Iterator[Happening]:
    """The timeline's strand: what was decided between sources that contradict each other."""
    if not may_open_file(actor):
        return
    for one in FigureChoice.objects.filter(party=party).select_related("decided_by"):
        yield Happening(
            at=one.decided_at,
            what=_("采用关键数据"),
            about=f"{one.get_figure_display()} {one.day}：{title_of(one.source)}（{one.reason}）",
            who=one.decided_by.name if one.decided_by else "",
            url=reverse("customers:figures", args=[party.pk]),
        )
