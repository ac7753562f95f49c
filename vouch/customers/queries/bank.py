"""Questions about bank statements: which count, what they told, and how they fit with the invoices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from vouch.customers.models import BankStatement, BankTransaction, Material
from vouch.customers.queries.consent import may_read, reading_allowed
from vouch.customers.queries.invoices import ZERO, monthly_invoices
from vouch.customers.queries.materials import materials_counted, materials_of
from vouch.customers.terms import DataClass, FlowDirection, MaterialKind, TransactionMark
from vouch.engine.bank_statement.figures import Figures, closing_balances, figures_from
from vouch.engine.bank_statement.reading import Transaction
from vouch.engine.identifiers import NumberProblem, judge_account, without_protected
from vouch.parties import queries as parties
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.vault.fields import place_of
from vouch.platform.vault.keys import SubjectKey
from vouch.platform.vault.masks import masked
from vouch.platform.vault.queries import key_of
from vouch.platform.vault.terms import Subject, VaultError

SHOWN = 50
"""So many of a kind stand on the page; the list has them all."""


def account_value(text: str) -> str:
    """An account in normal form: digits alone, or the words by which a wallet goes."""
    judged = judge_account(text)
    return text.strip() if judged.problem is NumberProblem.FORMAT else judged.value


def statements_visible_to(actor: Actor) -> QuerySet[BankStatement]:
    """The statements of the parties that the actor may see, and whose may be read now."""
    return BankStatement.objects.filter(material__party__in=_readable_by(actor))


def transactions_visible_to(actor: Actor) -> QuerySet[BankTransaction]:
    """The transactions of the parties that the actor may see, and whose may be read now."""
    return BankTransaction.objects.filter(statement__material__party__in=_readable_by(actor))


def _readable_by(actor: Actor) -> QuerySet[Party]:
    return parties.visible_to(actor).filter(reading_allowed(DataClass.BANK, at=timezone.now()))


def in_force(party_id: int) -> QuerySet[BankStatement]:
    """One party's statements whose material counts now. The caller has checked that the party is visible."""
    return BankStatement.objects.filter(material__party_id=party_id, material__ended_at=None)


def statements_of(party_id: int) -> list[tuple[BankStatement, Material]]:
    """One party's statements, newest first, ended ones too, each with its material as ``materials_of`` gives it."""
    materials = materials_of(party_id, kinds=[MaterialKind.BANK])
    found = BankStatement.objects.in_bulk([material.pk for material in materials])
    return [(found[material.pk], material) for material in materials if material.pk in found]


def same_statement(party_id: int, fingerprint: bytes) -> BankStatement | None:
    """The statement in force that tells exactly the same."""
    return in_force(party_id).filter(fingerprint=fingerprint).first()


def overlapping(party_id: int, index: bytes, *, first: date, last: date) -> QuerySet[BankStatement]:
    """Statements in force of the same account that cover some of these days."""
    found = in_force(party_id).filter(account_index=index, period_from__lte=last, period_until__gte=first)
    return found.order_by("period_from", "pk")


def counted(party_id: int, *, as_of: date) -> QuerySet[BankTransaction]:
    """One party's transactions up to a day, each day of an account told by the newest statement that was known then.

    None at all where they may not be read now. The caller has checked that the party is visible.
    """
    if not may_read(party_id, DataClass.BANK, at=timezone.now()):
        return BankTransaction.objects.none()
    held = BankStatement.objects.filter(
        material__in=materials_counted(as_of).filter(party_id=party_id, kind=MaterialKind.BANK).values("pk")
    )
    newer = held.filter(
        account_index=OuterRef("statement__account_index"),
        pk__gt=OuterRef("statement_id"),
        period_from__lte=OuterRef("on"),
        period_until__gte=OuterRef("on"),
    )
    return BankTransaction.objects.filter(~Exists(newer), statement__in=held, on__lte=as_of)


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionsWanted:
    """What a list of transactions is cut down to; empty values cut nothing."""

    text: str = ""
    direction: str = ""
    mark: str = ""
    least: Decimal | None = None
    since: date | None = None
    until: date | None = None


_MARKS = {
    TransactionMark.BREAK: Q(gap__isnull=False),
    TransactionMark.CASH: Q(is_cash=True),
    TransactionMark.CHARGE: Q(is_charge=True),
}


def transactions_where(
    party_id: int, wanted: TransactionsWanted, *, as_of: date
) -> QuerySet[BankTransaction]:
    """One party's transactions that count, under a filter. The caller has checked that the party is visible."""
    found = counted(party_id, as_of=as_of).select_related("statement")
    if wanted.text:
        found = found.filter(counterparty__icontains=wanted.text)
    if wanted.direction:
        found = found.filter(Q(amount__gt=0) if wanted.direction == FlowDirection.IN else Q(amount__lt=0))
    if wanted.mark:
        found = found.filter(_MARKS[TransactionMark(wanted.mark)])
    if wanted.least is not None:
        found = found.filter(Q(amount__gte=wanted.least) | Q(amount__lte=-wanted.least))
    if wanted.since:
        found = found.filter(on__gte=wanted.since)
    if wanted.until:
        found = found.filter(on__lte=wanted.until)
    return found


