"""Real workbooks of three writers, CSV files of offices, and files that must not be opened.

The sheets are written here cell by cell; what has to be read from them is written beside.
"""

import contextlib
import csv
import datetime as dt
import io
import random
import shutil
import struct
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage_campaign.errors import DefinitionError, ReportError
from coverage_campaign.reporting.result import Tally
from coverage_campaign.reporting.sheets.read_reports import open_grids, read_reports
from support.campaigns import tiny
from support.workbooks import save

TITLE = "某市2026年6月养老保险扩面情况表"
# The body of a bulletin as offices print it: full-width digits, 人 and % glued on, a dash, a total.
BODY: list[list[object]] = [
    [1, "甲　县", "50人", "1２人", "１２ 人", "24%"],
    [2, "乙县", 30, "—", 6, 0.2],
    [3, "丙县", "2０", 5, "5", "25%"],
    ["合　计", None, 100, 17, 23, "23%"],
]
MADE = dt.datetime(2026, 7, 5, 8, 0)  # noqa: DTZ001 - civil time
"""When the workbooks were made: what a test writes has the same bytes at any time."""
NOTES = ["注：含开发区。", "制表人：张三"]


def with_xlsxwriter(path: Path) -> None:
    """Write the bulletin with a title, a merged header of two rows and notes below."""
    book = xlsxwriter.Workbook(path)
    book.set_properties({"created": MADE})
    sheet = book.add_worksheet("六月")
    sheet.merge_range("A1:F1", TITLE)
    sheet.write("A2", "填报单位：市劳动局")
    sheet.write("F2", "单位：人")
    sheet.merge_range("A3:A4", "序号")
    sheet.merge_range("B3:B4", "单　位")
    sheet.merge_range("C3:C4", "任务\n数")
    sheet.merge_range("D3:E3", "完 成 情 况")
    sheet.write("D4", "本月\n新增")
    sheet.write("E4", "累计\n完成")
    sheet.merge_range("F3:F4", "完成率\n（％）")
    for at, row in enumerate(BODY):
        sheet.write_row(4 + at, 0, row)
    for at, note in enumerate(NOTES):
        sheet.write(4 + len(BODY) + at, 0, note)
    hidden = book.add_worksheet("旧")
    hidden.write_row("A1", ["单位", "本月新增"])
    hidden.write_row("A2", ["甲县", 99])
    hidden.hide()
    book.close()


