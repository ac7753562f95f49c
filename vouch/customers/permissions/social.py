"""Who notes what a firm's public pages show. Whether anybody may at all is the gate's to say."""

from __future__ import annotations

from typing import Any

from vouch.customers.models import SocialSignal
from vouch.customers.permissions.materials import may_record_material
from vouch.platform.identity.actor import Actor


def may_note_signals(actor: Actor, party: Any) -> bool:
    """Those who work on customers, for customers that they see and that are not restricted to storage."""
    return may_record_material(actor, party)


def may_withdraw_signal(actor: Actor, signal: SocialSignal) -> bool:
    """Whoever may note one: a slip is taken back as easily as it is made."""
    return may_record_material(actor, signal.party)
