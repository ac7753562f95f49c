"""The scene: four customers in three units and different hands, each with texts that occur nowhere else.

What belongs to whom is read from the tables afterwards (``markers.py``), so a new table is covered as soon as its
room's actions are called here. A table of customers' rows that stays empty here fails a test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Model
from django.utils import timezone

from tests.book import AS_OF, Trade, invoices_for
from tests.institution import supervised
from tests.networks import control, kin, share
from vouch.business.models import Claim, Draw, Guarantee, GuaranteeVersion, Recovery, Repayment
from vouch.customers.actions import (
    ChoiceDetails,
    EntryDetails,
    ErrandDetails,
    FigureDetails,
    Filing,
    FinancialsDetails,
    Given,
    GuaranteeLine,
    GuaranteesDetails,
    ListFile,
    MaterialDetails,
    RecordLine,
    ReportDetails,
    RequestDetails,
    SearchDetails,
    TermsDetails,
    Upload,
    ValuationDetails,
    VerificationDetails,
    add_to_list,
    choose_figure,
    confirm_hit,
    file_document,
    give_answers,
    note_signals,
    open_list,
    order_errand,
    read_number,
    receive_request,
    record_bills,
    record_figure,
    record_financials,
    record_invoices,
    record_search,
    record_taxes,
    register_collateral,
    screen_list,
    show_collateral,
    stage_file,
    state_guarantees,
    store_report,
    take_version,
    value_collateral,
    verify_material,
)
from vouch.customers.models import FinancialStatement, WatchHit
from vouch.customers.queries.claims import claims_of
from vouch.customers.queries.duties import BillLine, TaxLine
from vouch.customers.queries.questionnaires import questionnaires
from vouch.customers.terms import (
    Basis,
    DocumentCategory,
    Figure,
    Finding,
    GuaranteeKind,
    ListKind,
    MaterialKind,
    Origin,
    PeriodKind,
    Purpose,
    RecordKind,
    RequestChannel,
    RequestKind,
    Round,
    SecurityMethod,
    TaxKind,
    Tie,
    UtilityKind,
    ValuationMethod,
    VerificationMeans,
    Ware,
)
from vouch.customers.tests.assessments import opened, rated
from vouch.customers.tests.flows import as_csv, moved, recorded, sheet_of
from vouch.customers.tests.scene import PDF, granted, published, report_file
from vouch.engine.bank_statement.reading import read_statement
from vouch.engine.financials.reading import Book, CellProblem
from vouch.grading.actions import (
    ClassProposal,
    assess_customers,
    decide_limit,
    freeze_use,
    order_run,
    propose_class,
    propose_limit,
    reserve,
    return_class,
    use,
)
from vouch.grading.actions import LimitDetails as LimitAsked
from vouch.grading.models import AdviceDecision, Assessment, InformationDebt, Letter, Override
from vouch.grading.queries import class_in_effect
from vouch.grading.terms import ClassReason, LimitKind, LimitOf
from vouch.grading.terms import Draw as Drawing
from vouch.parties.actions import (
    AccountLine,
    Change,
    ContactLine,
    ControlLine,
    EdgeLine,
    EnterpriseDetails,
    FarmLine,
    Household,
    KinLine,
    LicenceLine,
    Named,
    PersonDetails,
    PersonRegistration,
    PhoneLine,
    PostLine,
    Registration,
    ShareholderLine,
    TaxGradeLine,
    add_edges,
    add_post,
    change_enterprise,
    change_household,
    correct_person,
    merge_parties,
    register_enterprise,
    register_person,
    store_paper,
)
from vouch.parties.actions.addresses import read_addresses
from vouch.parties.actions.person_lists import PersonImporter
from vouch.parties.actions.places import PlaceDetails, add_place, note_visit
from vouch.parties.actions.sites import (
    LimitDetails,
    appoint_stewards,
    describe_building,
    limit_building,
    open_site,
)
from vouch.parties.models import (
    BulkAssignment,
    Duplicate,
    Licence,
    Occupancy,
    Paper,
    Party,
    Phone,
    WorkingList,
)
from vouch.parties.queries import current_assignment
from vouch.parties.terms import (
    PURPOSES,
    ControlBasis,
    DocumentKind,
    DuplicateState,
    FarmKind,
    IdentifierKind,
    Kin,
    LicenceKind,
    OccupancyRole,
    PaperKind,
    PhoneUse,
    PostKind,
    Relation,
    SiteKind,
)
from vouch.platform.courier.actions import ChannelDetails, add_channel, notify
from vouch.platform.courier.templates import templates
from vouch.platform.courier.terms import ChannelKind, Group
from vouch.platform.exchange.actions.keeping import keep_file, key_of_import, sealed_content
from vouch.platform.exchange.contents import RowContent
from vouch.platform.exchange.models import (
    Import,
    ImportChange,
    ImportFile,
    ImportRow,
    KeptRecord,
    SavedMapping,
)
from vouch.platform.exchange.terms import ImportStatus, Verdict
from vouch.platform.identity.actor import Actor, system_actor
from vouch.platform.identity.models import (
    ApiKey,
    Delegation,
    HandOver,
    HandOverLine,
    RightsChange,
    Unit,
    User,
)
from vouch.platform.identity.queries import actor_of, digest_of_key
from vouch.platform.identity.terms import HEAD_OFFICE_CODE, ApiScope, Role, Scope
from vouch.platform.ledger.actions import seal_batch
from vouch.platform.ledger.models import Head
from vouch.platform.ledger.testing import writing
from vouch.platform.operations.models import Backup, Inspection
from vouch.platform.vault.actions import store_document
from vouch.platform.vault.terms import Subject
from vouch.policy.actions import install_shipped_policies

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
CITY = {"own": "江苏", "unit": "浙江", "below": "福建", "far": "广东"}
CODES = {
    "own": "91320500MA1MARKA0X",
    "unit": "91330100MA1MARKB1X",
    "below": "91350200MA1MARKC2X",
    "far": "91440300MA1MARKD3X",
}


API_SECRET = "vouch_scene_notmuchofasecret"


@dataclass(frozen=True)
class Owned:
    """A value of an address that belongs to a customer."""

    value: Any
    owner: int


@dataclass
class Scene:
    """Who looks, and at whom. ``parties`` by place: own, unit, below, far."""

    observer: User
    parties: Mapping[str, Party]
    units: Mapping[str, Unit]
    key: Any = None
    """A key of the interface, for the observer's unit."""
    persons: dict[str, Party] = field(default_factory=dict)
    again: dict[str, Party] = field(default_factory=dict)
    """Second records of the firms, merged into them."""
    house: frozenset[int] = frozenset()
    """The institution's own record and that of whoever holds it: nobody's customers, seen by who sees all."""
    extra: dict[str, int] = field(default_factory=dict)
    """Text → pk of the customer whom it tells of, where no table says so."""
    words: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    """Argument of an address (or ``name of the address.argument``) → values, where it is no key of a table."""
    posts: dict[str, Callable[[Mapping[str, Any]], Mapping[str, str]]] = field(default_factory=dict)
    """Name of an address → what its form is filled with, from the address's arguments; others are sent empty."""
    objects: dict[type[Model], list[tuple[Any, int]]] = field(default_factory=dict)
    """What ``asking.objects`` found: no question changes it, for each is undone."""

    def both(self, places: Iterable[str]) -> set[int]:
        """The firm, its second record and the person of these places."""
        kinds = (self.parties, self.persons, self.again)
        return {kind[place].pk for place in places for kind in kinds}

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
    opened(at=timezone.now() - timedelta(days=1))
    parties = {place: _customer(place, manager, actor) for place, manager in managers.items()}
    scene = Scene(observer, parties, units)
    for place, party in parties.items():
        _papers(place, party, actor)
        _sources(place, party, actor)
        scene.persons[place] = _person(place, managers[place], party, actor)
        _graph(place, party, scene.persons[place], actor)
    _housed(scene, actor)
    _guaranteed(scene, actor)
    known = set(Party.objects.values_list("pk", flat=True))
    supervised(scene.parties, NOW)
    scene.house = frozenset(Party.objects.exclude(pk__in=known).values_list("pk", flat=True))
    _linked(scene)
    _watched(scene, actor)
    _doubtful(scene, actor)
    _judged(actor)
    _limited(scene, actor)
    _classed(scene, actor)
    _departed(scene)
    _imports(scene)
    _house(scene)
    phones = [Owned(f"phone-{row.value}", row.owner) for row in owned(Phone, "party")]
    scene.posts["parties:reveal"] = lambda arguments: {f"{arguments['key']}-purpose": str(PURPOSES[0])}
    scene.posts["parties:paper"] = lambda arguments: {"purpose": str(PURPOSES[0])}
    scene.posts["customers:reveal_certificate"] = lambda arguments: {"purpose": str(PURPOSES[0])}
    look = {"purpose": str(Purpose.REVIEW)}
    scene.posts["customers:look_at_report"] = scene.posts["customers:open_report"] = lambda arguments: look
    for place, owner in parties.items():
        scene.extra[f"执行法院{place.upper()}"] = owner.pk
    scene.words |= {
        "panel": (
            "file",
            "facts",
            "invoices",
            "identity",
            "relations",
            "building",
            "guarantees",
            "limits",
            "class",
            "consent",
            "history",
        ),
        "parties:end_place.row": owned(Occupancy, "party"),
        "desk:gatherings.kind": ("circles", "chains", "hubs", "groups"),
        "grading:decide_class.verb": ("confirm", "return", "reopen"),
        "policy:move.verb": ("review", "publish", "retire"),
        **{f"policy:{name}_sign.verb": ("confirm", "refuse") for name in ("figures", "setting", "rule")},
        "policy:exception_sign.verb": ("confirm", "refuse", "revoke"),
        "exchange:new_of_kind.kind": ("enterprises",),
        "suffix": ("csv", "xlsx"),
        "rest": ("nowhere",),
        # The observer has no second factor and one session, their own.
        "mfa_edit_webauthn.pk": (1,),
        "mfa_remove_webauthn.pk": (1,),
        "account:end_session.pk": (1,),
        "session_pk": (1,),
        "provider_id": ("none",),
        "customers:financial_statement.pk": owned(FinancialStatement, "material__party"),
        "edge": ("shareholder", "post", "control", "kin", "licence", "tax_grade", "farm_holding"),
        "parties:end_edge.edge": ("licence",),
        "parties:end_edge.row": owned(Licence, "party"),
        "parties:scan_licence.row": owned(Licence, "party"),
        "parties:add_line.kind": ("phone", "account", "contact"),
        "parties:end_line.kind": ("phone",),
        "parties:end_line.row": owned(Phone, "party"),
        "parties:paper.row": owned(Paper, "party"),
        "key": ("document_number", "monthly_income", *phones),
        "courier:new_channel.kind": ("webhook",),
        "answer": ("approve", "decline"),
        "name": (templates()[0].name,),
        "customers:new_notice.kind": ("person",),
        "customers:lacking.whose": ("all", "mine"),
        "customers:errands.only": ("open", "mine"),
        "customers:give_answers.which": ("first", "second"),
        "customers:upload.kind": ("bank", "tax", "utility"),
        "operations:retry_job.pk": (1,),
        "operations:cancel_job.pk": (1,),
        "step": ("approve",),
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


def _guaranteed(scene: Scene, actor: Actor) -> None:
    """A guarantee of each firm with everything that happens to one."""
    events = {Draw: {"amount": 1}, Repayment: {"amount": 1}, Recovery: {"amount": 1}}
    claim = {"principal": 1, "interest": 0, "other": 0}
    for number, (place, party) in enumerate(scene.parties.items()):
        token = place.upper()
        stands = {"as_of": NOW.date(), "state": "in_force", "debt_balance": 1000 + number}
        with writing():
            one = filled(
                Guarantee, scene, party=party, number=f"业务编号{token}", bank=f"银行{token}",
                product=f"产品{token}", contract_number=f"合同编号{token}", contract_amount=2000 + number,
                counter_guarantee=f"反担保{token}", **stands,
            )  # fmt: skip
            filled(GuaranteeVersion, scene, guarantee=one, share_rate=1, **stands)
            for model, amounts in (*events.items(), (Claim, claim)):
                said = {"number": f"凭证{token}", "note": f"备注{token}", "content": UUID(int=number)}
                filled(model, scene, guarantee=one, **said, **amounts)


def _linked(scene: Scene) -> None:
    """Each firm holds a part of the next one, each person is kin of the next and controls the next one's firm: every way leads
    to somebody out of somebody's sight.
    """
    firms, persons = list(scene.parties.values()), list(scene.persons.values())
    for place, one in enumerate(persons):
        following = (place + 1) % len(firms)
        share(firms[place], firms[following], "0.1")
        kin(one, persons[following], Kin.SIBLING)
        control(one, firms[following])


def _papers(place: str, party: Party, actor: Actor) -> None:
    """An authorisation with its signed file, a credit report under it, and a request of the customer's."""
    token = place.upper()
    granted(party, at=NOW, actor=actor)
    body = f"<EFB><EF03><EF030Q01>执行法院{token}</EF030Q01></EF03></EFB>"
    content = report_file(party, on=NOW.date(), number=f"报告编号{token}", body=body)
    store_report(actor=actor, at=NOW, party=party, details=ReportDetails(), content=content)
    filed = MaterialDetails(
        kind=MaterialKind.DOCUMENT, origin=Origin.CUSTOMER, as_of=NOW.date(), note=f"资料说明{token}"
    )
    filing = Filing(DocumentCategory.LICENCE, title=f"资料名称{token}")
    document = file_document(
        actor=actor, at=NOW, party=party, filing=filing, details=filed, content=PDF + b"\n%%EOF"
    )
    found = VerificationDetails(VerificationMeans.ORIGINAL, Finding.CONFIRMED, f"核实说明{token}")
    verify_material(actor=actor, at=NOW, material=document.material, details=found)
    _flows(token, party, actor)
    _statements(token, party, actor)
    _answered(token, party, actor)
    asked = RequestDetails(kind=RequestKind.ACCESS, channel=RequestChannel.COUNTER, detail=f"请求内容{token}")
    receive_request(actor=actor, at=NOW, party=party, details=asked)


def _flows(token: str, party: Party, actor: Actor) -> None:
    """A bank statement with a sealed account and summary, a tax, a bill, and an upload that waits."""
    digit = str(1 + list(CITY).index(token.lower()))
    account = f"621700001234567890{digit}"
    other = f"622848001234567890{digit}"
    rows = sheet_of(
        [
            moved("2026-10-01", 50_000_00, f"对手{token}商行", 50_000_00, account=other),
            moved("2026-10-05", -20_000_00, f"对手{token}商行", 30_000_00, account=other),
        ],
        account=account,
    )
    rows[-1][-1] = f"摘要{token}货款"
    recorded(party, read_statement(rows), actor=actor, at=NOW, account=account)
    details = MaterialDetails(kind=MaterialKind.TAX, origin=Origin.CUSTOMER, as_of=NOW.date())
    first, last = date(2026, 9, 1), date(2026, 9, 30)
    amounts = (Decimal("300000.00"), Decimal("9000.00"), Decimal("9000.00"))
    tax = TaxLine(TaxKind.VAT, first, last, *amounts, date(2026, 10, 15), date(2026, 10, 20))
    record_taxes(actor=actor, at=NOW, party=party, details=details, lines=[tax])
    details = replace(details, kind=MaterialKind.UTILITY)
    bill = BillLine(
        UtilityKind.ELECTRICITY, first, Decimal(4000), Decimal("3200.00"), None, last, is_overdue=False
    )
    record_bills(actor=actor, at=NOW, party=party, details=details, lines=[bill])
    upload = Upload(f"流水文件{token}.csv", as_csv(rows))
    stage_file(actor=actor, at=NOW, party=party, kind=MaterialKind.BANK, upload=upload)


def _statements(token: str, party: Party, actor: Actor) -> None:
    """Statements on two bases with a cell that was not read, a value verified by hand, and a choice among them."""
    for basis, revenue in ((Basis.DECLARED, 50_000_000), (Basis.TAX, 40_000_000)):
        book = Book(periods=({"revenue": revenue, "total_assets": 90_000_000}, {"revenue": 30_000_000}))
        book.unknown.append(CellProblem(f"表{token}", 7, 1, f"不认识的项目“摊销{token}”"))
        statement = FinancialsDetails(
            basis=basis,
            kind=PeriodKind.YEAR,
            ends_on=date(2025, 12, 31),
            months=12,
            origin=Origin.CUSTOMER,
            book=book,
            note=f"报表说明{token}",
        )
        record_financials(actor=actor, at=NOW, party=party, details=statement)
    figure = FigureDetails(
        figure=Figure.REVENUE, day=date(2025, 12, 31), amount=Decimal(450_000), note=f"看账{token}"
    )
    record_figure(actor=actor, at=NOW, party=party, details=figure)
    claim = claims_of(party.pk, as_of=NOW.date())[0]
    choice = ChoiceDetails(claim.figure, claim.day, claim.key, f"采用理由{token}")
    choose_figure(actor=actor, at=NOW, party=party, details=choice)


def _answered(token: str, party: Party, actor: Actor) -> None:
    """The rating sheet in both rounds, and an errand."""
    sheet = questionnaires()[-1]
    for which, place in ((Round.FIRST, 0), (Round.SECOND, 1)):
        choices = {question.name: list(question.choices)[place] for question in sheet.questions}
        notes = dict.fromkeys(choices, f"复评理由{token}")
        given = Given(choices, notes)
        give_answers(actor=actor, at=NOW, party=party, which=which, questionnaire=sheet, given=given)
    duty = current_assignment(party)
    assert duty is not None
    assert duty.manager is not None
    errand = ErrandDetails(duty.manager, NOW.date(), title=f"任务内容{token}", reason=f"任务说明{token}")
    order_errand(actor=actor, at=NOW, party=party, details=errand)


def _sources(place: str, party: Party, actor: Actor) -> None:
    """A public record, a guarantee given, and a piece of collateral with its value and a photo."""
    token = place.upper()

    def told(kind: MaterialKind) -> MaterialDetails:
        return MaterialDetails(kind=kind, origin=Origin.ON_SITE, as_of=NOW.date(), note=f"来源说明{token}")

    day = NOW.date() - timedelta(days=30)
    record = RecordLine(
        kind=RecordKind.PENALTY,
        opened_on=day,
        number=f"罚字{token}号",
        authority=f"机关{token}局",
        cause=f"事由{token}",
    )
    search = SearchDetails(kinds=[RecordKind.PENALTY], lines=[record], source=f"渠道{token}网")
    record_search(actor=actor, at=NOW, party=party, details=told(MaterialKind.RECORD), search=search)
    line = GuaranteeLine(
        beneficiary=f"被担保人{token}",
        bank=f"债权人{token}",
        kind=GuaranteeKind.SURETY,
        amount=Decimal("500000.00"),
        balance=Decimal("400000.00"),
        tie=Tie.NONE,
    )
    given = GuaranteesDetails([line])
    state_guarantees(actor=actor, at=NOW, party=party, details=told(MaterialKind.GUARANTEE), statement=given)
    terms = TermsDetails(
        ware=Ware.HOUSE,
        method=SecurityMethod.MORTGAGE,
        description=f"抵押房产{token}",
        owner=f"权利人{token}",
        location=f"坐落{token}路",
        ratio=Decimal("0.7"),
        certificate=f"不动产权第{token}0012345号",
    )
    noted = timezone.now()
    page = f"https://shop.example/{token}页面"
    signal = rated(timezone.localdate(noted), page=page, platform=f"平台{token}网", note=f"信号说明{token}")
    note_signals(actor=actor, at=noted, party=party, lines=[signal])
    details = told(MaterialKind.COLLATERAL)
    piece = register_collateral(actor=actor, at=NOW, party=party, details=details, terms=terms)
    value = ValuationDetails(Decimal("1000000.00"), ValuationMethod.MARKET, f"评估机构{token}")
    value_collateral(actor=actor, at=NOW, collateral=piece, details=details, valuation=value)
    show_collateral(
        actor=actor,
        at=NOW,
        collateral=piece,
        category=DocumentCategory.SITE_PHOTO,
        details=told(MaterialKind.DOCUMENT),
        content=PDF,
    )


def _watched(scene: Scene, actor: Actor) -> None:
    """Two lists: every customer may stand on the own one by name, one firm and its people are confirmed to."""
    own = open_list(actor=actor, at=NOW, kind=ListKind.OWN, name="本机构黑名单", source="")
    official = open_list(actor=actor, at=NOW, kind=ListKind.AML, name="制裁名单", source="发布机构")
    take_version(
        actor=actor,
        at=NOW,
        watch_list=official,
        file=ListFile("名称,依据\n无名氏,公告\n".encode(), "名单.csv", NOW.date()),
    )
    # By document: a name on a list would be told to whoever may not know that it is a customer's too.
    for digit, _place in enumerate(CITY, start=1):
        _code, document = read_number(corrected_number(str(digit)))
        entry = EntryDetails(name=f"名单人物{digit}", document=document, reason="恶意骗保")
        add_to_list(actor=actor, at=NOW, watch_list=own, details=entry)
    screen_list(actor=actor, at=NOW, list_id=own.pk)
    tokens = {scene.parties[place].pk: place.upper() for place in CITY}
    tokens |= {scene.persons[place].pk: f"{place.upper()}个人" for place in CITY}
    for hit in WatchHit.objects.all():
        confirm_hit(actor=actor, at=NOW, hit=hit, reason=f"核实意见{tokens[hit.party_id]}")


def _person(place: str, manager: User, firm: Party, actor: Actor) -> Party:
    """A person of the same hands, with everything that is protected, in a post of the firm."""
    token, digit = place.upper(), str(1 + list(CITY).index(place))
    details = PersonDetails(
        name=f"标记{token}个人",
        document_kind=DocumentKind.RESIDENT,
        document_number=resident_number(f"1101011990031{digit}12{digit}"),
        born_on=date(1990, 3, 10 + int(digit)),
        address=f"浙江省杭州市西湖区文三路九十号{token}室",
        occupation=f"职业{token}种植",
        employer=f"工作单位{token}",
        monthly_income=Decimal(f"8{digit}31.00"),
        annual_income=Decimal(f"9{digit}317.00"),
    )
    registration = PersonRegistration(
        details,
        phones=[PhoneLine(PhoneUse.MOBILE, f"1380013800{digit}")],
        accounts=[AccountLine("江州银行", f"户名{token}张三", f"622202123456789012{digit}")],
        contacts=[ContactLine(Relation.SPOUSE, f"联系人{token}", f"1661234567{digit}")],
        manager=manager,
    )
    person = register_person(actor=actor, at=NOW, unit=manager.unit, registration=registration)
    add_post(actor=actor, at=NOW, party=firm, person=person, kind=PostKind.LEGAL_REPRESENTATIVE)
    paper = f"证件影像{token}".encode()
    store_paper(
        actor=actor,
        at=NOW,
        party=person,
        kind=PaperKind.IDENTITY_FRONT,
        media_type="application/pdf",
        pieces=[b"%PDF-1.4\n" + paper],
    )
    return person


def _graph(place: str, firm: Party, person: Party, actor: Actor) -> None:
    """Everything that is noted line by line, of the firm and of its person, and values that were other before."""
    token, digit = place.upper(), str(1 + list(CITY).index(place))
    known = Named(party_number=person.number)
    lines: list[EdgeLine] = [
        ShareholderLine(who=known, rate=Decimal("0.6")),
        ShareholderLine(who=Named(f"股东{token}乙", code=""), rate=Decimal("0.3")),
        PostLine(who=Named(f"董事{token}"), kind=PostKind.DIRECTOR),
        ControlLine(who=Named(f"实控{token}"), basis=ControlBasis.EQUITY),
        LicenceLine(
            kind=LicenceKind.BUSINESS, title=f"许可证{token}", number=f"XK{token}", issuer=f"机关{token}"
        ),
        TaxGradeLine(year=2025, grade="A"),
    ]
    add_edges(actor=actor, at=NOW, party=firm, lines=lines)
    at = NOW + timedelta(minutes=1)
    household = Household(household_size=4, farming_since=2010)
    change_household(actor=actor, at=at, party=person, household=household, change=Change())
    person.refresh_from_db()
    kin: list[EdgeLine] = [
        KinLine(who=Named(f"配偶{token}"), kin=Kin.SPOUSE),
        FarmLine(kind=FarmKind.CROP, product=f"品种{token}", area=Decimal("12.5")),
    ]
    add_edges(actor=actor, at=at, party=person, lines=kin)
    number = corrected_number(digit)
    changes = {"document_number": number, "name": f"改名{token}个人"}
    correct_person(actor=actor, at=at, party=person, changes=changes, reason=f"理由{token}改")
    address = f"江州市{token}路9号1203室"
    change_enterprise(actor=actor, at=at, party_id=firm.pk, changes={"address": address})
    firm.refresh_from_db()
    person.refresh_from_db()


def _housed(scene: Scene, actor: Actor) -> None:
    """Each firm in a building of its own, and all of them behind doors of one, with a steward, a limit and a visit."""
    read_addresses(actor=actor, at=NOW)
    site = open_site(actor=actor, at=NOW, kind=SiteKind.PARK, name="共用园区")
    for digit, (place, party) in enumerate(scene.parties.items(), 1):
        token = place.upper()
        details = PlaceDetails(OccupancyRole.OPERATING, f"江州市共用路1号{digit}单元1288室")
        shared = add_place(actor=actor, at=NOW, party=party, details=details).building
        own = Occupancy.objects.get(party=party, role=OccupancyRole.REGISTERED, ended_at=None).building
        note = f"走访记录{token}"
        note_visit(actor=actor, at=NOW, party=party, building=own, visited_on=NOW.date(), note=note)
        scene.extra |= {f"{token}路9号": party.pk, f"{digit}单元1288": party.pk}
    describe_building(actor=actor, at=NOW, building=shared, site=site, unit_total=40)
    appoint_stewards(actor=actor, at=NOW, buildings=[shared], user=scene.observer)
    scene.posts["parties:note_visit"] = lambda arguments: {
        "building": str(shared.pk), "visited_on": str(NOW.date()), "note": "在营",
    }  # fmt: skip
    scene.posts["parties:appoint_steward"] = lambda arguments: {"user": str(scene.observer.pk)}
    scene.posts["parties:limit_building"] = lambda arguments: {"max_customers": "3", "reason": "控制集中度"}
    scene.posts["parties:join_building"] = lambda arguments: {"into": str(shared.pk), "reason": "同一栋"}
    limit = LimitDetails("控制集中度", Decimal(5_000_000), 20)
    limit_building(actor=actor, at=NOW, building=shared, details=limit)


def corrected_number(digit: str) -> str:
    """What a person's number was corrected to."""
    return resident_number(f"1101011990031{digit}34{digit}")


def resident_number(first: str) -> str:
    """Seventeen digits with their check digit (GB 11643)."""
    total = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(first))
    return first + "10X98765432"[total % 11]


