"""What the services really get, from real sockets."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import socket
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pytest_django.fixtures import Settings

from vouch.platform.courier import actions
from vouch.platform.courier._delivering import deliver_lane
from vouch.platform.courier._sending import Content, Target, send
from vouch.platform.courier.models import Channel, Delivery
from vouch.platform.courier.terms import BACKOFF, ChannelKind, DeliveryState, Group, NotNow
from vouch.platform.courier.tests.conftest import (
    AddChannel,
    Mailbox,
    Receiver,
    Tell,
    smtp_config,
    subject_of,
    text_of,
)  # fmt: skip
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import User
from vouch.platform.ledger.models import Entry

pytestmark = pytest.mark.django_db
Run = Callable[..., None]


def only() -> Delivery:
    return Delivery.objects.get()


def test_mail_arrives_in_chinese_with_emoji_and_its_number(
    reachable: User, mail_channel: Channel, mailbox: Mailbox, tell: Tell, run_lanes: Run
) -> None:
    tell(reachable)
    run_lanes()
    [(to, mail)] = mailbox.mails
    assert to == "liqiang@example.com"
    assert subject_of(mail) == "您好，李强"
    assert "您有新的任务。🎉" in text_of(mail)
    assert mail["X-Vouch-Message-Id"] == str(only().pk)
    assert str(only().pk)[:8] in text_of(mail)
    assert (only().state, only().attempts, only().cause) == (DeliveryState.SENT, 1, "")
    sent = Entry.objects.get(event="courier.delivery.sent")
    assert sent.after is not None
    assert sent.after["messages"] == ["greeting:1"]
    assert "liqiang" not in str(sent.after)


def test_a_webhook_gets_json_with_an_id_and_a_signature_that_can_be_checked(
    add_channel: AddChannel, receiver: Receiver, staff: dict[str, User], tell: Tell, run_lanes: Run
) -> None:
    key = base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
    config = {"url": f"{receiver.address}/in?tenant=7", "secret": f"whsec_{key}"}
    add_channel(ChannelKind.WEBHOOK, config, groups=[Group.WORK])
    tell(staff["liqiang"])
    run_lanes()
    [taken] = receiver.taken
    assert taken.path == "/in?tenant=7"
    headers = {name.lower(): value for name, value in taken.headers.items()}
    assert headers["content-type"] == "application/json"
    assert headers["webhook-id"] == taken.json["id"] == str(only().pk)
    assert (taken.json["title"], taken.json["stable_id"]) == ("您好，李强", "greeting:1")
    assert "🎉" in taken.json["message"]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + taken.body
    expected = hmac.new(base64.b64decode(key), signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(expected).decode()


def test_the_robot_of_wecom_gets_its_text(
    add_channel: AddChannel, receiver: Receiver, staff: dict[str, User], tell: Tell, run_lanes: Run
) -> None:
    config = {"base": receiver.address, "token": "693a91f6-7xxx", "secret": ""}
    add_channel(ChannelKind.WECOM, config, groups=[Group.WORK])
    receiver.answer(body='{"errcode":0,"errmsg":"ok"}')
    tell(staff["liqiang"])
    run_lanes()
    [taken] = receiver.taken
    assert taken.path == "/cgi-bin/webhook/send?key=693a91f6-7xxx"
    assert taken.json["msgtype"] == "text"
    assert taken.json["text"]["content"].startswith("您好，李强\r\n今天是 2026-11-20")
    assert only().state == DeliveryState.SENT


def test_the_robot_of_dingtalk_gets_its_text_signed_and_names_those_it_is_for(
    add_channel: AddChannel, receiver: Receiver, reachable: User, tell: Tell, run_lanes: Run
) -> None:
    config = {"base": receiver.address, "token": "abc123", "secret": "SEC0f1e2d"}
    add_channel(ChannelKind.DINGTALK, config, groups=[Group.WORK])
    receiver.answer(body='{"errcode":0,"errmsg":"ok"}')
    tell(reachable)
    run_lanes()
    [taken] = receiver.taken
    asked = parse_qs(urlsplit(taken.path).query)
    assert urlsplit(taken.path).path == "/robot/send"
    assert asked["access_token"] == ["abc123"]
    stamp = asked["timestamp"][0]
    digest = hmac.new(b"SEC0f1e2d", f"{stamp}\nSEC0f1e2d".encode(), hashlib.sha256).digest()
    assert asked["sign"] == [base64.b64encode(digest).decode()]
    assert taken.json["msgtype"] == "text"
    assert taken.json["at"] == {"atMobiles": ["13912345678"], "isAtAll": False}
    assert "您好，李强" in taken.json["text"]["content"]


def test_the_robot_of_feishu_gets_its_text(
    add_channel: AddChannel, receiver: Receiver, staff: dict[str, User], tell: Tell, run_lanes: Run
) -> None:
    add_channel(ChannelKind.FEISHU, {"base": receiver.address, "token": "tok-1"}, groups=[Group.WORK])
    receiver.answer(body='{"code":0,"msg":"success","data":{}}')
    tell(staff["liqiang"])
    run_lanes()
    [taken] = receiver.taken
    assert taken.path == "/open-apis/bot/v2/hook/tok-1"
    assert taken.json["msg_type"] == "text"
    assert "您有新的任务。🎉" in taken.json["content"]["text"]
    assert only().state == DeliveryState.SENT


def test_a_text_too_long_for_a_robot_is_cut_at_a_whole_character(receiver: Receiver) -> None:
    target = Target(ChannelKind.WECOM, {"base": receiver.address, "token": "k"})
    assert send(target, Content("标题", "很长的正文🎉" * 400), message_id="12345678").cause == ""
    text = receiver.taken[0].json["text"]["content"]
    assert len(text.encode()) <= 2048
    assert "…" in text
    assert text.endswith("（消息编号 12345678）")


@pytest.mark.parametrize(
    ("body", "state"),
    [
        ('{"errcode":93000,"errmsg":"invalid webhook url"}', DeliveryState.GIVEN_UP),
        ('{"errcode":45009,"errmsg":"api freq out of limit"}', DeliveryState.FAILED),
    ],
)
def test_a_robot_that_refuses_with_status_200_has_refused(
    body: str, state: str, add_channel: AddChannel, receiver: Receiver, staff: dict[str, User], tell: Tell,
    run_lanes: Run,
) -> None:  # fmt: skip
    add_channel(ChannelKind.WECOM, {"base": receiver.address, "token": "k"}, groups=[Group.WORK])
    receiver.answer(body=body)
    tell(staff["liqiang"])
    run_lanes()
    assert only().state == state
    assert "对方拒绝（" in only().cause


@pytest.mark.parametrize(
    ("status", "state", "cause"),
    [
        (500, DeliveryState.FAILED, "对方返回 HTTP 500"),
        (429, DeliveryState.FAILED, "对方返回 HTTP 429"),
        (404, DeliveryState.GIVEN_UP, "对方返回 HTTP 404"),
        (302, DeliveryState.GIVEN_UP, "对方返回 HTTP 302"),
    ],
)
def test_what_a_server_answers_decides_whether_it_is_tried_again(
    status: int, state: str, cause: str, webhook: Channel, receiver: Receiver, staff: dict[str, User], tell: Tell,
    run_lanes: Run,
) -> None:  # fmt: skip
    receiver.answer(status)
    tell(staff["liqiang"])
    run_lanes()
    assert (only().state, only().cause) == (state, cause)
    # A redirect is not followed: it could lead inside.
    assert [taken.path for taken in receiver.taken] == ["/hook?tenant=1"]


def test_a_server_that_does_not_answer_is_waited_for_no_longer_than_the_limit(
    webhook: Channel,
    receiver: Receiver,
    staff: dict[str, User],
    tell: Tell,
    run_lanes: Run,
    settings: Settings,
) -> None:
    settings.COURIER_TIMEOUT = 0.3
    receiver.answer(after=5)
    tell(staff["liqiang"])
    run_lanes()
    assert (only().state, only().cause) == (DeliveryState.FAILED, "对方在 0.3 秒内没有回应")


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_port_that_is_closed_and_a_name_that_does_not_exist_are_told_apart(
    add_channel: AddChannel, staff: dict[str, User], tell: Tell, run_lanes: Run
) -> None:
    add_channel(
        ChannelKind.WEBHOOK, {"url": f"http://127.0.0.1:{closed_port()}/"}, name="关", groups=[Group.WORK]
    )
    add_channel(ChannelKind.WEBHOOK, {"url": "https://nobody.invalid/x"}, name="无", groups=[Group.WORK])
    tell(staff["liqiang"])
    run_lanes()
    causes = {row.channel.name: row.cause for row in Delivery.objects.select_related("channel")}
    assert causes == {"关": "对方拒绝连接", "无": "域名“nobody.invalid”无法解析"}


@pytest.mark.parametrize(
    "config",
    [
        {"url": "https:///x"}, {"url": "ftp://example.com/"}, {"url": "不是地址"}, {}, {"url": "https://[::1"},
        {"url": "https://a b.example/"}, {"url": "https://user:pass@example.com/"},
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_given_up_with_a_word_for_the_administrator(
    config: dict[str, str], add_channel: AddChannel, staff: dict[str, User], tell: Tell, run_lanes: Run
) -> None:
    add_channel(ChannelKind.WEBHOOK, config, groups=[Group.WORK])
    tell(staff["liqiang"])
    run_lanes()
    assert only().state == DeliveryState.GIVEN_UP
    assert only().cause


MAIL_FAULTS: dict[str, tuple[dict[str, Any], dict[str, str], str, str]] = {
    # what the channel says, what the server refuses, the state, the cause
    "recipient": ({}, {"refuse_recipient": "550 no such user"}, "given_up", "邮件服务器拒绝收件地址（550）"),
    "greylisted": ({}, {"refuse_recipient": "451 try later"}, "failed", "邮件服务器拒绝收件地址（451）"),
    "content": ({}, {"refuse_data": "554 spam"}, "given_up", "邮件服务器拒绝（554）"),
    "no login": ({"user": "vouch", "password": "x"}, {}, "failed", "邮件服务器不支持所设的加密或登录方式"),
    "no encryption": ({"security": "starttls"}, {}, "failed", "邮件服务器不支持所设的加密或登录方式"),
    "no tls": ({"security": "ssl"}, {}, "failed", "邮件服务器的证书无效或加密连接失败"),
}


@pytest.mark.parametrize("fault", MAIL_FAULTS)
def test_what_a_mail_server_refuses_is_told_in_words(
    fault: str, add_channel: AddChannel, mailbox: Mailbox, reachable: User, tell: Tell, run_lanes: Run
) -> None:
    config, refusals, state, cause = MAIL_FAULTS[fault]
    for name, value in refusals.items():
        setattr(mailbox, name, value)
    add_channel(ChannelKind.SMTP, smtp_config(mailbox.port, **config))
    tell(reachable)
    run_lanes()
    assert (only().state, only().cause) == (state, cause)
    assert mailbox.mails == []


def test_a_mail_server_that_is_away_holds_the_lane_and_loses_nothing(
    add_channel: AddChannel, reachable: User, tell: Tell, now: datetime, mailbox: Mailbox
) -> None:
    add_channel(ChannelKind.SMTP, smtp_config(closed_port()))
    for number in range(2):
        tell(reachable, stable_id=f"greeting:{number}")
    lane = Delivery.objects.values_list("lane", flat=True)[0]
    deliver_lane(lane, clock=lambda: now)
    rows = list(Delivery.objects.order_by("-attempts"))
    assert [row.attempts for row in rows] == [1, 0]  # the second was not even tried
    assert {row.due_at for row in rows} == {now + BACKOFF[0]}
    assert rows[0].cause == "邮件服务器拒绝连接"


def test_it_is_tried_again_later_and_later_and_then_given_up(
    webhook: Channel, receiver: Receiver, staff: dict[str, User], tell: Tell, now: datetime, admin: Actor
) -> None:
    for _ in range(len(BACKOFF) + 1):
        receiver.answer(503)
    tell(staff["liqiang"])
    at = now
    for wait in BACKOFF:
        deliver_lane(only().lane, clock=lambda: at)  # noqa: B023 - called at once
        assert (only().state, only().due_at) == (DeliveryState.FAILED, at + wait)
        deliver_lane(only().lane, clock=lambda: at)  # noqa: B023
        at += wait
    deliver_lane(only().lane, clock=lambda: at)
    assert (only().state, only().attempts) == (DeliveryState.GIVEN_UP, len(BACKOFF) + 1)
    assert {taken.json["id"] for taken in receiver.taken} == {str(only().pk)}
    assert Entry.objects.filter(event="courier.delivery.abandoned").count() == 1
    actions.retry_delivery(actor=admin, at=at, delivery=only())
    deliver_lane(only().lane, clock=lambda: at)
    assert only().state == DeliveryState.SENT
    with pytest.raises(NotNow, match="已发送"):
        actions.retry_delivery(actor=admin, at=at, delivery=only())


def test_many_to_one_person_travel_as_one_and_two_do_not(
    reachable: User, mail_channel: Channel, mailbox: Mailbox, tell: Tell, run_lanes: Run, now: datetime
) -> None:
    for number in range(2):
        tell(reachable, stable_id=f"few:{number}")
    run_lanes()
    assert len(mailbox.mails) == 2
    for number in range(25):
        tell(reachable, stable_id=f"many:{number}", at=now + timedelta(seconds=number))
    run_lanes(now + timedelta(minutes=1))
    subjects = [subject_of(mail) for _to, mail in mailbox.mails[2:]]
    assert subjects == ["您有 20 条消息", "您有 5 条消息"]
    assert text_of(mailbox.mails[2][1]).count("您有新的任务") == 20
    assert not Delivery.objects.exclude(state=DeliveryState.SENT).exists()


def test_systems_get_every_message_by_itself(
    webhook: Channel, receiver: Receiver, staff: dict[str, User], tell: Tell, run_lanes: Run
) -> None:
    for number in range(4):
        tell(staff["liqiang"], stable_id=f"greeting:{number}")
    run_lanes()
    assert len({taken.json["id"] for taken in receiver.taken}) == 4


def test_a_paused_channel_keeps_what_is_queued_until_it_goes_on(
    webhook: Channel, receiver: Receiver, staff: dict[str, User], tell: Tell, run_lanes: Run, admin: Actor,
    now: datetime,
) -> None:  # fmt: skip
    actions.pause_channel(actor=admin, at=now, channel=webhook)
    tell(staff["liqiang"])
    run_lanes()
    assert receiver.taken == []
    with pytest.raises(NotNow):
        actions.remove_channel(actor=admin, at=now, channel=webhook)
    actions.resume_channel(actor=admin, at=now, channel=webhook)
    run_lanes()
    assert len(receiver.taken) == 1


def test_neither_address_nor_text_gets_into_the_log_of_the_program(
    reachable: User, mail_channel: Channel, mailbox: Mailbox, webhook: Channel, receiver: Receiver, tell: Tell,
    run_lanes: Run, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    mailbox.refuse_recipient = "550 no such user"
    receiver.answer(500)
    with caplog.at_level(logging.DEBUG):
        tell(reachable)
        run_lanes()
    said = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("mail."))
    assert "liqiang@example.com" not in said
    assert "新的任务" not in said
    assert receiver.address.rpartition("/")[2] not in said.replace(str(mailbox.port), "")


def test_a_test_message_goes_to_the_channel_or_to_whoever_asks(
    mail_channel: Channel, mailbox: Mailbox, webhook: Channel, receiver: Receiver, admin: Actor, now: datetime,
    run_lanes: Run,
) -> None:  # fmt: skip
    with pytest.raises(NotNow, match="邮箱"):
        actions.test_channel(actor=admin, at=now, channel=mail_channel)
    actions.set_addresses(actor=admin, at=now, mail="zhoujie@example.com", phone="")
    actions.test_channel(actor=admin, at=now, channel=mail_channel)
    actions.test_channel(actor=admin, at=now, channel=webhook)
    run_lanes()
    assert mailbox.mails[0][0] == "zhoujie@example.com"
    assert "办公系统" in receiver.taken[0].json["message"]


def test_a_shared_mailbox_gets_what_its_channel_carries(
    add_channel: AddChannel, mailbox: Mailbox, staff: dict[str, User], tell: Tell, run_lanes: Run
) -> None:
    with pytest.raises(NotNow, match="固定收件人"):
        add_channel(ChannelKind.SMTP, smtp_config(mailbox.port), groups=[Group.WORK])
    shared = ["a@example.com", "b@example.com"]
    add_channel(ChannelKind.SMTP, smtp_config(mailbox.port, to=shared), groups=[Group.WORK])
    tell(staff["liqiang"])
    run_lanes()
    assert [to for to, _mail in mailbox.mails] == shared


def test_json_of_a_payload_has_the_shape_that_the_docs_promise(receiver: Receiver) -> None:
    target = Target(ChannelKind.WEBHOOK, {"url": receiver.address + "/x"})
    content = Content("题", "文", {"a.json": "{}"}, {"template": "t", "group": "work", "stable_id": "s"})
    assert send(target, content, message_id="m").cause == ""
    payload = json.loads(receiver.taken[0].body)
    assert set(payload) == {
        "version", "title", "message", "attachments", "type", "id", "template", "group", "stable_id",
    }  # fmt: skip
    [file] = payload["attachments"]
    assert (file["filename"], base64.b64decode(file["base64"])) == ("a.json", b"{}")
