"""Organisations by hand: registered, corrected, closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.parties import permissions
from vouch.parties.actions.edge_lines import EdgeLine
from vouch.parties.actions.edges import write_edges
from vouch.parties.actions.enrolment import CodeKey, customer_number, index_party, kind_of, shown
from vouch.parties.actions.history import Change, keep_former
from vouch.parties.actions.naming import Welcome
from vouch.parties.actions.reading import PROFILE_FIELDS, EnterpriseDetails
from vouch.parties.models import Assignment, Enterprise, Identifier, Party
from vouch.parties.terms import NATURAL_PERSONS, TRANSITIONS, ChangeNature, PartyStatus
from vouch.platform.identity.actions import take_part
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.identity.terms import Office
from vouch.platform.ledger.action import Entry, action


class AlreadyKnown(ValueError):
    """Another party goes by this code already; ``str()`` is the Chinese message."""


@dataclass(frozen=True, slots=True)
class Registration:
    """A new organisation: what it is, its codes, who looks after it, and the lines that are known from the start.

    Without a ``kind`` (PartyKind) its code and its legal form say it.
    """

    details: EnterpriseDetails
    codes: Sequence[CodeKey] = ()
    manager: User | None = None
    second_manager: User | None = None
    kind: str = ""
    lines: Sequence[EdgeLine] = ()


@action("parties.enterprise.registered", may=permissions.may_register)
def register_enterprise(
    entry: Entry, *, actor: Actor, at: datetime, unit: Unit, registration: Registration
) -> Party:
    """Register one organisation and assign it to the unit.

    Raises AlreadyKnown, and for its lines what ``add_edges`` raises.
    """
    details = registration.details
    for code in registration.codes:
        _refuse_known(code)
    kind = registration.kind or kind_of(registration.codes, details.legal_form)
    party = Party.objects.create(kind=kind, name=details.name, number="", created_at=at)
    party.number = customer_number(party.pk)
    party.save(update_fields=["number"])
    take_part(actor=actor, matter=("party", str(party.pk)), office=Office.FRONT, at=at)
    profile = {name: getattr(details, name) for name in PROFILE_FIELDS}
    Enterprise.objects.create(party=party, updated_at=at, **profile)
    for kind, source, value in registration.codes:
        Identifier.objects.create(party=party, kind=kind, source=source, value=value)
    index_party(party)
    Assignment.objects.create(
        party=party,
        unit=unit,
        manager=registration.manager,
        second_manager=registration.second_manager,
        starts_on=timezone.localdate(at),
    )
    welcome = Welcome(unit, registration.manager, registration.second_manager)
    written = write_edges(party, registration.lines, welcome=welcome, actor=actor, at=at)
    after = {name: shown(value) for name, value in asdict(details).items() if value not in {None, ""}}
    after["codes"] = [value for _kind, _source, value in registration.codes]
    after["unit"], after["kind"] = unit.code, str(kind)
    entry.about("party", party.pk, after={**after, **written.told})
    written.protect(entry, party, at=at)
    return party


@action("parties.enterprise.corrected", may=permissions.may_correct)
def correct_enterprise(
    entry: Entry,
    *,
    actor: Actor,
    at: datetime,
    party: Party,
    details: EnterpriseDetails,
    reason: str,
    change: Change | None = None,
) -> Party:
    """Replace the particulars by those given, empty ones included; what they were until now is kept."""
    take_part(actor=actor, matter=("party", str(party.pk)), office=Office.FRONT, at=at)
    locked = Party.objects.select_for_update(of=("self",)).select_related("enterprise").get(pk=party.pk)
    former: dict[str, Any] = {}
    for name in ("name", *PROFILE_FIELDS):
        holder = locked if name == "name" else locked.enterprise
        old, new = getattr(holder, name), getattr(details, name)
        if old != new:
            former[name] = old
            setattr(holder, name, new)
    if not former:
        entry.nothing()
        return locked
    keep_former(locked, former, change=replace(change or Change(), reason=reason), actor=actor, at=at)
    locked.enterprise.updated_at = at
    locked.enterprise.save()
    index_party(locked)
    before = {name: shown(value) for name, value in former.items()}
    after = {name: shown(getattr(details, name)) for name in former}
    entry.about("party", locked.pk, before=before, after=after)
    entry.purpose(reason)
    return locked


@action("parties.kind.corrected", may=permissions.may_correct)
def correct_kind(entry: Entry, *, actor: Actor, at: datetime, party: Party, kind: str, reason: str) -> None:
    """It is another kind of organisation than was thought, or a person turns out to be a farmer, and back.

    Raises ValueError between organisations and natural persons.
    """
    take_part(actor=actor, matter=("party", str(party.pk)), office=Office.FRONT, at=at)
    locked = Party.objects.select_for_update().get(pk=party.pk)
    if locked.kind == kind:
        entry.nothing()
        return
    if (locked.kind in NATURAL_PERSONS) != (kind in NATURAL_PERSONS):
        raise ValueError(_("企业和个人不能互相更改，请另行建档。"))
    keep_former(locked, {"kind": locked.kind}, change=Change(reason=reason), actor=actor, at=at)
    entry.about("party", locked.pk, before={"kind": locked.kind}, after={"kind": str(kind)})
    entry.purpose(reason)
    locked.kind = kind
    locked.save(update_fields=["kind"])


@action("parties.identifier.added", may=permissions.may_correct)
def add_identifier(entry: Entry, *, actor: Actor, at: datetime, party: Party, code: CodeKey) -> Identifier:
    """Note a further code that the party goes by. Raises AlreadyKnown."""
    take_part(actor=actor, matter=("party", str(party.pk)), office=Office.FRONT, at=at)
    _refuse_known(code)
    kind, source, value = code
    identifier = Identifier.objects.create(party=party, kind=kind, source=source, value=value)
    index_party(party)
    entry.about("party", party.pk, after={"code": value, "kind": kind, "source": source})
    return identifier


@action("parties.party.status_changed", may=permissions.may_correct)
def change_status(
    entry: Entry, *, actor: Actor, at: datetime, party: Party, status: PartyStatus, reason: str
) -> None:
    """Close a customer, or open them again. Raises ValueError where the state does not allow it."""
    take_part(actor=actor, matter=("party", str(party.pk)), office=Office.FRONT, at=at)
    locked = Party.objects.select_for_update().get(pk=party.pk)
    if status not in TRANSITIONS[locked.status]:
        raise ValueError(_("客户现在的状态不允许此操作。"))
    entry.about("party", locked.pk, before={"status": locked.status}, after={"status": str(status)})
    entry.purpose(reason)
    change = Change(ChangeNature.CHANGE, reason=reason)
    keep_former(locked, {"status": locked.status}, change=change, actor=actor, at=at)
    locked.status = status
    locked.save(update_fields=["status"])


def _refuse_known(code: CodeKey) -> None:
    kind, source, value = code
    known = Identifier.objects.filter(kind=kind, source=source, value=value).select_related("party").first()
    if known:
        raise AlreadyKnown(
            _("代码“%(code)s”已属于客户 %(number)s。") % {"code": value, "number": known.party.number}
        )