def owned(model: Any, path: str) -> tuple[Owned, ...]:
    """The keys of a table with their customers."""
    return tuple(Owned(pk, owner) for pk, owner in model.objects.values_list("pk", f"{path}__pk"))


def _house(scene: Scene) -> None:
    """What belongs to the house itself: changes of rights, delegations, hand-overs, inspections, messages."""
    other = User.objects.get(username="other")
    day = {"starts_on": NOW.date(), "ends_on": NOW.date()}
    with writing():
        filled(RightsChange, scene, requested_by=other, person=scene.observer)
        filled(Delegation, scene, principal=scene.observer, delegate=other, **day)
        made = filled(HandOver, scene, giver=other, receiver=scene.observer)
        for place in CITY:
            filled(
                HandOverLine,
                scene,
                hand_over=made,
                holding="parties.manager",
                item_id=scene.parties[place].pk,
            )
        period = {"period_from": NOW.date(), "period_until": NOW.date()}
        filled(Inspection, scene, starts_at=NOW, ends_at=NOW + timedelta(days=3), opened_by=other, **period)
        filled(Backup, scene)
        key = {"scopes": list(ApiScope.values), "data_scope": Scope.UNIT, "unit": scene.units["YW1"]}
        times = {"expires_at": NOW + timedelta(days=3650), "approved_at": NOW, "issued_at": NOW}
        scene.key = filled(
            ApiKey,
            scene,
            **key,
            **times,
            prefix=API_SECRET.split("_")[1],
            digest=digest_of_key(API_SECRET),
            per_minute=1_000_000,
            proposed_by=other,
            approved_by=scene.observer,
        )
    published(at=NOW)
    actor = system_actor("scene")
    hook = ChannelDetails(name="钩子", config={"url": "https://example.invalid/"}, groups=tuple(Group.values))
    add_channel(actor=actor, at=NOW, kind=ChannelKind.WEBHOOK, details=hook)
    template = next(one for one in templates() if one.samples)
    notify(
        at=NOW,
        recipients=[scene.observer.pk, other.pk],
        template=template.name,
        stable_id="scene",
        subject=("party", str(scene.parties["far"].pk)),
        values=template.samples,
    )