def with_openpyxl(path: Path) -> None:
    """Write the same bulletin with the other writer."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "六月"
    sheet["A1"], sheet["A2"], sheet["F2"] = TITLE, "填报单位：市劳动局", "单位：人"
    heads = {
        "A3": "序号",
        "B3": "单　位",
        "C3": "任务\n数",
        "D3": "完 成 情 况",
        "F3": "完成率\n（％）",
    }
    for cell, text in {**heads, "D4": "本月\n新增", "E4": "累计\n完成"}.items():
        sheet[cell] = text
    for merged in ("A1:F1", "A3:A4", "B3:B4", "C3:C4", "D3:E3", "F3:F4"):
        sheet.merge_cells(merged)
    for row in [*BODY, *([note] for note in NOTES)]:
        sheet.append(row)
    hidden = book.create_sheet("旧")
    hidden.append(["单位", "本月新增"])
    hidden.append(["甲县", 99])
    hidden.sheet_state = "hidden"
    save(book, path)


def as_csv(path: Path, *, encoding: str) -> None:
    """Write the same bulletin as CSV, where nothing says what was merged."""
    rows: list[Sequence[object]] = [
        [TITLE],
        ["填报单位：市劳动局", None, None, None, None, "单位：人"],
        ["序号", "单　位", "任务\n数", "完 成 情 况", None, "完成率\n（％）"],
        [None, None, None, "本月\n新增", "累计\n完成", None],
        *BODY,
        *([note] for note in NOTES),
    ]
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)


WRITERS: dict[str, Callable[[Path], None]] = {
    "xlsxwriter.xlsx": with_xlsxwriter,
    "openpyxl.xlsx": with_openpyxl,
    "utf-8.csv": lambda path: as_csv(path, encoding="utf-8-sig"),
    "gb18030.csv": lambda path: as_csv(path, encoding="gb18030"),
    "utf-16.csv": lambda path: as_csv(path, encoding="utf-16"),
}


def check_bulletin(path: Path, name: str) -> None:
    """Assert what has to be read from the bulletin, new and cumulative."""
    new = read_reports(path, tiny(), figures="new")
    assert counts(new) == {"a": 12, "c": 5}
    assert set(new.to_frame()["period"]) == {pd.Timestamp("2026-06-01")}
    assert places(new, name) == {("printed_total", "D8"), ("no_figure", "D6")}
    total = read_reports(path, tiny(), figures="cumulative", baseline=0)
    assert counts(total) == {"a": 12, "b": 6, "c": 5}
    assert places(total, name) == {("printed_total", "E8")}
    assert total.rows_in == 4


def counts(tally: Tally) -> dict[str, int]:
    """Return persons by unit of a tally of one period."""
    frame = tally.to_frame()
    return dict(zip(frame["unit"], frame["persons"], strict=True))


def places(tally: Tally, name: str) -> set[tuple[str, str]]:
    """Return reason and cell of each problem in a cell, all of which stand in one file."""
    assert all(one.where.startswith(f"{name}, ") for one in tally.problems)
    in_cells = [one for one in tally.problems if one.reason != "hidden_sheet"]
    return {(one.reason, one.where.rpartition(" ")[2]) for one in in_cells}


@pytest.mark.parametrize("name", WRITERS)
def test_a_bulletin_reads_the_same_whoever_wrote_it(name: str, tmp_path: Path) -> None:
    """Two writers of workbooks and three encodings of CSV: the same counts, the same cells."""
    path = tmp_path / name
    WRITERS[name](path)
    check_bulletin(path, name)


@pytest.mark.real
@pytest.mark.parametrize("kind", ["xls", "ods", "xlsx"])
def test_a_bulletin_saved_by_libreoffice_reads_the_same(kind: str, tmp_path: Path) -> None:
    """LibreOffice's .xls, .ods and .xlsx of the bulletin give the same counts and cells."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is missing: apt-get install libreoffice-calc-nogui")
    source, target = tmp_path / "source.xlsx", tmp_path / "out"
    with_openpyxl(source)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    subprocess.run(  # noqa: S603 - our own file, the office that was found
        [office, profile, "--headless", "--convert-to", kind, "--outdir", target, source],
        check=True,
        capture_output=True,
        timeout=300,
    )
    check_bulletin(target / f"source.{kind}", f"source.{kind}")
    if kind == "xls":
        check_far_cell(target / "source.xls")


def check_far_cell(path: Path) -> None:
    """Assert that an .xls with a cell in row 60,001 and column 20,001 is refused, and at once."""
    text_cell = b"\xfd\x00\x0a\x00"  # a LABELSST record of 10 bytes: row, column, ...
    data = path.read_bytes()
    at = data.index(text_cell) + len(text_cell)
    path.write_bytes(data[:at] + struct.pack("<HH", 60_000, 20_000) + data[at + 4 :])
    assert "60,001 rows and 20,001 columns" in refused(path)


def test_a_workbook_by_another_name_is_still_one(tmp_path: Path) -> None:
    """What a file is, its bytes say: a .et or a .csv that is a workbook is read as one."""
    path = tmp_path / "bulletin.et"
    with_xlsxwriter(path)
    check_bulletin(path, "bulletin.et")


def test_hidden_sheets_are_read_by_name_only(tmp_path: Path) -> None:
    """The hidden sheet of last year counts only for one who asks for it."""
    path = tmp_path / "book.xlsx"
    with_openpyxl(path)
    shown, hidden = open_grids(path)
    assert (shown.sheet, shown.hidden, hidden.sheet, hidden.hidden) == ("六月", False, "旧", True)
    assert not hidden.cells
    (problem,) = [
        one
        for one in read_reports(path, tiny(), figures="new").problems
        if one.reason == "hidden_sheet"
    ]
    assert problem.where == "book.xlsx, sheet '旧'"
    assert problem.counted
    last_year = read_reports(path, tiny(), figures="new", sheet="旧", period="2026-06")
    assert counts(last_year) == {"a": 99}
    assert not last_year.problems
    with pytest.raises(ReportError, match="no sheet '七月' -- choose one of 六月 and 旧"):
        open_grids(path, sheet="七月")


