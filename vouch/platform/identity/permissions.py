"""Who may change units and staff."""

from __future__ import annotations

from django.db.models import Model

from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import ApiKey
from vouch.platform.identity.terms import UNMASKS, FieldClass, Role


def may_manage_staff(actor: Actor) -> bool:
    """System administrators, and the installation itself when it sets up."""
    return actor.has_role(Role.ADMIN)


def may_sign_in(actor: Actor) -> bool:
    """Anyone whom the sign-in page let through."""
    return actor.user_id is not None


def may_renew_password(actor: Actor, user: Model) -> bool:
    """Everyone their own."""
    return bool(actor.user_id == user.pk)


def may_unmask(actor: Actor, field_class: str) -> bool:
    """Whether the actor may read values of this class in full; whose values, the room asks with visible_to."""
    if actor.is_system or field_class == FieldClass.ORDINARY:
        return True
    if actor.field_classes is not None or actor.is_read_only:
        return field_class in (actor.field_classes or ())
    return any(field_class in UNMASKS[Role(role)] for role in actor.roles)


def may_see_keys(actor: Actor) -> bool:
    """Who finds the keys of the programming interface: administrators, and who audits them."""
    return actor.has_role(Role.ADMIN, Role.AUDITOR)


def may_propose_key(actor: Actor) -> bool:
    """An administrator, in person: the second one must be somebody else."""
    return actor.user_id is not None and actor.has_role(Role.ADMIN)


def may_approve_key(actor: Actor, key: ApiKey) -> bool:
    """Another administrator than the one who proposed it, and nobody who stands in for that one."""
    return may_propose_key(actor) and key.proposed_by_id not in actor.own_ids


def may_issue_key(actor: Actor, key: ApiKey) -> bool:
    """Who proposed it takes it into their hands, once."""
    return may_propose_key(actor) and key.proposed_by_id == actor.user_id


def may_revoke_key(actor: Actor) -> bool:
    """Any administrator alone: taking a right away must not wait for a second one."""
    return actor.has_role(Role.ADMIN)


def may_use_key(actor: Actor, key: ApiKey) -> bool:
    """The key itself."""
    return actor.id == f"key:{key.pk}"


def may_repeat(actor: Actor) -> bool:
    """Whoever the request is from; the action inside asks for itself."""
    return actor.user_id is not None or actor.id.startswith(("key:", "system:"))


def may_forget_answers(actor: Actor) -> bool:
    """The installation itself."""
    return actor.is_system


def may_end_sessions(actor: Actor, user: Model) -> bool:
    """Everyone their own, administrators everyone's."""
    return bool(actor.user_id == user.pk) or may_manage_staff(actor)


def may_change_own_access(actor: Actor, user: Model) -> bool:
    """Everyone their own second factor; nobody another's."""
    return bool(actor.user_id == user.pk)


def may_manage_others(actor: Actor, user: Model) -> bool:
    """Administrators, but for themselves: they have the page that everyone has."""
    return may_manage_staff(actor) and actor.user_id != user.pk


def may_watch_the_door(actor: Actor) -> bool:
    """The installation: whoever failed to sign in is nobody yet."""
    return actor.is_system
