"""The customer list (客户)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from vouch.desk.forms import CustomerFilter, WorkingListForm
from vouch.desk.queries.customers import Party, class_of, customer_count, customers, standing_of
from vouch.desk.views.persons import without_number
from vouch.engine.identifiers import looks_protected
from vouch.parties.permissions import may_hand_over_customers, may_keep_working_lists, may_open_registration
from vouch.parties.queries import working_lists_of
from vouch.parties.terms import NATURAL_PERSONS
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.faces import SIGNED_IN, face
from vouch.platform.web.tables import Table, respond


def _link(party: Party) -> str:
    return reverse("desk:customer", args=[party.pk])


def _standing(name: str) -> Any:
    """What the customer's standing says, None without one."""
    return lambda party: getattr(standing_of(party), name, None)


def _code(party: Any) -> str:
    """An organisation's code; of a person the kind of document alone, whose number is not for a list of everybody."""
    if party.kind in NATURAL_PERSONS:
        person = getattr(party, "person", None)
        return person.get_document_kind_display() if person else ""
    return party.codes[0].value if party.codes else ""


def _province(party: Any) -> str:
    enterprise = getattr(party, "enterprise", None)
    return enterprise.province if enterprise else ""


def _present(party: Any) -> Any:
    return party.present[0] if party.present else None


def _manager(party: Any) -> str:
    present = _present(party)
    return present.manager.name if present and present.manager else ""


def _unit(party: Any) -> str:
    present = _present(party)
    return present.unit.name if present else ""


CUSTOMERS = Table(
    name="customers",
    title=_("客户"),
    default_sort="-score",
    is_wide=True,
    picks_for="bulk",
    empty=_("没有符合条件的客户。"),
    hint=_("可以在“导入”里导入企业登记数据和发票。"),
    columns=(
        Column("name", _("客户名称"), sort="name", link=_link),
        Column("code", _("信用代码"), Kind.CODE, value=_code, on_phone=False),
        Column(
            "risk_class",
            _("分类"),
            Kind.CLASS,
            sort="standing__risk_class",
            value=lambda party: class_of(standing_of(party)),
            template="desk/class_cell.html",
        ),
        Column(
            "grade",
            _("等级"),
            Kind.GRADE,
            sort="standing__grade_rank",
            value=_standing("grade"),
            template="grading/grade_cell.html",
        ),
        Column("score", _("评分"), Kind.NUMBER, sort="standing__score", value=_standing("score")),
        Column("limit", _("建议额度"), Kind.WAN, sort="standing__limit", value=_standing("limit")),
        Column("area", _("省份"), value=_province, on_phone=False),
        Column("unit", _("管户机构"), value=_unit, on_phone=False),
        Column("manager", _("管户经理"), value=_manager, on_phone=False),
        Column(
            "as_of",
            _("数据截止"),
            Kind.DATE,
            sort="standing__as_of",
            value=_standing("as_of"),
            on_phone=False,
        ),
        Column("kind", _("类型"), value=lambda party: party.get_kind_display(), on_phone=False),
    ),
)


WITHOUT_STANDING_ORDER = replace(
    CUSTOMERS,
    default_sort="name",
    columns=tuple(
        replace(column, sort="") if column.sort.startswith("standing__") else column
        for column in CUSTOMERS.columns
    ),
)


MOST_LISTS = 30


def filter_of(params: QueryDict) -> str:
    """The filter of an address, without paging and without what was ticked."""
    kept = [
        (name, value)
        for name, values in params.lists()
        for value in values
        if value and (name in CustomerFilter.base_fields or name == "sort")
    ]
    return urlencode(kept)


@face(may=SIGNED_IN, shows=("party",))
@require_GET
def customer_list(request: StaffRequest) -> HttpResponseBase:
    """Every customer that the actor sees: filter, search, sort, page, export."""
    if looks_protected(request.GET.get("q", "")):
        return without_number(request)
    filters = CustomerFilter(request.GET)
    rows = customers(request.actor, filters.wanted())
    count = customer_count(request.actor, filters.wanted())
    # Sorted by standings that it may not know, an inspection would still learn who stands above whom.
    context = {
        "may_register": may_open_registration(request.actor),
        "may_assign": may_hand_over_customers(request.actor),
        "may_keep": may_keep_working_lists(request.actor) and not request.actor.is_read_only,
        "kept": list(working_lists_of(request.actor)[:MOST_LISTS]),
        "keeping": WorkingListForm(),
        "query": filter_of(request.GET),
    }
    table = CUSTOMERS if request.actor.period is None else WITHOUT_STANDING_ORDER
    listing = table.listing(rows, request.GET, filters, count=count)
    return respond(request, listing, "desk/customers.html", context)
