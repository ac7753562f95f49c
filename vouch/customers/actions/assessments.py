"""Impact assessments: drafted, submitted, reviewed by a second person, in force until a day, withdrawn."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.customers import permissions
from vouch.customers.actions.notices import NotNow, WrongEntry
from vouch.customers.models import ImpactAssessment, SourceSwitch
from vouch.customers.queries.assessments import SOCIAL, keepers_of_register, live_assessment, series
from vouch.customers.terms import (
    ASSESSMENT_REMIND_DAYS,
    ASSESSMENT_TRANSITIONS,
    ASSESSMENT_YEARS,
    PER_MATTER,
    AssessmentState,
    Conclusion,
    ProcessingActivity,
)
from vouch.engine.canonical import digest
from vouch.platform.courier.actions import notify
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, action

ENDING, WAITING = "customers.assessment_ending", "customers.assessment_waiting"


class WrongAssessment(WrongEntry):
    """What was entered is no assessment that can stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentDetails:
    """What an assessment says (PIPL 56); ``valid_until`` is its last day."""

    purpose: str
    manner: str
    categories: tuple[str, ...]
    is_lawful: bool
    is_proper: bool
    is_necessary: bool
    grounds: str
    effect: str
    risk: str
    risk_level: str
    measures: str
    is_fitting: bool
    conclusion: str
    valid_until: date
    remarks: str = ""

    @property
    def sha256(self) -> str:
        """The hash over everything that it says."""
        told = asdict(self) | {"categories": list(self.categories), "valid_until": str(self.valid_until)}
        return digest(told)


def _check(details: AssessmentDetails, *, at: datetime) -> None:
    sound = (
        ("is_lawful", details.is_lawful, _("处理目的、方式不合法的，结论只能是不得开展。")),
        ("is_proper", details.is_proper, _("处理目的、方式不正当的，结论只能是不得开展。")),
        ("is_necessary", details.is_necessary, _("处理目的、方式不必要的，结论只能是不得开展。")),
        ("is_fitting", details.is_fitting, _("保护措施与风险程度不相适应的，结论只能是不得开展。")),
    )
    for field, holds, message in sound:
        if details.conclusion == Conclusion.PERMITTED and not holds:
            raise WrongAssessment(field, message)
    _check_end(details.valid_until, at=at)


def _check_end(valid_until: date, *, at: datetime) -> None:
    today = timezone.localdate(at)
    if valid_until < today:
        raise WrongAssessment("valid_until", _("有效期已经过了，请填写今天或以后的日期。"))
    if valid_until > today + timedelta(days=365 * ASSESSMENT_YEARS + 1):
        raise WrongAssessment(
            "valid_until", _("有效期最长 %(years)d 年，到期重新评估。") % {"years": ASSESSMENT_YEARS}
        )


def _apply(assessment: ImpactAssessment, details: AssessmentDetails, actor: Actor) -> None:
    for name, value in asdict(details).items():
        setattr(assessment, name, list(value) if isinstance(value, tuple) else value)
    assessment.sha256 = details.sha256
    if actor.user_id is not None and actor.user_id not in assessment.author_ids:
        assessment.author_ids = [*assessment.author_ids, actor.user_id]


@action("customers.assessment.drafted", may=permissions.may_draft_assessments)
def draft_assessment(
    entry: Entry,
    *,
    actor: Actor,
    at: datetime,
    activity: str,
    matter: str = "",
    details: AssessmentDetails,
) -> ImpactAssessment:
    """Draft the next version of an activity's (and matter's) assessment. Raises WrongAssessment."""
    if activity in PER_MATTER and not matter:
        raise WrongAssessment("matter", _("这类处理按接收方或事项分别评估，请写明是哪一个。"))
    if activity not in PER_MATTER and matter:
        raise WrongAssessment("matter", _("这类处理只有一份评估，不要填写接收方或事项。"))
    _check(details, at=at)
    former = list(series(activity, matter).select_for_update().order_by("version"))
    if any(one.state in {AssessmentState.DRAFT, AssessmentState.SUBMITTED} for one in former):
        raise WrongAssessment("activity", _("这项活动已有一份没有办完的评估，请继续那一份。"))
    newest = series(activity, matter).aggregate(newest=Max("version"))["newest"] or 0
    found = ImpactAssessment(
        activity=activity,
        matter=matter,
        version=newest + 1,
        drafted_by_id=actor.user_id,
        drafted_at=at,
    )
    _apply(found, details, actor)
    found.save()
    after = {"kind": activity, "matter": matter, "version": found.version, "sha256": found.sha256}
    entry.about("impact_assessment", found.pk, after=after)
    return found


