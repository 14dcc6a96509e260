"""The form goes out and comes back: its totals are read, whatever an officer did to it."""

import random
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import attrs
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

import coverage_campaign as cc
from support.workbooks import save

NAMES = ("珠晖区", "雁峰区", "石鼓区", "蒸湘区", "南岳区", "=1+1", "和平乡", "和平乡")
LAND = cc.Campaign(
    code="land",
    label={"en": "Land", "zh-Hans": "某市扩面"},
    year=2008,
    units=[
        *(cc.Unit(f"4304{at:02d}", {"zh-Hans": name}, "county") for at, name in enumerate(NAMES)),
        cc.Unit("gone", "Gone", "county", closed="2008-07-15", successors="430400"),
    ],
    breakdowns=[cc.Breakdown("counties", "Counties", ["county"])],
    phases=[cc.Phase("drive", "Drive", "06-01", "10-31")],
)
WEIGHTS = {unit.code: 10 * at + 7 for at, unit in enumerate(LAND.units)}
FIRST_ROW, KEY, CODE, NAME, TOTAL, REASON = 5, 1, 2, 3, 7, 8


def planned(campaign: cc.Campaign = LAND) -> cc.Plan:
    """Return a plan of 1,000 people over the drive."""
    allocation = cc.allocate(campaign, among="counties", weights=WEIGHTS, target=1000)
    return cc.schedule(allocation, over="drive")


def rows_of(sheet: Worksheet) -> range:
    """Return the rows of a sheet that have a key."""
    return range(FIRST_ROW, sheet.max_row + 1)


def counted(tally: cc.Tally) -> dict[tuple[str, str], int]:
    """Return the persons by unit and month."""
    frame = tally.to_frame()
    months = frame["period"].dt.strftime("%Y-%m")
    return dict(zip(zip(frame["unit"], months, strict=True), frame["persons"], strict=True))


def filled(path: Path, totals: dict[str, list[int]]) -> openpyxl.Workbook:
    """Return the form with the totals of some months, in the order of its sheets."""
    book = openpyxl.load_workbook(path)
    for at, sheet in enumerate(book.worksheets[1:]):
        for row in rows_of(sheet):
            figures = totals[sheet.cell(row, CODE).value]
            if at < len(figures):
                sheet.cell(row, TOTAL).value = figures[at]
    return book


# -- what an officer does --------------------------------------------------------------------------


def sort_rows(sheet: Worksheet, chance: random.Random) -> None:
    """Put the rows of units into another order."""
    cells = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=FIRST_ROW)]
    chance.shuffle(cells)
    for at, values in enumerate(cells, start=FIRST_ROW):
        for column, value in enumerate(values, start=1):
            sheet.cell(at, column).value = value


def insert_rows(sheet: Worksheet, chance: random.Random) -> None:
    """Insert blank rows, above the headings too."""
    for _ in range(3):
        sheet.insert_rows(chance.randint(1, sheet.max_row))


def add_notes(sheet: Worksheet, _: random.Random) -> None:
    """Write who filled it in below, and a remark beside."""
    sheet.cell(sheet.max_row + 2, NAME).value = "填表人：张三"
    sheet.cell(sheet.max_row, 12).value = "2008-07-31"


def write_as_text(sheet: Worksheet, chance: random.Random) -> None:
    """Type numbers as text: grouped, full-width, with a counting word."""
    for row in sheet.iter_rows(min_row=FIRST_ROW):
        total = row[TOTAL - 1]
        if isinstance(total.value, int):
            ways = ("{:,}", " {} ", "{}人", "{}.0")
            total.value = chance.choice(ways).format(total.value)


def codes_as_numbers(sheet: Worksheet, _: random.Random) -> None:
    """Let a spreadsheet program take codes for numbers."""
    for row in sheet.iter_rows(min_row=FIRST_ROW):
        code = row[CODE - 1]
        if isinstance(code.value, str) and code.value.isdecimal():
            code.value = int(code.value)


def merge_cells(sheet: Worksheet, chance: random.Random) -> None:
    """Merge the title, and code and name of a row, and the names of two rows."""
    sheet.merge_cells("B1:I1")
    row = chance.randint(FIRST_ROW, sheet.max_row - 2)
    sheet.merge_cells(start_row=row, end_row=row, start_column=CODE, end_column=NAME)
    sheet.merge_cells(start_row=row + 1, end_row=row + 2, start_column=NAME, end_column=NAME)


