"""The sections of the file, one for each source, in their order."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vouch.customers.permissions import may_list_credit, may_open_file
from vouch.customers.queries.answers import told_of_answers
from vouch.customers.queries.collateral import told_of_collateral
from vouch.customers.queries.credit import told_of_credit
from vouch.customers.queries.documents import told_of_documents
from vouch.customers.queries.figures import tell_figures
from vouch.customers.queries.financials import tell_financials
from vouch.customers.queries.flow_sections import tell_bank, tell_bills, tell_taxes
from vouch.customers.queries.guarantees import told_of_guarantees
from vouch.customers.queries.needs import told_of_gaps
from vouch.customers.queries.records import told_of_records
from vouch.customers.queries.sections import PIECES, May, Section, Tell
from vouch.customers.queries.social import told_of_signals
from vouch.customers.queries.watching import told_of_hits

Told = tuple[str, str | Promise, str, str, int, Tell]


def _section(told: Told, *, unit: str | Promise = PIECES, may: May = may_open_file) -> Section:
    name, title, icon, url_name, order, tell = told
    return Section(
        name=name, title=title, icon=icon, url_name=f"customers:{url_name}", order=order, may=may, tell=tell, unit=unit,
    )  # fmt: skip


_ITEMS, _ROWS = _("项"), _("条")
SECTIONS = (
    _section(("gaps", _("缺漏"), "list-check", "gaps", 5, told_of_gaps), unit=_ITEMS),
    _section(("financials", _("财务"), "report-money", "financials", 20, tell_financials)),
    _section(("bank", _("银行流水"), "building-bank", "bank", 30, tell_bank)),
    _section(("records", _("公共记录"), "gavel", "records", 50, told_of_records), unit=_ROWS),
    _section(
        ("credit", _("征信"), "file-certificate", "consent_of", 60, told_of_credit), may=may_list_credit
    ),
    _section(
        ("guarantees", _("对外担保"), "shield-share", "guarantees", 60, told_of_guarantees), unit=_("笔")
    ),
    _section(
        ("collateral", _("抵质押物"), "home-shield", "collateral", 70, told_of_collateral), unit=_("件")
    ),
    _section(("answers", _("问卷"), "forms", "answers", 70, told_of_answers)),
    _section(("tax", _("纳税"), "receipt-tax", "taxes", 72, tell_taxes)),
    _section(("utility", _("水电气"), "bolt", "bills", 74, tell_bills)),
    _section(("social", _("社交信号"), "broadcast", "social", 76, told_of_signals), unit=_ROWS),
    _section(("documents", _("资料"), "files", "documents", 80, told_of_documents)),
    _section(("lists", _("名单筛查"), "user-exclamation", "hits_of", 80, told_of_hits), unit=_ROWS),
    _section(("figures", _("数据核对"), "arrows-diff", "figures", 90, tell_figures), unit=_ITEMS),
)
