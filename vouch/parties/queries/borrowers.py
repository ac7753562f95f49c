"""Questions that the supervisor's measures ask of borrowers: one customer of several records, small or a farmer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.db.models.functions import Coalesce

from vouch.engine.firm_size import FirmSize
from vouch.parties.models import Enterprise, Merge, Party, Post
from vouch.parties.queries.party import size_by
from vouch.parties.terms import NATURAL_PERSONS, PartyKind, PostKind

SMALL_SIZES = frozenset({FirmSize.SMALL, FirmSize.MICRO})


def records_of_all(party_ids: Collection[int]) -> dict[int, int]:
    """Every record of the customers whose records these are → the record that stands for it."""
    if not party_ids:
        return {}
    stands = set(Party.objects.filter(pk__in=party_ids).values_list(Coalesce("canonical", "pk"), flat=True))
    rows = Party.objects.filter(Q(pk__in=stands) | Q(canonical__in=stands)).values_list("pk", "canonical")
    return {pk: canonical or pk for pk, canonical in rows}


@dataclass(frozen=True, slots=True)
class Borrower:
    """What of a customer decides its weight: 小微企业, 农户, and whether the borrower of record is a natural person."""

    is_small: bool = False
    is_farmer: bool = False
    is_natural: bool = False


def borrowers(party_ids: Collection[int] | None) -> dict[int, Borrower]:
    """By the records that stand; None for all of them.

    A sole trader is a micro firm (月报填报说明), and a farmer as well where a farmer operates it. A firm whose size cannot be told
    from its figures is not small, and neither is a natural person who owns one: both weigh more, never less.
    """
    found = Party.objects.filter(canonical=None)
    owners = Post.objects.filter(kind=PostKind.OWNER, ended_at=None, person__kind=PartyKind.FARMER)
    if party_ids is not None:
        found = found.filter(pk__in=party_ids)
        owners = owners.filter(enterprise__in=party_ids)
    of_farmers = set(owners.values_list("enterprise", flat=True))
    rows = found.values_list(
        "pk",
        "kind",
        "enterprise__industry_code",
        "enterprise__staff_count",
        "enterprise__revenue",
        "enterprise__total_assets",
    )
    return {
        pk: Borrower(
            is_small=kind == PartyKind.SOLE_TRADER
            or (industry is not None and size_by(industry, staff, revenue, assets) in SMALL_SIZES),
            is_farmer=kind == PartyKind.FARMER or pk in of_farmers,
            is_natural=kind in NATURAL_PERSONS,
        )
        for pk, kind, industry, staff, revenue, assets in rows.iterator(chunk_size=5000)
    }


def borrowers_changed_since(moment: datetime) -> set[int]:
    """Records of which something was written since that ``borrowers`` or ``records_of_all`` may answer otherwise for."""
    merges = Merge.objects.filter(Q(merged_at__gte=moment) | Q(undone_at__gte=moment))
    posts = Post.objects.filter(Q(added_at__gte=moment) | Q(ended_at__gte=moment), kind=PostKind.OWNER)
    firms = Enterprise.objects.filter(updated_at__gte=moment)
    return {
        *merges.values_list("party_id", flat=True),
        *merges.values_list("canonical_id", flat=True),
        *posts.values_list("enterprise", flat=True),
        *firms.values_list("party", flat=True),
    }
