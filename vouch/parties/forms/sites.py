"""What people enter about addresses, places, buildings and visits."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vouch.engine.address import LEVEL_TITLES, Address, Kind
from vouch.engine.identifiers import holds_protected
from vouch.parties.actions.places import PlaceDetails
from vouch.parties.actions.sites import LimitDetails
from vouch.parties.models import Building, Party
from vouch.parties.queries.addresses import ReadingsWanted
from vouch.parties.queries.sites import buildings_visible_to, places_of, possible_stewards, sites
from vouch.parties.terms import OccupancyRole, RecordSource, SiteKind
from vouch.platform.identity.actor import Actor
from vouch.platform.web.inputs import DayField, ReasonField, WanField, search_box

ALL = ("", gettext_lazy("全部"))
UNMARKED = (Kind.REST, Kind.MARK)
MORE_PIECES = 3
SOURCES = (
    RecordSource.CUSTOMER, RecordSource.LICENCE, RecordSource.REGISTER, RecordSource.DILIGENCE, RecordSource.OTHER,
)  # fmt: skip
ENTERED = (OccupancyRole.OPERATING, OccupancyRole.STORAGE, OccupancyRole.COLLATERAL)
"""What a place may be that is entered: 注册地 is read from the address, and where somebody lives is protected."""


class PieceForm(forms.Form):
    """A piece of an address and what it is."""

    text = forms.CharField(label=gettext_lazy("文字"), required=False, max_length=400, strip=False)
    kind = forms.ChoiceField(
        label=gettext_lazy("成分"), required=False, choices=[(kind.value, kind.value) for kind in Kind]
    )


class PiecesForm(forms.BaseFormSet):  # type: ignore[type-arg]
    """An address cut into its pieces; together they must be the address again."""

    def __init__(self, address: Address, data: Any = None, **kwargs: Any) -> None:
        self.address = address
        parts = [{"text": part.written, "kind": part.kind.value} for part in address.parts]
        super().__init__(data, initial=parts, **kwargs)

    def clean(self) -> None:
        """Raises ValidationError where something was lost, added or put elsewhere."""
        if "".join(self._texts()) != self.address.text:
            raise forms.ValidationError(_("各段文字按顺序连起来须与原地址完全一致，请核对。"))

    def _texts(self) -> list[str]:
        return [form.cleaned_data.get("text", "") for form in self.forms if hasattr(form, "cleaned_data")]

    def marks(self) -> list[tuple[Kind, int, int]]:
        """Kind, start and end of every piece that is something."""
        found, at = [], 0
        for form, text in zip(self.forms, self._texts(), strict=True):
            kind = Kind(form.cleaned_data.get("kind") or Kind.REST)
            if text and kind not in UNMARKED:
                found.append((kind, at, at + len(text)))
            at += len(text)
        return found


def pieces_of(address: Address, data: Any = None) -> PiecesForm:
    """The form of an address's pieces, with some rows more to cut them smaller."""
    made: Any = forms.formset_factory(PieceForm, formset=PiecesForm, extra=MORE_PIECES, max_num=120)
    found: PiecesForm = made(address, data, prefix="piece")
    return found


class WhyForm(forms.Form):
    """Why, beside what is decided."""

    reason = ReasonField(label=gettext_lazy("理由"), max_length=200)


class PlaceForm(forms.Form):
    """Another place of a customer."""

    role = forms.ChoiceField(
        label=gettext_lazy("用途"),
        choices=[(one, one.label) for one in ENTERED],
    )
    address = forms.CharField(
        label=gettext_lazy("地址"),
        max_length=400,
        help_text=gettext_lazy("写到门牌号或楼栋，最好写到楼层和房间"),
    )
    starts_on = DayField(label=gettext_lazy("起始日期"), required=False)
    source = forms.ChoiceField(label=gettext_lazy("来源"), choices=[(one, one.label) for one in SOURCES])

    def details(self) -> PlaceDetails:
        """What was entered."""
        return PlaceDetails(**self.cleaned_data)


