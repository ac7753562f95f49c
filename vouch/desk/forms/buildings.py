"""Filters of the pages of buildings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vouch.desk.forms.customers import ALL
from vouch.desk.queries.buildings import BuildingsWanted
from vouch.parties.queries.sites import possible_stewards, sites
from vouch.platform.web.inputs import search_box


def _whole(value: str) -> int:
    return int(value)


class BuildingFilter(forms.Form):
    """Which buildings the list shows."""

    q = forms.CharField(
        label=_("楼栋"), required=False, max_length=80, widget=search_box(_("道路、园区、楼号，按统一写法"))
    )
    site = forms.TypedChoiceField(label=_("园区或市场"), required=False, coerce=_whole, empty_value=None)
    steward = forms.TypedChoiceField(label=_("负责人"), required=False, coerce=_whole, empty_value=None)
    least = forms.TypedChoiceField(
        label=_("客户数"), required=False, coerce=_whole, empty_value=None,
        choices=[("", _("2 户及以上")), ("1", _("全部")), ("5", _("5 户及以上")), ("10", _("10 户及以上"))],
    )  # fmt: skip
    only = forms.ChoiceField(
        label=_("关注"),
        required=False,
        choices=[
            ALL,
            ("over", _("超过楼栋限额")),
            ("marked", _("有逾期或不良")),
            ("crowded", _("同一房间 3 户及以上")),
        ],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "site", [(str(one.pk), one.name) for one in sites()])
        offer(self, "steward", [(str(one.pk), one.name) for one in possible_stewards()])

    def wanted(self) -> BuildingsWanted:
        """What was asked; a value that nobody offered is left out."""
        self.is_valid()
        return BuildingsWanted(
            text=self.cleaned_data.get("q", ""),
            site_id=self.cleaned_data.get("site"),
            steward_id=self.cleaned_data.get("steward"),
            least=self.cleaned_data.get("least") or 2,
            only=self.cleaned_data.get("only", ""),
        )


def offer(
    form: forms.Form, name: str, choices: list[tuple[str, str]], *, first: tuple[str, Any] = ALL
) -> None:
    """Give a field of a filter its choices, 全部 (or what stands for nothing chosen) first."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - narrows the type for the checker
    field.choices = [first, *choices]


class IndustryFilter(forms.Form):
    """Of which site the industries are counted."""

    site = forms.TypedChoiceField(label=_("园区或市场"), required=False, coerce=_whole, empty_value=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "site", [(str(one.pk), one.name) for one in sites()])

    def site_id(self) -> int | None:
        """None for all buildings."""
        self.is_valid()
        found: int | None = self.cleaned_data.get("site")
        return found


class SharedFilter(forms.Form):
    """Which shared addresses the list shows."""

    q = forms.CharField(
        label=_("地址"), required=False, max_length=80, widget=search_box(_("道路、园区、楼号，按统一写法"))
    )
    by = forms.ChoiceField(
        label=_("同址到"), required=False, choices=[("", _("同一房间")), ("building", _("同一楼栋"))]
    )
    least = forms.TypedChoiceField(
        label=_("登记户数"), required=False, coerce=_whole, empty_value=None,
        choices=[("", _("3 户及以上")), ("2", _("2 户及以上")), ("5", _("5 户及以上")), ("10", _("10 户及以上"))],
    )  # fmt: skip

    def wanted(self) -> dict[str, Any]:
        """What was asked, as ``queries.shared_addresses`` takes it."""
        self.is_valid()
        given = self.cleaned_data
        return {"by": given.get("by") or "door", "least": given.get("least") or 3, "text": given.get("q", "")}


class RouteFilter(forms.Form):
    """Whose round of visits, and who is left out because somebody was there lately."""

    steward = forms.TypedChoiceField(label=_("负责人"), required=False, coerce=_whole, empty_value=None)
    unvisited = forms.TypedChoiceField(
        label=_("未走访"), required=False, coerce=_whole, empty_value=None,
        choices=[("", _("全部")), ("30", _("30 天内未走访")), ("90", _("90 天内未走访")), ("180", _("180 天内未走访"))],
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(
            self, "steward", [(str(one.pk), one.name) for one in possible_stewards()], first=("", _("本人"))
        )

    def wanted(self) -> tuple[int | None, int | None]:
        """Whose, None for one's own; and how many days without a visit, None for whoever it is."""
        self.is_valid()
        return self.cleaned_data.get("steward"), self.cleaned_data.get("unvisited")
