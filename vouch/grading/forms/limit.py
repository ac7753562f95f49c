"""What people enter about limits, holds and freezes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vouch.grading.actions import LimitDetails
from vouch.grading.queries.limit_list import LimitsWanted
from vouch.grading.terms import (
    Draw,
    Headroom,
    HoldKind,
    HoldStep,
    LimitKind,
    LimitNature,
    LimitOf,
    LimitStanding,
)
from vouch.parties.queries import buildings_visible_to, visible_to
from vouch.platform.identity.actor import Actor
from vouch.platform.web.inputs import DayField, PercentField, ReasonField, WanField, search_box

ALL = ("", gettext_lazy("全部"))


class LimitFilter(forms.Form):
    """Which limits the list shows."""

    q = forms.CharField(
        label=gettext_lazy("名称"), required=False, max_length=80,
        widget=search_box(gettext_lazy("客户、楼栋、银行名称")),
    )  # fmt: skip
    kind = forms.ChoiceField(
        label=gettext_lazy("额度种类"), required=False, choices=[ALL, *LimitKind.choices]
    )
    standing = forms.ChoiceField(
        label=gettext_lazy("状况"), required=False, choices=[ALL, *LimitStanding.choices]
    )
    headroom = forms.ChoiceField(label=gettext_lazy("余量"), required=False, choices=[ALL, *Headroom.choices])

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)

    def wanted(self) -> LimitsWanted:
        """What was asked; a value that nobody offered is left out, and the form says so beside it."""
        self.is_valid()
        said = self.cleaned_data.get
        return LimitsWanted(
            text=said("q", ""),
            kind=said("kind", ""),
            standing=said("standing", ""),
            headroom=said("headroom", ""),
        )


class PartyField(forms.CharField):
    """A customer by its number or its whole name, as far as the actor sees it; ``actor`` is set by the form."""

    actor: Actor

    def clean(self, value: Any) -> Any:
        """The record that stands. Raises ValidationError alike for nobody and for somebody out of sight."""
        text = super().clean(value)
        if not text:
            return None
        seen = visible_to(self.actor)
        found = (
            seen.filter(number=text).first() or seen.filter(name=text, canonical=None).order_by("pk").first()
        )
        if found is None:
            raise forms.ValidationError(_("没有找到这个客户，请核对客户编号或全称。"))
        return found.canonical or found


class AmountForm(forms.Form):
    """An amount with its days."""

    nature = forms.ChoiceField(label=gettext_lazy("性质"), choices=LimitNature.choices)
    amount = WanField(label=gettext_lazy("金额（万元）"))
    starts_on = DayField(
        label=gettext_lazy("起始日"),
        required=False,
        help_text=gettext_lazy("只用于临时额度；基本额度自批准之日起"),
    )
    ends_on = DayField(label=gettext_lazy("到期日"), required=False, help_text=gettext_lazy("临时额度必填"))
    reason = ReasonField(label=gettext_lazy("理由"), max_length=200)

    def details(self) -> LimitDetails:
        """What the action takes."""
        return LimitDetails(**{name: self.cleaned_data[name] for name in AmountForm.base_fields})


class ProposeForm(AmountForm):
    """A limit of something that may have none yet."""

    kind = forms.ChoiceField(label=gettext_lazy("额度种类"), choices=LimitKind.choices)
    party = PartyField(
        label=gettext_lazy("客户或集团牵头方"), required=False, max_length=200,
        help_text=gettext_lazy("客户额度和集团额度填写：客户编号或全称"),
    )  # fmt: skip
    building = forms.CharField(
        label=gettext_lazy("楼栋编号"), required=False, max_length=18,
        help_text=gettext_lazy("楼栋的临时额度填写；基本额度在楼栋页设定"),
    )  # fmt: skip
    industry = forms.CharField(
        label=gettext_lazy("行业代码"), required=False, max_length=5,
        help_text=gettext_lazy("行业额度填写：GB/T 4754 代码的开头，例如 C 或 C13"),
    )  # fmt: skip
    bank = forms.CharField(
        label=gettext_lazy("银行"), required=False, max_length=120,
        help_text=gettext_lazy("银行额度填写，与台账中的名称一致"),
    )  # fmt: skip

    field_order = (
        "kind",
        "party",
        "building",
        "industry",
        "bank",
        "nature",
        "amount",
        "starts_on",
        "ends_on",
        "reason",
    )

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        party: Any = self.fields["party"]
        party.actor = self._actor = actor

    def clean_building(self) -> int | None:
        """A building that the actor sees, by its number."""
        text = str(self.cleaned_data["building"]).strip()
        if not text:
            return None
        is_number = text.isascii() and text.isdigit()
        found = buildings_visible_to(self._actor).filter(pk=int(text)).first() if is_number else None
        if found is None:
            raise forms.ValidationError(_("没有找到这栋楼，请核对编号。"))
        return found.canonical_id or found.pk

    def clean_industry(self) -> str:
        """A section with as many figures as are known."""
        text = str(self.cleaned_data["industry"]).strip().upper()
        if text and not (text[0] in "ABCDEFGHIJKLMNOPQRST" and (text[1:].isdigit() or not text[1:])):
            raise forms.ValidationError(_("行业代码是一个门类字母，后面可跟数字，例如 C13。"))
        return text

    def clean(self) -> dict[str, Any]:
        """What the kind asks for must be there; what it does not ask for is left out."""
        said: dict[str, Any] = super().clean() or {}
        wants = {
            LimitKind.CUSTOMER: "party", LimitKind.GROUP: "party", LimitKind.BUILDING: "building",
            LimitKind.INDUSTRY: "industry", LimitKind.BANK: "bank",
        }.get(said.get("kind", ""), "")  # fmt: skip
        if wants and not said.get(wants) and wants not in self.errors:
            self.add_error(wants, _("这个种类的额度须填写此项。"))
        for name in {"party", "building", "industry", "bank"} - {wants}:
            said[name] = None if name in {"party", "building"} else ""
        return said

    def of(self) -> LimitOf:
        """What the limit is to be of."""
        said = self.cleaned_data
        return LimitOf(
            kind=said["kind"],
            party_id=said["party"].pk if said["party"] else None,
            building_id=said["building"],
            industry=said["industry"],
            bank=said["bank"],
        )


class DecideForm(forms.Form):
    """The second person's word."""

    note = ReasonField(label=gettext_lazy("意见"), max_length=200)


