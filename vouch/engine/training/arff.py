"""ARFF (Attribute-Relation File Format, Weka): dense and sparse rows, quoted names, `?` for missing."""

from __future__ import annotations

import csv
import re
from typing import Final

import polars as pl

from vouch.engine.training.faults import InputFault

_ATTRIBUTE: Final = re.compile(
    r"""^@attribute\s+('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\S+)\s*(.*)$""", re.IGNORECASE
)


def parse_arff(text: str, *, name: str) -> pl.DataFrame:
    """All values as text, missing as null; raise InputFault naming the line."""
    names: list[str] = []
    rows: list[list[str | None]] = []
    in_data = False
    quote = "'"
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("%"):
            continue
        if not in_data:
            lowered = line.lower()
            if lowered.startswith("@attribute"):
                names.append(_attribute_name(line, number=number, name=name))
            elif lowered.startswith("@data"):
                in_data = True
                quote = '"' if '"' in text and "'" not in text.split(raw, 1)[1] else "'"
            continue
        rows.append(_row(line, names=names, quote=quote, number=number, file=name))
    if not in_data:
        raise InputFault(f"{name}：ARFF 文件缺少 @data 段。")
    if not names:
        raise InputFault(f"{name}：ARFF 文件没有 @attribute 声明。")
    columns = zip(*rows, strict=True) if rows else [()] * len(names)
    series = [pl.Series(str(i), list(values), dtype=pl.String) for i, values in enumerate(columns)]
    frame = pl.DataFrame(series)
    frame.columns = _unique(names, name=name)
    return frame


def _attribute_name(line: str, *, number: int, name: str) -> str:
    found = _ATTRIBUTE.match(line)
    if not found:
        raise InputFault(f"{name} 第 {number} 行：@attribute 声明无法识别。")
    label = found.group(1)
    return label[1:-1].replace("\\'", "'").replace('\\"', '"') if label[0] in "'\"" else label


def _row(line: str, *, names: list[str], quote: str, number: int, file: str) -> list[str | None]:
    if line.startswith("{"):
        sparse: list[str | None] = ["0"] * len(names)
        for cell in next(csv.reader([line.strip("{} ")], quotechar=quote, skipinitialspace=True), []):
            index, _, value = cell.strip().partition(" ")
            if not index.isdigit() or int(index) >= len(names):
                raise InputFault(f"{file} 第 {number} 行：稀疏格式中的“{cell}”无法识别。")
            sparse[int(index)] = None if value.strip() == "?" else value.strip().strip(quote)
        return sparse
    cells = next(csv.reader([line], quotechar=quote, skipinitialspace=True))
    if len(cells) != len(names):
        raise InputFault(f"{file} 第 {number} 行：有 {len(cells)} 个值，应为 {len(names)} 个。")
    return [None if (value := cell.strip()) in ("?", "") else value for cell in cells]


def _unique(names: list[str], *, name: str) -> list[str]:
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise InputFault(f"{name}：列名重复：{'、'.join(twice[:10])}。请先改名。")
    return names
