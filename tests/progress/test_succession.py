"""Units that close and are succeeded: targets and results pass on, the past is read as of today."""

import datetime as dt
import random
from fractions import Fraction

import attrs
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import coverage_campaign as cc
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.units import Unit
from coverage_campaign.progress.succession import heirs_on, restate
from support.small_progress import tallied

MONTHS = [f"2021-{month:02d}-01" for month in range(1, 13)]


def land(*units: Unit, year: int = 2021) -> Campaign:
    """Return a campaign of counties over a year."""
    return cc.Campaign(
        code="land",
        label="Land",
        year=year,
        units=units,
        measures=[cc.Measure("adults", "Adults"), cc.Measure("insured", "Insured")],
        eligible="adults",
        covered="insured",
        breakdowns=[cc.Breakdown("counties", "Counties", ["county"])],
        phases=[cc.Phase("year", "Year", "01-01", "12-31")],
    )


def county(code: str, **parts: object) -> Unit:
    """Return a county whose name is its code in capitals."""
    return Unit(code, code.upper(), "county", **parts)  # type: ignore[arg-type]


def merged() -> Campaign:
    """Return Ash and Birch, which are Maple from July on, beside Dell."""
    return land(
        county("a", closed="2021-06-30", successors="m", counts={"adults": 1100, "insured": 40}),
        county("b", closed="2021-06-30", successors="m", counts={"adults": 3300, "insured": 60}),
        county("d", counts={"adults": 6600, "insured": 100}),
        county("m", opened="2021-07-01"),
    )


def followed(campaign: Campaign, weights: dict[str, int], rows: list[tuple[str, str, int]]):  # noqa: ANN201 - a function of the day
    """Return the progress of a target of 1,000 people at the end of any day."""
    plan = cc.schedule(
        cc.allocate(campaign, among="counties", weights=weights, target=1000), over="year"
    )
    tally = tallied(
        [(unit, month, "all", count) for unit, month, count in rows], campaign=campaign, by="month"
    )
    return lambda day: cc.track(plan, tally, as_of=day)


def merger():  # noqa: ANN201 - a function of the day
    """Return the progress of the merger by day: 10, 20 and 50 people a month."""
    rows = [(unit, month, count) for month in MONTHS[:6] for unit, count in (("a", 10), ("b", 20))]
    rows += [("m", month, 30) for month in MONTHS[6:]]
    rows += [("d", month, 50) for month in MONTHS]
    return followed(merged(), {"a": 100, "b": 300, "d": 600, "m": 0}, rows)


def test_a_merged_unit_takes_over_targets_and_results() -> None:
    """From 1 July Maple has the targets, the plan and the results of both, and they have none."""
    on = merger()
    before, after = (on(day).to_frame().set_index("unit") for day in ("2021-06-30", "2021-07-31"))
    assert before["done"].fillna(0).tolist() == [60, 120, 300, 0]
    assert before["status"].tolist()[3] == "not_open"
    assert after["status"].tolist()[:2] == ["closed", "closed"]
    assert after["target"].tolist() == [0, 0, 600, 400]
    assert after["done"].fillna(-1).tolist() == [-1, -1, 350, 210]
    assert after["rank"].fillna(0).tolist() == [0, 0, 1, 2]
    later = on("2021-07-31")
    assert later.totals()["target"].iloc[0] == 1000
    assert later.totals()["done"].iloc[0] == 560
    assert later.counts["eligible"].tolist() == [0, 0, 6600, 4400]
    assert str(later.unit("a").reason) == "closed after 30 Jun 2021; its figures pass on to M"


def test_the_past_is_read_under_the_units_of_another_day() -> None:
    """On 31 May Maple would have had the 150 people of both; a change compares like with like."""
    on = merger()
    told = on("2021-05-31").under_units_of("2021-07-01")
    assert told.to_frame().set_index("unit")["done"].fillna(0).tolist() == [0, 0, 250, 150]
    assert told.totals()["done"].equals(on("2021-05-31").totals()["done"])
    change = on("2021-07-31").change_since().set_index("unit")
    assert change.loc["m", ["done_before", "new"]].tolist() == [180, 30]


