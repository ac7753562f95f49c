"""Role × scope × face: nothing of a customer outside one's scope, nothing protected in plain, on any answer.

Faces come from the URL conf, objects and texts from the tables, so what is built later is asked too.

* every address as every role in every scope: the door, and behind it one object outside the scope (or the list);
* every address with every object, as page and filled in, once as part (HTMX) and as files, as the holder of all roles
  at once, who passes every door, with a unit's customers and with all;
* every search for a text of an invisible customer answers as for one that nobody has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.test import Client

from tests.addresses import Address, addresses, own_models, path_to, visible
from tests.visibility.asking import Answer, Asked, ask, fewest, ways
from tests.visibility.markers import CLASSES, Markers, customers_tables
from tests.visibility.scene import Scene
from vouch.parties.models import Party
from vouch.parties.queries import in_sight_of, visible_to
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.middleware import NOBODY
from vouch.platform.identity.terms import Role, Scope

pytestmark = pytest.mark.django_db

ALL_ROLES = [str(role) for role in Role]
ADDRESSES = list(addresses())
PAGES = [one for one in ADDRESSES if not one.is_api]
NOTHING_THERE = {
    "api:nowhere",  # answers that there is nothing
    # Open to those who have such a device, and sit before it.
    *("mfa_edit_webauthn", "mfa_remove_webauthn", "mfa_deactivate_totp", "mfa_authenticate"),
    *("mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_download_recovery_codes"),
    "desk:explain",  # for a request of another kind than the scene's
    "operations:manifest",  # of a backup that lies on a disk
    "operations:inspection_letter",  # its file would have to be kept
    *("openid_connect_login", "openid_connect_callback", "operations:inspection_over"),
    *("mfa_login_webauthn", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"),
}
"""Addresses that no object of the scene opens, each for its reason."""

VARIANTS: dict[str, dict[str, Any]] = {
    "?export=csv": {},
    "?export=xlsx": {},
    "": {"headers": {"HX-Request": "true"}},
}
SEEN = {
    Scope.OWN: {"own"},
    Scope.UNIT: {"own", "unit"},
    Scope.UNIT_BELOW: {"own", "unit", "below"},
    Scope.ALL: {"own", "unit", "below", "far"},
}


def seen_by(actor: Actor) -> set[int]:
    return set(visible_to(actor).values_list("pk", flat=True))


def leaks(
    answer: Answer, actor_sees: set[int], markers: Markers, allowed: frozenset[str] = frozenset()
) -> Iterator[str]:
    """What an answer gives away; ``allowed`` are the field classes that it may show in plain."""
    for text in markers.outside(actor_sees):
        if text in answer.text:
            yield f"shows {text!r} of customer {markers.owner[text]}"
    for text, place in markers.protected.items():
        if text in answer.text and CLASSES[place] not in allowed:
            yield f"shows {'.'.join(place)} in plain: {text!r}"


def asked_as(address: Address, method: str, *, roles: str, scope: str) -> str:
    return f"{method} {address.name} as {roles} / {scope}"


@pytest.mark.parametrize("scope", Scope.values)
def test_the_scene_shows_each_scope_its_own_customers(scene: Scene, scope: Scope) -> None:
    actor = scene.become(roles=ALL_ROLES, scope=scope)
    assert seen_by(actor) == scene.both(SEEN[scope]) | (scene.house if scope == Scope.ALL else set())
    gathered = Party.objects.filter(in_sight_of(actor, "pk")).values_list("pk", flat=True)
    assert sorted(gathered) == sorted(seen_by(actor)), "whichever way it is asked"


def test_every_table_of_customers_has_rows_for_each_customer(scene: Scene) -> None:
    empty = [
        model.__name__
        for model, path in customers_tables().items()
        if not model._default_manager.filter(
            **{f"{path}__in" if path else "pk__in": scene.both(["far"])}
        ).exists()
    ]
    assert not empty, f"give each customer a row of these in tests/visibility/scene.py: {empty}"


def test_every_column_of_ciphertext_has_its_class(markers: Markers) -> None:
    assert markers.unclassed == frozenset(), (
        "say in tests/visibility/markers.py of which field class these are"
    )
    assert {CLASSES[place] for place in markers.protected.values()} >= {
        "identity",
        "phone",
        "account",
        "income",
    }


@pytest.mark.parametrize("scope", Scope.values)
def test_what_a_room_says_is_visible_stays_within_the_scope(scene: Scene, scope: Scope) -> None:
    wrong = []
    for role in Role:
        actor = scene.become(roles=[role], scope=scope)
        for model in own_models():
            policy, path = visible(model), path_to(Party, model)
            if callable(policy) and (path or model is Party):
                owners = set(policy(actor).values_list(f"{path}__pk" if path else "pk", flat=True))
                if not owners - {None} <= seen_by(actor):
                    wrong.append(f"{model.__name__} for {role} / {scope}")
    assert not wrong, "\n".join(wrong[:40])


def test_the_scene_reaches_every_face(scene: Scene, browser: Client) -> None:
    """A face that no object of the scene opens would be judged by its errors alone."""
    scene.become(roles=ALL_ROLES, scope=Scope.ALL)
    unreached = []
    for address in PAGES:
        found = []
        for way in ways(address, scene):
            found.append(ask(browser, address, way).status)
            if found[-1] < 400 or found[-1] == 405:
                break
        else:
            if address.name in NOTHING_THERE:
                continue
            unreached.append(f"{address} {address.arguments}: {sorted(set(found)) or 'no object'}")
    listed = "\n".join(unreached)
    assert not unreached, f"give these an object in tests/visibility/scene.py:\n{listed}"


@pytest.mark.parametrize("scope", Scope.values)
@pytest.mark.parametrize("role", Role.values)
def test_every_face_as_every_role_in_every_scope(
    scene: Scene, markers: Markers, browser: Client, role: str, scope: Scope
) -> None:
    actor = scene.become(roles=[role], scope=scope)
    sees = seen_by(actor)
    wrong = []
    for address in PAGES:
        face = address.face
        found = ways(address, scene)
        assert face is not None
        assert found, f"no object for {address}"
        outside = [way for way in found if way.owners and not way.owners <= sees]
        way = (outside or found)[0]
        method = "GET"
        answer = ask(browser, address, way)
        if answer.status == 405:
            method = "POST"
            answer = ask(browser, address, way, method="POST")
        said = asked_as(address, method, roles=role, scope=scope)
        if not face.may(actor) and answer.status != 403:
            wrong.append(f"{said}: the door is shut, but it answers {answer.status}")
        elif face.may(actor) and outside and answer.status != 404:
            wrong.append(f"{said}: what is not visible answers {answer.status}, not 404")
        wrong += [f"{said}: {leak}" for leak in leaks(answer, sees, markers)]
    assert not wrong, "\n".join(wrong[:40])


@pytest.mark.parametrize("scope", [Scope.UNIT, Scope.ALL])
def test_every_object_on_every_face_in_every_form(
    scene: Scene, markers: Markers, browser: Client, scope: Scope
) -> None:
    actor = scene.become(roles=ALL_ROLES, scope=scope)
    sees = seen_by(actor)
    wrong = []
    for address in PAGES:
        forms = iter((True, *[False] * 999))
        for way in fewest(ways(address, scene)):
            is_within = way.owners <= sees
            for said, answer in every_form(browser, address, way, scene, is_within and next(forms)):
                found = leaks(answer, sees, markers, allowed(address, said))
                wrong += [f"{said} {dict(way.arguments)}: {leak}" for leak in found]
    assert not wrong, "\n".join(wrong[:40])


def allowed(address: Address, said: str) -> frozenset[str]:
    """Only a form with its purpose, on a face that names the classes, shows protected values."""
    face = address.face
    return frozenset(face.classes) if face and said.startswith("POST") else frozenset()


def every_form(
    client: Client, address: Address, way: Asked, scene: Scene, has_variants: bool
) -> Iterator[tuple[str, Answer]]:
    """The page; once for each address its parts and files; and its form, filled in as the scene says."""
    page = ask(client, address, way)
    yield f"GET {address.name}", page
    if has_variants and page.status == 200 and not page.is_attachment:
        for query, how in VARIANTS.items():
            yield f"GET {address.name}{query} {how}", ask(client, address, way, query=query, **how)
    yield f"POST {address.name}", post(client, address, way, scene)


def post(client: Client, address: Address, way: Asked, scene: Scene) -> Answer:
    filled = scene.posts[address.name](dict(way.arguments)) if address.name in scene.posts else {}
    form = "application/x-www-form-urlencoded"
    return ask(client, address, way, method="POST", data=urlencode(filled), content_type=form)


@pytest.mark.parametrize("scope", [Scope.OWN, Scope.UNIT, Scope.UNIT_BELOW])
def test_what_is_not_visible_answers_as_what_does_not_exist(
    scene: Scene, browser: Client, scope: Scope
) -> None:
    scene.become(roles=ALL_ROLES, scope=scope)
    sees = scene.both(SEEN[scope])
    wrong = []
    for address in PAGES:
        outside = [way for way in ways(address, scene) if way.owners and not way.owners <= sees]
        for way in outside[:2]:
            nowhere = Asked(
                tuple(
                    (name, value + 1_000_000 if isinstance(value, int) else value)
                    for name, value in way.arguments
                ),
                frozenset(),
            )
            for method in ("GET", "POST"):
                real, none = (ask(browser, address, one, method=method) for one in (way, nowhere))
                if (real.status, plain(real)) != (none.status, plain(none)):
                    wrong.append(f"{method} {address.name}: {real.status} and {none.status}")
    assert not wrong, "\n".join(wrong[:40])


def plain(answer: Answer, *words: str) -> str:
    """The answer without what differs each time, and without the words that were asked for."""
    text = re.sub(r"\b[A-Za-z0-9]{64}\b", "", answer.body)  # the token against forged requests
    for word in words:
        text = text.replace(word, "").replace(quote(word), "")
    return text


def nobodys(word: str) -> str:
    """A word of the same form that nobody has: a customer's number with a digit less would pass for a travel document."""
    return "C99999999" if re.fullmatch(r"C\d{8}", word) else f"{word[:-1]}〇"


