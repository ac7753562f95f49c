"""What the house holds of a party's flows, for the copy that a person has a right to."""

from __future__ import annotations

from collections.abc import Iterator

from vouch.customers.models import BankStatement, BankTransaction, TaxPeriod, UtilityBill
from vouch.customers.queries.holdings import Cell, Section
from vouch.parties.models import Party
from vouch.platform.vault.fields import place_of
from vouch.platform.vault.keys import SubjectKey
from vouch.platform.vault.queries import key_of
from vouch.platform.vault.terms import Subject, VaultError


def told_by_flows(party: Party) -> Iterator[Section]:
    """Bank statements with their transactions in plain, taxes and bills. Whoever asks records the reading."""
    yield from _statements(party)
    taxes = TaxPeriod.objects.filter(material__party=party).order_by("period_from", "pk")
    yield Section(
        "纳税记录",
        ("税种", "所属期起", "所属期止", "申报收入", "应纳税额", "已缴税额", "缴款期限", "缴款日期"),
        [
            [
                *(one.get_tax_display(), str(one.period_from), str(one.period_until), _text(one.revenue)),
                *(str(one.due), str(one.paid), str(one.due_on), _text(one.paid_on)),
            ]
            for one in taxes
        ],
    )
    bills = UtilityBill.objects.filter(material__party=party).order_by("month", "pk")
    yield Section(
        "水电气缴费",
        ("类别", "月份", "用量", "金额", "缴费期限", "缴费日期"),
        [
            [
                *(one.get_kind_display(), f"{one.month:%Y-%m}", _text(one.quantity), str(one.amount)),
                *(_text(one.due_on), _text(one.paid_on)),
            ]
            for one in bills
        ],
    )


def _statements(party: Party) -> Iterator[Section]:
    try:
        key = key_of(Subject("party", str(party.pk)))
    except VaultError:
        return
    statements = BankStatement.objects.filter(material__party=party).order_by("pk")
    yield Section(
        "银行流水",
        ("序号", "开户银行", "账号", "起始日期", "截止日期", "笔数"),
        [
            [
                *(one.pk, one.bank, _opened(one, "account_number", key)),
                *(str(one.period_from), str(one.period_until), one.transaction_count),
            ]
            for one in statements
        ],
    )
    moves = BankTransaction.objects.filter(statement__material__party=party)
    yield Section(
        "银行交易",
        ("流水序号", "日期", "金额", "余额", "对方户名", "对方账号", "摘要"),
        [
            [
                *(one.statement_id, str(one.on), str(one.amount), _text(one.balance), one.counterparty),
                *(_opened(one, "account_number", key), _opened(one, "summary", key)),
            ]
            for one in moves.order_by("statement_id", "position").iterator(chunk_size=2000)
        ],
    )


def _text(value: object) -> Cell:
    return None if value is None else str(value)


def _opened(row: BankStatement | BankTransaction, column: str, key: SubjectKey) -> str:
    sealed = getattr(row, column)
    return key.open(bytes(sealed), place=place_of(row, column)) if sealed else ""
