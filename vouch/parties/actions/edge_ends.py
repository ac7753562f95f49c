"""Lines of the graph that no longer hold: ended with a day and a reason, and kept in the history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.parties import permissions
from vouch.parties.models import Licence, Party
from vouch.parties.queries.history import EDGES, OWNER
from vouch.platform.identity.actions import take_part
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Office
from vouch.platform.ledger.action import Entry, action


@dataclass(frozen=True, slots=True)
class Ending:
    """Since when it no longer holds, and why; ``is_mistake`` says that it never did."""

    reason: str
    ends_on: date | None = None
    is_mistake: bool = False


@action("parties.relation.ended", may=permissions.may_correct)
def end_edge(
    entry: Entry, *, actor: Actor, at: datetime, party: Party, edge: tuple[str, int], ending: Ending
) -> None:
    """An edge (its word of EDGES, its key) no longer holds; it stays in the history. A repeat changes nothing.

    Raises ObjectDoesNotExist, and ValueError for a day that cannot be.
    """
    row = _ended(party, edge, ending, actor=actor, at=at)
    if row is None:
        entry.nothing()
        return
    before = {"relation": edge[0], "row": row.pk}
    entry.about("party", party.pk, before=before, after={"is_mistake": ending.is_mistake})
    entry.purpose(ending.reason)


@action("parties.post.ended", may=permissions.may_correct)
def end_post(
    entry: Entry, *, actor: Actor, at: datetime, party: Party, edge: tuple[str, int], ending: Ending
) -> None:
    """Somebody is no longer in a post of this organisation. As ``end_edge``."""
    post = _ended(party, edge, ending, actor=actor, at=at)
    if post is None:
        entry.nothing()
        return
    person = post.person.number if post.person else None
    after = {"is_mistake": ending.is_mistake}
    entry.about("party", party.pk, before={"post": post.kind, "person": person}, after=after)
    entry.purpose(ending.reason)


def _ended(party: Party, edge: tuple[str, int], ending: Ending, *, actor: Actor, at: datetime) -> Any:
    """The row that was ended; None where it had been before."""
    word, pk = edge
    take_part(actor=actor, matter=("party", str(party.pk)), office=Office.FRONT, at=at)
    Party.objects.select_for_update().get(pk=party.pk)
    model: Any = EDGES[word]
    row = model.objects.get(**{OWNER.get(word, "party"): party, "pk": pk})
    if row.ended_at is not None:
        return None
    if ending.ends_on and (
        ending.ends_on > timezone.localdate(at) or (row.starts_on or date.min) > ending.ends_on
    ):
        raise ValueError(_("终止日期不能晚于今天，也不能早于起始日期。"))
    end_row(row, ending, actor=actor, at=at)
    return row


def end_row(row: Any, ending: Ending, *, actor: Actor, at: datetime) -> None:
    """Write that a line no longer holds; for use inside an action of this room."""
    row.ended_at, row.ended_by, row.is_mistake = at, actor.label, ending.is_mistake
    columns = ["ended_at", "ended_by", "is_mistake"]
    # A licence's last day is what is printed on it.
    if not isinstance(row, Licence) and ending.ends_on is not None:
        row.ends_on = max(ending.ends_on, row.starts_on or ending.ends_on)
        columns.append("ends_on")
    row.save(update_fields=columns)
