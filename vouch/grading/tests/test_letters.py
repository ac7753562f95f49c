"""The letter that explains a decision: whole to the last sign; and the human review, by somebody who had no part."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.test import Client, override_settings

from vouch.customers.actions import NotNow as NotYet
from vouch.customers.actions import (
    RequestDetails,
    answer_request,
    receive_request,
    take_up,
    verify_requester,
)
from vouch.customers.models import RightsRequest
from vouch.customers.queries.rights import RequestsWanted, requests_where
from vouch.customers.terms import Outcome, RequestKind
from vouch.grading.actions import answer_review, assess_party, decide_advice, issue_letter, open_letter
from vouch.grading.actions.letter import TEMPLATE
from vouch.grading.models import Assessment, Letter
from vouch.grading.queries import LetterAbout, letter_of
from vouch.grading.terms import LetterKind
from vouch.grading.tests.conftest import AS_OF, Firms
from vouch.parties.actions import EnterpriseDetails, correct_enterprise
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor, system_actor
from vouch.platform.identity.models import User
from vouch.platform.identity.queries import actor_of
from vouch.platform.identity.terms import Role, Scope
from vouch.platform.ledger.action import Refused
from vouch.platform.ledger.models import Entry
from vouch.platform.ledger.testing import writing
from vouch.platform.web.paper import MissingGlyphs, PaperError, _families, render_pdf
from vouch.policy.models import PolicyVersion

pytestmark = pytest.mark.django_db

RARE = "㛃𠅤䶮"
"""Signs of names in the table of 通用规范汉字 beyond the basic plane's first block."""


def words_of(pdf: bytes) -> str:
    """Every sign on the pages, in their order, without spaces and line ends."""
    document = pypdfium2.PdfDocument(pdf)
    text = "".join(page.get_textpage().get_text_range() for page in document)
    return "".join(text.split()).replace("\ufffe", "")


def signs_of(data: object) -> str:
    if isinstance(data, str):
        return "".join(data.split())
    if isinstance(data, dict):
        return "".join(map(signs_of, data.values()))
    return "".join(map(signs_of, data))  # type: ignore[call-overload]


@pytest.fixture
def reviewers(staff: dict[str, User]) -> dict[str, Actor]:
    """Two persons of compliance who had no part in anything."""
    found = {}
    with writing():
        for name in ("林洁", "周岚"):
            user = User(
                username=name, name=name, unit=staff["chenjing"].unit, roles=[Role.COMPLIANCE], scope=Scope.ALL,
                joined_at=staff["chenjing"].joined_at,
            )  # fmt: skip
            user.set_unusable_password()
            user.save()
            found[name] = actor_of(user)
    return found


def asked(advice: Assessment, *, actors: dict[str, Actor], now: datetime) -> RightsRequest:
    details = RequestDetails(
        kind=RequestKind.REVIEW, channel="counter", detail="我店一直在营业", matter=f"assessment:{advice.pk}"
    )
    return receive_request(actor=actors["liqiang"], at=now, party=advice.party, details=details)


def about(found: Assessment, now: datetime) -> LetterAbout:
    return LetterAbout(
        kind=LetterKind.EXPLANATION, number="HJ00000001", assessment=found, made_on=now.date(), made_by="王芳"
    )


@pytest.mark.parametrize("place", range(6))
def test_every_character_of_the_letter_is_on_the_page_whatever_was_decided(
    policy: PolicyVersion, book_of_firms: list[Party], actor: Actor, now: datetime, place: int
) -> None:
    party = book_of_firms[place]
    name = f"{RARE}商贸·{party.name}“甲”（乙）《丙》—a-b_*#$<i>"
    correct_enterprise(actor=actor, at=now, party=party, details=EnterpriseDetails(name=name), reason="更名")
    found = assess_party(actor=actor, at=now, party_id=party.pk, as_of=AS_OF)
    data = letter_of(about(found, now))
    assert data["recipient"] == name
    page = words_of(render_pdf(TEMPLATE, data))
    # Whole texts in their order, where they stand in one piece; and no sign of any is missing or fewer.
    for text in (name, *data["reasons"], *data["ways"], *data["rights"], *data["opening"]):
        assert signs_of(text) in page
    for row in (*data["decision"], *data["facts"], *data["weights"]):
        for cell in row:
            assert signs_of(cell) in page
    wanted, there = Counter(signs_of(data)), Counter(page)
    assert not wanted - there


