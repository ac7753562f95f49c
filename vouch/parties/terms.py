"""Words of parties (客户): who they are and what they are called by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from vouch.engine.identifiers import PROVINCES as PROVINCE_CODES
from vouch.platform.identity.terms import FieldClass


class PartyKind(TextChoices):
    """What a party is."""

    ENTERPRISE = "enterprise", _("企业")
    SOLE_TRADER = "sole_trader", _("个体工商户")
    COOPERATIVE = "cooperative", _("农民专业合作社")
    FARMER = "farmer", _("农户")
    PERSON = "person", _("个人")


ORGANISATIONS = frozenset({PartyKind.ENTERPRISE, PartyKind.SOLE_TRADER, PartyKind.COOPERATIVE})
"""Kinds that the register knows: they share its particulars, and are judged."""

NATURAL_PERSONS = frozenset({PartyKind.PERSON, PartyKind.FARMER})
"""Kinds whose data is a person's: masked, erased on request. A sole trader's operator is a person of its own."""

KIND_OF_CODE: dict[str, PartyKind] = {
    "91": PartyKind.ENTERPRISE,
    "92": PartyKind.SOLE_TRADER,
    "93": PartyKind.COOPERATIVE,
}
"""GB 32100: the first two characters of a unified code, those of the market regulator (9)."""


class PartyStatus(TextChoices):
    """Whether the institution still deals with the party."""

    ACTIVE = "active", _("正常")
    CLOSED = "closed", _("已注销")
    RESTRICTED = "restricted", _("限制处理")
    """Kept and nothing else (PIPL 47: 停止除存储和采取必要的安全保护措施之外的处理)."""
    ERASED = "erased", _("已删除")
    """A person whose key was destroyed; the row stays, what it protected is gone."""


TRANSITIONS: dict[str, frozenset[str]] = {
    PartyStatus.ACTIVE: frozenset({PartyStatus.CLOSED}),
    PartyStatus.CLOSED: frozenset({PartyStatus.ACTIVE}),
    # Restricting and lifting it are verbs of their own.
    PartyStatus.RESTRICTED: frozenset(),
    # Nothing leads back.
    PartyStatus.ERASED: frozenset(),
}


class IdentifierKind(TextChoices):
    """By which code a party is known."""

    USCC = "uscc", _("统一社会信用代码")
    OLD_NUMBER = "old_number", _("旧注册号")
    SOURCE_CODE = "source_code", _("来源代号")
    OTHER = "other", _("其他代码")


class FirmSizeName(TextChoices):
    """The sizes of 中小企业划型标准规定 (工信部联企业〔2011〕300号)."""

    LARGE = "large", _("大型")
    MEDIUM = "medium", _("中型")
    SMALL = "small", _("小型")
    MICRO = "micro", _("微型")


class Currency(TextChoices):
    """Currencies in which registered capital is stated."""

    CNY = "CNY", _("人民币")
    USD = "USD", _("美元")
    HKD = "HKD", _("港元")
    EUR = "EUR", _("欧元")
    JPY = "JPY", _("日元")
    GBP = "GBP", _("英镑")
    AUD = "AUD", _("澳大利亚元")
    CAD = "CAD", _("加拿大元")
    SGD = "SGD", _("新加坡元")
    CHF = "CHF", _("瑞士法郎")
    KRW = "KRW", _("韩元")
    TWD = "TWD", _("新台币")
    MOP = "MOP", _("澳门元")


PROVINCES = tuple(PROVINCE_CODES.values())
"""GB/T 2260, first two digits, by their short names."""

SOURCE_INVOICES = "invoices"
"""The source of codes (来源代号) under which invoices name their enterprises."""


class DocumentKind(TextChoices):
    """By which document a natural person is known."""

    RESIDENT = "resident", _("居民身份证")
    PERMIT = "permit", _("港澳台居民居住证")
    FOREIGNER = "foreigner", _("外国人永久居留身份证")
    PASSPORT = "passport", _("护照")
    OTHER = "other", _("其他证件")


CHECKED_DOCUMENTS = frozenset({DocumentKind.RESIDENT, DocumentKind.PERMIT, DocumentKind.FOREIGNER})
"""Kinds whose number carries birthday, sex and a check character (GB 11643)."""


class SexName(TextChoices):
    """As the document says."""

    MALE = "male", _("男")
    FEMALE = "female", _("女")


class MaritalStatus(TextChoices):
    """As far as the institution was told."""

    SINGLE = "single", _("未婚")
    MARRIED = "married", _("已婚")
    DIVORCED = "divorced", _("离异")
    WIDOWED = "widowed", _("丧偶")


class PhoneUse(TextChoices):
    """What a telephone number is to the party."""

    MOBILE = "mobile", _("手机")
    HOME = "home", _("住宅电话")
    WORK = "work", _("单位电话")
    OTHER = "other", _("其他电话")


class Kin(TextChoices):
    """What one natural person is to another; read from the other side by KIN_BACK."""

    SPOUSE = "spouse", _("配偶")
    PARENT = "parent", _("父母")
    CHILD = "child", _("子女")
    SIBLING = "sibling", _("兄弟姐妹")
    OTHER = "other", _("其他亲属")


KIN_BACK: dict[str, Kin] = {
    Kin.SPOUSE: Kin.SPOUSE,
    Kin.PARENT: Kin.CHILD,
    Kin.CHILD: Kin.PARENT,
    Kin.SIBLING: Kin.SIBLING,
    Kin.OTHER: Kin.OTHER,
}


class Relation(TextChoices):
    """What a contact is to the party."""

    SPOUSE = "spouse", _("配偶")
    PARENT = "parent", _("父母")
    CHILD = "child", _("子女")
    SIBLING = "sibling", _("兄弟姐妹")
    RELATIVE = "relative", _("其他亲属")
    COLLEAGUE = "colleague", _("同事")
    FRIEND = "friend", _("朋友")
    FINANCE = "finance", _("财务负责人")
    OPERATIONS = "operations", _("业务联系人")
    OTHER = "other", _("其他")


class PostKind(TextChoices):
    """What a person is in an organisation."""

    LEGAL_REPRESENTATIVE = "legal", _("法定代表人")
    OWNER = "owner", _("经营者")
    DIRECTOR = "director", _("董事")
    SUPERVISOR = "supervisor", _("监事")
    MANAGER = "manager", _("总经理")
    FINANCE = "finance", _("财务负责人")
    EXECUTIVE = "executive", _("其他高管")
    CONTACT = "contact", _("联系人")


REPRESENTING = frozenset({PostKind.LEGAL_REPRESENTATIVE, PostKind.OWNER})
"""Posts that stand for the whole: an organisation has one at a time."""


class ControlBasis(TextChoices):
    """By what somebody is the ultimate controller."""

    EQUITY = "equity", _("股权")
    AGREEMENT = "agreement", _("协议")
    POST = "post", _("任职")
    OTHER = "other", _("其他")


class LicenceKind(TextChoices):
    """What a licence permits, or a qualification proves."""

    BUSINESS = "business", _("经营许可")
    PRODUCTION = "production", _("生产许可")
    QUALIFICATION = "qualification", _("资质证书")
    POLLUTION = "pollution", _("排污许可")
    OTHER = "other", _("其他许可")


class TaxGradeName(TextChoices):
    """纳税信用等级 (纳税信用管理办法): best first."""

    A = "A", "A"
    B = "B", "B"
    M = "M", "M"
    C = "C", "C"
    D = "D", "D"


FIRST_TAX_YEAR = 2014
"""The first year that was graded so (国家税务总局公告2014年第40号)."""


class FarmKind(TextChoices):
    """What a holding raises."""

    CROP = "crop", _("种植")
    LIVESTOCK = "livestock", _("养殖")


class LandRight(TextChoices):
    """By what a farmer uses the land."""

    CONTRACTED = "contracted", _("家庭承包")
    TRANSFERRED = "transferred", _("流转取得")
    OTHER = "other", _("其他")


class RecordSource(TextChoices):
    """Where something that is recorded of a party comes from."""

    CUSTOMER = "customer", _("客户提供")
    LICENCE = "licence", _("营业执照")
    REGISTER = "register", _("企业信用信息公示系统")
    TAX = "tax", _("税务机关")
    DILIGENCE = "diligence", _("尽职调查")
    IMPORT = "import", _("导入文件")
    OTHER = "other", _("其他")


class ChangeNature(TextChoices):
    """Whether the world changed, or what we had recorded was wrong."""

    CHANGE = "change", _("变更")
    CORRECTION = "correction", _("更正")


class DuplicateState(TextChoices):
    """What became of two records that may be one customer's."""

    OPEN = "open", _("待判断")
    LATER = "later", _("稍后再看")
    MERGED = "merged", _("已合并")
    DISTINCT = "distinct", _("不是同一客户")


