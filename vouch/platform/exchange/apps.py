from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from vouch.platform.courier import templates
from vouch.platform.courier.terms import Group
from vouch.platform.web.navigation import NavItem, register

FINISHED = templates.Template(
    name="exchange.import_finished",
    title="导入完成：{kind}",
    body="您提交的第 {number} 号导入（{kind}）已完成：已导入 {accepted} 行，未导入 {rejected} 行。",
    group=Group.WORK,
    samples={"kind": "企业", "number": "12", "accepted": "300", "rejected": "2"},
)
FAILED = templates.Template(
    name="exchange.import_failed",
    title="导入失败：{kind}",
    body="您提交的第 {number} 号导入（{kind}）没有完成，已处理的行保留。请打开该批次查看原因后重试。",
    group=Group.WORK,
    samples={"kind": "企业", "number": "12"},
)


class ExchangeConfig(AppConfig):
    name = "vouch.platform.exchange"
    label = "exchange"
    verbose_name = _("数据导入")

    def ready(self) -> None:
        """Put the page into the sidebar, with the number of rows that wait for somebody; say how imports are told of."""
        templates.register(FINISHED)
        templates.register(FAILED)
        templates.register_link("import", "exchange:import")
        from vouch.platform.exchange.permissions import may_open_imports  # models must be loaded first
        from vouch.platform.exchange.queries import open_row_count, progress_of_imports, progress_of_undos
        from vouch.platform.jobs.queries import register_progress

        register_progress("exchange.run_import", progress_of_imports)
        register_progress("exchange.undo_import", progress_of_undos)

        def waiting(request: HttpRequest) -> int:
            actor: Any = getattr(request, "actor", None)
            return open_row_count(actor)

        register(
            NavItem(
                title=_("导入"),
                url_name="exchange:imports",
                icon="upload",
                order=30,
                badge=waiting,
                may=may_open_imports,
            )
        )
