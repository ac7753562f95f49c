"""What the pages of imports have in common."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy

from vouch.platform.exchange import queries
from vouch.platform.exchange.importer import importers
from vouch.platform.exchange.models import Import
from vouch.platform.identity.request import StaffRequest

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
