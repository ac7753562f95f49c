from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from vouch.platform.web.navigation import NavItem, register


class OperationsConfig(AppConfig):
    name = "vouch.platform.operations"
    label = "operations"
    verbose_name = _("运行与维护")

    def ready(self) -> None:
        """Put the pages into the sidebar, and say how far a backup is."""
        from vouch.platform.jobs.queries import register_progress  # models must be loaded first
        from vouch.platform.operations.permissions import (  # models must be loaded first
            may_see_inspections,
            may_see_operations,
        )
        from vouch.platform.operations.queries import progress_of_backups

        register_progress("operations.back_up", progress_of_backups)
        register(
            NavItem(
                title=_("运行"),
                url_name="operations:health",
                icon="server-cog",
                order=80,
                may=may_see_operations,
            )
        )
        register(
            NavItem(
                title=_("监管检查"),
                url_name="operations:inspections",
                icon="eye-check",
                order=78,
                may=may_see_inspections,
            )
        )
