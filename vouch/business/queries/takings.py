"""What of limits the register takes up: our share of every guarantee in force, as grading asks for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal

from django.db.models import Sum
from django.db.models.functions import Coalesce

from vouch.business.models import Guarantee
from vouch.business.terms import GuaranteeState
from vouch.grading.queries import Reach, RegisterBook, Registered

ZERO = Decimal("0.00")
_IN_FORCE = Guarantee.objects.filter(state=GuaranteeState.IN_FORCE).order_by()


def _balance(reach: Reach) -> Decimal:
    return reach.narrow(_IN_FORCE.all()).aggregate(total=Coalesce(Sum("balance"), ZERO))["total"]  # type: ignore[no-any-return]


def _by_customer(reach: Reach) -> Mapping[int, Decimal]:
    rows = reach.narrow(_IN_FORCE.all()).values_list(Coalesce("party__canonical", "party"))
    return dict(rows.annotate(total=Sum("balance")))


def _by_bank() -> Mapping[str, Decimal]:
    return dict(_IN_FORCE.values_list("bank").annotate(total=Sum("balance")))


def _named(numbers: Collection[str]) -> Mapping[str, Registered]:
    if not numbers:
        return {}
    rows = Guarantee.objects.filter(number__in=numbers).annotate(
        customer=Coalesce("party__canonical", "party")
    )
    return {
        number: Registered(balance, as_of, customer)
        for number, balance, as_of, customer in rows.values_list("number", "balance", "as_of", "customer")
    }


BOOK = RegisterBook(balance=_balance, by_customer=_by_customer, by_bank=_by_bank, named=_named)
