"""A small invented policy for tests: every construct of the file once, and a strategy for rows that hit its edges."""

from datetime import date
from functools import cache

from hypothesis import strategies as st

from vouch.engine import policy_file
from vouch.engine.facts import Value
from vouch.engine.policy import Policy

YAML = """
format: vouch-policy/1
id: test-policy
version: 1
title: 测试政策
applies_to: {kind: enterprise, title: 小微企业}
facts:
  - {name: invoice.turnover_12m, kind: money, title: 近12个月开票销售额, required: true}
  - {name: invoice.void_rate, kind: rate, title: 作废率}
  - {name: invoice.idle_days, kind: integer, title: 距最近一次销售天数, required: true}
  - {name: party.trade, kind: text, title: 行业, changeable: false}
  - {name: party.is_listed, kind: boolean, title: 列入失信名单}
  - {name: party.founded_on, kind: date, title: 成立日期, changeable: false}
scorecard:
  card:
    format: vouch-scorecard/1
    name: test-card
    title: 测试评分卡
    kind: expert
    base_points: 400
    attributes:
      - name: turnover
        fact: invoice.turnover_12m
        title: 近12个月开票销售额
        kind: number
        scale: 2
        bins:
          - {from: null, to: "100000", points: 0, label: 不足10万元, reason: 年开票额不足10万元}
          - {from: "100000", to: "1000000", points: 60, label: 10万至100万元}
          - {from: "1000000", to: "5000000", points: 100, label: 100万至500万元}
          - {from: "5000000", points: 140, label: 500万元及以上}
        missing: {points: 0}
      - name: void_rate
        fact: invoice.void_rate
        title: 作废率
        kind: number
        scale: 6
        bins:
          - {from: null, to: "0.05", points: 40, label: 低于5%}
          - {from: "0.05", to: "0.2", points: 20, label: 5%至20%}
          - {from: "0.2", points: 0, label: 20%及以上}
        special: [{codes: ["-1"], points: 10, label: 口径不明}]
        missing: {points: 15}
      - name: trade
        fact: party.trade
        title: 行业
        kind: category
        bins:
          - {values: [制造业, 建筑业], points: 30}
          - {values: [批发业], points: 10}
        other: {points: 20}
        missing: {points: 5}
      - name: listed
        fact: party.is_listed
        title: 失信名单
        kind: category
        bins: [{values: ["false"], points: 10, label: 未列入}]
        other: {points: 0, label: 列入}
        missing: {points: 5}
grades:
  - {grade: AAA, from: 600}
  - {grade: A, from: 540}
  - {grade: B, from: 460}
  - {grade: D}
classes:
  - {name: 优质, grades: [AAA, A], check_every_days: 180, path: fast, max_limit: 300万元, fee_band: {from: 0.8%, to: 1.2%}}
  - name: 一般
    grades: [B]
    check_every_days: 90
    path: standard
    max_limit: 100万元
    fee_band: {from: 1.2%, to: 2%}
    mitigations: [实际控制人连带责任保证]
  - {name: 高风险, grades: [D], check_every_days: 30, path: committee, max_limit: 0元, fee_band: {from: 2%, to: 3%}}
approval_paths:
  - {name: fast, title: 绿色通道, steps: [客户经理, 风险经理]}
  - {name: standard, title: 一般程序}
  - {name: committee, title: 评审会}
approval:
  - {when: limit > 200万元, path: committee, reason: 超过200万元须上评审会}
  - {when: 'grade == "A" and is_missing(invoice.void_rate)', path: standard, reason: 作废率缺失}
knock_outs:
  - {name: idle, when: invoice.idle_days > 180, reason: 超过180天没有销售, source: 本机构制度第3条}
  - {name: listed, when: party.is_listed, reason: 列入失信名单, source: 本机构制度第4条}
  - {name: young, when: 'party.founded_on > date("2019-06-30")', reason: 成立不满一年, source: 本机构制度第5条}
knocked_out: {grade: D}
insufficient: {path: standard}
limit:
  steps:
    - {name: by_turnover, title: 按开票额测算, formula: 'invoice.turnover_12m * if(class == "优质", 20%, 12.5%)'}
    - {name: by_void, title: 按作废率扣减, formula: 'by_turnover * (1 - min(or_else(invoice.void_rate, 10%), 100%))'}
    - {name: by_score, title: 按得分调整, formula: 'div(by_void * score, 600, half_up)'}
  round_down_to: 1万元
  at_least: 5万元
  at_most: 250万元
fee:
  steps:
    - {name: base_rate, title: 基础费率, formula: 'div(700 - score, 10000, up)'}
    - {name: size_rate, title: 额度调整, formula: 'base_rate - if(limit >= 100万元, 0.1%, 0%)'}
"""


@cache
def small() -> Policy:
    """Return the policy above."""
    return policy_file.read(YAML.encode())


def _optional(strategy: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    return st.one_of(st.none(), strategy, strategy, strategy)


def facts() -> st.SearchStrategy[dict[str, Value]]:
    """Return rows of the policy's facts, missing values and split points included."""
    splits = [10_000_000, 100_000_000, 500_000_000]
    edges = [split + shift for split in splits for shift in (-1, 0, 1)]
    return st.fixed_dictionaries(
        {
            "invoice.turnover_12m": _optional(
                st.one_of(st.sampled_from([*edges, 0, -5, 10**15]), st.integers(0, 10**10))
            ),
            "invoice.void_rate": _optional(
                st.one_of(st.sampled_from([49_999, 50_000, 200_000, -1_000_000]), st.integers(0, 10**6))
            ),
            "invoice.idle_days": _optional(st.integers(0, 250)),
            "party.trade": _optional(st.sampled_from(["制造业", "批发业", "零售业"])),
            "party.is_listed": _optional(st.sampled_from([False, False, False, True])),
            "party.founded_on": _optional(
                st.sampled_from([date(2019, 6, 30), date(2019, 7, 1), date(2001, 1, 1)])
            ),
        }
    )