def test_a_forecast_ends_with_the_unit_and_goes_on_with_its_successor() -> None:
    """At a steady pace the year ends at 360 and 600, whether it is told before or after."""
    on = merger()
    for day in ("2021-05-31", "2021-09-30"):
        ahead = cc.forecast(on(day))
        frame = ahead.to_frame().set_index("unit")
        assert frame["expected"].fillna(-1).tolist() == pytest.approx([-1, -1, 600, 360], rel=0.01)
        assert ahead.totals()["expected"].iloc[0] == pytest.approx(960, rel=0.01)
    doubled = cc.forecast(on("2021-05-31"), pace={"a": 2, "b": 2}).to_frame().set_index("unit")
    assert doubled.loc["m", "expected"] == pytest.approx(150 + 2 * 210, rel=0.02)


def test_a_unit_that_closes_without_successors_expects_nothing_more() -> None:
    """What it did stays; no pace goes on, and no report is lacking after its last day."""
    campaign = land(county("a", closed="2021-06-30"), county("d"))
    rows = [("a", month, 10) for month in MONTHS[:6]] + [("d", month, 50) for month in MONTHS]
    on = followed(campaign, {"a": 400, "d": 600}, rows)
    for day in ("2021-05-31", "2021-09-30"):
        frame = cc.forecast(on(day)).to_frame().set_index("unit")
        assert frame.loc["a", ["low", "expected", "high"]].tolist()[1] == 60
    assert on("2021-09-30").status("a") == "closed"
    assert on("2021-09-30").to_frame()["done"].iloc[0] == 60


def test_a_split_passes_on_by_declared_shares() -> None:
    """60 and 40 in 100 of Ash, people and target, to the nearest person, at each month's end."""
    campaign = land(
        county("a", closed="2021-06-30", successors={"x": "60%", "y": "40%"}),
        county("x", opened="2021-07-01"),
        county("y", opened="2021-07-01"),
        county("d"),
    )
    rows = [("a", month, 7) for month in MONTHS[:6]] + [("x", MONTHS[6], 5), ("d", MONTHS[0], 9)]
    after = followed(campaign, {"a": 500, "d": 500, "x": 0, "y": 0}, rows)("2021-07-31")
    frame = after.to_frame().set_index("unit")
    assert frame.loc[["x", "y"], "target"].tolist() == [300, 200]
    assert frame.loc[["x", "y"], "done"].tolist() == [25 + 5, 17]
    running = after.running_totals()
    exact = pd.Series(7 * np.arange(7) * 0.6, index=running.index[:7])
    assert (running["x"].iloc[:7] - exact).abs().max() <= 0.5


