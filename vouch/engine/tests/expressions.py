"""Random expressions of the rule language, and a table of rows full of edges and missing values."""

import random
from datetime import date, timedelta

from hypothesis import strategies as st

from vouch.engine.facts import FactKind, Value

KINDS = {
    "m.a": FactKind.MONEY,
    "m.b": FactKind.MONEY,
    "i.a": FactKind.INTEGER,
    "i.b": FactKind.INTEGER,
    "r.a": FactKind.RATE,
    "b.a": FactKind.BOOLEAN,
    "b.b": FactKind.BOOLEAN,
    "t.a": FactKind.TEXT,
    "d.a": FactKind.DATE,
    "d.b": FactKind.DATE,
}
EDGES = [0, 1, -1, 2, -3, 99, 100, 10**6, -(10**6), 10**15, -(10**15), 10**15 - 1]
TEXTS = ["", "制造业", "批发业", "a b"]


def rows(count: int, *, seed: int = 7) -> list[dict[str, Value]]:
    """Return rows in which a fifth of the values is missing and a third is an edge."""
    rng = random.Random(seed)  # noqa: S311 (edges, not secrets)

    def one(kind: FactKind) -> Value:
        if rng.random() < 0.2:
            return None
        match kind:
            case FactKind.BOOLEAN:
                return rng.random() < 0.5
            case FactKind.TEXT:
                return rng.choice(TEXTS)
            case FactKind.DATE:
                return date(2019, 1, 1) + timedelta(days=rng.randrange(800))
            case _:
                return rng.choice(EDGES) if rng.random() < 0.35 else rng.randrange(-(10**9), 10**9)

    return [{name: one(kind) for name, kind in KINDS.items()} for _ in range(count)]


_MODES = st.sampled_from(["down", "up", "half_up"])
_COMPARISONS = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
_MONEY_LEAF = st.sampled_from(["m.a", "m.b", "0元", "12.34元", "20万元", "-3元"])
_PLAIN_LEAF = st.sampled_from(["i.a", "i.b", "r.a", "0", "3", "-7", "0.125", "20%", "days_between(d.a, d.b)"])
_TEXT = st.sampled_from(['"制造业"', '"a b"', "''", "t.a", 'or_else(t.a, "无")', 'if(b.a, t.a, "批发业")'])
_DAY = st.sampled_from(["d.a", "d.b", 'date("2020-02-29")'])


def _grow_numbers(
    money: st.SearchStrategy[str],
    plain: st.SearchStrategy[str],
    truth: st.SearchStrategy[str],
    *,
    is_money: bool,
) -> st.SearchStrategy[str]:
    own = money if is_money else plain
    units = st.sampled_from(["1元", "1万元", "0.07元"] if is_money else ["1", "10", "0.001"])
    two = st.tuples(own, own)
    growing = [
        two.map(lambda p: f"({p[0]} + {p[1]})"),
        two.map(lambda p: f"({p[0]} - {p[1]})"),
        two.map(lambda p: f"min({p[0]}, {p[1]})"),
        two.map(lambda p: f"max({p[0]}, {p[1]}, {p[0]})"),
        two.map(lambda p: f"or_else({p[0]}, {p[1]})"),
        st.tuples(own, plain).map(lambda p: f"({p[0]} * {p[1]})"),
        st.tuples(own, plain, _MODES).map(lambda p: f"div({p[0]}, {p[1]}, {p[2]})"),
        st.tuples(own, units, _MODES).map(lambda p: f"round({p[0]}, {p[1]}, {p[2]})"),
        st.tuples(truth, own, own).map(lambda p: f"if({p[0]}, {p[1]}, {p[2]})"),
        own.map(lambda p: f"abs({p})"),
        own.map(lambda p: f"-({p})"),
    ]
    if not is_money:
        growing.append(st.tuples(money, money, _MODES).map(lambda p: f"div({p[0]}, {p[1]}, {p[2]})"))
    return st.one_of(growing)


def _grow_truth(
    money: st.SearchStrategy[str], plain: st.SearchStrategy[str], truth: st.SearchStrategy[str]
) -> st.SearchStrategy[str]:
    pair = st.one_of(st.tuples(money, money), st.tuples(plain, plain), st.tuples(_DAY, _DAY))
    return st.one_of(
        st.tuples(pair, _COMPARISONS).map(lambda p: f"{p[0][0]} {p[1]} {p[0][1]}"),
        st.tuples(_TEXT, st.sampled_from(["==", "!="]), _TEXT).map(lambda p: f"{p[0]} {p[1]} {p[2]}"),
        st.tuples(pair, plain).map(lambda p: f"{p[0][0]} between {p[0][1]} and {p[0][0]}"),
        plain.map(lambda p: f"{p} in (3, 0.125, -7)"),
        _TEXT.map(lambda p: f'{p} not in ("制造业", "x")'),
        st.tuples(truth, truth, st.sampled_from(["and", "or"])).map(lambda p: f"({p[0]} {p[2]} {p[1]})"),
        truth.map(lambda p: f"(not ({p}))"),
        st.one_of(truth, money, plain).map(lambda p: f"is_missing({p})"),
        st.tuples(truth, truth).map(lambda p: f"or_else({p[0]}, {p[1]})"),
    )


def expressions() -> st.SearchStrategy[str]:
    """Return texts of every sort, up to three levels deep."""
    money: st.SearchStrategy[str] = _MONEY_LEAF
    plain: st.SearchStrategy[str] = _PLAIN_LEAF
    truth: st.SearchStrategy[str] = st.sampled_from(
        ["b.a", "b.b", "true", "false", "m.a >= 0元", "i.a < i.b"]
    )
    for _ in range(3):
        money, plain, truth = (
            st.one_of(_MONEY_LEAF, _grow_numbers(money, plain, truth, is_money=True)),
            st.one_of(_PLAIN_LEAF, _grow_numbers(money, plain, truth, is_money=False)),
            _grow_truth(money, plain, truth),
        )
    return st.one_of(money, plain, truth)
