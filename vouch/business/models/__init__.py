"""Tables of what we do: the register of guarantees, and what happened to each."""

from __future__ import annotations

from vouch.business.models.events import Claim, Draw, Recovery, Repayment
from vouch.business.models.guarantee import Guarantee, GuaranteeVersion

__all__ = ["Claim", "Draw", "Guarantee", "GuaranteeVersion", "Recovery", "Repayment"]
