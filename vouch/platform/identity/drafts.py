"""Forms that may be saved unfinished (存草稿) and taken up again by their author, on whichever machine.

    draft = Drafts(request, form="parties.organisation", title=_("新建客户"))
    if draft.is_wanted:                       # the button 存草稿 was pressed: {% include "identity/draft_button.html" %}
        return draft.keep()
    form = RegistrationForm(request.POST or None, initial=draft.initial())
    lines = ShareholderLines(request.POST or None, prefix="shareholders", initial=draft.lines("shareholders"))
    …
    draft.done()                              # after the action: the draft goes

A draft is taken up with ``?draft``; until then the page tells that there is one ({% include "identity/draft.html" %}).
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

import orjson
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.platform.identity.actions.drafts import Unfinished, discard_draft, keep_draft
from vouch.platform.identity.models import Draft
from vouch.platform.identity.queries.drafts import content_of, draft_of
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.request import ONCE_FIELD

KEEP, DISCARD = "save_draft", "discard_draft"
"""Names of the buttons."""
NOT_KEPT = frozenset({KEEP, DISCARD, ONCE_FIELD, "csrfmiddlewaretoken"})


class Drafts:
    """The draft of one form of one author. ``about`` names the subject as ``kind:pk``, empty for a new one."""

    def __init__(self, request: StaffRequest, *, form: str, title: str, about: str = "") -> None:
        self._request, self.form, self.title, self.about = request, form, title, about

    @cached_property
    def kept(self) -> Draft | None:
        """What is kept of the form, if anything."""
        return draft_of(self._request.actor, form=self.form, about=self.about)

    @property
    def is_wanted(self) -> bool:
        """Whether the form was sent to be kept, or its draft to be thrown away, and nothing else."""
        return self._request.method == "POST" and bool({KEEP, DISCARD} & self._request.POST.keys())

    @property
    def is_taken_up(self) -> bool:
        """Whether the page shows what was kept."""
        return self._request.method == "GET" and "draft" in self._request.GET and self.kept is not None

    def keep(self) -> HttpResponse:
        """Do what the button says, and lead back to the form."""
        request, now = self._request, timezone.now()
        if DISCARD in request.POST:
            self.done()
            messages.success(request, _("草稿已丢弃。"))
            return redirect(request.path)
        fields = {name: values for name, values in request.POST.lists() if name not in NOT_KEPT}
        draft = Unfinished(self.form, self.about, self.title, request.path, dict(fields))
        keep_draft(actor=request.actor, at=now, draft=draft)
        messages.success(request, _("草稿已保存，30 天内可以继续填写；只有您本人能看到。"))
        return redirect(f"{request.path}?draft")

    def done(self) -> None:
        """The form was sent: nothing is left to take up."""
        discard_draft(actor=self._request.actor, at=timezone.now(), form=self.form, about=self.about)

    @cached_property
    def _fields(self) -> dict[str, list[str]]:
        if not self.is_taken_up or self.kept is None:
            return {}
        found: dict[str, list[str]] = orjson.loads(content_of(self.kept))
        return found

    def initial(self, *, several: frozenset[str] = frozenset()) -> dict[str, Any]:
        """What a form starts with; ``several`` are fields with more than one value. Empty unless taken up."""
        return {name: values if name in several else values[-1] for name, values in self._fields.items()}

    def lines(self, prefix: str) -> list[dict[str, Any]]:
        """What the lines of a form set start with, in order; empty ones are left out."""
        found: dict[int, dict[str, Any]] = {}
        for name, values in self._fields.items():
            match = re.fullmatch(rf"{re.escape(prefix)}-([0-9]{{1,4}})-(\w+)", name)
            if match and values[-1]:
                found.setdefault(int(match[1]), {})[match[2]] = values[-1]
        return [found[place] for place in sorted(found)]
