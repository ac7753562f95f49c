"""Scoring a file by a scorecard or a policy: the input's columns and ``score, pd, grade, reasons`` beside them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from vouch.engine import policy_file, scorecard_file
from vouch.engine.canonical import FileError, read_yaml
from vouch.engine.decide import OUTCOMES, decide_many
from vouch.engine.decision import Outcome
from vouch.engine.facts import FactFrame, FactKind, Value
from vouch.engine.policy import Policy
from vouch.engine.scorecard import Attribute, AttributeKind, Scorecard, ScoredColumns
from vouch.engine.training.columns import CATEGORY, NUMBER
from vouch.engine.training.faults import InputFault
from vouch.engine.training.kinds import cleaned_text, column_of, parse_dates
from vouch.engine.training.reading import Table, read_table

ADDED: Final = ("score", "pd", "grade", "reasons")
REASONS_MOST: Final = 4
_TRUE: Final = frozenset({"true", "1", "是", "y", "yes", "t"})


@dataclass(frozen=True)
class ScoredFile:
    """The table with its added columns, and remarks about cells that could not be read."""

    frame: pl.DataFrame
    remarks: tuple[str, ...]


def load_judge(path: Path) -> Scorecard | Policy:
    """The scorecard or policy in a YAML file, told apart by its ``format``."""
    try:
        data = path.read_bytes()
    except OSError:
        raise InputFault(f"找不到或无法读取文件：{path}") from None
    try:
        source = read_yaml(data, name=path.name)
        form = str(source.get("format", "")) if isinstance(source, dict) else ""
        if form.startswith("vouch-policy"):
            return policy_file.read(data, name=path.name)
        return scorecard_file.read(data, name=path.name)
    except FileError as error:
        raise InputFault(str(error)) from None


def score_file(judge: Scorecard | Policy, path: Path) -> ScoredFile:
    """Score every row of a file."""
    return score_table(judge, read_table(path))


def score_table(judge: Scorecard | Policy, table: Table) -> ScoredFile:
    """Score every row of a table."""
    clash = [name for name in ADDED if name in table.frame.columns]
    if clash:
        raise InputFault(f"{table.name}：已有名为 {'、'.join(clash)} 的列，与要添加的列重名，请先改名。")
    if isinstance(judge, Policy):
        return _by_policy(judge, table)
    remarks: list[str] = list(table.remarks)
    columns = {a.fact: _kept(a, table, remarks=remarks) for a in _needed(judge, table)}
    scored = judge.score_columns(columns)
    grades = _grades(judge, scored.scores)
    return ScoredFile(_added(table, scored, judge, grades=grades), tuple(remarks))


def write_scored(scored: ScoredFile, path: Path) -> None:
    """Write CSV or Parquet by the file's name."""
    if path.suffix.lower() == ".parquet":
        buffer = io.BytesIO()
        scored.frame.with_columns(pl.col("pd").cast(pl.Float64)).write_parquet(buffer)
        path.write_bytes(buffer.getvalue())
    else:
        path.write_text(scored.frame.write_csv(), encoding="utf-8")


def _needed(card: Scorecard, table: Table) -> list[Attribute]:
    lacking = [a.fact for a in card.attributes if a.fact not in table.frame.columns]
    if lacking:
        shown = "、".join(lacking[:10]) + (f" 等 {len(lacking)} 列" if len(lacking) > 10 else "")
        raise InputFault(f"{table.name}：缺少评分卡需要的列：{shown}。")
    return list(card.attributes)


def _kept(attribute: Attribute, table: Table, *, remarks: list[str]) -> Any:
    if attribute.kind is AttributeKind.CATEGORY:
        column, _ = column_of(table, attribute.fact, kind=CATEGORY)
        if column.kind == NUMBER:  # a column without any value
            return [None] * column.size
        levels = [*column.levels, None]
        return [levels[code] for code in column.codes]
    column, odd = column_of(table, attribute.fact, kind=NUMBER)
    remarks.extend(o.why for o in odd)
    return attribute.keep_column(column.numbers)


def _grades(card: Scorecard, scores: Any) -> list[str | None]:
    bands = card.training.get("bands") or []
    if not bands:
        return [None] * len(scores)
    names = np.array([b["grade"] for b in bands], dtype=object)
    floors = np.array(
        [b["min_score"] if b["min_score"] is not None else np.iinfo(np.int64).min for b in bands]
    )
    order = np.argsort(floors)
    return list(names[order][np.searchsorted(floors[order], scores, side="right") - 1])


