"""The scene is set once for the tests of a module; whatever a question does is undone at once."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client, override_settings

from tests.visibility.markers import Markers, harvest
from tests.visibility.scene import Scene, build


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


@pytest.fixture(scope="module")
def markers(scene: Scene) -> Markers:
    return harvest(scene)


@pytest.fixture(scope="module")
def browser(scene: Scene) -> Client:
    """A browser in which the observer is signed in."""
    client = Client()
    client.force_login(scene.observer, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client
