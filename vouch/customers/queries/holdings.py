"""Everything that the house holds of a party, and how long the law wants it kept.

Each room tells its own part: upper rooms register theirs from ``apps.py``, this room tells those of the rooms below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from vouch.customers.models import Authorisation, CreditFigures, CreditReport, Invoice, RightsRequest
from vouch.customers.queries.rights import text_of
from vouch.customers.terms import RETENTION, AuthorisationState, Retention
from vouch.engine.credit_report.definitions import FIGURES, Measure
from vouch.parties import queries as parties
from vouch.parties.models import Account, Assignment, Paper, Party, Person, Phone, Post
from vouch.parties.queries import persons
from vouch.platform.ledger import queries as ledger
from vouch.platform.ledger.terms import EVENT_TITLES
from vouch.platform.vault.models import Document
from vouch.platform.vault.queries import key_of
from vouch.platform.vault.terms import Subject, VaultError

Cell = str | int | None


@dataclass(frozen=True, slots=True)
class Section:
    """One table of a package: a title, its headings, its rows, and documents by file name."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    files: Sequence[tuple[str, Document]] = field(default=())


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that the law wants kept of a party. ``until`` None: its time has not begun to run."""

    rule: Retention
    until: date | None
    why: str


Told = Callable[[Party], Iterator[Section]]
Claims = Callable[[Party], Iterator[Claim]]
_told: dict[str, Told] = {}
_claims: dict[str, Claims] = {}


def register_holdings(room: str, told: Told) -> None:
    """Name who tells what a room holds of a party; registering again replaces."""
    _told[room] = told


def register_retention(room: str, claims: Claims) -> None:
    """Name who tells what a room must keep of a party; registering again replaces."""
    _claims[room] = claims


def holdings_of(party: Party) -> list[Section]:
    """Every room's part, in the order of registration; sections without rows are left out."""
    return [section for told in _told.values() for section in told(party) if section.rows]


def claims_on(party: Party, *, today: date) -> list[Claim]:
    """What still has to be kept on this day; empty: the party may be erased."""
    return [
        claim
        for claims in _claims.values()
        for claim in claims(party)
        if claim.until is None or claim.until > today
    ]


