"""Receivers that really listen, channels that lead to them, and people who gave an address."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message as Mail
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pytest_django.fixtures import Settings

from vouch.platform.courier import actions, templates
from vouch.platform.courier._delivering import deliver_lane
from vouch.platform.courier.models import Channel, Delivery
from vouch.platform.courier.templates import Template
from vouch.platform.courier.terms import ChannelKind, Group, Urgency
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import User

GREETING = Template(
    name="test.greeting",
    title="您好，{who}",
    body="今天是 {day}，您有新的任务。🎉",
    group=Group.WORK,
    samples={"who": "李强", "day": "2026-11-20"},
)
ALARM = Template(
    name="test.alarm",
    title="账号异常",
    body="请立即处理：{what}",
    group=Group.SECURITY,
    urgency=Urgency.URGENT,
    samples={"what": "登录"},
)
# A Friday at half past ten: nobody rests, nobody sleeps.
WORDS = {"who": "李强", "day": "2026-11-20"}


@pytest.fixture(autouse=True)
def own_texts(settings: Settings) -> None:
    templates.register(GREETING)
    templates.register(ALARM)
    settings.COURIER_NETWORKS = ["127.0.0.0/8"]
    settings.COURIER_TIMEOUT = 1.0


@dataclass
class Taken:
    """One request as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """A web server that notes what it is sent; ``answers`` are used up one by one, then it says 200."""

    address: str = ""
    taken: list[Taken] = field(default_factory=list)
    answers: list[tuple[int, bytes, float]] = field(default_factory=list)
    arrived: threading.Event = field(default_factory=threading.Event)
    release: threading.Event = field(default_factory=threading.Event)

    def answer(self, status: int = 200, body: str = "", *, after: float = 0.0) -> None:
        self.answers.append((status, body.encode(), after))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.taken.append(Taken(self.path, dict(self.headers), body))
            found.arrived.set()
            status, said, after = found.answers.pop(0) if found.answers else (200, b"{}", 0.0)
            if after:
                found.release.wait(after)
            try:
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", found.address + "/elsewhere")
                self.end_headers()
                self.wfile.write(said)
            except OSError:
                pass  # whoever asked has gone

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield found
    found.release.set()
    server.shutdown()
    server.server_close()


@dataclass
class Mailbox:
    """A mail server that keeps what it is sent, and refuses what it is told to refuse."""

    port: int = 0
    mails: list[tuple[str, Mail]] = field(default_factory=list)
    refuse_recipient: str = ""
    refuse_data: str = ""

    async def handle_RCPT(  # noqa: N802 - as aiosmtpd calls it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refuse_recipient:
            return self.refuse_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.refuse_data:
            return self.refuse_data
        content = envelope.content
        assert isinstance(content, bytes)
        self.mails.append((envelope.rcpt_tos[0], message_from_bytes(content)))
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found = Mailbox(port=probe.getsockname()[1])
    controller = Controller(found, hostname="127.0.0.1", port=found.port)
    controller.start()
    yield found
    controller.stop()


def subject_of(mail: Mail) -> str:
    return str(make_header(decode_header(str(mail["Subject"]))))


def text_of(mail: Mail) -> str:
    part = next(part for part in mail.walk() if part.get_content_type() == "text/plain")
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode()


@pytest.fixture
def admin(actors: dict[str, Actor]) -> Actor:
    return actors["zhoujie"]


AddChannel = Callable[..., Channel]


@pytest.fixture
def add_channel(admin: Actor, now: datetime) -> AddChannel:
    def add(kind: ChannelKind, config: dict[str, Any], **more: Any) -> Channel:
        name = more.pop("name", f"{kind.label}{Channel.objects.count()}")
        details = actions.ChannelDetails(name=name, config=config, **more)
        return actions.add_channel(actor=admin, at=now, kind=kind, details=details)

    return add


def smtp_config(port: int, **more: Any) -> dict[str, Any]:
    return {
        "host": "127.0.0.1",
        "port": port,
        "security": "plain",
        "user": "",
        "password": "",
        "sender": "vouch@example.com",
        "to": [],
    } | more


@pytest.fixture
def mail_channel(add_channel: AddChannel, mailbox: Mailbox) -> Channel:
    return add_channel(ChannelKind.SMTP, smtp_config(mailbox.port), name="办公邮箱")


@pytest.fixture
def webhook(add_channel: AddChannel, receiver: Receiver) -> Channel:
    config = {"url": f"{receiver.address}/hook?tenant=1", "secret": ""}
    return add_channel(ChannelKind.WEBHOOK, config, groups=[Group.WORK, Group.SECURITY], name="办公系统")


@pytest.fixture
def reachable(actors: dict[str, Actor], now: datetime) -> User:
    """李强, who gave a mail address and a phone."""
    actions.set_addresses(actor=actors["liqiang"], at=now, mail="liqiang@example.com", phone="13912345678")
    return User.objects.get(username="liqiang")


Tell = Callable[..., int]


@pytest.fixture
def tell(now: datetime) -> Tell:
    """Give notice of the greeting."""

    def run(*people: User, stable_id: str = "greeting:1", **more: Any) -> int:
        given: dict[str, Any] = {"template": "test.greeting", "values": WORDS, "at": now} | more
        return actions.notify(recipients=[user.pk for user in people], stable_id=stable_id, **given)

    return run


@pytest.fixture
def run_lanes(now: datetime) -> Callable[..., None]:
    """Do what the jobs of every lane would do now."""

    def run(at: datetime = now) -> None:
        for lane in sorted(set(Delivery.objects.values_list("lane", flat=True))):
            deliver_lane(lane, clock=lambda: at)

    return run
