"""Words of consent: what may be read, for which purpose, and how far an authorisation is."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Purpose(models.TextChoices):
    """Why data are processed; two figures are the credit system's own query reasons (查询原因)."""

    QUALIFICATION = "08", _("担保资格审查")
    REVIEW = "20", _("保前审查")
    AFTERCARE = "21", _("保后管理")
    EXECUTIVES = "22", _("法人代表、高管资信审查")
    SERVICE = "service", _("客户服务与回访")
    PROVISION = "provision", _("向合作机构提供")
    REPORTING = "reporting", _("向征信系统报送")
    AUTOMATED = "automated", _("自动化评估")


QUERY_REASONS = (Purpose.QUALIFICATION, Purpose.REVIEW, Purpose.AFTERCARE, Purpose.EXECUTIVES)
"""The purposes for which a credit report may be asked for and opened."""


class DataClass(models.TextChoices):
    """What an authorisation reaches (授权范围)."""

    IDENTITY = "identity", _("身份与联系信息")
    CREDIT = "credit", _("征信数据")
    TAX = "tax", _("税务与发票")
    BANK = "bank", _("银行账户与流水")
    INCOME = "income", _("职业与收入")
    PROPERTY = "property", _("资产与担保物")
    BIOMETRIC = "biometric", _("生物识别信息")


SENSITIVE = frozenset({DataClass.CREDIT, DataClass.BANK, DataClass.BIOMETRIC})
"""Sensitive personal information (PIPL 28: 金融账户、生物识别…; a credit report shows accounts): separate consent."""


class LegalBasis(models.TextChoices):
    """What makes the processing lawful (PIPL 13); only consent can be withdrawn."""

    CONSENT = "consent", _("取得同意")
    CONTRACT = "contract", _("订立、履行合同所必需")
    STATUTE = "statute", _("履行法定职责或法定义务所必需")


class Channel(models.TextChoices):
    """How it was signed."""

    PAPER = "paper", _("纸质签字盖章")
    ESIGN = "esign", _("可靠电子签名")


class AuthorisationState(models.TextChoices):
    """How far an authorisation is; whether it has begun or ended is a matter of the clock."""

    RECORDED = "recorded", _("待核验")
    VERIFIED = "verified", _("已核验")
    REJECTED = "rejected", _("核验未通过")
    WITHDRAWN = "withdrawn", _("已撤回")


AUTHORISATION_TRANSITIONS: Mapping[str, frozenset[str]] = {
    AuthorisationState.RECORDED: frozenset(
        {AuthorisationState.VERIFIED, AuthorisationState.REJECTED, AuthorisationState.WITHDRAWN}
    ),
    AuthorisationState.VERIFIED: frozenset({AuthorisationState.WITHDRAWN}),
    AuthorisationState.REJECTED: frozenset(),
    AuthorisationState.WITHDRAWN: frozenset(),
}


class Standing(models.TextChoices):
    """What an authorisation is worth at a moment."""

    LIVE = "live", _("有效")
    ENDING = "ending", _("30日内到期")
    FUTURE = "future", _("尚未开始")
    ENDED = "ended", _("已到期")
    RECORDED = "recorded", _("待核验")
    REJECTED = "rejected", _("核验未通过")
    WITHDRAWN = "withdrawn", _("已撤回")


ENDING_DAYS = 30
"""How long before its end an authorisation is called to renewal: the institution's own figure."""


class Lack(StrEnum):
    """Why there is no live authorisation."""

    NONE = "none"
    RECORDED = "recorded"
    REJECTED = "rejected"
    FUTURE = "future"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    PURPOSE = "purpose"
    SCOPE = "scope"
    RECIPIENT = "recipient"
    RESTRICTED = "restricted"


class NoticeKind(models.TextChoices):
    """To whom a notice speaks."""

    PERSON = "person", _("个人信息处理告知书")
    ENTERPRISE = "enterprise", _("企业信用信息查询告知书")


class NoticeState(models.TextChoices):
    """One notice of a kind is in force; those before it stay readable."""

    DRAFT = "draft", _("草稿")
    PUBLISHED = "published", _("现行")
    SUPERSEDED = "superseded", _("已被替代")


NOTICE_TRANSITIONS: Mapping[str, frozenset[str]] = {
    NoticeState.DRAFT: frozenset({NoticeState.PUBLISHED}),
    NoticeState.PUBLISHED: frozenset({NoticeState.SUPERSEDED}),
    NoticeState.SUPERSEDED: frozenset(),
}


class ReportKind(models.TextChoices):
    """Whose credit report it is."""

    PERSON = "person", _("个人信用报告")
    ENTERPRISE = "enterprise", _("企业信用报告")
