"""One proposal on the scales: the customer, its group, the whole book and the base, each asked for once and only if a rule wants it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from vouch.engine.facts import Value
from vouch.engine.ratios import (
    Exposure,
    Kind,
    Quotient,
    concentrated,
    is_mostly_small,
)
from vouch.parties.queries import Borrower, affiliates_of, borrowers, canonical_id, links, party_by_code
from vouch.parties.queries.network import OWNING
from vouch.parties.terms import Affiliation
from vouch.policy.queries.exposures import exposures
from vouch.policy.queries.figures import fen, figures
from vouch.policy.queries.moment import Moment
from vouch.policy.queries.signed import signed_by
from vouch.policy.queries.tally import Book, Weighed, book, summed, weigh

NOBODY = 0
"""The customer of a proposal that is about none (publishing a policy)."""

RATED = frozenset({"AAA", "AA+", "AA"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What somebody is about to do. ``amount`` (yuan) is what comes on top of everything that stands or is reserved already: the
    whole debt, of which ``share_rate`` is ours. ``facts`` are what only the caller knows (``formula.PROPOSAL_FACTS``), typed as facts are.
    """

    step: str
    party_id: int | None
    amount: Decimal
    kind: Kind = Kind.LOAN
    share_rate: Decimal = Decimal(1)
    facts: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Weighing(Moment):
    """A proposal at a moment."""

    proposal: Proposal
    at: datetime

    @cached_property
    def latest_month(self) -> date | None:
        """The latest month of which figures were confirmed."""
        row = signed_by(figures(), self.at).filter(month_end__lte=self.day).first()
        return None if row is None else row.month_end

    @cached_property
    def customer(self) -> int:
        """The record that stands for the customer."""
        return NOBODY if self.proposal.party_id is None else canonical_id(self.proposal.party_id)

    @cached_property
    def group(self) -> list[int]:
        """The customer's affiliates (条例 16: 同一被担保人及其关联方), without itself."""
        if self.customer == NOBODY:
            return []
        found = {one.party_id for one in affiliates_of(self.customer, as_of=self.day)}
        return sorted(found - {self.customer})

    @cached_property
    def borrower(self) -> Borrower:
        """What the customer is."""
        return borrowers([self.customer]).get(self.customer, Borrower())

    def new(self, amount: int) -> Exposure:
        """The proposal as an exposure of so many fen."""
        return Exposure(
            customer=self.customer,
            kind=self.proposal.kind,
            debt=amount,
            share=int(self.proposal.share_rate * 1_000_000),
            is_small=self.borrower.is_small,
            is_farmer=self.borrower.is_farmer,
            is_natural=self.borrower.is_natural,
            is_rated=self.proposal.facts.get("proposal.issuer_rating") in RATED,
        )

    @cached_property
    def own(self) -> list[Exposure]:
        """What stands for the customer."""
        return [] if self.customer == NOBODY else exposures([self.customer], as_of=self.day)

    @cached_property
    def of_group(self) -> list[Exposure]:
        """What stands for its affiliates."""
        return exposures(self.group, as_of=self.day) if self.group else []

    @cached_property
    def rest(self) -> Book:
        """The whole book without the customer."""
        return book(at=self.at, as_of=self.day, reading=self.reading, but=[self.customer])

    @cached_property
    def amount(self) -> int:
        """The proposal in fen."""
        return fen(self.proposal.amount)

    def single(self, amount: int) -> Quotient:
        """The customer's concentration with so many fen more."""
        return concentrated([*self.own, self.new(amount)], self.base, self.reading)

    def grouped(self, amount: int) -> Quotient:
        """The concentration of the customer and its affiliates."""
        return concentrated([*self.own, *self.of_group, self.new(amount)], self.base, self.reading)

    def whole(self, amount: int) -> Weighed:
        """The whole book with so many fen more: the customer is weighed anew (cliff)."""
        # Nothing more is no guarantee, and its customer no customer.
        new = [self.new(amount)] if amount else []
        parts, _lines = weigh([*self.own, *new], self.reading)
        total = summed(parts.values())
        total.add(self.rest.total)
        return total

    def leverage(self, amount: int) -> Quotient:
        """放大倍数 with so many fen more."""
        return Quotient(self.whole(amount).liability, self.base)

    def is_small_house(self, amount: int) -> bool:
        """Whether small firms and farmers are enough of the book for the higher limit of 条例 15."""
        return mostly_small(self.whole(amount))

    @cached_property
    def own_party(self) -> int | None:
        """The institution's own record among the parties."""
        if not self.setting.own_code:
            return None
        found = party_by_code(self.setting.own_code)
        return None if found is None else found.canonical_id or found.pk

    @cached_property
    def is_house_known(self) -> bool:
        """Whether anybody is known to hold or control the institution."""
        own = self.own_party
        found = [] if own is None else links(as_of=self.day, near=[own], kinds=OWNING)
        return any(one.target == own for one in found)

    @cached_property
    def house_reason(self) -> Affiliation | None:
        """Why the customer is an affiliate of the institution; None where it is not.

        Affiliation reads the same from both ends, and the customer's own affiliates are needed anyway: the institution's are
        looked up for those few alone who have it among theirs.
        """
        if self.own_party is None or self.own_party not in self.group:
            return None
        reasons = {one.party_id: one.reason for one in affiliates_of(self.own_party, as_of=self.day)}
        return reasons.get(self.customer)


def mostly_small(total: Weighed) -> bool:
    """The two parts of 条例 15: of balances and of customers that finance."""
    return is_mostly_small(
        Quotient(total.small, total.financing), Quotient(total.small_customers, total.financing_customers)
    )


def most_allowed(holds: Callable[[int], bool], amount: int) -> int | None:
    """The largest amount of fen below this one that holds; None where not even nothing more does."""
    if not holds(0):
        return None
    least, most = 0, amount
    while most - least > 1:
        middle = (least + most) // 2
        if holds(middle):
            least = middle
        else:
            most = middle
    return least
