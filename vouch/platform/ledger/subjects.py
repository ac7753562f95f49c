"""What entries are about: who sees the subjects of each kind, and which form changes them.

The switchboard hands over every table's ``VISIBLE``; rooms register the forms that an entry leads to:

    subjects.register_form(
        Form(kind="party", events=frozenset({"parties.enterprise.corrected"}), url_name="parties:correct")
    )

An address of such a form followed by ``?from_entry=<id>`` opens it filled with the values before that entry;
``former_values`` gives them to the view, and nothing is saved until a person submits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import (
    AutoField,
    BigIntegerField,
    Case,
    CharField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.translation import gettext as _

from vouch.platform.ledger.models import Entry
from vouch.platform.ledger.permissions import may_read_ledger
from vouch.platform.ledger.terms import is_protected
from vouch.platform.web.faces import Visible, declared


@dataclass(frozen=True, slots=True)
class SubjectKind:
    """A kind of subject. ``seen`` gives the rows that an actor sees; without it the rows tell of no customer."""

    kind: str
    model: Any = None
    seen: Callable[[Any], QuerySet[Any]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The form in which the fields of these events are changed; ``url_name`` takes the subject's key as ``pk``."""

    kind: str
    events: frozenset[str]
    url_name: str
    keyword: str = "pk"


_kinds: dict[str, SubjectKind] = {}
_forms: dict[tuple[str, str], Form] = {}


def register_tables(tables: Visible) -> None:
    """Take a room's ``VISIBLE``: rows of ``ImportRow`` are subjects of the kind ``import_row``."""
    for model, policy in tables.items():
        if model is Entry:
            continue  # entries are about other things
        kind = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", model.__name__).lower()
        _kinds[kind] = SubjectKind(kind, model, policy if callable(policy) else None)


def register_kinds(kinds: Mapping[str, str]) -> None:
    """Kinds that go by another name than their table: kind → kind, or "" for those that tell of no customer."""
    for kind, like in kinds.items():
        known = _kinds[like] if like else SubjectKind(like)
        _kinds[kind] = SubjectKind(kind, known.model, known.seen)


def register_form(form: Form) -> None:
    """Let entries of these events lead to the form."""
    for event in form.events:
        _forms[form.kind, event] = form


def known_kinds() -> Mapping[str, SubjectKind]:
    """Every kind that somebody answers for."""
    return _kinds


def entries_visible_to(actor: Any) -> QuerySet[Entry]:
    """The entries that the actor may read.

    The role opens the ledger, the scope says how far: who sees all customers reads all of it; who sees some reads
    what was done to those, and to what tells of no customer (units, policies, keys). A kind that nobody answers
    for is read by those who see all alone.
    """
    if not may_read_ledger(actor):
        return Entry.objects.none()
    # Named as identity names it; identity stands above this room and cannot be imported.
    if actor.is_system or actor.scope == "all":
        return Entry.objects.all()
    wanted = Q(subject_kind__in=[one.kind for one in _kinds.values() if one.seen is None])
    for one in _kinds.values():
        if one.seen is not None:
            ids = one.seen(actor).order_by().values(as_text=Cast("pk", CharField()))
            wanted |= Q(subject_kind=one.kind, subject_id__in=ids)
    return Entry.objects.filter(wanted)


NAMES = ("name", "title", "number", "prefix")
"""What a subject goes by: the first of these that its table has."""


def _named_kinds() -> Iterator[tuple[str, Any, str]]:
    for one in _kinds.values():
        if one.model is None or not isinstance(one.model._meta.pk, AutoField):
            continue
        columns = {column.name for column in one.model._meta.concrete_fields if isinstance(column, CharField)}
        name = next((name for name in NAMES if name in columns), None)
        if name is not None:
            yield one.kind, one.model, name


def subject_name() -> Case:
    """The subject's present name, as an expression on entries; NULL for what has none, or is gone."""
    key = Cast(OuterRef("subject_id"), BigIntegerField())
    return Case(
        *(
            When(
                subject_kind=kind,
                subject_id__regex=r"^[0-9]{1,18}$",
                then=Subquery(
                    model.objects.filter(pk=key).order_by().values(as_text=Cast(name, CharField()))[:1]
                ),
            )
            for kind, model, name in _named_kinds()
        ),
        default=None,
        output_field=CharField(),
    )


