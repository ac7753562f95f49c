"""Questions about guarantees given: which lines count on a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.customers.models import GivenGuarantee, GuaranteeStatement, Material
from vouch.customers.queries.materials import COUNTED, materials_of
from vouch.customers.queries.sections import Holding
from vouch.customers.terms import RELATED, MaterialKind
from vouch.parties import queries as parties
from vouch.parties.models import Party
from vouch.parties.queries import end_of
from vouch.platform.identity.actor import Actor

CURRENT_GUARANTEES = f"""
statements AS (
    SELECT m.id, m.party_id, m.as_of, m.known_at, s.is_complete
    FROM customers_guaranteestatement s JOIN customers_material m ON m.id = s.material_id
    WHERE {{scope}} AND {COUNTED}
),
last_complete AS (
    SELECT DISTINCT ON (party_id) party_id, id, as_of, known_at FROM statements WHERE is_complete
    ORDER BY party_id, as_of DESC, known_at DESC, id DESC
),
mentioned AS (
    SELECT s.party_id, s.as_of, g.id, g.amount, g.balance, g.tie,
        rank() OVER (
            PARTITION BY s.party_id, g.beneficiary, g.bank, g.starts_on
            ORDER BY s.as_of DESC, s.known_at DESC, s.id DESC
        ) AS place
    FROM customers_givenguarantee g JOIN statements s ON s.id = g.statement_id
    LEFT JOIN last_complete l ON l.party_id = s.party_id
    WHERE l.id IS NULL OR (s.as_of, s.known_at, s.id) >= (l.as_of, l.known_at, l.id)
),
guarantees AS (SELECT * FROM mentioned WHERE place = 1 AND balance > 0)
"""  # noqa: S608 - of constants
"""SQL: ``guarantees`` are those in force at the ``end`` of a day: the last complete list, and what was added since."""


def guarantee_lists_visible_to(actor: Actor) -> QuerySet[GuaranteeStatement]:
    """The lists of the parties that the actor may see."""
    return GuaranteeStatement.objects.filter(material__party__in=parties.visible_to(actor))


def guarantees_visible_to(actor: Actor) -> QuerySet[GivenGuarantee]:
    """The guarantees of the parties that the actor may see."""
    return GivenGuarantee.objects.filter(statement__material__party__in=parties.visible_to(actor))


@dataclass(frozen=True, slots=True)
class Answering:
    """What a customer answers for on a day; ``as_of`` is the latest list's, None: nobody ever said."""

    lines: Sequence[GivenGuarantee]
    as_of: date | None

    @property
    def balance(self) -> Decimal:
        """Of all lines, in yuan."""
        return sum((one.balance for one in self.lines), Decimal(0))

    @property
    def related_balance(self) -> Decimal:
        """Of those given for related parties."""
        return sum((one.balance for one in self.lines if one.tie in RELATED), Decimal(0))

    @property
    def largest(self) -> GivenGuarantee | None:
        """The one with the largest balance."""
        return max(self.lines, key=lambda one: one.balance, default=None)


_ANSWERING = f"""
WITH {CURRENT_GUARANTEES} SELECT (SELECT max(as_of) FROM statements), array_agg(id) FROM guarantees
"""  # noqa: S608 - of constants


def answering_of(party_id: int, *, as_of: date) -> Answering:
    """What the customer answers for on a day, the largest first."""
    values: dict[str, int | datetime] = {"party": party_id, "end": end_of(as_of)}
    with connection.cursor() as cursor:
        cursor.execute(_ANSWERING.format(scope="m.party_id = %(party)s"), values)
        row = cursor.fetchone()
    last_on, ids = row or (None, None)
    lines = GivenGuarantee.objects.filter(pk__in=ids or ()).select_related("statement__material")
    return Answering(list(lines.order_by("-balance", "pk")), last_on)


def statements_of(party_id: int) -> list[Material]:
    """One party's lists, the newest first, each with its lines and verifications."""
    found = materials_of(party_id, kinds=[MaterialKind.GUARANTEE]).select_related("guarantees", "replaced_by")
    return list(found.prefetch_related("guarantees__lines"))


OLD_DAYS = 365


def told_of_guarantees(party: Party, actor: Actor, at: datetime) -> Holding:
    """The section's line: how many, how much, and what of it warns."""
    today = timezone.localdate(at)
    found = answering_of(party.pk, as_of=today)
    if found.as_of is None:
        return Holding(count=0)
    warnings = []
    if any(one.ends_on and one.ends_on < today for one in found.lines):
        warnings.append(_("有到期未解除"))
    if found.related_balance:
        warnings.append(_("有关联担保"))
    if (today - found.as_of).days > OLD_DAYS:
        warnings.append(_("清单超过一年"))
    told = (
        _("余额 %(wan)s 万元") % {"wan": f"{found.balance / 10000:,.2f}"} if found.lines else _("无对外担保")
    )
    return Holding(count=len(found.lines), as_of=found.as_of, told=told, warnings=tuple(warnings))
