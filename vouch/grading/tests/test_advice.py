"""On a person the machine advises; a person decides, unless the person agreed to the machine (PIPL 24)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import Error, transaction

from vouch.customers.actions import (
    AuthorisationDetails,
    record_authorisation,
    verify_authorisation,
    withdraw_authorisation,
)
from vouch.customers.models import Authorisation
from vouch.customers.terms import Channel, DataClass, LegalBasis, Purpose
from vouch.grading.actions import NotNow, assess_customers, assess_party, decide_advice
from vouch.grading.models import AdviceDecision, Assessment, Standing
from vouch.grading.queries import advice_visible_to, due_customers, took_part
from vouch.grading.tasks import reassess
from vouch.grading.tests.conftest import AS_OF, Sells
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor, system_actor
from vouch.platform.ledger.action import Refused
from vouch.platform.ledger.testing import writing
from vouch.policy.models import PolicyVersion

pytestmark = pytest.mark.django_db


def granted(
    party: Party,
    *,
    at: datetime,
    actor: Actor,
    purpose: str = Purpose.AUTOMATED,
    basis: str = LegalBasis.CONSENT,
) -> Authorisation:
    details = AuthorisationDetails(
        purposes=(purpose,),
        scope=(DataClass.TAX,),
        legal_basis=basis,
        starts_at=at,
        ends_at=at + timedelta(days=365),
        signed_on=at.date(),
        channel=Channel.PAPER,
    )
    found = record_authorisation(
        actor=actor, at=at, party=party, details=details, content=b"%PDF-1.4\n%%EOF\n"
    )
    return verify_authorisation(actor=actor, at=at, authorisation=found)


def test_no_standing_rests_on_advice_before_a_person_has_adopted_it(
    shop: Party, actors: dict[str, Actor], actor: Actor, now: datetime
) -> None:
    assess_customers(actor=actor, at=now, as_of=AS_OF)
    advice = Assessment.objects.get(party=shop)
    assert advice.is_advice
    assert advice.limit > 0
    assert not Standing.objects.filter(party=shop).exists()
    assert list(advice_visible_to(actors["wangfang"])) == [advice]
    # A person who had it judged has decided nothing yet.
    assert assess_party(actor=actors["wangfang"], at=now, party_id=shop.pk, as_of=AS_OF) == advice
    for other in (system_actor("x"), actors["liqiang"], actors["zhoujie"], actors["wuting"]):
        with pytest.raises(Refused):
            decide_advice(actor=other, at=now, assessment=advice, is_adopted=True)
    decide_advice(actor=actors["wangfang"], at=now, assessment=advice, is_adopted=True)
    standing = Standing.objects.get(party=shop)
    assert (standing.assessment, standing.grade, standing.limit) == (advice, advice.grade, advice.limit)
    assert not advice_visible_to(actors["wangfang"]).exists()
    assert took_part(actors["wangfang"].id, advice)
    assert not took_part(actors["chenjing"].id, advice)
    with pytest.raises(NotNow, match="已经有人处理"):
        decide_advice(actor=actors["chenjing"], at=now, assessment=advice, is_adopted=True)


def test_a_worse_advice_leaves_the_standing_until_it_is_confirmed_and_what_is_not_adopted_says_why(
    shop: Party, actors: dict[str, Actor], actor: Actor, now: datetime
) -> None:
    first = assess_party(actor=actor, at=now, party_id=shop.pk, as_of=AS_OF)
    decide_advice(actor=actors["wangfang"], at=now, assessment=first, is_adopted=True)
    later = now + timedelta(days=1)
    second = assess_party(actor=actor, at=later, party_id=shop.pk, as_of=AS_OF + timedelta(days=250))
    assert second.grade != first.grade
    assert Standing.objects.get(party=shop).assessment == first
    third = assess_party(actor=actor, at=later, party_id=shop.pk, as_of=AS_OF + timedelta(days=260))
    with pytest.raises(NotNow, match="更新的评估"):
        decide_advice(actor=actors["wangfang"], at=later, assessment=second, is_adopted=True)
    with pytest.raises(NotNow, match="请写明理由"):
        decide_advice(actor=actors["wangfang"], at=later, assessment=third, is_adopted=False)
    decide_advice(
        actor=actors["wangfang"],
        at=later,
        assessment=third,
        is_adopted=False,
        note="店面搬迁，已核实仍在营业",
    )
    assert Standing.objects.get(party=shop).assessment == first


def test_with_a_consent_to_automated_decisions_on_file_the_machine_decides_until_it_is_withdrawn(
    shop: Party, actor: Actor, now: datetime
) -> None:
    # An authorisation for something else, and one that rests on a contract, are no consent.
    yesterday = now - timedelta(days=1)
    granted(shop, at=yesterday, actor=actor, purpose=Purpose.SERVICE)
    granted(shop, at=yesterday, actor=actor, basis=LegalBasis.CONTRACT)
    assert assess_party(actor=actor, at=now, party_id=shop.pk, as_of=AS_OF).is_advice
    consent = granted(shop, at=yesterday, actor=actor)
    decided = assess_party(actor=actor, at=now, party_id=shop.pk, as_of=AS_OF - timedelta(days=1))
    assert not decided.is_advice
    assert Standing.objects.get(party=shop).assessment == decided
    withdraw_authorisation(actor=actor, at=now, authorisation=consent, reason="本人要求")
    again = assess_party(
        actor=actor, at=now + timedelta(hours=1), party_id=shop.pk, as_of=AS_OF + timedelta(days=1)
    )
    assert again.is_advice
    assert Standing.objects.get(party=shop).assessment == decided


def test_advice_is_made_anew_when_facts_change_and_not_every_hour(
    shop: Party, policy: PolicyVersion, sells: Sells, actor: Actor, now: datetime
) -> None:
    first = assess_party(actor=actor, at=now, party_id=shop.pk, as_of=AS_OF)
    assert due_customers(policy, at=now + timedelta(days=29)) == []
    assert due_customers(policy, at=now + timedelta(days=31)) == [shop.pk]
    sells(shop, monthly=900_000, months=2, buyers=3, until=AS_OF)
    reassess(str(shop.pk))
    newest = Assessment.objects.filter(party=shop).latest("pk")
    assert newest != first
    assert newest.is_advice
    assert not Standing.objects.filter(party=shop).exists()


def test_the_database_takes_no_confirmation_of_the_machines_and_changes_none(
    shop: Party, actors: dict[str, Actor], actor: Actor, now: datetime
) -> None:
    advice = assess_party(actor=actor, at=now, party_id=shop.pk, as_of=AS_OF)
    with writing():
        row = AdviceDecision(
            assessment=advice, party=shop, is_adopted=True, by_id="system:x", by_label="x", at=now
        )
        with pytest.raises(Error, match="by_a_person"), transaction.atomic():
            row.save(force_insert=True)
        row.by_id = actors["wangfang"].id
        row.save(force_insert=True)
        with pytest.raises(Error, match="Cannot update"), transaction.atomic():
            AdviceDecision.objects.update(is_adopted=False)