class VisitForm(forms.Form):
    """That somebody called on a customer."""

    building: Any = forms.ModelChoiceField(None, label=gettext_lazy("楼栋"), empty_label=None)
    visited_on = DayField(label=gettext_lazy("走访日期"))
    note = ReasonField(
        label=gettext_lazy("走访记录"),
        max_length=200,
        help_text=gettext_lazy("一两句话：是否在经营、有无异常"),
    )

    def __init__(self, party: Party, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        there = {place.building.canonical_id or place.building_id for place in places_of(party)}
        field: Any = self.fields["building"]
        field.queryset = Building.objects.filter(pk__in=there).order_by("name")
        self.fields["visited_on"].initial = today


class SiteForm(forms.Form):
    """A park, an estate or a market."""

    kind = forms.ChoiceField(label=gettext_lazy("类型"), choices=SiteKind.choices)
    name = forms.CharField(label=gettext_lazy("名称"), max_length=80)

    def clean_name(self) -> str:
        """A name stands in the ledger, which keeps it for good."""
        name = str(self.cleaned_data["name"]).strip()
        if holds_protected(name):
            raise forms.ValidationError(_("名称里请不要写证件号码、电话或账号。"))
        return name


class DescribeForm(forms.Form):
    """To which site a building belongs, and how many units it has."""

    site: Any = forms.ModelChoiceField(
        None, label=gettext_lazy("所属园区或市场"), required=False, empty_label=gettext_lazy("（不属于）")
    )
    unit_total = forms.IntegerField(
        label=gettext_lazy("总套数"), required=False, min_value=1, max_value=100_000
    )

    def __init__(self, building: Building, data: Any = None) -> None:
        super().__init__(data, initial={"site": building.site_id, "unit_total": building.unit_total})
        field: Any = self.fields["site"]
        field.queryset = sites()


class JoinForm(forms.Form):
    """Of which building this one is another name."""

    into = forms.CharField(
        label=gettext_lazy("并入的楼栋"),
        max_length=600,
        help_text=gettext_lazy("楼栋编号，或与楼栋页标题一致的名称"),
    )
    reason = ReasonField(label=gettext_lazy("理由"), max_length=200)

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._buildings = buildings_visible_to(actor).filter(canonical=None)

    def clean_into(self) -> Building:
        """By its number or its whole name; one that the actor does not see is as one that is not there."""
        text = str(self.cleaned_data["into"]).strip()
        if text.isascii() and text.isdigit() and len(text) < 18:
            found = self._buildings.filter(pk=int(text)).first()
        else:
            found = self._buildings.filter(name=text).order_by("pk").first()
        if found is None:
            raise forms.ValidationError(_("没有找到这栋楼，请核对编号或名称。"))
        return found


class StewardForm(forms.Form):
    """Who looks after a building."""

    user: Any = forms.ModelChoiceField(
        None, label=gettext_lazy("楼栋负责人"), required=False, empty_label=gettext_lazy("（不指定）")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["user"]
        field.queryset = possible_stewards()


class LimitForm(forms.Form):
    """How much may stand in a building; both empty takes the limit away."""

    max_balance = WanField(label=gettext_lazy("在保余额上限（万元）"), required=False)
    max_customers = forms.IntegerField(
        label=gettext_lazy("在保户数上限"), required=False, min_value=0, max_value=100_000
    )
    reason = ReasonField(label=gettext_lazy("理由"), max_length=200)

    def details(self) -> LimitDetails | None:
        """What was decided; None for no limit."""
        given = self.cleaned_data
        if given["max_balance"] is None and given["max_customers"] is None:
            return None
        return LimitDetails(given["reason"], given["max_balance"], given["max_customers"])


class ReadingFilter(forms.Form):
    """Which readings of addresses the list shows."""

    q = forms.CharField(
        label=gettext_lazy("客户或地址"),
        required=False,
        max_length=80,
        widget=search_box(),
    )
    level = forms.TypedChoiceField(
        label=gettext_lazy("识别到"), required=False, coerce=int, empty_value=None,
        choices=[ALL, *((str(int(level)), title) for level, title in reversed(LEVEL_TITLES.items()))],
    )  # fmt: skip
    only = forms.ChoiceField(
        label=gettext_lazy("关注"),
        required=False,
        choices=[
            ALL,
            ("unsure", gettext_lazy("把握不足，待核对")),
            ("by_hand", gettext_lazy("人工标注")),
            ("none", gettext_lazy("没有到楼栋")),
        ],
    )

    def wanted(self) -> ReadingsWanted:
        """What was asked; a value that nobody offered is left out."""
        self.is_valid()
        given = self.cleaned_data
        return ReadingsWanted(text=given.get("q", ""), level=given.get("level"), only=given.get("only", ""))
