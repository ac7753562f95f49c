"""Who may change units and staff."""

from __future__ import annotations

from django.db.models import Model

from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import ApiKey, Delegation, RightsChange, User
from vouch.platform.identity.terms import UNMASKS, ChangeState, FieldClass, Role, Scope


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


def may_keep_draft(actor: Actor) -> bool:
    """Whoever fills in forms."""
    return actor.user_id is not None


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


LEADING_ROLES = (Role.TEAM_LEAD, Role.CRO, Role.EXECUTIVE)
REQUESTING_ROLES = (Role.ADMIN,)
DECIDING_ROLES = (Role.ADMIN, Role.COMPLIANCE, Role.EXECUTIVE)
WATCHING_ROLES = (Role.ADMIN, Role.COMPLIANCE, Role.EXECUTIVE, Role.AUDITOR)


def may_appoint(actor: Actor) -> bool:
    """The installation alone, when it sets up; people ask for a change of rights instead."""
    return actor.is_system


def may_watch_rights(actor: Actor) -> bool:
    """Who sees everybody's rights and every request: administration and supervision."""
    return actor.has_role(*WATCHING_ROLES)


def may_see_account(actor: Actor, user: User) -> bool:
    """One's own, and everybody's for administration and supervision."""
    return actor.user_id == user.pk or may_watch_rights(actor)


def may_request_rights(actor: Actor) -> bool:
    """Administrators, in person: a request has somebody's name."""
    return actor.user_id is not None and not actor.is_read_only and actor.has_role(*REQUESTING_ROLES)


def may_request_about(actor: Actor, person: User | None) -> bool:
    """Nobody asks for rights of their own, or of whom they stand in for."""
    return may_request_rights(actor) and (person is None or person.pk not in actor.own_ids)


def may_decide_rights(actor: Actor) -> bool:
    """Another administrator, compliance or the executive, in person."""
    return actor.user_id is not None and not actor.is_read_only and actor.has_role(*DECIDING_ROLES)


def may_decide_change(actor: Actor, change: RightsChange) -> bool:
    """Somebody who neither asked nor is concerned, nor stands in for either."""
    concerned = {change.requested_by_id, change.person_id} & actor.own_ids
    return may_decide_rights(actor) and not concerned


def may_withdraw(actor: Actor, change: RightsChange) -> bool:
    """Whoever asked."""
    return actor.user_id is not None and change.requested_by_id == actor.user_id


def may_carry_out(actor: Actor, change: RightsChange) -> bool:
    """What was asked for by one and approved by another, by the one who approved."""
    return (
        change.state == ChangeState.APPLIED
        and change.decided_by_id == actor.user_id
        and change.requested_by_id != actor.user_id
    )


def may_suspend(actor: Actor, user: User) -> bool:
    """An administrator or compliance alone, at once: taking rights away must not wait. Never one's own account."""
    may = actor.is_system or (may_decide_rights(actor) and actor.has_role(Role.ADMIN, Role.COMPLIANCE))
    return may and user.pk not in actor.own_ids


def may_lead(actor: Actor, user: User) -> bool:
    """A head whose reach covers this person's unit, and who is somebody else."""
    if actor.user_id is None or actor.is_read_only or user.pk in actor.own_ids:
        return False
    return actor.has_role(*LEADING_ROLES) and (actor.scope == Scope.ALL or user.unit_id in actor.unit_ids)


def may_arrange_delegation(actor: Actor, principal: User) -> bool:
    """One's own absence, or that of somebody whom one leads."""
    return actor.is_system or actor.user_id == principal.pk or may_lead(actor, principal)


def may_consent(actor: Actor, delegation: Delegation) -> bool:
    """A lead of the absent person, who is not the one to stand in."""
    return may_lead(actor, delegation.principal) and delegation.delegate_id not in actor.own_ids


def may_end_delegation(actor: Actor, delegation: Delegation) -> bool:
    """Both of them, and a lead."""
    return actor.user_id in {delegation.principal_id, delegation.delegate_id} or may_lead(
        actor, delegation.principal
    )


def may_hand_over(actor: Actor, giver: User) -> bool:
    """A lead, for those whom they lead; which customers may move, the room asks for each."""
    return actor.is_system or may_lead(actor, giver)


def may_see_hand_overs(actor: Actor) -> bool:
    """Leads, administration and supervision."""
    return actor.has_role(*LEADING_ROLES, *WATCHING_ROLES)
