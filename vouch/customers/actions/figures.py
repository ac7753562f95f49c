"""Material values: entered by hand after a visit, and chosen where sources contradict each other."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.customers import permissions
from vouch.customers.actions.files import IMAGE_KINDS
from vouch.customers.actions.materials import MaterialDetails, WrongMaterial, lay_down
from vouch.customers.actions.notices import NotNow
from vouch.customers.models import FigureChoice, Material, VerifiedFigure
from vouch.customers.queries.claims import claims_of
from vouch.customers.terms import MEASURES, Figure, MaterialKind, Origin
from vouch.parties.models import Party
from vouch.platform.identity.actions import take_part
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Office
from vouch.platform.ledger.action import Entry, action


@dataclass(frozen=True, slots=True)
class FigureDetails:
    """A value as somebody found it; ``day`` is the day, or the last of the year. ``replaces`` is what it corrects."""

    _: KW_ONLY
    figure: Figure
    day: date
    amount: Decimal
    origin: Origin = Origin.ON_SITE
    note: str = ""
    replaces: Material | None = None


@action("customers.figure.recorded", may=permissions.may_record_material)
def record_figure(
    entry: Entry,
    *,
    actor: Actor,
    at: datetime,
    party: Party,
    details: FigureDetails,
    content: bytes | None = None,
) -> VerifiedFigure:
    """Keep a value that was found on a visit or asked for, with a photo or a paper where there is one. Raises WrongMaterial, Refused."""
    if not MEASURES[details.figure].is_moment and (details.day.month, details.day.day) != (12, 31):
        raise WrongMaterial("day", _("按年度统计的数据，所属日期应为 12 月 31 日。"))
    material = lay_down(
        actor=actor,
        at=at,
        party=party,
        details=MaterialDetails(
            kind=MaterialKind.FIGURE,
            origin=details.origin,
            as_of=details.day,
            note=details.note,
            replaces=details.replaces,
        ),
        content=content,
        allowed=IMAGE_KINDS,
    )
    found = VerifiedFigure.objects.create(
        material=material, figure=details.figure, day=details.day, amount=details.amount
    )
    entry.about("material", material.pk, after={"figure": str(details.figure), "as_of": details.day})
    return found


@dataclass(frozen=True, slots=True)
class ChoiceDetails:
    """Which claim of which value, and why. ``claim`` is the key of the claim as the page showed it."""

    figure: Figure
    day: date
    claim: str
    reason: str


@action("customers.figure.chosen", may=permissions.may_decide_figures)
def choose_figure(
    entry: Entry, *, actor: Actor, at: datetime, party: Party, details: ChoiceDetails
) -> FigureChoice:
    """Choose one of the claims of a value; an earlier choice ends and stays in the history. Raises NotNow."""
    Party.objects.select_for_update().get(pk=party.pk)
    offered = claims_of(party.pk, as_of=timezone.localdate(at))
    claim = next(
        (
            one
            for one in offered
            if (one.figure, one.day, one.key) == (details.figure, details.day, details.claim)
        ),
        None,
    )
    if claim is None:
        raise NotNow(_("所选的数值已经失效或改变，请刷新页面后重新选择。"))
    take_part(actor=actor, matter=("party", str(party.pk)), office=Office.MIDDLE, at=at)
    former = FigureChoice.objects.select_for_update().filter(
        party=party, figure=details.figure, day=details.day, ended_at=None
    ).first()  # fmt: skip
    if former is not None:
        former.ended_at = at
        former.save(update_fields=["ended_at"])
    made = FigureChoice.objects.create(
        party=party,
        figure=claim.figure,
        day=claim.day,
        source=claim.source,
        material_id=claim.material_id,
        amount=claim.amount,
        reason=details.reason,
        decided_at=at,
        decided_by_id=actor.user_id,
    )
    before = {"source": former.source} if former is not None else None
    entry.about(
        "party",
        party.pk,
        before=before,
        after={"figure": str(claim.figure), "as_of": claim.day, "source": claim.source},
    )
    entry.purpose(details.reason)
    return made
