"""Who looks after whom (管户)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from vouch.parties import permissions
from vouch.parties.models import Assignment, Party
from vouch.platform.identity.actions import take_part
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.identity.terms import Office
from vouch.platform.ledger.action import Entry, action


class WrongDays(ValueError):
    """The days do not follow on one another; ``str()`` is the Chinese message."""


@dataclass(frozen=True, slots=True)
class Duty:
    """Unit, manager (A角) and second manager (B角), from a day on."""

    unit: Unit
    starts_on: date
    manager: User | None = None
    second_manager: User | None = None


@action("parties.assignment.made", may=permissions.may_assign)
def assign_party(entry: Entry, *, actor: Actor, at: datetime, party: Party, duty: Duty) -> Assignment:
    """Hand the party over; the present assignment ends on the day on which the new one starts. Raises WrongDays."""
    if duty.manager is not None and duty.manager == duty.second_manager:
        raise WrongDays(_("A角和B角不能是同一人。"))
    take_part(actor=actor, matter=("party", str(party.pk)), office=Office.FRONT, at=at)
    Party.objects.select_for_update().get(pk=party.pk)
    present = Assignment.objects.filter(party=party, ends_on=None).first()
    before = None
    if present:
        same = (present.unit_id, present.manager_id, present.second_manager_id) == (
            duty.unit.pk,
            duty.manager and duty.manager.pk,
            duty.second_manager and duty.second_manager.pk,
        )
        if same:
            entry.nothing()
            return present
        if duty.starts_on < present.starts_on:
            raise WrongDays(_("新的管户不能早于现管户的起始日期 %(day)s。") % {"day": present.starts_on})
        present.ends_on = duty.starts_on
        present.save(update_fields=["ends_on"])
        before = _shown(present)
    made = Assignment.objects.create(
        party=party,
        unit=duty.unit,
        manager=duty.manager,
        second_manager=duty.second_manager,
        starts_on=duty.starts_on,
    )
    entry.about("party", party.pk, before=before, after=_shown(made))
    return made


@action("parties.assignment.ended", may=permissions.may_assign)
def end_assignment(entry: Entry, *, actor: Actor, at: datetime, party: Party, ends_on: date) -> None:
    """End the present assignment; from then on only those who see all customers see this one. Raises WrongDays."""
    take_part(actor=actor, matter=("party", str(party.pk)), office=Office.FRONT, at=at)
    Party.objects.select_for_update().get(pk=party.pk)
    present = Assignment.objects.filter(party=party, ends_on=None).first()
    if present is None:
        entry.nothing()
        return
    if ends_on < present.starts_on:
        raise WrongDays(_("终止日期不能早于起始日期 %(day)s。") % {"day": present.starts_on})
    before = _shown(present)
    present.ends_on = ends_on
    present.save(update_fields=["ends_on"])
    entry.about("party", party.pk, before=before, after=_shown(present))


def _shown(assignment: Assignment) -> dict[str, object]:
    return {
        "unit": assignment.unit.code,
        "manager": assignment.manager.username if assignment.manager else None,
        "second_manager": assignment.second_manager.username if assignment.second_manager else None,
        "starts_on": str(assignment.starts_on),
        "ends_on": str(assignment.ends_on) if assignment.ends_on else None,
    }