def filled(model: Any, scene: Scene, **given: Any) -> Any:
    """A row with something in every column that must have something."""
    values: dict[str, Any] = {}
    for column in model._meta.concrete_fields:
        if column.name in given or column.has_default() or column.null or column.primary_key:
            continue
        kind = column.get_internal_type()
        if column.choices:
            values[column.name] = column.choices[0][0]
        elif column.related_model is not None:
            values[column.name] = (
                scene.observer if column.related_model is User else column.related_model.objects.first()
            )
        elif kind in FILLERS:
            values[column.name] = FILLERS[kind]
    return model.objects.create(**values, **given)


FILLERS = {
    "CharField": "室内",
    "TextField": "室内",
    "DateTimeField": NOW,
    "DateField": NOW.date(),
    "JSONField": {},
    "BigIntegerField": 1,
    "PositiveIntegerField": 1,
    "ArrayField": [],
}
"""What stands in a column that must have something."""


def _doubtful(scene: Scene, actor: Actor) -> None:
    """Each firm may be the next one's record; and of each there is a second record, merged into it."""
    firms = list(scene.parties.items())
    for (place, party), (_place, other) in zip(firms, [*firms[1:], firms[0]], strict=True):
        token = place.upper()
        evidence = [{"field": "name", "text": f"相似证据{token}", "bits": 20.0}]
        said = {"evidence": evidence, "evidence_sha256": "0" * 64, "reason": f"判断理由{token}"}
        with writing():
            for second in (other, scene.persons[place]):
                one, two = sorted((party, second), key=lambda found: found.pk)
                filled(Duplicate, scene, one=one, other=two, bits=20, state=DuplicateState.OPEN, **said)
        duty = current_assignment(party)
        assert duty is not None
        again = Registration(
            EnterpriseDetails(name=f"重录{token}企业", address=f"重录地址{token}"),
            manager=duty.manager,
        )
        scene.again[place] = register_enterprise(actor=actor, at=NOW, unit=duty.unit, registration=again)
        merge_parties(
            actor=actor, at=NOW, party=scene.again[place], canonical=party, reason=f"合并说明{token}"
        )
    with writing():
        filled(WorkingList, scene, owner=scene.observer, name="我的清单", query="kind=enterprise")
        lines = [[party.pk, None, 1] for party in scene.parties.values()]
        filled(BulkAssignment, scene, made_by=scene.observer, count=len(lines), lines=lines)
    pks = ",".join(str(party.pk) for party in scene.parties.values())
    given = {"pks": pks, "manager": str(scene.observer.pk)}
    scene.posts["desk:assign_many"] = lambda arguments: {**given, "step": "preview"}
    scene.posts["desk:export_picked"] = lambda arguments: {"pick": pks.split(",")[0]}
    scene.posts["desk:search"] = scene.posts["desk:suggestions"] = lambda arguments: {"q": "企业"}
    scene.posts["desk:change_list"] = lambda arguments: {"name": "别的名称"}
    scene.posts["desk:save_list"] = lambda arguments: {"name": "新清单", "query": "kind=enterprise"}
    reason = {"reason": "两家同名"}
    scene.posts["parties:tell_apart"] = scene.posts["parties:unmerge"] = lambda arguments: reason
    scene.posts["parties:put_off"] = lambda arguments: {"until": "2099-01-01"}
    scene.posts["parties:merge"] = lambda arguments: {
        "keep": str(Duplicate.objects.get(pk=arguments["pk"]).one_id),
        **reason,
    }


