"""A report's file as a tree of elements: XML without anything that reaches outside the file, or the same as JSON.

No document type is accepted, so there are no entities to expand and nothing to fetch; size and depth are bounded.
A file that breaks off is read as far as it goes, and says so.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn
from xml.parsers import expat

MAX_BYTES = 64 * 1024 * 1024
MAX_DEPTH = 12
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']""")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_CHINESE = {"gb2312", "gbk", "gb18030", "cp936", "hz"}


class NotAReport(ValueError):
    """The file is no credit report at all; ``str()`` is the Chinese message."""


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


def parse(data: bytes) -> tuple[Element, str]:
    """The root element, and what is wrong with the file as a whole ("" where nothing is). Raises NotAReport."""
    if len(data) > MAX_BYTES:
        raise NotAReport(f"文件超过 {MAX_BYTES // 1024 // 1024} MB，不是一份信用报告。")
    if not data.strip(b"\x00\xef\xbb\xbf \t\r\n"):
        raise NotAReport("文件是空的。")
    text, warning = _decoded(data)
    if text.lstrip().startswith(("{", "[")):
        return _from_json(text), warning
    root, broken = _from_xml(text)
    return root, "；".join(part for part in (warning, broken) if part)


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
    encoding = "gb18030" if encoding in _CHINESE else encoding
    try:
        return data.decode(encoding), ""
    except UnicodeDecodeError as error:
        text = data.decode(encoding, errors="replace")
        return text, f"第 {error.start} 字节起有不属于 {encoding} 编码的内容，已用“\ufffd”代替"
    except (LookupError, UnicodeError) as error:
        raise NotAReport(f"不认识文件声明的编码：{encoding}。") from error


class _Builder:
    def __init__(self) -> None:
        self.open: list[Element] = []
        self.root: Element | None = None
        self.parser = expat.ParserCreate("utf-8")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.data
        self.parser.StartDoctypeDeclHandler = self.refuse

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        element = Element(tag, self.parser.CurrentLineNumber)
        if len(self.open) >= MAX_DEPTH:
            raise NotAReport(f"第 {element.line} 行：元素嵌套超过 {MAX_DEPTH} 层，不是一份信用报告。")
        # Attributes carry nothing in these files; where one does, it must not get lost.
        element.children.extend(
            Element(f"@{name}", element.line, value) for name, value in attributes.items() if value.strip()
        )
        if self.open:
            self.open[-1].children.append(element)
        elif self.root is None:
            self.root = element
        self.open.append(element)

    def end(self, tag: str) -> None:
        self.open.pop()

    def data(self, text: str) -> None:
        if self.open:
            self.open[-1].text += text

    def refuse(self, *_: object) -> NoReturn:
        raise NotAReport("文件含有文档类型声明（DOCTYPE），出于安全不予读取。")


def _from_xml(text: str) -> tuple[Element, str]:
    builder = _Builder()
    problem = ""
    try:
        # The declaration names an encoding that the text no longer has.
        builder.parser.Parse(_DECLARATION.sub("", text, count=1).encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        reason = expat.errors.messages[error.code] if error.code in expat.errors.messages else str(error)
        problem = f"文件第 {error.lineno} 行第 {error.offset + 1} 列起无法读取（{reason}），此前的内容已保留"
    if builder.root is None:
        raise NotAReport(problem or "文件里没有内容。")
    return builder.root, problem


def _from_json(text: str) -> Element:
    try:
        content = json.loads(text, parse_float=str, parse_int=str)
    except ValueError as error:
        raise NotAReport(f"不是完整的 JSON 文件：{error}") from error
    except RecursionError as error:
        raise NotAReport("JSON 嵌套过深，不是一份信用报告。") from error
    if not isinstance(content, dict):
        raise NotAReport("JSON 的最外层应当是一个对象。")
    root = Element("Document")
    inner = content.get("Document", content)
    _fill(root, inner if isinstance(inner, dict) else content, depth=1)
    return root


def _fill(element: Element, content: dict[str, Any], *, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise NotAReport(f"{element.tag}：嵌套超过 {MAX_DEPTH} 层，不是一份信用报告。")
    for tag, value in content.items():
        for one in value if isinstance(value, list) else [value]:
            child = Element(tag)
            element.children.append(child)
            if isinstance(one, dict):
                _fill(child, one, depth=depth + 1)
            elif one is not None:
                child.text = one if isinstance(one, str) else json.dumps(one, ensure_ascii=False)
