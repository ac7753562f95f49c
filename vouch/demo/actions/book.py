"""The invented firms' guarantees, as the ledgers that an institution would bring: last month's, and this month's."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from vouch.demo.actions.files import write_table
from vouch.demo.actions.firms import SEED, Firm
from vouch.platform.exchange.running import import_files
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit

BANKS = ("江州银行", "江州农村商业银行", "东海银行江州分行", "建业银行江州支行", "惠民村镇银行")
PRODUCTS = (("流水贷", "0.8"), ("发票贷", "0.8"), ("总对总批量担保", "0.8"), ("直保", "1"))
HEADINGS = (
    *(
        "业务编号",
        "客户名称",
        "统一社会信用代码",
        "银行",
        "产品",
        "业务种类",
        "合同编号",
        "合同金额",
        "债务余额",
    ),
    *(
        "承担比例",
        "放款日",
        "计入在保日",
        "到期日",
        "担保费率",
        "五级分类",
        "逾期天数",
        "逾期金额",
        "反担保措施",
    ),
    *("状态", "解保日期", "解保登记日期", "台账日期"),
)
MEASURES = (
    "实际控制人夫妻连带责任保证",
    "厂房抵押，第一顺位",
    "应收账款质押",
    "法定代表人保证＋机器设备抵押",
    "",
)


@dataclass(frozen=True, slots=True)
class _Guarantee:
    """One invented guarantee; amounts in yuan."""

    number: str
    firm: Firm
    bank: str
    product: str
    share: str
    amount: int
    started_on: date
    due_on: date
    fee: str
    measure: str
    trouble: str

    def row(self, *, on: date) -> list[str]:
        """How it stands on a day."""
        released = self.due_on <= on and not self.trouble
        claimed = self.trouble == "claimed" and self.due_on + timedelta(days=45) <= on
        late = 0 if released or claimed or self.due_on > on else (on - self.due_on).days
        balance = 0 if released or claimed else self.amount
        classes = "正常" if not late else "关注" if late <= 30 else "次级" if late <= 90 else "可疑"
        state = "已解保" if released else "已代偿" if claimed else "在保"
        return [
            *(self.number, self.firm.name, self.firm.uscc, self.bank, self.product, "借款类"),
            *(f"HT-{self.number}", str(self.amount), str(balance), self.share),
            *(str(self.started_on), str(self.started_on + timedelta(days=2)), str(self.due_on), self.fee),
            *("" if released else "损失" if claimed else classes, str(late), str(balance if late else 0)),
            *(self.measure, state, str(self.due_on) if released else ""),
            *(str(self.due_on + timedelta(days=6)) if released else "", str(on)),
        ]


def import_book(
    folder: Path,
    firms: Sequence[Firm],
    *,
    unit: Unit,
    actor: Actor,
    today: date,
    now: datetime,
    tell: Callable[[str], None],
) -> None:
    """Bring the ledger of last month, then today's, then what was paid and what came back."""
    book = list(_invented(firms, today=today))
    tell(f"导入担保台账 {len(book)} 笔")
    last_month = today.replace(day=1) - timedelta(days=1)
    for on in (last_month, today):
        rows = [one.row(on=on) for one in book if one.started_on + timedelta(days=2) <= on]
        path = write_table(folder / f"在保台账-{on}.csv", HEADINGS, rows)
        at = min(now, now - timedelta(days=(today - on).days))
        import_files("guarantees", {"file": path}, unit=unit, actor=actor, clock=_standing_at(at))
    claimed = [one for one in book if one.row(on=today)[HEADINGS.index("状态")] == "已代偿"]
    claims = [
        [one.number, str(one.due_on + timedelta(days=40)), str(one.due_on + timedelta(days=10)),
         str(one.amount), str(round(one.amount * 0.012))]
        for one in claimed
    ]  # fmt: skip
    path = write_table(
        folder / "代偿.csv", ("业务编号", "代偿日", "首次代偿通知日", "代偿本金", "代偿利息"), claims
    )
    import_files("claims", {"file": path}, unit=unit, actor=actor, clock=lambda: now)
    back = [
        [one.number, str(min(today, one.due_on + timedelta(days=75))), str(one.amount // 4)]
        for one in claimed[::2]
    ]
    path = write_table(folder / "追偿回收.csv", ("业务编号", "回收日", "回收金额"), back)
    import_files("recoveries", {"file": path}, unit=unit, actor=actor, clock=lambda: now)


def _standing_at(at: datetime) -> Callable[[], datetime]:
    return lambda: at


def _invented(firms: Sequence[Firm], *, today: date) -> Iterator[_Guarantee]:
    """Two thirds of the firms have one to three guarantees over two years; a few of them go wrong."""
    dice = random.Random(f"{SEED}/book")  # noqa: S311 - invented data, no secret
    serial = 0
    for firm in firms:
        if dice.random() < 0.34:
            continue
        start = today - timedelta(days=dice.randint(30, 700))
        for _ in range(dice.randint(1, 3)):
            if start + timedelta(days=3) > today:
                break
            serial += 1
            product, share = dice.choice(PRODUCTS)
            due = start + timedelta(days=365)
            trouble = dice.choices(("", "late", "claimed"), (92, 5, 3))[0]
            yield _Guarantee(
                number=f"DB{start:%Y%m}{serial:04d}",
                firm=firm,
                bank=dice.choice(BANKS),
                product=product,
                share=share,
                amount=dice.choice((30, 50, 80, 100, 150, 200, 300, 480)) * 10_000,
                started_on=start,
                due_on=due,
                fee=dice.choice(("0.8%", "1%", "1.2%")),
                measure=dice.choice(MEASURES),
                trouble=trouble,
            )
            start = due + timedelta(days=dice.randint(1, 20))
            if trouble:
                break
