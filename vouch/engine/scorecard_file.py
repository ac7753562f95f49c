"""Reading, checking and writing `scorecard.yaml` (format vouch-scorecard/1).

Every fault is named with its attribute and bin, all at once: gaps, overlaps and unsorted bins included.
"""

import math
from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

from vouch.engine.canonical import FileError, digest, read_yaml, write_yaml
from vouch.engine.scorecard import (
    Attribute,
    AttributeKind,
    Outcome,
    PdTable,
    Place,
    Scorecard,
    decimal_to_kept,
    kept_to_decimal,
)

FORMAT = "vouch-scorecard/1"
KINDS = ("expert", "trained")
MAX_SCALE = 9

_CARD_KEYS = {"format", "name", "title", "kind", "base_points", "attributes", "pd", "training"}
_ATTRIBUTE_KEYS = {"name", "fact", "title", "kind", "scale", "bins", "missing", "special", "other"}
_STATISTICS = ("woe", "count", "bad")
_OUTCOME_KEYS = {"points", "label", "reason", *_STATISTICS}


def read(data: bytes, *, name: str = "评分卡") -> Scorecard:
    """Return the card in this YAML; raise FileError naming every fault."""
    return parse(read_yaml(data, name=name), name=name)


def write(card: Scorecard) -> bytes:
    """Return the card as YAML; reading it gives an equal card with the same hash."""
    return write_yaml(document(card))


def parse(source: object, *, name: str = "评分卡") -> Scorecard:
    """Return the card in this document (a dict of the file's shape); raise FileError naming every fault."""
    faults = _Faults()
    card = _card(faults, source if isinstance(source, Mapping) else {})
    if not isinstance(source, Mapping):
        faults.add("", "内容应为键值结构")
    if faults.found or card is None:
        raise FileError(name, faults.found)
    return card


def document(card: Scorecard) -> dict[str, Any]:
    """Return the card as the file's dict, in its one normal spelling: what the hash is taken of."""
    shape = _document(
        {"name": card.name, "title": card.title, "kind": card.kind, "base_points": card.base_points},
        attributes=card.attributes,
        pd=card.pd,
    )
    return shape | ({"training": dict(card.training)} if card.training else {})


class _Faults:
    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, place: str, fault: str) -> None:
        self.found.append(f"{place}：{fault}" if place else fault)

    def text(self, source: Mapping[str, Any], key: str, *, place: str, default: str | None = None) -> str:
        value = source.get(key, default)
        if isinstance(value, str) and value:
            return value
        self.add(place, f"{key} 应为非空文字")
        return ""

    def integer(self, source: Mapping[str, Any], key: str, *, place: str, default: int | None = None) -> int:
        value = source.get(key, default)
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**9:
            return value
        self.add(place, f"{key} 应为整数")
        return 0

    def items(self, source: Mapping[str, Any], key: str, *, place: str) -> list[Mapping[str, Any]]:
        value = source.get(key) or []
        if isinstance(value, list) and all(isinstance(item, Mapping) for item in value):
            return value
        self.add(place, f"{key} 应为列表，每项为键值结构")
        return []

    def unknown(self, source: Mapping[str, Any], known: set[str], *, place: str) -> None:
        for key in source:
            if key not in known:
                self.add(place, f"不认识的键“{key}”")


def _card(faults: _Faults, source: Mapping[str, Any]) -> Scorecard | None:
    faults.unknown(source, _CARD_KEYS, place="")
    if source.get("format") != FORMAT:
        faults.add("", f"format 应为 {FORMAT}")
    if source.get("kind") not in KINDS:
        faults.add("", "kind 应为 expert（专家卡）或 trained（训练所得）")
    head: dict[str, Any] = {
        "name": faults.text(source, "name", place=""),
        "title": faults.text(source, "title", place=""),
        "kind": source.get("kind"),
        "base_points": faults.integer(source, "base_points", place=""),
    }
    attributes = tuple(
        _attribute(faults, item, number=number)
        for number, item in enumerate(faults.items(source, "attributes", place=""), start=1)
    )
    if not attributes:
        faults.add("", "attributes 至少要有一个变量")
    names = [attribute.name for attribute in attributes]
    for repeated in sorted({name for name in names if names.count(name) > 1}):
        faults.add("", f"变量 {repeated} 出现了不止一次")
    if source.get("kind") == "expert" and source.get("pd") is not None:
        faults.add("pd", "专家卡没有违约概率，不得写 pd")
    pd = _pd(faults, source["pd"]) if isinstance(source.get("pd"), Mapping) else None
    training = source.get("training") or {}
    if not isinstance(training, Mapping):
        faults.add("training", "应为键值结构")
    if faults.found:
        return None
    shape = _document(head, attributes=attributes, pd=pd) | ({"training": dict(training)} if training else {})
    try:
        sha256 = digest(shape)
    except (TypeError, ValueError) as error:
        faults.add("training", f"含有不能写成 JSON 的值（{error}）")
        return None
    return Scorecard(**head, attributes=attributes, pd=pd, training=training, sha256=sha256)


