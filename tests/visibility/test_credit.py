"""No face shows, lists, exports or finds anything of a credit report while nobody has a live consent for it."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.addresses import Address, addresses
from tests.visibility.asking import Asked, fewest, ways
from tests.visibility.scene import NOW, Scene
from tests.visibility.test_matrix import ALL_ROLES, every_form, post
from vouch.customers.actions import withdraw_authorisation
from vouch.customers.models import Authorisation, CreditReport
from vouch.platform.identity.actor import system_actor
from vouch.platform.identity.terms import Scope

pytestmark = pytest.mark.django_db

PAGES = [one for one in addresses() if not one.is_api]
CONTENT, NUMBER = "执行法院OWN", "报告编号OWN"
BY_RIGHT = {"customers:step", "customers:fetch"}
"""A person's own copy holds everything: they have a right to it (PIPL 45), whatever they withdrew."""


def look(scene: Scene) -> tuple[Address, Asked]:
    report = CreditReport.objects.get(report_number=NUMBER)
    address = next(one for one in PAGES if one.name == "customers:look_at_report")
    return address, Asked((("pk", report.pk),), frozenset([report.party_id]))


def test_a_consent_opens_the_report_and_its_withdrawal_shuts_every_face(
    scene: Scene, browser: Client
) -> None:
    scene.become(roles=ALL_ROLES, scope=Scope.ALL)
    address, way = look(scene)
    assert CONTENT in post(browser, address, way, scene).text, "so the text is one that a face can show"
    for given in Authorisation.objects.filter(state="verified"):
        withdraw_authorisation(actor=system_actor("test"), at=NOW, authorisation=given, reason="客户撤回")
    wrong = []
    own = scene.parties["own"].pk
    for page in PAGES:
        if page.name in BY_RIGHT:
            continue
        forms = iter((True, *[False] * 999))
        for one in fewest([way for way in ways(page, scene) if way.owners <= {own}]):
            for said, answer in every_form(browser, page, one, scene, next(forms)):
                wrong += [f"{said}: {text}" for text in (CONTENT, NUMBER) if text in answer.text]
    assert not wrong, "\n".join(wrong[:40])