def test_the_letter_is_made_of_pictures_of_the_signs_and_not_of_empty_boxes(
    policy: PolicyVersion, firms: Firms, now: datetime, tmp_path: Path
) -> None:
    """Text can be extracted from a page that shows boxes: so the drawings of the rare signs are compared with one another."""
    template = tmp_path / "one.typ"
    template.write_text(
        "#let data = json(bytes(sys.inputs.data))\n#set page(width: 2cm, height: 2cm, margin: 2mm)\n"
        "#text(font: data.fonts, size: 30pt, data.sign)\n"
    )
    drawn = set()
    for sign in (*RARE, "王", "□"):
        page = pypdfium2.PdfDocument(render_pdf(template, {"sign": sign}))[0]
        picture = page.render(scale=2).to_numpy().tobytes()
        assert len(set(picture)) > 2
        drawn.add(picture)
    assert len(drawn) == len(RARE) + 2


def test_a_sign_that_no_font_has_is_refused_by_name_and_nothing_is_kept(
    policy: PolicyVersion, firms: Firms, actor: Actor, actors: dict[str, Actor], now: datetime
) -> None:
    party = firms("难写𪚥公司", monthly=40_000)
    found = assess_party(actor=actor, at=now, party_id=party.pk, as_of=AS_OF)
    with pytest.raises(MissingGlyphs, match=r"“𪚥”（U\+2A6A5）"):
        issue_letter(actor=actors["wangfang"], at=now, assessment=found)
    assert not Letter.objects.exists()


@pytest.mark.parametrize("sign", ["\ue000", "\U00031350", "\U0002ebf0"])
def test_private_signs_and_those_that_this_python_does_not_know_are_refused_too(sign: str) -> None:
    with pytest.raises(MissingGlyphs) as refused:
        render_pdf(TEMPLATE, {"recipient": f"王{sign}"})
    assert sign in refused.value.signs


def test_without_a_font_the_machine_says_so() -> None:
    with override_settings(PAPER_FONTS=["没有这种字体"]):
        _families.cache_clear()
        try:
            with pytest.raises(PaperError, match="没有可用的中文字体"):
                render_pdf(TEMPLATE, {})
        finally:
            _families.cache_clear()


def test_a_letter_is_kept_sealed_as_it_was_handed_out_and_opening_it_leaves_an_entry(
    shop: Party, actors: dict[str, Actor], actor: Actor, now: datetime
) -> None:
    advice = assess_party(actor=actor, at=now, party_id=shop.pk, as_of=AS_OF)
    for other in (actors["wuting"], actors["zhoujie"], system_actor("x")):
        with pytest.raises(Refused):
            issue_letter(actor=other, at=now, assessment=advice)
    letter = issue_letter(actor=actors["liqiang"], at=now, assessment=advice)
    opened = open_letter(actor=actors["wangfang"], at=now, letter=letter)
    assert opened.content.startswith(b"%PDF")
    text = words_of(opened.content)
    assert "尚未由人员确认，不作为评级生效" in text
    assert "有权拒绝我们仅通过自动化决策的方式作出决定" in text
    entry = Entry.objects.get(event="grading.letter.opened")
    assert (entry.subject_id, entry.after) == (str(letter.pk), {"sha256": letter.sha256})
    with pytest.raises(Refused):
        open_letter(actor=actors["wuting"], at=now, letter=letter)


