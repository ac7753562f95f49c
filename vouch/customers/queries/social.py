"""Questions about social information: every one of them passes the gate (``assessments.social_is_open``) at the time of use.

While the gate is shut there is nothing: no row, no count, no fact, though rows lie in the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.customers.models import SocialSignal
from vouch.customers.queries.assessments import SocialGate, social_is_open
from vouch.customers.queries.sections import Holding
from vouch.customers.terms import SignalKind, Tone
from vouch.engine import facts
from vouch.parties import queries as parties
from vouch.parties.models import Contact, Control, Party, Post, Shareholding
from vouch.parties.terms import NATURAL_PERSONS, ORGANISATIONS
from vouch.platform.identity.actor import Actor
from vouch.platform.vault.fields import place_of
from vouch.platform.vault.queries import key_of
from vouch.platform.vault.terms import Subject, VaultError

STALE_DAYS = 180
SHORTEST_NAME, LONGEST_NAME = 2, 4


def signals_visible_to(actor: Actor) -> QuerySet[SocialSignal]:
    """The observations of the parties that the actor may see; none while the gate is shut."""
    found = SocialSignal.objects.filter(party__in=parties.visible_to(actor))
    return found if social_is_open(at=timezone.now()) else found.none()


def signals_of(actor: Actor, party_id: int, *, as_of: date) -> QuerySet[SocialSignal]:
    """One party's observations that count on a day; none while the gate is shut."""
    found = signals_visible_to(actor).filter(party_id=party_id, ended_at=None, seen_on__lte=as_of)
    return found.select_related("noted_by", "assessment")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalsWanted:
    """What a list of observations is cut down to; empty values cut nothing."""

    text: str = ""
    kind: str = ""
    tone: str = ""


def signals_where(
    actor: Actor, party_id: int, wanted: SignalsWanted, *, as_of: date
) -> QuerySet[SocialSignal]:
    """One party's observations, under a filter; none while the gate is shut."""
    found = signals_of(actor, party_id, as_of=as_of)
    if wanted.text:
        found = found.filter(platform__icontains=wanted.text)
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.tone:
        found = found.filter(tone=wanted.tone)
    return found


def why_shut(gate: SocialGate) -> str:
    """Why nothing is taken in or shown, in a sentence; "" where the gate is open."""
    if gate.is_open:
        return ""
    if gate.assessment is None and gate.latest is None:
        return _(
            "没有“社交信息作为组织信号”的个人信息保护影响评估。先评估、复核，再由合规岗开启（个人信息保护法55条）。"
        )
    if gate.assessment is None:
        return _(
            "“社交信息作为组织信号”的影响评估已到期、已撤回，或结论为不得开展；在新的评估复核之前，停止采集和显示。"
        )
    return _("社交信息没有开启。影响评估已在有效期内，可由合规岗或首席风险官开启。")


def told_of_signals(party: Party, actor: Actor, at: datetime) -> Holding:
    """The file's section: nothing at all while the gate is shut, and never anything of a person."""
    if party.kind in NATURAL_PERSONS:
        return Holding(count=0, told=_("只记企业，不记个人。"))
    if not social_is_open(at=at):
        return Holding(count=0, told=_("未开启。"))
    today = timezone.localdate(at)
    rows = list(signals_of(actor, party.pk, as_of=today).values_list("kind", "seen_on", "tone"))
    if not rows:
        return Holding(count=0)
    latest = max(seen_on for _kind, seen_on, _tone in rows)
    since = today - timedelta(days=365)
    bad = sum(
        kind == SignalKind.NEWS and tone == Tone.NEGATIVE and seen_on > since for kind, seen_on, tone in rows
    )
    warnings = [_("%(count)d 条负面报道") % {"count": bad}] if bad else []
    if (today - latest).days > STALE_DAYS:
        warnings.append(_("已 %(days)d 天没有更新") % {"days": (today - latest).days})
    return Holding(count=len(rows), as_of=latest, warnings=tuple(warnings))


def assessed(subjects: Sequence[int] | None, *, purpose: facts.Purpose) -> Iterable[int]:
    """Of which of these parties social information may be read: of organisations, while the gate is open. The catalogue's guard."""
    if not social_is_open(at=purpose.at):
        return ()
    if subjects is not None:
        firms = Party.objects.filter(pk__in=list(subjects), kind__in=ORGANISATIONS)
        return firms.values_list("pk", flat=True)
    # What was noted in one of two records of the same firm is the firm's: the facts are answered by customer.
    customers = Coalesce("party__canonical_id", "party_id")
    found = SocialSignal.objects.filter(party__kind__in=ORGANISATIONS)
    return found.values_list(customers, flat=True).distinct()


def persons_of(party: Party) -> frozenset[str]:
    """The names of persons in a customer's file, in whichever of its records they stand."""
    stays = party.canonical_id or party.pk
    records = Party.objects.filter(Q(pk=stays) | Q(canonical=stays)).values_list("pk", flat=True)
    return frozenset().union(*persons_known(list(records)).values())


def persons_known(party_ids: Sequence[int]) -> Mapping[int, frozenset[str]]:
    """Party → the names of persons in its file, past ones too: posts, shareholders, controllers, contacts."""
    found: dict[int, set[str]] = {pk: set() for pk in party_ids}
    people = list(NATURAL_PERSONS)
    rows = [
        *Post.objects.filter(enterprise__in=party_ids).values_list(
            "enterprise_id", "person__name", "person_name"
        ),
        *Shareholding.objects.filter(party__in=party_ids)
        .exclude(holder__kind__in=ORGANISATIONS)
        .values_list("party_id", "holder__name", "holder_name"),
        *Control.objects.filter(party__in=party_ids)
        .exclude(controller__kind__in=ORGANISATIONS)
        .values_list("party_id", "controller__name", "controller_name"),
        *Party.objects.filter(pk__in=party_ids, kind__in=people).values_list("pk", "name", "name"),
    ]
    for party_id, *names in rows:
        found[party_id].update(name for name in names if name)
    for contact in Contact.objects.filter(party__in=party_ids, name__isnull=False):
        try:
            key = key_of(Subject("party", str(contact.party_id)))
            found[contact.party_id].add(key.open(bytes(contact.name or b""), place=place_of(contact, "name")))
        except VaultError:
            continue
    return {pk: frozenset(name for name in names if _is_person_name(name)) for pk, names in found.items()}


def _is_person_name(name: str) -> bool:
    """A shareholder that is only written down may be a firm; names of persons are short."""
    return SHORTEST_NAME <= len(name.strip()) <= LONGEST_NAME or "·" in name
