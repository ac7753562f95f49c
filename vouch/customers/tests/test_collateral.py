"""Collateral and guarantees given: versions, values, what is sealed, and the facts of both."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vouch.customers.actions import (
    GuaranteeLine,
    GuaranteesDetails,
    MaterialDetails,
    TermsDetails,
    ValuationDetails,
    WrongMaterial,
    change_collateral,
    register_collateral,
    reveal_certificate,
    state_guarantees,
    value_collateral,
)
from vouch.customers.facts.collateral import COLLATERAL_FACTS, ask_collateral
from vouch.customers.facts.guarantees import GUARANTEE_FACTS, ask_guarantees
from vouch.customers.models import Collateral, CollateralTerms, GuaranteeStatement, Material, Valuation
from vouch.customers.queries.collateral import piece_of, pieces_of, same_certificate, told_of_collateral
from vouch.customers.queries.guarantees import answering_of, told_of_guarantees
from vouch.customers.terms import (
    GuaranteeKind,
    MaterialKind,
    Origin,
    RegistrationState,
    SecurityMethod,
    Tie,
    ValuationMethod,
    Ware,
)
from vouch.customers.tests.scene import PNG
from vouch.engine.facts import FactFrame, check_column
from vouch.parties.actions import EnterpriseDetails, Registration, register_enterprise
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.ledger.action import Refused
from vouch.platform.ledger.models import Entry

pytestmark = pytest.mark.django_db

CHINA = ZoneInfo("Asia/Shanghai")
AS_OF = date(2026, 2, 28)
NUMBER = "浙(2024)江州市不动产权第0012345号"


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), CHINA)


def told(kind: MaterialKind, on: date, **more: Any) -> MaterialDetails:
    return MaterialDetails(kind=kind, origin=Origin.ON_SITE, as_of=on, **more)


HOUSE = TermsDetails(
    ware=Ware.HOUSE,
    method=SecurityMethod.MORTGAGE,
    description="人民路88号商铺",
    owner="甲有限公司",
    ratio=Decimal("0.7"),
    certificate=NUMBER,
)


def registered(party: Party, actor: Actor, on: date, terms: TermsDetails = HOUSE) -> Collateral:
    return register_collateral(
        actor=actor, at=noon(on), party=party, details=told(MaterialKind.COLLATERAL, on), terms=terms
    )


def valued(one: Collateral, actor: Actor, on: date, value: str, *, late: int = 0) -> Valuation:
    return value_collateral(
        actor=actor,
        at=noon(on + timedelta(days=late)),
        collateral=one,
        details=told(MaterialKind.COLLATERAL, on),
        valuation=ValuationDetails(Decimal(value), ValuationMethod.MARKET, "江州评估"),
    )


def changed(one: Collateral, actor: Actor, on: date, **more: Any) -> CollateralTerms:
    held = CollateralTerms.objects.get(collateral=one, material__ended_at=None)
    return change_collateral(
        actor=actor,
        at=noon(on),
        collateral=one,
        details=told(MaterialKind.COLLATERAL, on, replaces=held.material),
        terms=replace(HOUSE, certificate=None, **more),
    )


def row_of(frame: FactFrame, party: Party) -> dict[str, Any]:
    return {name.partition(".")[2]: value for name, value in frame.row(party.pk).items()}


def test_the_net_value_leaves_out_prior_claims_and_the_latest_value_and_terms_count(
    firm: Party, actor: Actor
) -> None:
    one = registered(firm, actor, date(2025, 1, 1))
    valued(one, actor, date(2025, 1, 2), "1000000.00")
    valued(one, actor, date(2025, 6, 1), "900000.05")
    second = {"method": SecurityMethod.JUNIOR_MORTGAGE, "rank": 2, "prior_claims": Decimal("200000.00")}
    done = {
        "registration": RegistrationState.REGISTERED,
        "registration_number": "登1",
        "registered_on": date(2025, 7, 1),
    }
    changed(one, actor, date(2025, 8, 1), **second, **done, registered_until=date(2026, 3, 30))
    before = row_of(ask_collateral([firm.pk], as_of=date(2025, 7, 31)), firm)
    assert (before["net_value"], before["registered_rate"]) == (90_000_005, 0)
    after = row_of(ask_collateral([firm.pk], as_of=AS_OF), firm)
    assert (after["value"], after["net_value"], after["weighted_value"]) == (
        90_000_005,
        70_000_005,
        49_000_004,
    )
    assert (after["registered_rate"], after["days_to_expiry"], after["oldest_valuation_days"]) == (
        1_000_000,
        30,
        272,
    )
    piece = piece_of(one, today=AS_OF)
    assert piece is not None
    assert (piece.net, piece.weighted) == (Decimal("700000.05"), Decimal("490000.04"))
    assert [(ending.is_over, ending.is_soon) for ending in piece.endings] == [(False, True)]


def test_what_is_released_secures_nothing_and_what_was_learned_later_is_not_used(
    firm: Party, actor: Actor
) -> None:
    one = registered(firm, actor, date(2025, 1, 1))
    valued(one, actor, date(2025, 1, 2), "500.00", late=90)
    assert row_of(ask_collateral([firm.pk], as_of=date(2025, 3, 1)), firm)["net_value"] is None
    assert row_of(ask_collateral([firm.pk], as_of=AS_OF), firm)["net_value"] == 50_000
    changed(one, actor, date(2026, 2, 1), registration=RegistrationState.CANCELLED)
    assert ask_collateral([firm.pk], as_of=AS_OF).subjects == []
    assert [one.is_released for one in pieces_of(firm.pk, today=AS_OF)] == [True]


def test_the_number_of_the_certificate_is_sealed_kept_by_a_change_and_read_with_an_entry(
    firm: Party, bank: Party, actor: Actor, actors: dict[str, Actor]
) -> None:
    one = registered(firm, actor, date(2025, 1, 1))
    changed(one, actor, date(2025, 2, 1), location="江州")
    number = reveal_certificate(
        actor=actors["wangfang"], at=noon(AS_OF), collateral=one, purpose="合同与放款"
    )
    assert number == NUMBER
    entry = Entry.objects.get(event="customers.certificate.revealed")
    assert entry.purpose == "合同与放款"
    assert NUMBER not in str(list(Entry.objects.values_list("before", "after")))
    for name in ("chenjing", "wuting", "zhoujie"):
        with pytest.raises(Refused):
            reveal_certificate(actor=actors[name], at=noon(AS_OF), collateral=one, purpose="看看")
    other = registered(bank, actor, date(2025, 3, 1))
    held = CollateralTerms.objects.get(collateral=other)
    assert same_certificate(actor, held) == ([one], 0)
    assert same_certificate(actors["wuting"], held) == ([], 1), "that there is one is told, whose is not"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"ware": Ware.RECEIVABLE}, "method"),
        ({"method": SecurityMethod.JUNIOR_MORTGAGE}, "rank"),
        ({"rank": 2}, "prior_claims"),
        ({"ratio": Decimal("1.2")}, "ratio"),
        ({"registration": RegistrationState.REGISTERED}, "registered_on"),
        ({"registration": RegistrationState.REGISTERED, "registered_on": AS_OF}, "registration_number"),
        ({"registered_on": AS_OF + timedelta(days=1)}, "registered_on"),
        ({"registered_on": AS_OF, "registered_until": date(2025, 1, 1)}, "registered_until"),
    ],
)
def test_terms_that_cannot_be_are_refused_by_their_field(
    firm: Party, actor: Actor, more: dict[str, Any], field: str
) -> None:
    with pytest.raises(WrongMaterial) as caught:
        registered(firm, actor, AS_OF, replace(HOUSE, **more))
    assert caught.value.field == field
    assert not Material.objects.exists()


@dataclass(frozen=True)
class Drawn:
    """One piece as drawn: its claims, ratio and state, and its values by day."""

    claims: int
    ratio: int
    state: RegistrationState
    until: date | None
    values: tuple[tuple[date, int, int], ...]


PIECES = st.lists(
    st.builds(
        Drawn,
        st.integers(0, 10**7),
        st.integers(1, 100),
        st.sampled_from(list(RegistrationState)),
        st.one_of(st.none(), st.dates(date(2026, 1, 1), date(2027, 1, 1))),
        st.lists(
            st.tuples(
                st.dates(date(2025, 10, 1), date(2026, 2, 1)), st.integers(1, 2 * 10**7), st.integers(0, 60)
            ),
            max_size=3,
        ).map(tuple),
    ),
    min_size=1,
    max_size=3,
)


def brute(pieces: list[Drawn], as_of: date) -> dict[str, Any] | None:
    """The facts of this collateral, computed without SQL."""
    held = [one for one in pieces if one.state != RegistrationState.CANCELLED]
    if not held:
        return None
    latest: list[tuple[Drawn, date, int]] = []
    for one in held:
        known = [
            (on, on + timedelta(days=late), order, fen)
            for order, (on, fen, late) in enumerate(one.values)
            if on + timedelta(days=late) <= as_of
        ]
        if known:
            on, _known, _order, fen = max(known)
            latest.append((one, on, fen))
    nets = [(one, max(fen - one.claims, 0)) for one, _on, fen in latest]
    total = sum(net for _one, net in nets)
    done = sum(
        net for one, net in nets if one.state in {RegistrationState.REGISTERED, RegistrationState.NOT_NEEDED}
    )
    weighted = [
        int((Decimal(net) * one.ratio / 100).quantize(Decimal(1), ROUND_HALF_UP)) for one, net in nets
    ]
    untils = [one.until for one in held if one.until]
    return {
        "count": len(held),
        "unvalued_count": len(held) - len(latest),
        "value": sum(fen for _one, _on, fen in latest) if latest else None,
        "net_value": total if latest else None,
        "weighted_value": sum(weighted) if latest else None,
        "oldest_valuation_days": (as_of - min(on for _one, on, _fen in latest)).days if latest else None,
        "registered_rate": (done * 2_000_000 + total) // (2 * total) if total else None,
        "days_to_expiry": (min(untils) - as_of).days if untils else None,
        "days_to_insurance_end": None,
    }


NewFirm = Callable[[], Party]


@pytest.fixture
def new_firm(head_office: Unit, actor: Actor, now: datetime) -> NewFirm:
    numbers = itertools.count(1)

    def make() -> Party:
        details = EnterpriseDetails(name=f"试验企业{next(numbers)}")
        return register_enterprise(actor=actor, at=now, unit=head_office, registration=Registration(details))

    return make


@given(pieces=PIECES, as_of=st.dates(date(2025, 12, 1), date(2026, 4, 1)))
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_facts_of_collateral_equal_the_same_in_plain_python(
    new_firm: NewFirm, actor: Actor, pieces: list[Drawn], as_of: date
) -> None:
    party = new_firm()
    for one in pieces:
        terms = replace(
            HOUSE,
            certificate="",
            prior_claims=Decimal(one.claims).scaleb(-2),
            ratio=Decimal(one.ratio) / 100,
            registration=one.state,
            registration_number="登1",
            registered_on=date(2025, 1, 1),
            registered_until=one.until,
        )
        made = registered(party, actor, date(2025, 9, 1), terms)
        for on, fen, late in one.values:
            valued(made, actor, on, str(Decimal(fen).scaleb(-2)), late=late)
    frame, expected = ask_collateral([party.pk], as_of=as_of), brute(pieces, as_of)
    if expected is None:
        assert frame.subjects == []
        return
    assert row_of(frame, party) == expected
    assert ask_collateral(None, as_of=as_of).row(party.pk) == frame.row(party.pk)
    for fact in COLLATERAL_FACTS:
        check_column(fact, frame.columns[fact.name])


def given_line(name: str, amount: str, balance: str, **more: Any) -> GuaranteeLine:
    values: dict[str, Any] = {"kind": GuaranteeKind.SURETY, "tie": Tie.NONE, "bank": "江州银行", **more}
    return GuaranteeLine(beneficiary=name, amount=Decimal(amount), balance=Decimal(balance), **values)


def stated(
    party: Party, actor: Actor, on: date, *lines: GuaranteeLine, is_complete: bool = True, late: int = 0
) -> GuaranteeStatement:
    return state_guarantees(
        actor=actor,
        at=noon(on + timedelta(days=late)),
        party=party,
        details=told(MaterialKind.GUARANTEE, on),
        statement=GuaranteesDetails(lines, is_complete=is_complete),
    )


def test_a_complete_list_replaces_a_supplement_adds_and_an_empty_one_says_none(
    firm: Party, actor: Actor
) -> None:
    assert told_of_guarantees(firm, actor, noon(AS_OF)).count == 0
    first = given_line("乙公司", "100.00", "80.00", tie=Tie.SUBSIDIARY, ends_on=date(2025, 12, 31))
    stated(firm, actor, date(2025, 1, 1), first, given_line("丙公司", "50.00", "0.00"))
    stated(
        firm,
        actor,
        date(2025, 3, 1),
        given_line("丁公司", "30.00", "30.00", tie=Tie.MUTUAL),
        is_complete=False,
    )
    stated(firm, actor, date(2025, 4, 1), replace(first, balance=Decimal("60.00")), is_complete=False)
    found = row_of(ask_guarantees([firm.pk], as_of=date(2025, 12, 1)), firm)
    assert {name: found[name] for name in ("count", "balance", "largest", "related_count", "related_balance")} == {
        "count": 2, "balance": 9000, "largest": 6000, "related_count": 1, "related_balance": 6000,
    }  # fmt: skip
    assert found["mutual_balance"] == 3000
    assert told_of_guarantees(firm, actor, noon(AS_OF)).warnings == ("有到期未解除", "有关联担保")
    stated(firm, actor, date(2026, 1, 1))
    assert row_of(ask_guarantees([firm.pk], as_of=AS_OF), firm)["balance"] == 0
    assert answering_of(firm.pk, as_of=AS_OF).lines == []
    assert answering_of(firm.pk, as_of=date(2025, 12, 1)).balance == Decimal("90.00")


def test_guarantees_to_equity_is_asked_by_name_and_missing_without_statements(
    firm: Party, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vouch.customers.facts import guarantees as facts  # the module whose question is put in place

    stated(firm, actor, date(2025, 1, 1), given_line("乙公司", "100.00", "50.00"))
    name = "guarantee_given.equity_rate"
    monkeypatch.setattr(facts, "EQUITY", "no.such_fact")
    assert ask_guarantees([firm.pk], as_of=AS_OF).row(firm.pk)[name] is None
    # Any amount will do for the arithmetic: here the list's own.
    monkeypatch.setattr(facts, "EQUITY", "collateral.value")
    one = registered(firm, actor, date(2025, 1, 1))
    valued(one, actor, date(2025, 1, 2), "300.00")
    assert ask_guarantees([firm.pk], as_of=AS_OF).row(firm.pk)[name] == 166_667
    for fact in GUARANTEE_FACTS:
        check_column(fact, ask_guarantees(None, as_of=AS_OF).columns[fact.name])


STATEMENTS = st.lists(
    st.tuples(
        st.dates(date(2025, 10, 1), date(2026, 2, 1)),
        st.integers(0, 60),
        st.booleans(),
        st.lists(
            st.tuples(st.sampled_from("甲乙丙"), st.integers(0, 10**6), st.sampled_from(list(Tie))),
            max_size=3,
        ).map(tuple),
    ),
    max_size=4,
)


@given(statements=STATEMENTS, as_of=st.dates(date(2025, 12, 1), date(2026, 4, 1)))
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_facts_of_guarantees_equal_the_same_in_plain_python(
    new_firm: NewFirm, actor: Actor, statements: list[Any], as_of: date
) -> None:
    party = new_firm()
    statements = [one for one in statements if one[2] or one[3]]
    known = []
    for order, (on, late, is_complete, lines) in enumerate(statements):
        made = [
            given_line(name, "100000.00", str(Decimal(fen).scaleb(-2)), tie=tie) for name, fen, tie in lines
        ]
        stated(party, actor, on, *made, is_complete=is_complete, late=late)
        if on + timedelta(days=late) <= as_of:
            known.append(((on, on + timedelta(days=late), order), is_complete, lines))
    known.sort()
    frame = ask_guarantees([party.pk], as_of=as_of)
    if not known:
        assert frame.subjects == []
        return
    start = max((place for place, one in enumerate(known) if one[1]), default=0)
    newest: dict[str, Any] = {}
    for place, (_mark, _whole, lines) in enumerate(known[start:]):
        for name in {line[0] for line in lines}:
            newest[name] = place
    counted = [
        line
        for place, (_mark, _whole, lines) in enumerate(known[start:])
        for line in lines
        if newest[line[0]] == place and line[1] > 0
    ]
    related = {Tie.SHAREHOLDER, Tie.SUBSIDIARY, Tie.SAME_CONTROL, Tie.RELATIVE}
    row = row_of(frame, party)
    assert (row["count"], row["balance"]) == (len(counted), sum(line[1] for line in counted))
    assert row["largest"] == max((line[1] for line in counted), default=0)
    assert row["related_balance"] == sum(line[1] for line in counted if line[2] in related)
    assert row["days_since_statement"] == (as_of - max(one[0][0] for one in known)).days


def terms_form(**more: Any) -> dict[str, Any]:
    return {
        "ware": "house", "method": "mortgage", "description": "人民路88号商铺", "owner": "甲有限公司", "rank": "1",
        "ratio": "70", "registration": "none", "origin": "on_site", "as_of": timezone.localdate().isoformat(),
        "certificate": NUMBER, "value": "120.5", "valuation_method": "market", "valued_by": "江州评估", **more,
    }  # fmt: skip


def test_collateral_is_entered_valued_changed_and_shown_on_its_pages(
    client: Client, staff: dict[str, User], firm: Party, actor: Actor
) -> None:
    client.force_login(staff["liqiang"])
    new = reverse("customers:new_collateral", args=[firm.pk])
    assert client.get(new).status_code == 200
    refused = client.post(new, terms_form(method="pledge", valued_by="", ratio="170"))
    shown = refused.content.decode()
    assert refused.status_code == 422
    for text in ("不超过 100", "请写明估值人", 'value="人民路88号商铺"', 'value="120.5"'):
        assert text in shown
    assert "不能用这种担保方式" in client.post(new, terms_form(method="pledge")).content.decode()
    assert not Collateral.objects.exists(), "a value that is refused leaves no piece behind"
    client.post(new, terms_form())
    one = Collateral.objects.get()
    page = client.get(one.get_absolute_url()).content.decode()
    assert "120.50" in page
    assert NUMBER not in page
    value = reverse("customers:new_valuation", args=[one.pk])
    later = {
        "value": "90",
        "method": "inquiry",
        "valued_by": "同城询价",
        "origin": "own",
        "as_of": timezone.localdate().isoformat(),
    }
    assert client.post(value, {**later, "value": "0"}).status_code == 422
    client.post(value, later)
    change = reverse("customers:change_collateral", args=[one.pk])
    assert "人民路88号商铺" in client.get(change).content.decode()
    client.post(change, terms_form(certificate="", prior_claims="10", insured_until="2026-11-25"))
    from django.core.files.uploadedfile import SimpleUploadedFile

    photo = SimpleUploadedFile("门头.png", PNG, content_type="image/png")
    paper = {"category": "site_photo", "origin": "on_site", "as_of": timezone.localdate().isoformat()}
    upload = reverse("customers:new_collateral_paper", args=[one.pk])
    assert client.post(upload, paper).status_code == 422
    assert client.post(upload, {**paper, "file": photo}).status_code == 302
    page = client.get(one.get_absolute_url()).content.decode()
    for text in ("80.00", "56.00", "同城询价", "现场照片", "保险到期", "data-chart"):
        assert text in page
    revealed = client.post(reverse("customers:reveal_certificate", args=[one.pk]), {"purpose": "核对身份"})
    assert NUMBER in revealed.content.decode()
    assert "no-store" in revealed["Cache-Control"]
    listed = client.get(reverse("customers:collateral", args=[firm.pk])).content.decode()
    assert "56.00" in listed
    assert "未登记" in " ".join(told_of_collateral(firm, actor, timezone.now()).warnings)
    client.force_login(staff["wuting"])
    for url in (one.get_absolute_url(), change, value, upload):
        assert client.get(url).status_code == 404


def test_guarantees_are_entered_with_lines_and_shown_with_their_ties(
    client: Client, staff: dict[str, User], firm: Party
) -> None:
    client.force_login(staff["liqiang"])
    url = reverse("customers:new_guarantees", args=[firm.pk])
    head = {"origin": "customer", "as_of": timezone.localdate().isoformat(), "is_complete": "on"}
    rows = {"lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "0"}
    line = {"beneficiary": "乙公司", "kind": "surety", "amount": "100", "balance": "180", "tie": "subsidiary"}
    wrong = client.post(url, {**head, **rows, **{f"lines-0-{name}": value for name, value in line.items()}})
    assert "大于担保金额" in wrong.content.decode()
    line["balance"] = "80"
    client.post(url, {**head, **rows, **{f"lines-0-{name}": value for name, value in line.items()}})
    page = client.get(reverse("customers:guarantees", args=[firm.pk])).content.decode()
    for text in ("乙公司", "80.00", "子公司"):
        assert text in page
    table = "被担保企业\t贷款银行\t担保金额(万元)\t担保余额(元)\t与本公司关系\n丙公司\t江州银行\t50\t300000\t互保单位\n"
    read = client.post(url, {**head, **rows, "do": "read", "table": table}).content.decode()
    for text in ('value="丙公司"', 'value="50"', 'value="300000元"', '<option value="mutual" selected>'):
        assert text in read
