"""The CDC's first doses of 2021 and the census table behind them, read as they were published.

Expected values are reckoned here from the raw lines with the csv module, or printed in the source.
"""

import csv
import datetime as dt
import io
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.phases import Phase
from coverage_campaign.model.units import Measure, Unit
from coverage_campaign.reporting.result import Tally
from coverage_campaign.reporting.sheets.read_reports import read_reports

DATA = Path(__file__).parents[2] / "data"
DOSES = DATA / "cdc_first_dose_2021" / "six_states.csv"
CENSUS = DATA / "census_2019_18plus" / "as_published.csv"

# Census Bureau, residents aged 18 and over on 1 July 2019.
ADULTS = {
    "AR": ("Arkansas", 2_317_649),
    "HI": ("Hawaii", 1_116_004),
    "ID": ("Idaho", 1_338_864),
    "NH": ("New Hampshire", 1_104_458),
    "TX": ("Texas", 21_596_071),
    "VT": ("Vermont", 509_984),
}
# Read from the published file by hand: state, day, figure of the day, fewer than the one before.
CORRECTIONS = {
    ("AR", "2021-04-05", 819_146, 300),
    ("ID", "2021-04-14", 552_248, 3_940),
    ("NH", "2021-05-07", 765_759, 56_705),
    ("NH", "2021-05-27", 774_621, 84_276),
    ("TX", "2021-05-25", 12_061_656, 91_573),
    ("VT", "2021-05-27", 412_801, 5_677),
}


def states(first_day: str = "2020-12-14") -> Campaign:
    """Return six states, and a campaign from a day to 4 July 2021."""
    return Campaign(
        code="us",
        label="First doses",
        year=int(first_day[:4]),
        units=[
            Unit(code, name, "state", counts={"adults": adults})
            for code, (name, adults) in ADULTS.items()
        ],
        measures=[Measure("adults", "Adults")],
        eligible="adults",
        phases=[Phase("drive", "Drive", dt.date.fromisoformat(first_day), dt.date(2021, 7, 4))],
    )


def read(source: str | Path | pd.DataFrame = DOSES, **changes: object) -> Tally:
    """Return the tally of the published file."""
    options: dict[str, object] = {
        "figures": "cumulative",
        "by": "day",
        "unit": "postal",
        "persons": "dose1_18plus",
        "rate": "dose1_18plus_pct_published",
    }
    campaign = changes.pop("campaign", states())
    return read_reports(source, campaign, **{**options, **changes})


def raw() -> list[dict[str, str]]:
    """Return the lines of the file, sorted by state and day."""
    with DOSES.open(encoding="utf-8", newline="") as lines:
        return sorted(csv.DictReader(lines), key=lambda row: (row["postal"], row["date"]))


def changes_by_hand() -> dict[tuple[str, str], int]:
    """Return what each line adds to its state's line before."""
    return {
        (after["postal"], after["date"]): int(after["dose1_18plus"]) - int(before["dose1_18plus"])
        for before, after in pairwise(raw())
        if before["postal"] == after["postal"]
    }


def as_dict(tally: Tally) -> dict[tuple[str, str], int]:
    """Return the tally by unit and day."""
    frame = tally.to_frame()
    days = frame["period"].dt.strftime("%Y-%m-%d")
    return dict(zip(zip(frame["unit"], days, strict=True), frame["persons"], strict=True))


@pytest.mark.parametrize("as_frame", [False, True])
def test_a_day_counts_what_it_adds_to_the_report_before(*, as_frame: bool) -> None:
    """The daily persons are the differences of consecutive lines, from the file or a frame."""
    tally = read(pd.read_csv(DOSES) if as_frame else DOSES)
    assert as_dict(tally) == changes_by_hand()
    assert tally.rows_in == 6 * 41
    assert tally.problems.rows == 0


def test_first_figures_are_stock() -> None:
    """Nobody was covered by the campaign on its first reported day: these people were before."""
    tally = read()
    stock = dict(zip(tally.stock["unit"], tally.stock["persons"], strict=True))
    assert stock == {
        row["postal"]: int(row["dose1_18plus"]) for row in raw() if row["date"] == "2021-03-25"
    }
    assert (tally.to_frame()["period"] > pd.Timestamp("2021-03-25")).all()


