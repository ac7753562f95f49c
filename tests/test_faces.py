"""Every address says who may open it, every table how its rows are seen; what says nothing is not served."""

from __future__ import annotations

from tests.addresses import addresses, addresses_without_face, models_without_policy, own_models
from vouch.parties.models import Party


def test_every_address_says_who_may_open_it() -> None:
    assert len(list(addresses())) > 30
    assert addresses_without_face() == []


def test_every_table_says_how_its_rows_are_seen() -> None:
    assert len(own_models()) > 15
    assert models_without_policy(own_models(), about=Party) == []
