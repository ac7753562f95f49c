"""Who may change units and staff."""

from __future__ import annotations

from django.db.models import Model

from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Role


def may_manage_staff(actor: Actor) -> bool:
    """System administrators, and the installation itself when it sets up."""
    return actor.has_role(Role.ADMIN)


def may_sign_in(actor: Actor) -> bool:
    """Anyone whom the sign-in page let through."""
    return actor.user_id is not None


def may_renew_password(actor: Actor, user: Model) -> bool:
    """Everyone their own."""
    return bool(actor.user_id == user.pk)
