"""The one spelling of an entry: what its seal and its leaf cover.

The same bytes must come from the values on their way in and from the columns on their way out, whatever jsonb does
to numbers and to the order of keys; and they must differ for whatever differs in the columns.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from vouch.engine.canonical import canonical_json
from vouch.platform.ledger._keys import entry_key
from vouch.platform.ledger.merkle import leaf_hash

SEAL_BYTES = 32
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENTS = ("at", "recorded_at")
TEXTS = ("id", "event", "actor_id", "actor_label", "subject_kind", "subject_id", "purpose", "request_id")
DOCUMENTS = ("before", "after", "bulk")
COLUMNS = (*MOMENTS, *TEXTS, *DOCUMENTS)

# What the database says of a row: exact text for what Python would round, so that nothing changes unseen.
SELECT = ", ".join(
    [
        *(f"extract(epoch FROM e.{name})::text AS {name}" for name in MOMENTS),
        *(f"e.{name}::text AS {name}" for name in (*TEXTS, *DOCUMENTS)),
        "e.mac AS mac",
    ]
)


def plain(value: Mapping[str, Any] | None) -> Any:
    """The value as it comes back from a jsonb column: dates and decimals are text, keys are text."""
    return None if value is None else json.loads(json.dumps(value, cls=DjangoJSONEncoder))


def moment_text(moment: datetime) -> str:
    """Seconds since 1970 with six places, as PostgreSQL writes ``extract(epoch …)``."""
    return f"{Decimal((moment - EPOCH) // timedelta(microseconds=1)).scaleb(-6):f}"


def _number(text: str) -> int | float | dict[str, str]:
    """A number so that 1e22, 1E+22 and 10000000000000000000000 are one; what no float holds stays as written."""
    exact = Decimal(text)
    if exact == exact.to_integral_value():
        return int(exact)
    near = float(text)
    return near if Decimal(repr(near)) == exact else {"$decimal": text}


_DECODER = json.JSONDecoder(parse_float=_number)


def read_json(text: str | None) -> list[Any]:
    """[] for SQL NULL, else the one value: NULL and the JSON word null are not the same row."""
    return [] if text is None else [_DECODER.decode(text)]


def document(columns: Mapping[str, str | None]) -> dict[str, Any]:
    """The entry as proofs show it, from column name → the database's text. Raises ValueError for broken columns."""
    return {
        "format": "vouch-entry/1",
        **{name: columns[name] for name in (*MOMENTS, *TEXTS)},
        **{name: read_json(columns[name]) for name in DOCUMENTS},
    }


def body(columns: Mapping[str, str | None]) -> bytes:
    """The entry's one spelling."""
    return canonical_json(document(columns))


def body_of_new(values: Mapping[str, Any]) -> bytes:
    """The same, from the values of an entry that is about to be written."""
    return body(
        {
            **{name: moment_text(values[name]) for name in MOMENTS},
            **{name: str(values[name]) for name in TEXTS},
            **{name: None if values[name] is None else json.dumps(values[name]) for name in DOCUMENTS},
        }
    )


def seal(spelled: bytes) -> bytes:
    """32 bytes that only a holder of the key can make: keyed BLAKE2b over the entry's spelling."""
    return hashlib.blake2b(spelled, key=entry_key(), digest_size=SEAL_BYTES, person=b"vouch-entry").digest()


def is_sealed(spelled: bytes, mac: bytes) -> bool:
    """Whether the seal is ours."""
    return hmac.compare_digest(seal(spelled), mac)


def leaf_of(spelled: bytes, mac: bytes) -> bytes:
    """Hash of the entry's leaf; it covers the seal too."""
    return leaf_hash(spelled + b"\n" + mac.hex().encode())
