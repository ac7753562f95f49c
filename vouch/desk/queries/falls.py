"""Who falls if this customer falls: its guarantors are called, round by round, under assumptions that are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from vouch.desk.permissions import may_see_sums
from vouch.desk.queries.relations import FEN, GUARANTEE, balances, shown_parties
from vouch.desk.terms import Fate
from vouch.engine.facts import catalogue
from vouch.engine.network import Assumptions, falls_with
from vouch.parties import queries as parties
from vouch.parties.models import Party
from vouch.parties.queries import Link
from vouch.platform.identity.actor import Actor

EQUITY = "finance.equity"
"""Net assets by the latest statement; asked by name, since it is the file's."""
BOUNDLESS = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class FallWanted:
    """What is assumed. ``recovered`` of each debt comes from the fallen firm itself, ``borne`` of its net assets a guarantor
    can pay and stand: fractions. ``unknown``: how those without a statement are taken.
    """

    as_of: date
    recovered: Decimal = Decimal(0)
    borne: Decimal = Decimal(1)
    unknown: str = Fate.FALLS


@dataclass(frozen=True, slots=True)
class Fallen:
    """Somebody who falls: in which round, what is called from them, what they have, whom they fall with; yuan."""

    party: Party
    round: int
    called: Decimal
    means: Decimal | None
    because: Sequence[Party]
    balance: Decimal | None

    @property
    def reasons(self) -> str:
        """By name, as far as they are seen."""
        return "、".join(one.name for one in self.because)


@dataclass(frozen=True, slots=True)
class Fall:
    """Everybody who falls, the customer first. ``whole`` is the balance of all of them and None for whoever may not see such
    sums; ``hidden`` counts those out of sight. ``guarantors`` stand and fall: so many are reached at all.
    """

    rows: Sequence[Fallen]
    hidden: int
    guarantors: int
    seen: Decimal
    whole: Decimal | None
    links: Sequence[Link]

    @property
    def balance(self) -> Decimal:
        """What stands guaranteed for all who fall, as far as whoever looks may know."""
        return self.seen if self.whole is None else self.whole


def fall_of(actor: Actor, party: Party, wanted: FallWanted) -> Fall:
    """What the fall of a customer brings; whoever may not see sums is told of their own customers alone."""
    sums = may_see_sums(actor)
    found = parties.above(party.pk, as_of=wanted.as_of, kinds=[GUARANTEE], within=None if sums else actor)
    if not sums:
        # Walked over whom they see: what is left leads from one of theirs to another, and down to the customer.
        seen = parties.seen_among(actor, {one.source for one in found})
        found = [one for one in found if one.source in seen]
    net = parties.numbered([*((one.source, one.target) for one in found), (party.pk, party.pk)])
    amount = np.array([*(int((one.weight or 0) * FEN) for one in found), 0], dtype=np.int64)
    ids = [int(one) for one in net.ids]
    equity = catalogue.ask([EQUITY], ids, as_of=wanted.as_of).columns[EQUITY]
    otherwise = 0 if wanted.unknown == Fate.FALLS else BOUNDLESS
    means = [max(0, one) if isinstance(one, int) else otherwise for one in equity]
    fallen = falls_with(
        net.edges,
        amount,
        np.array(means, dtype=np.int64),
        first=(ids.index(party.pk),),
        under=Assumptions(recovered=float(wanted.recovered), borne=float(wanted.borne)),
    )
    down = {ids[one.party] for one in fallen}
    people = shown_parties(actor, down)
    known = balances(down, as_of=wanted.as_of)
    rows = [
        Fallen(
            people[ids[one.party]],
            one.round,
            Decimal(one.called) / FEN,
            _yuan(equity[one.party]),
            [people[ids[other]] for other in one.because if ids[other] in people],
            known.get(ids[one.party]),
        )
        for one in fallen
        if ids[one.party] in people
    ]
    return Fall(
        rows=rows,
        hidden=len(fallen) - len(rows),
        guarantors=len(ids) - 1,
        seen=sum((one.balance for one in rows if one.balance), Decimal(0)),
        whole=sum(known.values(), Decimal(0)) if sums else None,
        links=found,
    )


def _yuan(fen: object) -> Decimal | None:
    return Decimal(fen) / FEN if isinstance(fen, int) else None
