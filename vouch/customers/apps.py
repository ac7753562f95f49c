"""The room's registration: what it answers, takes in, shows, tells and holds."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    """What we may know of a customer (客户资料)."""

    name = "vouch.customers"
    label = "customers"
    verbose_name = _("客户资料")

    def ready(self) -> None:
        """Everything that other rooms and services learn of this one."""
        _answer()
        _show()
        _tell()
        _hold()
        _notify()


def _answer() -> None:
    """Facts for the catalogue, the guard of credit data, claims of material values, the imports of invoices and statements."""
    # Models exist only now.
    from vouch.customers import facts
    from vouch.customers.actions import InvoiceImporter, StatementImporter
    from vouch.customers.facts import (
        answers,
        bank,
        collateral,
        credit,
        duties,
        figures,
        file,
        finance,
        guarantees,
        records,
        social,
        watching,
    )
    from vouch.customers.queries import claims, consenting, flow_claims
    from vouch.customers.queries.links import FORMS
    from vouch.customers.queries.social import assessed
    from vouch.customers.terms import HitState
    from vouch.engine.facts import catalogue
    from vouch.parties.queries import register_links, register_same
    from vouch.platform.exchange.importer import register
    from vouch.platform.exchange.undoing import register_passing

    for known, ask in (
        (facts.FACTS, facts.ask),
        (credit.CREDIT_FACTS, credit.ask_credit),
        (bank.BANK_FACTS, bank.ask_bank),
        (duties.TAX_FACTS, duties.ask_tax),
        (duties.UTILITY_FACTS, duties.ask_utility),
        (finance.FACTS, finance.ask_finance),
        (figures.FIGURE_FACTS, figures.ask_figures),
        (records.RECORD_FACTS, records.ask_records),
        (guarantees.GUARANTEE_FACTS, guarantees.ask_guarantees),
        (collateral.COLLATERAL_FACTS, collateral.ask_collateral),
        (watching.WATCH_FACTS, watching.ask_hits),
        (social.SOCIAL_FACTS, social.ask_social),
        (file.FILE_FACTS, file.ask_file),
        (answers.answer_facts(), answers.ask_answers),
    ):
        catalogue.register(facts=known, ask=ask)
    catalogue.guard("credit", consent=consenting)
    catalogue.guard("social", consent=assessed)
    for source in (claims.STATEMENTS, claims.BY_HAND, claims.INVOICES, *flow_claims.ALL):
        claims.register_claims(source)
    for form in FORMS:
        register_links(form)
    register(InvoiceImporter())
    register(StatementImporter())
    # A hit that nobody has judged is a guess: whoever is imported again is screened again.
    register_passing("customers_watchhit", f"state = '{HitState.OPEN}'")
    # One invoice that two records of a customer were each told of.
    register_same(
        "customers_invoice",
        ("direction", "number", "issued_on", "counterparty", "amount", "tax", "total", "state"),
    )


def _show() -> None:
    """The sections of a customer's file, in their order, and the pages of the sidebar."""
    # Models exist only now.
    from vouch.customers import permissions
    from vouch.customers.queries.sections import register_section
    from vouch.customers.queries.source_sections import SECTIONS
    from vouch.platform.web.navigation import NavItem, register

    for section in SECTIONS:
        register_section(section)
    register(
        NavItem(
            title=_("资料缺漏"),
            url_name="customers:lacking_home",
            icon="list-check",
            order=25,
            may=permissions.may_see_errands,
        )
    )
    register(
        NavItem(
            title=_("授权与权利"),
            url_name="customers:authorisations",
            icon="file-certificate",
            order=72,
            may=permissions.may_open_consent,
        )
    )
    register(
        NavItem(
            title=_("名单筛查"),
            url_name="customers:watch_hits",
            icon="user-exclamation",
            order=74,
            badge=_open_hits,
            may=permissions.may_open_lists,
        )
    )


def _open_hits(request: HttpRequest) -> int:
    # Models exist only now.
    from vouch.customers.queries import watching

    actor: Any = getattr(request, "actor", None)
    return watching.open_hits(actor)


def _tell() -> None:
    """This room's strands of a customer's timeline."""
    # Models exist only now.
    from vouch.customers.queries import Strand, figures, register_strand, timeline

    register_strand(Strand("materials", _("资料"), "file-text", timeline.told_of_materials))
    register_strand(Strand("figures", _("数据核对"), "gavel", figures.told_of_choices))
    register_strand(Strand("consent", _("授权与征信"), "file-certificate", timeline.told_of_consent))
    register_strand(Strand("requests", _("权利请求"), "user-question", timeline.told_of_requests))


def _hold() -> None:
    """What a person's copy contains, in this order, and how long what is kept."""
    # Models exist only now.
    from vouch.customers.queries import financial_holdings, holdings, source_holdings
    from vouch.customers.queries.flow_holdings import told_by_flows
    from vouch.customers.queries.holdings_of_file import told_by_file

    for name, told in (
        ("parties", holdings.told_by_parties),
        ("lines", holdings.told_by_lines),
        ("persons", holdings.told_by_persons),
        ("customers", holdings.told_by_customers),
        ("flows", told_by_flows),
        ("financials", financial_holdings.told_by_financials),
        ("sources", source_holdings.told_by_sources),
        ("customers.file", told_by_file),
        ("ledger", holdings.told_by_ledger),
    ):
        holdings.register_holdings(name, told)
    holdings.register_retention("parties", holdings.claims_of_parties)
    holdings.register_retention("customers", holdings.claims_of_customers)


def _notify() -> None:
    """What the courier says of errands, of what a file lacks, and of impact assessments."""
    # Models exist only now.
    from vouch.customers.actions.assessments import ENDING, WAITING
    from vouch.customers.actions.errands import DUE, LACKING
    from vouch.platform.courier import templates
    from vouch.platform.courier.terms import Group

    templates.register(
        templates.Template(
            name=DUE,
            title="有 {count} 项资料到期待补",
            body="您有 {count} 项补资料任务到期，其中逾期 {late} 项，最早的期限是 {first}。登记资料后任务自动了结。",
            group=Group.WORK,
            samples={"count": "3", "late": "1", "first": "2026-11-18"},
        )
    )
    templates.register(
        templates.Template(
            name=LACKING,
            title="{count} 户客户的资料不全",
            body="{who}提醒您：您管户的客户中有 {count} 户资料缺少或过时，请在“资料缺漏”里查看并补齐。",
            group=Group.WORK,
            samples={"count": "12", "who": "何伟（业务一部）"},
        )
    )
    templates.register(
        templates.Template(
            name=ENDING,
            title="影响评估将于 {day} 到期",
            body="“{what}”还有 {days} 天到期（{day}）。到期后依据它开展的处理须停止；继续处理的，请起草新版本并复核。",
            group=Group.WORK,
            samples={"what": "社交信息作为组织信号（第2版）", "day": "2026-12-31", "days": "30"},
        )
    )
    templates.register(
        templates.Template(
            name=WAITING,
            title="有一份影响评估待复核",
            body="{who}提交了“{what}”，请没有参与编写的合规岗或首席风险官复核。",
            group=Group.WORK,
            samples={"what": "社交信息作为组织信号（第2版）", "who": "林洁（合规部）"},
        )
    )
    templates.register_link("impact_assessment", "customers:assessment")
    templates.register_link("errands", "customers:errands")
    templates.register_link("lacking", "customers:lacking")
