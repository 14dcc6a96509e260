"""Annexes, letters, assessments and comparisons: what they say, and that names stay names."""

from __future__ import annotations

import base64
import io
import re
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import attrs
import docx
import openpyxl
import pandas as pd
import pytest
from docx.shared import Mm, Pt
from fontTools.ttLib import TTFont
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import coverage_campaign as cc
from coverage_campaign.assessment.rules.step import StepDown
from coverage_campaign.errors import DefinitionError
from coverage_campaign.model.labels import Label
from coverage_campaign.model.scheme import Grade, Item
from coverage_campaign.views.documents import Document
from coverage_campaign.views.documents.paper import Column, Section, Table, plain
from coverage_campaign.views.documents.writers.excel import sheet_names
from support.campaigns import tiny
from support.document_readers import (
    formulas_of,
    links_of,
    read_page,
    texts_of_word,
    texts_of_workbook,
)
from support.stand_ins import HOSTILE

# The independent reader does not know the data bars that a workbook has, and says so.
pytestmark = pytest.mark.filterwarnings("ignore:.* extension is not supported:UserWarning")

NAMES = (
    *HOSTILE,
    "+1",
    "-2+3",
    "@SUM(1)",
    "http://example.org",
    "file:///etc/passwd",
    "'quoted",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}",
    "a | b | c",
    "\x00\x0bcontrol",
    "1234567890123456789",
)


@cache
def hengyang() -> dict[str, object]:
    """Return every kind of subject of the campaign of the notice, made once."""
    campaign = cc.load_case("hengyang", year=2008)
    counties = cc.allocate(campaign, weights=cc.weights.by_measure("census_2000"))
    later = cc.allocate(campaign, weights=cc.weights.by_measure("census_2010"))
    departments = cc.allocate(campaign, among="departments", weights=cc.weights.equal)
    plan = cc.schedule(counties, over="special-action")
    reports = cc.simulate(plan, seed=76, level=1.1)
    tally = cc.tally(reports.events, campaign, as_of="2009-01-12", simulated=True)
    progress = cc.track(plan, tally, as_of="2008-12-31", received=reports.received)
    return {
        "campaign": campaign,
        "counties": counties,
        "departments": departments,
        "crossed": cc.cross(counties, departments, weights="margins"),
        "letters": cc.letters(counties),
        "progress": progress,
        "assessment": cc.assess(progress, campaign.scheme),
        "comparison": cc.compare(counties, later),
    }


def documents(lang: str) -> dict[str, Document]:
    """Return one document of each kind."""
    made = hengyang()
    return {
        "annex": cc.documents.annex(
            made["counties"], made["departments"], made["crossed"], lang=lang
        ),
        "letters": cc.documents.letters(made["letters"], lang=lang),
        "assessment": cc.documents.assessment(made["assessment"], lang=lang),
        "comparison": cc.documents.comparison(made["comparison"], lang=lang),
        "bulletin": cc.bulletin(made["progress"], lang=lang),
    }


OWN = re.compile(
    r"=SUM\(\w+:\w+\)|=\w+-\w+|=IF\(\w+=0,\"\",(\w+/\w+|100\*\(\w+[-/]\w+(-\w+\)|\)/\w+))\)"
)
"""The formulas that the documents write themselves: sums, differences, rates and gaps."""

KINDS = ("annex", "letters", "assessment", "comparison", "bulletin")


# -- what they say --------------------------------------------------------------------------------


def test_an_annex_adds_up_to_the_notice(tmp_path: Path) -> None:
    """Read back: the total of each table is 76,000, by a formula over the rows above it."""
    made = hengyang()
    annexes = cc.documents.annex(made["counties"], made["departments"], made["crossed"])
    path = annexes.to_excel(tmp_path / "a.xlsx")
    values = openpyxl.load_workbook(path, data_only=True)
    formulas = openpyxl.load_workbook(path)
    headings = [sheet["A1"].value for sheet in values.worksheets]
    assert headings[:2] == ["附表1：县市区任务分解表", "附表2：市直部门任务分解表"]
    first = values.worksheets[0]
    persons = [first[f"C{row}"].value for row in range(4, 17)]
    assert sum(persons[:-1]) == persons[-1] == 76_000
    assert first["B16"].value == "合计"
    assert formulas.worksheets[0]["C16"].value == "=SUM(C4:C15)"
    crossed = values.worksheets[2]
    cells = [[cell.value for cell in row] for row in crossed.iter_rows(min_row=4, max_row=16)]
    assert all(sum(row[2:-1]) == row[-1] for row in cells)
    columns = list(zip(*cells, strict=True))[2:]
    assert all(sum(column[:-1]) == column[-1] for column in columns)
    assert cells[-1][-1] == 76_000


