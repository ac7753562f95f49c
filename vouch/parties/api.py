"""Customers for programs: the list, one, and a new enterprise."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, Literal

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema
from pydantic import ConfigDict

from vouch.parties import actions, permissions, queries
from vouch.parties.forms import RegistrationForm
from vouch.parties.terms import NATURAL_PERSONS, PartyKind, PartyStatus
from vouch.platform.identity.actions.repeats import Answer
from vouch.platform.identity.repeats import answer_request
from vouch.platform.identity.request import StaffRequest
from vouch.platform.vault.masks import masked
from vouch.platform.web.cursors import MOST, page_of
from vouch.platform.web.faces import face
from vouch.platform.web.problems import FieldFault, Problem, faults_of_form

router = Router(tags=["客户"])


class CodeOut(Schema):
    """A code that names the customer."""

    kind: str
    source: str
    value: str


class UnitOut(Schema):
    """The unit that looks after the customer."""

    code: str
    name: str


class CustomerOut(Schema):
    """A customer; names of natural persons are masked."""

    id: int
    number: str
    kind: str
    name: str
    status: str
    codes: list[CodeOut]
    unit: UnitOut | None
    province: str
    industry_code: str
    established_on: date | None
    registered_at: str = Field(description="ISO 8601")
    merged_into: int | None = Field(None, description="已并入的客户；列表只列保留的客户")


class CustomersOut(Schema):
    """One page; ``next`` is the cursor of the next one, null at the end."""

    items: list[CustomerOut]
    next: str | None


class CustomerFilter(Schema):
    """What the list is filtered by; all of it together."""

    q: str = Field("", max_length=80, description="名称、代码或客户编号中的文字")
    code: str = Field("", max_length=80, description="统一社会信用代码、旧注册号或来源代码，完整的")
    kind: PartyKind | None = Field(None, description="客户类型")
    status: PartyStatus | None = None
    province: str = Field("", max_length=20)
    cursor: str = Field("", max_length=80, description="上一页的 next")
    limit: int = Field(50, ge=1, le=MOST)


class EnterpriseIn(Schema):
    """A new enterprise; texts as on the licence, amounts in yuan or with their unit."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=200)
    code: str = Field(max_length=40, description="统一社会信用代码或旧注册号")
    kind: Literal["", "enterprise", "sole_trader", "cooperative"] = Field(
        "", description="企业、个体工商户或农民专业合作社；不写则按信用代码判断"
    )
    unit: str = Field("", max_length=30, description="管户机构的编码；不写则为密钥所属机构")
    legal_form: str = ""
    capital_text: str = Field("", description="例如：500万元")
    established_on: str = Field("", description="例如：2019-05-20")
    province: str = ""
    area: str = ""
    address: str = ""
    scope_text: str = ""
    industry_code: str = Field("", description="GB/T 4754，例如：C1311")
    staff_count: int | None = None
    revenue: str = Field("", description="元")
    total_assets: str = Field("", description="元")


@router.get("/customers", response=CustomersOut, summary="客户列表", url_name="customers")
@face(may=permissions.may_list_by_key, shows=("party",))
def customers(request: StaffRequest, wanted: Query[CustomerFilter]) -> Any:
    """按主键顺序分页返回密钥数据范围内的客户。"""
    found = queries.listed(queries.visible_to(request.actor))
    if wanted.q:
        found = queries.search(found, wanted.q)
    if wanted.code:
        named = Q(identifiers__value=wanted.code) | Q(merged__identifiers__value=wanted.code)
        found = found.filter(named).distinct()
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.status:
        found = found.filter(status=wanted.status)
    if wanted.province:
        found = found.filter(enterprise__province=wanted.province)
    rows, following = page_of(queries.with_particulars(found), cursor=wanted.cursor, limit=wanted.limit)
    return {"items": [shown(party) for party in rows], "next": following}


@router.get("/customers/{int:pk}", response=CustomerOut, summary="单个客户", url_name="customer")
@face(may=permissions.may_list_by_key, shows=("party",))
def customer(request: StaffRequest, pk: int) -> Any:
    """数据范围之外的客户与不存在的客户同样答复 404。"""
    found = queries.with_particulars(queries.visible_to(request.actor))
    return shown(get_object_or_404(found, pk=pk))


@router.post(
    "/customers/enterprises", response={201: CustomerOut}, summary="企业客户建档", url_name="enterprises"
)
@face(may=permissions.may_register_by_key, shows=("party",))
def register_enterprise(request: StaffRequest, body: EnterpriseIn) -> HttpResponse:
    """必须带 Idempotency-Key；同一请求重发只建档一次，答复相同。"""
    return answer_request(request, lambda: _register(request, body))


def _register(request: StaffRequest, body: EnterpriseIn) -> Answer:
    form = RegistrationForm(request.actor, _as_form(request, body), today=timezone.localdate())
    if not form.is_valid():
        raise Problem(422, "invalid-request", _("提交的内容有误。"), faults_of_form(form))
    try:
        party = actions.register_enterprise(
            actor=request.actor,
            at=timezone.now(),
            unit=form.cleaned_data["unit"],
            registration=replace(form.registration(), kind=body.kind),
        )
    except actions.AlreadyKnown as error:
        fault = FieldFault("body", "/code", str(error))
        raise Problem(409, "already-known", str(error), [fault]) from error
    made = queries.with_particulars(queries.visible_to(request.actor)).get(pk=party.pk)
    return Answer(201, CustomerOut(**shown(made)).model_dump(mode="json"))


def _as_form(request: StaffRequest, body: EnterpriseIn) -> dict[str, Any]:
    """The body as the form of the page would send it, so that both are judged by the same rules."""
    units = queries.assignable_units(request.actor)
    unit = units.filter(code=body.unit).first() if body.unit else units.first()
    if unit is None:
        fault = FieldFault("body", "/unit", _("没有这个机构，或不在密钥的数据范围内。"))
        raise Problem(422, "invalid-request", _("提交的内容有误。"), [fault])
    if not body.unit and units.count() > 1:
        fault = FieldFault("body", "/unit", _("密钥的数据范围包含多个机构，请写明管户机构的编码。"))
        raise Problem(422, "invalid-request", _("提交的内容有误。"), [fault])
    given = {name: value for name, value in body.model_dump().items() if value is not None}
    return {**given, "unit": unit.pk}


def shown(party: Any) -> dict[str, Any]:
    """What a key reads of a customer that came through ``with_particulars``."""
    enterprise = getattr(party, "enterprise", None)
    present = party.present[0] if party.present else None
    is_person = party.kind in NATURAL_PERSONS
    return {
        "id": party.pk,
        "number": party.number,
        "kind": party.kind,
        "name": masked(party.name, kind="name") if is_person else party.name,
        "status": party.status,
        "codes": [{"kind": one.kind, "source": one.source, "value": one.value} for one in party.codes],
        "unit": {"code": present.unit.code, "name": present.unit.name} if present else None,
        "province": enterprise.province if enterprise else "",
        "industry_code": enterprise.industry_code if enterprise else "",
        "established_on": enterprise.established_on if enterprise else None,
        "registered_at": party.created_at.isoformat(),
        "merged_into": party.canonical_id,
    }
