"""Enterprises by hand: registered, corrected, closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.parties import permissions
from vouch.parties.actions.enrolment import CodeKey, customer_number, index_party, shown
from vouch.parties.actions.reading import PROFILE_FIELDS, EnterpriseDetails
from vouch.parties.models import Assignment, Enterprise, Identifier, Party
from vouch.parties.terms import TRANSITIONS, PartyStatus
from vouch.platform.identity.actions import take_part
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.identity.terms import Office
from vouch.platform.ledger.action import Entry, action


class AlreadyKnown(ValueError):
    """Another party goes by this code already; ``str()`` is the Chinese message."""


@dataclass(frozen=True, slots=True)
class Registration:
    """A new enterprise: what it is, its codes, and who looks after it."""

    details: EnterpriseDetails
    codes: Sequence[CodeKey] = ()
    manager: User | None = None
    second_manager: User | None = None


@action("parties.enterprise.registered", may=permissions.may_register)
def register_enterprise(
    entry: Entry, *, actor: Actor, at: datetime, unit: Unit, registration: Registration
) -> Party:
    """Register one enterprise and assign it to the unit. Raises AlreadyKnown."""
    details = registration.details
    for code in registration.codes:
        _refuse_known(code)
    party = Party.objects.create(name=details.name, number="", created_at=at)
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
    after = {name: shown(value) for name, value in asdict(details).items() if value not in {None, ""}}
    after["codes"] = [value for _kind, _source, value in registration.codes]
    after["unit"] = unit.code
    entry.about("party", party.pk, after=after)
    return party


@action("parties.enterprise.corrected", may=permissions.may_correct)
def correct_enterprise(
    entry: Entry, *, actor: Actor, at: datetime, party: Party, details: EnterpriseDetails, reason: str
) -> Party:
    """Replace the particulars by those given, empty ones included."""
    take_part(actor=actor, matter=("party", str(party.pk)), office=Office.FRONT, at=at)
    locked = Party.objects.select_for_update(of=("self",)).select_related("enterprise").get(pk=party.pk)
    before, after = {}, {}
    for name in ("name", *PROFILE_FIELDS):
        holder = locked if name == "name" else locked.enterprise
        old, new = getattr(holder, name), getattr(details, name)
        if old != new:
            before[name], after[name] = shown(old), shown(new)
            setattr(holder, name, new)
    if not after:
        entry.nothing()
        return locked
    locked.enterprise.updated_at = at
    locked.enterprise.save()
    index_party(locked)
    entry.about("party", locked.pk, before=before, after=after)
    entry.purpose(reason)
    return locked


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
    locked.status = status
    locked.save(update_fields=["status"])


def _refuse_known(code: CodeKey) -> None:
    kind, source, value = code
    known = Identifier.objects.filter(kind=kind, source=source, value=value).select_related("party").first()
    if known:
        raise AlreadyKnown(
            _("代码“%(code)s”已属于客户 %(number)s。") % {"code": value, "number": known.party.number}
        )