def test_an_annex_says_by_what_it_was_shared_out() -> None:
    """Source and rounding stand below the table; the figures themselves stand beside the shares."""
    annex = cc.documents.annex(hengyang()["counties"], lang="en")
    assert any("Fifth National Population Census of China" in note for note in annex.notes)
    assert "Rounding method: Webster." in annex.notes
    leiyang = next(row for row in annex.sections[0].table.rows if row[1] == "Leiyang City")
    assert leiyang[4] == 1_180_235  # the census of 2000
    # 76,000 x 1,180,235 / 6,784,891 = 13,220.2
    assert leiyang[2] == 13_220


def test_an_annex_shows_pins_bounds_and_the_uplift() -> None:
    """What decided a share is remarked, and what is handed down is a column of its own."""
    campaign, by = hengyang()["campaign"], cc.weights.by_measure("census_2000")
    bound = cc.allocate(campaign, weights=by, pins={"430405": 2_500}, floors={"430412": 900})
    table = cc.documents.annex(bound, lang="en").sections[0].table
    remarks = {row[1]: row[-1] for row in table.rows}
    assert remarks["Zhuhui District"] == "set by hand"
    assert remarks["Nanyue District"] == "at its floor"
    raised = cc.allocate(campaign, weights=by, uplift="0.05")
    table = cc.documents.annex(raised, lang="en").sections[0].table
    assert [column.head for column in table.columns][-2] == "Target with uplift (persons)"
    assert table.total[2] == 76_000
    assert table.total[-2] == sum(row[-2] for row in table.rows) >= 79_800


def test_letters_have_a_register_and_a_page_each(tmp_path: Path) -> None:
    """Twelve letters, one signed: register, promises in numbers, lines to sign below."""
    signed = hengyang()["letters"].sign("430481", on="2008-05-30")
    made = cc.documents.letters(signed)
    assert made.sections[0].paragraphs == ("应签订责任状12份，已签订1份，未签订11份。",)
    leiyang = next(part for part in made.sections if part.heading == "耒阳市责任状")
    assert leiyang.paragraphs[0] == (
        "为完成衡阳市社会养老保险征缴扩面任务（依据原文5(1)），耒阳市向衡阳市承诺如下："
    )
    assert leiyang.paragraphs[1] == "（一）2008年12月31日前完成13,220人。"
    assert "签订日期：2008年5月30日" in leiyang.signed
    english = cc.documents.letters(signed, lang="en").sections[1]
    assert english.paragraphs == (
        (
            "For “Hengyang: extension of the social pension insurance” (clause 5(1)), "
            "Zhuhui District undertakes to Hengyang:"
        ),
        "(1) to reach 1,993 people by 31 December 2008;",
        "(2) to report every month to Labour and Social Security by day 5 of the next month.",
    )
    texts = texts_of_word(made.to_docx(tmp_path / "l.docx"))
    assert "耒阳市（盖章）：____________" in texts
    pages = made.to_html().count('class="own-page"')
    assert pages == 12


def test_word_is_laid_out_as_official_documents_are(tmp_path: Path) -> None:
    """GB/T 9704: A4, 37/35/28/26 mm; title 22 pt, body 16 pt on 28 pt, first line 2 letters in."""
    path = cc.documents.letters(hengyang()["letters"]).to_docx(tmp_path / "l.docx")
    made = docx.Document(str(path))
    page = made.sections[0]
    assert abs(page.page_width - Mm(210)) < Mm(1)
    margins = (page.top_margin, page.bottom_margin, page.left_margin, page.right_margin)
    assert [round(one.mm) for one in margins] == [37, 35, 28, 26]
    assert made.paragraphs[0].runs[0].font.size == Pt(22)
    body = next(one for one in made.paragraphs if one.text.startswith("（一）"))
    assert body.runs[0].font.size == Pt(16)
    assert body.paragraph_format.line_spacing == Pt(28)
    assert body.paragraph_format.first_line_indent == Pt(32)
    fonts = body.runs[0]._r.rPr.rFonts
    assert fonts.get(docx.oxml.ns.qn("w:eastAsia")) == "仿宋_GB2312"
    heads = [table.rows[0]._tr.xpath("./w:trPr/w:tblHeader") for table in made.tables]
    assert all(heads)


