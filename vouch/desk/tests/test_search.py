"""The box that finds everything: by kind, marked, within one's rights, and no number of a person in an address."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.book import enrol
from vouch.business.models import Guarantee
from vouch.desk.queries.search import SOURCES, marked
from vouch.desk.terms import SearchKind
from vouch.desk.tests.conftest import SignedIn
from vouch.desk.tests.test_persons import NUMBER, PHONE
from vouch.desk.tests.test_persons import enrol as enrol_person
from vouch.engine.pinyin import sound_text
from vouch.parties.actions import restrict_party
from vouch.parties.models import Party
from vouch.platform.identity.actor import system_actor
from vouch.platform.identity.models import User
from vouch.platform.ledger.testing import writing

pytestmark = pytest.mark.django_db


def guarantee(party: Party, number: str, now: datetime, contract: str = "") -> Guarantee:
    with writing():
        return Guarantee.objects.create(
            number=number, party=party, contract_number=contract, contract_amount=Decimal(500_000),
            debt_balance=Decimal(500_000), counted_on=date(2026, 1, 5), state="in_force", as_of=now.date(),
            recorded_at=now, updated_at=now,
        )  # fmt: skip


@pytest.fixture
def known(staff: dict[str, User], now: datetime) -> dict[str, Party]:
    """A firm and a person of 李强's, another branch's firm, each firm with a guarantee."""
    branch = staff["liqiang"].unit
    found = {
        "mine": enrol("重庆长江实业有限公司", now=now, unit=branch, manager=staff["liqiang"]),
        "person": enrol_person(staff, now, name="单小芳"),
        "far": enrol("重庆长江化工有限公司", now=now, unit=staff["wuting"].unit, manager=staff["wuting"]),
    }
    guarantee(found["mine"], "DB2026-0017", now, "江保字第88号")
    guarantee(found["far"], "DB2026-0018", now)
    return found


def suggested(client: Client, text: str) -> str:
    answer = client.post(reverse("desk:suggestions"), {"q": text})
    assert answer.status_code == 200
    return re.sub(r"</?mark>", "", answer.content.decode())


def test_suggestions_stand_by_kind_with_what_was_asked_for_marked(
    known: dict[str, Party], signed_in: SignedIn
) -> None:
    client = signed_in("wangfang")
    said = client.post(reverse("desk:suggestions"), {"q": "cqcj"}).content.decode()
    assert "<mark>重庆长江</mark>实业有限公司" in said
    assert said.index("客户") < said.index("实业")
    assert "单小芳" in suggested(client, "sxf")
    assert "DB2026-0017" in suggested(client, "2026-00")
    assert "DB2026-0017" in suggested(client, "保字第88")
    assert known["mine"].get_absolute_url() in suggested(client, known["mine"].number)


def test_nobody_is_told_of_what_they_may_not_see(known: dict[str, Party], signed_in: SignedIn) -> None:
    client = signed_in("liqiang")
    for text in ("重庆长江", "cqcj", "DB2026", "2026-0018", "化工", "cjhg", known["far"].number):
        said = suggested(client, text)
        page = client.get(reverse("desk:search"), {"q": text}).content.decode()
        for secret in ("化工有限公司", "DB2026-0018", known["far"].get_absolute_url()):
            assert secret not in said, text
            assert secret not in page, text
    assert suggested(client, "cjhg").replace("cjhg", "") == suggested(client, "zzzz").replace("zzzz", "")
    assert suggested(signed_in("zhoujie"), "DB2026-0017").count("search-hit") == 0, (
        "may not open the register"
    )


def test_a_number_of_a_person_is_found_and_stands_in_no_address(
    known: dict[str, Party], signed_in: SignedIn
) -> None:
    client = signed_in("liqiang")
    for number in (NUMBER, PHONE):
        said = suggested(client, number)
        assert "单小芳" in said
        assert number not in said
        page = client.post(reverse("desk:search"), {"q": number})
        assert "单小芳" in page.content.decode()
        assert number not in page.content.decode()
        turned = client.get(reverse("desk:search"), {"q": number})
        assert (turned.status_code, turned["Location"]) == (302, reverse("desk:search"))
        assert "单小芳" not in suggested(signed_in("wuting"), number)


def test_a_restricted_customer_and_their_guarantees_are_not_found(
    known: dict[str, Party], signed_in: SignedIn, now: datetime
) -> None:
    restrict_party(actor=system_actor("test"), at=now, party=known["mine"], reason="个人请求")
    client = signed_in("wangfang")
    for text in ("cjsy", "DB2026-0017", known["mine"].number):
        assert known["mine"].name not in suggested(client, text)


@pytest.mark.parametrize(
    "text",
    ["", " ", "%", "_", "\\", "'", "😀", "<script>", "x" * 500, "长" * 500, "\x00", "重庆\n长江", "％"],
)
def test_odd_texts_are_answered(known: dict[str, Party], signed_in: SignedIn, text: str) -> None:
    client = signed_in("wangfang")
    said = suggested(client, text)
    assert "<script" not in said
    assert ("实业" in said) == (text == "重庆\n长江")
    assert client.get(reverse("desk:search"), {"q": text}).status_code == 200


def test_the_page_shows_one_kind_alone_and_says_when_nothing_is_found(
    known: dict[str, Party], signed_in: SignedIn
) -> None:
    client = signed_in("wangfang")
    page = client.get(reverse("desk:search"), {"q": "重庆长江", "kind": "customer"}).content.decode()
    assert "化工" in page
    none = client.get(reverse("desk:search"), {"q": "重庆长江", "kind": "person"}).content.decode()
    assert "没有找到您能看到的内容" in none
    assert client.get(reverse("desk:search"), {"q": "重庆", "kind": "nothing"}).status_code == 200


def test_the_search_asks_as_often_for_one_hit_as_for_many(
    known: dict[str, Party], signed_in: SignedIn, now: datetime, staff: dict[str, User]
) -> None:
    client = signed_in("wangfang")

    def asked(text: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            suggested(client, text)
        return len(seen)

    asked("warm")
    few = asked("cjsy")
    for place in range(8):
        party = enrol(f"重庆长江实业{place}有限公司", now=now)
        guarantee(party, f"CJSY{place}", now)
    assert asked("cjsy") == few


def test_every_kind_has_a_source() -> None:
    assert [kind for kind, _source in SOURCES] == list(SearchKind)


@pytest.mark.parametrize(
    ("title", "text", "pieces"),
    [
        ("重庆长江", "长江", [("重庆", False), ("长江", True)]),
        ("ＡＢＣ公司", "abc", [("ＡＢＣ", True), ("公司", False)]),
        ("重庆长江", "cj", [("重庆长江", False)]),
        ("重庆长江", "cqc", [("重庆长", True), ("江", False)]),
        ("重庆长江", "chong qing", [("重庆", True), ("长江", False)]),
        ("重庆长江", "庆 江", [("重", False), ("庆", True), ("长", False), ("江", True)]),
        ("重庆", "", [("重庆", False)]),
    ],
)
def test_what_was_asked_for_is_marked(title: str, text: str, pieces: list[tuple[str, bool]]) -> None:
    assert marked(title, text, sound_text(title)) == pieces
