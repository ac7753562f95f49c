"""How customers hang together: the map and its table, the way between two, circles and groups, who falls with whom."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from vouch.desk.forms import FallForm, GatheringFilter, RelationFilter, day_looked_at
from vouch.desk.queries import customer as customers
from vouch.desk.queries import relations as queries
from vouch.desk.queries.falls import Fall, fall_of
from vouch.desk.queries.gatherings import Gathered, called, gatherings, named
from vouch.desk.queries.relations import Node, RelationMap, Tie
from vouch.desk.terms import Gathering
from vouch.parties.queries import link_forms
from vouch.parties.terms import NATURAL_PERSONS
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web import charts
from vouch.platform.web.charts import CLASS_COLOURS, Chart, Dot, Line
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.faces import SIGNED_IN, face
from vouch.platform.web.figures import percent, wan
from vouch.platform.web.tables import Table, respond

LINK_COLOURS = (
    "#066fd1", "#1d3557", "#0ca678", "#e64980", "#f783ac", "#7c5cd6", "#e8590c", "#b08900", "#d63939", "#5c940d",
)  # fmt: skip
"""By the place of the kind; ``relations.css`` has the same for the legend."""
PERSON, FIRM, OUT_OF_SIGHT = "#9775fa", "#8a97ab", "#ced4da"


def weighed(tie: Tie) -> str:
    """A share in %, an amount in 万元; "" where there is none."""
    if tie.link.weight is None:
        return ""
    return f"{wan(tie.link.weight)} {_now('万元')}" if tie.is_money else percent(tie.link.weight)


def _word(tie: Tie) -> str:
    """What it is among its kind; "" where the kind says it all."""
    return "" if tie.link.word == tie.title else tie.link.word


def _customer(side: str) -> Callable[[Tie], str]:
    return lambda tie: reverse("desk:customer", args=[getattr(tie, side).pk])


TIES = Table(
    name="ties",
    title=_("关系明细"),
    default_sort="",
    empty=_("没有符合条件的关系。"),
    hint=_("股东、任职、实际控制人、亲属在登记信息里维护，对外担保在档案里维护。"),
    columns=(
        Column("source__name", _("甲方"), sort="source__name", link=_customer("source")),
        Column("title", _("关系"), sort="title", template="desk/relations/kind_cell.html"),
        Column("target__name", _("乙方"), sort="target__name", link=_customer("target")),
        Column("word", _("说明"), value=_word, on_phone=False),
        Column("weight", _("比例或金额"), value=weighed),
        Column("link__origin", _("来源"), sort="link__origin", on_phone=False),
        Column("link__since", _("起始日期"), Kind.DATE, sort="link__since", on_phone=False),
        Column("link__until", _("终止日期"), Kind.DATE, sort="link__until", on_phone=False),
        Column("link__known_on", _("登记日期"), Kind.DATE, sort="link__known_on", on_phone=False),
    ),
)


def _found(request: StaffRequest, pk: int) -> Any:
    """The customer whom the actor sees, its standing record."""
    party: Any = customers.customer(request.actor, pk)
    if party is None:
        raise Http404
    if party.canonical_id is not None:
        party = customers.customer(request.actor, party.canonical_id)
        if party is None:
            raise Http404
    return party


@face(may=SIGNED_IN, shows=("party",))
@require_GET
def relation_map(request: StaffRequest, pk: int) -> HttpResponseBase:
    """The map around a customer, its rows as a table, and the way to another customer."""
    party = _found(request, pk)
    form = RelationFilter(request.actor, request.GET, last=customers.last_day(party))
    found = queries.relation_map(request.actor, party, form.wanted())
    context = {
        "party": party,
        "map": found,
        "form": form,
        "chosen": form.wanted().kinds,
        "kinds": kind_marks(),
        "chart": map_chart(found, leads_to="card"),
    }
    return respond(request, TIES.listing(found.ties, request.GET), "desk/relations/map.html", context)


MOST_AFFILIATES = 50
"""Of a large group; the others are a click away."""


def relations_panel(request: StaffRequest, party: Any) -> dict[str, Any]:
    """What the panel 关系 of a customer's page needs."""
    found = queries.relations_of(request.actor, party, as_of=customers.last_day(party))
    near, affiliates = found.near, found.group.shown
    is_cut = len(affiliates) > MOST_AFFILIATES and "all" not in request.GET
    return {
        "relations": found,
        "affiliates": affiliates[:MOST_AFFILIATES] if is_cut else affiliates,
        "is_cut": is_cut,
        "near": map_chart(near) if near and len(near.nodes) > 1 else None,
        "kinds": kind_marks(),
    }


