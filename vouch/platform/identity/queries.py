"""Questions about units and staff."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import AnsweredRequest, ApiKey, Part, Session, Unit, UsedPassword, User
from vouch.platform.identity.terms import HEAD_OFFICE_CODE, SCOPE_ROLES, UNMASKS, Role, Scope
from vouch.platform.web.faces import Visible


class UnknownUnit(LookupError):
    """No unit has this code or name; ``str()`` is the Chinese message."""


def head_office() -> Unit:
    """The one unit without a parent (总部)."""
    return Unit.objects.get(parent=None)


def unit_named(text: str) -> Unit:
    """The unit with this code or, failing that, this name. Raises UnknownUnit, which lists what there is."""
    wanted = text.strip()
    if not wanted or wanted == HEAD_OFFICE_CODE:
        return head_office()
    found = Unit.objects.filter(code=wanted).first() or Unit.objects.filter(name=wanted).first()
    if found is None:
        known = "、".join(f"{unit.code}（{unit.name}）" for unit in Unit.objects.order_by("code"))
        message = f"没有编码或名称为“{wanted}”的机构。现有机构：{known}"
        raise UnknownUnit(message)
    return found


def units_below(unit_id: int) -> frozenset[int]:
    """Ids of the unit and of everything below it; the tree is small, so one read of it is enough."""
    children: dict[int | None, list[int]] = {}
    for pk, parent_id in Unit.objects.values_list("pk", "parent_id"):
        children.setdefault(parent_id, []).append(pk)
    found: set[int] = set()
    waiting = [unit_id]
    while waiting:
        pk = waiting.pop()
        if pk not in found:
            found.add(pk)
            waiting.extend(children.get(pk, ()))
    return frozenset(found)


def actor_of(user: User) -> Actor:
    """The actor that a signed-in person is."""
    if user.scope == Scope.UNIT:
        unit_ids = frozenset({user.unit_id})
    elif user.scope == Scope.UNIT_BELOW:
        unit_ids = units_below(user.unit_id)
    else:
        unit_ids = frozenset()
    return Actor(
        id=f"user:{user.pk}",
        label=f"{user.name}（{user.unit.name}）",
        user_id=user.pk,
        roles=frozenset(user.roles),
        scope=user.scope,
        unit_ids=unit_ids,
        field_classes=classes_of(user),
        is_read_only=user.is_read_only,
    )


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


def classes_of(user: User) -> frozenset[str]:
    """The field classes that this person may read in full: those of the roles, with the account's exceptions."""
    classes: set[str] = set()
    for role in user.roles:
        classes.update(str(field_class) for field_class in UNMASKS[Role(role)])
    return frozenset((classes | set(user.granted_classes)) - set(user.withheld_classes))


def parts_in_other_offices(actor: Actor, *, kind: str, ids: Iterable[object], office: str) -> QuerySet[Part]:
    """Parts in another office on these matters of the actor, or of those whom they stand in for.

    What somebody did while standing in for the actor is the actor's doing too.
    """
    own = sorted(actor.own_ids)
    return (
        Part.objects.filter(matter_kind=kind, matter_id__in=[str(one) for one in ids])
        .filter(Q(user_id__in=own) | Q(stood_for__overlap=own))
        .exclude(office=office)
        .select_related("user")
        .order_by("pk")
    )


def units() -> QuerySet[Unit]:
    """Every unit, by code."""
    return Unit.objects.order_by("code")


def active_staff() -> QuerySet[User]:
    """Everyone who may sign in, with their unit."""
    return User.objects.filter(is_active=True).select_related("unit").order_by("unit__code", "name")


def account_managers() -> QuerySet[User]:
    """Staff who may look after customers (管户)."""
    return active_staff().filter(roles__overlap=[Role.ACCOUNT_MANAGER, Role.TEAM_LEAD])


VISIBLE: Visible = {
    AnsweredRequest: "接口请求的指纹与处理结果，只供重复请求的判断，不经页面显示",
    ApiKey: "接口密钥的登记（只存哈希），不含客户资料；凭岗位进入页面",
    Unit: "机构名册，不含客户资料；凭岗位进入页面",
    Part: "员工的经办记录，只供前中后台分离的判断，不经页面显示",
    Session: "员工的登录会话，不含客户资料；各人看本人的",
    UsedPassword: "口令的哈希，不经任何页面显示",
    User: "员工名册，不含客户资料；凭岗位进入页面",
}
"""How rows of each table are seen."""