WAITING = frozenset({DuplicateState.OPEN, DuplicateState.LATER})
"""Nobody has decided yet."""


class PaperKind(TextChoices):
    """What an uploaded document shows."""

    IDENTITY_FRONT = "identity_front", _("身份证人像面")
    IDENTITY_BACK = "identity_back", _("身份证国徽面")
    LICENCE = "licence", _("许可证照")
    OTHER = "other", _("其他证件影像")


PURPOSES = (
    _("核对身份"),
    _("联系客户"),
    _("尽职调查"),
    _("合同与放款"),
    _("保后检查"),
    _("追偿"),
    _("内部审计"),
    _("办理个人权利请求"),
)
"""Why somebody reads a protected value; a word of their own may follow."""

ERASED_NAME = "已删除"


@dataclass(frozen=True, slots=True)
class Protected:
    """A value of a party that is shown masked: its name to people, its field class, and the mask (vault.masks)."""

    title: Any
    field_class: str
    mask: str = ""


PROTECTED: dict[str, Protected] = {
    "document_number": Protected(_("证件号码"), FieldClass.IDENTITY, "identity_number"),
    "born_on": Protected(_("出生日期"), FieldClass.IDENTITY),
    "address": Protected(_("住址"), FieldClass.PHONE, "address"),
    "occupation": Protected(_("职业"), FieldClass.INCOME),
    "employer": Protected(_("工作单位"), FieldClass.INCOME),
    "monthly_income": Protected(_("月收入（元）"), FieldClass.INCOME),
    "annual_income": Protected(_("年收入（元）"), FieldClass.INCOME),
    "phone": Protected(_("电话"), FieldClass.PHONE, "phone"),
    "contact": Protected(_("联系人电话"), FieldClass.PHONE, "phone"),
    "account": Protected(_("账号"), FieldClass.ACCOUNT, "account"),
    "paper": Protected(_("证件影像"), FieldClass.IDENTITY),
}
"""What pages mask. The first seven are fields of a person, the others are rows of which a party has several."""


