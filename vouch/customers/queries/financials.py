"""Questions about financial statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Count, Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.customers.models import (
    FinancialStatement,
    Material,
    StatementLine,
    StatementPeriod,
    StatementRemark,
    Verification,
)
from vouch.customers.queries.materials import confidence_of, known
from vouch.customers.queries.sections import Holding
from vouch.customers.terms import BASES, Basis, Confidence, MaterialKind, MaterialState
from vouch.engine.financials.checks import Amounts, Excess, Imbalance, imbalances
from vouch.engine.financials.lines import LINES
from vouch.engine.financials.ratios import Ratio, ratios
from vouch.parties import queries as parties
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor


def financials_visible_to(actor: Actor) -> QuerySet[FinancialStatement]:
    """The statements of the parties that the actor may see."""
    return FinancialStatement.objects.filter(material__party__in=parties.visible_to(actor))


def periods_visible_to(actor: Actor) -> QuerySet[StatementPeriod]:
    """The periods of the statements of the parties that the actor may see."""
    return StatementPeriod.objects.filter(statement__material__party__in=parties.visible_to(actor))


def lines_visible_to(actor: Actor) -> QuerySet[StatementLine]:
    """The lines of the statements of the parties that the actor may see."""
    return StatementLine.objects.filter(period__statement__material__party__in=parties.visible_to(actor))


def remarks_visible_to(actor: Actor) -> QuerySet[StatementRemark]:
    """What was not read of the statements of the parties that the actor may see."""
    return StatementRemark.objects.filter(statement__material__party__in=parties.visible_to(actor))


def statement_in_force(party_id: int, *, basis: Basis, ends_on: date, months: int) -> Material | None:
    """The material in force whose own period this is, on this basis."""
    return Material.objects.filter(
        party_id=party_id,
        kind=MaterialKind.FINANCIALS,
        state=MaterialState.IN_FORCE,
        financials__basis=basis,
        financials__periods__is_former=False,
        financials__periods__ends_on=ends_on,
        financials__periods__months=months,
    ).first()


def period_title(ends_on: date, months: int) -> str:
    """2025 年度; 2026-09（9 个月）within a year; the bare day of an opening balance."""
    if months == 12:
        return f"{ends_on:%Y} 年度"
    return f"{ends_on:%Y-%m}（{months} 个月）" if months else f"{ends_on}"


@dataclass(frozen=True)
class Period:
    """One period of one statement as pages use it: its lines in fen, and where they came from."""

    row: StatementPeriod
    material: Material
    basis: Basis
    told: Amounts = field(repr=False)
    chosen: Amounts = field(default_factory=dict)
    """Lines whose amount somebody chose among contradicting claims (数据核对)."""

    @cached_property
    def amounts(self) -> Amounts:
        """What counts: as it was handed in, with what was chosen in its place."""
        return {**self.told, **self.chosen}

    @property
    def ends_on(self) -> date:
        """Its last day."""
        return self.row.ends_on

    @property
    def is_year(self) -> bool:
        """Whether its flows are those of a whole year."""
        return self.row.months == 12

    @property
    def title(self) -> str:
        """As people call it."""
        return period_title(self.ends_on, self.row.months)

    @cached_property
    def imbalances(self) -> list[Imbalance | Excess]:
        """What does not add up in it, told of the amounts as they were handed in."""
        return imbalances(self.told)

    @property
    def trust(self) -> tuple[int, bool, float, int]:
        """What sorts the one that counts first, as the facts have it."""
        return (
            BASES.index(self.basis),
            self.row.is_former,
            -self.material.known_at.timestamp(),
            -self.row.pk,
        )

    def ratios(self, before: Period | None) -> dict[str, Ratio]:
        """Every ratio of it, beside the period before."""
        return ratios(self.amounts, before=before.amounts if before else None)


def periods_of(party_id: int, *, as_of: date) -> list[Period]:
    """Every period that was known at the end of a day and that nobody refuted, the latest and most trusted first.

    Six queries for any number of statements. The caller has checked that the party is visible.
    """
    verifications = Verification.objects.select_related("by").order_by("-at", "-pk")
    rows = (
        StatementPeriod.objects.filter(
            statement__material__in=Material.objects.filter(known(as_of), party_id=party_id),
            ends_on__lte=as_of,
        )
        .select_related("statement__material__recorded_by", "statement__material__authorisation")
        .prefetch_related(
            "lines", Prefetch("statement__material__verifications", verifications, to_attr="found")
        )
    )
    found = []
    for row in rows:
        material = row.statement.material
        if confidence_of(material, as_of=as_of) != Confidence.NONE:
            amounts = {line.code: fen_of(line.amount) for line in row.lines.all()}
            found.append(Period(row, material, Basis(row.statement.basis), amounts))
    return sorted(found, key=lambda one: (-one.ends_on.toordinal(), -one.row.months, one.trust))


def fen_of(amount: Decimal) -> int:
    """Yuan with two places → fen."""
    return int(amount * 100)


def yuan_of(fen: int | None) -> Decimal | None:
    """Fen → yuan."""
    return None if fen is None else Decimal(fen).scaleb(-2)


def with_choices(periods: Sequence[Period], choices: Mapping[tuple[str, date], Decimal]) -> list[Period]:
    """The same periods, with the amounts that were chosen for their last day."""
    chosen: dict[date, dict[str, int]] = {}
    for (figure, day), amount in choices.items():
        if figure in LINES:
            chosen.setdefault(day, {})[figure] = fen_of(amount)
    return [replace(one, chosen=chosen.get(one.ends_on, {})) for one in periods]


def years_counted(periods: Sequence[Period], *, basis: Basis | None = None) -> list[Period]:
    """One period for each full year, the latest first: the most trusted, or those of one basis alone."""
    years: dict[date, Period] = {}
    for one in periods:
        if one.is_year and basis in {None, one.basis}:
            years.setdefault(one.ends_on, one)
    return list(years.values())


def year_before(period: Period, periods: Sequence[Period]) -> Period | None:
    """What a year is compared with: the year before, on the same basis where there is one, else the most trusted."""
    candidates = [one for one in periods if one.is_year and one.ends_on.year == period.ends_on.year - 1]
    return min(candidates, key=lambda one: (one.basis != period.basis, one.trust), default=None)


def remarks_of(material_id: int) -> list[StatementRemark]:
    """What was not read of one statement, in the order of its cells."""
    return list(StatementRemark.objects.filter(statement_id=material_id).order_by("sheet", "row", "column"))


def statement_of(actor: Actor, pk: int) -> FinancialStatement | None:
    """One statement with its party, periods and lines, if the actor may see it."""
    found = financials_visible_to(actor).select_related("material__party")
    periods = StatementPeriod.objects.order_by("is_former", "-ends_on").prefetch_related("lines")
    return found.prefetch_related(Prefetch("periods", periods)).filter(pk=pk).first()


@dataclass(frozen=True, slots=True)
class Told:
    """One statement in a list: its material, its own period (None: only the earlier column was read), and what is wrong with it."""

    row: FinancialStatement
    material: Material
    own: StatementPeriod | None
    imbalance_count: int
    remark_count: int


def statements_of(party_id: int) -> list[Told]:
    """Every statement of a party, ended ones too, the latest period first, with how much did not add up or was not read.

    The caller has checked that the party is visible.
    """
    rows: QuerySet[Any] = FinancialStatement.objects.filter(material__party_id=party_id).annotate(
        remark_count=Count("remarks")
    )
    rows = rows.select_related("material__recorded_by").prefetch_related("periods")
    found = []
    for row in rows.order_by("-material__as_of", "-material__known_at"):
        own = next((one for one in row.periods.all() if not one.is_former), None)
        found.append(Told(row, row.material, own, own.imbalance_count if own else 0, row.remark_count))
    return found


STALE_MONTHS = 16
"""A yearly statement is due by the end of April: from then on the one of the year before last is old."""


def tell_financials(party: Party, actor: Actor, at: datetime) -> Holding:
    """The section's line: how many statements, of which bases, what does not add up, was not read or is old."""
    today = timezone.localdate(at)
    found = [one for one in statements_of(party.pk) if one.material.state == MaterialState.IN_FORCE]
    latest = max((one.material.as_of for one in found), default=None)
    bases = [one.label for one in Basis if any(told.row.basis == one for told in found)]
    warnings = []
    if unequal := sum(bool(one.imbalance_count) for one in found):
        warnings.append(_("%(count)d 份勾稽不平") % {"count": unequal})
    if unread := sum(one.remark_count for one in found):
        warnings.append(_("%(count)d 处未读出") % {"count": unread})
    if latest and (today.year - latest.year) * 12 + today.month - latest.month > STALE_MONTHS:
        warnings.append(_("最近一期已陈旧"))
    return Holding(count=len(found), as_of=latest, told="、".join(map(str, bases)), warnings=tuple(warnings))
