"""The rating sheet: both rounds side by side, and the form of one's own round."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from vouch.customers import actions, permissions, queries
from vouch.customers.actions.answers import NOTE
from vouch.customers.forms.answers import AnswersForm
from vouch.customers.queries import Party
from vouch.customers.queries.answers import given_of, sheet_in_force, sheets_of, side_by_side
from vouch.customers.queries.questionnaires import Questionnaire, questionnaire_for, questionnaire_numbered
from vouch.customers.terms import Round
from vouch.platform.identity.actions.repeats import Answer
from vouch.platform.identity.drafts import Drafts
from vouch.platform.identity.repeats import submit_once
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.faces import face


@face(may=permissions.may_open_file, shows=("party",))
@require_GET
def answers(request: StaffRequest, pk: int) -> HttpResponse:
    """What both said, where they differ and why, and the former sheets."""
    party = _party(request, pk)
    context = {
        "party": party,
        "on": "answers",
        "found": side_by_side(party),
        "sheets": sheets_of(party.pk),
        "may_first": permissions.may_answer(request.actor, party, Round.FIRST),
        "may_second": permissions.may_answer(request.actor, party, Round.SECOND),
    }
    return render(request, "customers/answers.html", context)


@face(may=permissions.may_add_materials, shows=("party",))
@require_http_methods(["GET", "POST"])
def give_answers(request: StaffRequest, pk: int, which: str) -> HttpResponse:
    """Answer the questions of one round."""
    party = _party(request, pk)
    if which not in Round.values:
        raise Http404
    if not permissions.may_answer(request.actor, party, which):
        told = _("初评由该客户的管户经理（A角）回答，复评由风险经理回答。")
        raise PermissionDenied(told)
    basis = sheet_in_force(party.pk, Round.FIRST) if which == Round.SECOND else None
    if which == Round.SECOND and basis is None:
        messages.error(request, _("还没有初评，请管户经理先回答问卷。"))
        return redirect("customers:answers", pk=pk)
    asked = (
        questionnaire_numbered(basis.questionnaire, basis.version) if basis else questionnaire_for(party.kind)
    )
    if asked is None:
        raise Http404
    title = f"{asked.title}：{Round(which).label} {party.number}"
    draft = Drafts(request, form=f"customers.answers.{which}", about=f"party:{pk}", title=title)
    if draft.is_wanted:
        return draft.keep()
    before = given_of(basis) if basis else None
    initial = _initial(party, which) | draft.initial()
    form = AnswersForm(asked, request.POST or None, before=before, initial=initial)
    if request.method == "POST" and form.is_valid():
        done = _given(request, party, form, which, asked)
        if done is not None:
            draft.done()
            return done
    context = {
        "party": party,
        "on": "answers",
        "form": form,
        "which": Round(which),
        "asked": asked,
        "draft": draft,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "customers/answers_form.html", context, status=status)


def _given(
    request: StaffRequest, party: Party, form: AnswersForm, which: str, asked: Questionnaire
) -> HttpResponse | None:
    def given() -> Answer:
        sheet = actions.give_answers(
            actor=request.actor,
            at=timezone.now(),
            party=party,
            which=which,
            questionnaire=asked,
            given=form.given(),
        )
        return Answer(302, {"id": sheet.pk})

    try:
        submit_once(request, given)
    except actions.WrongMaterial as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return None
    except actions.NotNow as error:
        form.add_error(None, str(error))
        return None
    messages.success(request, _("问卷已提交。"))
    return redirect("customers:answers", pk=party.pk)


def _initial(party: Party, which: str) -> dict[str, str]:
    """What was answered last in this round; whoever renews a sheet changes what has changed."""
    given = given_of(sheet_in_force(party.pk, which))
    return {name: row.choice for name, row in given.items()} | {
        f"{NOTE}{name}": row.note for name, row in given.items()
    }


def _party(request: StaffRequest, pk: int) -> Party:
    found = queries.customer_of(request.actor, pk)
    if found is None:
        raise Http404
    return found
