"""What stands around the transactions: whose account it is, at which bank, from when until when."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from vouch.engine.bank_statement.layout import Column
from vouch.engine.bank_statement.reading import Statement
from vouch.engine.cells import Cell, Unreadable, day_of, plain

_ACCOUNT = re.compile(
    r"^(?:本方|客户|银行|查询|交易)?(?:账号|帐号|账户号码?|账户|帐户|卡号|卡号/账号|账号/卡号|account(?:number|no\.?)?)[:：]?(.*)$",
    re.IGNORECASE,
)
_HOLDER = re.compile(r"^(?:户名|账户名称?|账号名称|客户名称|客户姓名|单位名称|姓名)[:：]?(.*)$")
_BANK = re.compile(r"^(?:开户银行|开户行|开户机构|开户网点|开户行名称|所属机构)[:：]?(.*)$")
_TITLE = re.compile(r"[\u4e00-\u9fff]{2,14}?银行")
_DAY = re.compile(r"(?:19|20)[0-9]{2}[-/.年]?[0-9]{1,2}[-/.月]?[0-9]{1,2}日?")
_PERIOD = re.compile(r"期间|起止|起始|截止|时间|日期|范围|自|period", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9*][0-9*\s-]{4,38}[0-9]")


@dataclass(frozen=True, slots=True)
class Particulars:
    """``accounts`` are row (from 1) and number as written, each number once; empty texts where nothing is told."""

    accounts: tuple[tuple[int, str], ...]
    holder: str
    bank: str
    first_on: date | None
    last_on: date | None

    @property
    def account(self) -> str:
        """The first account named."""
        return self.accounts[0][1] if self.accounts else ""

    @property
    def has_several_accounts(self) -> bool:
        """Whether the sheet holds more than one account: their transactions must not be added up as one's."""
        return len(self.accounts) > 1


def particulars_of(rows: Sequence[Sequence[Cell]], statement: Statement) -> Particulars:
    """Read what is not a transaction: the rows above the heading, those between blocks, and the column of one's own account."""
    above = list(enumerate(rows[: statement.layout.heading_row], start=1))
    between = [(one.row, rows[one.row - 1]) for one in statement.problems]
    days = [one.on for one in statement.transactions]
    told = _period(above)
    # A heading that tells less than the rows is of something else, such as the day of printing.
    if told and days and not (told[0] <= min(days) and max(days) <= told[1]):
        told = None
    first_on, last_on = told or ((min(days), max(days)) if days else (None, None))
    return Particulars(
        accounts=tuple(_accounts(rows, statement, [*above, *between])),
        holder=_labelled(above, _HOLDER),
        bank=_labelled(above, _BANK) or _title(above),
        first_on=first_on,
        last_on=last_on,
    )


def _accounts(
    rows: Sequence[Sequence[Cell]], statement: Statement, others: Sequence[tuple[int, Sequence[Cell]]]
) -> Iterator[tuple[int, str]]:
    seen = set()
    named = [(number, text) for number, row in others for text in _values(row, _ACCOUNT)]
    if Column.OWN in statement.layout.places:
        ones = sorted(one.row for one in statement.transactions)
        named += [(row, plain(statement.layout.cell(rows[row - 1], Column.OWN))) for row in ones]
    for number, text in named:
        digits = "".join(sign for sign in text if sign.isdigit() or sign == "*")
        if _NUMBER.fullmatch(text) and digits not in seen:
            seen.add(digits)
            yield number, digits


def _values(row: Sequence[Cell], label: re.Pattern[str]) -> Iterator[str]:
    """What follows the label in its own cell, or else in the next one that says something."""
    texts = [plain(cell) for cell in row]
    for place, text in enumerate(texts):
        # Several labels may stand in one cell, apart by blanks.
        for part in re.split(r"\s{1,}(?=[\u4e00-\u9fff]+[:：])", text):
            if (found := label.match(part.replace(" ", ""))) is None:
                continue
            yield found[1].strip() or next((one for one in texts[place + 1 :] if one), "")


def _labelled(rows: Sequence[tuple[int, Sequence[Cell]]], label: re.Pattern[str]) -> str:
    return next((text for _number, row in rows for text in _values(row, label) if text), "")


def _title(rows: Sequence[tuple[int, Sequence[Cell]]]) -> str:
    found = (_TITLE.search(plain(cell)) for _number, row in rows for cell in row)
    return next((one.group() for one in found if one), "")


def _period(rows: Sequence[tuple[int, Sequence[Cell]]]) -> tuple[date, date] | None:
    for _number, row in rows:
        text = " ".join(plain(cell) for cell in row)
        days = []
        for found in _DAY.findall(text) if _PERIOD.search(text) else ():
            try:
                days.append(day_of(found))
            except Unreadable:
                continue
        if len(days) >= 2:
            return min(days), max(days)
    return None
