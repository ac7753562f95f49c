"""Lines of a party: added several at once, ended one by one; licences with their scans."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from vouch.parties import actions, permissions
from vouch.parties.forms import EdgeEndForm, PaperForm, SourceForm, edge_lines
from vouch.parties.models import Party
from vouch.parties.terms import PaperKind
from vouch.parties.views.page import form_page, visible_party
from vouch.platform.identity.actions.repeats import Answer
from vouch.platform.identity.drafts import Drafts
from vouch.platform.identity.repeats import submit_once
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.faces import face

TITLES = {
    "shareholder": gettext_lazy("登记股东"),
    "post": gettext_lazy("登记任职"),
    "control": gettext_lazy("登记实际控制人"),
    "kin": gettext_lazy("登记亲属"),
    "licence": gettext_lazy("登记许可资质"),
    "tax_grade": gettext_lazy("登记纳税信用等级"),
    "farm_holding": gettext_lazy("登记经营规模"),
}
ENDED_TITLES = {
    "shareholder": gettext_lazy("终止股东"),
    "post": gettext_lazy("终止任职"),
    "control": gettext_lazy("终止实际控制人"),
    "kin": gettext_lazy("终止亲属关系"),
    "licence": gettext_lazy("终止许可资质"),
    "tax_grade": gettext_lazy("撤销纳税信用等级"),
    "farm_holding": gettext_lazy("终止经营规模"),
}


def correctable(request: StaffRequest, pk: int) -> Party:
    """The party where the actor sees it and may change it. Raises Http404, PermissionDenied."""
    party = visible_party(request, pk)
    if not permissions.may_correct(request.actor, party):
        raise PermissionDenied(_("您不能更正该客户的资料。"))
    return party


def panel_of(pk: int) -> str:
    """The panel of the customer's page that shows particulars."""
    return reverse("desk:customer_panel", args=[pk, "identity"])


@face(may=permissions.may_open_registration, shows=("party",))
@require_http_methods(["GET", "POST"])
def add_edges(request: StaffRequest, pk: int, edge: str) -> HttpResponse:
    """Note shareholders, posts and the like, typed or pasted (登记股东、任职……)."""
    party = correctable(request, pk)
    title = str(TITLES[edge])
    draft = Drafts(request, form=f"parties.{edge}", about=f"party:{pk}", title=f"{title} {party.number}")
    if draft.is_wanted:
        return draft.keep()
    today = timezone.localdate()
    lines = edge_lines(edge, request.POST or None, today=today, initial=draft.lines(edge))
    form = SourceForm(request.POST or None, initial=draft.initial())
    fault = ""
    if request.method == "POST" and lines.is_valid() and form.is_valid():
        written = lines.lines(form.cleaned_data["source"])
        try:
            if written:
                submit_once(request, lambda: _added(request, party, written))
        except ValueError as error:
            fault = str(error)
        else:
            draft.done()
            messages.success(request, _("已登记 %d 行。") % len(written))
            return redirect(panel_of(pk))
    context = {
        "party": party, "title": title, "lines": lines, "form": form, "fault": fault, "draft": draft, "edge": edge,
    }  # fmt: skip
    return render(request, "parties/edges.html", context, status=422 if request.method == "POST" else 200)


def _added(request: StaffRequest, party: Party, lines: Any) -> Answer:
    actions.add_edges(actor=request.actor, at=timezone.now(), party=party, lines=lines)
    return Answer(302, {"id": party.pk})


@face(may=permissions.may_open_registration, shows=("party",))
@require_http_methods(["GET", "POST"])
def end_edge(request: StaffRequest, pk: int, edge: str, row: int) -> HttpResponse:
    """Say that a line no longer holds, or never did; it stays in the history (终止)."""
    party = correctable(request, pk)
    form = EdgeEndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        end = actions.end_post if edge == "post" else actions.end_edge
        try:
            end(
                actor=request.actor,
                at=timezone.now(),
                party=party,
                edge=(edge, row),
                ending=form.ending(),
            )
        except ObjectDoesNotExist as error:
            raise Http404 from error
        except ValueError as error:
            form.add_error("ends_on", str(error))
        else:
            messages.success(request, _("已终止，历史仍保留。"))
            return redirect(panel_of(pk))
    return form_page(request, form, title=str(ENDED_TITLES[edge]), button=_("终止"), party=party)


@face(may=permissions.may_open_registration, shows=("party",))
@require_http_methods(["GET", "POST"])
def scan_licence(request: StaffRequest, pk: int, row: int) -> HttpResponse:
    """Keep the scan of a licence, encrypted (上传证照影像)."""
    party = correctable(request, pk)
    form = PaperForm(request.POST or None, request.FILES or None, initial={"kind": PaperKind.LICENCE})
    del form.fields["kind"]
    if request.method == "POST" and form.is_valid():
        try:
            actions.scan_licence(
                actor=request.actor,
                at=timezone.now(),
                party=party,
                pk=row,
                media_type=form.media_type,
                pieces=form.cleaned_data["file"].chunks(),
            )
        except ObjectDoesNotExist as error:
            raise Http404 from error
        messages.success(request, _("影像已加密保存。"))
        return redirect(panel_of(pk))
    return form_page(request, form, title=_("上传证照影像"), button=_("上传"), party=party)
