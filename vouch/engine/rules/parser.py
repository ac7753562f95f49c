"""Reading an expression of the rule language into the checked tree. The language: docs/policy-file.md."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from vouch.engine.rules import build
from vouch.engine.rules.build import RuleError
from vouch.engine.rules.tree import Mode, Name, Node, Sort, Type

MAX_DEPTH = 40
MAX_LENGTH = 2000
MAX_TOKENS = 400
"""Keeps the tree shallow enough for every runtime's recursion."""

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>\d+(?:\.\d+)?)(?P<unit>万元|亿元|元|%)?
    | (?P<name>[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)*)
    | "(?P<double>[^"\n]*)" | '(?P<single>[^'\n]*)'
    | (?P<op>==|!=|<=|>=|[<>+\-*(),])
    )""",
    re.VERBOSE,
)
_KEYWORDS = {"and", "or", "not", "in", "between", "true", "false"}
_COMPARISONS = {"==", "!=", "<", "<=", ">", ">="}
_HINTS = {
    "/": "没有除号，请写 div(a, b, down)",
    "=": "相等请写 ==",
    "（": "请用半角括号",
    "，": "请用半角逗号",
}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    unit: str
    at: int


def parse(text: str, *, names: Mapping[str, Type]) -> Node:
    """Return the checked tree of an expression that may use these names; raise RuleError with the place."""
    if len(text) > MAX_LENGTH:
        raise RuleError(f"算式超过 {MAX_LENGTH} 字")
    return _Parser(text, names).whole()


def parse_condition(text: str, *, names: Mapping[str, Type]) -> Node:
    """Return the checked tree of an expression that must be a condition."""
    node = parse(text, names=names)
    if node.type.sort is not Sort.BOOLEAN:
        raise RuleError(f"“{text}”是{node.type.title}，应为条件")
    return node


def _tokens(text: str) -> list[_Token]:
    found, at = [], 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            at += len(text[at:]) - len(text[at:].lstrip())
            hint = _HINTS.get(text[at], "这里不能这样写")
            raise RuleError(f"“{text}”第 {at + 1} 字“{text[at]}”：{hint}")
        start = match.end() - len(match.group().lstrip())
        if match["op"] or match["name"]:
            word = match["op"] or match["name"]
            kind = "op" if match["op"] or word in _KEYWORDS else "name"
            found.append(_Token(kind, word, "", start))
        elif match["number"]:
            found.append(_Token("number", match["number"], match["unit"] or "", start))
        else:
            found.append(_Token("text", match["double"] or match["single"] or "", "", start))
        at = match.end()
    if len(found) > MAX_TOKENS:
        raise RuleError(f"算式超过 {MAX_TOKENS} 个词，请分成几步")
    return [*found, _Token("end", "", "", len(text))]


class _Parser:
    def __init__(self, text: str, names: Mapping[str, Type]) -> None:
        self._text = text
        self._names = names
        self._tokens = _tokens(text)
        self._place = 0
        self._depth = 0

    def whole(self) -> Node:
        try:
            node = self._either()
            self._must_end()
        except RuleError as error:
            raise RuleError(f"“{self._text}”第 {self._now.at + 1} 字附近：{error}") from None
        return node

    def _must_end(self) -> None:
        if self._now.kind != "end":
            hint = "比较不能连写，请用 and 或 between" if self._now.text in _COMPARISONS else "多余"
            raise RuleError(f"“{self._now.text}”{hint}")

    @property
    def _now(self) -> _Token:
        return self._tokens[min(self._place, len(self._tokens) - 1)]

    def _take(self, *texts: str) -> str | None:
        if self._now.kind == "op" and self._now.text in texts:
            self._place += 1
            return self._tokens[self._place - 1].text
        return None

    def _expect(self, text: str) -> None:
        if self._take(text) is None:
            raise RuleError(f"这里应为“{text}”")

    def _either(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise RuleError("括号套得太深")
        node = self._joined("or", lambda: self._joined("and", self._not))
        self._depth -= 1
        return node

    def _joined(self, op: str, part: Callable[[], Node]) -> Node:
        parts = [part()]
        while self._take(op):
            parts.append(part())
        return parts[0] if len(parts) == 1 else build.logic(parts, op=op)

    def _not(self) -> Node:
        negated = False
        while self._take("not"):
            negated = not negated
        node = self._comparison()
        return build.negation(node) if negated else node

    def _comparison(self) -> Node:
        left = self._sum()
        if op := self._take(*_COMPARISONS):
            return build.compare(left, self._sum(), op=op)
        if self._take("between"):
            low = self._sum()
            self._expect("and")
            high = self._sum()
            return build.logic(
                [build.compare(left, low, op=">="), build.compare(left, high, op="<=")], op="and"
            )
        if self._take("not"):
            self._expect("in")
            return build.negation(build.among(left, self._arguments()))
        if self._take("in"):
            return build.among(left, self._arguments())
        return left

    def _sum(self) -> Node:
        node = self._product()
        while op := self._take("+", "-"):
            node = build.add(node, self._product(), op=op)
        return node

    def _product(self) -> Node:
        node = self._signed()
        while self._take("*"):
            node = build.multiply(node, self._signed())
        return node

    def _signed(self) -> Node:
        minus = False
        while self._take("-"):
            minus = not minus
        return build.negate(self._one()) if minus else self._one()

    def _one(self) -> Node:
        token = self._now
        if self._take("("):
            node = self._either()
            self._expect(")")
            return node
        if token.kind == "end":
            raise RuleError("算式不完整")
        self._place += 1
        if token.kind == "number":
            return build.number(token.text, unit=token.unit)
        if token.kind == "text":
            return build.text(token.text)
        if token.text in {"true", "false"}:
            return build.truth(token.text)
        if token.kind != "name":
            self._place -= 1
            raise RuleError(f"这里不应是“{token.text}”")
        if self._now.kind == "op" and self._now.text == "(":
            return self._function(token.text)
        if token.text not in self._names:
            self._place -= 1
            raise RuleError(f"没有名为 {token.text} 的指标或步骤")
        return Name(self._names[token.text], token.text)

    def _arguments(self) -> list[Node]:
        self._expect("(")
        found: list[Node] = []
        if self._take(")"):
            return found
        found.append(self._either())
        while self._take(","):
            found.append(self._either())
        self._expect(")")
        return found

    def _function(self, name: str) -> Node:
        if name == "date":
            self._expect("(")
            written = self._now
            self._place += 1
            self._expect(")")
            return build.day(written.text)
        if name in {"div", "round"}:
            return self._rounding(name)
        arguments = self._arguments()
        if name in {"min", "max"}:
            return build.extreme(arguments, op=name)
        found = _FUNCTIONS.get(name)
        if found is None:
            raise RuleError(f"没有名为 {name} 的函数")
        count, function = found
        if len(arguments) != count:
            raise RuleError(f"{name} 应有 {count} 个参数")
        return function(*arguments)

    def _rounding(self, name: str) -> Node:
        self._expect("(")
        first = self._either()
        self._expect(",")
        second = self._either()
        self._expect(",")
        word = self._now.text
        if word not in set(Mode):
            raise RuleError(f"{name} 的最后应写明舍入方式：" + "、".join(Mode))
        self._place += 1
        self._expect(")")
        if name == "div":
            return build.divide(first, second, mode=Mode(word))
        return build.rounded(first, unit=second, mode=Mode(word))


_FUNCTIONS: dict[str, tuple[int, Callable[..., Node]]] = {
    "abs": (1, build.absolute),
    "if": (3, build.conditional),
    "or_else": (2, build.or_else),
    "is_missing": (1, build.is_missing),
    "days_between": (2, build.days_between),
}