def test_a_sheet_per_month_is_one_tally(tmp_path: Path) -> None:
    """Sheets named by month are joined; new and cumulative figures are held against each other."""
    book = openpyxl.Workbook()
    book.remove(book["Sheet"])
    for name, new, so_far in (("6月", 5, 5), ("7月", 7, 12), ("8月", 8, 21)):
        sheet = book.create_sheet(name)
        sheet.append(["单位", "本月新增", "累计完成"])
        sheet.append(["甲县", new, so_far])
    book.create_sheet("口径说明").append(["只算首次缴费的人"])
    targets = book.create_sheet("分解表")
    targets.append(["单位", "任务数"])
    targets.append(["甲县", 50])
    path = tmp_path / "year.xlsx"
    save(book, path)
    tally = read_reports(path, tiny(), figures="cumulative", baseline=0)
    assert tally.to_frame()["persons"].tolist() == [5, 7, 9]
    assert [(one.reason, one.where) for one in tally.problems] == [
        ("no_table", "year.xlsx, sheet '口径说明'"),
        ("no_table", "year.xlsx, sheet '分解表'"),
        ("figures_differ", "year.xlsx, sheet '8月', cell C2"),
    ]
    assert tally.problems.rows == 0
    assert tally.basis.lines() == ("Assumed: dates without a year are those of the campaign.",)


def test_formulas_without_a_result_and_errors_are_told(tmp_path: Path) -> None:
    """Openpyxl stores no results: such a cell is no empty cell, and the way out says so."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["单位", "月份", "本月新增"])
    sheet.append(["甲县", "6月", "=2+3"])
    sheet.append(["乙县", "6月", "#DIV/0!"])
    sheet.append(["丙县", "6月", None])
    sheet["C3"].data_type = "e"
    path = tmp_path / "formulas.xlsx"
    save(book, path)
    tally = read_reports(path, tiny(), figures="new")
    found = [(one.reason, one.where[-2:], one.found) for one in tally.problems]
    assert found == [
        ("no_value", "C2", "a formula without a stored result"),
        ("no_value", "C3", "the error #DIV/0!"),
        ("no_figure", "C4", "no figure"),
    ]


def test_formulas_with_a_result_are_read(tmp_path: Path) -> None:
    """XlsxWriter stores the result beside the formula: it is the figure."""
    book = xlsxwriter.Workbook(tmp_path / "sum.xlsx")
    sheet = book.add_worksheet()
    sheet.write_row("A1", ["单位", "月份", "本月新增"])
    sheet.write_row("A2", ["甲县", "6月"])
    sheet.write_formula("C2", "=2+3", None, 5)
    book.close()
    assert counts(read_reports(tmp_path / "sum.xlsx", tiny(), figures="new")) == {"a": 5}


def test_dates_of_a_workbook_are_dates(tmp_path: Path) -> None:
    """A cell that holds a date is that day, whatever its format shows."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["unit", "date", "new"])
    sheet.append(["a", dt.date(2026, 6, 3), 4])
    sheet["B2"].number_format = 'yyyy"年"m"月"'
    save(book, tmp_path / "dates.xlsx")
    tally = read_reports(tmp_path / "dates.xlsx", tiny(), figures="new", by="day")
    assert tally.to_frame()["period"].tolist() == [pd.Timestamp("2026-06-03")]


