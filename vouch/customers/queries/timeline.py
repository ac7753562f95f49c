"""What happened with a customer, newest first: every room tells its own part, as far as the one who asks may know."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import nlargest

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from vouch.customers.models import Authorisation, Material, RightsRequest, Verification
from vouch.customers.permissions import may_open_consent, may_open_requests, may_use_credit_of
from vouch.customers.queries.credit import reports_of
from vouch.customers.queries.rights import requests_visible_to
from vouch.customers.terms import AuthorisationState, MaterialState
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing that happened: when, what (a few words), what about, by whom, and where it is shown."""

    at: datetime
    what: str
    about: str = ""
    who: str = ""
    url: str = ""


Tell = Callable[[Party, Actor, datetime], Iterator[Happening]]


@dataclass(frozen=True, slots=True)
class Strand:
    """One room's part of the timeline: a word for the filter, an icon, and who tells it."""

    name: str
    title: str | Promise
    icon: str
    tell: Tell


@dataclass(frozen=True, slots=True)
class Told:
    """A happening with the strand that it belongs to."""

    strand: Strand
    happening: Happening


_strands: dict[str, Strand] = {}


def register_strand(strand: Strand) -> None:
    """Make a part of the timeline known; called from ``apps.py``. Registering again replaces."""
    _strands[strand.name] = strand


def strands() -> list[Strand]:
    """Every part, in the order of registration."""
    return list(_strands.values())


def timeline_of(party: Party, actor: Actor, *, at: datetime, only: str = "", limit: int = 60) -> list[Told]:
    """The latest that happened until ``at``, newest first. The caller has checked that the customer is visible."""
    wanted = [strand for strand in _strands.values() if only in {"", strand.name}]
    told = (Told(strand, one) for strand in wanted for one in strand.tell(party, actor, at))
    # Of two at the same moment the one told later came later.
    placed = enumerate(one for one in told if _counts(one.happening, actor, at))
    return [one for _place, one in nlargest(limit, placed, key=lambda pair: (pair[1].happening.at, pair[0]))]


def _counts(one: Happening, actor: Actor, at: datetime) -> bool:
    """What lies ahead did not happen yet, and an inspection looks at its period alone."""
    return one.at <= at and (actor.period is None or actor.looks_at(timezone.localdate(one.at)))


def told_of_materials(party: Party, actor: Actor, at: datetime) -> Iterator[Happening]:
    """Materials that came in, took the place of another, were verified or taken back."""
    for one in Material.objects.filter(party=party).select_related("recorded_by"):
        url = reverse("customers:material", args=[one.pk])
        about = _("%(kind)s（%(origin)s，所属 %(day)s）") % {
            "kind": one.get_kind_display(),
            "origin": one.get_origin_display(),
            "day": one.as_of,
        }
        yield Happening(at=one.known_at, what=_("登记资料"), about=about, who=_name(one.recorded_by), url=url)
        if one.state == MaterialState.WITHDRAWN and one.ended_at:
            yield Happening(at=one.ended_at, what=_("撤回资料"), about=f"{about}：{one.end_reason}", url=url)
    found = Verification.objects.filter(material__party=party).select_related("by", "material")
    for check in found:
        yield Happening(
            at=check.at,
            what=_("核实资料"),
            about=f"{check.material}：{check.get_finding_display()}（{check.get_means_display()}）",
            who=_name(check.by),
            url=reverse("customers:material", args=[check.material_id]),
        )


def told_of_consent(party: Party, actor: Actor, at: datetime) -> Iterator[Happening]:
    """Authorisations, and credit reports as far as they may be listed now."""
    if not may_open_consent(actor):
        return
    for one in Authorisation.objects.filter(grantor=party).select_related("recorded_by", "verified_by"):
        about, url = f"{one.number} {'、'.join(one.scope_titles)}", one.get_absolute_url()
        yield Happening(
            at=one.recorded_at, what=_("登记授权"), about=about, who=_name(one.recorded_by), url=url
        )
        if one.verified_at:
            yield Happening(
                at=one.verified_at, what=_("核验授权"), about=about, who=_name(one.verified_by), url=url
            )
        if one.withdrawn_at:
            yield Happening(at=one.withdrawn_at, what=_("撤回授权"), about=about, url=url)
        elif one.state == AuthorisationState.VERIFIED:
            yield Happening(at=one.ends_at, what=_("授权到期"), about=about, url=url)
    if not may_use_credit_of(actor, party):
        return
    for report in reports_of(party, at=at).reports:
        yield Happening(
            at=report.uploaded_at,
            what=_("取得信用报告"),
            about=f"{report.get_kind_display()}（{report.get_reason_display()}）",
            who=_name(report.uploaded_by),
            url=reverse("customers:consent_of", args=[party.pk]),
        )


def told_of_requests(party: Party, actor: Actor, at: datetime) -> Iterator[Happening]:
    """What the customer asked of us by right, and how it was answered."""
    if not may_open_requests(actor):
        return
    found: list[RightsRequest] = list(requests_visible_to(actor).filter(party=party))
    for one in found:
        about, url = f"{one.number} {one.get_kind_display()}", one.get_absolute_url()
        yield Happening(at=one.received_at, what=_("受理权利请求"), about=about, url=url)
        if one.answered_at:
            yield Happening(at=one.answered_at, what=_("答复权利请求"), about=about, url=url)


def _name(user: object) -> str:
    return str(getattr(user, "name", ""))
