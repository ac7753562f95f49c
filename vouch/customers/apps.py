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
        from vouch.engine.facts import catalogue
        from vouch.platform.exchange.importer import register

        catalogue.register(facts=FACTS, ask=ask)
        register(InvoiceImporter())