def test_word_stands_upright_and_a_wide_table_lies_across(tmp_path: Path) -> None:
    """The text of a bulletin is a letter, its ranking of thirteen columns an annex across."""
    path = cc.bulletin(hengyang()["progress"]).to_docx(tmp_path / "b.docx")
    made = docx.Document(str(path))
    across = [section.page_width > section.page_height for section in made.sections]
    assert across[:2] == [False, True]
    assert all(abs(max(one.page_width, one.page_height) - Mm(297)) < Mm(1) for one in made.sections)


def test_a_letterhead_of_ones_own_is_kept(tmp_path: Path) -> None:
    """The header of the template stays, the document stands below; what is no document is told."""
    own = docx.Document()
    own.sections[0].header.paragraphs[0].text = "Office of Ash"
    own.save(str(tmp_path / "own.docx"))
    letters = cc.documents.letters(hengyang()["letters"])
    path = letters.to_docx(tmp_path / "l.docx", template=tmp_path / "own.docx")
    made = docx.Document(str(path))
    assert made.sections[0].header.paragraphs[0].text == "Office of Ash"
    assert letters.title in [one.text for one in made.paragraphs]
    (tmp_path / "no.docx").write_text("no document")
    with pytest.raises(cc.DefinitionError, match="template"):
        letters.to_docx(tmp_path / "l.docx", template=tmp_path / "no.docx")


def test_the_fields_of_a_letterhead_are_filled(tmp_path: Path) -> None:
    """A field holds its text as it stands, once; a field that there is not is named."""
    own = docx.Document()
    own.sections[0].header.paragraphs[0].text = "{{ number }}"
    own.add_paragraph("{{ title }}")
    own.save(str(tmp_path / "own.docx"))
    number = "衡 <b> & {{ 7 * 7 }} 1"
    bulletin = cc.bulletin(hengyang()["progress"], number=number)
    path = bulletin.to_docx(tmp_path / "b.docx", template=tmp_path / "own.docx")
    made = docx.Document(str(path))
    assert made.sections[0].header.paragraphs[0].text == number
    assert [one.text for one in made.paragraphs].count(bulletin.title) == 1
    assert number not in [one.text for one in made.paragraphs]
    for field in ("{{ salary }}", "{{ title.__class__.mro() }}", "{% for %}{{ title }}"):
        own.paragraphs[0].text = field
        own.save(str(tmp_path / "own.docx"))
        with pytest.raises(cc.DefinitionError, match="field"):
            bulletin.to_docx(tmp_path / "b.docx", template=tmp_path / "own.docx")


def test_a_register_has_the_lines_of_the_annex() -> None:
    """One order and one total; Baishi and Yunling pass 6,100 - 2,025 - 1,718 on to Yunbai."""
    allocation = cc.allocate(cc.load_case("lanhe"))
    letters = cc.documents.letters(cc.letters(allocation), lang="en").sections[0].table
    annex = cc.documents.annex(allocation, lang="en").sections[0].table
    assert letters is not None
    assert annex is not None
    place = [column.key for column in letters.columns].index("persons")
    assert [row[:2] for row in letters.rows] == [row[:2] for row in annex.rows]
    differ = [
        (row[1], owed[place])
        for owed, row in zip(letters.rows, annex.rows, strict=True)
        if owed[place] != row[2]
    ]
    assert [(str(name), persons) for name, persons in differ] == [
        ("Baishi County", 2_025),
        ("Yunling County", 1_718),
        ("Yunbai County", 2_357),
    ]
    assert letters.total is not None
    assert letters.total[place] == annex.total[2] == 48_000


