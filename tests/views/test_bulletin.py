import datetime as dt
import re
from pathlib import Path

import attrs
import docx
import openpyxl
import pandas as pd
import pytest

import coverage_campaign as cc
from coverage_campaign.model.labels import Label
from coverage_campaign.model.units import Unit
from coverage_campaign.views.documents.paper import plain, written
from coverage_campaign.views.words import newly
from support.campaigns import tiny

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
    assert "1 unit is on or ahead of schedule: Ash (60.0%, 10.0 points ahead of schedule)." in text
    assert (
        "2 units are behind schedule: Cedar at 20.0%, 30.0 points behind, 16 people short, "
        "4 a day needed; Birch at 33.3%, 16.7 points behind, 20 people short, 4 a day needed."
    ) in text
    assert "The units behind schedule must reach 36 more people by 10 June 2026." in text


def test_of_many_units_the_ends_are_shown_and_the_sums_of_the_upper_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where two rows are many: the first, the last, what lies between, and the city's 44 of 100."""
    monkeypatch.setattr("coverage_campaign.views.documents.bulletin._MOST_ROWS", 2)
    monkeypatch.setattr("coverage_campaign.views.documents.bulletin._AT_ENDS", 1)
    made = cc.bulletin(progress(), lang="en")
    ranking, upper = [part.table for part in made.sections if part.table is not None][:2]
    assert [row[1] for row in ranking.rows] == ["Ash", "… 1 more", "Cedar"]
    assert [row[2:5] for row in upper.rows] == [(100, 50, 44)]


@pytest.mark.parametrize(("units", "named"), [(5, 5), (20, 0)])
def test_of_units_that_lead_alike_all_are_named_or_none(units: int, named: int) -> None:
    """Each has all of its ten people: a rank that all share names nobody as the first three."""
    counties = [
        Unit(f"u{place}", f"U{place}", "county", parent="city", counts={"eligible": 9})
        for place in range(units)
    ]
    kept = [unit for unit in tiny().units if unit.kind != "county"]
    campaign = cc.vary(tiny(), units=[*kept, *counties], covered="")
    allocation = cc.allocate(campaign, weights=cc.weights.eligible, target=10 * units)
    plan = cc.schedule(allocation, over="drive")
    rows = [(unit.code, "2026-06-05", 10) for unit in counties]
    frame = pd.DataFrame(rows, columns=["unit", "date", "persons"])
    reports = cc.read_reports(frame, campaign, figures="new", by="day")
    made = cc.bulletin(cc.track(plan, reports, as_of="2026-06-05"), lang="en")
    (leading,) = [line for line in made.sentences if "on or ahead of schedule" in line]
    assert len(re.findall(r"U[0-9]+ \(", leading)) == named
    assert "leading" not in leading


def test_the_chinese_sentences_read_as_such_notices_do() -> None:
    """The same facts in the words of a 通报."""
    text = "".join(cc.bulletin(progress(), lang="zh").sentences)
    assert (
        "截至2026年6月5日，3个单位累计完成44人，占任务100人的44.0%，"
        "低于序时进度6.0个百分点（序时进度50.0%）；其中6月份新增44人。"
    ) in text
    assert "距2026年6月10日还有5天，尚差56人，日均需完成12人。" in text
    assert "1个单位达到或超过序时进度：Ash（完成60.0%，超过序时进度10.0个百分点）。" in text
    assert (
        "2个单位低于序时进度，分别是：丙县完成20.0%，低于序时进度30.0个百分点，尚差16人，"
        "日均需完成4人；乙县"
    ) in text
    assert "上述2个滞后单位须于2026年6月10日前完成任务，合计尚差36人。" in text


