"""What can go wrong with a credit report's file, and whether anything of a file was lost in silence; not collected itself."""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from random import Random
from typing import Any

from vouch.engine.credit_report.report import Report, ReportKind, Value, read_report, value_of
from vouch.engine.credit_report.tree import Element, NotAReport, parse
from vouch.engine.tests.credit_report_files import report_xml

NOTHING = {"", "--", "-", "—", "——", "NULL", "null", "/"}
DOCTYPES = (
    b'<!DOCTYPE Document [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    b'<!DOCTYPE Document SYSTEM "http://127.0.0.1:9/x.dtd">',
    b'<!DOCTYPE Document [<!ENTITY f SYSTEM "file:///etc/passwd">]>',
)
ODD_TEXTS = (
    "--", "一百", "2026-02-31", "1e400", "9" * 400, "-5", "D", "x" * 300, "１２", "NaN", "1,2,3", "0x10", "2026-13", "#"
)  # fmt: skip
PIECES = (
    b"<PD01>", b"</PD01A>", b"</PDA>", b"&amp;", b"&x;", b"&#0;", b"<![CDATA[x]]>", b"<!-- x -->", b"<!--", b"-->", b"<?y z?>", b"\x00", b"\xff\xfe"
)  # fmt: skip


def values_of(report: Report) -> Counter[Value]:
    """Every value of the report, as often as it stands there."""
    found: Counter[Value] = Counter()
    for record in report.records:
        found.update(record.values.values())
        for rows in record.rows.values():
            for row in rows:
                found.update(row.values())
    return found


def lost(data: bytes) -> list[str]:
    """Texts of the file, found without its reader, that are neither among the values nor in one of the problems."""
    try:
        report = read_report(data)
    except NotAReport:
        return []
    return lost_of(report, data)


def lost_of(report: Report, data: bytes) -> list[str]:
    """As ``lost``, of a file that was read."""
    text = _decoded(data)
    is_json = text.lstrip().startswith("{")
    kept, told = values_of(report), [_squeezed(problem.raw) for problem in report.problems]
    may_be_split = not is_json and ("<!" in text or "<?" in text)
    whole = " ".join(map(str, kept)) if may_be_split else ""
    missing = []
    for piece in _json_texts(text) if is_json else _xml_texts(text):
        if piece.strip() in NOTHING:
            continue
        candidates = _readings(piece.strip())
        found = next((one for one in candidates if kept[one] > 0), None)
        if found is not None:
            kept[found] -= 1
        elif not any(_squeezed(piece) in raw for raw in told) and piece.strip() not in whole:
            missing.append(piece.strip())
    return missing


def _decoded(data: bytes) -> str:
    declared = re.match(
        rb"""^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']""", data[:400]
    )
    encoding = declared[1].decode().lower() if declared else "utf-8"
    for mark, name in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            data, encoding = data[len(mark) :], name
    return data.decode("gb18030" if encoding.startswith("gb") else encoding, "replace")


def _xml_texts(text: str) -> Iterator[str]:
    for piece in re.findall(r"<[^<>]*>([^<]+)(?=<)", text):
        # A line's end is written in three ways and read in one.
        yield html.unescape(piece.replace("\r\n", "\n").replace("\r", "\n"))


def _json_texts(text: str) -> Iterator[str]:
    scalars: list[str] = []

    def gather(value: Any) -> None:
        if isinstance(value, list):
            for one in value:
                gather(one)
        elif isinstance(value, bool):
            scalars.append(str(value).lower())
        elif isinstance(value, str):
            scalars.append("".join("\ufffd" if "\ud800" <= one <= "\udfff" else one for one in value))

    def pairs(found: list[tuple[str, Any]]) -> None:
        for _, value in found:
            gather(value)

    json.loads(text, object_pairs_hook=pairs, parse_int=str, parse_float=str, parse_constant=str)
    yield from scalars


def _readings(text: str) -> list[Value]:
    found: list[Value] = [text]
    for kind in "SJR":
        try:
            found.append(value_of(kind, text))
        except ValueError:
            continue
    return found


def _squeezed(text: str) -> str:
    return "".join(html.unescape(text).split())


def small(kind: ReportKind, seed: int) -> bytes:
    """Reports of which an eighth is left, so that thousands are read in seconds."""
    random = Random(seed)  # noqa: S311 (a selection, not a secret)
    root, _ = parse(report_xml(kind, seed).encode())
    root.children = [
        one
        for one in root.children
        if one.tag in {"PRH", "EAA"} or (random.random() < 0.12 and one.tag != "EGA")
    ]
    return written(root).encode()


