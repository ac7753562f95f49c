"""Pages of holds and freezes: what is reserved, used and given back, and what stands still."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from vouch.grading import actions, permissions, queries
from vouch.grading.forms.limit import ReasonForm, ReleaseForm, ReserveForm, UseForm
from vouch.grading.queries.takings import counted
from vouch.grading.terms import RESERVED_HOURS, HoldStep
from vouch.grading.views.limit import Words, answered
from vouch.parties.queries import visible_to
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.faces import face


def _party(request: StaffRequest, pk: int) -> Any:
    return get_object_or_404(visible_to(request.actor), pk=pk)


def _hold(request: StaffRequest, pk: int) -> Any:
    return get_object_or_404(queries.holds_visible_to(request.actor).select_related("party"), pk=pk)


def _steps(request: StaffRequest, one: Any) -> list[HoldStep]:
    """What of a hold this actor may give back."""
    have = {HoldStep.REPAY: one.used, HoldStep.CANCEL: one.reserved}
    return [step for step in have if have[step] and permissions.may_release(request.actor, one, step)]


@face(may=permissions.may_open_limits, shows=("hold", "party"))
@require_GET
def hold(request: StaffRequest, pk: int) -> HttpResponse:
    """One hold with its steps."""
    one = _hold(request, pk)
    (told,) = counted([one], at=timezone.now())
    context = {
        "hold": one,
        "told": told,
        "moves": one.moves.order_by("at", "pk"),
        "may_use": permissions.may_use(request.actor, one),
        "may_release": bool(_steps(request, one)),
    }
    return render(request, "grading/limits/hold.html", context)


@face(may=permissions.may_reserve_some, shows=("party",))
@require_http_methods(["GET", "POST"])
def reserve(request: StaffRequest, pk: int) -> HttpResponse:
    """Keep so much of every limit that applies free (预占额度)."""
    party = _party(request, pk)
    form = ReserveForm(request.POST or None, initial={"share_rate": "100"})

    def done() -> str:
        made = actions.reserve(actor=request.actor, at=timezone.now(), draw=form.draw(party.pk))
        return made.get_absolute_url()

    title = _("预占额度：%s") % party.name
    said = _("已预占，%d 小时内有效。") % RESERVED_HOURS
    return answered(request, form, done, words=Words(title, said, _("预占")), back=party.get_absolute_url())


@face(may=permissions.may_use_some, shows=("hold", "party"))
@require_http_methods(["GET", "POST"])
def use(request: StaffRequest, pk: int) -> HttpResponse:
    """Use what was reserved (占用)."""
    one = _hold(request, pk)
    initial = {"amount": one.reserved, "guarantee_number": one.guarantee_number}
    form = UseForm(request.POST or None, initial=initial)

    def done() -> str:
        actions.use(actor=request.actor, at=timezone.now(), hold=one, **form.cleaned_data)
        return str(one.get_absolute_url())

    return answered(
        request, form, done, words=Words(_("占用额度"), _("已占用。")), back=one.get_absolute_url()
    )


@face(may=permissions.may_release_some, shows=("hold", "party"))
@require_http_methods(["GET", "POST"])
def release(request: StaffRequest, pk: int) -> HttpResponse:
    """Give back what is used or reserved (释放)."""
    one = _hold(request, pk)
    form = ReleaseForm(_steps(request, one), request.POST or None)

    def done() -> str:
        actions.release(actor=request.actor, at=timezone.now(), hold=one, **form.cleaned_data)
        return str(one.get_absolute_url())

    return answered(
        request, form, done, words=Words(_("释放额度"), _("已释放。")), back=one.get_absolute_url()
    )


@face(may=permissions.may_freeze_some, shows=("party",))
@require_http_methods(["GET", "POST"])
def freeze(request: StaffRequest, pk: int) -> HttpResponse:
    """Stop the use of a customer's limit at once (冻结)."""
    party, form = _party(request, pk), ReasonForm(request.POST or None)

    def done() -> str:
        actions.freeze_use(actor=request.actor, at=timezone.now(), party_id=party.pk, **form.cleaned_data)
        return str(party.get_absolute_url())

    title = _("冻结额度：%s") % party.name
    said = _("已冻结，不能再预占和占用。")
    return answered(request, form, done, words=Words(title, said, _("冻结")), back=party.get_absolute_url())


@face(may=permissions.may_lift_some, shows=("party",))
@require_http_methods(["GET", "POST"])
def lift(request: StaffRequest, pk: int) -> HttpResponse:
    """Let it be used again (解除冻结)."""
    party, form = _party(request, pk), ReasonForm(request.POST or None)

    def done() -> str:
        actions.lift_freeze(actor=request.actor, at=timezone.now(), party_id=party.pk, **form.cleaned_data)
        return str(party.get_absolute_url())

    words = Words(_("解除冻结：%s") % party.name, _("已解除冻结。"), _("解除"))
    return answered(request, form, done, words=words, back=party.get_absolute_url())
