"""Judgements and limits for programs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema
from pydantic import AwareDatetime, ConfigDict

from vouch.grading import actions, permissions, queries
from vouch.grading.queries import Hold
from vouch.grading.queries.limit_page import limits_of
from vouch.grading.queries.takings import counted
from vouch.grading.terms import Draw, HoldKind
from vouch.parties.queries import visible_to
from vouch.platform.identity.actions.repeats import Answer
from vouch.platform.identity.repeats import answer_request
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.faces import face
from vouch.platform.web.problems import FieldFault, Problem
from vouch.policy.actions import GateRefused

router = Router(tags=["评估"])
MONEY = r"^[0-9]{1,13}(\.[0-9]{1,2})?$"
RATE = r"^(1(\.0{1,6})?|0\.[0-9]{1,6})$"
MOST_KEY = 2**63 - 1


class AssessmentOut(Schema):
    """The latest judgement of a customer, with the hash of the snapshot that it replays from."""

    id: int
    customer_id: int
    outcome: str
    outcome_title: str
    score: int | None
    grade: str
    risk_class: str
    limit: str = Field(description="建议额度，元，两位小数")
    fee_rate: str | None = Field(description="年担保费率，小数")
    reasons: list[str]
    is_advice: bool = Field(description="仅为建议：尚未由人员确认，不作为评级生效")
    override_grade: str | None = Field(
        description="生效中的人工调整后的等级；没有调整时为空，grade 始终是模型的结果"
    )
    override_until: date | None = Field(description="人工调整有效期至")
    as_of: date
    at: str = Field(description="ISO 8601")
    policy: str
    snapshot_sha256: str


@router.get(
    "/customers/{int:pk}/assessment", response=AssessmentOut, summary="客户的最近评估", url_name="assessment"
)
@face(may=permissions.may_read_by_key, shows=("party",))
def assessment(request: StaffRequest, pk: int) -> Any:
    """尚未评估的客户答复 404，problem 为 not-assessed。"""
    party = get_object_or_404(visible_to(request.actor), pk=pk)
    found = queries.assessments_of(party.pk).first()
    if found is None:
        raise Problem(404, "not-assessed", _("该客户还没有评估。"))
    decision = getattr(found, "advice_decision", None)
    override = queries.live_override(party.pk)
    return {
        "id": found.pk,
        "is_advice": found.is_advice and not (decision and decision.is_adopted),
        "override_grade": override.grade if override else None,
        "override_until": override.expires_on if override else None,
        "customer_id": party.pk,
        "outcome": found.outcome,
        "outcome_title": found.get_outcome_display(),
        "score": found.score,
        "grade": found.grade,
        "risk_class": found.risk_class,
        "limit": str(found.limit),
        "fee_rate": None if found.fee_rate is None else str(found.fee_rate),
        "reasons": found.reasons,
        "as_of": found.as_of,
        "at": found.at.isoformat(),
        "policy": str(found.policy),
        "snapshot_sha256": found.snapshot_sha256,
    }


class HeadroomFilter(Schema):
    """At which bank."""

    bank: str = Field("", max_length=120, description="写明时把该银行的额度算在内")


class LimitOut(Schema):
    """One limit that a draw takes. ``amount`` and ``taken`` are null where the key may not see sums over other customers."""

    kind: str
    kind_title: str
    title: str
    amount: str | None
    taken: str | None
    free: str
    is_expired: bool


class HeadroomOut(Schema):
    """What a customer could draw now: nought while frozen, or without a limit of its own."""

    customer_id: int
    free: str = Field(description="元，两位小数；本机构承担部分")
    frozen: list[str] = Field(description="冻结原因；为空则未冻结")
    limits: list[LimitOut]


class HoldOut(Schema):
    """A hold; amounts of the whole debt in yuan, ``counted`` is our share that takes limits up beside the register."""

    id: int
    customer_id: int
    state: str
    purpose: str
    bank: str
    kind: str
    share_rate: str
    guarantee_number: str
    amount: str
    reserved: str
    used: str
    counted: str
    expires_at: str


class ReserveIn(Schema):
    """What is to be drawn."""

    model_config = ConfigDict(extra="forbid")

    customer_id: int = Field(ge=1, le=MOST_KEY)
    amount: str = Field(max_length=20, pattern=MONEY, description="债务金额，元，例如 1200000.00")
    share_rate: str = Field("1", max_length=8, pattern=RATE, description="本机构承担比例，小数")
    kind: HoldKind = HoldKind.LOAN
    bank: str = Field("", max_length=120)
    purpose: str = Field(min_length=1, max_length=200)
    guarantee_number: str = Field("", max_length=60)
    expires_at: AwareDatetime | None = Field(None, description="须带时区，至多 30 天；不写则 72 小时后")


class UseIn(Schema):
    """How much of a reservation is used, for which guarantee."""

    model_config = ConfigDict(extra="forbid")

    amount: str = Field(max_length=20, pattern=MONEY)
    guarantee_number: str = Field("", max_length=60)


class ReleaseIn(Schema):
    """What is given back: of what is used (repay) or reserved (cancel)."""

    model_config = ConfigDict(extra="forbid")

    step: Literal["repay", "cancel"]
    amount: str | None = Field(None, max_length=20, pattern=MONEY, description="不写则全部")
    note: str = Field("", max_length=200)


@router.get(
    "/customers/{int:pk}/headroom", response=HeadroomOut, summary="客户的额度与可用金额", url_name="headroom"
)
@face(may=permissions.may_read_limits_by_key, shows=("party",))
def headroom(request: StaffRequest, pk: int, wanted: Query[HeadroomFilter]) -> Any:
    """客户的各项额度、冻结和现在可用的金额。"""
    party = get_object_or_404(
        visible_to(request.actor).select_related("enterprise", "canonical__enterprise"), pk=pk
    )
    found = limits_of(request.actor, party.canonical or party, at=timezone.now(), bank=wanted.bank.strip())
    return {
        "customer_id": party.pk,
        "free": _money(found.free),
        "frozen": [one.reason for one in found.freezes],
        "limits": [
            {
                "kind": one.room.subject.kind,
                "kind_title": one.room.subject.get_kind_display(),
                "title": one.title,
                "amount": None if one.taken is None else _money(one.room.ceiling.amount),
                "taken": None if one.taken is None else _money(one.taken.total),
                "free": _money(one.room.free),
                "is_expired": one.room.ceiling.is_expired,
            }
            for one in found.rows
        ],
    }


@router.get("/holds/{int:pk}", response=HoldOut, summary="一笔占用", url_name="hold")
@face(may=permissions.may_read_limits_by_key, shows=("hold", "party"))
def hold(request: StaffRequest, pk: int) -> Any:
    """数据范围之外的与不存在的同样答复 404。"""
    return _shown(_hold(request, pk))


@router.post("/holds", response={201: HoldOut}, summary="预占额度", url_name="reserve")
@face(may=permissions.may_use_limits_by_key, shows=("party",))
def reserve(request: StaffRequest, body: ReserveIn) -> HttpResponse:
    """必须带 Idempotency-Key。被拒绝时答复 409，problem 为 refused，errors 逐条写明规则、依据、数字和怎样可以通过。"""
    get_object_or_404(visible_to(request.actor), pk=body.customer_id)
    draw = Draw(
        party_id=body.customer_id, amount=Decimal(body.amount), purpose=body.purpose, kind=body.kind,
        share_rate=Decimal(body.share_rate), bank=body.bank, guarantee_number=body.guarantee_number,
        expires_at=body.expires_at,
    )  # fmt: skip
    return _answered(request, 201, lambda: actions.reserve(actor=request.actor, at=timezone.now(), draw=draw))


@router.post("/holds/{int:pk}/use", response=HoldOut, summary="占用", url_name="use")
@face(may=permissions.may_use_limits_by_key, shows=("hold", "party"))
def use(request: StaffRequest, pk: int, body: UseIn) -> HttpResponse:
    """必须带 Idempotency-Key；可以分次占用。"""
    one = _hold(request, pk)
    return _answered(
        request,
        200,
        lambda: actions.use(
            actor=request.actor, at=timezone.now(), hold=one, amount=Decimal(body.amount),
            guarantee_number=body.guarantee_number,
        ),
    )  # fmt: skip


@router.post("/holds/{int:pk}/release", response=HoldOut, summary="释放", url_name="release")
@face(may=permissions.may_use_limits_by_key, shows=("hold", "party"))
def release(request: StaffRequest, pk: int, body: ReleaseIn) -> HttpResponse:
    """必须带 Idempotency-Key；还款写 repay，取消预占写 cancel。"""
    one = _hold(request, pk)
    amount = None if body.amount is None else Decimal(body.amount)
    return _answered(
        request,
        200,
        lambda: actions.release(
            actor=request.actor, at=timezone.now(), hold=one, step=body.step, amount=amount, note=body.note
        ),
    )


def _hold(request: StaffRequest, pk: int) -> Hold:
    return get_object_or_404(queries.holds_visible_to(request.actor), pk=pk)


def _answered(request: StaffRequest, status: int, done: Callable[[], Hold]) -> HttpResponse:
    """Do it once, and tell a refusal rule by rule. Raises Problem."""

    def answer() -> Answer:
        return Answer(status, HoldOut(**_shown(done())).model_dump(mode="json"))

    try:
        return answer_request(request, answer)
    except GateRefused as refused:
        faults = [FieldFault("body", "", str(one)) for one in refused.verdict.refusals]
        raise Problem(409, "refused", str(refused), faults) from refused
    except actions.NotHeld as error:
        raise Problem(422, "not-held", str(error)) from error


def _shown(one: Hold) -> dict[str, Any]:
    (told,) = counted([one], at=timezone.now())
    return {
        "id": one.pk,
        "customer_id": one.party_id,
        "state": one.state,
        "purpose": one.purpose,
        "bank": one.bank,
        "kind": one.kind,
        "share_rate": str(one.share_rate),
        "guarantee_number": one.guarantee_number,
        "amount": _money(one.amount),
        "reserved": _money(one.reserved),
        "used": _money(one.used),
        "counted": _money(told.taken.total),
        "expires_at": one.expires_at.isoformat(),
    }


def _money(amount: Decimal | None) -> str:
    return f"{amount or Decimal(0):.2f}"
