from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from vouch.platform.web.navigation import NavItem, Tool, register, register_tool


class CourierConfig(AppConfig):
    name = "vouch.platform.courier"
    label = "courier"
    verbose_name = _("消息")

    def ready(self) -> None:
        """Hang up the bell, put the pages into the sidebar, and register the service's own texts."""
        # Models must be loaded first.
        from vouch.platform.courier import permissions, templates
        from vouch.platform.courier._own import OWN_TEMPLATES
        from vouch.platform.courier.queries import unread_count
        from vouch.platform.ledger.subjects import Form, register_form

        def unread(request: HttpRequest) -> int:
            actor: Any = getattr(request, "actor", None)
            return unread_count(actor.user_id)

        register_tool(
            Tool(
                title=_("消息"),
                url_name="courier:messages",
                icon="bell",
                order=10,
                count=unread,
                may=permissions.may_use_messages,
            )
        )
        register(
            NavItem(
                title=_("消息通道"),
                url_name="courier:channels",
                icon="send",
                order=75,
                may=permissions.may_manage_channels,
            )
        )
        register(
            NavItem(
                title=_("投递记录"),
                url_name="courier:deliveries",
                icon="mail-check",
                order=76,
                may=permissions.may_read_deliveries,
            )
        )
        for template in OWN_TEMPLATES:
            templates.register(template)
        worded = frozenset({"courier.wording.changed", "courier.wording.reset"})
        register_form(Form(kind="wording", events=worded, url_name="courier:text", keyword="name"))