def _attribute(faults: _Faults, source: Mapping[str, Any], *, number: int) -> Attribute:
    name = faults.text(source, "name", place=f"第 {number} 个变量")
    place = f"变量 {name or number}"
    faults.unknown(source, _ATTRIBUTE_KEYS, place=place)
    kind = source.get("kind")
    if kind not in set(AttributeKind):
        faults.add(place, "kind 应为 number 或 category")
        kind = AttributeKind.NUMBER
    kind = AttributeKind(kind)
    scale = faults.integer(source, "scale", place=place, default=0)
    if not 0 <= scale <= MAX_SCALE:
        faults.add(place, f"scale 应在 0 到 {MAX_SCALE} 之间")
        scale = 0
    title = faults.text(source, "title", place=place, default=name or None)
    bins = faults.items(source, "bins", place=place)
    if not bins:
        faults.add(place, "bins 至少要有一档")
    splits: tuple[int, ...] = ()
    if kind is AttributeKind.NUMBER:
        splits = _splits(faults, bins, place=place, scale=scale)
        outcomes = [
            _number_bin(faults, item, title=title, place=f"{place} 第 {i} 档")
            for i, item in enumerate(bins, 1)
        ]
    else:
        outcomes = [
            _listed(faults, item, key="values", title=title, place=f"{place} 第 {i} 档")
            for i, item in enumerate(bins, 1)
        ]
    special = faults.items(source, "special", place=place)
    outcomes += [
        _listed(faults, item, key="codes", title=title, place=f"{place} 特殊值第 {i} 项")
        for i, item in enumerate(special, 1)
    ]
    if kind is AttributeKind.CATEGORY:
        outcomes.append(_single(faults, source, "other", title=title, place=place, label="其他"))
    elif "other" in source:
        faults.add(place, "other 只用于 category")
    outcomes.append(_single(faults, source, "missing", title=title, place=place, label="缺失"))
    outcomes = _with_one_spelling(faults, outcomes, kind=kind, scale=scale, place=place)
    fact = faults.text(source, "fact", place=place)
    return Attribute(name, fact, title, kind, scale, splits, tuple(outcomes))


def _splits(faults: _Faults, bins: list[Mapping[str, Any]], *, place: str, scale: int) -> tuple[int, ...]:
    """Return the boundaries between bins, after saying where they leave gaps, overlap or are out of order."""
    edges: list[tuple[int | None, int | None]] = []
    for number, item in enumerate(bins, start=1):
        try:
            edges.append((_edge(item.get("from"), scale=scale), _edge(item.get("to"), scale=scale)))
        except ValueError as error:
            faults.add(f"{place} 第 {number} 档", f"界限{error}")
            return ()
    if edges and edges[0][0] is not None:
        faults.add(f"{place} 第 1 档", "from 应为空：小于它的值没有归处（缺口）")
    if edges and edges[-1][1] is not None:
        faults.add(f"{place} 第 {len(edges)} 档", "to 应为空：不小于它的值没有归处（缺口）")
    splits: list[int] = []
    for number, ((_, upper), (following, _)) in enumerate(pairwise(edges), start=1):
        where = f"{place} 第 {number} 档与第 {number + 1} 档"
        if upper is None or following is None:
            faults.add(where, "中间各档的 from、to 都要写明，并由小到大排列")
        elif upper < following:
            faults.add(where, f"之间有缺口：{_shown(upper, scale)} 到 {_shown(following, scale)} 没有归处")
        elif upper > following:
            faults.add(where, f"重叠：前一档到 {_shown(upper, scale)}，后一档从 {_shown(following, scale)}")
        elif splits and upper <= splits[-1]:
            faults.add(f"{place} 第 {number} 档", "各档应由小到大排列，from 应小于 to")
        else:
            splits.append(upper)
    return tuple(splits)


def _edge(value: object, *, scale: int) -> int | None:
    return None if value is None else decimal_to_kept(_decimal_text(value), scale=scale)


def _number_bin(faults: _Faults, source: Mapping[str, Any], *, title: str, place: str) -> Outcome:
    faults.unknown(source, _OUTCOME_KEYS | {"from", "to"}, place=place)
    lower, upper = source.get("from"), source.get("to")
    if lower is None:
        span = "全部" if upper is None else f"小于{upper}"
    else:
        span = f"{lower}及以上" if upper is None else f"{lower}至{upper}（不含）"
    return _outcome(faults, source, at=Place.BIN, title=title, place=place, label=span)


def _listed(faults: _Faults, source: Mapping[str, Any], *, key: str, title: str, place: str) -> Outcome:
    faults.unknown(source, _OUTCOME_KEYS | {key}, place=place)
    values = source.get(key)
    if not isinstance(values, list) or not values:
        faults.add(place, f"{key} 应为非空列表")
        values = []
    if not all(isinstance(value, str | int | float) for value in values):
        faults.add(place, f"{key} 中只能写文字或数字")
        values = []
    at = Place.SPECIAL if key == "codes" else Place.BIN
    texts = tuple(_decimal_text(value) for value in values)
    return _outcome(
        faults, source, at=at, title=title, place=place, label="、".join(texts) or key, values=texts
    )


