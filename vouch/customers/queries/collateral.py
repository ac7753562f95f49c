"""Questions about collateral: its terms and its value on a day, what that secures, and what ends soon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.customers.models import Collateral, CollateralPaper, CollateralTerms, Material, Valuation
from vouch.customers.queries.materials import COUNTED, confidence_of, materials_of
from vouch.customers.queries.sections import Holding
from vouch.customers.terms import (
    REGISTRATION_SOON_DAYS,
    VALUATION_DAYS,
    Confidence,
    MaterialKind,
    RegistrationState,
)
from vouch.parties import queries as parties
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.vault.fields import place_of
from vouch.platform.vault.index import blind_index
from vouch.platform.vault.masks import masked
from vouch.platform.vault.queries import key_of
from vouch.platform.vault.terms import KeyDestroyed, Subject, VaultError

CENT = Decimal("0.01")
ZERO = Decimal(0)

CURRENT_COLLATERAL = f"""
terms AS (
    SELECT DISTINCT ON (t.collateral_id) m.party_id, m.as_of, t.collateral_id, t.prior_claims, t.ratio,
        t.registration, t.registered_until, t.insured_until
    FROM customers_collateralterms t JOIN customers_material m ON m.id = t.material_id
    WHERE {{scope}} AND {COUNTED}
    ORDER BY t.collateral_id, m.as_of DESC, m.known_at DESC, m.id DESC
),
values_found AS (
    SELECT DISTINCT ON (v.collateral_id) v.collateral_id, v.value, m.as_of
    FROM customers_valuation v JOIN customers_material m ON m.id = v.material_id
    WHERE {{scope}} AND {COUNTED}
    ORDER BY v.collateral_id, m.as_of DESC, m.known_at DESC, m.id DESC
),
collateral AS (
    SELECT t.*, v.value, v.as_of AS valued_on, n.net, round(n.net * t.ratio, 2) AS weighted
    FROM terms t LEFT JOIN values_found v ON v.collateral_id = t.collateral_id
    -- greatest() passes over NULL: without a value there is no net value.
    CROSS JOIN LATERAL (SELECT CASE WHEN v.value IS NOT NULL THEN greatest(v.value - t.prior_claims, 0) END AS net) n
    WHERE t.registration <> '{RegistrationState.CANCELLED.value}'
)
"""  # noqa: S608 - of constants
"""SQL: ``collateral`` is what secures at the ``end`` of a day, each with its latest terms and its latest value."""


def certificate_index(number: str) -> bytes:
    """Blind index of a certificate's number."""
    return blind_index(number, column="customers.certificate")


def opened_certificate(terms: CollateralTerms) -> str:
    """The number in plain, for whoever has recorded the reading. Raises VaultError."""
    if terms.certificate is None:
        return ""
    key = key_of(Subject("party", str(terms.collateral.party_id)))
    return key.open(bytes(terms.certificate), place=place_of(terms, "certificate"))


def collateral_visible_to(actor: Actor) -> QuerySet[Collateral]:
    """The collateral of the parties that the actor may see."""
    return Collateral.objects.filter(party__in=parties.visible_to(actor))


def terms_visible_to(actor: Actor) -> QuerySet[CollateralTerms]:
    """Its terms."""
    return CollateralTerms.objects.filter(material__party__in=parties.visible_to(actor))


def valuations_visible_to(actor: Actor) -> QuerySet[Valuation]:
    """What it was valued at."""
    return Valuation.objects.filter(material__party__in=parties.visible_to(actor))


def papers_visible_to(actor: Actor) -> QuerySet[CollateralPaper]:
    """Scans and photos of it."""
    return CollateralPaper.objects.filter(collateral__party__in=parties.visible_to(actor))


@dataclass(frozen=True, slots=True)
class Ending:
    """A day on which a registration or an insurance ends."""

    title: str
    on: date
    is_over: bool
    is_soon: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of collateral as a page shows it. ``valuations`` newest first; None: never, or not any more."""

    collateral: Collateral
    terms: CollateralTerms
    material: Material
    valuations: Sequence[Valuation]
    today: date

    @property
    def valuation(self) -> Valuation | None:
        """The latest."""
        return self.valuations[0] if self.valuations else None

    @property
    def net(self) -> Decimal | None:
        """Its value less what others may claim first."""
        return None if self.valuation is None else max(self.valuation.value - self.terms.prior_claims, ZERO)

    @property
    def weighted(self) -> Decimal | None:
        """What may be lent against it."""
        net = self.net
        return None if net is None else (net * self.terms.ratio).quantize(CENT, ROUND_HALF_UP)

    @property
    def is_released(self) -> bool:
        """Whether it secures no longer."""
        return self.terms.registration == RegistrationState.CANCELLED

    @property
    def is_stale(self) -> bool:
        """Whether it was last valued too long ago."""
        latest = self.valuation
        return latest is not None and (self.today - latest.material.as_of).days > VALUATION_DAYS

    @property
    def endings(self) -> list[Ending]:
        """Days that matter, with those that are over or near marked."""
        soon = self.today + timedelta(days=REGISTRATION_SOON_DAYS)
        pairs = ((_("登记到期"), self.terms.registered_until), (_("保险到期"), self.terms.insured_until))
        return [
            Ending(title, day, day < self.today, self.today <= day <= soon) for title, day in pairs if day
        ]


def pieces_of(party_id: int, *, today: date) -> list[Piece]:
    """One customer's collateral in its latest terms, those that secure first; a constant number of queries."""
    return _pieces(list(materials_of(party_id, kinds=[MaterialKind.COLLATERAL], as_of=today)), today=today)


