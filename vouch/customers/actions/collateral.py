"""Collateral: registered, given other terms, valued, shown by papers; the number of its certificate is sealed."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from vouch.customers import permissions
from vouch.customers.actions.files import IMAGE_KINDS
from vouch.customers.actions.materials import MaterialDetails, WrongMaterial, lay_down
from vouch.customers.actions.notices import NotNow
from vouch.customers.models import (
    Collateral,
    CollateralPaper,
    CollateralTerms,
    FiledDocument,
    Material,
    Valuation,
)
from vouch.customers.queries.collateral import certificate_index, opened_certificate
from vouch.customers.terms import METHODS_OF, MaterialKind, RegistrationState, SecurityMethod
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, action
from vouch.platform.vault.actions import ensure_key
from vouch.platform.vault.fields import place_of
from vouch.platform.vault.terms import Subject


@dataclass(frozen=True, slots=True)
class TermsDetails:
    """What it is and how it secures; amounts in yuan, ``ratio`` a fraction. ``certificate`` None leaves the number as it is."""

    _: KW_ONLY
    ware: str
    method: str
    description: str
    owner: str
    ratio: Decimal
    owner_number: str = ""
    location: str = ""
    area: Decimal | None = None
    certificate: str | None = None
    rank: int = 1
    prior_claims: Decimal = Decimal(0)
    registration: str = RegistrationState.NONE
    registration_number: str = ""
    registry: str = ""
    registered_on: date | None = None
    registered_until: date | None = None
    insured_until: date | None = None


@dataclass(frozen=True, slots=True)
class ValuationDetails:
    """What it was valued at, in yuan, before prior claims; the day is the material's."""

    value: Decimal
    method: str
    valued_by: str


@action("customers.collateral.registered", may=permissions.may_record_material)
def register_collateral(
    entry: Entry,
    *,
    actor: Actor,
    at: datetime,
    party: Party,
    details: MaterialDetails,
    terms: TermsDetails,
    content: bytes | None = None,
) -> Collateral:
    """Note a piece of collateral with its terms. Raises WrongMaterial, WrongFile, NoAuthorisation, Refused."""
    _check(terms, details.as_of)
    material = lay_down(
        actor=actor, at=at, party=party, details=details, content=content, allowed=IMAGE_KINDS
    )
    collateral = Collateral.objects.create(party=party, opened_at=at)
    _write(entry, collateral, material, terms, at=at)
    return collateral


@action("customers.collateral.changed", may=permissions.may_change_collateral)
def change_collateral(
    entry: Entry,
    *,
    actor: Actor,
    at: datetime,
    collateral: Collateral,
    details: MaterialDetails,
    terms: TermsDetails,
    content: bytes | None = None,
) -> CollateralTerms:
    """Give it other terms; the former stay in the history. ``details.replaces`` is the material that held them.

    Raises WrongMaterial, WrongFile, NoAuthorisation, Refused.
    """
    _check(terms, details.as_of)
    former = CollateralTerms.objects.filter(collateral=collateral, material=details.replaces).first()
    if former is None:
        raise WrongMaterial("replaces", _("要更新的资料已经失效，请刷新页面后再试。"))
    kept = opened_certificate(former) if terms.certificate is None else None
    material = lay_down(
        actor=actor, at=at, party=collateral.party, details=details, content=content, allowed=IMAGE_KINDS
    )
    return _write(entry, collateral, material, terms, at=at, kept=kept)


def _write(
    entry: Entry,
    collateral: Collateral,
    material: Material,
    terms: TermsDetails,
    *,
    at: datetime,
    kept: str | None = None,
) -> CollateralTerms:
    number = terms.certificate if terms.certificate is not None else kept or ""
    skipped = {"_", "certificate"}
    plain = {name: getattr(terms, name) for name in TermsDetails.__dataclass_fields__ if name not in skipped}
    row = CollateralTerms(material=material, collateral=collateral, **plain)
    entry.about(
        "collateral",
        collateral.pk,
        after={
            "party": collateral.party.number,
            "ware": row.ware,
            "method": row.method,
            "registration": row.registration,
            "prior_claims": str(row.prior_claims),
            "ratio": str(row.ratio),
        },
    )
    if number:
        key = ensure_key(Subject("party", str(collateral.party_id)), at=at)
        row.certificate = key.seal(number, place=place_of(row, "certificate"))
        row.certificate_index = certificate_index(number)
        entry.protect(key, "certificate", after=number)
    row.save(force_insert=True)
    return row


