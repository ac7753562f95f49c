"""``vouch staff``: the first accounts of an installation, and who has one."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from vouch.platform.identity.actions import StaffDetails, WrongRights, appoint_staff, set_password
from vouch.platform.identity.actor import system_actor
from vouch.platform.identity.models import User
from vouch.platform.identity.passwords import one_time_password
from vouch.platform.identity.queries import UnknownUnit, staff, unit_named
from vouch.platform.identity.terms import Role, Scope

ACTOR = system_actor("staff")


class Command(BaseCommand):
    help = (
        "开立最初的员工账户。例：vouch staff appoint zhoujie --name 周杰 --role admin --scope all；"
        "此后的账户在“组织与员工”里由两人办理"
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """``appoint`` and ``list``."""
        parts = parser.add_subparsers(dest="part", required=True, metavar="appoint|list")
        appoint = parts.add_parser("appoint", help="开立账户，并给出一次性密码")
        appoint.add_argument("username", metavar="用户名")
        appoint.add_argument("--name", required=True, metavar="姓名")
        appoint.add_argument("--unit", default="", metavar="机构", help="机构编码或名称，默认总部")
        appoint.add_argument(
            "--role", action="append", required=True, choices=Role.values, dest="roles", metavar="岗位",
            help="可重复；可用：" + "、".join(f"{role.value}（{role.label}）" for role in Role),
        )  # fmt: skip
        appoint.add_argument(
            "--scope",
            default=Scope.OWN,
            choices=Scope.values,
            metavar="范围",
            help="own、unit、unit_below 或 all",
        )
        parts.add_parser("list", help="列出全部账户")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it as the installation, with its entry in the ledger."""
        if options["part"] == "list":
            for user in staff().order_by("username"):
                roles = "、".join(str(Role(role).label) for role in user.roles)
                state = "在用" if user.is_active else "停用"
                self.stdout.write(
                    f"{user.username}\t{user.name}\t{user.unit.name}\t{roles}\t{Scope(user.scope).label}\t{state}"
                )
            return
        if User.objects.filter(username__iexact=options["username"]).exists():
            raise CommandError(f"用户名“{options['username']}”已被使用。")
        password, now = one_time_password(), timezone.now()
        try:
            details = StaffDetails(
                username=options["username"],
                name=options["name"],
                unit=unit_named(options["unit"]),
                roles=options["roles"],
                scope=options["scope"],
            )
            with transaction.atomic():
                user = appoint_staff(actor=ACTOR, at=now, details=details)
                set_password(actor=ACTOR, at=now, user=user, password=password, one_time=True)
        except (UnknownUnit, WrongRights) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"已开立账户 {user.username}（{user.name}）。一次性密码，首次登录必须修改：{password}"
        )
