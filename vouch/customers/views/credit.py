"""Credit reports: taken in and opened under the gate."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from vouch.customers import actions, permissions, queries
from vouch.customers.forms.consent import PurposeForm, ReportForm
from vouch.customers.queries import credit
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
    initial = {"kind": party.kind, "queried_on": timezone.localdate(now)}
    form = ReportForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.store_report(
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
            messages.success(request, _("信用报告已加密保存。"))
            return redirect("customers:consent_of", pk=party.pk)
    context = {"form": form, "party": party, "title": _("上传信用报告"), "button": _("上传"), "wide": WIDE}
    return render(request, "customers/form.html", context, status=422 if request.method == "POST" else 200)


@face(may=permissions.may_open_credit, shows=("credit_report",), classes=("credit",))
@require_POST
def open_report(request: StaffRequest, pk: int) -> HttpResponse:
    """The report for one look, for a purpose that is authorised at this moment; or why not."""
    seen = credit.reports_visible_to(request.actor).select_related("party")
    report = get_object_or_404(seen, pk=pk)
    form = PurposeForm(request.POST)
    if not form.is_valid():
        told = form.errors.get("note")
        messages.error(request, str(told[0]) if told else _("请选择查阅用途。"))
        return redirect("customers:consent_of", pk=report.party_id)
    try:
        opened = actions.open_report(
            actor=request.actor,
            at=timezone.now(),
            report=report,
            purpose=form.cleaned_data["purpose"],
            note=form.cleaned_data["note"],
        )
    except actions.NoAuthorisation as error:
        context = {"party": report.party, "message": str(error), "authorisation": error.missing.authorisation}
        return render(request, "customers/refused.html", context, status=403)
    except (actions.NotNow, VaultError) as error:
        messages.error(request, str(error))
        return redirect("customers:consent_of", pk=report.party_id)
    return sent(opened)
