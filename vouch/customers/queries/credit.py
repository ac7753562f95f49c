"""Questions about credit reports. What they hold is opened by an action, with its purpose; here is what there is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from vouch.customers.models import Authorisation, CreditReport
from vouch.customers.queries.consent import live
from vouch.customers.terms import QUERY_REASONS, DataClass, Purpose
from vouch.parties import queries as parties
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor


@dataclass(frozen=True, slots=True)
class ReportsShown:
    """A party's credit reports as far as they may be listed.

    Without any live authorisation nothing but their number is told: that we keep reports is our own doing, what they
    are numbered and why they were asked for is the customer's (征信业管理条例 20).
    """

    count: int
    reports: list[CreditReport]
    purposes: list[Purpose]

    @property
    def may_be_listed(self) -> bool:
        """Whether some purpose is authorised now."""
        return bool(self.purposes)


def reports_of(party: Party, *, at: datetime) -> ReportsShown:
    """The reports of one customer and the purposes that are authorised now. The caller has checked visibility."""
    held = CreditReport.objects.filter(party=party)
    purposes = authorised_purposes(party, at=at)
    if not purposes:
        return ReportsShown(held.count(), [], [])
    reports = list(held.select_related("authorisation", "uploaded_by").order_by("-queried_on", "-pk"))
    return ReportsShown(len(reports), reports, purposes)


def authorised_purposes(party: Party, *, at: datetime) -> list[Purpose]:
    """For which purposes the party's credit data may be read now, in the order of their codes."""
    granted = Authorisation.objects.filter(
        live(at), grantor=party, recipient=None, scope__contains=[DataClass.CREDIT]
    ).values_list("purposes", flat=True)
    found = {purpose for purposes in granted for purpose in purposes}
    return [reason for reason in QUERY_REASONS if reason.value in found]


def reports_visible_to(actor: Actor) -> QuerySet[CreditReport]:
    """The reports of the parties that the actor may see; whether one may be opened is the gate's to say."""
    return CreditReport.objects.filter(party__in=parties.visible_to(actor))


def report_numbered(party_id: int, number: str) -> CreditReport | None:
    """The report of this number."""
    return CreditReport.objects.filter(party_id=party_id, report_number=number).first()


def reports_to_remove(today: date) -> QuerySet[CreditReport]:
    """Reports whose purpose has ended and that are still kept (PIPL 19)."""
    return CreditReport.objects.filter(removed_at=None, keep_until__lt=today).order_by("keep_until", "pk")
