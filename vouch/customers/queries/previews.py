"""What an upload would say before anything of it is kept: layout, columns, first rows, what does not fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from vouch.customers.models import BankStatement
from vouch.customers.queries.bank import account_value, overlapping
from vouch.customers.queries.duties import (
    TAX_FIELDS,
    UTILITY_FIELDS,
    BillLine,
    TaxLine,
    bill_lines,
    tax_lines,
    utility_named,
)
from vouch.customers.terms import MaterialKind, UtilityKind
from vouch.engine.bank_statement.layout import COLUMN_TITLES, Column, NoHeading, given_layout
from vouch.engine.bank_statement.particulars import Particulars, particulars_of
from vouch.engine.bank_statement.reading import Statement, read_statement
from vouch.engine.cells import Cell, plain
from vouch.engine.headed_table import NoHeading as NoTableHeading
from vouch.engine.headed_table import read_table
from vouch.engine.identifiers import without_protected
from vouch.parties.models import Party
from vouch.parties.queries.persons import account_index

FIRST_ROWS, NAMED = 8, 30
LETTERS = 26


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a person put right: the heading's row from 0, and column → place from 0."""

    heading_row: int
    places: Mapping[str, int]


@dataclass(slots=True)
class Preview:
    """``error`` says why nothing can be read; ``blocks`` are reasons not to keep it, ``warnings`` are for thought."""

    error: str = ""
    blocks: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    style: str = ""
    columns: Sequence[tuple[str, str]] = ()
    """Field and title of every column that there may be."""
    choices: Sequence[tuple[int, str]] = ()
    """Place and heading of every column that there is."""
    mapped: Mapped = field(default_factory=lambda: Mapped(0, {}))
    head: Sequence[str] = ()
    rows: Sequence[tuple[int, Sequence[str]]] = ()
    faults: Sequence[str] = ()
    fault_count: int = 0
    skipped: Sequence[str] = ()
    breaks: Sequence[str] = ()
    break_count: int = 0
    count: int = 0


@dataclass(slots=True)
class BankPreview(Preview):
    """A sheet read as a bank statement."""

    statement: Statement | None = None
    particulars: Particulars | None = None
    money_in: Decimal = Decimal(0)
    money_out: Decimal = Decimal(0)

    def read(self) -> Statement:
        """The statement. Raises ValueError where the sheet could not be read as one."""
        if self.statement is None:
            raise ValueError(self.error)
        return self.statement


@dataclass(slots=True)
class TablePreview(Preview):
    """A sheet read as a table of taxes or of bills."""

    taxes: Sequence[TaxLine] = ()
    bills: Sequence[BillLine] = ()
    last_on: date | None = None


def _letter(place: int) -> str:
    first, second = divmod(place, LETTERS)
    return (chr(64 + first) if first else "") + chr(65 + second)


def _frame(found: Preview, rows: Sequence[Sequence[Cell]], mapped: Mapped) -> None:
    """The heading's cells to choose from, and the first rows below it, without protected numbers."""
    heading = rows[mapped.heading_row] if mapped.heading_row < len(rows) else []
    width = max((len(row) for row in rows[: mapped.heading_row + FIRST_ROWS + 1]), default=0)
    names = [without_protected(plain(cell)) for cell in heading] + [""] * (width - len(heading))
    found.mapped = mapped
    found.head = names
    found.choices = [(place, f"{_letter(place)} {name}".strip()) for place, name in enumerate(names)]
    found.rows = [
        (number, [without_protected(plain(cell)) for cell in row])
        for number, row in enumerate(rows[mapped.heading_row + 1 :], start=mapped.heading_row + 2)
        if any(plain(cell) for cell in row)
    ][:FIRST_ROWS]


