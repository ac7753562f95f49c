"""``vouch policy check|schema|diff``: policy files on a desk, before anybody takes them in. Needs no database."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from vouch.engine import policy_check, policy_diff, policy_file, scorecard_file
from vouch.engine.canonical import FileError
from vouch.engine.facts import catalogue
from vouch.engine.policy import Policy
from vouch.engine.scorecard import Scorecard
from vouch.policy.actions import LIBRARY

EXAMPLE = """例：
  vouch policy check 小微政策.policy.yaml
  vouch policy diff 旧版.policy.yaml 新版.policy.yaml
  vouch policy schema > policy.schema.json
评分卡按哈希引用时，从政策文件所在文件夹的 *.scorecard.yaml、随系统提供的评分卡和 --card 里找。"""


class Command(BaseCommand):
    help = "检查政策文件（check）、给出它的 JSON Schema（schema）、说明两个版本含义上的差异（diff）。"
    requires_system_checks = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        """With an example, laid out as written."""
        form = argparse.RawDescriptionHelpFormatter
        return super().create_parser(prog_name, subcommand, formatter_class=form, epilog=EXAMPLE, **kwargs)

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """One word for each."""
        parts = parser.add_subparsers(dest="part", required=True, metavar="check|schema|diff")
        check = parts.add_parser("check", help="有错误时退出码为 1；提示不影响退出码")
        check.add_argument("file", type=Path, metavar="FILE")
        check.add_argument("--json", action="store_true", help="每个发现一行 JSON，供程序读取")
        parts.add_parser("schema", help="政策文件的 JSON Schema，供编辑器使用")
        diff = parts.add_parser("diff", help="没有差异时退出码为 0，有差异时为 1")
        diff.add_argument("old", type=Path, metavar="A")
        diff.add_argument("new", type=Path, metavar="B")
        for one in (check, diff):
            one.add_argument(
                "--card", type=Path, action="append", default=[], metavar="FILE", help="评分卡文件"
            )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print, and leave with what was found."""
        if options["part"] == "schema":
            self.stdout.write(json.dumps(policy_check.schema(), ensure_ascii=False, indent=2))
        elif options["part"] == "check":
            self._check(options["file"], options["card"], as_json=options["json"])
        else:
            self._diff(options["old"], options["new"], options["card"])

    def _check(self, file: Path, cards: list[Path], *, as_json: bool) -> None:
        data = _content(file)
        found = policy_check.check(data, cards=_cards(file, cards), catalogue=catalogue, name=file.name)
        for one in found:
            if as_json:
                said = {"line": one.line, "column": one.column, "text": one.text, "is_error": one.is_error}
                self.stdout.write(json.dumps(said, ensure_ascii=False))
            else:
                self.stdout.write(f"{file.name} {one}")
        errors = sum(one.is_error for one in found)
        if errors:
            raise CommandError(_("%(file)s 有 %(count)d 处错误。") % {"file": file.name, "count": errors})
        if not as_json:
            self.stdout.write(
                _("%(file)s 可以使用，%(count)d 条提示。") % {"file": file.name, "count": len(found)}
            )

    def _diff(self, old: Path, new: Path, cards: list[Path]) -> None:
        found = policy_diff.differences(_policy(old, cards), _policy(new, cards))
        for one in found:
            self.stdout.write(str(one))
        if found:
            raise CommandError(_("共 %d 处差异。") % len(found), returncode=1)
        self.stdout.write(_("两个版本的含义相同。"))


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CommandError(_("读不了文件 %s，请检查路径和权限。") % file) from error


def _cards(file: Path, named: list[Path]) -> Mapping[str, Scorecard]:
    """By hash: those named must be good, of those found beside the file what is good."""
    found: dict[str, Scorecard] = {}
    for path in (*LIBRARY.glob("*.scorecard.yaml"), *file.parent.glob("*.scorecard.yaml"), *named):
        try:
            card = scorecard_file.read(_content(path), name=path.name)
        except FileError as error:
            if path in named:
                raise CommandError(str(error)) from error
            continue
        found[card.sha256] = card
    return found


def _policy(file: Path, cards: list[Path]) -> Policy:
    try:
        return policy_file.read(_content(file), cards=_cards(file, cards), name=file.name)
    except FileError as error:
        raise CommandError(str(error)) from error
