"""A lane from its first waiting message to its last: take, send, note; what a job does."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from vouch.platform.courier import actions, queries
from vouch.platform.courier._sending import Content, Outcome, Target, send
from vouch.platform.courier.actions.deliveries import MAX_ATTEMPTS
from vouch.platform.courier.models import Delivery
from vouch.platform.courier.terms import ChannelKind
from vouch.platform.identity.actor import system_actor
from vouch.platform.vault.fields import place_of
from vouch.platform.vault.queries import key_of
from vouch.platform.vault.terms import Subject, VaultError

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
ROUNDS = 200
COURIER = system_actor("courier")


def deliver_lane(lane: str, *, clock: Clock) -> bool:
    """Send what is due in the lane, until nothing is, or the channel fails. True where there is more to do."""
    for _round in range(ROUNDS):
        batch = actions.begin_batch(actor=COURIER, at=clock(), lane=lane)
        if batch is None:
            return False
        if not _note(batch, _sent(batch), clock=clock):
            return False
    return True


def _sent(batch: actions.Batch) -> Outcome:
    if batch.attempts > MAX_ATTEMPTS:
        return Outcome(_("发送进程多次中断，未能完成"), is_final=True, is_ours=False)
    try:
        target, content = _opened(batch)
    except VaultError:
        return Outcome(_("收件人或通道的密钥已销毁，内容不可读"), is_final=True, is_ours=False)
    try:
        return send(target, content, message_id=str(batch.id))
    except Exception:
        # A fault of ours or of the library; no text or address may get into the log with it.
        logger.exception("delivery %s could not be sent", batch.id)
        return Outcome(_("程序出错，请查看运行日志"))


def _note(batch: actions.Batch, outcome: Outcome, *, clock: Clock) -> bool:
    """What came of it; whether the lane may go on."""
    at = clock()
    if not outcome.cause:
        record = actions.record_head_sent if batch.is_head else actions.record_sent
        record(actor=COURIER, at=at, batch=batch)
        return True
    if outcome.is_final or batch.attempts >= MAX_ATTEMPTS:
        abandon = actions.abandon_head if batch.is_head else actions.abandon_batch
        abandon(actor=COURIER, at=at, batch=batch, cause=outcome.cause)
        return outcome.is_final
    actions.postpone_batch(actor=COURIER, at=at, batch=batch, cause=outcome.cause, with_lane=outcome.is_ours)
    return not outcome.is_ours


def _opened(batch: actions.Batch) -> tuple[Target, Content]:
    """Raises VaultError."""
    config = queries.config_of(batch.channel)
    contents = [_content(row) for row in batch.rows]
    kind = batch.channel.kind
    to: list[str] = []
    if kind == ChannelKind.SMTP:
        to = [_address(batch.rows[0])] if batch.rows[0].recipient_id else list(config.get("to", []))
    elif kind == ChannelKind.DINGTALK:
        to = queries.phones_of_notice(row.stable_id for row in batch.rows)
    return Target(kind, config, to), _together(batch, contents)


def _content(row: Delivery) -> dict[str, Any]:
    key = key_of(Subject(*queries.owner_of(row)))
    found: dict[str, Any] = json.loads(key.open(row.content or b"", place=place_of(row, "content")))
    return found


def _address(row: Delivery) -> str:
    key = key_of(Subject("user", str(row.recipient_id)))
    return key.open(row.address or b"", place=place_of(row, "address"))


def _together(batch: actions.Batch, contents: list[dict[str, Any]]) -> Content:
    if len(contents) == 1:
        one, row = contents[0], batch.rows[0]
        fields = {"template": row.template, "group": row.group, "stable_id": row.stable_id}
        return Content(one["title"], one["body"], one.get("files", {}), fields | one.get("fields", {}))
    lines = [f"{place}. {one['title']}\n{one['body']}" for place, one in enumerate(contents, start=1)]
    return Content(_("您有 %d 条消息") % len(contents), "\n\n".join(lines))
