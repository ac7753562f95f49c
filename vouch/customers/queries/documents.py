"""Questions about documents and photos: what is filed, in which versions, and where the same content lies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.customers.models import FiledDocument, Verification
from vouch.customers.queries.sections import Holding
from vouch.customers.terms import ENDING_SOON_DAYS, PHOTOS, MaterialState, Validity
from vouch.parties import queries as parties
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor

IN_FORCE = Q(material__state=MaterialState.IN_FORCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentsWanted:
    """What the list is cut down to; empty values cut nothing."""

    text: str = ""
    category: str = ""
    validity: str = ""
    is_former_too: bool = False


def documents_visible_to(actor: Actor) -> QuerySet[FiledDocument]:
    """The documents of the parties that the actor may see."""
    return FiledDocument.objects.filter(material__party__in=parties.visible_to(actor))


def document_of(actor: Actor, pk: int) -> FiledDocument | None:
    """One document with its material and original, if the actor may see it."""
    found = documents_visible_to(actor).select_related("material__party", "material__document")
    return found.filter(pk=pk).first()


def documents_of(party_id: int, wanted: DocumentsWanted, *, photos: bool, today: date) -> QuerySet[Any]:
    """One party's papers or photos as they hold now (or all versions), each with the number of its versions.

    The caller has checked that the party is visible. Their materials carry verifications as ``materials_of`` has them.
    """
    found: QuerySet[Any] = FiledDocument.objects.filter(material__party_id=party_id)
    found = found.filter(category__in=PHOTOS) if photos else found.exclude(category__in=PHOTOS)
    if not wanted.is_former_too:
        found = found.filter(IN_FORCE)
    if wanted.category:
        found = found.filter(category=wanted.category)
    if wanted.text:
        found = found.filter(Q(title__icontains=wanted.text) | Q(material__note__icontains=wanted.text))
    if wanted.validity:
        found = found.filter(_validity(wanted.validity, today))
    verifications = Verification.objects.select_related("by").order_by("-at", "-pk")
    found = found.select_related("material__document", "material__recorded_by", "material__authorisation")
    found = found.prefetch_related(Prefetch("material__verifications", verifications, to_attr="found"))
    counted: QuerySet[Any] = found.annotate(number_of_versions=Count("series__versions"))
    return counted


def _validity(wanted: str, today: date) -> Q:
    soon = today + timedelta(days=ENDING_SOON_DAYS)
    return {
        Validity.ENDED: Q(valid_until__lt=today),
        Validity.ENDING: Q(valid_until__gte=today, valid_until__lte=soon),
        Validity.VALID: Q(valid_until__gt=soon),
        Validity.ENDLESS: Q(valid_until=None),
    }[Validity(wanted)]


def versions_of(document: FiledDocument) -> list[FiledDocument]:
    """Every version of the same paper, the newest first."""
    found = FiledDocument.objects.filter(series=document.series_id)
    return list(found.select_related("material__recorded_by", "material__document").order_by("-pk"))


def same_content(party_id: int, sha256: str, *, category: str) -> FiledDocument | None:
    """What is filed for the party under this category with the same content, and still holds."""
    found = FiledDocument.objects.filter(IN_FORCE, material__party_id=party_id, sha256=sha256)
    return found.filter(category=category).select_related("material").first()


def twins_of(actor: Actor, document: FiledDocument) -> list[FiledDocument]:
    """The same content elsewhere: under another name, or at another customer's whom the actor sees."""
    found = documents_visible_to(actor).filter(IN_FORCE, sha256=document.sha256)
    elsewhere = found.exclude(series=document.series_id).select_related("material__party")
    return list(elsewhere.order_by("material__party__name", "pk")[:20])


def told_of_documents(party: Party, actor: Actor, at: datetime) -> Holding:
    """What the overview says of documents: how many papers and photos, and what has ended."""
    today = timezone.localdate(at)
    soon = today + timedelta(days=ENDING_SOON_DAYS)
    counts = FiledDocument.objects.filter(IN_FORCE, material__party=party).aggregate(
        all=Count("pk"),
        photos=Count("pk", filter=Q(category__in=PHOTOS)),
        ended=Count("pk", filter=Q(valid_until__lt=today)),
        ending=Count("pk", filter=Q(valid_until__gte=today, valid_until__lte=soon)),
        locked=Count("pk", filter=Q(is_locked=True)),
    )
    newest = FiledDocument.objects.filter(IN_FORCE, material__party=party).order_by("-material__as_of")
    as_of = newest.values_list("material__as_of", flat=True).first()
    warnings = [
        text % counts
        for name, text in (
            ("ended", _("%(ended)d 份已过期")),
            ("ending", _("%(ending)d 份即将到期")),
            ("locked", _("%(locked)d 份加了密")),
        )
        if counts[name]
    ]
    told = _("证照 %(papers)d 份，照片 %(photos)d 张") % {
        "papers": counts["all"] - counts["photos"],
        "photos": counts["photos"],
    }
    return Holding(
        count=counts["all"], as_of=as_of, told=told if counts["all"] else "", warnings=tuple(warnings)
    )
