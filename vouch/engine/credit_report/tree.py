"""A report's file as a tree of elements: XML without anything that reaches outside the file, or the same as JSON.

No document type is accepted, so there are no entities to expand and nothing to fetch; size and depth are bounded.
Where the markup is broken, reading goes on with the next block, and what lies between is told as a gap.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, NoReturn
from xml.parsers import expat

MAX_BYTES = 64 * 1024 * 1024
MAX_DEPTH = 12
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']""")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_CHINESE = {"gb2312", "gbk", "gb18030", "cp936", "hz"}
# Others that Python knows are no encodings of files (idna, rot13) or take time without end.
_ENCODINGS = _CHINESE | {"utf-8", "utf8", "utf-16", "utf-16le", "utf-16be", "us-ascii", "ascii", "iso-8859-1"}
_HALVES = re.compile("[\ud800-\udfff]")
_RESUME = re.compile(rb"<[PE][A-Z](?:[A-Z]|[0-9]{2})>")
RESUMPTIONS = 50
"""How many breaks of the markup are read over before the rest is told as one gap."""


class NotAReport(ValueError):
    """The file is no credit report at all; ``str()`` is the Chinese message."""


class Gap(NamedTuple):
    """What of the file as a whole could not be read; ``raw`` as it stood there."""

    message: str
    raw: str = ""


@dataclass(slots=True, eq=False)
class Element:
    """``line`` counts from 1; in JSON it is 0, because there the path says where."""

    tag: str
    line: int = 0
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def walk(self) -> Iterator[Element]:
        """The element and everything below it."""
        yield self
        for child in self.children:
            yield from child.walk()


def parse(data: bytes) -> tuple[Element, tuple[Gap, ...]]:
    """The root element, and what is wrong with the file as a whole. Raises NotAReport."""
    if len(data) > MAX_BYTES:
        raise NotAReport(f"文件超过 {MAX_BYTES // 1024 // 1024} MB，不是一份信用报告。")
    if not data.strip(b"\x00\xef\xbb\xbf \t\r\n"):
        raise NotAReport("文件是空的。")
    text, warning = _decoded(data)
    root, gaps = _from_json(text) if text.lstrip().startswith(("{", "[")) else _from_xml(text)
    return root, (*((Gap(warning),) if warning else ()), *gaps)


