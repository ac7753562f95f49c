"""Write the invented firms down as the files an institution would bring: a customer list and two lists of invoices."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from vouch.demo.actions.firms import Firm, Sale, invent_invoices

FIRM_HEADINGS = (
    *("企业代号", "企业名称", "统一社会信用代码", "注册日期", "企业类型", "注册资金", "经营范围"),
    *("所在省份", "地区", "注册地址", "行业代码", "从业人数", "营业收入(元)", "资产总额(元)"),
)
SALE_HEADINGS = {
    False: ("企业代号", "发票号码", "开票日期", "销方单位代号", "金额", "税额", "价税合计", "发票状态"),
    True: ("企业代号", "发票号码", "开票日期", "购方单位代号", "金额", "税额", "价税合计", "发票状态"),
}


@dataclass(frozen=True, slots=True)
class Files:
    """Where the files stand: one customer list for each unit, one list of codes, and the invoices both ways."""

    firms: dict[str, Path]
    codes: Path
    purchases: Path
    sales: Path


def write_files(folder: Path, firms: Sequence[Firm], *, today: date) -> Files:
    """Write everything below ``folder``. The customer lists carry two slips, as real ones do."""
    lists = {}
    for unit in sorted({firm.unit for firm in firms}):
        rows = [_firm_row(firm) for firm in firms if firm.unit == unit]
        lists[unit] = write_table(
            folder / f"客户清单-{unit}.csv", FIRM_HEADINGS, [*rows, *_slips(rows, unit)]
        )
    codes = write_table(
        folder / "企业信息.csv",
        ("企业代号", "企业名称", "统一社会信用代码"),
        ((firm.code, firm.name, firm.uscc) for firm in firms),
    )
    paths = {}
    for is_output, name in ((False, "进项发票.csv"), (True, "销项发票.csv")):
        sales = (
            _sale_row(sale)
            for firm in firms
            for sale in invent_invoices(firm, today=today, is_output=is_output)
        )
        paths[is_output] = write_table(folder / name, SALE_HEADINGS[is_output], sales)
    return Files(firms=lists, codes=codes, purchases=paths[False], sales=paths[True])


def write_table(path: Path, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Path:
    """One table as CSV; give its path back."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headings)
        writer.writerows(rows)
    return path


def _firm_row(firm: Firm) -> tuple[str, ...]:
    return (
        *(
            firm.code,
            firm.name,
            firm.uscc,
            firm.founded_on.isoformat(),
            "有限责任公司",
            f"{firm.capital}(万元)",
        ),
        *(firm.trade.scope, "浙江", "江州", f"浙江省{firm.address}", firm.trade.industry),
        *_size(firm),
    )


def _size(firm: Firm) -> tuple[str, str, str]:
    """Staff, revenue and assets: small firms, and here and there a medium one."""
    if firm.number % 17 == 0:
        return "420", "86000000", "95000000"
    revenue = firm.capital * 10_000 + firm.number % 9 * 800_000
    return str(6 + firm.number * 7 % 12), str(min(revenue, 9_500_000)), str(min(revenue * 2, 9_000_000))


def _slips(rows: Sequence[Sequence[str]], unit: str) -> list[tuple[str, ...]]:
    """A mistyped check digit and a row without its code: work that waits on the import page."""
    mistyped = list(rows[0])
    mistyped[0], mistyped[1] = "", f"江州{'同顺' if unit == 'YW1' else '百和'}商贸有限公司"
    code = mistyped[2]
    mistyped[2] = code[:-1] + ("7" if code[-1] != "7" else "3")
    nameless = list(rows[1])
    nameless[0], nameless[1], nameless[2] = "", f"江州{'裕民' if unit == 'YW1' else '惠农'}合作商行", ""
    return [tuple(mistyped), tuple(nameless)]


def _sale_row(sale: Sale) -> tuple[str, ...]:
    return (
        *(sale.firm, sale.number, f"{sale.issued_on:%Y/%m/%d}", sale.partner),
        *(f"{fen / 100:.2f}" for fen in (sale.amount, sale.tax, sale.amount + sale.tax)),
        "作废发票" if sale.is_void else "有效发票",
    )
