"""Verbs of this room: the only place that writes guarantees and what happens to them."""

from __future__ import annotations

from vouch.business.actions.events import ClaimImporter, DrawImporter, RecoveryImporter, RepaymentImporter
from vouch.business.actions.ledger import GuaranteeImporter

__all__ = ["ClaimImporter", "DrawImporter", "GuaranteeImporter", "RecoveryImporter", "RepaymentImporter"]
