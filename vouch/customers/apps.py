"""The room's registration: its facts, and the import of invoices."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    """What we may know of a customer (客户资料)."""

    name = "vouch.customers"
    label = "customers"
    verbose_name = _("客户资料")

    def ready(self) -> None:
        """Tell the catalogue what this room answers, and the exchange what it takes in."""
        # Models exist only now.
        from vouch.customers.actions import InvoiceImporter
        from vouch.customers.facts import FACTS, ask
        from vouch.customers.facts.bank import BANK_FACTS, ask_bank
        from vouch.customers.facts.credit import CREDIT_FACTS, ask_credit
        from vouch.customers.facts.duties import TAX_FACTS, UTILITY_FACTS, ask_tax, ask_utility
        from vouch.customers.permissions import may_open_consent
        from vouch.customers.queries import Strand, consenting, holdings, register_strand, timeline
        from vouch.customers.queries.flow_holdings import told_by_flows
        from vouch.engine.facts import catalogue
        from vouch.platform.exchange.importer import register
        from vouch.platform.web.navigation import NavItem
        from vouch.platform.web.navigation import register as show

        show(
            NavItem(
                title=_("授权与权利"),
                url_name="customers:authorisations",
                icon="file-certificate",
                order=72,
                may=may_open_consent,
            )
        )
        catalogue.register(facts=FACTS, ask=ask)
        catalogue.register(facts=CREDIT_FACTS, ask=ask_credit)
        catalogue.register(facts=BANK_FACTS, ask=ask_bank)
        catalogue.register(facts=TAX_FACTS, ask=ask_tax)
        catalogue.register(facts=UTILITY_FACTS, ask=ask_utility)
        catalogue.guard("credit", consent=consenting)
        register(InvoiceImporter())
        register_strand(Strand("materials", _("资料"), "file-text", timeline.told_of_materials))
        register_strand(Strand("consent", _("授权与征信"), "file-certificate", timeline.told_of_consent))
        register_strand(Strand("requests", _("权利请求"), "user-question", timeline.told_of_requests))
        self._show_flows()
        holdings.register_holdings("parties", holdings.told_by_parties)
        holdings.register_holdings("persons", holdings.told_by_persons)
        holdings.register_holdings("customers", holdings.told_by_customers)
        holdings.register_holdings("flows", told_by_flows)
        holdings.register_holdings("ledger", holdings.told_by_ledger)
        holdings.register_retention("parties", holdings.claims_of_parties)
        holdings.register_retention("customers", holdings.claims_of_customers)

    def _show_flows(self) -> None:
        """The sections of what flows."""
        from vouch.customers.permissions import may_open_file
        from vouch.customers.queries import flow_sections, register_section
        from vouch.customers.queries.sections import Section

        for name, title, icon, url_name, order, tell in (
            ("bank", _("银行流水"), "building-bank", "customers:bank", 30, flow_sections.tell_bank),
            ("tax", _("纳税"), "receipt-tax", "customers:taxes", 70, flow_sections.tell_taxes),
            ("utility", _("水电气"), "bolt", "customers:bills", 71, flow_sections.tell_bills),
        ):
            register_section(
                Section(
                    name=name,
                    title=title,
                    icon=icon,
                    url_name=url_name,
                    order=order,
                    may=may_open_file,
                    tell=tell,
                )
            )
