"""A policy file that is wrong is refused in Chinese, with the place, and every fault at once."""

import jsonschema
import pytest

from vouch.engine import _schema, policy_file, scorecard_file
from vouch.engine.canonical import FileError, read_yaml, write_yaml
from vouch.engine.facts import Catalogue, Fact, FactFrame, FactKind
from vouch.engine.tests.policies import YAML, small


def changed(old: str, new: str) -> bytes:
    assert old in YAML
    return YAML.replace(old, new).encode()


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("format: vouch-policy/1", "format: vouch-policy/9", "format：\"vouch-policy/9\" 应为规定的值（vouch-policy/1）"),
        ("version: 1", "version: one", "version：\"one\" 类型不对（integer）"),
        ("title: 测试政策\n", "", "文件：缺少 title"),
        ("title: 测试政策", "title: 测试政策\nauthor: x", "文件：不认识的键 author"),
        ("max_limit: 100万元", "max_limit: 100", "classes 第 2 项 max_limit"),
        ("kind: money, title: 近12个月开票销售额, required: true", "kind: rate, title: x", "scale 应为 6"),
        ("name: party.trade, kind: text", "name: party.branch, kind: text", "变量 trade：facts 中没有 party.trade"),
        ("grade: A, from: 540", "grade: A, from: 640", "grades：from 应由高到低"),
        ("  - {grade: D}", "  - {grade: D, from: 1}", "grades：只有最后一级不写 from"),
        ("grades: [B]", "grades: [B, A]", "等级 A 既在 优质 又在 一般（例如得分"),
        ("grades: [B]", "grades: [C]", "等级 B 没有归入任何一类（例如得分 460）"),
        ("path: fast, max", "path: quick, max", "classes 优质：没有名为 quick 的项"),
        ("from: 0.8%, to: 1.2%", "from: 1.8%, to: 1.2%", "classes 优质：fee_band 应由低到高"),
        ("knocked_out: {grade: D}", "knocked_out: {grade: E}", "knocked_out：没有名为 E 的项"),
        ("invoice.idle_days > 180", "invoice.idle_days > 180元", "knock_outs idle：“invoice.idle_days > 180元”第"),
        ("invoice.idle_days > 180", "invoice.idle_days + 180", "应为条件"),
        ("invoice.idle_days > 180", "score > 180", "没有名为 score 的指标或步骤"),
        ("or_else(invoice.void_rate, 10%)", "invoice.void_rate", "可能缺失，请用 or_else"),
        ("by_void * score, 600", "by_void * score, score - 600", "limit：by_score、limit_capped"),
        ("name: by_void", "name: by_turnover", "limit by_turnover：这个名字已经有了"),
        ("name: by_turnover", "name: limit", "limit limit：这个名字已经有了"),
        ("'base_rate - if(limit >= 100万元, 0.1%, 0%)'", "limit", "fee：结果应为比率，而不是金额"),
        ("base_points: 400", "base_points: x", "scorecard：base_points 应为整数"),
        ("name: idle,", "name: listed,", "knock_outs：listed 出现了不止一次"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_place(old: str, new: str, fault: str) -> None:
    with pytest.raises(FileError, match=".") as caught:
        policy_file.read(changed(old, new))
    assert fault in str(caught.value)


def test_several_faults_are_named_at_once() -> None:
    broken = YAML.replace("knocked_out: {grade: D}", "knocked_out: {grade: E}").replace(
        "idle_days > 180", "idle > 1"
    )
    with pytest.raises(FileError) as caught:
        policy_file.read(broken.encode())
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize("data", [b"", b"- 1", b"\xff\xfe", b"a: [", b"a: &x 1\nb: *x", b"{a: 1, a: 2}"])
def test_what_is_no_policy_at_all_is_refused_without_a_traceback(data: bytes) -> None:
    with pytest.raises(FileError):
        policy_file.read(data)


def test_a_card_beside_the_file_gives_the_same_policy_as_the_card_inside() -> None:
    source = read_yaml(YAML.encode())
    card = scorecard_file.parse(source["scorecard"]["card"])
    source["scorecard"] = {"sha256": card.sha256, "file": "card.yaml"}
    policy = policy_file.read(write_yaml(source), cards={card.sha256: card})
    assert (policy.sha256, policy.card) == (small().sha256, small().card)
    with pytest.raises(FileError, match="没有哈希为"):
        policy_file.read(write_yaml(source))


def test_the_catalogue_must_know_every_fact_with_the_kind_the_file_states() -> None:
    catalogue = Catalogue()
    facts = [
        Fact(name=fact.name, title=fact.title, definition="", kind=fact.kind)
        for fact in small().facts
        if fact.kind not in {FactKind.RATE, FactKind.DATE}
    ]
    facts.append(Fact(name="invoice.void_rate", title="", definition="", kind=FactKind.INTEGER))
    catalogue.register(facts=facts, ask=lambda subjects, *, as_of: FactFrame([], {}))
    with pytest.raises(FileError) as caught:
        policy_file.read(YAML.encode(), catalogue=catalogue)
    assert caught.value.problems == [
        "facts：指标 invoice.void_rate 的类型是 integer，文件写的是 rate",
        "facts：没有名为 party.founded_on 的指标",
    ]


def test_the_published_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(_schema.schema())