def test_a_merged_number_is_one_figure(tmp_path: Path) -> None:
    """A figure merged over two units is not counted twice: the lower unit has none."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["单位", "月份", "本月新增"], ["甲县", "6月", 9], ["乙县", None, None]):
        sheet.append(row)
    sheet.merge_cells("B2:B3")
    sheet.merge_cells("C2:C3")
    save(book, tmp_path / "merged.xlsx")
    tally = read_reports(tmp_path / "merged.xlsx", tiny(), figures="new")
    assert counts(tally) == {"a": 9}
    assert [(one.reason, one.where[-2:]) for one in tally.problems] == [("no_figure", "C3")]


# -- layouts as they are published -----------------------------------------------------------------


def written(tmp_path: Path, rows: Sequence[Sequence[object]], name: str = "t.csv") -> Path:
    """Write rows as CSV and return the path."""
    path = tmp_path / name
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def test_a_table_of_a_district_s_web_page(tmp_path: Path) -> None:
    """Title and source rows, a header with a line break, units glued on, sentences as targets.

    The shape of the tables that Yueyanglou published in 2017 and 2019, with names and figures made
    up, and the two ways in which its printed rates were wrong (cut, not rounded).
    """
    path = written(
        tmp_path,
        [
            ["某区2026年1-7月重点民生实事项目完成情况", "", "", "", "", "", ""],
            ["来源:区政府办   2026-07-25 16:05", "", "", "", "", "", ""],
            [
                "序号",
                "项目名称",
                "责任单位",
                "目标任务",
                "1-7月 \n实际完成情况",
                "任务完成率",
                "备注",
            ],
            ["1", "新增参保", "甲县", "6300人", "7558人", "119%", ""],
            ["2", "新增就业", "乙县", "51个", "3个", "5%", "春季,已完成3个"],
            ["3", "低保", "丙县", "标准不低于3480元/年", "", "100%", "已达标"],
            ["4", "道路", "公路局", "11.2公里", "7.7公里", "69%", ""],
        ],
    )
    tally = read_reports(path, tiny(), figures="cumulative", baseline=0)
    assert counts(tally) == {"a": 7558}  # the one matter that is plainly of the insured
    assert set(tally.to_frame()["period"]) == {pd.Timestamp("2026-07-01")}
    assert places(tally, "t.csv") == {
        ("rate_differs", "F4"),
        *(("other_measure", cell) for cell in ("B5", "B6", "B7")),
        ("above_eligible", "E4"),
    }


def test_months_across_and_ten_thousands(tmp_path: Path) -> None:
    """One column a month, 单位：万人 in a title, the header once more on the next page."""
    path = written(
        tmp_path,
        [
            ["扩面进度（单位：万人）"],
            ["单位：万人"],
            ["县市区", "6月", "7月", "合计", "备注"],
            ["甲县", "0.01", "0.02", "0.03", ""],
            ["县市区", "6月", "7月", "合计", "备注"],
            ["乙县", "12人", "—", "12人", "七月未报"],
            ["小计", "0.0112", "0.02", "0.0312", ""],
        ],
    )
    tally = read_reports(path, tiny(), figures="new")
    frame = tally.to_frame()
    assert frame[["unit", "persons"]].to_numpy().tolist() == [["a", 100], ["a", 200], ["b", 12]]
    assert {(one.reason, one.where[-2:]) for one in tally.problems if not one.counted} == {
        ("no_figure", "C6"),
        ("printed_total", "B7"),
        ("printed_total", "C7"),
    }


def test_bare_numbers_in_a_column_of_months_are_months(tmp_path: Path) -> None:
    """Under 月份 a 7 is July, and 202608 and 20260831 are August, in a file and in a frame."""
    rows = [["单位", "月份", "新增"], ["甲县", 7, 1], ["甲县", 202608, 2], ["乙县", 20260831, 3]]
    frame = pd.DataFrame(rows[1:], columns=rows[0])
    for source in (written(tmp_path, rows), frame):
        table = read_reports(source, tiny(), figures="new").to_frame()
        assert table["period"].dt.month.tolist() == [7, 8, 8]


def test_one_matter_of_a_table_of_several(tmp_path: Path) -> None:
    """A unit has a row for each matter: the plain one counts, others where they are chosen."""
    rows = [
        ["责任单位", "项目 名称", "1-7月完成情况"],
        ["甲县", "参保", "12人"],
        ["甲县", "征缴", "900万元"],
        ["甲县", "就业", "7人"],
    ]
    path = written(tmp_path, rows)
    both = read_reports(path, tiny(), figures="cumulative", baseline=0)
    assert counts(both) == {"a": 12}
    assert dict(both.problems.totals) == {"other_measure": 2}
    frame = pd.DataFrame(rows[1:], columns=rows[0])
    for source in (path, frame):
        one = read_reports(
            source, tiny(), figures="cumulative", baseline=0, only={"项目名称": "就　业"}
        )
        assert counts(one) == {"a": 7}
        assert one.rows_in == 1
    with pytest.raises(ReportError, match="no column '事项' for only="):
        read_reports(path, tiny(), figures="cumulative", only={"事项": "就业"})


def test_targets_are_in_the_unit_of_their_heading(tmp_path: Path) -> None:
    """7.6 of 10 under 万人 is 76 %, and the target of another column has its own unit."""
    rows = [
        ["单位：万人", "", "", ""],
        ["单位", "任务数", "累计完成", "完成率"],
        ["甲县", "10", "7.6", "76%"],
        ["乙县", "100000人", "7.6", "76%"],
    ]
    path = written(tmp_path, rows)
    tally = read_reports(path, tiny(), figures="cumulative", baseline=0, period="2026-06")
    assert counts(tally) == {"a": 76_000, "b": 76_000}
    assert "rate_differs" not in {one.reason for one in tally.problems}


def test_other_delimiters(tmp_path: Path) -> None:
    """Tabs and semicolons delimit as well as commas."""
    for delimiter in ("\t", ";"):
        path = tmp_path / "d.csv"
        path.write_text(delimiter.join(["unit", "date", "new"]) + "\n", encoding="utf-8")
        with path.open("a", encoding="utf-8") as file:
            file.write(delimiter.join(["a", "2026-06-01", "1,200"]) + "\n")
        assert counts(read_reports(path, tiny(), figures="new")) == {"a": 1200}


# -- what cannot be read ---------------------------------------------------------------------------


def refused(path: Path, **options: str) -> str:
    """Return the error of reading a file."""
    with pytest.raises(ReportError) as error:
        read_reports(path, tiny(), figures="new", **options)
    assert path.name in str(error.value)
    return str(error.value)


@pytest.mark.parametrize(
    "rows",
    [
        [["单位", "新增", "单位", "新增"], ["甲县", 1, "乙县", 2]],
        [
            ["序号", "单位", "新增", None, "序号", "单位", "新增"],
            [1, "甲县", 1, None, 2, "乙县", 2],
        ],
        [["表一", None, "表二", None], ["单位", "新增", "单位", "新增"], ["甲县", 1, "乙县", 2]],
    ],
)
def test_two_tables_side_by_side_are_both_read(
    tmp_path: Path, rows: Sequence[Sequence[object]]
) -> None:
    """One heading over two columns of units begins a second table, each cell with its own place."""
    tally = read_reports(written(tmp_path, rows), tiny(), figures="new", period="2026-06")
    assert counts(tally) == {"a": 1, "b": 2}
    counted = tally.columns.query("role == 'counted'")["column"].tolist()
    assert len(counted) == 2 == len(set(counted))


def test_tables_side_by_side_have_times_of_their_own(tmp_path: Path) -> None:
    """A title above each says its month; where only one does it is that of both."""
    rows = [
        ["2026年6月", None, "2026年7月", None],
        ["单位", "新增", "单位", "新增"],
        ["甲县", 1, "甲县", 2],
    ]
    frame = read_reports(written(tmp_path, rows), tiny(), figures="new").to_frame()
    assert frame["persons"].tolist() == [1, 2]
    assert frame["period"].dt.month.tolist() == [6, 7]
    rows[0][2] = None
    rows[2][2] = "乙县"
    frame = read_reports(written(tmp_path, rows), tiny(), figures="new").to_frame()
    assert frame["period"].dt.month.tolist() == [6, 6]


def test_a_table_without_a_date_asks_for_one(tmp_path: Path) -> None:
    """Nothing says which month it is: the way out is period=."""
    path = written(tmp_path, [["单位", "本月新增"], ["甲县", 1]])
    assert "period=" in refused(path)
    assert counts(read_reports(path, tiny(), figures="new", period="2026-07")) == {"a": 1}


def test_a_file_without_a_table_is_refused(tmp_path: Path) -> None:
    """A letter is no report."""
    assert "no header" in refused(written(tmp_path, [["各县市区："], ["请于五日前上报。"]]))
    assert "no header" in refused(written(tmp_path, []))


def test_a_wrong_period_is_refused(tmp_path: Path) -> None:
    """What dates a table has to be a day, a month or another span."""
    path = written(tmp_path, [["单位", "本月新增"], ["甲县", 1]])
    with pytest.raises(DefinitionError, match="period"):
        read_reports(path, tiny(), figures="new", period="soon")


@pytest.mark.parametrize(
    ("name", "data", "found"),
    [
        ("web.xls", b"<html><table><tr><td>1</td></tr></table></html>", "a web page"),
        ("noise.csv", bytes(range(256)) * 4, "neither text nor a workbook"),
        ("zip.xlsx", None, "no workbook in it"),
        ("cut.xlsx", b"PK\x03\x04 and then nothing", "a damaged workbook"),
        ("ole.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a damaged workbook"),
        ("quote.csv", b'unit,date,new\n"' + b"x" * 200_000, "field"),
    ],
)
def test_what_is_no_workbook_is_refused(
    name: str, data: bytes | None, found: str, tmp_path: Path
) -> None:
    """Whatever its name says: the error names the file, what it is, and the way out."""
    if data is None:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as package:
            package.writestr("readme.txt", "no workbook")
        data = packed.getvalue()
    path = tmp_path / name
    path.write_bytes(data)
    assert found in refused(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """A wrong path is an error of this library, with the path."""
    with pytest.raises(ReportError, match=r"none\.csv"):
        read_reports(tmp_path / "none.csv", tiny(), figures="new")
    with pytest.raises(ReportError, match="a folder"):
        read_reports(tmp_path, tiny(), figures="new")


def repacked(source: Path, target: Path, changes: dict[str, bytes]) -> None:
    """Write a copy of a workbook with some parts replaced."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            new.writestr(entry, changes.get(entry, old.read(entry)))
        for entry in changes.keys() - set(old.namelist()):
            new.writestr(entry, changes[entry])


