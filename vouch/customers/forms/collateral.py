"""What people enter about collateral."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from vouch.customers.actions import TermsDetails, ValuationDetails
from vouch.customers.forms.lines import Words
from vouch.customers.forms.materials import MaterialForm
from vouch.customers.models import CollateralTerms
from vouch.customers.terms import (
    DocumentCategory,
    MaterialKind,
    Origin,
    RegistrationState,
    SecurityMethod,
    ValuationMethod,
    Ware,
)
from vouch.parties.terms import PURPOSES
from vouch.platform.web.inputs import DayField, PercentField, WanField

PLAIN = (
    *("ware", "method", "description", "owner", "owner_number", "location", "area", "rank", "prior_claims"),
    *("ratio", "registration", "registration_number", "registry", "registered_on", "registered_until"),
    "insured_until",
)
"""Fields whose former value stands in the form; the number of the certificate does not."""


class TermsForm(MaterialForm):
    """What it is, whose it is, how it secures, and how far that is registered."""

    kind = MaterialKind.COLLATERAL
    origins = (Origin.CUSTOMER, Origin.ON_SITE, Origin.REGISTER, Origin.APPRAISER, Origin.OWN)

    ware = forms.ChoiceField(label=_("担保物"), choices=Ware.choices)
    method = forms.ChoiceField(label=_("担保方式"), choices=SecurityMethod.choices)
    description = Words(
        label=_("名称与描述"),
        max_length=200,
        widget=forms.TextInput(attrs={"placeholder": _("如：江州市人民路88号商铺")}),
    )
    owner = Words(label=_("权利人"), max_length=120)
    owner_number = forms.CharField(
        label=_("权利人客户编号"),
        required=False,
        max_length=20,
        help_text=_("权利人也是客户的，填写其客户编号"),
    )
    location = Words(label=_("坐落或存放地点"), required=False, max_length=200)
    area = forms.DecimalField(
        label=_("面积（平方米）"), required=False, min_value=0, max_digits=14, decimal_places=2
    )
    certificate = forms.CharField(
        label=_("权属证书号"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("加密保存"),
    )
    rank = forms.IntegerField(label=_("顺位"), min_value=1, max_value=20, initial=1)
    prior_claims = WanField(label=_("在先债权（万元）"), required=False)
    ratio = PercentField(label=_("抵质押率（%）"), help_text=_("按净值（价值减在先债权）计"))
    registration = forms.ChoiceField(label=_("登记状态"), choices=RegistrationState.choices)
    registration_number = forms.CharField(label=_("登记证明号"), required=False, max_length=80)
    registry = Words(label=_("登记机关"), required=False, max_length=80)
    registered_on = DayField(label=_("登记日期"), required=False)
    registered_until = DayField(label=_("登记到期日"), required=False)
    insured_until = DayField(label=_("保险到期日"), required=False)

    groups = (
        (
            _("担保物"),
            ("ware", "method", "description", "owner", "owner_number", "location", "area", "certificate"),
        ),
        (_("价值与顺位"), ("value", "valuation_method", "valued_by", "rank", "prior_claims", "ratio")),
        (
            _("登记与保险"),
            (
                *("registration", "registration_number", "registry", "registered_on", "registered_until"),
                "insured_until",
            ),
        ),
        (_("来源"), ("origin", "as_of", "note", "file")),
    )

    def __init__(self, *args: Any, former: CollateralTerms | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.former = former
        if former is not None:
            self.initial = {**{name: getattr(former, name) for name in PLAIN}, **self.initial}
            if former.certificate is not None:
                self.fields["certificate"].help_text = _("已登记，加密保存；不改就留空")

    def clean_area(self) -> Any:
        """Nought is none."""
        return self.cleaned_data["area"] or None

    def terms(self) -> TermsDetails:
        """As the action takes it."""
        values = {name: self.cleaned_data[name] for name in PLAIN}
        values["prior_claims"] = values["prior_claims"] or 0
        number = self.cleaned_data["certificate"].strip()
        keeps = self.former is not None and not number
        return TermsDetails(**values, certificate=None if keeps else number)

    def grouped(self) -> list[tuple[Any, list[Any]]]:
        """The fields under their headings."""
        return [
            (title, [self[name] for name in names if name in self.fields]) for title, names in self.groups
        ]


class NewCollateralForm(TermsForm):
    """With a first value, where one is known."""

    value = WanField(label=_("评估价值（万元）"), required=False, help_text=_("整件的价值，不扣在先债权"))
    valuation_method = forms.ChoiceField(label=_("估值方法"), choices=ValuationMethod.choices)
    valued_by = Words(label=_("估值人"), required=False, max_length=80)

    def clean(self) -> dict[str, Any]:
        """A value says who found it."""
        cleaned = super().clean() or {}
        if cleaned.get("value") and not cleaned.get("valued_by"):
            self.add_error("valued_by", _now("填了价值的，请写明估值人。"))
        if cleaned.get("value") is not None and not cleaned["value"]:
            self.add_error("value", _now("评估价值应大于零。"))
        return cleaned

    def valuation(self) -> ValuationDetails | None:
        """The first value, if there is one."""
        found = self.cleaned_data
        if not found["value"]:
            return None
        return ValuationDetails(found["value"], found["valuation_method"], found["valued_by"])


class ValuationForm(MaterialForm):
    """What it was valued at."""

    kind = MaterialKind.COLLATERAL
    origins = (Origin.APPRAISER, Origin.ON_SITE, Origin.OWN, Origin.PUBLIC, Origin.CUSTOMER, Origin.PARTNER)

    value = WanField(label=_("评估价值（万元）"), help_text=_("整件的价值，不扣在先债权"))
    method = forms.ChoiceField(label=_("估值方法"), choices=ValuationMethod.choices)
    valued_by = Words(label=_("估值人"), max_length=80)

    field_order = ("value", "method", "valued_by", "as_of", "origin", "note", "file")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["as_of"].label = _("估值日")
        self.fields["file"].label = _("评估报告或询价单")

    def valuation(self) -> ValuationDetails:
        """As the action takes it."""
        return ValuationDetails(*(self.cleaned_data[name] for name in ("value", "method", "valued_by")))


class PaperForm(MaterialForm):
    """A scan or a photo of it."""

    kind = MaterialKind.DOCUMENT
    origins = (Origin.ON_SITE, Origin.CUSTOMER, Origin.REGISTER, Origin.APPRAISER)

    category = forms.ChoiceField(
        label=_("影像种类"),
        choices=[
            (one.value, one.label)
            for one in (
                *(DocumentCategory.SITE_PHOTO, DocumentCategory.TITLE, DocumentCategory.VALUATION),
                DocumentCategory.OTHER,
            )
        ],
    )

    field_order = ("category", "as_of", "origin", "note", "file")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["as_of"].label = _("拍摄或出具日期")
        self.fields["file"].label = _("影像（PDF、JPG、PNG）")
        self.fields["file"].required = True


class PurposeForm(forms.Form):
    """Why somebody reads the number of a certificate."""

    purpose = forms.ChoiceField(
        label=_("查看用途"),
        choices=[(str(one), one) for one in PURPOSES],
        widget=forms.Select(
            attrs={"class": "form-select form-select-sm w-auto", "aria-label": _("查看用途")}
        ),
    )