def test_every_correction_downwards_is_kept_and_said_with_its_cell() -> None:
    """The six falls are negative persons, each with its cell and by how much it falls."""
    tally = read()
    negative = {key: persons for key, persons in as_dict(tally).items() if persons < 0}
    assert negative == {(state, day): -fall for state, day, _, fall in CORRECTIONS}
    with DOSES.open(encoding="utf-8", newline="") as lines:
        line_of = {(row["postal"], row["date"]): at for at, row in enumerate(csv.DictReader(lines))}
    said = {problem.where: problem for problem in tally.problems if problem.reason == "fall"}
    for state, day, figure, fall in CORRECTIONS:
        problem = said.pop(f"six_states.csv, cell D{line_of[state, day] + 2}")
        assert f"{figure:,} persons, {fall:,} fewer" in problem.found
        assert problem.counted
    assert not said


def test_days_without_any_report_are_named() -> None:
    """24 of the 65 days were not collected: one problem names them, and none is a row."""
    there = {row["date"] for row in raw()}
    days = pd.date_range("2021-03-25", "2021-05-28").strftime("%Y-%m-%d")
    gone = [day for day in days if day not in there]
    (problem,) = [one for one in read().problems if one.reason == "no_report"]
    assert problem.found.startswith(f"nobody reported in {len(gone)} of {len(days)} periods: ")
    assert len(gone) == 24
    assert all(day in problem.found for day in ("27 Mar 2021", "8 May 2021"))


def test_printed_percentages_agree_except_where_they_are_changed() -> None:
    """All 246 printed rates are right to their decimal; one that is not is named with its cell."""
    assert not [problem for problem in read().problems if problem.reason == "rate_differs"]
    frame = pd.read_csv(DOSES)
    frame.loc[7, "dose1_18plus_pct_published"] += 0.1
    (problem,) = [one for one in read(frame).problems if one.reason == "rate_differs"]
    assert problem.where == "reports, row 7, column 'dose1_18plus_pct_published'"
    assert problem.counted


def test_as_of_leaves_later_days_uncounted_and_explained() -> None:
    """What is dated after the day is explained row by row; the rest counts as before."""
    tally = read(as_of="2021-05-04")
    every = changes_by_hand()
    assert as_dict(tally) == {key: n for key, n in every.items() if key[1] <= "2021-05-04"}
    later = sum(row["date"] > "2021-05-04" for row in raw())
    assert dict(tally.problems.totals) == {"not_yet_reported": later}
    assert tally.as_of == dt.datetime(2021, 5, 4, 23, 59, 59)  # noqa: DTZ001 - civil time


def test_the_last_figure_before_the_campaign_is_its_stock() -> None:
    """A campaign that starts on 4 May starts from the figures of 3 May; older ones are outside."""
    tally = read(campaign=states("2021-05-04"))
    assert set(tally.stock["period"]) == {pd.Timestamp("2021-05-03")}
    assert as_dict(tally) == {k: n for k, n in changes_by_hand().items() if k[1] >= "2021-05-04"}
    older = sum(row["date"] < "2021-05-03" for row in raw())
    assert dict(tally.problems.totals) == {"outside_campaign": older}


def test_a_baseline_makes_the_first_figure_new() -> None:
    """With a baseline the first report adds its difference; a unit without one keeps its stock."""
    first = {row["postal"]: int(row["dose1_18plus"]) for row in reversed(raw())}
    tally = read(baseline={"AR": 500_000, "Hawaii": 400_000})
    got = as_dict(tally)
    assert got["AR", "2021-03-25"] == first["AR"] - 500_000
    assert got["HI", "2021-03-25"] == first["HI"] - 400_000
    assert set(tally.stock["unit"]) == {"ID", "NH", "TX", "VT"}
    from_nothing = read(baseline=0)
    assert from_nothing.to_frame()["persons"].sum() == sum(
        int(row["dose1_18plus"]) for row in raw() if row["date"] == "2021-05-28"
    )
    assert from_nothing.stock.empty