def rename(sheet: Worksheet, _: random.Random) -> None:
    """Rename the sheet."""
    sheet.title = f"上报 {sheet.title} (2)"


def lose_names(sheet: Worksheet, _: random.Random) -> None:
    """Delete the names, or show what was hidden."""
    sheet.column_dimensions["A"].hidden = False
    for row in sheet.iter_rows(min_row=FIRST_ROW):
        row[NAME - 1].value = None


def insert_column(sheet: Worksheet, chance: random.Random) -> None:
    """Insert a column of one's own."""
    sheet.insert_cols(chance.randint(2, 9))


DEEDS: tuple[Callable[[Worksheet, random.Random], None], ...] = (
    *(sort_rows, write_as_text, codes_as_numbers, lose_names, merge_cells, rename, add_notes),
    *(insert_rows, insert_column),
)


@st.composite
def totals(draw: st.DrawFn) -> dict[str, list[int]]:
    """Draw totals so far by unit: they grow, or fall by a correction."""
    months = draw(st.integers(1, 5))
    figure = st.integers(0, 3000)
    return {
        unit.code: draw(st.lists(figure, min_size=months, max_size=months)) for unit in LAND.units
    }


def expected(totals: dict[str, list[int]]) -> dict[tuple[str, str], int]:
    """Return what the totals add, by unit and month; a closed unit owes June and July alone."""
    new = {}
    for code, figures in totals.items():
        before = 0
        for at, figure in enumerate(figures[:2] if code == "gone" else figures):
            new[code, f"2008-{6 + at:02d}"] = figure - before
            before = figure
    return new


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the form of all months as it goes out."""
    return cc.report_form(planned(), tmp_path_factory.mktemp("form") / "form.xlsx", lang="zh")


@pytest.mark.slow
@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(totals=totals(), deeds=st.sets(st.sampled_from(DEEDS)), chance=st.randoms())
def test_the_form_is_read_back_whatever_was_done_to_it(
    form: Path,
    totals: dict[str, list[int]],
    deeds: set[Callable[[Worksheet, random.Random], None]],
    chance: random.Random,
) -> None:
    """No argument, no question: the totals come back as the new persons of each month."""
    book = filled(form, totals)
    for sheet in book.worksheets[1:]:
        for deed in DEEDS:  # in this order: positions are known until rows are inserted
            if deed in deeds:
                deed(sheet, chance)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "came back.xlsx"
        save(book, path)
        tally = cc.read_reports(path, LAND)
    assert counted(tally) == expected(totals)
    assert {one.reason for one in tally.problems if not one.counted} == set()
    assert tally.rows_in == len(expected(totals))


@pytest.mark.slow
@pytest.mark.real
@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods", "csv"])
def test_a_form_that_another_program_saved_is_read(form: Path, tmp_path: Path, kind: str) -> None:
    """LibreOffice opens the form, and saves it in each of its formats."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is missing: apt-get install libreoffice-calc-nogui")
    figures = {unit.code: [at + 3, 2 * at + 4] for at, unit in enumerate(LAND.units)}
    book = filled(form, figures)
    if kind == "csv":  # a text holds one sheet
        for sheet in (book.worksheets[0], *book.worksheets[2:]):
            book.remove(sheet)
        figures = {code: totals[:1] for code, totals in figures.items()}
    save(book, tmp_path / "form.xlsx")
    out = tmp_path / "saved"
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    subprocess.run(  # noqa: S603 - our own file, the office that was found
        [
            office,
            profile,
            "--headless",
            "--convert-to",
            kind,
            "--outdir",
            out,
            tmp_path / "form.xlsx",
        ],
        check=True,
        capture_output=True,
        timeout=300,
    )
    tally = cc.read_reports(out / f"form.{kind}", LAND)
    assert counted(tally) == expected(figures)
    assert {one.reason for one in tally.problems if not one.counted} == set()


