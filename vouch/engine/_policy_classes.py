"""The classes of a policy file: risk with its consequences, and value."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from vouch.engine.policy import COOL_DOWN_DAYS, CustomerClass, ValueClass
from vouch.engine.rules.build import RuleError
from vouch.engine.rules.parser import parse_condition
from vouch.engine.rules.tree import Type

Say = Callable[..., None]
"""Note a problem: the words, then the keys that lead to its place in the file."""

Source = Mapping[str, Any]


class Constant(Protocol):
    """Read a money or percent constant as a kept integer."""

    def __call__(self, place: str, text: str, *path: str | int, scale: int) -> int: ...


def classes_of(source: Source, *, say: Say, constant: Constant) -> tuple[CustomerClass, ...]:
    """The risk classes, best first."""
    signers = {path["name"]: tuple(path.get("steps", ())) for path in source["approval_paths"]}
    found = [
        _class_of(item, ("classes", number), signers, say=say, constant=constant)
        for number, item in enumerate(source["classes"])
    ]
    _once("classes", [one.name for one in found], say)
    _map_grades(source, found, say)
    return tuple(found)


def _class_of(
    item: Source,
    path: tuple[str | int, ...],
    signers: Mapping[str, tuple[str, ...]],
    *,
    say: Say,
    constant: Constant,
) -> CustomerClass:
    place = f"classes {item['name']}"
    band = item["fee_band"]
    fee_from, fee_to = (constant(place, band[end], *path, "fee_band", end, scale=6) for end in ("from", "to"))
    if fee_from > fee_to or fee_to > 10**6:
        say(f"{place}：fee_band 应由低到高，不超过 100%", *path, "fee_band")
    if item["path"] not in signers:
        say(f"{place}：没有名为 {item['path']} 的项，只有 {'、'.join(signers)}", *path, "path")
    steps = signers.get(item["path"], ())
    authority = item.get("authority", steps[-1] if steps else "")
    if "authority" in item and steps and authority not in steps:
        say(f"{place}：authority {authority} 不在审批路径 {'、'.join(steps)} 中", *path, "authority")
    improvement = item.get("improvement", {})
    return CustomerClass(
        name=item["name"],
        grades=tuple(item["grades"]),
        check_every_days=item["check_every_days"],
        path=item["path"],
        max_limit=constant(place, item["max_limit"], *path, "max_limit", scale=2),
        fee_from=fee_from,
        fee_to=fee_to,
        mitigations=tuple(item.get("mitigations", ())),
        authority=authority,
        care_plan=tuple(item.get("care_plan", ())),
        improve_band=improvement.get("band", 0),
        cool_down_days=improvement.get("cool_down_days", COOL_DOWN_DAYS),
    )


def _once(place: str, names: list[str], say: Say) -> None:
    for name in sorted({name for name in names if names.count(name) > 1}):
        again = [number for number, one in enumerate(names) if one == name][1]
        say(f"{place}：{name} 出现了不止一次", place, again)


def _map_grades(source: Source, classes: list[CustomerClass], say: Say) -> None:
    """Each grade is in exactly one class; a gap or an overlap is shown by a score that falls into it."""
    grades = [item["grade"] for item in source["grades"]]
    of_class: dict[str, str] = {}
    for number, found in enumerate(classes):
        for place, grade in enumerate(found.grades):
            path = ("classes", number, "grades", place)
            if grade not in grades:
                say(f"classes：没有名为 {grade} 的项，只有 {'、'.join(grades)}", *path)
            if grade in of_class:
                text = f"classes：等级 {grade} 既在 {of_class[grade]} 又在 {found.name}"
                say(f"{text}（例如{_score_of(source, grade)}）", *path)
            of_class.setdefault(grade, found.name)
    for place, grade in enumerate(grades):
        if grade not in of_class:
            text = f"classes：等级 {grade} 没有归入任何一类"
            say(f"{text}（例如{_score_of(source, grade)}）", "grades", place)


def _score_of(source: Source, grade: str) -> str:
    """A score that earns the grade, in words."""
    items = source["grades"]
    place = next((number for number, item in enumerate(items) if item["grade"] == grade), None)
    if place is None:
        return "任何得分"
    floor = items[place].get("from")
    if floor is not None:
        return f"得分 {floor}"
    above = items[place - 1].get("from") if place else None
    return "任何得分" if above is None else f"得分 {above - 1}"


def values_of(source: Source, names: Mapping[str, Type], *, say: Say) -> tuple[ValueClass, ...]:
    """The classes of value, best first; none where the file does not speak of value."""
    items = source.get("values", ())
    _once("values", [item["name"] for item in items], say)
    found = []
    for place, item in enumerate(items):
        text = item.get("when", "")
        if (place == len(items) - 1) is bool(text):
            say("values：只有最后一档不写 when", "values", place)
            continue
        try:
            condition = parse_condition(text, names=names) if text else None
        except RuleError as error:
            say(f"values {item['name']}：{error}", "values", place, "when")
        else:
            found.append(ValueClass(item["name"], condition, text, item["about"]))
    return tuple(found)
