from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PolicyConfig(AppConfig):
    name = "vouch.policy"
    label = "policy"
    verbose_name = _("政策")

    def ready(self) -> None:
        """Stand in the sidebar, and say what has to be known of a customer before it is graded."""
        from vouch.customers.queries import register_needs  # models exist only now
        from vouch.platform.web.navigation import NavItem, register  # settings must be read first
        from vouch.policy.permissions import may_read, may_read_ratios  # models exist only now
        from vouch.policy.queries import needs_of  # models exist only now

        register_needs("policy", needs_of)
        register(
            NavItem(title=_("评估政策"), url_name="policy:versions", icon="scale", order=40, may=may_read)
        )
        register(NavItem(title=_("规则库"), url_name="policy:rules", icon="gavel", order=41, may=may_read))
        register(
            NavItem(
                title=_("监管指标"), url_name="policy:ratios", icon="gauge", order=42, may=may_read_ratios
            )
        )
