"""What a person may have a copy of: their financial statements, the values entered by hand, and what was decided of them."""

from __future__ import annotations

from collections.abc import Iterator

from vouch.customers.models import FigureChoice, FinancialStatement, StatementLine, VerifiedFigure
from vouch.customers.queries.claims import title_of
from vouch.customers.queries.holdings import Section, rows_of
from vouch.parties.models import Party


def told_by_financials(party: Party) -> Iterator[Section]:
    """Statements with their originals and every line of them; verified values; choices with their reasons."""
    statements = list(
        FinancialStatement.objects.filter(material__party=party)
        .select_related("material__document")
        .order_by("pk")
    )
    yield Section(
        "财务报表",
        ("资料编号", "口径", "来源", "所属日期", "登记时间", "状态", "说明"),
        rows_of(
            *(
                (
                    *(one.pk, one.get_basis_display(), one.material.get_origin_display()),
                    *(one.material.as_of, one.material.known_at, one.material.get_state_display()),
                    one.material.note,
                )
                for one in statements
            )
        ),
        [(f"财务报表-{one.pk}", one.material.document) for one in statements if one.material.document],
    )
    lines = StatementLine.objects.filter(period__statement__in=statements).select_related("period")
    yield Section(
        "财务报表项目",
        ("资料编号", "期间截止", "涵盖月数", "项目", "金额（元）"),
        rows_of(
            *(
                (one.period.statement_id, one.period.ends_on, one.period.months, one.title, one.amount)
                for one in lines.order_by("period__statement_id", "period_id", "pk")
            )
        ),
    )
    figures = list(
        VerifiedFigure.objects.filter(material__party=party)
        .select_related("material__document")
        .order_by("pk")
    )
    yield Section(
        "核实数据",
        ("数据项", "所属日期", "数值", "来源", "登记时间", "状态", "核实说明"),
        rows_of(
            *(
                (
                    *(one.get_figure_display(), one.day, one.amount, one.material.get_origin_display()),
                    *(one.material.known_at, one.material.get_state_display(), one.material.note),
                )
                for one in figures
            )
        ),
        [(f"核实数据-{one.pk}", one.material.document) for one in figures if one.material.document],
    )
    choices = FigureChoice.objects.filter(party=party).order_by("pk")
    yield Section(
        "采用决定",
        ("数据项", "所属日期", "采用的来源", "数值", "理由", "决定时间", "失效时间"),
        rows_of(
            *(
                (
                    *(one.get_figure_display(), one.day, title_of(one.source), one.amount),
                    *(one.reason, one.decided_at, one.ended_at),
                )
                for one in choices
            )
        ),
    )