class LinkKind(TextChoices):
    """How two parties hang together, as far as this room knows; rooms above register more kinds."""

    SHARE = "share", _("持股")
    CONTROL = "control", _("实际控制")
    POST = "post", _("任职")
    SPOUSE = "spouse", _("配偶")
    KIN = "kin", _("亲属")
    REPRESENTATIVE = "representative", _("同一法定代表人")
    PHONE = "phone", _("共用电话")
    ADDRESS = "address", _("同一地址")


CONTROLLING_RATE = 0.5
"""公司法 265: who holds more than this controls; with less, a line of 实际控制 says so."""

KEY_POSTS = frozenset(PostKind) - {PostKind.CONTACT}
"""公司法 265: directors, supervisors, senior managers; a representative or operator is one of them."""

STATE_ORGANS = ("国有资产监督管理", "国资委", "人民政府", "财政部", "财政厅", "财政局")
"""Names of the state as a shareholder. 公司法 265: firms are not affiliated merely because the state controls them both."""

MOST_SHARED = 20
"""A telephone, address or representative of more customers than this is an agency's or a block's, and links nobody."""


class Affiliation(TextChoices):
    """Why a party is another's affiliate (公司法 265: 关联关系)."""

    HOLDER = "holder", _("控股股东")
    CONTROLLER = "controller", _("实际控制人")
    KEY_PERSON = "key_person", _("董事、监事或高级管理人员")
    RELATIVE = "relative", _("上述人员的配偶或亲属")
    SUBSIDIARY = "subsidiary", _("由本客户控制")
    SAME_CONTROL = "same_control", _("受上述人员或企业控制")
    POST_HELD = "post_held", _("上述人员任董事、监事或高级管理人员")


class SiteKind(TextChoices):
    """What several buildings are together."""

    PARK = "park", _("园区")
    ESTATE = "estate", _("楼盘")
    MARKET = "market", _("专业市场")
    OTHER = "other", _("其他")


class OccupancyRole(TextChoices):
    """What a place is to a customer. 居住地 is no longer taken; rows from before keep their word."""

    REGISTERED = "registered", _("注册地")
    OPERATING = "operating", _("经营地")
    STORAGE = "storage", _("仓储地")
    LIVING = "living", _("居住地")
    COLLATERAL = "collateral", _("抵押物所在地")


READING_RULE = 2
"""The rule by which addresses become buildings; what was read by an earlier one is read again.

2: a 区 without its city (市中区) counts within the province and area of the register alone.
"""

CROWDED = 3
"""Customers registered at one door from which on the place counts as shared (同址)."""

INDUSTRIES: Mapping[str, str] = {
    "A": "农、林、牧、渔业", "B": "采矿业", "C": "制造业", "D": "电力、热力、燃气及水",
    "E": "建筑业", "F": "批发和零售业", "G": "交通运输、仓储和邮政业", "H": "住宿和餐饮业",
    "I": "信息传输、软件和信息技术", "J": "金融业", "K": "房地产业", "L": "租赁和商务服务业",
    "M": "科学研究和技术服务业", "N": "水利、环境和公共设施管理业", "O": "居民服务、修理和其他服务业",
    "P": "教育", "Q": "卫生和社会工作", "R": "文化、体育和娱乐业", "S": "公共管理、社会保障和社会组织",
    "T": "国际组织",
}  # fmt: skip
"""Sections of GB/T 4754-2017."""
