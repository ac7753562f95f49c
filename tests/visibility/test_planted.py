"""The net holds: a table, a page, an operation without policy each fail, and so do leaks that are planted."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client, override_settings
from django.test.utils import isolate_apps
from django.urls import URLPattern, URLResolver, get_resolver, include, path
from ninja import NinjaAPI

from tests.addresses import Address, addresses, addresses_without_face, models_without_policy
from tests.visibility.asking import Asked, ask, ways
from tests.visibility.markers import Markers
from tests.visibility.scene import NOW, Scene
from tests.visibility.test_matrix import ALL_ROLES, leaks, seen_by
from vouch.parties.models import Party, Person
from vouch.parties.queries.persons import plain_value
from vouch.platform.identity.terms import Scope
from vouch.platform.web.columns import Column
from vouch.platform.web.exports import EXPORTS
from vouch.platform.web.faces import SIGNED_IN, face

pytestmark = pytest.mark.django_db

NOTHING = Asked((), frozenset())


@pytest.fixture
def planted() -> Iterator[list[URLPattern | URLResolver]]:
    """Addresses that a test adds to the product's own."""
    module = ModuleType("planted_urls")
    added: list[URLPattern | URLResolver] = []
    module.urlpatterns = added  # type: ignore[attr-defined]
    sys.modules["planted_urls"] = module
    added.append(path("", include("vouch.config.urls")))
    with override_settings(ROOT_URLCONF="planted_urls"):
        yield added
    del sys.modules["planted_urls"]


def the(name: str) -> Address:
    return next(one for one in addresses() if one.name == name)


# An application without a registration of its own: the others may not register twice.
@isolate_apps("vouch.platform.web")
def test_a_table_without_policy_fails() -> None:
    class Planted(models.Model):
        party = models.ForeignKey(Party, models.CASCADE, related_name="+")

        class Meta:
            app_label = "parties"

        def __str__(self) -> str:
            return "planted"

    Planted.__module__ = "vouch.parties.models"
    (complaint,) = models_without_policy([Planted], about=Party)
    assert "Planted stands in no VISIBLE" in complaint


# An application without a registration of its own: the others may not register twice.
@isolate_apps("vouch.platform.web")
def test_words_are_no_policy_for_what_belongs_to_a_customer(monkeypatch: pytest.MonkeyPatch) -> None:
    from vouch.parties import queries  # patched below, and only here

    class Planted(models.Model):
        person = models.ForeignKey(Person, models.CASCADE, related_name="+")

        class Meta:
            app_label = "parties"

        def __str__(self) -> str:
            return "planted"

    Planted.__module__ = "vouch.parties.models"
    wrong: dict[Any, Any] = {**queries.VISIBLE, Planted: "看起来没有客户资料"}
    monkeypatch.setattr(queries, "VISIBLE", wrong)
    (complaint,) = models_without_policy([Planted], about=Party)
    assert "words do not say whose sees it" in complaint


def test_a_page_without_policy_fails_and_is_not_served(
    planted: list[Any], scene: Scene, browser: Client
) -> None:
    def page(request: HttpRequest) -> HttpResponse:
        return HttpResponse("served")

    planted.append(path("planted/", page, name="planted"))
    assert addresses_without_face(get_resolver()) == ["GET planted (planted/)"]
    scene.become(roles=ALL_ROLES, scope=Scope.ALL)
    answer = ask(browser, the("planted"), NOTHING)
    assert answer.status == 403
    assert "没有声明谁可以打开" in answer.text


def test_an_operation_without_policy_fails_and_is_not_served(planted: list[Any]) -> None:
    api = NinjaAPI(urls_namespace="planted", docs_url=None, openapi_url=None)

    @api.get("/planted", url_name="planted")
    def operation(request: HttpRequest) -> str:
        return "served"

    @api.post("/declared", url_name="declared")
    @face(may=SIGNED_IN)
    def other(request: HttpRequest) -> str:
        return "served"

    planted.append(path("planted/", api.urls))
    assert [one.split()[:2] for one in addresses_without_face(get_resolver()) if "api-root" not in one] == [
        ["GET", "planted:planted"]
    ]


def test_a_view_that_forgets_the_scope_is_caught(
    planted: list[Any], scene: Scene, markers: Markers, browser: Client
) -> None:
    @face(may=SIGNED_IN, shows=("party",))
    def page(request: HttpRequest) -> HttpResponse:
        return HttpResponse("，".join(Party.objects.values_list("name", flat=True)))

    planted.append(path("planted/", page, name="planted"))
    actor = scene.become(roles=ALL_ROLES, scope=Scope.OWN)
    found = list(leaks(ask(browser, the("planted"), NOTHING), seen_by(actor), markers))
    assert any("标记FAR企业" in leak for leak in found)
    assert not any("标记OWN企业" in leak for leak in found)


def test_a_page_that_finds_any_customer_by_number_is_caught(
    planted: list[Any], scene: Scene, markers: Markers, browser: Client
) -> None:
    @face(may=SIGNED_IN, shows=("party",))
    def page(request: HttpRequest, pk: int) -> HttpResponse:
        return HttpResponse(Party.objects.get(pk=pk).number)

    planted.append(path("planted/<int:pk>/", page, name="planted"))
    actor = scene.become(roles=ALL_ROLES, scope=Scope.UNIT)
    sees = seen_by(actor)
    outside = [way for way in ways(the("planted"), scene) if not way.owners <= sees]
    assert len(outside) == 6 + len(scene.house)
    for way in outside:
        assert list(leaks(ask(browser, the("planted"), way), sees, markers))


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_an_export_that_unmasks_is_caught(
    suffix: str, planted: list[Any], scene: Scene, markers: Markers, browser: Client
) -> None:
    @face(may=SIGNED_IN, shows=("party",))
    def page(request: HttpRequest) -> HttpResponseBase:
        rows = [
            [party.name, plain_value(party, "document_number")]
            for party in Party.objects.filter(person__isnull=False)
        ]
        columns = [Column("name", "姓名"), Column("number", "证件号码")]
        return EXPORTS[suffix]("名单", columns, rows, on=NOW.date())

    planted.append(path("planted/", page, name="planted"))
    actor = scene.become(roles=ALL_ROLES, scope=Scope.ALL)
    found = list(leaks(ask(browser, the("planted"), NOTHING), seen_by(actor), markers))
    assert len(found) == 4
    assert all("parties_person.document_number in plain" in leak for leak in found)
