"""Numbers and papers of parties, of persons and of enterprises alike: several of each, from and to."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from vouch.parties.models.party import Party
from vouch.parties.terms import PaperKind, PhoneUse, Relation
from vouch.platform.vault.fields import BlindIndexField, SealedField
from vouch.platform.vault.models import Document


class Phone(models.Model):
    """A telephone number of a party (电话)."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="phones", verbose_name=_("客户"))
    use = models.CharField(_("电话类型"), max_length=12, choices=PhoneUse, default=PhoneUse.MOBILE)
    number = SealedField(_("电话号码"), null=True)
    number_index = BlindIndexField(_("电话号码索引"), null=True)
    added_at = models.DateTimeField(_("登记时间"))
    ended_at = models.DateTimeField(_("停用时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("电话")
        constraints: ClassVar = [
            # The same number in use is noted once.
            models.UniqueConstraint(
                fields=["party", "number_index"], condition=Q(ended_at=None), name="parties_phone_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party_id}: {self.get_use_display()}"


class Account(models.Model):
    """A bank account of a party (银行账户)."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="accounts", verbose_name=_("客户"))
    bank = models.CharField(_("开户银行"), max_length=80)
    holder = SealedField(_("户名"), null=True)
    number = SealedField(_("账号"), null=True)
    number_index = BlindIndexField(_("账号索引"), null=True)
    is_flawed = models.BooleanField(_("校验位不符"), default=False)
    added_at = models.DateTimeField(_("登记时间"))
    ended_at = models.DateTimeField(_("停用时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("银行账户")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["party", "number_index"], condition=Q(ended_at=None), name="parties_account_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party_id}: {self.bank}"


class Contact(models.Model):
    """Somebody through whom a party can be reached (联系人); sealed with the party's key, being a person too."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="contacts", verbose_name=_("客户"))
    relation = models.CharField(_("关系"), max_length=12, choices=Relation)
    name = SealedField(_("姓名"), null=True)
    phone = SealedField(_("联系电话"), null=True)
    phone_index = BlindIndexField(_("联系电话索引"), null=True)
    added_at = models.DateTimeField(_("登记时间"))
    ended_at = models.DateTimeField(_("停用时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("联系人")

    def __str__(self) -> str:
        return f"{self.party_id}: {self.get_relation_display()}"


class Paper(models.Model):
    """A document of a party, encrypted in the vault (证件影像)."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="papers", verbose_name=_("客户"))
    kind = models.CharField(_("资料类型"), max_length=16, choices=PaperKind)
    document = models.OneToOneField(Document, models.PROTECT, related_name="+", verbose_name=_("加密文件"))
    added_at = models.DateTimeField(_("上传时间"))

    class Meta:
        verbose_name = _("证件影像")

    def __str__(self) -> str:
        return f"{self.party_id}: {self.get_kind_display()}"
