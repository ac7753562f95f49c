"""The register (在保台账): which guarantees, under which filter, and what they add up to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, FilteredRelation, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from vouch.business.models import Guarantee, GuaranteeVersion
from vouch.business.terms import GuaranteeState
from vouch.parties import queries as parties
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Scope

ZERO = Decimal("0.00")


def visible_to(actor: Actor) -> QuerySet[Guarantee]:
    """The guarantees of the customers that the actor may see."""
    found = Guarantee.objects.all()
    # Who sees every customer sees every guarantee; asking for each would cost a join over the whole book.
    return found if actor.scope == Scope.ALL else found.filter(party__in=parties.visible_to(actor))


def _book_of(actor: Actor) -> QuerySet[Guarantee]:
    """The same, gathered once for questions about the whole book."""
    return Guarantee.objects.filter(parties.in_sight_of(actor, "party"))


def versions_visible_to(actor: Actor) -> QuerySet[GuaranteeVersion]:
    """How those guarantees stood before."""
    return GuaranteeVersion.objects.filter(guarantee__in=visible_to(actor))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the register is cut down to; empty values cut nothing. ``due_until`` includes its day."""

    text: str = ""
    kind: str = ""
    state: str = ""
    five_class: str = ""
    bank: str = ""
    product: str = ""
    unit_id: int | None = None
    manager_id: int | None = None
    industry: str = ""
    due_since: date | None = None
    due_until: date | None = None
    is_overdue: bool = False


def register(actor: Actor, wanted: Wanted) -> QuerySet[Guarantee]:
    """The guarantees that the actor sees and the filter lets through, each with who looks after its customer."""
    found = _book_of(actor).annotate(
        duty=FilteredRelation("party__assignments", condition=Q(party__assignments__ends_on=None))
    )
    exact = {
        "kind": wanted.kind,
        "state": wanted.state,
        "five_class": wanted.five_class,
        "bank": wanted.bank,
        "product": wanted.product,
        "duty__unit_id": wanted.unit_id,
        "duty__manager_id": wanted.manager_id,
        "due_on__gte": wanted.due_since,
        "due_on__lte": wanted.due_until,
    }
    found = found.filter(**{name: value for name, value in exact.items() if value not in {"", None}})
    if wanted.industry:
        found = found.filter(party__enterprise__industry_code__startswith=wanted.industry)
    if wanted.is_overdue:
        found = found.filter(overdue_days__gt=0)
    if wanted.text:
        found = found.filter(pk__in=_named(actor, wanted.text))
    return found


def _named(actor: Actor, text: str) -> QuerySet[Any]:
    """The keys of those whose number, contract or customer the text names: each looked up in its own index.

    A customer's guarantees stand at any of its records.
    """
    text = text.strip()
    whole = Guarantee.objects.order_by()
    found = parties.search(parties.visible_to(actor), text)
    by_customer = whole.filter(party__in=found)
    by_merged = whole.filter(party__in=Party.objects.filter(canonical__in=found))
    by_number, by_contract = (
        whole.filter(number__icontains=text),
        whole.filter(contract_number__icontains=text),
    )
    return by_number.values("pk").union(
        by_contract.values("pk"), by_customer.values("pk"), by_merged.values("pk"), all=True
    )


def with_names(guarantees: QuerySet[Guarantee]) -> QuerySet[Guarantee]:
    """Rows of ``register`` with what a list shows of each, in the same query."""
    return guarantees.select_related("party").annotate(
        unit_name=F("duty__unit__name"), manager_name=F("duty__manager__name")
    )


@dataclass(frozen=True, slots=True)
class Totals:
    """What a set of guarantees adds up to; money in yuan, ``customers`` each counted once, of however many records."""

    count: int
    customers: int
    contract_amount: Decimal
    debt_balance: Decimal
    balance: Decimal
    overdue_amount: Decimal
    overdue_count: int


def totals(guarantees: QuerySet[Guarantee]) -> Totals:
    """One query over the whole set, the sorting and paging of which do not matter, and a small one for merged records."""
    sums = guarantees.order_by().aggregate(
        count=Count("pk"),
        customers=Count("party", distinct=True),
        contract_amount=Sum("contract_amount"),
        debt_balance=Sum("debt_balance"),
        balance=Sum("balance"),
        overdue_amount=Sum("overdue_amount"),
        overdue_count=Count("pk", filter=Q(overdue_days__gt=0)),
    )
    known: dict[str, Any] = {name: ZERO if value is None else value for name, value in sums.items()}
    known["customers"] -= _counted_again(guarantees)
    return Totals(**known)


def _counted_again(guarantees: QuerySet[Guarantee]) -> int:
    """How many records there are among them beside another one of the same customer; the few that were merged are asked for."""
    stands_for = parties.merged_records()
    if not stands_for:
        return 0
    grouped = {*stands_for, *stands_for.values()}
    found = set(guarantees.order_by().filter(party__in=grouped).values_list("party_id", flat=True))
    return len(found) - len({stands_for.get(pk, pk) for pk in found})


def names_in_use(actor: Actor) -> tuple[list[str], list[str]]:
    """Every creditor and every product in the register, as far as the actor sees its guarantees; in one pass."""
    # Sorted here: the database would sort every row before it drops the repeats.
    pairs = list(_book_of(actor).order_by().values_list("bank", "product").distinct())
    banks, products = {bank for bank, _product in pairs}, {product for _bank, product in pairs}
    return sorted(banks - {""}), sorted(products - {""})


def guarantee_of(actor: Actor, pk: int) -> Guarantee | None:
    """One guarantee with its customer, if the actor may see it."""
    return visible_to(actor).select_related("party", "batch").filter(pk=pk).first()


def guarantees_of(party_id: int) -> QuerySet[Guarantee]:
    """One customer's guarantees, those of records merged into it too: those in force first, then the newest.

    The caller has checked visibility.
    """
    return Guarantee.objects.filter(Q(party=party_id) | Q(party__canonical=party_id)).order_by(
        "state", "-counted_on", "-pk"
    )


def versions_of(guarantee: Guarantee) -> QuerySet[GuaranteeVersion]:
    """How it stood by each ledger, the newest first."""
    return guarantee.versions.select_related("batch").order_by("-as_of", "-known_at", "-pk")


def due_months(guarantees: QuerySet[Guarantee]) -> list[tuple[date, int, Decimal]]:
    """Month, how many of these in force fall due in it, and their balance in yuan; in order."""
    found = (
        guarantees.filter(state=GuaranteeState.IN_FORCE, due_on__isnull=False)
        .order_by()
        .annotate(month=TruncMonth("due_on"))
        .values_list("month")
        .annotate(count=Count("pk"), total=Sum("balance"))
        .order_by("month")
    )
    return [(month, count, total) for month, count, total in found]
