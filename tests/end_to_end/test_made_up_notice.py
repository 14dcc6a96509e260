"""The made-up notice of Lanhe from its file to the bulletin, against a calculation in plain pandas.

`Expected` is the second, independent calculation: it reads the file with `tomllib`, and its tables
come from pandas alone, with no function of the library.
"""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any

import pandas as pd
import pytest

import coverage_campaign as cc

DONE = {
    "990102": 9_100,
    "990171": 3_300,
    "990103": 6_700,
    "990104": 4_300,
    "990121": 5_900,
    "990122": 4_800,
    "990123": 3_900,
    "990124": 3_700,
    "990125": 1_900,
    "990126": 1_500,
    "990127": 2_600,
}
"""Persons enrolled by unit; Baishi and Yunling until the merger, Yunbai after it."""
MERGED, HEIR = ("990125", "990126"), "990127"
LATE = ("990104", 9)  # Nanqiao's report for September came on the 30th
DAYS = {"2023-06-25": "0.60", "2023-09-25": "0.85", "2023-12-25": "1"}


def months_of(unit: str) -> range:
    """Return the reporting months in which a unit enrols anybody."""
    return range(3, 7) if unit in MERGED else range(7 if unit == HEIR else 3, 13)


def enrolments() -> pd.DataFrame:
    """Return one row a person: unit and day, spread evenly over the unit's months."""
    rows = [
        (unit, f"2023-{month:02d}-{10 + number % 15:02d}")
        for unit, persons in DONE.items()
        for month in months_of(unit)
        for number in range(share_of(persons, month, months_of(unit)))
    ]
    return pd.DataFrame(rows, columns=["unit", "date"]).assign(
        date=lambda t: pd.to_datetime(t["date"])
    )


def share_of(persons: int, month: int, months: range) -> int:
    """Return the persons of one month: as many in each, the first ones one more."""
    each, left = divmod(persons, len(months))
    return each + (month - months.start < left)


class Expected:
    """What plain pandas makes of the file and the enrolments."""

    def __init__(self) -> None:
        """Read the file's annexes, and count the enrolments by day."""
        text = (resources.files("coverage_campaign.shipped") / "lanhe.toml").read_text("utf-8")
        self.file: dict[str, Any] = tomllib.loads(text)
        annex, stretch = (pd.Series(one["shares"]) for one in self.file["annexes"])
        self.annex, self.stretch = annex, stretch
        self.by_day = enrolments().groupby(["unit", "date"]).size()

    def passed_on(self, figures: pd.Series[int]) -> pd.Series[int]:
        """Return figures by unit after the merger: the heir has what its predecessors had."""
        heirs = figures.rename(index=dict.fromkeys(MERGED, HEIR))
        return heirs.groupby(level=0).sum()

    def progress(self, day: str) -> pd.DataFrame:
        """Return target, planned, done, gap and rank by unit at a milestone's day."""
        done = self.by_day[self.by_day.index.get_level_values("date") <= pd.Timestamp(day)]
        table = pd.DataFrame({"target": self.annex, "done": done.groupby("unit").sum()})
        if day > "2023-06-30":
            table = pd.DataFrame({name: self.passed_on(table[name].fillna(0)) for name in table})
        table = table.dropna().astype(int)
        table["planned"] = (table["target"] * float(DAYS[day])).round().astype(int)
        table["gap_persons"] = table["done"] - table["planned"]
        rate = table["done"] / table["target"]
        table["rank"] = rate.rank(ascending=False, method="min").astype(int)
        return table

    def scores(self) -> pd.Series[float]:
        """Return each unit's score: completion, payers, reports in time, milestones, delays."""
        end = self.progress("2023-12-25")
        rate = (end["done"] / end["target"]).clip(upper=1)
        late = pd.Series(0, index=end.index)
        late[LATE[0]] = 1
        missed = sum(
            (self.progress(day)["gap_persons"] < 0).reindex(end.index, fill_value=False).astype(int)
            for day in list(DAYS)[1:]
        )
        june = self.progress("2023-06-25")
        first = self.passed_on(june["done"]) < self.passed_on(june["planned"])
        missed = missed + first.reindex(end.index).astype(int)
        return 50 * rate + 30 + 20 * (late == 0) - 2 * missed - 0.5 * late


@pytest.fixture(scope="module")
def expected() -> Expected:
    """Return the independent calculation."""
    return Expected()


@pytest.fixture(scope="module")
def campaign() -> cc.Campaign:
    """Return the shipped campaign."""
    return cc.load_case("lanhe")


@pytest.fixture(scope="module")
def plan(campaign: cc.Campaign) -> cc.Plan:
    """Return the plan of the guaranteed targets."""
    return cc.schedule(cc.allocate(campaign))


@pytest.fixture(scope="module")
def tally(campaign: cc.Campaign) -> cc.Tally:
    """Return the tally of the enrolments."""
    rows = enrolments()
    events = rows.assign(
        record=[f"r{number}" for number in range(len(rows))],
        person=[f"p{number}" for number in range(len(rows))],
        revision=0,
        reported_at=rows["date"] + pd.Timedelta(days=1),
        channel="employed",
        group=None,
    )
    return cc.tally(events, campaign, as_of="2023-12-31")


