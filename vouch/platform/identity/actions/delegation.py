"""Standing in for an absent colleague: asked for, consented to, ended (代理)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.platform.identity import permissions
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Delegation, User
from vouch.platform.identity.queries import open_between
from vouch.platform.identity.terms import DELEGATION_DAYS_MAX, is_same_office
from vouch.platform.ledger.action import Entry, action


class WrongDelegation(ValueError):
    """These two, or these days, do not go together; ``str()`` is the Chinese message."""


@dataclass(frozen=True, slots=True)
class Absence:
    """Who stands in, from a day to a day, both included, and why."""

    delegate: User
    starts_on: date
    ends_on: date
    reason: str


@action("identity.delegation.arranged", may=permissions.may_arrange_delegation)
def arrange_delegation(
    entry: Entry, *, actor: Actor, at: datetime, principal: User, absence: Absence
) -> Delegation:
    """Let somebody stand in. Asked for by the absent person it waits for a lead; a lead's own word is consent.

    Raises WrongDelegation.
    """
    ids = sorted({principal.pk, absence.delegate.pk})
    # Both wait, so that two requests at once cannot make a chain between them.
    locked = {user.pk: user for user in User.objects.select_for_update().filter(pk__in=ids).order_by("pk")}
    _refuse_people(locked[principal.pk], locked[absence.delegate.pk])
    _refuse_days(absence, today=timezone.localdate(at))
    _refuse_chains(principal, absence)
    has_consent = actor.is_system or (
        permissions.may_lead(actor, principal) and absence.delegate.pk not in actor.own_ids
    )
    consented_by = actor.user_id if has_consent else None
    made = Delegation.objects.create(
        principal=principal,
        delegate=absence.delegate,
        starts_on=absence.starts_on,
        ends_on=absence.ends_on,
        reason=absence.reason,
        asked_by_id=actor.user_id,
        asked_at=at,
        consented_by_id=consented_by,
        consented_at=at if has_consent else None,
    )
    entry.about("delegation", made.pk, after=_shown(made))
    entry.purpose(absence.reason)
    return made


@action("identity.delegation.consented", may=permissions.may_consent)
def consent_delegation(entry: Entry, *, actor: Actor, at: datetime, delegation: Delegation) -> None:
    """A lead agrees; from its first day on it holds. Raises WrongDelegation."""
    row = _locked(delegation)
    if row.ended_at is not None or row.ends_on < timezone.localdate(at):
        raise WrongDelegation(_("这项代理已经结束。"))
    if row.consented_at is not None:
        entry.nothing()
        return
    _refuse_people(row.principal, row.delegate)
    row.consented_by_id, row.consented_at = actor.user_id, at
    row.save(update_fields=["consented_by", "consented_at"])
    entry.about("delegation", row.pk, after=_shown(row))


@action("identity.delegation.ended", may=permissions.may_end_delegation)
def end_delegation(entry: Entry, *, actor: Actor, at: datetime, delegation: Delegation) -> None:
    """End it before its last day, or turn it down before it is consented to."""
    row = _locked(delegation)
    if row.ended_at is not None or row.ends_on < timezone.localdate(at):
        entry.nothing()
        return
    row.ended_at = at
    row.save(update_fields=["ended_at"])
    entry.about("delegation", row.pk, before=_shown(row), after={"ended_at": at.isoformat()})


def _locked(delegation: Delegation) -> Delegation:
    rows = Delegation.objects.select_for_update(of=("self",)).select_related("principal", "delegate")
    return rows.get(pk=delegation.pk)


def _refuse_people(principal: User, delegate: User) -> None:
    if principal.pk == delegate.pk:
        raise WrongDelegation(_("代理人不能是被代理人本人。"))
    for user in (principal, delegate):
        if not user.is_active or user.is_read_only:
            raise WrongDelegation(_("%(name)s的账户不在使用中，不能代理或被代理。") % {"name": user.name})
    if not is_same_office(principal.roles, delegate.roles):
        raise WrongDelegation(
            _("%(delegate)s与%(principal)s的岗位不属同一部位（前台、中台、后台），不能代理。")
            % {"delegate": delegate.name, "principal": principal.name}
        )


def _refuse_days(absence: Absence, *, today: date) -> None:
    if absence.starts_on < today:
        raise WrongDelegation(_("起始日期不能早于今天。"))
    if absence.ends_on < absence.starts_on:
        raise WrongDelegation(_("截止日期不能早于起始日期。"))
    if (absence.ends_on - absence.starts_on).days >= DELEGATION_DAYS_MAX:
        raise WrongDelegation(
            _("一次代理最长 %(days)d 天；更长的缺勤请办理工作交接。") % {"days": DELEGATION_DAYS_MAX}
        )


def _refuse_chains(principal: User, absence: Absence) -> None:
    """Nobody delegates on: neither a chain nor a circle, nor two who stand in for one person on one day."""
    delegate = absence.delegate
    others = open_between([principal.pk, delegate.pk], starts_on=absence.starts_on, ends_on=absence.ends_on)
    for other in others:
        days = {"from": other.starts_on, "to": other.ends_on}
        if other.principal_id == principal.pk:
            raise WrongDelegation(
                _("%(name)s在 %(from)s 至 %(to)s 已有人代理。") % {"name": principal.name, **days}
            )
        if other.delegate_id == principal.pk:
            raise WrongDelegation(
                _("%(name)s在 %(from)s 至 %(to)s 正代理%(other)s，不能再转托他人；请先结束那项代理。")
                % {"name": principal.name, "other": other.principal.name, **days}
            )
        if other.principal_id == delegate.pk:
            raise WrongDelegation(
                _("%(name)s在 %(from)s 至 %(to)s 本人也缺勤，不能代理。") % {"name": delegate.name, **days}
            )


def _shown(row: Delegation) -> dict[str, object]:
    return {
        "principal": row.principal.username,
        "delegate": row.delegate.username,
        "starts_on": str(row.starts_on),
        "ends_on": str(row.ends_on),
        "consented": row.consented_at is not None,
    }
