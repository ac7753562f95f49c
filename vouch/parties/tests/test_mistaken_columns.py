"""A list of persons whose columns somebody chose wrongly shows no number and no address in full either."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from vouch.parties.tests.people import ADDRESS, NUMBER, PHONE
from vouch.parties.tests.test_person_list_pages import addresses, text_of
from vouch.platform.exchange import actions
from vouch.platform.exchange.models import Import, ImportRow
from vouch.platform.exchange.queries import kept_rows
from vouch.platform.exchange.testing import delivered, kept
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User

pytestmark = pytest.mark.django_db

WRONG = "110101199003071234"
TEXT = f"姓名,身份证号,手机,住址,月收入,婚姻状况\n李大山,{WRONG},{PHONE},{ADDRESS},约八千三百元,已婚\n"
HIDDEN = (WRONG, PHONE, "文三路", "八千三")


@pytest.fixture
def manager(client: Client, staff: dict[str, User]) -> Client:
    client.force_login(staff["wangfang"], backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def load(mapping: Mapping[str, str], *, unit: Unit, by: Actor, at: datetime) -> Import:
    file = replace(kept(TEXT, name="名单.csv"), mapping=mapping)
    return delivered(actions.Delivery("persons", [file]), unit=unit, by=by, at=at)


@pytest.mark.parametrize(
    "mapping",
    [
        {"name": "身份证号", "document_number": "姓名"},
        {"name": "住址", "address": "姓名"},
        {"marital_status": "月收入", "monthly_income": ""},
        {"marital_status": "住址", "address": ""},
        {"product": "手机", "phone": ""},
    ],
)
def test_what_was_put_under_another_column_is_masked_everywhere(
    mapping: Mapping[str, str],
    manager: Client,
    units: dict[str, Unit],
    actor: Actor,
    now: datetime,
) -> None:
    batch = load(mapping, unit=units["YW1"], by=actor, at=now)
    row = kept_rows(batch).get()
    for name, address in addresses(batch).items():
        text = text_of(manager.get(address))
        assert [one for one in HIDDEN if one in text] == [], name
    refused = manager.post(reverse("exchange:row", args=[batch.pk, row.pk]), {"do": "correct"})
    assert [one for one in HIDDEN if one in text_of(refused)] == []
    assert [one for one in HIDDEN if one in ImportRow.objects.get().reason] == []


def test_a_number_that_stands_in_the_column_of_names_is_masked(
    manager: Client, units: dict[str, Unit], actor: Actor, now: datetime
) -> None:
    text = f"姓名,身份证号\n李大山 {NUMBER},{WRONG}\n{NUMBER},{WRONG}\n12345678901234,{WRONG}\n"
    batch = delivered(
        actions.Delivery("persons", [kept(text, name="名单.csv")]), unit=units["YW1"], by=actor, at=now
    )
    first = kept_rows(batch).first()
    assert first is not None
    told = text_of(manager.get(reverse("exchange:download", args=[batch.pk, "csv"])))
    told += text_of(manager.get(reverse("exchange:marked", args=[batch.pk, batch.files.get().pk])))
    told += text_of(manager.get(reverse("exchange:row", args=[batch.pk, first.pk])))
    assert [one for one in (NUMBER, WRONG, "12345678901234") if one in told] == []
    assert "李大山 ****" in told
