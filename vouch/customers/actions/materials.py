"""Materials: laid down by every source of a customer's file, verified, withdrawn, opened."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.customers import permissions
from vouch.customers.actions.authorisations import OpenedFile, pieces_of
from vouch.customers.actions.files import media_type_of
from vouch.customers.actions.gate import NoAuthorisation, require_authorisation
from vouch.customers.actions.notices import NotNow, WrongEntry
from vouch.customers.models import Authorisation, Material, Verification
from vouch.customers.queries.consent import live_authorisation, may_read, missing_authorisation
from vouch.customers.terms import (
    DATA_CLASS_OF,
    QUERY_REASONS,
    SENSITIVE,
    MaterialKind,
    MaterialState,
    Origin,
    Purpose,
)
from vouch.parties.models import Party
from vouch.parties.terms import NATURAL_PERSONS
from vouch.platform.identity.actions import take_part
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, action
from vouch.platform.vault.actions import store_document
from vouch.platform.vault.models import Document
from vouch.platform.vault.queries import read_document
from vouch.platform.vault.terms import Subject


class WrongMaterial(WrongEntry):
    """What was entered cannot be kept."""


@dataclass(frozen=True, slots=True)
class MaterialDetails:
    """What a material is, apart from what it says. ``replaces`` is the one whose place it takes.

    ``original`` is one that the vault keeps already: of a paper that is filed anew under another name.
    """

    _: KW_ONLY
    kind: MaterialKind
    origin: Origin
    as_of: date
    note: str = ""
    purpose: Purpose = Purpose.REVIEW
    replaces: Material | None = None
    original: Document | None = None


def lay_down(
    *,
    actor: Actor,
    at: datetime,
    party: Party,
    details: MaterialDetails,
    content: bytes | None = None,
    allowed: tuple[str, ...] = (),
) -> Material:
    """Write a material with its original, and end the one that it replaces.

    For use inside an action of this room, which writes what the material says and names it in its entry. ``allowed``
    are the kinds of file that the content may be. Raises WrongMaterial, WrongFile, NoAuthorisation, Refused.
    """
    if details.as_of > timezone.localdate(at):
        raise WrongMaterial("as_of", _("所属日期不能晚于今天。"))
    take_part(actor=actor, matter=("party", str(party.pk)), office=permissions.office_of(actor), at=at)
    material = Material(
        party=party,
        kind=details.kind,
        origin=details.origin,
        as_of=details.as_of,
        note=details.note,
        known_at=at,
        recorded_by_id=actor.user_id,
        authorisation=_authorisation(party, details, at=at),
        document=details.original,
    )
    if content is not None:
        media_type = media_type_of(content, allowed=allowed)
        subject = Subject("party", str(party.pk))
        material.document = store_document(subject, pieces=pieces_of(content), media_type=media_type, at=at)
    material.save(force_insert=True)
    if details.replaces is not None:
        _supersede(details.replaces, by=material, at=at)
    return material


def _authorisation(party: Party, details: MaterialDetails, *, at: datetime) -> Authorisation | None:
    """The one that it rests on: needed for what is sensitive of a natural person (PIPL 29), noted where there is one."""
    scope = DATA_CLASS_OF[details.kind]
    if party.kind in NATURAL_PERSONS and scope in SENSITIVE:
        return require_authorisation(party.pk, purpose=details.purpose, scope=scope, at=at)
    for purpose in (details.purpose, *QUERY_REASONS):
        if (found := live_authorisation(party.pk, purpose=purpose, scope=scope, at=at)) is not None:
            return found
    return None


def _supersede(former: Material, *, by: Material, at: datetime) -> None:
    held = Material.objects.select_for_update().get(pk=former.pk)
    if (held.party_id, held.kind) != (by.party_id, by.kind):
        raise WrongMaterial("replaces", _("只能更新同一客户的同类资料。"))
    if held.state != MaterialState.IN_FORCE:
        raise WrongMaterial("replaces", _("要更新的资料已经失效，请刷新页面后再试。"))
    held.state, held.ended_at, held.replaced_by = MaterialState.SUPERSEDED, at, by
    held.save(update_fields=["state", "ended_at", "replaced_by"])


@dataclass(frozen=True, slots=True)
class VerificationDetails:
    """How it was verified and what was found."""

    means: str
    finding: str
    note: str = ""


@action("customers.material.verified", may=permissions.may_verify_material)
def verify_material(
    entry: Entry, *, actor: Actor, at: datetime, material: Material, details: VerificationDetails
) -> Verification:
    """Note what a second person found; a later verification counts instead of an earlier one. Raises NotNow."""
    held = Material.objects.select_for_update().get(pk=material.pk)
    if held.state != MaterialState.IN_FORCE:
        raise NotNow(_("该资料已经失效，不能再核实。"))
    take_part(actor=actor, matter=("party", str(held.party_id)), office=permissions.office_of(actor), at=at)
    found = Verification.objects.create(
        material=held,
        at=at,
        by_id=actor.user_id,
        means=details.means,
        finding=details.finding,
        note=details.note,
    )
    after = {"kind": held.kind, "means": details.means, "finding": details.finding}
    entry.about("material", held.pk, after=after)
    return found


@action("customers.material.withdrawn", may=permissions.may_withdraw_material)
def withdraw_material(
    entry: Entry, *, actor: Actor, at: datetime, material: Material, reason: str
) -> Material:
    """Take a material back that was entered by mistake: it counts no longer, and stays to be looked at. Raises NotNow.

    Where it had taken the place of another one, that one is not put back: whoever wants it enters it again.
    """
    held = Material.objects.select_for_update().get(pk=material.pk)
    if held.state != MaterialState.IN_FORCE:
        raise NotNow(_("该资料已经失效。"))
    take_part(actor=actor, matter=("party", str(held.party_id)), office=permissions.office_of(actor), at=at)
    held.state, held.ended_at, held.end_reason = MaterialState.WITHDRAWN, at, reason
    held.save(update_fields=["state", "ended_at", "end_reason"])
    before = {"state": str(MaterialState.IN_FORCE)}
    entry.about("material", held.pk, before=before, after={"state": str(held.state)})
    entry.purpose(reason)
    return held


@action("customers.material.opened", may=permissions.may_open_material, is_reading=True)
def open_material(entry: Entry, *, actor: Actor, at: datetime, material: Material) -> OpenedFile:
    """The original in plain, for one look. Raises NotNow, NoAuthorisation, Unreadable, KeyDestroyed.

    What is sensitive of a natural person needs a live authorisation at the time of the look, as it did when it came in.
    """
    kept = Material.objects.select_related("document", "party").get(pk=material.pk)
    scope = DATA_CLASS_OF[MaterialKind(kept.kind)]
    if scope in SENSITIVE and not may_read(kept.party_id, scope, at=at):
        lacking = missing_authorisation(kept.party, purpose=Purpose.REVIEW, scope=scope, at=at)
        raise NoAuthorisation(kept.party, Purpose.REVIEW, lacking)
    if kept.document is None:
        raise NotNow(_("这份资料没有原件。"))
    content = b"".join(read_document(kept.document))
    entry.about("material", kept.pk, after={"kind": kept.kind, "sha256": kept.document.sha256})
    return OpenedFile(kept.document.media_type, content, f"{kept.kind}-{kept.pk}")
