"""Taxes, electricity, water and gas: what their tables say, which rows count, and what they add up to by the month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from vouch.customers.models import Material, TaxPeriod, UtilityBill
from vouch.customers.queries.materials import materials_counted
from vouch.customers.terms import MaterialKind, TaxKind, UtilityKind
from vouch.engine.headed_table import Field, Kind, LineProblem, Reading
from vouch.engine.working_days import on_or_after
from vouch.parties import queries as parties
from vouch.platform.identity.actor import Actor

TAX_FIELDS = (
    Field(
        name="tax", title="税种", kind=Kind.TEXT, is_required=True,
        words=("征收项目", "税费种", "税费种类", "税种名称", "项目"),
    ),
    Field(
        name="period", title="所属期", kind=Kind.PERIOD, is_required=True,
        words=("税款所属期", "所属时期", "税款所属时期", "税款所属期起止", "月份", "期间", "申报期", "属期"),
    ),
    Field(
        name="revenue", title="申报收入", kind=Kind.MONEY,
        words=("计税依据", "销售额", "销售收入", "申报销售额", "营业收入", "应税收入", "收入"),
    ),
    Field(
        name="due", title="应纳税额", kind=Kind.MONEY, is_required=True,
        words=("应补税额", "应补退税额", "应缴税额", "应纳税费额", "应缴金额", "税额", "应纳额", "应征税额"),
    ),
    Field(
        name="paid", title="已缴税额", kind=Kind.MONEY,
        words=("实缴金额", "实缴税额", "已缴金额", "缴纳金额", "入库金额", "实缴", "已缴"),
    ),
    Field(
        name="due_on", title="缴款期限", kind=Kind.DAY, words=("缴纳期限", "限缴日期", "税款缴纳期限", "申报期限", "期限"),
    ),
    Field(
        name="paid_on", title="缴款日期", kind=Kind.DAY, words=("缴纳日期", "入库日期", "上解日期", "实缴日期", "扣款日期"),
    ),
)  # fmt: skip
UTILITY_FIELDS = (
    Field(
        name="kind", title="类别", kind=Kind.TEXT, words=("种类", "费用类型", "费用名称", "费种", "缴费项目", "项目"),
    ),
    Field(
        name="period", title="月份", kind=Kind.PERIOD, is_required=True,
        words=("账期", "用电月份", "电费年月", "抄表月份", "所属月份", "所属期", "计费月份", "年月", "电费月份", "期间"),
    ),
    Field(
        name="quantity", title="用量", kind=Kind.QUANTITY,
        words=("电量", "用电量", "总电量", "水量", "用水量", "气量", "用气量", "抄见电量", "结算电量", "使用量"),
    ),
    Field(
        name="amount", title="金额", kind=Kind.MONEY, is_required=True,
        words=("电费", "水费", "气费", "燃气费", "应收金额", "应收电费", "费用", "总电费", "应缴金额", "缴费金额"),
    ),
    Field(
        name="due_on", title="缴费期限", kind=Kind.DAY, words=("缴费截止日", "缴费截止日期", "截止日期", "最后缴费日", "期限"),
    ),
    Field(
        name="paid_on", title="缴费日期", kind=Kind.DAY, words=("缴费时间", "实收日期", "收费日期", "交费日期", "销账日期"),
    ),
    Field(
        name="is_overdue", title="是否逾期", kind=Kind.FLAG, words=("逾期", "欠费", "是否欠费", "违约"),
    ),
)  # fmt: skip

_TAX_WORDS: Mapping[str, TaxKind] = {
    "增值税": TaxKind.VAT,
    "企业所得": TaxKind.INCOME,
    "个人所得": TaxKind.PERSONAL,
    "附加": TaxKind.SURCHARGE,
    "城市维护": TaxKind.SURCHARGE,
    "城建": TaxKind.SURCHARGE,
    "印花": TaxKind.STAMP,
    "房产": TaxKind.PROPERTY,
    "土地使用": TaxKind.LAND,
    "保险": TaxKind.SOCIAL,
    "社保": TaxKind.SOCIAL,
}
_UTILITY_WORDS: Mapping[str, UtilityKind] = {
    "电": UtilityKind.ELECTRICITY,
    "水": UtilityKind.WATER,
    "气": UtilityKind.GAS,
}
USUAL_DAYS, YEARLY_MONTHS = 15, 5
"""增值税暂行条例 23, 企业所得税法 54: within 15 days of a period's end; the year's settlement within five months."""


def tax_named(text: str) -> TaxKind:
    """The kind of tax of a name as offices write it; what is none of the known ones is other."""
    return next((kind for word, kind in _TAX_WORDS.items() if word in text), TaxKind.OTHER)


def utility_named(text: str) -> UtilityKind | None:
    """What is consumed, by a name or a heading; None where it is not told."""
    if "电话" in text or "电信" in text:
        return None
    return next((kind for word, kind in _UTILITY_WORDS.items() if word in text), None)


def usual_day(tax: TaxKind, first: date, last: date) -> date:
    """By when a tax is to be paid where its table does not say; a day off becomes the next working day."""
    if tax == TaxKind.INCOME and (last - first).days > 300:
        return on_or_after(date(last.year + 1, YEARLY_MONTHS, 31))
    return on_or_after(last + timedelta(days=USUAL_DAYS))


@dataclass(frozen=True, slots=True)
class TaxLine:
    """One tax of one period; amounts in yuan."""

    tax: TaxKind
    period_from: date
    period_until: date
    revenue: Decimal | None
    due: Decimal
    paid: Decimal
    due_on: date
    paid_on: date | None


@dataclass(frozen=True, slots=True)
class BillLine:
    """One month's bill; ``amount`` in yuan."""

    kind: UtilityKind
    month: date
    quantity: Decimal | None
    amount: Decimal
    due_on: date | None
    paid_on: date | None
    is_overdue: bool