def _judged(actor: Actor) -> None:
    assess_customers(actor=actor, at=NOW, as_of=AS_OF)
    order_run(actor=actor, at=NOW, as_of=AS_OF)


def _limited(scene: Scene, actor: Actor) -> None:
    """Everybody has a limit, also as the head of a group, and a draw, part of it used; another amount waits; then all are frozen."""
    granter, now = system_actor("granter"), timezone.now()
    for place, party in scene.parties.items():
        for kind in (LimitKind.CUSTOMER, LimitKind.GROUP):
            asked = LimitAsked(amount=Decimal(1_900_000), reason=f"授信理由{kind}{place.upper()}")
            of = LimitOf(kind=kind, party_id=party.pk)
            made = propose_limit(actor=actor, at=now, of=of, details=asked)
            decide_limit(actor=granter, at=now, limit=made, is_granted=True)
        raised = LimitAsked(amount=Decimal(1_950_000), reason=f"调高理由{place.upper()}")
        of = LimitOf(kind=LimitKind.CUSTOMER, party_id=party.pk)
        propose_limit(actor=actor, at=now, of=of, details=raised)
        draw = Drawing(
            party_id=party.pk, amount=Decimal(300), purpose=f"占用用途{place.upper()}",
            bank=f"占用银行{place.upper()}",
        )  # fmt: skip
        hold = reserve(actor=actor, at=now, draw=draw)
        use(actor=actor, at=now, hold=hold, amount=Decimal(100), guarantee_number=f"ZY{place.upper()}")
        freeze_use(actor=actor, at=NOW, party_id=party.pk, reason=f"冻结原因{place.upper()}")


