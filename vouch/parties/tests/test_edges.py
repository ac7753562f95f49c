"""The graph: who is noted as what, what is refused, what is ended, and who learns of it."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from vouch.parties import actions, queries
from vouch.parties.actions import (
    ControlLine,
    EdgeLine,
    Ending,
    FarmLine,
    KinLine,
    LicenceLine,
    Named,
    OverOne,
    PostLine,
    Repeated,
    ShareholderLine,
    TaxGradeLine,
    WrongName,
    read_named,
)
from vouch.parties.models import Kinship, Party, Person, Post, Shareholding, TaxGrade
from vouch.parties.terms import (
    ControlBasis,
    DocumentKind,
    FarmKind,
    Kin,
    LicenceKind,
    PartyKind,
    PartyStatus,
    PostKind,
)
from vouch.parties.tests.people import NUMBER, OTHER_NUMBER, TODAY, registration
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.identity.terms import Role, Scope
from vouch.platform.ledger import queries as ledger
from vouch.platform.ledger.action import Refused
from vouch.platform.ledger.models import Entry
from vouch.platform.ledger.queries import history_of

pytestmark = pytest.mark.django_db

Add = Callable[..., list[object]]


@pytest.fixture
def add(actor: Actor, now: datetime) -> Add:
    def run(party: Party, *lines: EdgeLine, by: Actor = actor, at: datetime = now) -> list[object]:
        return actions.add_edges(actor=by, at=at, party=party, lines=lines)

    return run


@pytest.fixture
def trader(units: dict[str, Unit], staff: dict[str, User], actor: Actor, now: datetime) -> Party:
    return actions.register_enterprise(
        actor=actor, at=now, unit=units["YW1"],
        registration=actions.Registration(
            actions.EnterpriseDetails(name="王小芳小吃店"), kind=PartyKind.SOLE_TRADER, manager=staff["liqiang"]
        ),
    )  # fmt: skip


def person_named(name: str, number: str = OTHER_NUMBER) -> Named:
    return read_named(name, number, today=TODAY)


class TestWhoIsNamed:
    def test_by_a_customer_number_a_code_or_an_identity_number(self) -> None:
        assert read_named("", " c00000012 ", today=TODAY) == Named(party_number="C00000012")
        assert read_named("甲公司", "９１350100M000100Y43", today=TODAY).code == "91350100M000100Y43"
        named = read_named(" 李 四 ", "'31010119851215456 6", today=TODAY)
        assert (named.name, named.document_kind, named.document_number) == (
            "李 四",
            DocumentKind.RESIDENT,
            OTHER_NUMBER,
        )
        assert read_named("某某", "", today=TODAY) == Named("某某")

    @pytest.mark.parametrize(
        ("name", "number", "message"),
        [
            ("", "", "请填写名称"),
            ("李四", "310101198512154567", "校验位不符"),
            ("甲公司", "91350100M000100Y44", "校验位不符"),
            ("李四", "3.10101E+17", "按文本格式"),
            ("李四", "12345", "不是统一社会信用代码"),
            ("", OTHER_NUMBER, "请填写姓名"),
            ("", "91350100M000100Y43", "请填写名称"),
        ],
    )
    def test_a_wrong_number_is_refused_in_words(self, name: str, number: str, message: str) -> None:
        with pytest.raises(ValueError, match=message) as caught:
            read_named(name, number, today=TODAY)
        assert "198512154567" not in str(caught.value)


class TestPeopleWhoBecomeKnown:
    def test_a_shareholder_with_a_document_becomes_a_person_in_the_same_hands(
        self, firm: Party, add: Add, staff: dict[str, User]
    ) -> None:
        add(firm, ShareholderLine(who=person_named("李四"), rate=Decimal("0.4")))
        holding = Shareholding.objects.get()
        person = holding.holder
        assert person is not None
        assert (person.kind, person.name, holding.holder_name) == (PartyKind.PERSON, "李四", "")
        assert queries.current_assignment(person).manager == staff["liqiang"]  # type: ignore[union-attr]
        assert queries.with_number(Party.objects.all(), OTHER_NUMBER).get() == person

    def test_a_known_one_is_linked_and_not_enrolled_again(self, firm: Party, person: Party, add: Add) -> None:
        add(firm, ShareholderLine(who=person_named("王小芳", NUMBER)))
        assert Shareholding.objects.get().holder == person
        assert Person.objects.count() == 1

    def test_a_number_of_somebody_of_another_name_is_refused(
        self, firm: Party, person: Party, add: Add
    ) -> None:
        with pytest.raises(WrongName, match="与所填的名称不符"):
            add(firm, ShareholderLine(who=person_named("李四", NUMBER)))

    def test_whoever_does_not_see_the_person_learns_nothing_and_leaves_a_trace(
        self, firm: Party, person: Party, add: Add, actors: dict[str, Actor], units: dict[str, Unit],
        staff: dict[str, User], actor: Actor, now: datetime,
    ) -> None:  # fmt: skip
        duty = actions.Duty(units["YW2"], starts_on=now.date(), manager=staff["wuting"])
        actions.assign_party(actor=actor, at=now, party=person, duty=duty)
        add(
            firm,
            ShareholderLine(who=person_named("李 四", NUMBER), rate=Decimal("0.4")),
            by=actors["liqiang"],
        )
        [edge] = queries.graph_of(firm, actors["liqiang"], today=now.date()).shareholders
        assert (edge.name, edge.party) == ("李 四", None)
        # Whoever sees both finds the link.
        [edge] = queries.graph_of(firm, actor, today=now.date()).shareholders
        assert edge.party == person
        assert Entry.objects.filter(event="parties.person.repeated", subject_id=str(person.pk)).exists()
        # The person's file does not tell its keeper of a firm that they do not see.
        assert queries.graph_of(person, actors["wuting"], today=now.date()).shares == []

    def test_nothing_protected_stands_in_the_ledger_in_plain(self, firm: Party, add: Add) -> None:
        add(
            firm,
            ShareholderLine(who=person_named("李四")),
            PostLine(who=Named("赵董事"), kind=PostKind.DIRECTOR),
        )
        entry = Entry.objects.get(event="parties.relations.added")
        text = f"{entry.before}{entry.after}"
        assert "李四" not in text
        assert "赵董事" not in text
        assert OTHER_NUMBER not in text
        opened = ledger.opened(entry)[1]
        assert opened is not None
        assert opened["post.2.name"] == "赵董事"


class TestShares:
    def test_more_than_the_whole_is_refused_with_the_figures(self, firm: Party, add: Add) -> None:
        add(firm, ShareholderLine(who=Named("甲"), rate=Decimal("0.6")))
        with pytest.raises(OverOne, match="105.0000%.*60.0000%.*45.0000%"):
            add(firm, ShareholderLine(who=Named("乙"), rate=Decimal("0.45")))
        assert Shareholding.objects.count() == 1
        add(firm, ShareholderLine(who=Named("乙"), rate=Decimal("0.4")))
        assert queries.accounted_rate(firm) == 1

    def test_what_is_not_accounted_for_is_told(
        self, firm: Party, add: Add, actor: Actor, now: datetime
    ) -> None:
        add(
            firm, ShareholderLine(who=Named("甲"), rate=Decimal("0.333333")), ShareholderLine(who=Named("乙"))
        )
        graph = queries.graph_of(firm, actor, today=now.date())
        assert (graph.accounted, graph.unaccounted) == (Decimal("0.333333"), Decimal("0.666667"))

    @pytest.mark.parametrize("seed", range(12))
    def test_shares_are_held_to_the_last_millionth(self, firm: Party, add: Add, seed: int) -> None:
        dice = random.Random(seed)  # noqa: S311 - shares, no secret
        cuts = sorted(dice.sample(range(1, 10**6), 4))
        parts = [high - low for low, high in itertools.pairwise([0, *cuts, 10**6])]
        spare = dice.choice((-1, 0, 1))
        parts[0] += spare
        lines = [
            ShareholderLine(who=Named(f"股东{one}"), rate=Decimal(one).scaleb(-6)) for one in parts if one
        ]
        if spare > 0:
            with pytest.raises(OverOne):
                add(firm, *lines)
        else:
            add(firm, *lines)
            assert queries.accounted_rate(firm) == 1 + Decimal(spare).scaleb(-6)

    def test_a_sole_trader_has_an_operator_and_no_shareholders(
        self, trader: Party, person: Party, add: Add
    ) -> None:
        with pytest.raises(ValueError, match="个体工商户没有这类信息"):
            add(trader, ShareholderLine(who=Named("甲")))
        add(trader, PostLine(who=Named(party_number=person.number), kind=PostKind.OWNER))
        assert Post.objects.get().person == person

    def test_nobody_holds_shares_of_themselves(self, firm: Party, add: Add) -> None:
        with pytest.raises(ValueError, match="自己"):
            add(firm, ShareholderLine(who=Named(party_number=firm.number)))


class TestSuccession:
    def test_a_new_representative_succeeds_the_former_one(self, firm: Party, person: Party, add: Add) -> None:
        add(firm, PostLine(who=Named("前任"), kind=PostKind.LEGAL_REPRESENTATIVE))
        begins = date(2026, 11, 2)
        line = PostLine(
            who=Named(party_number=person.number), kind=PostKind.LEGAL_REPRESENTATIVE, starts_on=begins
        )
        add(firm, line)
        former = Post.objects.get(person_name="前任")
        assert (former.ended_at is not None, former.ends_on) == (True, begins)
        assert Post.objects.get(ended_at=None).person == person

    def test_a_year_graded_again_keeps_its_former_grade(self, firm: Party, add: Add) -> None:
        add(firm, TaxGradeLine(year=2024, grade="B"))
        with pytest.raises(Repeated, match="2024"):
            add(firm, TaxGradeLine(year=2024, grade="B"))
        add(firm, TaxGradeLine(year=2024, grade="A"))
        assert [(one.grade, one.ended_at is None) for one in TaxGrade.objects.order_by("pk")] == [
            ("B", False),
            ("A", True),
        ]

    def test_an_end_has_a_day_that_can_be_and_is_noted_once(
        self, firm: Party, add: Add, actor: Actor, now: datetime
    ) -> None:
        [row] = add(
            firm, ControlLine(who=Named("甲"), basis=ControlBasis.AGREEMENT, starts_on=date(2026, 1, 1))
        )
        edge = ("control", row.pk)  # type: ignore[attr-defined]
        for day in (now.date() + timedelta(days=1), date(2025, 12, 31)):
            with pytest.raises(ValueError, match="终止日期"):
                actions.end_edge(actor=actor, at=now, party=firm, edge=edge, ending=Ending("退出", day))
        for _time in range(2):
            actions.end_edge(actor=actor, at=now, party=firm, edge=edge, ending=Ending("退出", now.date()))
        assert history_of("party", firm.pk).filter(event="parties.relation.ended").count() == 1


class TestKin:
    @pytest.fixture
    def other(self, units: dict[str, Unit], staff: dict[str, User], actor: Actor, now: datetime) -> Party:
        given_ = registration(document_number=OTHER_NUMBER, name="李大山", manager=staff["liqiang"])
        return actions.register_person(actor=actor, at=now, unit=units["YW1"], registration=given_)

    def test_a_spouse_is_read_in_both_files(
        self, person: Party, other: Party, add: Add, actor: Actor
    ) -> None:
        add(person, KinLine(who=Named(party_number=other.number), kin=Kin.SPOUSE))
        for mine, theirs in ((person, other), (other, person)):
            [edge] = queries.graph_of(mine, actor, today=TODAY).kin
            assert (edge.party, edge.word) == (theirs, "配偶")
        with pytest.raises(Repeated, match="已登记配偶"):
            add(other, KinLine(who=Named("别人"), kin=Kin.SPOUSE))

    def test_a_parent_is_a_child_from_the_other_side(
        self, person: Party, other: Party, add: Add, actor: Actor
    ) -> None:
        add(person, KinLine(who=Named(party_number=other.number), kin=Kin.PARENT))
        [edge] = queries.graph_of(other, actor, today=TODAY).kin
        assert edge.word == "子女"
        with pytest.raises(Repeated):
            add(other, KinLine(who=Named(party_number=person.number), kin=Kin.CHILD))

    def test_a_relative_who_is_no_party_is_sealed_and_shown(
        self, person: Party, add: Add, actor: Actor, cipher: str
    ) -> None:
        add(person, KinLine(who=Named("李大山"), kin=Kin.SPOUSE))
        assert "李大山".encode() not in bytes(Kinship.objects.get().name or b"")
        assert [one.name for one in queries.graph_of(person, actor, today=TODAY).kin] == ["李大山"]

    def test_firms_have_no_relatives(self, firm: Party, add: Add) -> None:
        with pytest.raises(ValueError, match="企业没有这类信息"):
            add(firm, KinLine(who=Named("甲"), kin=Kin.SPOUSE))


class TestFarmersAndLicences:
    def test_a_person_who_farms_becomes_a_farmer_with_the_rules_of_persons(
        self, person: Party, add: Add, actor: Actor, actors: dict[str, Actor], now: datetime
    ) -> None:
        household = actions.Household(5, 2008)
        actions.change_household(
            actor=actor, at=now, party=person, household=household, change=actions.Change()
        )
        person.refresh_from_db()
        assert person.kind == PartyKind.FARMER
        add(person, FarmLine(kind=FarmKind.CROP, product="水稻", area=Decimal("30.5")))
        assert person in queries.with_keys(Party.objects.all())
        assert queries.sheet_of(person, actor).fields["document_number"].text.startswith("110*")
        with pytest.raises(ValueError, match="企业和个人不能互相更改"):
            actions.correct_kind(actor=actor, at=now, party=person, kind=PartyKind.ENTERPRISE, reason="试验")

    def test_a_holding_has_a_measure(self, person: Party, add: Add, actor: Actor, now: datetime) -> None:
        actions.change_household(
            actor=actor, at=now, party=person, household=actions.Household(), change=actions.Change()
        )
        with pytest.raises(ValueError, match="面积或存栏"):
            add(person, FarmLine(kind=FarmKind.CROP))

    @pytest.mark.parametrize(
        ("days", "state"), [(-1, "expired"), (0, "expiring"), (90, "expiring"), (91, ""), (None, "")]
    )
    def test_a_licence_says_how_near_its_end_is(
        self, firm: Party, add: Add, actor: Actor, days: int | None, state: str
    ) -> None:
        until = None if days is None else TODAY + timedelta(days=days)
        add(firm, LicenceLine(kind=LicenceKind.BUSINESS, title="食品经营许可证", number="JY1", ends_on=until))
        [licence] = queries.graph_of(firm, actor, today=TODAY).licences
        assert (licence.state, licence.days) == (state, days)


class TestErasure:
    def test_it_takes_the_farm_the_history_and_the_name_in_files_of_others(
        self, firm: Party, person: Party, add: Add, actors: dict[str, Actor], actor: Actor, units: dict[str, Unit],
        now: datetime,
    ) -> None:  # fmt: skip
        actions.change_household(
            actor=actor, at=now, party=person, household=actions.Household(5, 2008), change=actions.Change()
        )
        add(person, FarmLine(kind=FarmKind.CROP, product="王家贡梨", area=Decimal(3)))
        actions.correct_person(actor=actor, at=now, party=person, changes={"name": "王大芳"}, reason="更名")
        add(firm, ShareholderLine(who=read_named("", person.number, today=TODAY)))
        compliance = Actor("user:901", "合规甲", 901, frozenset({Role.COMPLIANCE}), Scope.ALL)
        chief = Actor("user:902", "总经理", 902, frozenset({Role.EXECUTIVE}), Scope.ALL)
        person.refresh_from_db()
        actions.erase_person(actor=compliance, at=now, party=person, approver=chief, reason="本人要求")
        person.refresh_from_db()
        assert person.status == PartyStatus.ERASED
        assert [one.text for one in queries.former_values_of(person) if one.title == "客户名称"] == [""]
        graph = queries.graph_of(person, actor, today=TODAY)
        assert graph.farm_holdings[0].product == ""
        assert [one.name for one in queries.graph_of(firm, actor, today=TODAY).shareholders] == ["已删除"]


def test_whoever_may_not_correct_the_customer_adds_nothing(
    firm: Party, add: Add, actors: dict[str, Actor]
) -> None:
    for name in ("wuting", "sunlei"):
        with pytest.raises(Refused):
            add(firm, TaxGradeLine(year=2024, grade="A"), by=actors[name])
