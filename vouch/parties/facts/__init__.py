"""Facts of parties: what the register and the file say of who they are, as it was recorded on a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings

from vouch.engine.facts import FactFrame, FactKind, SqlFact
from vouch.parties.facts.statement import FIELDS, statement
from vouch.parties.queries.grouping import grouped_rows
from vouch.parties.queries.history import end_of

TEXT, COUNT, MONEY, RATE, BOOLEAN = (
    FactKind.TEXT, FactKind.INTEGER, FactKind.MONEY, FactKind.RATE, FactKind.BOOLEAN,
)  # fmt: skip
ORGANISATIONS = "s.kind IN ('enterprise', 'sole_trader', 'cooperative')"
HELD = "s.kind IN ('enterprise', 'cooperative')"
_MONTHS = (
    "greatest(0, (extract(year FROM %(as_of)s::date) - extract(year FROM s.established_on)) * 12"
    " + extract(month FROM %(as_of)s::date) - extract(month FROM s.established_on)"
    " - (extract(day FROM %(as_of)s::date) < extract(day FROM s.established_on))::int)"
)
"""As ``queries.age_in_months``; a missing date would make it 0, so it is asked for first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyFact(SqlFact):
    """A fact of a party, on the columns that ``statement`` selects from."""

    source: str = "客户登记信息"
    missing: str = "没有登记时缺失"


def _of(whom: str, value: str) -> str:
    return f"CASE WHEN {whom} THEN {value} END"


def _changes(name: str, *, what: str, title: str, definition: str) -> PartyFact:
    return PartyFact(
        name=f"party.{name}_changes_24m", kind=COUNT, unit="次", title=title,
        definition=f"评估日往前24个月内{definition}，同一天的多项算一次，更正笔误不算",
        sql=_of(ORGANISATIONS, f"coalesce(c.{what}, 0)"), missing="不是企业、个体工商户或合作社时缺失",
    )  # fmt: skip