def _decoded(data: bytes) -> tuple[str, str]:
    """The text, in the encoding that the file declares; what does not decode becomes U+FFFD, and is told."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if data.startswith(mark):
            data, encoding = data[len(mark) :], name
            break
    else:
        declared = _DECLARED.match(data[:400])
        encoding = declared[1].decode("ascii").lower() if declared else "utf-8"
    # 报文 often declare GB2312 and use characters that only its superset has.
    if encoding not in {*_ENCODINGS, "utf-16-le", "utf-16-be"}:
        raise NotAReport("不认识文件声明的编码，应为 UTF-8 或 GB18030（GBK、GB2312）。")
    encoding = "gb18030" if encoding in _CHINESE else encoding
    try:
        return data.decode(encoding), ""
    except UnicodeDecodeError as error:
        text = data.decode(encoding, errors="replace")
        return text, f"第 {error.start} 字节起有不属于 {encoding} 编码的内容，已用“\ufffd”代替"


class _Builder:
    """Builds the tree of one well-formed stretch; ``first_line`` is the number of its first line in the file."""

    def __init__(self, first_line: int) -> None:
        self.open: list[Element] = []
        self.root: Element | None = None
        self.first_line = first_line
        self.last_mark = 0
        self.parser = expat.ParserCreate("utf-8")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.data
        self.parser.CommentHandler = self.comment
        self.parser.StartDoctypeDeclHandler = self.refuse

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        element = Element(tag, self.first_line + self.parser.CurrentLineNumber - 1)
        self.last_mark = self.parser.CurrentByteIndex
        if len(self.open) >= MAX_DEPTH:
            raise NotAReport(f"第 {element.line} 行：元素嵌套超过 {MAX_DEPTH} 层，不是一份信用报告。")
        # Attributes carry nothing in these files; where one does, it must not get lost.
        element.children.extend(
            Element(f"@{name}", element.line, value)
            for name, value in attributes.items()
            if value.strip() and not name.startswith(("xmlns", "xsi:"))
        )
        if self.open:
            self.open[-1].children.append(element)
        elif self.root is None:
            self.root = element
        self.open.append(element)

    def end(self, tag: str) -> None:
        self.last_mark = self.parser.CurrentByteIndex
        self.open.pop()

    def data(self, text: str) -> None:
        if self.open:
            self.open[-1].text += text

    def comment(self, text: str) -> None:
        # A remark is nobody's data; markup that was taken out is.
        if self.open and "<" in text:
            line = self.first_line + self.parser.CurrentLineNumber - 1
            self.open[-1].children.append(Element("!", line, text))

    def refuse(self, *_: object) -> NoReturn:
        raise NotAReport("文件含有文档类型声明（DOCTYPE），出于安全不予读取。")


def _from_xml(text: str) -> tuple[Element, list[Gap]]:
    # The declaration names an encoding that the text no longer has.
    data, first_line = _DECLARATION.sub("", text, count=1).encode("utf-8", "replace"), 1
    root: Element | None = None
    gaps: list[Gap] = []
    while True:
        builder = _Builder(first_line)
        try:
            builder.parser.Parse(data, True)
        except expat.ExpatError as error:
            reason = expat.errors.messages.get(error.code, "")
            where = f"文件第 {first_line + error.lineno - 1} 行起无法读取（{reason}）"
            found = _RESUME.search(data, max(builder.parser.ErrorByteIndex, builder.last_mark + 1, 0))
        else:
            where, found = "", None
        root = _joined(root, builder.root, where)
        if not where:
            return root, gaps
        is_over = found is None or len(gaps) >= RESUMPTIONS
        stop = len(data) if is_over or found is None else found.start()
        raw = data[builder.last_mark : stop].decode("utf-8", "replace")
        gaps.append(Gap(where + ("，其余未读取" if is_over else "，从下一个信息单元起继续读取"), raw))
        if is_over or found is None:
            return root, gaps
        first_line += data.count(b"\n", 0, stop)
        data = _opened(root, found.group()) + data[stop:]


def _joined(root: Element | None, more: Element | None, where: str) -> Element:
    """What was read after a gap hangs below the root that was read before it."""
    if root is None:
        if more is None:
            raise NotAReport(f"{where}。" if where else "文件里没有内容。")
        return more
    if more is not None:
        root.children += more.children
    return root


def _opened(root: Element, tag: bytes) -> bytes:
    """The marks that are open where reading goes on: the root, and around a block the section that came last."""
    sections = [one.tag for one in root.children if one.tag[0] not in "@!"]
    is_block = tag[-2:-1].isdigit()
    inside = f"<{sections[-1]}>" if is_block and sections else ""
    return f"<{root.tag}>{inside}".encode()


class _Pairs(list[tuple[str, Any]]):
    """An object of JSON with every pair it has: of two with one key the dictionary would keep the last."""


def _from_json(text: str) -> tuple[Element, list[Gap]]:
    try:
        content = json.loads(
            text, parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_Pairs
        )
    except ValueError as error:
        raise NotAReport("不是完整的 JSON 文件。") from error
    except RecursionError as error:
        raise NotAReport("JSON 嵌套过深，不是一份信用报告。") from error
    if not isinstance(content, _Pairs):
        raise NotAReport("JSON 的最外层应当是一个对象。")
    root = Element("Document")
    for tag, value in content:
        if tag == "Document" and isinstance(value, _Pairs):
            _fill(root, value, depth=1)
        else:
            _fill(root, [(tag, value)], depth=1)
    is_whole = all("\ufffd" not in one.text for one in root.walk())
    return root, [] if is_whole else [Gap("有不成字的编码，已用“\ufffd”代替")]


def _fill(element: Element, content: list[tuple[str, Any]], *, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise NotAReport(f"JSON 嵌套超过 {MAX_DEPTH} 层，不是一份信用报告。")
    for tag, value in content:
        for one in _flat(value):
            child = Element(_whole(tag))
            element.children.append(child)
            if isinstance(one, _Pairs):
                _fill(child, one, depth=depth + 1)
            elif one is not None:
                child.text = _whole(one) if isinstance(one, str) else str(one).lower()


def _flat(value: Any) -> Iterator[Any]:
    """The members of a list, of a list in a list too."""
    if isinstance(value, list) and not isinstance(value, _Pairs):
        for one in value:
            yield from _flat(one)
    else:
        yield value


def _whole(text: str) -> str:
    """With a mark for halves of characters, which JSON can spell and nothing can write."""
    return _HALVES.sub("\ufffd", text)
