"""``vouch train`` and ``vouch score`` as an analyst meets them."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from vouch.engine.training.tests.tables import invented

METRICS = {"rows", "bad_rate", "auc", "auc_low", "auc_high", "auc_sd", "ks", "gini", "attributes", "warnings"}


@pytest.fixture(name="loans")
def loans_file(tmp_path: Path) -> Path:
    path = tmp_path / "贷款.csv"
    path.write_text(invented().frame.write_csv(), encoding="utf-8")
    return path


def train(
    path: Path, *options: str, label: str = "y", bad: str = "坏", out: Path | None = None
) -> tuple[dict[str, Any], str]:
    """Metrics and what the command printed."""
    said = io.StringIO()
    folder = out or path.parent / "out"
    call_command(
        "train",
        str(path),
        "--label",
        label,
        "--bad",
        bad,
        "--out",
        str(folder),
        *options,
        stdout=said,
        verbosity=0,
    )
    return json.loads((folder / "metrics.json").read_text(encoding="utf-8")), said.getvalue()


def refusal(path: Path, *options: str, label: str = "y", bad: str = "坏") -> str:
    with pytest.raises(CommandError) as caught:
        train(path, *options, label=label, bad=bad)
    return str(caught.value)


def changed(path: Path, **columns: Any) -> Path:
    frame = pl.read_csv(path, infer_schema=False)
    frame = frame.with_columns(**{k: pl.Series(k, v) for k, v in columns.items()})
    other = path.parent / "改.csv"
    other.write_text(frame.write_csv(), encoding="utf-8")
    return other


def test_three_files_come_out_with_the_promised_fields(loans: Path) -> None:
    found, said = train(loans, "--special", "income=-9")
    assert set(found) >= METRICS
    assert found["rows"] == 800
    assert {"name", "iv", "psi", "bins"} == set(found["attributes"][0])
    assert {a["name"] for a in found["attributes"]} >= {"income", "region"}
    page = (loans.parent / "out/report.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")
    assert page.index("警告") < page.index("<svg")
    assert "5 折交叉检验（未指定检验方式，默认如此）" in said
    assert "特殊值 -9" in page


def test_the_same_seed_gives_the_same_bytes(loans: Path) -> None:
    for name in ("一", "二"):
        train(loans, "--seed", "7", out=loans.parent / name)
    for file in ("scorecard.yaml", "metrics.json", "report.html"):
        assert (loans.parent / "一" / file).read_bytes() == (loans.parent / "二" / file).read_bytes()


def test_every_format_and_encoding_gives_the_same_card(loans: Path) -> None:
    text = loans.read_text(encoding="utf-8")
    frame = pl.read_csv(loans, infer_schema=False)
    folder = loans.parent
    (folder / "a.csv").write_bytes(text.encode("gb18030"))
    (folder / "b.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    (folder / "c.csv.gz").write_bytes(gzip.compress(text.encode()))
    with zipfile.ZipFile(folder / "d.zip", "w") as archive:
        archive.writestr("内.csv", text)
    frame.write_parquet(folder / "e.parquet")
    frame.with_columns(pl.col("income", "noise").cast(pl.Float64)).write_excel(folder / "f.xlsx")
    rows = "\n".join(",".join("?" if v is None else f"'{v}'" for v in row) for row in frame.iter_rows())
    (folder / "g.arff").write_text(
        "@relation x\n" + "".join(f"@attribute {c} string\n" for c in frame.columns) + f"@data\n{rows}\n",
        encoding="utf-8",
    )
    (folder / "h.csv").write_text(text.replace(",", ";"), encoding="utf-8")
    expected = train(loans)[0]["auc"]
    for name in ("a.csv", "b.csv", "c.csv.gz", "d.zip", "e.parquet", "f.xlsx", "g.arff", "h.csv"):
        assert train(folder / name)[0]["auc"] == expected, name


def test_scoring_a_row_a_thousand_or_all_gives_the_same_digits(loans: Path) -> None:
    train(loans, "--special", "income=-9")
    card = loans.parent / "out/scorecard.yaml"
    frame = pl.read_csv(loans, infer_schema=False)

    def scored(part: pl.DataFrame) -> list[tuple[object, ...]]:
        source, target = loans.parent / "行.csv", loans.parent / "分.csv"
        source.write_text(part.write_csv(), encoding="utf-8")
        call_command("score", str(card), str(source), "--out", str(target), stdout=io.StringIO())
        result = pl.read_csv(target, infer_schema=False)
        assert result.columns == [*frame.columns, "score", "pd", "grade", "reasons"]
        assert result.select(frame.columns).equals(part)
        return result.rows()

    whole = scored(frame)
    assert [row for i in range(60) for row in scored(frame[i])] == whole[:60]
    assert scored(frame[::-1])[::-1] == whole
    target = loans.parent / "分.parquet"
    call_command("score", str(card), str(loans), "--out", str(target), stdout=io.StringIO())
    parquet = pl.read_parquet(target)
    assert [str(v) for v in parquet["score"]] == [row[4] for row in whole]
    assert [f"{v:.6f}" for v in parquet["pd"]] == [row[5] for row in whole]


def test_safer_rows_score_higher_and_better_grades_come_first(loans: Path) -> None:
    train(loans)
    target = loans.parent / "分.csv"
    call_command(
        "score",
        str(loans.parent / "out/scorecard.yaml"),
        str(loans),
        "--out",
        str(target),
        stdout=io.StringIO(),
    )
    result = pl.read_csv(target).sort("score")
    assert result["pd"].to_list() == sorted(result["pd"].to_list(), reverse=True)
    assert result["grade"].to_list() == sorted(result["grade"].to_list(), reverse=True)
    share = result.group_by("grade").agg((pl.col("y") == "坏").mean()).sort("grade")["y"].to_list()
    assert share[0] < share[-1]
    assert "（−" in result["reasons"][0]


def test_noise_alone_is_called_noise(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    path = tmp_path / "x.csv"
    frame = pl.DataFrame(
        {"a": rng.normal(size=600), "b": rng.choice(list("xyz"), 600), "y": rng.choice(["好", "坏"], 600)}
    )
    path.write_text(frame.write_csv(), encoding="utf-8")
    found, said = train(path)
    assert "no_signal" in {w["kind"] for w in found["warnings"]}
    assert "没有任何变量能可靠地区分好坏" in said
    call_command(
        "score",
        str(tmp_path / "out/scorecard.yaml"),
        str(path),
        "--out",
        str(tmp_path / "o.csv"),
        stdout=io.StringIO(),
    )


def test_a_constant_column_is_reported_as_constant(loans: Path) -> None:
    found, _ = train(changed(loans, same=["1"] * 800, empty=[None] * 800))
    assert {w["column"] for w in found["warnings"] if w["kind"] == "constant"} == {"same", "empty"}


def test_ten_thousand_categories_dates_and_infinities_are_named_and_left_aside(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    size = 12_000
    x = rng.normal(size=size)
    values = [f"{v:.3f}" for v in x]
    values[17] = "inf"
    bad = rng.random(size) < 1 / (1 + np.exp(1 - x))
    days = [f"20{10 + i % 10}-0{1 + i % 9}-1{i % 10}" for i in range(size)]
    frame = pl.DataFrame(
        {"x": values, "name": [f"公司{i % 10_000}" for i in range(size)], "day": days, "y": bad.astype(int)}
    )
    path = tmp_path / "大.csv"
    path.write_text(frame.write_csv(), encoding="utf-8")
    found, _ = train(path, bad="1.0")
    kinds = {w["column"]: w["kind"] for w in found["warnings"]}
    assert kinds == {"x": "infinite", "name": "too_many_categories", "day": "date"}
    assert "第 19 行" in next(w["why"] for w in found["warnings"] if w["column"] == "x")
    assert [a["name"] for a in found["attributes"]] == ["x"]


def test_mixed_encodings_are_read_line_by_line_and_said(loans: Path) -> None:
    lines = loans.read_text(encoding="utf-8").splitlines()
    data = b"\n".join(line.encode("gb18030" if i % 3 == 2 else "utf-8") for i, line in enumerate(lines))
    path = loans.parent / "混.csv"
    path.write_bytes(data)
    found, _ = train(path)
    assert found["auc"] == train(loans)[0]["auc"]
    assert [w["kind"] for w in found["warnings"]] == ["encoding"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "文件是空的"),
        (b"\n\n", "文件是空的"),
        (b"a,y\n", "没有数据行"),
        ("a,b,a,y\n1,2,3,好\n".encode(), "列名重复：“a”在第 1、3 列"),
        ("a,y\n1,好\n2,坏,3\n".encode(), "第 3 行：有 3 个值，列名有 2 个"),
        (b"\x00\x01\x02\x03" * 50, "不是表格文件"),
        (b"PAR1 broken", "Parquet"),
        (b"PK\x03\x04 broken", "zip"),
        (b"\x1f\x8b broken", "gzip"),
        (("a,y\n" + "1,坏\n" * 60).encode(), "只有一个取值"),
        (("a,y\n" + "1,好\n2,坏\n" * 5).encode(), "至少要有"),
        (("a,z\n" + "1,好\n2,坏\n" * 50).encode(), "没有“y”这一列"),
        (("a,y\n" + "1,好\n2,良\n" * 50).encode(), "没有取值“坏”。实有：好（50 行）、良（50 行）"),
        (("y\n" + "好\n坏\n" * 50).encode(), "没有剩下可用的列"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_words(
    tmp_path: Path, content: bytes, expected: str
) -> None:
    path = tmp_path / "坏文件.csv"
    path.write_bytes(content)
    assert expected in refusal(path)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--exclude", "incom"], "是否指：income"),
        (["--folds", "1"], "至少为 2"),
        (["--folds", "700"], "折数不能超过"),
        (["--test", "region"], "应写作 列=值"),
        (["--test", "region=中"], "没有取值“中”"),
        (["--time", "income"], "要一起使用"),
        (["--time", "income", "--after", "很久"], "“很久”不是"),
        (["--weight", "noise"], "应为正数"),
        (["--special", "income=x"], "不是数字"),
        (["--special", "-9"], "应写作 列=代码"),
        (["--population-rate", "17"], "应在 0 与 1 之间"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused_in_words(
    loans: Path, options: list[str], expected: str
) -> None:
    assert expected in refusal(loans, *options)


def test_a_file_without_the_cards_columns_is_refused_for_scoring(loans: Path) -> None:
    train(loans)
    other = loans.parent / "少.csv"
    other.write_text("region\n东\n", encoding="utf-8")
    for judge, file, expected in (
        (loans.parent / "out/scorecard.yaml", other, "缺少评分卡需要的列：income"),
        (loans, other, "贷款.csv"),
        (loans.parent / "无.yaml", other, "找不到"),
    ):
        with pytest.raises(CommandError, match=expected):
            call_command("score", str(judge), str(file), "--out", str(loans.parent / "o.csv"))


def test_the_command_line_needs_no_database_and_shows_no_traceback(loans: Path) -> None:
    vouch = [sys.executable, "-m", "vouch"]
    out = str(loans.parent / "cli")
    done = subprocess.run(
        [*vouch, "train", str(loans), "--label", "y", "--bad", "坏", "--out", out],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "折：分箱、拟合、检验" in done.stderr
    failed = subprocess.run(
        [*vouch, "train", str(loans), "--label", "无此列", "--bad", "1", "--out", out],
        capture_output=True,
        text=True,
        check=False,
    )
    assert failed.returncode != 0
    assert "没有“无此列”这一列" in failed.stderr
    assert "Traceback" not in failed.stderr


def test_the_challenger_is_judged_beside_the_card(loans: Path) -> None:
    pytest.importorskip("lightgbm")
    found, said = train(loans, "--challenger", "--test", "region=东")
    assert 0.5 < found["challenger"]["auc"] < 1
    assert "挑战者" in said
    assert "与挑战者比较" in (loans.parent / "out/report.html").read_text(encoding="utf-8")
