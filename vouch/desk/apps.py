from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from vouch.platform.courier.templates import register_link
from vouch.platform.web.navigation import NavItem, SearchBox, register, register_search_box


class DeskConfig(AppConfig):
    name = "vouch.desk"
    label = "desk"
    verbose_name = _("工作台")

    def ready(self) -> None:
        """Put the desk's pages into the sidebar, and lead messages about a customer to their page."""
        register_link("party", "desk:customer")
        register_search_box(SearchBox(url_name="desk:search", suggestions_url_name="desk:suggestions"))
        register(NavItem(title=_("工作台"), url_name="desk:home", icon="layout-dashboard", order=10))
        register(NavItem(title=_("客户"), url_name="desk:customers", icon="users", order=20))
        register(NavItem(title=_("关系图谱"), url_name="desk:relations", icon="affiliate", order=24))
        register(NavItem(title=_("楼栋"), url_name="desk:buildings", icon="building-skyscraper", order=26))
