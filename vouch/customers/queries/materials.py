"""Questions about materials: what was known on a day, and how far it is believed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery

from vouch.customers.models import Material, Verification
from vouch.customers.terms import Confidence, Finding
from vouch.parties import queries as parties
from vouch.parties.queries import end_of
from vouch.platform.identity.actor import Actor

KNOWN = "m.known_at < %(end)s AND (m.ended_at IS NULL OR m.ended_at >= %(end)s)"
"""SQL: whether the material ``m`` counted at the end of the day of which ``end_of`` gives the ``end``."""

COUNTED = f"""{KNOWN} AND coalesce((
    SELECT v.finding FROM customers_verification AS v
    WHERE v.material_id = m.id AND v.at < %(end)s ORDER BY v.at DESC, v.id DESC LIMIT 1
), '') <> 'refuted'"""  # noqa: S608 - no value of anybody's
"""SQL: whether the material ``m`` was known at that moment, and the latest finding had not refuted it (不采信)."""


def known(as_of: date) -> Q:
    """What ``KNOWN`` says, as a condition on materials."""
    end = end_of(as_of)
    return Q(known_at__lt=end) & (Q(ended_at=None) | Q(ended_at__gte=end))


def materials_counted(as_of: date) -> QuerySet[Material]:
    """The materials that ``COUNTED`` lets count on a day."""
    found = Verification.objects.filter(material=OuterRef("pk"), at__lt=end_of(as_of))
    latest = Subquery(found.order_by("-at", "-pk").values("finding")[:1])
    counting: QuerySet[Material] = Material.objects.filter(known(as_of)).annotate(latest_finding=latest)
    return counting.filter(Q(latest_finding=None) | ~Q(latest_finding=Finding.REFUTED))


def materials_visible_to(actor: Actor) -> QuerySet[Material]:
    """The materials of the parties that the actor may see."""
    return Material.objects.filter(party__in=parties.visible_to(actor))


def verifications_visible_to(actor: Actor) -> QuerySet[Verification]:
    """What was found about the materials of the parties that the actor may see."""
    return Verification.objects.filter(material__party__in=parties.visible_to(actor))


def material_of(actor: Actor, pk: int) -> Material | None:
    """One material with its party and original, if the actor may see it."""
    found = materials_visible_to(actor).select_related("party", "document", "recorded_by")
    return found.filter(pk=pk).first()


def party_of_material(pk: int) -> int | None:
    """Whose it is."""
    return Material.objects.filter(pk=pk).values_list("party_id", flat=True).first()


def materials_of(
    party_id: int, *, kinds: Iterable[str] = (), as_of: date | None = None
) -> QuerySet[Material]:
    """One party's materials, newest first, with their verifications in ``found``; ended ones too unless ``as_of`` says a day.

    The caller has checked that the party is visible.
    """
    found = Material.objects.filter(party_id=party_id)
    if kinds:
        found = found.filter(kind__in=list(kinds))
    if as_of is not None:
        found = found.filter(known(as_of))
    verifications = Verification.objects.select_related("by").order_by("-at", "-pk")
    return (
        found.select_related("document", "recorded_by", "authorisation", "replaced_by")
        .prefetch_related(Prefetch("verifications", verifications, to_attr="found"))
        .order_by("-as_of", "-pk")
    )


_AFTER: dict[str, Confidence] = {
    Finding.CONFIRMED: Confidence.HIGH,
    Finding.PARTLY: Confidence.LOW,
    Finding.REFUTED: Confidence.NONE,
}


def confidence_of(material: Material, *, as_of: date | None = None) -> Confidence:
    """How far it is believed: its origin's word until somebody verified it, then the latest finding's.

    ``material`` comes from ``materials_of``; with a day, what was found later does not count.
    """
    end = None if as_of is None else end_of(as_of)
    rows: list[Verification] = getattr(material, "found")  # noqa: B009 - a name that the prefetch gives
    latest = next((one for one in rows if end is None or one.at < end), None)
    return material.base_confidence if latest is None else _AFTER[latest.finding]
