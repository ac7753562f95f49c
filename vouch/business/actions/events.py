"""Draws, repayments, claims and recoveries from files: rows that are the same in every column are one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import blake2b
from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.business.models import Claim, Draw, Recovery, Repayment
from vouch.business.queries.register import visible_to
from vouch.engine.cells import said
from vouch.engine.identifiers import holds_protected
from vouch.platform.exchange import cells
from vouch.platform.exchange.importer import Batch, Finding, Importer, Outcome, RowFault, Source
from vouch.platform.exchange.tabular import Column, Row

NUMBER = Column("guarantee", "业务编号", ("担保编号", "项目编号", "保证合同编号", "担保业务编号"))
NOTE = Column("note", "备注", ("说明", "摘要"), is_required=False)
ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class _Event:
    """One readable row: what it says, in the order of its model's columns."""

    row: Row
    guarantee_id: int
    values: Mapping[str, Any]

    @property
    def leaf(self) -> bytes:
        """The row in its one canonical form."""
        said = (self.guarantee_id, *(self.values[name] for name in sorted(self.values)))
        return "\x1f".join(map(str, said)).encode()

    @property
    def content(self) -> UUID:
        """What makes two rows the same one."""
        return UUID(bytes=blake2b(self.leaf, digest_size=16).digest())


class _EventImporter(Importer):
    """What the four have in common: a guarantee by its number, a day, an amount, and that a repeat changes nothing."""

    model: ClassVar[Any]

    def read(self, given: Mapping[str, str]) -> dict[str, Any]:
        """The columns beside the guarantee, the day, the voucher and the note. Raises RowFault."""
        raise NotImplementedError

    def take(self, batch: Batch) -> Outcome:
        """Write one chunk."""
        outcome = Outcome()
        names = [column.name for column in batch.source.columns]
        numbers = {said(row.cells[0]).replace(" ", "") for row in batch.rows}
        known = dict(visible_to(batch.actor).filter(number__in=numbers).values_list("number", "pk"))
        today = timezone.localdate(batch.at)
        read: list[_Event] = []
        for row in batch.rows:
            try:
                given = dict(zip(names, row.cells, strict=True))
                read.append(_Event(row, _guarantee(given, known), self._values(given, today=today)))
            except RowFault as fault:
                outcome.rejected.append(Finding(row, fault.column, fault.reason))
        self._write(batch, read, outcome)
        return outcome

    def _values(self, given: Mapping[str, str], *, today: date) -> dict[str, Any]:
        on = cells.day(given["on"], "on")
        if on is None:
            raise RowFault("on", _("日期为空"))
        if on > today:
            raise RowFault("on", _("日期 %(day)s 晚于今天") % {"day": on})
        note = cells.short(given["note"], "note", most=200)
        if holds_protected(note):
            raise RowFault("note", _("备注里写有证件号码、电话或账号；这一栏不加密，请删去"))
        number = cells.short(cells.code(given["number"], "number"), "number", most=80)
        return {"on": on, "number": number, "note": note, **self.read(given)}

    def _write(self, batch: Batch, read: list[_Event], outcome: Outcome) -> None:
        contents = [one.content for one in read]
        rows = self.model.objects.filter(content__in=contents).values_list("content", "batch_id")
        known: dict[UUID, int | None] = dict(rows)
        fresh: dict[UUID, Any] = {}
        for one, content in zip(read, contents, strict=True):
            if content in fresh or known.get(content) == batch.import_id:
                outcome.unchanged += 1
                outcome.listed.append(Finding(one.row, "", _("与本次导入的另一行完全相同，只计一次")))
            elif content in known:
                outcome.unchanged += 1
            else:
                fresh[content] = self.model(
                    guarantee_id=one.guarantee_id,
                    content=content,
                    known_at=batch.at,
                    batch_id=batch.import_id,
                    **one.values,
                )
                outcome.accepted += 1
                outcome.leaves.append(one.leaf)
        self.model.objects.bulk_create(fresh.values())


def _guarantee(given: Mapping[str, str], known: Mapping[str, int]) -> int:
    number = cells.code(cells.needed(given["guarantee"], "guarantee", NUMBER.title), "guarantee")
    try:
        return known[number]
    except KeyError:
        raise RowFault("guarantee", _("台账里没有编号为“%s”的业务；请先导入担保台账") % number) from None


def _positive(given: Mapping[str, str], column: str) -> Decimal:
    found = cells.money(given[column], column)
    if not found:
        raise RowFault(column, _("金额为空或为零"))
    return found


