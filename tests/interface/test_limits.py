"""Limits as a program meets them: head-room, reserving once, using, giving back, and refusals rule by rule."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from tests.interface.conftest import Caller, Callers
from tests.limits import granted
from vouch.grading.actions import freeze_use
from vouch.grading.models import Hold
from vouch.grading.terms import LimitKind, LimitOf
from vouch.parties.actions import EnterpriseDetails, Registration, register_enterprise
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit
from vouch.platform.identity.terms import ApiScope

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm(units: dict[str, Unit], actor: Actor) -> Party:
    """Of 业务一部, with a limit of 1,000,000."""
    details = Registration(EnterpriseDetails(name="接口额度企业"))
    party = register_enterprise(actor=actor, at=timezone.now(), unit=units["YW1"], registration=details)
    granted(party, 1_000_000, at=timezone.now())
    return party


def reserved(call: Caller, party: Party, amount: str, key: str, **more: Any) -> Any:
    body = {"customer_id": party.pk, "amount": amount, "purpose": "流动资金", **more}
    return call("POST", "/holds", body, **{"Idempotency-Key": key})


def test_it_is_reserved_once_used_in_parts_and_given_back(caller: Callers, firm: Party) -> None:
    call = caller(ApiScope.LIMITS_USE)
    first = reserved(call, firm, "600000", "k1", share_rate="0.8")
    assert first.status_code == 201
    again = reserved(call, firm, "600000", "k1", share_rate="0.8")
    assert (again.json(), again["Idempotent-Replayed"]) == (first.json(), "true")
    assert Hold.objects.count() == 1
    told = first.json()
    assert (told["reserved"], told["counted"]) == ("600000.00", "480000.00")
    address = f"/holds/{told['id']}"
    used = call(
        "POST", f"{address}/use", {"amount": "200000", "guarantee_number": "DB1"}, **{"Idempotency-Key": "k2"}
    )
    assert (used.status_code, used.json()["used"], used.json()["reserved"]) == (200, "200000.00", "400000.00")
    call("POST", f"{address}/release", {"step": "cancel"}, **{"Idempotency-Key": "k3"})
    call("POST", f"{address}/release", {"step": "repay", "amount": "50000"}, **{"Idempotency-Key": "k4"})
    assert call("GET", address).json()["counted"] == "120000.00"
    found = call("GET", f"/customers/{firm.pk}/headroom").json()
    assert (found["free"], found["limits"][0]["taken"], found["frozen"]) == ("880000.00", "120000.00", [])


def test_a_refusal_is_told_rule_by_rule_and_not_remembered(
    caller: Callers, firm: Party, actor: Actor
) -> None:
    call = caller(ApiScope.LIMITS_USE)
    granted(LimitOf(kind=LimitKind.INSTITUTION), 900_000, at=timezone.now())
    refused = reserved(call, firm, "1000000.01", "k1")
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:vouch:problem:refused")
    errors = [one["detail"] for one in refused.json()["errors"]]
    assert [one.split()[0] for one in errors] == ["limit.customer", "limit.institution"]
    assert ("1,000,000.01 元" in errors[0], "可用 1,000,000.00 元" in errors[0]) == (True, True)
    # A key of one unit is told what is free of the house's limit, not what others take of it.
    assert ("可用 900,000.00 元" in errors[1], "已占用和预占" in errors[1]) == (True, False)
    freeze_use(actor=actor, at=timezone.now(), party_id=firm.pk, reason="逾期")
    assert "逾期" in reserved(call, firm, "1", "k1").json()["detail"]
    assert call("GET", f"/customers/{firm.pk}/headroom").json() | {"limits": []} == {
        "customer_id": firm.pk, "free": "0.00", "frozen": ["逾期"], "limits": [],
    }  # fmt: skip


def test_what_a_key_does_not_reach_is_not_there_and_a_reader_draws_nothing(
    caller: Callers, firm: Party
) -> None:
    held = reserved(caller(ApiScope.LIMITS_USE), firm, "1", "k1").json()["id"]
    far = caller(ApiScope.LIMITS_USE, unit="YW2")
    for answer in (
        far("GET", f"/customers/{firm.pk}/headroom"),
        far("GET", f"/holds/{held}"),
        reserved(far, firm, "1", "k2"),
        far("POST", f"/holds/{held}/release", {"step": "cancel"}, **{"Idempotency-Key": "k3"}),
    ):
        assert answer.status_code == 404
    assert reserved(caller(ApiScope.LIMITS_READ), firm, "1", "k4").status_code == 403
    numbered = reserved(
        caller(ApiScope.LIMITS_USE), firm, "1", "k6", purpose="王芳 11010519491231002X 的贷款"
    )
    assert (numbered.status_code, "证件号码" in numbered.json()["detail"]) == (422, True)
    for wrong in (
        {"amount": "1e3"},
        {"amount": "-1"},
        {"amount": "0.001"},
        {"share_rate": "1.1"},
        {"kind": "gift"},
        {"expires_at": "2999-01-01T00:00:00"},
        {"expires_at": "9999-12-31T23:59:59+08:00"},
    ):
        body = {"customer_id": firm.pk, "amount": "1", "purpose": "x"} | wrong
        answer = caller(ApiScope.LIMITS_USE)("POST", "/holds", body, **{"Idempotency-Key": "k5"})
        assert answer.status_code == 422, wrong
