from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IdentityConfig(AppConfig):
    name = "vouch.platform.identity"
    label = "identity"
    verbose_name = _("机构与员工")
