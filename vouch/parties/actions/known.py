"""Whose guarantee a row tells of: by code, by customer number, by an identity number, and last by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from vouch.engine.identifiers import CodeKind, judge_code
from vouch.parties import queries as parties
from vouch.parties.models import Party
from vouch.parties.queries.persons import document_index
from vouch.parties.terms import IdentifierKind
from vouch.platform.exchange.importer import RowFault
from vouch.platform.identity.actor import Actor


@dataclass(frozen=True, slots=True)
class Who:
    """How a row names a customer: a code of any kind ("" without one) and a name."""

    code: str
    name: str


class Customers:
    """The customers that a chunk of rows names, found in a constant number of queries."""

    def __init__(self, wanted: Iterable[Who], *, actor: Actor) -> None:
        asked = set(wanted)
        codes = {who.code for who in asked if who.code}
        self._by_code = _by_code(codes)
        names = {who.name for who in asked if who.name}
        self._by_name: dict[str, set[int]] = {}
        for pk, name in Party.objects.filter(name__in=names).values_list("pk", "name"):
            self._by_name.setdefault(name, set()).add(pk)
        found = {*self._by_code.values(), *(pk for pks in self._by_name.values() for pk in pks)}
        seen = parties.visible_to(actor).filter(pk__in=found).values_list("pk", "canonical_id")
        self._customer: Mapping[int, int] = {pk: canonical or pk for pk, canonical in seen}

    def of(self, who: Who) -> int:
        """The key of the customer's record. Raises RowFault; who is not visible is told like who does not exist.

        A code names its own record, merged or not; a name that several records of one customer bear, the standing one.
        """
        if who.code:
            pk = self._by_code.get(who.code)
            if pk is None or pk not in self._customer:
                raise RowFault("customer_code", _("没有这个代码的客户；请先导入客户名单"))
            return pk
        found = [pk for pk in self._by_name.get(who.name, ()) if pk in self._customer]
        customers = {self._customer[pk] for pk in found}
        if len(customers) > 1:
            raise RowFault(
                "customer", _("有 %(count)d 个客户叫这个名称，请补充客户代码") % {"count": len(customers)}
            )
        if not found:
            raise RowFault("customer", _("没有这个名称的客户；请先导入客户名单，或补充客户代码"))
        return next((pk for pk in found if pk in customers), min(found))

    def customer_of(self, pk: int) -> int:
        """The record that stands for the customer whose record this is: itself, or the one that it was merged into."""
        return self._customer.get(pk, pk)


def _by_code(codes: set[str]) -> dict[str, int]:
    found = dict(Party.objects.filter(number__in=codes).values_list("number", "pk"))
    judged = {code: judge_code(code) for code in codes - found.keys()}
    for kind, shape in (
        (IdentifierKind.USCC, CodeKind.USCC),
        (IdentifierKind.OLD_NUMBER, CodeKind.OLD_NUMBER),
    ):
        official = {code: one.value for code, one in judged.items() if one.kind is shape}
        if official:
            ids = parties.party_ids_by_code(list(official.values()), kind=kind)
            found |= {code: ids[value] for code, value in official.items() if value in ids}
    indexes = {document_index(code): code for code in codes - found.keys()}
    persons = Party.objects.filter(person__document_index__in=list(indexes))
    for index, pk in persons.values_list("person__document_index", "pk"):
        if index is not None:
            found[indexes[bytes(index)]] = pk
    return found
