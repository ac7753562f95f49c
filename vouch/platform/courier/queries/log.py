"""The delivery log."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from vouch.platform.courier.models import Delivery
from vouch.platform.courier.permissions import may_read_deliveries
from vouch.platform.courier.queries.messages import LOST, key_beside, with_key
from vouch.platform.courier.terms import DeliveryState
from vouch.platform.identity.actor import Actor
from vouch.platform.vault.fields import place_of
from vouch.platform.vault.masks import masked
from vouch.platform.vault.terms import VaultError


def deliveries_visible_to(actor: Actor) -> QuerySet[Delivery]:
    """The log, for those who run or supervise it."""
    if not may_read_deliveries(actor):
        return Delivery.objects.none()
    rows: QuerySet[Delivery] = with_key(
        Delivery.objects.select_related("channel", "recipient"), "user", "recipient_id"
    )
    return rows


def deliveries_where(
    actor: Actor,
    *,
    text: str = "",
    state: str = "",
    channel: str = "",
    group: str = "",
    days: tuple[date | None, date | None] = (None, None),
) -> QuerySet[Delivery]:
    """The log by recipient's name or message id, state, channel, group and local days (inclusive)."""
    rows = deliveries_visible_to(actor)
    if text:
        rows = rows.filter(Q(recipient__name__contains=text) | Q(stable_id=text))
    if state:
        rows = rows.filter(state=state)
    if channel:
        rows = rows.filter(channel_id=int(channel))
    if group:
        rows = rows.filter(group=group)
    since, until = days
    if since is not None:
        rows = rows.filter(created_at__date__gte=since)
    if until is not None:
        rows = rows.filter(created_at__date__lte=until)
    return rows


def masked_address(row: Delivery) -> str:
    """Where the delivery went, as it may be shown; empty for the channel itself."""
    if row.address is None or row.recipient_id is None:
        return ""
    try:
        text = key_beside(row, "user", str(row.recipient_id)).open(
            row.address, place=place_of(row, "address")
        )
    except VaultError:
        return _(LOST)
    return masked_mail(text)


def masked_mail(text: str) -> str:
    """z***@example.com: the first letter, and where the mailbox is."""
    name, _at, host = text.rpartition("@")
    return f"{name[:1]}***@{host}" if name else masked(text, kind="phone")


def given_up_count() -> int:
    """How many deliveries wait for somebody to look at them."""
    return Delivery.objects.filter(state=DeliveryState.GIVEN_UP).count()