def guarantees_panel(actor: Actor, party: Any) -> dict[str, Any]:
    """What the panel 担保 needs: guarantees for the customer, and what it answers for itself."""
    as_of = customers.last_day(party)
    rows = queries.guarantees_for(actor, party)
    return {
        "guarantees": rows,
        "guarantee_totals": queries.totals_in_force(rows),
        "answering": queries.answering(actor, party, as_of=as_of),
    }


def kind_marks() -> list[tuple[str, Any, int]]:
    """Every kind with its title and the number of its colour."""
    return [(form.kind, form.title, place) for place, form in enumerate(link_forms())]


def map_chart(found: RelationMap, *, leads_to: str = "") -> Chart:
    """The map drawn. A click leads to the customer, or loads its card beside the map."""
    colours = {kind: LINK_COLOURS[place % len(LINK_COLOURS)] for kind, _title, place in kind_marks()}
    dots = [_dot(one, leads_to) for one in found.nodes]
    lines = [
        Line(
            str(tie.source.pk),
            str(tie.target.pk),
            f"{tie.title} {weighed(tie)}".strip(),
            colours[tie.link.kind],
            is_directed=tie.is_directed,
            is_marked=tie.is_on_way,
        )
        for tie in found.ties
    ]
    if found.hidden:
        name = _now("%s 个无权查看的主体") % found.hidden
        dots.append(Dot("hidden", name, found.hidden_place, colour=OUT_OF_SIGHT))
        lines += [
            Line(str(pk), "hidden", "", colours[kind], is_directed=False) for pk, kind in found.hidden_at
        ]
    return charts.network(dots, lines, label=_now("客户"))


def _dot(node: Node, leads_to: str) -> Dot:
    party: Any = node.party
    is_person = party.kind in NATURAL_PERSONS
    wans = float(node.balance or 0) / 10_000
    return Dot(
        id=str(party.pk),
        name=party.name,
        place=node.place,
        # By what stands guaranteed: so names of those that matter are kept where there is no room for all.
        size=26 if node.steps == 0 else 11 + min(14.0, math.sqrt(wans) / 2),
        colour=PERSON if is_person else CLASS_COLOURS.get(party.risk_class, FIRM),
        symbol="circle" if is_person else "roundRect",
        url="" if leads_to else reverse("desk:customer", args=[party.pk]),
        part=reverse("desk:relation_card", args=[party.pk]) if leads_to else "",
        is_marked=node.is_on_way or node.steps == 0,
    )


@face(may=SIGNED_IN, shows=("party",))
@require_GET
def card(request: StaffRequest, pk: int) -> HttpResponse:
    """A customer beside the map: class, balance, what hangs on it, and where to go from here."""
    return render(request, "desk/relations/card.html", _sketch(request, pk))


@face(may=SIGNED_IN, shows=("party",))
@require_GET
def badges(request: StaffRequest, pk: int) -> HttpResponse:
    """The signs at the head of a customer's page: class, 在保余额, group."""
    return render(request, "desk/relations/badges.html", _sketch(request, pk))


def _sketch(request: StaffRequest, pk: int) -> dict[str, Any]:
    """A customer in a few words: class, balance, and what hangs on it."""
    party = _found(request, pk)
    return {
        "party": party,
        "group": queries.group_of(request.actor, party, as_of=customers.last_day(party)),
        "shown": queries.shown_parties(request.actor, [party.pk])[party.pk],
        "is_person": party.kind in NATURAL_PERSONS,
    }


FALLEN = Table(
    name="fallen",
    title=_("会一起倒下的客户"),
    default_sort="round",
    empty=_("没有客户会受影响。"),
    columns=(
        Column("party__name", _("客户"), sort="party__name", link=lambda one: reverse("desk:customer", args=[one.party.pk])),
        Column("round", _("第几轮"), Kind.NUMBER, sort="round"),
        Column("called", _("被追偿"), Kind.WAN, sort="called"),
        Column("means", _("净资产"), Kind.WAN, sort="means", on_phone=False),
        Column("balance", _("在保余额"), Kind.WAN, sort="balance"),
        Column("reasons", _("受谁牵连"), on_phone=False),
    ),
)  # fmt: skip


