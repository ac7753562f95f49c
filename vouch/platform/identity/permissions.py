"""Who may change units and staff."""

from __future__ import annotations

from django.db.models import Model

from vouch.platform.identity.actor import Actor
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