@pytest.mark.real
def test_a_document_is_printed_to_pdf(tmp_path: Path) -> None:
    """Where a browser is installed the page comes as PDF, each letter on a page of its own."""
    if shutil.which("chromium") is None:
        pytest.skip("Chromium is missing: apt-get install chromium")
    letters = cc.documents.letters(hengyang()["letters"])
    made = letters.to_pdf(tmp_path / "l.pdf").read_bytes()
    assert made.startswith(b"%PDF")
    assert len(re.findall(rb"/Type */Page\b", made)) >= len(letters.sections)


def test_without_a_program_that_prints_the_way_out_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither Chromium nor LibreOffice: the error names both, and the page that can be printed."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(cc.MissingExtraError, match="Chromium or LibreOffice"):
        cc.documents.letters(hengyang()["letters"]).to_pdf(tmp_path / "l.pdf")


def test_an_assessment_gives_every_verdict_its_reason_and_clause() -> None:
    """Reckoned again from the counts: who missed its target is barred, by clause 3(3)."""
    assessed = hengyang()["assessment"]
    made = cc.documents.assessment(assessed)
    verdicts = next(part.table for part in made.sections if part.heading == "认定理由").rows
    frame = hengyang()["progress"].to_frame().set_index("unit")
    campaign = hengyang()["campaign"]
    for code, row in frame.iterrows():
        name = campaign.unit(str(code)).label.text("zh")
        merit, praise = (line for line in verdicts if line[0] == name)
        missed = row["done"] < row["target"]
        assert merit[1] == ("不得评优" if missed else "可以评优")
        assert f"{row['done']:,}人" in merit[2]
        if missed:
            assert f"差{row['target'] - row['done']:,}人" in merit[2]
        assert praise[1] == ("予以表彰" if 10 * row["done"] >= 11 * row["target"] else "不予表彰")
        assert merit[3] == praise[3] == "3(3)"


def test_an_assessment_with_points_shows_rules_scores_and_grades() -> None:
    """A scheme with an item: the rule as a sentence, the points, and what was not assessed."""
    campaign = tiny()
    rule = StepDown("10", loses="1", per="10%", partial="whole_steps")
    scheme = attrs.evolve(
        cc.load_case("hengyang", year=2008).scheme,
        items=[Item("done", {"en": "Enrolment", "zh-Hans": "参保任务"}, rule, weight="10")],
        grades=[
            Grade("fail", {"en": "fail", "zh-Hans": "不合格"}),
            Grade("good", {"en": "good", "zh-Hans": "良好"}, "8"),
        ],
        full="10",
    )
    plan = cc.schedule(cc.allocate(campaign, weights=cc.weights.eligible), over="drive")
    frame = pd.DataFrame({"unit": ["a", "b"], "date": ["2026-06-05"] * 2, "persons": [50, 15]})
    tally = cc.read_reports(frame, campaign, figures="new", by="day")
    assessed = cc.assess(cc.track(plan, tally, as_of="2026-06-10"), scheme)
    made = cc.documents.assessment(assessed)
    points = next(part for part in made.sections if part.heading == "各项得分")
    assert points.paragraphs[0].startswith("参保任务：达到100%得10分")
    # Ash did all of 50: 10 points; Birch 15 of 30, five steps of 10 points short: 5; Cedar unknown.
    assert [row[1] for row in points.table.rows] == [10.0, 5.0, None]
    results = next(part.table for part in made.sections if part.heading == "考核结果")
    grades = [row[5] for row in results.rows]
    assert grades == ["良好", "不合格", "–"]


def test_a_comparison_says_what_went_in_and_what_came_out(tmp_path: Path) -> None:
    """By the two censuses: 1,993 to 3,520 is + 76.6 %, and the total stays."""
    made = cc.documents.comparison(hengyang()["comparison"])
    assert made.sections[0].paragraphs == (
        "改动：权重由“2000年常住人口”改为“2010年常住人口”。",
        "任务数：12个单位有变化，总量不变；变化最大的是珠晖区，由1,993人变为3,520人（+76.6%）。",
    )
    values = openpyxl.load_workbook(made.to_excel(tmp_path / "c.xlsx"), data_only=True)
    sheet = values.worksheets[0]
    assert [sheet[f"{column}4"].value for column in "ABCD"] == ["珠晖区", 1993, 3520, 1527]
    assert sheet["E4"].value == pytest.approx(100 * 1527 / 1993)


