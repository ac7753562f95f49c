from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vouch.platform.web.navigation import NavItem, register


class IdentityConfig(AppConfig):
    name = "vouch.platform.identity"
    label = "identity"
    verbose_name = _("机构与员工")

    def ready(self) -> None:
        """Stand in the sidebar, with the number of requests that wait; let entries lead to the forms of their subject."""
        from vouch.platform.identity.permissions import may_decide_rights  # models must be loaded first
        from vouch.platform.identity.queries import waiting_changes  # models must be loaded first
        from vouch.platform.ledger.subjects import Form, register_form  # models must be loaded first

        def waiting(request: HttpRequest) -> int:
            actor: Any = getattr(request, "actor", None)
            if actor is None or not may_decide_rights(actor):
                return 0
            return waiting_changes(at=timezone.now()).exclude(requested_by=actor.user_id).count()

        register(
            NavItem(title=_("组织与员工"), url_name="identity:staff", icon="sitemap", order=70, badge=waiting)
        )
        for kind, event, url_name in (
            ("unit", "identity.unit.renamed", "identity:rename_unit"),
            ("unit", "identity.unit.moved", "identity:move_unit"),
            ("user", "identity.user.rights_changed", "identity:change_rights"),
        ):
            register_form(Form(kind=kind, events=frozenset({event}), url_name=url_name))