def _yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)


def tax_lines(reading: Reading) -> list[TaxLine]:
    """The rows as lines. One with a day of payment and no amount was paid in full."""
    found = []
    for line in reading.lines:
        said: Mapping[str, Any] = line.values
        tax, (first, last) = tax_named(said["tax"]), said["period"]
        paid = said.get("paid", said["due"] if "paid_on" in said else 0)
        found.append(
            TaxLine(
                tax=tax,
                period_from=first,
                period_until=last,
                revenue=_yuan(said["revenue"]) if "revenue" in said else None,
                due=_yuan(said["due"]),
                paid=_yuan(paid),
                due_on=said.get("due_on") or usual_day(tax, first, last),
                paid_on=said.get("paid_on"),
            )
        )
    return found


def bill_lines(reading: Reading, *, otherwise: UtilityKind) -> tuple[list[BillLine], list[LineProblem]]:
    """The rows as lines, and those that are no month's bill. ``otherwise`` is the kind of rows that do not say one."""
    found, problems = [], []
    for line in reading.lines:
        said: Mapping[str, Any] = line.values
        first, last = said["period"]
        kind = utility_named(said["kind"]) if "kind" in said else otherwise
        if kind is None:
            problems.append(LineProblem(line.row, "类别", f"“{said['kind']}”不是电、水或气"))
        elif (first.year, first.month) != (last.year, last.month):
            problems.append(LineProblem(line.row, "月份", "一行应为一个月"))
        else:
            found.append(
                BillLine(
                    kind=kind,
                    month=first.replace(day=1),
                    quantity=said.get("quantity"),
                    amount=_yuan(said["amount"]),
                    due_on=said.get("due_on"),
                    paid_on=said.get("paid_on"),
                    is_overdue=said.get("is_overdue", False),
                )
            )
    return found, problems


def taxes_visible_to(actor: Actor) -> QuerySet[TaxPeriod]:
    """The records of taxes of the parties that the actor may see."""
    return TaxPeriod.objects.filter(material__party__in=parties.visible_to(actor))


