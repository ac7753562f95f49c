"""The installation's keys: what there is, and rotating the outer one."""

from __future__ import annotations

import argparse
import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from vouch.platform.database.home import InstallationError, home
from vouch.platform.identity.actor import system_actor
from vouch.platform.ledger.queries import public_key
from vouch.platform.operations.actions import rotate_keys
from vouch.platform.vault.ciphers import chosen_cipher
from vouch.platform.vault.queries import key_counts
from vouch.platform.vault.ring import fingerprint, is_from_environment, ring, ring_file
from vouch.platform.vault.terms import VaultError


class Command(BaseCommand):
    help = "密钥的状态与轮换。例：vouch keys status；vouch keys rotate"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parts = parser.add_subparsers(dest="part", required=True, metavar="status|rotate")
        parts.add_parser("status", help="列出密钥环、数据密钥与日志密钥；发现问题时退出码为 1")
        parts.add_parser("rotate", help="在密钥环中加入新密钥并启用；不停机，不改写数据")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            {"status": self._status, "rotate": self._rotate}[options["part"]]()
        except (VaultError, InstallationError) as error:
            raise CommandError(str(error)) from error

    def _status(self) -> None:
        now, counts = ring(), key_counts()
        place = "环境变量 VOUCH_KEY_RING" if is_from_environment() else str(ring_file())
        self.stdout.write(f"密钥环：{place}；新密文使用 {chosen_cipher().name}")
        for version, material in sorted(now.materials.items()):
            mark = "（当前）" if version == now.current else ""
            name = fingerprint(material)
            wrapped = counts.by_version.get(version, 0)
            self.stdout.write(f"  第 {version} 版{mark} 指纹 {name}：封装 {wrapped} 个数据密钥")
        self.stdout.write(f"  已销毁的数据密钥：{counts.destroyed} 个")
        kept = (
            ("日志密钥", "VOUCH_LEDGER_KEY", "ledger.key"),
            ("树头签名密钥", "VOUCH_LEDGER_SIGNING_KEY", "ledger-signing.key"),
        )
        pem = public_key().decode()
        for title, variable, file in kept:
            self.stdout.write(f"{title}：{variable if os.environ.get(variable) else home() / file}")
        self.stdout.write(f"树头公钥：\n{pem.strip()}")
        missing = sorted(set(counts.by_version) - set(now.materials))
        if missing:
            versions = "、".join(map(str, missing))
            raise CommandError(f"密钥环缺少第 {versions} 版密钥，有数据无法解密。请恢复完整的密钥环。")

    def _rotate(self) -> None:
        version = rotate_keys(actor=system_actor("keys"), at=timezone.now())
        self.stdout.write(
            self.style.SUCCESS(f"已启用第 {version} 版密钥。旧密钥继续用于解密，请备份 {ring_file()}。")
        )
