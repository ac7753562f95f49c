"""What people enter about searches of public records."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from vouch.customers.actions import RecordLine, SearchDetails
from vouch.customers.actions.records import line_fault
from vouch.customers.forms.lines import LineForm, Words, line_set, refuse_document
from vouch.customers.forms.materials import MaterialForm
from vouch.customers.terms import LawsuitSide, MaterialKind, Origin, RecordKind, RecordState
from vouch.platform.exchange.tabular import Column
from vouch.platform.web.inputs import DayField, WanField


class SearchForm(MaterialForm):
    """What was searched where."""

    kind = MaterialKind.RECORD
    origins = (
        Origin.PUBLIC,
        Origin.COURT,
        Origin.AUTHORITY,
        Origin.REGISTER,
        Origin.TAX_OFFICE,
        Origin.PARTNER,
    )

    kinds = forms.MultipleChoiceField(
        label=_("查询种类"),
        choices=RecordKind.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("勾选的种类下面没有写记录的，登记为“查询无记录”"),
    )
    source = Words(
        label=_("查询渠道"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"placeholder": _("如：中国执行信息公开网")}),
    )
    is_complete = forms.BooleanField(
        label=_("全量查询：这些种类的全部记录都在下面，以前登记的不再算数"), required=False, initial=True
    )

    field_order = ("as_of", "origin", "source", "note", "file", "kinds", "is_complete")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["as_of"].label = _("查询日期")
        self.fields["file"].label = _("截图或下载的文件")

    def search(self, lines: list[RecordLine]) -> SearchDetails:
        """As the action takes it."""
        found = self.cleaned_data
        return SearchDetails(
            kinds=found["kinds"], lines=lines, is_complete=found["is_complete"], source=found["source"]
        )


class RecordLineForm(LineForm):
    """One case, decision or entry."""

    keys = ("number", "opened_on", "authority", "cause", "amount", "closed_on")
    columns: ClassVar[tuple[Column, ...]] = (
        Column("kind", "种类", ("记录种类", "类型", "案件类型"), is_required=False),
        Column("side", "诉讼地位", ("案件身份", "身份", "当事人身份"), is_required=False),
        Column("number", "案号或文号", ("案号", "文号", "决定书文号", "登记编号", "编号"), is_required=False),
        Column(
            "opened_on",
            "日期",
            ("立案日期", "立案时间", "决定日期", "列入日期", "登记日期"),
            is_required=False,
        ),
        Column(
            "authority", "法院或机关", ("法院", "执行法院", "机关", "处罚机关", "列入机关"), is_required=False
        ),
        Column("cause", "案由或事由", ("案由", "事由", "违法事实", "列入原因", "原因"), is_required=False),
        Column(
            "amount",
            "金额（万元）",
            (
                "金额",
                "金额(元)",
                "执行标的",
                "执行标的(元)",
                "标的",
                "罚款金额",
                "罚款金额(元)",
                "案件金额",
                "欠税余额",
            ),
            is_required=False,
        ),
        Column("state", "状态", ("案件状态", "执行状态"), is_required=False),
        Column("closed_on", "结案日期", ("结案时间", "移出日期", "解除日期"), is_required=False),
    )

    synonyms: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "kind": {
            "诉讼": RecordKind.LITIGATION,
            "民事": RecordKind.LITIGATION,
            "终结本次执行": RecordKind.TERMINATED,
            "限高": RecordKind.RESTRICTION,
            "限制消费": RecordKind.RESTRICTION,
            "失信": RecordKind.DISHONESTY,
            "处罚": RecordKind.PENALTY,
            "经营异常": RecordKind.ABNORMAL,
            "严重违法": RecordKind.SERIOUS,
            "欠税": RecordKind.TAX_ARREARS,
            "执行": RecordKind.ENFORCEMENT,
        },
        "state": {
            **dict.fromkeys(("执行中", "审理中", "未", "在列", "有效"), RecordState.OPEN),
            **dict.fromkeys(
                ("结案", "终结", "移出", "解除", "履行完毕", "撤销", "注销", "已"), RecordState.CLOSED
            ),
        },
    }

    kind = forms.ChoiceField(label=_("种类"), choices=[("", "—"), *RecordKind.choices])
    side = forms.ChoiceField(label=_("诉讼地位"), required=False, choices=[("", "—"), *LawsuitSide.choices])
    number = forms.CharField(
        label=_("案号或文号"), required=False, max_length=80, validators=[refuse_document]
    )
    opened_on = DayField(label=_("立案、决定或列入日"))
    authority = Words(label=_("法院或机关"), required=False, max_length=80)
    cause = Words(label=_("案由或事由"), required=False, max_length=200)
    amount = WanField(label=_("金额（万元）"), required=False)
    state = forms.ChoiceField(label=_("状态"), choices=RecordState.choices)
    closed_on = DayField(label=_("结案或移出日"), required=False)

    def clean(self) -> dict[str, Any]:
        """What is wrong with the line in itself stands beside it."""
        cleaned = super().clean() or {}
        if not self.errors:
            line = self.line()
            fault = line_fault(line, as_of=date.max)
            if fault:
                self.add_error("side" if "诉讼地位" in fault else "closed_on", fault + "。")
        return cleaned

    def line(self) -> RecordLine:
        """As the action takes it."""
        return RecordLine(**self.cleaned_data)


RecordLines = line_set(RecordLineForm)