def written(element: Element) -> str:
    """The tree as XML."""
    text = element.text.strip().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"<{element.tag}>{text}{''.join(map(written, element.children))}</{element.tag}>"


def mirrored(element: Element) -> Any:
    """The tree as the vendors' JSON has it."""
    if not element.children:
        return element.text
    found: dict[str, Any] = {"text": element.text.strip()} if element.text.strip() else {}
    for child in element.children:
        found.setdefault(child.tag, []).append(mirrored(child))
    return {
        tag: some[0] if isinstance(some, list) and len(some) == 1 else some for tag, some in found.items()
    }


def bytes_changed(data: bytes, random: Random) -> bytes:
    """One to four things gone wrong: bytes changed, cut, doubled, swapped, a tag lost, a piece of markup put in."""
    for _ in range(random.randrange(1, 5)):
        if not data:
            return data
        at, length = random.randrange(len(data)), random.randrange(1, 60)
        match random.randrange(7):
            case 0:
                data = data[:at] + bytes([random.randrange(256)]) + data[at + 1 :]
            case 1:
                data = data[:at] + data[at + length :]
            case 2:
                data = data[:at] + data[at : at + length] + data[at:]
            case 3:
                data = data[:at]
            case 4:
                other = random.randrange(len(data))
                data = data[:at] + data[other : other + length] + data[at + length :]
            case 5:
                start = data.find(b"<", at)
                end = data.find(b">", start) + 1
                data = data[:start] + data[end:] if 0 <= start < end else data
            case _:
                data = data[:at] + random.choice(PIECES) + data[at:]
    return data


def rearranged(data: bytes, random: Random) -> Element:
    """A tree whose elements, one to four of them, are renamed, moved, doubled, refilled, wrapped, or have text beside them."""
    root, _ = parse(data)
    for _ in range(random.randrange(1, 5)):
        parent = random.choice([one for one in root.walk() if one.children])
        element = random.choice(parent.children)
        inside = {id(one) for one in element.walk()}
        outside = [one for one in root.walk() if id(one) not in inside]
        match random.randrange(6):
            case 0:
                other = random.choice(outside).tag
                element.tag = random.choice([other, element.tag[:-2] + "99", "PX01", "ZZ", f"{element.tag}H"])
            case 1:
                parent.children.remove(element)
                random.choice(outside).children.append(element)
            case 2:
                parent.children.append(deepcopy(element))
            case 3:
                element.text = random.choice(ODD_TEXTS)
            case 4:
                parent.text += f"散字{random.randrange(10**6)}"
            case _:
                element.children = [Element(element.tag, text=element.text, children=element.children)]
                element.text = ""
    return root


def _as_json(data: bytes, random: Random) -> bytes:
    content = json.dumps({"Document": mirrored(rearranged(data, random))}, ensure_ascii=random.random() < 0.5)
    return content.encode()


def _bytes_of_json(data: bytes, random: Random) -> bytes:
    root, _ = parse(data)
    return bytes_changed(json.dumps(mirrored(root), ensure_ascii=False).encode(), random)


def _other_encoding(data: bytes, random: Random) -> bytes:
    said, meant = (random.choice(["utf-8", "gb18030", "gb2312", "utf-16", "latin-1"]) for _ in range(2))
    head = f'<?xml version="1.0" encoding="{said}"?>'
    return (head + data.decode()).encode(meant, "replace")


def _with_doctype(data: bytes, random: Random) -> bytes:
    at = 0 if random.random() < 0.7 else random.randrange(len(data))
    return data[:at] + random.choice(DOCTYPES) + data[at:].replace(b"X", b"&b;", 1)


FAULTS: tuple[Callable[[bytes, Random], bytes], ...] = (
    bytes_changed,
    lambda data, random: written(rearranged(data, random)).encode(),
    _as_json,
    bytes_changed,
    lambda data, random: written(rearranged(data, random)).encode(),
    _bytes_of_json,
    _other_encoding,
    _with_doctype,
)
"""By turns."""


def faulty(number: int, sources: list[bytes]) -> bytes:
    """The file of this number: what is wrong with it follows from the number alone."""
    random = Random(number)  # noqa: S311 (faults, not secrets)
    return FAULTS[number % len(FAULTS)](random.choice(sources), random)