def _columns(day: Column, voucher: Column, *more: Column) -> tuple[Column, ...]:
    return (NUMBER, day, *more, voucher, NOTE)


class _AmountImporter(_EventImporter):
    """One amount beside the day."""

    def read(self, given: Mapping[str, str]) -> dict[str, Any]:
        """The amount."""
        return {"amount": _positive(given, "amount")}


class DrawImporter(_AmountImporter):
    """放款: each payment of the bank."""

    kind: ClassVar[str] = "draws"
    title: ClassVar[str] = "放款"
    model = Draw
    sources: ClassVar[tuple[Source, ...]] = (
        Source(
            "file",
            "放款明细文件（CSV、XLSX）",
            _columns(
                Column("on", "放款日", ("放款日期", "借款日期", "发放日期", "日期")),
                Column("number", "借据号", ("借据编号", "凭证号", "流水号"), is_required=False),
                Column("amount", "放款金额", ("借款金额", "发放金额", "金额"), is_money=True),
            ),
            sheets=("放款", "放款明细"),
        ),
    )
    example: ClassVar[str] = "vouch import draws 放款明细.xlsx --unit HQ"


class RepaymentImporter(_AmountImporter):
    """还款: principal that the customer paid back."""

    kind: ClassVar[str] = "repayments"
    title: ClassVar[str] = "还款"
    model = Repayment
    sources: ClassVar[tuple[Source, ...]] = (
        Source(
            "file",
            "还款明细文件（CSV、XLSX）",
            _columns(
                Column("on", "还款日", ("还款日期", "还本日期", "日期")),
                Column("number", "凭证号", ("还款凭证号", "流水号", "借据号"), is_required=False),
                Column("amount", "还本金额", ("还款金额", "归还本金", "本金", "金额"), is_money=True),
            ),
            sheets=("还款", "还款明细"),
        ),
    )
    example: ClassVar[str] = "vouch import repayments 还款明细.xlsx --unit HQ"


class ClaimImporter(_EventImporter):
    """代偿: what we paid, by principal, interest and the rest."""

    kind: ClassVar[str] = "claims"
    title: ClassVar[str] = "代偿"
    model = Claim
    sources: ClassVar[tuple[Source, ...]] = (
        Source(
            "file",
            "代偿明细文件（CSV、XLSX）",
            _columns(
                Column("on", "代偿日", ("代偿日期", "付款日期", "拨付日期", "日期")),
                Column("number", "凭证号", ("付款凭证号", "流水号"), is_required=False),
                Column("notified_on", "首次代偿通知日", ("代偿通知日", "通知日期"), is_required=False),
                Column("principal", "代偿本金", ("本金", "代偿金额", "金额"), is_money=True),
                Column("interest", "代偿利息", ("利息", "正常利息"), is_required=False, is_money=True),
                Column(
                    "other",
                    "其他代偿",
                    ("其他", "罚息及费用", "罚息", "费用"),
                    is_required=False,
                    is_money=True,
                ),
            ),
            sheets=("代偿", "代偿明细"),
        ),
    )
    example: ClassVar[str] = "vouch import claims 代偿明细.xlsx --unit HQ"

    def read(self, given: Mapping[str, str]) -> dict[str, Any]:
        """The parts of what was paid, and when the bank first asked."""
        parts = {name: cells.money(given[name], name) or ZERO for name in ("principal", "interest", "other")}
        if not any(parts.values()):
            raise RowFault("principal", _("代偿金额为空或为零"))
        return {"notified_on": cells.day(given["notified_on"], "notified_on"), **parts}


class RecoveryImporter(_AmountImporter):
    """追偿回收: what came back."""

    kind: ClassVar[str] = "recoveries"
    title: ClassVar[str] = "追偿回收"
    model = Recovery
    sources: ClassVar[tuple[Source, ...]] = (
        Source(
            "file",
            "追偿回收明细文件（CSV、XLSX）",
            _columns(
                Column("on", "回收日", ("回收日期", "到账日期", "入账日期", "日期")),
                Column("number", "凭证号", ("入账凭证号", "流水号"), is_required=False),
                Column("amount", "回收金额", ("追回金额", "入账金额", "金额"), is_money=True),
            ),
            sheets=("追偿", "回收", "追偿回收"),
        ),
    )
    example: ClassVar[str] = "vouch import recoveries 追偿回收.xlsx --unit HQ"
