"""Forms for natural persons, and for how any party is reached."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from vouch.parties import actions, permissions, queries
from vouch.parties.forms import (
    AccountForm,
    ContactForm,
    EndForm,
    HouseholdChangeForm,
    HouseholdForm,
    PaperForm,
    PersonCorrectionForm,
    PersonRegistrationForm,
    PhoneForm,
    edge_lines,
)
from vouch.parties.terms import NATURAL_PERSONS, PROTECTED, DocumentKind, RecordSource
from vouch.parties.views.edges import correctable, panel_of
from vouch.parties.views.page import form_page, visible_party
from vouch.platform.identity.actions.repeats import Answer
from vouch.platform.identity.drafts import Drafts
from vouch.platform.identity.repeats import submit_once
from vouch.platform.identity.request import StaffRequest
from vouch.platform.vault.masks import HIDDEN, masked
from vouch.platform.web.faces import face


@face(may=permissions.may_open_registration, refusal=gettext_lazy("您的岗位不能新建客户。"))
@require_http_methods(["GET", "POST"])
def new_person(request: StaffRequest) -> HttpResponse:
    """Register a natural person by hand, with relatives (新建个人)."""
    return _new(request, title=_("新建个人客户"), words=("kin",))


@face(may=permissions.may_open_registration, refusal=gettext_lazy("您的岗位不能新建客户。"))
@require_http_methods(["GET", "POST"])
def new_farmer(request: StaffRequest) -> HttpResponse:
    """Register a farmer: a person, the household, and what it raises (新建农户)."""
    return _new(request, title=_("新建农户"), words=("farm_holding", "kin"), is_farmer=True)


def _new(
    request: StaffRequest, *, title: str, words: tuple[str, ...], is_farmer: bool = False
) -> HttpResponse:
    draft = Drafts(request, form="parties.farmer" if is_farmer else "parties.person", title=title)
    if draft.is_wanted:
        return draft.keep()
    today, data = timezone.localdate(), request.POST or None
    initial = {"document_kind": DocumentKind.RESIDENT, **draft.initial()}
    form = PersonRegistrationForm(request.actor, data, today=today, initial=initial)
    home = HouseholdForm(data, today=today, initial=initial) if is_farmer else None
    lines = {word: edge_lines(word, data, today=today, initial=draft.lines(word), blank=1) for word in words}
    fault, parts = "", [form, *([home] if home else []), *lines.values()]
    if request.method == "POST" and all([part.is_valid() for part in parts]):  # noqa: C419 - each says its faults
        edges = [line for one in lines.values() for line in one.lines(RecordSource.CUSTOMER)]
        household = home.household() if home else None
        try:
            done = submit_once(request, lambda: _registered(request, form, household, edges))
        except actions.AlreadyEnrolled as error:
            form.add_error("document_number", _known_to(request, error))
        except ValueError as error:
            fault = str(error)
        else:
            draft.done()
            messages.success(request, _("已新建客户 %(number)s。") % done.body)
            for remark in form.document.remarks if form.document else ():
                messages.warning(request, remark)
            return redirect(panel_of(done.body["id"]))
    context = {"form": form, "home": home, "lines": lines, "fault": fault, "draft": draft, "title": title}
    status = 422 if request.method == "POST" else 200
    return render(request, "parties/new_person.html", context, status=status)


def _registered(
    request: StaffRequest,
    form: PersonRegistrationForm,
    household: actions.Household | None,
    edges: Sequence[actions.EdgeLine],
) -> Answer:
    party = actions.register_with_edges(
        actor=request.actor,
        at=timezone.now(),
        unit=form.cleaned_data["unit"],
        registration=replace(form.registration(), household=household),
        edges=edges,
    )
    return Answer(302, {"id": party.pk, "number": party.number})


@face(may=permissions.may_open_registration, shows=("party",))
@require_http_methods(["GET", "POST"])
def household(request: StaffRequest, pk: int) -> HttpResponse:
    """Note a farmer's household as it is now; a person becomes a farmer by it (登记农户信息)."""
    party = correctable(request, pk)
    if party.kind not in NATURAL_PERSONS:
        raise Http404
    farmer = getattr(party, "farmer", None)
    initial = {name: getattr(farmer, name) for name in ("household_size", "farming_since")} if farmer else {}
    form = HouseholdChangeForm(request.POST or None, today=timezone.localdate(), initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.change_household(
            actor=request.actor,
            at=timezone.now(),
            party=party,
            household=form.household(),
            change=form.change(),
        )
        messages.success(request, _("农户信息已保存，原来的内容留在历史里。"))
        return redirect(panel_of(pk))
    return form_page(request, form, title=_("登记农户信息"), button=_("保存"), party=party)


def _known_to(request: StaffRequest, error: actions.AlreadyEnrolled) -> str:
    """Whoever may see the person gets the way to them; whoever may not learns no more than that there is one."""
    known = queries.visible_to(request.actor).filter(pk=error.party_id).first()
    if known is not None:
        message = _("该证件号码已经建档：{number}，请直接使用。")
        link = format_html('<a href="{}">{}</a>', panel_of(known.pk), known.number)
        return format_html(message, number=link)
    actions.note_repetition(actor=request.actor, at=timezone.now(), party_id=error.party_id)
    return _("该证件号码已经建档，但不在您的数据范围内。如需办理业务，请联系部门负责人调整管户。")


@face(may=permissions.may_open_registration, shows=("party",))
@require_http_methods(["GET", "POST"])
def correct_person(request: StaffRequest, pk: int) -> HttpResponse:
    """Give a person other particulars, with the reason; ``?from_entry=`` offers the old values of one entry (更正)."""
    party = visible_party(request, pk)
    if party.kind not in NATURAL_PERSONS:
        raise Http404
    if not permissions.may_correct(request.actor, party):
        raise PermissionDenied(_("您不能更正该客户的资料。"))
    entry_id = _entry_id(request)
    old = _old_values(request, party, entry_id) if entry_id else {}
    sheet = queries.sheet_of(party, request.actor)
    form = PersonCorrectionForm(party, sheet, request.POST or None, today=timezone.localdate(), old=old)
    if request.method == "POST" and form.is_valid():
        restored = form.restored()
        restore = actions.Restoration(entry_id, restored) if entry_id and restored else None
        try:
            actions.correct_person(
                actor=request.actor,
                at=timezone.now(),
                party=party,
                changes=form.changes(),
                reason=form.cleaned_data["reason"],
                restore=restore,
            )
        except actions.AlreadyEnrolled as error:
            form.add_error("document_number", _known_to(request, error))
        else:
            messages.success(request, _("资料已更正。"))
            return redirect(panel_of(party.pk))
    return form_page(
        request,
        form,
        title=_("更正个人资料"),
        button=_("保存"),
        party=party,
        template="parties/person_form.html",
    )


def _entry_id(request: StaffRequest) -> UUID | None:
    text = request.GET.get("from_entry", "")
    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise Http404 from error


def _old_values(request: StaffRequest, party: Any, entry_id: UUID) -> dict[str, str]:
    """Old values that an entry holds, as choices: masked, because taking one back does not need reading it."""
    titles = {
        "name": _("姓名"),
        "sex": _("性别"),
        "marital_status": _("婚姻状况"),
        "document_kind": _("证件类型"),
        **{name: str(spec.title) for name, spec in PROTECTED.items()},
    }
    found = {}
    for name, value in actions.restorable(party, entry_id).items():
        spec = PROTECTED.get(name)
        shown = value
        if spec is not None and value:
            shown = masked(value, kind=spec.mask) if spec.mask else HIDDEN
        found[name] = f"{titles[name]}：{shown or '—'}"
    return found


ADDING: dict[str, tuple[Any, Any, Callable[..., Any]]] = {
    "phone": (PhoneForm, gettext_lazy("登记电话"), actions.add_phone),
    "account": (AccountForm, gettext_lazy("登记银行账户"), actions.add_account),
    "contact": (ContactForm, gettext_lazy("登记联系人"), actions.add_contact),
}
ENDING: dict[str, tuple[Any, Callable[..., Any]]] = {
    "phone": (gettext_lazy("停用电话"), actions.end_phone),
    "account": (gettext_lazy("停用银行账户"), actions.end_account),
    "contact": (gettext_lazy("停用联系人"), actions.end_contact),
}


@face(may=permissions.may_open_registration, shows=("party",))
@require_http_methods(["GET", "POST"])
def add_line(request: StaffRequest, pk: int, kind: str) -> HttpResponse:
    """Note a telephone, an account or a contact (登记电话、账户、联系人)."""
    party = correctable(request, pk)
    form_class, title, add = ADDING[kind]
    form = form_class(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            add(actor=request.actor, at=timezone.now(), party=party, line=form.line())
        except actions.Repeated as error:
            form.add_error("number", str(error))
        else:
            messages.success(request, _("已登记。"))
            return redirect(panel_of(party.pk))
    return form_page(request, form, title=str(title), button=_("登记"), party=party)


@face(may=permissions.may_open_registration, shows=("party",))
@require_http_methods(["GET", "POST"])
def end_line(request: StaffRequest, pk: int, kind: str, row: int) -> HttpResponse:
    """Say that a telephone, an account, a contact or a post is no longer one (停用)."""
    party = correctable(request, pk)
    title, end = ENDING[kind]
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            end(
                actor=request.actor,
                at=timezone.now(),
                party=party,
                pk=row,
                reason=form.cleaned_data["reason"],
            )
        except ObjectDoesNotExist as error:
            raise Http404 from error
        messages.success(request, _("已停用，历史仍保留。"))
        return redirect(panel_of(party.pk))
    return form_page(request, form, title=str(title), button=_("停用"), party=party)


@face(may=permissions.may_open_registration, shows=("party",))
@require_http_methods(["GET", "POST"])
def add_paper(request: StaffRequest, pk: int) -> HttpResponse:
    """Keep an image of a document, encrypted (上传证件影像)."""
    party = correctable(request, pk)
    form = PaperForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        actions.store_paper(
            actor=request.actor,
            at=timezone.now(),
            party=party,
            kind=form.cleaned_data["kind"],
            media_type=form.media_type,
            pieces=form.cleaned_data["file"].chunks(),
        )
        messages.success(request, _("影像已加密保存。"))
        return redirect(panel_of(party.pk))
    return form_page(request, form, title=_("上传证件影像"), button=_("上传"), party=party)
