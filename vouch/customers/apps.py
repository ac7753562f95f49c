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
        from vouch.customers.facts.figures import FIGURE_FACTS, ask_figures
        from vouch.customers.facts.finance import FACTS as FINANCE_FACTS
        from vouch.customers.facts.finance import ask_finance
        from vouch.customers.permissions import may_open_consent
        from vouch.customers.queries import (
            Strand,
            claims,
            consenting,
            figures,
            financial_holdings,
            flow_claims,
            holdings,
            register_strand,
            timeline,
        )
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
        catalogue.register(facts=FINANCE_FACTS, ask=ask_finance)
        catalogue.register(facts=FIGURE_FACTS, ask=ask_figures)
        catalogue.guard("credit", consent=consenting)
        for source in (claims.STATEMENTS, claims.BY_HAND, claims.INVOICES, *flow_claims.ALL):
            claims.register_claims(source)
        self._show_sections()
        register(InvoiceImporter())
        register_strand(Strand("materials", _("资料"), "file-text", timeline.told_of_materials))
        register_strand(Strand("figures", _("数据核对"), "gavel", figures.told_of_choices))
        register_strand(Strand("consent", _("授权与征信"), "file-certificate", timeline.told_of_consent))
        register_strand(Strand("requests", _("权利请求"), "user-question", timeline.told_of_requests))
        self._show_flows()
        holdings.register_holdings("parties", holdings.told_by_parties)
        holdings.register_holdings("persons", holdings.told_by_persons)
        holdings.register_holdings("customers", holdings.told_by_customers)
        holdings.register_holdings("flows", told_by_flows)
        holdings.register_holdings("financials", financial_holdings.told_by_financials)
        holdings.register_holdings("ledger", holdings.told_by_ledger)
        holdings.register_retention("parties", holdings.claims_of_parties)
        holdings.register_retention("customers", holdings.claims_of_customers)

    def _show_sections(self) -> None:
        """The parts of a customer's file."""
        # Models exist only now.
        from vouch.customers.permissions import may_open_file
        from vouch.customers.queries.figures import tell_figures
        from vouch.customers.queries.financials import tell_financials
        from vouch.customers.queries.sections import Section, register_section

        register_section(
            Section(
                name="financials",
                title=_("财务"),
                icon="report-money",
                url_name="customers:financials",
                order=20,
                may=may_open_file,
                tell=tell_financials,
            )
        )
        register_section(
            Section(
                name="figures",
                title=_("数据核对"),
                icon="arrows-diff",
                url_name="customers:figures",
                order=90,
                may=may_open_file,
                tell=tell_figures,
                unit=_("项"),
            )
        )

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
