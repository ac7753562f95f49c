"""Rules that the institution writes as an expression: over facts of the catalogue, and over what is proposed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache

from vouch.engine.facts import Fact, FactError, FactKind, Value, catalogue
from vouch.engine.rules.build import RuleError
from vouch.engine.rules.parser import parse_condition
from vouch.engine.rules.python import compile_one
from vouch.engine.rules.tree import Node, names_in, type_of
from vouch.engine.rules.words import in_words, shown_fact
from vouch.policy.terms import Step


def _proposed(name: str, kind: FactKind, title: str, definition: str) -> Fact:
    return Fact(name=f"proposal.{name}", kind=kind, title=title, definition=definition, source="本笔")


PROPOSAL_FACTS = {
    fact.name: fact
    for fact in (
        _proposed("amount", FactKind.MONEY, "本笔金额", "本笔债务金额，不是本机构承担的部分"),
        _proposed("kind", FactKind.TEXT, "本笔业务种类", "loan、housing、bond、other、non_financing"),
        _proposed("share_rate", FactKind.RATE, "本笔承担比例", "本机构承担的比例"),
        _proposed(
            "step", FactKind.TEXT, "环节", "grant_limit、raise_limit、draw、confirm_class、publish_policy"
        ),
        _proposed("term_months", FactKind.INTEGER, "本笔期限（月）", "整月数"),
        _proposed("fee_rate", FactKind.RATE, "本笔年担保费率", "担保费 ÷ 担保额 ÷ 年数"),
        _proposed("is_temporary", FactKind.BOOLEAN, "是否临时额度", "到期自动失效的额度"),
        _proposed("activity", FactKind.TEXT, "本笔业务的性质", "条例 23 所列禁止业务之一时填写"),
        _proposed("issuer_rating", FactKind.TEXT, "发行人主体评级", "发债担保时填写：AAA、AA+、AA 等"),
        _proposed("class", FactKind.TEXT, "拟定分类", "拟确认的客户分类"),
        _proposed("class_before", FactKind.TEXT, "现行分类", "目前生效的客户分类"),
        _proposed("five_class", FactKind.TEXT, "拟定五级分类", "拟确认的五级分类"),
    )
}
"""What only the caller knows; ``Proposal.facts`` uses these names or those of the catalogue."""

_ALWAYS = frozenset({"proposal.amount", "proposal.kind", "proposal.share_rate", "proposal.step"})
SUPPLIED: Mapping[str, frozenset[str]] = {
    Step.GRANT_LIMIT: _ALWAYS | {"proposal.is_temporary"},
    Step.RAISE_LIMIT: _ALWAYS | {"proposal.is_temporary"},
    Step.DRAW: _ALWAYS,
    Step.CONFIRM_CLASS: _ALWAYS | {"proposal.class", "proposal.class_before"},
    Step.PUBLISH_POLICY: _ALWAYS,
}
"""What each step tells of these today; a rule over anything else would be kept by nobody."""


def fact_of(name: str) -> Fact:
    """A fact by name. Raises FactError."""
    return PROPOSAL_FACTS[name] if name in PROPOSAL_FACTS else catalogue[name]


@lru_cache(maxsize=256)
def condition_of(text: str) -> Node:
    """The checked tree of what a rule demands. Raises RuleError, for names that nobody answers and guarded facts too."""
    names = {fact.name: type_of(fact.kind) for fact in (*PROPOSAL_FACTS.values(), *catalogue)}
    node = parse_condition(text, names=names)
    guarded = sorted(
        name for name in names_in(node) if name not in PROPOSAL_FACTS and catalogue.is_guarded(name)
    )
    if guarded:
        raise RuleError(f"规则不能使用须授权才能读取的指标：{'、'.join(guarded)}")
    return node


def untold(text: str, steps: Iterable[str]) -> list[str]:
    """Titles of what a rule asks of the proposal and some of its steps do not tell."""
    asked = {name for name in names_in(condition_of(text)) if name in PROPOSAL_FACTS}
    return sorted({PROPOSAL_FACTS[name].title for step in steps for name in asked - SUPPLIED[step]})


def words_of(text: str) -> str:
    """What it demands, with titles in the place of names."""
    node = condition_of(text)
    return in_words(node, {name: fact_of(name).title for name in names_in(node)})


def values_for(text: str, given: Mapping[str, Value], *, party_id: int | None, day: date) -> dict[str, Value]:
    """The value of every name in it: as the caller gave it, else as the catalogue answers for the customer."""
    names = sorted(names_in(condition_of(text)))
    asked = [name for name in names if name not in given and name not in PROPOSAL_FACTS]
    known: dict[str, Value] = {name: given.get(name) for name in names}
    if asked and party_id is not None:
        known |= catalogue.ask(asked, [party_id], as_of=day).row(party_id)
    return known


def is_kept(text: str, values: Mapping[str, Value]) -> bool:
    """Whether the condition is true; a missing value meets no comparison, so the rule is not kept."""
    row = {name: value.toordinal() if isinstance(value, date) else value for name, value in values.items()}
    return compile_one(condition_of(text))(row) is True


def shown_values(values: Mapping[str, Value]) -> list[tuple[str, str]]:
    """Title and value, as a person reads them."""
    return [(fact_of(name).title, shown_fact(value, fact_of(name).kind)) for name, value in values.items()]


def checked(given: Mapping[str, Value]) -> None:
    """Raises FactError for a name that nobody knows, or a value of another type."""
    for name, value in given.items():
        kind = fact_of(name).kind
        if value is not None and type(value) is not kind.python_type:
            raise FactError(f"{name} 应为 {kind.value}，得到 {type(value).__name__}")