def test_the_heirs_of_a_split_answer_alike_for_its_reports() -> None:
    """Ash owes six: May is missing and June late. X and Y owe July as well, Dell seven of its own.

    X and Y: 6 + 1 owed, 5 + 1 there, 4 + 1 on time. The whole: 6 + 1 + 1 + 7 owed, one missing and
    one late.
    """
    campaign = attrs.evolve(
        land(
            county("a", closed="2021-06-30", successors={"x": "60%", "y": "40%"}),
            county("x", opened="2021-07-01"),
            county("y", opened="2021-07-01"),
            county("d"),
        ),
        reporting=cc.ReportingRule(kinds="county", due_day=5),
    )
    owed = [("a", month) for month in range(1, 7)] + [("x", 7), ("y", 7)]
    owed += [("d", month) for month in range(1, 8)]
    there = [one for one in owed if one != ("a", 5)]
    rows = [(unit, MONTHS[month - 1], "all", 7) for unit, month in there]
    received = pd.DataFrame(
        {
            "unit": [unit for unit, _ in there],
            "period": [f"2021-{month:02d}" for _, month in there],
            "received_on": [
                f"2021-{month + 1:02d}-{9 if one == ('a', 6) else 3:02d}"
                for one in there
                for month in one[1:]
            ],
        }
    )
    allocation = cc.allocate(
        campaign, among="counties", weights={"a": 500, "d": 500, "x": 0, "y": 0}, target=1000
    )
    progress = cc.track(
        cc.schedule(allocation, over="year"),
        tallied(rows, campaign=campaign, by="month"),
        as_of="2021-07-31",
        received=received,
    )
    names = ["reports_expected", "reports_received", "reports_on_time", "complete"]
    frame = progress.to_frame().set_index("unit")[names]
    assert frame.loc["x"].tolist() == frame.loc["y"].tolist() == [7, 6, 5, False]
    assert frame.loc["d"].tolist() == [7, 7, 7, True]
    assert frame.loc["a"].tolist()[:3] == [0, 0, 0]
    assert progress.totals()[names].iloc[0].tolist() == [15, 14, 13, False]
    assert str(progress.unit("y").reason) == "6 of 7 reports received"


def test_successors_that_close_are_followed() -> None:
    """A new code, then a merger of it by half: the shares are multiplied."""
    campaign = land(
        county("a", closed="2021-02-28", successors="b"),
        county("b", opened="2021-03-01", closed="2021-05-31", successors={"c": "50%", "d": "50%"}),
        county("c"),
        county("d"),
    )
    assert heirs_on(campaign, dt.date(2021, 2, 28)) == {}
    assert heirs_on(campaign, dt.date(2021, 4, 1)) == {"a": (("b", Fraction(1)),)}
    half = (("c", Fraction(1, 2)), ("d", Fraction(1, 2)))
    assert heirs_on(campaign, dt.date(2021, 6, 1)) == {"a": half, "b": half}


def test_an_absorbing_unit_adds_the_people_of_the_absorbed() -> None:
    """Dell was there before, so its eligible and covered people are joined by Ash's."""
    campaign = land(
        county("a", closed="2021-06-30", successors="d", counts={"adults": 1100, "insured": 40}),
        county("d", counts={"adults": 6000, "insured": 100}),
    )
    rows = [("a", MONTHS[0], 10), ("d", MONTHS[0], 20)]
    after = followed(campaign, {"a": 400, "d": 600}, rows)("2021-07-31")
    assert after.counts["eligible"].tolist() == [0, 7100]
    assert after.to_frame()["coverage_rate"].iloc[1] == pytest.approx((140 + 30) / 7100)


def five_years(seed: int) -> tuple[Campaign, pd.DataFrame, dict[str, str | None]]:
    """Return 185 changes of codes over five years, the monthly figures, and who follows whom.

    11 new codes, 74 additions (30 of them split off from a code that closes), 100 removals (70 of
    them into a neighbour, 30 for good).
    """
    draw = random.Random(seed)  # noqa: S311 - a made-up table
    life: dict[str, list[dt.date | None]] = {
        f"u{number:03d}": [None, None] for number in range(300)
    }
    heirs: dict[str, dict[str, Fraction]] = {}
    days = sorted(
        draw.sample([dt.date(2019, 1, 1) + dt.timedelta(days=n) for n in range(1700)], 155)
    )
    kinds = ["renamed"] * 11 + ["added"] * 44 + ["split"] * 15 + ["absorbed"] * 55 + ["ended"] * 30
    draw.shuffle(kinds)
    made = 300
    for day, kind in zip(days, kinds, strict=True):
        there = [code for code, (_, closed) in life.items() if closed is None]
        old, other = draw.sample(there, 2)
        new = [f"u{made + number:03d}" for number in range(2)]
        made += 2
        followers = {
            "renamed": {new[0]: Fraction(1)},
            "added": {},
            "split": {new[0]: Fraction(2, 5), new[1]: Fraction(3, 5)},
            "absorbed": {other: Fraction(1)},
            "ended": {},
        }[kind]
        for code in [new[0]] if kind == "added" else [one for one in followers if one in new]:
            life[code] = [day + dt.timedelta(days=1), None]
        if kind != "added":
            life[old][1] = day
            if followers:
                heirs[old] = followers
    units = [
        Unit(code, code, "county", opened=opened, closed=closed, successors=heirs.get(code, {}))
        for code, (opened, closed) in life.items()
    ]
    months = pd.date_range("2019-01-01", "2023-12-01", freq="MS")
    rows = [
        (unit.code, month.strftime("%Y-%m-%d"), "all", draw.randrange(50))
        for unit in units
        for month in months
        if unit.exists_on(month.date())
    ]
    table = pd.DataFrame(rows, columns=["unit", "period", "channel", "persons"])
    return land(*units, year=2019), table, heirs