def _added(table: Table, scored: ScoredColumns, card: Scorecard, *, grades: list[str | None]) -> pl.DataFrame:
    pd: list[str] | list[None] = [None] * len(scored.scores)
    if card.pd is not None:
        texts = [str(card.pd.at(s)) for s in range(card.pd.min_score, card.pd.max_score + 1)]
        places = np.clip(scored.scores - card.pd.min_score, 0, len(texts) - 1)
        pd = [texts[p] for p in places]
    return table.frame.with_columns(
        pl.Series("score", scored.scores, dtype=pl.Int64),
        pl.Series("pd", pd, dtype=pl.String),
        pl.Series("grade", grades, dtype=pl.String),
        pl.Series("reasons", _reasons(card, scored), dtype=pl.String),
    )


def _reasons(card: Scorecard, scored: ScoredColumns) -> list[str]:
    """Most points lost first, as ``Scorecard.reasons``; attributes that lost nothing are not named."""
    rows = len(scored.scores)
    if not card.attributes or not rows:
        return [""] * rows
    lost = np.empty((rows, len(card.attributes)), dtype=np.int64)
    words: list[list[str]] = []
    for index, (attribute, picks) in enumerate(zip(card.attributes, scored.picks, strict=True)):
        lost[:, index] = attribute.best - attribute.points[picks]
        words.append([f"{o.reason}（−{attribute.best - o.points}）" for o in attribute.outcomes])
    order = np.argsort(-lost, axis=1, kind="stable")[:, :REASONS_MOST]
    picks_table = np.column_stack([np.asarray(p, dtype=np.int64) for p in scored.picks])
    return [
        "；".join(words[a][picks_table[row, a]] for a in order[row] if lost[row, a] > 0)
        for row in range(rows)
    ]


def _by_policy(policy: Policy, table: Table) -> ScoredFile:
    """Columns are found by the fact's name or by its title; facts the file lacks are missing."""
    remarks: list[str] = list(table.remarks)
    columns: dict[str, list[Value]] = {}
    absent = []
    for fact in policy.facts:
        name = next((n for n in (fact.name, fact.title) if n in table.frame.columns), None)
        if name is None:
            absent.append(fact.name)
        else:
            columns[fact.name] = _values(table, name, kind=fact.kind, remarks=remarks)
    if len(absent) == len(policy.facts):
        raise InputFault(f"{table.name}：没有政策需要的任何一列。需要：{'、'.join(absent[:10])}。")
    if absent:
        remarks.append(f"{table.name} 没有以下列，按缺失处理：{'、'.join(absent)}。")
    decisions = decide_many(policy, FactFrame(list(range(table.frame.height)), columns))
    card = policy.card
    frame = _added(table, decisions.scored, card, grades=[None] * table.frame.height)
    names = [g.name for g in policy.grades]
    grades = [names[g] if g >= 0 else None for g in decisions.final_grades]
    ungraded = decisions.outcomes == OUTCOMES.index(Outcome.INSUFFICIENT)
    reasons = ["；".join(r.text for r in d.reasons[:REASONS_MOST]) for d in decisions]
    frame = frame.with_columns(
        pl.Series("grade", grades, dtype=pl.String), pl.Series("reasons", reasons, dtype=pl.String)
    )
    if ungraded.any():
        mask = pl.Series(ungraded)
        frame = frame.with_columns(
            pl.when(mask).then(None).otherwise(pl.col("score")).alias("score"),
            pl.when(mask).then(None).otherwise(pl.col("pd")).alias("pd"),
        )
    return ScoredFile(frame, tuple(remarks))


def _values(table: Table, name: str, *, kind: FactKind, remarks: list[str]) -> list[Value]:
    """A file's column as the engine keeps facts of this kind."""
    scale = kind.scale
    if scale is not None:
        column, odd = column_of(table, name, kind=NUMBER)
        remarks.extend(o.why for o in odd)
        factor = 10.0**scale
        return [None if np.isnan(v) else round(v * factor) for v in column.numbers.tolist()]
    text = cleaned_text(table.frame[name])
    if kind is FactKind.DATE:
        days = parse_dates(text.cast(pl.String))
        if days is None:
            raise InputFault(f"{table.name}：列“{name}”应为日期，例如 2025-12-31。")
        start = date(1970, 1, 1)
        return [None if np.isnan(d) else start + timedelta(days=int(d)) for d in days.tolist()]
    if kind is FactKind.BOOLEAN:
        return [None if v is None else v.casefold() in _TRUE for v in text.to_list()]
    return list(text.to_list())
