from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VaultConfig(AppConfig):
    name = "vouch.platform.vault"
    label = "vault"
    verbose_name = _("密钥与密文")
