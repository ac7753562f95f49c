"""One customer's page, and the home page over all of them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.book import AS_OF, Trade, enrol, judge
from vouch.desk.queries.book import changes, glance
from vouch.desk.tests.conftest import SignedIn
from vouch.grading.queries import assessments_of
from vouch.parties.actions import EnterpriseDetails, Registration, register_enterprise
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.queries import head_office
from vouch.platform.ledger.queries import history_of


def test_the_page_shows_score_limit_and_every_reason(judged_firms: list[Party], signed_in: SignedIn) -> None:
    firm = judged_firms[1]
    assessment = assessments_of(firm.pk)[0]
    content = signed_in("wangfang").get(f"/customers/{firm.pk}/").content.decode()
    assert firm.name in content
    assert len(assessment.reasons) >= 3
    for reason in assessment.snapshot["decision"]["reasons"]:
        assert reason["text"] in content
    for step in assessment.snapshot["decision"]["limit_steps"]:
        assert step["shown"] in content


def test_a_customer_without_papers_is_told_what_is_missing(
    judged_firms: list[Party], signed_in: SignedIn
) -> None:
    content = signed_in("wangfang").get(f"/customers/{judged_firms[3].pk}/").content.decode()
    assert "资料不足，暂不测算额度" in content
    assert "缺少：近12个月开票销售额" in content


@pytest.mark.parametrize(
    ("panel", "said"),
    [
        ("facts/", "近12个月开票销售额"),
        ("invoices/", "每月开票"),
        ("identity/", "客户标识"),
        ("history/", "历次评估"),
    ],
)
def test_every_panel_opens_whole_and_as_a_fragment(
    judged_firms: list[Party], signed_in: SignedIn, panel: str, said: str
) -> None:
    client = signed_in("wangfang")
    for firm in judged_firms:
        address = f"/customers/{firm.pk}/{panel}"
        whole = client.get(address)
        assert said in whole.content.decode() or "没有发票" in whole.content.decode()
        part = client.get(address, headers={"HX-Request": "true", "HX-Target": "panel"})
        assert part.status_code == 200
        assert "<html" not in part.content.decode()


def test_facts_ask_as_much_of_a_large_firm_as_of_one_without_papers(
    judged_firms: list[Party], signed_in: SignedIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in("wangfang")
    for firm in (judged_firms[0], judged_firms[3]):
        with django_assert_num_queries(34):
            client.get(f"/customers/{firm.pk}/facts/")


def test_reassessing_judges_again_and_leaves_its_entry(
    judged_firms: list[Party], signed_in: SignedIn
) -> None:
    firm = judged_firms[1]
    client = signed_in("wangfang")
    response = client.post(f"/customers/{firm.pk}/reassess/", follow=True)
    assert "已按今天的数据重新评估" in response.content.decode()
    assert len(assessments_of(firm.pk)) == 2
    assert history_of("party", firm.pk)[0].event == "grading.customer.assessed"
    assert client.get(f"/customers/{firm.pk}/reassess/").status_code == 405


def test_whoever_audits_or_looks_after_the_customer_may_not_judge(
    judged_firms: list[Party], signed_in: SignedIn
) -> None:
    firm = judged_firms[1]
    for username in ("sunlei", "liqiang"):
        client = signed_in(username)
        assert "重新评估" not in client.get(f"/customers/{firm.pk}/").content.decode()
        response = client.post(f"/customers/{firm.pk}/reassess/")
        assert response.status_code == 403
        assert "没有执行此操作的权限" in response.content.decode()
    assert len(assessments_of(firm.pk)) == 1


def test_without_a_policy_the_page_says_so_instead_of_failing(signed_in: SignedIn, now: datetime) -> None:
    firm = enrol("甲企业", now=now, trade=Trade(10_000, 1))
    client = signed_in("wangfang")
    assert "还没有评估" in client.get(f"/customers/{firm.pk}/").content.decode()
    assert "没有已发布的政策" in client.post(f"/customers/{firm.pk}/reassess/", follow=True).content.decode()
    assert client.get("/customers/").status_code == 200


def test_home_counts_the_book_that_the_actor_sees(
    judged_firms: list[Party], signed_in: SignedIn, actor: Actor, actors: dict[str, Actor]
) -> None:
    whole = glance(actor)
    assert (whole.book.total, whole.assessed, whole.of_class("资料不足").count) == (4, 4, 1)
    assert whole.book.limit == sum(firm.standing.limit for firm in judged_firms)
    assert whole.as_of == AS_OF
    assert glance(actors["liqiang"]).book.total == 2
    assert glance(actors["wuting"]).book.total == 0
    for username in ("wangfang", "liqiang", "wuting", "zhoujie"):
        assert signed_in(username).get("/").status_code == 200


def test_home_asks_as_much_for_a_small_book_as_for_a_larger_one(
    judged_firms: list[Party],
    signed_in: SignedIn,
    now: datetime,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client = signed_in("wangfang")
    with django_assert_num_queries(31):
        client.get("/")
    for number in range(10):
        enrol(f"新企业{number}", now=now, trade=Trade(50_000 * (number + 1), 1, months=6))
    judge(now=now)
    with django_assert_num_queries(31):
        client.get("/")


def test_a_downgrade_stands_among_the_changes_with_its_reason(
    judged_firms: list[Party],
    actor: Actor,
    now: datetime,
    signed_in: SignedIn,
) -> None:
    later = AS_OF.replace(year=2021, day=28)
    judge(now=now, as_of=later)
    moved = {standing.party.name: standing for standing in changes(actor)}
    fallen = moved["苏州恒泰新材料有限公司"]
    assert fallen.direction == "down"
    content = signed_in("wangfang").get("/").content.decode()
    assert fallen.assessment.reasons[0] in content


def test_size_and_foreign_capital_are_said_in_words(signed_in: SignedIn, actor: Actor, now: datetime) -> None:
    details = EnterpriseDetails(
        name="南京外资软件有限公司",
        industry_code="65",
        staff_count=50,
        revenue=Decimal("5000000.00"),
        capital_amount=Decimal("300000.00"),
        capital_currency="USD",
    )
    firm = register_enterprise(actor=actor, at=now, unit=head_office(), registration=Registration(details))
    content = signed_in("wangfang").get(f"/customers/{firm.pk}/identity/").content.decode()
    assert "小型" in content
    assert "30.00 万美元" in content
    assert "外币，未折算" in content
