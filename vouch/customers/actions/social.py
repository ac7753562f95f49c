"""Social information: what a firm's public pages show, taken in only while the gate is open, and nothing of persons."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import KW_ONLY, asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import unquote, urlsplit

from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.customers import permissions
from vouch.customers.actions.materials import WrongMaterial
from vouch.customers.actions.notices import NotNow
from vouch.customers.models import ImpactAssessment, SocialSignal, SourceSwitch
from vouch.customers.queries.assessments import SOCIAL, live_assessment, social_gate
from vouch.customers.queries.social import persons_of, why_shut
from vouch.customers.terms import SIGNAL_NEEDS, Confidence, ProcessingActivity, SeenHow, SignalKind, Tone
from vouch.engine.identifiers import holds_protected
from vouch.parties.models import Party
from vouch.parties.terms import ORGANISATIONS
from vouch.platform.identity.actions import take_part
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, Refused, action

VALUES = ("last_post_on", "rating", "rating_most", "count", "tone")
TITLES = {
    "last_post_on": "最近发布日期",
    "rating": "评分",
    "rating_most": "满分",
    "count": "条数",
    "tone": "倾向",
    "platform": "平台",
    "page_url": "页面地址",
    "note": "说明",
    "seen_on": "观察日期",
    "kind": "种类",
}


class SocialShut(Refused):
    """The institution does not use social information now; ``str()`` says what is lacking."""


@dataclass(frozen=True, slots=True)
class SignalLine:
    """What one page showed on one day; which values it has is the kind's to say (``SIGNAL_NEEDS``)."""

    _: KW_ONLY
    kind: str
    platform: str
    page_url: str
    seen_on: date
    how: str = SeenHow.PAGE
    confidence: str = Confidence.MEDIUM
    last_post_on: date | None = None
    rating: Decimal | None = None
    rating_most: Decimal | None = None
    count: int | None = None
    tone: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class LineFault:
    """What is wrong with one observation: the field's name, and why in Chinese, without the text itself."""

    field: str
    reason: str


def require_open(*, at: datetime) -> ImpactAssessment:
    """The assessment under which social information is taken in now, held so that a withdrawal waits or is seen.

    For use inside an action. Raises SocialShut.
    """
    # A withdrawal, a reviewed prohibition and the switch itself write this row: whoever holds it sees what stands.
    # An expiry writes nothing; the day is read.
    is_on = SourceSwitch.objects.select_for_update().filter(source=SOCIAL, is_on=True).exists()
    found = live_assessment(ProcessingActivity.SOCIAL, at=at)
    if not is_on or found is None:
        raise SocialShut(why_shut(social_gate(at=at)))
    return found


def line_fault(
    line: SignalLine, *, today: date, persons: Iterable[str] = (), firm: str = ""
) -> LineFault | None:
    """What is wrong with one observation: its own values, then whatever looks like a person's data."""
    if line.kind not in SignalKind.values:
        return LineFault("kind", _("不认识的信号种类"))
    needed = SIGNAL_NEEDS[line.kind]
    for name in VALUES:
        has = getattr(line, name) not in {None, ""}
        if name in needed and not has:
            label = SignalKind(line.kind).label
            return LineFault(name, _("“%(kind)s”须填%(what)s") % {"kind": label, "what": TITLES[name]})
        if has and name not in needed:
            label = SignalKind(line.kind).label
            return LineFault(name, _("“%(kind)s”没有%(what)s") % {"kind": label, "what": TITLES[name]})
    return _value_fault(line, today=today) or _person_fault(line, persons, firm)


def _value_fault(line: SignalLine, *, today: date) -> LineFault | None:
    address = urlsplit(line.page_url)
    faults = (
        ("platform", not line.platform.strip(), _("平台为空")),
        (
            "page_url",
            address.scheme not in {"http", "https"} or not address.hostname,
            _("页面地址应以 http:// 或 https:// 开头"),
        ),
        ("page_url", "@" in address.netloc, _("页面地址里不能有用户名")),
        ("seen_on", line.seen_on > today, _("观察日期晚于今天")),
        (
            "last_post_on",
            line.last_post_on is not None and line.last_post_on > line.seen_on,
            _("最近发布日期晚于观察日期"),
        ),
        ("rating_most", line.rating_most is not None and line.rating_most <= 0, _("满分应大于零")),
        (
            "rating",
            line.rating is not None
            and line.rating_most is not None
            and not 0 <= line.rating <= line.rating_most,
            _("评分应在零和满分之间"),
        ),
        ("count", line.count is not None and line.count < 0, _("条数不能为负")),
        ("tone", line.tone not in {"", *Tone.values}, _("不认识的倾向")),
    )
    return next((LineFault(field, reason) for field, is_wrong, reason in faults if is_wrong), None)


