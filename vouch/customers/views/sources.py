"""What the pages of a customer's sources share: the customer, a form with its faults beside the fields, the lines of a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from vouch.customers import actions, permissions, queries
from vouch.customers.forms.lines import PREFIX, BaseLines, LineForm, TableForm, data_from, rows_of
from vouch.customers.queries import Material, Party
from vouch.customers.terms import MaterialKind
from vouch.customers.views.files import content_of
from vouch.platform.exchange.bytestream import Unreadable
from vouch.platform.identity.drafts import Drafts
from vouch.platform.identity.request import StaffRequest

WIDE = frozenset({"kinds", "is_complete", "file", "note", "description", "location", "reason"})
FAULTS = (
    actions.WrongMaterial,
    actions.WrongFile,
    actions.NoAuthorisation,
    actions.NotNow,
    actions.WrongList,
    actions.SocialShut,
)


def customer_or_404(request: StaffRequest, pk: int) -> Party:
    """The customer, if the one who asks may see it."""
    party = queries.customer_of(request.actor, pk)
    if party is None:
        raise Http404
    return party


def customer_to_record(request: StaffRequest, pk: int) -> Party:
    """The customer, if the one who asks may add to its file."""
    party = customer_or_404(request, pk)
    if not permissions.may_record_material(request.actor, party):
        raise PermissionDenied(_("您不能为该客户登记资料。"))
    return party


def corrected(request: StaffRequest, party: Party, *, asked: str, kind: MaterialKind) -> Material | None:
    """The material of a kind in force that the new one is to replace, where ``asked`` names one by its key."""
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        return None
    found = queries.material_of(request.actor, int(asked))
    if found is None or found.party_id != party.pk or found.kind != kind:
        raise Http404
    return found


def told(form: forms.Form, error: Exception) -> None:
    """Put what the action refused beside the field that it names."""
    field = getattr(error, "field", "file" if isinstance(error, actions.WrongFile) else None)
    form.add_error(field if field in form.fields else None, str(error))


def form_page(request: StaffRequest, form: forms.Form, *, title: str, back: str, **more: Any) -> HttpResponse:
    """The page of one form; 422 where it was sent and refused."""
    context = {"form": form, "title": title, "back_url": back, "wide": WIDE, "button": _("保存"), **more}
    status = 422 if request.method == "POST" else 200
    return render(request, "customers/source_form.html", context, status=status)


def draft_of(request: StaffRequest, form: str, *, party: Party, title: str) -> Drafts:
    """The one draft that a person may have of a form about a customer."""
    return Drafts(
        request, form=f"customers.{form}", about=f"party:{party.pk}", title=f"{title} {party.number}"
    )


def take_up(form: forms.Form, draft: Drafts) -> None:
    """Begin with what the draft says, in place of what the form usually begins with; nothing unless it is taken up."""
    if not draft.is_taken_up:
        return
    several = {name for name, one in form.fields.items() if isinstance(one, forms.MultipleChoiceField)}
    begun = draft.initial(several=frozenset(several))
    # What is not ticked is not sent: a draft says it by leaving it out.
    ticks = {name: False for name, one in form.fields.items() if isinstance(one, forms.BooleanField)}
    empty: dict[str, Any] = {name: [] for name in several}
    form.initial = {**form.initial, **empty, **ticks, **begun}


Save = Callable[[list[LineForm], bytes | None], None]


def lines_page(
    request: StaffRequest,
    form: forms.Form,
    lines_class: Any,
    *,
    save: Save,
    context: Mapping[str, Any],
) -> HttpResponse:
    """A form with lines: a table that was pasted or uploaded fills them to be looked at, and nothing is kept until then.

    Unfinished, it may be saved as a draft (``context`` has ``party``, ``on`` and ``title``).
    """
    draft = draft_of(request, context["on"], party=context["party"], title=str(context["title"]))
    if draft.is_wanted:
        return draft.keep()
    take_up(form, draft)
    table, lines = TableForm(), lines_class(prefix=PREFIX, initial=draft.lines(PREFIX))
    if request.method == "POST":
        table = TableForm(request.POST, request.FILES)
        if request.POST.get("do") == "read":
            lines = _read(request, table, lines_class)
        else:
            lines = lines_class(request.POST, prefix=PREFIX)
            if form.is_valid() & lines.is_valid():
                try:
                    save(lines.filled(), content_of(form.cleaned_data.get("file")))
                except FAULTS as error:
                    told(form, error)
                else:
                    draft.done()
                    messages.success(request, _("已登记。"))
                    return redirect(context["back_url"])
    status = 422 if request.method == "POST" and request.POST.get("do") != "read" else 200
    page = {"form": form, "lines": lines, "table": table, "wide": WIDE, "draft": draft, **context}
    return render(request, "customers/lines_form.html", page, status=status)


def _read(request: StaffRequest, table: TableForm, lines_class: Any) -> BaseLines:
    """The lines that a table fills; as they were where it cannot be read."""
    form_class: type[LineForm] = lines_class.form
    if table.is_valid():
        file = table.cleaned_data["table_file"]
        kinds = request.POST.getlist("kinds")
        fixed = {"kind": kinds[0]} if len(kinds) == 1 else {}
        fixed |= {"state": "open"} if "state" in form_class.base_fields else {}
        try:
            rows = rows_of(table.cleaned_data["table"], content_of(file), name=file.name if file else "")
            data = data_from(rows, form_class, fixed=fixed)
        except Unreadable as error:
            table.add_error("table_file" if file else "table", str(error))
        else:
            return lines_class(data, prefix=PREFIX)  # type: ignore[no-any-return]
    return lines_class(request.POST, prefix=PREFIX)  # type: ignore[no-any-return]
