"""One box for everything (搜索): what it suggests while somebody types, and all that it found."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from vouch.desk.forms import SearchForm
from vouch.desk.queries.search import LONGEST_QUERY, MOST_OF_KIND, MOST_SUGGESTED, search
from vouch.desk.terms import SearchKind
from vouch.engine.identifiers import looks_protected
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.faces import SIGNED_IN, face
from vouch.platform.web.subjects import reading


@reading
@face(may=SIGNED_IN, shows=("party", "guarantee"))
@never_cache
@require_POST
def suggestions(request: StaffRequest) -> HttpResponse:
    """The best few of each kind; the text comes by POST, for it may be somebody's number."""
    text = _asked(request.POST)
    groups = search(request.actor, text, most=MOST_SUGGESTED)
    return render(request, "desk/search/suggestions.html", {"groups": groups, "text": text})


@reading
@face(may=SIGNED_IN, shows=("party", "guarantee"))
@never_cache
@require_http_methods(["GET", "POST"])
def results(request: StaffRequest) -> HttpResponse:
    """All that was found, by kind; a number of a person comes by POST and stands in no address."""
    said = request.POST if request.method == "POST" else request.GET
    text = _asked(said)
    if request.method == "GET" and looks_protected(text):
        messages.warning(
            request,
            gettext("证件号码、电话和账号不能放在网址里查找，请在这里填写，号码不会留在网址和日志中。"),
        )
        return redirect("desk:search")
    only = said.get("kind", "") if said.get("kind", "") in SearchKind.values else ""
    is_addressed = request.method == "GET" and bool(text)
    context = {
        "form": SearchForm({"q": text} if is_addressed else None),
        "text": text,
        "only": only,
        "groups": search(request.actor, text, most=MOST_OF_KIND, only=only),
        "kinds": _kinds(text) if is_addressed else None,
    }
    return render(request, "desk/search/results.html", context)


def _asked(said: QueryDict) -> str:
    """The words, one space between each; the database takes no zero bytes."""
    return " ".join(said.get("q", "").replace("\0", " ").split())[:LONGEST_QUERY]


def _kinds(text: str) -> dict[str, object]:
    """The same search for one kind alone; numbers of persons come by POST and have no address."""
    here = reverse("desk:search")
    each = [
        {
            "value": kind.value,
            "label": kind.label,
            "url": f"{here}?{urlencode({'q': text, 'kind': kind.value})}",
        }
        for kind in SearchKind
        if kind is not SearchKind.NUMBER
    ]
    return {"all": f"{here}?{urlencode({'q': text})}", "each": each}
