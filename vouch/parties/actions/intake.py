"""Enterprises from a register's file: 企业登记信息."""

from __future__ import annotations

from typing import ClassVar

import orjson
from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.engine.identifiers import CodeKind, CodeProblem, is_organisation_code_consistent
from vouch.parties.actions.enrolment import CodeKey, Effect, Enrolled, Enrolment, Occasion, enrol
from vouch.parties.actions.reading import Fault, Reading, code_fault, given, read_enterprise
from vouch.parties.models import Identifier
from vouch.parties.terms import SOURCE_INVOICES, IdentifierKind
from vouch.platform.exchange.importer import Batch, Finding, Importer, Outcome, Source
from vouch.platform.exchange.tabular import Column, Row

COLUMNS = (
    Column("name", "企业名称", ("名称", "公司名称", "单位名称", "客户名称", "企业名")),
    Column(
        "code",
        "统一社会信用代码",
        ("信用代码", "社会信用代码", "统一信用代码", "统一代码", "注册号", "工商注册号"),
    ),
    Column("established_on", "注册日期", ("成立日期", "成立时间", "注册时间", "设立日期"), is_required=False),
    Column("legal_form", "企业类型", ("公司类型", "类型", "主体类型"), is_required=False),
    Column("representative_hash", "法定代表人散列", ("法人代表_hash", "法定代表人_hash"), is_required=False),
    Column("capital", "注册资金", ("注册资本",), is_required=False),
    Column("scope_text", "经营范围", ("业务范围",), is_required=False),
    Column("province", "所在省份", ("省份", "所属省份", "省"), is_required=False),
    Column("area", "地区", ("城市", "所属地区", "所在地区", "市"), is_required=False),
    Column("address", "注册地址", ("地址", "住所", "企业地址", "经营场所"), is_required=False),
    Column("industry_code", "行业代码", ("国民经济行业代码", "所属行业代码"), is_required=False),
    Column("staff_count", "从业人数", ("从业人员", "员工人数", "职工人数"), is_required=False),
    Column("revenue", "营业收入", ("年营业收入", "营业收入(元)"), is_required=False, is_money=True),
    Column("source_code", "企业代号", ("客户代号", "来源代号"), is_required=False),
    Column(
        "total_assets", "资产总额", ("资产总计", "总资产", "资产总额(元)"), is_required=False, is_money=True
    ),
)
_NAMES = tuple(column.name for column in COLUMNS)
_TITLES = {column.name: column.title for column in COLUMNS}
_SOURCE_CODE = _NAMES.index("source_code")
_KINDS = {CodeKind.USCC: IdentifierKind.USCC, CodeKind.OLD_NUMBER: IdentifierKind.OLD_NUMBER}


class EnterpriseImporter(Importer):
    """Rows of enterprises, each with its code: 统一社会信用代码, or an older registration number with a warning."""

    kind: ClassVar[str] = "enterprises"
    title: ClassVar[str] = "企业名单"
    sources: ClassVar[tuple[Source, ...]] = (
        Source("file", "企业名单文件", COLUMNS, sheets=("企业信息", "企业名单")),
    )
    example: ClassVar[str] = "vouch import enterprises 企业名单.csv.gz --unit HQ --errors 未导入.csv"

    def take(self, batch: Batch) -> Outcome:
        """Judge each row, write those that hold, and count."""
        outcome = Outcome()
        today = timezone.localdate(batch.at)
        readings = [
            read_enterprise(dict(zip(_NAMES, row.cells, strict=True)), today=today) for row in batch.rows
        ]
        flawed = _known_flawed(readings)
        enrolments: list[tuple[Row, Reading, Enrolment]] = []
        for row, reading in zip(batch.rows, readings, strict=True):
            known = reading.code is not None and reading.code.value in flawed
            is_named = known or (reading.code is None and bool(_others(row)))
            fault = _row_fault(reading, is_code_settled=is_named)
            if fault and batch.forced and fault.column == "code" and not reading.faults:
                enrolments.append((row, reading, _forced(reading, batch.forced)))
            elif fault and not (batch.forced and fault.column in _OPTIONAL):
                outcome.rejected.append(Finding(row, fault.column, fault.reason))
            else:
                enrolments.append(
                    (row, reading, Enrolment(reading.details, _key(reading), others=_others(row)))
                )
        occasion = Occasion(
            batch.unit, batch.actor, batch.at, import_id=batch.import_id, may_repeat=bool(batch.forced)
        )
        enrolled = enrol([enrolment for _row, _reading, enrolment in enrolments], occasion=occasion)
        for (row, reading, _enrolment), result in zip(enrolments, enrolled, strict=True):
            _count(outcome, row, reading, result)
        return outcome