def test_above_the_eligible_is_said_once_a_unit() -> None:
    """A smaller population makes Vermont's figures impossible: its first such day is named."""
    campaign = states()
    vermont = Unit("VT", "Vermont", "state", counts={"adults": 400_000})
    tally = read(campaign=campaign.with_part(vermont), rate="")
    above = [row for row in raw() if row["postal"] == "VT" and int(row["dose1_18plus"]) > 400_000]
    (problem,) = [one for one in tally.problems if one.reason == "above_eligible"]
    assert f"{int(above[0]['dose1_18plus']):,} persons of 400,000 eligible" in problem.found
    assert f"and in {len(above) - 1} more reports" in problem.found


def test_wide_frames_say_the_same_as_long_ones() -> None:
    """One column a state, or one column a day, is the same figures."""
    frame = pd.read_csv(DOSES)
    by_state = frame.pivot_table(index="date", columns="postal", values="dose1_18plus")
    by_day = frame.pivot_table(index="name", columns="date", values="dose1_18plus")
    for wide in (
        by_state,
        by_day,
        by_state.set_axis(pd.to_datetime(by_state.index)),
        by_day.reset_index(),
    ):
        tally = read_reports(wide, states(), figures="cumulative", by="day")
        assert as_dict(tally) == changes_by_hand()


def test_months_hold_what_their_days_add() -> None:
    """By month the differences of a unit are added up; the gap over a month's end falls in May."""
    by_month: dict[tuple[str, str], int] = {}
    for (state, day), persons in changes_by_hand().items():
        key = (state, f"{day[:7]}-01")
        by_month[key] = by_month.get(key, 0) + persons
    assert as_dict(read(by="month")) == by_month


def census_campaign() -> Campaign:
    """Return the United States above its states, named as the census names them."""
    rows = [row[0].lstrip(".") for row in csv.reader(io.StringIO(CENSUS.read_text("utf-8-sig")))]
    names = rows[rows.index("West") + 1 : rows.index("Wyoming") + 1]
    return Campaign(
        code="census",
        label="Census",
        year=2019,
        units=[
            Unit("US", "United States", "country"),
            *(Unit(name, name, "state", parent="US") for name in names),
        ],
        phases=[Phase("year", "Year", "01-01", "12-31")],
    )


def test_the_census_table_is_read_as_it_was_published() -> None:
    """51 states are counted, the national row checks them, regions and Puerto Rico are unknown."""
    tally = read_reports(
        CENSUS,
        census_campaign(),
        figures="new",
        unit="Geographic Area",
        persons="Resident Population Age 18 Years and Older / Total",
        period="2019-07-01",
        by="day",
    )
    assert len(tally.to_frame()) == 51
    assert tally.to_frame()["persons"].sum() == 255_200_373  # printed in the table
    assert dict(tally.problems.totals) == {"printed_total": 1, "unknown_unit": 5}
    unknown = {one.found: one.where for one in tally.problems if one.reason == "unknown_unit"}
    outside = ["Northeast", "Midwest", "South", "West", "Puerto Rico"]
    assert set(unknown) == {repr(name) for name in outside}
    assert unknown["'Puerto Rico'"] == "as_published.csv, cell A62"
    assert tally.rows_in == 57


def test_a_state_that_is_off_by_one_shows_in_the_national_row() -> None:
    """A printed total that its parts miss by one person is named with both sums."""
    text = CENSUS.read_text("utf-8-sig").replace('"445,025"', '"445,026"')
    rows = list(csv.reader(io.StringIO(text)))[4:]
    frame = pd.DataFrame(rows, columns=["unit", "all", "persons", "share"]).query("persons != ''")
    tally = read_reports(frame, census_campaign(), figures="new", period="2019-07-01", by="day")
    (problem,) = [one for one in tally.problems if one.reason == "total_differs"]
    assert problem.found == "printed 255,200,373, but 51 parts add up to 255,200,374"
    assert not problem.counted
