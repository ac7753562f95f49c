"""The scene: four customers in three units and different hands, each with texts that occur nowhere else.

What belongs to whom is read from the tables afterwards (``markers.py``), so a new table is covered as soon as its
room's actions are called here. A table of customers' rows that stays empty here fails a test.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.files.base import ContentFile

from tests.book import AS_OF, Trade, invoices_for
from vouch.customers.actions import (
    ReportDetails,
    RequestDetails,
    receive_request,
    record_invoices,
    store_report,
)
from vouch.customers.terms import Purpose, ReportKind, RequestKind
from vouch.customers.tests.scene import REPORT, granted
from vouch.grading.actions import assess_customers, order_run
from vouch.parties.actions import EnterpriseDetails, Registration, register_enterprise
from vouch.parties.models import Party
from vouch.parties.terms import IdentifierKind
from vouch.platform.exchange.kept_files import keep_file
from vouch.platform.exchange.models import Import, ImportFile, ImportRow
from vouch.platform.exchange.terms import ImportStatus, Verdict
from vouch.platform.identity.actor import Actor, system_actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.identity.queries import actor_of
from vouch.platform.identity.terms import HEAD_OFFICE_CODE, Role, Scope
from vouch.platform.ledger.actions import seal_batch
from vouch.platform.ledger.models import Head
from vouch.platform.ledger.testing import writing
from vouch.policy.actions import install_shipped_policies

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
CITY = {"own": "江苏", "unit": "浙江", "below": "福建", "far": "广东"}
CODES = {
    "own": "91320500MA1MARKA0X",
    "unit": "91330100MA1MARKB1X",
    "below": "91350200MA1MARKC2X",
    "far": "91440300MA1MARKD3X",
}


@dataclass
class Scene:
    """Who looks, and at whom. ``parties`` by place: own, unit, below, far."""

    observer: User
    parties: Mapping[str, Party]
    units: Mapping[str, Unit]
    extra: dict[str, int] = field(default_factory=dict)
    """Text → pk of the customer whom it tells of, where no table says so."""
    words: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    """Argument of an address (or ``name of the address.argument``) → values, where it is no key of a table."""
    posts: dict[str, dict[str, str]] = field(default_factory=dict)
    """Name of an address → what its form is filled with; others are sent empty."""

    def become(self, *, roles: list[str], scope: str) -> Actor:
        """The observer in another guise: the same person, session and hands, other rights."""
        with writing():
            User.objects.filter(pk=self.observer.pk).update(roles=roles, scope=scope)
        self.observer.refresh_from_db()
        return actor_of(self.observer)


def build() -> Scene:
    """Set the scene, through the rooms' actions wherever a room has one."""
    units = _units()
    observer = _staff("observer", "观察员", units["YW1"], [Role.ACCOUNT_MANAGER])
    others = {
        "unit": _staff("other", "同事甲", units["YW1"], [Role.ACCOUNT_MANAGER]),
        "below": _staff("belowing", "同事乙", units["YW1A"], [Role.ACCOUNT_MANAGER]),
        "far": _staff("distant", "同事丙", units["YW2"], [Role.ACCOUNT_MANAGER]),
    }
    managers = {"own": observer, **others}
    actor = system_actor("scene")
    install_shipped_policies(actor=actor, at=NOW)
    parties = {place: _customer(place, manager, actor) for place, manager in managers.items()}
    scene = Scene(observer, parties, units)
    for place, party in parties.items():
        _papers(place, party, actor)
    _judged(actor)
    _imports(scene)
    scene.words |= {
        "panel": ("facts", "invoices", "identity", "history"),
        "policy:move.verb": ("review", "publish", "retire"),
        "exchange:new_of_kind.kind": ("enterprises",),
        "suffix": ("csv", "xlsx"),
        "rest": ("nowhere",),
        # The observer has no second factor and one session, their own.
        "mfa_edit_webauthn.pk": (1,),
        "mfa_remove_webauthn.pk": (1,),
        "account:end_session.pk": (1,),
        "session_pk": (1,),
    }
    seal_batch(actor=system_actor("ledger"), at=NOW, after=(datetime(2020, 1, 1, tzinfo=UTC), UUID(int=0)))
    scene.words["size"] = tuple(Head.objects.values_list("size", flat=True))
    return scene


