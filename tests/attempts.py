"""Attempts of chance at the gated steps of limits, through every face, each told beforehand by a sum by hand; not collected itself.

The book: six firms, two banks, the house; 30,000 万元 of net assets, so 3,000 万元 is the most for one firm (条例 16). Some firms have a
limit above what the article lets them draw, a bank and the house have less than their firms together.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.institution import figures_of, house, read_as, rules_in_force
from tests.limits import granted
from tests.networks import firm
from vouch.grading.actions import freeze_use, lift_freeze, reserve, use
from vouch.grading.models import Hold, Limit
from vouch.grading.terms import Draw, LimitKind, LimitOf
from vouch.parties.models import Party
from vouch.platform.identity.actor import system_actor
from vouch.platform.identity.models import User
from vouch.policy.actions import GateRefused

WAN = 10_000
SINGLE, BANK, HOUSE = 3_000 * WAN, 4_000 * WAN, 7_000 * WAN
BANKS = ("江州银行", "海州银行")
SIGN_IN = "allauth.account.auth_backends.AuthenticationBackend"
KNOWN = {"limit.customer": "授信额度", "limit.bank": "授信额度", "limit.institution": "授信额度", "limit.frozen": "授信额度",
         "TL-16-1": "第十六条", "TL-16-2": "第十六条", "TL-15": "第十五条"}  # fmt: skip
"""Rule → what its article's text holds."""


@dataclass
class Model:
    """What should stand, kept by hand in yuan."""

    firms: list[Party]
    limit: dict[int, int]
    held: dict[int, int]
    at_bank: dict[str, int] = field(default_factory=lambda: dict.fromkeys(BANKS, 0))
    frozen: set[int] = field(default_factory=set)

    def refusal_of(self, party: int, amount: int, bank: str) -> set[str]:
        """The rules that a draw of so much breaks; limits before the gate, as the house asks them."""
        found = set()
        if party in self.frozen:
            found.add("limit.frozen")
        if self.held[party] + amount > self.limit[party]:
            found.add("limit.customer")
        if bank == BANKS[0] and self.at_bank[bank] + amount > BANK:
            found.add("limit.bank")
        if sum(self.held.values()) + amount > HOUSE:
            found.add("limit.institution")
        if not found and self.held[party] + amount > SINGLE:
            found.add("TL-16-1")
        return found


def prepared() -> Model:
    """The institution, its figures and rules, and limits that are in force."""
    at = timezone.now()
    figures_of(at, month_end=at.date().replace(day=1) - timedelta(days=1), net_assets="30000")
    firms = [firm(f"抽样企业{n}") for n in range(6)]
    limits = {one.pk: (n + 1) * 800 * WAN for n, one in enumerate(firms)}
    # Before the rules are in force: two of them could not be granted any more.
    for one in firms:
        granted(one, limits[one.pk], at=at)
    granted(LimitOf(kind=LimitKind.BANK, bank=BANKS[0]), BANK, at=at)
    granted(LimitOf(kind=LimitKind.INSTITUTION), HOUSE, at=at)
    house()
    read_as(at)
    rules_in_force(at)
    return Model(firms, limits, dict.fromkeys(limits, 0))


@dataclass
class Tally:
    """What came of the attempts: by face and step, how many were kept and how many refused by which rule."""

    kept: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)


