"""Bytes to text: UTF-8, UTF-16 with a mark, GB18030, and files where several were pasted together."""

from __future__ import annotations

import codecs

from vouch.engine.training.faults import InputFault


def decode(data: bytes, *, name: str) -> tuple[str, tuple[str, ...]]:
    """The text and remarks about its encoding; raise InputFault naming the line where nothing fits."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if data.startswith(mark):
            data = data[len(mark) :]
            try:
                return data.decode(encoding), ()
            except UnicodeDecodeError:
                if encoding != "utf-8":
                    raise InputFault(f"{name}：声明为 UTF-16，但内容不是。") from None
    try:
        return _without_nul(data.decode("utf-8"), name=name), ()
    except UnicodeDecodeError:
        pass
    lines = data.split(b"\n")
    odd, utf8 = [], 0
    for number, line in enumerate(lines, start=1):
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
            utf8 += 1
        except UnicodeDecodeError:
            odd.append(number)
    # A few GB18030 lines are valid UTF-8 by chance; many are not.
    if utf8 <= 0.02 * len(odd):
        try:
            return _without_nul(data.decode("gb18030"), name=name), ()
        except UnicodeDecodeError:
            pass
    return _by_line(lines, odd, utf8=utf8, name=name)


def _by_line(lines: list[bytes], odd: list[int], *, utf8: int, name: str) -> tuple[str, tuple[str, ...]]:
    texts = []
    guessed: list[int] = []
    strange = set(odd)
    for number, line in enumerate(lines, start=1):
        if number not in strange:
            texts.append(line.decode("utf-8"))
            continue
        try:
            texts.append(line.decode("gb18030"))
        except UnicodeDecodeError:
            guessed.append(number)
            texts.append(line.decode("cp1252", errors="replace"))
    shown = "、".join(str(n) for n in odd[:5]) + (" 等" if len(odd) > 5 else "")
    remarks = []
    if utf8 and len(odd) > len(guessed):
        remarks.append(
            f"{name} 混用了编码：{utf8} 行是 UTF-8，第 {shown} 行（共 {len(odd)} 行）不是，已逐行按 GB18030 读取，请核对。"
        )
    if guessed:
        where = "、".join(str(n) for n in guessed[:5]) + (" 等" if len(guessed) > 5 else "")
        remarks.append(
            f"{name} 第 {where} 行（共 {len(guessed)} 行）既不是 UTF-8 也不是 GB18030，已按西欧编码读取，请核对。"
        )
    return _without_nul("\n".join(texts), name=name), tuple(remarks)


def _without_nul(text: str, *, name: str) -> str:
    if "\x00" in text[:100_000]:
        raise InputFault(
            f"{name}：不是表格文件（含有二进制内容）。支持 CSV、CSV.gz、zip、XLSX、ARFF、Parquet。"
        )
    return text
