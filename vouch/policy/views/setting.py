"""监管口径: the ten switches as they stand, what each would change, and the way to another reading."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.faces import face
from vouch.policy import permissions
from vouch.policy.actions import WrongStateError, confirm_setting, propose_setting, refuse_setting
from vouch.policy.forms import SettingForm
from vouch.policy.forms.setting import initial_of
from vouch.policy.models import Setting
from vouch.policy.queries.effects import effects, effects_of, switch_lines
from vouch.policy.queries.setting import setting_in_force, settings
from vouch.policy.views.signing import signed


@face(may=permissions.may_read_ratios, shows=("setting",))
@require_GET
def settings_page(request: StaffRequest) -> HttpResponse:
    """The setting in force with the law's question beside each switch, and every version."""
    setting = setting_in_force(at=timezone.now())
    context = {
        "tab": "settings",
        "setting": setting,
        "lines": switch_lines(setting, SettingForm()),
        "versions": settings(),
        "may_enter": permissions.may_enter_setting(request.actor),
    }
    return render(request, "policy/settings/settings.html", context)


@face(may=permissions.may_read_ratios, shows=("setting",))
@require_GET
def settings_effects(request: StaffRequest) -> HttpResponse:
    """What each switch by itself would change; a part that loads by itself, for it weighs the whole book each time."""
    return render(request, "policy/settings/effects.html", {"effects": effects(at=timezone.now())})


@face(may=permissions.may_enter_setting, shows=("setting",))
@require_http_methods(["GET", "POST"])
def settings_enter(request: StaffRequest) -> HttpResponse:
    """Propose another reading."""
    form = SettingForm(request.POST or None, initial=initial_of(setting_in_force(at=timezone.now())))
    if request.method == "POST" and form.is_valid():
        try:
            row = propose_setting(actor=request.actor, at=timezone.now(), details=form.details())
        except WrongStateError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("监管口径已提交，请另一人确认。"))
            return redirect(row)
    context = {"tab": "settings", "form": form}
    return render(request, "policy/settings/enter.html", context, status=422 if form.errors else 200)


@face(may=permissions.may_read_ratios, shows=("setting",))
@require_GET
def setting(request: StaffRequest, pk: int) -> HttpResponse:
    """One version, with what it changes in liability, base and leverage."""
    row: Setting = get_object_or_404(settings(), pk=pk)
    now = timezone.now()
    context = {
        "tab": "settings",
        "row": row,
        "lines": switch_lines(row, SettingForm()),
        "effect": effects_of(row, at=now),
        "may_sign": row.state == "proposed" and permissions.may_sign_setting(request.actor, row),
    }
    return render(request, "policy/settings/setting.html", context)


@face(may=permissions.may_read_ratios, shows=("setting",))
@require_POST
def setting_sign(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    """Confirm or send back."""
    row = get_object_or_404(settings(), pk=pk)
    return signed(request, row, verb, {"confirm": confirm_setting, "refuse": refuse_setting})
