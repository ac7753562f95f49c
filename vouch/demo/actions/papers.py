"""A paper that nobody signed: an authorisation on one page."""

from __future__ import annotations

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
