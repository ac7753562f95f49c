"""Changes of rights: one person asks, another decides, and what was approved happens in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from vouch.platform.identity import permissions
from vouch.platform.identity.actions.staff import StaffDetails, WrongRights, open_account, shut_out
from vouch.platform.identity.actions.unit import move_unit, refuse_circle
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Delegation, RightsChange, Unit, User
from vouch.platform.identity.queries import held_by, is_stale, place_of, rights_of
from vouch.platform.identity.terms import CHANGE_DAYS, ChangeKind, ChangeState, FieldClass, Scope, roles_fault
from vouch.platform.ledger.action import Entry, Refused, action


class NotWaiting(ValueError):
    """The request cannot be decided any more; ``str()`` is the Chinese message."""


@dataclass(frozen=True, slots=True)
class Rights:
    """Unit, roles, scope, and the exceptions to what the roles may read in full."""

    unit: Unit
    roles: Sequence[str]
    scope: str
    granted_classes: Sequence[str] = ()
    withheld_classes: Sequence[str] = ()

    def spelled(self) -> dict[str, Any]:
        """As requests keep it. Raises WrongRights."""
        fault = roles_fault(self.roles)
        if fault:
            raise WrongRights(fault)
        if self.unit.closed_at is not None:
            raise WrongRights(_("机构“%(name)s”已撤销。") % {"name": self.unit.name})
        both = set(self.granted_classes) & set(self.withheld_classes)
        if both:
            names = "、".join(str(FieldClass(one).label) for one in sorted(both))
            raise WrongRights(_("“%(names)s”不能既另行允许又不予允许。") % {"names": names})
        return {
            "unit": self.unit.pk,
            "roles": sorted(set(self.roles)),
            "scope": str(Scope(self.scope)),
            "granted_classes": sorted(set(self.granted_classes)),
            "withheld_classes": sorted(set(self.withheld_classes)),
            "is_active": True,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for, and why. A newcomer has ``username`` and ``name``, a unit to be moved its ``parent``."""

    kind: str
    reason: str
    person: User | None = None
    rights: Rights | None = None
    username: str = ""
    name: str = ""
    unit: Unit | None = None
    parent: Unit | None = None


@action("identity.rights_change.requested", may=permissions.may_request_rights)
def request_change(entry: Entry, *, actor: Actor, at: datetime, wish: Wish) -> RightsChange:
    """Ask for a change of rights; nothing changes yet. Raises WrongRights, WrongUnit."""
    if not permissions.may_request_about(actor, wish.person):
        raise Refused(_("不能为本人，或为本人所代理的人申请变更权限。"))
    before, after = _spelled(wish)
    if before == after:
        raise WrongRights(_("申请的内容与现状相同，没有可变更的。"))
    # Those that nobody decided in time no longer stand in the way.
    RightsChange.objects.filter(state=ChangeState.WAITING, expires_at__lte=at).update(
        state=ChangeState.EXPIRED
    )
    requester = User.objects.get(pk=actor.user_id or 0)
    try:
        with transaction.atomic():
            change = RightsChange.objects.create(
                kind=wish.kind,
                person=wish.person,
                username=wish.username,
                name=wish.name,
                unit=wish.unit,
                before=before,
                after=after,
                reason=wish.reason,
                requested_by=requester,
                requested_at=at,
                expires_at=at + timedelta(days=CHANGE_DAYS),
            )
    except IntegrityError as error:
        raise WrongRights(_("已有一项待审批的申请，请先审批或撤回。")) from error
    entry.about("rights_change", change.pk, before=_told(before), after={**_whom(change), **_told(after)})
    entry.purpose(wish.reason)
    return change


