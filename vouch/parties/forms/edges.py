"""Lines that people type or paste: shareholders, posts, controllers, kin, licences, tax grades, holdings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vouch.parties.actions import (
    ControlLine,
    EdgeLine,
    Ending,
    FarmLine,
    KinLine,
    LicenceLine,
    Named,
    PostLine,
    ShareholderLine,
    TaxGradeLine,
    read_named,
)
from vouch.parties.forms.lines import NO_MEMORY
from vouch.parties.terms import (
    FIRST_TAX_YEAR,
    ControlBasis,
    Currency,
    FarmKind,
    Kin,
    LandRight,
    LicenceKind,
    PostKind,
    RecordSource,
    TaxGradeName,
)
from vouch.platform.web.inputs import DayField, PercentField, ReasonField, WanField

MOST_LINES = 60


class LineForm(forms.Form):
    """One line; it counts as soon as one of its ``keys`` says something."""

    keys: ClassVar[tuple[str, ...]] = ("name", "number")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def has_changed(self) -> bool:
        """Whether anything was written here; what is chosen beforehand does not count."""
        values = (self.data.get(self.add_prefix(name), "") for name in self.keys)
        return self.is_bound and any(str(value).strip() for value in values)

    def line(self, source: str) -> EdgeLine:
        """What was written."""
        raise NotImplementedError


class WhoForm(LineForm):
    """A line about somebody: a name, and a number by which they may be known."""

    name = forms.CharField(
        label=gettext_lazy("名称或姓名"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs=NO_MEMORY),
    )
    number = forms.CharField(
        label=gettext_lazy("信用代码、证件号码或客户编号"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs=NO_MEMORY),
    )

    def clean(self) -> dict[str, Any]:
        """A number must be one of a kind that we can judge (GB 32100, GB 11643)."""
        cleaned = super().clean() or {}
        self.who = Named()
        try:
            self.who = read_named(cleaned.get("name", ""), cleaned.get("number", ""), today=self.today)
        except ValueError as error:
            self.add_error("number" if cleaned.get("number") and cleaned.get("name") else "name", str(error))
        return cleaned


class ShareholderForm(WhoForm):
    """A shareholder."""

    rate = PercentField(label=gettext_lazy("持股比例（%）"), required=False)
    subscribed = WanField(label=gettext_lazy("认缴（万元）"), required=False)
    paid_in = WanField(label=gettext_lazy("实缴（万元）"), required=False)
    starts_on = DayField(label=gettext_lazy("出资日期"), required=False)
    currency = forms.ChoiceField(
        label=gettext_lazy("币种"), choices=Currency.choices, required=False, initial=Currency.CNY
    )

    def line(self, source: str) -> ShareholderLine:
        """What was written."""
        given = self.cleaned_data
        return ShareholderLine(
            who=self.who, rate=given["rate"], subscribed=given["subscribed"], paid_in=given["paid_in"],
            currency=given["currency"] or Currency.CNY, starts_on=given["starts_on"], source=source,
        )  # fmt: skip


class PostLineForm(WhoForm):
    """Somebody in a post."""

    kind = forms.ChoiceField(label=gettext_lazy("职务"), choices=PostKind.choices, initial=PostKind.EXECUTIVE)
    starts_on = DayField(label=gettext_lazy("任职日期"), required=False)

    def line(self, source: str) -> PostLine:
        """What was written."""
        return PostLine(
            who=self.who,
            kind=self.cleaned_data["kind"],
            starts_on=self.cleaned_data["starts_on"],
            source=source,
        )


class ControlForm(WhoForm):
    """An ultimate controller."""

    basis = forms.ChoiceField(label=gettext_lazy("控制依据"), choices=ControlBasis.choices)
    rate = PercentField(label=gettext_lazy("控制比例（%）"), required=False)
    starts_on = DayField(label=gettext_lazy("起始日期"), required=False)

    def line(self, source: str) -> ControlLine:
        """What was written."""
        given = self.cleaned_data
        return ControlLine(
            who=self.who,
            basis=given["basis"],
            rate=given["rate"],
            starts_on=given["starts_on"],
            source=source,
        )


class KinForm(WhoForm):
    """A relative: what they are to the person."""

    kin = forms.ChoiceField(label=gettext_lazy("与本人的关系"), choices=Kin.choices)
    starts_on = DayField(label=gettext_lazy("起始日期（如结婚日期）"), required=False)

    def line(self, source: str) -> KinLine:
        """What was written."""
        return KinLine(
            who=self.who,
            kin=self.cleaned_data["kin"],
            starts_on=self.cleaned_data["starts_on"],
            source=source,
        )


class LicenceForm(LineForm):
    """A licence or a qualification."""

    keys = ("title", "number")
    title = forms.CharField(label=gettext_lazy("证照名称"), max_length=80)
    number = forms.CharField(label=gettext_lazy("证照编号"), max_length=60, required=False)
    issuer = forms.CharField(label=gettext_lazy("发证机关"), max_length=80, required=False)
    starts_on = DayField(label=gettext_lazy("生效日期"), required=False)
    ends_on = DayField(label=gettext_lazy("到期日期（长期不填）"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("类别"), choices=LicenceKind.choices)

    def clean(self) -> dict[str, Any]:
        """It ends after it begins."""
        cleaned = super().clean() or {}
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("到期日期早于生效日期。"))
        return cleaned

    def line(self, source: str) -> LicenceLine:
        """What was written."""
        return LicenceLine(**self.cleaned_data, source=source)


class TaxGradeForm(LineForm):
    """How a year was graded."""

    keys = ("year",)
    year = forms.IntegerField(
        label=gettext_lazy("评价年度"),
        min_value=FIRST_TAX_YEAR,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    grade = forms.ChoiceField(label=gettext_lazy("纳税信用等级"), choices=TaxGradeName.choices)

    def clean_year(self) -> int:
        """A year is graded when it is over."""
        year = int(self.cleaned_data["year"])
        if year >= self.today.year:
            raise forms.ValidationError(_("%d 年还没有结束，没有评价结果。") % year)
        return year

    def line(self, source: str) -> TaxGradeLine:
        """What was written."""
        return TaxGradeLine(year=self.cleaned_data["year"], grade=self.cleaned_data["grade"], source=source)


class FarmForm(LineForm):
    """What is raised, on which land."""

    keys = ("product", "area", "heads")
    product = forms.CharField(label=gettext_lazy("品种"), max_length=60, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("类别"), choices=FarmKind.choices)
    area = forms.DecimalField(
        label=gettext_lazy("面积（亩）"), required=False, min_value=Decimal("0.01"), max_digits=10, decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "num"}),
    )  # fmt: skip
    heads = forms.IntegerField(
        label=gettext_lazy("存栏（头、只）"), required=False, min_value=1, max_value=99_999_999,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "num"}),
    )  # fmt: skip
    land_right = forms.ChoiceField(
        label=gettext_lazy("土地取得方式"), required=False, choices=[("", "—"), *LandRight.choices]
    )
    land_until = DayField(label=gettext_lazy("土地合同到期日"), required=False)
    starts_on = DayField(label=gettext_lazy("起始日期"), required=False)

    def clean(self) -> dict[str, Any]:
        """At least one measure."""
        cleaned = super().clean() or {}
        if not cleaned.get("area") and not cleaned.get("heads") and not self.errors:
            self.add_error("area", _("请填写面积或存栏数量。"))
        return cleaned

    def line(self, source: str) -> FarmLine:
        """What was written."""
        return FarmLine(**self.cleaned_data, source=source)


if TYPE_CHECKING:
    _FormSet = Any
else:
    _FormSet = forms.BaseFormSet


class _Lines(_FormSet):  # type: ignore[misc]
    """Lines of one sort; empty ones are left out, wherever they stand."""

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, form_kwargs={"today": today}, **kwargs)

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        form = super()._construct_form(i, **kwargs)
        form.empty_permitted, form.use_required_attribute = True, False
        return form

    def lines(self, source: str) -> list[EdgeLine]:
        """What was written, in order."""
        return [form.line(source) for form in self.forms if form.has_changed()]


EDGE_FORMS: dict[str, type[LineForm]] = {
    "shareholder": ShareholderForm,
    "post": PostLineForm,
    "control": ControlForm,
    "kin": KinForm,
    "licence": LicenceForm,
    "tax_grade": TaxGradeForm,
    "farm_holding": FarmForm,
}
"""The form of a line by the word of its edge."""


def edge_lines(
    word: str, data: Any, *, today: date, initial: Sequence[dict[str, Any]] = (), blank: int = 3
) -> Any:
    """The lines of one sort under the prefix of their word; ``blank`` are those that stand ready."""
    if data is not None and f"{word}-TOTAL_FORMS" not in data:
        # Sent without this part of the page: without lines.
        data = {f"{word}-TOTAL_FORMS": "0", f"{word}-INITIAL_FORMS": "0"}
    factory: Any = forms.formset_factory(EDGE_FORMS[word], formset=_Lines, extra=blank, max_num=MOST_LINES)
    return factory(data, prefix=word, today=today, initial=list(initial) or None)


class SourceForm(forms.Form):
    """Who says all this."""

    source = forms.ChoiceField(
        label=gettext_lazy("资料来源"), choices=RecordSource.choices, initial=RecordSource.CUSTOMER
    )


class AsOfForm(forms.Form):
    """As of the end of which day."""

    day = DayField(label=gettext_lazy("截至日期"))


class EdgeEndForm(forms.Form):
    """Since when something no longer holds, and why."""

    ends_on = DayField(label=gettext_lazy("终止日期"), required=False)
    is_mistake = forms.BooleanField(
        label=gettext_lazy("登记有误，从来不是这样（不计入变更次数）"), required=False
    )
    reason = ReasonField(label=gettext_lazy("理由"), max_length=200)

    def ending(self) -> Ending:
        """What was decided."""
        return Ending(**self.cleaned_data)
