"""Forms that somebody has begun and not yet sent."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from vouch.platform.identity.models.staff import User
from vouch.platform.vault.fields import SealedField


class Draft(models.Model):
    """An unfinished form of its author (草稿). What was filled in is sealed as a whole, under the author's key.

    ``form`` names the kind of form, ``about`` the subject that it is about ("party:12"), empty for a new one.
    """

    author = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("作者"))
    form = models.CharField(_("表单"), max_length=60)
    about = models.CharField(_("对象"), max_length=80, blank=True)
    title = models.CharField(_("标题"), max_length=80)
    path = models.CharField(_("页面地址"), max_length=200)
    content = SealedField(_("内容（加密）"))
    saved_at = models.DateTimeField(_("保存时间"))

    class Meta:
        verbose_name = _("草稿")
        constraints: ClassVar = [
            # Saving again replaces; serves the list of an author's drafts too.
            models.UniqueConstraint(fields=["author", "form", "about"], name="identity_draft_once"),
        ]
        indexes: ClassVar = [
            # Those about a subject that is erased, and those that are too old.
            models.Index(fields=["about"], name="identity_draft_about_idx"),
            models.Index(fields=["saved_at"], name="identity_draft_saved_idx"),
        ]

    def __str__(self) -> str:
        return self.title
