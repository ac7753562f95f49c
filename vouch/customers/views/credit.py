"""Credit reports: taken in and opened under the gate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from vouch.customers import actions, permissions, queries
from vouch.customers.actions.files import PDF
from vouch.customers.forms.consent import PurposeForm, ReportForm
from vouch.customers.queries import credit, credit_page
from vouch.customers.terms import Purpose
from vouch.customers.views.consent import WIDE
from vouch.customers.views.files import content_of, sent
from vouch.platform.identity.request import StaffRequest
from vouch.platform.vault.terms import VaultError
from vouch.platform.web.faces import face


@face(may=permissions.may_open_credit, shows=("party",), classes=("credit",))
@require_http_methods(["GET", "POST"])
def new_report(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a credit report in."""
    party = queries.customer_of(request.actor, pk)
    if party is None:
        raise Http404
    now = timezone.now()
    form = ReportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            kept = actions.store_report(
                actor=request.actor,
                at=now,
                party=party,
                details=form.details(),
                content=content_of(form.cleaned_data["file"]) or b"",
            )
        except actions.NoAuthorisation as error:
            form.add_error("reason", str(error))
        except actions.WrongReport as error:
            form.add_error(error.field, str(error))
        except actions.WrongFile as error:
            form.add_error("file", str(error))
        else:
            is_read = kept.media_type != PDF
            messages.success(
                request, _("信用报告已读取并加密保存。") if is_read else _("信用报告已加密保存；PDF 不读取。")
            )
            return redirect("customers:consent_of", pk=party.pk)
    context = {"form": form, "party": party, "title": _("上传信用报告"), "button": _("上传"), "wide": WIDE}
    return render(request, "customers/form.html", context, status=422 if request.method == "POST" else 200)


@face(may=permissions.may_open_credit, shows=("credit_report",), classes=("credit",))
@require_POST
def open_report(request: StaffRequest, pk: int) -> HttpResponse:
    """The original for one look, for a purpose that is authorised at this moment; or why not."""
    return _looked(request, pk, lambda **look: sent(actions.open_report(**look)))


@face(may=permissions.may_open_credit, shows=("credit_report",), classes=("credit",))
@require_POST
def look_at_report(request: StaffRequest, pk: int) -> HttpResponse:
    """The report as a page, for one look, under the same gate."""

    def shown(**look: Any) -> HttpResponse:
        read = actions.look_at_report(**look)
        page = credit_page.page_of(read.content, read.figures, until=read.kept.queried_on)
        context = {
            "party": read.kept.party,
            "kept": read.kept,
            "page": page,
            "figures": read.figures,
            "purpose": Purpose(look["purpose"]).label,
            "note": look["note"],
            "looked_at": look["at"],
        }
        return render(request, "customers/credit_report.html", context)

    response = _looked(request, pk, shown)
    response["Cache-Control"] = "no-store, private"
    return response


def _looked(request: StaffRequest, pk: int, show: Callable[..., HttpResponse]) -> HttpResponse:
    """What ``show`` makes of a report that may be looked at; or the reason why it may not."""
    seen = credit.reports_visible_to(request.actor).select_related("party", "authorisation")
    report = get_object_or_404(seen, pk=pk)
    form = PurposeForm(request.POST)
    if not form.is_valid():
        told = form.errors.get("note")
        messages.error(request, str(told[0]) if told else _("请选择查阅用途。"))
        return redirect("customers:consent_of", pk=report.party_id)
    try:
        return show(actor=request.actor, at=timezone.now(), report=report, **form.cleaned_data)
    except actions.NoAuthorisation as error:
        context = {"party": report.party, "message": str(error), "authorisation": error.missing.authorisation}
        return render(request, "customers/refused.html", context, status=403)
    except (actions.NotNow, VaultError) as error:
        messages.error(request, str(error))
        return redirect("customers:consent_of", pk=report.party_id)
