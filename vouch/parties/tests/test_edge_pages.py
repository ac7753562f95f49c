"""Forms of lines: what a new firm's one form does, drafts, lines added and ended, and the parts that show them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from vouch.engine.identifiers import uscc_check_character
from vouch.parties import queries
from vouch.parties.models import Licence, Party, Post, Shareholding, TaxGrade
from vouch.parties.terms import PartyKind
from vouch.parties.tests.people import NUMBER, OTHER_NUMBER
from vouch.platform.identity.models import Draft, Unit, User
from vouch.platform.ledger.models import Entry

pytestmark = pytest.mark.django_db

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


@pytest.fixture
def officer(client: Client, staff: dict[str, User]) -> Client:
    client.force_login(staff["liqiang"], backend=BACKEND)
    return client


def lines(word: str, *rows: Mapping[str, str]) -> dict[str, str]:
    found = {f"{word}-TOTAL_FORMS": str(len(rows) + 1), f"{word}-INITIAL_FORMS": "0"}
    for place, row in enumerate(rows):
        found |= {f"{word}-{place}-{name}": value for name, value in row.items()}
    return found


def new_firm(units: dict[str, Unit], **changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "name": "乙商贸有限公司",
        "code": "91110108MA00000070",
        "capital_text": "500",
        "established_on": "20200506",
        "revenue": "1200.5",
        "unit": units["YW1"].pk,
    }
    return {**given, **changes}


class TestOneForm:
    def test_a_firm_with_shareholders_and_posts_is_entered_at_once(
        self, officer: Client, units: dict[str, Unit]
    ) -> None:
        data = new_firm(units)
        data |= lines(
            "shareholder",
            {
                "name": "李大山",
                "number": OTHER_NUMBER,
                "rate": "60%",
                "subscribed": "300",
                "starts_on": "2020年5月6日",
            },
            {"name": "丙投资有限公司", "rate": "30"},
        )
        data |= lines("post", {"name": "李大山", "number": OTHER_NUMBER, "kind": "legal"})
        answer = officer.post(reverse("parties:new"), data, follow=True)
        assert "合计 90.00%" in answer.content.decode()
        firm = Party.objects.get(name="乙商贸有限公司")
        enterprise = firm.enterprise
        assert (enterprise.capital_amount, enterprise.capital_text) == (Decimal(5000000), "500万元")
        assert (enterprise.revenue, enterprise.established_on) == (Decimal("12005000.00"), date(2020, 5, 6))
        # From the code's own digits, because nobody chose it.
        assert enterprise.province == "北京"
        first, second = Shareholding.objects.order_by("pk")
        assert (first.rate, first.subscribed, first.starts_on) == (
            Decimal("0.6"),
            Decimal(3000000),
            date(2020, 5, 6),
        )
        assert (second.holder, second.holder_name) == (None, "丙投资有限公司")
        # The same person in both lines is enrolled once.
        assert Post.objects.get().person == first.holder
        assert Party.objects.filter(kind=PartyKind.PERSON).count() == 1

    def test_all_or_nothing_is_written(self, officer: Client, units: dict[str, Unit]) -> None:
        data = new_firm(units) | lines(
            "shareholder", {"name": "甲", "rate": "60"}, {"name": "乙", "rate": "50"}
        )
        answer = officer.post(reverse("parties:new"), data)
        assert answer.status_code == 422
        text = answer.content.decode()
        assert "持股比例合计 110.0000%，超过 100%" in text
        # What was typed is still there.
        assert 'value="60"' in text
        assert not Party.objects.exists()

    def test_a_wrong_number_is_named_in_its_line_and_not_repeated_in_the_message(
        self, officer: Client, units: dict[str, Unit]
    ) -> None:
        wrong = OTHER_NUMBER[:-1] + "7"
        data = new_firm(units) | lines("post", {"name": "李大山", "number": wrong, "kind": "legal"})
        text = officer.post(reverse("parties:new"), data).content.decode()
        assert "末位应为" in text
        assert not Party.objects.exists()

    @pytest.mark.parametrize(
        ("code", "kind"),
        [("92110108MA0000008Y", PartyKind.SOLE_TRADER), ("93110108MA00000094", PartyKind.COOPERATIVE)],
    )
    def test_the_code_says_the_kind(
        self, officer: Client, units: dict[str, Unit], code: str, kind: PartyKind
    ) -> None:
        code = code[:17] + uscc_check_character(code[:17])
        officer.post(reverse("parties:new"), new_firm(units, code=code))
        assert Party.objects.get().kind == kind

    def test_another_kind_than_the_code_says_is_kept_with_a_warning_that_names_the_field(
        self, officer: Client, units: dict[str, Unit]
    ) -> None:
        answer = officer.post(reverse("parties:new"), new_firm(units, kind="sole_trader"), follow=True)
        assert Party.objects.get().kind == PartyKind.SOLE_TRADER
        assert "请核对“客户类型”" in answer.content.decode()

    def test_a_farmer_is_entered_with_household_holding_and_spouse(
        self, officer: Client, units: dict[str, Unit], staff: dict[str, User]
    ) -> None:
        data = {
            "name": "王小芳", "document_kind": "resident", "document_number": NUMBER, "unit": units["YW1"].pk,
            "manager": staff["liqiang"].pk,
            "household_size": "5", "farming_since": "2008",
        }  # fmt: skip
        data |= lines("farm_holding", {"product": "水稻", "kind": "crop", "area": "30.5"})
        data |= lines("kin", {"name": "李大山", "number": OTHER_NUMBER, "kin": "spouse"})
        answer = officer.post(reverse("parties:new_farmer"), data, follow=True)
        assert answer.status_code == 200
        text = answer.content.decode()
        for word in ("农户", "30.50 亩", "5 人", "配偶", "李大山"):
            assert word in text
        assert NUMBER not in text
        assert set(Party.objects.values_list("kind", flat=True)) == {PartyKind.FARMER, PartyKind.PERSON}


class TestDrafts:
    def test_an_unfinished_form_is_kept_sealed_for_its_author_alone_and_taken_up_again(
        self, officer: Client, units: dict[str, Unit], staff: dict[str, User]
    ) -> None:
        address = reverse("parties:new")
        data = {"name": "没填完", "save_draft": "1"} | lines(
            "shareholder", {"name": "李大山", "number": OTHER_NUMBER}
        )
        assert officer.post(address, data)["Location"] == f"{address}?draft"
        draft = Draft.objects.get()
        for plain in ("没填完", OTHER_NUMBER, "李大山"):
            assert plain.encode() not in bytes(draft.content or b"")
            assert plain not in f"{draft.title}{draft.path}"
        assert "继续填写" in officer.get(address).content.decode()
        text = officer.get(f"{address}?draft").content.decode()
        assert 'value="没填完"' in text
        assert f'value="{OTHER_NUMBER}"' in text
        # An unfinished form is not scolded for what is missing.
        assert "必填项" not in text
        other = Client()
        other.force_login(staff["zhaomin"], backend=BACKEND)
        assert "草稿，保存于" not in other.get(address).content.decode()
        assert "没填完" not in other.get(f"{address}?draft").content.decode()
        assert not Party.objects.exists()

    def test_saving_again_replaces_and_sending_ends_the_draft(
        self, officer: Client, units: dict[str, Unit]
    ) -> None:
        address = reverse("parties:new")
        for name in ("一", "二"):
            officer.post(address, {"name": name, "save_draft": "1"})
        assert 'value="二"' in officer.get(f"{address}?draft").content.decode()
        assert Draft.objects.count() == 1
        assert officer.post(address, new_firm(units)).status_code == 302
        assert not Draft.objects.exists()

    def test_a_draft_can_be_thrown_away(self, officer: Client) -> None:
        address = reverse("parties:new_person")
        officer.post(address, {"name": "某人", "save_draft": "1"})
        officer.post(address, {"discard_draft": "1"})
        assert not Draft.objects.exists()

    def test_drafts_of_lines_are_kept_by_customer(self, officer: Client, firm: Party) -> None:
        address = reverse("parties:add_edges", args=[firm.pk, "tax_grade"])
        officer.post(address, lines("tax_grade", {"year": "2024", "grade": "C"}) | {"save_draft": "1"})
        assert Draft.objects.get().about == f"party:{firm.pk}"
        text = officer.get(f"{address}?draft").content.decode()
        assert 'value="2024"' in text
        assert '<option value="C" selected>' in text


class TestLines:
    def test_several_lines_are_added_at_once_and_empty_ones_left_out(
        self, officer: Client, firm: Party
    ) -> None:
        address = reverse("parties:add_edges", args=[firm.pk, "tax_grade"])
        rows = [{"year": "2023", "grade": "B"}, {"year": "", "grade": "A"}, {"year": "2024", "grade": "A"}]
        data = lines("tax_grade", *rows) | {"source": "tax"}
        assert officer.post(address, data).status_code == 302
        assert list(TaxGrade.objects.order_by("year").values_list("year", "grade", "source")) == [
            (2023, "B", "tax"), (2024, "A", "tax"),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("word", "row", "message"),
        [
            ("tax_grade", {"year": "2099", "grade": "A"}, "还没有结束"),
            ("tax_grade", {"year": "2001", "grade": "A"}, "2014"),
            (
                "licence",
                {"title": "许可证", "kind": "business", "starts_on": "20260101", "ends_on": "20250101"},
                "早于",
            ),
            ("shareholder", {"name": "甲", "rate": "101"}, "不超过 100"),
            ("control", {"name": "", "number": "C99999999", "basis": "equity"}, "没有编号为"),
            ("kin", {"name": "甲", "kin": "spouse"}, "企业没有这类信息"),
        ],
    )
    def test_what_cannot_be_right_is_said(
        self, officer: Client, firm: Party, word: str, row: dict[str, str], message: str
    ) -> None:
        answer = officer.post(
            reverse("parties:add_edges", args=[firm.pk, word]), lines(word, row) | {"source": "customer"}
        )
        assert answer.status_code == 422
        assert message in answer.content.decode()

    def test_an_end_takes_a_reason_and_stays_in_the_history(self, officer: Client, firm: Party) -> None:
        data = lines("shareholder", {"name": "甲", "rate": "60"}) | {"source": "customer"}
        officer.post(reverse("parties:add_edges", args=[firm.pk, "shareholder"]), data)
        holding = Shareholding.objects.get()
        end = reverse("parties:end_edge", args=[firm.pk, "shareholder", holding.pk])
        assert officer.post(end, {"reason": ""}).status_code == 422
        assert officer.post(end, {"reason": f"电话 {13800138000}"}).status_code == 422
        assert officer.post(end, {"reason": "转让", "is_mistake": "on"}).status_code == 302
        holding.refresh_from_db()
        assert holding.is_mistake
        text = officer.get(reverse("desk:customer_panel", args=[firm.pk, "identity"])).content.decode()
        assert "登记有误" in text

    def test_a_licence_gets_its_scan_which_is_read_for_a_purpose(self, officer: Client, firm: Party) -> None:
        row = {"title": "食品经营许可证", "number": "JY1", "kind": "business", "ends_on": "20300101"}
        officer.post(
            reverse("parties:add_edges", args=[firm.pk, "licence"]),
            lines("licence", row) | {"source": "customer"},
        )
        licence = Licence.objects.get()
        scan = reverse("parties:scan_licence", args=[firm.pk, licence.pk])
        assert officer.post(scan, {"file": SimpleUploadedFile("证.png", PNG)}).status_code == 302
        licence.refresh_from_db()
        paper = reverse("parties:paper", args=[firm.pk, licence.paper_id])
        assert officer.post(paper, {"purpose": "核对身份"}).content == PNG
        assert Entry.objects.filter(event="parties.licence.scanned").count() == 1

    def test_strangers_find_nothing(self, firm: Party, staff: dict[str, User], client: Client) -> None:
        client.force_login(staff["wuting"], backend=BACKEND)
        for name, args in (
            ("add_edges", [firm.pk, "post"]), ("former_values", [firm.pk]), ("as_of", [firm.pk]), ("household", [firm.pk]),
        ):  # fmt: skip
            assert client.get(reverse(f"parties:{name}", args=args)).status_code == 404


class TestHistoryParts:
    def test_a_change_is_shown_with_its_day_and_source(self, officer: Client, firm: Party) -> None:
        data = {
            "name": "甲股份有限公司", "province": "福建", "nature": "change", "changed_on": "2026年11月1日",
            "source": "register", "reason": "改制", "kind": "enterprise",
        }  # fmt: skip
        assert officer.post(reverse("parties:correct", args=[firm.pk]), data).status_code == 302
        text = officer.get(reverse("parties:former_values", args=[firm.pk])).content.decode()
        for word in ("甲有限公司", "变更 2026-11-01", "企业信用信息公示系统", "改制", "李强"):
            assert word in text
        part = officer.get(reverse("parties:former_values", args=[firm.pk]), headers={"HX-Request": "true"})
        assert "<html" not in part.content.decode()

    def test_as_of_a_day_before_it_was_known_there_is_nothing(self, officer: Client, firm: Party) -> None:
        address = reverse("parties:as_of", args=[firm.pk])
        assert "当时还没有建档" in officer.get(f"{address}?day=20200101").content.decode()
        assert "甲有限公司" in officer.get(address).content.decode()
        assert "不是日期" in officer.get(f"{address}?day=昨天").content.decode()

    def test_the_panel_asks_as_much_for_one_shareholder_as_for_many(
        self, officer: Client, firm: Party, django_assert_max_num_queries: Any
    ) -> None:
        panel = reverse("desk:customer_panel", args=[firm.pk, "identity"])
        add = reverse("parties:add_edges", args=[firm.pk, "shareholder"])
        counts = []
        for count in (1, 25):
            rows = [{"name": f"股东{count}之{n}", "rate": "1"} for n in range(count)]
            assert officer.post(add, lines("shareholder", *rows) | {"source": "customer"}).status_code == 302
            with django_assert_max_num_queries(60) as captured:
                officer.get(panel)
            counts.append(len(captured))
        assert counts[0] == counts[1]
        assert queries.accounted_rate(firm) == Decimal("0.26")
