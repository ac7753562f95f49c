"""What people write about persons, in its normal form, or what is wrong with it in Chinese; never with the number."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from vouch.engine.identifiers import (
    Identity,
    IdentityProblem,
    IdentityWarning,
    NumberProblem,
    PhoneKind,
    judge_account,
    judge_identity,
    judge_phone,
    normal_code,
)
from vouch.parties.terms import CHECKED_DOCUMENTS, DocumentKind, PhoneUse, SexName

DOTS = str.maketrans(dict.fromkeys("•・‧∙⋅･", "·"))
_IN_NAMES = frozenset("·.-' ")


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDetails:
    """What a person is to be known by, in normal form; amounts in yuan. Blanks and None are unknown."""

    name: str
    document_kind: str
    document_number: str
    born_on: date | None = None
    sex: str = ""
    address: str = ""
    marital_status: str = ""
    occupation: str = ""
    employer: str = ""
    monthly_income: Decimal | None = None
    annual_income: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document's number in normal form, with what it says of its holder and what is unusual about it."""

    number: str
    born_on: date | None = None
    sex: str = ""
    remarks: tuple[str, ...] = ()


def read_name(text: str) -> str:
    """The name of a person: 1 to 100 letters of any script, with the dot of minority names. Raises ValueError."""
    folded = unicodedata.normalize("NFC", text).translate(DOTS)
    name = " ".join("".join(sign for sign in folded if unicodedata.category(sign) != "Cf").split())
    if not name:
        raise ValueError(_("请填写姓名。"))
    if len(name) > 100:
        raise ValueError(_("姓名不能超过 100 个字。"))
    for sign in name:
        if unicodedata.category(sign)[0] not in "LM" and sign not in _IN_NAMES:
            raise ValueError(_("姓名中不能有“%s”。") % sign)
    if not any(unicodedata.category(sign)[0] == "L" for sign in name):
        raise ValueError(_("姓名中没有文字。"))
    return name


def read_document(kind: str, text: str, *, today: date) -> ReadDocument:
    """The number of a document of this kind. Raises ValueError (Chinese, without the number)."""
    if kind not in CHECKED_DOCUMENTS:
        value = normal_code(text)
        if not (value.isascii() and value.replace("-", "").isalnum() and 5 <= len(value) <= 30):
            raise ValueError(_("证件号码应为 5 至 30 位字母或数字。"))
        return ReadDocument(value)
    found = judge_identity(text, today=today)
    if found.problem is not IdentityProblem.NONE:
        raise ValueError(_identity_fault(found, today=today))
    if found.kind.value != kind:
        message = _("这是%(actual)s的号码，与所选的证件类型不符。")
        raise ValueError(message % {"actual": DocumentKind(found.kind.value).label})
    remarks = tuple(_remark(warning) for warning in found.warnings)
    sex = SexName(found.sex.value) if found.sex else ""
    return ReadDocument(found.value, found.born_on, sex, remarks)


def _identity_fault(found: Identity, *, today: date) -> str:
    if found.problem is IdentityProblem.FORMAT:
        return _(
            "证件号码应为 18 位：前 17 位是数字，末位是数字或 X（旧的 15 位号码也可以）；现在是 %d 位。"
        ) % len(found.value)
    if found.problem is IdentityProblem.REGION:
        return _("证件号码开头的地区代码不存在，请核对前 6 位。")
    if found.problem is IdentityProblem.BIRTH:
        year = found.value[6:10]
        if year > str(today.year):
            return _("证件号码中的出生日期晚于今天，请核对第 7 至 14 位。")
        return _("证件号码中的出生日期不存在或晚于今天，请核对第 7 至 14 位。")
    return _("证件号码的校验位不符：按前 17 位，末位应为 %s，请对照证件核对。") % found.expected


def _remark(warning: IdentityWarning) -> str:
    return {
        IdentityWarning.UNKNOWN_AREA: _("地区代码不是县级代码，请对照证件核对。"),
        IdentityWarning.VERY_OLD: _("出生日期早于 1900 年，请对照证件核对。"),
        IdentityWarning.WAS_OLD_NUMBER: _("15 位旧号码已换成 18 位，请对照新证件核对。"),
    }[warning]


def read_phone(text: str, *, use: str) -> str:
    """A telephone number in its normal form. Raises ValueError."""
    found = judge_phone(text)
    if found.problem is not NumberProblem.NONE:
        raise ValueError(_("电话号码不对：手机号为 1 开头的 11 位数字，固定电话带区号，例如 0571-88001234。"))
    if use == PhoneUse.MOBILE and found.kind is not PhoneKind.MOBILE:
        raise ValueError(_("这不是手机号，请改选电话类型。"))
    return found.value


def read_account(text: str) -> tuple[str, bool]:
    """Digits of an account, and whether the check digit of a card fails (kept with a mark). Raises ValueError."""
    found = judge_account(text)
    if found.problem is NumberProblem.FORMAT:
        raise ValueError(_("账号应为 6 至 32 位数字，银行卡号为 16 至 19 位。"))
    return found.value, found.problem is NumberProblem.CHECK