@pytest.mark.parametrize("scope", [Scope.OWN, Scope.UNIT, Scope.UNIT_BELOW])
def test_a_search_does_not_tell_that_somebody_exists(
    scene: Scene, markers: Markers, browser: Client, scope: Scope
) -> None:
    actor = scene.become(roles=ALL_ROLES, scope=scope)
    far = scene.parties["far"]
    words = [far.name, far.number, *[text for text in markers.protected if markers.owner.get(text) == far.pk]]
    words = [word for word in words if markers.owner.get(word) == far.pk]
    wrong, searched = [], 0
    assert far.pk not in seen_by(actor)
    for address in PAGES:
        for way in ways(address, scene)[:1]:
            page = ask(browser, address, way)
            # The box in the top bar is on every page; it leads to a page of its own.
            if page.status != 200 or 'name="q"' not in page.text.partition("<main")[2]:
                continue
            searched += 1
            for word in words:
                found = ask(browser, address, way, query=f"?q={word}")
                other = nobodys(word)
                missed = ask(browser, address, way, query=f"?q={other}")
                if plain(found, word) != plain(missed, other):
                    wrong.append(f"{address.name}?q={word}")
    assert searched >= 2
    assert not wrong, "\n".join(wrong[:40])


def test_whoever_is_not_signed_in_sees_the_way_in_alone(scene: Scene, markers: Markers) -> None:
    stranger = Client()
    wrong = []
    for address in PAGES:
        for way in ways(address, scene)[:2]:
            for method in ("GET", "POST"):
                answer = ask(stranger, address, way, method=method)
                wrong += [f"{method} {address.name}: {leak}" for leak in leaks(answer, set(), markers)]
                face = address.face
                if face and not face.may(NOBODY) and answer.status not in {302, 403}:
                    wrong.append(f"{method} {address.name}: {answer.status}")
    assert not wrong, "\n".join(wrong[:40])