def named(actor: Any, text: str) -> Q:
    """Entries about a subject of this id, or about one that the actor sees and whose name has the text in it."""
    found = Q(subject_id=text)
    for kind, model, name in _named_kinds():
        seen = _kinds[kind].seen
        rows = model.objects.all() if seen is None else seen(actor)
        ids = rows.filter(**{f"{name}__icontains": text}).order_by().values(as_text=Cast("pk", CharField()))
        found |= Q(subject_kind=kind, subject_id__in=ids)
    return found


def about(kind: str, pk: object) -> Q:
    """Entries about a subject, and about the rows that belong to it: a customer's authorisations, credit reports."""
    found = Q(subject_kind=kind, subject_id=str(pk))
    owner = _kinds[kind].model if kind in _kinds else None
    for one in _kinds.values():
        if one.model is None or owner is None or one.model is owner:
            continue
        keys = [key.name for key in one.model._meta.concrete_fields if key.related_model is owner]
        for key in keys[:1]:
            ids = one.model.objects.filter(**{key: pk}).order_by().values(as_text=Cast("pk", CharField()))
            found |= Q(subject_kind=one.kind, subject_id__in=ids)
    return found


def address_of(entry: Entry) -> str:
    """The subject's own page; empty where it has none, or is gone."""
    kind = _kinds.get(entry.subject_kind)
    if kind is None or kind.model is None or not hasattr(kind.model, "get_absolute_url"):
        return ""
    try:
        row = kind.model.objects.filter(pk=entry.subject_id).first()
        return "" if row is None else str(row.get_absolute_url())
    except (ValueError, NoReverseMatch):
        # A number that is none, or a page that this installation does not mount.
        return ""


def form_address(entry: Entry, actor: Any) -> str:
    """Where the actor can give the subject the values it had before the entry; empty where there is no such form.

    Whoever reads the ledger need not be one whom the form is open to.
    """
    form = _forms.get((entry.subject_kind, entry.event))
    if form is None or not entry.before:
        return ""
    address = reverse(form.url_name, kwargs={form.keyword: entry.subject_id})
    door = declared(resolve(address).func, name=form.url_name)
    return f"{address}?from_entry={entry.pk}" if door is not None and door.may(actor) else ""


@dataclass(frozen=True, slots=True)
class FormerValues:
    """What a subject was before an entry; ``fields`` and ``sealed`` are the form's own titles, once it is filled."""

    entry: Entry
    values: Mapping[str, Any]
    fields: list[str] = field(default_factory=list)
    sealed: list[str] = field(default_factory=list)

    def fill(self, form: forms.Form) -> None:
        """Offer the values in a form that was not submitted yet, and mark the fields that have them.

        The form keeps this as ``from_entry``, for ``ledger/former.html``.
        """
        form.from_entry = self  # type: ignore[attr-defined]
        for name, value in self.values.items():
            if name not in form.fields:
                continue
            bound = form.fields[name]
            if is_protected(value):
                self.sealed.append(str(bound.label))
                continue
            form.initial[name] = bound.initial = value
            bound.help_text = _("取自日志：变更前的值")
            bound.widget.attrs["class"] = f"{bound.widget.attrs.get('class', '')} from-entry".strip()
            self.fields.append(str(bound.label))


def former_values(
    request: HttpRequest,
    *,
    kind: str,
    pk: object,
    read: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None,
) -> FormerValues | None:
    """What ``?from_entry=`` asks for; None where the actor may not read such an entry, or it is about another.

    ``read`` turns the entry's words into the form's own values, where they differ.
    """
    try:
        wanted = UUID(request.GET.get("from_entry", ""))
    except ValueError:
        return None
    visible = entries_visible_to(request.actor)  # type: ignore[attr-defined]
    entry = visible.filter(pk=wanted, subject_kind=kind, subject_id=str(pk)).first()
    if entry is None or entry.before is None:
        return None
    return FormerValues(entry, read(entry.before) if read else entry.before)
