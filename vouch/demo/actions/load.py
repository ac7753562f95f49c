"""Found the invented institution through the actions of every room.

Whatever was done stays done: run again after a crash, it goes on. The staff come last, so that an installation
counts as empty until everything else is there.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import transaction

from vouch.demo import terms
from vouch.demo.actions.assessments import invent_assessments
from vouch.demo.actions.book import import_book
from vouch.demo.actions.circles import link_firms
from vouch.demo.actions.classes import propose_by_hand, review_classes
from vouch.demo.actions.consent import Cast, invent_consent
from vouch.demo.actions.dossiers import invent_dossiers
from vouch.demo.actions.duplicates import enter_twice
from vouch.demo.actions.files import write_files
from vouch.demo.actions.financials import invent_financials
from vouch.demo.actions.firms import Firm, invent_firms
from vouch.demo.actions.flows import invent_flows
from vouch.demo.actions.graph import draw_graph
from vouch.demo.actions.institution import found_house
from vouch.demo.actions.limits import grant_limits
from vouch.demo.actions.messages import tell_staff
from vouch.demo.actions.overrides import depart_from_the_model
from vouch.demo.actions.people import enrol_people, invent_people
from vouch.demo.actions.sites import furnish_sites, house_firms
from vouch.demo.actions.sources import invent_sources
from vouch.grading.actions import assess_customers
from vouch.grading.queries import assessable
from vouch.parties.actions import Duty, assign_party
from vouch.parties.models import Assignment, Party
from vouch.parties.queries import party_by_code
from vouch.parties.terms import ORGANISATIONS
from vouch.platform.exchange.running import import_files
from vouch.platform.identity.actions import (
    Absence,
    Rights,
    StaffDetails,
    Wish,
    appoint_staff,
    arrange_delegation,
    open_unit,
    rename_unit,
    request_change,
)
from vouch.platform.identity.actor import system_actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.identity.queries import active_staff, actor_of, head_office, unit_named
from vouch.platform.identity.queries import units as open_units
from vouch.platform.identity.terms import ChangeKind, Role, Scope
from vouch.platform.operations.sign_ins import SignIn, remember
from vouch.policy.actions import install_shipped_policies, install_shipped_rules

ACTOR = system_actor("demo")
CHINA = ZoneInfo("Asia/Shanghai")
LOOKS_BACK_DAYS = (180, 90, 0)
"""The book is judged as of each of these days before today, so that there is a history to look at."""

Tell = Callable[[str], None]


class NotEmpty(RuntimeError):
    """The installation has staff already; ``str()`` is the Chinese message."""


def found_institution(*, today: date, now: datetime, tell: Tell) -> list[SignIn]:
    """Load everything and return who can sign in. Raises NotEmpty."""
    if active_staff().exists():
        raise NotEmpty("已有员工账户，演示机构只能建立在空的系统里。")
    units = _open_units(at=now)
    firms = house_firms(invent_firms(today=today))
    with tempfile.TemporaryDirectory(prefix="vouch-demo-") as folder:
        _import(Path(folder), firms, units, today=today, now=now, tell=tell)
        import_book(Path(folder), firms, unit=unit_named(""), actor=ACTOR, today=today, now=now, tell=tell)
    days = [today - timedelta(days=back) for back in LOOKS_BACK_DAYS]
    # In force before the first look back.
    install_shipped_policies(actor=ACTOR, at=datetime.combine(days[0], time(9), CHINA))
    install_shipped_rules(actor=ACTOR, at=datetime.combine(days[0], time(9), CHINA))
    for as_of in days:
        tell(f"评估全部客户：截至 {as_of}")
        at = min(now, datetime.combine(as_of, time(18), CHINA))
        assess_customers(actor=ACTOR, at=at, as_of=as_of)
        review_classes(at=at, is_today=as_of == days[-1])
    tell("分派管户，开立员工账户")
    # All at once: an institution with half its staff would count as founded.
    with transaction.atomic():
        people = _appoint(units, at=now)
        _assign(firms, units, people, today=today, at=now)
        documents = _enrol(firms, units, people, today=today, at=now, tell=tell)
        late = Party.objects.filter(kind__in=ORGANISATIONS, standing=None).values_list("pk", flat=True)
        assess_customers(actor=ACTOR, at=now, as_of=today, party_ids=list(late))
        parties, cast = list(Party.objects.order_by("pk")), _cast(people, documents, at=now)
        _fill_files(firms, parties, cast, today=today, now=now, tell=tell)
        tell("产业园、批发市场里的楼栋，负责人、限额和走访")
        staff = {name: user for name, (user, _password) in people.items()}
        furnish_sites(firms, staff, cast, today=today, at=now)
        tell("机构自身：月度数据、监管口径、规则和例外")
        found_house(staff, parties, unit=unit_named(""), actor=ACTOR, today=today, at=now)
        tell("重复录入的客户，一户已合并，其余等待判断")
        enter_twice(firms, units=units, actor=ACTOR, at=now)
        late = assessable().filter(standing=None).values_list("pk", flat=True)
        assess_customers(actor=ACTOR, at=now, as_of=today, party_ids=list(late))
        tell("额度、预占和冻结")
        grant_limits(staff, cast, today=today, at=now)
        propose_by_hand(cast.managers, at=now)
        depart_from_the_model(cast.managers, cast.verifier, today=today, at=now)
        _arrange(people, today=today, at=now)
        tell_staff({name: user for name, (user, _password) in people.items()}, at=now)
        found = [
            SignIn(user.username, user.name, str(Role(user.roles[0]).label), password)
            for user, password in people.values()
        ]
        remember(found)
    return found


def _fill_files(
    firms: list[Firm], parties: list[Party], cast: Cast, *, today: date, now: datetime, tell: Tell
) -> None:
    """What the institution knows of its customers beside the register and the invoices."""
    tell("告知书、授权、信用报告和个人权利请求")
    invent_consent(parties, cast, today=today, at=now)
    invent_assessments(cast, at=now)
    tell("财务报表和核实数据")
    invent_financials(parties, cast, today=today, at=now)
    tell("证照、照片、评级问卷和补资料任务")
    invent_dossiers(parties, cast, today=today, at=now)
    tell("公共记录、对外担保、抵质押物和名单")
    invent_sources(parties, cast, today=today, at=now)
    tell("担保圈、担保链和集团")
    link_firms(parties, cast, today=today, at=now)
    tell("银行流水、纳税和用电")
    invent_flows(firms, actors=cast.managers, today=today, at=now)


def _cast(people: dict[str, tuple[User, str]], documents: dict[str, str], *, at: datetime) -> Cast:
    """Each manager meets their own customers, 王芳 verifies what they signed, 林慧 handles their requests."""
    actors = {user.pk: actor_of(user, at=at) for user, _password in people.values()}
    held = Assignment.objects.filter(ends_on=None, manager__isnull=False).values_list(
        "party_id", "manager_id"
    )
    return Cast(
        system=ACTOR,
        managers={party_id: actors[manager_id] for party_id, manager_id in held if manager_id},
        verifier=actors[people["wangfang"][0].pk],
        handler=actors[people["linhui"][0].pk],
        documents=documents,
    )


def _open_units(*, at: datetime) -> dict[str, Unit]:
    office = head_office()
    if office.name != terms.INSTITUTION:
        rename_unit(actor=ACTOR, at=at, unit=office, name=terms.INSTITUTION)
    known = {unit.code: unit for unit in open_units()}
    units = {office.code: office}
    for code, name, above in terms.UNITS:
        units[code] = known.get(code) or open_unit(
            actor=ACTOR, at=at, code=code, name=name, parent=units[above]
        )
    return units


def _import(
    folder: Path, firms: list[Firm], units: dict[str, Unit], *, today: date, now: datetime, tell: Tell
) -> None:
    tell(f"导入 {len(firms)} 户企业及其发票")
    files = write_files(folder, firms, today=today)
    actor, clock = ACTOR, lambda: now
    for unit, path in files.firms.items():
        import_files("enterprises", {"file": path}, unit=units[unit], actor=actor, clock=clock)
    paths = {"enterprises": files.codes, "input": files.purchases, "output": files.sales}
    import_files("invoices", paths, unit=unit_named(""), actor=actor, clock=clock)


def _appoint(units: dict[str, Unit], *, at: datetime) -> dict[str, tuple[User, str]]:
    """Everyone with a random password of their own."""
    people = {}
    for person in terms.STAFF:
        password = secrets.token_urlsafe(12)
        details = StaffDetails(
            username=person.username,
            name=person.name,
            unit=units[person.unit],
            roles=person.roles,
            scope=person.scope,
            password=password,
        )
        people[person.username] = (appoint_staff(actor=ACTOR, at=at, details=details), password)
    return people


def _assign(
    firms: list[Firm],
    units: dict[str, Unit],
    people: dict[str, tuple[User, str]],
    *,
    today: date,
    at: datetime,
) -> None:
    """The account managers of a branch take its firms in turn, and each is another's B角."""
    for firm in firms:
        party = party_by_code(firm.uscc)
        if party is not None:
            pairs = terms.MANAGERS[firm.unit]
            first, second = (people[name][0] for name in pairs[firm.number % len(pairs)])
            duty = Duty(units[firm.unit], starts_on=today, manager=first, second_manager=second)
            assign_party(actor=ACTOR, at=at, party=party, duty=duty)