def _classed(scene: Scene, actor: Actor) -> None:
    """Of everybody a class that somebody proposed and another returned, and one that waits."""
    reviewer, now = system_actor("reviewer"), timezone.now()
    for place, party in scene.parties.items():
        token = place.upper()
        held = class_in_effect(party.pk)
        wanted = "一般" if held is not None and held.risk_class == "高风险" else "高风险"
        for number in (1, 2):
            said = ClassProposal(wanted, ClassReason.CORRECTION, f"分类依据{token}第{number}次")
            made = propose_class(actor=actor, at=now, party_id=party.pk, proposal=said)
            if number == 1:
                return_class(actor=reviewer, at=now, pk=made.pk, note=f"退回意见{token}")
    form = {"risk_class": "优质", "reason": str(ClassReason.CORRECTION), "evidence": "原来录错了报表"}
    scene.posts["grading:propose_class"] = lambda _arguments: form
    scene.posts["grading:decide_class"] = lambda _arguments: {"note": "核对无误"}


def _departed(scene: Scene) -> None:
    """Of everybody an override that waits, and advice that somebody declined."""
    with writing():
        for place, party in scene.parties.items():
            text = f"人工介入{place.upper()}"
            made = Assessment.objects.filter(party=party).latest("pk")
            filled(
                Override, scene, party=party, assessment=made, grade="A", model_grade="B", note=f"{text}的依据写在这里",
                proposed_by_id="user:0", proposed_by_label=text,
            )  # fmt: skip
            filled(
                AdviceDecision, scene, party=party, assessment=made, is_adopted=False, note=text, by_id="user:0",
                by_label=text,
            )  # fmt: skip
            document = store_document(
                Subject("party", str(party.pk)), pieces=[b"%PDF-1.4"], media_type="application/pdf", at=NOW
            )
            filled(
                InformationDebt, scene, party=party, assessment=made, limit_span=1, score_span=1, stale=1, missing=1,
                first_fact=text,
            )  # fmt: skip
            filled(
                Letter, scene, party=party, assessment=made, request=None, kind="explanation", document=document,
                sha256=document.sha256, made_by_label=text,
            )  # fmt: skip
    reviews = []
    for place, party in scene.parties.items():
        made = Assessment.objects.filter(party=party).latest("pk")
        asked = receive_request(
            actor=system_actor("scene"), at=NOW, party=party,
            details=RequestDetails(
                kind="review", channel="counter", detail=f"复核请求{place.upper()}", matter=f"assessment:{made.pk}"
            ),
        )  # fmt: skip
        # Requests of other kinds have no such page.
        reviews.append(Owned(asked.pk, party.pk))
    scene.words["grading:review.pk"] = tuple(reviews)
    scene.posts["grading:review"] = lambda arguments: {"outcome": "upheld", "answer": "维持"}
    scene.posts["grading:ask_review"] = lambda arguments: {"channel": "counter", "detail": "请复核"}
    scene.posts["grading:override"] = lambda arguments: {"do": "withdraw"}
    scene.posts["grading:decide_advice"] = lambda arguments: {"do": "decline", "note": "不采纳"}
    scene.posts["grading:propose"] = lambda arguments: {
        "grade": "A",
        "reason": "related",
        "note": "已核实的新情况",
    }


