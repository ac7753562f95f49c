"""One checked tree, every runtime: the same answers to the last digit, missing values included."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import assume, example, given, settings

from vouch.engine.facts import FactKind, Value
from vouch.engine.rules import tree
from vouch.engine.rules.build import RuleError
from vouch.engine.rules.columns import column_of, expression
from vouch.engine.rules.parser import parse
from vouch.engine.rules.python import compile_one
from vouch.engine.rules.sql import Dialect, print_sql
from vouch.engine.rules.words import in_words, shown_fact
from vouch.engine.tests import oracle
from vouch.engine.tests.expressions import KINDS, expressions, rows

NAMES = {name: tree.type_of(kind) for name, kind in KINDS.items()}
ROWS = rows(120)
COLUMNS = pl.DataFrame({name: column_of([row[name] for row in ROWS], NAMES[name]) for name in KINDS})
SQL_TYPES = {FactKind.TEXT: "VARCHAR", FactKind.BOOLEAN: "BOOLEAN", FactKind.DATE: "DATE"}


def by_columns(node: tree.Node) -> list[Any]:
    return COLUMNS.with_columns(found=expression(node))["found"].to_list()


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    declared = ", ".join(f'"{name}" {SQL_TYPES.get(kind, "BIGINT")}' for name, kind in KINDS.items())
    connection.execute(f"CREATE TABLE book (place INTEGER, {declared})")
    marks = ", ".join("?" * (len(KINDS) + 1))
    values: Sequence[list[Value]] = [[place, *row.values()] for place, row in enumerate(ROWS)]
    connection.executemany(f"INSERT INTO book VALUES ({marks})", values)
    yield connection
    connection.close()


def by_sql(node: tree.Node, connection: duckdb.DuckDBPyConnection) -> list[Any]:
    sql = f"SELECT {print_sql(node, dialect=Dialect.DUCKDB)} FROM book ORDER BY place"
    return [value for (value,) in connection.execute(sql).fetchall()]


@settings(max_examples=250, deadline=None)
@given(expressions())
@example("i.a + (i.a + div(0元, 0元, down))")
@example("abs((0元 * (i.a + r.a)))")
@example("(0元 + 0元) == or_else(0元, m.a)")
@example("(0元 + 0元) == or_else(div(1元, 1, down), m.a)")
@example("(0元 + 0元) == if(0元 == 0元, 2元, m.a)")
def test_every_runtime_gives_the_oracles_answer(database: duckdb.DuckDBPyConnection, text: str) -> None:
    node = accepted(text)
    assume(node is not None)
    assert node is not None
    expected = [oracle.evaluate(node, row) for row in ROWS]
    one = compile_one(node)
    kept = [{name: column_value(name, row[name]) for name in row} for row in ROWS]
    assert [one(row) for row in kept] == expected
    assert by_columns(node) == expected
    assert by_sql(node, database) == expected
    assert all(abs(v) <= node.type.bound for v in expected if type(v) is int)
    assert node.type.nullable or None not in expected


def accepted(text: str) -> tree.Node | None:
    """Return the tree; None only where three levels of products outgrow 38 digits."""
    try:
        return parse(text, names=NAMES)
    except RuleError as error:
        if "过大" in str(error):
            return None
        raise


def column_value(name: str, value: Any) -> Any:
    return value.toordinal() if value is not None and KINDS[name] is FactKind.DATE else value


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("20万元 * 20%", 20_000_000 * 2),
        ("div(7, 2, down)", 3_500_000),
        ("div(-7元, 2, half_up)", -350),
        ("div(1元, 3, up)", 34),
        ("div(50万元, 200万元, down)", 250_000),
        ("round(123456元, 1万元, down)", 12_000_000),
        ("round(-2.5, 1, half_up)", -3),
        ("round(-2.5, 1, down)", -2),
        ('days_between(date("2020-02-28"), date("2020-03-01"))', 2),
        ("1.50 == 1.5", True),
        ("0.3 between 0.3 and 1", True),
        ("1亿元 > 9999.99万元", True),
    ],
)
def test_constants_mean_what_a_person_expects(text: str, kept: object) -> None:
    assert compile_one(parse(text, names={}))({}) == kept


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("x.y > 1", None),
        ("not x.y > 1", None),
        ("x.y > 1 and false", False),
        ("x.y > 1 or true", True),
        ("x.y > 1 or false", None),
        ("x.y in (1, 2)", None),
        ("x.y not in (1, 2)", None),
        ("is_missing(x.y)", True),
        ("is_missing(x.y > 1)", True),
        ("or_else(x.y, 3) > 1", True),
        ("if(x.y > 1, 1, 2) == 2", True),
        ("div(1, 0, down) == 0", None),
    ],
)
def test_a_missing_value_never_matches_a_comparison(text: str, truth: object) -> None:
    node = parse(text, names={"x.y": tree.type_of(FactKind.INTEGER)})
    assert compile_one(node)({"x.y": None}) is truth


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("m.a > 5", "金额与数字不能比较"),
        ("m.a * m.b", "金额不能乘以金额"),
        ("m.a + 1", "金额与数字不能加减"),
        ("m.a / 2", "没有除号"),
        ("m.a > m.b > 0元", "比较不能连写"),
        ("m.c > 0元", "没有名为 m.c 的指标或步骤"),
        ("t.a > '制造业'", "文字只能比较是否相等"),
        ("b.a == true", "条件不必比较"),
        ("b.a + 1", "条件"),
        ("div(m.a, 2)", "这里应为"),
        ("div(m.a, 2, floor)", "最后应写明舍入方式：down、up、half_up"),
        ("round(m.a, m.b, down)", "应为正的常数"),
        ("t.a in (t.a)", "只能写常数"),
        ("12.345元 > m.a", "不能细于分"),
        ('d.a > date("2020-13-01")', "应写成 2020-02-29 的样子"),
        ("date(", "这里应为“)”"),
        ("(m.a", "这里应为“)”"),
        ("m.a =", "相等请写 =="),
        ("m.a ＞ 0元", "第 5 字"),
        ("open('x')", "没有名为 open 的函数"),
        ("", "不完整"),
        ("(" * 60 + "1" + ")" * 60, "括号套得太深"),
        ("+".join(["1"] * 300), "请分成几步"),
        ("r.a * r.a * r.a * r.a", "过大"),
    ],
)
def test_what_the_language_cannot_say_is_refused_in_words(text: str, why: str) -> None:
    with pytest.raises(RuleError, match=".") as caught:
        parse(text, names=NAMES)
    assert why in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        (FactKind.MONEY, 123_450, "1,234.5元"),
        (FactKind.MONEY, 20_000_000, "20万元"),
        (FactKind.MONEY, -116_400_000_00, "-11,640万元"),
        (FactKind.MONEY, 1_000_001, "10,000.01元"),
        (FactKind.RATE, 125_000, "12.5%"),
        (FactKind.RATE, -1, "-0.0001%"),
        (FactKind.INTEGER, 1_234, "1,234"),
        (FactKind.BOOLEAN, False, "否"),
        (FactKind.DATE, date(2020, 2, 29), "2020-02-29"),
        (FactKind.TEXT, "制造业", "制造业"),
        (FactKind.TEXT, None, "缺失"),
    ],
)
def test_values_are_shown_as_a_person_writes_them(kind: FactKind, value: Value, words: str) -> None:
    assert shown_fact(value, kind) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("(m.a - m.b) * 20%", "（销售 − 采购） × 20%"),
        ("m.a - (m.b - m.a)", "销售 − （采购 − 销售）"),
        ("round(div(m.a, 3, down), 1万元, down)", "向下取整（销售 ÷ 3，到1万元）"),
        ("min(m.a, or_else(m.b, 0元))", "取小（销售，采购（缺失时取0元））"),
        ('if(t.a == "x" and not b.a, 1, -i.a)', "（若（行业 ＝ “x” 且 非（列入））：1；否则−数量）"),
    ],
)
def test_a_formula_reads_in_words(text: str, words: str) -> None:
    titles = {"m.a": "销售", "m.b": "采购", "t.a": "行业", "b.a": "列入", "i.a": "数量"}
    assert in_words(parse(text, names=NAMES), titles) == words
