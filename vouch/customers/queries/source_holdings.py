"""What a person may have a copy of: public records, guarantees given, collateral, hits on lists."""

from __future__ import annotations

from collections.abc import Iterator

from vouch.customers.models import (
    CollateralTerms,
    GivenGuarantee,
    Material,
    PublicRecord,
    Valuation,
    WatchHit,
)
from vouch.customers.queries.collateral import opened_certificate
from vouch.customers.queries.holdings import Section, as_text, rows_of
from vouch.customers.terms import ListKind
from vouch.parties.models import Party
from vouch.platform.vault.terms import VaultError


def told_by_sources(party: Party) -> Iterator[Section]:
    """Everything that was recorded from these sources, what no longer counts too."""
    yield _materials(party)
    yield _records(party)
    yield _guarantees(party)
    yield from _collateral(party)
    yield _hits(party)


def _materials(party: Party) -> Section:
    rows = list(Material.objects.filter(party=party).select_related("document").order_by("pk"))
    return Section(
        "资料",
        ("编号", "种类", "来源", "所属日期", "登记时间", "状态", "说明"),
        rows_of(
            *(
                (
                    *(one.pk, one.get_kind_display(), one.get_origin_display(), one.as_of, one.known_at),
                    *(one.get_state_display(), one.note),
                )
                for one in rows
            )
        ),
        [(f"资料-{one.pk}", one.document) for one in rows if one.document],
    )


def _records(party: Party) -> Section:
    rows = PublicRecord.objects.filter(search__material__party=party).order_by("pk")
    return Section(
        "公共记录",
        ("资料编号", "种类", "诉讼地位", "号码", "日期", "机关", "事由", "金额", "状态", "结案日期"),
        rows_of(
            *(
                (
                    *(
                        one.search_id,
                        one.get_kind_display(),
                        one.get_side_display(),
                        one.number,
                        one.opened_on,
                    ),
                    *(one.authority, one.cause, one.amount, one.get_state_display(), one.closed_on),
                )
                for one in rows
            )
        ),
    )


def _guarantees(party: Party) -> Section:
    rows = GivenGuarantee.objects.filter(statement__material__party=party).order_by("pk")
    return Section(
        "对外担保",
        ("资料编号", "被担保人", "债权人", "方式", "金额", "余额", "起始", "到期", "关系"),
        rows_of(
            *(
                (
                    *(one.statement_id, one.beneficiary, one.bank, one.get_kind_display(), one.amount),
                    *(one.balance, one.starts_on, one.ends_on, one.get_tie_display()),
                )
                for one in rows
            )
        ),
    )


def _certificate(terms: CollateralTerms) -> str:
    try:
        return opened_certificate(terms)
    except VaultError:
        return ""


def _collateral(party: Party) -> Iterator[Section]:
    rows = CollateralTerms.objects.filter(material__party=party).select_related("collateral__party")
    yield Section(
        "抵质押物",
        (
            *("资料编号", "编号", "担保物", "方式", "描述", "权利人", "坐落", "面积", "权属证书号", "顺位"),
            *("在先债权", "抵质押率", "登记状态", "登记证明号", "登记日期", "登记到期", "保险到期"),
        ),
        rows_of(
            *(
                (
                    *(one.pk, one.collateral.number, one.get_ware_display(), one.get_method_display()),
                    *(one.description, one.owner, one.location, one.area, _certificate(one), one.rank),
                    *(one.prior_claims, one.ratio, one.get_registration_display(), one.registration_number),
                    *(one.registered_on, one.registered_until, one.insured_until),
                )
                for one in rows.order_by("pk")
            )
        ),
    )
    values = Valuation.objects.filter(material__party=party).select_related("collateral", "material")
    yield Section(
        "估值",
        ("资料编号", "抵质押物", "估值日", "评估价值", "方法", "估值人"),
        rows_of(
            *(
                (
                    *(one.pk, one.collateral.number, one.material.as_of, one.value),
                    *(one.get_method_display(), one.valued_by),
                )
                for one in values.order_by("pk")
            )
        ),
    )


def _hits(party: Party) -> Section:
    """Not those of lists against money laundering: a customer must not be told of them (反洗钱法 35, 40)."""
    rows = WatchHit.objects.filter(party=party).exclude(entry__list__kind=ListKind.AML)
    return Section(
        "名单命中",
        ("名单", "匹配程度", "比对依据", "状态", "发现时间", "失效时间"),
        rows_of(
            *(
                (
                    *(as_text(one.entry.list), one.get_certainty_display(), one.matched),
                    *(one.get_state_display(), one.found_at, one.ended_at),
                )
                for one in rows.select_related("entry__list").order_by("pk")
            )
        ),
    )
