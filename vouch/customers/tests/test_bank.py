"""Bank statements on their way in: once, sealed, with what does not add up named, and only where it is allowed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from vouch.customers.actions import (
    NoAuthorisation,
    Upload,
    WrongFile,
    WrongMaterial,
    discard_file,
    forget_staged,
    open_material,
    stage_file,
    withdraw_authorisation,
    withdraw_material,
)
from vouch.customers.actions.staging import KEEP
from vouch.customers.facts.bank import BANK_FACTS
from vouch.customers.models import BankStatement, BankTransaction, Material, StagedFile
from vouch.customers.queries.bank import Lens, statements_visible_to, transactions_visible_to
from vouch.customers.queries.consent import BANK_ALLOWED, reading_allowed
from vouch.customers.queries.gaps import standings_of
from vouch.customers.queries.holdings import holdings_of
from vouch.customers.queries.staged import content_of_staged, rows_of_staged
from vouch.customers.terms import DataClass, MaterialKind, Purpose
from vouch.customers.tests.flows import ACCOUNT, as_csv, moved, read, recorded, sheet_of, statement_of
from vouch.customers.tests.scene import NUMBER, PHONE, SYSTEM, granted, published
from vouch.engine.bank_statement.layout import Column, NoHeading, find_layout, given_layout
from vouch.engine.bank_statement.particulars import particulars_of
from vouch.engine.bank_statement.reading import Transaction, read_statement
from vouch.engine.cells import Cell
from vouch.engine.facts import catalogue
from vouch.engine.identifiers import holds_protected, looks_protected, without_protected
from vouch.parties.actions import AccountLine, add_account, restrict_party
from vouch.parties.models import Account, Party
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import User
from vouch.platform.ledger.action import Refused
from vouch.platform.ledger.models import Entry
from vouch.platform.ledger.testing import writing
from vouch.platform.vault.actions import destroy_key
from vouch.platform.vault.models import Document
from vouch.platform.vault.terms import Subject

pytestmark = pytest.mark.django_db

CARD = "6228480402564890018"
SHEET = [
    moved("2026-03-01", 10_000, f"张三{CARD}", 10_000, account=CARD),
    moved("2026-03-02", -4_000, "乙公司", 6_000),
    moved("2026-03-05", -1_000, "丙公司", 4_500),
]


def kept(party: Party, actor: Actor, at: datetime, rows: list[list[Cell]] | None = None) -> BankStatement:
    rows = rows or sheet_of(SHEET)
    return recorded(party, read_statement(rows), actor=actor, at=at, content=as_csv(rows)).statement


def test_a_statement_is_kept_with_its_original_and_its_breaks_by_row(
    firm: Party, actors: dict[str, Actor], now: datetime
) -> None:
    made = kept(firm, actors["liqiang"], now)
    made.refresh_from_db()
    assert (made.opening_balance, made.closing_balance) == (Decimal(0), Decimal(45))
    assert (made.layout, made.is_newest_first, made.transaction_count) == ("收支两列", False, 3)
    broken = BankTransaction.objects.get(gap__isnull=False)
    assert (broken.row, broken.gap, broken.position) == (6, Decimal("-5.00"), 3)
    entry = Entry.objects.get(event="customers.bank.recorded")
    assert entry.after == {"kind": "bank", "rows": 3, "breaks": 1}
    assert made.material.document is not None


def test_numbers_are_sealed_and_stand_nowhere_in_plain(
    firm: Party, actors: dict[str, Actor], now: datetime
) -> None:
    rows = sheet_of(SHEET)
    rows[3][-1] = f"还款 {PHONE} {NUMBER}"
    rows.insert(5, [CARD, "1", "", "", "", "", ""])
    made = kept(firm, actors["liqiang"], now, rows)
    plain = [str(value) for row in BankTransaction.objects.values_list() for value in row]
    plain += [str(value) for row in BankStatement.objects.values_list() for value in row]
    plain += [json.dumps([e.after, e.before], ensure_ascii=False) for e in Entry.objects.all()]
    for number in (CARD, ACCOUNT, PHONE, NUMBER):
        assert not [text for text in plain if number in text], number
    first = BankTransaction.objects.order_by("position")[0]
    assert first.counterparty == "张三****"
    lens = Lens(firm.pk)
    assert lens.account(first) == "***************0018"
    assert lens.account(made) == "***************3446"
    assert lens.summary(first) == "还款 ****"
    assert made.problems == [[6, "交易日期", "“****”不是日期"]]


def test_the_same_statement_again_changes_nothing_until_it_is_withdrawn(
    firm: Party, actors: dict[str, Actor], now: datetime
) -> None:
    first = recorded(firm, read(SHEET), actor=actors["liqiang"], at=now)
    again = recorded(firm, read(SHEET), actor=actors["liqiang"], at=now, account="6222 0202 0011 2233 446")
    assert (again.is_repeat, again.statement) == (True, first.statement)
    assert (Material.objects.count(), BankTransaction.objects.count()) == (1, 3)
    withdraw_material(actor=actors["liqiang"], at=now, material=first.statement.material, reason="看错")
    assert not recorded(firm, read(SHEET), actor=actors["liqiang"], at=now).is_repeat


def test_the_account_is_linked_to_the_one_that_the_customer_has(
    firm: Party, actors: dict[str, Actor], now: datetime
) -> None:
    add_account(
        actor=actors["liqiang"], at=now, party=firm, line=AccountLine("江州银行", "甲有限公司", ACCOUNT)
    )
    assert kept(firm, actors["liqiang"], now).account == Account.objects.get()


@pytest.mark.parametrize(
    ("ones", "period", "message"),
    [
        ([], ("2026-03-01", "2026-03-31"), "没有读出任何交易"),
        (SHEET, ("2026-03-02", "2026-03-31"), "第 2 行的日期 2026-03-01 早于起始日期"),
        (SHEET, ("2026-03-01", "2026-03-04"), "第 4 行的日期 2026-03-05 晚于截止日期"),
        ([moved("2026-11-21", 1)], ("2026-11-21", "2026-11-21"), "晚于今天"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_leaves_nothing(
    firm: Party,
    actors: dict[str, Actor],
    now: datetime,
    ones: list[Transaction],
    period: tuple[str, str],
    message: str,
) -> None:
    first, last = (date.fromisoformat(day) for day in period)
    with pytest.raises(WrongMaterial, match=message):
        recorded(firm, statement_of(ones), actor=actors["liqiang"], at=now, period=(first, last))
    assert not Material.objects.exists()


def test_without_an_authorisation_nothing_of_a_person_is_stored(
    person: Party, actors: dict[str, Actor], now: datetime
) -> None:
    upload = Upload("流水.csv", as_csv(sheet_of(SHEET)))
    documents = Document.objects.count()
    with pytest.raises(NoAuthorisation, match="银行账户与流水"):
        stage_file(actor=actors["liqiang"], at=now, party=person, kind=MaterialKind.BANK, upload=upload)
    with pytest.raises(NoAuthorisation):
        recorded(person, read(SHEET), actor=actors["liqiang"], at=now)
    assert not StagedFile.objects.exists()
    assert not BankStatement.objects.exists()
    assert Document.objects.count() == documents
    one = granted(person, at=now, scope=[DataClass.BANK], notice=published(at=now))
    assert kept(person, actors["liqiang"], now).material.authorisation == one


def test_of_a_restricted_party_and_from_a_stranger_nothing_is_taken(
    firm: Party, actor: Actor, actors: dict[str, Actor], now: datetime
) -> None:
    with pytest.raises(Refused):
        recorded(firm, read(SHEET), actor=actors["wuting"], at=now)
    restrict_party(actor=actor, at=now, party=firm, reason="个人权利请求")
    firm.refresh_from_db()
    with pytest.raises(Refused):
        recorded(firm, read(SHEET), actor=actors["liqiang"], at=now)


def test_what_a_person_has_a_right_to_holds_the_statements_and_goes_with_the_key(
    person: Party, actors: dict[str, Actor], now: datetime
) -> None:
    granted(person, at=now, scope=[DataClass.BANK], notice=published(at=now))
    kept(person, actors["liqiang"], now)
    told = {section.title: section for section in holdings_of(person)}
    assert told["银行流水"].rows[0][2] == ACCOUNT
    assert told["银行交易"].rows[0][5] == CARD
    destroy_key_of(person, now)
    assert "银行交易" not in {section.title for section in holdings_of(person)}
    assert Lens(person.pk).account(BankTransaction.objects.order_by("position")[0]) == ""


def destroy_key_of(party: Party, at: datetime) -> None:
    with writing():
        destroy_key(Subject("party", str(party.pk)), at=at)


def test_an_upload_waits_encrypted_and_goes_when_it_is_decided_or_forgotten(
    firm: Party, actor: Actor, actors: dict[str, Actor], now: datetime
) -> None:
    content = as_csv(sheet_of(SHEET), encoding="gb18030")

    def staged(more: bytes = b"") -> StagedFile:
        upload = Upload(f"流水{CARD}.csv", content + more)
        return stage_file(actor=actors["liqiang"], at=now, party=firm, kind=MaterialKind.BANK, upload=upload)

    first, second = staged(), staged(b"1,2\n")
    assert staged() == first, "the same file waits once"
    assert first.name == "流水****.csv"
    assert content_of_staged(first) == content
    assert len(rows_of_staged(first, content)) == 6
    discard_file(actor=actors["liqiang"], at=now, staged=first)
    discard_file(actor=actors["liqiang"], at=now, staged=first)
    assert Entry.objects.filter(event="customers.file.discarded").count() == 1
    assert forget_staged(actor=actor, at=now + KEEP) == 0
    assert forget_staged(actor=actor, at=second.staged_at + KEEP * 2) == 1
    assert not StagedFile.objects.exists()
    assert not Document.objects.exists()
    with pytest.raises(WrongFile):
        stage_file(
            actor=actors["liqiang"],
            at=now,
            party=firm,
            kind=MaterialKind.BANK,
            upload=Upload("a", b"\x7fELF"),
        )


def test_many_transactions_go_in_at_once(firm: Party, actors: dict[str, Actor], now: datetime) -> None:
    random, balance, ones = Random(3), 0, []  # noqa: S311 - inventions
    for place in range(2_000):
        amount = random.choice([-1, 1]) * random.randrange(1, 90_000)
        balance += amount
        ones.append(
            moved(f"2026-{1 + place // 200:02d}-{1 + place % 28:02d}", amount, f"户{place % 7}", balance)
        )
    made = recorded(firm, statement_of(ones), actor=actors["liqiang"], at=now).statement
    assert BankTransaction.objects.filter(statement=made).count() == 2_000
    last = BankTransaction.objects.get(statement=made, position=2_000)
    assert int((last.balance or 0) * 100) == balance


def texts() -> Iterator[st.SearchStrategy[str]]:
    yield st.text(max_size=60)
    yield st.from_regex(r"[张三李四a-zA-Z]{0,3}[0-9０-９ \-.]{5,24}[Xx甲a-z]{0,3}[0-9]{0,20}", fullmatch=True)


@given(st.one_of(*texts()))
def test_what_was_freed_of_numbers_holds_none(text: str) -> None:
    freed = without_protected(text)
    assert not holds_protected(freed)
    assert not looks_protected(freed)


@pytest.mark.parametrize(
    "text", ["甲有限公司", "2026-01-31", "91330100MA27XL0L4K", "合同123号", "货款 1,200.00"]
)
def test_what_is_no_number_of_anybody_stays(text: str) -> None:
    assert without_protected(text) == text or text.startswith("9133")


def test_particulars_are_read_from_above_the_heading() -> None:
    rows = sheet_of(SHEET)
    rows.insert(2, ["开户行：江州银行城南支行", "起止日期：2026-03-01 至 2026-03-31"])
    found = particulars_of(rows, read_statement(rows))
    assert (found.account, found.holder, found.bank) == (ACCOUNT, "甲有限公司", "江州银行城南支行")
    assert (found.first_on, found.last_on) == (date(2026, 3, 1), date(2026, 3, 31))
    bare: list[list[Cell]] = [["江州银行对账单"], ["账 号", CARD, "打印日期", "2026-04-01"], *rows[3:]]
    told = particulars_of(bare, read_statement(bare))
    assert (told.bank, told.account) == ("江州银行", CARD)
    assert (told.first_on, told.last_on) == (date(2026, 3, 1), date(2026, 3, 5))


def test_two_accounts_in_one_sheet_are_seen() -> None:
    rows = [*sheet_of(SHEET), *sheet_of(SHEET, account=CARD)]
    found = particulars_of(rows, read_statement(rows))
    assert found.has_several_accounts
    assert found.accounts == ((2, ACCOUNT), (8, CARD))
    columns: list[list[Cell]] = [
        ["日期", "金额", "本方账号"],
        ["2026-01-01", "1", ACCOUNT],
        ["2026-01-02", "2", CARD],
    ]
    assert particulars_of(columns, read_statement(columns)).has_several_accounts


def test_columns_can_be_put_right_by_hand() -> None:
    rows: list[list[Cell]] = [["一", "二", "三"], ["2026-01-01", "甲公司", "12.50"]]
    with pytest.raises(NoHeading):
        find_layout(rows)
    layout = given_layout(rows, heading_row=0, places={Column.DAY: 0, Column.AMOUNT: 2, Column.NAME: 1})
    [one] = read_statement(rows, layout=layout).transactions
    assert (one.amount, one.name) == (1250, "甲公司")
    for wrong in ({Column.DAY: 0}, {Column.DAY: 0, Column.AMOUNT: 0}, {Column.DAY: 0, Column.IN: 2}):
        with pytest.raises(NoHeading):
            given_layout(rows, heading_row=0, places=wrong)
    rows[0][2] = "三（万元）"
    with pytest.raises(NoHeading, match="万元"):
        given_layout(rows, heading_row=0, places={Column.DAY: 0, Column.AMOUNT: 2})


def test_after_the_withdrawal_nothing_of_a_persons_flows_is_shown_exported_or_counted(
    client: Client, person: Party, firm: Party, staff: dict[str, User], actors: dict[str, Actor]
) -> None:
    clock = timezone.now() - timedelta(minutes=5)
    one = granted(person, at=clock, scope=[DataClass.BANK], notice=published(at=clock))
    made = kept(person, actors["liqiang"], clock)
    kept(firm, actors["liqiang"], clock)
    names, day = [fact.name for fact in BANK_FACTS], timezone.localdate(clock)
    pages = [reverse(f"customers:{name}", args=[person.pk]) for name in ("bank", "transactions")]
    exports = [f"{pages[1]}?export=csv", f"{pages[1]}?export=xlsx"]
    counterparty = BankTransaction.objects.exclude(counterparty="")[0].counterparty
    client.force_login(staff["liqiang"])

    def shown(page: str) -> str:
        answer: Any = client.get(page)
        assert answer.status_code == 200
        return str(answer.getvalue().decode("utf-8-sig", "replace"))

    def told(party: Party) -> set[Any]:
        return set(catalogue.ask(names, [party.pk], as_of=day).row(party.pk).values())

    def is_held(party: Party) -> bool:
        found = standings_of([party.pk], as_of=day, at=timezone.now())[party.pk]
        return next(one.last_on for one in found if one.requirement.name == "bank") is not None

    assert counterparty in shown(pages[1])
    assert counterparty in shown(exports[0])
    assert is_held(person)
    assert told(person) == told(firm) != {None}
    withdraw_authorisation(actor=SYSTEM, at=clock + timedelta(minutes=1), authorisation=one, reason="撤回")
    for page in (*pages, *exports):
        assert counterparty not in shown(page), page
        assert "留存 1 份流水" in shown(page), page
    overview = shown(reverse("customers:file", args=[person.pk]))
    assert "没有有效的银行流水授权" in overview
    assert told(person) == {None}
    assert person.pk not in catalogue.ask(names, None, as_of=day).subjects
    assert told(firm) != {None}
    assert (is_held(person), is_held(firm)) == (False, True)
    assert not statements_visible_to(actors["liqiang"]).filter(material__party=person).exists()
    assert statements_visible_to(actors["liqiang"]).filter(material__party=firm).exists()
    assert not transactions_visible_to(actors["liqiang"]).filter(statement__material__party=person).exists()
    with pytest.raises(NoAuthorisation, match="撤回授权"):
        open_material(actor=actors["liqiang"], at=timezone.now(), material=made.material)
    opened = client.post(reverse("customers:open_original", args=[made.material.pk]), follow=True)
    assert "撤回授权" in opened.content.decode()
    # The person's own copy holds them all the same.
    assert "银行交易" in {section.title for section in holdings_of(person)}


def test_what_the_sql_says_of_reading_is_what_the_query_says(person: Party, firm: Party) -> None:
    at = timezone.now() - timedelta(minutes=5)
    notice = published(at=at)
    sql = BANK_ALLOWED.replace("m.party_id", "p.id")

    def both() -> set[int]:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT p.id FROM parties_party AS p WHERE {sql}")
            found = {pk for (pk,) in cursor.fetchall()}
        allowed = Party.objects.filter(reading_allowed(DataClass.BANK, at=timezone.now()))
        assert set(allowed.values_list("pk", flat=True)) == found
        return found & {person.pk, firm.pk}

    assert both() == {firm.pk}
    granted(
        person, at=at, scope=[DataClass.BANK], purposes=[Purpose.PROVISION, Purpose.SERVICE], notice=notice
    )
    granted(person, at=at, scope=[DataClass.BANK], notice=notice, is_verified=False)
    granted(person, at=at - timedelta(days=9), scope=[DataClass.BANK], notice=notice, days=(0, 8))
    granted(person, at=at, scope=[DataClass.BANK], notice=notice, days=(1, 8))
    assert both() == {firm.pk}
    granted(person, at=at, scope=[DataClass.BANK], purposes=[Purpose.AFTERCARE], notice=notice)
    assert both() == {firm.pk, person.pk}
    restrict_party(actor=SYSTEM, at=timezone.now(), party=person, reason="请求")
    assert both() == {firm.pk}
