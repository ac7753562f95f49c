"""What a credit report says of itself, held against what was typed and against the customer.

A report of somebody else is refused before anything of it is kept, and the refusal repeats nothing of what it says.
"""

from __future__ import annotations

import unicodedata
from dataclasses import KW_ONLY, dataclass
from datetime import date

from django.utils.translation import gettext as _

from vouch.customers.actions.files import PDF, WrongFile
from vouch.customers.actions.notices import WrongEntry
from vouch.customers.terms import QUERY_REASONS, Purpose
from vouch.engine.credit_report.report import Report, ReportKind, read_report
from vouch.engine.credit_report.tree import NotAReport
from vouch.engine.identifiers import normal_code
from vouch.parties import queries as parties
from vouch.parties.models import Party
from vouch.parties.terms import PartyKind

NUMBER_MAX = 40
CODE_IN_USCC = slice(8, 17)
"""Where a unified code carries the former 组织机构代码."""


class WrongReport(WrongEntry):
    """A report that cannot be taken."""


@dataclass(frozen=True, slots=True)
class ReportDetails:
    """What was typed of a report. What is left empty is taken from a report that can be read (XML, JSON).

    ``reason`` is the query reason, which is the purpose that it is kept for.
    """

    _: KW_ONLY
    kind: str = ""
    report_number: str = ""
    queried_on: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """What a report is, every part of it known; ``content`` is None for a file that is kept and not read."""

    kind: str
    report_number: str
    queried_on: date
    reason: str
    content: Report | None


def head_of(content: bytes, *, media_type: str, party: Party, details: ReportDetails) -> Head:
    """Read the file, and hold what it says of itself against the rest. Raises WrongReport, WrongFile."""
    if media_type == PDF:
        return _completed(details, None)
    try:
        report = read_report(content)
    except NotAReport as error:
        raise WrongFile(_("不是可以读取的二代征信报告：%(why)s") % {"why": error}) from None
    _check_typed(report, details)
    (_check_person if party.kind == PartyKind.PERSON else _check_enterprise)(report, party)
    return _completed(details, report)


def _completed(details: ReportDetails, report: Report | None) -> Head:
    """With what was left empty; the report's own word comes first, and equals what was typed."""
    number = (report.number if report else "") or details.report_number.strip()
    queried_on = (report.made_on if report else None) or details.queried_on
    reason = (report.reason if report else "") or details.reason
    kind = (str(report.kind) if report else "") or details.kind
    where = _("PDF 报告不读取，请填写。") if report is None else _("报告中没有这一项，请填写。")
    for field, value in (
        ("kind", kind),
        ("report_number", number),
        ("queried_on", queried_on),
        ("reason", reason),
    ):
        if not value:
            raise WrongReport(field, where)
    if len(number) > NUMBER_MAX or not number.isprintable():
        raise WrongReport(
            "report_number", _("报告编号应为不超过%(limit)d个可显示的字符。") % {"limit": NUMBER_MAX}
        )
    if reason not in {one.value for one in QUERY_REASONS}:
        titles = "、".join(str(Purpose(one).label) for one in QUERY_REASONS)
        raise WrongReport(
            "reason", _("报告的查询原因不在担保机构可用的原因（%(titles)s）之内。") % {"titles": titles}
        )
    if queried_on is None:  # said above; for the type checker
        raise WrongReport("queried_on", where)
    return Head(kind, number, queried_on, reason, report)


def _check_typed(report: Report, details: ReportDetails) -> None:
    """Where both say something, both say the same."""
    typed = (
        ("kind", details.kind, str(report.kind), _("报告种类")),
        ("report_number", details.report_number.strip(), report.number, _("报告编号")),
        ("queried_on", details.queried_on, report.made_on, _("查询日期")),
        ("reason", details.reason, report.reason, _("查询原因")),
    )
    for field, said, found, title in typed:
        if said and found and said != found:
            raise WrongReport(
                field, _("报告中的%(title)s与所填的不一致；可以留空，由报告读出。") % {"title": title}
            )


def _check_person(report: Report, party: Party) -> None:
    if report.kind is not ReportKind.PERSON:
        raise WrongReport("kind", _("这是企业信用报告，客户是个人。"))
    if not report.document_number:
        raise WrongReport("file", _("报告头里没有证件号码，不能确认是这位客户的报告。"))
    if not parties.is_document_of(party, report.document_number):
        raise WrongReport("file", _("报告中的证件号码与客户档案不一致，可能是另一人的报告，没有保存。"))
    if report.name and _plain(report.name) != _plain(party.name):
        raise WrongReport("file", _("报告中的姓名与客户档案不一致，没有保存；客户改名的，请先更正客户档案。"))


def _check_enterprise(report: Report, party: Party) -> None:
    if report.kind is not ReportKind.ENTERPRISE:
        raise WrongReport("kind", _("这是个人信用报告，客户是企业；个人的报告上传到该个人名下。"))
    codes = {one.value for one in parties.identifiers_of(party)}
    ours = {normal_code(code).replace("-", "") for code in codes}
    ours |= {code[CODE_IN_USCC] for code in ours if len(code) == len("91310000MA1FL4B24X")}
    said = {_code(row.get("EA01CI01")) for one in report.of("EA01") for row in one.rows.get("EA01C", ())}
    said |= {_code(report.document_number)}
    said -= {""}
    if said & ours:
        return
    if any(_is_comparable(one, ours) for one in said):
        raise WrongReport(
            "file", _("报告中的企业身份标识与客户档案不一致，可能是另一家企业的报告，没有保存。")
        )
    if not report.name:
        raise WrongReport("file", _("报告头里没有企业名称和可以比对的标识，不能确认是这家客户的报告。"))
    if _plain(report.name) != _plain(party.name):
        raise WrongReport("file", _("报告中的企业名称与客户档案不一致，可能是另一家企业的报告，没有保存。"))


def _is_comparable(code: str, ours: set[str]) -> bool:
    """Whether we know the customer by a code of this form: then another one is somebody else's."""
    return any(len(code) == len(one) for one in ours if len(one) in {9, 18})


def _code(value: object) -> str:
    return normal_code(value).replace("-", "") if isinstance(value, str) else ""


def _plain(name: str) -> str:
    """A name without what two hands write differently: widths, blanks, the dots of foreign names."""
    return "".join(one for one in unicodedata.normalize("NFKC", name).upper() if one not in " ·•・　")
