"""The switchboard's app: hands the map of reactions to the ledger when everything is loaded."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from vouch.config.wiring import REACTIONS


class ConfigConfig(AppConfig):
    name = "vouch.config"
    label = "config"
    verbose_name = _("总装")

    def ready(self) -> None:
        """Wire events to their reactions."""
        from vouch.platform.ledger.reactions import register_reactions  # models must be loaded first

        register_reactions(REACTIONS)
