"""The guarantee ledger (在保台账) from a file: taken once, and again each month with what changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

import orjson
from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.business.models import Guarantee, GuaranteeVersion
from vouch.business.terms import TRANSITIONS, FiveClass, GuaranteeKind, GuaranteeState, IssuerRating
from vouch.engine.identifiers import holds_protected
from vouch.parties.actions.known import Customers, Who
from vouch.platform.database.copy import copy_rows
from vouch.platform.exchange import cells
from vouch.platform.exchange.importer import Batch, Finding, Importer, Outcome, RowFault, Source
from vouch.platform.exchange.tabular import ANY_CODE, Column, Row
from vouch.platform.identity.terms import FieldClass
from vouch.platform.web import figures

COLUMNS = (
    Column("number", "业务编号", ("担保编号", "项目编号", "保证合同编号", "担保业务编号", "台账编号")),
    Column("customer", "客户名称", ("被担保人", "被担保人名称", "借款人", "借款人名称", "企业名称", "客户", "债务人")),
    Column("customer_code", "客户代码", ("统一社会信用代码", "信用代码", "证件号码", "客户编号", "身份证号", "身份证号码"), is_required=False, field_class=FieldClass.IDENTITY, mask=ANY_CODE),
    Column("bank", "银行", ("债权人", "合作银行", "贷款银行", "放款银行", "受益人", "金融机构"), is_required=False),
    Column("product", "产品", ("产品名称", "业务品种", "担保品种", "产品类型"), is_required=False),
    Column("kind", "业务种类", ("担保类型", "业务类型", "担保种类"), is_required=False),
    Column("contract_number", "合同编号", ("借款合同编号", "主合同编号", "委托保证合同编号", "合同号"), is_required=False),
    Column("contract_amount", "合同金额", ("担保金额", "担保额", "借款金额", "贷款金额", "主债权金额", "放款金额"), is_money=True),
    Column("debt_balance", "债务余额", ("贷款余额", "借款余额", "担保余额", "余额", "未还本金", "剩余本金"), is_required=False, is_money=True),
    Column("share_rate", "承担比例", ("本机构承担比例", "分险比例", "担保比例", "我方承担比例", "责任比例"), is_required=False),
    Column("ceded_rate", "再担保分出比例", ("再担保比例", "分出比例", "再担保分险比例"), is_required=False),
    Column("issuer_rating", "发行人主体评级", ("主体评级", "主体信用评级", "发行人评级"), is_required=False),
    Column("drawn_on", "放款日", ("放款日期", "贷款发放日", "借款日期", "借款起始日"), is_required=False),
    Column("counted_on", "计入在保日", ("计入在保日期", "起保日", "起保日期", "担保起始日", "起始日", "起始日期", "担保起期"), is_required=False),
    Column("due_on", "到期日", ("到期日期", "担保到期日", "贷款到期日", "终止日期", "担保止期", "借款到期日"), is_required=False),
    Column("fee_rate", "担保费率", ("费率", "年担保费率", "保费率", "年化费率"), is_required=False),
    Column("five_class", "五级分类", ("风险分类", "分类", "资产分类"), is_required=False),
    Column("overdue_amount", "逾期金额", ("逾期本金", "逾期余额"), is_required=False, is_money=True),
    Column("overdue_days", "逾期天数", (), is_required=False),
    Column("counter_guarantee", "反担保措施", ("反担保", "反担保方式", "反担保情况"), is_required=False),
    Column("state", "状态", ("业务状态", "担保状态", "项目状态", "在保状态"), is_required=False),
    Column("released_on", "解保日期", ("解除日期", "实际解保日", "解除担保日期"), is_required=False),
    Column("release_registered_on", "解保登记日期", ("登记日期", "解保登记日"), is_required=False),
    Column("as_of", "台账日期", ("数据日期", "统计日期", "截止日期", "报表日期"), is_required=False),
)  # fmt: skip
_NAMES = tuple(column.name for column in COLUMNS)
_TITLES = {column.name: column.title for column in COLUMNS}

_KINDS = {
    **{str(label): value for value, label in GuaranteeKind.choices},
    "借款": "loan", "贷款": "loan", "贷款担保": "loan", "借款担保": "loan", "融资担保": "loan", "票据": "loan",
    "住房置业担保": "housing", "公积金贷款": "housing", "个人住房贷款": "housing", "保本基金担保": "protected_fund",
    "承兑": "loan", "信用证": "loan", "发债": "bond", "债券": "bond", "债券担保": "bond", "发行债券担保": "bond",
    "其他": "other", "其他融资担保": "other", "保函": "non_financing", "非融资担保": "non_financing",
    "工程保函": "non_financing", "诉讼保全": "non_financing", "投标保函": "non_financing", "履约保函": "non_financing",
}  # fmt: skip
_CLASSES = {
    **{str(label): value for value, label in FiveClass.choices},
    "正常类": "normal", "关注类": "attention", "次级类": "substandard", "可疑类": "doubtful", "损失类": "loss",
}  # fmt: skip
_RATINGS = {
    **{str(label): value for value, label in IssuerRating.choices},
    **dict.fromkeys(("BBB+", "BBB", "BBB-", "BB", "B", "CCC", "CC", "C", "D"), "BBB"),
    "无": "", "无评级": "", "未评级": "",
}  # fmt: skip
_STATES = {
    **{str(label): value for value, label in GuaranteeState.choices},
    "正常": "in_force", "未到期": "in_force", "逾期": "in_force", "在保中": "in_force", "存续": "in_force",
    "解保": "released", "结清": "released", "已结清": "released", "已解除": "released", "正常解保": "released",
    "代偿": "claimed", "代偿解保": "claimed", "已代偿解保": "claimed",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One row as it is kept; the party comes later. Money in yuan."""

    number: str
    kind: str
    product: str
    bank: str
    contract_number: str
    contract_amount: Decimal
    debt_balance: Decimal
    share_rate: Decimal
    ceded_rate: Decimal
    issuer_rating: str
    fee_rate: Decimal | None
    drawn_on: date | None
    counted_on: date
    due_on: date | None
    five_class: str
    overdue_amount: Decimal
    overdue_days: int
    counter_guarantee: str
    state: str
    released_on: date | None
    release_registered_on: date | None
    as_of: date


