"""Credit reports that nobody has: files of the second generation's structure about invented customers.

``number`` is the seed: the same customer has the same report on the same day. ``is_troubled`` makes a person pay late and
a firm have a loan of special mention.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from xml.sax.saxutils import escape

LENDERS = ("江州银行", "南湖农商银行", "东山村镇银行", "江州农商银行")
LATE_COURSE = "NNNNNNNNNNNNN11N12NN1123"
"""24 months of somebody who pays late, and lately ever later."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a report is about; ``code`` is an identity number or a unified code."""

    name: str
    code: str
    report_number: str
    made_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Loan:
    """A borrowing in yuan; ``course`` is its 24 months, the latest last."""

    kind: str
    business: str
    lent: int
    owed: int
    course: str
    overdue: int = 0

    @property
    def is_card(self) -> bool:
        """Of a card ``lent`` is the limit."""
        return self.kind == "R2"


def person_report(subject: Subject, *, number: int, is_troubled: bool = False) -> bytes:
    """A mortgage, a loan for the business, two cards, who asked, and for whom the person answers."""
    dice = random.Random(f"credit-person-{number}")  # noqa: S311 - invented data, no secret
    course = LATE_COURSE if is_troubled else "N" * 24
    lent, owed = dice.randint(60, 150) * 10_000, dice.randint(20, 50) * 10_000
    opened = subject.made_on - timedelta(days=dice.randint(900, 2600))
    on = subject.made_on
    loans = (
        Loan(kind="D1", business="11", lent=lent, owed=owed, course="N" * 24),
        Loan(
            kind="D1",
            business="41",
            lent=300_000,
            owed=180_000,
            course=course,
            overdue=8_640 if is_troubled else 0,
        ),
        Loan(kind="R2", business="81", lent=50_000, owed=dice.randint(10, 480) * 100, course="NN*N" * 6),
        Loan(kind="R2", business="81", lent=20_000, owed=0, course="*" * 24),
    )
    accounts = "".join(_account(loan, opened=opened, on=on, dice=dice) for loan in loans)
    duty = (
        f"<PD03><PD03A>{_leaf('PD03AD08', '2')}{_leaf('PD03AQ01', dice.choice(LENDERS))}{_leaf('PD03AD03', '2')}"
        f"{_leaf('PD03AQ02', f'保证{number:04d}')}{_leaf('PD03AJ01', 2_000_000)}{_leaf('PD03AJ02', 1_650_000)}"
        f"{_leaf('PD03AD05', '1')}{_leaf('PD03AS01', 0)}</PD03A></PD03>"
    )
    days = sorted((subject.made_on - timedelta(days=dice.randint(0, 300)) for _ in range(8)), reverse=True)
    asked = "".join(
        f"<PH01>{_leaf('PH010R01', day)}{_leaf('PH010D01', '11')}{_leaf('PH010Q02', dice.choice(LENDERS))}"
        f"{_leaf('PH010Q03', reason)}</PH01>"
        for day, reason in zip(days, ("20", "02", "01", "03", "02", "01", "01", "02"), strict=True)
    )
    head = (
        f"<PRH><PA01><PA01A>{_leaf('PA01AI01', subject.report_number)}{_leaf('PA01AR01', f'{subject.made_on}T09:30:00')}"
        f"</PA01A><PA01B>{_leaf('PA01BQ01', subject.name)}{_leaf('PA01BD01', '10')}{_leaf('PA01BI01', subject.code)}"
        f"{_leaf('PA01BD02', '20')}</PA01B></PA01></PRH>"
    )
    card_limit, card_used = (
        sum(getattr(one, what) for one in loans if one.is_card) for what in ("lent", "owed")
    )
    summary = (
        f"<PCO><PC02><PC02H>{_leaf('PC02HS01', 2)}{_leaf('PC02HS02', 2)}{_leaf('PC02HJ01', card_limit)}"
        f"{_leaf('PC02HJ04', card_used)}</PC02H></PC02></PCO>"
    )
    return _document(head, summary, f"<PDA>{accounts}</PDA>", f"<PCR>{duty}</PCR>", f"<POQ>{asked}</POQ>")


def _account(loan: Loan, *, opened: date, on: date, dice: random.Random) -> str:
    months = []
    for back, mark in enumerate(reversed(loan.course)):
        year, month = divmod(on.year * 12 + on.month - 1 - back, 12)
        months.append(
            f"<PD01DH>{_leaf('PD01DR03', f'{year}-{month + 1:02d}')}{_leaf('PD01DD01', mark)}</PD01DH>"
        )
    late = int(loan.course[-1]) if loan.course[-1].isdigit() else 0
    size = _leaf("PD01AJ02" if loan.is_card else "PD01AJ01", loan.lent)
    standing = "2" if loan.overdue else "1"
    return (
        f"<PD01><PD01A>{_leaf('PD01AI01', f'{dice.randrange(10**6):06d}')}{_leaf('PD01AD01', loan.kind)}"
        f"{_leaf('PD01AD02', '11')}{_leaf('PD01AI02', dice.choice(LENDERS))}{_leaf('PD01AD03', loan.business)}"
        f"{_leaf('PD01AR01', opened)}{_leaf('PD01AD04', 'CNY')}{size}</PD01A>"
        f"<PD01C>{_leaf('PD01CD01', standing)}{_leaf('PD01CJ01', loan.owed)}"
        f"{_leaf('PD01CJ02', loan.owed) if loan.is_card else _leaf('PD01CD02', standing)}"
        f"{_leaf('PD01CS02', late)}{_leaf('PD01CJ06', loan.overdue)}{_leaf('PD01CR04', on)}</PD01C>"
        f"<PD01D>{''.join(reversed(months))}</PD01D></PD01>"
    )


