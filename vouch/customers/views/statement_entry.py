"""How financial statements come in: one of four ways, a preview of what was read, then the same is saved; drafts between."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from vouch.customers import actions, permissions
from vouch.customers.forms.financial_years import WAYS, YearsForm, fill_years, read_years
from vouch.customers.forms.financials import StatementForm, seen_mark
from vouch.customers.queries import Material, Party
from vouch.customers.queries.financial_table import read_table
from vouch.customers.queries.financials import period_title, statement_in_force, statement_of
from vouch.customers.terms import MaterialKind, PeriodKind
from vouch.customers.views.financials import SECTION, Reading
from vouch.customers.views.sources import corrected, customer_or_404
from vouch.platform.exchange.bytestream import Unreadable
from vouch.platform.identity.actions.repeats import Answer, KeyTaken
from vouch.platform.identity.drafts import Drafts
from vouch.platform.identity.repeats import submit_once
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.faces import face

Sets = Sequence[actions.FinancialsDetails]


@face(may=permissions.may_add_materials, shows=("party",))
@require_http_methods(["GET", "POST"])
def new_financials(request: StaffRequest, pk: int) -> HttpResponse:
    """Hand statements in: a preview of what was read first, then the same is saved."""
    party = customer_or_404(request, pk)
    if not permissions.may_record_material(request.actor, party):
        raise PermissionDenied(_("您不能为该客户登记资料。"))
    title = _("录入财务报表 %(number)s") % {"number": party.number}
    draft = Drafts(request, form="customers.financials", about=f"party:{pk}", title=title)
    if draft.is_wanted:
        return _kept(request, draft)
    begun = draft.initial()
    # The address of a draft that was taken up names neither; the form that was sent does.
    form_of = WAYS.get(_told(request, begun, "way"), WAYS["upload"])
    replaces = corrected(
        request, party, asked=_told(request, begun, "replaces"), kind=MaterialKind.FINANCIALS
    )
    if request.method == "GET":
        form = form_of(initial={**_initial(request, replaces), **begun})
        return _entry(request, form, party, replaces, draft=draft)
    if request.POST.get("do") == "read" and form_of is YearsForm:
        return _filled(request, party, draft)
    form = form_of(request.POST, request.FILES)
    reading = None
    if form.is_valid():
        sets = form.sets(replaces=replaces)
        try:
            for details in sets:
                actions.check_financials(details)
            mark = seen_mark(sets)
            if request.POST.get("seen") == mark:
                done = _saved(request, party, form, sets)
                draft.done()
                return done
            reading = _reading(party, sets, mark)
        except (actions.WrongMaterial, actions.WrongFile, actions.NoAuthorisation, KeyTaken) as error:
            field = getattr(error, "field", "")
            form.add_error(field if field in form.fields else None, str(error))
    return _entry(request, form, party, replaces, draft=draft, **(reading or {}))


def _kept(request: StaffRequest, draft: Drafts) -> HttpResponse:
    """The draft is kept or thrown away; HTMX, which sends the form, is told where to go instead of being given the page."""
    kept = draft.keep()
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": kept["Location"]})
    return kept


def _filled(request: StaffRequest, party: Party, draft: Drafts) -> HttpResponse:
    """The years' columns filled from the table that was pasted; what stood in other fields stays."""
    data = request.POST.dict()
    told: list[str] = []
    wrong = ""
    try:
        pasted = read_years(data.get("table", ""))
    except Unreadable as error:
        wrong = str(error)
    else:
        data = fill_years(data, pasted)
        told = [_("已读入 %(count)d 个金额，请核对后预览。") % {"count": len(pasted.values)}, *pasted.told]
    form = YearsForm(initial=data)
    return _entry(request, form, party, None, draft=draft, told=told, wrong=wrong, is_whole=True)


def _told(request: StaffRequest, begun: dict[str, Any], name: str) -> str:
    """What the form, the draft or the address says, in this order."""
    return str(request.POST.get(name) or begun.get(name) or request.GET.get(name, ""))


def _initial(request: StaffRequest, replaces: Material | None) -> dict[str, Any]:
    """The header of the former one, so that a correction begins where it stood; else last year's."""
    former = statement_of(request.actor, replaces.pk) if replaces else None
    if replaces is None or former is None:
        return {"ends_on": f"{timezone.localdate().year - 1}-12"}
    own = next((one for one in former.periods.all() if not one.is_former), None)
    return {
        "basis": former.basis,
        "kind": own.kind if own else PeriodKind.YEAR,
        "months": own.months if own else 12,
        "ends_on": f"{replaces.as_of:%Y-%m}",
        "origin": replaces.origin,
    }


def _reading(party: Party, sets: Sets, mark: str) -> dict[str, Any]:
    """What the preview shows: everything read, everything not understood, and what it will take the place of."""
    columns = [
        (period_title(one.ends_on, one.months), one.amounts)
        for details in sets
        for one in actions.periods_told(details)
    ]
    former = [
        details.replaces
        or statement_in_force(party.pk, basis=details.basis, ends_on=details.ends_on, months=details.months)
        for details in sets
    ]
    return {
        "reading": Reading(
            titles=[title for title, _amounts in columns],
            sheets=read_table(columns),
            problems=[one for details in sets for one in details.book.problems],
            unknown=[one for details in sets for one in details.book.unknown],
            units={sheet: unit for details in sets for sheet, unit in details.book.units.items()},
        ),
        "seen": mark,
        "formers": [one for one in former if one is not None],
    }


def _saved(request: StaffRequest, party: Party, form: StatementForm, sets: Sets) -> HttpResponse:
    def record() -> Answer:
        made = actions.record_sets(
            actor=request.actor, at=timezone.now(), party=party, sets=sets, content=form.content()
        )
        return Answer(302, {"ids": [one.pk for one in made]})

    ids = submit_once(request, record).body["ids"]
    if len(ids) == 1:
        messages.success(request, _("财务报表已登记。"))
        where = reverse("customers:financial_statement", args=ids)
    else:
        messages.success(request, _("已登记 %(count)d 个年度的财务报表。") % {"count": len(ids)})
        where = reverse("customers:financials", args=[party.pk])
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": where})
    return redirect(where)


def _entry(
    request: StaffRequest, form: StatementForm, party: Party, replaces: Material | None, **more: Any
) -> HttpResponse:
    context: dict[str, Any] = {"party": party, "on": SECTION, "form": form, "replaces": replaces, **more}
    if request.headers.get("HX-Request") and not more.get("is_whole"):
        # HTMX puts only what succeeded into the page; the errors are what it asked for.
        return render(request, "customers/financials/preview.html", context)
    status = 422 if form.errors else 200
    return render(request, "customers/financials/new.html", context, status=status)
