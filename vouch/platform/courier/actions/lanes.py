"""Lanes: what one job at a time works through, so that nothing overtakes itself and bursts can be gathered."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID, uuid5

from vouch.platform.jobs.defer import defer

NAMESPACE = UUID("7b1d2f8e-6d0c-5b43-9a52-3c1f0b8e4a17")
MAIL_LANES = 8


def mail_lane(channel_id: int, user_id: int) -> str:
    """Personal mail of one server goes in eight lanes; a person stays in one of them."""
    return f"mail:{channel_id}:{user_id % MAIL_LANES}"


def channel_lane(channel_id: int) -> str:
    """What goes to the channel itself."""
    return f"channel:{channel_id}"


def wake(lanes: Iterable[str]) -> None:
    """Have the lanes worked through once this transaction is committed."""
    for lane in sorted(set(lanes)):
        defer("courier.deliver", lock=f"courier:{lane}", lane=lane)


def stable(*parts: object) -> UUID:
    """The same id for the same parts, for ever."""
    return uuid5(NAMESPACE, ":".join(str(part) for part in parts))
