"""Two tables that a district published, against the same lines read by hand."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.phases import Phase
from coverage_campaign.model.units import Unit
from coverage_campaign.reporting.result import Tally
from coverage_campaign.reporting.sheets.read_reports import read_reports

FOLDER = Path(__file__).parents[2] / "data" / "yueyanglou"
BY_HAND = pd.read_csv(FOLDER / "read_by_hand.csv")
TABLES = {
    "yueyanglou_2017_01-08": (2017, "2017-08-01"),
    "yueyanglou_2019_01-07": (2019, "2019-07-01"),
}


def read(name: str, **options: str) -> tuple[Tally, pd.DataFrame]:
    """Return the tally of a table whose every department is a unit, and its lines read by hand."""
    lines = BY_HAND[BY_HAND["table"] == name]
    departments = lines["department"].unique().tolist()
    campaign = Campaign(
        code="works",
        label="Works",
        year=TABLES[name][0],
        units=[Unit(department, department, "department") for department in departments],
        phases=[Phase("year", "Year", "01-01", "12-31")],
    )
    path = FOLDER / f"{name}.csv"
    return read_reports(path, campaign, figures="cumulative", baseline=0, **options), lines


def rows_of(tally: Tally, *reasons: str) -> set[int]:
    """Return the lines of the file in which problems of these reasons stand."""
    places = [problem.where for problem in tally.problems if problem.reason in reasons]
    return {int(re.search(r"cell [A-Z]+(\d+)", place)[1]) for place in places}  # type: ignore[index]  # or the test fails


@pytest.mark.parametrize("name", TABLES)
def test_what_is_counted_is_what_a_reader_sees(name: str) -> None:
    """Whole figures are counted at the month of the title; empty ones and kilometres are not."""
    tally, lines = read(name)
    known = lines["actual_value"].notna()
    of_persons = ~lines["actual_text"].str.contains("户|公里|元", na=False)
    whole = known & (lines["actual_value"] % 1 == 0) & of_persons
    assert rows_of(tally, "no_figure") == set(
        lines.loc[~known & lines["actual_text"].isna(), "row"]
    )
    assert rows_of(tally, "not_a_count", "other_measure") == set(
        lines.loc[(known & ~whole) | (~known & lines["actual_text"].notna()), "row"]
    )
    doubtful = rows_of(tally, "contradicting", "double")
    counted = lines[whole & ~lines["row"].isin(doubtful)]
    frame = tally.to_frame()
    assert dict(zip(frame["unit"], frame["persons"], strict=True)) == dict(
        zip(counted["department"], counted["actual_value"], strict=True)
    )
    assert set(frame["period"]) == {pd.Timestamp(TABLES[name][1])}
    assert tally.rows_in == len(lines)


@pytest.mark.parametrize("name", TABLES)
def test_departments_with_several_matters_are_not_added_up(name: str) -> None:
    """Persons and money of one department are two matters: none counts before one is chosen."""
    tally, lines = read(name)
    of_persons = ~lines["actual_text"].str.contains("户|公里|元", na=False)
    whole = lines[(lines["actual_value"] % 1 == 0) & of_persons]
    several = whole[whole["department"].duplicated(keep=False)]
    assert rows_of(tally, "contradicting") == set(several["row"])


def test_a_rate_that_was_cut_is_said_and_not_corrected() -> None:
    """3 of 51 were printed as 5 %: of the lines that count it is the one that a reader doubts."""
    tally, lines = read("yueyanglou_2019_01-07")
    doubted = lines[lines["agrees_at_printed_precision"] == "no"]
    assert rows_of(tally, "rate_differs") == set(doubted["row"]) == {5}


def test_one_matter_of_2019_is_chosen_by_its_words() -> None:
    """With `only`, a department's line stands alone: 3,321 of 2,500 screened, printed as 133 %."""
    matter = "农村及城镇低保适龄妇女“两癌”免费检查"
    tally, _ = read("yueyanglou_2019_01-07", only={"项目名称": matter})  # type: ignore[arg-type]
    assert tally.to_frame()[["unit", "persons"]].to_numpy().tolist() == [["区卫健局", 3321]]
    assert rows_of(tally, "rate_differs") == set()