def bank_preview(party: Party, rows: Sequence[Sequence[Cell]], *, mapped: Mapped | None) -> BankPreview:
    """The sheet as a bank statement, by the columns found or by those that somebody put right."""
    found = BankPreview(columns=[(column.value, COLUMN_TITLES[column]) for column in Column])
    try:
        layout = None
        if mapped is not None:
            places = {Column(name): place for name, place in mapped.places.items()}
            layout = given_layout(rows, heading_row=mapped.heading_row, places=places)
        statement = read_statement(rows, layout=layout)
    except NoHeading as error:
        found.error = str(error)
        _frame(found, rows, mapped or Mapped(0, {}))
        return found
    layout = statement.layout
    _frame(
        found, rows, Mapped(layout.heading_row, {str(name): place for name, place in layout.places.items()})
    )
    found.statement, found.style = statement, layout.style
    found.particulars = particulars_of(rows, statement)
    found.count = len(statement.transactions)
    found.money_in = Decimal(sum(max(one.amount, 0) for one in statement.transactions)).scaleb(-2)
    found.money_out = Decimal(sum(max(-one.amount, 0) for one in statement.transactions)).scaleb(-2)
    faults = [one for one in statement.problems if not one.is_skipped]
    found.faults = [_told(one.row, one.column, one.message) for one in faults[:NAMED]]
    found.fault_count = len(faults)
    found.skipped = [_told(one.row, one.column, one.message) for one in statement.problems if one.is_skipped][
        :NAMED
    ]
    found.breaks, found.break_count = [str(one) for one in statement.breaks[:NAMED]], len(statement.breaks)
    _judge_bank(found, party)
    return found


def _judge_bank(found: BankPreview, party: Party) -> None:
    said = found.particulars
    if not found.count:
        found.blocks.append(_("没有读出任何交易。请检查表头所在的行和各列的对应关系。"))
    if said is not None and said.has_several_accounts:
        (_first, one), (row, other) = said.accounts[:2]
        found.blocks.append(
            _(
                "第 %(row)d 行出现另一个账户（尾号 %(other)s，前面是尾号 %(one)s）。请按账户分成几份后再上传；"
                "如果“账号”一列是对方的账号，请在“各列”里把“本方账号”改为没有此列。"
            )
            % {"row": row, "other": other[-4:], "one": one[-4:]}
        )
    if said is not None and said.holder and party.name not in {said.holder, ""}:
        found.warnings.append(
            _("户名“%(holder)s”与客户名称不一致，请确认是该客户的账户。")
            % {"holder": without_protected(said.holder)[:60]}
        )
    if found.fault_count * 2 > found.count and found.count:
        found.warnings.append(_("读不出的行超过读出的一半，可能是列错位了，请核对各列。"))


def overlaps_of(
    party: Party, account: str, *, first: date | None, last: date | None
) -> Sequence[BankStatement]:
    """Statements of the same account that cover some of these days."""
    if not account or first is None or last is None:
        return []
    return list(overlapping(party.pk, account_index(account_value(account)), first=first, last=last))


def table_preview(
    kind: MaterialKind,
    rows: Sequence[Sequence[Cell]],
    *,
    mapped: Mapped | None,
    otherwise: UtilityKind | None = None,
) -> TablePreview:
    """The sheet as a table of taxes or of bills; ``otherwise`` is the kind of bills whose rows do not say one."""
    fields = TAX_FIELDS if kind == MaterialKind.TAX else UTILITY_FIELDS
    found = TablePreview(columns=[(one.name, one.title) for one in fields])
    try:
        reading = read_table(rows, fields, given=mapped)
    except NoTableHeading as error:
        found.error = str(error)
        _frame(found, rows, mapped or Mapped(0, {}))
        return found
    _frame(found, rows, Mapped(reading.heading_row, reading.places))
    problems = list(reading.problems)
    if kind == MaterialKind.TAX:
        found.taxes = tax_lines(reading)
        days = [line.period_until for line in found.taxes]
    else:
        found.bills, others = bill_lines(reading, otherwise=otherwise or guessed_kind(found.head))
        problems += others
        days = [line.month for line in found.bills]
    found.count, found.last_on = len(days), max(days, default=None)
    faults = [one for one in problems if not one.is_skipped]
    found.faults = [_told(one.row, one.column, one.message) for one in faults[:NAMED]]
    found.fault_count = len(faults)
    found.skipped = [_told(one.row, one.column, one.message) for one in problems if one.is_skipped]
    if not found.count:
        found.blocks.append(_("没有读出任何一行。请检查表头所在的行和各列的对应关系。"))
    return found


def guessed_kind(head: Sequence[str]) -> UtilityKind:
    """What the headings speak of; electricity where they are silent."""
    kinds = [kind for kind in map(utility_named, head) if kind is not None]
    return kinds[0] if kinds else UtilityKind.ELECTRICITY


def _told(row: int, column: str, message: str) -> str:
    where = _("第 %(row)d 行") % {"row": row}
    return without_protected(f"{where}{'“' + column + '”' if column else ''}：{message}")
