from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GradingConfig(AppConfig):
    name = "vouch.grading"
    label = "grading"
    verbose_name = _("评级与额度")

    def ready(self) -> None:
        """Stand in the sidebar, say how far a batch is, and whom an undone import must leave as judged."""
        from vouch.customers.queries import Strand, register_strand  # models must be loaded first
        from vouch.grading.permissions import may_review_classes
        from vouch.grading.queries import judged_since, progress_of_runs, waiting_classes
        from vouch.grading.queries.exposures import changed_since, exposures
        from vouch.grading.queries.history import told_of_assessments
        from vouch.platform.exchange.undoing import register_witness
        from vouch.platform.jobs.queries import register_progress
        from vouch.platform.web.navigation import NavItem, register  # settings must be read first
        from vouch.policy.queries.exposures import register_exposures

        register(NavItem(title=_("评估批次"), url_name="grading:runs", icon="list-check", order=45))
        register(
            NavItem(
                title=_("分类复核"),
                url_name="grading:reviews",
                icon="arrows-exchange",
                order=44,
                badge=lambda request: waiting_classes(request.actor),  # type: ignore[attr-defined]
                may=may_review_classes,
            )
        )
        register_strand(Strand("assessments", _("评估"), "gauge", told_of_assessments))
        register_exposures(exposures, changed=changed_since)
        register_witness("parties_party", judged_since)
        register_progress("grading.continue_run", progress_of_runs)