def test_a_form_of_one_period_and_some_units(tmp_path: Path) -> None:
    """July for two units; the totals before come from the tally, and count in their month."""
    june = tmp_path / "june.xlsx"
    book = filled(
        cc.report_form(planned(), june, period="2008-06"),
        {unit.code: [10 * at] for at, unit in enumerate(LAND.units)},
    )
    save(book, june)
    known = cc.read_reports(june, LAND)
    july = cc.report_form(
        planned(),
        tmp_path / "july.xlsx",
        period="2008-07-20",
        units=["430403", "gone"],
        tally=known,
    )
    book = openpyxl.load_workbook(july)
    assert book.sheetnames == ["Instructions", "2008-07"]
    sheet = book["2008-07"]
    assert [sheet.cell(row, CODE).value for row in rows_of(sheet)] == ["430403", "gone"]
    assert [sheet.cell(row, 6).value for row in rows_of(sheet)] == [30, 80]
    plan = planned()
    assert [sheet.cell(row, 4).value for row in rows_of(sheet)] == [
        plan.shares()["430403"],
        plan.shares()["gone"],
    ]
    assert [sheet.cell(row, 5).value for row in rows_of(sheet)] == [
        plan.planned_on("2008-07-31")["430403"],
        plan.planned_on("2008-07-31")["gone"],
    ]
    sheet["G5"], sheet["G6"] = 25, 95
    sheet["H5"] = "5人重复登记"
    save(book, july)
    tally = cc.read_reports(july, LAND)
    assert counted(tally) == {
        ("430403", "2008-06"): 30,
        ("430403", "2008-07"): -5,
        ("gone", "2008-06"): 80,
        ("gone", "2008-07"): 15,
    }
    (fall,) = [one for one in tally.problems if one.reason == "fall"]
    assert "5人重复登记" in fall.fix
    assert fall.where == "july.xlsx, sheet '2008-07', cell G5"


def test_what_is_not_clear_in_a_form_is_explained(tmp_path: Path) -> None:
    """No total, no whole number, a row of no unit, code and name and key of three units."""
    path = cc.report_form(planned(), tmp_path / "form.xlsx", period="2008-06")
    book = openpyxl.load_workbook(path)
    sheet = book["2008-06"]
    sheet["G6"], sheet["G7"], sheet["G8"], sheet["G9"] = "about 5", 3.5, -2, 7
    sheet["B9"], sheet["C9"] = "430400", "雁峰区"
    sheet["C20"], sheet["G20"] = "Nowhere", 4
    save(book, path)
    tally = cc.read_reports(path, LAND)
    assert counted(tally) == {}
    places = {one.where[-2:]: one.reason for one in tally.problems if not one.counted}
    assert places["G6"] == places["G7"] == "not_a_count"
    assert places["G8"] == "below_zero"
    assert places["B9"] == places["20"] == "unknown_unit"
    assert places["G5"] == "no_figure"


def test_a_form_is_read_with_its_own_campaign_alone(tmp_path: Path, form: Path) -> None:
    """Another campaign, another year, new figures, a form that nobody filled in: errors."""
    with pytest.raises(cc.ReportError, match="nothing is filled in"):
        cc.read_reports(form, LAND)
    for other in (attrs.evolve(LAND, code="sea"), attrs.evolve(LAND, year=2009)):
        with pytest.raises(cc.ReportError, match="a form of the campaign 'land' in 2008"):
            cc.read_reports(form, other)
    some = {unit.code: [3] for unit in LAND.units}
    save(filled(form, some), tmp_path / "filled.xlsx")
    with pytest.raises(cc.DefinitionError, match="totals so far"):
        cc.read_reports(tmp_path / "filled.xlsx", LAND, figures="new")
    with pytest.raises(cc.DefinitionError, match=r"'new'.*'cumulative'"):
        cc.read_reports(Path(__file__), LAND)
    plan = planned()
    for wrong in ({"period": "2009-07"}, {"period": "2008Q3"}, {"units": "x"}, {"units": []}):
        with pytest.raises(cc.DefinitionError):
            cc.report_form(plan, tmp_path / "f.xlsx", **wrong)
    with pytest.raises(cc.DefinitionError, match="ends in"):
        cc.report_form(plan, tmp_path / "f.csv")


def test_a_form_by_the_periods_of_the_campaign(tmp_path: Path) -> None:
    """From the 26th to the 25th: the sheet is called by its month, and read as that month."""
    own = attrs.evolve(
        LAND, reporting=cc.ReportingRule(period="month", starts_on=26, kinds="county")
    )
    path = cc.report_form(planned(own), tmp_path / "form.xlsx", period="2008-07")
    book = openpyxl.load_workbook(path)
    sheet = book["2008-07"]
    assert "25 July 2008" in sheet["B1"].value
    sheet["G5"] = 40
    save(book, path)
    assert counted(cc.read_reports(path, own)) == {("430400", "2008-07"): 40}