def sheet_xml(cells: str) -> bytes:
    """Return a sheet's XML with some cells."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{space}"><sheetData>{cells}</sheetData></worksheet>'.encode()


SHEET = "xl/worksheets/sheet1.xml"
CORNERS = ((1, "A1"), (1_048_576, "XFD1048576"))


def test_a_workbook_of_the_tests_has_the_same_bytes_at_any_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No clock goes into what is drawn from: written twice, and years apart, it is the same."""
    with_openpyxl(tmp_path / "now.xlsx")
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    with_openpyxl(tmp_path / "later.xlsx")
    assert (tmp_path / "now.xlsx").read_bytes() == (tmp_path / "later.xlsx").read_bytes()


def test_a_zip_bomb_is_refused_unopened(tmp_path: Path) -> None:
    """300 MB of blanks in 300 KB: refused by what it would unpack to."""
    with_openpyxl(tmp_path / "s.xlsx")
    repacked(tmp_path / "s.xlsx", tmp_path / "bomb.xlsx", {"xl/media.bin": bytes(300 * 2**20)})
    assert (tmp_path / "bomb.xlsx").stat().st_size < 2**20
    assert "unpacks to more than" in refused(tmp_path / "bomb.xlsx")


def test_a_part_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    """A header that says 10 bytes for a part of 64 MB does not get past."""
    with_openpyxl(tmp_path / "s.xlsx")
    size = 64 * 2**20
    repacked(tmp_path / "s.xlsx", tmp_path / "lie.xlsx", {"xl/media.bin": bytes(size)})
    data = (tmp_path / "lie.xlsx").read_bytes()
    lie = data.replace(struct.pack("<L", size), struct.pack("<L", 10))
    assert lie != data
    (tmp_path / "lie.xlsx").write_bytes(lie)
    assert "damaged" in refused(tmp_path / "lie.xlsx")