@face(may=SIGNED_IN, shows=("party",))
@require_GET
def fall(request: StaffRequest, pk: int) -> HttpResponseBase:
    """Who falls if this customer falls, under the assumptions of the form."""
    party = _found(request, pk)
    form = FallForm(request.GET)
    wanted = form.wanted(as_of=customers.last_day(party))
    found = fall_of(request.actor, party, wanted)
    context = {
        "party": party,
        "form": form,
        "wanted": wanted,
        "fall": found,
        "chart": _fall_chart(request, party, found),
    }
    return respond(request, FALLEN.listing(found.rows, request.GET), "desk/relations/fall.html", context)


ROUND_COLOURS = ("#d63939", "#e8590c", "#f59f00", "#fab005")


def _fall_chart(request: StaffRequest, party: Any, found: Fall) -> Chart:
    """The guarantors on the map; those who fall are coloured by their round."""
    drawn = queries.guarantors_drawn(request.actor, party, found.links)
    rounds = {one.party.pk: one.round for one in found.rows}
    dots = [
        Dot(
            id=str(one.pk),
            name=f"{one.name}（{rounds[one.pk]}）" if rounds.get(one.pk) else one.name,
            place=place,
            size=26 if one.pk == party.pk else 16,
            colour=ROUND_COLOURS[min(rounds[one.pk], 3)] if one.pk in rounds else FIRM,
            symbol="roundRect",
            url=reverse("desk:customer", args=[one.pk]),
            is_marked=one.pk == party.pk,
        )
        for one, place in drawn.places
    ]
    lines = [
        Line(str(one.source), str(one.target), f"{wan(one.weight)} {_now('万元')}", charts.GREY)
        for one in drawn.links
    ]
    return charts.network(dots, lines, label=_now("客户")) if lines else Chart({}, (), ())


def _map_link(row: Gathered, kinds: tuple[str, ...]) -> str:
    query = urlencode([("kinds", kind) for kind in kinds] + [("steps", "3")])
    return f"{reverse('desk:relation_map', args=[row.seen[0]])}?{query}"


def names(row: Gathered) -> str:
    """The members as one line; those out of sight as a number."""
    told = "、".join(one.name for one in row.members)
    if len(row.seen) > len(row.members):
        told = _now("%(names)s等 %(count)s 户") % {"names": told, "count": len(row.seen)}
    return f"{told}、{_now('%s 个无权查看的主体') % row.hidden}" if row.hidden else told


DRAWN_BY = {
    Gathering.CIRCLES: ("guarantee",),
    Gathering.CHAINS: ("guarantee",),
    Gathering.HUBS: ("guarantee",),
    Gathering.GROUPS: ("share", "control", "spouse"),
}


def _table(kind: Gathering) -> Table:
    columns = [
        Column("first", _("查看图谱"), value=lambda row: row.members[0].name, link=lambda row: _map_link(row, DRAWN_BY[kind])),
        Column("names", _("成员"), value=names, template="desk/relations/members_cell.html"),
        Column("size", _("户数"), Kind.NUMBER, sort="size"),
        Column("guaranteed", _("相互担保余额"), Kind.WAN, sort="guaranteed"),
        Column("balance", _("在保余额"), Kind.WAN, sort="balance"),
    ]  # fmt: skip
    if kind is Gathering.GROUPS:
        del columns[3]
    return Table(
        name="gatherings",
        title=kind.label,
        default_sort="-balance",
        empty=_("没有找到。"),
        hint=_("担保关系来自客户档案里的对外担保清单，集团来自股东和实际控制人。"),
        columns=tuple(columns),
    )


TABLES = {kind: _table(kind) for kind in Gathering}


@face(may=SIGNED_IN, shows=("party",))
@require_GET
def gathering_list(request: StaffRequest, kind: str = Gathering.CIRCLES) -> HttpResponseBase:
    """Circles, chains, hubs or groups of the whole book, as far as the actor sees it."""
    filters = GatheringFilter(request.GET)
    filters.is_valid()
    said = filters.cleaned_data
    today = timezone.localdate()
    last = today if request.actor.period is None else min(today, request.actor.period[1])
    which = Gathering(kind)
    found = gatherings(
        request.actor, which, as_of=day_looked_at(said.get("day"), actor=request.actor, last=last)
    )
    rows = [row for row in found.rows if row.size >= (said.get("size") or 2)]
    if text := said.get("q", "").strip():
        rows = called(request.actor, rows, text)
    listing = TABLES[which].listing(rows, request.GET, filters)
    named(request.actor, rows if "export" in request.GET else list(listing.page_rows))
    context = {
        "which": which,
        "kinds": list(Gathering),
        "is_complete": found.is_complete,
    }
    return respond(request, listing, "desk/relations/gatherings.html", context)
