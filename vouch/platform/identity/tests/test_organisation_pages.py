"""Pages of units, staff and rights: what each of us finds there, and what a crafted request does not get."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from vouch.platform.identity.models import Delegation, RightsChange, Unit, User
from vouch.platform.identity.terms import ChangeState, Role, Scope
from vouch.platform.ledger.models import Entry
from vouch.platform.ledger.testing import writing

pytestmark = pytest.mark.django_db

SignedIn = Callable[[str], Client]
RIGHTS = {"unit": "", "scope": "unit", "roles": ["team_lead"], "reason": "接任负责人"}


@pytest.fixture
def people(staff: dict[str, User], units: dict[str, Unit], now: datetime) -> dict[str, User]:
    """The cast with a second administrator, 何岩."""
    found = dict(staff)
    user = User(
        username="heyan", name="何岩", unit=units["HQ"], roles=[Role.ADMIN], scope=Scope.ALL, joined_at=now
    )
    user.set_unusable_password()
    with writing():
        user.save()
    found["heyan"] = user
    return found


@pytest.fixture
def signed_in(people: dict[str, User], settings: object) -> SignedIn:
    def sign_in(username: str) -> Client:
        client = Client()
        client.force_login(people[username], backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in


def text(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, path
    return response.content.decode()


def ask(client: Client, person: User, **changed: object) -> RightsChange:
    data = {**RIGHTS, "unit": person.unit_id, **changed}
    response = client.post(reverse("identity:change_rights", args=[person.pk]), data)
    assert response.status_code == 302, response.content.decode()
    return RightsChange.objects.get(state=ChangeState.WAITING)


def test_a_change_goes_from_the_request_to_its_effect(signed_in: SignedIn, people: dict[str, User]) -> None:
    requester, second = signed_in("zhoujie"), signed_in("heyan")
    change = ask(requester, people["liqiang"])
    page = text(requester, change.get_absolute_url())
    assert "批准并生效" not in page
    assert "撤回申请" in page
    page = text(second, change.get_absolute_url())
    assert "批准并生效" in page
    for word in ("客户经理", "业务部门负责人", "本人", "本机构", "接任负责人"):
        assert word in page
    assert "李强" in text(second, "/staff/changes/?state=waiting")
    second.post(reverse("identity:approve_change", args=[change.pk]), {"note": "同意"})
    people["liqiang"].refresh_from_db()
    assert people["liqiang"].roles == [Role.TEAM_LEAD]
    assert "调整权限" in text(second, reverse("identity:person", args=[people["liqiang"].pk]))


def test_a_refusal_needs_a_word(signed_in: SignedIn, people: dict[str, User]) -> None:
    change = ask(signed_in("zhoujie"), people["liqiang"])
    refuse = reverse("identity:refuse_change", args=[change.pk])
    response = signed_in("heyan").post(refuse, {"note": ""})
    assert response.status_code == 422
    assert "拒绝时请写明意见" in response.content.decode()
    signed_in("heyan").post(refuse, {"note": "编制已满"})
    change.refresh_from_db()
    assert (change.state, change.note) == (ChangeState.REFUSED, "编制已满")


class TestCraftedRequests:
    def test_nobody_approves_their_own_request_by_posting_it(
        self, signed_in: SignedIn, people: dict[str, User]
    ) -> None:
        client = signed_in("zhoujie")
        change = ask(client, people["liqiang"])
        assert client.post(reverse("identity:approve_change", args=[change.pk]), {}).status_code == 403
        people["liqiang"].refresh_from_db()
        assert people["liqiang"].roles == [Role.ACCOUNT_MANAGER]

    def test_an_administrator_asks_for_nothing_for_himself(
        self, signed_in: SignedIn, people: dict[str, User]
    ) -> None:
        client, me = signed_in("zhoujie"), people["zhoujie"]
        data = {**RIGHTS, "unit": me.unit_id, "roles": ["cro"], "scope": "all"}
        assert client.post(reverse("identity:change_rights", args=[me.pk]), data).status_code == 403
        assert not RightsChange.objects.exists()

    @pytest.mark.parametrize("username", ["liqiang", "zhaomin", "wangfang", "chenjing", "sunlei"])
    def test_others_reach_no_form_and_no_decision(
        self, username: str, signed_in: SignedIn, people: dict[str, User]
    ) -> None:
        change = ask(signed_in("zhoujie"), people["liqiang"])
        client, target = signed_in(username), people["wuting"].pk
        for name, pk in (
            ("change_rights", target),
            ("close_account", target),
            ("suspend", target),
            ("approve_change", change.pk),
            ("refuse_change", change.pk),
            ("withdraw_change", change.pk),
            ("rename_unit", people["wuting"].unit_id),
            ("move_unit", people["wuting"].unit_id),
            ("close_unit", people["wuting"].unit_id),
        ):
            answer = client.post(
                reverse(f"identity:{name}", args=[pk]), {"reason": "x", "note": "x", "name": "x"}
            )
            assert answer.status_code == 403, name
        for name in ("appoint", "new_unit"):
            assert client.post(reverse(f"identity:{name}"), {}).status_code == 403

    @pytest.mark.parametrize(
        ("field", "value", "said"),
        [
            ("roles", ["team_lead", "risk_reviewer"], "前中后台分离"),
            ("roles", ["superuser"], "选择一个有效的选项"),
            ("roles", [], "必填"),
            ("scope", "everything", "选择一个有效的选项"),
            ("unit", "999999", "选择一个有效的选项"),
            ("granted_classes", ["secret"], "选择一个有效的选项"),
            ("reason", " ", "必填"),
            ("reason", "长" * 301, "300"),
            ("reason", "调整\u202e限权", "看不见的控制字符"),
        ],
    )
    def test_what_makes_no_sense_is_answered_beside_its_field(
        self, field: str, value: object, said: str, signed_in: SignedIn, people: dict[str, User]
    ) -> None:
        person = people["liqiang"]
        data = {**RIGHTS, "unit": person.unit_id, field: value}
        response = signed_in("zhoujie").post(reverse("identity:change_rights", args=[person.pk]), data)
        assert response.status_code == 422
        assert said in response.content.decode()
        assert not RightsChange.objects.exists()

    def test_a_flag_that_the_form_does_not_have_changes_nothing(
        self, signed_in: SignedIn, people: dict[str, User]
    ) -> None:
        change = ask(
            signed_in("zhoujie"), people["liqiang"], is_active="", is_read_only="1", state="applied",
            decided_by=str(people["zhoujie"].pk), is_superuser="1",
        )  # fmt: skip
        assert change.state == ChangeState.WAITING
        assert set(change.after) == {
            "unit", "roles", "scope", "granted_classes", "withheld_classes", "is_active",
        }  # fmt: skip

    @pytest.mark.parametrize("username", ["1x", "名字", "a b", "x" * 61, "李强", "<script>"])
    def test_odd_user_names_are_refused_in_words(
        self, username: str, signed_in: SignedIn, people: dict[str, User]
    ) -> None:
        data = {**RIGHTS, "unit": people["liqiang"].unit_id, "username": username, "name": "某人"}
        response = signed_in("zhoujie").post("/staff/new/", data)
        assert response.status_code == 422
        assert "<script>" not in response.content.decode().replace("<script defer", "")


def test_a_suspended_account_is_out_at_once(signed_in: SignedIn, people: dict[str, User]) -> None:
    theirs = signed_in("liqiang")
    assert theirs.get("/").status_code == 200
    signed_in("zhoujie").post(reverse("identity:suspend", args=[people["liqiang"].pk]), {"reason": "可疑"})
    assert theirs.get("/").status_code == 302
    assert "停用" in text(signed_in("zhoujie"), "/staff/?state=suspended")


def test_colleagues_see_names_and_not_rights(signed_in: SignedIn, people: dict[str, User]) -> None:
    page = text(signed_in("liqiang"), "/staff/")
    assert "王芳" in page
    assert "wangfang" not in page
    assert "数据范围" not in page
    page = text(signed_in("liqiang"), reverse("identity:person", args=[people["wangfang"].pk]))
    assert "可查看全文" not in page
    assert "可查看全文" in text(
        signed_in("wangfang"), reverse("identity:person", args=[people["wangfang"].pk])
    )
    assert text(signed_in("liqiang"), "/staff/changes/", 403)


def test_the_staff_list_is_filtered_sorted_and_taken_away(
    signed_in: SignedIn, people: dict[str, User]
) -> None:
    client = signed_in("sunlei")
    page = text(client, f"/staff/?unit={people['liqiang'].unit_id}&role=account_manager")
    assert "李强" in page
    assert "赵敏" not in page
    assert "吴婷" not in page
    response = client.get("/staff/?q=wuting&export=xlsx")
    rows = CalamineWorkbook.from_filelike(BytesIO(b"".join(response))).get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows] == ["姓名", "吴婷"]
    assert client.get("/staff/?unit=abc&role=nobody&state=%00").status_code == 200


def test_lists_ask_as_much_for_one_row_as_for_fifty(
    signed_in: SignedIn, people: dict[str, User], units: dict[str, Unit], now: datetime
) -> None:
    client = signed_in("zhoujie")
    today = timezone.localdate()

    def cost(path: str) -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    paths = ("/staff/?size=100", "/staff/units/", "/staff/changes/?size=100", "/staff/delegations/?size=100")

    def fill(first: int, count: int) -> None:
        with writing():
            for place in range(first, first + count):
                unit = Unit.objects.create(code=f"U{place}", name=f"机构{place}", parent=units["HQ"])
                user = User(
                    username=f"staff{place}",
                    name=f"员工{place}",
                    unit=unit,
                    roles=[Role.CASHIER],
                    joined_at=now,
                )
                user.save()
                Delegation.objects.create(
                    principal=user, delegate=people["wuting"], starts_on=today, ends_on=today, reason="休假",
                    asked_at=now, consented_at=now,
                )  # fmt: skip
                RightsChange.objects.create(
                    kind="change", person=user, before={}, after={}, reason="调整", requested_by=people["heyan"],
                    requested_at=now, expires_at=now + timedelta(days=7),
                )  # fmt: skip

    fill(0, 1)
    one = [cost(path) for path in paths]
    fill(1, 50)
    assert [cost(path) for path in paths] == one


def test_a_delegation_is_asked_for_consented_to_and_ended_on_its_pages(
    signed_in: SignedIn, people: dict[str, User], units: dict[str, Unit], now: datetime
) -> None:
    fanlin = User(
        username="fanlin", name="范琳", unit=units["YW1"], roles=[Role.ACCOUNT_MANAGER], joined_at=now
    )
    with writing():
        fanlin.save()
    today = timezone.localdate()
    data = {
        "principal": people["liqiang"].pk, "delegate": fanlin.pk, "starts_on": today, "ends_on": today, "reason": "外出",
    }  # fmt: skip
    mine, lead = signed_in("liqiang"), signed_in("zhaomin")
    assert mine.post("/staff/delegations/new/", {**data, "principal": people["wuting"].pk}).status_code == 422
    assert mine.post("/staff/delegations/new/", {**data, "ends_on": "2026-02-30"}).status_code == 422
    assert (
        "不属同一部位"
        in mine.post("/staff/delegations/new/", {**data, "delegate": people["wangfang"].pk}).content.decode()
    )
    assert mine.post("/staff/delegations/new/", data).status_code == 302
    row = Delegation.objects.get()
    path = reverse("identity:delegation", args=[row.pk])
    assert "待同意" in text(mine, path)
    assert mine.post(reverse("identity:consent", args=[row.pk])).status_code == 403
    assert ">同意<" in text(lead, path).replace("</svg>同意", ">同意")
    lead.post(reverse("identity:consent", args=[row.pk]))
    assert "由范琳代理" in text(lead, "/staff/")
    mine.post(reverse("identity:end_delegation", args=[row.pk]))
    assert "由范琳代理" not in text(lead, "/staff/")
    assert "已结束" in text(lead, path)


def test_units_are_opened_renamed_moved_and_closed_on_their_pages(
    signed_in: SignedIn, units: dict[str, Unit]
) -> None:
    client, second = signed_in("zhoujie"), signed_in("heyan")
    head = units["HQ"].pk
    assert (
        "编码“YW1”已被使用"
        in client.post("/staff/units/new/", {"code": "YW1", "name": "重复", "parent": head}).content.decode()
    )
    client.post("/staff/units/new/", {"code": "YW3", "name": "业务三部", "parent": head})
    fresh = Unit.objects.get(code="YW3")
    client.post(reverse("identity:rename_unit", args=[fresh.pk]), {"name": "普惠业务部"})
    assert "普惠业务部" in text(client, "/staff/units/")
    crafted = client.post(
        reverse("identity:move_unit", args=[fresh.pk]), {"parent": fresh.pk, "reason": "绕圈"}
    )
    assert crafted.status_code == 422
    client.post(
        reverse("identity:move_unit", args=[fresh.pk]), {"parent": units["YW1"].pk, "reason": "并入一部"}
    )
    change = RightsChange.objects.get()
    assert "总部" in text(second, change.get_absolute_url())
    second.post(reverse("identity:approve_change", args=[change.pk]), {})
    fresh.refresh_from_db()
    assert fresh.parent == units["YW1"]
    client.post(reverse("identity:close_unit", args=[units["YW1"].pk]))
    units["YW1"].refresh_from_db()
    assert units["YW1"].closed_at is None
    client.post(reverse("identity:close_unit", args=[fresh.pk]))
    fresh.refresh_from_db()
    assert fresh.closed_at is not None
    assert "已撤销" in text(client, "/staff/units/")


def test_the_matrix_says_what_the_code_says(signed_in: SignedIn) -> None:
    page = text(signed_in("liqiang"), "/staff/rights/?size=50")
    for role in Role:
        assert str(role.label) in page
    assert "前台" in page
    rows = signed_in("liqiang").get("/staff/rights/?export=csv")
    table = b"".join(rows).decode("utf-8-sig").splitlines()
    head = table[0].split(",")
    cashier = next(line for line in table if line.startswith("财务")).split(",")
    assert [
        title
        for title, tick in zip(head, cashier, strict=True)
        if tick == "✓" and title in {"证件号码", "联系方式", "银行账户"}
    ] == ["银行账户"]


def form_of(client: Client, event: str) -> str:
    """The form that the newest such entry's own page leads to, as it opens."""
    entry = Entry.objects.filter(event=event).latest("recorded_at")
    found = re.search(
        rf'href="([^"]+from_entry={entry.pk})"', text(client, reverse("ledger:entry", args=[entry.pk]))
    )
    assert found, f"{event} leads to no form"
    return text(client, found[1])


