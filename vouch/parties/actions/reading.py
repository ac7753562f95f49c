"""What a row of an enterprise register says, and what in it cannot be right.

Texts of registers are kept as they are; an amount is read only where its unit is written beside it. A value that
cannot belong to its column is a fault, and two of them in one row mean that the row is shifted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vouch.engine.identifiers import Code, CodeKind, CodeProblem, judge_code
from vouch.parties.terms import PROVINCES, Currency

MISSING = frozenset({"", "N/A", "NA", "NULL", "NONE", "无", "-", "--", "—", "/", "不详", "未知", "暂无"})
"""Ways in which registers say that they do not know."""

TEXT_FIELDS = (
    "legal_form", "scope_text", "province", "area", "address", "representative_hash", "industry_code", "capital_text",
    "capital_currency",
)  # fmt: skip
OTHER_FIELDS = ("capital_amount", "established_on", "staff_count", "revenue", "total_assets")
PROFILE_FIELDS = (*TEXT_FIELDS, *OTHER_FIELDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterpriseDetails:
    """An enterprise as a source describes it; "" and None mean that the source does not say."""

    name: str
    legal_form: str = ""
    capital_amount: Decimal | None = None
    capital_currency: str = ""
    capital_text: str = ""
    established_on: date | None = None
    scope_text: str = ""
    province: str = ""
    area: str = ""
    address: str = ""
    representative_hash: str = ""
    industry_code: str = ""
    staff_count: int | None = None
    revenue: Decimal | None = None
    total_assets: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """A value that cannot be right: its column and why, in Chinese."""

    column: str
    reason: str


@dataclass(slots=True)
class Reading:
    """One row as read. ``code`` is None when the row names none."""

    details: EnterpriseDetails
    code: Code | None
    faults: list[Fault] = field(default_factory=list)


PLACE_MAX = 10
_CURRENCIES = {
    "": Currency.CNY, "元": Currency.CNY, "人民币": Currency.CNY, "人民币元": Currency.CNY, "元人民币": Currency.CNY,
    "圆": Currency.CNY, "美元": Currency.USD, "元美元": Currency.USD, "港币": Currency.HKD, "港元": Currency.HKD,
    "香港元": Currency.HKD, "元港币": Currency.HKD, "欧元": Currency.EUR, "日元": Currency.JPY, "元日元": Currency.JPY,
    "英镑": Currency.GBP, "澳大利亚元": Currency.AUD, "澳元": Currency.AUD, "加拿大元": Currency.CAD,
    "加元": Currency.CAD, "新加坡元": Currency.SGD, "瑞士法郎": Currency.CHF, "韩元": Currency.KRW,
    "韩国元": Currency.KRW, "新台币": Currency.TWD, "台湾元": Currency.TWD, "新台币元": Currency.TWD,
    "澳门元": Currency.MOP,
}  # fmt: skip
_MULTIPLES = {"": 1, "万": 10_000, "百万": 1_000_000, "亿": 100_000_000}
_CAPITAL = re.compile(r"([0-9][0-9,]*(?:\.[0-9]+)?)\s*\(?\s*(百万|万|亿|)\s*([^\d()]*?)\s*\)?")
_DATE = re.compile(
    r"([0-9]{4})(?:-|/|\.|年)([0-9]{1,2})(?:-|/|\.|月)([0-9]{1,2})日?(?:[ T]0{1,2}:00(?::00)?)?"
)
_COMPACT_DATE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_HASH = re.compile(r"[A-Za-z]?[0-9a-fA-F]{12,79}")
_AMOUNT_LIKE = re.compile(r"[0-9.,]+(?:\(.*\)|万.*|元)?")
_INDUSTRY = re.compile(r"[A-T]?[0-9]{0,4}")
_PROVINCE_ENDING = re.compile(r"(?:省|市|特别行政区|(?:壮族|回族|维吾尔)?自治区)$")


def read_enterprise(values: Mapping[str, str], *, today: date) -> Reading:
    """Read one row: column name → text. Every fault is named; what can be read is read all the same."""
    faults: list[Fault] = []
    read: dict[str, Any] = {}
    for column, reader in _READERS.items():
        text = given(values.get(column, ""))
        if text:
            try:
                read.update(reader(column, text))
            except ValueError as error:
                if column == "province" and _is_place_of(text, values.get("address", "")):
                    read[column] = text
                else:
                    faults.append(Fault(column, str(error)))
    if "established_on" in read and read["established_on"] > today:
        faults.append(Fault("established_on", _("成立日期晚于今天")))
    name = values.get("name", "").strip()
    problem = _name_problem(name)
    if problem:
        faults.insert(0, Fault("name", problem))
    code_text = values.get("code", "").strip()
    code = judge_code(code_text) if given(code_text) else None
    return Reading(EnterpriseDetails(name=name, **read), code, faults)


def given(text: str) -> str:
    """The text without blanks around it; "" where it only says that nothing is known."""
    stripped = text.strip()
    return "" if len(stripped) <= 4 and stripped.upper() in MISSING else stripped


def code_fault(code: Code | None) -> Fault | None:
    """Why this code cannot identify an enterprise; None when it can."""
    if code is None:
        return Fault("code", _("没有统一社会信用代码或注册号"))
    if code.problem is CodeProblem.CHECK:
        return Fault(
            "code",
            _("统一社会信用代码“%(code)s”校验位不符：末位应为 %(expected)s")
            % {"code": code.value, "expected": code.expected},
        )
    if code.problem is CodeProblem.FORMAT:
        if code.kind is CodeKind.USCC:
            return Fault("code", _("“%(code)s”含有统一社会信用代码不使用的字符") % {"code": code.value})
        if re.fullmatch(r"[0-9.]+E\+?[0-9]+", code.value):
            return Fault(
                "code", _("代码在表格软件中被当作数值，末几位已丢失：%(code)s") % {"code": code.value}
            )
        return Fault(
            "code",
            _("“%(code)s”不是统一社会信用代码（18位），也不是旧注册号（13或15位数字）")
            % {"code": code.value[:60]},
        )
    return None


def read_capital(text: str) -> tuple[Decimal | None, str]:
    """Amount in whole units and currency of e.g. ``1,100(万元人民币)``; no amount where no unit is written.

    Raises ValueError for what is no amount.
    """
    plain = unicodedata.normalize("NFKC", text).replace(" ", "")
    match = _CAPITAL.fullmatch(plain)
    if match is None:
        raise ValueError(_("“%(text)s”不是注册资本") % {"text": text[:60]})
    number, multiple, unit = match.groups()
    if not multiple and not unit:
        return None, ""
    currency = _CURRENCIES.get(unit) or _CURRENCIES.get(unit.removeprefix("元"))
    if currency is None:
        raise ValueError(_("注册资本“%(text)s”的币种无法识别") % {"text": text[:60]})
    amount = (Decimal(number.replace(",", "")) * _MULTIPLES[multiple]).quantize(Decimal("0.01"))
    return amount, str(currency)


def read_date(text: str) -> date:
    """A day written as 2003-01-31, 2003/1/31, 2003.1.31, 2003年1月31日 or 20030131. Raises ValueError."""
    plain = unicodedata.normalize("NFKC", text)
    match = _DATE.fullmatch(plain) or _COMPACT_DATE.fullmatch(plain)
    if match:
        year, month, day = map(int, match.groups())
        if 1800 <= year <= 2200:
            try:
                return date(year, month, day)
            except ValueError:
                pass
    raise ValueError(_("“%(text)s”不是日期") % {"text": text[:60]})


def _capital(column: str, text: str) -> dict[str, Any]:
    amount, currency = read_capital(text)
    return {"capital_amount": amount, "capital_currency": currency, "capital_text": text[:100]}


def _day(column: str, text: str) -> dict[str, Any]:
    return {column: read_date(text)}


def _legal_form(column: str, text: str) -> dict[str, Any]:
    if _AMOUNT_LIKE.fullmatch(unicodedata.normalize("NFKC", text)) or len(text) > 100:
        raise ValueError(_("“%(text)s”不是企业类型") % {"text": text[:60]})
    return {column: text}


def _province(column: str, text: str) -> dict[str, Any]:
    short = _PROVINCE_ENDING.sub("", text)
    if short not in PROVINCES:
        raise ValueError(_("“%(text)s”不是省份") % {"text": text[:60]})
    return {column: short}


def _is_place_of(text: str, address: str) -> bool:
    """Whether a text that names no province is a place all the same: a city, which the address names too."""
    return len(text) <= PLACE_MAX and text in address and text != address.strip()


def _short(limit: int, problem: Promise) -> Callable[[str, str], dict[str, Any]]:
    def read(column: str, text: str) -> dict[str, Any]:
        if len(text) > limit or _HASH.fullmatch(text) or _DATE.fullmatch(text):
            raise ValueError(str(problem) % {"text": text[:60]})
        return {column: text}

    return read


def _plain(column: str, text: str) -> dict[str, Any]:
    return {column: text}


def _hash(column: str, text: str) -> dict[str, Any]:
    # A name or an identity number may not be kept before the vault protects it.
    if not _HASH.fullmatch(text):
        raise ValueError(_("法定代表人只接受散列值"))
    return {column: text}


def _industry(column: str, text: str) -> dict[str, Any]:
    plain = unicodedata.normalize("NFKC", text).upper()
    if not _INDUSTRY.fullmatch(plain):
        raise ValueError(_("“%(text)s”不是 GB/T 4754 行业代码") % {"text": text[:60]})
    return {column: plain}


def _count(column: str, text: str) -> dict[str, Any]:
    plain = unicodedata.normalize("NFKC", text).replace(",", "")
    if not re.fullmatch(r"[0-9]{1,9}人?", plain):
        raise ValueError(_("“%(text)s”不是人数") % {"text": text[:60]})
    return {column: int(plain.removesuffix("人"))}


def _money(column: str, text: str) -> dict[str, Any]:
    plain = unicodedata.normalize("NFKC", text).replace(",", "").removesuffix("元")
    match = re.fullmatch(r"([0-9]{1,15}(?:\.[0-9]+)?)(万|亿|)", plain)
    if match is None:
        raise ValueError(_("“%(text)s”不是金额") % {"text": text[:60]})
    amount = Decimal(match.group(1)) * _MULTIPLES[match.group(2)]
    return {column: amount.quantize(Decimal("0.01"))}


def _name_problem(name: str) -> str:
    if not given(name):
        return _("没有企业名称")
    if len(name) < 2 or len(name) > 200:
        return _("企业名称过短或过长")
    plain = unicodedata.normalize("NFKC", name)
    if (
        _DATE.fullmatch(plain)
        or _AMOUNT_LIKE.fullmatch(plain)
        or judge_code(name).kind is not CodeKind.UNKNOWN
    ):
        return _("“%(text)s”不是企业名称") % {"text": name[:60]}
    return ""


_READERS: dict[str, Callable[[str, str], dict[str, Any]]] = {
    "legal_form": _legal_form,
    "capital": _capital,
    "established_on": _day,
    "scope_text": _plain,
    "province": _province,
    "area": _short(60, gettext_lazy("“%(text)s”不是地区")),
    "address": _short(400, gettext_lazy("“%(text)s”不是地址")),
    "representative_hash": _hash,
    "industry_code": _industry,
    "staff_count": _count,
    "revenue": _money,
    "total_assets": _money,
}