@action("identity.rights_change.approved", may=permissions.may_decide_rights)
def approve_change(
    entry: Entry, *, actor: Actor, at: datetime, change: RightsChange, note: str = ""
) -> RightsChange:
    """Let a waiting change happen, now. Raises NotWaiting, WrongRights, WrongUnit, Refused."""
    row = _waiting(actor, change, at=at)
    if is_stale(row):
        raise NotWaiting(_("申请提出之后，现状已经变化，不能再按原申请生效；请拒绝后重新申请。"))
    asker = row.requested_by
    if not asker.is_active or set(asker.roles).isdisjoint(permissions.REQUESTING_ROLES):
        raise NotWaiting(_("申请人的账户已停用或已不在岗，不能再按其申请生效；请拒绝后由他人重新申请。"))
    _decided(row, ChangeState.APPLIED, actor=actor, at=at, note=note)
    _APPLY[ChangeKind(row.kind)](actor=actor, at=at, change=row)
    entry.about("rights_change", row.pk, before=_told(row.before), after={**_whom(row), **_told(row.after)})
    entry.purpose(row.reason)
    return row


@action("identity.rights_change.refused", may=permissions.may_decide_rights)
def refuse_change(entry: Entry, *, actor: Actor, at: datetime, change: RightsChange, note: str) -> None:
    """Turn a waiting change down. Raises NotWaiting, Refused."""
    row = _waiting(actor, change, at=at)
    _decided(row, ChangeState.REFUSED, actor=actor, at=at, note=note)
    entry.about("rights_change", row.pk, after={**_whom(row), "state": str(ChangeState.REFUSED)})
    entry.purpose(note)


@action("identity.rights_change.withdrawn", may=permissions.may_withdraw)
def withdraw_change(entry: Entry, *, actor: Actor, at: datetime, change: RightsChange) -> None:
    """Take one's own request back. Raises NotWaiting."""
    row = RightsChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
    if row.state != ChangeState.WAITING:
        raise NotWaiting(_("这项申请已是“%(state)s”。") % {"state": row.get_state_display()})
    row.state = ChangeState.WITHDRAWN
    row.save(update_fields=["state"])
    entry.about("rights_change", row.pk, after={**_whom(row), "state": str(ChangeState.WITHDRAWN)})


@action("identity.user.joined", may=permissions.may_carry_out)
def _join(entry: Entry, *, actor: Actor, at: datetime, change: RightsChange) -> None:
    """Open the newcomer's account; an administrator then gives out a password for one sign-in."""
    wanted = change.after
    details = StaffDetails(
        username=change.username,
        name=change.name,
        unit=Unit.objects.get(pk=wanted["unit"]),
        roles=wanted["roles"],
        scope=wanted["scope"],
    )
    try:
        with transaction.atomic():
            user, after = open_account(details, at=at)
    except IntegrityError as error:
        raise WrongRights(_("用户名“%(name)s”已被使用。") % {"name": change.username}) from error
    user.granted_classes = wanted["granted_classes"]
    user.withheld_classes = wanted["withheld_classes"]
    user.save(update_fields=["granted_classes", "withheld_classes"])
    change.person = user
    change.save(update_fields=["person"])
    entry.about("user", user.pk, after={**after, "change": change.pk})


@action("identity.user.rights_changed", may=permissions.may_carry_out)
def _change(entry: Entry, *, actor: Actor, at: datetime, change: RightsChange) -> None:
    """Give the person the rights asked for; an account that was out of use is in use again."""
    user = _locked_person(change)
    wanted = change.after
    user.unit = Unit.objects.get(pk=wanted["unit"])
    user.roles, user.scope = wanted["roles"], wanted["scope"]
    user.granted_classes, user.withheld_classes = wanted["granted_classes"], wanted["withheld_classes"]
    user.is_active, user.closed_at = True, None
    user.save()
    entry.about("user", user.pk, before=_told(change.before), after={**_told(wanted), "change": change.pk})


@action("identity.user.closed", may=permissions.may_carry_out)
def _close(entry: Entry, *, actor: Actor, at: datetime, change: RightsChange) -> None:
    """Close the account of somebody who has nothing in hand any more. Raises WrongRights."""
    user = _locked_person(change)
    held = held_by(user.pk)
    if held:
        raise WrongRights(
            _("%(name)s名下还有：%(held)s。请先办理工作交接，再销户。")
            % {"name": user.name, "held": "、".join(f"{title} {count}" for title, count in held)}
        )
    shut_out(user, at=at)
    user.closed_at = at
    user.save(update_fields=["closed_at"])
    Delegation.objects.filter(principal=user, ended_at=None).update(ended_at=at)
    Delegation.objects.filter(delegate=user, ended_at=None).update(ended_at=at)
    RightsChange.objects.filter(requested_by=user, state=ChangeState.WAITING).update(
        state=ChangeState.WITHDRAWN
    )
    entry.about("user", user.pk, before={"is_active": change.before["is_active"]}, after={"is_active": False})
    entry.purpose(change.reason)