@pytest.fixture(scope="module")
def received() -> pd.DataFrame:
    """Return when each report came in; those of the merged counties end with the month of July."""
    rows = [
        (unit, f"2023-{month:02d}-01", f"2023-{month:02d}-{30 if (unit, month) == LATE else 27}")
        for unit in DONE
        for month in (range(3, 8) if unit in MERGED else months_of(unit))
    ]
    return pd.DataFrame(rows, columns=["unit", "period", "received_on"])


def test_the_targets_are_those_of_the_annexes(campaign: cc.Campaign, expected: Expected) -> None:
    """Both kinds of targets are taken as they are; the basis names annex and clause."""
    for target, figures in (("guaranteed", expected.annex), ("stretch", expected.stretch)):
        allocation = cc.allocate(campaign, target=target)
        shares = allocation.shares()
        assert shares[figures.index].tolist() == figures.tolist()
        assert shares.drop(figures.index).tolist() == [0]  # Yunbai opens later
        basis = " ".join(allocation.basis.lines())
        assert "Annex" in basis
        assert "clause 2(" in basis


def test_the_zone_and_the_rest_of_its_district_are_two_parts(campaign: cc.Campaign) -> None:
    """Dongpu's line holds its own 9,000 and the zone's 3,000; the parts add up to the whole."""
    frame = cc.allocate(campaign).to_frame().set_index("unit")
    assert frame.loc["990102", ["share", "own_share"]].tolist() == [12_000, 9_000]
    assert frame.loc["990171", "share"] == 3_000
    assert frame["own_share"].sum() == 48_000


@pytest.mark.parametrize("day", list(DAYS))
def test_plan_and_progress_at_each_milestone(
    day: str, plan: cc.Plan, tally: cc.Tally, received: pd.DataFrame, expected: Expected
) -> None:
    """Target, plan, done, gap and rank are those of the second calculation."""
    progress = cc.track(plan, tally, as_of=day, received=received)
    frame = progress.to_frame().set_index("unit")
    wanted = expected.progress(day)
    if day < "2023-07-01":  # until then each county has what is planned before its last day
        wanted = wanted.drop(index=list(MERGED))
        columns = ["planned", "done", "gap_persons"]
    else:
        columns = ["target", "planned", "done", "gap_persons", "rank"]
        assert frame.loc[list(MERGED), "status"].tolist() == ["closed", "closed"]
    found = frame.loc[wanted.index, columns].astype(int)
    pd.testing.assert_frame_equal(found, wanted[columns], check_names=False)
    assert progress.totals()["planned"].tolist() == [round(48_000 * float(DAYS[day]))]


def test_the_line_of_the_stretch_targets(
    campaign: cc.Campaign, plan: cc.Plan, tally: cc.Tally, expected: Expected
) -> None:
    """Guaranteed and stretch are two lines of one progress, with one figure of what is done."""
    progress = cc.track(plan, tally, as_of="2023-12-25")
    stretch = cc.schedule(cc.allocate(campaign, target="stretch"))
    lines = progress.lines({"stretch": stretch}, name="guaranteed").set_index(["line", "unit"])
    wanted = expected.passed_on(expected.stretch)
    assert lines.loc["stretch"].loc[wanted.index, "target"].tolist() == wanted.tolist()
    assert lines.loc[("stretch", "total"), "target"] == 54_000
    assert lines.loc[("stretch", "total"), "done"] == lines.loc[("guaranteed", "total"), "done"]


def test_the_assessment_counts_milestones_and_late_reports(
    campaign: cc.Campaign,
    plan: cc.Plan,
    tally: cc.Tally,
    received: pd.DataFrame,
    expected: Expected,
) -> None:
    """Two points for a missed milestone, half a point for a late report."""
    progress = cc.track(plan, tally, as_of="2023-12-25", received=received)
    units = progress.to_frame()["unit"]
    indicators = pd.DataFrame(
        [
            {"unit": unit, "indicator": code, "value": value}
            for unit in units
            for code, value in (("payers", "96%"), ("true_reports", "100%"))
        ]
    )
    assert campaign.scheme is not None
    assessment = cc.assess(progress, campaign.scheme, indicators=indicators)
    scores = assessment.to_frame().set_index("unit")["score"].dropna().astype(float)
    wanted = expected.scores()
    pd.testing.assert_series_equal(
        scores.sort_index(), wanted.sort_index(), check_names=False, check_index_type=False
    )


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_bulletin_says_it_in_both_languages(
    lang: str, plan: cc.Plan, tally: cc.Tally, received: pd.DataFrame
) -> None:
    """Total, rate and the county that the merger made; the merged ones are not ranked."""
    progress = cc.track(plan, tally, as_of="2023-12-25", received=received)
    text = cc.bulletin(progress, lang="en" if lang == "en" else "zh").to_markdown()
    assert "47,700" in text
    assert "99.4%" in text
    heir, gone = ("Yunbai County", "Baishi County") if lang == "en" else ("云白县", "白石县")
    assert f" {heir} | 6,100 " in text
    assert not [row for row in text.splitlines() if row.startswith("| 1") and gone in row]


def test_the_review_leaves_two_findings(campaign: cc.Campaign) -> None:
    """The notice sets no amount of money for the tax office and no term for the court."""
    assert [one.code for one in cc.review(campaign)] == [
        "money-without-amount",
        "ladder-without-terms",
    ]