def test_the_ground_of_the_ranking_is_said(tmp_path: Path) -> None:
    """Completeness, burden and signs stand beside the ranks; what is not known is said."""
    made = cc.bulletin(progress(), lang="en")
    ground = next(part for part in made.sections if part.heading.startswith("5.")).paragraphs
    assert any(one.startswith("When reports arrived is not known") for one in ground)
    # targets 50, 30, 20 of 500, 300, 200 eligible: 100 per 1,000 each
    assert "The target is 100 per 1,000 eligible people in every unit." in ground
    assert "No data-quality flags in the monthly figures." in ground
    sheet = openpyxl.load_workbook(made.to_excel(tmp_path / "b.xlsx"), data_only=True)["Ranking"]
    heads = [cell.value for cell in sheet[3]]
    assert [sheet.cell(4, heads.index("Target per 1,000 eligible") + 1).value] == [100]


def test_persons_taken_back_are_a_sign_beside_the_rank() -> None:
    """A correction downwards is told at its unit, and that it is no proof."""
    campaign = tiny()
    plan = cc.schedule(cc.allocate(campaign, weights=cc.weights.eligible), over="drive")
    frame = pd.DataFrame(
        {
            "unit": ["a", "a", "b", "c"],
            "date": ["2026-06-03", "2026-06-05", "2026-06-05", "2026-06-05"],
            "persons": [40, 30, 10, 4],
        }
    )
    reports = cc.read_reports(frame, campaign, figures="cumulative", by="day", baseline=0)
    made = cc.bulletin(cc.track(plan, reports, as_of="2026-06-05"), lang="en")
    frame = made.to_frame().set_index("Unit")
    assert frame.loc["Ash", "Remark"] == "to check: downward correction"
    assert (
        "Monthly figures to check: Ash (downward correction). A flag does not mean an error."
        in (made.sentences)
    )


def test_a_forecast_is_told_roughly() -> None:
    """The sentence names what is expected, its range and the chance, in three figures."""
    subject = progress()
    forecast = cc.forecast(subject)
    text = " ".join(cc.bulletin(subject, lang="en", forecast=forecast).sentences)
    row = forecast.totals().iloc[0]
    assert f"about {int(row['expected'])} people are expected" in text
    assert "(80% range: " in text


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
    assert sheet["B4"].value == plain(name)
    assert sheet["B4"].data_type == "s"
    page = made.to_html()
    assert "<script" not in page
    assert "default-src 'none'" in page
    table = made.to_markdown().split("\n| 1 |")[1].split("\n")[0]
    assert len(re.findall(r"(?<!\\)\|", table)) == 9


def test_a_unit_without_a_report_is_named_and_not_ranked() -> None:
    """Not reported is not 0: Cedar stands at the end with the reason."""
    campaign = tiny()
    plan = cc.schedule(cc.allocate(campaign, weights=cc.weights.eligible), over="drive")
    frame = pd.DataFrame({"unit": ["a", "b"], "date": ["2026-06-05"] * 2, "persons": [30, 10]})
    reports = cc.read_reports(frame, campaign, figures="new", by="day")
    made = cc.bulletin(cc.track(plan, reports, as_of="2026-06-05"), lang="en")
    assert made.rows[-1].label.text() == "Cedar"
    assert made.rows[-1].done is None
    assert "Not ranked: Cedar (no report counted)." in made.sentences


def test_the_movement_of_ranks_is_shown(tmp_path: Path) -> None:
    """Birch was behind Cedar before and is before it now: up by one."""
    before = progress(done=(30, 5, 10))
    made = cc.bulletin(progress(), lang="en", previous=before)
    sheet = openpyxl.load_workbook(made.to_excel(tmp_path / "b.xlsx"), data_only=True)["Ranking"]
    moved = {sheet[f"B{row}"].value: sheet[f"I{row}"].value for row in (4, 5, 6)}
    assert moved == {"Ash": 0, "Birch": 1, "Cedar": -1}


def test_a_half_is_rounded_up_in_a_table() -> None:
    """500 of 8,000 are 6.25 %, and 1,127 people in 92 days are 12.25 a day: 6.3 % and 12.3."""
    assert written(0.0625, "rate") == "6.3%"
    assert written(12.25, "real") == "12.3"
    assert written(-0.25, "points") == "−0.3"