FACTS = (
    PartyFact(
        name="party.kind", kind=TEXT, title="客户类型",
        definition="enterprise 企业、sole_trader 个体工商户、cooperative 农民专业合作社、farmer 农户、person 个人",
        sql="s.kind", missing="从不缺失",
    ),
    PartyFact(
        name="party.legal_form", kind=TEXT, title="企业类型", definition="登记机关登记的企业类型原文", sql="s.legal_form",
    ),
    PartyFact(
        name="party.age_months", kind=COUNT, unit="月", title="成立月数", definition="成立日期到评估日的整月数",
        sql=_of("s.established_on IS NOT NULL", _MONTHS),
        missing="没有登记成立日期时缺失",
    ),
    PartyFact(
        name="party.registered_capital", kind=MONEY, title="注册资本", definition="以人民币登记的注册资本；外币不折算",
        sql="CASE WHEN s.currency = 'CNY' THEN s.capital * 100 END", missing="没有登记，或为外币时缺失",
    ),
    PartyFact(
        name="party.paid_in_capital", kind=MONEY, title="实缴资本", definition="现有股东以人民币实缴的出资合计",
        sql=_of(HELD, "h.paid_in * 100"), missing="没有登记任何股东的实缴出资时缺失",
    ),
    PartyFact(name="party.staff_count", kind=COUNT, unit="人", title="从业人数", definition="登记的从业人数", sql="s.staff"),
    PartyFact(
        name="party.shareholder_count", kind=COUNT, unit="人", title="股东人数", definition="现有股东人数",
        sql=_of(HELD, "h.holders"), missing="没有登记股东时缺失",
    ),
    PartyFact(
        name="party.largest_share_rate", kind=RATE, title="第一大股东持股比例", definition="现有股东中最高的持股比例",
        sql=_of(HELD, "h.largest * 1000000"), missing="没有登记任何股东的持股比例时缺失",
    ),
    PartyFact(
        name="party.accounted_share_rate", kind=RATE, title="已登记股权比例", definition="现有股东持股比例合计，不足 1 的部分没有查明",
        sql=_of(HELD, "h.accounted * 1000000"), missing="没有登记任何股东的持股比例时缺失",
    ),
    PartyFact(
        name="party.is_controller_known", kind=BOOLEAN, title="实际控制人已查明", definition="登记有现任实际控制人",
        sql=_of(HELD, "k.party_id IS NOT NULL"), missing="不是企业或合作社时缺失",
    ),
    _changes(
        "representative", what="representatives", title="近24个月法定代表人变更次数",
        definition="法定代表人（经营者）变更的次数",
    ),
    _changes("shareholder", what="shareholders", title="近24个月股东变更次数", definition="有股东退出或转让的次数"),
    _changes("address", what="addresses", title="近24个月注册地址变更次数", definition="注册地址变更的次数"),
    _changes("name", what="names", title="近24个月更名次数", definition="名称变更的次数"),
    PartyFact(
        name="party.representative_other_firms", kind=COUNT, unit="户", title="法定代表人的其他企业数",
        definition="同一人（按登记的个人或来源的散列）在本机构其他客户中担任法定代表人或经营者的户数",
        sql=_of("r.party_id IS NOT NULL", "coalesce(o.firms, 0)"), missing="没有登记法定代表人或经营者时缺失",
    ),
    PartyFact(
        name="party.expired_licences", kind=COUNT, unit="件", title="已过期的许可资质数",
        definition="有效期已届满而没有换证或终止的许可资质件数", sql="l.expired", missing="没有登记许可资质时缺失",
    ),
    PartyFact(
        name="party.expiring_licences_90d", kind=COUNT, unit="件", title="90天内到期的许可资质数",
        definition="评估日起90天内（含当天和第90天）到期的许可资质件数", sql="l.expiring",
        missing="没有登记许可资质时缺失",
    ),
    PartyFact(
        name="party.tax_grade", kind=TEXT, title="纳税信用等级", definition="已登记的最近年度的纳税信用等级（A、B、M、C、D）",
        sql="t.grade", source="税务机关",
    ),
    PartyFact(
        name="party.tax_grade_year", kind=COUNT, unit="年", title="纳税信用等级年度", definition="最近一次纳税信用等级的评价年度",
        sql="t.year", source="税务机关",
    ),
    PartyFact(
        name="party.is_spouse_recorded", kind=BOOLEAN, title="配偶已登记",
        definition="实际控制人、经营者（个人和农户为本人）中至少一人登记有现配偶",
        sql="m.is_recorded", missing="没有登记实际控制人或经营者时缺失",
    ),
    PartyFact(
        name="party.farm_area", kind=COUNT, unit="亩", title="经营面积", definition="现有种植、养殖面积合计，四舍五入到亩",
        sql="round(g.area)",
    ),
    PartyFact(
        name="party.farm_heads", kind=COUNT, unit="头（只）", title="存栏数量", definition="现有养殖的存栏数量合计", sql="g.heads",
    ),
    PartyFact(
        name="party.farming_years", kind=COUNT, unit="年", title="从业年数", definition="评估日的年份减从业起始年份",
        sql=_of(
            "s.farming_since IS NOT NULL", "greatest(extract(year FROM %(as_of)s::date) - s.farming_since, 0)"
        ),
    ),
    PartyFact(
        name="party.household_size", kind=COUNT, unit="人", title="家庭人口", definition="农户登记的家庭人口", sql="s.household",
    ),
)  # fmt: skip
_EXPRESSIONS = [entry.sql for entry in FACTS]


def ask(subjects: Sequence[int] | None, *, as_of: date) -> FactFrame:
    """Every fact of these parties, or of all, as it was recorded at the end of a day.

    A party that was not yet known then, or was erased, is not in the frame.
    """
    parameters: dict[str, Any] = {
        "as_of": as_of,
        "moment": end_of(as_of),
        "zone": settings.TIME_ZONE,
        "fields": list(FIELDS),
    }
    if subjects is not None:
        parameters["parties"] = list(subjects)
    rows = grouped_rows(statement(_EXPRESSIONS, scoped=subjects is not None), parameters)
    return FactFrame.of_rows(FACTS, rows, is_dated=False)