_OPTIONAL = frozenset(_NAMES) - {"name", "code", ""}
"""Columns whose fault a person may wave through: the value is then left out."""


def _key(reading: Reading) -> CodeKey | None:
    if reading.code is None:
        return None
    return (_KINDS.get(reading.code.kind, IdentifierKind.OTHER), "", reading.code.value)


def _others(row: Row) -> tuple[CodeKey, ...]:
    """The code by which invoices name the enterprise, where the file has one."""
    code = given(row.cells[_SOURCE_CODE])
    return ((IdentifierKind.SOURCE_CODE, SOURCE_INVOICES, code[:80]),) if code else ()


def _forced(reading: Reading, reason: str) -> Enrolment:
    """As it stands: with its code marked as flawed, or without any where the row names none."""
    code = reading.code
    if code is None:
        return Enrolment(reading.details, None)
    if code.problem is CodeProblem.FORMAT:
        return Enrolment(reading.details, (IdentifierKind.OTHER, "", code.value[:80]), flaw=reason)
    return Enrolment(reading.details, _key(reading), flaw=reason)


def _known_flawed(readings: list[Reading]) -> set[str]:
    """Codes that a person has accepted in spite of their check character."""
    wrong = [r.code.value for r in readings if r.code is not None and r.code.problem is CodeProblem.CHECK]
    if not wrong:
        return set()
    found = Identifier.objects.filter(kind=IdentifierKind.USCC, is_flawed=True, value__in=wrong)
    return set(found.values_list("value", flat=True))


def _row_fault(reading: Reading, *, is_code_settled: bool) -> Fault | None:
    faults = list(reading.faults)
    code = None if is_code_settled else code_fault(reading.code)
    if code and reading.code is not None and reading.code.problem is CodeProblem.FORMAT:
        faults.insert(0, code)
    if len(faults) > 1:
        what = "；".join(f"{_TITLES[fault.column]}：{fault.reason}" for fault in faults)
        return Fault(faults[0].column, _("疑似错列：%(what)s") % {"what": what})
    return faults[0] if faults else code


def _count(outcome: Outcome, row: Row, reading: Reading, result: Enrolled) -> None:
    if result.effect is Effect.CONFLICT:
        reason = _("本文件中已有同一代码而内容不同的一行")
        outcome.rejected.append(Finding(row, "code", reason))
        return
    if result.effect is Effect.DIVIDED:
        reason = _("本行的代码分属两个不同的客户")
        outcome.rejected.append(Finding(row, "code", reason))
        return
    if result.effect is Effect.HIDDEN:
        reason = _("该企业已是其他机构的客户，不在您的数据范围内")
        outcome.rejected.append(Finding(row, "code", reason))
        return
    if result.effect is Effect.APART:
        reason = _("您已以中台或后台身份办理过该客户，其登记信息须由其他人员导入")
        outcome.rejected.append(Finding(row, "code", reason))
        return
    if result.effect is Effect.SAME:
        outcome.unchanged += 1
        return
    outcome.leaves.append(orjson.dumps([result.party_id, *row.cells]))
    code = reading.code
    if code is not None and code.kind is CodeKind.OLD_NUMBER:
        reason = _("旧注册号（%(count)d位），不是统一社会信用代码") % {"count": len(code.value)}
        outcome.warned.append(Finding(row, "code", reason))
        return
    outcome.accepted += 1
    is_sound = code is not None and code.kind is CodeKind.USCC and code.problem is CodeProblem.NONE
    if code is not None and is_sound and not is_organisation_code_consistent(code.value):
        note = _("统一社会信用代码中的组织机构代码校验位不符")
        outcome.notes[note] = outcome.notes.get(note, 0) + 1
