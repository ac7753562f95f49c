"""The second signature, alike for figures, settings, rules and exceptions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.platform.identity.request import StaffRequest
from vouch.policy.actions import WrongStateError
from vouch.policy.forms import SignForm
from vouch.policy.models.signed import Signed


def signed(
    request: StaffRequest, row: Any, verb: str, verbs: Mapping[str, Callable[..., Any]]
) -> HttpResponse:
    """Do one of these verbs to a row, with the note beside it, and go back to its page."""
    if verb not in verbs:
        raise Http404
    form = SignForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("意见最多 200 字。"))
        return redirect(row)
    note = form.cleaned_data["note"]
    if verb == "refuse" and not note:
        messages.error(request, _("退回须写明意见。"))
        return redirect(row)
    try:
        found: Signed = verbs[verb](actor=request.actor, at=timezone.now(), row=row, note=note)
    except WrongStateError as error:
        messages.error(request, str(error))
    else:
        words = {"row": found, "state": found.get_state_display()}
        messages.success(request, _("%(row)s：%(state)s。") % words)
    return redirect(row)
