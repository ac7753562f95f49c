"""Django's `flush`, for test databases: quick where little was written."""

from typing import Any

from django.core.management.commands import flush


class Command(flush.Command):
    """What the end of a migration writes stays, so it need not be written again after every transactional test."""

    help = "清空测试数据库。例：vouch flush --noinput"

    def handle(self, **options: Any) -> None:
        super().handle(**options | {"reset_sequences": False, "inhibit_post_migrate": True})