class Lens:
    """Sealed values of one party's statements as pages may show them: numbers masked, words without numbers."""

    def __init__(self, party_id: int) -> None:
        self._key: SubjectKey | None = None
        try:
            self._key = key_of(Subject("party", str(party_id)))
        except VaultError:
            # Nothing was ever sealed, or it is gone for good: there is nothing to show.
            return

    def account(self, row: BankStatement | BankTransaction) -> str:
        """The account's last digits."""
        return masked(self._opened(row, "account_number"), kind="account")

    def summary(self, row: BankTransaction) -> str:
        """What was written, without the numbers in it."""
        return without_protected(self._opened(row, "summary"))

    def _opened(self, row: BankStatement | BankTransaction, column: str) -> str:
        sealed = getattr(row, column)
        if not sealed or self._key is None:
            return ""
        return self._key.open(bytes(sealed), place=place_of(row, column))


@dataclass(frozen=True, slots=True)
class FlowMonth:
    """One calendar month over all accounts, in yuan; ``balance`` at its last told moment, None where none is told."""

    month: date
    money_in: Decimal
    money_out: Decimal
    balance: Decimal | None


@dataclass(frozen=True, slots=True)
class FlowYear:
    """A calendar year's inflow beside the invoices of the same months; yuan, ``ratio`` of net inflow to turnover."""

    year: int
    months: int
    money_in: Decimal
    went_round: Decimal
    turnover: Decimal

    @property
    def net(self) -> Decimal:
        """Inflow without what only went round."""
        return self.money_in - self.went_round

    @property
    def ratio(self) -> Decimal | None:
        """Net inflow ÷ turnover; None without turnover."""
        return self.net / self.turnover if self.turnover > 0 else None


@dataclass(frozen=True, slots=True)
class Flows:
    """What the statements of one party tell together."""

    figures: Figures
    months: Sequence[FlowMonth]
    years: Sequence[FlowYear]
    breaks: Sequence[BankTransaction]
    count: int
    first_on: date
    last_on: date


def flows_of(party_id: int, *, as_of: date) -> Flows | None:
    """Everything that the page shows of a party's transactions; None where there are none."""
    rows = (
        counted(party_id, as_of=as_of)
        .order_by("on", "statement_id", "position")
        .values_list(
            *("row", "on", "amount", "balance", "counterparty", "is_charge", "is_cash"),
            "statement__account_index",
        )
    )
    ones: list[Transaction] = []
    by_account: dict[bytes, list[Transaction]] = {}
    for row, on, amount, balance, name, is_charge, is_cash, account in rows.iterator(chunk_size=5000):
        one = Transaction(
            row=row,
            on=on,
            amount=int(amount * 100),
            balance=None if balance is None else int(balance * 100),
            name=name,
            account="",
            summary="",
            is_charge=is_charge,
            is_cash=is_cash,
        )
        ones.append(one)
        by_account.setdefault(bytes(account or b""), []).append(one)
    if not ones:
        return None
    figures = figures_from(ones)
    breaks = counted(party_id, as_of=as_of).filter(gap__isnull=False).select_related("statement")
    return Flows(
        figures=figures,
        months=_months(figures, by_account.values()),
        years=_years(party_id, figures, as_of=as_of),
        breaks=list(breaks.order_by("-on", "-pk")[:SHOWN]),
        count=len(ones),
        first_on=ones[0].on,
        last_on=ones[-1].on,
    )


def _yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)


def _months(figures: Figures, accounts: Iterable[Sequence[Transaction]]) -> list[FlowMonth]:
    """Inflow and outflow of all, and the accounts' balances added up: one that is silent keeps its last."""
    closings = [closing_balances(ones) for ones in accounts]
    held: list[int | None] = [None] * len(closings)
    found = []
    for month in figures.months:
        held = [closing.get(month.first_day, last) for closing, last in zip(closings, held, strict=True)]
        told = [balance for balance in held if balance is not None]
        found.append(
            FlowMonth(
                month.first_day,
                _yuan(month.money_in),
                _yuan(month.money_out),
                _yuan(sum(told)) if told else None,
            )
        )
    return found


def _years(party_id: int, figures: Figures, *, as_of: date) -> list[FlowYear]:
    sales = {one.month: one.sales for one in monthly_invoices(party_id, as_of=as_of)}
    round_in: dict[int, int] = {}
    for trip in figures.round_trips:
        money_in = max((trip.first, trip.second), key=lambda one: one.amount)
        round_in[money_in.on.year] = round_in.get(money_in.on.year, 0) + money_in.amount
    found = []
    for year in sorted({month.first_day.year for month in figures.months}, reverse=True):
        months = [month for month in figures.months if month.first_day.year == year]
        found.append(
            FlowYear(
                year,
                len(months),
                _yuan(sum(month.money_in for month in months)),
                _yuan(round_in.get(year, 0)),
                sum((sales.get(month.first_day, ZERO) for month in months), ZERO),
            )
        )
    return found
