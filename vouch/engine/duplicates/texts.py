"""Names and addresses in the form in which they compare.

A firm's name is 行政区划 + 字号 + 行业 + 组织形式 (企业名称登记管理规定, art. 6): its *body* is what stays without
place and legal form, its *core* the body without the words of its line of business.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from vouch.engine.identifiers import PROVINCES

_LEGAL_FORMS = (
    "有限责任公司", "股份有限公司", "股份合作公司", "有限合伙企业", "农民专业合作社", "专业合作社", "普通合伙", "有限合伙",
    "特殊普通合伙", "有限公司", "责任公司", "集团公司", "合作社", "总公司", "公司", "集团", "企业",
)  # fmt: skip
_LINES = (
    "房地产开发", "房地产经纪", "房地产", "物业管理", "企业管理", "投资管理", "投资咨询", "信息咨询", "管理咨询", "商务咨询",
    "信息技术", "网络技术", "电子科技", "生物科技", "科技发展", "技术开发", "技术服务", "经济技术", "建筑工程", "装饰工程",
    "建筑装饰", "园林绿化", "劳务派遣", "人力资源", "文化传播", "文化传媒", "广告传媒", "机电设备", "机械设备", "机械制造",
    "医疗器械", "建筑材料", "装饰材料", "化工原料", "汽车销售", "汽车服务", "汽车修理", "汽车维修", "物资贸易", "国际贸易",
    "进出口", "商贸", "贸易", "经贸", "工贸", "商业", "实业", "科技", "技术", "电子", "电气", "电器", "电力", "电脑",
    "计算机", "软件", "网络", "通信", "通讯", "信息", "机械", "机电", "设备", "仪器", "仪表", "模具", "五金", "金属", "材料",
    "建材", "化工", "塑料", "橡胶", "塑胶", "纺织", "服装", "服饰", "制衣", "针织", "印染", "皮革", "鞋业", "家具", "木业",
    "纸业", "包装", "印刷", "食品", "粮油", "饮料", "餐饮", "酒店", "宾馆", "旅游", "旅行社", "农业", "农产品", "种植",
    "养殖", "畜牧", "水产", "园艺", "园林", "绿化", "医药", "药业", "医疗", "生物", "制药", "保健", "建筑", "建设", "工程",
    "装饰", "装潢", "设计", "置业", "地产", "物业", "物资", "物流", "运输", "货运", "快递", "仓储", "汽车", "汽配", "摩托车",
    "配件", "制造", "加工", "制品", "工业", "工艺", "开发", "发展", "投资", "担保", "典当", "拍卖", "租赁", "咨询", "顾问",
    "管理", "服务", "代理", "经纪", "策划", "广告", "传媒", "文化", "传播", "教育", "培训", "体育", "娱乐", "影视", "艺术",
    "环保", "能源", "石油", "石化", "燃气", "煤炭", "矿业", "钢铁", "水泥", "玻璃", "陶瓷", "照明", "光电", "自动化", "控制",
    "系统", "集成", "安装", "维修", "修理", "检测", "监理", "勘察", "测绘", "保险", "证券", "会计", "税务", "律师", "评估",
    "销售", "经营", "批发", "零售", "超市", "商场", "商店", "商行", "百货", "门市", "经销", "供销", "购销", "药店", "药房",
    "大药房", "诊所", "网吧", "饭店", "餐厅", "酒楼", "茶叶", "烟酒", "日用品", "化妆品", "美容", "美发", "洗涤", "家政",
    "股份", "国际", "中国", "厂", "店", "部", "行", "社", "中心", "事务所", "经营部", "工作室", "个体", "农场", "林场",
)  # fmt: skip
_BRANCH = re.compile(
    r"(分公司|分店|分厂|分部|分社|支行|支公司|办事处|营业部|门市部|经营部|连锁店|[0-9一二三四五六七八九十]+店)$"
)
_INNER = re.compile(r"(?<=公司).+$")
"""A firm's own name inside a longer one: 某某有限公司某某酒楼 is a branch of it, with a licence of its own."""
_NUMBERS = re.compile(r"[0-9]+|[一二三四五六七八九十]+(?=[分工店厂队公]|$)|第[一二三四五六七八九十]+")
_PLACE = re.compile(r"([一-鿿]{2,6}?)(?:省|市|区|县|自治州|州|盟|旗|镇|乡)")
_PLACE_END = re.compile(r"^(?:省|市|县|区|镇|乡|自治区|特别行政区)")
_NAME_END = re.compile(
    r"(公司|企业|集团|合作社|供销社|旅行社|报社|[^村路街巷]店|厂|部|站|场|商行|银行|支行|门市|中心|所|厅|馆|院|坊|超市|诊所|网吧|协会)$"
)
_ADDRESS_TOKEN = re.compile(r"[0-9号室楼栋幢层座镇乡村组社队街路区道巷弄县市]")
_DISTRICT = re.compile(
    r"^[^0-9A-Z]{2,8}?(?:自治区|特别行政区|自治州|自治县|省|市|(?<![小社园校库厂矿景发业新])区|县|旗)"
)
_RUNS = re.compile(r"[0-9A-Z]+")
_DIGITS = str.maketrans("〇一二三四五六七八九", "0123456789")


def plain(text: str) -> str:
    """One width, one case, letters, digits and Chinese characters alone."""
    text = unicodedata.normalize("NFKC", text).upper()
    return text if text.isalnum() else "".join(filter(str.isalnum, text))


