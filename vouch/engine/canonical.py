"""One way to read YAML, one way to write JSON for hashing: a file's identity must not hang on its layout."""

import hashlib
import json
import re
from typing import Any, Self

import yaml


class Fault(str):
    """A fault in Chinese, and the keys and places (from 0) that lead to it in the file."""

    __slots__ = ("path",)
    path: tuple[str | int, ...]

    def __new__(cls, text: str, *path: str | int) -> Self:
        """Say what is wrong, and where."""
        made = super().__new__(cls, text)
        made.path = path
        return made


class FileError(ValueError):
    """A file that cannot be used; `problems` names every fault in Chinese, one sentence each.

    Those that have a place in the file are of the kind Fault.
    """

    def __init__(self, name: str, problems: list[str]) -> None:
        self.name = name
        self.problems = problems
        super().__init__(f"{name}：" + "；".join(problems))


class _Loader(yaml.CSafeLoader):
    """YAML without its traps: dates and `no` stay text, 010 is no octal, a key given twice is refused."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str | int) or key in found:
            line = key_node.start_mark.line + 1
            raise yaml.constructor.ConstructorError(problem=f"第 {line} 行：键“{key}”重复或不可用")
        found[key] = loader.construct_object(value_node, deep=True)
    return found


_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""])
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), ["t", "f"])
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)(?:[eE][-+]?[0-9]+)?$"),
    list("-+0123456789"),
)
_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def read_yaml(data: bytes, *, name: str = "文件") -> Any:
    """Return what the YAML says as dicts, lists, text, int, float, bool and None; raise FileError otherwise.

    Aliases are refused: a few lines of them can stand for gigabytes.
    """
    try:
        text = data.decode("utf-8-sig")
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.CSafeLoader)):
            raise FileError(name, ["不允许使用 YAML 别名（* 引用），请把内容写全"])
        return yaml.load(text, Loader=_Loader)  # noqa: S506 (a safe loader, made stricter above)
    except UnicodeDecodeError as error:
        raise FileError(name, [f"不是 UTF-8 文本（第 {error.start + 1} 字节）"]) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"第 {mark.line + 1} 行第 {mark.column + 1} 列：" if mark else ""
        raise FileError(name, [f"YAML 写法有误，{place}{error.problem}"]) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise FileError(name, [f"YAML 写法有误：{type(error).__name__}"]) from error


def write_yaml(document: Any) -> bytes:
    """Return the document as readable YAML that `read_yaml` reads back to the same values."""
    text: str = yaml.dump(document, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False, width=110)
    return text.encode()


def canonical_json(document: Any) -> bytes:
    """Return the one JSON spelling of a document: keys sorted, no blanks, UTF-8, no NaN."""
    return json.dumps(
        document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def digest(document: Any) -> str:
    """Return the SHA-256 of the canonical JSON, 64 hex digits: the identity of a card, a policy, a snapshot."""
    return digest_of(canonical_json(document))


def digest_of(spelled: bytes) -> str:
    """The same of what is spelled already."""
    return hashlib.sha256(spelled).hexdigest()
