"""Limits and draws for tests, through the actions; not collected itself."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from vouch.grading.actions import LimitDetails, decide_limit, propose_limit, reserve
from vouch.grading.models import Hold, Limit
from vouch.grading.terms import Draw, LimitKind, LimitNature, LimitOf
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor, system_actor

WAN = Decimal(10_000)
PROPOSER, GRANTER = system_actor("proposer"), system_actor("granter")


def granted(
    of: Party | LimitOf, amount: int | Decimal, *, at: datetime, nature: str = LimitNature.BASE,
    since: date | None = None, until: date | None = None,
) -> Limit:  # fmt: skip
    """A limit that counts, in yuan, proposed by one hand and granted by another."""
    if isinstance(of, Party):
        of = LimitOf(kind=LimitKind.CUSTOMER, party_id=of.pk)
    details = LimitDetails(
        amount=Decimal(amount), nature=nature, starts_on=since, ends_on=until, reason="测试"
    )
    made = propose_limit(actor=PROPOSER, at=at, of=of, details=details)
    return decide_limit(actor=GRANTER, at=at, limit=made, is_granted=True)


def drawn(party: Party, amount: int | Decimal, *, actor: Actor, at: datetime, **more: Any) -> Hold:
    """A reservation of so much, all of it ours."""
    draw = Draw(party_id=party.pk, amount=Decimal(amount), **{"purpose": "流动资金贷款担保", **more})
    return reserve(actor=actor, at=at, draw=draw)
