"""Bank statements: what one told is written with its transactions, once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.customers import permissions
from vouch.customers.actions.files import SHEET_KINDS
from vouch.customers.actions.materials import MaterialDetails, WrongMaterial, lay_down
from vouch.customers.models import BankStatement, BankTransaction, Material
from vouch.customers.queries.bank import account_value, overlapping, same_statement
from vouch.engine.bank_statement.reading import Statement
from vouch.engine.identifiers import without_protected
from vouch.parties.models import Account, Party
from vouch.parties.queries.persons import account_index
from vouch.platform.database.copy import copy_rows
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, action
from vouch.platform.vault.actions import ensure_key
from vouch.platform.vault.fields import place_of
from vouch.platform.vault.index import blind_index
from vouch.platform.vault.keys import SubjectKey
from vouch.platform.vault.terms import Place, Subject

PROBLEMS_KEPT = 500
NAME_LENGTH = 120
_COLUMNS = (
    *("id", "statement_id", "position", "row", "happened_on", "amount", "balance", "gap", "counterparty"),
    *("account_number", "account_index", "summary", "is_charge", "is_cash"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementDetails:
    """Whose statement it is and what it covers, as somebody confirmed it."""

    material: MaterialDetails
    bank: str
    account: str
    period_from: date
    period_until: date


@dataclass(frozen=True, slots=True)
class RecordedStatement:
    """The statement; ``is_repeat``: it was there already. ``overlaps`` are older ones of which it takes over some days."""

    statement: BankStatement
    is_repeat: bool
    overlaps: Sequence[BankStatement] = ()


@action("customers.bank.recorded", may=permissions.may_record_material)
def record_statement(
    entry: Entry,
    *,
    actor: Actor,
    at: datetime,
    party: Party,
    details: StatementDetails,
    statement: Statement,
    content: bytes | None = None,
) -> RecordedStatement:
    """Keep a statement with its original; the same one again changes nothing.

    Raises WrongMaterial, WrongFile, NoAuthorisation, Refused.
    """
    # Of the same file sent twice at once, the second waits and finds the first.
    Party.objects.select_for_update(no_key=True).get(pk=party.pk)
    number = account_value(details.account)
    fingerprint = fingerprint_of(number, statement)
    if (known := same_statement(party.pk, fingerprint)) is not None:
        entry.nothing()
        return RecordedStatement(known, is_repeat=True)
    _check(details, statement, today=timezone.localdate(at))
    index = account_index(number)
    overlaps = list(overlapping(party.pk, index, first=details.period_from, last=details.period_until))
    material = lay_down(
        actor=actor, at=at, party=party, details=details.material, content=content, allowed=SHEET_KINDS
    )
    key = ensure_key(Subject("party", str(party.pk)), at=at)
    made = _made(material, details, statement)
    made.account_number = key.seal(number, place=place_of(made, "account_number"))
    made.account_index, made.fingerprint = index, fingerprint
    made.account = Account.objects.filter(party=party, number_index=index, ended_at=None).first()
    made.save(force_insert=True)
    copy_rows(BankTransaction, _COLUMNS, _rows(made, statement, key))
    after = {"kind": material.kind, "rows": made.transaction_count, "breaks": len(statement.breaks)}
    entry.about("material", material.pk, after=after)
    return RecordedStatement(made, is_repeat=False, overlaps=overlaps)


def fingerprint_of(number: str, statement: Statement) -> bytes:
    """What makes two statements the same: the account and every transaction. Keyed, since it covers protected numbers."""
    digest = hashlib.sha256(number.encode())
    for one in statement.transactions:
        digest.update(
            repr((one.on.isoformat(), one.amount, one.balance, one.name, one.account, one.summary)).encode()
        )
    return blind_index(digest.hexdigest(), column="customers.bank_statement")


def _check(details: StatementDetails, statement: Statement, *, today: date) -> None:
    if not statement.transactions:
        raise WrongMaterial("account", _("没有读出任何交易，不能保存。请检查表头和各列的对应关系。"))
    first = min(statement.transactions, key=lambda one: one.on)
    last = max(statement.transactions, key=lambda one: one.on)
    if last.on > today:
        raise WrongMaterial(
            "period_until", _("第 %(row)d 行的日期 %(day)s 晚于今天。") % {"row": last.row, "day": last.on}
        )
    if details.period_from > first.on:
        message = _("第 %(row)d 行的日期 %(day)s 早于起始日期。")
        raise WrongMaterial("period_from", message % {"row": first.row, "day": first.on})
    if details.period_until < last.on:
        message = _("第 %(row)d 行的日期 %(day)s 晚于截止日期。")
        raise WrongMaterial("period_until", message % {"row": last.row, "day": last.on})


def _yuan(fen: int | None) -> Decimal | None:
    return None if fen is None else Decimal(fen).scaleb(-2)


def _made(material: Material, details: StatementDetails, statement: Statement) -> BankStatement:
    told = [one for one in statement.transactions if one.balance is not None]
    faults = [one for one in statement.problems if not one.is_skipped]
    return BankStatement(
        material=material,
        bank=details.bank,
        period_from=details.period_from,
        period_until=details.period_until,
        layout=statement.layout.style,
        is_newest_first=statement.is_newest_first,
        opening_balance=_yuan((told[0].balance or 0) - told[0].amount) if told else None,
        closing_balance=_yuan(told[-1].balance) if told else None,
        transaction_count=len(statement.transactions),
        # A cell that could not be read may hold anything, an account number too.
        problems=[[one.row, one.column, without_protected(one.message)] for one in faults[:PROBLEMS_KEPT]],
        problem_count=len(faults),
    )


def _rows(made: BankStatement, statement: Statement, key: SubjectKey) -> Iterator[Sequence[Any]]:
    gaps = {one.row: one.difference for one in statement.breaks}
    # Before the first row: the connection can ask nothing while it copies.
    ids = _ids(len(statement.transactions))
    table = BankTransaction._meta.db_table

    # The same few counterparties come again and again.
    index = cache(lambda text: account_index(account_value(text)))
    name = cache(lambda text: without_protected(text)[:NAME_LENGTH])

    def sealed(pk: int, column: str, text: str) -> bytes | None:
        return key.seal(text, place=Place(table, column, str(pk))) if text else None

    def rows() -> Iterator[Sequence[Any]]:
        for position, (pk, one) in enumerate(zip(ids, statement.transactions, strict=True), start=1):
            yield (
                *(pk, made.pk, position, one.row, one.on),
                *(_yuan(one.amount), _yuan(one.balance), _yuan(gaps.get(one.row))),
                name(one.name),
                sealed(pk, "account_number", one.account),
                index(one.account) if one.account else None,
                sealed(pk, "summary", one.summary),
                *(one.is_charge, one.is_cash),
            )

    return rows()


def _ids(count: int) -> list[int]:
    """Keys for rows that COPY will write: what is sealed is bound to them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [BankTransaction._meta.db_table, count],
        )
        return [row[0] for row in cursor.fetchall()]


def forget_numbers(party: Party) -> None:
    """Empty what one could find a person's accounts by; for use inside the action that erases the person."""
    BankStatement.objects.filter(material__party=party).update(account_index=None, bank="")
    BankTransaction.objects.filter(statement__material__party=party).update(
        account_index=None, counterparty=""
    )