def test_the_bulletin_says_when_the_task_is_done() -> None:
    """All have more than their targets: 完成任务, not only ahead of the schedule."""
    text = " ".join(cc.bulletin(progress(done=(51, 30, 21))).sentences)
    assert "3个单位全部完成任务。" in text
    some = " ".join(cc.bulletin(progress(done=(51, 30, 4))).sentences)
    assert "已完成任务的单位2个：Ash、乙县。" in some


def test_the_bulletin_is_signed_by_an_office(tmp_path: Path) -> None:
    """Number, addressees, issuer and day stand where an official document has them."""
    made = cc.bulletin(
        progress(),
        issuer="某市人民政府办公室",
        addressees="各县市区人民政府",
        number="某政办〔2026〕1号",
        dated=dt.date(2026, 6, 6),
    )
    text = made.to_markdown()
    order = [
        "某政办",
        "各县市区人民政府：",
        "通报如下。",
        "一、",
        "某市人民政府办公室",
        "2026年6月6日",
        "排名 ",
    ]
    places = [text.index(part) for part in order[:-1]]
    assert places == sorted(places)
    assert "某政办〔2026〕1号" in made.to_html()
    word = docx.Document(str(made.to_docx(tmp_path / "b.docx")))
    assert word.paragraphs[1].text == "某政办〔2026〕1号"


def test_traditional_letters_are_traditional_throughout() -> None:
    """No simplified letter of the library's own is left; names are as the campaign has them."""
    made = cc.bulletin(progress(), lang="zh-Hant")
    text = made.title + "".join(made.sentences).replace("丙县", "").replace("乙县", "")
    assert "關於" in text
    assert "個單位累計完成44人" in text
    assert not set("关进单计数报说时历统汇总这为无县") & set(text)


def test_a_language_of_the_context_is_that_of_documents() -> None:
    """A document is in Chinese unless the caller, or the context, says otherwise."""
    assert cc.bulletin(progress()).lang == "zh"
    with cc.language("en"):
        assert cc.bulletin(progress()).lang == "en"
    with pytest.raises(cc.DefinitionError, match="en, zh, zh-Hans and zh-Hant"):
        cc.bulletin(progress(), lang="cn")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("period", "day", "as_of", "english", "chinese"),
    [
        (
            "quarter",
            20,
            "2026-06-05",
            "Reports for 1 April 2026 to 30 June 2026 are due by 20 July 2026.",
            "2026年4月1日至2026年6月30日的报表须于2026年7月20日前报送。",
        ),
        (
            "week",
            3,
            "2026-06-07",
            "Reports for 8 June 2026 to 14 June 2026 are due by 17 June 2026.",
            "2026年6月8日至2026年6月14日的报表须于2026年6月17日前报送。",
        ),
        (
            "month",
            5,
            "2026-06-05",
            "Reports for June are due by 5 July 2026.",
            "6月份报表须于2026年7月5日前报送。",
        ),
    ],
)
def test_the_next_report_is_that_of_the_period_that_the_campaign_reports_by(
    period: str, day: int, as_of: str, english: str, chinese: str
) -> None:
    """A quarter or a week is named by its days, a month by its name; the due day by the rule."""
    campaign = tiny()
    assert campaign.reporting is not None
    rule = attrs.evolve(campaign.reporting, period=period, due_day=day)
    campaign = attrs.evolve(campaign, reporting=rule)
    plan = cc.schedule(cc.allocate(campaign, weights=cc.weights.eligible), over="drive")
    frame = pd.DataFrame({"unit": ["a"], "date": ["2026-06-05"], "persons": [30]})
    reports = cc.read_reports(frame, campaign, figures="new", by="day")
    followed = cc.track(plan, reports, as_of=as_of)
    assert english in " ".join(cc.bulletin(followed, lang="en").sentences)
    assert chinese in "".join(cc.bulletin(followed, lang="zh").sentences)


