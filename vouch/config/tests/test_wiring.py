"""What the switchboard connects."""

from __future__ import annotations

from vouch.config.wiring import REACTIONS
from vouch.platform.courier import tasks


def test_every_change_of_access_is_told() -> None:
    told = {event for event, names in REACTIONS.items() if "courier.tell_of_access" in names}
    assert told == set(tasks.ACCESS_EVENTS)