def test_a_comparison_of_equal_results_says_so() -> None:
    """Nothing differs: the document says that, and draws no picture."""
    counties = hengyang()["counties"]
    made = cc.documents.comparison(cc.compare(counties, counties), lang="en")
    assert made.sections[0].paragraphs == ("Nothing differs.",)
    assert "<svg" not in made.to_html()


def test_another_language_is_an_error_with_the_way_out() -> None:
    """The documents name the languages that they speak."""
    with pytest.raises(DefinitionError, match="lang: 'fr' -- known: en, zh, zh-Hans and zh-Hant"):
        cc.documents.annex(hengyang()["counties"], lang="fr")
    with pytest.raises(DefinitionError, match="none given"):
        cc.documents.annex()


# -- the four forms -------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_forms_hold_the_same_tables(kind: str, lang: str, tmp_path: Path) -> None:
    """Each cell of each table stands in the workbook, on the page and in Word."""
    made = documents(lang)[kind]
    tables = [part.table for part in made.sections if part.table]
    page = read_page(made.to_html())
    lines = ["\t".join(row) for row in page.rows]
    word = docx.Document(str(made.to_docx(tmp_path / "d.docx")))
    assert len(word.tables) == len(tables)
    book = openpyxl.load_workbook(made.to_excel(tmp_path / "d.xlsx"), data_only=True)
    for number, table in enumerate(tables):
        every = [*table.rows, *([table.total] if table.total else [])]
        assert len(word.tables[number].rows) == 1 + len(every)
        for place, row in enumerate(every):
            cells = [cell.text for cell in word.tables[number].rows[place + 1].cells]
            assert "\t".join(cells) in lines
            stored = [cell.value for cell in book.worksheets[number][place + 4]][: len(row)]
            for value, cell in zip(stored, row, strict=True):
                if isinstance(cell, str):
                    assert (value or "") == plain(cell)
                elif cell is not None:
                    assert value == pytest.approx(cell)


@pytest.mark.parametrize("kind", KINDS)
def test_two_runs_give_the_same_bytes(kind: str, tmp_path: Path) -> None:
    """A document can be made again as it was."""
    one, two = documents("zh")[kind], documents("zh")[kind]
    assert one.to_html() == two.to_html()
    assert one.to_markdown() == two.to_markdown()
    first = one.to_excel(tmp_path / "1.xlsx").read_bytes()
    assert first == two.to_excel(tmp_path / "2.xlsx").read_bytes()


@pytest.mark.parametrize("kind", KINDS)
def test_a_sheet_prints_on_a4(kind: str, tmp_path: Path) -> None:
    """A4 landscape, one page wide, page numbers in the footer; letters each on an upright page."""
    book = openpyxl.load_workbook(documents("zh")[kind].to_excel(tmp_path / "d.xlsx"))
    for sheet in book.worksheets:
        assert sheet.page_setup.paperSize == 9
        assert sheet.oddFooter.center.text == "第 &P 页 共 &N 页"
        if sheet.title == "正文":
            assert len(sheet.row_breaks) == 11
            continue
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToWidth in {None, 1}  # 1 is what nothing means
    assert book.worksheets[0].freeze_panes == "C4"


def test_a_long_table_repeats_its_head_on_each_page(tmp_path: Path) -> None:
    """The head stands on every page of a table that runs over several, and on no page of text."""
    for rows, repeated in ((12, None), (60, "$1:$3")):
        table = Table(columns=(Column(key="n", head="n", kind="count"),), rows=[(1,)] * rows)
        made = Document(title="t", sections=(Section(table=table, paragraphs=("p",) * 50),))
        sheet = openpyxl.load_workbook(made.to_excel(tmp_path / "d.xlsx")).worksheets[0]
        assert sheet.print_title_rows == repeated


