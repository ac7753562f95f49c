"""The file at a glance: sections, what happened, who looked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from vouch.customers.actions import (
    Filing,
    MaterialDetails,
    VerificationDetails,
    file_document,
    open_material,
    verify_material,
    withdraw_authorisation,
    withdraw_material,
)
from vouch.customers.queries import Holding, sections_for, timeline_of
from vouch.customers.queries.sections import Section, _sections, register_section
from vouch.customers.terms import DocumentCategory, Finding, MaterialKind, Origin, VerificationMeans
from vouch.customers.tests.scene import PDF, granted
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def lived(firm: Party, actors: dict[str, Actor], now: datetime) -> Party:
    """A firm with a document filed, verified and withdrawn, and an authorisation that was withdrawn."""
    start = now - timedelta(days=9)
    details = MaterialDetails(
        kind=MaterialKind.DOCUMENT, origin=Origin.CUSTOMER, as_of=timezone.localdate(start)
    )
    material = file_document(
        actor=actors["liqiang"],
        at=start,
        party=firm,
        filing=Filing(DocumentCategory.LICENCE),
        details=details,
        content=PDF,
    ).material
    found = VerificationDetails(VerificationMeans.ORIGINAL, Finding.PARTLY)
    verify_material(actor=actors["wangfang"], at=start + timedelta(days=1), material=material, details=found)
    one = granted(firm, at=start + timedelta(days=2))
    withdraw_authorisation(
        actor=actors["liqiang"], at=start + timedelta(days=3), authorisation=one, reason="来函"
    )
    withdraw_material(actor=actors["liqiang"], at=start + timedelta(days=4), material=material, reason="传错")
    return firm


def test_the_timeline_tells_everything_newest_first_and_nothing_that_lies_ahead(
    lived: Party, actors: dict[str, Actor], now: datetime
) -> None:
    told = timeline_of(lived, actors["wangfang"], at=now)
    assert [one.happening.what for one in told] == [
        "撤回资料",
        "撤回授权",
        "核验授权",
        "登记授权",
        "核实资料",
        "登记资料",
    ]
    assert told[-1].happening.who == "李强"
    assert told[0].happening.about.endswith("传错")
    back = timeline_of(lived, actors["wangfang"], at=now - timedelta(days=8))
    assert [one.happening.what for one in back] == ["核实资料", "登记资料"]
    only = timeline_of(lived, actors["wangfang"], at=now, only="consent")
    assert {one.strand.name for one in only} == {"consent"}


def test_who_has_nothing_to_do_with_consent_is_not_told_of_it(
    lived: Party, actors: dict[str, Actor], now: datetime
) -> None:
    told = timeline_of(lived, actors["zhoujie"], at=now)
    assert {one.strand.name for one in told} == {"materials"}


@pytest.fixture
def section() -> Iterator[Section]:
    """A section that warns."""
    holding = Holding(count=2, told="最近一年", warnings=("对不上",))
    one = Section(
        name="test",
        title="试验",
        icon="file",
        url_name="customers:file",
        order=1,
        may=lambda actor: actor.has_role("risk_reviewer"),
        tell=lambda _party, _actor, _at: holding,
    )
    register_section(one)
    yield one
    del _sections["test"]


def test_a_section_shows_its_holding_to_those_who_may_open_it(
    client: Client, lived: Party, staff: dict[str, User], actors: dict[str, Actor], section: Section
) -> None:
    assert section in sections_for(actors["wangfang"])
    assert section not in sections_for(actors["liqiang"])
    client.force_login(staff["wangfang"])
    page = client.get(reverse("customers:file", args=[lived.pk])).content.decode()
    assert "最近一年" in page
    assert "对不上" in page
    panel = client.get(reverse("desk:customer_panel", args=[lived.pk, "file"])).content.decode()
    assert "对不上" in panel
    client.force_login(staff["zhoujie"])
    assert client.get(reverse("customers:file", args=[lived.pk])).status_code == 403


def test_the_file_says_who_opened_an_original(
    client: Client, firm: Party, staff: dict[str, User], actors: dict[str, Actor]
) -> None:
    now = timezone.now() - timedelta(minutes=1)
    details = MaterialDetails(
        kind=MaterialKind.DOCUMENT, origin=Origin.CUSTOMER, as_of=timezone.localdate(now)
    )
    filed = file_document(
        actor=actors["liqiang"],
        at=now,
        party=firm,
        filing=Filing(DocumentCategory.LEASE),
        details=details,
        content=PDF,
    )
    open_material(actor=actors["chenjing"], at=now, material=filed.material)
    client.force_login(staff["sunlei"])
    page = client.get(reverse("customers:file", args=[firm.pk])).content.decode()
    assert "查看资料原件" in page
    assert "陈静" in page
