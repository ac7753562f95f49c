"""A customer's invoices, one by one (发票明细)."""

from __future__ import annotations

from django.http import Http404
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from vouch.customers import queries
from vouch.customers.forms.invoices import InvoiceFilter
from vouch.customers.models import Invoice
from vouch.customers.terms import InvoiceKind
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.faces import SIGNED_IN, face
from vouch.platform.web.tables import Table, respond

INVOICES = Table(
    name="invoices",
    title=_("发票明细"),
    default_sort="-issued_on",
    empty=_("没有符合条件的发票。"),
    hint=_("可以在“导入”里导入进项和销项发票。"),
    columns=(
        Column("issued_on", _("开票日期"), Kind.DATE, sort="issued_on"),
        Column(
            "direction",
            _("方向"),
            sort="direction",
            value=lambda invoice: invoice.get_direction_display(),
        ),
        Column("number", _("发票号码"), Kind.CODE, sort="number"),
        Column("counterparty", _("对方单位"), sort="counterparty"),
        Column("amount", _("金额"), Kind.YUAN, sort="amount"),
        Column("tax", _("税额"), Kind.YUAN, sort="tax", on_phone=False),
        Column("total", _("价税合计"), Kind.YUAN, sort="total", on_phone=False),
        Column(
            "state",
            _("状态"),
            sort="state",
            value=lambda invoice: kind_of(invoice).label,
            template="customers/invoice_state.html",
        ),
    ),
)


def kind_of(invoice: Invoice) -> InvoiceKind:
    """Void, red, or neither."""
    if invoice.is_void:
        return InvoiceKind.VOID
    return InvoiceKind.RED if invoice.is_negative else InvoiceKind.POSITIVE


@face(may=SIGNED_IN, shows=("party",))
@require_GET
def invoices(request: StaffRequest, party_id: int) -> HttpResponseBase:
    """Every invoice of one customer that the actor sees: filter, search, sort, page, export."""
    party = queries.customer_of(request.actor, party_id)
    if party is None:
        raise Http404
    filters = InvoiceFilter(request.GET)
    rows = queries.invoices_where(party.pk, filters.wanted())
    context = {"party": party, "last_on": queries.last_invoice_on(party.pk)}
    return respond(request, INVOICES.listing(rows, request.GET, filters), "customers/invoices.html", context)