class Name(NamedTuple):
    """A name taken apart. ``places`` are those in front, ``numbers`` what tells a first branch from a second."""

    full: str
    places: frozenset[str]
    body: str
    core: str
    branch: str
    numbers: frozenset[str]


class Address(NamedTuple):
    """An address below the district: the road in words, and its numbers from the house to the room."""

    road: str
    numbers: tuple[str, ...]

    @property
    def house(self) -> str:
        """Road and house, which neighbours in one building share; "" without a number."""
        return f"{self.road}/{self.numbers[0]}" if self.road and self.numbers else ""

    @property
    def fine(self) -> str:
        """All of it."""
        return f"{self.road}/{'/'.join(self.numbers)}"


def places_in(texts: Iterable[tuple[str, str, str]]) -> frozenset[str]:
    """The names of places that occur in these provinces, areas and addresses, without 省, 市, 县."""
    found = set(PROVINCES)
    for province, area, address in texts:
        for text in (province, area):
            short = re.sub(r"(?:省|市|区|县|自治区|自治州|盟|旗)$", "", plain(text))
            if 2 <= len(short) <= 6:
                found.add(short)
        for match in _PLACE.findall(plain(address)[:24]):
            found.update((match, match[-2:]))
    return frozenset(one for one in found if 2 <= len(one) <= 6)


def are_swapped(name: str, address: str) -> bool:
    """Whether a name stands where the address should and the address where the name should."""
    name, address = plain(name), plain(address)
    if _NAME_END.search(name) or not _NAME_END.search(address):
        return False
    return len(_ADDRESS_TOKEN.findall(name)) >= 2


def read_name(text: str, places: frozenset[str]) -> Name:
    """Take an organisation's name apart."""
    full = plain(text)
    inner = unicodedata.normalize("NFKC", text).upper()
    bracketed = [one for one in re.findall(r"\(([^)]*)\)", inner) if plain(one) in places]
    body = plain(re.sub(r"\(([^)]*)\)", lambda m: "" if plain(m[1]) in places else m[1], inner))
    branch_match = _INNER.search(body) or _BRANCH.search(body)
    branch = branch_match[0] if branch_match else ""
    found = {plain(one) for one in bracketed}
    body, stripped = _without_places(body, places)
    found |= stripped
    if not branch_match:
        body = _without_end(body, _FORM_SET)
    return Name(full, frozenset(found), body, _core(body), branch, frozenset(_NUMBERS.findall(body)))


def _without_places(body: str, places: frozenset[str]) -> tuple[str, set[str]]:
    found: set[str] = set()
    for _turn in range(3):
        for length in range(6, 1, -1):
            place = body[:length]
            # A brand of two characters may be called like a place: something must stay.
            if place in places and len(body) - length >= 4:
                rest = body[length:]
                match = _PLACE_END.match(rest)
                # 市政, 区块: a word that begins like the end of a place's name.
                if match and len(rest) - match.end() >= 4 and not rest.startswith(("市政", "县域", "区块")):
                    rest = rest[match.end() :]
                body = rest
                found.add(place)
                break
        else:
            break
    return body, found


def _without_end(text: str, words: frozenset[str]) -> str:
    """The text without the longest of these words at its end; never less than two characters."""
    for length in range(min(10, len(text) - 2), 0, -1):
        if text[-length:] in words:
            return text[:-length]
    return text


def _core(body: str) -> str:
    """The body without the words of its line of business."""
    core, before = body, ""
    while core != before:
        core, before = _without_end(core, _WORD_SET), core
    return core


_FORM_SET = frozenset(_LEGAL_FORMS)
_WORD_SET = frozenset((*_LINES, *_LEGAL_FORMS))


def read_address(text: str) -> Address:
    """Take an address apart: what is above the road goes, and digits of either script are one."""
    rest = plain(text)
    for _turn in range(4):
        match = _DISTRICT.match(rest)
        if not match or len(rest) - match.end() < 3:
            break
        rest = rest[match.end() :]
        if match[0][-1] in "区县旗" and not match[0].endswith("自治区"):
            break
    rest = re.sub(
        r"[〇一二三四五六七八九]+(?=[号楼栋幢层座室单组社队])", lambda m: m[0].translate(_DIGITS), rest
    )
    first = _RUNS.search(rest)
    road = rest[: first.start()] if first else rest
    return Address(re.sub(r"(?:第|门牌)$", "", road), tuple(_RUNS.findall(rest)))


def edits_between(one: str, other: str) -> int:
    """``distance``, but the same characters in another order are one edit where that is two."""
    edits = distance(one, other)
    return 1 if edits == 2 and sorted(one) == sorted(other) else edits


def distance(one: str, other: str) -> int:
    """Edits between two texts: a character more, less or another (Levenshtein), bit-parallel.

    Source: Hyyrö, A Bit-Vector Algorithm for Computing Levenshtein and Damerau Edit Distances (2003).
    """
    if not one:
        return len(other)
    masks: dict[str, int] = {}
    for place, character in enumerate(one):
        masks[character] = masks.get(character, 0) | (1 << place)
    full, last = (1 << len(one)) - 1, 1 << (len(one) - 1)
    up, down, score = full, 0, len(one)
    for character in other:
        match = masks.get(character, 0)
        diagonal = ((((match & up) + up) ^ up) | match | down) & full
        right, left = (down | ~(diagonal | up)) & full, diagonal & up
        score += bool(right & last) - bool(left & last)
        right, left = ((right << 1) | 1) & full, (left << 1) & full
        up, down = (left | ~(diagonal | right)) & full, right & diagonal
    return score
