"""The institution's own figures: entered by one person, confirmed by another, corrected by a new version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, action
from vouch.policy import permissions
from vouch.policy.actions.signing import authored, shown, sign
from vouch.policy.models import AssetFigure, MonthFigures
from vouch.policy.queries.figures import figures
from vouch.policy.terms import AssetKind, SignedState

ZERO = Decimal("0.00")


class FiguresError(ValueError):
    """Figures that cannot be; ``str()`` is the Chinese message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FiguresDetails:
    """A month's figures in yuan. ``assets`` and ``entrusted`` by kind; what is left out is nought."""

    month_end: date
    net_assets: Decimal
    is_audited: bool = False
    guarantor_equity: Decimal = ZERO
    unexpired_reserve: Decimal = ZERO
    compensation_reserve: Decimal = ZERO
    general_reserve: Decimal = ZERO
    reserve_before: Decimal = ZERO
    reserve_used: Decimal = ZERO
    reserve_recovered: Decimal = ZERO
    fee_income: Decimal = ZERO
    losses_year: Decimal = ZERO
    losses_total: Decimal = ZERO
    note: str = ""
    assets: Mapping[str, Decimal] = field(default_factory=dict)
    entrusted: Mapping[str, Decimal] = field(default_factory=dict)


_PLAIN = tuple(one.name for one in fields(FiguresDetails) if one.name not in {"assets", "entrusted"})


@action("policy.figures.proposed", may=permissions.may_enter_figures)
def propose_figures(entry: Entry, *, actor: Actor, at: datetime, details: FiguresDetails) -> MonthFigures:
    """Enter a month's figures; those of a month that has some already are its next version. Raises FiguresError."""
    _check(details, at=at)
    newest = figures().filter(month_end=details.month_end).first()
    if newest is not None and newest.state == SignedState.PROPOSED:
        raise FiguresError(_("%s 已有待确认的数据，请先确认或退回。") % newest)
    plain = {name: getattr(details, name) for name in _PLAIN}
    row = MonthFigures.objects.create(
        version=1 if newest is None else newest.version + 1, **plain, **authored(actor, at)
    )
    AssetFigure.objects.bulk_create(
        AssetFigure(figures=row, kind=kind, amount=amount, entrusted=details.entrusted.get(kind, ZERO))
        for kind, amount in details.assets.items()
        if amount
    )
    told = asdict(details)
    assets = {kind: str(amount) for kind, amount in told.pop("assets").items() if amount}
    entrusted = {kind: str(amount) for kind, amount in told.pop("entrusted").items() if amount}
    after = {**shown(told), "version": row.version, "assets": assets, "entrusted": entrusted}
    entry.about("month_figures", row.pk, after=after)
    return row


@action("policy.figures.confirmed", may=permissions.may_sign_figures)
def confirm_figures(
    entry: Entry, *, actor: Actor, at: datetime, row: MonthFigures, note: str = ""
) -> MonthFigures:
    """Let them hold from now on; by somebody else than who entered them."""
    return sign(entry, row, kind="month_figures", by=(actor, at), to=SignedState.CONFIRMED, note=note)


@action("policy.figures.refused", may=permissions.may_sign_figures)
def refuse_figures(entry: Entry, *, actor: Actor, at: datetime, row: MonthFigures, note: str) -> MonthFigures:
    """Send them back; who entered them enters the next version."""
    return sign(entry, row, kind="month_figures", by=(actor, at), to=SignedState.REFUSED, note=note)


def _check(details: FiguresDetails, *, at: datetime) -> None:
    if (details.month_end + timedelta(days=1)).day != 1:
        raise FiguresError(_("%s 不是月末。") % details.month_end)
    if details.month_end >= timezone.localdate(at):
        raise FiguresError(_("%s 还没有结束。") % f"{details.month_end:%Y-%m}")
    for kind, held in details.entrusted.items():
        if held > details.assets.get(kind, ZERO):
            title = AssetKind(kind).label
            raise FiguresError(_("%s：受托管理的资金多于该类资产。") % title)
    equity = details.assets.get(AssetKind.GUARANTOR_EQUITY, ZERO)
    if any(details.assets.values()) and equity != details.guarantor_equity:
        raise FiguresError(
            _("对其他担保公司的股权投资与资产明细中的同一项不一致，一处用于净资产基数，一处用于资产分级。")
        )
    if details.losses_total < details.losses_year:
        raise FiguresError(_("累计损失少于本年损失。"))
