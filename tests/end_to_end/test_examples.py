"""The examples run on real data, and what they print adds up."""

import importlib.util
import re
from importlib import resources
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

import coverage_campaign as cc

EXAMPLES = Path(__file__).parents[2] / "examples"


def load(name: str) -> ModuleType:
    """Return an example as a module."""
    spec = importlib.util.spec_from_file_location(f"example_{name}", EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def hengyang(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder in which the example of Hengyang has written."""
    out: Path = tmp_path_factory.mktemp("hengyang")
    load("hengyang").main(out, lambda _: None)
    return out


@pytest.fixture(scope="module")
def united_states(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder in which the example of the United States has written."""
    out: Path = tmp_path_factory.mktemp("us")
    load("us_vaccination_2021").main(out, lambda _: None)
    return out


@pytest.mark.parametrize(("annex", "units"), [("annex-1.csv", 12), ("annex-2.csv", 11)])
def test_an_annex_adds_up_to_the_notice(hengyang: Path, annex: str, units: int) -> None:
    """The units of each annex sum to the total row, and that is clause 2's 76,000 people."""
    table = pd.read_csv(hengyang / annex, encoding="utf-8-sig")
    persons = table["任务数（人）"]
    assert len(table) == units + 1
    assert persons.iloc[:-1].sum() == persons.iloc[-1] == 76_000


def test_everything_that_rests_on_simulated_reports_says_so(hengyang: Path) -> None:
    """The word is in the name of each file made from simulated reports, and in the workbook."""
    after_the_reports = [
        path.name
        for path in hengyang.iterdir()
        if any(
            word in path.name
            for word in ("progress", "forecast", "assess", "ranking", "burn", "bulletin")
        )
    ]
    assert after_the_reports
    assert all("SIMULATED" in name for name in after_the_reports)
    sheets = pd.read_excel(
        hengyang / "progress-SIMULATED.xlsx", sheet_name=None, header=None, engine="calamine"
    )
    for sheet in sheets.values():
        assert sheet.map(lambda value: "SIMULATED" in str(value)).to_numpy().any()


def test_the_declared_weights_of_departments_are_marked(hengyang: Path) -> None:
    """The annex says that no source states the departments' weights."""
    sheet = pd.read_excel(
        hengyang / "annexes-en.xlsx", sheet_name=0, header=None, engine="calamine"
    )
    said = "weights of Departments of the city are declared, not taken from a source"
    assert sheet.map(lambda value: said in str(value)).to_numpy().any()


def test_the_ten_states_of_28_may_come_out(united_states: Path) -> None:
    """CDC's table of that day: ten of the 50 states stood at 70 % of adults or more."""
    ranking = pd.read_csv(united_states / "ranking.csv", encoding="utf-8-sig")
    there = set(ranking.loc[ranking["at_the_goal"], "unit"])
    assert there == {"CT", "HI", "MA", "ME", "NH", "NJ", "NM", "PA", "RI", "VT"}


def test_every_known_glitch_of_the_reports_is_shown(united_states: Path) -> None:
    """The six falls of the adult counts and the 24 days without data are published facts."""
    problems = pd.read_csv(united_states / "problems.csv", encoding="utf-8-sig")
    assert (problems["reason"] == "fall").sum() == 6
    (silent,) = problems.loc[problems["reason"] == "no_report", "found"]
    assert silent.startswith("nobody reported in 24 of 65 periods: 27 Mar 2021 to 28 Mar 2021, ")
    falls = " ".join(problems.loc[problems["reason"] == "fall", "found"])
    for size in ("300", "3,940", "56,705", "91,573", "84,276", "5,677"):
        assert f"{size} fewer" in falls


def test_the_counts_of_the_last_day_are_the_published_ones(united_states: Path) -> None:
    """What is done on 28 May is the cumulative count that the CDC showed on that day."""
    ranking = pd.read_csv(united_states / "ranking.csv", encoding="utf-8-sig").set_index("unit")
    published = pd.read_csv(
        str(resources.files("coverage_campaign.shipped") / "us-vaccination-2021.csv")
    )
    last = published[published["date"] == "2021-05-28"].set_index("postal")["dose1_18plus"]
    assert ranking["done"].sort_index().tolist() == last.sort_index().tolist()


@pytest.mark.parametrize("gone", ["430481", "430412"])
def test_without_a_county_everything_still_adds_up(gone: str) -> None:
    """No result figure is typed in: take the largest or the smallest county out of the notice."""
    example = load("hengyang")
    full = cc.load_case("hengyang", year=2008)
    campaign = cc.vary(full, units=[unit for unit in full.units if unit.code != gone])
    by_census = cc.weights.by_measure(example.latest_census(campaign))
    counties = cc.allocate(campaign, weights=by_census)
    cc.testing.assert_exact(counties)
    table = example.issued(counties, "en")
    assert len(table) == 12
    assert table["Persons"].iloc[:-1].sum() == table["Persons"].iloc[-1] == 76_000
    cc.testing.assert_exact(cc.schedule(counties, over="special-action"))
    weights = cc.weights.declared(example.duties(campaign), because="one more than its duties")
    departments = cc.allocate(campaign, among="departments", weights=weights)
    assert cc.cross(counties, departments, weights="margins").to_frame()["share"].sum() == 76_000


def test_no_picture_is_empty(hengyang: Path, united_states: Path) -> None:
    """Each example draws three charts in two languages, each with ink on it."""
    for folder in (hengyang, united_states):
        pictures = list(folder.glob("*.png"))
        assert len(pictures) == 6
        assert all(path.stat().st_size > 10_000 for path in pictures)


@pytest.mark.slow
def test_the_page_of_the_demo_shows_what_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both campaigns, every document in four forms and two languages; no link leads nowhere."""
    monkeypatch.syspath_prepend(str(EXAMPLES))
    assert load("demo").main(tmp_path) == 0
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    links = re.findall(r'(?:href|src)="([^"]+)"', page)
    assert all((tmp_path / link).is_file() for link in links)
    for document in ("annexes", "letters", "bulletin-SIMULATED", "comparison"):
        for lang in ("en", "zh"):
            for form in ("html", "md", "xlsx", "docx"):
                assert f"hengyang/{document}-{lang}.{form}" in links
    gallery = (tmp_path / "gallery" / "index.html").read_text(encoding="utf-8")
    pictures = re.findall(r'src="([^"]+)"', gallery)
    assert len(pictures) == len(set(pictures)) == 46
    assert all((tmp_path / "gallery" / picture).is_file() for picture in pictures)


def test_the_made_up_campaign_is_written_in_both_languages(tmp_path: Path) -> None:
    """Forms, sheets that compute, documents and pictures; units are called by name."""
    example = load("lanhe")
    files = example.write(example.flow(lambda _: None), tmp_path, lambda _: None)
    names = {path.name for path in files}
    for lang in ("en", "zh"):
        for name in ("form", "computing", "annexes", "letters", "bulletin-SIMULATED"):
            assert f"{name}-{lang}.xlsx" in names
        assert f"ranking-{lang}-SIMULATED.png" in names
    text = (tmp_path / "bulletin-SIMULATED-zh.md").read_text(encoding="utf-8")
    assert "其任务和成绩并入云白县" in text
    assert "990127" not in text
