"""A class is a contract: it says how much a customer may have at most, and who decides."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from vouch.grading.actions import LimitDetails, decide_limit, propose_limit
from vouch.grading.permissions import may_decide_limit
from vouch.grading.terms import LimitKind, LimitOf
from vouch.grading.tests.conftest import Firms
from vouch.grading.tests.test_classing import GOOD, POOR, Lives
from vouch.platform.identity.actor import Actor, system_actor
from vouch.policy.actions import GateRefused
from vouch.policy.models import PolicyVersion

pytestmark = pytest.mark.django_db
MOST = 5_000_000
"""Of the class 优质 in the policy that ships."""


def test_the_class_caps_the_limit_to_the_fen_and_names_who_decides(
    policy: PolicyVersion, firms: Firms, actor: Actor, actors: dict[str, Actor], now: datetime
) -> None:
    good = Lives(firms("优质企业"), policy, now - timedelta(days=3))
    poor = Lives(firms("高风险企业"), policy, now - timedelta(days=3))
    good.judged(GOOD)
    poor.judged(POOR)
    assert (good.held.risk_class, poor.held.risk_class) == (GOOD, POOR)

    def granted(life: Lives, amount: str) -> None:
        of = LimitOf(kind=LimitKind.CUSTOMER, party_id=life.party.pk)
        details = LimitDetails(amount=Decimal(amount), reason="授信")
        limit = propose_limit(actor=actor, at=now, of=of, details=details)
        decided.append(limit)
        decide_limit(actor=system_actor("head"), at=now, limit=limit, is_granted=True)

    decided: list = []  # type: ignore[type-arg]
    with pytest.raises(GateRefused, match="class.max_limit.*5,000,000.00 元"):
        granted(good, f"{MOST}.01")
    # A reviewer decides on the good one, the heads alone on the poor one.
    assert may_decide_limit(actors["wangfang"], decided[0])
    decide_limit(actor=system_actor("head"), at=now, limit=decided[0], is_granted=False)
    granted(good, str(MOST))
    with pytest.raises(GateRefused, match="分类“高风险”的额度上限"):
        granted(poor, "1")
    assert not may_decide_limit(actors["wangfang"], decided[-1])
    assert may_decide_limit(actors["chenjing"], decided[-1])