def piece_of(collateral: Collateral, *, today: date) -> Piece | None:
    """One piece in its latest terms; None where its terms were taken back."""
    found = materials_of(collateral.party_id, kinds=[MaterialKind.COLLATERAL], as_of=today)
    mine = [one for one in _pieces(list(found), today=today) if one.collateral.pk == collateral.pk]
    return mine[0] if mine else None


def _pieces(materials: list[Material], *, today: date) -> list[Piece]:
    believed = {one.pk: one for one in materials if confidence_of(one, as_of=today) != Confidence.NONE}
    latest = sorted(believed.values(), key=lambda one: (one.as_of, one.known_at, one.pk), reverse=True)
    place = {one.pk: number for number, one in enumerate(latest)}
    terms: dict[int, CollateralTerms] = {}
    rows = CollateralTerms.objects.filter(pk__in=believed).select_related("collateral__party")
    for row in sorted(rows, key=lambda one: place[one.pk]):
        terms.setdefault(row.collateral_id, row)
    valued: dict[int, list[Valuation]] = {}
    for value in sorted(Valuation.objects.filter(pk__in=believed), key=lambda one: place[one.pk]):
        value.material = believed[value.pk]
        valued.setdefault(value.collateral_id, []).append(value)
    pieces = [
        Piece(row.collateral, row, believed[row.pk], valued.get(row.collateral_id, ()), today)
        for row in terms.values()
    ]
    return sorted(pieces, key=lambda one: (one.is_released, one.collateral.pk))


def versions_of(collateral: Collateral) -> list[Material]:
    """Every material of one piece, its terms and its values, the newest first, ended ones too."""
    kinds = [MaterialKind.COLLATERAL]
    found = materials_of(collateral.party_id, kinds=kinds).select_related("terms", "valuation", "replaced_by")
    ours = {"terms__collateral": collateral}, {"valuation__collateral": collateral}
    return list(found.filter(**ours[0]) | found.filter(**ours[1]))


def papers_of(collateral: Collateral) -> QuerySet[CollateralPaper]:
    """Its scans and photos that still count, newest first."""
    found = CollateralPaper.objects.filter(collateral=collateral, document__material__ended_at=None)
    return found.select_related("document__material").order_by("-pk")


def masked_certificate(terms: CollateralTerms) -> str:
    """The number of the certificate as pages show it."""
    try:
        number = opened_certificate(terms)
    except KeyDestroyed:
        return _("已销毁")
    except VaultError:
        return _("无法解密")
    return masked(number, kind="account")


def owner_of(actor: Actor, terms: CollateralTerms) -> Party | None:
    """The owner as a customer of ours, where the actor may see it."""
    if not terms.owner_number:
        return None
    return parties.visible_to(actor).filter(number=terms.owner_number).first()


def same_certificate(actor: Actor, terms: CollateralTerms) -> tuple[list[Collateral], int]:
    """Other pieces under the same certificate: those that the actor sees, and how many more there are."""
    if terms.certificate_index is None:
        return [], 0
    rows = CollateralTerms.objects.filter(
        certificate_index=bytes(terms.certificate_index), material__ended_at=None
    )
    others = rows.exclude(collateral=terms.collateral_id).exclude(registration=RegistrationState.CANCELLED)
    ids = set(others.values_list("collateral_id", flat=True))
    seen = list(collateral_visible_to(actor).filter(pk__in=ids).select_related("party"))
    return seen, len(ids) - len(seen)


def told_of_collateral(party: Party, actor: Actor, at: datetime) -> Holding:
    """The section's line: how much it is worth, and what of it warns."""
    pieces = [one for one in pieces_of(party.pk, today=timezone.localdate(at)) if not one.is_released]
    if not pieces:
        return Holding(count=0)
    net = sum((one.net for one in pieces if one.net is not None), ZERO)
    endings = [ending for one in pieces for ending in one.endings]
    warnings = []
    if any(one.valuation is None for one in pieces):
        warnings.append(_("有未估值"))
    if any(one.is_stale for one in pieces):
        warnings.append(_("估值超过一年"))
    if any(one.is_over for one in endings):
        warnings.append(_("登记或保险已过期"))
    elif any(one.is_soon for one in endings):
        warnings.append(_("登记或保险即将到期"))
    if any(one.terms.registration in {RegistrationState.NONE, RegistrationState.PENDING} for one in pieces):
        warnings.append(_("未登记"))
    days = [one.material.as_of for one in pieces]
    days += [one.valuation.material.as_of for one in pieces if one.valuation]
    told = _("净值 %(wan)s 万元") % {"wan": f"{net / 10000:,.2f}"}
    return Holding(count=len(pieces), as_of=max(days), told=told, warnings=tuple(warnings))
