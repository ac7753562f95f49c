"""The room's registration: its facts, and the import of invoices."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.http import HttpRequest
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
        from vouch.customers.facts.collateral import COLLATERAL_FACTS, ask_collateral
        from vouch.customers.facts.credit import CREDIT_FACTS, ask_credit
        from vouch.customers.facts.duties import TAX_FACTS, UTILITY_FACTS, ask_tax, ask_utility
        from vouch.customers.facts.guarantees import GUARANTEE_FACTS, ask_guarantees
        from vouch.customers.facts.records import RECORD_FACTS, ask_records
        from vouch.customers.facts.watching import WATCH_FACTS, ask_hits
        from vouch.customers.permissions import may_open_consent, may_open_lists
        from vouch.customers.queries import (
            Strand,
            consenting,
            holdings,
            register_section,
            register_strand,
            source_holdings,
            source_sections,
            timeline,
            watching,
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

        def waiting(request: HttpRequest) -> int:
            actor: Any = getattr(request, "actor", None)
            return watching.open_hits(actor)

        show(
            NavItem(
                title=_("名单筛查"),
                url_name="customers:watch_hits",
                icon="user-exclamation",
                order=74,
                badge=waiting,
                may=may_open_lists,
            )
        )
        catalogue.register(facts=FACTS, ask=ask)
        catalogue.register(facts=CREDIT_FACTS, ask=ask_credit)
        catalogue.register(facts=BANK_FACTS, ask=ask_bank)
        catalogue.register(facts=TAX_FACTS, ask=ask_tax)
        catalogue.register(facts=UTILITY_FACTS, ask=ask_utility)
        catalogue.register(facts=RECORD_FACTS, ask=ask_records)
        catalogue.register(facts=GUARANTEE_FACTS, ask=ask_guarantees)
        catalogue.register(facts=COLLATERAL_FACTS, ask=ask_collateral)
        catalogue.register(facts=WATCH_FACTS, ask=ask_hits)
        catalogue.guard("credit", consent=consenting)
        register(InvoiceImporter())
        for section in source_sections.SECTIONS:
            register_section(section)
        register_strand(Strand("materials", _("资料"), "file-text", timeline.told_of_materials))
        register_strand(Strand("consent", _("授权与征信"), "file-certificate", timeline.told_of_consent))
        register_strand(Strand("requests", _("权利请求"), "user-question", timeline.told_of_requests))
        holdings.register_holdings("parties", holdings.told_by_parties)
        holdings.register_holdings("persons", holdings.told_by_persons)
        holdings.register_holdings("customers", holdings.told_by_customers)
        holdings.register_holdings("flows", told_by_flows)
        holdings.register_holdings("sources", source_holdings.told_by_sources)
        holdings.register_holdings("ledger", holdings.told_by_ledger)
        holdings.register_retention("parties", holdings.claims_of_parties)
        holdings.register_retention("customers", holdings.claims_of_customers)
