"""What a customer's file says of its connections: for whom it answers, whom it buys from and sells to."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vouch.customers.queries.guarantees import CURRENT_GUARANTEES
from vouch.customers.terms import Direction, GuaranteeKind, InvoiceState
from vouch.parties.queries import LinkForm
from vouch.parties.queries.links import Near
from vouch.parties.terms import ORGANISATIONS, SOURCE_INVOICES, IdentifierKind

GUARANTEE, SUPPLY = "guarantee", "supply"
SUPPLY_MONTHS = 12

_FIRMS = "p.kind IN ({})".format(", ".join(f"'{kind.value}'" for kind in sorted(ORGANISATIONS)))


def _whom(name: str, *, kind: str, source: str) -> str:
    """SQL: whom a text names: by its code, or by a name that one organisation alone has, in whichever of its records;
    persons share names.
    """
    return f"""LEFT JOIN parties_identifier c ON c.kind = '{kind}' AND c.source = '{source}' AND c.value = {name}
        LEFT JOIN LATERAL (
            SELECT min(coalesce(p.canonical_id, p.id)) AS party_id FROM party_records p
            WHERE p.name = {name} AND {_FIRMS} HAVING count(DISTINCT coalesce(p.canonical_id, p.id)) = 1
        ) AS n ON TRUE"""  # noqa: S608 - of constants


def _called(kind: str, source: str) -> str:
    """SQL: the texts that could name those asked about."""
    return f"""SELECT p.name FROM party_records p
        WHERE (p.id = ANY(%(near)s) OR p.canonical_id = ANY(%(near)s)) AND {_FIRMS}
        UNION SELECT i.value FROM parties_identifier i
        WHERE i.party_id = ANY(%(near)s) AND i.kind = '{kind}' AND i.source = '{source}'"""  # noqa: S608 - of constants


_BY = "CASE WHEN c.party_id IS NULL THEN 'name' ELSE 'code' END"


def _guarantees(near: Near) -> str:
    """Guarantor → whom it answers for, by the lists in force: those of the ones asked about, and those that name them."""
    scope = near("m.party_id")
    if not near.is_whole:
        scope = f"""({scope} OR m.party_id IN (
            SELECT o.party_id FROM customers_material o JOIN customers_givenguarantee x ON x.statement_id = o.id
            WHERE x.beneficiary IN ({_called(IdentifierKind.USCC, "")})
        ))"""  # noqa: S608 - of constants
    return f"""WITH {CURRENT_GUARANTEES.format(scope=scope)}
        SELECT g.party_id AS source, coalesce(c.party_id, n.party_id) AS target, r.kind::text, g.balance, {_BY},
            r.starts_on, r.ends_on, g.as_of
        FROM guarantees g JOIN customers_givenguarantee r ON r.id = g.id
        {_whom("r.beneficiary", kind=IdentifierKind.USCC, source="")}
        WHERE coalesce(c.party_id, n.party_id) IS NOT NULL"""  # noqa: S608 - of constants


def _supply(near: Near) -> str:
    """Seller → buyer, by the invoices of a year; where both sides brought theirs, the larger sum counts."""
    picked, joined = "", ""
    if not near.is_whole:
        # Each half by its own index: either of the two in one condition would read every invoice.
        own = f"SELECT i.id FROM customers_invoice i WHERE {near('i.party_id')} UNION"  # noqa: S608 - of constants
        own = "" if near.is_inside else own
        picked = f"""called AS MATERIALIZED ({_called(IdentifierKind.SOURCE_CODE, SOURCE_INVOICES)}),
            picked AS MATERIALIZED (
                {own} SELECT i.id FROM called JOIN customers_invoice i ON i.counterparty = called.name
            ),"""  # noqa: S608 - of constants
        joined = "JOIN picked ON picked.id = i.id"
    is_sale = f"t.direction = '{Direction.OUTPUT.value}'"
    return f"""WITH {picked} traded AS (
            SELECT i.party_id, i.direction, i.counterparty, sum(i.total) AS amount,
                min(i.issued_on) AS first_on, max(i.issued_on) AS last_on
            FROM customers_invoice i {joined}
            WHERE i.state = '{InvoiceState.VALID.value}' AND i.issued_on <= %(as_of)s
                AND i.issued_on > (%(as_of)s::date - interval '{SUPPLY_MONTHS} months')::date
            GROUP BY 1, 2, 3
        ), told AS (
            -- One side may name the other in several ways: what it says is the sum.
            SELECT CASE WHEN {is_sale} THEN t.party_id ELSE coalesce(c.party_id, n.party_id) END AS source,
                CASE WHEN {is_sale} THEN coalesce(c.party_id, n.party_id) ELSE t.party_id END AS target,
                sum(t.amount) AS amount, min({_BY}) AS found_by, min(t.first_on) AS first_on, max(t.last_on) AS last_on
            FROM traded t {_whom("t.counterparty", kind=IdentifierKind.SOURCE_CODE, source=SOURCE_INVOICES)}
            WHERE coalesce(c.party_id, n.party_id) IS NOT NULL GROUP BY 1, 2, t.direction
        )
        SELECT source, target, ''::text, max(amount), min(found_by), min(first_on), NULL::date, max(last_on)
        FROM told WHERE amount > 0 GROUP BY 1, 2"""  # noqa: S608 - of constants


FORMS = (
    LinkForm(
        GUARANTEE, _("担保"), _guarantees, order=90, is_money=True, words=dict(GuaranteeKind.choices),
        origins={"name": _("对外担保清单（按名称）"), "code": _("对外担保清单（按代码）")},
    ),
    LinkForm(
        SUPPLY, _("供销"), _supply, order=100, is_money=True,
        origins={"name": _("近12个月发票（按名称）"), "code": _("近12个月发票（按代码）")},
    ),
)  # fmt: skip
