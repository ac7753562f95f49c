"""The programming interface as a program meets it: keys, scopes, pages, errors, repeats."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from tests.book import Trade, enrol, judge
from tests.interface.conftest import Caller, Callers
from vouch.parties.models import Party
from vouch.platform.identity.actions.api_keys import revoke_key
from vouch.platform.identity.models import Unit, User
from vouch.platform.identity.queries import actor_of
from vouch.platform.identity.terms import ApiScope, Scope
from vouch.platform.ledger.actions import Sealer, seal_entries
from vouch.platform.ledger.models import Entry

pytestmark = pytest.mark.django_db

CODE = "91110000802100433B"
FIRM = {"name": "江阴示范精工有限公司", "code": CODE, "capital_text": "500万元"}


def problem(response: Any, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.content.decode()
    assert response["Content-Type"] == "application/problem+json"
    found = dict(json.loads(response.content))
    assert found["status"] == status
    return found


@pytest.fixture(autouse=True)
def own_heads(settings: Settings, tmp_path: Path) -> None:
    settings.LEDGER_HEADS_DIR = tmp_path / "heads"


@pytest.fixture
def firms(units: dict[str, Unit], now: datetime) -> list[Party]:
    return [
        enrol("苏州恒泰新材料有限公司", now=now, unit=units["YW1"], trade=Trade(400_000, 6)),
        enrol("杭州鼎新食品商贸行", now=now, unit=units["YW1"]),
        enrol("北京他处有限公司", now=now, unit=units["YW2"]),
    ]


def test_without_a_good_key_nobody_is_let_in(client: Client, caller: Callers, staff: dict[str, User]) -> None:
    found = problem(client.get("/api/v1/customers"), 401)
    assert found["type"] == "urn:vouch:problem:key-missing"
    assert "接口密钥" in str(found["detail"])
    # A browser's session opens nothing here.
    client.force_login(staff["chenjing"])
    problem(client.get("/api/v1/customers"), 401)
    call = caller()
    call.secret += "x"
    problem(call("GET", "/customers"), 401)
    good = caller()
    revoke_key(actor=actor_of(staff["zhoujie"]), at=timezone.now(), key=good.key)
    response = good("GET", "/customers")
    assert problem(response, 401)["type"] == "urn:vouch:problem:key-invalid"
    assert response["WWW-Authenticate"] == "Bearer"


def test_a_key_does_what_its_scopes_say_and_no_more(caller: Callers, firms: list[Party]) -> None:
    reads = caller(ApiScope.CUSTOMERS_READ)
    assert reads("GET", "/customers").status_code == 200
    problem(reads("GET", f"/customers/{firms[0].pk}/assessment"), 403)
    problem(reads("POST", "/customers/enterprises", FIRM, **{"Idempotency-Key": "a"}), 403)
    problem(reads("GET", f"/ledger/entries/{uuid4()}/proof"), 403)
    assert Party.objects.count() == len(firms)


def test_a_key_sees_the_customers_of_its_units_alone(caller: Callers, firms: list[Party]) -> None:
    call = caller()
    names = [item["name"] for item in call("GET", "/customers").json()["items"]]
    assert names == [firms[0].name, firms[1].name]
    problem(call("GET", f"/customers/{firms[2].pk}"), 404)
    problem(call("GET", f"/customers/{firms[2].pk}/assessment"), 404)
    whole = caller(data_scope=Scope.ALL)
    assert len(whole("GET", "/customers").json()["items"]) == 3


def test_the_list_is_filtered_and_read_page_by_page_without_gap_or_repeat(
    caller: Callers, firms: list[Party], units: dict[str, Unit], now: datetime
) -> None:
    more = [enrol(f"示范企业{number:02d}有限公司", now=now, unit=units["YW1"]) for number in range(7)]
    call, cursor, seen = caller(), "", []
    while True:
        page = call("GET", f"/customers?limit=2&cursor={cursor}").json()
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = page["next"]
    assert seen == sorted([firms[0].pk, firms[1].pk, *(party.pk for party in more)])
    found = call("GET", "/customers?q=恒泰").json()["items"]
    assert [item["id"] for item in found] == [firms[0].pk]
    made = call("POST", "/customers/enterprises", FIRM, **{"Idempotency-Key": "r"}).json()
    [item] = call("GET", f"/customers?code={CODE}").json()["items"]
    assert item == made
    assert item["codes"] == [{"kind": "uscc", "source": "", "value": CODE}]


def test_the_list_makes_as_many_queries_for_one_row_as_for_fifty(
    caller: Callers,
    units: dict[str, Unit],
    now: datetime,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    call = caller()
    enrol("第一家有限公司", now=now, unit=units["YW1"])
    # The key; savepoint, count and release around the count; customers; codes; who looks after them.
    with django_assert_num_queries(7):
        call("GET", "/customers")
    for number in range(50):
        enrol(f"第{number}号有限公司", now=now, unit=units["YW1"])
    with django_assert_num_queries(7):
        assert len(call("GET", "/customers").json()["items"]) == 50


@pytest.mark.parametrize(
    ("query", "pointer", "words"),
    [
        ("limit=0", "/limit", "不能小于 1"),
        ("limit=101", "/limit", "不能大于 100"),
        ("limit=many", "/limit", "应为整数"),
        ("status=unknown", "/status", "可选值"),
        ("cursor=nonsense", "/cursor", "游标"),
    ],
)
def test_a_wrong_filter_is_named_in_chinese(caller: Callers, query: str, pointer: str, words: str) -> None:
    found = problem(caller()("GET", f"/customers?{query}"), 422)
    [fault] = found["errors"]
    assert (fault["in"], fault["pointer"]) == ("query", pointer)
    assert words in fault["detail"]


def test_an_enterprise_is_registered_by_the_same_rules_as_on_the_page(
    caller: Callers, units: dict[str, Unit]
) -> None:
    call = caller()
    response = call("POST", "/customers/enterprises", FIRM, **{"Idempotency-Key": "r1"})
    assert response.status_code == 201
    made = Party.objects.get()
    assert response.json()["number"] == made.number
    assert response.json()["unit"] == {"code": "YW1", "name": "业务一部"}
    entry = Entry.objects.get(event="parties.enterprise.registered")
    assert entry.actor_id == f"key:{call.key.pk}"

    known = problem(call("POST", "/customers/enterprises", FIRM, **{"Idempotency-Key": "r2"}), 409)
    assert known["errors"][0]["pointer"] == "/code"
    wrong = {"name": "短", "code": "123", "capital_text": "五百", "established_on": "2999-01-01", "extra": 1}
    found = problem(call("POST", "/customers/enterprises", wrong, **{"Idempotency-Key": "r3"}), 422)
    assert {fault["pointer"] for fault in found["errors"]} == {"/extra"}
    del wrong["extra"]
    found = problem(call("POST", "/customers/enterprises", wrong, **{"Idempotency-Key": "r3"}), 422)
    pointers = {fault["pointer"] for fault in found["errors"]}
    assert pointers == {"/name", "/code", "/capital_text", "/established_on"}
    other = {**FIRM, "unit": "YW2"}
    found = problem(call("POST", "/customers/enterprises", other, **{"Idempotency-Key": "r4"}), 422)
    assert found["errors"][0]["pointer"] == "/unit"
    assert Party.objects.count() == 1


def test_a_repeat_gets_the_same_answer_and_another_request_under_the_same_key_is_refused(
    caller: Callers,
) -> None:
    call, key = caller(), {"Idempotency-Key": "one-and-only"}
    first = call("POST", "/customers/enterprises", FIRM, **key)
    again = call("POST", "/customers/enterprises", FIRM, **key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"
    changed = {**FIRM, "name": "另一家有限公司"}
    found = problem(call("POST", "/customers/enterprises", changed, **key), 422)
    assert found["type"] == "urn:vouch:problem:idempotency-key-reused"
    found = problem(call("POST", "/customers/enterprises", FIRM), 400)
    assert "Idempotency-Key" in str(found["detail"])
    assert Party.objects.count() == 1
    assert Entry.objects.filter(event="parties.enterprise.registered").count() == 1


def test_the_judgement_of_a_customer_is_told(caller: Callers, firms: list[Party], now: datetime) -> None:
    call = caller()
    found = problem(call("GET", f"/customers/{firms[0].pk}/assessment"), 404)
    assert found["type"] == "urn:vouch:problem:not-assessed"
    judge(now=now)
    told = call("GET", f"/customers/{firms[0].pk}/assessment").json()
    assert told["customer_id"] == firms[0].pk
    assert told["outcome"] == "graded"
    assert len(told["snapshot_sha256"]) == 64
    assert told["limit"].count(".") == 1


def sealed_entry_of(call: Caller) -> UUID:
    seal_entries(actor=Sealer(), at=timezone.now(), everything=True)
    return Entry.objects.get(actor_id=f"key:{call.key.pk}").pk


def test_a_key_takes_the_proof_of_its_own_entries(caller: Callers) -> None:
    call, other = caller(), caller()
    call("POST", "/customers/enterprises", FIRM, **{"Idempotency-Key": "r1"})
    entry = Entry.objects.get(actor_id=f"key:{call.key.pk}")
    assert (
        problem(call("GET", f"/ledger/entries/{entry.pk}/proof"), 404)["type"]
        == "urn:vouch:problem:not-sealed"
    )
    pk = sealed_entry_of(call)
    told = call("GET", f"/ledger/entries/{pk}/proof").json()
    assert told["proof"]["entry"]["id"] == str(pk)
    assert told["head"]["size"] > told["proof"]["leaf"]
    assert "PUBLIC KEY" in told["key"]
    assert problem(other("GET", f"/ledger/entries/{pk}/proof"), 404)["type"] == "urn:vouch:problem:not-found"


def test_too_many_calls_a_minute_are_told_to_wait(caller: Callers, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = timezone.now().replace(second=20)
    monkeypatch.setattr("vouch.config.api.timezone.now", lambda: moment)
    call = caller(per_minute=3)
    assert [call("GET", "/customers").status_code for _ in range(3)] == [200] * 3
    response = call("GET", "/customers")
    problem(response, 429)
    assert response["Retry-After"] == "40"


def test_every_error_reads_like_the_others(caller: Callers) -> None:
    call = caller()
    problem(call("GET", "/nowhere"), 404)
    assert problem(call("DELETE", "/customers"), 405)["title"] == "不支持的方法"
    response = Client(raise_request_exception=False).generic(
        "POST",
        "/api/v1/customers/enterprises",
        data=b"{not json",
        content_type="application/json",
        headers={"Authorization": f"Bearer {call.secret}", "Idempotency-Key": "x"},
    )
    assert "JSON" in str(problem(response, 400)["detail"])
    found = problem(call("POST", "/customers/enterprises", ["a", "list"], **{"Idempotency-Key": "x"}), 422)
    assert found["errors"]


def test_a_fault_of_ours_tells_the_request_and_nothing_else(
    caller: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        message = "secret path /etc"
        raise RuntimeError(message)

    monkeypatch.setattr("vouch.parties.api.page_of", fail)
    response = caller()("GET", "/customers")
    found = problem(response, 500)
    assert "secret" not in response.content.decode()
    assert found["instance"] == f"urn:vouch:request:{response['X-Request-ID']}"


def test_the_openapi_document_is_public_and_describes_every_operation(
    client: Client, staff: dict[str, User]
) -> None:
    document = client.get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.")
    assert set(document["paths"]) == {
        "/api/v1/customers",
        "/api/v1/customers/{pk}",
        "/api/v1/customers/enterprises",
        "/api/v1/customers/{pk}/assessment",
        "/api/v1/customers/{pk}/headroom",
        "/api/v1/holds",
        "/api/v1/holds/{pk}",
        "/api/v1/holds/{pk}/use",
        "/api/v1/holds/{pk}/release",
        "/api/v1/ledger/entries/{pk}/proof",
    }
    assert all(one["security"] for path in document["paths"].values() for one in path.values())
    assert client.get("/api/v1/reference/").status_code == 302
    client.force_login(staff["liqiang"])
    page = client.get("/api/v1/reference/").content.decode()
    assert "企业客户建档" in page
    assert "Idempotency-Key" in page
