"""Measure judging: one customer in microseconds, a book of a million against Polars doing the same.

    python bench/decide.py [--rows 1000000]

The policy is the one of the engine's tests, its card widened to 15 attributes. Every figure is the median of 5 runs;
before anything is measured, all ways are checked to give the same answers.
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import polars as pl

from vouch.engine import policy_file
from vouch.engine._judge import Verdict
from vouch.engine.canonical import read_yaml, write_yaml
from vouch.engine.decide import decide, decide_many, judge_of
from vouch.engine.facts import FactFrame, Value
from vouch.engine.policy import Policy
from vouch.engine.tests import oracle
from vouch.engine.tests.policies import YAML

ATTRIBUTES = 15
BINS = 6
ROUNDS = 5


def wide_policy() -> Policy:
    """Return the test policy with a card of 15 attributes and 20 knock-out rules."""
    source = read_yaml(YAML.encode())
    card = source["scorecard"]["card"]
    card["attributes"] = [item for item in card["attributes"] if item["kind"] == "number"]
    for number in range(len(card["attributes"]), ATTRIBUTES):
        name = f"made.up_{number}"
        source["facts"].append({"name": name, "kind": "integer", "title": f"指标{number}"})
        edges = [None, *(str(100 * step) for step in range(1, BINS)), None]
        bins = [{"from": edges[i], "to": edges[i + 1], "points": 3 * i} for i in range(BINS)]
        card["attributes"].append(
            {"name": f"up_{number}", "fact": name, "kind": "number", "bins": bins, "missing": {"points": 1}}
        )
    for number in range(17):
        fact = f"made.up_{2 + number % 13}"
        source["knock_outs"].append(
            {
                "name": f"rule-{number}",
                "when": f"{fact} > {595 + number % 4}",
                "reason": "太大",
                "source": "测试",
            }
        )
    return policy_file.read(write_yaml(source))


def book(policy: Policy, rows: int) -> FactFrame:
    """Return random facts, a tenth of them missing."""
    rng = np.random.default_rng(7)
    columns: dict[str, list[Any]] = {}
    for fact in policy.facts:
        match fact.kind.value:
            case "text":
                values: list[Any] = rng.choice(["制造业", "批发业", "零售业"], rows).tolist()
            case "boolean":
                values = (rng.random(rows) < 0.02).tolist()
            case "date":
                values = [None] * rows
            case "money":
                values = rng.integers(0, 10**9, rows).tolist()
            case "rate":
                values = rng.integers(0, 300_000, rows).tolist()
            case _:
                values = rng.integers(0, 600 if fact.name.startswith("made") else 190, rows).tolist()
        if not fact.required:
            values = [
                None if gone else value for value, gone in zip(values, rng.random(rows) < 0.1, strict=True)
            ]
        columns[fact.name] = values
    return FactFrame(list(range(rows)), columns)


def interpret(policy: Policy, row: Mapping[str, Value]) -> Verdict:
    """Judge by walking the policy: what the generated function does, without generating it."""
    hits = sum(
        1 << i for i, rule in enumerate(policy.knock_outs) if oracle.evaluate(rule.condition, row) is True
    )
    missing = sum(1 << i for i, fact in enumerate(policy.required) if row.get(fact.name) is None)
    scored = policy.card.score(row)
    grade = policy.grade_place(scored.score)
    if hits or missing:
        return Verdict(hits, missing, scored.picks, scored.score, grade, (), (), -1)
    found = policy.classes[policy.class_of_grade[grade]]
    known: dict[str, Any] = {
        **row,
        "score": scored.score,
        "grade": policy.grades[grade].name,
        "class": found.name,
        "class.max_limit": found.max_limit,
        "class.fee_from": found.fee_from,
        "class.fee_to": found.fee_to,
    }
    for step in (*policy.limit_steps, *policy.fee_steps):
        known[step.name] = oracle.evaluate(step.formula, known)
    limit, fee = (tuple(known[s.name] for s in steps) for steps in (policy.limit_steps, policy.fee_steps))
    chosen = [i for i, rule in enumerate(policy.path_rules) if oracle.evaluate(rule.condition, known) is True]
    return Verdict(0, 0, scored.picks, scored.score, grade, limit, fee, chosen[0] if chosen else -1)


def polars_score(policy: Policy) -> pl.Expr:
    """Return the card as a Polars expression."""
    total = pl.lit(policy.card.base_points, pl.Int64)
    for attribute in policy.card.attributes:
        value = pl.col(attribute.fact)
        points = [outcome.points for outcome in attribute.outcomes]
        found = pl.when(value.is_null()).then(points[-1])
        for code, place in attribute.codes.items():
            found = found.when(value == code).then(points[place])
        for place, split in enumerate(attribute.splits):
            found = found.when(value < split).then(points[place])
        total = total + found.otherwise(points[len(attribute.splits)])
    return total


def polars_decide(policy: Policy, frame: pl.DataFrame) -> pl.DataFrame:
    """Judge with Polars: score, grade, knock-outs and a limit in floating point, which is what it offers."""
    out = frame.lazy().with_columns(score=polars_score(policy))
    grade = pl.when(pl.col("score") >= policy.grades[0].floor).then(0)
    for place, band in enumerate(policy.grades[1:-1], start=1):
        grade = grade.when(pl.col("score") >= band.floor).then(place)
    caps = [policy.classes[place].max_limit for place in policy.class_of_grade]
    hit = (pl.col("invoice.idle_days") > 180).fill_null(value=False)
    hit = hit | pl.col("party.is_listed").fill_null(value=False)
    for number in range(17):
        hit = hit | (pl.col(f"made.up_{2 + number % 13}") > 595 + number % 4).fill_null(value=False)
    out = out.with_columns(grade=grade.otherwise(len(policy.grades) - 1), hit=hit)
    good = pl.col("grade") <= 1
    amount = pl.col("invoice.turnover_12m") * pl.when(good).then(0.2).otherwise(0.125)
    amount = amount * (1 - pl.col("invoice.void_rate").fill_null(100_000) / 1e6) * pl.col("score") / 600
    cap = pl.col("grade").replace_strict(dict(enumerate(caps)), return_dtype=pl.Int64)
    amount = (pl.min_horizontal(amount, cap, 250_000_000) / 1_000_000).floor() * 1_000_000
    amount = pl.when(pl.col("hit") | (amount < 5_000_000)).then(0).otherwise(amount)
    return out.with_columns(limit=amount).select("score", "grade", "hit", "limit").collect()


def median(run: Callable[[], object]) -> float:
    """Return the median seconds of 5 runs, after one that warms up."""
    run()
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def one_customer(policy: Policy) -> None:
    frame = book(policy, 2_000)
    rows = list(frame.rows())
    judge = judge_of(policy)
    assert [judge(row) for row in rows] == [interpret(policy, row) for row in rows]
    rng = random.Random(7)
    rng.shuffle(rows)
    ways: dict[str, Callable[[], object]] = {
        "generated function: verdict": lambda: [judge(row) for row in rows],
        "interpreter over the policy: verdict": lambda: [interpret(policy, row) for row in rows],
        "decide(): checked facts, reasons and formulas in words": lambda: [
            decide(policy, row) for row in rows
        ],
    }
    times = {name: median(run) / len(rows) for name, run in ways.items()}
    base = next(iter(times.values()))
    print(f"one customer, {ATTRIBUTES} attributes, {len(policy.knock_outs)} rules (µs, ratio)")
    for name, seconds in times.items():
        print(f"  {name:<58} {seconds * 1e6:8.1f} {seconds / base:7.1f}")


def whole_book(policy: Policy, size: int) -> None:
    frame = book(policy, size)
    lists = {name: column for name, column in frame.columns.items() if name != "party.founded_on"}
    polars = pl.DataFrame(lists)
    decided, other = decide_many(policy, frame), polars_decide(policy, polars)
    assert (decided.scored.scores == other["score"].to_numpy()).all()
    assert (decided.grades == other["grade"].to_numpy()).all()
    columns: dict[str, Any] = {}
    for attribute in policy.card.attributes:
        columns[attribute.fact] = polars[attribute.fact].fill_null(np.iinfo(np.int64).min).to_numpy()
    score = polars_score(policy)
    ways: dict[str, tuple[Callable[[], object], str]] = {
        "score, kernel": (lambda: policy.card.score_columns(columns), ""),
        "score, Polars": (lambda: polars.select(score), "score, kernel"),
        "decide_many, from Python lists": (lambda: decide_many(policy, frame), ""),
        "Polars, from Python lists": (
            lambda: polars_decide(policy, pl.DataFrame(lists)),
            "decide_many, from Python lists",
        ),
    }
    print(f"whole book, {size:,} rows × {ATTRIBUTES} (ms, ratio)")
    times: dict[str, float] = {}
    for name, (run, against) in ways.items():
        times[name] = median(run)
        ratio = f"{times[name] / times[against]:7.1f}" if against else "    1.0"
        print(f"  {name:<58} {times[name] * 1e3:8.0f} {ratio}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    arguments = parser.parse_args()
    policy = wide_policy()
    one_customer(policy)
    whole_book(policy, arguments.rows)


if __name__ == "__main__":
    main()
