"""The worked example of the measures as a book of customers and a ledger; not collected itself."""

from __future__ import annotations

from decimal import Decimal

from tests.networks import firm, person, post
from vouch.parties.models import Party
from vouch.parties.terms import PartyKind, PostKind
from vouch.platform.ledger.testing import writing

HEAD = "业务编号,客户名称,客户编号,业务种类,合同金额,债务余额,承担比例,再担保分出比例,发行人主体评级,计入在保日,到期日,状态,解保日期,台账日期\n"


def small(name: str) -> Party:
    """A small firm of industry by its staff and revenue."""
    return firm(name, industry_code="C1711", staff_count=50, revenue=Decimal(10_000_000))


def medium(name: str) -> Party:
    """A medium one."""
    return firm(name, industry_code="C1711", staff_count=400, revenue=Decimal(50_000_000))


def natural(name: str, *, is_farmer: bool = False) -> Party:
    """A natural person, or a farmer."""
    found = person(name)
    if is_farmer:
        with writing():
            Party.objects.filter(pk=found.pk).update(kind=PartyKind.FARMER)
            found.refresh_from_db()
    return found


def sole_trader(name: str, owner: Party | None = None) -> Party:
    """A sole trader, operated by somebody."""
    found = firm(name)
    with writing():
        Party.objects.filter(pk=found.pk).update(kind=PartyKind.SOLE_TRADER)
        found.refresh_from_db()
    if owner is not None:
        post(owner, found, PostKind.OWNER)
    return found


def row(
    number: str,
    party: Party,
    wan: str,
    *,
    kind: str = "借款类",
    share: str = "100%",
    ceded: str = "",
    rating: str = "",
    on: str = "2026-01-05",
    as_of: str = "20261031",
) -> str:
    """A line of the ledger in force; the balance in 万元."""
    amount = (Decimal(wan) * 10_000).quantize(Decimal("0.01"))
    return f"{number},{party.name},{party.number},{kind},{amount},{amount},{share},{ceded},{rating},{on},2027-12-31,在保,,{as_of}\n"


def example() -> tuple[dict[str, Party], str]:
    """The customers C1 to C10 of the example, and its eleven guarantees as a ledger."""
    customers = {
        "C1": small("甲一"), "C2": small("乙二"), "C3": small("丙三"), "C4": natural("丁四", is_farmer=True),
        "C5": natural("戊五", is_farmer=True), "C6": medium("己六"), "C7": natural("庚七"), "C8": medium("辛八"),
        "C9": medium("壬九"), "C10": medium("癸十"),
    }  # fmt: skip
    lines = [
        row("G1", customers["C1"], "480"),
        row("G2", customers["C2"], "500"),
        row("G3", customers["C3"], "300"),
        row("G4", customers["C3"], "200.01"),
        row("G5", customers["C4"], "200"),
        row("G6", customers["C5"], "200.01"),
        row("G7", customers["C6"], "1000"),
        row("G8", customers["C7"], "120", kind="住房置业"),
        row("G9", customers["C8"], "10000", kind="发行债券", rating="AA"),
        row("G10", customers["C9"], "5000", kind="发行债券", rating="AA-"),
        row("G11", customers["C10"], "2000", kind="其他融资"),
    ]
    return customers, HEAD + "".join(lines)