LEAST_CONTRACT = Decimal(10_000)
"""No guarantee is for less: a smaller figure was meant in 万元."""

_FIELDS = tuple(one.name for one in fields(Reading))
_VERSIONED = ("as_of", "state", "debt_balance", "overdue_amount", "overdue_days", "five_class", "due_on",
              "released_on", "release_registered_on", "share_rate")  # fmt: skip
_TOLD = tuple(name for name in _FIELDS if name not in {"number", "as_of"})
"""Fields whose change a person wants to see."""


class GuaranteeImporter(Importer):
    """Rows of a ledger: new guarantees, and how known ones stand at a later day."""

    kind: ClassVar[str] = "guarantees"
    key: ClassVar[tuple[str, ...]] = ("number",)
    title: ClassVar[str] = "担保台账"
    sources: ClassVar[tuple[Source, ...]] = (
        Source("file", "担保台账文件（CSV、XLSX）", COLUMNS, sheets=("在保台账", "担保台账", "台账")),
    )
    example: ClassVar[str] = "vouch import guarantees 在保台账.xlsx --unit HQ --dry-run"

    def take(self, batch: Batch) -> Outcome:
        """Write one chunk. A row that changes a guarantee is accepted with what changed as its remark."""
        outcome = Outcome()
        today = timezone.localdate(batch.at)
        read: list[tuple[Row, Reading, Who]] = []
        for row in batch.rows:
            try:
                given = dict(zip(_NAMES, row.cells, strict=True))
                read.append((row, _read(given, today=today, is_forced=bool(batch.forced)), _who(given)))
            except RowFault as fault:
                outcome.rejected.append(Finding(row, fault.column, fault.reason))
        customers = Customers((who for _row, _reading, who in read), actor=batch.actor)
        chunk = _Chunk(batch, [reading.number for _row, reading, _who in read], customers)
        for row, reading, who in read:
            try:
                chunk.take(row, reading, party_id=customers.of(who), outcome=outcome)
            except RowFault as fault:
                outcome.rejected.append(Finding(row, fault.column, fault.reason))
        chunk.write()
        return outcome


