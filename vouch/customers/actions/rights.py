"""Requests of persons: received, the person verified, taken up, prolonged, answered or refused."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.customers import permissions
from vouch.customers.actions.notices import NotNow
from vouch.customers.models import RightsClock, RightsRequest
from vouch.customers.queries.rights import clock_of, due_on, open_request
from vouch.customers.terms import (
    CLOCKS,
    REQUEST_TRANSITIONS,
    REVIEW_OUTCOMES,
    Outcome,
    RequestKind,
    RequestState,
)
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, action
from vouch.platform.vault.actions import ensure_key, number_row
from vouch.platform.vault.fields import place_of
from vouch.platform.vault.queries import key_of
from vouch.platform.vault.terms import Subject

DAYS_AT_MOST = 60


@dataclass(frozen=True, slots=True)
class RequestDetails:
    """What somebody asked for. ``matter`` names the decision that an explanation is about, e.g. ``assessment:12``."""

    _: KW_ONLY
    kind: str
    channel: str
    detail: str = ""
    matter: str = ""


@action("customers.request.received", may=permissions.may_receive_request)
def receive_request(
    entry: Entry, *, actor: Actor, at: datetime, party: Party, details: RequestDetails
) -> RightsRequest:
    """Take a request; its clock begins. Raises NotNow where the same is under way, KeyDestroyed for one erased."""
    Party.objects.select_for_update(no_key=True).get(pk=party.pk)
    waiting = open_request(party.pk, details.kind)
    if waiting is not None:
        raise NotNow(_("同类请求 %(number)s 正在办理，请在其中补充。") % {"number": waiting.number})
    clock = clock_of(details.kind)
    request = RightsRequest(
        party=party,
        kind=details.kind,
        channel=details.channel,
        received_at=at,
        due_on=due_on(clock, at),
        clock_days=clock.days,
        clock_unit=clock.unit,
        clock_source=clock.source,
        is_law_clock=clock.is_law,
        matter=details.matter,
    )
    number_row(request)
    key = ensure_key(Subject("party", str(party.pk)), at=at)
    request.detail = key.seal(details.detail, place=place_of(request, "detail"))
    request.save(force_insert=True)
    after = {"party": party.number, "kind": details.kind, "due_on": request.due_on, "clock": clock.source}
    entry.about("rights_request", request.pk, after=after)
    return request


def locked(request: RightsRequest) -> RightsRequest:
    """The request as it is now, held until the transaction ends; for use inside an action."""
    found = RightsRequest.objects.select_for_update(of=("self",)).select_related(
        "party", "package", "handler__unit"
    )
    return found.get(pk=request.pk)


def check_move(request: RightsRequest, state: RequestState) -> None:
    """Raises NotNow where the state machine does not lead there."""
    if state not in REQUEST_TRANSITIONS[request.state]:
        raise NotNow(
            _("请求 %(number)s 现为“%(state)s”，不能改为“%(wanted)s”。")
            % {"number": request.number, "state": request.get_state_display(), "wanted": state.label}
        )


def _move(entry: Entry, request: RightsRequest, state: RequestState, **more: Any) -> None:
    before = {"state": str(request.state)}
    request.state = state
    request.save()
    entry.about("rights_request", request.pk, before=before, after={"state": str(state), **more})


@action("customers.request.verified", may=permissions.may_handle_request)
def verify_requester(
    entry: Entry, *, actor: Actor, at: datetime, request: RightsRequest, how: str
) -> RightsRequest:
    """Say how it was made sure that the request comes from the person. Raises NotNow."""
    held = locked(request)
    check_move(held, RequestState.VERIFIED)
    held.verified_at, held.verified_how = at, how
    _move(entry, held, RequestState.VERIFIED)
    return held


@action("customers.request.taken_up", may=permissions.may_handle_request)
def take_up(entry: Entry, *, actor: Actor, at: datetime, request: RightsRequest) -> RightsRequest:
    """Become its handler. Raises NotNow."""
    held = locked(request)
    check_move(held, RequestState.IN_PROGRESS)
    held.handler_id = actor.user_id
    _move(entry, held, RequestState.IN_PROGRESS, handler=actor.label)
    return held


@action("customers.request.extended", may=permissions.may_answer_request)
def extend_request(
    entry: Entry, *, actor: Actor, at: datetime, request: RightsRequest, until: date, reason: str
) -> RightsRequest:
    """Prolong it once, with the reason that the person is told. Raises NotNow."""
    held = locked(request)
    if not held.is_open:
        raise NotNow(_("请求已经办结。"))
    if held.is_law_clock:
        raise NotNow(_("%(source)s是法定期限，不能延长。") % {"source": held.clock_source})
    if held.extended_from is not None:
        raise NotNow(_("请求已经延期过一次。"))
    if not held.due_on < until or (until - timezone.localdate(at)).days > DAYS_AT_MOST:
        raise NotNow(_("新期限须晚于原期限，且不超过今天起 %(days)d 日。") % {"days": DAYS_AT_MOST})
    before = {"due_on": held.due_on}
    held.extended_from, held.due_on, held.extension_reason = held.due_on, until, reason
    held.save(update_fields=["extended_from", "due_on", "extension_reason"])
    entry.about("rights_request", held.pk, before=before, after={"due_on": until})
    entry.purpose(reason)
    return held


@action("customers.request.answered", may=permissions.may_answer_request)
def answer_request(
    entry: Entry,
    *,
    actor: Actor,
    at: datetime,
    request: RightsRequest,
    answer: str,
    outcome: str = Outcome.FULFILLED,
) -> RightsRequest:
    """Close it with what the person was told. Raises NotNow."""
    held = locked(request)
    check_move(held, RequestState.ANSWERED)
    if (held.kind == RequestKind.REVIEW) != (outcome in REVIEW_OUTCOMES):
        raise NotNow(_("人工复核须在复核页写明维持还是变更；其他请求没有这两种结果。"))
    _seal_answer(held, answer)
    held.answered_at, held.outcome = at, outcome
    _move(entry, held, RequestState.ANSWERED, outcome=str(outcome))
    return held


@action("customers.request.refused", may=permissions.may_handle_request)
def refuse_request(
    entry: Entry, *, actor: Actor, at: datetime, request: RightsRequest, reason: str, answer: str
) -> RightsRequest:
    """Close it without meeting it; the person is told why (PIPL 50). Raises NotNow."""
    held = locked(request)
    check_move(held, RequestState.REFUSED)
    _seal_answer(held, answer)
    held.answered_at, held.refusal, held.outcome = at, reason, Outcome.REFUSED
    _move(entry, held, RequestState.REFUSED, refusal=reason)
    return held


def _seal_answer(request: RightsRequest, answer: str) -> None:
    key = key_of(Subject("party", str(request.party_id)))
    request.answer = key.seal(answer, place=place_of(request, "answer"))


@action("customers.clock.set", may=permissions.may_set_clocks)
def set_clock(entry: Entry, *, actor: Actor, at: datetime, kind: str, days: int) -> None:
    """Set the institution's own figure; requests under way keep theirs. Raises NotNow for the law's."""
    if CLOCKS[kind].is_law:
        raise NotNow(_("%(source)s是法定期限，不能自行设定。") % {"source": CLOCKS[kind].source})
    if not 1 <= days <= DAYS_AT_MOST:
        raise NotNow(_("天数应在 1 至 %(days)d 之间。") % {"days": DAYS_AT_MOST})
    before = clock_of(kind).days
    if before == days:
        entry.nothing()
        return
    RightsClock.objects.update_or_create(kind=kind, defaults={"days": days, "set_at": at})
    entry.about("rights_clock", kind, before={"days": before}, after={"days": days})