def two_counties(rows: list[tuple[str, str, int]], as_of: str, *units: cc.Unit) -> cc.Progress:
    """Return East with 600 of 1,000 persons and West with 400, over 122 days from 1 March."""
    own = (
        cc.Unit("e", "East", "county", counts={"size": 3}),
        cc.Unit("w", "West", "county", counts={"size": 2}),
    )
    land = cc.Campaign(
        code="x",
        label="X",
        year=2026,
        measures=[cc.Measure("size", "Size")],
        units=[*own, *units],
        breakdowns=[cc.Breakdown("counties", "C", ["county"])],
        targets=[cc.HeadcountTarget("p", "p", 1000)],
        phases=[cc.Phase("d", "Drive", "03-01", "06-30")],
        channels=[cc.Channel("new", "New")],
    )
    plan = cc.schedule(cc.allocate(land, weights=cc.weights.by_measure("size")), over="d")
    frame = pd.DataFrame(rows, columns=["unit", "period", "persons"])
    reports = cc.read_reports(frame, land, figures="new", as_of="2026-07-10T23:59")
    return cc.track(plan, reports, as_of=as_of)


def test_who_has_done_what_was_planned_is_not_named_as_behind() -> None:
    """31 of 122 days: 152.5 and 101.6 persons, in whole ones 152 and 102; both have done them."""
    told = two_counties([("e", "2026-03", 152), ("w", "2026-03", 102)], "2026-03-31")
    text = " ".join(cc.bulletin(told, lang="en").sentences)
    assert "2 units are on or ahead of schedule: West" in text
    assert "East (25.3%, on schedule)." in text
    assert "behind schedule" not in text


def test_a_correction_is_no_negative_number_of_new_persons() -> None:
    """40 taken back in East and 10 new in West: 30 fewer. The closed unit is not among the two."""
    closed = cc.Unit("v", "Vale", "county", counts={"size": 0}, closed="2026-03-10")
    rows = [("e", "2026-03", 152), ("w", "2026-03", 102), ("e", "2026-04", -40)]
    told = two_counties([*rows, ("w", "2026-04", 10)], "2026-04-30", closed)
    english, chinese = (cc.bulletin(told, lang=lang) for lang in ("en", "zh"))
    assert english.sentences[0].endswith("; after corrections the figure fell by 30 in April.")
    assert chinese.sentences[0].endswith("；4月份经更正减少30人。")
    assert "2个单位累计完成224人" in chinese.sentences[0]
    assert "2026年7月10日 23:59" in chinese.to_markdown()


def test_new_persons_are_said_of_days_that_are_over() -> None:
    """Of the week from Monday 8 June, on Wednesday: 8 to 10 June."""
    campaign = tiny()
    plan = cc.schedule(cc.allocate(campaign, weights=cc.weights.eligible), over="drive", by="day")
    frame = pd.DataFrame({"unit": ["a"], "date": ["2026-06-03"], "persons": [30]})
    reports = cc.read_reports(frame, campaign, figures="new", by="week")
    told = cc.track(plan, reports, as_of="2026-06-10")
    assert str(newly(told, long=True)) == "from 8 Jun 2026 to 10 Jun 2026"


def test_a_status_without_a_figure_is_in_no_sentence_on_gaps() -> None:
    """Whether losses count is open: some units are behind in any case, and no gap is made up."""
    campaign = cc.load_case("hengyang", year=2008, readings=cc.Readings())
    census = cc.weights.by_measure("census_2000")
    plan = cc.schedule(cc.allocate(campaign, weights=census), over="special-action")
    made = cc.simulate(plan, seed=1, missing=0)
    tally = cc.tally(made.events, campaign, as_of="2009-01-12", simulated=True)
    progress = cc.track(plan, tally, as_of="2008-09-30", received=made.received)
    assert progress.to_frame()["done"].isna().all()
    for lang in ("en", "zh"):
        text = cc.bulletin(progress, lang=lang).to_markdown()
        assert "Reports are owed" not in text
        assert "补报所缺" not in text
