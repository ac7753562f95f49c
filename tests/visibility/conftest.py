"""The scene is set once for the tests of a module; whatever a question does is undone at once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpRequest
from django.template.base import Template
from django.test import Client, override_settings

from tests.visibility.markers import Markers, harvest
from tests.visibility.scene import Scene, build
from vouch.platform.identity import middleware
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import User
from vouch.platform.identity.queries import actor_of
from vouch.platform.web import navigation


@pytest.fixture(scope="module")
def scene(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    folder: Path = tmp_path_factory.mktemp("visibility")
    here = override_settings(IMPORTS_DIR=folder / "imports", LEDGER_HEADS_DIR=folder / "heads")
    with here, django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Thousands of refusals are what is wanted here; their log lines would drown everything else."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(autouse=True)
def _asked_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is the same for each of the thousands of questions of one guise is worked out once; every answer stays whole."""
    seen: dict[tuple[object, ...], Actor] = {}

    def remembered(user: User) -> Actor:
        guise = (user.pk, *user.roles, user.scope)
        if guise not in seen:
            seen[guise] = actor_of(user)
        return seen[guise]

    counted: dict[tuple[object, ...], int] = {}

    def once(count: Callable[[HttpRequest], int]) -> Callable[[HttpRequest], int]:
        def of_guise(request: HttpRequest) -> int:
            guise = (count, *request.actor.roles, request.actor.scope)  # type: ignore[attr-defined]
            if guise not in counted:
                counted[guise] = count(request)
            return counted[guise]

        return of_guise

    monkeypatch.setattr(middleware, "actor_of", remembered)
    # Numbers beside places and tools say nothing of anybody, and every page counts them all.
    places = {
        name: replace(item, badge=once(item.badge)) if item.badge else item
        for name, item in navigation._items.items()
    }
    tools = {
        name: replace(tool, count=once(tool.count)) if tool.count else tool
        for name, tool in navigation._tools.items()
    }
    monkeypatch.setattr(navigation, "_items", places)
    monkeypatch.setattr(navigation, "_tools", tools)
    # Nobody here reads the contexts that Django's test runner copies from every template.
    monkeypatch.setattr(Template, "_render", lambda self, context: self.nodelist.render(context))


@pytest.fixture(scope="module")
def markers(scene: Scene) -> Markers:
    return harvest(scene)


@pytest.fixture(scope="module")
def browser(scene: Scene) -> Client:
    """A browser in which the observer is signed in."""
    client = Client()
    client.force_login(scene.observer, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client
