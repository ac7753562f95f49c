"""Documents and photos: filed under their category, replaced by a newer version, filed anew under another name."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, replace
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.customers import permissions
from vouch.customers.actions.files import IMAGE_KINDS, media_type_of
from vouch.customers.actions.materials import MaterialDetails, WrongMaterial, lay_down
from vouch.customers.actions.notices import NotNow
from vouch.customers.actions.originals import cleaned, look_at
from vouch.customers.models import FiledDocument
from vouch.customers.queries.documents import same_content
from vouch.customers.terms import MaterialKind, MaterialState, Origin
from vouch.engine.identifiers import holds_protected
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, action


@dataclass(frozen=True, slots=True)
class Filing:
    """What a paper is filed as. Photos keep where they were taken only where somebody says so.

    ``is_dated_by_photo``: its day is the one on which it was taken, where the camera noted it.
    """

    category: str
    _: KW_ONLY
    title: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    keeps_place: bool = False
    is_dated_by_photo: bool = False


@action("customers.document.filed", may=permissions.may_record_material)
def file_document(
    entry: Entry,
    *,
    actor: Actor,
    at: datetime,
    party: Party,
    filing: Filing,
    details: MaterialDetails,
    content: bytes,
) -> FiledDocument:
    """Keep a scanned paper or a photo (PDF, JPG, PNG); ``details.replaces`` names the former version.

    Raises WrongMaterial, WrongFile, Refused.
    """
    _check(filing)
    media_type = media_type_of(content, allowed=IMAGE_KINDS)
    seen = look_at(content, media_type=media_type)
    kept = content if filing.keeps_place else cleaned(content, media_type=media_type)
    today = timezone.localdate(at)
    # A camera whose clock is ahead dates nothing.
    taken_on = seen.taken_on if seen.taken_on and seen.taken_on <= today else None
    if filing.is_dated_by_photo and taken_on:
        details = replace(details, as_of=taken_on)
    former = _former(details)
    material = lay_down(actor=actor, at=at, party=party, details=details, content=kept, allowed=IMAGE_KINDS)
    sha256 = material.document.sha256 if material.document else ""
    # After the part was taken, so that of two at once one waits and finds the other's.
    twin = same_content(party.pk, sha256, category=filing.category)
    if twin is not None:
        text = _("内容与 %(day)s 登记的“%(title)s”完全相同，没有重复登记。")
        raise WrongMaterial("file", text % {"day": timezone.localdate(twin.material.known_at), "title": twin})
    filed = FiledDocument.objects.create(
        material=material,
        series=former.series if former else material,
        category=filing.category,
        title=filing.title,
        valid_from=filing.valid_from,
        valid_until=filing.valid_until,
        taken_on=taken_on,
        pages=seen.pages,
        is_locked=seen.is_locked,
        sha256=sha256,
    )
    entry.about("material", material.pk, after={**_told(filed), "sha256": sha256})
    return filed


@action("customers.document.classified", may=permissions.may_classify_document)
def classify_document(
    entry: Entry, *, actor: Actor, at: datetime, document: FiledDocument, filing: Filing
) -> FiledDocument:
    """File the same original under another category, name or validity; the former filing stays readable.

    It is a version of its own, so that a question as of an earlier day still finds what the paper was taken for
    then; and it wants to be verified anew. Raises WrongMaterial, NotNow, Refused.
    """
    _check(filing)
    held = FiledDocument.objects.select_related("material__party", "material__document").get(pk=document.pk)
    former = held.material
    if former.state != MaterialState.IN_FORCE or former.document is None:
        raise NotNow(_("该资料已经失效，不能再改归类。"))
    before = _told(held)
    details = MaterialDetails(
        kind=MaterialKind(former.kind),
        origin=Origin(former.origin),
        as_of=former.as_of,
        note=former.note,
        replaces=former,
        original=former.document,
    )
    material = lay_down(actor=actor, at=at, party=former.party, details=details)
    held.pk, held.material = material.pk, material
    held.category, held.title = filing.category, filing.title
    held.valid_from, held.valid_until = filing.valid_from, filing.valid_until
    if _told(held) == before:
        raise WrongMaterial("category", _("没有改动，无需保存。"))
    held.save(force_insert=True)
    entry.about("material", material.pk, before=before, after=_told(held))
    return held


def _former(details: MaterialDetails) -> FiledDocument | None:
    if details.replaces is None:
        return None
    found = FiledDocument.objects.filter(pk=details.replaces.pk).first()
    if found is None:
        raise WrongMaterial("replaces", _("只能更新证照与影像。"))
    return found


def _check(filing: Filing) -> None:
    if holds_protected(filing.title):
        raise WrongMaterial("title", _("名称里不要写证件号码、电话或账号；名称不加密。"))
    if filing.valid_from and filing.valid_until and filing.valid_until < filing.valid_from:
        raise WrongMaterial("valid_until", _("有效期止早于有效期起。"))


def _told(filed: FiledDocument) -> dict[str, object]:
    return {
        "kind": filed.material.kind,
        "paper": filed.category,
        "title": filed.title,
        "valid_from": filed.valid_from,
        "valid_until": filed.valid_until,
    }
