"""Errands: ordered one by one or for all gaps, closed by hand or when the material is there, reminded of once a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.customers import permissions
from vouch.customers.actions.materials import WrongMaterial
from vouch.customers.actions.notices import NotNow
from vouch.customers.models import Errand
from vouch.customers.queries.errands import fetchers_of
from vouch.customers.queries.gaps import Standing, gaps_of, standings_of, summaries_of
from vouch.customers.queries.requirements import requirements
from vouch.customers.terms import ErrandState
from vouch.engine.identifiers import holds_protected
from vouch.parties import queries as parties
from vouch.parties.models import Assignment, Party
from vouch.platform.courier.actions import notify
from vouch.platform.identity.actions import take_part
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import User
from vouch.platform.identity.queries import actor_of
from vouch.platform.ledger.action import Entry, action

DUE, LACKING = "customers.errands_due", "customers.files_incomplete"
"""Names of the messages."""
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class ErrandDetails:
    """What is to be got, by whom, until when, and why. ``item`` names a requirement; without one ``title`` says it."""

    assignee: User
    due_on: date
    _: KW_ONLY
    item: str = ""
    title: str = ""
    reason: str = ""


@action("customers.errand.ordered", may=permissions.may_order_errand)
def order_errand(entry: Entry, *, actor: Actor, at: datetime, party: Party, details: ErrandDetails) -> Errand:
    """Send somebody for one thing. Raises WrongMaterial (names the field), NotNow, Refused."""
    title = details.title
    if details.item:
        known = requirements().named(details.item)
        if known is None:
            raise WrongMaterial("item", _("资料要求里没有这一项。"))
        if not any(gap.requirement.name == details.item for gap in gaps_of(party, at=at, product="")):
            _check_other_products(party, details.item, at=at)
        title = known.title
    if not title.strip():
        raise WrongMaterial("title", _("请选择所补资料，或写明要补什么。"))
    for field, text in (("title", title), ("reason", details.reason)):
        if holds_protected(text):
            raise WrongMaterial(field, _("不要在这里填写证件号码、电话或账号；这段文字不加密。"))
    if details.due_on < timezone.localdate(at):
        raise WrongMaterial("due_on", _("期限不能早于今天。"))
    if not parties.visible_to(actor_of(details.assignee, at=at)).filter(pk=party.pk).exists():
        raise WrongMaterial("assignee", _("%s看不到这个客户，不能补资料。") % details.assignee.name)
    _take_part(actor, party, at)
    if details.item and _is_ordered(party, details.item):
        raise NotNow(_("“%s”已有待补任务。") % title)
    errand = Errand.objects.create(
        party=party,
        item=details.item,
        title=title,
        reason=details.reason,
        assignee=details.assignee,
        due_on=details.due_on,
        ordered_by_id=actor.user_id,
        ordered_at=at,
    )
    entry.about("errand", errand.pk, after={**_told(errand), "party": party.number})
    return errand


@action("customers.errands.ordered", may=permissions.may_order_errand)
def order_errands(
    entry: Entry, *, actor: Actor, at: datetime, party: Party, product: str = ""
) -> list[Errand]:
    """Send for everything that the file lacks and nobody was sent for yet: each to whom it belongs, each by its day.

    Raises NotNow where nobody looks after the customer, Refused.
    """
    _take_part(actor, party, at)
    people = fetchers_of(party)
    ordered = set(Errand.objects.filter(party=party, state=ErrandState.OPEN).values_list("item", flat=True))
    gaps = [gap for gap in gaps_of(party, at=at, product=product) if gap.requirement.name not in ordered]
    if gaps and None in {people[gap.requirement.who] for gap in gaps}:
        raise NotNow(_("该客户没有管户经理，请先指定管户，或逐项选择补充人。"))
    made = Errand.objects.bulk_create(_errand(party, gap, people, actor, at) for gap in gaps)
    if not made:
        entry.nothing()
        return []
    rows = [f"{one.pk} {one.item} {one.assignee_id} {one.due_on}".encode() for one in made]
    entry.bulk("party", party.pk, rows=rows)
    return made


def _errand(
    party: Party, gap: Standing, people: dict[str, User | None], actor: Actor, at: datetime
) -> Errand:
    return Errand(
        party=party,
        item=gap.requirement.name,
        title=gap.requirement.title,
        assignee=people[gap.requirement.who],
        due_on=gap.due_on,
        ordered_by_id=actor.user_id,
        ordered_at=at,
    )


@action("customers.errand.closed", may=permissions.may_close_errand)
def close_errand(
    entry: Entry, *, actor: Actor, at: datetime, errand: Errand, state: str, outcome: str
) -> Errand:
    """Close an errand by hand: done, or cancelled. Raises WrongMaterial, NotNow, Refused."""
    held = Errand.objects.select_for_update(of=("self",)).select_related("party").get(pk=errand.pk)
    if not held.is_open:
        raise NotNow(_("该任务已经了结。"))
    if holds_protected(outcome):
        raise WrongMaterial("outcome", _("不要在这里填写证件号码、电话或账号；这段文字不加密。"))
    _take_part(actor, held.party, at)
    before = {"state": held.state}
    held.state, held.outcome, held.closed_at, held.closed_by_id = state, outcome, at, actor.user_id
    held.save(update_fields=["state", "outcome", "closed_at", "closed_by"])
    entry.about("errand", held.pk, before=before, after={"state": held.state})
    entry.purpose(outcome)
    return held


@action("customers.errand.moved", may=permissions.may_close_errand)
def move_errand(
    entry: Entry, *, actor: Actor, at: datetime, errand: Errand, assignee: User, due_on: date
) -> Errand:
    """Give an errand to somebody else, or until another day. Raises WrongMaterial, NotNow, Refused."""
    held = Errand.objects.select_for_update(of=("self",)).select_related("party").get(pk=errand.pk)
    if not held.is_open:
        raise NotNow(_("该任务已经了结。"))
    if due_on < timezone.localdate(at):
        raise WrongMaterial("due_on", _("期限不能早于今天。"))
    if not parties.visible_to(actor_of(assignee, at=at)).filter(pk=held.party_id).exists():
        raise WrongMaterial("assignee", _("%s看不到这个客户，不能补资料。") % assignee.name)
    _take_part(actor, held.party, at)
    before = _told(held)
    held.assignee, held.due_on, held.reminded_on = assignee, due_on, None
    held.save(update_fields=["assignee", "due_on", "reminded_on"])
    entry.about("errand", held.pk, before=before, after=_told(held))
    return held


@action("customers.errands.settled", may=permissions.may_keep_errands)
def settle_errands(
    entry: Entry, *, actor: Actor, at: datetime, party_ids: Sequence[int] | None = None
) -> int:
    """Close the errands whose material is there, of these parties or of all; give how many."""
    found = Errand.objects.select_for_update(skip_locked=True).filter(state=ErrandState.OPEN).exclude(item="")
    if party_ids is not None:
        found = found.filter(party__in=party_ids)
    waiting = list(found.order_by("pk"))
    met = _met({one.party_id for one in waiting}, at=at)
    done = [one for one in waiting if (one.party_id, one.item) in met]
    if not done:
        entry.nothing()
        return 0
    Errand.objects.filter(pk__in=[one.pk for one in done]).update(
        state=ErrandState.DONE, closed_at=at, outcome=_("资料已补齐，自动了结")
    )
    entry.bulk("errands", timezone.localdate(at).isoformat(), rows=[f"{one.pk}".encode() for one in done])
    return len(done)


@action("customers.errands.reminded", may=permissions.may_keep_errands)
def remind_of_errands(entry: Entry, *, actor: Actor, at: datetime) -> int:
    """Tell everybody what is due today or was earlier, each person once a day; give how many were told."""
    today = timezone.localdate(at)
    due = Errand.objects.select_for_update(skip_locked=True).filter(
        Q(reminded_on=None) | Q(reminded_on__lt=today), state=ErrandState.OPEN, due_on__lte=today
    )
    rows = list(due.order_by("assignee", "due_on", "pk"))
    if not rows:
        entry.nothing()
        return 0
    theirs: dict[int, list[Errand]] = {}
    for row in rows:
        theirs.setdefault(row.assignee_id, []).append(row)
    for assignee_id, errands in theirs.items():
        late = sum(one.due_on < today for one in errands)
        notify(
            at=at,
            recipients=[assignee_id],
            template=DUE,
            stable_id=f"errands:{assignee_id}:{today}",
            subject=("errands", "mine"),
            values={"count": str(len(errands)), "late": str(late), "first": str(errands[0].due_on)},
        )
    Errand.objects.filter(pk__in=[row.pk for row in rows]).update(reminded_on=today)
    entry.bulk("errands", today.isoformat(), rows=[f"{row.pk}".encode() for row in rows])
    return len(theirs)


@action("customers.managers.reminded", may=permissions.may_remind)
def remind_managers(entry: Entry, *, actor: Actor, at: datetime, party_ids: Sequence[int]) -> int:
    """Tell the A角 of these customers that their files are not complete, each once a day; give how many were told.

    Customers that the actor does not see, and complete files, are left out.
    """
    seen = parties.visible_to(actor).filter(pk__in=list(party_ids)).values_list("pk", flat=True)
    today = timezone.localdate(at)
    lacking = [one.party_id for one in summaries_of(list(seen), as_of=today, at=at) if one.met < one.total]
    held = Assignment.objects.filter(party__in=lacking, ends_on=None, manager__isnull=False)
    counts: dict[int, int] = {}
    for manager_id in held.values_list("manager_id", flat=True):
        if manager_id is not None:
            counts[manager_id] = counts.get(manager_id, 0) + 1
    told = sum(
        notify(
            at=at,
            recipients=[manager_id],
            template=LACKING,
            stable_id=f"lacking:{actor.user_id or 0}:{manager_id}:{today}",
            subject=("lacking", "mine"),
            values={"count": str(count), "who": actor.label},
        )
        for manager_id, count in sorted(counts.items())
    )
    if not told:
        entry.nothing()
        return 0
    entry.bulk(
        "errands", today.isoformat(), rows=[f"{pk}".encode() for pk in sorted(lacking)], recipients=told
    )
    return told


def _met(party_ids: set[int], *, at: datetime) -> set[tuple[int, str]]:
    """Party and requirement of everything that is there, for any of the products."""
    if not party_ids:
        return set()
    wanted = requirements()
    return {
        (party_id, one.requirement.name)
        for product in wanted.products
        for party_id, standings in standings_of(
            sorted(party_ids), as_of=timezone.localdate(at), at=at, product=product
        ).items()
        for one in standings
        if one.is_met
    }


def _check_other_products(party: Party, item: str, *, at: datetime) -> None:
    """An item may be asked for another product than the usual one; where it is met, or never asked, nobody is sent."""
    for product in requirements().products:
        if any(gap.requirement.name == item for gap in gaps_of(party, at=at, product=product)):
            return
    raise WrongMaterial("item", _("这一项已经齐全，或这类客户不需要。"))


def _is_ordered(party: Party, item: str) -> bool:
    return Errand.objects.filter(party=party, item=item, state=ErrandState.OPEN).exists()


def _take_part(actor: Actor, party: Party, at: datetime) -> None:
    take_part(actor=actor, matter=("party", str(party.pk)), office=permissions.office_of(actor), at=at)


def _told(errand: Errand) -> dict[str, object]:
    return {"title": errand.title, "assignee": errand.assignee.username, "due_on": errand.due_on}
