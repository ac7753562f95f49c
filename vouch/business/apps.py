"""The room's registration: its facts, its imports, its place in the sidebar and in customers' timelines."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BusinessConfig(AppConfig):
    """What we do (担保业务)."""

    name = "vouch.business"
    label = "business"
    verbose_name = _("担保业务")

    def ready(self) -> None:
        """Tell the catalogue what this room answers, the exchange what it takes in, the sidebar where it is."""
        # Models exist only now.
        from vouch.business.actions import (
            ClaimImporter,
            DrawImporter,
            GuaranteeImporter,
            RecoveryImporter,
            RepaymentImporter,
        )
        from vouch.business.facts import FACTS, ask, sites
        from vouch.business.permissions import may_open_register
        from vouch.business.queries.exposures import changed_since, exposures
        from vouch.business.queries.flows import flows
        from vouch.business.queries.takings import BOOK
        from vouch.business.queries.timeline import told_of_guarantees
        from vouch.customers.queries import Strand, register_strand
        from vouch.engine.facts import catalogue
        from vouch.grading.queries import register_book
        from vouch.platform.exchange.importer import register
        from vouch.platform.web.navigation import NavItem
        from vouch.platform.web.navigation import register as show
        from vouch.policy.queries.claims import register_claims
        from vouch.policy.queries.exposures import register_exposures

        catalogue.register(facts=FACTS, ask=ask)
        catalogue.register(facts=sites.FACTS, ask=sites.ask)
        for importer in (
            GuaranteeImporter(),
            DrawImporter(),
            RepaymentImporter(),
            ClaimImporter(),
            RecoveryImporter(),
        ):
            register(importer)
        register_book(BOOK)
        register_exposures(exposures, changed=changed_since)
        register_claims(flows)
        register_strand(Strand("guarantees", _("担保"), "shield-check", told_of_guarantees))
        show(
            NavItem(
                title=_("在保台账"),
                url_name="business:register",
                icon="shield-check",
                order=40,
                may=may_open_register,
            )
        )
