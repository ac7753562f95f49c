"""The institution's own words for messages (消息文案)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vouch.platform.courier import actions, queries
from vouch.platform.courier import templates as registry
from vouch.platform.courier.forms import TextForm
from vouch.platform.courier.permissions import may_manage_channels
from vouch.platform.courier.templates import Template, Text, template_named
from vouch.platform.courier.terms import NoticeError
from vouch.platform.identity.request import StaffRequest
from vouch.platform.ledger.subjects import former_values
from vouch.platform.web.faces import face

REFUSAL = gettext_lazy("消息文案只对系统管理员开放。")


@face(may=may_manage_channels, refusal=REFUSAL)
@require_GET
def texts(request: StaffRequest) -> HttpResponse:
    """Every template, and whether the institution worded it anew."""
    newest = queries.wordings_in_force()
    rows = [
        {
            "template": template,
            "text": queries.wording_text(template, newest.get(template.name)),
            "wording": newest.get(template.name),
        }
        for template in registry.templates()
    ]
    return render(request, "courier/texts.html", {"rows": rows})


def _template(name: str) -> Template:
    try:
        return template_named(name)
    except NoticeError as error:
        raise Http404(str(error)) from error


@face(may=may_manage_channels, refusal=REFUSAL)
@require_http_methods(["GET", "POST"])
def text(request: StaffRequest, name: str) -> HttpResponse:
    """One template: its words, a preview, earlier versions, and the way back to the words it came with."""
    template = _template(name)
    now, actor = timezone.now(), request.actor
    verb = request.POST.get("do", "")
    if verb == "reset":
        actions.reset_wording(actor=actor, at=now, template=template)
        messages.success(request, _("已恢复默认文案。"))
        return redirect("courier:text", name=name)
    in_force = queries.text_in_force(template)
    form = TextForm(request.POST if verb == "save" else None, template=template, text=in_force)
    former = former_values(request, kind="wording", pk=name)
    if former is not None and not form.is_bound:
        former.fill(form)
    if form.is_bound and form.is_valid():
        made = actions.word_template(actor=actor, at=now, template=template, text=form.text)
        messages.success(request, _("文案已保存。") if made else _("文案没有变化。"))
        return redirect("courier:text", name=name)
    versions = list(queries.wordings_of(name))
    context = {
        "template": template,
        "form": form,
        "preview": in_force.filled(template.samples),
        "versions": versions,
        "default": Text(template.title, template.body),
        "is_own": bool(versions) and not versions[0].is_reset,
    }
    return render(request, "courier/text.html", context, status=422 if form.errors else 200)


@face(may=may_manage_channels, refusal=REFUSAL)
@require_POST
def preview(request: StaffRequest, name: str) -> HttpResponse:
    """What the words being entered look like with the examples in their places."""
    template = _template(name)
    form = TextForm(request.POST, template=template, text=Text(template.title, template.body))
    shown = form.text.filled(template.samples) if form.is_valid() else None
    errors = [] if shown else [error for found in form.errors.values() for error in found]
    return render(request, "courier/preview.html", {"preview": shown, "errors": errors})
