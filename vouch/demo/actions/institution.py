"""The invented institution as its supervisor sees it: itself among the parties, a year of figures, a reading, rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from vouch.demo import terms
from vouch.engine.identifiers import uscc_check_character
from vouch.parties.actions import (
    ControlLine,
    EdgeLine,
    EnterpriseDetails,
    Named,
    Registration,
    ShareholderLine,
    add_edges,
    register_enterprise,
)
from vouch.parties.models import Party
from vouch.parties.queries import party_by_code
from vouch.parties.terms import ControlBasis, IdentifierKind, RecordSource
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.identity.queries import actor_of
from vouch.policy.actions import (
    ExceptionDetails,
    FiguresDetails,
    RuleDetails,
    SettingDetails,
    confirm_figures,
    confirm_rule,
    confirm_setting,
    propose_figures,
    propose_rule,
    propose_setting,
    request_exception,
    sign_exception,
    take_tally,
)

MONTHS = 12
WAN = 10_000
NET_ASSETS = 11_800
"""万元, a year ago; it grows by a hundred a month."""


def found_house(
    staff: Mapping[str, User], parties: list[Party], *, unit: Unit, actor: Actor, today: date, at: datetime
) -> None:
    """The institution and its owner, figures month by month, the reading of the rules, a rule of its own and an exception."""
    code = _own_record(unit, actor=actor, today=today, at=at)
    accountant, officer, chief = (actor_of(staff[name], at=at) for name in ("xujing", "linhui", "chenjing"))
    reading = SettingDetails(
        starts_on=date(today.year - 1, 1, 1), reason="按省局现行口径", own_code=code, province="浙江"
    )
    confirm_setting(actor=chief, at=at, row=propose_setting(actor=officer, at=at, details=reading))
    end = today.replace(day=1) - timedelta(days=1)
    ends = [end]
    while len(ends) < MONTHS:
        ends.append(ends[-1].replace(day=1) - timedelta(days=1))
    for place, month_end in enumerate(reversed(ends)):
        row = propose_figures(actor=accountant, at=at, details=_figures(month_end, place))
        confirm_figures(actor=officer, at=at, row=row)
        take_tally(actor=actor, at=at, as_of=month_end)
    take_tally(actor=actor, at=at)
    _own_rule(officer, chief, parties, today=today, at=at)
    # One correction waits for its second person.
    propose_figures(
        actor=accountant,
        at=at,
        details=replace(_figures(end, MONTHS - 1), fee_income=Decimal(421 * WAN), note="补记十月保费收入"),
    )


def _own_record(unit: Unit, *, actor: Actor, today: date, at: datetime) -> str:
    """The institution among the parties, held and controlled by an investment group; returns its code."""
    codes = {}
    for name, stem, capital in (
        (terms.INSTITUTION, "91350100MA2XN0001", 100_000_000),
        ("江州市产业投资集团有限公司", "91350100MA2XN0002", 500_000_000),
    ):
        codes[name] = stem + uscc_check_character(stem)
        details = EnterpriseDetails(
            name=name, province="浙江", established_on=date(today.year - 12, 3, 1), capital_amount=Decimal(capital),
            capital_currency="CNY", industry_code="J6640" if name == terms.INSTITUTION else "L7212",
        )  # fmt: skip
        registration = Registration(details, codes=[(IdentifierKind.USCC, "", codes[name])])
        register_enterprise(actor=actor, at=at, unit=unit, registration=registration)
    own, owner = party_by_code(codes[terms.INSTITUTION]), party_by_code(codes["江州市产业投资集团有限公司"])
    if own is not None and owner is not None:
        who = Named(party_number=owner.number)
        register = RecordSource.REGISTER
        lines: list[EdgeLine] = [
            ShareholderLine(who=who, rate=Decimal("0.72"), source=register),
            ControlLine(who=who, basis=ControlBasis.EQUITY, rate=Decimal("0.72"), source=register),
        ]
        add_edges(actor=actor, at=at, party=own, lines=lines)
    return codes[terms.INSTITUTION]


def _figures(month_end: date, place: int) -> FiguresDetails:
    """A month's figures; they add up to assets that keep the tiers."""
    net = NET_ASSETS + 100 * place
    fees = 38 * month_end.month
    unexpired, compensation = fees // 2, 640 + 8 * place
    assets = {
        "cash": 20, "deposits": 7_100 + 60 * place, "margins": 800, "treasuries": 600, "short_wealth": 900,
        "other_wealth": 1_500, "aa_bonds": 1_200, "guarantor_equity": 500, "own_premises": 1_600,
        "other_entrusted": 700, "other_premises": 300, "other_receivables": 260, "claims_receivable": 380 + 15 * place, "unclassed": 90,
    }  # fmt: skip
    return FiguresDetails(
        month_end=month_end,
        is_audited=month_end.month == 12,
        net_assets=Decimal(net * WAN),
        guarantor_equity=Decimal(500 * WAN),
        unexpired_reserve=Decimal(unexpired * WAN),
        compensation_reserve=Decimal(compensation * WAN),
        general_reserve=Decimal(120 * WAN),
        reserve_before=Decimal(600 * WAN),
        fee_income=Decimal(fees * WAN),
        losses_year=Decimal(6 * WAN),
        losses_total=Decimal(48 * WAN),
        assets={kind: Decimal(amount * WAN) for kind, amount in assets.items()},
        entrusted={"deposits": Decimal(300 * WAN)},
    )


def _own_rule(officer: Actor, chief: Actor, parties: list[Party], *, today: date, at: datetime) -> None:
    details = RuleDetails(
        code="OWN-1",
        title="单户在保余额上限",
        text="同一客户在保余额合计不超过 800 万元；政府重点项目可以申请例外。",
        article="担保业务管理办法 第十二条",
        severity="block",
        starts_on=date(today.year, 1, 1),
        steps=("grant_limit", "raise_limit", "draw"),
        measure="customer_balance",
        limit=Decimal(800 * WAN),
        formula="客户在保余额 + 本笔 × 承担比例 ≤ 800 万元",
        source="董事会决议",
        roles=("account_manager", "team_lead", "risk_reviewer", "committee"),
        touches=("business:register",),
    )
    rule = confirm_rule(actor=chief, at=at, row=propose_rule(actor=officer, at=at, details=details))
    wish = ExceptionDetails(
        starts_on=today - timedelta(days=20),
        ends_on=today + timedelta(days=70),
        reason="省级重点技改项目",
        evidence="评审会纪要第 18 号",
        party_id=parties[3].pk,
        amount=Decimal(300 * WAN),
    )
    row = request_exception(actor=officer, at=at, rule=rule, details=wish)
    sign_exception(actor=chief, at=at, row=row)
    later = replace(wish, party_id=parties[5].pk, reason="并购过桥，一次性", evidence="评审会纪要第 21 号")
    request_exception(actor=officer, at=at, rule=rule, details=later)