class LowerForm(forms.Form):
    """Less than before."""

    amount = WanField(label=gettext_lazy("调低到（万元）"))
    reason = ReasonField(label=gettext_lazy("理由"), max_length=200)


class ReasonForm(forms.Form):
    """Why."""

    reason = ReasonField(label=gettext_lazy("理由"), max_length=200)


class ReserveForm(forms.Form):
    """What is to be drawn."""

    amount = WanField(label=gettext_lazy("债务金额（万元）"))
    share_rate = PercentField(label=gettext_lazy("本机构承担比例（%）"))
    kind = forms.ChoiceField(label=gettext_lazy("业务种类"), choices=HoldKind.choices)
    bank = forms.CharField(
        label=gettext_lazy("银行（债权人）"), required=False, max_length=120,
        help_text=gettext_lazy("与台账和银行额度中的名称一致；设有银行额度时必填"),
    )  # fmt: skip
    purpose = ReasonField(label=gettext_lazy("用于"), max_length=200)
    guarantee_number = forms.CharField(label=gettext_lazy("业务编号"), required=False, max_length=60)

    def draw(self, party_id: int) -> Draw:
        """What the action takes."""
        return Draw(party_id=party_id, **self.cleaned_data)


class UseForm(forms.Form):
    """How much of a reservation is used, for which guarantee."""

    amount = WanField(label=gettext_lazy("本次占用（万元）"))
    guarantee_number = forms.CharField(label=gettext_lazy("业务编号"), max_length=60)


class ReleaseForm(forms.Form):
    """How much is given back, and of what."""

    step = forms.ChoiceField(label=gettext_lazy("释放"))
    amount = WanField(
        label=gettext_lazy("金额（万元）"), required=False, help_text=gettext_lazy("不填为全部")
    )
    note = ReasonField(label=gettext_lazy("说明"), max_length=200, required=False)

    def __init__(self, steps: Iterable[HoldStep], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        step: Any = self.fields["step"]
        step.choices = [(one.value, one.label) for one in steps]
