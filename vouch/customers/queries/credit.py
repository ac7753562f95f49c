"""Questions about credit reports. What they hold is opened by an action, with its purpose; here is what there is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from vouch.customers.models import Authorisation, CreditFigures, CreditReport
from vouch.customers.permissions import may_use_credit_of
from vouch.customers.queries.consent import live
from vouch.customers.queries.sections import Holding
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


def credit_figures_visible_to(actor: Actor) -> QuerySet[CreditFigures]:
    """The figures of these parties' reports. They are asked by name and purpose, through the catalogue."""
    return CreditFigures.objects.filter(report__party__in=parties.visible_to(actor))


def told_of_credit(party: Party, actor: Actor, at: datetime) -> Holding:
    """The file's section: without any live authorisation nothing but how many reports are kept."""
    if not may_use_credit_of(actor, party):
        return Holding(count=0, told=_("您的岗位不使用征信数据。"))
    shown = reports_of(party, at=at)
    if not shown.may_be_listed:
        return Holding(count=shown.count, warnings=(_("没有有效的征信授权"),))
    kept = [one for one in shown.reports if one.removed_at is None]
    if not kept:
        return Holding(count=shown.count, told=_("可以查询；没有留存的报告。"))
    latest = kept[0]
    told = _("最近一份：%(kind)s，%(reason)s") % {
        "kind": latest.get_kind_display(),
        "reason": latest.get_reason_display(),
    }
    return Holding(count=shown.count, as_of=latest.queried_on, told=told)


def report_numbered(party_id: int, number: str) -> CreditReport | None:
    """The report of this number."""
    return CreditReport.objects.filter(party_id=party_id, report_number=number).first()


def reports_to_remove(today: date) -> QuerySet[CreditReport]:
    """Reports whose purpose has ended and that are still kept (PIPL 19)."""
    return CreditReport.objects.filter(removed_at=None, keep_until__lt=today).order_by("keep_until", "pk")
