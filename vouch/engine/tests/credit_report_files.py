"""Credit reports that nobody ever had: files of the published structure, from a seed, with every field of the dictionary."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from vouch.engine.credit_report.report import Block, ReportKind, dictionary

ROWS = {
    "PA01C",
    "PA01D",
    "PB01B",
    "PC02A",
    "PC02B",
    "PC02D",
    "PC02K",
    "PC030",
    "PC040",
    "PD01D",
    "PD01E",
    "PD01F",
}
ROWS |= {"PD01G", "PD01H", "PD01Z", "PD02Z", "PD03Z", "PE01Z", *(f"PF0{n}Z" for n in range(1, 9)), "PG010"}
ROWS |= {
    "EA01C",
    "EC020",
    "EC030",
    "EC050",
    "EB02A",
    "EB02B",
    "EB02C",
    "EB03A",
    "EB03B",
    "EB05A",
    "EB05B",
    "ED01B",
}
ROWS |= {"ED01C", "EE01B", "EF05B"}
"""Segments that list rows."""

BESIDE_ROWS = {"EA01CQ01", "EC020J01", "EC020R01", "EC030R01", "EC050R01", "PC02BJ01", "PD01DR01", "PD01DR02"}
"""What such a segment says once; so it does of how many rows there are (``…S01``)."""


TYPES, CLASSES = ["D1", "R1", "R2", "R3", "R4", "C1"], list("1234569")
MARKS, TRADES = list("NNNNNN1234567*#/CDZGBMA"), ["1", "2", "3", "4", "5", "6", "8", "9", "11", "14", "16"]
MONTHS = [f"{2022 + n // 12}-{n % 12 + 1:02d}" for n in range(36)]
CHOICES: Mapping[str, list[str]] = {
    "PD01AD01": TYPES,
    "PD01BD01": [*"12345678", "31"], "PD01CD01": [*"12345678", "31"],
    "PD01DD01": MARKS, "PD01ED01": MARKS, "PD01DR03": MONTHS, "PD01ER03": MONTHS,
    "PD01FD01": TRADES, "ED01CD01": TRADES,
    "PD01BD03": CLASSES, "PD01CD02": CLASSES, "PD03AD05": CLASSES, "ED01BD01": CLASSES, "ED020D03": CLASSES,
    "ED04BD02": CLASSES, "ED050D03": CLASSES, "ED070D08": CLASSES, "ED080D04": CLASSES, "ED090D04": CLASSES,
    "PD01AD03": ["11", "21", "41", "81", "91", "B1"],
    "PH010R01": [f"2024-{month:02d}-{day:02d}" for month in range(1, 7) for day in (3, 14, 15, 16, 28)],
    "PH010Q03": ["01", "02", "03", "08", "20", "21", "24", "本人查询"],
    "ED01AD01": ["1", "2"], "ED01AD02": ["D1", "D2", "R1", "R4", "C1"],
}  # fmt: skip
"""What stands in fields of whose codes the figures depend on."""


def text_of(code: str, random: Random) -> str:
    match code[5]:
        case "S":
            return str(random.randrange(0, 40))
        case "J":
            return random.choice(
                [str(random.randrange(0, 10**7)), f"{random.randrange(0, 10**6)}.{random.randrange(10, 99)}"]
            )
        case "R":
            month = f"{random.randrange(2015, 2026)}-{random.randrange(1, 13):02d}"
            return random.choice([month, f"{month}-{random.randrange(1, 29):02d}"])
        case "D":
            return random.choice(["1", "2", "3", "N", "D1", "R2", "11"])
        case "I":
            return f"X{random.randrange(10**8):08d}"
        case _:
            return random.choice(["某某商业银行", "测试有限公司", "甲 & 乙", "a<b", "说明：无"])


def chosen(code: str, random: Random) -> str:
    return random.choice(CHOICES[code]) if code in CHOICES else text_of(code, random)


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def leaf(code: str, text: str) -> str:
    return f"<{code}>{escaped(text)}</{code}>"


def block_xml(code: str, block: Block, random: Random, *, given: Mapping[str, str]) -> str:
    segments: dict[str, list[str]] = {}
    for field in block.fields:
        segments.setdefault(field[:5], []).append(field)
    parts = []
    for segment, fields in segments.items():
        texts = {field: given.get(field) or chosen(field, random) for field in fields}
        if segment in ROWS:
            once = [field for field in fields if field in BESIDE_ROWS or field.endswith("S01")]
            row = "".join(leaf(field, texts[field]) for field in fields if field not in once)
            inner = "".join(leaf(field, texts[field]) for field in once)
            inner += f"<{segment}H>{row}</{segment}H>" * random.randrange(1, 3)
        else:
            inner = "".join(leaf(field, texts[field]) for field in fields)
        parts.append(inner if segment.endswith("0") else f"<{segment}>{inner}</{segment}>")
    return f"<{code}>{''.join(parts)}</{code}>"


def report_xml(kind: ReportKind, seed: int, *, encoding: str = "UTF-8", **given: str) -> str:
    """A whole report; ``given`` fixes fields by their code."""
    random = Random(seed)  # noqa: S311 (inventions, not secrets)
    sections: dict[str, list[str]] = {}
    for code, block in dictionary(kind).items():
        times = random.randrange(1, 4) if block.repeats else 1
        for _ in range(times):
            sections.setdefault(block.section, []).append(block_xml(code, block, random, given=given))
    body = "\n".join(
        f"<{section}>\n{chr(10).join(blocks)}\n</{section}>" for section, blocks in sections.items()
    )
    return f'<?xml version="1.0" encoding="{encoding}"?>\n<Document>\n{body}\n</Document>\n'
