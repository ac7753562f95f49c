"""Attempts of chance at the gated steps, through page, interface and job: each refusal is understood, none is got round.

``bench/limits.py`` makes ten thousand of them.
"""

from __future__ import annotations

import pytest
from django.utils import timezone

from tests.attempts import Attempts, balanced, prepared
from tests.interface.conftest import Callers
from vouch.platform.identity.models import Unit, User
from vouch.platform.identity.terms import ApiScope, Role, Scope
from vouch.platform.ledger.testing import writing

pytestmark = pytest.mark.django_db
SEED, COUNT = 8, 150


def test_no_face_gets_round_the_gate_and_each_refusal_names_its_rule(
    staff: dict[str, User], units: dict[str, Unit], caller: Callers
) -> None:
    with writing():
        payer = User.objects.create(
            username="payer",
            name="周放款",
            unit=units["FK"],
            roles=[Role.RELEASE_OFFICER],
            scope=Scope.ALL,
            joined_at=timezone.now(),
        )
        User.objects.filter(pk__in=[staff["liqiang"].pk, staff["zhaomin"].pk]).update(scope=Scope.ALL)
    key = caller(ApiScope.LIMITS_USE, unit="HQ", data_scope=Scope.ALL, per_minute=100_000)
    model = prepared()
    attempts = Attempts(
        model, drawer=staff["liqiang"], payer=payer, head=staff["chenjing"], proposer=staff["zhaomin"],
        secret=key.secret, seed=SEED,
    )  # fmt: skip
    tally = attempts.run(COUNT)
    balanced(model, timezone.now())
    # Every face both let through and refused, and every kind of rule was met: else nothing was tried.
    assert set(tally.kept) == {
        f"{step} by {face}" for step in ("draw", "use") for face in ("page", "api", "job")
    } | {"raise by page"}
    assert set(tally.refused) >= {"draw by page", "draw by api", "draw by job", "raise by page"}
    assert set(tally.rules) >= {"limit.customer", "limit.institution", "limit.frozen", "TL-16-1"}, tally