def enterprise_report(subject: Subject, *, number: int, is_troubled: bool = False) -> bytes:
    """Three loans, bills, what the firm owed month by month, and for whom it answers; amounts in 万元."""
    dice = random.Random(f"credit-firm-{number}")  # noqa: S311 - invented data, no secret
    owed = [dice.randint(8, 40) * 10 for _ in range(3)]
    classes = ["2" if is_troubled else "1", "1", "1"]
    special = owed[0] if is_troubled else 0
    first = subject.made_on.year - dice.randint(3, 9)
    head = (
        f"<EAA><EA01><EA01A>{_leaf('EA01AI01', subject.report_number)}{_leaf('EA01AR01', f'{subject.made_on}T09:30:00')}</EA01A>"
        f"<EA01B>{_leaf('EA01BD02', '20')}</EA01B><EA01C>{_leaf('EA01CQ01', subject.name)}{_leaf('EA01CS01', 1)}"
        f"<EA01CH>{_leaf('EA01CD01', '20')}{_leaf('EA01CI01', subject.code)}</EA01CH></EA01C></EA01></EAA>"
    )
    notice = (
        f"<EBA><EB01><EB01A>{_leaf('EB01AR01', first)}{_leaf('EB01AS01', 3)}{_leaf('EB01AS02', 2)}{_leaf('EB01AJ01', sum(owed))}"
        f"{_leaf('EB01AJ02', 0)}{_leaf('EB01AJ03', special)}{_leaf('EB01AJ04', 0)}{_leaf('EB01AJ05', 60)}{_leaf('EB01AJ06', 0)}"
        f"{_leaf('EB01AJ07', 0)}</EB01A><EB01B>{_leaf('EB01BS02', 0)}{_leaf('EB01BS03', int(is_troubled))}{_leaf('EB01BS04', 0)}"
        f"{_leaf('EB01BS05', 0)}</EB01B></EB01></EBA>"
    )
    past = []
    for back in range(24):
        year, month = divmod(subject.made_on.year * 12 + subject.made_on.month - 1 - back, 12)
        late = 12 if is_troubled and back in {1, 2, 7} else 0
        past.append(
            f"<EB02CH>{_leaf('EB02CR01', f'{year}-{month + 1:02d}')}{_leaf('EB02CS02', 3)}{_leaf('EB02CJ01', sum(owed))}"
            f"{_leaf('EB02CJ02', special if back < 5 else 0)}{_leaf('EB02CJ03', 0)}{_leaf('EB02CJ04', late)}</EB02CH>"
        )
    loans = "".join(
        f"<ED01><ED01A>{_leaf('ED01AI01', f'D{number:03d}{place}')}{_leaf('ED01AD01', '1')}{_leaf('ED01AD02', 'D1')}"
        f"{_leaf('ED01AI02', dice.choice(LENDERS))}{_leaf('ED01AD06', '流动资金贷款')}"
        f"{_leaf('ED01AR01', subject.made_on - timedelta(days=200 + 30 * place))}{_leaf('ED01AJ01', amount + 50)}"
        f"{_leaf('ED01AR02', subject.made_on + timedelta(days=160 - 30 * place))}</ED01A><ED01B><ED01BH>"
        f"{_leaf('ED01BR01', subject.made_on.replace(day=1))}{_leaf('ED01BJ01', amount)}{_leaf('ED01BD01', five)}"
        f"{_leaf('ED01BJ04', 6.5 if five == '2' else 0)}{_leaf('ED01BS02', 1 if five == '2' else 0)}</ED01BH></ED01B></ED01>"
        for place, (amount, five) in enumerate(zip(owed, classes, strict=True))
    )
    court = (
        f"<EFB><EF02>{_leaf('EF020Q01', '江州市人民法院')}{_leaf('EF020R01', subject.made_on - timedelta(days=200))}"
        f"{_leaf('EF020Q02', '买卖合同纠纷')}{_leaf('EF020J01', 18)}</EF02></EFB>"
    )
    return _document(
        head,
        f"<ECA><EC05><EC050H>{_leaf('EC050Q01', '（演示）实际控制人')}</EC050H></EC05></ECA>",
        notice,
        f"<EBB><EB02><EB02C>{_leaf('EB02CS01', 24)}{''.join(past)}</EB02C></EB02></EBB>",
        f"<EDA>{loans}</EDA>",
        f"<EDB><ED04><ED04A>{_leaf('ED04AD03', '1')}{_leaf('ED04AJ01', 60)}</ED04A><ED04B>{_leaf('ED04BD02', '1')}"
        f"{_leaf('ED04BJ01', 60)}</ED04B></ED04></EDB>",
        f"<EDD><ED07>{_leaf('ED070I03', f'企保{number:04d}')}{_leaf('ED070I02', dice.choice(LENDERS))}{_leaf('ED070J01', 200)}"
        f"{_leaf('ED070J02', 120)}{_leaf('ED070D08', '1')}</ED07></EDD>",
        court if is_troubled else "",
    )


def _leaf(code: str, value: object) -> str:
    return f"<{code}>{escape(str(value))}</{code}>"


def _document(*parts: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<Document>{"".join(parts)}</Document>\n'.encode()
