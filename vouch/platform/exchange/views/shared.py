"""What the pages of imports have in common."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy

from vouch.platform.exchange import actions, queries
from vouch.platform.exchange.contents import MASKED, classes_of
from vouch.platform.exchange.forms import PurposeForm
from vouch.platform.exchange.importer import importers
from vouch.platform.exchange.models import Import
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.permissions import may_unmask
from vouch.platform.identity.request import StaffRequest
from vouch.platform.identity.terms import FieldClass

CLASSES = (FieldClass.IDENTITY, FieldClass.PHONE, FieldClass.ACCOUNT, FieldClass.INCOME)
"""What deliveries hold that is masked."""

REFUSAL = gettext_lazy("您的岗位不能导入数据。")


def title_of_kind(kind: str) -> str:
    """What imports of this kind bring in, in Chinese."""
    known = importers().get(kind)
    return known.title if known else kind


def kind_title(batch: Import) -> str:
    """What the import brings in, in Chinese."""
    return title_of_kind(batch.kind)


def visible_import(request: StaffRequest, pk: int) -> Import:
    """The import, where the actor may look at it; else 404."""
    return get_object_or_404(queries.visible_to(request.actor), pk=pk)


def readable_classes(actor: Actor, batch: Import) -> frozenset[str]:
    """Of the classes that imports of this kind bring, those that the actor may read in full."""
    return frozenset(one for one in classes_of(batch) if may_unmask(actor, one))


def read_for_a_purpose(request: StaffRequest, batch: Import, what: str) -> frozenset[str]:
    """The classes to show in full: those that the reader may read, where they have sent why; it is an entry.

    Raises PermissionDenied for a form without a purpose, or from whom nothing is opened.
    """
    if request.method != "POST":
        return MASKED
    form, classes = PurposeForm(request.POST), readable_classes(request.actor, batch)
    if not form.is_valid():
        raise PermissionDenied(" ".join(str(error) for errors in form.errors.values() for error in errors))
    actions.read_in_full(
        actor=request.actor,
        at=timezone.now(),
        batch=batch,
        field_classes=classes,
        what=what,
        purpose=form.cleaned_data["purpose"],
    )
    return classes
