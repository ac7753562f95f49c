"""All that is written of a party line by line, for whoever has a right to know it (PIPL 45)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Q

from vouch.parties.models import Control, FarmHolding, Kinship, Licence, Party, Shareholding, TaxGrade
from vouch.parties.queries.history import former_values_of
from vouch.parties.terms import Kin

Told = tuple[str, Sequence[str], list[Sequence[Any]]]
"""A title, its headings, its rows."""

_SPAN = ("起始日期", "终止日期", "来源", "登记时间", "终止登记时间")


def told_lines(party: Party) -> Iterator[Told]:
    """Kin, shares, control, licences, grades, holdings, and former values; names of others are left out."""
    kin = Kinship.objects.filter(Q(person=party) | Q(relative=party)).order_by("pk")
    yield "亲属关系", ("关系", *_SPAN), [(Kin(row.kin).label, *_span(row)) for row in kin]
    shares = Shareholding.objects.filter(holder=party).select_related("party").order_by("pk")
    yield (
        "持股",
        ("企业", "比例", "认缴", "实缴", *_SPAN),
        [(row.party.name, row.rate, row.subscribed, row.paid_in, *_span(row)) for row in shares],
    )
    control = Control.objects.filter(controller=party).select_related("party").order_by("pk")
    yield (
        "实际控制的企业",
        ("企业", "依据", "比例", *_SPAN),
        [(row.party.name, row.get_basis_display(), row.rate, *_span(row)) for row in control],
    )
    licences = Licence.objects.filter(party=party).order_by("pk")
    yield (
        "许可资质",
        ("证照", "编号", "发证机关", *_SPAN),
        [(row.title, row.number, row.issuer, *_span(row)) for row in licences],
    )
    grades = TaxGrade.objects.filter(party=party).order_by("year", "pk")
    yield "纳税信用等级", ("年度", "等级", *_SPAN), [(row.year, row.grade, *_span(row)) for row in grades]
    farmer = getattr(party, "farmer", None)
    if farmer is not None:
        yield "农户信息", ("家庭人口", "从业起始年份"), [(farmer.household_size, farmer.farming_since)]
    farms = FarmHolding.objects.filter(party=party).order_by("pk")
    yield (
        "经营规模",
        ("类别", "品种", "面积（亩）", "存栏", "土地合同到期", *_SPAN),
        [
            (row.get_kind_display(), row.product, row.area, row.heads, row.land_until, *_span(row))
            for row in farms
        ],
    )
    former = former_values_of(party)
    yield (
        "历史值",
        ("字段", "原值", "自", "至", "性质", "新值来源", "理由"),
        [(one.title, one.text, one.since, one.until, one.nature, one.source, one.reason) for one in former],
    )


def _span(row: Any) -> tuple[Any, ...]:
    return row.starts_on, row.ends_on, row.get_source_display(), row.added_at, row.ended_at
