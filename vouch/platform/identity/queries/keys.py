"""Keys of the programming interface, and the actor that a key is."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

from django.db.models import QuerySet

from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import ApiKey
from vouch.platform.identity.queries.staff import units_below
from vouch.platform.identity.terms import SCOPE_ROLES, Scope


def actor_of_key(key: ApiKey) -> Actor:
    """The actor that a key of the programming interface is: its scopes stand among its roles, and it unmasks nothing."""
    unit_ids = frozenset[int]()
    if key.data_scope == Scope.UNIT:
        unit_ids = frozenset({key.unit_id})
    elif key.data_scope == Scope.UNIT_BELOW:
        unit_ids = units_below(key.unit_id)
    roles = set(key.scopes)
    for scope in key.scopes:
        roles |= {str(role) for role in SCOPE_ROLES.get(scope, ())}
    return Actor(
        id=f"key:{key.pk}",
        label=f"接口密钥 {key.name}（{key.holder}）",
        user_id=None,
        roles=frozenset(roles),
        scope=key.data_scope,
        unit_ids=unit_ids,
        field_classes=frozenset(),
    )


def api_keys() -> QuerySet[ApiKey]:
    """Every key there is or was, the newest first."""
    return ApiKey.objects.select_related("unit", "proposed_by", "approved_by").order_by("-proposed_at", "-pk")


def key_in_force(secret: str, *, at: datetime) -> ApiKey | None:
    """The key that this text is, where it is neither revoked nor expired."""
    parts = secret.split("_")
    if len(parts) < 3 or parts[0] != "vouch":
        return None
    found = (
        ApiKey.objects.filter(prefix=parts[1], revoked_at=None, expires_at__gt=at).exclude(prefix="").first()
    )
    if found is None or not hmac.compare_digest(found.digest, digest_of_key(secret)):
        return None
    return found


def digest_of_key(secret: str) -> str:
    """What is kept of a key."""
    return hashlib.sha256(secret.encode()).hexdigest()