def _check(terms: TermsDetails, as_of: date) -> None:
    if terms.method not in METHODS_OF[terms.ware]:
        raise WrongMaterial("method", _("这类担保物不能用这种担保方式。"))
    if terms.method == SecurityMethod.JUNIOR_MORTGAGE and terms.rank < 2:
        raise WrongMaterial("rank", _("顺位抵押的顺位应为 2 或以后。"))
    if terms.rank > 1 and not terms.prior_claims:
        raise WrongMaterial("prior_claims", _("顺位在后的，请填写在先债权金额。"))
    if not 0 < terms.ratio <= 1:
        raise WrongMaterial("ratio", _("抵质押率应大于 0，不超过 100%。"))
    if terms.registration == RegistrationState.REGISTERED:
        if not terms.registered_on:
            raise WrongMaterial("registered_on", _("已登记的，请填写登记日期。"))
        if not terms.registration_number:
            raise WrongMaterial("registration_number", _("已登记的，请填写登记证明号。"))
    if terms.registered_on and terms.registered_on > as_of:
        raise WrongMaterial("registered_on", _("登记日期不能晚于所属日期。"))
    if terms.registered_on and terms.registered_until and terms.registered_until < terms.registered_on:
        raise WrongMaterial("registered_until", _("登记到期日早于登记日期。"))


@action("customers.collateral.valued", may=permissions.may_change_collateral)
def value_collateral(
    entry: Entry,
    *,
    actor: Actor,
    at: datetime,
    collateral: Collateral,
    details: MaterialDetails,
    valuation: ValuationDetails,
    content: bytes | None = None,
) -> Valuation:
    """Note what it was valued at; earlier values stay. Raises WrongMaterial, WrongFile, NoAuthorisation, Refused."""
    if valuation.value <= 0:
        raise WrongMaterial("value", _("评估价值应大于零。"))
    material = lay_down(
        actor=actor, at=at, party=collateral.party, details=details, content=content, allowed=IMAGE_KINDS
    )
    found = Valuation.objects.create(
        material=material,
        collateral=collateral,
        value=valuation.value,
        method=valuation.method,
        valued_by=valuation.valued_by,
    )
    after = {"value": str(found.value), "method": found.method, "as_of": material.as_of.isoformat()}
    entry.about("collateral", collateral.pk, after=after)
    return found


@action("customers.collateral.shown", may=permissions.may_change_collateral)
def show_collateral(
    entry: Entry,
    *,
    actor: Actor,
    at: datetime,
    collateral: Collateral,
    category: str,
    details: MaterialDetails,
    content: bytes,
) -> CollateralPaper:
    """Keep a scan or a photo of it among the customer's documents. Raises WrongMaterial, WrongFile, Refused."""
    if details.kind != MaterialKind.DOCUMENT:
        raise WrongMaterial("kind", _("影像应作为证照与影像登记。"))
    material = lay_down(
        actor=actor, at=at, party=collateral.party, details=details, content=content, allowed=IMAGE_KINDS
    )
    filed = FiledDocument.objects.create(
        material=material,
        series=material,
        category=category,
        sha256=material.document.sha256 if material.document else "",
    )
    entry.about("collateral", collateral.pk, after={"paper": category})
    return CollateralPaper.objects.create(collateral=collateral, document=filed)


@action("customers.certificate.revealed", may=permissions.may_reveal_certificate, is_reading=True)
def reveal_certificate(
    entry: Entry, *, actor: Actor, at: datetime, collateral: Collateral, purpose: str
) -> str:
    """The number of the certificate in plain, for one look. Raises NotNow, VaultError."""
    latest = (
        CollateralTerms.objects.filter(collateral=collateral).order_by("-material__known_at", "-pk").first()
    )
    if latest is None or latest.certificate is None:
        raise NotNow(_("没有登记权属证书号。"))
    entry.about("collateral", collateral.pk, after={"field": "certificate"})
    entry.purpose(purpose)
    return opened_certificate(latest)
