"""Heads of the ledger leave by mail and webhook, and a partner can check a proof with what arrived."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from vouch.platform.courier import actions, queries
from vouch.platform.courier._delivering import COURIER
from vouch.platform.courier.models import Delivery
from vouch.platform.courier.terms import ChannelKind, Group
from vouch.platform.courier.tests.conftest import AddChannel, Mailbox, Receiver, Tell, smtp_config
from vouch.platform.identity.models import User
from vouch.platform.ledger.actions import Sealer, seal_entries
from vouch.platform.ledger.models import Entry
from vouch.platform.ledger.queries import head_of_size, proof_of, public_key

pytestmark = pytest.mark.django_db
Run = Callable[..., None]
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def heads_dir(settings: Settings, tmp_path: Path) -> None:
    settings.LEDGER_HEADS_DIR = tmp_path / "heads"


@pytest.fixture
def witnesses(add_channel: AddChannel, mailbox: Mailbox, receiver: Receiver) -> None:
    add_channel(
        ChannelKind.SMTP, smtp_config(mailbox.port, to=["witness@partner.example"]), carries_heads=True
    )
    add_channel(ChannelKind.WEBHOOK, {"url": f"{receiver.address}/heads"}, carries_heads=True)
    # A robot's group is no witness: it takes no files.
    add_channel(ChannelKind.FEISHU, {"base": receiver.address, "token": "t"}, groups=[Group.WORK])


def seal(at: datetime) -> None:
    seal_entries(actor=Sealer(), at=at, everything=True)


def test_a_proof_is_checked_with_the_head_as_it_arrived(
    witnesses: None, mailbox: Mailbox, receiver: Receiver, now: datetime, run_lanes: Run, tmp_path: Path
) -> None:
    seal(now)
    assert actions.queue_head(actor=COURIER, at=now) == 2
    run_lanes()
    [(to, mail)] = mailbox.mails
    assert to == "witness@partner.example"
    attached = next(part for part in mail.walk() if part.get_filename())
    by_mail = attached.get_payload(decode=True)
    assert isinstance(by_mail, bytes)
    payload = receiver.taken[0].json
    by_hook = base64.b64decode(payload["attachments"][0]["base64"])
    assert payload["head"] == json.loads(by_mail) == json.loads(by_hook)
    assert payload["attachments"][0]["filename"] == attached.get_filename()

    entry = Entry.objects.filter(event="courier.channel.added").first()
    assert entry is not None
    head = head_of_size(payload["head"]["size"])
    assert head is not None
    proof, _head = proof_of(entry.pk, head=head)
    files = {"proof.json": json.dumps(proof).encode(), "key.pub": public_key()}
    for name, content in {**files, "mail.json": by_mail, "hook.json": by_hook}.items():
        (tmp_path / name).write_bytes(content)
    for name in ("mail.json", "hook.json"):
        call_command(
            "ledger", "check-proof", str(tmp_path / "proof.json"), head=tmp_path / name,
            key=tmp_path / "key.pub",
        )  # fmt: skip
    forged = json.loads(by_mail) | {"root": "00" * 32}
    (tmp_path / "forged.json").write_text(json.dumps(forged))
    with pytest.raises(CommandError, match="证明不成立"):
        call_command(
            "ledger", "check-proof", str(tmp_path / "proof.json"), head=tmp_path / "forged.json",
            key=tmp_path / "key.pub",
        )  # fmt: skip


def test_sending_a_head_does_not_make_the_next_one_worth_sending(
    witnesses: None, now: datetime, run_lanes: Run, tell: Tell, staff: dict[str, User], receiver: Receiver
) -> None:
    seal(now)
    actions.queue_head(actor=COURIER, at=now)
    run_lanes()
    heads = Delivery.objects.filter(head_size__isnull=False)
    assert heads.count() == 2
    for hour in range(1, 5):
        at = now + hour * HOUR
        seal(at)
        assert queries.newest_head_size() > 0
        assert actions.queue_head(actor=COURIER, at=at) == 0
        run_lanes(at)
    assert heads.count() == 2
    assert Entry.objects.filter(event="courier.head.sent").count() == 2
    tell(staff["liqiang"], at=now + 5 * HOUR)
    seal(now + 5 * HOUR)
    assert actions.queue_head(actor=COURIER, at=now + 5 * HOUR) == 2


def test_heads_leave_at_most_once_an_hour(
    witnesses: None, now: datetime, tell: Tell, staff: dict[str, User]
) -> None:
    seal(now)
    assert actions.queue_head(actor=COURIER, at=now) == 2
    tell(staff["liqiang"])
    seal(now + timedelta(minutes=1))
    assert actions.queue_head(actor=COURIER, at=now + timedelta(minutes=59)) == 0
    assert actions.queue_head(actor=COURIER, at=now + HOUR) == 2


def test_without_a_witness_or_a_head_nothing_is_queued(now: datetime, staff: dict[str, User]) -> None:
    assert actions.queue_head(actor=COURIER, at=now) == 0
    seal(now)
    assert actions.queue_head(actor=COURIER, at=now) == 0


def test_a_head_that_cannot_be_sent_is_tried_again_and_ends_in_the_log(
    witnesses: None, receiver: Receiver, now: datetime, run_lanes: Run
) -> None:
    seal(now)
    receiver.answer(404)
    actions.queue_head(actor=COURIER, at=now)
    run_lanes()
    causes = set(Delivery.objects.filter(state="given_up").values_list("cause", flat=True))
    assert causes == {"对方返回 HTTP 404"}
    assert Entry.objects.filter(event="courier.head.abandoned").count() == 1
