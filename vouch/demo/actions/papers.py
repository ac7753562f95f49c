"""Papers that nobody signed and photos that nobody took; credit reports with their structure and no data."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


def signed_paper(name: str, *, signed_on: date, ends_on: date) -> bytes:
    """An authorisation on one page; the font is one that every reader of Chinese PDFs brings along."""
    lines = (
        (20, "信用信息查询授权书（演示）"),
        (12, "江州市融资担保有限公司："),
        (12, f"本授权人 {name} 授权贵公司为担保资格审查、保前审查和保后管理，"),
        (12, "向金融信用信息基础数据库查询、保存并使用本授权人的信用信息。"),
        (12, f"授权期限：自 {signed_on} 起至 {ends_on} 止。"),
        (12, f"授权人（签章）：{name}        签署日期：{signed_on}"),
    )
    return paper(lines)


def paper(lines: Iterable[tuple[int, str]]) -> bytes:
    """One page of lines, each with its size."""
    text = ["BT", "1 0 0 1 72 760 Tm"]
    for size, line in lines:
        text += [f"/F1 {size} Tf", f"<{line.encode('utf-16-be').hex()}> Tj", "0 -34 Td"]
    stream = "\n".join([*text, "ET"]).encode()
    font = (
        b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[<</Type/Font"
        b"/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>"
        b"/DW 1000>>]>>"
    )
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        font,
    )
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def credit_report(*, is_person: bool, number: str, made_on: date) -> bytes:
    """The head of a second-generation report and empty sections; names and numbers of nobody."""
    moment = f"{made_on}T09:30:00"
    if is_person:
        body = (
            f"<PRH><PA01><PA01A><PA01AI01>{number}</PA01AI01><PA01AR01>{moment}</PA01AR01></PA01A>"
            "<PA01B><PA01BQ01>演示</PA01BQ01><PA01BD02>20</PA01BD02></PA01B></PA01></PRH><PCO><PC02/></PCO><PDA/>"
        )
    else:
        body = (
            f"<EAA><EA01><EA01A><EA01AI01>{number}</EA01AI01><EA01AR01>{moment}</EA01AR01></EA01A>"
            "<EA01B><EA01BD02>20</EA01BD02></EA01B><EA01C><EA01CQ01>演示</EA01CQ01></EA01C></EA01></EAA><EBA/><EDA/>"
        )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<Document>{body}</Document>\n'.encode()


WIDTH, HEIGHT, BASE = 480, 320, 250
SKY, WALL, ROOF, DOOR, GROUND = (
    (190, 214, 240),
    (222, 214, 200),
    (150, 90, 70),
    (88, 96, 110),
    (150, 152, 148),
)


@dataclass(frozen=True, slots=True)
class Workshop:
    """A wall with doors under a roof, in pixels."""

    left: int
    wide: int
    top: int
    doors: int

    def colour(self, x: int, y: int) -> tuple[int, int, int]:
        """What is seen there."""
        if y >= BASE:
            return GROUND
        if self.left <= x < self.left + self.wide and y >= self.top:
            place = (x - self.left) * self.doors // self.wide
            middle = self.left + self.wide * (2 * place + 1) // (2 * self.doors)
            return DOOR if abs(x - middle) < self.wide // (self.doors * 5) and y > BASE - 55 else WALL
        slope = 12 - (self.top - y)
        if self.top - 26 <= y < self.top and self.left - slope < x < self.left + self.wide + slope:
            return ROOF
        return SKY


def site_photo(number: int, *, taken_on: date) -> bytes:
    """A drawn workshop, another one for each number, with the day on which a camera would say it was taken."""
    wide, high = 180 + number * 23 % 190, 90 + number * 17 % 80
    seen = Workshop((WIDTH - wide) // 2, wide, BASE - high, 1 + number % 3)
    rows = (b"\0" + b"".join(bytes(seen.colour(x, y)) for x in range(WIDTH)) for y in range(HEIGHT))
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)),
        (b"eXIf", _exif(taken_on)),
        (b"IDAT", zlib.compress(b"".join(rows), 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def _exif(taken_on: date) -> bytes:
    """A TIFF block that says the moment and nothing else."""
    moment = f"{taken_on:%Y:%m:%d} 10:24:00\0".encode()
    head = struct.pack(">2sHIHHHIII", b"MM", 42, 8, 1, 0x8769, 4, 1, 26, 0)
    return head + struct.pack(">HHHIII", 1, 0x9003, 2, len(moment), 44, 0) + moment
