"""Why a limit refuses, in the words of the gate: rule, article, numbers, and what would satisfy it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.grading.models import Freeze
from vouch.grading.permissions import may_see_sums
from vouch.grading.queries.classing import class_in_effect, terms_of
from vouch.grading.queries.limit import Room, guaranteed_in, title_of
from vouch.grading.terms import LimitKind
from vouch.platform.identity.actor import Actor
from vouch.policy.queries import Refusal
from vouch.policy.terms import Severity

ARTICLE = "本机构授信额度管理"


def _money(amount: Decimal) -> str:
    return _("%s 元") % f"{amount:,.2f}"


def frozen_refusal(freeze: Freeze) -> Refusal:
    """A freeze, with its reason and who can lift it."""
    return Refusal(
        rule="limit.frozen",
        title=_("额度已冻结"),
        article=_("%s：冻结期间不得预占和占用") % ARTICLE,
        severity=Severity.BLOCK,
        numbers=(
            (_("冻结原因"), freeze.reason),
            (_("冻结时间"), f"{timezone.localtime(freeze.frozen_at):%Y-%m-%d}"),
        ),
        remedy=_("原因消除后，由冻结人以外的风险经理或首席风险官解除冻结。"),
    )


def no_limit_refusal(asked: Decimal) -> Refusal:
    """Nothing was granted to the customer."""
    return Refusal(
        rule="limit.none",
        title=_("没有生效的客户额度"),
        article=_("%s：先核定额度，后使用") % ARTICLE,
        severity=Severity.BLOCK,
        numbers=((_("申请占用"), _money(asked)), (_("客户额度"), _money(Decimal(0)))),
        remedy=_("请先为该客户提出额度并经批准。"),
    )


def over_class(customer: int, amount: Decimal) -> Refusal | None:
    """Why a customer (canonical record) may not have so much (yuan, ours) under the class that binds it; None where it may."""
    row = class_in_effect(customer)
    if row is None:
        return None
    most = Decimal(terms_of(row).max_limit).scaleb(-2)
    if amount <= most:
        return None
    return Refusal(
        rule="class.max_limit",
        title=_("超过客户分类的额度上限"),
        article=_("%(policy)s：分类“%(name)s”的额度上限") % {"policy": row.policy, "name": row.risk_class},
        severity=Severity.BLOCK,
        numbers=((_("额度或占用将达"), _money(amount)), (_("分类的额度上限"), _money(most))),
        remedy=_("可将金额降至 %s 以内，或待客户分类改善并经确认。") % _money(most),
    )


def room_refusals(
    rooms: Iterable[Room], asked: Decimal, *, customer: int, actor: Actor, at: datetime
) -> Iterator[Refusal]:
    """Of the limits that a draw takes those that have no room for so much of ours (yuan)."""
    for room in rooms:
        if room.ceiling.amount is not None and room.free < asked:
            yield _exceeded(room, asked, actor)
        most = room.ceiling.max_customers
        if most is not None and asked > 0:
            inside = guaranteed_in(room, at=at)
            if customer not in inside and len(inside) >= most:
                yield _crowded(room, len(inside), most, actor)


def _exceeded(room: Room, asked: Decimal, actor: Actor) -> Refusal:
    free = max(room.free, Decimal(0))
    numbers = [(_("申请占用"), _money(asked))] if asked else []
    numbers.append((_("可用"), _money(free)))
    if room.subject.kind == LimitKind.CUSTOMER or may_see_sums(actor):
        numbers[-1:-1] = [
            (_("额度"), _money(room.ceiling.amount or Decimal(0))),
            (_("已占用和预占"), _money(room.taken.total)),
        ]
    kind, name = room.subject.get_kind_display(), title_of(room.subject, actor)
    if room.ceiling.is_expired:
        remedy = _("该额度已到期，请续作并经批准。")
    elif free and asked:
        remedy = _("可将金额降至本机构承担 %s 以内，或申请调高该额度，或等已占用的额度释放。") % _money(free)
    else:
        remedy = _("请申请调高该额度，或等已占用的额度释放。")
    return Refusal(
        rule=f"limit.{room.subject.kind}",
        title=_("%(kind)s额度不足：%(name)s") % {"kind": kind, "name": name},
        article=_("%s：占用不得超过生效的额度") % ARTICLE,
        severity=Severity.BLOCK,
        numbers=tuple(numbers),
        remedy=remedy,
    )


def _crowded(room: Room, inside: int, most: int, actor: Actor) -> Refusal:
    return Refusal(
        rule="limit.building_customers",
        title=_("楼栋在保户数已满：%s") % title_of(room.subject, actor),
        article=_("%s：楼栋在保户数不得超过上限") % ARTICLE,
        severity=Severity.BLOCK,
        numbers=((_("户数上限"), str(most)), (_("现有户数"), str(inside))),
        remedy=_("请先调高楼栋的户数上限，或等楼内客户解保。"),
    )