def _locked(assessment: ImpactAssessment) -> ImpactAssessment:
    return ImpactAssessment.objects.select_for_update().get(pk=assessment.pk)


def _move(entry: Entry, held: ImpactAssessment, state: AssessmentState, *, to_do: str) -> None:
    """Into another state, as the table of states allows. Raises NotNow."""
    if state not in ASSESSMENT_TRANSITIONS[held.state]:
        raise NotNow(
            _("%(number)s 现在是“%(state)s”，不能%(verb)s。")
            % {"number": held.number, "state": held.get_state_display(), "verb": to_do}
        )
    before = {"state": held.state}
    held.state = state
    entry.about(
        "impact_assessment", held.pk, before=before, after={"state": str(state), "sha256": held.sha256}
    )


@action("customers.assessment.revised", may=permissions.may_draft_assessments)
def revise_assessment(
    entry: Entry, *, actor: Actor, at: datetime, assessment: ImpactAssessment, details: AssessmentDetails
) -> ImpactAssessment:
    """Change a draft. Raises NotNow for one that is submitted or was, WrongAssessment."""
    held = _locked(assessment)
    if held.state != AssessmentState.DRAFT:
        raise NotNow(_("只有草稿可以修改；已复核的，请起草新版本。"))
    _check(details, at=at)
    before = held.sha256
    if before == details.sha256:
        entry.nothing()
        return held
    _apply(held, details, actor)
    held.save()
    entry.about("impact_assessment", held.pk, before={"sha256": before}, after={"sha256": held.sha256})
    return held


@action("customers.assessment.submitted", may=permissions.may_draft_assessments)
def submit_assessment(
    entry: Entry, *, actor: Actor, at: datetime, assessment: ImpactAssessment
) -> ImpactAssessment:
    """Give a draft to a second person. Raises NotNow."""
    held = _locked(assessment)
    _move(entry, held, AssessmentState.SUBMITTED, to_do=_("提交"))
    held.submitted_at, held.returned_reason = at, ""
    held.save(update_fields=["state", "submitted_at", "returned_reason"])
    notify(
        at=at,
        recipients=[one for one in keepers_of_register() if one not in held.author_ids],
        template=WAITING,
        stable_id=f"assessment:{held.pk}:waiting:{at.isoformat()}",
        subject=("impact_assessment", str(held.pk)),
        values={"what": str(held), "who": actor.label},
    )
    return held


@action("customers.assessment.returned", may=permissions.may_review_assessment)
def return_assessment(
    entry: Entry, *, actor: Actor, at: datetime, assessment: ImpactAssessment, reason: str
) -> ImpactAssessment:
    """Give it back to be changed. Raises NotNow."""
    held = _locked(assessment)
    _move(entry, held, AssessmentState.DRAFT, to_do=_("退回"))
    held.returned_reason = reason
    held.save(update_fields=["state", "returned_reason"])
    entry.purpose(reason)
    return held


@action("customers.assessment.reviewed", may=permissions.may_review_assessment)
def review_assessment(
    entry: Entry, *, actor: Actor, at: datetime, assessment: ImpactAssessment, note: str = ""
) -> ImpactAssessment:
    """Put it in force until its last day; the version before it is superseded at the same moment. Raises NotNow.

    One that forbids switches the source off. Whoever wrote a word of it may not (PermissionDenied).
    """
    rows = list(series(assessment.activity, assessment.matter).select_for_update().order_by("version"))
    held = next(one for one in rows if one.pk == assessment.pk)
    if held.valid_until < timezone.localdate(at):
        raise NotNow(_("有效期已经过了，请退回修改。"))
    former = next((one for one in rows if one.state == AssessmentState.REVIEWED), None)
    _move(entry, held, AssessmentState.REVIEWED, to_do=_("复核"))
    if former is not None:
        former.state, former.ended_at = AssessmentState.SUPERSEDED, at
        former.save(update_fields=["state", "ended_at"])
    held.reviewed_by_id, held.reviewed_at, held.review_note = actor.user_id, at, note
    held.save(update_fields=["state", "reviewed_by", "reviewed_at", "review_note"])
    if held.conclusion == Conclusion.FORBIDDEN:
        reason = _("影响评估 %(number)s 经复核，结论为不得开展。") % {"number": held.number}
        _switch_off(held, actor=actor, at=at, reason=reason)
    return held


