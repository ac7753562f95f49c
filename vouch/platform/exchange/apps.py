from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from vouch.platform.web.navigation import NavItem, register


class ExchangeConfig(AppConfig):
    name = "vouch.platform.exchange"
    label = "exchange"
    verbose_name = _("数据导入")

    def ready(self) -> None:
        """Put the page into the sidebar, with the number of rows that wait for somebody."""
        from vouch.platform.exchange.permissions import may_open_imports  # models must be loaded first
        from vouch.platform.exchange.queries import open_row_count  # models must be loaded first

        def waiting(request: HttpRequest) -> int:
            actor: Any = getattr(request, "actor", None)
            return open_row_count(actor)

        register(
            NavItem(
                title=_("导入"),
                url_name="exchange:imports",
                icon="upload",
                order=30,
                badge=waiting,
                may=may_open_imports,
            )
        )
