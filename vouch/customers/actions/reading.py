"""What a row of an invoice file says, and what in it cannot be right.

Figures and dates come as people's spreadsheets write them: ``2017/9/1``, an Excel day number, ``1,234.50``,
``￥(300.00)``. What is unclear is refused with its column and the reason in Chinese, never guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from django.utils.translation import gettext as _

from vouch.customers.terms import Direction, InvoiceState
from vouch.engine.cells import Unreadable, day_of, is_rounded, said
from vouch.platform.exchange.importer import RowFault

FIRST_DAY = date(1994, 1, 1)
"""China's VAT, and with it the special VAT invoice, began on this day."""

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
AMOUNT_MAX = Decimal(10) ** 13
NUMBER_MAX, COUNTERPARTY_MAX = 40, 120
# A spreadsheet's binary fraction may carry 230.10000000000002; more than this is a real third decimal.
NOISE = Decimal("0.000001")

STATES = {
    "有效发票": InvoiceState.VALID,
    "有效": InvoiceState.VALID,
    "正常发票": InvoiceState.VALID,
    "正常": InvoiceState.VALID,
    "红字发票": InvoiceState.VALID,
    "作废发票": InvoiceState.VOID,
    "作废": InvoiceState.VOID,
    "已作废": InvoiceState.VOID,
    "空白作废": InvoiceState.VOID,
}
UNTAXED = frozenset({"免税", "不征税", "*", "**", "***", "零税率"})
"""What stands in the tax column of invoices without tax."""

_PLAIN_AMOUNT = re.compile(r"-?[0-9]{1,13}(?:\.[0-9]{1,2})?")


class InvoiceDetails(NamedTuple):
    """One invoice as it is kept; amounts in yuan with two decimals."""

    party_id: int
    direction: Direction
    number: str
    issued_on: date
    counterparty: str
    amount: Decimal
    tax: Decimal
    total: Decimal
    state: InvoiceState

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column in its one canonical form, as COPY takes it."""
        return tuple(map(str, self))

    @property
    def is_balanced(self) -> bool:
        """Whether amount and tax make the total, give or take a cent."""
        return abs(self.amount + self.tax - self.total) <= CENT


def leaf_of(columns: Sequence[str]) -> bytes:
    """An invoice's canonical columns as one text: its leaf in the ledger."""
    return "\x1f".join(columns).encode()


def content_of(leaf: bytes) -> str:
    """128 bits, as hexadecimal digits, that stand for an invoice: what makes two rows the same one."""
    return blake2b(leaf, digest_size=16).hexdigest()


def read_invoice(
    cells: Sequence[str], *, party_id: int, direction: Direction, today: date, is_forced: bool
) -> InvoiceDetails:
    """Read the cells after the enterprise's: number, day, counterparty, amount, tax, total, state.

    ``is_forced`` lets a day outside the possible ones pass. Raises RowFault.
    """
    number, day, counterparty, amount, tax, total, state = cells
    issued_on = _day(day)
    if not is_forced:
        if issued_on > today:
            raise RowFault("issued_on", _("开票日期 %(day)s 晚于导入日") % {"day": issued_on})
        if issued_on < FIRST_DAY:
            raise RowFault(
                "issued_on", _("开票日期 %(day)s 早于1994年，当时没有增值税发票") % {"day": issued_on}
            )
    kept_state = _state(state)
    net, tax_amount, whole = _amounts(amount, tax, total)
    return InvoiceDetails(
        party_id=party_id,
        direction=direction,
        number=_number(number),
        issued_on=issued_on,
        counterparty=_counterparty(counterparty, is_void=kept_state is InvoiceState.VOID),
        amount=net,
        tax=tax_amount,
        total=whole,
        state=kept_state,
    )


def plain_code(text: str) -> str:
    """A code in one width, without blanks around it and without a spreadsheet's ``.0``."""
    code = text.strip()
    if not code.isascii():
        code = unicodedata.normalize("NFKC", code)
    if code.endswith(".0") and code[:-2].isdigit():
        return code[:-2]
    return code


def _number(text: str) -> str:
    number = plain_code(text)
    if not number:
        raise RowFault("number", _("发票号码为空"))
    if is_rounded(number):
        raise RowFault(
            "number", _("发票号码在表格软件中被当作数值，末几位已丢失：%(text)s") % {"text": number[:40]}
        )
    if len(number) > NUMBER_MAX:
        raise RowFault("number", _("发票号码超过%(limit)d个字符") % {"limit": NUMBER_MAX})
    return number


def _counterparty(text: str, *, is_void: bool) -> str:
    code = plain_code(text)
    # A blank form that was spoilt has no other side.
    if not code and not is_void:
        raise RowFault("counterparty", _("对方单位代号为空"))
    if len(code) > COUNTERPARTY_MAX:
        raise RowFault("counterparty", _("对方单位代号超过%(limit)d个字符") % {"limit": COUNTERPARTY_MAX})
    return code


@lru_cache(maxsize=256)
def _state(text: str) -> InvoiceState:
    try:
        return STATES[unicodedata.normalize("NFKC", text).strip()]
    except KeyError:
        raise RowFault(
            "state", _("发票状态“%(text)s”无法识别，应为有效发票或作废发票") % {"text": text.strip()[:40]}
        ) from None


@lru_cache(maxsize=20_000)
def _day(text: str) -> date:
    if not said(text):
        raise RowFault("issued_on", _("开票日期为空"))
    try:
        return day_of(text)
    except Unreadable as error:
        raise RowFault("issued_on", str(error)) from error


def _amounts(amount: str, tax: str, total: str) -> tuple[Decimal, Decimal, Decimal]:
    """Amount, tax and total. One of tax and total may be missing where the others give it."""
    net = _money("amount", amount)
    whole = _money("total", total) if total.strip() else None
    if tax.strip() in UNTAXED:
        charged: Decimal | None = ZERO
    else:
        charged = _money("tax", tax) if tax.strip() else None
    if charged is None and whole is None:
        raise RowFault("tax", _("税额和价税合计都为空"))
    if charged is None:
        charged = (whole or ZERO) - net
    return net, charged, net + charged if whole is None else whole


def _money(column: str, text: str) -> Decimal:
    if _PLAIN_AMOUNT.fullmatch(text):
        return Decimal(text).quantize(CENT)
    plain = unicodedata.normalize("NFKC", text).replace(",", "").replace(" ", "")
    plain = plain.replace("−", "-").removesuffix("元").lstrip("¥")
    if plain.startswith("(") and plain.endswith(")"):
        plain = f"-{plain[1:-1].lstrip('¥')}"
    elif plain.startswith("-¥"):
        plain = f"-{plain[2:]}"
    if not plain:
        raise RowFault(column, _("金额为空"))
    try:
        value = Decimal(plain)
        if not value.is_finite() or abs(value) >= AMOUNT_MAX:
            raise RowFault(column, _("金额“%(text)s”超出可能的范围") % {"text": text.strip()[:40]})
    except InvalidOperation:
        raise RowFault(column, _("“%(text)s”不是金额") % {"text": text.strip()[:40]}) from None
    rounded = value.quantize(CENT)
    if abs(rounded - value) > NOISE:
        raise RowFault(column, _("金额“%(text)s”超过两位小数") % {"text": text.strip()[:40]})
    return rounded
