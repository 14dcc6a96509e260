"""A campaign written in a workbook is the campaign of the TOML file, and mistakes name the cell."""

import datetime as dt
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import attrs
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from openpyxl.worksheet.worksheet import Worksheet

import coverage_campaign as cc
from support.campaign_strategies import campaigns
from support.campaigns import tiny

LAW = settings(
    deadline=None,
    max_examples=15,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@given(cc.testing.campaigns())
@LAW
def test_a_workbook_gives_the_campaign_back(
    tmp_path_factory: pytest.TempPathFactory, campaign: cc.Campaign
) -> None:
    """load(save(c)) == c in a workbook and in a file of JSON, whatever names the units have."""
    for suffix in ("xlsx", "json"):
        path = tmp_path_factory.getbasetemp() / f"campaign.{suffix}"
        cc.save_campaign(campaign, path)
        assert cc.load_campaign(path) == campaign


@given(campaigns())
@LAW
def test_a_workbook_of_any_campaign_gives_it_back_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory, campaign: cc.Campaign
) -> None:
    """With every rule and part there is, no text is changed: what cells cannot hold is refused."""
    path = tmp_path_factory.getbasetemp() / "any.xlsx"
    try:
        cc.save_campaign(campaign, path)
    except cc.DefinitionError:
        return
    assert cc.load_campaign(path) == campaign


@pytest.mark.parametrize(("name", "year"), [("hengyang", 2008), ("us-vaccination-2021", None)])
def test_a_shipped_case_in_a_workbook_is_that_of_the_file(
    tmp_path: Path, name: str, year: int | None
) -> None:
    """A whole case, with its questions, ladder, gate and scheme, comes back from its sheets."""
    case = cc.load_case(name, year=year)
    cc.save_campaign(case, tmp_path / "case.xlsx")
    assert cc.load_campaign(tmp_path / "case.xlsx") == case


def filled_form(path: Path) -> openpyxl.Workbook:
    """Return a form that somebody has filled in by hand, without quotes and with plain numbers."""
    cc.campaign_form(path)
    book = openpyxl.load_workbook(path)
    answers = {"code": "spring", "label.en": "Spring campaign", "year": 2026, "eligible": "adults"}
    for row in book["Campaign"].iter_rows(min_row=2):
        if row[0].value in answers:
            row[1].value = answers[row[0].value]
    write(book["Measures"], {"code": "adults", "label.en": "Adults"})
    write(book["Units"], {"code": "city", "label.en": "The city", "kind": "city"})
    for code, adults in ((330104, 50000), (330105, 30000)):
        county = {"code": code, "label.en": f"County {code}", "kind": "county", "parent": "city"}
        write(book["Units"], {**county, "counts.CODE": adults, "aliases": "Ash; A-County"})
    heads = [cell.value for cell in book["Units"][1]]
    book["Units"].cell(1, heads.index("counts.CODE") + 1).value = "counts.adults"
    write(book["Breakdowns"], {"code": "counties", "label.en": "Counties", "kinds": "county"})
    write(
        book["Targets"],
        {"kind": "headcount", "code": "people", "label.en": "People", "persons": 8000},
    )
    write(book["Targets"], {"kind": "coverage", "code": "rate", "label.en": "To 80 %", "to": 0.8})
    days = {"starts": dt.date(2026, 6, 1), "ends": "12-31"}
    write(book["Phases"], {"code": "action", "label.en": "Special action", **days})
    activity = {"phases": "action", "code": "meet", "label.en": "A meeting", "starts": "06-10"}
    write(book["Phases activities"], activity)
    duty = {"unit": "city", "role": "lead", "starts": "06-01"}
    write(book["Responsibilities"], duty)
    return book


def write(sheet: Worksheet, values: dict[str, object]) -> None:
    """Write a row below the last one, each value under its heading."""
    heads = [cell.value for cell in sheet[1]]
    used = [row for row in range(2, 20) if any(cell.value is not None for cell in sheet[row])]
    row = max(used, default=1) + 1
    for head, value in values.items():
        place = head if head in heads else "counts.adults"
        sheet.cell(row, heads.index(place) + 1).value = value