class Attempts:
    """Sends attempts one after another. Raises AssertionError for the first that came out otherwise than the sum by hand."""

    def __init__(
        self, model: Model, *, drawer: User, payer: User, head: User, proposer: User, secret: str, seed: int
    ) -> None:
        self.model, self.chance, self.tally = model, random.Random(seed), Tally()  # noqa: S311 - a seed
        self.pages = {}
        for name, user in (("drawer", drawer), ("payer", payer), ("head", head), ("proposer", proposer)):
            self.pages[name] = Client(raise_request_exception=False)
            self.pages[name].force_login(user, backend=SIGN_IN)
        self.secret, self.count = secret, 0

    def run(self, count: int) -> Tally:
        """So many attempts: draws mostly, uses, raises, and now and then a freeze or a repayment."""
        for _attempt in range(count):
            self.count += 1
            kind = self.chance.choices(("draw", "use", "raise", "freeze", "empty"), (60, 20, 12, 5, 3))[0]
            getattr(self, f"_{kind}")()
        return self.tally

    def _draw(self) -> None:
        party, bank = self.chance.choice(self.model.firms), self.chance.choice(BANKS)
        amount = self.chance.randint(1, 900 * WAN)
        broken = self.model.refusal_of(party.pk, amount, bank)
        face = self.chance.choice(("page", "api", "job"))
        said = {"page": self._draw_by_page, "api": self._draw_by_api, "job": self._draw_by_job}[face](
            party, amount, bank
        )
        self._judge(f"draw by {face}", broken, said)
        if not broken:
            self.model.held[party.pk] += amount
            self.model.at_bank[bank] += amount

    def _draw_by_page(self, party: Party, amount: int, bank: str) -> str:
        form = {
            "amount": f"{amount}元",
            "share_rate": "100",
            "kind": "loan",
            "bank": bank,
            "purpose": f"第{self.count}笔",
        }
        answer = self.pages["drawer"].post(reverse("grading:reserve", args=[party.pk]), form)
        return "" if answer.status_code == 302 else _told(answer, 422)

    def _draw_by_api(self, party: Party, amount: int, bank: str) -> str:
        body = {"customer_id": party.pk, "amount": str(amount), "bank": bank, "purpose": f"第{self.count}笔"}
        return self._called("/holds", body, done=201)

    def _draw_by_job(self, party: Party, amount: int, bank: str) -> str:
        draw = Draw(party_id=party.pk, amount=Decimal(amount), bank=bank, purpose=f"第{self.count}笔")
        try:
            reserve(actor=system_actor("job"), at=timezone.now(), draw=draw)
        except GateRefused as refused:
            return str(refused)
        return ""

    def _use(self) -> None:
        hold = Hold.objects.filter(state="open", reserved__gt=0).order_by("?").first()
        if hold is None:
            return
        broken = self.model.refusal_of(hold.party_id, 0, hold.bank)
        amount = self.chance.randint(1, int(hold.reserved))
        number = hold.guarantee_number or f"CY{hold.pk}"
        face = self.chance.choice(("page", "api", "job"))
        if face == "page":
            form = {"amount": f"{amount}元", "guarantee_number": number}
            answer = self.pages["payer"].post(reverse("grading:use", args=[hold.pk]), form)
            said = "" if answer.status_code == 302 else _told(answer, 422)
        elif face == "api":
            body = {"amount": str(amount), "guarantee_number": number}
            said = self._called(f"/holds/{hold.pk}/use", body, done=200)
        else:
            said = self._used_by_job(hold, amount, number)
        self._judge(f"use by {face}", broken, said)

    @staticmethod
    def _used_by_job(hold: Hold, amount: int, number: str) -> str:
        try:
            use(
                actor=system_actor("job"),
                at=timezone.now(),
                hold=hold,
                amount=Decimal(amount),
                guarantee_number=number,
            )
        except GateRefused as refused:
            return str(refused)
        return ""

    def _raise(self) -> None:
        """Proposed on one page, granted on another: what exceeds the article is refused there, whoever grants it."""
        party = self.chance.choice(self.model.firms)
        amount = self.chance.randint(1, 8_000 * WAN)
        form = {
            "kind": "customer",
            "party": party.number,
            "nature": "base",
            "amount": f"{amount}元",
            "reason": "调整",
        }
        answer = self.pages["proposer"].post(reverse("grading:propose_limit"), form)
        assert answer.status_code == 302, answer.content.decode()
        made = Limit.objects.order_by("-pk")[0]
        # A lower amount is no raise; what is taken already counts within the new amount.
        is_over = amount > self.model.limit[party.pk] and max(amount, self.model.held[party.pk]) > SINGLE
        answer = self.pages["head"].post(reverse("grading:grant_limit", args=[made.pk]), {"note": "同意"})
        said = "" if answer.status_code == 302 else _told(answer, 422)
        self._judge("raise by page", {"TL-16-1"} if is_over else set(), said)
        if is_over:
            self.pages["head"].post(reverse("grading:reject_limit", args=[made.pk]), {"note": "超过集中度"})
        else:
            self.model.limit[party.pk] = amount

    def _freeze(self) -> None:
        party, now = self.chance.choice(self.model.firms), timezone.now()
        if party.pk in self.model.frozen:
            lift_freeze(actor=system_actor("other"), at=now, party_id=party.pk, reason="已处理")
        else:
            freeze_use(actor=system_actor("monitor"), at=now, party_id=party.pk, reason="逾期")
        self.model.frozen ^= {party.pk}

    def _empty(self) -> None:
        """Everything of one firm is given back, or the book would be full for good."""
        party = self.chance.choice(self.model.firms)
        for hold in Hold.objects.filter(party=party, state="open"):
            for step, have in (("cancel", hold.reserved), ("repay", hold.used)):
                if have:
                    said = self._called(f"/holds/{hold.pk}/release", {"step": step}, done=200)
                    assert not said, said
            self.model.held[party.pk] -= int(hold.reserved + hold.used)
            self.model.at_bank[hold.bank] -= int(hold.reserved + hold.used)

    def _called(self, address: str, body: dict[str, Any], *, done: int) -> str:
        answer = Client(raise_request_exception=False).post(
            f"/api/v1{address}",
            data=json.dumps(body),
            content_type="application/json",
            headers={
                "Authorization": f"Bearer {self.secret}",
                "Idempotency-Key": f"a{self.count}-{address}-{body.get('step', '')}",
            },
        )
        if answer.status_code == done:
            return ""
        assert answer.status_code == 409, answer.content.decode()
        told = answer.json()
        assert told["type"] == "urn:vouch:problem:refused"
        assert told["detail"] == "\n".join(one["detail"] for one in told["errors"])
        return str(told["detail"])

    def _judge(self, what: str, broken: set[str], said: str) -> None:
        """It was let through exactly if nothing is broken; else it names each rule, its article, figures and what would do."""
        assert bool(said) == bool(broken), (self.count, what, broken, said)
        for rule in broken:
            assert rule in said, (self.count, what, rule, said)
            assert KNOWN[rule] in said, (self.count, what, rule, said)
            assert any(sign.isdigit() for sign in said.replace(rule, "")), said
            assert any(word in said for word in ("可将", "请", "解除", "不超过", "减至", "以内", "降")), said
            self.tally.rules[rule] += 1
        (self.tally.refused if broken else self.tally.kept)[what] += 1


def _told(answer: Any, status: int) -> str:
    assert answer.status_code == status, (answer.status_code, answer.content.decode()[:2000])
    text = str(answer.content.decode())
    start = text.find('id="refusals"')
    assert start > 0, text[-3000:]
    return text[start : text.find("</section>", start)]


def balanced(model: Model, at: datetime) -> None:
    """What stands is what was kept by hand, and nothing is over. Raises AssertionError."""
    held = {one.pk: 0 for one in model.firms}
    for hold in Hold.objects.filter(state="open", expires_at__gt=at):
        held[hold.party_id] += int(hold.reserved + hold.used)
    assert held == model.held
    assert max(held.values()) <= SINGLE
    assert sum(held.values()) <= HOUSE
    assert model.at_bank[BANKS[0]] <= BANK