def test_a_review_has_a_clock_in_working_days_and_is_decided_by_somebody_who_had_no_part(
    shop: Party, actors: dict[str, Actor], reviewers: dict[str, Actor], actor: Actor, now: datetime
) -> None:
    advice = assess_party(actor=actor, at=now, party_id=shop.pk, as_of=AS_OF)
    decide_advice(actor=actors["chenjing"], at=now, assessment=advice, is_adopted=True)
    request = asked(advice, actors=actors, now=now)
    # Received on Friday 2026-11-20: the fifteenth working day after it.
    assert request.due_on == date(2026, 12, 11)
    chief, reviewer = actors["chenjing"], reviewers["林洁"]
    with pytest.raises(Refused):
        verify_requester(actor=chief, at=now, request=request, how="核对原件")
    verify_requester(actor=reviewer, at=now, request=request, how="核对原件")
    with pytest.raises(Refused):
        take_up(actor=chief, at=now, request=request)
    request = take_up(actor=reviewer, at=now, request=request)
    given: dict[str, Any] = {
        "request": request,
        "outcome": Outcome.UPHELD,
        "answer": "已实地核实，销售额计算无误，维持原结论。",
    }
    for other in (chief, reviewers["周岚"], system_actor("x")):
        with pytest.raises(Refused):
            answer_review(actor=other, at=now, **given)
    # Nor past the review: by the plain answer of a request, by anybody, with or without an outcome.
    with pytest.raises(NotYet, match="复核页"):
        answer_request(actor=reviewer, at=now, request=request, answer="好")
    with pytest.raises(Refused):
        answer_request(actor=system_actor("x"), at=now, request=request, answer="好", outcome=Outcome.UPHELD)
    letter = answer_review(actor=reviewer, at=now, **given)
    request.refresh_from_db()
    assert (request.state, request.outcome) == ("answered", Outcome.UPHELD)
    assert (letter.kind, letter.request, letter.assessment) == (LetterKind.REVIEW, request, advice)
    text = words_of(open_letter(actor=reviewer, at=now, letter=letter).content)
    assert "已实地核实，销售额计算无误，维持原结论。" in text
    assert "复核维持原结论" in text


def test_an_overdue_review_is_shown_as_such(
    shop: Party, actors: dict[str, Actor], actor: Actor, now: datetime
) -> None:
    advice = assess_party(actor=actor, at=now, party_id=shop.pk, as_of=AS_OF)
    request = asked(advice, actors=actors, now=now)
    late = RequestsWanted(only="late")
    chief = actors["chenjing"]
    assert list(requests_where(chief, late, today=request.due_on)) == []
    assert list(requests_where(chief, late, today=request.due_on + timedelta(days=1))) == [request]


def test_from_the_decision_to_the_letter_on_the_pages(
    shop: Party,
    reviewers: dict[str, Actor],
    staff: dict[str, User],
    client: Client,
    actor: Actor,
    now: datetime,
) -> None:
    def as_user(user: User) -> None:
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")

    advice = assess_party(actor=actor, at=now, party_id=shop.pk, as_of=AS_OF)
    page = advice.get_absolute_url()
    as_user(staff["liqiang"])
    client.post(f"{page}letter/")
    letter = Letter.objects.get()
    assert letter.number in client.get(page).content.decode()
    opened = client.post(f"/assessments/letters/{letter.pk}/")
    assert (opened.headers["Content-Type"], opened.content[:4]) == ("application/pdf", b"%PDF")
    assert client.post(f"{page}review/", {"channel": "counter"}).status_code == 422
    client.post(f"{page}review/", {"channel": "counter", "detail": "我店一直在营业"})
    request = RightsRequest.objects.get()
    assert client.post(f"{page}review/", {"channel": "counter", "detail": "再一次"}).status_code == 422
    reviewer = User.objects.get(username="林洁")
    as_user(reviewer)
    client.post(request.get_absolute_url() + "step/", {"do": "verify", "how": "核对原件"})
    client.post(request.get_absolute_url() + "step/", {"do": "take"})
    review = f"/assessments/reviews/{request.pk}/"
    assert "我店一直在营业" in client.get(review).content.decode()
    assert client.post(review, {"outcome": "upheld"}).status_code == 422
    client.post(review, {"outcome": "changed", "answer": "漏计一个月的销售，已更正。"})
    request.refresh_from_db()
    assert request.outcome == Outcome.CHANGED
    done = client.get(review).content.decode()
    assert "漏计一个月的销售" in done
    assert Letter.objects.get(kind=LetterKind.REVIEW).number in done
