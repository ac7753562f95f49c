"""Reading and checking a policy file (format vouch-policy/1): schema/policy.schema.json, docs/policy-file.md."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from vouch.engine import _policy_classes, _schema, scorecard_file
from vouch.engine.canonical import Fault, FileError, digest, read_yaml
from vouch.engine.facts import Catalogue, FactKind
from vouch.engine.policy import (
    RESULT_TITLES,
    ApprovalPath,
    Grade,
    KnockOut,
    PathRule,
    Policy,
    PolicyFact,
    Step,
)
from vouch.engine.rules import build
from vouch.engine.rules.build import RuleError
from vouch.engine.rules.parser import parse, parse_condition
from vouch.engine.rules.tree import Literal, Node, Sort, Type, type_of
from vouch.engine.scorecard import LIMIT, AttributeKind, Scorecard


def read(
    data: bytes,
    *,
    cards: Mapping[str, Scorecard] | None = None,
    catalogue: Catalogue | None = None,
    name: str = "政策文件",
) -> Policy:
    """Return the policy in this YAML; raise FileError naming every fault found.

    `cards` holds scorecards by hash, for a file that names its card by hash. With a catalogue, every fact must be
    in it with the kind that the file states; without one (replaying an old file) the file's own word is taken.
    """
    source = read_yaml(data, name=name)
    problems: list[str] = [*_schema.faults(source)]
    if problems:
        raise FileError(name, problems)
    reader = _Reader(source, problems)
    card = reader.card(cards or {})
    if card is None:
        raise FileError(name, problems)
    policy = reader.policy(card)
    if catalogue is not None:
        problems += _strangers(policy.facts, catalogue)
    if problems:
        raise FileError(name, problems)
    return policy


_OWN_STEPS = {"limit_capped", "limit_rounded", "limit", "fee_rate"}
"""The steps that the engine adds to those of the file."""


def _strangers(facts: Iterable[PolicyFact], catalogue: Catalogue) -> list[Fault]:
    found = []
    for place, fact in enumerate(facts):
        if fact.name not in catalogue:
            found.append(Fault(f"facts：没有名为 {fact.name} 的指标", "facts", place, "name"))
        elif catalogue[fact.name].kind is not fact.kind:
            said = f"facts：指标 {fact.name} 的类型是 {catalogue[fact.name].kind}，文件写的是 {fact.kind}"
            found.append(Fault(said, "facts", place, "kind"))
    return found


class _Reader:
    """Reads a document that fits the schema; adds what else is wrong to `problems`."""

    def __init__(self, source: Mapping[str, Any], problems: list[str]) -> None:
        self._source = source
        self._problems = problems
        self._facts = tuple(
            PolicyFact(
                item["name"],
                FactKind(item["kind"]),
                item["title"],
                item.get("required", False),
                item.get("changeable", True),
            )
            for item in source["facts"]
        )
        self._unique("facts", [fact.name for fact in self._facts], "facts")

    def card(self, cards: Mapping[str, Scorecard]) -> Scorecard | None:
        """Return the embedded card or the one of that hash, checked against the facts."""
        source = self._source["scorecard"]
        try:
            card = (
                scorecard_file.parse(source["card"], name="scorecard")
                if "card" in source
                else cards[source["sha256"]]
            )
        except FileError as error:
            self._problems += [
                Fault(f"scorecard：{problem}", "scorecard", "card") for problem in error.problems
            ]
            return None
        except KeyError:
            self._say(f"scorecard：没有哈希为 {source['sha256']} 的评分卡", "scorecard", "sha256")
            return None
        kinds = {fact.name: fact.kind for fact in self._facts}
        for number, attribute in enumerate(card.attributes):
            path = ("scorecard", "card", "attributes", number, "fact")
            where = f"scorecard 变量 {attribute.name}"
            kind = kinds.get(attribute.fact)
            if kind is None:
                self._say(f"{where}：facts 中没有 {attribute.fact}", *path)
            elif attribute.kind is AttributeKind.CATEGORY:
                if kind not in {FactKind.TEXT, FactKind.BOOLEAN}:
                    self._say(f"{where}：{attribute.fact} 是 {kind}，不能作 category", *path)
            elif kind.scale is None:
                self._say(f"{where}：{attribute.fact} 是 {kind}，不能作 number", *path)
            elif kind.scale != attribute.scale:
                self._say(f"{where}：{attribute.fact} 是 {kind}，scale 应为 {kind.scale}", *path)
        return card

    def policy(self, card: Scorecard) -> Policy:
        """Return the policy; it is only good if no problem was added."""
        source = self._source
        nullable = {fact.name: type_of(fact.kind) for fact in self._facts}
        names = {fact.name: type_of(fact.kind, nullable=not fact.required) for fact in self._facts}
        money, rate = (
            Type(Sort.NUMBER, money=True, scale=2, bound=10**15),
            Type(Sort.NUMBER, scale=6, bound=10**6),
        )
        widest = max(abs(card.lowest), abs(card.highest))
        names |= {
            "score": Type(Sort.NUMBER, bound=widest),
            "grade": Type(Sort.TEXT),
            "class": Type(Sort.TEXT),
            "class.max_limit": money,
            "class.fee_from": rate,
            "class.fee_to": rate,
        }
        grades, paths = self._grades(), self._paths()
        classes = _policy_classes.classes_of(source, say=self._say, constant=self._constant)
        limit_steps = self._limit_steps(names)
        fee_steps = self._fee_steps(names)
        identity = {**source, "scorecard": {"sha256": card.sha256}}
        return Policy(
            id=source["id"],
            version=source["version"],
            title=source["title"],
            about=source.get("about", ""),
            applies_to=source["applies_to"]["kind"],
            applies_to_title=source["applies_to"]["title"],
            facts=self._facts,
            card=card,
            grades=grades,
            classes=classes,
            paths=paths,
            path_rules=tuple(self._path_rules(names)),
            knock_outs=tuple(self._knock_outs(nullable)),
            knocked_out_grade=self._one_of(
                "knocked_out",
                source["knocked_out"]["grade"],
                [g.name for g in grades],
                "knocked_out",
                "grade",
            ),
            insufficient_path=self._one_of(
                "insufficient",
                source["insufficient"]["path"],
                [p.name for p in paths],
                "insufficient",
                "path",
            ),
            limit_steps=limit_steps,
            fee_steps=fee_steps,
            sha256=digest(identity),
            values=_policy_classes.values_of(source, nullable, say=self._say),
        )

    def _say(self, text: str, *path: str | int) -> None:
        self._problems.append(Fault(text, *path))

    def _unique(self, place: str, names: list[str], *path: str | int) -> None:
        for name in sorted({name for name in names if names.count(name) > 1}):
            again = [number for number, one in enumerate(names) if one == name][1]
            self._say(f"{place}：{name} 出现了不止一次", *path, again)

    def _one_of(self, place: str, name: str, allowed: list[str], *path: str | int) -> str:
        if name not in allowed:
            self._say(f"{place}：没有名为 {name} 的项，只有 {'、'.join(allowed)}", *path)
        return name

    def _grades(self) -> tuple[Grade, ...]:
        found = tuple(
            Grade(item["grade"], item.get("from"), item.get("title", item["grade"]))
            for item in self._source["grades"]
        )
        self._unique("grades", [grade.name for grade in found], "grades")
        floors = [grade.floor for grade in found]
        if floors[-1] is not None or None in floors[:-1]:
            self._say("grades：只有最后一级不写 from", "grades")
        else:
            numbers = [floor for floor in floors if floor is not None]
            if numbers != sorted(set(numbers), reverse=True):
                self._say("grades：from 应由高到低，且不重复", "grades")
        return found

    def _paths(self) -> tuple[ApprovalPath, ...]:
        found = tuple(
            ApprovalPath(item["name"], item["title"], tuple(item.get("steps", ())))
            for item in self._source["approval_paths"]
        )
        self._unique("approval_paths", [path.name for path in found], "approval_paths")
        return found

    def _knock_outs(self, names: Mapping[str, Type]) -> Iterable[KnockOut]:
        items = self._source["knock_outs"]
        self._unique("knock_outs", [item["name"] for item in items], "knock_outs")
        for place, item in enumerate(items):
            try:
                condition = parse_condition(item["when"], names=names)
            except RuleError as error:
                self._say(f"knock_outs {item['name']}：{error}", "knock_outs", place, "when")
            else:
                yield KnockOut(item["name"], condition, item["when"], item["reason"], item["source"])

    def _path_rules(self, names: Mapping[str, Type]) -> Iterable[PathRule]:
        paths = [path["name"] for path in self._source["approval_paths"]]
        for number, item in enumerate(self._source.get("approval", ()), start=1):
            place = f"approval 第 {number} 项"
            try:
                condition = parse_condition(item["when"], names=names)
            except RuleError as error:
                self._say(f"{place}：{error}", "approval", number - 1, "when")
            else:
                path = self._one_of(place, item["path"], paths, "approval", number - 1, "path")
                yield PathRule(condition, item["when"], path, item["reason"])

    def _limit_steps(self, names: dict[str, Type]) -> tuple[Step, ...]:
        source = self._source["limit"]
        steps = self._steps("limit", source["steps"], names)
        unit, least, most = source["round_down_to"], source["at_least"], source["at_most"]
        last = source["steps"][-1]["name"]
        if not self._is_sound("limit", last, names, money=True):
            return steps
        steps += self._steps(
            "limit",
            [
                {
                    "name": "limit_capped",
                    "title": "不超过上限",
                    "formula": f"min({last}, class.max_limit, {most})",
                },
                {
                    "name": "limit_rounded",
                    "title": f"取整到{unit}",
                    "formula": f"round(limit_capped, {unit}, down)",
                },
                {
                    "name": "limit",
                    "title": RESULT_TITLES["limit"],
                    "formula": f"if(limit_rounded < {least}, 0元, limit_rounded)",
                },
            ],
            names,
            own=True,
        )
        return self._result("limit", steps, names, scale=2)

    def _fee_steps(self, names: dict[str, Type]) -> tuple[Step, ...]:
        source = self._source["fee"]["steps"]
        steps = self._steps("fee", source, names)
        if not self._is_sound("fee", source[-1]["name"], names, money=False):
            return steps
        held = f"min(max({source[-1]['name']}, class.fee_from), class.fee_to)"
        formula = f"round({held}, 0.000001, half_up)"
        steps += self._steps(
            "fee",
            [{"name": "fee_rate", "title": RESULT_TITLES["fee_rate"], "formula": formula}],
            names,
            own=True,
        )
        return self._result("fee", steps, names, scale=6)

    def _steps(
        self, place: str, source: list[dict[str, str]], names: dict[str, Type], *, own: bool = False
    ) -> tuple[Step, ...]:
        found = []
        for number, item in enumerate(source):
            name = item["name"]
            path = (place,) if own else (place, "steps", number, "formula")
            if name in names or (name in _OWN_STEPS and not own):
                self._say(f"{place} {name}：这个名字已经有了", place, "steps", number, "name")
                continue
            try:
                formula = parse(item["formula"], names=names)
            except RuleError as error:
                self._say(f"{place} {name}：{error}", *path)
                continue
            if formula.type.sort is not Sort.NUMBER:
                self._say(f"{place} {name}：结果应为数字或金额，而不是{formula.type.title}", *path)
                continue
            names[name] = formula.type
            found.append(Step(name, item["title"], formula, item["formula"]))
        return tuple(found)

    def _is_sound(self, place: str, last: str, names: Mapping[str, Type], *, money: bool) -> bool:
        """Return whether the file's last step was read and has the unit of the result."""
        if last in names and names[last].money is not money:
            self._say(f"{place}：结果应为{'金额' if money else '比率，而不是金额'}", place, "steps")
            return False
        return last in names

    def _result(
        self, place: str, steps: tuple[Step, ...], names: dict[str, Type], *, scale: int
    ) -> tuple[Step, ...]:
        """Return the steps with the last brought to the scale of the result."""
        if not steps or steps[-1].name not in {"limit", "fee_rate"}:
            return steps
        last = steps[-1]
        if last.formula.type.nullable:
            culprits = "、".join(step.name for step in steps if step.formula.type.nullable)
            self._say(
                f"{place}：{culprits} 可能缺失，请用 or_else(…) 说明缺失时取什么，或把指标列为 required",
                place,
                "steps",
            )
        try:
            formula: Node = build.as_scale(last.formula, scale=scale)
        except RuleError as error:
            self._say(f"{place}：{error}", place, "steps")
            return steps
        names[last.name] = formula.type
        return (*steps[:-1], replace(last, formula=formula))

    def _constant(self, place: str, text: str, *path: str | int, scale: int) -> int:
        """Return a money or percent constant as a kept integer."""
        try:
            node = build.as_scale(parse(text, names={}), scale=scale)
        except RuleError as error:
            self._say(f"{place}：{error}", *path)
            return 0
        if node.type.bound > LIMIT:
            self._say(f"{place}：{text} 过大", *path)
        return int(node.value) if isinstance(node, Literal) else 0
