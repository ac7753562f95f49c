"""How the institution reads the rules: a new version by two persons, never an edit."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, action
from vouch.policy import permissions
from vouch.policy.actions.signing import authored, shown, sign
from vouch.policy.actions.version import WrongStateError
from vouch.policy.models import Setting
from vouch.policy.terms import NetAssetsReading, OverlapReading, ScopeReading, SignedState, ThresholdReading


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingDetails:
    """The ten switches, from a day on, and what names the institution itself."""

    starts_on: date
    reason: str
    includes_boundary: bool = True
    scope: str = ScopeReading.CUSTOMER_LOANS
    amount: str = ThresholdReading.OWN_SHARE
    deducts_equity: bool = True
    deducts_ceded: bool = False
    counts_non_financing: bool = False
    net_assets: str = NetAssetsReading.LATEST_MONTH
    eases_rated_bonds: bool = True
    excludes_protected_funds: bool = True
    overlap: str = OverlapReading.BY_RECORD
    own_code: str = ""
    province: str = ""


@action("policy.setting.proposed", may=permissions.may_enter_setting)
def propose_setting(entry: Entry, *, actor: Actor, at: datetime, details: SettingDetails) -> Setting:
    """Enter another reading. Raises WrongStateError where one waits already."""
    if Setting.objects.filter(state=SignedState.PROPOSED).exists():
        raise WrongStateError(_("已有一版监管口径待确认，请先确认或退回。"))
    row = Setting.objects.create(**asdict(details), **authored(actor, at))
    told = shown(asdict(details))
    told["net_assets_reading"] = told.pop("net_assets")
    entry.about("setting", row.pk, after=told)
    return row


@action("policy.setting.confirmed", may=permissions.may_sign_setting)
def confirm_setting(entry: Entry, *, actor: Actor, at: datetime, row: Setting, note: str = "") -> Setting:
    """Let it hold from its day on; by somebody else than who entered it."""
    return sign(entry, row, kind="setting", by=(actor, at), to=SignedState.CONFIRMED, note=note)


@action("policy.setting.refused", may=permissions.may_sign_setting)
def refuse_setting(entry: Entry, *, actor: Actor, at: datetime, row: Setting, note: str) -> Setting:
    """Send it back."""
    return sign(entry, row, kind="setting", by=(actor, at), to=SignedState.REFUSED, note=note)
