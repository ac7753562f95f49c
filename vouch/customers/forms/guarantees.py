"""What people enter about guarantees that a customer has given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from vouch.customers.actions import GuaranteeLine, GuaranteesDetails
from vouch.customers.actions.guarantees import line_fault
from vouch.customers.forms.lines import LineForm, Words, line_set
from vouch.customers.forms.materials import MaterialForm
from vouch.customers.terms import GuaranteeKind, MaterialKind, Origin, Tie
from vouch.platform.exchange.tabular import Column
from vouch.platform.web.inputs import DayField, WanField


class StatementForm(MaterialForm):
    """Whose word the list is, and whether it is the whole of it."""

    kind = MaterialKind.GUARANTEE
    origins = (Origin.CUSTOMER, Origin.BANK, Origin.ON_SITE, Origin.AUDITOR, Origin.PUBLIC, Origin.PARTNER)

    is_complete = forms.BooleanField(
        label=_("完整清单：以前登记的不再算数；一笔也不写，就是没有对外担保"), required=False, initial=True
    )

    field_order = ("as_of", "origin", "note", "file", "is_complete")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["as_of"].label = _("清单日期")

    def statement(self, lines: list[GuaranteeLine]) -> GuaranteesDetails:
        """As the action takes it."""
        return GuaranteesDetails(lines=lines, is_complete=self.cleaned_data["is_complete"])


class GuaranteeLineForm(LineForm):
    """One guarantee."""

    keys = ("beneficiary", "bank", "amount", "balance")
    columns: ClassVar[tuple[Column, ...]] = (
        Column(
            "beneficiary", "被担保人", ("被担保企业", "被担保单位", "债务人", "借款人"), is_required=False
        ),
        Column("bank", "债权人", ("银行", "贷款银行", "债权银行", "金融机构"), is_required=False),
        Column("kind", "担保方式", ("方式", "担保类型"), is_required=False),
        Column(
            "amount",
            "担保金额（万元）",
            ("担保金额", "担保金额(元)", "金额", "金额(万元)"),
            is_required=False,
        ),
        Column(
            "balance",
            "担保余额（万元）",
            ("担保余额", "担保余额(元)", "余额", "余额(万元)"),
            is_required=False,
        ),
        Column("starts_on", "起始日期", ("起始日", "担保起始日", "开始日期"), is_required=False),
        Column("ends_on", "到期日期", ("到期日", "担保到期日", "结束日期"), is_required=False),
        Column("tie", "关系", ("与客户的关系", "关联关系", "与本公司关系"), is_required=False),
    )

    synonyms: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "tie": {
            "股东": Tie.SHAREHOLDER,
            "实际控制人": Tie.SHAREHOLDER,
            "子公司": Tie.SUBSIDIARY,
            "同一控制": Tie.SAME_CONTROL,
            "亲属": Tie.RELATIVE,
            "互保": Tie.MUTUAL,
            "上游": Tie.TRADE,
            "下游": Tie.TRADE,
            "无": Tie.NONE,
        },
    }

    beneficiary = Words(label=_("被担保人"), max_length=120)
    bank = Words(label=_("债权人"), required=False, max_length=80)
    kind = forms.ChoiceField(label=_("担保方式"), choices=GuaranteeKind.choices)
    amount = WanField(label=_("担保金额（万元）"))
    balance = WanField(label=_("担保余额（万元）"))
    starts_on = DayField(label=_("起始日"), required=False)
    ends_on = DayField(label=_("到期日"), required=False)
    tie = forms.ChoiceField(label=_("与客户的关系"), choices=[("", "—"), *Tie.choices])

    def clean(self) -> dict[str, Any]:
        """What is wrong with the line in itself stands beside it."""
        cleaned = super().clean() or {}
        if not self.errors:
            line = self.line()
            fault = line_fault(line, as_of=date.max)
            if fault:
                self.add_error("balance" if line.balance > line.amount else "ends_on", fault + "。")
        return cleaned

    def line(self) -> GuaranteeLine:
        """As the action takes it."""
        return GuaranteeLine(**self.cleaned_data)


GuaranteeLines = line_set(GuaranteeLineForm)