@pytest.mark.slow
def test_a_series_of_five_years_is_followed_through_its_codes() -> None:
    """Under the codes of the last day nobody is lost; plain pandas gives each the same."""
    campaign, table, heirs = five_years(1)
    changed = [unit for unit in campaign.units if unit.opened or unit.closed]
    assert sum(unit.opened is not None for unit in changed) == 11 + 44 + 30
    assert sum(unit.closed is not None for unit in changed) == 11 + 100
    tally = tallied(list(table.itertuples(index=False, name=None)), campaign=campaign, by="month")
    today = restate(tally, as_of="2023-12-31").to_frame()
    by_month = today.groupby("period")["persons"].sum()
    assert by_month.tolist() == table.groupby("period")["persons"].sum().tolist()
    exact = table.assign(persons=table["persons"].map(Fraction))
    while exact["unit"].isin(heirs).any():
        moved = [
            exact.assign(
                persons=exact["persons"] * exact["unit"].map(of).fillna(0),
                unit=heir,
            )
            for heir, of in inverse(heirs).items()
        ]
        exact = pd.concat([exact[~exact["unit"].isin(heirs)], *moved])
        exact = exact[exact["persons"] != 0]
    found = today.groupby("unit")["persons"].sum()
    wanted = exact.groupby("unit")["persons"].sum()
    assert set(found[found > 0].index) == set(wanted.index)
    # Every split that a series comes through may round by less than a person.
    assert (found.reindex(wanted.index).map(Fraction) - wanted).map(abs).max() < 4


def inverse(heirs: dict[str, dict[str, Fraction]]) -> dict[str, dict[str, Fraction]]:
    """Return for each heir whom it follows, and with which share."""
    found: dict[str, dict[str, Fraction]] = {}
    for code, shares in heirs.items():
        for heir, share in shares.items():
            found.setdefault(heir, {})[code] = share
    return found


@settings(max_examples=30, deadline=None)
@given(
    figures=st.lists(st.integers(-5, 40), min_size=1, max_size=12),
    part=st.fractions(Fraction(1, 10), Fraction(9, 10), max_denominator=10),
)
def test_a_split_loses_nobody_and_stays_near_its_shares(figures: list[int], part: Fraction) -> None:
    """The parts add up each month, and each running total is within one of its share."""
    campaign = land(
        county("a", closed="2021-12-30", successors={"x": part, "y": 1 - part}),
        county("x", opened="2021-12-31"),
        county("y", opened="2021-12-31"),
    )
    rows = [("a", month, "all", count) for month, count in zip(MONTHS, figures, strict=False)]
    split = restate(tallied(rows, campaign=campaign, by="month"), as_of="2021-12-31").to_frame()
    wide = split.pivot_table(index="period", columns="unit", values="persons", aggfunc="sum")
    assert wide.sum(axis=1).tolist() == figures
    running = wide["x"].cumsum().map(Fraction)
    exact = [part * int(total) for total in np.cumsum(figures)]
    assert all(abs(found - wanted) <= 1 for found, wanted in zip(running, exact, strict=True))
    assert attrs.evolve(campaign) == campaign


