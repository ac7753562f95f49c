"""The staff: a list, and a page for each of them (组织与员工)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from vouch.platform.identity import permissions, queries
from vouch.platform.identity.actions import (
    Wish,
    WrongRights,
    request_change,
    suspend_account,
)
from vouch.platform.identity.forms import AppointForm, ReasonForm, RightsForm, StaffFilter, units_of_codes
from vouch.platform.identity.models import User
from vouch.platform.identity.request import StaffRequest
from vouch.platform.identity.terms import OFFICES, ChangeKind, FieldClass, Office, Role, Scope
from vouch.platform.ledger.subjects import former_values
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.faces import SIGNED_IN, face
from vouch.platform.web.tables import Table, respond

NO_ADMIN = gettext_lazy("只有系统管理员可以申请变更权限。")


def roles_in_words(user: User) -> str:
    """The roles in the order of the trade."""
    return "、".join(str(Role(role).label) for role in sorted(user.roles, key=Role.values.index))


def office_in_words(user: User) -> str:
    """The office that the roles belong to; a dash for none."""
    office = next((OFFICES[Role(role)] for role in user.roles), None)
    return str(Office(office).label) if office else ""


def state_of(user: User) -> str:
    """The account as people say it."""
    if user.closed_at:
        return _("已销户")
    return _("在用") if user.is_active else _("停用")


def _absence(user: Any) -> str:
    """Who stands in for this person today, and for whom they stand in."""
    notes = [_("由%(name)s代理") % {"name": one.delegate.name} for one in user.away]
    notes += [_("代%(name)s") % {"name": one.principal.name} for one in user.standing_in]
    return "，".join(notes)


_COLUMNS = (
    Column(
        "name",
        gettext_lazy("姓名"),
        sort="name",
        link=lambda user: reverse("identity:person", args=[user.pk]),
    ),
    Column("unit__name", gettext_lazy("所属机构"), sort="unit__code"),
    Column("roles", gettext_lazy("岗位"), value=roles_in_words),
    Column("office", gettext_lazy("部位"), value=office_in_words, on_phone=False),
    Column("absence", gettext_lazy("今日代理"), value=_absence, on_phone=False),
)
_WATCHED = (
    Column("username", gettext_lazy("用户名"), Kind.CODE, sort="username", on_phone=False),
    Column(
        "scope",
        gettext_lazy("数据范围"),
        sort="scope",
        value=lambda user: Scope(user.scope).label,
        on_phone=False,
    ),
    Column("state", gettext_lazy("账户"), value=state_of, template="identity/account_state.html"),
)
_SINCE = (Column("joined_at", gettext_lazy("开户时间"), Kind.DATE, sort="joined_at", on_phone=False,
    value=lambda user: timezone.localdate(user.joined_at)),)  # fmt: skip

STAFF = Table(
    name="staff",
    title=gettext_lazy("员工"),
    default_sort="unit__name",
    empty=gettext_lazy("没有符合条件的员工。"),
    columns=(*_COLUMNS, *_WATCHED, *_SINCE),
)
COLLEAGUES = Table(
    name="staff",
    title=gettext_lazy("员工"),
    default_sort="unit__name",
    empty=gettext_lazy("没有符合条件的员工。"),
    columns=_COLUMNS,
)


def _wanted(people: QuerySet[User], form: StaffFilter) -> QuerySet[User]:
    form.is_valid()
    wanted = form.cleaned_data
    if wanted.get("q"):
        people = people.filter(Q(name__icontains=wanted["q"]) | Q(username__icontains=wanted["q"]))
    if wanted.get("unit"):
        people = people.filter(unit=wanted["unit"])
    if wanted.get("role"):
        people = people.filter(roles__contains=[wanted["role"]])
    if wanted.get("state"):
        states = {
            "active": Q(is_active=True),
            "suspended": Q(is_active=False, closed_at=None),
            "closed": Q(closed_at__isnull=False),
        }
        people = people.filter(states[wanted["state"]])
    return people


@face(may=SIGNED_IN, shows=("user",))
@require_GET
def staff_list(request: StaffRequest) -> HttpResponseBase:
    """Everyone, for administration and supervision; for all others their colleagues in office."""
    watches = permissions.may_watch_rights(request.actor)
    filters = StaffFilter(request.GET)
    people = queries.staff() if watches else queries.active_staff()
    if not watches:
        del filters.fields["state"]
    rows = queries.with_absences(_wanted(people, filters), on=timezone.localdate())
    table = STAFF if watches else COLLEAGUES
    context = {"tab": "staff", "may_request": permissions.may_request_rights(request.actor)}
    return respond(request, table.listing(rows, request.GET, filters), "identity/staff.html", context)


@face(may=SIGNED_IN, shows=("user",))
@require_GET
def person(request: StaffRequest, pk: int) -> HttpResponse:
    """One member of staff: what they may, what they have in hand, who stands in, what changed."""
    user = get_object_or_404(queries.staff(), pk=pk)
    actor, now = request.actor, timezone.now()
    sees_rights = permissions.may_see_account(actor, user)
    leads = permissions.may_lead(actor, user)
    involved = queries.delegations().filter(Q(principal=user) | Q(delegate=user), ended_at=None)
    context = {
        "person": user,
        "roles": [(Role(role).label, _office(role)) for role in sorted(user.roles, key=Role.values.index)],
        "state": state_of(user),
        "scope": Scope(user.scope).label,
        "classes": [FieldClass(one).label for one in FieldClass.values if one in queries.classes_of(user)],
        "granted": [FieldClass(one).label for one in user.granted_classes],
        "withheld": [FieldClass(one).label for one in user.withheld_classes],
        "sees_rights": sees_rights,
        "held": queries.held_by(user.pk) if sees_rights or leads else [],
        "sees_held": sees_rights or leads,
        "may_hand_over": permissions.may_hand_over(actor, user),
        "may_request": permissions.may_request_about(actor, user) and not user.is_read_only,
        "may_suspend": permissions.may_suspend(actor, user) and user.is_active,
        "may_manage": permissions.may_manage_staff(actor),
        "is_self": actor.user_id == user.pk,
        "delegations": involved.filter(ends_on__gte=timezone.localdate(now))[:10],
        "changes": queries.changes(at=now).filter(person=user).order_by("-requested_at")[:10]
        if sees_rights
        else [],
        "waiting": queries.waiting_changes(at=now).filter(person=user).first() if sees_rights else None,
        "hand_overs": user.hand_overs.select_related("receiver").order_by("-at")[:5],
    }
    return render(request, "identity/person.html", context)


def _office(role: str) -> str:
    office = OFFICES[Role(role)]
    return str(office.label) if office else ""


@face(may=permissions.may_request_rights, refusal=NO_ADMIN)
@require_http_methods(["GET", "POST"])
def appoint(request: StaffRequest) -> HttpResponse:
    """Ask for an account for a newcomer (员工开户)."""
    form = AppointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        wish = Wish(
            kind=ChangeKind.APPOINT,
            reason=form.cleaned_data["reason"],
            rights=form.rights(),
            username=form.cleaned_data["username"],
            name=form.cleaned_data["name"],
        )
        answer = _ask(request, form, wish)
        if answer is not None:
            return answer
    return _form_page(request, form, title=_("申请员工开户"))


@face(may=permissions.may_request_rights, shows=("user",), refusal=NO_ADMIN)
@require_http_methods(["GET", "POST"])
def change_rights(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask for other rights, or that an account be opened again."""
    user = get_object_or_404(queries.staff(), pk=pk)
    form = RightsForm(request.POST or None, person=user)
    former = former_values(request, kind="user", pk=pk, read=units_of_codes)
    if former is not None and request.method == "GET":
        former.fill(form)
    if request.method == "POST" and form.is_valid():
        kind = ChangeKind.CHANGE if user.is_active else ChangeKind.REOPEN
        wish = Wish(kind=kind, reason=form.cleaned_data["reason"], person=user, rights=form.rights())
        answer = _ask(request, form, wish)
        if answer is not None:
            return answer
    title = _("申请调整权限") if user.is_active else _("申请恢复账户")
    return _form_page(request, form, title=title, person=user)


