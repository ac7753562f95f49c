"""Roles and what they may, told by the code itself (权限一览)."""

from __future__ import annotations

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from vouch.platform.identity.actor import Actor
from vouch.platform.identity.permissions import may_unmask
from vouch.platform.identity.request import StaffRequest
from vouch.platform.identity.terms import OFFICES, FieldClass, Role, Scope
from vouch.platform.ledger.action import open_to_roles
from vouch.platform.ledger.terms import event_title
from vouch.platform.web.columns import Column
from vouch.platform.web.faces import SIGNED_IN, face
from vouch.platform.web.navigation import places
from vouch.platform.web.tables import Table, respond

YES = "✓"


def somebody(role: str) -> Actor:
    """Anyone in this role and no other, who sees everything: what is left is what the role itself may."""
    return Actor(
        id="user:0", label=str(Role(role).label), user_id=0, roles=frozenset({role}), scope=Scope.ALL
    )


def _matrix() -> tuple[Table, list[dict[str, str]]]:
    """One row for each role: office, the field classes read in full, the pages of the sidebar."""
    classes = [one for one in FieldClass if one != FieldClass.ORDINARY]
    pages = places()
    columns = (
        Column("role", gettext_lazy("岗位"), sort="place", template="identity/role_cell.html"),
        Column("office", gettext_lazy("部位"), sort="office"),
        *(Column(f"class_{one.value}", one.label) for one in classes),
        *(Column(f"page_{place}", item.title) for place, item in enumerate(pages)),
    )
    table = Table(name="matrix", title=gettext_lazy("岗位权限"), default_sort="role", columns=columns)
    rows = []
    for number, role in enumerate(Role):
        actor, office = somebody(role), OFFICES[role]
        row = {
            "role": str(role.label),
            "place": f"{number:02d}",
            "office": str(office.label) if office else "—",
        }
        row |= {f"class_{one.value}": YES if may_unmask(actor, one) else "" for one in classes}
        row |= {
            f"page_{place}": YES if item.may is None or item.may(actor) else ""
            for place, item in enumerate(pages)
        }
        rows.append(row)
    return table, rows


def _verbs() -> list[tuple[str, str]]:
    """What may be done without asking to whom: the verb, and the roles that may."""
    found = []
    for event, may in open_to_roles().items():
        roles = [str(role.label) for role in Role if may(actor=somebody(role))]
        if roles and len(roles) < len(Role):
            found.append((event_title(event), "、".join(roles)))
    return sorted(found)


@face(may=SIGNED_IN)
@require_GET
def matrix(request: StaffRequest) -> HttpResponseBase:
    """Every role beside what it may; nobody keeps this page up to date, it asks the same code that refuses."""
    table, rows = _matrix()
    context = {"tab": "rights", "verbs": _verbs()}
    response: HttpResponse | HttpResponseBase = respond(
        request, table.listing(rows, request.GET), "identity/rights.html", context
    )
    return response
