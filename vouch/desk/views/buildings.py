"""楼栋: the list with its concentration, one building with its elevation, industries, shared addresses, the round of visits."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from vouch.desk.forms import BuildingFilter, IndustryFilter, RouteFilter, SharedFilter
from vouch.desk.permissions import may_see_sums
from vouch.desk.queries import building_industries, buildings, shared
from vouch.desk.queries.buildings import Building, BuildingLine, BuildingsWanted
from vouch.desk.queries.elevation import LETTERS, TONES, elevation
from vouch.desk.queries.occupants import Occupant, classes_of, industries_of, occupants
from vouch.desk.queries.shared import Stop
from vouch.parties import permissions
from vouch.parties.queries import sites
from vouch.parties.queries.addresses import reading_of
from vouch.platform.identity.request import StaffRequest
from vouch.platform.identity.terms import Scope
from vouch.platform.ledger.permissions import may_read_ledger
from vouch.platform.ledger.queries import history_of
from vouch.platform.web import charts, figures
from vouch.platform.web.charts import CLASS_COLOURS, Slice
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.faces import SIGNED_IN, face
from vouch.platform.web.tables import Table, respond

LONGEST_ON_AXIS = 9

BUILDINGS = Table(
    name="buildings",
    title=_("楼栋"),
    default_sort="-balance",
    tie_break="name",
    empty=_("没有符合条件的楼栋。"),
    hint=_("客户的注册地址写到门牌号或楼栋后，系统自动识别楼栋。"),
    columns=(
        Column("name", _("楼栋"), sort="name", link=lambda line: line.url, template="desk/buildings/name_cell.html"),
        Column("site", _("园区或市场"), sort="site", on_phone=False),
        Column("customers", _("客户"), Kind.NUMBER, sort="customers", unit=str(_("户"))),
        Column("hidden", _("无权查看"), Kind.NUMBER, sort="hidden", unit=str(_("户")), on_phone=False),
        Column("balance", _("在保余额"), Kind.WAN, sort="balance"),
        Column("book_rate", _("占全部在保"), Kind.RATE, sort="book_rate", on_phone=False),
        Column("largest_rate", _("最大一户占本楼"), Kind.RATE, sort="largest_rate", on_phone=False),
        Column("industry_hhi", _("行业集中度"), Kind.RATE, sort="industry_hhi", on_phone=False),
        Column("high_rate", _("高风险占比"), Kind.RATE, sort="high_rate"),
        Column("marked", _("逾期或不良"), Kind.NUMBER, sort="marked", unit=str(_("户")), on_phone=False),
        Column("most_at_door", _("同一房间最多"), Kind.NUMBER, sort="most_at_door", unit=str(_("户")), on_phone=False),
        Column("entered", _("90天迁入"), Kind.NUMBER, sort="entered", on_phone=False),
        Column("left", _("90天迁出"), Kind.NUMBER, sort="left", on_phone=False),
        Column("limit_rate", _("限额使用"), Kind.RATE, sort="limit_rate", on_phone=False),
        Column("steward", _("负责人"), sort="steward", on_phone=False),
    ),
)  # fmt: skip

WITHOUT_OTHERS = replace(BUILDINGS, columns=tuple(one for one in BUILDINGS.columns if one.name != "hidden"))
"""For those who see everybody, and for those who are not told of the others."""

INDUSTRIES = Table(
    name="building_industries",
    title=_("楼栋里的行业"),
    default_sort="-customers",
    tie_break="section",
    empty=_("还没有识别到楼栋的客户。"),
    columns=(
        Column("title", _("行业门类"), sort="title"),
        Column("customers", _("客户"), Kind.NUMBER, sort="customers", unit=str(_("户"))),
        Column("buildings", _("所在楼栋"), Kind.NUMBER, sort="buildings", unit=str(_("栋")), on_phone=False),
        Column("balance", _("在保余额"), Kind.WAN, sort="balance"),
        Column("guaranteed", _("在保户数"), Kind.NUMBER, sort="guaranteed", unit=str(_("户")), on_phone=False),
        Column("high_rate", _("高风险占比"), Kind.RATE, sort="high_rate", on_phone=False),
        Column("top", _("最集中的楼栋"), sort="top", link=lambda line: line.top_url),
        Column("top_customers", _("其中客户"), Kind.NUMBER, sort="top_customers", unit=str(_("户")), on_phone=False),
        Column("top_rate", _("占该行业"), Kind.RATE, sort="top_rate", on_phone=False),
    ),
)  # fmt: skip

SHARED = Table(
    name="shared_addresses",
    title=_("同址"),
    default_sort="-customers",
    tie_break="building_id",
    empty=_("没有符合条件的同址。"),
    columns=(
        Column("building", _("楼栋"), sort="building", link=lambda line: line.url, template="desk/buildings/name_cell.html"),
        Column("door", _("房间"), sort="door"),
        Column("customers", _("登记客户"), Kind.NUMBER, sort="customers", unit=str(_("户"))),
        Column("alone", _("空壳迹象"), Kind.NUMBER, sort="alone", unit=str(_("户"))),
        Column("same_head", _("同一法定代表人最多"), Kind.NUMBER, sort="same_head", unit=str(_("户")), on_phone=False),
        Column("elsewhere", _("另有经营地"), Kind.NUMBER, sort="elsewhere", unit=str(_("户")), on_phone=False),
        Column("guaranteed", _("在保户数"), Kind.NUMBER, sort="guaranteed", unit=str(_("户")), on_phone=False),
        Column("balance", _("在保余额"), Kind.WAN, sort="balance"),
    ),
)  # fmt: skip


def _blank(_stop: Stop) -> str:
    return ""


ROUTE = Table(
    name="walking_list",
    title=_("扫楼清单"),
    default_sort="order",
    tie_break="order",
    empty=_("没有需要走访的客户。"),
    hint=_("在楼栋页指定负责人后，这里按楼栋、楼层、房间排出走访顺序。"),
    columns=(
        Column("order", _("顺序"), Kind.NUMBER, sort="order", on_phone=False),
        Column("building__name", _("楼栋"), link=lambda stop: stop.building.get_absolute_url(),
               template="desk/buildings/name_cell.html", on_phone=False),
        Column("floor", _("楼层"), on_phone=False),
        Column("unit", _("房间"), value=lambda stop: stop.occupant.unit.label if stop.occupant.unit else ""),
        Column("party", _("客户"), value=lambda stop: stop.occupant.party.name,
               template="desk/buildings/stop_cell.html"),
        Column("role", _("用途"), value=lambda stop: stop.occupant.occupancy.get_role_display(), on_phone=False),
        Column("risk_class", _("分类"), Kind.CLASS, value=lambda stop: stop.occupant.risk_class, on_phone=False),
        Column("balance", _("在保余额"), Kind.WAN, value=lambda stop: stop.occupant.balance, on_phone=False),
        Column("visited_on", _("上次走访"), Kind.DATE, sort="visited_on"),
        Column("visit_note", _("走访记录"), on_phone=False),
        # Empty in the file and on paper: there the visit is written down by hand.
        Column("visit", _("本次走访"), value=_blank, template="desk/buildings/visit_cell.html"),
    ),
)  # fmt: skip


def _tabs(active: str) -> list[tuple[str, Any, bool]]:
    """The pages about buildings, one beside the other."""
    pages = (
        ("desk:buildings", _("楼栋")), ("desk:building_industries", _("行业")), ("desk:shared_addresses", _("同址")),
        ("desk:walking_list", _("扫楼")), ("parties:address_readings", _("地址识别")),
    )  # fmt: skip
    return [(reverse(name), title, name == active) for name, title in pages]


@face(may=SIGNED_IN, shows=("building",))
@require_GET
def building_list(request: StaffRequest) -> HttpResponseBase:
    """Every building with customers whom the actor sees, and how the book is concentrated in them."""
    filters = BuildingFilter(request.GET)
    book = buildings.book_total(request.actor)
    lines = buildings.building_lines(request.actor, filters.wanted(), today=timezone.localdate(), book=book)
    is_told_of_others = may_see_sums(request.actor) and request.actor.scope != Scope.ALL
    table = BUILDINGS if is_told_of_others else WITHOUT_OTHERS
    listing = table.listing(lines, request.GET, filters)
    context = {
        "tabs": _tabs("desk:buildings"),
        "top": _largest(lines),
        "may_arrange": permissions.may_arrange_buildings(request.actor),
    }
    return respond(request, listing, "desk/buildings/list.html", context)


def _largest(lines: list[BuildingLine]) -> charts.Chart:
    largest = sorted((line for line in lines if line.balance), key=lambda line: -line.balance)[:10]
    slices = [Slice(_tail(line.name), float(line.balance), url=line.url) for line in largest]
    return charts.bars(slices, unit=_now("万元"), label=_now("楼栋"), form="wan", lying=True)


def _tail(name: str) -> str:
    """The end of a long name: buildings of one town begin alike."""
    return name if len(name) <= LONGEST_ON_AXIS else f"…{name[1 - LONGEST_ON_AXIS :]}"


@face(may=SIGNED_IN, shows=("building", "party"))
@require_GET
def building(request: StaffRequest, pk: int) -> HttpResponse:
    """One building: its figures and its elevation."""
    found = _found(request, pk)
    if found.canonical_id is not None:
        return HttpResponseRedirect(reverse("desk:building", args=[found.canonical_id]))
    actor, today = request.actor, timezone.localdate()
    names = sites.names_of(found)
    there = occupants(actor, names)
    lines = buildings.building_lines(
        actor, BuildingsWanted(least=0), today=today, only=names, book=buildings.book_total(actor)
    )
    line = lines[0] if lines else None
    context = {
        "building": found,
        "line": line,
        "notes": _notes(found, line, there),
        "elevation": elevation(there),
        "legend": [(name, LETTERS[name], TONES[name], count) for name, count in classes_of(there)],
        "classes": _classes(there),
        "industries": _industries(there),
        "left": sites.left_after(actor, names, today - timedelta(days=buildings.CHURN_DAYS)),
        "steward": sites.stewards_of([found.pk]).get(found.pk),
        "limit": sites.limit_of(found),
        "other_names": sites.joined_to(actor, found),
        "may_arrange": permissions.may_arrange_buildings(actor),
        "may_appoint": permissions.may_appoint_stewards(actor),
        "may_limit": permissions.may_limit_buildings(actor),
        "entries": list(history_of("building", found.pk)[:20]) if may_read_ledger(actor) else None,
        "alike": sites.alike(actor, found) if permissions.may_arrange_buildings(actor) else [],
    }
    return render(request, "desk/buildings/building.html", context)


@face(may=SIGNED_IN, shows=("building", "party"))
@require_GET
def building_occupants(request: StaffRequest, pk: int) -> HttpResponse:
    """The same as a table, which comes after the drawing: a tower has a thousand rows."""
    found = _found(request, pk)
    context = {
        "building": found,
        "occupants": _rows(occupants(request.actor, sites.names_of(found))),
        "may_visit": permissions.may_open_visits(request.actor),
    }
    return render(request, "desk/buildings/occupants.html", context)


def _notes(found: Building, line: BuildingLine | None, there: list[Occupant]) -> dict[str, str]:
    """What stands small beneath the figures."""
    if line is None:
        return {}
    doors = {one.door for one in there if one.door is not None}
    units = _now("已知 %d 间有客户") % len(doors)
    if found.unit_total:
        units = _now("共 %(all)d 套，已知 %(known)d 间有客户") % {
            "all": found.unit_total,
            "known": len(doors),
        }
    return {
        "balance": _now("占全部在保 %s") % figures.percent(line.book_rate),
        "high": _now("占楼内客户 %s") % figures.percent(line.high_rate),
        "moves": f"{line.entered} / {line.left}",
        "units": units,
    }


def _found(request: StaffRequest, pk: int) -> Building:
    found = sites.building_of(request.actor, pk)
    if found is None:
        raise Http404
    return found


def _rows(there: list[Occupant]) -> list[tuple[Occupant, bool]]:
    """The table beneath the elevation; the first row of each door is where the drawing leads."""
    rows, seen = [], set()
    for one in sorted(there, key=_by_door):
        door = one.unit.pk if one.unit else None
        rows.append((one, door is not None and door not in seen))
        seen.add(door)
    return rows


def _by_door(one: Occupant) -> tuple[bool, int, str, int]:
    """From the top floor down, the unknown last; as the elevation stands."""
    unit = one.unit
    known = unit is not None and unit.floor is not None
    return not known, -unit.floor if known else 0, unit.label if unit else "\uffff", one.party.pk


def _classes(there: list[Occupant]) -> charts.Chart:
    slices = [Slice(name, count, CLASS_COLOURS.get(name, charts.GREY)) for name, count in classes_of(there)]
    return charts.donut(slices, unit=_now("户"), label=_now("分类"))


def _industries(there: list[Occupant]) -> charts.Chart:
    slices = [Slice(name or _now("行业未登记"), count) for name, count, _balance in industries_of(there)[:8]]
    return charts.bars(slices, unit=_now("户"), label=_now("行业"), lying=True)


@face(may=SIGNED_IN, shows=("building",))
@require_GET
def industries(request: StaffRequest) -> HttpResponseBase:
    """Industries over all buildings, or those of a site: where each crowds together."""
    filters = IndustryFilter(request.GET)
    lines = building_industries.industry_lines(request.actor, site_id=filters.site_id())
    context = {"tabs": _tabs("desk:building_industries"), "heading": _("行业分布")}
    listing = INDUSTRIES.listing(lines, request.GET, filters)
    return respond(request, listing, "desk/buildings/tabbed.html", context)


@face(may=SIGNED_IN, shows=("building",))
@require_GET
def shared_addresses(request: StaffRequest) -> HttpResponseBase:
    """Doors and buildings that many customers give as their address (同址)."""
    filters = SharedFilter(request.GET)
    lines = shared.shared_addresses(request.actor, **filters.wanted())
    context = {"tabs": _tabs("desk:shared_addresses"), "heading": _("同址"), "note": SHARED_NOTE}
    return respond(
        request, SHARED.listing(lines, request.GET, filters), "desk/buildings/tabbed.html", context
    )


SHARED_NOTE = _(
    "“空壳迹象”是登记在这里、没有登记别处经营地、也没有在保业务的户数；是需要核实的线索，不是结论。"
    "只统计您可以查看的客户。"
)


@face(may=SIGNED_IN, shows=("building", "party"))
@require_GET
def walking_list(request: StaffRequest) -> HttpResponseBase:
    """Whom a steward calls on, in the order of the way (扫楼)."""
    filters = RouteFilter(request.GET)
    steward, days = filters.wanted()
    since = timezone.localdate() - timedelta(days=days) if days else None
    stops = shared.route(request.actor, steward or request.actor.user_id or 0, unvisited_since=since)
    context = {"tabs": _tabs("desk:walking_list"), "heading": _("扫楼"), "is_printable": True}
    table = ROUTE
    if not permissions.may_open_visits(request.actor):
        table = replace(ROUTE, columns=tuple(one for one in ROUTE.columns if one.name != "visit"))
    return respond(request, table.listing(stops, request.GET, filters), "desk/buildings/tabbed.html", context)


def building_panel(request: StaffRequest, party: Any) -> dict[str, Any]:
    """The panel 楼栋 of a customer's page: where it is and was, and what the buildings are like."""
    places = sites.places_of(party)
    present = {one.building.canonical_id or one.building_id for one in places if one.ended_at is None}
    lines = {}
    if present:
        names = sites.names_of_all(present)
        wanted = BuildingsWanted(least=0)
        found = buildings.building_lines(request.actor, wanted, today=timezone.localdate(), only=names)
        lines = {line.pk: line for line in found}
    return {
        "places": [(one, lines.get(one.building.canonical_id or one.building_id)) for one in places],
        "reading": reading_of(party),
        "may_correct": permissions.may_correct(request.actor, party),
        "may_visit": permissions.may_note_visit(request.actor, party),
        "visits": sites.visits_of(party),
    }
