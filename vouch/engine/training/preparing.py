"""From a file and a request to columns, outcome and splits; says what was left aside and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from vouch.engine.training.binning import Outcome
from vouch.engine.training.columns import CATEGORY, DATE, NUMBER, Column
from vouch.engine.training.faults import InputFault
from vouch.engine.training.kinds import cleaned_text, column_of, columns_of
from vouch.engine.training.merging import Ints
from vouch.engine.training.reading import Table
from vouch.engine.training.request import FOLDS, Request

CATEGORIES_MOST: Final = 1000
ROWS_LEAST: Final = 40
CLASS_LEAST: Final = 10


@dataclass(frozen=True)
class Warned:
    """A warning: its kind (a word), the column it is about or an empty text, and why, in Chinese."""

    kind: str
    column: str
    why: str


@dataclass(frozen=True)
class Split:
    """Rows to learn from and rows to judge by, as positions among the prepared rows."""

    train: Ints
    test: Ints


@dataclass(frozen=True)
class Protocol:
    """How the card is judged: ``kind`` folds, test or time; in words; and its splits."""

    kind: str
    words: str
    splits: tuple[Split, ...]


@dataclass(frozen=True)
class Prepared:
    """Everything training needs.  ``rows`` are the file's row positions that are used; ``all_columns`` feeds the leakage alarm,
    ``usable`` names those that may enter the card.
    """

    rows: Ints
    outcome: Outcome
    all_columns: tuple[Column, ...]
    usable: tuple[str, ...]
    protocol: Protocol
    warnings: tuple[Warned, ...]
    notes: tuple[str, ...]


def prepare(table: Table, request: Request) -> Prepared:
    """Check and arrange; raise InputFault where nothing sensible can be trained."""
    notes = list(table.remarks)
    warnings = [Warned("encoding", "", remark) for remark in table.remarks if "编码" in remark]
    known = labelled(table, request)
    bad_all = _bad_rows(table, request, known=known)
    held_back = [request.label, *(c for c in (request.weight,) if c)]
    held_back += [pair[0] for pair in (request.test, request.time) if pair]
    names = [n for n in table.frame.columns if n not in held_back and n not in request.exclude]
    if not names:
        raise InputFault(f"{table.name}：排除之后没有剩下可用的列。")
    rows = np.flatnonzero(known)
    if (lost := len(known) - len(rows)) > 0:
        notes.append(f"{lost} 行没有标签值，未使用。")
    weight = _weights(table, request, rows=rows, bad=bad_all[rows])
    if request.time is not None:
        rows, weight = _with_time(table, request, rows=rows, weight=weight, notes=notes)
    bad = bad_all[rows]
    outcome = Outcome(bad=bad, weight=weight)
    _check_classes(table, outcome)
    columns, odd = columns_of(table, names)
    warnings += [Warned(o.kind, o.column, o.why) for o in odd]
    columns = [c.take(rows) for c in columns]
    usable = [c.name for c in columns if _usable(c, warnings=warnings, notes=notes)]
    protocol = _protocol(table, request, rows=rows, bad=bad)
    return Prepared(rows, outcome, tuple(columns), tuple(usable), protocol, tuple(warnings), tuple(notes))


def labelled(table: Table, request: Request) -> np.ndarray:
    """Which rows have a label."""
    return cleaned_text(table.frame[request.label]).is_not_null().to_numpy()


def _bad_rows(table: Table, request: Request, *, known: np.ndarray) -> np.ndarray:
    text = cleaned_text(table.frame[request.label])
    counts = text.drop_nulls().value_counts(sort=True)
    values = counts[request.label].to_list()
    if not values:
        raise InputFault(f"{table.name}：标签列“{request.label}”全部为空。")
    wanted = _matching(request.bad, values)
    shown = "、".join(f"{v}（{c} 行）" for v, c in list(counts.iter_rows())[:8]) + (
        "……" if len(values) > 8 else ""
    )
    if not wanted:
        raise InputFault(f"{table.name}：标签列“{request.label}”里没有取值“{request.bad}”。实有：{shown}。")
    if len(values) == 1:
        raise InputFault(
            f"{table.name}：标签列“{request.label}”只有一个取值：{shown}。好坏两类都要有，才能训练。"
        )
    if len(wanted) == len(values):
        raise InputFault(f"{table.name}：标签列“{request.label}”的全部取值都被当作坏：{shown}。")
    return text.is_in(wanted).fill_null(value=False).to_numpy().astype(float)


def _matching(wanted: str, values: Sequence[str]) -> list[str]:
    """Values equal to the wanted one as text, as a number, or regardless of case; else the parts of a list ``B,D``."""
    wanted = wanted.strip()
    exact = [v for v in values if v == wanted] or [v for v in values if _same_number(v, wanted)]
    exact = exact or [v for v in values if v.casefold() == wanted.casefold()]
    if exact or "," not in wanted:
        return exact
    parts = [_matching(part, values) for part in wanted.split(",") if part.strip()]
    return [v for part in parts for v in part] if all(parts) else []


def _same_number(one: str, other: str) -> bool:
    words = {"true": 1.0, "false": 0.0}
    try:
        return float(words.get(one.casefold(), one)) == float(words.get(other.casefold(), other))
    except ValueError:
        return False


def _weights(table: Table, request: Request, *, rows: Ints, bad: np.ndarray) -> np.ndarray:
    weight = np.ones(len(rows))
    if request.weight is not None:
        column, _ = column_of(table, request.weight, kind=NUMBER)
        weight = column.numbers[rows]
        wrong = np.flatnonzero(~(weight > 0))
        if len(wrong):
            line = table.line(int(rows[wrong[0]]))
            raise InputFault(
                f"{table.name} 第 {line} 行：权重列“{request.weight}”应为正数（共 {len(wrong)} 行不是）。"
            )
    if request.population_rate is not None:
        share = float((weight * bad).sum() / weight.sum())
        target = request.population_rate
        if not 0 < target < 1:
            raise InputFault("--population-rate 应在 0 与 1 之间。")
        if 0 < share < 1:
            weight = weight * np.where(bad > 0, target / share, (1 - target) / (1 - share))
    return np.asarray(weight)


def _check_classes(table: Table, outcome: Outcome) -> None:
    bad_rows = int(outcome.bad.sum())
    good_rows = len(outcome.bad) - bad_rows
    if min(bad_rows, good_rows) == 0:
        raise InputFault(
            f"{table.name}：可用的行里只有一类结果（坏 {bad_rows} 行，好 {good_rows} 行），无法训练。"
        )
    if len(outcome.bad) < ROWS_LEAST or min(bad_rows, good_rows) < CLASS_LEAST:
        raise InputFault(
            f"{table.name}：可用 {len(outcome.bad)} 行，其中坏 {bad_rows} 行、好 {good_rows} 行；"
            f"至少要有 {ROWS_LEAST} 行且好坏各 {CLASS_LEAST} 行，否则训练出的评分卡没有意义。"
        )


def _with_time(
    table: Table, request: Request, *, rows: Ints, weight: np.ndarray, notes: list[str]
) -> tuple[Ints, np.ndarray]:
    if request.time is None:
        return rows, weight
    column, _ = column_of(table, request.time[0])
    present = ~column.take(rows).missing
    if lost := int((~present).sum()):
        notes.append(f"{lost} 行的时间列“{request.time[0]}”为空，未使用。")
    return rows[present], weight[present]


def _usable(column: Column, *, warnings: list[Warned], notes: list[str]) -> bool:
    """Whether a column may enter a card; if not, say so."""
    missing = column.missing
    present = int((~missing).sum())
    name = column.name
    if present == 0:
        warnings.append(Warned("constant", name, f"列“{name}”全部为空，不能用。"))
        return False
    if column.kind == CATEGORY:
        distinct = int((np.bincount(column.codes[~missing], minlength=1) > 0).sum())
    else:
        distinct = len(np.unique(column.numbers[~missing]))
    if distinct == 1 and present == column.size:
        warnings.append(Warned("constant", name, f"列“{name}”是常数（每行都相同），不含信息，未使用。"))
        return False
    if column.kind == DATE:
        why = f"列“{name}”是日期。日期本身不能用于评分（明天的申请人不会有过去的日期），未作为变量；如有意义，请先换算成时长，例如成立月数。"
        warnings.append(Warned("date", name, why))
        return False
    if column.kind == CATEGORY and distinct > CATEGORIES_MOST:
        why = f"列“{name}”有 {distinct} 个不同的文字取值，像是名称或编号，类别过多，未使用。"
        warnings.append(Warned("too_many_categories", name, why))
        return False
    if column.kind == NUMBER and distinct == column.size and _is_identifier(column):
        notes.append(f"列“{name}”每行都不同且像是序号或编号，未作为变量。")
        return False
    return True


def _is_identifier(column: Column) -> bool:
    numbers = column.numbers
    if (numbers != np.floor(numbers)).any():
        return False
    span = float(numbers.max() - numbers.min()) + 1
    digits = np.floor(np.log10(np.maximum(np.abs(numbers), 1.0)))
    return span == len(numbers) or bool((digits >= 7).all() and np.ptp(digits) == 0)


def _protocol(table: Table, request: Request, *, rows: Ints, bad: np.ndarray) -> Protocol:
    if request.test is not None:
        return _by_value(table, request.test, rows=rows, bad=bad)
    if request.time is not None:
        return _by_time(table, request.time, rows=rows, bad=bad)
    folds = request.folds if request.folds is not None else FOLDS
    if folds < 2:
        raise InputFault("--folds 至少为 2。")
    fewest = int(min(bad.sum(), len(bad) - bad.sum()))
    if folds > fewest:
        raise InputFault(f"--folds {folds}：较少的一类只有 {fewest} 行，折数不能超过它。")
    place = fold_of(bad, folds=folds, seed=request.seed)
    splits = tuple(Split(np.flatnonzero(place != k), np.flatnonzero(place == k)) for k in range(folds))
    stated = "" if request.folds is not None else "（未指定检验方式，默认如此）"
    words = f"{folds} 折交叉检验{stated}：每折都在其余各折上重新分箱、重新拟合，在本折上检验；成品卡用全部行训练。随机种子 {request.seed}。"
    return Protocol("folds", words, splits)


def fold_of(bad: np.ndarray, *, folds: int, seed: int) -> Ints:
    """Fold number of every row, balanced within each class."""
    rng = np.random.default_rng(seed)
    place = np.empty(len(bad), dtype=np.int64)
    for value in (0, 1):
        of_class = np.flatnonzero(bad == value)
        place[rng.permutation(of_class)] = np.arange(len(of_class)) % folds
    return place


def _by_value(table: Table, pair: tuple[str, str], *, rows: Ints, bad: np.ndarray) -> Protocol:
    name, value = pair
    text = cleaned_text(table.frame[name])
    counts = text.drop_nulls().value_counts(sort=True)
    wanted = _matching(value, counts[name].to_list())
    if not wanted:
        shown = "、".join(str(v) for v in counts[name].to_list()[:8])
        raise InputFault(f"--test：列“{name}”里没有取值“{value}”。实有：{shown}。")
    is_test = text.is_in(wanted).fill_null(value=False).to_numpy()[rows]
    words = (
        f"留出检验：在“{name}”不等于 {value} 的行上训练（成品卡也只用这些行），在等于 {value} 的行上检验。"
    )
    return Protocol("test", words, (_two_parts(is_test, bad=bad, option="--test"),))


def _by_time(table: Table, pair: tuple[str, str], *, rows: Ints, bad: np.ndarray) -> Protocol:
    name, value = pair
    column, _ = column_of(table, name)
    part = column.take(rows)
    if part.kind == CATEGORY:
        is_test = np.array([part.levels[code] > value for code in part.codes])
    else:
        is_test = part.numbers > _moment(value, kind=part.kind, name=name)
    words = f"跨期检验：在“{name}”不晚于 {value} 的行上训练（成品卡也只用这些行），在其后的行上检验。"
    return Protocol("time", words, (_two_parts(is_test, bad=bad, option="--after"),))


def _moment(value: str, *, kind: str, name: str) -> float:
    if kind == NUMBER:
        try:
            return float(value)
        except ValueError:
            raise InputFault(f"--after：列“{name}”是数字，“{value}”不是。") from None
    text = pl.Series(name, [value if len(value) > 4 else f"{value}-12-31"])
    series = Table("--after", pl.DataFrame([text]))
    column, _ = column_of(series, name)
    if column.kind != DATE:
        raise InputFault(f"--after：列“{name}”是日期，“{value}”不是，应写作 2004-12-31。")
    return float(column.numbers[0])


def _two_parts(is_test: np.ndarray, *, bad: np.ndarray, option: str) -> Split:
    for part, words in ((is_test, "检验"), (~is_test, "训练")):
        bad_rows, all_rows = int(bad[part].sum()), int(part.sum())
        if min(bad_rows, all_rows - bad_rows) < CLASS_LEAST:
            raise InputFault(
                f"{option}：{words}部分有 {all_rows} 行，其中坏 {bad_rows} 行、好 {all_rows - bad_rows} 行；好坏各至少 {CLASS_LEAST} 行。"
            )
    return Split(np.flatnonzero(~is_test), np.flatnonzero(is_test))
