"""What happened with a customer's guarantees, for its timeline."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time

from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.business.models import Claim, Guarantee, Recovery
from vouch.business.permissions import may_open_register
from vouch.customers.queries import Happening
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.web.figures import wan


def told_of_guarantees(party: Party, actor: Actor, at: datetime) -> Iterator[Happening]:
    """Taken into the book, due, released, paid for, recovered: on the day on which it happened."""
    if not may_open_register(actor):
        return
    for one in Guarantee.objects.filter(party=party):
        url = one.get_absolute_url()
        amount = _("%(number)s（%(amount)s 万元）") % {
            "number": one.number,
            "amount": wan(one.contract_amount),
        }
        yield Happening(at=_noon(one.counted_on), what=_("计入在保"), about=amount, url=url)
        if one.due_on:
            yield Happening(at=_noon(one.due_on), what=_("到期"), about=one.number, url=url)
        if one.released_on:
            yield Happening(at=_noon(one.released_on), what=_("解保"), about=one.number, url=url)
    for model, what in ((Claim, _("代偿")), (Recovery, _("追偿回收"))):
        for row in model.objects.filter(guarantee__party=party).select_related("guarantee"):
            about = _("%(number)s（%(amount)s 万元）") % {
                "number": row.guarantee.number,
                "amount": wan(row.amount),
            }
            yield Happening(at=_noon(row.on), what=what, about=about, url=row.guarantee.get_absolute_url())


def _noon(day: date) -> datetime:
    """A day without an hour stands in the middle of it."""
    return timezone.make_aware(datetime.combine(day, time(12)))