class _Chunk:
    """What one chunk makes new and changes, written at its end in a constant number of statements."""

    def __init__(self, batch: Batch, numbers: Sequence[str], customers: Customers) -> None:
        self._batch, self._customers = batch, customers
        known = Guarantee.objects.select_for_update(of=("self",)).select_related("party")
        self._known = {one.number: one for one in known.filter(number__in=numbers)}
        self._customer = {
            one.party_id: one.party.canonical_id or one.party_id for one in self._known.values()
        }
        self._new: list[Guarantee] = []
        self._changed: list[Guarantee] = []

    def take(self, row: Row, reading: Reading, *, party_id: int, outcome: Outcome) -> None:
        """Judge one row. Raises RowFault."""
        held = self._known.get(reading.number)
        if held is None:
            made = self._made(reading, party_id)
            self._known[reading.number] = made
            self._new.append(made)
            outcome.accepted += 1
            outcome.leaves.append(_leaf(reading, party_id))
            return
        # One customer may have several records, and each its own code.
        if self._customer_of(held.party_id) != self._customer_of(party_id):
            raise RowFault("number", _("该业务编号已属于另一个客户"))
        if reading.as_of < held.as_of:
            reason = _("台账日期 %(day)s 早于已登记的 %(held)s，未采用")
            raise RowFault("as_of", reason % {"day": reading.as_of, "held": held.as_of})
        changes = list(_changes(held, reading))
        if not changes and reading.as_of == held.as_of:
            outcome.unchanged += 1
            return
        is_own = held.pk is None or held.batch_id == self._batch.import_id
        # A file that contradicts itself does not change what is known, whichever of its rows comes first.
        is_torn = self._batch.source.key_of(row, GuaranteeImporter.key) in self._batch.conflicting
        if (is_own or is_torn) and reading.as_of == held.as_of:
            raise RowFault("number", _("本文件中已有同一编号而内容不同的一行"))
        if (
            reading.state != held.state
            and reading.state not in TRANSITIONS[held.state]
            and not self._batch.forced
        ):
            reason = _("系统登记为“%(held)s”，台账为“%(state)s”；确认台账无误时请人工接受")
            words = {"held": held.get_state_display(), "state": GuaranteeState(reading.state).label}
            raise RowFault("state", reason % words)
        for name in _FIELDS:
            setattr(held, name, getattr(reading, name))
        held.batch_id, held.updated_at = self._batch.import_id, self._batch.at
        self._changed.append(held)
        outcome.leaves.append(_leaf(reading, party_id))
        if changes:
            outcome.warned.append(Finding(row, "", _("较上期：%s") % "；".join(changes)))
        else:
            outcome.accepted += 1

    def _customer_of(self, party_id: int) -> int:
        return self._customer.get(party_id) or self._customers.customer_of(party_id)

    def _made(self, reading: Reading, party_id: int) -> Guarantee:
        values = {name: getattr(reading, name) for name in _FIELDS}
        at = self._batch.at
        return Guarantee(
            party_id=party_id, batch_id=self._batch.import_id, recorded_at=at, updated_at=at, **values
        )

    def write(self) -> None:
        """New rows, changed rows, and a version of each."""
        made = {one.number for one in self._new}
        Guarantee.objects.bulk_create(self._new)
        changed = [one for one in self._changed if one.number not in made]
        Guarantee.objects.bulk_update(changed, [*_FIELDS[1:], "batch", "updated_at"], batch_size=500)
        versions = (
            (one.pk, self._batch.at, self._batch.import_id, *(getattr(one, name) for name in _VERSIONED))
            for one in (*self._new, *changed)
        )
        copy_rows(GuaranteeVersion, ("guarantee_id", "known_at", "batch_id", *_VERSIONED), versions)


def _leaf(reading: Reading, party_id: int) -> bytes:
    return orjson.dumps([party_id, *(str(getattr(reading, name)) for name in _FIELDS)])


def _changes(held: Guarantee, reading: Reading) -> Iterable[str]:
    for name in _TOLD:
        before, after = getattr(held, name), getattr(reading, name)
        if before != after:
            yield f"{_TITLES[name]} {_shown(name, before)} → {_shown(name, after)}"


_WORDS: Mapping[str, Mapping[str, Any]] = {
    "kind": dict(GuaranteeKind.choices),
    "five_class": dict(FiveClass.choices),
    "state": dict(GuaranteeState.choices),
}


def _shown(name: str, value: Any) -> str:
    if name in _WORDS:
        return str(_WORDS[name].get(value, value))
    if name.endswith("_rate"):
        return figures.percent(value)
    if name.endswith(("_amount", "_balance")):
        return f"{figures.wan(value)}万元"
    return figures.MISSING if value in {None, ""} else str(value)


def _who(given: Mapping[str, str]) -> Who:
    code = cells.code(given["customer_code"], "customer_code")
    return Who(code, cells.needed(given["customer"], "customer", _TITLES["customer"]) if not code else "")