def _units() -> dict[str, Unit]:
    with writing():
        head = Unit.objects.get_or_create(parent=None, defaults={"code": HEAD_OFFICE_CODE, "name": "总部"})[0]
        found = {}
        for code, name in (("YW1", "业务一部"), ("YW2", "业务二部")):
            found[code] = Unit.objects.create(code=code, name=name, parent=head)
        found["YW1A"] = Unit.objects.create(code="YW1A", name="业务一部一组", parent=found["YW1"])
    return found


def _staff(username: str, name: str, unit: Unit, roles: list[Role]) -> User:
    user = User(username=username, name=name, unit=unit, roles=roles, scope=Scope.OWN, joined_at=NOW)
    user.set_password("not asked for here")
    with writing():
        user.save()
    return user


def _customer(place: str, manager: User, actor: Actor) -> Party:
    """A firm all of whose texts carry its own token."""
    token = place.upper()
    details = EnterpriseDetails(
        name=f"标记{token}企业",
        legal_form=f"形式{token}",
        scope_text=f"经营范围{token}",
        area=f"地区{token}",
        address=f"注册地址{token}",
        province=CITY[place],
        capital_text="",
    )
    code = (IdentifierKind.USCC, "", CODES[place])
    party = register_enterprise(
        actor=actor,
        at=NOW,
        unit=manager.unit,
        registration=Registration(details, codes=[code], manager=manager),
    )
    trade = Trade(300_000, 3, months=6)
    invoices = [
        invoice._replace(counterparty=f"往来{token}{count}", number=f"FP{token}{count}")
        for count, invoice in enumerate(invoices_for(party, trade))
    ]
    record_invoices(actor=actor, at=NOW, party_id=party.pk, invoices=invoices)
    return party


def _papers(place: str, party: Party, actor: Actor) -> None:
    """An authorisation with its signed file, a credit report under it, and a request of the customer's."""
    token = place.upper()
    granted(party, at=NOW, actor=actor)
    report = ReportDetails(
        kind=ReportKind.ENTERPRISE,
        report_number=f"报告编号{token}",
        queried_on=NOW.date(),
        reason=Purpose.REVIEW,
    )
    store_report(actor=actor, at=NOW, party=party, details=report, content=REPORT)
    asked = RequestDetails(kind=RequestKind.ACCESS, channel="portal", detail=f"请求内容{token}")
    receive_request(actor=actor, at=NOW, party=party, details=asked)


def _judged(actor: Actor) -> None:
    assess_customers(actor=actor, at=NOW, as_of=AS_OF)
    order_run(actor=actor, at=NOW, as_of=AS_OF)


def _imports(scene: Scene) -> None:
    """Imports of each unit: one that waits for its columns, and one with a row that waits for somebody."""
    for place, code in (("unit", "YW1"), ("below", "YW1A"), ("far", "YW2")):
        text = f"待处理{place.upper()}"
        name = f"文件{place.upper()}.csv"
        sha256, size = keep_file(ContentFile(f"企业名称,注册号\n{text},1\n".encode()).chunks())
        with writing():
            for status in (ImportStatus.DRAFT, ImportStatus.DONE):
                batch = Import.objects.create(
                    kind="enterprises",
                    status=status,
                    unit=scene.units[code],
                    actor_id="system:scene",
                    actor_label="系统",
                    created_at=NOW,
                )
                file = ImportFile.objects.create(
                    batch=batch, source="file", position=0, name=name, sha256=sha256, size=size
                )
            ImportRow.objects.create(
                batch=batch,
                file=file,
                line=2,
                verdict=Verdict.REJECTED,
                reason=text,
                raw=[text],
                cells=[text],
            )
        scene.extra |= {text: scene.parties[place].pk, name: scene.parties[place].pk}