def _imports(scene: Scene) -> None:
    """Imports of persons of each unit: one that waits for its columns, one with a row that waits for somebody."""
    for place, code in (("unit", "YW1"), ("below", "YW1A"), ("far", "YW2")):
        text, digit = f"待处理{place.upper()}", str(1 + list(CITY).index(place))
        told = {"name": text, "document_number": corrected_number(digit), "phone": f"1380013800{digit}"}
        name = f"文件{place.upper()}.csv"
        with writing():
            for status in (ImportStatus.DRAFT, ImportStatus.DONE):
                batch = Import.objects.create(
                    kind="persons",
                    status=status,
                    unit=scene.units[code],
                    actor_id="system:scene",
                    actor_label="系统",
                    created_at=NOW,
                )
                file = ImportFile.objects.create(batch=batch, source="file", position=0, name=name, size=0)
                keep_file(file, [f"姓名,证件号码,手机\n{','.join(told.values())}\n".encode()], at=NOW)
            columns = PersonImporter.sources[0].columns
            content = RowContent([told.get(one.name, "") for one in columns], list(told.values()))
            sealed = sealed_content(key_of_import(batch, at=NOW), file.pk, 2, content)
            ImportRow.objects.create(
                batch=batch, file=file, line=2, verdict=Verdict.REJECTED, reason=text, content=sealed
            )
            ImportChange.objects.create(
                batch=batch, table_name="parties_party", row_key="0", after={"name": text, "number": "C0"}
            )
            SavedMapping.objects.create(
                unit=batch.unit,
                kind="enterprises",
                source="file",
                headings_hash=text,
                headings=[text],
                saved_at=NOW,
                saved_by=text,
            )
            KeptRecord.objects.create(
                batch=batch, table_name="parties_party", row_key="0", label=text, reason=text
            )
        for form in ("row", "marked", "download"):
            scene.posts[f"exchange:{form}"] = lambda _arguments: {"do": "show", "purpose": "核对名单"}
        scene.extra |= {text: scene.parties[place].pk, name: scene.parties[place].pk}