def test_the_form_checks_what_is_typed_and_is_protected_without_a_password(form: Path) -> None:
    """Whole numbers, a reason for a fall, nothing typed over; sorting and inserting are allowed."""
    sheet = openpyxl.load_workbook(form).worksheets[2]
    checks = {str(one.sqref).split(":")[0]: one for one in sheet.data_validations.dataValidation}
    assert "G5=INT(G5)" in checks["G5"].formula1
    assert "LEN(H5)>0" in checks["G5"].formula1
    assert checks["B5"].formula1 == "FALSE"
    guard = sheet.protection
    assert guard.sheet
    assert not guard.password
    assert (guard.sort, guard.insertRows, guard.autoFilter) == (
        False,
        False,
        False,
    )  # not forbidden
    assert all(not cell.protection.locked for cell in sheet[5][:9])
    assert sheet.row_dimensions[3].hidden
    assert sheet.column_dimensions["A"].hidden
    assert sheet["F5"].value.startswith("=IFERROR(")
    assert next(cell.value for cell in sheet["C"] if cell.value == "=1+1") == "=1+1"


def test_a_form_takes_no_baseline_and_no_other_period(tmp_path: Path) -> None:
    """A form holds totals from the first day on, and says its period: neither can be overridden."""
    path = cc.report_form(planned(), tmp_path / "one.xlsx", period="2008-08")
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[1]
    for row in rows_of(sheet):
        sheet.cell(row, TOTAL).value = 7
    save(book, path)
    for baseline in (0, {"430400": 5}):
        with pytest.raises(cc.DefinitionError, match="a form holds the totals"):
            cc.read_reports(path, LAND, baseline=baseline)
    with pytest.raises(cc.ReportError, match="period= says a time to"):
        cc.read_reports(path, LAND, period="2008-09")
    assert cc.read_reports(path, LAND, period="2008-08").rows_in > 0


def test_a_divided_unit_reports_its_own_people(tmp_path: Path) -> None:
    """A district with a zone inside is named as what it reports: itself without the zone."""
    units = [
        cc.Unit("east", {"en": "East", "zh-Hans": "东区"}, "county"),
        cc.Unit("zone", {"en": "Zone", "zh-Hans": "高新区"}, "county", parent="east"),
    ]
    land = attrs.evolve(LAND, units=units)
    weights = {"east": 60, "zone": 40}
    plan = cc.schedule(cc.allocate(land, among="counties", weights=weights, target=100))
    line = "东区（本级）：只填本级人数，下级单位另行填报，不得计入。"
    form = cc.report_form(plan, tmp_path / "f.xlsx", period="2008-06", lang="zh")
    instructions, sheet = openpyxl.load_workbook(form).worksheets
    rows = {sheet.cell(row, CODE).value: sheet.cell(row, NAME).value for row in rows_of(sheet)}
    assert rows == {"east": "东区（本级）", "zone": "高新区"}
    assert any(str(cell.value).endswith(line) for cell in instructions["A"])
    alone = cc.report_form(plan, tmp_path / "z.xlsx", period="2008-06", units="zone", lang="zh")
    told = openpyxl.load_workbook(alone).worksheets[0]["A"]
    assert not any("东区" in str(cell.value) for cell in told)


def test_one_workbook_keeps_what_a_closed_unit_reported(tmp_path: Path) -> None:
    """Gone closes in July: its 5 and 3 more are counted beside August, where it has no row."""
    form = cc.report_form(planned(), tmp_path / "f.xlsx")
    book = openpyxl.load_workbook(form)
    for sheet, totals in (("2008-06", (5, 1)), ("2008-07", (8, 1)), ("2008-08", (None, 4))):
        for row in rows_of(book[sheet]):
            code = book[sheet].cell(row, CODE).value
            assert sheet != "2008-08" or code != "gone"
            if code in {"gone", "430400"}:
                book[sheet].cell(row, TOTAL).value = totals[code != "gone"]
    book.save(form)
    assert counted(cc.read_reports(form, LAND)) == {
        ("gone", "2008-06"): 5,
        ("gone", "2008-07"): 3,
        ("430400", "2008-06"): 1,
        ("430400", "2008-07"): 0,
        ("430400", "2008-08"): 3,
    }
