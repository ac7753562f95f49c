"""Words of the ledger (台账日志)."""

from __future__ import annotations

import re

EVENT_NAME = re.compile(r"^[a-z_]+(\.[a-z_]+)*\.[a-z_]+$")
"""Event names are ``room.noun.past_tense``, e.g. ``parties.enterprise.registered``."""