def _person_fault(line: SignalLine, persons: Iterable[str], firm: str) -> LineFault | None:
    """Texts that look like a person's: numbers, or the name of somebody in the firm's file (its own name apart)."""
    for field in ("platform", "page_url", "note"):
        # Addresses carry names percent-encoded.
        text = unicodedata.normalize("NFKC", unquote(getattr(line, field)))
        if holds_protected(text):
            return LineFault(field, _("含有证件号码、电话或账号；社交信息只记企业，不记个人"))
        if firm:
            # Covered, not cut out: the places stay, and what stands on both sides of it does not join to a name.
            own = unicodedata.normalize("NFKC", firm)
            text = text.replace(own, "\0" * len(own))
        for name in persons:
            place = text.find(unicodedata.normalize("NFKC", name))
            if place >= 0:
                told = {"place": place + 1, "name": f"{name[0]}{'*' * (len(name) - 1)}"}
                return LineFault(
                    field,
                    _("第 %(place)d 个字起是档案里的个人“%(name)s”的姓名；社交信息只记企业，不记个人") % told,
                )
    return None


@action("customers.signals.noted", may=permissions.may_note_signals)
def note_signals(
    entry: Entry, *, actor: Actor, at: datetime, party: Party, lines: Sequence[SignalLine]
) -> int:
    """Note what a firm's pages showed; give how many observations are new. A repeat changes nothing.

    Raises SocialShut, WrongMaterial (with the line and the column).
    """
    assessment = require_open(at=at)
    if party.kind not in ORGANISATIONS:
        raise WrongMaterial("", _("社交信息只记企业、个体工商户和合作社，不记个人。"))
    if not lines:
        raise WrongMaterial("", _("请至少写一条观察。"))
    names, today = persons_of(party), timezone.localdate(at)
    for place, line in enumerate(lines, start=1):
        fault = line_fault(line, today=today, persons=names, firm=party.name)
        if fault:
            told = {"line": place, "column": TITLES[fault.field], "fault": fault.reason}
            raise WrongMaterial("", _("第 %(line)d 条“%(column)s”：%(fault)s。") % told)
    take_part(actor=actor, matter=("party", str(party.pk)), office=permissions.office_of(actor), at=at)
    new = [one for line in lines if (one := _keep_signal(party, line, assessment, actor=actor, at=at))]
    if not new:
        entry.nothing()
        return 0
    after = {"rows": len(new), "kinds": sorted({one.kind for one in new}), "assessment": assessment.number}
    entry.about("party", party.pk, after=after)
    return len(new)


def _keep_signal(
    party: Party, line: SignalLine, assessment: ImpactAssessment, *, actor: Actor, at: datetime
) -> SocialSignal | None:
    """Write one observation in place of another of the same page and day; None where it says the same."""
    told = asdict(line)
    same = SocialSignal.objects.select_for_update().filter(
        party=party, kind=line.kind, page_url=line.page_url, seen_on=line.seen_on, ended_at=None
    )
    for former in same:
        if all(getattr(former, name) == value for name, value in told.items()):
            return None
        former.ended_at, former.end_reason = at, _("同一页面、同一天的新观察")
        former.save(update_fields=["ended_at", "end_reason"])
    return SocialSignal.objects.create(
        party=party,
        assessment=assessment,
        noted_by_id=actor.user_id,
        noted_at=at,
        **told,
    )


@action("customers.signal.withdrawn", may=permissions.may_withdraw_signal)
def withdraw_signal(
    entry: Entry, *, actor: Actor, at: datetime, signal: SocialSignal, reason: str
) -> SocialSignal:
    """Take an observation back that was a slip; it counts no longer. Raises NotNow, SocialShut."""
    require_open(at=at)
    held = SocialSignal.objects.select_for_update().get(pk=signal.pk)
    if held.ended_at is not None:
        raise NotNow(_("这条观察已经失效。"))
    held.ended_at, held.end_reason = at, reason
    held.save(update_fields=["ended_at", "end_reason"])
    entry.about("social_signal", held.pk, before={"is_in_force": True}, after={"is_in_force": False})
    entry.purpose(reason)
    return held