def _arrange(people: dict[str, tuple[User, str]], *, today: date, at: datetime) -> None:
    """What waits for somebody, and what ends by itself: a stand-in until tomorrow, one to be consented to, a request."""
    staff = {name: user for name, (user, _password) in people.items()}
    away = Absence(staff["mengjia"], today, today + timedelta(days=1), "参加担保业务培训")
    arrange_delegation(actor=actor_of(staff["hewei"], at=at), at=at, principal=staff["liuyang"], absence=away)
    leave = Absence(staff["qianjin"], today + timedelta(days=5), today + timedelta(days=9), "年休假")
    arrange_delegation(
        actor=actor_of(staff["wuting"], at=at), at=at, principal=staff["wuting"], absence=leave
    )
    person = staff["qianjin"]
    wish = Wish(
        kind=ChangeKind.CHANGE,
        reason="兼管城南营业部，需要看到本营业部全部客户",
        person=person,
        rights=Rights(person.unit, person.roles, Scope.UNIT),
    )
    request_change(actor=actor_of(staff["zhoujie"], at=at), at=at, wish=wish)


def _enrol(
    firms: list[Firm],
    units: dict[str, Unit],
    staff: dict[str, tuple[User, str]],
    *,
    today: date,
    at: datetime,
    tell: Tell,
) -> dict[str, str]:
    """The persons behind the firms, and those who are customers themselves; gives the numbers of their documents."""
    invented = invent_people(firms, today=today)
    tell(f"登记 {len(invented)} 个人，证件号码、电话和账号加密保存")
    managers = {
        unit: [(staff[first][0], staff[second][0]) for first, second in pairs]
        for unit, pairs in terms.MANAGERS.items()
    }
    enrol_people(invented, units=units, managers=managers, actor=ACTOR, at=at)
    tell("股东、高管、实际控制人、许可资质、纳税信用等级，个体工商户、合作社和农户")
    draw_graph(firms, units=units, managers=managers, today=today, actor=ACTOR, at=at)
    return {one.details.name: one.details.document_number for one in invented}
