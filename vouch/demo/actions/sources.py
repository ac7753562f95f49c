"""Invented sources of the file: public records, guarantees given, collateral, and an own blacklist with a namesake."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from vouch.customers.actions import (
    EntryDetails,
    GuaranteeLine,
    GuaranteesDetails,
    ListFile,
    MaterialDetails,
    RecordLine,
    SearchDetails,
    TermsDetails,
    ValuationDetails,
    VerificationDetails,
    add_to_list,
    open_list,
    record_search,
    register_collateral,
    screen_list,
    state_guarantees,
    take_version,
    value_collateral,
    verify_material,
)
from vouch.customers.terms import (
    Finding,
    GuaranteeKind,
    LawsuitSide,
    ListKind,
    MaterialKind,
    Origin,
    RecordKind,
    RecordState,
    RegistrationState,
    SecurityMethod,
    Tie,
    ValuationMethod,
    VerificationMeans,
    Ware,
)
from vouch.demo.actions.consent import Cast
from vouch.parties.models import Party
from vouch.parties.terms import PartyKind

SEARCHED, COLLATERAL, GUARANTEES = 8, 4, 4
"""How many firms have which source."""
COURT, NETWORK = "江州市人民法院", "中国执行信息公开网"
THINGS = (
    (Ware.HOUSE, "江州市人民路88号临街商铺", "江州市人民路88号", 186, "0.7", 2_600_000),
    (Ware.LAND, "江州市城东工业园工业用地使用权", "江州市城东工业园3号地块", 6_800, "0.6", 5_100_000),
    (Ware.CHATTEL, "数控机床4台及配套流水线", "公司一号车间", 0, "0.4", 1_450_000),
    (Ware.VEHICLE, "重型自卸货车2辆", "", 0, "0.5", 620_000),
)


def invent_sources(parties: Sequence[Party], cast: Cast, *, today: date, at: datetime) -> None:
    """For the first firms that somebody looks after; the others have an empty file, as at most institutions."""
    firms = [one for one in parties if one.pk in cast.managers and one.kind == PartyKind.ENTERPRISE]
    for number, firm in enumerate(firms[:SEARCHED]):
        _search(firm, number, cast, today=today, at=at)
    for number, firm in enumerate(firms[:GUARANTEES]):
        _guarantees(firm, firms, number, cast, today=today, at=at)
    for number, firm in enumerate(firms[:COLLATERAL]):
        _collateral(firm, number, cast, today=today, at=at)
    _lists(firms, cast, today=today, at=at)


def _told(kind: MaterialKind, origin: Origin, day: date) -> MaterialDetails:
    return MaterialDetails(kind=kind, origin=origin, as_of=day)


def _search(firm: Party, number: int, cast: Cast, *, today: date, at: datetime) -> None:
    """Most firms have nothing, some a lawsuit, one is enforced against, one search is old."""
    back = 120 if number == 5 else 6 + number
    day, moment = today - timedelta(days=back), at - timedelta(days=back)

    def before(days: int) -> date:
        return day - timedelta(days=days)

    lawsuit = RecordLine(
        kind=RecordKind.LITIGATION,
        side=LawsuitSide.DEFENDANT,
        number=f"（{before(210).year}）浙3399民初{1204 + number}号",
        opened_on=before(210),
        authority=COURT,
        cause="买卖合同纠纷",
        amount=Decimal(386_000 + 1000 * number),
        state=RecordState.CLOSED,
        closed_on=before(60),
    )
    enforcement = RecordLine(
        kind=RecordKind.ENFORCEMENT,
        number=f"（{before(40).year}）浙3399执{318 + number}号",
        opened_on=before(40),
        authority=COURT,
        cause="买卖合同纠纷",
        amount=Decimal(412_300),
    )
    penalty = RecordLine(
        kind=RecordKind.PENALTY,
        number=f"江市监处罚〔{before(400).year}〕{56 + number}号",
        opened_on=before(400),
        authority="江州市市场监督管理局",
        cause="未按规定公示年度报告",
        amount=Decimal(5_000),
        state=RecordState.CLOSED,
        closed_on=before(380),
    )
    found = {1: [lawsuit], 2: [lawsuit, enforcement], 4: [penalty]}.get(number, [])
    search = SearchDetails(kinds=list(RecordKind), lines=found, source=NETWORK)
    made = record_search(
        actor=cast.managers[firm.pk],
        at=moment,
        party=firm,
        details=_told(MaterialKind.RECORD, Origin.PUBLIC, day),
        search=search,
    )
    if number % 2 == 0:
        confirmed = VerificationDetails(VerificationMeans.SOURCE, Finding.CONFIRMED, "重新查询，结果一致")
        verify_material(actor=cast.verifier, at=moment, material=made.material, details=confirmed)


def _guarantees(
    firm: Party, firms: Sequence[Party], number: int, cast: Cast, *, today: date, at: datetime
) -> None:
    """The last of them answers for nobody, and says so."""
    day, moment = today - timedelta(days=20), at - timedelta(days=20)
    ties = (Tie.MUTUAL, Tie.SAME_CONTROL, Tie.TRADE)
    lines = [
        GuaranteeLine(
            beneficiary=firms[-1 - place].name,
            bank="江州农村商业银行",
            kind=GuaranteeKind.SURETY,
            amount=Decimal(1_000_000 * (1 + place)),
            balance=Decimal(800_000 * (1 + place)),
            starts_on=day - timedelta(days=300),
            ends_on=day + timedelta(days=65 - 80 * place),
            tie=ties[place],
        )
        for place in range((number + 1) % 4)
    ]
    state_guarantees(
        actor=cast.managers[firm.pk],
        at=moment,
        party=firm,
        details=_told(MaterialKind.GUARANTEE, Origin.CUSTOMER, day),
        statement=GuaranteesDetails(lines),
    )


def _collateral(firm: Party, number: int, cast: Cast, *, today: date, at: datetime) -> None:
    ware, description, location, area, ratio, value = THINGS[number]
    actor, day = cast.managers[firm.pk], today - timedelta(days=200)
    is_registered = number < 2
    terms = TermsDetails(
        ware=ware,
        method=SecurityMethod.MORTGAGE,
        description=description,
        owner=firm.name,
        owner_number=firm.number,
        location=location,
        area=Decimal(area) or None,
        certificate=f"浙({day.year})江州市不动产权第00{12345 + number}号" if is_registered else "",
        prior_claims=Decimal(400_000 if number == 1 else 0),
        ratio=Decimal(ratio),
        registration=RegistrationState.REGISTERED if is_registered else RegistrationState.PENDING,
        registration_number=f"浙({day.year})江州市不动产证明第00{678 + number}号" if is_registered else "",
        registry="江州市不动产登记中心" if is_registered else "",
        registered_on=day if is_registered else None,
        registered_until=today + timedelta(days=45) if number == 1 else None,
        insured_until=today + timedelta(days=(200, 30, -10, 90)[number]),
    )
    made = register_collateral(
        actor=actor,
        at=at - timedelta(days=200),
        party=firm,
        details=_told(MaterialKind.COLLATERAL, Origin.ON_SITE, day),
        terms=terms,
    )
    for back, share in ((560, 104), (380, 102), (190, 100))[number % 2 :]:
        value_collateral(
            actor=actor,
            at=at - timedelta(days=min(back, 190)),
            collateral=made,
            details=_told(MaterialKind.COLLATERAL, Origin.APPRAISER, today - timedelta(days=back)),
            valuation=ValuationDetails(
                Decimal(value * share // 100), ValuationMethod.MARKET, "江州诚信资产评估"
            ),
        )


def _lists(firms: Sequence[Party], cast: Cast, *, today: date, at: datetime) -> None:
    """Two on the own list, of whom one bears a customer's name; an official list on which nobody of ours stands."""
    actor, moment = cast.handler, at - timedelta(days=30)
    own = open_list(actor=actor, at=moment, kind=ListKind.OWN, name="本机构黑名单", source="")
    for name, reason in (
        (firms[6].name, "提供虚假购销合同骗取担保"),
        ("江州市鑫源通商贸有限公司", "代偿后拒不配合追偿"),
    ):
        day = today - timedelta(days=30)
        details = EntryDetails(name=name, reason=reason, from_on=day, source="评审会决议")
        add_to_list(actor=actor, at=moment, watch_list=own, details=details)
    name = "失信被执行人名单（江州）"
    official = open_list(actor=actor, at=moment, kind=ListKind.DISHONEST, name=name, source=COURT)
    rows = "名称,证件号码,列入原因,列入日期\n江州市旺达建材厂,,有履行能力而拒不履行,2026-03-02\n江州市百顺物流有限公司,,违反财产报告制度,2026-05-18\n"
    file = ListFile(rows.encode(), "失信名单.csv", today - timedelta(days=30))
    take_version(actor=actor, at=moment, watch_list=official, file=file)
    screen_list(actor=cast.system, at=at - timedelta(days=1), list_id=own.pk)
