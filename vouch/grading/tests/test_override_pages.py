"""Overrides and advice on the pages: proposed, decided, marked wherever the grade is."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from vouch.grading.actions import assess_customers, assess_party
from vouch.grading.models import Override, Standing
from vouch.grading.tests.conftest import AS_OF, Firms
from vouch.grading.tests.test_overrides import live
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import User
from vouch.policy.models import PolicyVersion

pytestmark = pytest.mark.django_db


def sign_in(client: Client, user: User) -> Client:
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_a_manager_proposes_another_approves_and_the_grade_is_marked(
    policy: PolicyVersion, firms: Firms, staff: dict[str, User], client: Client, actor: Actor, now: datetime
) -> None:
    firm = firms("可调企业", monthly=400_000, buyers=6, manager=staff["liqiang"])
    found = assess_party(actor=actor, at=now, party_id=firm.pk, as_of=AS_OF)
    sign_in(client, staff["liqiang"])
    assert (
        f"/assessments/customers/{firm.pk}/override/" in client.get(found.get_absolute_url()).content.decode()
    )
    page = f"/assessments/customers/{firm.pk}/override/"
    sent = {
        "grade": "B", "reason": "related", "note": "短",
        "expires_on": (timezone.localdate() + timedelta(days=10)).isoformat(),
    }  # fmt: skip
    answer = client.post(page, sent)
    assert answer.status_code == 422
    assert "写明依据" in answer.content.decode()
    answer = client.post(page, {**sent, "note": "实际控制人名下另一企业已被起诉"})
    override = Override.objects.get()
    assert answer.headers["Location"] == override.get_absolute_url()
    assert "批准</button>" not in client.get(override.get_absolute_url()).content.decode()
    assert client.post(override.get_absolute_url(), {"do": "approve"}).status_code == 403
    sign_in(client, staff["wangfang"])
    assert client.post(override.get_absolute_url(), {"do": "refuse"}).status_code == 422
    assert client.post(override.get_absolute_url(), {"do": "burn"}).status_code == 404
    client.post(override.get_absolute_url(), {"do": "approve", "note": "同意"})
    assert Standing.objects.get(party=firm).grade == "B"
    listed = client.get("/customers/").content.decode()
    assert f"/assessments/overrides/{override.pk}/" in listed
    head = client.get(f"/customers/{firm.pk}/").content.decode()
    assert "人工调整" in head
    assert f"模型 {found.grade}" in " ".join(head.split())
    assert "人工调整：模型" in client.get(found.get_absolute_url()).content.decode()
    client.post(override.get_absolute_url(), {"do": "lift", "note": "已撤诉"})
    assert Standing.objects.get(party=firm).grade == found.grade


def test_the_list_asks_as_often_for_one_override_as_for_many(
    policy: PolicyVersion, firms: Firms, actors: dict[str, Actor], staff: dict[str, User], client: Client,
    actor: Actor, now: datetime,
) -> None:  # fmt: skip
    parties = [firms(f"第{number}企业", monthly=400_000, buyers=6) for number in range(8)]
    assess_customers(actor=actor, at=now, as_of=AS_OF)
    live(actors, parties[0], now)
    sign_in(client, staff["chenjing"])
    client.get("/assessments/overrides/")
    counts = []
    for rest in (parties[1:1], parties[1:]):
        for party in rest:
            live(actors, party, now)
        with CaptureQueriesContext(connection) as made:
            page = client.get("/assessments/overrides/").content.decode()
        counts.append(len(made))
    assert counts[0] == counts[1]
    assert "第7企业" in page
    assert "需要检视" in page
    assert "第7企业" not in client.get("/assessments/overrides/?q=第1企业").content.decode()
    assert client.get("/assessments/overrides/?export=xlsx").status_code == 200
    assert client.get("/assessments/overrides/?state=nonsense").status_code == 200


def test_advice_waits_in_its_list_and_is_adopted_on_its_page(
    shop: Party,
    staff: dict[str, User],
    client: Client,
    actor: Actor,
    now: datetime,
) -> None:
    advice = assess_party(actor=actor, at=now, party_id=shop.pk, as_of=AS_OF)
    sign_in(client, staff["wangfang"])
    assert shop.name in client.get("/assessments/advice/").content.decode()
    page = client.get(advice.get_absolute_url()).content.decode()
    assert "不作为评级生效" in page
    client.post(f"{advice.get_absolute_url()}advice/", {"do": "decline", "note": ""})
    assert not Standing.objects.filter(party=shop).exists()
    client.post(f"{advice.get_absolute_url()}advice/", {"do": "adopt"})
    assert Standing.objects.get(party=shop).assessment == advice
    assert "由人员采纳后生效" in client.get(advice.get_absolute_url()).content.decode()
    assert shop.name not in client.get("/assessments/advice/").content.decode()
