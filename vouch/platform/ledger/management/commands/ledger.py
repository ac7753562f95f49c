"""Seal, verify and prove the ledger."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from vouch.platform.ledger import actions, queries
from vouch.platform.ledger._heads import SignedHead
from vouch.platform.ledger._keys import read_public_pem
from vouch.platform.ledger._proof import fault_of
from vouch.platform.ledger.terms import LedgerBroken

SHOWN = 50


class Command(BaseCommand):
    help = (
        "操作日志的封存、核验与证明。例：vouch ledger verify；vouch ledger prove 分录编号 --out proof.json；"
        "vouch ledger check-proof proof.json --head head.json --key key.pub"
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parts = parser.add_subparsers(
            dest="part", required=True, metavar="verify|seal|prove|prove-growth|check-proof|restart-witness"
        )
        parts.add_parser("verify", help="核验全部分录：完好退出码为 0，否则为 1 并列出分录")
        seal = parts.add_parser("seal", help="立即封存待封存的分录并外送树头")
        seal.add_argument("--recent", action="store_true", help="只看最近写入的分录（定时任务的做法）")
        parts.add_parser("restart-witness", help="数据库重建或恢复后，归档超前的外送树头，从库中最新树头继续")
        prove = parts.add_parser("prove", help="为一条分录出具证明文件")
        prove.add_argument("entry", type=UUID, help="分录编号")
        prove.add_argument("--out", type=Path, required=True, help="证明文件，例如 proof.json")
        prove.add_argument("--head", type=Path, help="同时写出树头文件，例如 head.json")
        prove.add_argument("--key", type=Path, help="同时写出公钥文件，例如 key.pub")
        growth = parts.add_parser("prove-growth", help="证明最新树头是某个旧树头的延续")
        growth.add_argument("old", type=Path, help="旧树头文件")
        growth.add_argument("--out", type=Path, required=True, help="证明文件")
        growth.add_argument("--head", type=Path, help="同时写出最新树头文件")
        check = parts.add_parser("check-proof", help="核对证明文件（不需要数据库）")
        check.add_argument("proof", type=Path, help="证明文件")
        check.add_argument("--head", type=Path, required=True, help="树头文件")
        check.add_argument("--key", type=Path, required=True, help="公钥文件")

    def handle(self, *args: Any, **options: Any) -> None:
        parts: dict[str, Callable[..., None]] = {
            "verify": self._verify,
            "seal": self._seal,
            "prove": self._prove,
            "prove-growth": self._prove_growth,
            "check-proof": self._check,
            "restart-witness": self._restart_witness,
        }
        try:
            parts[options["part"]](options)
        except (LedgerBroken, queries.NotSealed) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{error.filename}：{error.strerror}") from error

    def _verify(self, options: dict[str, Any]) -> None:
        began = time.monotonic()
        report = queries.verification()
        seconds = max(time.monotonic() - began, 1e-6)
        entries = report.leaves + report.young
        for finding in report.findings[:SHOWN]:
            named = f"分录 {finding.entry}：" if finding.entry else ""
            self.stdout.write(f"✗ {named}{finding.text}")
        if report.faults > SHOWN:
            self.stdout.write(f"……共 {report.faults} 处")
        self.stdout.write(
            f"已核验 {entries} 条分录（已封存 {report.leaves} 条，待封存 {report.young} 条），树头 {report.heads} 个"
            f"（未外送 {report.unsent} 个），用时 {seconds:.1f} 秒，每秒 {entries / seconds:.0f} 条。"
        )
        if not report.is_intact:
            raise CommandError(f"操作日志已被改动：发现 {report.faults} 处问题。")
        self.stdout.write(self.style.SUCCESS("操作日志完好。"))

    def _seal(self, options: dict[str, Any]) -> None:
        done = actions.seal_entries(
            actor=actions.Sealer(), at=timezone.now(), everything=not options["recent"]
        )
        for entry in done.forged:
            self.stdout.write(f"✗ 分录 {entry}：验证码不符，未封存")
        self.stdout.write(f"已封存 {done.count} 条分录。")
        if done.forged:
            raise CommandError("有分录的验证码不符，请运行 vouch ledger verify。")

    def _restart_witness(self, options: dict[str, Any]) -> None:
        old = actions.restart_witness(
            actor=actions.Sealer(), at=timezone.now(), reason="数据库重建或恢复后重新开始外送"
        )
        if old is None:
            self.stdout.write("外送的树头没有超前，无需处理。")
        else:
            self.stdout.write(f"旧树头已归档到 {old}，请妥善保存；外送从库中最新树头继续。")

    def _prove(self, options: dict[str, Any]) -> None:
        proof, head = queries.proof_of(options["entry"])
        _write(options["out"], proof)
        if options["head"]:
            _write(options["head"], head.document)
        if options["key"]:
            options["key"].write_bytes(queries.public_key())
        self.stdout.write(f"已写入 {options['out']}：第 {proof['leaf']} 号分录，树头 {head.size} 条。")

    def _prove_growth(self, options: dict[str, Any]) -> None:
        try:
            old = SignedHead.read(_read(options["old"]))
        except ValueError as error:
            raise CommandError(f"{options['old']}：{error}") from error
        proof, head = queries.growth_since(old)
        _write(options["out"], proof)
        if options["head"]:
            _write(options["head"], head.document)
        self.stdout.write(f"已写入 {options['out']}：{old.size} 条 → {head.size} 条。")

    def _check(self, options: dict[str, Any]) -> None:
        try:
            key = read_public_pem(options["key"].read_bytes())
        except ValueError as error:
            raise CommandError(f"{options['key']}：{error}") from error
        fault = fault_of(_read(options["proof"]), head=_read(options["head"]), key=key)
        if fault:
            raise CommandError(f"证明不成立：{fault}。")
        self.stdout.write(self.style.SUCCESS("证明成立。"))


def _write(file: Path, document: dict[str, Any]) -> None:
    file.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise CommandError(f"{file} 不是有效的 JSON 文件：{error}") from error
