"""Firms that hang together: a circle of three, a chain of six, a hub, a group with a loop, and trade among themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from vouch.customers.actions import (
    GuaranteeLine,
    GuaranteesDetails,
    InvoiceDetails,
    MaterialDetails,
    record_invoices,
    state_guarantees,
)
from vouch.customers.terms import Direction, GuaranteeKind, InvoiceState, MaterialKind, Origin, Tie
from vouch.demo.actions.consent import Cast
from vouch.parties.actions import EdgeLine, KinLine, Named, ShareholderLine, add_edges
from vouch.parties.models import Party
from vouch.parties.terms import Kin, PartyKind, RecordSource

FIRST = 60
"""The firms before have their own stories."""
CIRCLE, CHAIN, SPOKES, GROUP = 3, 6, 6, 4


def link_firms(parties: Sequence[Party], cast: Cast, *, today: date, at: datetime) -> None:
    """Guarantees among firms of one unit's managers and others', so that each sees a part; shares and trade in a group."""
    firms = [one for one in parties if one.pk in cast.managers and one.kind == PartyKind.ENTERPRISE]
    mine = iter(firms[FIRST:])
    circle, chain, hub, spokes, group = (
        [next(mine) for _ in range(many)] for many in (CIRCLE, CHAIN, 1, SPOKES, GROUP)
    )
    day = today - timedelta(days=15)
    for one, other in pairwise([*circle, circle[0]]):
        _answer(one, [other], GuaranteeKind.JOINT, cast, day=day, at=at)
    for one, other in pairwise(chain):
        _answer(one, [other], GuaranteeKind.SURETY, cast, day=day, at=at)
    _answer(hub[0], spokes[:4], GuaranteeKind.SURETY, cast, day=day, at=at)
    for one in spokes[4:]:
        _answer(one, hub, GuaranteeKind.SURETY, cast, day=day, at=at)
    persons = [one for one in parties if one.pk in cast.managers and one.kind == PartyKind.PERSON]
    _group(group, persons, cast, today=today, at=at)
    _trade(group[1], group[2], cast, today=today, at=at)


def _answer(
    guarantor: Party, debtors: Sequence[Party], kind: GuaranteeKind, cast: Cast, *, day: date, at: datetime
) -> None:
    lines = [
        GuaranteeLine(
            beneficiary=one.name,
            bank="江州农村商业银行",
            kind=kind,
            amount=Decimal(1_500_000 + 250_000 * place),
            balance=Decimal(1_200_000 + 200_000 * place),
            starts_on=day - timedelta(days=200),
            ends_on=day + timedelta(days=165),
            tie=Tie.MUTUAL if kind is GuaranteeKind.JOINT else Tie.TRADE,
        )
        for place, one in enumerate(debtors)
    ]
    state_guarantees(
        actor=cast.managers[guarantor.pk],
        at=at,
        party=guarantor,
        details=MaterialDetails(kind=MaterialKind.GUARANTEE, origin=Origin.CUSTOMER, as_of=day),
        statement=GuaranteesDetails(lines),
    )


def _group(
    firms: Sequence[Party], persons: Sequence[Party], cast: Cast, *, today: date, at: datetime
) -> None:
    """A man holds the top, the top holds two firms, one of which holds a little of the top; his wife has a firm of her own."""
    head, wife = persons[50], persons[51]
    top, first, second, hers = firms
    since = date(today.year - 4, 6, 1)

    def held(by: Party, rate: str) -> ShareholderLine:
        who = Named(party_number=by.number)
        return ShareholderLine(who=who, rate=Decimal(rate), starts_on=since, source=RecordSource.REGISTER)

    shares: tuple[tuple[Party, list[EdgeLine]], ...] = (
        (top, [held(head, "0.7"), held(second, "0.1")]),
        (first, [held(top, "0.8")]),
        (second, [held(top, "0.4"), held(first, "0.35")]),
        (hers, [held(wife, "1")]),
        (head, [KinLine(who=Named(party_number=wife.number), kin=Kin.SPOUSE, starts_on=date(today.year - 12, 5, 1))]),
    )  # fmt: skip
    for party, lines in shares:
        add_edges(actor=cast.system, at=at, party=party, lines=lines)


def _trade(seller: Party, buyer: Party, cast: Cast, *, today: date, at: datetime) -> None:
    """Half a year of sales from one firm of the group to another, by the buyer's name."""
    invoices = [
        InvoiceDetails(
            party_id=seller.pk,
            direction=Direction.OUTPUT,
            number=f"{88_000_000 + month}",
            issued_on=today - timedelta(days=20 + 30 * month),
            counterparty=buyer.name,
            amount=Decimal(60_000 + 5_000 * month),
            tax=Decimal(7_800 + 650 * month),
            total=Decimal(67_800 + 5_650 * month),
            state=InvoiceState.VALID,
        )
        for month in range(6)
    ]
    record_invoices(actor=cast.system, at=at, party_id=seller.pk, invoices=invoices)
