"""The customer list."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from python_calamine import CalamineWorkbook

from tests.book import enrol, judge
from vouch.desk.tests.conftest import SignedIn
from vouch.parties.models import Party

# Session, user and unit, the sidebar's four counts, filter choices (policy, units, managers, provinces), two counts,
# keys, rows, codes, assignments.
QUERIES = 22


def names(client: Client, query: str = "") -> list[str]:
    response = client.get(f"/customers/{query}")
    assert response.status_code == 200
    return [cells[0].value for cells in response.context["listing"].lines]


def test_the_list_asks_as_much_for_one_customer_as_for_fifty(
    signed_in: SignedIn,
    now: datetime,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client = signed_in("wangfang")
    enrol("第一家企业", now=now)
    judge(now=now)
    with django_assert_num_queries(QUERIES):
        assert len(names(client, "?size=50")) == 1
    for number in range(2, 51):
        enrol(f"第{number}家企业", now=now)
    judge(now=now)
    with django_assert_num_queries(QUERIES):
        assert len(names(client, "?size=50")) == 50


def test_the_best_score_stands_first_and_whoever_has_none_last(
    judged_firms: list[Party], signed_in: SignedIn
) -> None:
    found = names(signed_in("wangfang"))
    assert found[0] == "苏州恒泰新材料有限公司"
    assert found[-1] == "北京无票有限公司"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=恒泰", {"苏州恒泰新材料有限公司"}),
        ("?q=有限公司 科技", {"深圳华睿科技有限公司"}),
        ("?q=没有这家", set()),
        ("?q=%25", set()),
        ("?risk_class=资料不足", {"北京无票有限公司"}),
        ("?risk_class=优质", {"苏州恒泰新材料有限公司"}),
        ("?risk_class=高风险", {"深圳华睿科技有限公司"}),
        ("?risk_class=未评估", set()),
        ("?grade=C", {"深圳华睿科技有限公司"}),
    ],
)
def test_filters_and_search_find_what_they_say(
    judged_firms: list[Party], signed_in: SignedIn, query: str, found: set[str]
) -> None:
    assert set(names(signed_in("wangfang"), query)) == found


def test_a_filter_that_nobody_offered_is_named_and_left_out(
    judged_firms: list[Party], signed_in: SignedIn
) -> None:
    response = signed_in("wangfang").get("/customers/?grade=ZZZ&unit=abc")
    assert response.context["listing"].count == len(judged_firms)
    assert set(response.context["listing"].filters.errors) == {"grade", "unit"}


def test_everyone_sees_their_own_customers_alone(judged_firms: list[Party], signed_in: SignedIn) -> None:
    assert set(names(signed_in("liqiang"))) == {"苏州恒泰新材料有限公司", "杭州鼎新食品商贸行"}
    assert len(names(signed_in("zhaomin"))) == 3
    assert names(signed_in("wuting")) == []
    hidden = judged_firms[0]
    for panel in ("", "facts/", "invoices/", "identity/", "history/"):
        assert signed_in("wuting").get(f"/customers/{hidden.pk}/{panel}").status_code == 404


def test_the_export_holds_the_whole_filtered_set(judged_firms: list[Party], signed_in: SignedIn) -> None:
    response = signed_in("wangfang").get("/customers/?q=有限公司&sort=name&size=20&export=xlsx")
    sheet = CalamineWorkbook.from_filelike(BytesIO(b"".join(response))).get_sheet_by_index(0)
    lines = sheet.to_python()
    assert lines[0][:5] == ["客户名称", "信用代码", "分类", "等级", "评分"]
    exported: dict[Any, list[Any]] = {line[0]: line for line in lines[1:]}
    assert set(exported) == {"苏州恒泰新材料有限公司", "深圳华睿科技有限公司", "北京无票有限公司"}
    standing = judged_firms[0].standing
    assert exported["苏州恒泰新材料有限公司"][2:6] == [
        standing.risk_class,
        standing.grade,
        standing.score,
        float(standing.limit / 10_000),
    ]
    assert exported["北京无票有限公司"][2] == "资料不足"


def test_htmx_gets_the_table_alone_and_the_address_without_blanks(
    judged_firms: list[Party], signed_in: SignedIn
) -> None:
    headers = {"HX-Request": "true", "HX-Target": "table-customers"}
    response = signed_in("wangfang").get("/customers/?q=恒泰&grade=&unit=", headers=headers)
    content = response.content.decode()
    assert content.lstrip().startswith("<section")
    assert response["HX-Push-Url"] == "/customers/?q=%E6%81%92%E6%B3%B0"
    assert "HX-Request" in response["Vary"]


def test_pages_in_every_order_hold_everyone_once(
    signed_in: SignedIn, judged_firms: list[Party], now: datetime
) -> None:
    for number in range(25):
        enrol(f"后来的企业{number:02d}", now=now)
    client = signed_in("wangfang")
    for sort in ("score", "-score", "limit", "-limit", "grade", "-risk_class", "name", "-name", "-as_of"):
        pages = [names(client, f"?sort={sort}&page={page}") for page in (1, 2)]
        assert [len(page) for page in pages] == [20, 9], sort
        assert len({*pages[0], *pages[1]}) == 29, sort
    # Whoever has no score comes last both ways, and the others in order.
    for sort in ("score", "-score"):
        lines = client.get(f"/customers/?sort={sort}").context["listing"].lines
        scores = [cells[4].value for cells in lines]
        known = [score for score in scores if score is not None]
        assert len(known) == 3
        assert scores[:3] == sorted(known, reverse=sort.startswith("-"))