def expected() -> cc.Campaign:
    """Return the campaign that the filled form means, as one writes it in Python."""
    counties = [
        cc.Unit(
            code,
            f"County {code}",
            "county",
            parent="city",
            counts={"adults": adults},
            aliases=["Ash", "A-County"],
        )
        for code, adults in (("330104", 50000), ("330105", 30000))
    ]
    return cc.Campaign(
        code="spring",
        label="Spring campaign",
        year=2026,
        eligible="adults",
        measures=[cc.Measure("adults", "Adults")],
        units=[cc.Unit("city", "The city", "city"), *counties],
        breakdowns=[cc.Breakdown("counties", "Counties", "county")],
        targets=[
            cc.HeadcountTarget("people", "People", persons=8000),
            cc.CoverageTarget("rate", "To 80 %", to="80%"),
        ],
        phases=[
            cc.Phase(
                "action",
                "Special action",
                starts="2026-06-01",
                ends="12-31",
                activities=[cc.Activity("meet", "A meeting", starts="06-10")],
            )
        ],
        responsibilities=[cc.Responsibility("city", "lead", starts="06-01")],
    )


def test_a_form_filled_in_by_hand_is_the_campaign(tmp_path: Path) -> None:
    """Codes typed as numbers, rates as percentages and days as dates are what they mean."""
    book = filled_form(tmp_path / "form.xlsx")
    book.save(tmp_path / "filled.xlsx")
    assert cc.load_campaign(tmp_path / "filled.xlsx") == expected()


def _code_twice(book: openpyxl.Workbook) -> None:
    book["Units"]["A4"].value = 330104


def _parent(book: openpyxl.Workbook) -> None:
    heads = [cell.value for cell in book["Units"][1]]
    book["Units"].cell(3, heads.index("parent") + 1).value = "ctiy"


def _word(book: openpyxl.Workbook) -> None:
    book["Responsibilities"]["B2"].value = "leed"


def _number(book: openpyxl.Workbook) -> None:
    heads = [cell.value for cell in book["Targets"][1]]
    book["Targets"].cell(2, heads.index("persons") + 1).value = "many"


def _heading(book: openpyxl.Workbook) -> None:
    book["Responsibilities"]["B1"].value = "roll"


def _sheet(book: openpyxl.Workbook) -> None:
    book["Phases"].title = "Phase"


def _owner(book: openpyxl.Workbook) -> None:
    book["Phases activities"]["A2"].value = "acton"


def _formula(book: openpyxl.Workbook) -> None:
    book["Units"]["A2"].value = "=A1"


def _missing(book: openpyxl.Workbook) -> None:
    book["Units"]["A3"].value = None


@pytest.mark.parametrize(
    ("spoil", "place", "words"),
    [
        (_code_twice, "sheet 'Units', cell A4", "a code names one part"),
        (_parent, "sheet 'Units', cell", "did you mean 'city'?"),
        (_word, "sheet 'Responsibilities', cell B2", "did you mean 'lead'?"),
        (_number, "sheet 'Targets', cell", "give a whole number"),
        (_heading, "sheet 'Responsibilities', cell B1", "did you mean 'role'?"),
        (_sheet, "sheet 'Phase'", "did you mean 'Phases'?"),
        (_owner, "sheet 'Phases activities', cell A2", "did you mean 'action'?"),
        (_formula, "sheet 'Units', cell A2", "a formula without a stored result"),
        (_missing, "sheet 'Units', cell A3", "every unit needs it"),
    ],
)
def test_a_mistake_is_named_by_its_cell(
    tmp_path: Path, spoil: Callable[[openpyxl.Workbook], None], place: str, words: str
) -> None:
    """A slip is found where it stands in the workbook, with the fix."""
    book = filled_form(tmp_path / "form.xlsx")
    spoil(book)
    book.save(tmp_path / "filled.xlsx")
    with pytest.raises(cc.DefinitionError) as caught:
        cc.load_campaign(tmp_path / "filled.xlsx")
    assert any(
        f"filled.xlsx, {place}" in problem.where and words in str(problem)
        for problem in caught.value.problems
    ), str(caught.value)


def test_every_mistake_of_a_workbook_is_said_at_once(tmp_path: Path) -> None:
    """Slips in several sheets are in one error."""
    book = filled_form(tmp_path / "form.xlsx")
    for spoil in (_parent, _word, _number):
        spoil(book)
    book.save(tmp_path / "filled.xlsx")
    with pytest.raises(cc.DefinitionError) as caught:
        cc.load_campaign(tmp_path / "filled.xlsx")
    found = str(caught.value)
    assert all(sheet in found for sheet in ("'Units'", "'Responsibilities'", "'Targets'"))


