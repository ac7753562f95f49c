"""Figures, settings, rules and exceptions: entered by one person, signed by another, never edited."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import Error, transaction

from tests.institution import (
    ACCOUNTANT,
    CHIEF,
    MANAGER,
    OCTOBER,
    OFFICER,
    OWN_CODE,
    READ,
    figures_of,
    house,
    own_rule,
    read_as,
    rules_in_force,
)
from tests.networks import firm, person, post, share
from vouch.engine.facts import FactError
from vouch.engine.ratios import Asset, Interpretation, Kind
from vouch.engine.ratios.quotient import half_up
from vouch.parties.models import Identifier, Party
from vouch.parties.terms import IdentifierKind, PostKind
from vouch.platform.identity.actor import Actor, system_actor
from vouch.platform.identity.terms import Role, Scope
from vouch.platform.ledger.action import Entry, Refused, action
from vouch.platform.ledger.models import Entry as Row
from vouch.platform.ledger.testing import writing
from vouch.policy.actions import (
    ExceptionDetails,
    FiguresDetails,
    FiguresError,
    GateRefused,
    RuleDetails,
    RuleFault,
    WrongStateError,
    confirm_figures,
    confirm_rule,
    confirm_setting,
    install_shipped_rules,
    pass_gate,
    propose_figures,
    propose_rule,
    propose_setting,
    refuse_figures,
    request_exception,
    revoke_exception,
    sign_exception,
)
from vouch.policy.models import AssetFigure, ExceptionUse, MonthFigures, Rule, RuleException
from vouch.policy.queries import Proposal, Verdict, judge
from vouch.policy.queries.figures import months_known, standing_on
from vouch.policy.queries.rule import rules_in_force as rules_at
from vouch.policy.queries.setting import setting_in_force
from vouch.policy.terms import Activity, AssetKind, Jurisdiction, Severity, SignedState, Step

pytestmark = pytest.mark.django_db


def details(**values: Any) -> FiguresDetails:
    given: dict[str, Any] = {"month_end": OCTOBER, "net_assets": Decimal(600_000_000)}
    return FiguresDetails(**given | values)


def draw(party: Party | None, amount: int = 10_000, **others: Any) -> Proposal:
    values: dict[str, Any] = {"step": Step.DRAW, "amount": Decimal(amount)} | others
    return Proposal(party_id=None if party is None else party.pk, **values)


@action("policy.gate.tried", may=lambda actor: True)
def _drawn(entry: Entry, *, actor: Actor, at: datetime, proposal: Proposal) -> Verdict:
    """An action of a room above, as the gate sees one."""
    verdict = pass_gate(entry, proposal, actor=actor, at=at)
    entry.about("tally", 1, after={"drawn": str(proposal.amount)})
    return verdict


def test_figures_hold_from_a_second_persons_confirmation_on(now: datetime) -> None:
    row = propose_figures(actor=ACCOUNTANT, at=now, details=details())
    assert months_known(at=now) == []
    with pytest.raises(Refused):
        confirm_figures(actor=ACCOUNTANT, at=now, row=row)
    with pytest.raises(Refused):
        confirm_figures(actor=system_actor("install"), at=now, row=row)
    stand_in = Actor(
        id="user:9005", label="代理人", user_id=9005, roles=frozenset({Role.COMPLIANCE}), scope=Scope.ALL,
        delegators=frozenset({9001}),
    )  # fmt: skip
    with pytest.raises(Refused):
        confirm_figures(actor=stand_in, at=now, row=row)
    confirm_figures(actor=OFFICER, at=now, row=row)
    assert months_known(at=now) == [row]
    assert months_known(at=now - timedelta(seconds=1)) == []
    with pytest.raises(WrongStateError, match="已确认"):
        confirm_figures(actor=CHIEF, at=now, row=row)


def test_a_month_is_over_by_the_clock_of_the_house(now: datetime) -> None:
    first = datetime(2026, 10, 31, 16, 30, tzinfo=UTC)  # half past midnight of 1 November here
    assert propose_figures(actor=ACCOUNTANT, at=first, details=details()).month_end == OCTOBER
    with pytest.raises(FiguresError, match="没有结束"):
        propose_figures(actor=ACCOUNTANT, at=first - timedelta(hours=1), details=details())


def test_a_correction_is_a_new_version_and_the_past_keeps_the_old_one(now: datetime) -> None:
    first = figures_of(now, net_assets="60000")
    later = now + timedelta(days=3)
    second = figures_of(later, net_assets="59000")
    assert (first.version, second.version) == (1, 2)
    assert months_known(at=later) == [second]
    assert months_known(at=now) == [first]
    third = propose_figures(actor=ACCOUNTANT, at=later, details=details())
    with pytest.raises(FiguresError, match="待确认"):
        propose_figures(actor=ACCOUNTANT, at=later, details=details())
    refuse_figures(actor=OFFICER, at=later, row=third, note="有误")
    assert months_known(at=later) == [second]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"month_end": date(2026, 10, 30)}, "不是月末"),
        ({"month_end": date(2026, 11, 30)}, "还没有结束"),
        ({"entrusted": {"deposits": Decimal(1)}}, "受托管理的资金多于"),
        ({"assets": {"guarantor_equity": Decimal(5)}}, "不一致"),
        ({"losses_year": Decimal(2), "losses_total": Decimal(1)}, "累计损失"),
    ],
)
def test_figures_that_cannot_be_are_refused(now: datetime, values: dict[str, Any], said: str) -> None:
    with pytest.raises(FiguresError, match=said):
        propose_figures(actor=ACCOUNTANT, at=now, details=details(**values))


def test_the_database_keeps_what_was_signed(now: datetime) -> None:
    row = figures_of(now, net_assets="60000", assets={"deposits": "100"})
    rows = MonthFigures.objects.filter(pk=row.pk)
    with writing():
        for change in ({"net_assets": 1}, {"state": "proposed"}, {"signer_id": "user:1"}):
            with pytest.raises(Error, match="Cannot update|Invalid transition"), transaction.atomic():
                rows.update(**change)
        with pytest.raises(Error, match="Cannot delete"), transaction.atomic():
            rows.delete()
        with pytest.raises(Error, match="Cannot update or delete"), transaction.atomic():
            AssetFigure.objects.filter(figures=row).update(amount=1)
        with pytest.raises(Error, match="figures that are signed"), transaction.atomic():
            AssetFigure.objects.create(figures=row, kind="cash", amount=Decimal(1))
        waiting = propose_figures(actor=ACCOUNTANT, at=now, details=details())
        with pytest.raises(Error, match="two_persons"), transaction.atomic():
            MonthFigures.objects.filter(pk=waiting.pk).update(
                state="confirmed", signer_id=ACCOUNTANT.id, signed_at=now
            )


ASSETS = {
    "cash": "4000", "deposits": "12000", "margins": "3000", "treasuries": "2000", "short_wealth": "3000",
    "other_wealth": "6000", "aa_bonds": "5000", "guarantor_equity": "2000", "customer_equity": "1000",
    "short_entrusted": "1500", "own_premises": "20000", "other_equity": "1500", "low_bonds": "800", "plans": "2500",
    "other_entrusted": "1000", "other_premises": "700", "other_receivables": "900", "claims_receivable": "5000",
    "unclassed": "600",
}  # fmt: skip
EXAMPLE: dict[str, Any] = {
    "net_assets": "60000", "guarantor_equity": "2000", "unexpired_reserve": "600", "compensation_reserve": "1800",
}  # fmt: skip


@pytest.mark.parametrize(
    ("entrusted", "expected"),
    [
        ({}, ("86.0690", "82.6667", "35.5556", "16.4444")),
        ({"deposits": "5000"}, ("92.4444", "81.2800", "30.4000", "17.7600")),
    ],
)
def test_the_asset_ratios_of_the_worked_example(
    now: datetime, entrusted: dict[str, str], expected: tuple[str, ...]
) -> None:
    figures_of(now, assets=ASSETS, entrusted=entrusted, **EXAMPLE)
    standing = standing_on(now.date(), at=now, reading=Interpretation())
    assert standing is not None
    ratios = standing.ratios
    found = tuple(str(one.percent()) for one in (ratios.sound, ratios.first_two, ratios.first, ratios.third))
    assert found == expected
    assert ratios.holds == (True, True, True, True)
    if not entrusted:
        assert [half_up(one) // 1_000_000 for one in ratios.tiers] == [24_000, 31_800, 11_100]


RESERVES = (
    ("1200", "20000", "500", "0", "0", "600", "200", "700"),
    ("1200", "20000", "1900", "0", "0", "600", "100", "2000"),
    ("1200", "20000", "1850", "0", "0", "600", "150", "2000"),
    ("1200", "20000", "2000", "0", "0", "600", "0", "2000"),
    ("1200", "20000", "2100", "0", "0", "600", "0", "2100"),
    ("1200", "20000", "1900", "300", "50", "600", "200", "1850"),
    ("0", "0", "100", "0", "0", "0", "0", "100"),
)
"""R-1 to R-7: fee, liability, before, used, recovered → unexpired, added, closing (万元)."""


@pytest.mark.parametrize("vector", RESERVES)
def test_the_reserves_of_the_worked_examples(now: datetime, vector: tuple[str, ...]) -> None:
    fee, liability, before, used, recovered, unexpired, added, closing = vector
    figures_of(
        now,
        net_assets="60000",
        fee_income=fee,
        reserve_before=before,
        reserve_used=used,
        reserve_recovered=recovered,
    )
    standing = standing_on(now.date(), at=now, reading=Interpretation())
    assert standing is not None
    due = standing.compensation_due(int(liability) * 1_000_000)
    assert (standing.unexpired_due, due.added, due.closing) == tuple(
        int(one) * 1_000_000 for one in (unexpired, added, closing)
    )


def test_kinds_of_assets_are_those_of_the_engine() -> None:
    assert {one.value for one in AssetKind} == {one.value for one in Asset}


def test_another_reading_needs_two_persons_and_holds_from_its_day(now: datetime) -> None:
    row = propose_setting(actor=OFFICER, at=now, details=replace(READ, starts_on=date(2026, 12, 1)))
    with pytest.raises(WrongStateError, match="待确认"):
        propose_setting(actor=OFFICER, at=now, details=READ)
    with pytest.raises(Refused):
        confirm_setting(actor=OFFICER, at=now, row=row)
    confirm_setting(actor=CHIEF, at=now, row=row)
    # Not yet its day: the defaults, of an institution that nobody named.
    assert setting_in_force(at=now).own_code == ""
    assert setting_in_force(at=now + timedelta(days=12)) == row


def test_the_library_installs_once_and_every_rule_says_where_it_stands(now: datetime) -> None:
    rows = rules_in_force(now)
    assert len(rows) >= 25
    assert install_shipped_rules(actor=system_actor("install"), at=now + timedelta(days=1)) == rows
    assert Row.objects.filter(event="policy.rule.installed").count() == len(rows)
    for row in rows:
        assert row.article, row
        assert row.text, row
        assert row.source, row
        assert row.roles, row
    assert {row.code for row in rows if row.needs_lawyer} >= {"ZB-31-1", "FX-MONTH", "BC-HOUSING", "FL-90"}
    blocks = {row.code for row in rows if row.severity == Severity.BLOCK}
    assert blocks == {"TL-15", "TL-16-1", "TL-16-2", "TL-17-1", "TL-23"}
    with pytest.raises(Refused):
        install_shipped_rules(actor=OFFICER, at=now)


def province(**values: Any) -> RuleDetails:
    given: dict[str, Any] = {
        "code": "FJ-1",
        "title": "单户集中度（省）",
        "text": "不超过百分之八。",
        "article": "福建省实施细则 第九条",
        "severity": "block",
        "jurisdiction": Jurisdiction.PROVINCE,
        "province": "福建",
        "starts_on": date(2026, 1, 1),
        "steps": (Step.DRAW,),
        "measure": "single",
        "limit": Decimal("0.08"),
    }
    return RuleDetails(**given | values)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"limit": Decimal("0.100001")}, "limit"),
        ({"measure": "leverage", "limit": Decimal(10), "limit_of_small": Decimal(16)}, "limit"),
        ({"measure": "first_tier", "limit": Decimal("0.19")}, "limit"),
        ({"severity": "hint"}, "severity"),
        ({"province": ""}, "province"),
        ({"code": "OWN-9"}, "code"),
        ({"jurisdiction": Jurisdiction.NATIONAL, "province": ""}, "jurisdiction"),
        ({"limit": None}, "limit"),
        ({"measure": "expression", "limit": None}, "expression"),
        ({"measure": "expression", "expression": "nobody.knows > 1", "limit": None}, "expression"),
        ({"measure": "expression", "expression": "credit.overdue_count > 1", "limit": None}, "expression"),
    ],
)
def test_a_province_is_stricter_or_refused(now: datetime, values: dict[str, Any], field: str) -> None:
    rules_in_force(now)
    with pytest.raises(RuleFault) as caught:
        propose_rule(actor=OFFICER, at=now, details=province(**values))
    assert caught.value.field == field


def test_a_stricter_province_holds_where_the_institution_is(now: datetime) -> None:
    rules_in_force(now)
    house()
    row = propose_rule(actor=OFFICER, at=now, details=province())
    with pytest.raises(Refused):
        confirm_rule(actor=OFFICER, at=now, row=row)
    confirm_rule(actor=CHIEF, at=now, row=row)
    figures_of(now, net_assets="1000")
    read_as(now, province="福建")
    customer = firm("客户")
    assert judge(draw(customer, 800_000), at=now).passes
    (refusal,) = judge(draw(customer, 800_100), at=now).refusals
    assert refusal.rule == "FJ-1"
    read_as(now, province="浙江", starts_on=date(2026, 1, 2))
    assert judge(draw(customer, 1_000_000), at=now).passes


def test_a_rule_changes_by_a_new_version_with_its_day(now: datetime) -> None:
    own_rule(now, measure="amount", limit=Decimal(10_000_000))
    customer = firm("客户")
    assert judge(draw(customer, 10_000_000), at=now).passes
    assert not judge(draw(customer, 10_000_001), at=now).passes
    with pytest.raises(RuleFault, match="差异"):
        own_rule(now, measure="amount", limit=Decimal(5_000_000))
    own_rule(
        now, measure="amount", limit=Decimal(5_000_000), starts_on=date(2026, 12, 1), changed="降到五百万元"
    )
    assert judge(draw(customer, 10_000_000), at=now).passes
    later = now + timedelta(days=20)
    (refusal,) = judge(draw(customer, 10_000_000), at=later).refusals
    assert refusal.remedy == "本笔不超过 500.00 万元。"
    assert [row.version for row in rules_at(at=now)] == [1]


def test_an_expression_is_judged_by_facts_and_by_what_the_caller_knows(now: datetime) -> None:
    given: dict[str, Any] = {"measure": "expression", "title": "种类与逾期", "steps": ("draw",)}
    own_rule(now, **given, expression='proposal.kind == "loan" and or_else(book.overdue_days, 0) == 0')
    customer = firm("客户")
    assert judge(draw(customer), at=now).passes
    (refusal,) = judge(draw(customer, kind=Kind.BOND), at=now).refusals
    assert ("本笔业务种类", "bond") in refusal.numbers
    assert "本笔业务种类" in refusal.remedy
    # What is not known does not satisfy a rule.
    own_rule(now, **given, code="OWN-2", expression="book.overdue_days == 0")
    (refusal,) = judge(draw(customer), at=now).refusals
    assert (refusal.rule, refusal.numbers[0][1]) == ("OWN-2", "缺失")
    # And what a step never tells is refused before it stops everything.
    with pytest.raises(RuleFault, match="所选环节不提供：本笔期限（月）。"):
        own_rule(now, **given, code="OWN-3", expression="proposal.term_months <= 36")
    with pytest.raises(FactError):
        judge(draw(customer, facts={"proposal.nothing": 1}), at=now)
    with pytest.raises(FactError):
        judge(draw(customer, facts={"proposal.term_months": "36"}), at=now)


def test_whom_the_institution_belongs_to_gets_no_guarantee_and_others_beside_it_are_approved(
    now: datetime,
) -> None:
    rules_in_force(now)
    figures_of(now, net_assets="60000")
    parent, sister, stranger = firm("母公司"), firm("姊妹公司"), firm("无关公司")
    (refusal,) = judge(draw(stranger), at=now).refusals
    assert (refusal.rule, refusal.numbers) == ("TL-17-1", (("本机构", "尚未登记"),))
    read_as(now)
    (refusal,) = judge(draw(stranger), at=now).refusals
    assert "客户档案中没有" in refusal.numbers[0][1]
    own = firm("江州融资担保有限公司")
    with writing():
        Identifier.objects.create(party=own, kind=IdentifierKind.USCC, value=OWN_CODE)
    post(person("董事"), own, PostKind.DIRECTOR)
    (refusal,) = judge(draw(stranger), at=now).refusals
    assert refusal.numbers == (("本机构的股东和实际控制人", "尚未登记"),), "a director owns nothing"
    share(parent, own, 1)
    share(parent, sister, "0.9")
    (refusal,) = judge(draw(parent), at=now).refusals
    assert (refusal.rule, refusal.article) == ("TL-17-1", "融资担保公司监督管理条例 第十七条第一款")
    assert ("与本机构的关系", "控股股东") in refusal.numbers
    verdict = judge(draw(sister), at=now)
    assert verdict.passes
    assert [one.rule for one in verdict.approvals] == ["TL-17-2"]
    verdict = judge(draw(stranger), at=now)
    assert (verdict.passes, verdict.approvals) == (True, ())


@pytest.mark.parametrize("activity", Activity.values)
def test_what_the_law_forbids_is_refused(now: datetime, activity: str) -> None:
    rules_in_force(now)
    house()
    read_as(now)
    figures_of(now, net_assets="60000")
    (refusal,) = judge(draw(firm("客户"), facts={"proposal.activity": activity}), at=now).refusals
    assert refusal.rule == "TL-23"


def leave(**values: Any) -> ExceptionDetails:
    given: dict[str, Any] = {
        "starts_on": date(2026, 11, 1),
        "ends_on": date(2026, 12, 1),
        "reason": "政府重点项目",
        "evidence": "会议纪要〔2026〕18号",
    }
    return ExceptionDetails(**given | values)


def test_a_signed_exception_lets_pass_is_named_in_the_entry_and_counted(now: datetime) -> None:
    rule = own_rule(now, measure="amount", limit=Decimal(10_000_000))
    customer, other = firm("客户"), firm("别的客户")
    proposal = draw(customer, 12_000_000)
    with pytest.raises(GateRefused, match=r"OWN-1 单笔上限（业务管理办法 第三条）：本笔金额 1,200.00 万元"):
        _drawn(actor=OFFICER, at=now, proposal=proposal)
    row = request_exception(
        actor=OFFICER,
        at=now,
        rule=rule,
        details=leave(party_id=customer.pk, amount=Decimal(12_000_000)),
    )
    with pytest.raises(GateRefused):
        _drawn(actor=OFFICER, at=now, proposal=proposal)
    with pytest.raises(Refused):
        sign_exception(actor=OFFICER, at=now, row=row)
    sign_exception(actor=CHIEF, at=now, row=row)
    verdict = _drawn(actor=OFFICER, at=now, proposal=proposal)
    assert [(one.rule, exception.pk) for one, exception in verdict.excused] == [("OWN-1", row.pk)]
    entry = Row.objects.filter(event="policy.gate.tried").get()
    assert entry.after == {"drawn": "12000000", "exceptions": [f"OWN-1：例外 {row.pk}"]}
    assert ExceptionUse.objects.filter(exception=row).count() == 1
    # Not another customer, not a larger amount, not after its day, not once revoked.
    for refused in (draw(other, 12_000_000), draw(customer, 12_000_001)):
        with pytest.raises(GateRefused):
            _drawn(actor=OFFICER, at=now, proposal=refused)
    with pytest.raises(GateRefused):
        _drawn(actor=OFFICER, at=now + timedelta(days=11), proposal=proposal)
    revoke_exception(actor=MANAGER, at=now, row=row)
    with pytest.raises(GateRefused):
        _drawn(actor=OFFICER, at=now, proposal=proposal)
    assert ExceptionUse.objects.count() == 1


@pytest.mark.parametrize("code", ["TL-15", "TL-16-1", "TL-16-2", "TL-17-1", "TL-23", "TL-17-2", "ZC-9-1"])
def test_nobody_excepts_anybody_from_the_law(now: datetime, code: str) -> None:
    rules_in_force(now)
    rule = Rule.objects.get(code=code)
    for actor in (OFFICER, CHIEF, system_actor("install")):
        with pytest.raises(Refused, match="任何人都不能批准例外"):
            request_exception(actor=actor, at=now, rule=rule, details=leave())
    own = own_rule(now, measure="amount", limit=Decimal(1))
    told = {"starts_on": date(2026, 1, 1), "ends_on": date(2027, 1, 1), "reason": "x", "evidence": "y"}
    people = {"author_id": "user:1", "author_label": "甲", "proposed_at": now}
    signed = {"state": SignedState.CONFIRMED, "signer_id": "user:2", "signer_label": "乙", "signed_at": now}
    with writing():
        with pytest.raises(Error, match="statutory"), transaction.atomic():
            RuleException.objects.create(rule=rule, **told, **people, **signed)
        # Nor is one of the institution's own moved over, nor the rule made the institution's own.
        row = RuleException.objects.create(rule=own, **told, **people, **signed)
        with pytest.raises(Error, match="Cannot update"), transaction.atomic():
            RuleException.objects.filter(pk=row.pk).update(rule=rule)
        for change in (
            {"jurisdiction": "institution"},
            {"severity": "hint"},
            {"limit": 9},
            {"ends_on": date(2026, 1, 1)},
        ):
            with pytest.raises(Error, match="Cannot update"), transaction.atomic():
                Rule.objects.filter(pk=rule.pk).update(**change)
        with pytest.raises(Error, match="Cannot delete"), transaction.atomic():
            Rule.objects.filter(pk=rule.pk).delete()


def test_an_exception_is_short_and_has_an_end(now: datetime) -> None:
    rule = own_rule(now, measure="amount", limit=Decimal(1))
    for days in ({"ends_on": date(2026, 11, 1)}, {"ends_on": date(2027, 11, 3)}):
        with pytest.raises(WrongStateError):
            request_exception(actor=OFFICER, at=now, rule=rule, details=leave(**days))