def _single(
    faults: _Faults, source: Mapping[str, Any], key: str, *, title: str, place: str, label: str
) -> Outcome:
    item = source.get(key)
    place = f"{place} {label}"
    if not isinstance(item, Mapping):
        faults.add(place, f"要写明 {key}：{{points: …}}")
        item = {"points": 0}
    faults.unknown(item, _OUTCOME_KEYS, place=place)
    return _outcome(faults, item, at=Place(key), title=title, place=place, label=label)


def _outcome(
    faults: _Faults,
    source: Mapping[str, Any],
    *,
    at: Place,
    title: str,
    place: str,
    label: str,
    values: tuple[str, ...] = (),
) -> Outcome:
    label = faults.text(source, "label", place=place, default=label)
    statistics = {key: source[key] for key in _STATISTICS if source.get(key) is not None}
    for key, value in statistics.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            faults.add(place, f"{key} 应为数字")
    return Outcome(
        place=at,
        points=faults.integer(source, "points", place=place),
        label=label,
        reason=faults.text(source, "reason", place=place, default=f"{title}：{label}"),
        values=values,
        statistics=statistics,
    )


def _with_one_spelling(
    faults: _Faults, outcomes: list[Outcome], *, kind: AttributeKind, scale: int, place: str
) -> list[Outcome]:
    """Return the outcomes with codes spelt normally (-9.0 is -9), after refusing a value listed twice."""
    seen: set[str] = set()
    spelt = []
    for outcome in outcomes:
        values = []
        for value in outcome.values:
            text = value
            if kind is AttributeKind.NUMBER:
                try:
                    text = _shown(decimal_to_kept(value, scale=scale), scale)
                except ValueError as error:
                    faults.add(f"{place} 特殊值", str(error))
                    continue
            if text in seen:
                faults.add(place, f"值“{text}”列了不止一次")
            seen.add(text)
            values.append(text)
        spelt.append(
            Outcome(
                place=outcome.place,
                points=outcome.points,
                label=outcome.label,
                reason=outcome.reason,
                values=tuple(values),
                statistics=outcome.statistics,
            )
        )
    return spelt


def _pd(faults: _Faults, source: Mapping[str, Any]) -> PdTable | None:
    faults.unknown(source, {"places", "min_score", "max_score", "table"}, place="pd")
    places = faults.integer(source, "places", place="pd")
    low = faults.integer(source, "min_score", place="pd")
    high = faults.integer(source, "max_score", place="pd")
    table = source.get("table")
    if not 1 <= places <= MAX_SCALE or not isinstance(table, list) or len(table) != high - low + 1:
        faults.add("pd", f"places 应在 1 到 {MAX_SCALE} 之间，table 应从 min_score 到 max_score 每分一个值")
        return None
    values = []
    for score, text in enumerate(table, start=low):
        try:
            value = decimal_to_kept(_decimal_text(text), scale=places)
        except ValueError as error:
            faults.add(f"pd {score} 分", str(error))
            return None
        if not 0 <= value <= 10**places:
            faults.add(f"pd {score} 分", f"“{text}”应在 0 到 1 之间")
        values.append(value)
    return PdTable(places, low, tuple(values))


def _document(
    head: Mapping[str, Any], *, attributes: tuple[Attribute, ...], pd: PdTable | None
) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "format": FORMAT,
        **head,
        "attributes": [_attribute_document(a) for a in attributes],
    }
    if pd is not None:
        shape["pd"] = {
            "places": pd.places,
            "min_score": pd.min_score,
            "max_score": pd.max_score,
            "table": [f"{Decimal(value).scaleb(-pd.places):f}" for value in pd.values],
        }
    return shape


def _attribute_document(attribute: Attribute) -> dict[str, Any]:
    edges = [None, *(_shown(split, attribute.scale) for split in attribute.splits), None]
    bins: list[dict[str, Any]] = []
    special: list[dict[str, Any]] = []
    single: dict[str, Any] = {}
    for outcome in attribute.outcomes:
        words = {
            "points": outcome.points,
            "label": outcome.label,
            "reason": outcome.reason,
            **outcome.statistics,
        }
        if outcome.place is Place.SPECIAL:
            special.append({"codes": list(outcome.values), **words})
        elif outcome.place is not Place.BIN:
            single[outcome.place.value] = words
        elif attribute.kind is AttributeKind.CATEGORY:
            bins.append({"values": list(outcome.values), **words})
        else:
            bins.append({"from": edges[len(bins)], "to": edges[len(bins) + 1], **words})
    shape: dict[str, Any] = {
        "name": attribute.name,
        "fact": attribute.fact,
        "title": attribute.title,
        "kind": attribute.kind.value,
        "scale": attribute.scale,
        "bins": bins,
    }
    return shape | ({"special": special} if special else {}) | single


def _shown(kept: int, scale: int) -> str:
    return kept_to_decimal(kept, scale=scale)


def _decimal_text(value: object) -> str:
    return repr(value) if isinstance(value, float) else str(value)
