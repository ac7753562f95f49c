from typing import Any

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class GradingConfig(AppConfig):
    name = "vouch.grading"
    label = "grading"
    verbose_name = _("评级与额度")

    def ready(self) -> None:
        """Stand in the sidebar, say how far a batch is, and whom an undone import must leave as judged."""
        from vouch.customers.permissions import register_bar  # models must be loaded first
        from vouch.customers.queries import Strand, register_strand  # models must be loaded first
        from vouch.customers.terms import RequestKind
        from vouch.grading.permissions import may_open_limits, may_open_overrides, may_review_classes
        from vouch.grading.queries import judged_since, progress_of_runs, took_part_in, waiting_classes
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
        register(
            NavItem(title=_("额度"), url_name="grading:limits", icon="gauge", order=42, may=may_open_limits)
        )
        register(NavItem(title=_("信息欠账"), url_name="grading:debts", icon="file-search", order=26))
        register(
            NavItem(
                title=_("人工介入"),
                url_name="grading:overrides",
                icon="user-edit",
                order=46,
                badge=_waiting,
                may=may_open_overrides,
            )
        )
        register_strand(Strand("assessments", _("评估"), "gauge", told_of_assessments))
        register_exposures(exposures, changed=changed_since)
        register_witness("parties_party", judged_since)
        register_progress("grading.continue_run", progress_of_runs)
        register_bar(RequestKind.REVIEW, took_part_in)
        _notify()


def _waiting(request: HttpRequest) -> int:
    """What waits for a person: proposals of others, and advice."""
    from vouch.grading.permissions import may_decide_waiting  # models must be loaded first
    from vouch.grading.queries import advice_visible_to, waiting_overrides

    actor: Any = getattr(request, "actor", None)
    if not may_decide_waiting(actor):
        return 0
    return waiting_overrides(actor) + advice_visible_to(actor).count()


def _notify() -> None:
    """What the courier says of overrides."""
    from vouch.grading.actions.override import EXPIRED  # models must be loaded first
    from vouch.platform.courier import templates
    from vouch.platform.courier.terms import Group

    templates.register(
        templates.Template(
            name=EXPIRED,
            title="{name}的人工调整已到期",
            body="“{name}”的等级人工调整为 {grade}，已于 {day} 到期终止，等级恢复为模型结果（提出调整时为 {model}）。仍需调整的，请重新提出。",
            group=Group.WORK,
            samples={"name": "苏州恒泰新材料有限公司", "grade": "A", "model": "BBB", "day": "2026-12-31"},
        )
    )
    templates.register_link("override", "grading:override")
