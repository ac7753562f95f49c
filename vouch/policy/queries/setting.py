"""Questions about how the institution reads the rules."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from vouch.engine.canonical import digest
from vouch.engine.ratios import Interpretation, NetAssetsDate, Overlap, ThresholdAmount, ThresholdScope
from vouch.policy.models import Setting
from vouch.policy.queries.signed import signed_by


def settings() -> QuerySet[Setting]:
    """Every version, the newest first."""
    return Setting.objects.order_by("-starts_on", "-pk")


def setting_in_force(*, at: datetime) -> Setting:
    """The setting that holds at a moment; where none was confirmed, the defaults, of no institution."""
    day = timezone.localdate(at)
    return signed_by(settings(), at).filter(starts_on__lte=day).first() or Setting(starts_on=day)


def reading_of(setting: Setting) -> Interpretation:
    """Its switches as the engine takes them."""
    return Interpretation(
        includes_boundary=setting.includes_boundary,
        scope=ThresholdScope(setting.scope),
        amount=ThresholdAmount(setting.amount),
        deducts_equity=setting.deducts_equity,
        deducts_ceded=setting.deducts_ceded,
        counts_non_financing=setting.counts_non_financing,
        net_assets=NetAssetsDate(setting.net_assets),
        eases_rated_bonds=setting.eases_rated_bonds,
        excludes_protected_funds=setting.excludes_protected_funds,
        overlap=Overlap(setting.overlap),
    )


def reading_digest(reading: Interpretation) -> str:
    """What names a reading: sums kept under another one are of no use."""
    return digest({name: str(getattr(reading, name)) for name in reading.__dataclass_fields__})
