"""Pages of limits: found, filtered, exported with the same number of queries; proposed, granted, refused so that it is understood."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.limits import drawn, granted
from tests.networks import control
from vouch.grading.actions import freeze_use
from vouch.grading.models import Freeze, Hold, Limit
from vouch.grading.terms import LimitKind, LimitOf, LimitState
from vouch.grading.tests.conftest import Firms
from vouch.platform.identity.actor import Actor, system_actor
from vouch.platform.identity.models import Unit, User

pytestmark = pytest.mark.django_db
SIGN_IN = "allauth.account.auth_backends.AuthenticationBackend"
LIST = "/assessments/limits/"


@pytest.fixture
def now() -> datetime:
    """The pages have the real clock."""
    return timezone.now()


def signed_in(client: Client, user: User) -> Client:
    client.force_login(user, backend=SIGN_IN)
    return client


def test_the_list_asks_as_much_for_one_limit_as_for_many(
    client: Client, firms: Firms, staff: dict[str, User], actor: Actor, now: datetime
) -> None:
    signed_in(client, staff["chenjing"])
    granted(firms("第一户"), 10_000, at=now)
    client.get(LIST)
    with CaptureQueriesContext(connection) as one:
        client.get(LIST)
    for place in range(30):
        party = firms(f"第{place}户企业")
        granted(party, 10_000, at=now)
        drawn(party, 100 * place + 1, actor=actor, at=now)
    granted(LimitOf(kind=LimitKind.INDUSTRY, industry="C"), 1, at=now)
    granted(LimitOf(kind=LimitKind.BANK, bank="江州银行"), 1, at=now)
    with CaptureQueriesContext(connection) as many:
        page = client.get(LIST).content.decode()
    # Whether there is a limit of an industry costs one question more, whatever the number of limits.
    assert len(many) - len(one) <= 1, (len(one), len(many))
    assert "33 条" in page
    assert client.get(LIST, {"kind": "bank"}).content.decode().count("<tr data-row") == 1
    assert client.get(LIST, {"q": "第7户"}).content.decode().count("<tr data-row") == 1
    assert client.get(LIST, {"headroom": "tight"}).content.decode().count("<tr data-row") == 0
    text = b"".join(client.get(LIST, {"export": "csv", "sort": "-free"})).decode("utf-8-sig")
    assert len(text.splitlines()) == 34
    assert text.splitlines()[0].startswith("额度对象,种类,额度（元）") or "额度" in text.splitlines()[0]


def test_one_proposes_and_another_grants_over_the_pages(
    client: Client, firms: Firms, units: dict[str, Unit], staff: dict[str, User]
) -> None:
    party = firms("页面企业", unit=units["YW1"], manager=staff["liqiang"])
    signed_in(client, staff["liqiang"])
    said = {
        "kind": "customer",
        "party": party.number,
        "nature": "base",
        "amount": "300",
        "reason": "首次授信",
    }
    done = client.post(reverse("grading:propose_limit"), said)
    made = Limit.objects.get()
    assert (done.status_code, done["Location"]) == (302, made.subject.get_absolute_url())
    assert made.amount == Decimal(3_000_000)
    assert "撤回" in client.get(done["Location"]).content.decode()
    grant = reverse("grading:grant_limit", args=[made.pk])
    assert client.post(grant, {"note": "自己批"}).status_code == 403
    signed_in(client, staff["chenjing"])
    assert "批准额度" in client.get(grant).content.decode()
    assert client.post(grant, {"note": "同意"}).status_code == 302
    made.refresh_from_db()
    assert (made.state, made.decided_by.startswith("陈静")) == (LimitState.GRANTED, True)
    drawn(party, 1_234_500, actor=system_actor("test"), at=timezone.now())
    page = client.get(made.subject.get_absolute_url()).content.decode()
    assert page.count("123.45") >= 3  # the tile, the customer's row, the hold
    assert ("300.00" in page, "同意" in page, "调低" in page) == (True, True, True)
    lower = reverse("grading:lower_limit", args=[made.pk])
    assert client.post(lower, {"amount": "400", "reason": "错"}).status_code == 422
    assert client.post(lower, {"amount": "200", "reason": "销售下滑"}).status_code == 302
    now_in_force = Limit.objects.get(state=LimitState.GRANTED)
    assert (
        client.post(reverse("grading:end_limit", args=[now_in_force.pk]), {"reason": "结束"}).status_code
        == 302
    )
    assert not Limit.objects.filter(state=LimitState.GRANTED).exists()


def test_a_refused_draw_names_rule_article_numbers_and_what_would_do(
    client: Client, firms: Firms, units: dict[str, Unit], staff: dict[str, User], now: datetime
) -> None:
    party = firms("被拒企业", unit=units["YW1"], manager=staff["liqiang"])
    granted(party, 1_000_000, at=now)
    signed_in(client, staff["liqiang"])
    reserve = reverse("grading:reserve", args=[party.pk])
    said = {"amount": "120", "share_rate": "100", "kind": "loan", "bank": "江州银行", "purpose": "流动资金"}
    page = client.post(reserve, said)
    assert page.status_code == 422
    for part in (
        "额度不足",
        "本机构授信额度管理",
        "1,200,000.00 元",
        "1,000,000.00 元",
        "怎样可以通过",
        "申请调高该额度",
    ):
        assert part in page.content.decode(), part
    assert not Hold.objects.exists()
    # The same form sent twice is one reservation.
    twice = said | {"amount": "60", "once_key": "0" * 32}
    for _time in range(2):
        assert client.post(reserve, twice).status_code == 302
    hold = Hold.objects.get()
    assert "流动资金" in client.get(hold.get_absolute_url()).content.decode()
    # Whoever prepares a draw does not pay it out.
    assert client.get(reverse("grading:use", args=[hold.pk])).status_code == 403
    with_release = {"step": "cancel", "amount": "", "note": ""}
    assert client.post(reverse("grading:release", args=[hold.pk]), with_release).status_code == 302
    hold.refresh_from_db()
    assert hold.reserved == 0


def test_the_customer_s_panel_tells_what_binds_and_why_it_is_frozen(
    client: Client, firms: Firms, units: dict[str, Unit], staff: dict[str, User], actor: Actor, now: datetime
) -> None:
    party = firms("面板企业", unit=units["YW1"], manager=staff["liqiang"])
    address = reverse("desk:customer_panel", args=[party.pk, "limits"])
    signed_in(client, staff["liqiang"])
    assert "还没有生效的客户额度" in client.get(address).content.decode()
    granted(party, 1_000_000, at=now)
    granted(LimitOf(kind=LimitKind.INSTITUTION), 800_000, at=now)
    drawn(party, 250_000, actor=actor, at=now)
    page = client.get(address).content.decode()
    # Free is what the tightest leaves; the sums of the house are not told to a manager.
    assert ("55.00" in page, "最紧" in page, "80.00" in page) == (True, True, False)
    signed_in(client, staff["wangfang"])
    assert "80.00" in client.get(address).content.decode()
    assert client.post(reverse("grading:freeze", args=[party.pk]), {"reason": "逾期"}).status_code == 302
    assert "逾期" in client.get(address).content.decode()
    lift = reverse("grading:lift", args=[party.pk])
    assert "冻结人以外" in client.post(lift, {"reason": "误冻"}).content.decode()
    signed_in(client, staff["chenjing"])
    assert client.post(lift, {"reason": "误冻"}).status_code == 302
    assert not Freeze.objects.filter(lifted_at=None).exists()


def test_a_limit_out_of_sight_is_not_there(
    client: Client, firms: Firms, units: dict[str, Unit], staff: dict[str, User], actor: Actor, now: datetime
) -> None:
    party = firms("别部企业", unit=units["YW1"], manager=staff["liqiang"])
    limit = granted(party, 1_000_000, at=now)
    hold = drawn(party, 1, actor=actor, at=now)
    freeze_use(actor=actor, at=now, party_id=party.pk, reason="逾期")
    signed_in(client, staff["wuting"])
    for address in (limit.subject.get_absolute_url(), hold.get_absolute_url()):
        assert client.get(address).status_code == 404
    assert "别部企业" not in client.get(f"{LIST}?q={quote('别部')}").content.decode().replace(
        'value="别部"', ""
    )


def test_a_shared_limit_tells_no_amount_to_who_may_not_see_sums(
    client: Client, firms: Firms, units: dict[str, Unit], staff: dict[str, User], now: datetime
) -> None:
    head = firms("牵头企业", unit=units["YW1"], manager=staff["liqiang"])
    control(head, firms("别部成员", unit=units["YW2"], manager=staff["wuting"]))
    limit = granted(LimitOf(kind=LimitKind.GROUP, party_id=head.pk), 12_345_600, at=now)
    for who, is_told in (("liqiang", False), ("chenjing", True)):
        signed_in(client, staff[who])
        for address in (LIST, limit.subject.get_absolute_url()):
            page = client.get(address).content.decode()
            assert ("所在集团" in page, "1,234.56" in page) == (True, is_told), (who, address)