@pytest.mark.parametrize("kind", KINDS)
def test_a_simulated_document_says_so_in_every_form(kind: str, tmp_path: Path) -> None:
    """Bulletin and assessment rest on simulated reports; annexes and letters do not."""
    made = documents("en")[kind]
    simulated = kind in {"bulletin", "assessment"}
    assert ("SIMULATED DATA" in made.to_html()) is simulated
    assert ("SIMULATED DATA" in made.to_markdown()) is simulated
    path = made.to_excel(tmp_path / "d.xlsx")
    assert any("SIMULATED DATA" in text for text in texts_of_workbook(path)) is simulated
    texts = texts_of_word(made.to_docx(tmp_path / "d.docx"))
    assert ("SIMULATED DATA" in texts) is simulated


@pytest.mark.parametrize("kind", KINDS)
def test_a_chinese_page_holds_every_letter_that_it_shows(kind: str) -> None:
    """The font inside the page, read by fontTools, has each letter that a parser finds in it."""
    text = documents("zh")[kind].to_html()
    data = re.search(r"data:font/woff;base64,([A-Za-z0-9+/=]+)", text)
    assert data is not None
    held = TTFont(io.BytesIO(base64.b64decode(data[1]))).getBestCmap()
    chinese = {letter for letter in "".join(read_page(text).texts) if letter >= "\u2e80"}
    assert chinese
    assert not [letter for letter in chinese if ord(letter) not in held]


# -- hostile names --------------------------------------------------------------------------------


def _named(names: tuple[str, ...]) -> Document:
    """Return a document whose every text is one of the names."""
    columns = (Column(key="unit", head=names[0]), Column(key="n", head=names[-1], kind="count"))
    table = Table(columns=columns, rows=tuple((name, 1) for name in names), total=(names[0], 9))
    section = Section(heading=names[0], paragraphs=names, table=table, signed=names[:2])
    return Document(
        lang="zh", title=names[0], meta=names[-1], unit=names[0], sections=(section,), notes=names
    )


@pytest.mark.parametrize("names", [NAMES, NAMES[::-1]], ids=["forth", "back"])
def test_hostile_texts_are_text_in_a_workbook(names: tuple[str, ...], tmp_path: Path) -> None:
    """Two readers find the names as texts; the only formulas are the document's own sums."""
    path = _named(names).to_excel(tmp_path / "n.xlsx")
    read = texts_of_workbook(path)
    for name in filter(None, map(plain, names)):
        assert name in read
    assert all(re.fullmatch(r"=SUM\(B4:B\d+\)", one) for one in formulas_of(path))
    assert links_of(path) == 0


@pytest.mark.parametrize("names", [NAMES, NAMES[::-1]], ids=["forth", "back"])
def test_hostile_texts_are_text_on_a_page(names: tuple[str, ...]) -> None:
    """A parser finds no element or attribute that the template does not have, and each name."""
    page = read_page(_named(names).to_html())
    harmless = read_page(_named(("a", "b")).to_html())
    assert set(page.elements) == set(harmless.elements)
    assert {name for name, _ in page.attributes} == {name for name, _ in harmless.attributes}
    cells = [row[0] for row in page.rows]
    for name in map(plain, names):
        assert name in cells


@pytest.mark.parametrize("names", [NAMES, NAMES[::-1]], ids=["forth", "back"])
def test_hostile_texts_are_text_for_word(names: tuple[str, ...], tmp_path: Path) -> None:
    """The names stand as paragraphs and cells; there is no field but the number of the page."""
    path = _named(names).to_docx(tmp_path / "n.docx")
    read = texts_of_word(path)
    for name in map(plain, names):
        assert name in read
    body = docx.Document(str(path)).element.body
    assert not body.xpath(".//w:instrText | .//w:hyperlink")


@pytest.mark.slow
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=st.text(max_size=40))
@example(name="no\ufffe letter")
def test_any_text_comes_back_as_it_was(name: str, tmp_path: Path) -> None:
    """Whatever a unit is called, workbook, page and Word give it back on one line."""
    made = _named((name, "b"))
    read = texts_of_workbook(made.to_excel(tmp_path / "n.xlsx"))
    assert not plain(name) or plain(name) in read
    assert plain(name) in [row[0] for row in read_page(made.to_html()).rows if row]
    assert plain(name) in texts_of_word(made.to_docx(tmp_path / "n.docx"))


