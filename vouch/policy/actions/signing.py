"""What all that two persons sign has in common."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry
from vouch.policy.actions.version import WrongStateError
from vouch.policy.models.signed import SIGNATURE, Signed
from vouch.policy.terms import SIGNED_TRANSITIONS, SignedState

Row = TypeVar("Row", bound=Signed)


def authored(actor: Actor, at: datetime) -> dict[str, Any]:
    """The fields that name who enters something."""
    return {"author_id": actor.id, "author_label": actor.label, "proposed_at": at}


def sign(
    entry: Entry, row: Row, *, kind: str, by: tuple[Actor, datetime], to: str, note: str = "", **told: Any
) -> Row:
    """Confirm or send back, by the second person. Raises WrongStateError where somebody did already."""
    actor, at = by
    found: Row = type(row)._default_manager.select_for_update(of=("self",)).get(pk=row.pk)  # noqa: SLF001 - the documented way to it
    if to not in SIGNED_TRANSITIONS[found.state]:
        message = _("%(row)s 目前是“%(state)s”，不能改为“%(to)s”。") % {
            "row": found,
            "state": found.get_state_display(),
            "to": SignedState(to).label,
        }
        raise WrongStateError(message)
    entry.about(kind, found.pk, before={"state": found.state}, after={"state": to, **told})
    found.state = to
    found.signer_id, found.signer_label, found.signed_at, found.signer_note = actor.id, actor.label, at, note
    found.save(update_fields=sorted(SIGNATURE))
    return found


ENTRY_NAMES = {
    "limit": "rule_limit",
    "scope": "threshold_scope",
    "amount": "threshold_amount",
}
"""Names of fields that mean another thing elsewhere in the ledger."""


def shown(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as an entry keeps them."""
    return {
        ENTRY_NAMES.get(name, name): value
        if isinstance(value, (bool, int, list)) or value is None
        else str(value)
        for name, value in values.items()
    }
