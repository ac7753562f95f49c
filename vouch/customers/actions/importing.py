"""Invoices from files: a list of enterprises, their input invoices and their output invoices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.customers.actions.enterprises import ENTERPRISES, PARTY, party_ids, take_enterprises
from vouch.customers.actions.reading import (
    InvoiceDetails,
    content_of,
    leaf_of,
    plain_code,
    read_invoice,
)
from vouch.customers.actions.recording import known_contents, write_invoices
from vouch.customers.terms import Direction
from vouch.platform.exchange.importer import Batch, Finding, Importer, Outcome, RowFault, Source
from vouch.platform.exchange.tabular import Column, Row
from vouch.platform.identity.actor import Actor


def _invoice_columns(counterparty: Column) -> tuple[Column, ...]:
    return (
        PARTY,
        Column("number", "发票号码", ("发票号", "号码")),
        Column("issued_on", "开票日期", ("日期",)),
        counterparty,
        Column("amount", "金额", ("不含税金额",)),
        Column("tax", "税额", ("税金",)),
        Column("total", "价税合计", ("含税金额", "合计")),
        Column("state", "发票状态", ("状态",)),
    )


SELLER = Column("counterparty", "销方单位代号", ("销方单位", "销方代号", "销方名称", "销售方", "销售方名称"))
BUYER = Column("counterparty", "购方单位代号", ("购方单位", "购方代号", "购方名称", "购买方", "购买方名称"))
INPUT = Source("input", "进项发票", _invoice_columns(SELLER), sheets=("进项发票信息",))
OUTPUT = Source("output", "销项发票", _invoice_columns(BUYER), sheets=("销项发票信息",))
_DIRECTIONS = {INPUT.name: Direction.INPUT, OUTPUT.name: Direction.OUTPUT}


class InvoiceImporter(Importer):
    """Takes enterprises known by a source's own code, and their invoices."""

    kind = "invoices"
    title = "发票"
    sources: ClassVar[tuple[Source, ...]] = (ENTERPRISES, INPUT, OUTPUT)
    example = (
        "vouch import invoices --enterprises 企业.csv --input 进项.csv.gz --output 销项.csv.gz --unit HQ"
    )
    # An invoice is a short row: larger chunks than the default halve the cost of their transactions.
    chunk_rows: ClassVar[int] = 5000

    def take(self, batch: Batch) -> Outcome:
        """Write one chunk of enterprises or of invoices."""
        if batch.source.name == ENTERPRISES.name:
            return take_enterprises(batch)
        return _take_invoices(batch)


class _Read(NamedTuple):
    """A readable row, its canonical columns, their text, and the mark of its content."""

    row: Row
    columns: tuple[str, ...]
    leaf: bytes
    content: str
    remark: str


def _take_invoices(batch: Batch) -> Outcome:
    outcome = Outcome()
    read = _read(batch, outcome)
    known = known_contents({invoice.content for invoice in read})
    fresh: dict[str, tuple[str, ...]] = {}
    for row, columns, leaf, content, remark in read:
        if content in fresh or (content in known and known[content] == batch.import_id):
            outcome.unchanged += 1
            outcome.listed.append(Finding(row, "", _("与本次导入的另一行完全相同，只计一张发票")))
        elif content in known:
            outcome.unchanged += 1
        else:
            fresh[content] = columns
            outcome.leaves.append(leaf)
            if remark:
                outcome.warned.append(Finding(row, "total", remark))
            else:
                outcome.accepted += 1
    write_invoices(fresh, batch_id=batch.import_id)
    return outcome


def _read(batch: Batch, outcome: Outcome) -> list[_Read]:
    """The chunk's readable rows; the others are rejected."""
    direction = _DIRECTIONS[batch.source.name]
    codes = {row.cells[0]: plain_code(row.cells[0]) for row in batch.rows}
    parties = _parties_by_cell(codes, actor=batch.actor)
    today = timezone.localdate(batch.at)
    is_forced = bool(batch.forced)
    read = []
    for row in batch.rows:
        party_id = parties.get(row.cells[0])
        if party_id is None:
            outcome.rejected.append(Finding(row, PARTY.name, _unknown(codes[row.cells[0]])))
            continue
        try:
            details = read_invoice(
                row.cells[1:], party_id=party_id, direction=direction, today=today, is_forced=is_forced
            )
        except RowFault as fault:
            outcome.rejected.append(Finding(row, fault.column, fault.reason))
            continue
        columns = details.columns
        leaf = leaf_of(columns)
        remark = "" if details.is_balanced else _unbalanced(details)
        read.append(_Read(row, columns, leaf, content_of(leaf), remark))
    return read


def _parties_by_cell(codes: Mapping[str, str], *, actor: Actor) -> Mapping[str, int]:
    """Cell → party, for the cells whose code is known to the actor."""
    found = party_ids(set(codes.values()), actor=actor)
    return {cell: found[code] for cell, code in codes.items() if code in found}


def _unknown(code: str) -> str:
    if not code:
        return _("企业代号为空")
    return _("没有代号为“%(code)s”的企业；请先在企业信息中列出") % {"code": code[:40]}


def _unbalanced(details: InvoiceDetails) -> str:
    return _("金额 %(amount)s 与税额 %(tax)s 之和不等于价税合计 %(total)s，已按原值导入") % {
        "amount": details.amount,
        "tax": details.tax,
        "total": details.total,
    }