_APPLY = {
    ChangeKind.APPOINT: _join,
    ChangeKind.CHANGE: _change,
    ChangeKind.CLOSE: _close,
    ChangeKind.REOPEN: _change,
    ChangeKind.MOVE_UNIT: move_unit,
}


def _spelled(wish: Wish) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both sides of a wish that makes sense. Raises WrongRights, WrongUnit."""
    if wish.kind == ChangeKind.APPOINT:
        return {}, _newcomer(wish)
    if wish.kind == ChangeKind.MOVE_UNIT:
        if wish.unit is None or wish.parent is None:
            raise WrongRights(_("没有说明要移动的机构或新的上级。"))
        refuse_circle(wish.unit, wish.parent)
        return place_of(wish.unit), {"parent": wish.parent.pk}
    if wish.person is None:
        raise WrongRights(_("没有说明涉及哪位员工。"))
    before = rights_of(wish.person)
    if wish.kind == ChangeKind.CLOSE:
        if wish.person.closed_at is not None:
            raise WrongRights(_("该账户已经销户。"))
        # A suspended account may be closed too: the two sides differ in nothing but that.
        return before, {"is_active": False, "closed": True}
    if wish.rights is None:
        raise WrongRights(_("没有说明申请哪些权限。"))
    if wish.kind == ChangeKind.CHANGE and not wish.person.is_active:
        raise WrongRights(_("该账户已停用，请申请恢复账户。"))
    if wish.kind == ChangeKind.REOPEN and wish.person.is_active:
        raise WrongRights(_("该账户正在使用，不需要恢复。"))
    if wish.person.is_read_only:
        raise WrongRights(_("检查账户的权限随检查任务确定，不在这里变更。"))
    return before, wish.rights.spelled()


def _newcomer(wish: Wish) -> dict[str, Any]:
    if wish.rights is None or not wish.username or not wish.name:
        raise WrongRights(_("请写明用户名、姓名和所申请的权限。"))
    if User.objects.filter(username__iexact=wish.username).exists():
        raise WrongRights(_("用户名“%(name)s”已被使用。") % {"name": wish.username})
    return wish.rights.spelled()


def _waiting(actor: Actor, change: RightsChange, *, at: datetime) -> RightsChange:
    """The request, locked so that of two who decide one wins. Raises NotWaiting, Refused."""
    row = RightsChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
    if row.state != ChangeState.WAITING:
        raise NotWaiting(_("这项申请已是“%(state)s”。") % {"state": row.get_state_display()})
    if row.expires_at <= at:
        raise NotWaiting(_("这项申请已过期，请重新申请。"))
    if not permissions.may_decide_change(actor, row):
        raise Refused(_("须由申请人和当事人以外的人审批。"))
    if row.person_id is not None:
        _locked_person(row)
    return row


def _locked_person(change: RightsChange) -> User:
    person = User.objects.select_for_update(of=("self",)).get(pk=change.person_id or 0)
    change.person = person
    return person


def _decided(row: RightsChange, state: ChangeState, *, actor: Actor, at: datetime, note: str) -> None:
    row.state, row.decided_at, row.note = state, at, note
    row.decided_by = User.objects.get(pk=actor.user_id or 0)
    row.save(update_fields=["state", "decided_at", "note", "decided_by"])


def _whom(change: RightsChange) -> dict[str, Any]:
    """Whom a request is about, as the ledger says it."""
    return {"kind": str(change.kind), "about": change.about}


def _told(rights: Mapping[str, Any]) -> dict[str, Any]:
    """The same for the ledger, which names units by their code."""
    codes = dict(
        Unit.objects.filter(pk__in=[rights.get("unit"), rights.get("parent")]).values_list("pk", "code")
    )
    return {
        name: codes.get(value, value) if name in {"unit", "parent"} else value
        for name, value in rights.items()
    }