def _read(given: Mapping[str, str], *, today: date, is_forced: bool) -> Reading:
    """What a row says, held against itself. Raises RowFault."""
    number = cells.code(cells.needed(given["number"], "number", _TITLES["number"]), "number")
    if number.replace(" ", "") in {"合计", "总计", "小计"}:
        raise RowFault("number", _("合计行，不是一笔业务"))
    counter = cells.short(given["counter_guarantee"], "counter_guarantee", most=200)
    if holds_protected(counter):
        raise RowFault("counter_guarantee", _("反担保措施里写有证件号码、电话或账号；这一栏不加密，请删去"))
    contract = cells.money(given["contract_amount"], "contract_amount")
    if contract is None:
        raise RowFault("contract_amount", _("合同金额为空"))
    days = {name: cells.day(given[name], name) for name in (
        "drawn_on", "counted_on", "due_on", "released_on", "release_registered_on", "as_of")}  # fmt: skip
    state = _state(given, days)
    balance = cells.money(given["debt_balance"], "debt_balance")
    if balance is None:
        if state == GuaranteeState.IN_FORCE:
            raise RowFault("debt_balance", _("在保业务没有债务余额"))
        balance = Decimal("0.00")
    counted = days["counted_on"] or days["drawn_on"]
    if counted is None:
        raise RowFault("counted_on", _("计入在保日和放款日都为空"))
    reading = Reading(
        number=cells.short(number, "number", most=60),
        kind=cells.word(given["kind"], "kind", _KINDS) or GuaranteeKind.LOAN,
        product=cells.short(given["product"], "product", most=60),
        bank=cells.short(given["bank"], "bank", most=120),
        contract_number=cells.short(given["contract_number"], "contract_number", most=80),
        contract_amount=contract,
        debt_balance=balance,
        share_rate=cells.rate(given["share_rate"], "share_rate", is_share=True) or Decimal("1.000000"),
        ceded_rate=cells.rate(given["ceded_rate"], "ceded_rate") or Decimal("0.000000"),
        issuer_rating=cells.word(given["issuer_rating"].upper(), "issuer_rating", _RATINGS) or "",
        fee_rate=cells.rate(given["fee_rate"], "fee_rate"),
        drawn_on=days["drawn_on"],
        counted_on=counted,
        due_on=days["due_on"],
        five_class=cells.word(given["five_class"], "five_class", _CLASSES) or FiveClass.UNCLASSED,
        overdue_amount=cells.money(given["overdue_amount"], "overdue_amount") or Decimal("0.00"),
        overdue_days=cells.whole(given["overdue_days"], "overdue_days") or 0,
        counter_guarantee=counter,
        state=state,
        released_on=days["released_on"],
        release_registered_on=days["release_registered_on"],
        as_of=days["as_of"] or today,
    )
    _check(reading, today=today)
    if contract < LEAST_CONTRACT and not is_forced:
        reason = _("合同金额 %(amount)s 元过小，请核对单位是不是万元；确认无误时请人工接受")
        raise RowFault("contract_amount", reason % {"amount": figures.yuan(contract)})
    return reading


def _state(given: Mapping[str, str], days: Mapping[str, date | None]) -> str:
    """As the ledger says; where it has no such column, a day of release says it."""
    said = cells.word(given["state"], "state", _STATES)
    if said is not None:
        return said
    return GuaranteeState.RELEASED if days["released_on"] else GuaranteeState.IN_FORCE


def _check(one: Reading, *, today: date) -> None:
    """What cannot be at once. Raises RowFault."""
    if one.as_of > today:
        raise RowFault("as_of", _("台账日期 %(day)s 晚于今天") % {"day": one.as_of})
    if one.counted_on > one.as_of:
        raise RowFault("counted_on", _("计入在保日 %(day)s 晚于台账日期") % {"day": one.counted_on})
    if one.due_on is not None and one.due_on < one.counted_on:
        raise RowFault("due_on", _("到期日 %(day)s 早于计入在保日") % {"day": one.due_on})
    if one.debt_balance > one.contract_amount:
        reason = _("债务余额 %(balance)s 元大于合同金额 %(contract)s 元，请检查单位")
        words = {"balance": figures.yuan(one.debt_balance), "contract": figures.yuan(one.contract_amount)}
        raise RowFault("debt_balance", reason % words)
    if one.state != GuaranteeState.IN_FORCE and one.debt_balance:
        raise RowFault("debt_balance", _("已解保或已代偿的业务还有债务余额"))
    if one.state == GuaranteeState.RELEASED and one.released_on is None:
        raise RowFault("released_on", _("已解保的业务没有解保日期"))
    if one.state == GuaranteeState.IN_FORCE and one.released_on is not None:
        raise RowFault("released_on", _("在保业务却有解保日期"))
    if one.released_on is not None and one.released_on < one.counted_on:
        raise RowFault("released_on", _("解保日期 %(day)s 早于计入在保日") % {"day": one.released_on})
    if one.overdue_amount > one.debt_balance:
        raise RowFault("overdue_amount", _("逾期金额大于债务余额"))