@face(may=permissions.may_request_rights, shows=("user",), refusal=NO_ADMIN)
@require_http_methods(["GET", "POST"])
def close_account(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask that an account be closed; what its owner has in hand must go over first."""
    user = get_object_or_404(queries.staff(), pk=pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        answer = _ask(
            request, form, Wish(kind=ChangeKind.CLOSE, reason=form.cleaned_data["reason"], person=user)
        )
        if answer is not None:
            return answer
    held = queries.held_by(user.pk)
    notice = _("批准前须先办理工作交接，名下还有：%(held)s。") % {
        "held": "、".join(f"{title} {count}" for title, count in held)
    }
    return _form_page(request, form, title=_("申请销户"), person=user, notice=notice if held else "")


@face(may=permissions.may_decide_rights, shows=("user",), refusal=gettext_lazy("您的岗位不能停用账户。"))
@require_http_methods(["GET", "POST"])
def suspend(request: StaffRequest, pk: int) -> HttpResponse:
    """Shut an account at once."""
    user = get_object_or_404(queries.staff(), pk=pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        suspend_account(actor=request.actor, at=timezone.now(), user=user, reason=form.cleaned_data["reason"])
        messages.success(request, _("%(name)s的账户已停用，登录已全部结束。") % {"name": user.name})
        return redirect("identity:person", pk=user.pk)
    notice = _("立即生效：此人的登录全部结束，密码作废。恢复须由两人办理。")
    return _form_page(request, form, title=_("停用账户"), person=user, notice=notice, button=_("立即停用"))


def _ask(request: StaffRequest, form: ReasonForm, wish: Wish) -> HttpResponse | None:
    """Put the request in the queue and go there; None where it makes no sense, with the reason on the form."""
    try:
        change = request_change(actor=request.actor, at=timezone.now(), wish=wish)
    except WrongRights as error:
        form.add_error(None, str(error))
        return None
    messages.success(request, _("申请已提交，等待另一人审批。"))
    return redirect(change)


def _form_page(
    request: StaffRequest,
    form: ReasonForm,
    *,
    title: str,
    person: User | None = None,
    notice: str = "",
    button: str = "",
) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "person": person,
        "notice": notice,
        "button": button or _("提交申请"),
    }
    return render(request, "identity/form.html", context, status=422 if request.method == "POST" else 200)
