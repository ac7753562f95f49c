"""A request for an explanation is answered beside the decision that it is about."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.book import Trade, enrol, judge
from vouch.customers.actions import RequestDetails, receive_request, take_up, verify_requester
from vouch.customers.queries.rights import text_of
from vouch.customers.terms import RequestChannel, RequestKind, RequestState
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import User

pytestmark = pytest.mark.django_db


def test_the_answer_is_drafted_from_the_decision_and_stored_sealed(
    client: Client, staff: dict[str, User], actors: dict[str, Actor], actor: Actor, now: datetime
) -> None:
    firm = enrol(
        "甲公司", now=now, unit=staff["liqiang"].unit, manager=staff["liqiang"], trade=Trade(20_000, 1)
    )
    judge(now=now)
    at = timezone.now()
    details = RequestDetails(kind=RequestKind.EXPLAIN, channel=RequestChannel.COUNTER, detail="为什么？")
    one = receive_request(actor=actor, at=at, party=firm, details=details)
    page = reverse("desk:explain", args=[one.pk])
    client.force_login(staff["chenjing"])
    assert "由经办人在办理中答复" in client.get(page).content.decode()
    verify_requester(actor=actors["chenjing"], at=at, request=one, how="核对原件")
    take_up(actor=actors["chenjing"], at=at, request=one)
    text = client.get(page).content.decode()
    assert "主要理由：" in text
    assert "人工复核" in text
    assert client.post(page, {"answer": ""}).status_code == 422
    assert client.post(page, {"answer": "因为购方集中。"}).status_code == 302
    one.refresh_from_db()
    assert one.state == RequestState.ANSWERED
    assert text_of(one, "answer") == "因为购方集中。"
    client.force_login(staff["wuting"])
    assert client.get(page).status_code in {403, 404}
