"""What the analyst asked for, checked against the file."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import Final

from vouch.engine.training.faults import InputFault
from vouch.engine.training.fitting import FittingRules

FOLDS: Final = 5
SEED: Final = 1


@dataclass(frozen=True)
class Request:
    """Options of one training, as text from the command line; ``special`` maps columns (or ``*``) to codes.

    Without ``test``, ``folds`` or ``time`` the card is validated by ``FOLDS`` folds.
    """

    label: str
    bad: str
    exclude: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    weight: str | None = None
    population_rate: float | None = None
    special: dict[str, tuple[float, ...]] = field(default_factory=dict)
    test: tuple[str, str] | None = None
    folds: int | None = None
    time: tuple[str, str] | None = None
    seed: int = SEED
    challenger: bool = False
    rules: FittingRules = field(default_factory=FittingRules)


def parse_names(text: str, *, columns: list[str], file: str, option: str) -> tuple[str, ...]:
    """``A,B`` as column names; a name may itself hold commas if the whole text is one."""
    if not text.strip():
        return ()
    if text in columns:
        return (text,)
    return tuple(
        known_column(part.strip(), columns=columns, file=file, option=option)
        for part in text.split(",")
        if part.strip()
    )


def known_column(name: str, *, columns: list[str], file: str, option: str) -> str:
    """The column's name as in the file; raise InputFault with the nearest names otherwise."""
    if name in columns:
        return name
    folded = [c for c in columns if c.strip().casefold() == name.strip().casefold()]
    if len(folded) == 1:
        return folded[0]
    if name.startswith("Unnamed: ") and name[9:].isdigit() and f"第{int(name[9:]) + 1}列" in columns:
        return f"第{int(name[9:]) + 1}列"
    near = difflib.get_close_matches(name, columns, n=3, cutoff=0.5)
    hint = (
        f"是否指：{'、'.join(near)}？"
        if near
        else f"文件的列有：{'、'.join(columns[:20])}{'……' if len(columns) > 20 else ''}"
    )
    raise InputFault(f"{option}：{file} 里没有“{name}”这一列。{hint}")


def parse_pair(text: str, *, columns: list[str], file: str, option: str) -> tuple[str, str]:
    """``COLUMN=VALUE`` with a known column."""
    name, found, value = text.partition("=")
    if not found:
        raise InputFault(f"{option}：应写作 列=值，实为“{text}”。")
    return known_column(name.strip(), columns=columns, file=file, option=option), value.strip()


def parse_special(texts: list[str], *, columns: list[str], file: str) -> dict[str, tuple[float, ...]]:
    """``A=-9,-8,B=99`` (several times if wished) as codes by column; ``*`` stands for every column."""
    codes: dict[str, list[float]] = {}
    for text in texts:
        current: str | None = None
        for part in text.split(","):
            name, found, value = part.rpartition("=")
            if found:
                current = name.strip()
                if current != "*":
                    current = known_column(current, columns=columns, file=file, option="--special")
            if current is None:
                raise InputFault(f"--special：应写作 列=代码,代码，实为“{text}”。")
            try:
                codes.setdefault(current, []).append(float(value))
            except ValueError:
                raise InputFault(
                    f"--special：列“{current}”的代码“{value}”不是数字。文字列的取值本来就各自成档，无需声明。"
                ) from None
    every = codes.pop("*", [])
    if every:
        for name in columns:
            codes.setdefault(name, []).extend(every)
    return {name: tuple(dict.fromkeys(values)) for name, values in codes.items()}
