"""What those who decide need to know of a customer and the file cannot tell: facts by name, asked from above.

A room above says which facts it needs of such a customer (``register_needs``, from its ``apps.py``); here the catalogue is
asked for them. Facts that are guarded are left out: whether they may be read is a question of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.customers.models import Errand
from vouch.customers.queries.gaps import summaries_of
from vouch.customers.queries.sections import Holding
from vouch.customers.terms import ErrandState
from vouch.engine.facts import Fact, catalogue
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor


@dataclass(frozen=True, slots=True)
class Needs:
    """Who needs these facts, in words, and their names."""

    title: str
    facts: Sequence[str]


Ask = Callable[[Party, datetime], Sequence[Needs]]
_asks: dict[str, Ask] = {}


def register_needs(room: str, ask: Ask) -> None:
    """Name who says which facts a room needs of a customer; registering again replaces."""
    _asks[room] = ask


@dataclass(frozen=True, slots=True)
class LackingFact:
    """A fact that is needed and has no value."""

    fact: Fact
    needed_by: str


def lacking_facts(party: Party, *, at: datetime) -> list[LackingFact]:
    """Needed facts without a value today, in the order in which they are needed. The caller has checked visibility."""
    needed_by: dict[str, str] = {}
    for ask in _asks.values():
        for needs in ask(party, at):
            for name in needs.facts:
                if name in catalogue and not catalogue.is_guarded(name):
                    needed_by.setdefault(name, needs.title)
    if not needed_by:
        return []
    values = catalogue.ask(needed_by, [party.pk], as_of=timezone.localdate(at)).row(party.pk)
    return [LackingFact(catalogue[name], title) for name, title in needed_by.items() if values[name] is None]


def told_of_gaps(party: Party, actor: Actor, at: datetime) -> Holding:
    """What the overview says of gaps: completeness, what is missing and stale, what is late."""
    today = timezone.localdate(at)
    found = summaries_of([party.pk], as_of=today, at=at)
    if not found:
        return Holding(count=0)
    [one] = found
    late = Errand.objects.filter(party=party, state=ErrandState.OPEN, due_on__lt=today).count()
    warnings = [
        text % number
        for text, number in (
            (_("缺 %d 项"), one.missing_count),
            (_("%d 项已过时"), one.stale_count),
            (_("%d 项补资料任务逾期"), late),
        )
        if number
    ]
    told = _("完整度 %d%%") % one.percent
    return Holding(count=one.total - one.met, told=told, warnings=tuple(warnings))
