"""The queue of reviews, one class, a proposal by hand, and the panel on the customer's page."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from vouch.grading import queries
from vouch.grading.models import Classification
from vouch.grading.terms import ClassReason, ClassState
from vouch.grading.tests.conftest import Firms
from vouch.grading.tests.test_classing import COOL_DOWN, FAIR, GOOD, POOR, SCORES, Lives
from vouch.platform.identity.models import Unit, User
from vouch.policy.models import PolicyVersion

pytestmark = pytest.mark.django_db


@pytest.fixture
def fallen(policy: PolicyVersion, firms: Firms, now: datetime) -> list[Lives]:
    """Three customers who stand worse than their class."""
    found = [Lives(firms(f"第{number}企业"), policy, now - timedelta(days=3)) for number in range(3)]
    for life, after in zip(found, (FAIR, POOR, POOR), strict=True):
        life.judged(GOOD)
        life.judged(after)
    return found


@pytest.fixture
def reviewer(staff: dict[str, User], client: Client) -> Client:
    return signed(client, staff["wangfang"])


def signed(client: Client, user: User) -> Client:
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def pk_of(life: Lives) -> int:
    assert life.waiting is not None
    return life.waiting.pk


def test_the_queue_shows_what_waits_with_its_consequences_alone_and_in_sum(
    fallen: list[Lives], reviewer: Client
) -> None:
    page = reviewer.get(reverse("grading:reviews"))
    text = page.content.decode()
    assert page.context["moves"] == {"first": 0, "worse": 3, "better": 0, "same": 0}
    sums = {one.subject: (one.tighter, one.looser) for one in page.context["sums"]}
    assert sums["检查频率"] == sums["额度上限"] == sums["审批权限"] == (3, 0)
    assert "每 180 天" in text
    assert "style=" not in text
    only = reviewer.get(reverse("grading:reviews"), {"risk_class": FAIR}).content.decode()
    assert "第0企业" in only
    assert "第1企业" not in only
    file = reviewer.get(reverse("grading:reviews"), {"export": "csv"})
    assert "第2企业" in b"".join(file.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]


def test_the_queue_asks_as_much_for_one_as_for_many(
    fallen: list[Lives], reviewer: Client, firms: Firms, policy: PolicyVersion, now: datetime
) -> None:
    counts = []
    for more in (0, 12):
        for number in range(more):
            life = Lives(firms(f"另{number}企业"), policy, now - timedelta(days=3))
            life.judged(GOOD)
            life.judged(POOR)
        with CaptureQueriesContext(connection) as asked:
            reviewer.get(reverse("grading:reviews"), {"q": "第0企业"} if not more else {})
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_many_are_confirmed_at_once_and_one_that_is_refused_stops_no_other(
    fallen: list[Lives], reviewer: Client
) -> None:
    page = reviewer.get(reverse("grading:reviews"))
    rows = [cells[0].row for cells in page.context["listing"].lines]
    said = {"verb": "confirm", "pick": [row.pk for row in rows]}
    said |= {f"seen_{row.pk}": row.seen for row in rows} | {f"seen_{rows[0].pk}": "0" * 64}
    answer = reviewer.post(reverse("grading:decide_classes"), said, follow=True).content.decode()
    assert "已确认 2 项" in answer
    assert f"{rows[0].party.name}：后果在您阅读之后有变化" in answer
    assert Classification.objects.filter(state=ClassState.IN_REVIEW).get() == rows[0]


def test_many_are_returned_with_a_reason_and_taken_back_from_the_list_of_returned(
    fallen: list[Lives], reviewer: Client
) -> None:
    picks = [pk_of(life) for life in fallen[:2]]
    address = reverse("grading:decide_classes")
    without = reviewer.post(address, {"verb": "return", "pick": picks}, follow=True).content.decode()
    assert "必填" in without or "这个字段" in without
    answer = reviewer.post(address, {"verb": "return", "pick": picks, "note": "一次性因素"}, follow=True)
    assert "已退回 2 项" in answer.content.decode()
    assert [life.is_frozen for life in fallen] == [False, False, True]
    listed = reviewer.get(reverse("grading:reviews"), {"state": "returned"}).content.decode()
    assert "第0企业" in listed
    back = reviewer.post(reverse("grading:decide_class", args=[picks[0], "reopen"]), follow=True)
    assert "已撤回退回" in back.content.decode()
    assert fallen[0].is_frozen
    assert "请先勾选" in reviewer.post(address, {"verb": "confirm"}, follow=True).content.decode()


def test_a_class_is_confirmed_on_its_page_and_then_shows_what_changed(
    fallen: list[Lives], reviewer: Client
) -> None:
    pk = pk_of(fallen[1])
    address = reverse("grading:classification", args=[pk])
    page = reviewer.get(address)
    assert "确认后的变化" in page.content.decode()
    seen = page.context["confirm"].initial["seen"]
    done = reviewer.post(reverse("grading:decide_class", args=[pk, "confirm"]), {"seen": seen}, follow=True)
    text = done.content.decode()
    assert "确认时的实际变化" in text
    assert "评审委员会" in text
    again = reviewer.post(reverse("grading:decide_class", args=[pk, "confirm"]), {"seen": seen})
    assert again.status_code == 409
    assert "不能复核" in again.content.decode()


def test_a_manager_proposes_for_an_own_customer_and_somebody_else_confirms(
    policy: PolicyVersion,
    firms: Firms,
    units: dict[str, Unit],
    staff: dict[str, User],
    client: Client,
    now: datetime,
) -> None:
    life = Lives(firms("李强的客户", unit=units["YW1"], manager=staff["liqiang"]), policy, now)
    life.judged(FAIR)
    address = reverse("grading:propose_class", args=[life.party.pk])
    assert signed(client, staff["wuting"]).get(address).status_code == 404
    assert signed(client, staff["sunlei"]).get(address).status_code == 403
    signed(client, staff["liqiang"])
    foretold = client.get(reverse("grading:foretell_class", args=[life.party.pk]), {"risk_class": POOR})
    assert "每 30 天" in foretold.content.decode()
    assert "冻结（分类下调待复核" in foretold.content.decode()
    short = client.post(address, {"risk_class": POOR, "reason": ClassReason.OVERDUE, "evidence": "略"})
    assert short.status_code == 422
    said = {"risk_class": POOR, "reason": ClassReason.OVERDUE, "evidence": "三月欠息，见台账"}
    proposed = client.post(address, said, follow=True).content.decode()
    assert "额度使用即时冻结" in proposed
    assert "您提出的调整由另一人复核" in proposed
    assert "确认生效" not in proposed
    pk = pk_of(life)
    assert client.post(reverse("grading:decide_class", args=[pk, "confirm"])).status_code == 403
    signed(client, staff["wangfang"])
    client.post(reverse("grading:decide_class", args=[pk, "confirm"]))
    assert life.held.risk_class == POOR


def test_the_panel_shows_both_axes_what_binds_what_waits_and_what_was(
    fallen: list[Lives], reviewer: Client
) -> None:
    address = reverse("desk:customer_panel", args=[fallen[0].party.pk, "class"])
    page = reviewer.get(address).content.decode()
    for said in ("每 180 天", "额度冻结", "待定的调整", "后果对照", "评估为", "首次评估"):
        assert said in page
    for part in ("desk:customers", "desk:customer"):
        args = [fallen[0].party.pk] if part == "desk:customer" else []
        assert f"评估为{FAIR}" in reviewer.get(reverse(part, args=args)).content.decode()
    empty = reviewer.get(reverse("desk:customer_panel", args=[fallen[0].party.pk, "class"]))
    assert empty.status_code == 200


def test_list_filter_and_figures_count_by_the_class_in_effect(fallen: list[Lives], reviewer: Client) -> None:
    for name, count in ((GOOD, 3), (FAIR, 0), (POOR, 0)):
        page = reviewer.get(reverse("desk:customers"), {"risk_class": name})
        assert page.context["listing"].count == count
        seen = {line.key: line.count for line in queries.book(page.context["request"].actor).by_class}
        assert seen.get(name, 0) == count


def test_an_improvement_is_shown_as_proposed_until_its_day(
    policy: PolicyVersion, firms: Firms, reviewer: Client, now: datetime
) -> None:
    life = Lives(firms("上进企业"), policy, now)
    life.judged(FAIR)
    life.judged(GOOD, SCORES[GOOD] + 10)
    ready = (life.at + timedelta(days=COOL_DOWN)).date().isoformat()
    assert "上进企业" not in reviewer.get(reverse("grading:reviews")).content.decode()
    listed = reviewer.get(reverse("grading:reviews"), {"state": "proposed"}).content.decode()
    assert "上进企业" in listed
    assert ready in listed
    page = reviewer.get(reverse("grading:classification", args=[pk_of(life)])).content.decode()
    assert "确认生效" not in page