def test_entries_about_units_and_rights_lead_to_their_forms_filled_with_the_old_values(
    signed_in: SignedIn, people: dict[str, User], units: dict[str, Unit]
) -> None:
    client, second = signed_in("zhoujie"), signed_in("heyan")
    was = units["YW2"].name
    client.post(reverse("identity:rename_unit", args=[units["YW2"].pk]), {"name": "小微部"})
    page = form_of(client, "identity.unit.renamed")
    assert f'value="{was}"' in page
    assert "以下字段已填入" in page

    client.post(
        reverse("identity:move_unit", args=[units["YW2"].pk]), {"parent": units["YW1"].pk, "reason": "并入"}
    )
    second.post(reverse("identity:approve_change", args=[RightsChange.objects.get().pk]), {})
    assert f'<option value="{units["HQ"].pk}" selected>' in form_of(client, "identity.unit.moved")

    change = ask(client, people["liqiang"], unit=units["YW2"].pk, roles=["team_lead"], scope="unit")
    second.post(reverse("identity:approve_change", args=[change.pk]), {})
    page = form_of(client, "identity.user.rights_changed")
    assert f'<option value="{units["YW1"].pk}" selected>' in page
    assert '<option value="own" selected>' in page
    assert re.search(r'value="account_manager"[^>]* checked', page)
    assert not re.search(r'value="team_lead"[^>]* checked', page)
    people["liqiang"].refresh_from_db()
    assert people["liqiang"].unit == units["YW2"]


