"""How the list of information debts is filtered."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from vouch.platform.web.inputs import search_box


class DebtFilter(forms.Form):
    """Whose debts the list shows."""

    q = forms.CharField(
        label=_("客户"),
        required=False,
        max_length=80,
        widget=search_box(_("名称、客户编号")),
    )
    only = forms.ChoiceField(
        label=_("只看"),
        required=False,
        choices=[("", _("全部")), ("missing", _("有缺少的")), ("stale", _("有过时的"))],
    )

    def wanted(self) -> dict[str, str]:
        """What was asked; a value that cannot be is left out."""
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in ("q", "only")}
