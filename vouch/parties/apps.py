from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartiesConfig(AppConfig):
    name = "vouch.parties"
    label = "parties"
    verbose_name = _("客户主体")

    def ready(self) -> None:
        """Let enterprises be imported."""
        from vouch.parties.actions.intake import EnterpriseImporter  # models must be loaded first
        from vouch.platform.exchange.importer import register

        register(EnterpriseImporter())
