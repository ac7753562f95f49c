from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from vouch.platform.web.navigation import NavItem, register


class OperationsConfig(AppConfig):
    name = "vouch.platform.operations"
    label = "operations"
    verbose_name = _("运行与维护")

    def ready(self) -> None:
        """Put the pages into the sidebar."""
        from vouch.platform.operations.permissions import may_see_inspections  # models must be loaded first

        register(
            NavItem(
                title=_("监管检查"),
                url_name="operations:inspections",
                icon="eye-check",
                order=78,
                may=may_see_inspections,
            )
        )
