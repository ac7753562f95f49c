"""Inspections by the regulator: opened, approved by a second person, entered once, watched, ended."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.identity.queries import head_office
from vouch.platform.identity.terms import Scope
from vouch.platform.ledger.action import Entry, action
from vouch.platform.operations import permissions
from vouch.platform.operations.models import Inspection
from vouch.platform.operations.queries import is_open
from vouch.platform.operations.terms import INSPECTION_TRANSITIONS, InspectionState
from vouch.platform.vault.actions import store_document
from vouch.platform.vault.terms import Subject

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that look alike on paper."""

LISTED_SUBJECTS = 500
"""An entry names so many subjects; beyond that their number and the digest of them all stand for them."""


class WrongState(ValueError):
    """The inspection's state does not allow it; ``str()`` is the Chinese message."""


@dataclass(frozen=True, slots=True)
class InspectionDetails:
    """What compliance writes down from the regulator's letter."""

    authority: str
    letter_number: str
    inspector: str
    purpose: str
    units: Sequence[Unit]
    period: tuple[date, date]
    field_classes: Sequence[str]
    may_export: bool
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Letter:
    """The regulator's letter as a file."""

    name: str
    media_type: str
    pieces: Iterable[bytes]


@dataclass(frozen=True, slots=True)
class Viewed:
    """One request of the account: without the values that were asked for, which may be protected ones."""

    method: str
    path: str
    parameters: Sequence[str]
    status: int
    subjects: Sequence[tuple[str, str]]
    body: bytes
    is_export: bool


@action("operations.inspection.opened", may=permissions.may_open_inspection)
def open_inspection(
    entry: Entry, *, actor: Actor, at: datetime, details: InspectionDetails, letter: Letter
) -> Inspection:
    """Ask for an inspection's account, with the letter; nothing opens yet."""
    inspection = Inspection.objects.create(
        authority=details.authority,
        letter_number=details.letter_number,
        inspector=details.inspector,
        purpose=details.purpose,
        period_from=details.period[0],
        period_until=details.period[1],
        field_classes=sorted(details.field_classes),
        may_export=details.may_export,
        starts_at=details.starts_at,
        ends_at=details.ends_at,
        opened_by=_person(actor),
        opened_at=at,
    )
    inspection.units.set(details.units)
    subject = Subject("inspection", str(inspection.pk))
    document = store_document(subject, pieces=letter.pieces, media_type=letter.media_type, at=at)
    inspection.letter, inspection.letter_name = document, letter.name[:200]
    inspection.save(update_fields=["letter", "letter_name"])
    after = {
        "authority": inspection.authority,
        "letter_number": inspection.letter_number,
        "inspector": inspection.inspector,
        "units": sorted(unit.code for unit in details.units),
        "period": f"{inspection.period_from} – {inspection.period_until}",
        "field_classes": inspection.field_classes,
        "may_export": inspection.may_export,
        "starts_at": inspection.starts_at.isoformat(),
        "ends_at": inspection.ends_at.isoformat(),
        "letter_sha256": document.sha256,
    }
    entry.about("inspection", inspection.pk, after=after)
    entry.purpose(details.purpose)
    return inspection


@action("operations.inspection.approved", may=permissions.may_decide_inspection)
def approve_inspection(entry: Entry, *, actor: Actor, at: datetime, inspection: Inspection) -> None:
    """Open the account, still without a password. Raises WrongState."""
    locked = _moved(inspection, InspectionState.APPROVED)
    if locked.ends_at <= at:
        raise WrongState(_("检查时间已过，请重新申请。"))
    account = User(
        username=f"jc{locked.pk:04d}",
        name=locked.inspector,
        unit=head_office(),
        roles=[],
        # Whoever takes the account for an ordinary one finds that it sees nobody.
        scope=Scope.OWN,
        is_read_only=True,
        joined_at=at,
    )
    account.set_unusable_password()
    account.save(force_insert=True)
    locked.account, locked.decided_by, locked.decided_at = account, _person(actor), at
    locked.save(update_fields=["state", "account", "decided_by", "decided_at"])
    entry.about("inspection", locked.pk, after={"state": locked.state, "username": account.username})


@action("operations.inspection.declined", may=permissions.may_decide_inspection)
def decline_inspection(
    entry: Entry, *, actor: Actor, at: datetime, inspection: Inspection, reason: str
) -> None:
    """Say no, and why. Raises WrongState."""
    locked = _moved(inspection, InspectionState.DECLINED)
    locked.decided_by, locked.decided_at = _person(actor), at
    locked.save(update_fields=["state", "decided_by", "decided_at"])
    entry.about("inspection", locked.pk, after={"state": locked.state})
    entry.purpose(reason)


