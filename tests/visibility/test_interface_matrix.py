"""Scope × data scope × operation: what a key of the interface gets of customers outside its units."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from tests.addresses import Address, addresses
from tests.visibility.asking import Answer, Asked, ask, fewest, ways
from tests.visibility.markers import Markers
from tests.visibility.scene import API_SECRET, Scene
from tests.visibility.test_matrix import leaks, seen_by
from vouch.platform.identity.models import ApiKey
from vouch.platform.identity.queries import actor_of_key
from vouch.platform.identity.terms import ApiScope, Scope
from vouch.platform.ledger.testing import writing

pytestmark = pytest.mark.django_db

OPERATIONS = [one for one in addresses() if one.is_api]
REACHES = [Scope.UNIT, Scope.UNIT_BELOW, Scope.ALL]


BODIES = {"api:use": {"amount": "1.00"}, "api:release": {"step": "cancel"}}
"""What an operation on an object wants to be told before it looks for it."""


def call(address: Address, asked: Asked, secret: str = API_SECRET) -> Answer:
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    how: dict[str, Any] = {"headers": headers}
    if address.method != "GET":
        how |= {"data": json.dumps(BODIES.get(address.name, {})), "content_type": "application/json"}
    return ask(Client(), address, asked, **how)


def with_rights(scene: Scene, scopes: list[str], reach: Scope) -> Any:
    with writing():
        ApiKey.objects.filter(pk=scene.key.pk).update(scopes=scopes, data_scope=reach)
    scene.key.refresh_from_db()
    return actor_of_key(scene.key)


def test_the_interface_is_asked() -> None:
    assert len(OPERATIONS) >= 5


@pytest.mark.parametrize("reach", REACHES)
@pytest.mark.parametrize(
    "scopes", [[scope] for scope in ApiScope.values] + [list(ApiScope.values), []], ids=str
)
def test_every_operation_with_every_object(
    scene: Scene, markers: Markers, scopes: list[str], reach: Scope
) -> None:
    actor = with_rights(scene, scopes, reach)
    sees = seen_by(actor)
    wrong = []
    for address in OPERATIONS:
        face = address.face
        found = ways(address, scene)
        assert face is not None
        assert found, f"no object for {address}"
        # With every right every object; with one right one object outside the reach, or the first.
        outside = [way for way in found if way.owners and not way.owners <= sees]
        for way in fewest(found) if len(scopes) > 1 else (outside or found)[:1]:
            answer = call(address, way)
            said = f"{address} {dict(way.arguments)} with {scopes} / {reach}: {answer.status}"
            if not face.may(actor) and answer.status != 403:
                wrong.append(f"{said}, though its door is shut")
            if face.may(actor) and way.owners and not way.owners <= sees and answer.status != 404:
                wrong.append(f"{said}, though not visible")
            wrong += [f"{said} {leak}" for leak in leaks(answer, sees, markers)]
    assert not wrong, "\n".join(wrong[:40])


@pytest.mark.parametrize("secret", ["", "vouch_scene_wrong", "nonsense"])
def test_without_a_key_there_is_nothing(scene: Scene, markers: Markers, secret: str) -> None:
    for address in OPERATIONS:
        for way in ways(address, scene)[:2]:
            answer = call(address, way, secret)
            assert answer.status == 401, str(address)
            assert list(leaks(answer, set(), markers)) == []
