"""Records that somebody entered a second time, as they come about: from a partner's list, in haste, from old papers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from vouch.demo.actions.firms import Firm
from vouch.parties.actions import (
    EnterpriseDetails,
    Registration,
    look_for_duplicates,
    merge_parties,
    register_enterprise,
)
from vouch.parties.models import Party
from vouch.parties.queries import current_assignment, party_by_code
from vouch.parties.terms import IdentifierKind
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit

SECOND = (11, 23, 37, 52, 64)
"""The places of the firms that are entered twice."""


def enter_twice(firms: list[Firm], *, units: Mapping[str, Unit], actor: Actor, at: datetime) -> int:
    """Enter some firms once more; return how many pairs wait. One of them is merged already."""
    made = [_again(firms, place, number, units, actor=actor, at=at) for number, place in enumerate(SECOND)]
    found = look_for_duplicates(actor=actor, at=at)
    stays = party_by_code(firms[SECOND[0]].uscc)
    if stays is not None:
        reason = "合作银行清单里的简称，地址一致，电话核实为同一户"
        merge_parties(actor=actor, at=at, party=made[0], canonical=stays, reason=reason)
    return found.waiting - 1


def _again(
    firms: list[Firm], place: int, number: int, units: Mapping[str, Unit], *, actor: Actor, at: datetime
) -> Party:
    """A short name; a wrong character; the old tax number; another address; only the brand, in the other branch."""
    firm = firms[place]
    short = firm.name.removeprefix("江州").removesuffix("有限公司")
    name = (short, f"{firm.name[:3]}淼{firm.name[4:]}", firm.name, firm.name, short)[number]
    address = firm.address if number != 3 else "江州市新区创业路18号"
    old = (IdentifierKind.OTHER, "", f"{firm.uscc[2:8]}{firm.uscc[8:17]}")
    code = firm.unit if number != 4 else next(one.unit for one in firms if one.unit != firm.unit)
    # In the hands of whoever looks after a firm of that branch.
    neighbour = party_by_code(next(one.uscc for one in firms[place:] if one.unit == code))
    duty = current_assignment(neighbour) if neighbour else None
    registration = Registration(
        EnterpriseDetails(name=name, address=address),
        codes=[old] if number == 2 else [],
        manager=duty.manager if duty else None,
        second_manager=duty.second_manager if duty else None,
    )
    return register_enterprise(actor=actor, at=at, unit=units[code], registration=registration)