@action("operations.inspection.password_issued", may=permissions.may_open_inspection)
def issue_password(entry: Entry, *, actor: Actor, at: datetime, inspection: Inspection) -> str:
    """A password for one sign-in, returned once; whoever is signed in with an earlier one is out. Raises WrongState."""
    locked = _locked(inspection)
    if locked.state != InspectionState.APPROVED or locked.ends_at <= at or locked.account is None:
        raise WrongState(_("检查尚未批准，或已经结束。"))
    password = "-".join("".join(secrets.choice(LETTERS) for _place in range(4)) for _group in range(4))
    account = locked.account
    account.set_password(password)
    account.save(update_fields=["password"])
    locked.session_mark = ""
    locked.save(update_fields=["session_mark"])
    entry.about("inspection", locked.pk, after={"username": account.username})
    return password


@action("operations.inspection.ended", may=permissions.may_end_inspection)
def end_inspection(entry: Entry, *, actor: Actor, at: datetime, inspection: Inspection, reason: str) -> None:
    """End it before its time; the account's next request is refused. Raises WrongState."""
    locked = _moved(inspection, InspectionState.ENDED)
    locked.ended_by, locked.ended_at = actor.label, at
    locked.save(update_fields=["state", "ended_by", "ended_at"])
    entry.about("inspection", locked.pk, after={"state": locked.state})
    entry.purpose(reason)


@action("operations.inspection.entered", may=permissions.may_enter_inspection, is_reading=True)
def enter_inspection(entry: Entry, *, actor: Actor, at: datetime, inspection: Inspection) -> str | None:
    """Bind the inspection to the one session that used its password; returns the mark that the session is to carry.

    None where another session was first.
    """
    locked = _locked(inspection)
    if locked.session_mark or not is_open(locked, at=at):
        entry.nothing()
        return None
    mark = secrets.token_hex(16)
    locked.session_mark = _digest(mark)
    locked.entered_at = locked.entered_at or at
    locked.save(update_fields=["session_mark", "entered_at"])
    entry.about("inspection", locked.pk, after={"inspector": locked.inspector})
    return mark


@action("operations.inspection.viewed", may=permissions.may_enter_inspection, is_reading=True)
def record_view(entry: Entry, *, actor: Actor, at: datetime, inspection: Inspection, viewed: Viewed) -> None:
    """What was asked for, whom the answer was about, and the digest of the answer itself."""
    subjects = sorted(f"{kind}:{pk}" for kind, pk in viewed.subjects)
    after = {
        "method": viewed.method,
        "path": viewed.path,
        "parameters": list(viewed.parameters),
        "status": viewed.status,
        "subjects": subjects[:LISTED_SUBJECTS],
        "subject_count": len(subjects),
        "subjects_sha256": hashlib.sha256("\n".join(subjects).encode()).hexdigest(),
        "sha256": hashlib.sha256(viewed.body).hexdigest(),
        "bytes": len(viewed.body),
        "exported": viewed.is_export,
    }
    entry.about("inspection", inspection.pk, after=after)
    entry.purpose(inspection.purpose)


@action("operations.inspection.letter_read", may=permissions.may_see_inspections)
def note_letter(entry: Entry, *, actor: Actor, at: datetime, inspection: Inspection) -> None:
    """Note who took the letter out of the vault."""
    entry.about("inspection", inspection.pk, after={"letter_number": inspection.letter_number})


def is_marked(inspection: Inspection, mark: str) -> bool:
    """Whether this is the session that used the one-time password."""
    return bool(mark) and constant_time_compare(inspection.session_mark, _digest(mark))


def _digest(mark: str) -> str:
    return hashlib.sha256(mark.encode()).hexdigest()


def _person(actor: Actor) -> User:
    """The permission has made sure that it is one."""
    return User.objects.get(pk=actor.user_id or 0)


def _locked(inspection: Inspection) -> Inspection:
    return Inspection.objects.select_for_update(of=("self",)).select_related("account").get(pk=inspection.pk)


def _moved(inspection: Inspection, state: InspectionState) -> Inspection:
    locked = _locked(inspection)
    if state not in INSPECTION_TRANSITIONS[locked.state]:
        raise WrongState(_("检查现在的状态不允许此操作。"))
    locked.state = state
    return locked