def test_an_entry_offers_no_form_to_whom_the_form_is_shut(
    signed_in: SignedIn, units: dict[str, Unit]
) -> None:
    signed_in("zhoujie").post(reverse("identity:rename_unit", args=[units["YW2"].pk]), {"name": "小微部"})
    entry = Entry.objects.get(event="identity.unit.renamed")
    page = reverse("ledger:entry", args=[entry.pk])
    assert "用变更前的值填表" in text(signed_in("zhoujie"), page)
    assert "用变更前的值填表" not in text(signed_in("sunlei"), page)


def test_a_closed_unit_is_left_out_of_the_old_values(
    signed_in: SignedIn, people: dict[str, User], units: dict[str, Unit], now: datetime
) -> None:
    client, second = signed_in("zhoujie"), signed_in("heyan")
    with writing():
        gone = Unit.objects.create(code="OLD", name="旧部", parent=units["HQ"])
        User.objects.filter(pk=people["liqiang"].pk).update(unit=gone)
    change = ask(client, people["liqiang"], unit=units["YW2"].pk)
    second.post(reverse("identity:approve_change", args=[change.pk]), {})
    with writing():
        Unit.objects.filter(pk=gone.pk).update(closed_at=now)
    page = form_of(client, "identity.user.rights_changed")
    assert f'<option value="{units["YW2"].pk}" selected>' in page
    assert '<option value="own" selected>' in page