def test_two_cells_a_billion_apart_are_refused(tmp_path: Path) -> None:
    """A cell in the last corner would be a grid of 17 billion cells."""
    with_openpyxl(tmp_path / "s.xlsx")
    rows = [f'<row r="{at}"><c r="{cell}"><v>1</v></c></row>' for at, cell in CORNERS]
    far = sheet_xml("".join(rows))
    repacked(tmp_path / "s.xlsx", tmp_path / "far.xlsx", {SHEET: far})
    assert "1,048,576 rows and 16,384 columns" in refused(tmp_path / "far.xlsx")


def test_entities_are_not_read(tmp_path: Path) -> None:
    """A billion laughs: entities are refused before one is expanded."""
    with_openpyxl(tmp_path / "s.xlsx")
    laughs = b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>' + sheet_xml("&b;")
    repacked(tmp_path / "s.xlsx", tmp_path / "laughs.xlsx", {SHEET: laughs})
    assert "entities are not read" in refused(tmp_path / "laughs.xlsx")


def test_a_cell_repeated_a_million_times_is_refused(tmp_path: Path) -> None:
    """An .ods file repeats a cell by a number: a million of one figure is no report."""
    cell = (
        '<table:table-row table:number-rows-repeated="1000000"><table:table-cell '
        'office:value-type="float" office:value="1" table:number-columns-repeated="1000"/>'
        "</table:table-row>"
    )
    content = (
        '<office:document-content xmlns:office="urn:o" xmlns:table="urn:t"><office:body>'
        f'<office:spreadsheet><table:table table:name="t">{cell}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(tmp_path / "many.ods", "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", content)
    assert "1,000,000 rows and 1,000 columns" in refused(tmp_path / "many.ods")


def test_cells_without_addresses_reach_as_far_as_their_row(tmp_path: Path) -> None:
    """A cell may leave out its address: then it follows the one before, in its row."""
    with_openpyxl(tmp_path / "s.xlsx")
    rows = '<row r="1"><c r="XFD1"><v>1</v></c></row><row r="1048576"><c><v>1</v></c></row>'
    repacked(tmp_path / "s.xlsx", tmp_path / "far.xlsx", {SHEET: sheet_xml(rows)})
    assert "1,048,576 rows and 16,384 columns" in refused(tmp_path / "far.xlsx")


@settings(deadline=None, max_examples=60)
@given(seed=st.randoms(use_true_random=False))
def test_damaged_workbooks_are_read_or_refused_and_nothing_else(seed: random.Random) -> None:
    """Bytes changed anywhere in a workbook: a tally, or an error of this library.

    The workbook has the same bytes in every run: what is drawn from it is drawn again.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "s.xlsx"
        with_openpyxl(path)
        data = bytearray(path.read_bytes())
        for _ in range(seed.randint(1, 20)):
            data[seed.randrange(len(data))] = seed.randrange(256)
        path.write_bytes(bytes(data))
        with contextlib.suppress(ReportError):
            assert read_reports(path, tiny(), figures="new").rows_in >= 0


_WORDS = (
    *(
        "单位",
        "月份",
        "本月新增",
        "累计",
        "任务数",
        "完成率",
        "甲县",
        "乙县",
        "合计",
        "小计",
        "注：无",
    ),
    *("6月", "2026-07-01", "12人", "—", "61%", "x", "", "1,200", "单位：万人", "全市", "7"),
)
_CELLS = st.sampled_from(_WORDS)


@settings(deadline=None, max_examples=200)
@given(
    rows=st.lists(st.lists(_CELLS, min_size=1, max_size=6), max_size=12),
    kind=st.sampled_from(["new", "cumulative"]),
)
def test_any_sheet_is_read_or_refused_and_every_figure_explained(
    rows: list[list[str]], kind: str
) -> None:
    """Cells of real sheets in any order: each figure is counted, stock or explained."""
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), rows)
        with contextlib.suppress(ReportError):
            tally = read_reports(path, tiny(), figures=kind, period="2026-06", baseline=None)
            rest = tally.rows_in - tally.problems.rows
            assert rest >= len(tally.to_frame())
            assert (rest == 0) <= (tally.to_frame().empty and tally.stock.empty)


def test_broken_xml_is_refused(tmp_path: Path) -> None:
    """Half a sheet is no sheet."""
    with_openpyxl(tmp_path / "s.xlsx")
    repacked(tmp_path / "s.xlsx", tmp_path / "half.xlsx", {SHEET: b"<worksheet><sheetData><row>"})
    assert "damaged XML" in refused(tmp_path / "half.xlsx")
