from __future__ import annotations

from pathlib import Path

from vouch.engine.tests.policies import YAML
from vouch.engine.training.scoring import load_judge, score_file


def test_a_policy_grades_a_file_by_the_facts_names_or_titles(tmp_path: Path) -> None:
    (tmp_path / "政策.yaml").write_text(YAML, encoding="utf-8")
    (tmp_path / "客户.csv").write_text(
        "客户,近12个月开票销售额,invoice.idle_days,party.trade,invoice.void_rate\n"
        "甲,6000000.00,3,制造业,0.01\n乙,,3,零售业,0.3\n",
        encoding="utf-8",
    )
    scored = score_file(load_judge(tmp_path / "政策.yaml"), tmp_path / "客户.csv")
    first, second = scored.frame.to_dicts()
    assert first["score"] >= 400 + 140 + 40
    assert first["grade"]
    assert second["score"] is None
    assert second["grade"] is None
    assert second["reasons"]
    assert any("party.founded_on" in remark for remark in scored.remarks)
