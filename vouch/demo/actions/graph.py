"""Who stands behind the invented firms, and customers of the other kinds: a sole trader, a cooperative, farmers."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from vouch.demo import terms
from vouch.demo.actions.firms import Firm
from vouch.demo.actions.people import invent_people_of_land
from vouch.engine.identifiers import uscc_check_character
from vouch.parties.actions import (
    ControlLine,
    EdgeLine,
    EnterpriseDetails,
    FarmLine,
    KinLine,
    LicenceLine,
    Named,
    PostLine,
    Registration,
    ShareholderLine,
    TaxGradeLine,
    add_edges,
    change_enterprise,
    register_enterprise,
    register_with_edges,
)
from vouch.parties.models import Party, Post
from vouch.parties.queries import party_by_code
from vouch.parties.terms import (
    ControlBasis,
    FarmKind,
    IdentifierKind,
    Kin,
    LandRight,
    LicenceKind,
    PartyKind,
    PostKind,
    RecordSource,
)
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User

SEED = "vouch-demo-graph-1"
WITH_GRAPH = 40
Managers = Mapping[str, Sequence[tuple[User, User]]]


def draw_graph(
    firms: Sequence[Firm],
    *,
    units: dict[str, Unit],
    managers: Managers,
    today: date,
    actor: Actor,
    at: datetime,
) -> None:
    """Shareholders, posts, licences and grades of the first firms, and the customers that are no firms."""
    dice = random.Random(SEED)  # noqa: S311 - invented data, no secret
    for firm in firms[:WITH_GRAPH]:
        party = party_by_code(firm.uscc)
        if party is not None:
            add_edges(actor=actor, at=at, party=party, lines=_lines(dice, firm, party, today=today))
            if firm.number % 8 == 0:
                moved = {"address": f"江州市{dice.choice(terms.LANES)}{dice.randint(1, 300)}号"}
                change_enterprise(actor=actor, at=at, party_id=party.pk, changes=moved)
    manager, second = managers["YW1"][0]
    unit = units["YW1"]
    trader, land = invent_people_of_land(today=today, manager=manager, second_manager=second)
    operator = register_with_edges(
        actor=actor, at=at, unit=unit, registration=trader,
        edges=[KinLine(who=Named("周秀兰"), kin=Kin.SPOUSE, starts_on=date(today.year - 9, 5, 20))],
    )  # fmt: skip
    hands = {"manager": manager, "second_manager": second}
    register_enterprise(
        actor=actor, at=at, unit=unit,
        registration=Registration(
            EnterpriseDetails(
                name="江州区老味道小吃店", legal_form="个体工商户", established_on=date(today.year - 6, 3, 18),
                capital_amount=Decimal(50_000), capital_currency="CNY", capital_text="5万元", staff_count=4,
                address=f"江州市{terms.LANES[0]}18号", scope_text="餐饮服务；食品销售",
            ),
            codes=[_code("92339901MA7NACKR0")], kind=PartyKind.SOLE_TRADER, **hands,
            lines=[
                PostLine(who=Named(party_number=operator.number), kind=PostKind.OWNER, source=RecordSource.LICENCE),
                LicenceLine(
                    kind=LicenceKind.BUSINESS, title="食品经营许可证", number="JY23399010012345", issuer="江州市市场监督管理局",
                    starts_on=today - timedelta(days=1785), ends_on=today + timedelta(days=41),
                ),
            ],
        ),
    )  # fmt: skip
    farmers = [
        register_with_edges(actor=actor, at=at, unit=unit, registration=one, edges=_farm(place, today=today))
        for place, one in enumerate(land)
    ]
    _cooperative(farmers, unit=unit, hands=hands, today=today, actor=actor, at=at)


def _cooperative(
    farmers: Sequence[Party],
    *,
    unit: Unit,
    hands: Mapping[str, User],
    today: date,
    actor: Actor,
    at: datetime,
) -> None:
    members: list[EdgeLine] = [
        ShareholderLine(who=Named(party_number=one.number), rate=Decimal("0.2"), subscribed=Decimal(100_000))
        for one in farmers
    ]
    register_enterprise(
        actor=actor, at=at, unit=unit,
        registration=Registration(
            EnterpriseDetails(
                name="江州清溪果蔬种植专业合作社", legal_form="农民专业合作社", established_on=date(today.year - 5, 7, 1),
                capital_amount=Decimal(500_000), capital_currency="CNY", capital_text="50万元", staff_count=36,
                address="江州市清溪村1组", scope_text="蔬菜、水果种植与销售；农资采购",
            ),
            codes=[_code("93339901MA7FRUTA0")], kind=PartyKind.COOPERATIVE,
            lines=[
                *members,
                PostLine(who=Named(party_number=farmers[0].number), kind=PostKind.LEGAL_REPRESENTATIVE),
                FarmLine(kind=FarmKind.CROP, product="柑橘", area=Decimal(320), land_right=LandRight.TRANSFERRED),
                TaxGradeLine(year=today.year - 1, grade="M", source=RecordSource.TAX),
            ],
            **hands,
        ),
    )  # fmt: skip


def _farm(place: int, *, today: date) -> list[EdgeLine]:
    until = date(today.year + 6, 12, 31)
    if place:
        return [
            FarmLine(
                kind=FarmKind.LIVESTOCK, product="生猪", heads=420, area=Decimal("6.5"), land_until=until
            ),
            KinLine(who=Named("蒋月英"), kin=Kin.SPOUSE),
            KinLine(who=Named("蒋一帆"), kin=Kin.CHILD),
        ]
    return [
        FarmLine(
            kind=FarmKind.CROP, product="水稻", area=Decimal("86.5"), land_right=LandRight.TRANSFERRED, land_until=until
        ),
        FarmLine(kind=FarmKind.CROP, product="柑橘", area=Decimal(12), land_right=LandRight.CONTRACTED),
        KinLine(who=Named("吕小凤"), kin=Kin.SPOUSE),
    ]  # fmt: skip


def _lines(dice: random.Random, firm: Firm, party: Party, *, today: date) -> list[EdgeLine]:
    """The representative holds most, somebody else the rest or a part of it."""
    capital = Decimal(firm.capital) * 10_000
    post = Post.objects.filter(enterprise=party, kind=PostKind.LEGAL_REPRESENTATIVE, ended_at=None).first()
    head = Named(party_number=post.person.number) if post and post.person else Named(_person(dice))
    most = Decimal(dice.choice((51, 60, 70, 80))) / 100
    rest = 1 - most if dice.random() < 0.7 else Decimal("0.15")
    since = firm.founded_on
    register = RecordSource.REGISTER
    lines: list[EdgeLine] = [
        ShareholderLine(
            who=head, rate=most, subscribed=capital * most, paid_in=capital * most, starts_on=since, source=register
        ),
        ShareholderLine(
            who=Named(_person(dice)), rate=rest, subscribed=capital * rest,
            paid_in=capital * rest / 2, starts_on=since, source=register,
        ),
        PostLine(who=Named(_person(dice)), kind=PostKind.SUPERVISOR, starts_on=since, source=register),
    ]  # fmt: skip
    if dice.random() < 0.8:
        lines.append(
            ControlLine(who=head, basis=ControlBasis.EQUITY, rate=most, source=RecordSource.DILIGENCE)
        )
    for back in range(1, dice.choice((1, 3, 4))):
        grade = dice.choice("AABBBMC")
        lines.append(TaxGradeLine(year=today.year - back, grade=grade, source=RecordSource.TAX))
    if dice.random() < 0.6:
        ends = today + timedelta(days=dice.choice((-12, 25, 80, 400, 900)))
        lines.append(
            LicenceLine(
                kind=LicenceKind.QUALIFICATION, title=dice.choice(("质量管理体系认证", "安全生产许可证", "道路运输经营许可证")),
                number=f"JZ{firm.number:04d}{dice.randint(100, 999)}", issuer="江州市主管部门",
                starts_on=ends - timedelta(days=1095), ends_on=ends,
            )
        )  # fmt: skip
    return lines


def _person(dice: random.Random) -> str:
    return dice.choice(terms.SURNAMES) + dice.choice(terms.GIVEN) + dice.choice(terms.GIVEN)


def _code(first: str) -> tuple[str, str, str]:
    return (IdentifierKind.USCC, "", first + uscc_check_character(first + "0"))
