"""An institution with figures, rules and a record of its own, for the tests of what the gate judges; not collected itself.

rules_in_force(now)
figures_of(now, net_assets="60000", guarantor_equity="2000")     # 万元
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.networks import firm, share
from vouch.parties.models import Identifier, Party
from vouch.parties.terms import IdentifierKind
from vouch.platform.identity.actor import Actor, system_actor
from vouch.platform.identity.terms import Role, Scope
from vouch.platform.ledger.testing import writing
from vouch.policy.actions import (
    ExceptionDetails,
    FiguresDetails,
    RuleDetails,
    SettingDetails,
    confirm_figures,
    confirm_rule,
    confirm_setting,
    install_shipped_rules,
    propose_figures,
    propose_rule,
    propose_setting,
    request_exception,
    sign_exception,
    take_tally,
)
from vouch.policy.models import ExceptionUse, MonthFigures, Rule, Setting
from vouch.policy.terms import Step

OWN_CODE = "91350100M000100Y43"
OCTOBER = date(2026, 10, 31)


def _person(pk: int, name: str, role: str) -> Actor:
    return Actor(id=f"user:{pk}", label=name, user_id=pk, roles=frozenset({role}), scope=Scope.ALL)


ACCOUNTANT = _person(9001, "钱会计", Role.CASHIER)
OFFICER = _person(9002, "何合规", Role.COMPLIANCE)
CHIEF = _person(9003, "陈总监", Role.CRO)
MANAGER = _person(9004, "林总", Role.EXECUTIVE)


def figures_of(
    at: datetime,
    *,
    month_end: date = OCTOBER,
    is_audited: bool = False,
    assets: Mapping[str, str] | None = None,
    entrusted: Mapping[str, str] | None = None,
    **wan: str,
) -> MonthFigures:
    """A month's figures, entered by the accountant and confirmed by compliance; amounts in 万元."""
    given: dict[str, Any] = {name: yuan(amount) for name, amount in wan.items()}
    details = FiguresDetails(
        month_end=month_end,
        is_audited=is_audited,
        assets={kind: yuan(amount) for kind, amount in (assets or {}).items()},
        entrusted={kind: yuan(amount) for kind, amount in (entrusted or {}).items()},
        **given,
    )
    row = propose_figures(actor=ACCOUNTANT, at=at, details=details)
    return confirm_figures(actor=OFFICER, at=at, row=row)


def yuan(wan: str) -> Decimal:
    """万元 as yuan."""
    return (Decimal(wan) * 10_000).quantize(Decimal("0.01"))


READ = SettingDetails(starts_on=date(2026, 1, 1), reason="测试", own_code=OWN_CODE)
"""The defaults, of an institution that is known."""


def read_as(at: datetime, **switches: Any) -> Setting:
    """Another reading of the rules, signed by two."""
    row = propose_setting(actor=OFFICER, at=at, details=replace(READ, **switches))
    return confirm_setting(actor=CHIEF, at=at, row=row)


def house(holder: Party | None = None) -> Party:
    """The institution's own record, held by somebody."""
    own = firm("江州融资担保有限公司")
    with writing():
        Identifier.objects.create(party=own, kind=IdentifierKind.USCC, value=OWN_CODE)
    share(holder or firm("江州控股集团有限公司"), own, 1)
    return own


def rules_in_force(at: datetime) -> list[Rule]:
    """The library that ships."""
    return install_shipped_rules(actor=system_actor("install"), at=at)


def own_rule(at: datetime, **values: Any) -> Rule:
    """A rule of the institution's own, signed by two."""
    given: dict[str, Any] = {
        "code": "OWN-1",
        "title": "单笔上限",
        "text": "单笔不超过一千万元。",
        "article": "业务管理办法 第三条",
        "severity": "block",
        "starts_on": date(2026, 1, 1),
        "steps": ("grant_limit", "raise_limit", "draw"),
    }
    row = propose_rule(actor=OFFICER, at=at, details=RuleDetails(**given | values))
    return confirm_rule(actor=CHIEF, at=at, row=row)


def supervised(parties: Mapping[str, Party], at: datetime) -> None:
    """Figures, a reading, rules, the book's sums, and for each of these customers an exception that was used once."""
    house()
    read_as(at)
    rules_in_force(at)
    figures_of(
        at, net_assets="60000", guarantor_equity="2000", assets={"deposits": "1", "guarantor_equity": "2000"}
    )
    rule = own_rule(at, measure="amount", limit=Decimal(10_000_000))
    for place, party in parties.items():
        details = ExceptionDetails(
            starts_on=at.date(),
            ends_on=at.date() + timedelta(days=90),
            reason=f"例外理由{place.upper()}",
            evidence=f"会议纪要{place.upper()}",
            party_id=party.pk,
        )
        row = request_exception(actor=OFFICER, at=at, rule=rule, details=details)
        sign_exception(actor=CHIEF, at=at, row=row)
        with writing():
            ExceptionUse.objects.create(
                exception=row,
                step=Step.DRAW,
                party=party,
                amount=1,
                at=at,
                actor_id=OFFICER.id,
                actor_label="何合规",
            )
    take_tally(actor=system_actor("policy"), at=at)