def test_a_broken_rule_in_a_cell_is_named_by_its_cell(tmp_path: Path) -> None:
    """A rule whose JSON lacks its last bracket is one problem, at the cell where it stands."""
    book = filled_form(tmp_path / "form.xlsx")
    for cell, value in (("A1", "code"), ("B1", "label"), ("C1", "rule"), ("D1", "weight")):
        book["Scheme items"][cell].value = value
    for cell, value in (("A2", "a"), ("B2", "A"), ("C2", '{"per_point": 1'), ("D2", "100")):
        book["Scheme items"][cell].value = value
    for row in book["Scheme items"].iter_rows(min_row=1, max_row=1, min_col=5):
        for cell in row:
            cell.value = None
    book["Scheme"]["B2"].value = "simple"
    book.save(tmp_path / "filled.xlsx")
    with pytest.raises(cc.DefinitionError) as caught:
        cc.load_campaign(tmp_path / "filled.xlsx")
    (problem,) = caught.value.problems
    assert "sheet 'Scheme items', cell C2" in problem.where
    assert problem.found == """'{"per_point": 1'"""
    assert problem.fix.startswith("give a table with one of per_point, ")


def test_a_wrong_heading_is_one_problem(tmp_path: Path) -> None:
    """A heading mistyped or unknown is told once, not once a row, and the rest is read on."""
    for head, told in (("cde", "no heading 'cde' -- did you mean 'code'?"), ("编号", "missing")):
        book = filled_form(tmp_path / "form.xlsx")
        book["Units"]["A1"].value = head
        book.save(tmp_path / "filled.xlsx")
        with pytest.raises(cc.DefinitionError) as caught:
            cc.load_campaign(tmp_path / "filled.xlsx")
        texts = [str(problem) for problem in caught.value.problems]
        assert sum("sheet 'Units'" in text and told in text for text in texts) == 1, texts
        assert len(texts) == (1 if head == "cde" else 2), texts


def test_a_number_with_its_counting_word_is_advised_for_a_cell(tmp_path: Path) -> None:
    """What is advised for a cell speaks of the cell, not of the quotes of a text file."""
    book = filled_form(tmp_path / "form.xlsx")
    heads = [cell.value for cell in book["Targets"][1]]
    book["Targets"].cell(2, heads.index("persons") + 1).value = "12000人"
    book.save(tmp_path / "filled.xlsx")
    with pytest.raises(cc.DefinitionError) as caught:
        cc.load_campaign(tmp_path / "filled.xlsx")
    (problem,) = caught.value.problems
    assert (problem.found, problem.fix) == ("'12000人'", "give a whole number alone in the cell")


def test_an_empty_form_says_what_is_needed(tmp_path: Path) -> None:
    """A form that nobody filled in names the cells of what a campaign cannot do without."""
    path = cc.campaign_form(tmp_path / "form.xlsx", lang="zh")
    with pytest.raises(cc.DefinitionError, match="cell B3: missing"):
        cc.load_campaign(path)


def test_what_a_workbook_cannot_hold_is_refused(tmp_path: Path) -> None:
    """A text that the cells of a workbook would change is not saved there, nor half of it."""
    campaign = attrs.evolve(tiny(), source="x" * 40_000)
    with pytest.raises(cc.DefinitionError, match=r"save it as \.toml"):
        cc.save_campaign(campaign, tmp_path / "long.xlsx")
    assert not (tmp_path / "long.xlsx").exists()
    with pytest.raises(cc.DefinitionError, match=r"give a \.toml, \.json or \.xlsx file"):
        cc.save_campaign(campaign, tmp_path / "long.ods")
    with pytest.raises(cc.DefinitionError, match=r"end in \.xlsx"):
        cc.campaign_form(tmp_path / "form.toml")


def test_another_value_in_json_is_no_campaign(tmp_path: Path) -> None:
    """A JSON file of another value says which function reads it."""
    (tmp_path / "unit.json").write_text(cc.to_json(cc.Unit("a", "A", "county")), encoding="utf-8")
    with pytest.raises(cc.DefinitionError, match=r"cc\.from_json"):
        cc.load_campaign(tmp_path / "unit.json")


@pytest.mark.slow
@pytest.mark.real
@pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice (soffice)")
@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_libreoffice_saves_the_same_campaign(tmp_path: Path, form: str) -> None:
    """A workbook that LibreOffice opened and saved holds the same campaign."""
    case = cc.load_case("hengyang", year=2008)
    cc.save_campaign(case, tmp_path / "case.xlsx")
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile"]
    command += [
        "--convert-to",
        form,
        "--outdir",
        str(tmp_path / "out"),
        str(tmp_path / "case.xlsx"),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=180)  # noqa: S603 - ours
    assert cc.load_campaign(tmp_path / "out" / f"case.{form}") == case
