"""Lists, who stands on them, and the queue of customers who may."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.db.models import Value
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vouch.customers import actions, permissions
from vouch.customers.actions.list_reading import ListFault
from vouch.customers.forms.consent import ReasonForm
from vouch.customers.forms.watching import EntryFilter, EntryForm, HitFilter, ListForm, VersionForm
from vouch.customers.queries import WatchHit, WatchList
from vouch.customers.queries import watching as queries
from vouch.customers.terms import LIST_MEANING, Certainty, HitState
from vouch.customers.views.files import content_of
from vouch.customers.views.sources import FAULTS, customer_or_404, form_page
from vouch.platform.exchange.bytestream import Unreadable
from vouch.platform.identity.request import StaffRequest
from vouch.platform.ledger.queries import history_of
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.faces import face
from vouch.platform.web.tables import Table, respond

HITS = Table(
    name="hits",
    title=_("名单命中"),
    default_sort="-found_at",
    empty=_("没有符合条件的命中。"),
    hint=_("建档、变更标识、登记任职和名单更新时自动筛查。"),
    columns=(
        Column("number", _("编号"), Kind.CODE, sort="pk", link=lambda one: one.get_absolute_url()),
        Column("party__name", _("客户"), sort="party__name", link=lambda one: one.party.get_absolute_url()),
        Column("list", _("名单"), sort="entry__list__name", value=lambda one: one.entry.list.name),
        Column(
            "certainty",
            _("匹配"),
            sort="certainty",
            value=lambda one: Certainty(one.certainty).label,
            template="customers/certainty_cell.html",
        ),
        Column("matched", _("依据"), sort="matched", on_phone=False),
        Column("via", _("关联方"), value=queries.named, on_phone=False),
        Column("tie", _("关联关系"), value=lambda one: one.get_tie_display(), on_phone=False),
        Column("share", _("沿路径持股"), Kind.RATE, on_phone=False),
        Column(
            "state",
            _("状态"),
            sort="state",
            value=lambda one: HitState(one.state).label,
            template="customers/hit_state_cell.html",
        ),
        Column("found_at", _("发现时间"), Kind.MOMENT, sort="found_at", on_phone=False),
    ),
)

ENTRIES = Table(
    name="entries",
    title=_("名单条目"),
    default_sort="name",
    empty=_("没有符合条件的条目。"),
    columns=(
        Column("name", _("名称"), sort="name"),
        Column("code", _("统一社会信用代码"), Kind.CODE, sort="code"),
        Column(
            "document",
            _("证件号码"),
            value=lambda one: str(_("有（加密索引）")) if one.document_index else "",
            on_phone=False,
        ),
        Column("reason", _("列入原因"), sort="reason", on_phone=False),
        Column("from_on", _("列入日期"), Kind.DATE, sort="from_on"),
        Column("until_on", _("截止日期"), Kind.DATE, sort="until_on", on_phone=False),
        Column("source", _("依据"), sort="source", on_phone=False),
        Column("ended_at", _("移出时间"), Kind.MOMENT, sort="ended_at", on_phone=False),
        Column("hand", _("操作"), template="customers/entry_hand_cell.html"),
    ),
)


@face(may=permissions.may_open_lists, shows=("watch_hit",))
@require_GET
def watch_hits(request: StaffRequest) -> HttpResponseBase:
    """Every hit of the customers that the actor sees; those that wait come first unless asked otherwise."""
    params = request.GET.copy()
    if not request.GET:
        params["state"] = HitState.OPEN
    filters = HitFilter(params)
    rows = queries.hits_where(request.actor, filters.wanted())
    counts = queries.counts_by_state(request.actor)
    context = {
        "tab": "hits",
        "tiles": [(HitState(name).label, counts[name], name) for name in HitState.values],
    }
    return respond(request, HITS.listing(rows, params, filters), "customers/watch_hits.html", context)


@face(may=permissions.may_open_file, shows=("party",))
@require_GET
def hits_of(request: StaffRequest, pk: int) -> HttpResponse:
    """One customer's hits, past ones too."""
    party = customer_or_404(request, pk)
    hits = [(one, queries.named(one)) for one in queries.hits_of(request.actor, party.pk)]
    may_open = permissions.may_open_lists(request.actor)
    context = {"party": party, "on": "lists", "hits": hits, "may_open": may_open}
    return render(request, "customers/hits_of.html", context)


@face(may=permissions.may_open_lists, shows=("watch_hit",))
@require_GET
def watch_hit(request: StaffRequest, pk: int) -> HttpResponse:
    """One hit: the customer and the entry side by side, and what was decided."""
    return _page(request, _hit(request, pk), ReasonForm())


@face(may=permissions.may_open_decisions_on_hits, shows=("watch_hit",))
@require_POST
def decide_hit(request: StaffRequest, pk: int) -> HttpResponse:
    """Confirm or dismiss, with the reason."""
    one, form = _hit(request, pk), ReasonForm(request.POST)
    decide = {"confirm": actions.confirm_hit, "dismiss": actions.dismiss_hit}.get(request.POST.get("do", ""))
    if not form.is_valid() or decide is None:
        return _page(request, one, form, status=422)
    try:
        decide(actor=request.actor, at=timezone.now(), hit=one, reason=form.cleaned_data["reason"])
    except actions.NotNow as error:
        messages.error(request, str(error))
        return redirect(one)
    messages.success(request, _now("处理意见已登记。"))
    return redirect("customers:watch_hits")


