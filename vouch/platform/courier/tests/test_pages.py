"""The pages: one's own messages and settings, channels, texts, the log."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from vouch.platform.courier import actions, queries, templates
from vouch.platform.courier.models import Channel, Delivery, Message, Wording
from vouch.platform.courier.terms import DeliveryState, Group
from vouch.platform.courier.tests.conftest import Mailbox, Receiver, Tell
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import User
from vouch.platform.ledger.models import Entry

pytestmark = pytest.mark.django_db
Run = Callable[..., None]
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def as_(client: Client, user: User) -> Client:
    client.force_login(user, backend=BACKEND)
    return client


def page(client: Client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(f"courier:{name}", args=args), query)
    assert answer.status_code == 200, answer.content.decode()[:500]
    return answer.content.decode()


def test_the_bell_counts_and_the_message_is_read_once_opened(
    client: Client, staff: dict[str, User], tell: Tell
) -> None:
    tell(staff["liqiang"])
    browser = as_(client, staff["liqiang"])
    listed = page(browser, "messages")
    assert "1 条未读" in listed
    assert "您好，李强" in listed
    row = Message.objects.get()
    opened = page(browser, "message", row.pk)
    assert "今天是 2026-11-20，您有新的任务。🎉" in opened
    assert f'hx-post="/messages/{row.pk}/read/"' in opened
    answer = browser.post(reverse("courier:read", args=[row.pk]), headers={"HX-Request": "true"})
    assert answer.content.decode() == '<span hx-swap-oob="innerHTML:.tool-count"></span>'
    row.refresh_from_db()
    assert row.read_at is not None
    assert "条未读" not in page(browser, "messages")
    assert page(browser, "messages", state="unread").count("data-row") == 0
    browser.post(reverse("courier:read", args=[row.pk]))
    assert Entry.objects.filter(event="courier.message.read").count() == 1


def test_a_message_leads_to_what_it_is_about(client: Client, staff: dict[str, User], tell: Tell) -> None:
    templates.register_link("greeting", "courier:new_channel")
    tell(staff["liqiang"], subject=("greeting", "smtp"))
    tell(staff["liqiang"], subject=("unheard_of", "12"), stable_id="greeting:2")
    browser = as_(client, staff["liqiang"])
    known, unknown = Message.objects.order_by("stable_id")
    assert 'href="/messages/channels/new/smtp/"' in page(browser, "message", known.pk)
    assert "btn-primary" not in page(browser, "message", unknown.pk).partition("<main")[2]


def test_nobody_reads_or_marks_what_is_not_theirs(client: Client, staff: dict[str, User], tell: Tell) -> None:
    tell(staff["liqiang"])
    row = Message.objects.get()
    for username in ("wangfang", "zhoujie", "sunlei"):
        browser = as_(client, staff[username])
        assert browser.get(row.get_absolute_url()).status_code == 404
        assert browser.post(reverse("courier:read", args=[row.pk])).status_code == 404
        assert "您好" not in page(browser, "messages")
        browser.post(reverse("courier:read_all"))
    row.refresh_from_db()
    assert row.read_at is None


def test_all_are_noted_as_read_at_once(client: Client, staff: dict[str, User], tell: Tell) -> None:
    for number in range(3):
        tell(staff["liqiang"], stable_id=f"greeting:{number}")
    answer = as_(client, staff["liqiang"]).post(reverse("courier:read_all"), follow=True)
    assert "3 条消息已标为已读" in answer.content.decode()
    assert queries.unread_count(staff["liqiang"].pk) == 0


def test_lists_ask_the_same_number_of_queries_for_one_row_and_for_fifty(
    client: Client, staff: dict[str, User], reachable: User, mail_channel: Channel, tell: Tell, now: datetime
) -> None:
    def asked(user: User, name: str, **query: str) -> int:
        browser = as_(client, user)
        with CaptureQueriesContext(connection) as found:
            page(browser, name, **query)
        return len(found)

    tell(reachable)
    one = asked(reachable, "messages"), asked(staff["zhoujie"], "deliveries")
    for number in range(1, 60):
        tell(reachable, staff["wangfang"], stable_id=f"greeting:{number}", at=now + timedelta(seconds=number))
    fifty = asked(reachable, "messages", size="50"), asked(staff["zhoujie"], "deliveries", size="50")
    assert one == fifty


def test_the_log_shows_addresses_masked_on_the_page_and_in_the_export(
    client: Client, staff: dict[str, User], reachable: User, mail_channel: Channel, tell: Tell, run_lanes: Run
) -> None:
    tell(reachable)
    run_lanes()
    browser = as_(client, staff["zhoujie"])
    listed = page(browser, "deliveries", state="sent", q="李强")
    assert "l***@example.com" in listed
    assert "liqiang@example.com" not in listed
    answer = browser.get(reverse("courier:deliveries"), {"export": "csv"})
    rows = list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    assert [(row["收件人"], row["地址"], row["状态"]) for row in rows] == [
        ("李强", "l***@example.com", "已发送")
    ]
    assert page(browser, "deliveries", state="failed").count("data-row") == 0
    detail = page(browser, "delivery", Delivery.objects.get().pk)
    assert "l***@example.com" in detail
    assert "您有新的任务" not in detail


@pytest.mark.parametrize(
    ("username", "channels", "log"),
    [("zhoujie", 200, 200), ("sunlei", 403, 200), ("liqiang", 403, 403), ("chenjing", 403, 403)],
)
def test_channels_are_for_administrators_and_the_log_for_those_who_supervise(
    username: str, channels: int, log: int, client: Client, staff: dict[str, User], webhook: Channel
) -> None:
    browser = as_(client, staff[username])
    for address in (
        reverse("courier:channels"), reverse("courier:channel", args=[webhook.pk]), reverse("courier:texts"),
        reverse("courier:new_channel", args=["smtp"]), reverse("courier:text", args=["courier.test"]),
    ):  # fmt: skip
        assert browser.get(address).status_code == channels, address
    assert browser.get(reverse("courier:deliveries")).status_code == log
    if channels == 403:
        act = browser.post(reverse("courier:channel_act", args=[webhook.pk]), {"do": "pause"})
        assert act.status_code == 403


def test_one_gives_an_address_and_sees_it_again_alone(
    client: Client, staff: dict[str, User], actors: dict[str, Actor]
) -> None:
    browser = as_(client, staff["liqiang"])
    address = reverse("courier:settings")
    wrong = browser.post(address, {"do": "addresses", "mail": "邮箱@例子.cn", "phone": "12345"})
    assert wrong.status_code == 422
    assert "不是大陆手机号" in wrong.content.decode()
    browser.post(address, {"do": "addresses", "mail": "liqiang@example.com", "phone": "１３９ 1234-5678"})
    assert queries.addresses_of(staff["liqiang"].pk) == {
        "mail": "liqiang@example.com",
        "phone": "13912345678",
    }
    assert "liqiang@example.com" in page(browser, "settings")
    entry = Entry.objects.get(event="courier.address.changed")
    assert "liqiang@" not in str(entry.after)
    assert entry.after is not None
    assert set(entry.after) == {"mail", "phone"}
    assert "liqiang@example.com" not in page(as_(client, staff["wangfang"]), "settings")
    actions.set_addresses(actor=actors["liqiang"], at=entry.at, mail="", phone="")
    assert queries.addresses_of(staff["liqiang"].pk) == {}


def test_one_sets_quiet_hours_and_what_not_to_get_outside(client: Client, staff: dict[str, User]) -> None:
    browser = as_(client, staff["liqiang"])
    address = reverse("courier:settings")
    half = browser.post(
        address, {"do": "preference", "own_hours": "on", "quiet_from": "20:00", "quiet_to": ""}
    )
    assert "请填写开始和结束时间" in half.content.decode()
    browser.post(
        address,
        {
            "do": "preference",
            "own_hours": "on",
            "quiet_from": "20:00",
            "quiet_to": "09:00",
            "muted": [Group.WORK],
        },
    )
    found = queries.wishes_of([staff["liqiang"].pk])[staff["liqiang"].pk]
    assert (found.quiet.start.hour, found.quiet.end.hour, found.quiet.rests) == (20, 9, False)
    assert found.muted == {Group.WORK}
    refused = browser.post(address, {"do": "preference", "muted": [Group.SECURITY]})
    assert refused.status_code == 422


def test_an_administrator_sets_up_a_channel_tests_it_and_never_sees_its_secret_again(
    client: Client, staff: dict[str, User], receiver: Receiver, run_lanes: Run
) -> None:
    browser = as_(client, staff["zhoujie"])
    new = reverse("courier:new_channel", args=["dingtalk"])
    wrong = browser.post(new, {"name": "钉钉", "url": "https://oapi.dingtalk.com/wrong"})
    assert "不是该机器人的 Webhook 地址" in wrong.content.decode()
    inside = browser.post(new, {"name": "钉钉", "url": "https://10.0.0.1/robot/send?access_token=abc"})
    assert "不允许" in inside.content.decode()
    token, secret = "0f1e2d3c4b5a69788796", "SECabcdefghijklmnop"
    url = f"{receiver.address}/robot/send?access_token={token}"
    answer = browser.post(
        new, {"name": "风控群", "url": url, "secret": secret, "groups": ["work"]}, follow=True
    )
    channel = Channel.objects.get()
    text = answer.content.decode()
    assert token not in text
    assert secret not in text
    assert f"****{token[-4:]}" in text
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM ledger_entry e, courier_channel c WHERE e::text LIKE %s OR c::text LIKE %s",
            [f"%{token}%", f"%{token}%"],
        )
        assert cursor.fetchone() == (0,)
    act = reverse("courier:channel_act", args=[channel.pk])
    assert "交给后台发送" in browser.post(act, {"do": "test"}, follow=True).content.decode()
    run_lanes(timezone.now())
    assert f"access_token={token}" in receiver.taken[0].path
    # Left blank, secrets stay.
    browser.post(reverse("courier:channel", args=[channel.pk]), {"name": "风控二群", "groups": ["work"]})
    channel.refresh_from_db()
    assert channel.name == "风控二群"
    assert queries.config_of(channel)["secret"] == secret
    changed = Entry.objects.get(event="courier.channel.changed")
    assert changed.after is not None
    assert changed.after["config_changed"] == []
    browser.post(act, {"do": "remove"})
    assert page(browser, "channels").count("data-row") == 0


def test_a_name_that_is_taken_and_a_kind_that_is_none(
    client: Client, staff: dict[str, User], webhook: Channel, receiver: Receiver
) -> None:
    browser = as_(client, staff["zhoujie"])
    given = {"name": webhook.name, "url": f"{receiver.address}/x"}
    again = browser.post(reverse("courier:new_channel", args=["webhook"]), given)
    assert "已有名为" in again.content.decode()
    assert browser.get(reverse("courier:new_channel", args=["fax"])).status_code == 404
    assert browser.post(reverse("courier:channel_act", args=[webhook.pk]), {"do": "burn"}).status_code == 404


def test_what_was_given_up_is_sent_again_from_the_log_and_from_the_channel(
    client: Client, staff: dict[str, User], webhook: Channel, receiver: Receiver, tell: Tell, run_lanes: Run
) -> None:
    receiver.answer(404)
    receiver.answer(404)
    tell(staff["liqiang"])
    tell(staff["liqiang"], stable_id="greeting:2")
    run_lanes()
    browser = as_(client, staff["zhoujie"])
    assert "有 2 条消息多次尝试后没有发出" in page(browser, "channels")
    first, second = Delivery.objects.order_by("stable_id")
    assert "对方返回 HTTP 404" in page(browser, "delivery", first.pk)
    browser.post(reverse("courier:retry", args=[first.pk]))
    browser.post(reverse("courier:channel_act", args=[webhook.pk]), {"do": "retry"})
    assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.QUEUED}
    run_lanes(timezone.now())
    assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.SENT}
    again = browser.post(reverse("courier:retry", args=[second.pk]), follow=True)
    assert "已发送" in again.content.decode()


def test_the_institution_words_a_message_anew_and_goes_back(
    client: Client, staff: dict[str, User], tell: Tell, actors: dict[str, Actor]
) -> None:
    browser = as_(client, staff["zhoujie"])
    address = reverse("courier:text", args=["test.greeting"])
    seen = browser.post(
        reverse("courier:preview", args=["test.greeting"]), {"title": "致{who}", "body": "{day} <b>"}
    ).content.decode()
    assert "致李强" in seen
    assert "2026-11-20 &lt;b&gt;" in seen
    for wrong, said in (
        ("{nobody}", "没有这样的值"),
        ("{who", "大括号不成对"),
        ("{who.name}", "只能写"),
        ("{who!r}", "只能写"),
    ):
        answer = browser.post(address, {"do": "save", "title": "致{who}", "body": wrong})
        assert said in answer.content.decode(), wrong
    browser.post(address, {"do": "save", "title": "致{who}", "body": "请于 {day} 处理。"})
    tell(staff["liqiang"])
    browser.post(address, {"do": "save", "title": "致{who}", "body": "请于 {day} 处理。"})
    assert Wording.objects.count() == 1
    browser.post(address, {"do": "reset"})
    tell(staff["liqiang"], stable_id="greeting:2")
    titles = [
        queries.text_of(row).title for row in queries.visible_to(actors["liqiang"]).order_by("stable_id")
    ]
    assert titles == ["致李强", "您好，李强"]
    shown = page(browser, "text", "test.greeting")
    assert "v2" in shown
    assert "v1" in shown
    assert "本机构" not in page(browser, "texts")
    assert browser.get(reverse("courier:text", args=["no.such"])).status_code == 404


def test_the_entry_of_a_wording_leads_to_its_form_filled_with_the_words_before(
    client: Client, staff: dict[str, User], tell: Tell
) -> None:
    browser = as_(client, staff["zhoujie"])
    address = reverse("courier:text", args=["test.greeting"])
    for title in ("甲{who}", "乙{who}"):
        browser.post(address, {"do": "save", "title": title, "body": "{day}"})
    entry = Entry.objects.filter(event="courier.wording.changed").latest("recorded_at")
    form = f"{address}?from_entry={entry.pk}"
    assert f'href="{form}"' in browser.get(reverse("ledger:entry", args=[entry.pk])).content.decode()
    shown = browser.get(form).content.decode()
    assert 'value="甲{who}"' in shown
    assert "以下字段已填入" in shown
    assert Wording.objects.count() == 2


def test_the_bell_costs_every_page_one_query(client: Client, staff: dict[str, User], tell: Tell) -> None:
    browser = as_(client, staff["liqiang"])
    tell(staff["liqiang"])
    with CaptureQueriesContext(connection) as found:
        browser.get(reverse("courier:settings"))
    assert sum("courier_message" in query["sql"] for query in found) == 1


def test_mail_of_a_person_is_not_sent_where_there_is_no_mail_server(
    reachable: User, mailbox: Mailbox, tell: Tell
) -> None:
    tell(reachable)
    assert not Delivery.objects.exists()
    assert Message.objects.count() == 1