def bills_visible_to(actor: Actor) -> QuerySet[UtilityBill]:
    """The bills of the parties that the actor may see."""
    return UtilityBill.objects.filter(material__party__in=parties.visible_to(actor))


def _materials(party_id: int, kind: MaterialKind, as_of: date) -> Any:
    return materials_counted(as_of).filter(party_id=party_id, kind=kind).values("pk")


def taxes_counted(party_id: int, *, as_of: date) -> QuerySet[TaxPeriod]:
    """One party's periods that count: of the same tax and days the newest material's. The caller has checked visibility."""
    held = TaxPeriod.objects.filter(material__in=_materials(party_id, MaterialKind.TAX, as_of))
    newer = held.filter(
        tax=OuterRef("tax"),
        material_id__gt=OuterRef("material_id"),
        period_from__lte=OuterRef("period_until"),
        period_until__gte=OuterRef("period_from"),
    )
    return held.filter(~Exists(newer)).order_by("-period_until", "tax", "pk")


def bills_counted(party_id: int, *, as_of: date) -> QuerySet[UtilityBill]:
    """One party's bills that count, likewise."""
    held = UtilityBill.objects.filter(material__in=_materials(party_id, MaterialKind.UTILITY, as_of))
    newer = held.filter(
        kind=OuterRef("kind"), month=OuterRef("month"), material_id__gt=OuterRef("material_id")
    )
    return held.filter(~Exists(newer)).order_by("-month", "kind", "pk")


def same_lines(party_id: int, kind: MaterialKind, lines: Sequence[TaxLine | BillLine]) -> Material | None:
    """The material in force that says exactly these lines, of which there is at least one."""
    names = tuple(type(lines[0]).__slots__)
    model: Any = TaxPeriod if kind == MaterialKind.TAX else UtilityBill
    rows = model.objects.filter(material__party_id=party_id, material__ended_at=None)
    told: dict[int, Counter[tuple[Any, ...]]] = {}
    for material_id, *values in rows.values_list("material_id", *names):
        told.setdefault(material_id, Counter())[tuple(values)] += 1
    wanted = Counter(tuple(getattr(line, name) for name in names) for line in lines)
    same = next((pk for pk, said in told.items() if said == wanted), None)
    return None if same is None else Material.objects.get(pk=same)


@dataclass(frozen=True, slots=True)
class TaxMonth:
    """What the periods that end in one month come to; yuan, ``revenue`` of 增值税 alone."""

    month: date
    revenue: Decimal
    paid: Decimal
    owed: Decimal


@dataclass(frozen=True, slots=True)
class BillMonth:
    """One month's cost of electricity, water and gas, and the electricity used; None where it is not told."""

    month: date
    cost: Decimal
    electricity: Decimal | None


ZERO = Decimal("0.00")


def taxes_by_month(party_id: int, *, as_of: date) -> list[TaxMonth]:
    """Months with a period's end, oldest first. The caller has checked that the party is visible."""
    found: dict[date, list[TaxPeriod]] = {}
    for row in taxes_counted(party_id, as_of=as_of):
        found.setdefault(row.period_until.replace(day=1), []).append(row)
    return [
        TaxMonth(
            month,
            sum((row.revenue or ZERO for row in rows if row.tax == TaxKind.VAT), ZERO),
            sum((row.paid for row in rows), ZERO),
            sum((max(row.due - row.paid, ZERO) for row in rows), ZERO),
        )
        for month, rows in sorted(found.items())
    ]


def bills_by_month(party_id: int, *, as_of: date) -> list[BillMonth]:
    """Months with a bill, oldest first. The caller has checked that the party is visible."""
    found: dict[date, list[UtilityBill]] = {}
    for row in bills_counted(party_id, as_of=as_of):
        found.setdefault(row.month, []).append(row)
    months = []
    for month, rows in sorted(found.items()):
        used = [
            row.quantity for row in rows if row.kind == UtilityKind.ELECTRICITY and row.quantity is not None
        ]
        cost = sum((row.amount for row in rows), ZERO)
        months.append(BillMonth(month, cost, sum(used, ZERO) if used else None))
    return months