def years_after(day: date, years: int) -> date:
    """The same day years later; 29 February becomes 28 where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def as_text(value: Any) -> Cell:
    """A value as a file shows it: moments in local time."""
    if value is None or isinstance(value, str | int):
        return value
    if hasattr(value, "astimezone"):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M:%S}"
    return str(value)


def rows_of(*rows: Sequence[Any]) -> list[list[Cell]]:
    """The rows of a table as text and numbers."""
    return [[as_text(value) for value in row] for row in rows]


def told_by_parties(party: Party) -> Iterator[Section]:
    """Who the party is, as far as nothing of it is sealed; sealed values come in by their own reading."""
    yield Section(
        "客户",
        ("客户编号", "名称", "类型", "状态", "建档时间"),
        rows_of(
            (party.number, party.name, party.get_kind_display(), party.get_status_display(), party.created_at)
        ),
    )
    codes = parties.identifiers_of(party)
    yield Section(
        "客户标识",
        ("标识类型", "标识", "说明"),
        rows_of(*((c.get_kind_display(), c.value, c.note) for c in codes)),
    )
    held = parties.assignments_of(party)
    yield Section(
        "管户关系",
        ("管户机构", "管户经理", "协办经理", "起始日期", "终止日期"),
        rows_of(*((a.unit, a.manager, a.second_manager, a.starts_on, a.ends_on) for a in held)),
    )


def told_by_lines(party: Party) -> Iterator[Section]:
    """What is written of the party line by line, and what its values were before."""
    for title, headings, rows in parties.told_lines(party):
        yield Section(title, headings, rows_of(*rows))


def told_by_persons(party: Party) -> Iterator[Section]:
    """What is sealed of a party, in plain: the person has a right to it. Whoever asks records the reading."""
    try:
        key = key_of(Subject("party", str(party.pk)))
    except VaultError:
        return
    person = Person.objects.filter(party=party).first()
    if person is not None:
        values = persons.opened_fields(person, key)
        fields = {one.name: one for one in Person._meta.concrete_fields}
        titles = {name: str(fields[name].verbose_name) for name in values}
        yield Section("个人信息", tuple(titles.values()), rows_of([values[name] for name in titles]))
    lines = [
        (row.get_use_display(), persons.opened_number(row, key), row.added_at, row.ended_at)
        for row in Phone.objects.filter(party=party).order_by("pk")
        if row.number
    ]
    yield Section("电话", ("用途", "号码", "登记时间", "停用时间"), rows_of(*lines))
    accounts = [
        (row.bank, persons.opened_number(row, key), row.added_at, row.ended_at)
        for row in Account.objects.filter(party=party).order_by("pk")
        if row.number
    ]
    yield Section("银行账户", ("开户银行", "账号", "登记时间", "停用时间"), rows_of(*accounts))
    posts = Post.objects.filter(person=party).select_related("enterprise").order_by("pk")
    yield Section(
        "任职",
        ("企业", "任职", "登记时间", "终止时间"),
        rows_of(
            *((row.enterprise.name, row.get_kind_display(), row.added_at, row.ended_at) for row in posts)
        ),
    )
    papers = list(Paper.objects.filter(party=party).select_related("document").order_by("pk"))
    yield Section(
        "证件影像",
        ("种类", "摘要", "上传时间"),
        rows_of(*((row.get_kind_display(), row.document.sha256, row.added_at) for row in papers)),
        [(f"证件影像-{row.pk}", row.document) for row in papers],
    )


def told_by_customers(party: Party) -> Iterator[Section]:
    """Authorisations, credit reports, invoices and requests."""
    granted = list(
        Authorisation.objects.filter(grantor=party).select_related("recipient", "notice", "document")
    )
    yield Section(
        "授权",
        ("编号", "接收方", "用途", "范围", "告知书", "生效", "截止", "状态", "撤回时间", "签署文件摘要"),
        rows_of(
            *(
                (
                    *(one.number, one.recipient or "本机构", "、".join(one.purpose_titles)),
                    *("、".join(one.scope_titles), one.notice, one.starts_at, one.ends_at),
                    *(one.get_state_display(), one.withdrawn_at, one.file_sha256),
                )
                for one in granted
            )
        ),
        [(f"授权-{one.number}", one.document) for one in granted if one.document],
    )
    reports = list(CreditReport.objects.filter(party=party).select_related("document"))
    yield Section(
        "信用报告",
        ("种类", "报告编号", "查询日期", "查询原因", "文件摘要", "保存至", "销毁时间"),
        rows_of(
            *(
                (
                    *(one.get_kind_display(), one.report_number, one.queried_on, one.get_reason_display()),
                    *(one.sha256, one.keep_until, one.removed_at),
                )
                for one in reports
            )
        ),
        [(f"信用报告-{one.report_number}", one.document) for one in reports if one.document],
    )
    yield _figures(reports)
    invoices = Invoice.objects.filter(party=party).order_by("issued_on", "pk")
    yield Section(
        "发票",
        ("方向", "发票号码", "开票日期", "对方单位", "金额", "税额", "价税合计", "状态"),
        rows_of(
            *(
                (
                    *(one.get_direction_display(), one.number, one.issued_on, one.counterparty),
                    *(one.amount, one.tax, one.total, one.get_state_display()),
                )
                for one in invoices.iterator(chunk_size=2000)
            )
        ),
    )
    requests = RightsRequest.objects.filter(party=party).order_by("received_at")
    yield Section(
        "个人权利请求",
        ("编号", "种类", "收到时间", "状态", "请求内容", "答复内容", "答复时间"),
        rows_of(
            *(
                (
                    *(one.number, one.get_kind_display(), one.received_at, one.get_state_display()),
                    *(text_of(one, "detail"), text_of(one, "answer"), one.answered_at),
                )
                for one in requests
            )
        ),
    )


def _figures(reports: Sequence[CreditReport]) -> Section:
    """What was counted in each report that is kept; amounts in yuan."""
    numbers = {one.pk: one.report_number for one in reports}
    rows: list[list[Cell]] = []
    for row in CreditFigures.objects.filter(report__in=reports).order_by("pk"):
        for name, one in FIGURES.items():
            value = getattr(row, name)
            if value is not None:
                shown = Decimal(value).scaleb(-2) if one.measure is Measure.AMOUNT else value
                rows.append([numbers[row.pk], one.title, as_text(shown), one.unit, one.definition])
    return Section("信用报告数字", ("报告编号", "项目", "数值", "单位", "含义"), rows)


def told_by_ledger(party: Party) -> Iterator[Section]:
    """What was done to the party, by whom and why; what changed stands in the other tables."""
    entries = ledger.history_of("party", party.pk)
    yield Section(
        "操作记录",
        ("时间", "事件", "操作人", "目的"),
        rows_of(*((e.at, EVENT_TITLES.get(e.event, e.event), e.actor_label, e.purpose) for e in entries)),
    )


def claims_of_parties(party: Party) -> Iterator[Claim]:
    """As long as somebody looks after the party, and ten years after: identity and transactions (反洗钱法 34)."""
    ends = list(Assignment.objects.filter(party=party).values_list("ends_on", flat=True))
    if not ends:
        return
    rule = RETENTION["cdd"]
    last = None if None in ends else max(day for day in ends if day)
    if last is None:
        yield Claim(rule, None, "管户关系存续，保存期限尚未起算")
    else:
        yield Claim(rule, years_after(last, rule.years), f"管户关系于 {last} 终止")


def claims_of_customers(party: Party) -> Iterator[Claim]:
    """Records of what was authorised and provided; the signed file is the proof, and goes with the key."""
    rule = RETENTION["consent"]
    counted = (AuthorisationState.VERIFIED, AuthorisationState.WITHDRAWN)
    for one in Authorisation.objects.filter(grantor=party, state__in=counted).order_by("pk"):
        ended = timezone.localdate(one.withdrawn_at or one.ends_at)
        yield Claim(rule, years_after(ended, rule.years), f"授权 {one.number} 于 {ended} 终止")