def _switch_off(held: ImpactAssessment, *, actor: Actor, at: datetime, reason: str) -> None:
    """The ground of its source is gone: a later assessment does not switch it on again by itself."""
    if held.activity == ProcessingActivity.SOCIAL:
        SourceSwitch.objects.filter(source=SOCIAL, is_on=True).update(
            is_on=False, set_by=actor.user_id, set_at=at, reason=reason
        )


@action("customers.assessment.withdrawn", may=permissions.may_draft_assessments)
def withdraw_assessment(
    entry: Entry, *, actor: Actor, at: datetime, assessment: ImpactAssessment, reason: str
) -> ImpactAssessment:
    """End it before its day; a source that ran under it is switched off and needs the switch anew. Raises NotNow."""
    held = _locked(assessment)
    was_in_force = held.state == AssessmentState.REVIEWED
    _move(entry, held, AssessmentState.WITHDRAWN, to_do=_("撤回"))
    held.ended_at, held.end_reason = at, reason
    held.save(update_fields=["state", "ended_at", "end_reason"])
    if was_in_force:
        _switch_off(held, actor=actor, at=at, reason=reason)
    entry.purpose(reason)
    return held


@action("customers.source.switched", may=permissions.may_review_assessments)
def switch_social(entry: Entry, *, actor: Actor, at: datetime, is_on: bool, reason: str) -> SourceSwitch:
    """Say whether the institution uses social information at all; on only under an assessment in force. Raises NotNow."""
    # In force now, and held until this ends: a withdrawal waits and then switches off.
    in_force = live_assessment(ProcessingActivity.SOCIAL, at=at)
    if in_force is not None:
        in_force = _locked(in_force)
    if is_on and (in_force is None or in_force.state != AssessmentState.REVIEWED):
        raise NotNow(
            _(
                "没有在有效期内、结论为可以开展的“社交信息作为组织信号”影响评估，不能开启（个人信息保护法55条）。"
            )
        )
    row = SourceSwitch.objects.select_for_update().filter(source=SOCIAL).first()
    before = row.is_on if row else False
    if row is None:
        row = SourceSwitch(source=SOCIAL, is_on=False, set_at=at)
    if before == is_on:
        entry.nothing()
        return row
    row.is_on, row.set_by_id, row.set_at, row.reason = is_on, actor.user_id, at, reason
    row.save()
    entry.about("source_switch", SOCIAL, before={"is_on": before}, after={"is_on": is_on})
    entry.purpose(reason)
    return row


@action("customers.assessments.reminded", may=permissions.may_keep_assessments)
def remind_of_assessments(entry: Entry, *, actor: Actor, at: datetime) -> int:
    """Tell those who keep the register what ends in 30 days, in 7, and today; each once. Give how many were told."""
    today = timezone.localdate(at)
    soon = ImpactAssessment.objects.filter(
        state=AssessmentState.REVIEWED,
        valid_until__gte=today,
        valid_until__lte=today + timedelta(days=max(ASSESSMENT_REMIND_DAYS)),
    )
    told, rows, keepers = 0, [], keepers_of_register()
    for one in soon.order_by("valid_until", "pk"):
        left = (one.valid_until - today).days
        stage = min(days for days in ASSESSMENT_REMIND_DAYS if days >= left)
        new = notify(
            at=at,
            recipients=keepers,
            template=ENDING,
            stable_id=f"assessment:{one.pk}:{one.valid_until}:{stage}",
            subject=("impact_assessment", str(one.pk)),
            values={"what": str(one), "day": str(one.valid_until), "days": str(left)},
        )
        if new:
            told += new
            rows.append(f"{one.pk}".encode())
    if not told:
        entry.nothing()
        return 0
    entry.bulk("impact_assessment", today.isoformat(), rows=rows, recipients=told)
    return told
