"""Tables as people really send them."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from vouch.platform.exchange.tabular import Chosen, Column, Row, Table, Unreadable, guess_columns, open_table
from vouch.platform.exchange.tests.old_workbooks import Cells, container, old_workbook

COLUMNS = (
    Column("name", "企业名称", ("名称", "单位名称")),
    Column("code", "统一社会信用代码", ("信用代码",)),
    Column("area", "地区", is_required=False),
)
HEAD = "企业名称,统一社会信用代码,地区\n"


def opened(path: Path, **options: object) -> Table:
    return open_table(path, name=path.name, columns=COLUMNS, **options)  # type: ignore[arg-type]


def written(folder: Path, data: bytes | str, name: str = "名单.csv") -> Path:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def read(path: Path) -> list[Row]:
    return list(opened(path).rows())


TEXT = HEAD + "甲公司,A1,成都\n乙公司,B2,北京\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_each_encoding_gives_the_same_rows(tmp_path: Path, encoding: str) -> None:
    rows = read(written(tmp_path, TEXT.encode(encoding)))
    assert [(row.line, row.cells, row.fault) for row in rows] == [
        (2, ("甲公司", "A1", "成都"), ""),
        (3, ("乙公司", "B2", "北京"), ""),
    ]


def test_a_chinese_character_far_down_decides_the_encoding(tmp_path: Path) -> None:
    ascii_rows = "".join(f"firm {n},C{n},x\n" for n in range(60_000))
    path = written(tmp_path, (HEAD + ascii_rows + "丙公司,Z,南京\n").encode("gb18030"))
    table = opened(path)
    *_rest, last = table.rows()
    assert table.encoding == "gb18030"
    assert last.cells == ("丙公司", "Z", "南京")


def test_a_nul_byte_is_refused_with_its_line_and_the_rows_around_it_are_read(tmp_path: Path) -> None:
    rows = read(written(tmp_path, HEAD + "甲公司,A1,成都\n乙\0公司,B2,北京\n丙公司,C3,南京\n"))
    assert [(row.line, row.fault) for row in rows] == [(2, ""), (3, "含有空字符（NUL）"), (4, "")]
    assert rows[1].raw[0] == "乙␀公司"


def test_a_file_full_of_nul_bytes_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="NUL"):
        opened(written(tmp_path, b"\0\1" * 400))


def test_bytes_of_no_encoding_spoil_their_own_row_only(tmp_path: Path) -> None:
    good = HEAD.encode() + "甲公司,A1,成都\n".encode()
    rows = read(written(tmp_path, good + b"\xff\xfe\xff,B2,x\n" + "丙公司,C3,南京\n".encode()))
    assert [bool(row.fault) for row in rows] == [False, True, False]
    assert "编码" in rows[1].fault


def test_a_cut_gzip_file_gives_the_rows_before_the_break_and_names_its_line(tmp_path: Path) -> None:
    lines = [f"公司{n},{n * 7919 % 100003},城市{n * 31 % 997}\n" for n in range(20_000)]
    packed = gzip.compress((HEAD + "".join(lines)).encode())
    table = opened(written(tmp_path, packed[: len(packed) // 2], "名单.csv.gz"))
    rows = list(table.rows())
    assert 5_000 < len(rows) < 15_000
    assert [",".join(row.raw) + "\n" for row in rows] == lines[: len(rows)]
    assert table.broken == f"第 {len(rows) + 2} 行：压缩文件在此处中断，后面的内容缺失"


def test_a_damaged_gzip_file_says_where_it_is_damaged(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress((HEAD + "".join(f"公司{n},{n},x\n" for n in range(50_000))).encode()))
    packed[-6] ^= 0xFF
    table = opened(written(tmp_path, bytes(packed), "名单.csv.gz"))
    rows = list(table.rows())
    # What was unpacked together with the wrong checksum is not to be trusted.
    assert 40_000 < len(rows) < 50_000
    assert table.broken.startswith(f"第 {len(rows) + 2} 行：压缩文件从此处起已损坏")


def test_a_gzip_file_of_several_members_is_one_table(tmp_path: Path) -> None:
    packed = gzip.compress(HEAD.encode()) + gzip.compress("甲公司,A1,成都\n".encode()) + b"\0" * 512
    table = opened(written(tmp_path, packed, "名单.csv.gz"))
    assert [row.cells[0] for row in table.rows()] == ["甲公司"]
    assert table.broken == ""


def test_a_gzip_bomb_is_refused(tmp_path: Path) -> None:
    packed = gzip.compress(HEAD.encode() + b"a" * (100 * 1024 * 1024))
    with pytest.raises(Unreadable, match="过大"):
        opened(written(tmp_path, packed, "名单.csv.gz"))


@pytest.mark.parametrize(("data", "message"), [(b"", "空的"), (b"\n\n", "没有任何行|找不到表头")])
def test_an_empty_file_is_named(tmp_path: Path, data: bytes, message: str) -> None:
    with pytest.raises(Unreadable, match=message):
        opened(written(tmp_path, data))


def test_headings_alone_are_a_table_without_rows(tmp_path: Path) -> None:
    assert read(written(tmp_path, HEAD)) == []


def test_missing_headings_are_named_with_those_that_were_found(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="缺少列：统一社会信用代码。读到的列：企业名称、电话"):
        opened(written(tmp_path, "企业名称,电话\n甲公司,1\n"))


def test_a_title_above_the_headings_and_blank_lines_are_passed_over(tmp_path: Path) -> None:
    rows = read(written(tmp_path, "客户名单,,\n\n" + HEAD + ",,\n甲公司,A1,成都\n\n"))
    assert [(row.line, row.cells[0]) for row in rows] == [(5, "甲公司")]


def test_a_quoted_line_break_stays_in_its_cell_and_lines_are_counted_right(tmp_path: Path) -> None:
    rows = read(written(tmp_path, HEAD + '"甲\n公司",A1,成都\n乙公司,B2,北京\n'))
    assert [(row.line, row.cells[0]) for row in rows] == [(2, "甲\n公司"), (4, "乙公司")]


@pytest.mark.parametrize("closing", ["", '丁公司,D4,"x"\n'])
def test_a_quotation_mark_never_closed_spoils_its_own_row_only(tmp_path: Path, closing: str) -> None:
    rows = read(written(tmp_path, HEAD + '"甲公司,A1,成都\n乙公司,B2,北京\n丙公司,C3,南京\n' + closing))
    assert [(row.line, bool(row.fault)) for row in rows[:3]] == [(2, True), (3, False), (4, False)]
    assert "引号" in rows[0].fault


@pytest.mark.parametrize(("line", "found"), [("甲公司,A1\n", 2), ("甲公司,多余,A1,成都\n", 4)])
def test_a_row_with_more_or_fewer_cells_than_the_headings_is_shifted(
    tmp_path: Path, line: str, found: int
) -> None:
    (row,) = read(written(tmp_path, HEAD + line))
    assert row.fault == f"列数不符：表头有 3 列，本行有 {found} 列，疑似错列"
    assert list(row.raw) == line.strip().split(",")


def test_empty_cells_beyond_the_headings_do_no_harm(tmp_path: Path) -> None:
    (row,) = read(written(tmp_path, HEAD + "甲公司,A1,成都,,\n"))
    assert (row.fault, row.cells) == ("", ("甲公司", "A1", "成都"))


@pytest.mark.parametrize("delimiter", ["\t", ";"])
def test_other_delimiters_are_found(tmp_path: Path, delimiter: str) -> None:
    rows = read(written(tmp_path, TEXT.replace(",", delimiter)))
    assert [row.cells[1] for row in rows] == ["A1", "B2"]


def test_synonyms_are_found_and_the_own_title_wins() -> None:
    assert guess_columns(["名称", "信用代码"], COLUMNS) == (0, 1, None)
    assert guess_columns(["名称", " 企业 名称＊", "统一社会信用代码"], COLUMNS) == (1, 2, None)


def test_a_person_can_say_which_heading_a_column_has(tmp_path: Path) -> None:
    path = written(tmp_path, "户名,代码,城市\n甲公司,A1,成都\n")
    table = opened(path, chosen=Chosen({"name": "户名", "code": "代码", "area": "城市"}))
    assert [row.cells for row in table.rows()] == [("甲公司", "A1", "成都")]


def test_reading_goes_on_after_the_rows_that_were_taken(tmp_path: Path) -> None:
    path = written(tmp_path, HEAD + "甲公司,A1,成都\n坏行\n\n乙公司,B2,北京\n")
    assert [row.line for row in opened(path).rows(skip=2)] == [5]


def workbook(
    folder: Path, sheets: dict[str, list[list[object]]], *, corner: tuple[int, int] = (0, 0)
) -> Path:
    path = folder / "名单.xlsx"
    book = xlsxwriter.Workbook(str(path))
    for title, rows in sheets.items():
        sheet = book.add_worksheet(title)
        for number, row in enumerate(rows):
            sheet.write_row(corner[0] + number, corner[1], row)
    book.close()
    return path


def test_the_sheet_and_the_headings_are_found_in_a_workbook(tmp_path: Path) -> None:
    path = workbook(
        tmp_path,
        {
            "说明": [["请填写"]],
            "企业信息": [["客户名单"], [], ["企业名称", "统一社会信用代码"], ["甲公司", 320106000024580]],
        },
        corner=(2, 1),
    )
    table = opened(path)
    assert (table.sheet, table.heading_line) == ("企业信息", 5)
    assert [(row.line, row.cells) for row in table.rows()] == [(6, ("甲公司", "320106000024580", ""))]


def test_the_preferred_sheet_wins_where_two_fit(tmp_path: Path) -> None:
    rows: list[list[object]] = [["企业名称", "统一社会信用代码", "地区"], ["甲公司", "A1", "x"]]
    path = workbook(tmp_path, {"一": rows, "二": [row[:2] for row in rows]})
    assert opened(path).sheet == "一"
    assert opened(path, sheets=("二",)).sheet == "二"


def test_a_code_that_excel_made_a_number_does_not_pass_for_another(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"一": [["企业名称", "统一社会信用代码"], ["甲公司", 914403001922038216]]})
    (row,) = read(path)
    assert row.cells[1] == "9.144030019220383e+17"


def test_a_workbook_cut_in_the_middle_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"一": [["企业名称", "统一社会信用代码"]]})
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(Unreadable, match="不完整"):
        opened(path)


def test_a_zip_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "名单.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("名单.csv", TEXT)
    with pytest.raises(Unreadable, match="压缩包"):
        opened(path)


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "名单.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (80 * 1024 * 1024))
    with pytest.raises(Unreadable, match="解压后过大"):
        opened(path)


def test_a_cell_far_away_does_not_cost_the_memory_of_its_rectangle(tmp_path: Path) -> None:
    path = tmp_path / "名单.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["企业名称", "统一社会信用代码"])
    sheet.write(1_048_575, 16_383, "x")
    book.close()
    with pytest.raises(Unreadable, match="区域过大"):
        opened(path)


OLD: dict[str, Cells] = {
    "说明": {(0, 0): "请填写"},
    "名单": {
        (1, 0): "企业名称",
        (1, 1): "信用代码",
        (2, 0): "甲公司",
        (2, 1): 320106000024580.0,
        (3, 0): "乙公司",
        (3, 1): 9.1e17,
    },
}


def test_an_old_workbook_is_read_like_a_new_one(tmp_path: Path) -> None:
    table = opened(written(tmp_path, old_workbook(OLD), "名单.xls"))
    assert (table.encoding, table.sheet, table.heading_line) == ("xls", "名单", 2)
    assert [row.cells for row in table.rows()] == [
        ("甲公司", "320106000024580", ""),
        ("乙公司", "9.1e+17", ""),
    ]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (old_workbook(OLD, is_locked=True), "有密码"),
        (container({"EncryptedPackage": b"x", "EncryptionInfo": b"x"}), "有密码"),
        (old_workbook(OLD, more={"_VBA_PROJECT_CUR": b"x"}), "含有宏"),
        (old_workbook({f"{n}": {(65_535, 255): "x"} for n in range(2)}), "区域过大"),
        (old_workbook(OLD)[:600], "损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "损坏"),
        (container({"WordDocument": b"x"}), "损坏"),
    ],
)
def test_an_old_workbook_that_should_not_be_opened_is_named_for_what_it_is(
    tmp_path: Path, data: bytes, message: str
) -> None:
    with pytest.raises(Unreadable, match=message):
        opened(written(tmp_path, data, "名单.xls"))


@pytest.mark.parametrize(
    ("part", "content", "message"),
    [
        ("xl/vbaProject.bin", "x", "含有宏"),
        ("xl/externalLinks/externalLink1.xml", "<x/>", "链接着其他工作簿"),
        ("xl/worksheets/sheet2.xml", '<row r="1048576"></row>', "1048576 行"),
    ],
)
def test_a_workbook_that_is_more_than_values_or_longer_than_any_list_is_refused(
    tmp_path: Path, part: str, content: str, message: str
) -> None:
    path = workbook(tmp_path, {"一": [["企业名称", "统一社会信用代码"]]})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(part, content)
    with pytest.raises(Unreadable, match=message):
        opened(path)


def test_an_archive_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "名单.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/sharedStrings.xml", b" " * 1_000_000)
    data = path.read_bytes()
    size = (1_000_000).to_bytes(4, "little")
    assert data.count(size) == 2
    path.write_bytes(data.replace(size, (1_000).to_bytes(4, "little")))
    with pytest.raises(Unreadable, match="损坏"):
        opened(path)


MONEY = (Column("name", "企业名称"), Column("amount", "合同金额", ("金额",), is_money=True))


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("企业名称,合同金额（万元）\n甲,120\n", {"amount": "万元"}),
        ("企业名称,合同金额(单位：人民币万元)\n甲,120\n", {"amount": "万元"}),
        ("台账,单位：万元\n企业名称,金额\n甲,120\n", {"amount": "万元"}),
        ("台账,单位：万元\n企业名称,金额/元\n甲,120\n", {"amount": "元"}),
        ("企业名称,金额\n甲,120\n", {}),
    ],
)
def test_the_unit_of_amounts_is_read_from_the_heading_or_the_line_above(
    tmp_path: Path, text: str, stated: dict[str, str]
) -> None:
    table = open_table(written(tmp_path, text), name="x", columns=MONEY)
    assert table.stated_units == stated
    unit = stated.get("amount", "")
    assert next(table.rows()).cells[1] == ("120万元" if unit == "万元" else "120")


def test_a_persons_unit_goes_before_the_heading_and_a_rows_own_before_both(tmp_path: Path) -> None:
    path = written(tmp_path, '企业名称,金额（元）\n甲,"1,200.5"\n乙,300万元\n丙,\n丁,—\n戊,（12）\n')
    table = open_table(path, name="x", columns=MONEY, chosen=Chosen(units={"amount": "万元"}))
    assert [row.cells[1] for row in table.rows()] == ["1,200.5万元", "300万元", "", "—", "（12）万元"]


def test_the_sheet_that_a_person_chose_is_read(tmp_path: Path) -> None:
    rows: list[list[object]] = [["企业名称", "统一社会信用代码"], ["甲公司", "A1"]]
    path = workbook(tmp_path, {"一": rows, "二": rows})
    assert opened(path, chosen=Chosen(sheet="二")).sheet == "二"
