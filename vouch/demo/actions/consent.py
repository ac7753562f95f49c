"""Invented consent: notices in two versions, authorisations in every standing, credit reports, requests of persons.

Nothing here is anybody's: papers are drawn, and credit reports tell of debts that nobody has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from vouch.customers.actions import (
    AuthorisationDetails,
    NoticeDetails,
    ReportDetails,
    RequestDetails,
    answer_request,
    draft_notice,
    publish_notice,
    receive_request,
    record_authorisation,
    refuse_request,
    store_report,
    take_up,
    verify_authorisation,
    verify_requester,
    withdraw_authorisation,
)
from vouch.customers.models import Authorisation, Notice
from vouch.customers.terms import (
    Channel,
    DataClass,
    NoticeKind,
    Purpose,
    RefusalReason,
    RequestChannel,
    RequestKind,
)
from vouch.demo.actions.credit_reports import Subject, enterprise_report, person_report
from vouch.demo.actions.papers import signed_paper
from vouch.parties.models import Party
from vouch.parties.queries import identifiers_of
from vouch.parties.terms import NATURAL_PERSONS, ORGANISATIONS, IdentifierKind
from vouch.platform.identity.actor import Actor

QUERY = (Purpose.QUALIFICATION, Purpose.REVIEW, Purpose.AFTERCARE)
FIRST_DAYS, SECOND_DAYS = 600, 40
"""How long ago the two versions of the notice for persons were published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What became of an authorisation: signed so many days ago for so many, and withdrawn so many days ago."""

    signed: int
    lasts: int
    withdrawn: int | None = None
    is_verified: bool = True


LIVE, ENDING, ENDED = (
    Course(signed=90, lasts=365),
    Course(signed=350, lasts=365),
    Course(signed=400, lasts=365),
)
WITHDRAWN = Course(signed=120, lasts=365, withdrawn=12)
WAITING = Course(signed=1, lasts=365, is_verified=False)
COURSES: tuple[Course | None, ...] = (LIVE, LIVE, LIVE, ENDING, LIVE, ENDED, LIVE, WITHDRAWN, None, WAITING)
"""By turns; None: nobody ever asked this customer."""

FIRMS_AT_MOST, PERSONS_AT_MOST, REPORTS = 90, 30, 6
TROUBLED = (0, REPORTS // 2)
"""Of the reports: a firm with a loan of special mention, a person who pays late."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Who does it: the installation, each party's manager, who verifies, who handles requests.

    ``documents``: a person's name → identity number.
    """

    system: Actor
    managers: Mapping[int, Actor]
    verifier: Actor
    handler: Actor
    documents: Mapping[str, str]


def invent_consent(parties: Sequence[Party], cast: Cast, *, today: date, at: datetime) -> None:
    """Notices first, then authorisations of firms and persons, reports under some, and six requests."""
    first, second = _notices(cast.system, at=at)
    held = [party for party in parties if party.pk in cast.managers]
    firms = [party for party in held if party.kind in ORGANISATIONS][:FIRMS_AT_MOST]
    persons = [party for party in held if party.kind in NATURAL_PERSONS][:PERSONS_AT_MOST]
    for place, firm in enumerate(firms):
        _authorise(firm, COURSES[place % len(COURSES)], cast, at=at)
    for place, person in enumerate(persons):
        course = COURSES[(place + 3) % len(COURSES)]
        is_late = course is not None and course.signed < SECOND_DAYS
        _authorise(person, course, cast, at=at, notice=second if is_late else first)
    for number, party in enumerate((*firms[: REPORTS // 2], *persons[1 : 1 + REPORTS // 2])):
        _report(party, number, cast, today=today, at=at)
    _requests(persons, cast, at=at)


def _notices(system: Actor, *, at: datetime) -> tuple[Notice, Notice]:
    """Two versions for persons, the second with one purpose more, and one for enterprises."""
    told = {
        "title": "个人信息处理告知书",
        "text": "江州市融资担保有限公司为审查、承保和管理您申请或参与的担保业务，处理下列个人信息。您可以拒绝，也可以随时撤回"
        "同意；撤回不影响此前处理的效力。我们不会因您拒绝提供非必需信息而拒绝服务。",
        "sensitive_text": "查询信用报告、银行账户流水是判断代偿风险所必需；一旦泄露可能影响您的财产安全，我们加密保存并逐次"
        "记录查阅。",
        "categories": tuple(DataClass.values),
        "retention": "业务关系结束后十年；信用报告至授权截止日",
        "contact": "合规岗 0570-8888666，江州市人民路 1 号",
    }
    versions = []
    for days, purposes in (
        (FIRST_DAYS, (*QUERY, Purpose.EXECUTIVES, Purpose.SERVICE, Purpose.PROVISION)),
        (SECOND_DAYS, tuple(Purpose.values)),
    ):
        moment = at - timedelta(days=days)
        details = NoticeDetails(**told, purposes=purposes)  # type: ignore[arg-type]
        draft = draft_notice(actor=system, at=moment, kind=NoticeKind.PERSON, details=details)
        versions.append(publish_notice(actor=system, at=moment, notice=draft))
    details = NoticeDetails(
        title="企业信用信息查询告知书",
        text="经贵公司书面授权，我公司按约定用途查询、使用贵公司的信用信息，不用于其他目的，不向第三方提供。",
        categories=(DataClass.CREDIT, DataClass.TAX, DataClass.BANK),
        purposes=QUERY,
        retention="至授权截止日",
        contact="合规岗 0570-8888666",
    )
    moment = at - timedelta(days=FIRST_DAYS)
    draft = draft_notice(actor=system, at=moment, kind=NoticeKind.ENTERPRISE, details=details)
    publish_notice(actor=system, at=moment, notice=draft)
    return versions[0], versions[1]


def _authorise(
    party: Party, course: Course | None, cast: Cast, *, at: datetime, notice: Notice | None = None
) -> Authorisation | None:
    if course is None:
        return None
    signed = at - timedelta(days=course.signed)
    details = AuthorisationDetails(
        purposes=tuple(str(one) for one in QUERY),
        scope=(DataClass.CREDIT,) if notice else (DataClass.CREDIT, DataClass.TAX),
        starts_at=signed,
        ends_at=signed + timedelta(days=course.lasts),
        signed_on=signed.date(),
        channel=Channel.PAPER,
        notice=notice,
    )
    found = record_authorisation(
        actor=cast.managers[party.pk],
        at=signed,
        party=party,
        details=details,
        content=signed_paper(party.name, signed_on=signed.date(), ends_on=details.ends_at.date()),
    )
    if course.is_verified:
        verify_authorisation(actor=cast.verifier, at=signed, authorisation=found)
    if course.withdrawn is not None:
        moment = at - timedelta(days=course.withdrawn)
        withdraw_authorisation(
            actor=cast.managers[party.pk], at=moment, authorisation=found, reason="客户来函撤回，业务已结清"
        )
    return found


def _report(party: Party, number: int, cast: Cast, *, today: date, at: datetime) -> None:
    """A report under the authorisation that the party has; those whose turn brought none have none."""
    made_on = (at - timedelta(days=20 + 9 * number)).date()
    granted = Authorisation.objects.filter(grantor=party, verified_at__isnull=False, withdrawn_at=None)
    if not granted.filter(ends_at__gt=at, starts_at__lte=at - timedelta(days=20 + 9 * number)).exists():
        return
    is_person = party.kind in NATURAL_PERSONS
    code = cast.documents.get(party.name, "") if is_person else _code_of(party)
    subject = Subject(party.name, code, f"{today:%Y%m%d}{number:014d}", made_on)
    write = person_report if is_person else enterprise_report
    content = write(subject, number=number, is_troubled=number in TROUBLED)
    store_report(actor=cast.verifier, at=at, party=party, details=ReportDetails(), content=content)


def _code_of(firm: Party) -> str:
    return next((one.value for one in identifiers_of(firm) if one.kind == IdentifierKind.USCC), "")


def _requests(persons: Sequence[Party], cast: Cast, *, at: datetime) -> None:
    """One in each state, one of them late."""
    asked = (
        (RequestKind.ACCESS, 2, "想要一份贵公司持有的我的资料。"),
        (RequestKind.CORRECT, 6, "工作单位已变更，请更正。"),
        (RequestKind.OBJECT, 32, "信用报告里有一笔担保不是我本人办理的。"),
        (RequestKind.WITHDRAW, 1, "业务已结清，撤回全部授权。"),
        (RequestKind.EXPLAIN, 20, "为什么测算额度降低了？"),
        (RequestKind.DELETE, 15, "请删除我的全部资料。"),
    )
    for place, (kind, days, detail) in enumerate(asked[: len(persons)]):
        moment = at - timedelta(days=days)
        details = RequestDetails(kind=kind, channel=RequestChannel.COUNTER, detail=detail)
        request = receive_request(
            actor=cast.managers[persons[place].pk], at=moment, party=persons[place], details=details
        )
        if place == 0:
            continue
        later = min(at, moment + timedelta(hours=5))
        verify_requester(actor=cast.handler, at=later, request=request, how="本人到场，核对身份证原件")
        if place == 1:
            continue
        request = take_up(actor=cast.handler, at=later, request=request)
        if kind == RequestKind.EXPLAIN:
            answer = (
                "近三个月开票额下降、购方集中，测算额度随之降低；恢复稳定开票后可申请复评，也可要求人工复核。"
            )
            answer_request(actor=cast.handler, at=later, request=request, answer=answer)
        elif kind == RequestKind.DELETE:
            reason = "担保业务仍在存续，依法须保存至关系结束后十年。"
            refuse_request(
                actor=cast.handler, at=later, request=request, reason=RefusalReason.RETENTION, answer=reason
            )
