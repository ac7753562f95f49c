"""Working lists kept, and customers given to somebody many at once, with a way back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import orjson
from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.parties import permissions
from vouch.parties.actions.hand_over import refuse_foreign
from vouch.parties.models import Assignment, BulkAssignment, WorkingList
from vouch.parties.queries.working import Given, chosen_parties, people_of, present_duties
from vouch.platform.identity.actions import take_parts
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import User
from vouch.platform.identity.terms import Office
from vouch.platform.ledger.action import Entry, Refused, action

MOST = 5000
"""Customers that are given in one go."""


class WrongList(ValueError):
    """The list cannot be kept so, or customers not given so; ``str()`` is the Chinese message."""


@action("parties.working_list.saved", may=permissions.may_keep_working_lists)
def save_working_list(
    entry: Entry, *, actor: Actor, at: datetime, name: str, query: str, is_shared: bool
) -> WorkingList:
    """Keep the list's filter under a name; the same name of one's own is replaced."""
    user = User.objects.get(pk=actor.user_id or 0)
    found, _is_new = WorkingList.objects.update_or_create(
        owner=user, name=name,
        defaults={"query": query, "unit_id": user.unit_id if is_shared else None, "saved_at": at},
    )  # fmt: skip
    entry.about("working_list", found.pk, after={"name": name, "is_shared": is_shared})
    return found


@action("parties.working_list.renamed", may=permissions.may_change_working_list)
def rename_working_list(
    entry: Entry, *, actor: Actor, at: datetime, working_list: WorkingList, name: str, is_shared: bool
) -> None:
    """Another name, or for others too. Raises WrongList where one of one's own has that name."""
    held = WorkingList.objects.select_for_update(of=("self",)).select_related("owner").get(pk=working_list.pk)
    if WorkingList.objects.filter(owner=held.owner, name=name).exclude(pk=held.pk).exists():
        raise WrongList(_("您已有名称为“%s”的清单。") % name)
    unit_id = held.owner.unit_id if is_shared else None
    if (held.name, held.unit_id) == (name, unit_id):
        entry.nothing()
        return
    entry.about(
        "working_list", held.pk, before={"name": held.name}, after={"name": name, "is_shared": is_shared}
    )
    held.name, held.unit_id = name, unit_id
    held.save(update_fields=["name", "unit"])


@action("parties.working_list.removed", may=permissions.may_change_working_list)
def remove_working_list(entry: Entry, *, actor: Actor, at: datetime, working_list: WorkingList) -> None:
    """Keep it no longer."""
    entry.about("working_list", working_list.pk, before={"name": working_list.name})
    WorkingList.objects.filter(pk=working_list.pk).delete()


@action("parties.customers.assigned", may=permissions.may_hand_over_customers)
def assign_customers(
    entry: Entry, *, actor: Actor, at: datetime, pks: Sequence[int], given: Given
) -> BulkAssignment | None:
    """Give these customers to a unit and to people from today on, all or none; None where nothing changes.

    Raises WrongList for none, for too many and for those without a unit, Refused where one of them is not the
    actor's to give.
    """
    if not pks:
        raise WrongList(_("没有选中客户。"))
    if len(pks) > MOST:
        raise WrongList(_("一次最多分派 %d 户，请先缩小筛选范围。") % MOST)
    wanted = chosen_parties(actor, pks)
    if len(wanted) != len(set(pks)):
        raise Refused(_("其中 %d 户不在您的数据范围内，或已并入其他客户。") % (len(set(pks)) - len(wanted)))
    refuse_foreign(actor, wanted)
    if given.manager is not None and given.manager == given.second_manager:
        raise WrongList(_("A角和B角不能是同一人。"))
    list(Assignment.objects.select_for_update().filter(ends_on=None, party__in=wanted).order_by("pk"))
    present = present_duties(wanted)
    after = {pk: given.of(present.get(pk)) for pk in wanted}
    homeless = [pk for pk in wanted if after[pk][0] is None]
    if homeless:
        raise WrongList(_("其中 %d 户还没有管户机构，请选择机构。") % len(homeless))
    changing = [pk for pk in wanted if pk not in present or after[pk] != people_of(present[pk])]
    if not changing:
        entry.nothing()
        return None
    made = _begin(changing, present, after, today=timezone.localdate(at))
    take_parts(actor=actor, kind="party", ids=changing, office=Office.FRONT, at=at)
    lines = [
        [row.party_id, present[row.party_id].pk if row.party_id in present else None, row.pk] for row in made
    ]
    kept = BulkAssignment.objects.create(made_at=at, made_by_id=actor.user_id, count=len(lines), lines=lines)
    entry.bulk("bulk_assignment", kept.pk, rows=map(_leaf, made))
    return kept


@action("parties.customers.assignment_undone", may=permissions.may_undo_bulk_assignment)
def undo_bulk_assignment(entry: Entry, *, actor: Actor, at: datetime, made: BulkAssignment) -> int:
    """Give the customers back to whom they were with before; return how many. Both assignments stay in the history.

    Who was given to somebody else since stays there. Raises WrongList where it was undone before.
    """
    held = BulkAssignment.objects.select_for_update(of=("self",)).get(pk=made.pk)
    if held.undone_at is not None:
        raise WrongList(_("这次分派已经撤销。"))
    lines = {party: (before, now) for party, before, now in held.lines}
    rows = Assignment.objects.select_for_update().filter(
        ends_on=None, pk__in=[now for _b, now in lines.values()]
    )
    present = {row.party_id: row for row in rows}
    refuse_foreign(actor, sorted(present))
    former = Assignment.objects.in_bulk(
        [before for pk, (before, _n) in lines.items() if pk in present and before]
    )
    today = timezone.localdate(at)
    after = {pk: people_of(former[lines[pk][0]]) for pk in present if lines[pk][0] in former}
    back = _begin(sorted(present), present, after, today=today)
    take_parts(actor=actor, kind="party", ids=sorted(present), office=Office.FRONT, at=at)
    held.undone_at, held.undone_by = at, actor.label
    held.save(update_fields=["undone_at", "undone_by"])
    entry.bulk("bulk_assignment", held.pk, rows=map(_leaf, back), kept_since=len(lines) - len(present))
    return len(present)


Duties = dict[int, tuple[int | None, int | None, int | None]]


def _begin(
    pks: Sequence[int], present: dict[int, Assignment], after: Duties, *, today: date
) -> list[Assignment]:
    """End what is now and begin what comes; a customer without an ``after`` is in nobody's hands then."""
    starts = {pk: max(today, present[pk].starts_on) if pk in present else today for pk in pks}
    ended = [present[pk] for pk in pks if pk in present]
    for row in ended:
        row.ends_on = starts[row.party_id]
    Assignment.objects.bulk_update(ended, ["ends_on"], batch_size=1000)
    return Assignment.objects.bulk_create(
        [
            Assignment(
                party_id=pk,
                unit_id=after[pk][0] or 0,
                manager_id=after[pk][1],
                second_manager_id=after[pk][2],
                starts_on=starts[pk],
            )
            for pk in pks
            if pk in after
        ],
        batch_size=1000,
    )


def _leaf(row: Assignment) -> bytes:
    return orjson.dumps(
        [row.party_id, row.unit_id, row.manager_id, row.second_manager_id, str(row.starts_on)]
    )
