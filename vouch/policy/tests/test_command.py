"""``vouch policy``: files are checked and compared on a desk, without a database."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from django.core.management import CommandError, call_command

from vouch.engine.canonical import read_yaml
from vouch.policy.actions import LIBRARY

SHIPPED = LIBRARY / "small-firm-invoices.policy.yaml"


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    text = SHIPPED.read_text().replace("check_every_days: 180", "check_every_days: 120", 1)
    path = tmp_path / "第二版.policy.yaml"
    path.write_text(text)
    return path


def test_a_good_file_is_said_to_be_good(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("policy", "check", str(SHIPPED))
    assert "可以使用，0 条提示" in capsys.readouterr().out


def test_every_error_has_its_line_and_column_for_people_and_for_programs(
    changed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = changed.read_text().replace("invoice.days_since_sale", "invoice.nothing_at_all")
    changed.write_text(text)
    with pytest.raises(CommandError, match=r"第二版.policy.yaml 有 \d+ 处错误"):
        call_command("policy", "check", str(changed))
    first = capsys.readouterr().out.splitlines()[0]
    line = next(
        number for number, said in enumerate(text.splitlines(), 1) if "invoice.nothing_at_all" in said
    )
    assert first.startswith(f"第二版.policy.yaml 第 {line} 行第 ")
    with pytest.raises(CommandError):
        call_command("policy", "check", str(changed), "--json")
    found = [json.loads(said) for said in capsys.readouterr().out.splitlines()]
    assert found[0]["line"] == line
    assert found[0]["is_error"]


def test_two_versions_are_compared_by_meaning(changed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError, match="共 1 处差异"):
        call_command("policy", "diff", str(SHIPPED), str(changed))
    assert "检查间隔：180 天 → 120 天" in capsys.readouterr().out
    call_command("policy", "diff", str(SHIPPED), str(SHIPPED))
    assert "含义相同" in capsys.readouterr().out


def test_the_schema_is_that_by_which_files_are_judged(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("policy", "schema")
    schema = json.loads(capsys.readouterr().out)
    jsonschema.validate(read_yaml(SHIPPED.read_bytes()), schema)


@pytest.mark.parametrize("words", [["check", "没有.yaml"], ["diff", "没有.yaml", str(SHIPPED)]])
def test_a_file_that_is_not_there_is_named(words: list[str]) -> None:
    with pytest.raises(CommandError, match="读不了文件 没有.yaml"):
        call_command("policy", *words)


def test_no_database_is_started(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "vouch", "policy", "check", str(SHIPPED)],
        env={
            "PATH": "/usr/bin:/bin",
            "VOUCH_HOME": str(tmp_path / "none"),
            "PYTHONPATH": str(LIBRARY.parents[2]),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "none" / "postgresql").exists()
