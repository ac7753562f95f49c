"""Files that were handed in and wait for somebody to look them over: encrypted, and gone once decided."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from vouch.customers.models.materials import WORD
from vouch.customers.terms import MaterialKind
from vouch.platform.web.subjects import Watched


class StagedFile(Watched):
    """One sheet of an upload before it becomes a material (待确认文件)."""

    subject_kind = "staged_file"

    party = models.ForeignKey(
        "parties.Party", models.PROTECT, related_name="staged_files", verbose_name=_("客户"), db_index=False
    )
    kind = models.CharField(_("资料种类"), max_length=WORD, choices=MaterialKind)
    # Without the numbers that people write into names of files.
    name = models.CharField(_("文件名"), max_length=120)
    sheet = models.PositiveIntegerField(_("工作表"))
    document = models.ForeignKey("vault.Document", models.PROTECT, related_name="+", verbose_name=_("文件"))
    staged_by = models.ForeignKey(
        "identity.User", models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("上传人")
    )
    staged_at = models.DateTimeField(_("上传时间"))

    class Meta:
        verbose_name = _("待确认文件")
        indexes: ClassVar = [
            models.Index(fields=["party", "kind"], name="customers_stagedfile_of_idx"),
        ]

    def __str__(self) -> str:
        return self.name
