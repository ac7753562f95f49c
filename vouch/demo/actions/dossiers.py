"""Invented dossiers: papers and photos of some firms, the rating sheet in both rounds, and errands for what is lacking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from vouch.customers.actions import (
    ErrandDetails,
    Filing,
    Given,
    MaterialDetails,
    VerificationDetails,
    file_document,
    give_answers,
    order_errand,
    order_errands,
    verify_material,
)
from vouch.customers.models import FiledDocument
from vouch.customers.queries.questionnaires import questionnaires
from vouch.customers.terms import (
    DocumentCategory,
    Finding,
    MaterialKind,
    Origin,
    Round,
    VerificationMeans,
)
from vouch.demo.actions.consent import Cast
from vouch.demo.actions.papers import paper, site_photo
from vouch.parties.models import Party
from vouch.parties.queries import current_assignment
from vouch.parties.terms import PartyKind

FIRMS, FULL, REVIEWED, ANSWERED, ERRANDS = 18, 4, 3, 8, 6
"""How many firms have papers, all of them, both rounds, the first round, and people sent for the rest."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A paper: its category and name, of how many days ago, and for how many days from today it holds."""

    category: str
    title: str
    age: int
    holds: int | None = None


PAPERS = (
    Sheet(DocumentCategory.LICENCE, "营业执照副本", 40, 2400),
    Sheet(DocumentCategory.ARTICLES, "公司章程", 300),
    Sheet(DocumentCategory.APPLICATION, "委托担保申请书", 12),
    Sheet(DocumentCategory.RESOLUTION, "股东会决议（同意申请担保）", 11),
    Sheet(DocumentCategory.LEASE, "厂房租赁合同", 500, 20),
    Sheet(DocumentCategory.CONTRACT, "年度购销框架合同", 60, 300),
    Sheet(DocumentCategory.TAX_RETURN, "增值税申报表", 25),
    Sheet(DocumentCategory.UTILITY_BILL, "电费结算单", 20),
    Sheet(DocumentCategory.PERMIT, "排污登记回执", 700, -15),
)
DEVIATIONS = {
    "orders": ("under_1m", "排产单只排到月底，后续靠零散订单"),
    "books": ("rough", "代账公司明细与开票差两个月"),
}


def invent_dossiers(parties: Sequence[Party], cast: Cast, *, today: date, at: datetime) -> None:
    """The first firms have nearly everything, the later ones less and less."""
    firms = [one for one in parties if one.kind == PartyKind.ENTERPRISE and one.pk in cast.managers][:FIRMS]
    for place, firm in enumerate(firms):
        sheets = PAPERS if place < FULL else PAPERS[: max(1, len(PAPERS) - place // 2)]
        filed = [_file(firm, sheet, cast, today=today, at=at) for sheet in sheets]
        if place < FULL:
            _photos(firm, place, cast, today=today, at=at)
            found = VerificationDetails(VerificationMeans.ORIGINAL, Finding.CONFIRMED, "与原件核对一致")
            verify_material(actor=cast.verifier, at=at, material=filed[0].material, details=found)
        if place < ANSWERED:
            _answer(firm, place, cast, at=at)
    for firm in firms[FULL : FULL + ERRANDS]:
        order_errands(actor=cast.managers[firm.pk], at=at, party=firm)
    for firm in firms[:2]:
        _late(firm, cast, at=at)


def _file(firm: Party, sheet: Sheet, cast: Cast, *, today: date, at: datetime) -> FiledDocument:
    day = today - timedelta(days=sheet.age)
    until = None if sheet.holds is None else today + timedelta(days=sheet.holds)
    lines = (
        (20, f"{sheet.title}（演示）"),
        (12, firm.name),
        (12, f"客户编号 {firm.number}"),
        (12, f"日期 {day}" + (f"，有效期至 {until}" if until else "")),
        (12, "本页由演示程序绘制，不是任何单位的文件。"),
    )
    return file_document(
        actor=cast.managers[firm.pk],
        at=at,
        party=firm,
        filing=Filing(sheet.category, title=sheet.title, valid_until=until),
        details=MaterialDetails(kind=MaterialKind.DOCUMENT, origin=Origin.CUSTOMER, as_of=day),
        content=paper(lines),
    )


def _photos(firm: Party, place: int, cast: Cast, *, today: date, at: datetime) -> None:
    for number, title in enumerate(("厂区大门", "生产车间", "成品仓库", "办公区")):
        taken_on = today - timedelta(days=9 + place)
        file_document(
            actor=cast.managers[firm.pk],
            at=at,
            party=firm,
            filing=Filing(DocumentCategory.SITE_PHOTO, title=title, is_dated_by_photo=True),
            details=MaterialDetails(kind=MaterialKind.DOCUMENT, origin=Origin.ON_SITE, as_of=today),
            content=site_photo(place * 7 + number * 3, taken_on=taken_on),
        )


def _answer(firm: Party, place: int, cast: Cast, *, at: datetime) -> None:
    """The manager sees the firm a little better than risk management does."""
    sheet = questionnaires()[-1]
    choices = {
        question.name: list(question.choices)[(place + number) % 2]
        for number, question in enumerate(sheet.questions)
    }
    give_answers(
        actor=cast.managers[firm.pk],
        at=at,
        party=firm,
        which=Round.FIRST,
        questionnaire=sheet,
        given=Given(choices, {}),
    )
    if place < REVIEWED:
        deviating = {} if place == REVIEWED - 1 else DEVIATIONS
        given = Given(
            choices | {name: choice for name, (choice, _why) in deviating.items()},
            {name: why for name, (_choice, why) in deviating.items()},
        )
        give_answers(
            actor=cast.verifier,
            at=at,
            party=firm,
            which=Round.SECOND,
            questionnaire=sheet,
            given=given,
        )


def _late(firm: Party, cast: Cast, *, at: datetime) -> None:
    """Something beside the list that should have been there days ago."""
    duty = current_assignment(firm)
    if duty is None or duty.manager is None:
        return
    ordered_at = at - timedelta(days=9)
    details = ErrandDetails(
        duty.manager,
        ordered_at.date() + timedelta(days=5),
        title="上年度审计报告的附注",
        reason="评审会要求补充",
    )
    order_errand(actor=cast.managers[firm.pk], at=ordered_at, party=firm, details=details)