def test_a_unit_that_will_close_is_measured_against_its_own_days() -> None:
    """Ash is planned to have 49 by 30 June; by the end of April 120 of its 181 days are over.

    It did 40 of them, which are planned for the 148th of its days, and has 61 days for the others.
    """
    on = merger()
    april = on("2021-04-30").to_frame().set_index("unit").loc["a"]
    assert april[["target", "done"]].tolist() == [49, 40]
    assert april["required_per_day"] == pytest.approx(9 / 61)
    assert april["gap_days"] == pytest.approx(40 / 49 * 181 - 120, abs=0.1)
    table = on("2021-04-30").required_rate().set_index("unit")
    assert table.loc[["a", "d"], "days"].tolist() == [61, 245]
    assert table.loc[["a", "d"], "calendar_days"].tolist() == [61, 245]
    notes = " ".join(on("2021-04-30").notes)
    assert "A and B close before the schedule ends" in notes


def test_figures_that_a_merger_lacks_are_named() -> None:
    """Without Birch's figures, or without its June, a note says what Maple is short of."""
    rows = [("m", "2021-07-01", 30), ("d", "2021-07-01", 50)]
    alone = followed(merged(), {"a": 100, "b": 300, "d": 600, "m": 0}, rows)("2021-07-31")
    lacking = [note for note in alone.notes if "No figure of" in note]
    assert [note.split(",")[0] for note in lacking] == ["No figure of A", "No figure of B"]
    assert "enrolments are missing from M" in lacking[0]
    rows += [(unit, month, 9) for unit in ("a", "d") for month in MONTHS[:6]]
    rows += [("b", month, 9) for month in MONTHS[:5]]
    june = followed(merged(), {"a": 100, "b": 300, "d": 600, "m": 0}, rows)("2021-07-31")
    assert [note for note in june.notes if "No figure of" in note] == [
        "No figure of June from B, while others have one: missing, not 0."
    ]


def test_the_explanation_says_where_a_target_went_and_came_from() -> None:
    """Before the merger, after it, of the closed and of the new unit."""
    on = merger()
    lines = {
        (unit, day): on(day).explain(unit).splitlines()[1]
        for unit, day in (("a", "2021-05-31"), ("m", "2021-05-31"), ("a", "2021-07-31"))
    }
    assert lines["a", "2021-05-31"] == (
        "target = 49 persons: what is planned to its last day, 30 Jun 2021, of 100 from the "
        "allocation; the rest passes on to M"
    )
    assert lines["m", "2021-05-31"].endswith("+ 202 of A and B = 202 persons")
    assert lines["a", "2021-07-31"] == (
        "target = 0 persons: its 49 passed on to M after 30 Jun 2021"
    )
    told = on("2021-07-31").explain("m")
    assert "target = 0 persons from the allocation + 400 of A and B = 400 persons" in told
    assert "what A and B did is in it" in told


def test_a_district_with_a_zone_may_take_the_place_of_another() -> None:
    """Old is New and its zone from July on: New's own people are a part beside the zone's."""
    campaign = land(
        county("old", closed="2021-06-30", successors={"new": "80%", "zone": "20%"}),
        county("new", opened="2021-07-01"),
        county("zone", parent="new", opened="2021-07-01"),
        county("d"),
    )
    rows = [("old", month, 10) for month in MONTHS[:6]] + [("d", month, 50) for month in MONTHS]
    after = followed(campaign, {"old": 500, "d": 500}, rows)("2021-07-31").to_frame()
    assert after.set_index("unit")["target"].to_dict() == {
        "old": 0, "d": 500, "zone": 100, "new": 400,
    }  # fmt: skip
    assert after.set_index("unit").loc[["zone", "new"], "done"].tolist() == [12, 48]