def _hit(request: StaffRequest, pk: int) -> WatchHit:
    found = queries.hit_of(request.actor, pk)
    if found is None:
        raise Http404
    return found


def _page(request: StaffRequest, one: WatchHit, form: ReasonForm, *, status: int = 200) -> HttpResponse:
    context = {
        "tab": "hits",
        "one": one,
        "via": queries.named(one),
        "way": queries.way_of(one, request.actor),
        "party": one.party,
        "codes": queries.codes_of(one.party),
        "meaning": LIST_MEANING[one.entry.list.kind],
        "decisions": queries.decisions_of(one),
        "entries": history_of("watch_hit", one.pk),
        "form": form,
        "may_decide": one.ended_at is None and permissions.may_decide_hit(request.actor, one),
    }
    return render(request, "customers/watch_hit.html", context, status=status)


@face(may=permissions.may_open_lists)
@require_GET
def watch_lists(request: StaffRequest) -> HttpResponse:
    """Every list: how many stand on it, and of which day it is."""
    lists = queries.watch_lists(timezone.localdate()).order_by("kind", "name")
    may_keep = permissions.may_keep_lists(request.actor)
    return render(
        request, "customers/watch_lists.html", {"tab": "lists", "lists": lists, "may_keep": may_keep}
    )


@face(may=permissions.may_open_lists, shows=("watch_list",))
@require_GET
def watch_list(request: StaffRequest, pk: int) -> HttpResponseBase:
    """One list: who stands on it, its versions."""
    one = get_object_or_404(queries.watch_lists(timezone.localdate()), pk=pk)
    filters = EntryFilter(request.GET)
    rows = queries.entries_where(one.pk, filters.wanted(), day=timezone.localdate())
    may_keep = permissions.may_keep_lists(request.actor)
    for_own = one.is_own and may_keep
    context = {"tab": "lists", "one": one, "meaning": LIST_MEANING[one.kind], "may_keep": may_keep}
    rows = rows.annotate(may_end=Value(for_own))
    return respond(request, ENTRIES.listing(rows, request.GET, filters), "customers/watch_list.html", context)


@face(may=permissions.may_keep_lists)
@require_http_methods(["GET", "POST"])
def new_list(request: StaffRequest) -> HttpResponse:
    """Begin a list."""
    form = ListForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.open_list(actor=request.actor, at=timezone.now(), **form.cleaned_data)
        except actions.NotNow as error:
            form.add_error("name", str(error))
        else:
            return redirect(made)
    back = reverse("customers:watch_lists")
    return form_page(request, form, title=_now("建立名单"), back=back, back_name=_now("名单"))


@face(may=permissions.may_keep_lists, shows=("watch_list",))
@require_http_methods(["GET", "POST"])
def new_entry(request: StaffRequest, pk: int) -> HttpResponse:
    """Put somebody on the institution's own list."""
    one, form = _list(pk), EntryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_to_list(
                actor=request.actor, at=timezone.now(), watch_list=one, details=form.details()
            )
        except actions.NotNow as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _now("已列入名单，正在比对全部客户。"))
            return redirect(one)
    return form_page(request, form, title=_now("列入名单"), back=one.get_absolute_url(), back_name=one.name)


@face(may=permissions.may_keep_lists, shows=("watch_entry",))
@require_http_methods(["GET", "POST"])
def end_entry(request: StaffRequest, pk: int) -> HttpResponse:
    """Take somebody off the institution's own list."""
    entry = queries.entry_of(pk)
    if entry is None:
        raise Http404
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            actions.take_off_list(actor=request.actor, at=timezone.now(), watch_entry=entry, reason=reason)
        except actions.NotNow as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _now("已移出名单。"))
            return redirect(entry.list)
    title = _now("移出名单：%(name)s") % {"name": entry.name}
    back = entry.list.get_absolute_url()
    return form_page(request, form, title=title, back=back, back_name=entry.list.name, button=_now("移出"))


@face(may=permissions.may_keep_lists, shows=("watch_list",))
@require_http_methods(["GET", "POST"])
def new_version(request: StaffRequest, pk: int) -> HttpResponse:
    """Take in a list as it was published on a day."""
    one = _list(pk)
    faults: Sequence[ListFault] = ()
    form = VersionForm(request.POST or None, request.FILES or None, initial={"as_of": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        content = content_of(form.cleaned_data["file"]) or b""
        try:
            made = actions.take_version(
                actor=request.actor, at=timezone.now(), watch_list=one, file=form.taken(content)
            )
        except (*FAULTS, Unreadable) as error:
            faults = getattr(error, "faults", ())
            form.add_error("file", str(error))
        else:
            figures = {"added": made.added, "ended": made.ended, "unchanged": made.unchanged}
            message = _now("已导入：新增 %(added)d，移出 %(ended)d，不变 %(unchanged)d；正在比对全部客户。")
            messages.success(request, message % figures)
            return redirect(one)
    return form_page(
        request,
        form,
        title=_now("导入新版本"),
        back=one.get_absolute_url(),
        back_name=one.name,
        button=_now("导入"),
        faults=faults,
    )


def _list(pk: int) -> WatchList:
    found = queries.list_of(pk)
    if found is None:
        raise Http404
    return found
