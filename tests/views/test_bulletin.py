import re
from pathlib import Path

import attrs
import openpyxl
import pandas as pd
import pytest

import coverage_campaign as cc
from campaigns import tiny
from coverage_campaign.model.labels import Label

# The independent reader does not know the data bars that the workbook has, and says so.
pytestmark = pytest.mark.filterwarnings("ignore:.* extension is not supported:UserWarning")


def progress(name: str = "Ash", *, done: tuple[int, int, int] = (30, 10, 4)) -> cc.Progress:
    """Return the tiny campaign on its fifth day: 25, 15 and 10 planned of 50, 30 and 20."""
    campaign = tiny()
    campaign = campaign.with_part(
        attrs.evolve(campaign.unit("a"), label=Label({"en": name, "zh-Hans": name}))
    )
    plan = cc.schedule(cc.allocate(campaign, weights=cc.weights.eligible), over="drive")
    frame = pd.DataFrame({"unit": ["a", "b", "c"], "date": ["2026-06-05"] * 3, "persons": done})
    reports = cc.read_reports(frame, campaign, figures="new", by="day")
    return cc.track(plan, reports, as_of="2026-06-05")


def test_the_sentences_say_who_leads_who_lags_and_what_is_needed() -> None:
    """By hand: 44 of 100; Ash 60 % against 50 %; Cedar 20 %, 30 points behind, 16 short, 5 days."""
    text = " ".join(cc.bulletin(progress(), lang="en").sentences)
    assert "44 of 100 people were reached (44.0%), 6.0 points behind" in text
    assert "In the lead: Ash (60.0%)" in text
    assert (
        "2 units are behind the schedule: Cedar by 30.0 points, 16 people short, 3.2 a day" in text
    )
    assert "Due by 10 June 2026" in text


def test_the_chinese_sentences_read_as_such_notices_do() -> None:
    """The same facts in the words of a 通报."""
    text = "".join(cc.bulletin(progress(), lang="zh").sentences)
    assert "截至2026年6月5日，累计完成44人，占任务100人的44.0%，低于序时进度6.0个百分点。" in text
    assert "丙县低30.0个百分点、尚差16人、日均需完成3.2人" in text
    assert "须于2026年6月10日前完成任务" in text


def test_the_workbook_has_three_sheets_and_formulas_with_values(tmp_path: Path) -> None:
    """Read back by an independent reader: formulas are formulas, and their values are stored."""
    path = cc.bulletin(progress(), lang="zh").to_excel(tmp_path / "b.xlsx")
    formulas = openpyxl.load_workbook(path)
    assert formulas.sheetnames == ["排名", "分解表", "口径说明"]
    sheet = formulas["排名"]
    assert sheet["F4"].value == '=IF(C4=0,"",E4/C4)'
    assert sheet.page_setup.orientation == "landscape"
    values = openpyxl.load_workbook(path, data_only=True)["排名"]
    assert values["B4"].value == "Ash"
    assert values["F4"].value == pytest.approx(0.6)
    assert values["H4"].value == pytest.approx(10.0)
    assert [values[f"C{row}"].value for row in (4, 5, 6, 7)] == [50, 30, 20, 100]


def test_two_runs_write_the_same_bytes(tmp_path: Path) -> None:
    """A bulletin can be made again as it was."""
    first = cc.bulletin(progress()).to_excel(tmp_path / "1.xlsx").read_bytes()
    assert cc.bulletin(progress()).to_excel(tmp_path / "2.xlsx").read_bytes() == first
    assert cc.bulletin(progress()).to_html() == cc.bulletin(progress()).to_html()


@pytest.mark.parametrize(
    "name",
    ["=cmd()|' /C calc'!A0", "<script>alert(1)</script>", "$x$ | *b*", "\u202eevil", "x" * 300],
)
def test_hostile_names_are_text_everywhere(name: str, tmp_path: Path) -> None:
    """A name that is a formula, a script or markup stays a name in every form."""
    made = cc.bulletin(progress(name), lang="en")
    sheet = openpyxl.load_workbook(made.to_excel(tmp_path / "b.xlsx"))["Ranking"]
    assert sheet["B4"].value == name
    assert sheet["B4"].data_type == "s"
    page = made.to_html()
    assert "<script" not in page
    assert "default-src 'none'" in page
    table = made.to_markdown().split("\n| 1 |")[1].split("\n")[0]
    assert len(re.findall(r"(?<!\\)\|", table)) == 8


def test_a_unit_without_a_report_is_named_and_not_ranked() -> None:
    """Not reported is not 0: Cedar stands at the end with the reason."""
    campaign = tiny()
    plan = cc.schedule(cc.allocate(campaign, weights=cc.weights.eligible), over="drive")
    frame = pd.DataFrame({"unit": ["a", "b"], "date": ["2026-06-05"] * 2, "persons": [30, 10]})
    reports = cc.read_reports(frame, campaign, figures="new", by="day")
    made = cc.bulletin(cc.track(plan, reports, as_of="2026-06-05"), lang="en")
    assert made.rows[-1].standing.name == "Cedar"
    assert made.rows[-1].standing.done is None
    assert "Not ranked: Cedar (no report)." in made.sentences


def test_the_movement_of_ranks_is_shown(tmp_path: Path) -> None:
    """Birch was behind Cedar before and is before it now: up by one."""
    before = progress(done=(30, 5, 10))
    made = cc.bulletin(progress(), lang="en", previous=before)
    sheet = openpyxl.load_workbook(made.to_excel(tmp_path / "b.xlsx"), data_only=True)["Ranking"]
    moved = {sheet[f"B{row}"].value: sheet[f"I{row}"].value for row in (4, 5, 6)}
    assert moved == {"Ash": 0, "Birch": 1, "Cedar": -1}