@given(name=st.text(max_size=60))
def test_a_row_of_markdown_keeps_its_columns(name: str) -> None:
    """No name can end a cell, begin an element or open a link."""
    rows = [line for line in _named((name, "b")).to_markdown().split("\n") if line.startswith("|")]
    assert all(len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) == 3 for row in rows)
    assert not re.search(r"(?<!\\)(?:\\\\)*[<\[`]", "".join(rows))


@given(names=st.lists(st.text(max_size=40), min_size=1, max_size=6))
@example(names=["a' '", "' b"])
@example(names=["\U00020000" * 20] * 2)
def test_sheets_have_names_that_a_workbook_takes(names: list[str]) -> None:
    """At most 31 letters, none forbidden, no apostrophe at an end, none twice whatever the case."""
    found = sheet_names(names)
    assert len(found) == len(names)
    assert all(0 < len(name.encode("utf-16-le")) <= 2 * 31 for name in found)
    assert not any(set(name) & set("[]:*?/\\") for name in found)
    assert not any(name.startswith("'") or name.endswith("'") for name in found)
    assert len({name.casefold() for name in found}) == len(found)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_unit_goes_through_every_document(name: str, tmp_path: Path) -> None:
    """A unit of that name in a real campaign: each document is written and read back."""
    campaign = tiny()
    label = Label({"en": name, "zh-Hans": name})
    campaign = campaign.with_part(attrs.evolve(campaign.unit("a"), label=label))
    allocation = cc.allocate(campaign, weights=cc.weights.eligible)
    plan = cc.schedule(allocation, over="drive")
    frame = pd.DataFrame({"unit": ["a", "b"], "date": ["2026-06-05"] * 2, "persons": [30, 10]})
    tally = cc.read_reports(frame, campaign, figures="new", by="day")
    progress = cc.track(plan, tally, as_of="2026-06-05")
    scheme = cc.load_case("hengyang", year=2008).scheme
    other = cc.allocate(campaign, weights=cc.weights.equal)
    makers: tuple[Callable[[], Document], ...] = (
        lambda: cc.documents.annex(allocation, lang="en"),
        lambda: cc.documents.letters(cc.letters(allocation, clause=""), lang="en"),
        lambda: cc.documents.assessment(cc.assess(progress, scheme), lang="en"),
        lambda: cc.documents.comparison(cc.compare(allocation, other), lang="en"),
        lambda: cc.bulletin(progress, lang="en"),
    )
    for place, make in enumerate(makers):
        made = make()
        path = made.to_excel(tmp_path / f"{place}.xlsx")
        assert not plain(name) or plain(name) in texts_of_workbook(path)
        assert all(OWN.fullmatch(one) for one in formulas_of(path))
        page = read_page(made.to_html())
        assert not {"script", "img", "a", "iframe"} & set(page.elements)
        assert plain(name) in {cell for row in page.rows for cell in row}
        assert made.to_markdown()


def test_a_part_stands_beneath_its_unit_and_is_marked() -> None:
    """Rows without a mark add up to the total: 70 and 30, of the 70 a zone has 40, its park 10."""
    county = {"kind": "county"}
    campaign = cc.Campaign(
        code="t",
        label="T",
        year=2026,
        units=[
            cc.Unit("east", "East", **county),
            cc.Unit("west", "West", **county),
            cc.Unit("zone", "Zone", **county, parent="east"),
            cc.Unit("park", "Park", **county, parent="zone"),
        ],
        breakdowns=[cc.Breakdown("all", "All", ["county"])],
        phases=[cc.Phase("d", "D", "03-01", "06-30")],
    )
    weights = {"east": 30, "zone": 30, "park": 10, "west": 30}
    made = cc.allocate(campaign, among="all", weights=weights, target=100)
    annex = cc.documents.annex(made, lang="en").sections[0].table
    assert [(row[0], str(row[1]), row[2]) for row in annex.rows] == [
        (1, "East", 70),
        (2, "of which Zone", 40),
        (3, "\N{EM SPACE}of which Park", 10),
        (4, "West", 30),
    ]
    letters = cc.documents.letters(cc.letters(made, by="2026-06-30"), lang="zh")
    names = [str(row[1]) for row in letters.sections[0].table.rows]
    assert names == ["East", "其中：Zone", "\N{EM SPACE}其中：Park", "West"]
    assert [one.heading for one in letters.sections[1:3]] == ["East责任状", "Zone责任状"]
