from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from vouch.platform.ledger.permissions import may_read_ledger
from vouch.platform.web.navigation import NavItem, register


class LedgerConfig(AppConfig):
    name = "vouch.platform.ledger"
    label = "ledger"
    verbose_name = _("操作日志")

    def ready(self) -> None:
        """Put the ledger's page into the sidebar."""
        register(
            NavItem(
                title=_("操作日志"), url_name="ledger:entries", icon="history", order=50, may=may_read_ledger
            )
        )
