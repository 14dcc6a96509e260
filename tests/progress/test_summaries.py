"""Bases, roll-ups, movement, bridge and parts of the gap: sums reckoned by hand."""

from functools import cache

import attrs
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage_campaign.allocation.allocate import allocate
from coverage_campaign.errors import DefinitionError
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.phases import Phase
from coverage_campaign.model.units import Measure, Unit
from coverage_campaign.progress.progress import Progress, track
from coverage_campaign.scheduling.schedule import Plan, schedule
from support.campaigns import tiny
from support.small_progress import DAILY, Row, planned, received, tallied


def hengyang_like() -> Campaign:
    """Return a campaign with the calendar of the notice of Hengyang in a year of 365 days."""
    drives = [("06-01", "07-30"), ("08-01", "09-15"), ("09-15", "11-30")]
    phases = [
        Phase("publicity", "Publicity", "04-01", "05-31"),
        Phase("special-action", "Special action", "06-01", "12-31"),
        *(
            Phase(f"drive-{number}", "Drive", first, last, parent="special-action")
            for number, (first, last) in enumerate(drives, start=1)
        ),
        Phase("summary", "Summary", "12-01", "03-30"),
    ]
    return attrs.evolve(
        tiny(),
        year=2009,
        phases=phases,
        targets=(),
        responsibilities=(),
        groups=(),
        eligible="",
        covered="",
    )


def progressed(**changes: object) -> Progress:
    """Return the tiny campaign's progress on day 4."""
    return track(planned(), tallied(DAILY, **changes), as_of="2026-06-04")


def test_the_bases_of_31_july_are_those_of_the_domain() -> None:
    """76,000 people on 31 July: 44,333 by twelfths, 44,142 by days, down to 21,664 by the action.

    The figures were reckoned from the notice's dates for a year of 365 days: 7/12, 212/365, 122/275
    from 1 April to the year's end, 122/364 to 30 March, 60/182 days with a drive, 61/214 days.
    35,000 people are ahead on four of them and behind on two.
    """
    campaign = hengyang_like()
    allocation = allocate(
        campaign, among="counties", weights={"a": 5, "b": 3, "c": 2}, target=76_000
    )
    plan = schedule(allocation, over="special-action")
    rows: list[Row] = [("a", "2009-06-01", "new_employer", 35_000)]
    progress = track(plan, tallied(rows, campaign=campaign), as_of="2009-07-31")
    table = progress.bases().set_index("basis")
    expected = {
        "months": 44_333,
        "year": 44_142,
        "to-year-end": 33_716,
        "campaign": 25_473,
        "drives": 25_055,
        "plan": 21_664,
    }
    assert table["planned"].reindex(list(expected)).to_dict() == expected
    gaps = table["gap_persons"].reindex(list(expected))
    assert (gaps > 0).sum() == 4
    assert (gaps < 0).sum() == 2
    assert table.loc["special-action", "planned"] == table.loc["plan", "planned"]
    assert table.loc["drives", "days"] == 182
    assert table.loc["plan", "days"] == 214
    assert progress.totals()["gap_days"].iloc[0] == pytest.approx(35 / 76 * 214 - 61)


def test_months_count_when_they_are_over() -> None:
    """On 30 July six months are over, on 31 July seven, after the year all twelve."""
    campaign = attrs.evolve(tiny(), targets=())
    allocation = allocate(campaign, among="counties", weights={"a": 5, "b": 3, "c": 2}, target=120)
    plan = schedule(allocation, over="drive")
    for day, persons in (("2026-07-30", 60), ("2026-07-31", 70), ("2025-12-31", 0)):
        progress = track(plan, tallied([], campaign=campaign), as_of=day)
        assert progress.bases().set_index("basis").loc["months", "planned"] == persons
    late = track(plan, tallied([], campaign=campaign), as_of="2027-01-15").bases()
    assert late.set_index("basis").loc["months", "planned"] == 120
    assert late["gap_persons"].isna().all()


def test_tiers_pool_their_units() -> None:
    """The city is the pooled sum of its counties, with every column of a progress."""
    tiers = progressed().rollup("tier")
    assert tiers["unit"].tolist() == ["city"]
    assert list(tiers.columns)[:3] == ["tier", "unit", "name"]
    total = progressed().totals()
    shared = [name for name in total.columns if name not in {"unit", "name", "rank"}]
    pd.testing.assert_frame_equal(tiers[shared], total[shared], check_exact=True)


def three_tiers() -> Campaign:
    """Return two cities of two counties each under one province; every unit is eligible 100."""
    counts = {"eligible": 100, "covered": 10}
    units = [
        Unit("p", "Province", "province"),
        *(Unit(city, city, "city", parent="p") for city in ("x", "y")),
        *(
            Unit(code, code, "county", parent=code[0], counts=counts)
            for code in ("x1", "x2", "y1", "y2")
        ),
    ]
    return attrs.evolve(
        tiny(),
        units=units,
        responsibilities=(),
        leading_groups=(),
        reporting=None,
        phases=[attrs.evolve(phase, supports=()) for phase in tiny().phases],
    )


@cache
def three_tier_plan() -> Plan:
    """Return the plan of two cities of two counties: 25 persons each."""
    counties = ("x1", "x2", "y1", "y2")
    allocation = allocate(three_tiers(), among="counties", weights=dict.fromkeys(counties, 1))
    return schedule(allocation, over="drive")


@settings(deadline=None, max_examples=10)
@given(
    st.dictionaries(
        st.sampled_from(["x1", "x2", "y1", "y2"]), st.integers(0, 40), min_size=1, max_size=4
    )
)
def test_a_roll_up_of_roll_ups_is_the_roll_up(done: dict[str, int]) -> None:
    """The province from its cities is the province from its counties, and the totals."""
    campaign = three_tiers()
    allocation = allocate(
        campaign, among="counties", weights=dict.fromkeys(("x1", "x2", "y1", "y2"), 1)
    )
    plan = schedule(allocation, over="drive")
    rows = [(unit, "2026-06-01", "new_employer", persons) for unit, persons in done.items()]
    progress = track(plan, tallied(rows, campaign=plan.campaign), as_of="2026-06-05")
    tiers, total = progress.rollup("tier"), progress.totals().iloc[0]
    cities, province = tiers[tiers["tier"] == 1], tiers[tiers["tier"] == 2].iloc[0]
    for name in ("target", "planned", "done"):
        assert cities[name].sum() == province[name] == total[name]
    for city in cities.itertuples():
        mine = [value for unit, value in done.items() if unit.startswith(city.unit)]
        assert (sum(mine) if mine else None) == (None if pd.isna(city.done) else city.done)


def test_an_upper_unit_has_one_row_however_deep_its_own_lie() -> None:
    """A province with counties right under it and in a city stands once, with all of them."""
    units = [
        attrs.evolve(unit, parent="p") if unit.code in {"y1", "y2"} else unit
        for unit in three_tiers().units
    ]
    campaign = attrs.evolve(three_tiers(), units=units)
    weights = dict.fromkeys(("x1", "x2", "y1", "y2"), 1)
    plan = schedule(allocate(campaign, among="counties", weights=weights), over="drive")
    rows = [(unit, "2026-06-01", "all", 3) for unit in ("x1", "y1")]
    tiers = track(plan, tallied(rows, campaign=campaign), as_of="2026-06-05").rollup("tier")
    assert tiers["unit"].tolist() == ["x", "p"]
    assert tiers["tier"].tolist() == [1, 2]
    assert tiers["done"].tolist() == [3, 6]
    assert tiers["target"].tolist() == [50, 100]


def test_channels_stand_apart_with_their_effect() -> None:
    """New employers, resumptions and losses have their own rows; no report is <NA>."""
    table = progressed().rollup("channel").set_index("channel")
    assert table["effect"].tolist() == ["entry", "entry", "resumption", "loss"]
    assert table["persons"].fillna(-1).tolist() == [10, -1, 5, 2]


def test_groups_need_a_tally_by_group() -> None:
    """Persons by target group, those without one last; a tally without groups is refused."""
    groups = ["hotels", "private-schools", "private-schools", None]
    rows = [*DAILY[:2], ("a", "2026-06-03", "self_employed", 4), ("b", "2026-06-02", "all", 6)]
    progress = track(planned(), tallied(rows, groups=groups), as_of="2026-06-04")
    table = progress.rollup("group")
    assert table["group"].fillna("?").tolist() == ["private-schools", "hotels", "?"]
    assert table["done"].tolist() == [9, 10, 6]
    with pytest.raises(DefinitionError, match="by_group=True"):
        progressed().rollup("group")


def test_periods_add_up_to_the_totals() -> None:
    """The periods' own persons add up to what is done; a word that is no axis is refused."""
    table = progressed().rollup("period")
    assert table["planned"].sum() == 100
    assert table["done"].sum() == 15
    assert table["done"].isna().sum() == 6
    with pytest.raises(DefinitionError, match="tier, channel, group and period"):
        progressed().rollup("unit")  # type: ignore[arg-type]


def test_movement_tells_what_happened_since() -> None:
    """Since the day before, Ash did 5 more and kept its place; Cedar is not known."""
    now = track(planned(), tallied(DAILY), as_of="2026-06-03")
    table = now.change_since().set_index("unit")
    assert table.loc["a", ["done_before", "done", "new"]].tolist() == [10, 15, 5]
    assert table.loc["a", ["rank_before", "rank", "moved"]].tolist() == [1, 1, 0]
    assert table.loc["c"].drop("name").isna().all()
    assert now.previous().as_of.isoformat() == "2026-06-02"


def test_movement_shows_places_won_and_lost() -> None:
    """Birch passes Ash: one place won, one lost."""
    rows = [
        ("a", "2026-06-01", "all", 10),
        ("b", "2026-06-01", "all", 3),
        ("b", "2026-06-02", "all", 9),
    ]
    later = track(planned(), tallied(rows), as_of="2026-06-02")
    moved = later.change_since(track(planned(), tallied(rows), as_of="2026-06-01")).set_index(
        "unit"
    )
    assert moved.loc["b", "moved"] == 1
    assert moved.loc["a", "moved"] == -1


def test_the_bridge_goes_from_covered_before_to_covered_now() -> None:
    """700 covered, 10 + 5 came, 2 were lost: 713 of 1,000; Ash alone 363 of 500."""
    bridge = progressed().bridge().set_index("step")
    assert bridge["persons"].tolist() == [700, 10, 5, 15, -2, 13, 713]
    assert bridge["covered_to_here"].tolist() == [700, 710, 715, 715, 713, 713, 713]
    assert bridge["coverage_rate"].iloc[-1] == 0.713
    assert progressed().bridge("a")["persons"].iloc[-1] == 363
    assert progressed().bridge("c")["persons"].iloc[1:].isna().all()


def test_every_denominator_gives_its_own_coverage() -> None:
    """Of 500 eligible and of 1,000 residents 365 of Ash are covered now; 15 of them came now."""
    units = [
        attrs.evolve(unit, counts={**dict(unit.counts), "residents": 1000})
        if unit.code == "a"
        else unit
        for unit in tiny().units
    ]
    measures = [*tiny().measures, Measure("residents", "Residents")]
    campaign = attrs.evolve(tiny(), units=units, measures=measures)
    tally = tallied(DAILY, campaign=campaign)
    table = track(planned(campaign), tally, as_of="2026-06-04").coverage()
    assert table["measure"].unique().tolist() == ["eligible", "residents"]
    mine = table[table["unit"] == "a"].set_index("measure")
    assert mine["covered_now"].tolist() == [365, 365]
    assert mine["coverage_rate"].tolist() == [0.73, 0.365]
    assert mine["done_rate"].tolist() == [0.03, 0.015]
    assert table[table["unit"] == "b"]["coverage_rate"].isna().tolist() == [False, True]


def test_the_parts_of_the_gap_add_up() -> None:
    """Parts are the furthest behind first and add up to the gap of the whole, silent units too."""
    progress = progressed()
    parts = progress.gap_contributions()
    assert parts["unit"].tolist() == ["b", "c", "a"]
    assert parts["gap_persons"].sum() == progress.totals()["gap_persons"].iloc[0] == -25
    assert parts["gap_share"].sum() == pytest.approx(1)
    assert parts["shortfall"].tolist() == [30, 20, 35]
    assert parts["shortfall_share"].sum() == pytest.approx(1)
    assert parts["reported"].tolist() == [True, False, True]


def test_parts_of_no_gap_have_no_share() -> None:
    """Ahead and behind cancel: persons stand, shares are <NA>."""
    rows = [
        ("a", "2026-06-01", "all", 6),
        ("b", "2026-06-01", "all", 2),
        ("c", "2026-06-01", "all", 2),
    ]
    parts = track(planned(), tallied(rows), as_of="2026-06-01").gap_contributions()
    assert parts["gap_persons"].sum() == 0
    assert parts["gap_share"].isna().all()


def test_needed_counts_calendar_and_working_days() -> None:
    """From 5 to 10 June 2026 there are six days, four of them working, three with a holiday."""
    table = progressed().required_rate().set_index("unit")
    assert table.loc["a", ["days", "working_days"]].tolist() == [6, 4]
    assert table.loc["a", "per_day"] == pytest.approx(35 / 6)
    assert table.loc["a", "per_working_day"] == pytest.approx(35 / 4)
    assert table.loc["a", ["calendar_days", "per_calendar_day"]].tolist() == [6, 35 / 6]
    holiday = progressed().required_rate(holidays=["2026-06-08"])
    assert holiday["working_days"].iloc[0] == 3
    over = track(planned(), tallied(DAILY), as_of="2026-06-10").required_rate()
    assert over["per_day"].isna().all()
    assert over["per_working_day"].isna().all()


def test_needed_tells_days_of_the_plan_from_days_of_the_calendar() -> None:
    """Two drives of 60 and 46 days with a day between them: at their start 106 of 107 days."""
    campaign = hengyang_like()
    weights = {"a": 5, "b": 3, "c": 2}
    allocation = allocate(campaign, among="counties", weights=weights, target=1_000)
    plan = schedule(allocation, over=("drive-1", "drive-2"))
    rows: list[Row] = [("a", "2009-05-01", "new_employer", 0)]
    start = track(plan, tallied(rows, campaign=campaign), as_of="2009-05-15").required_rate()
    assert start.loc[0, ["days", "calendar_days"]].tolist() == [106, 107]
    assert start.loc[0, "per_day"] == pytest.approx(500 / 106)
    assert start.loc[0, "per_calendar_day"] == pytest.approx(500 / 107)
    pause = track(plan, tallied(rows, campaign=campaign), as_of="2009-07-30").required_rate()
    assert pause.loc[0, ["days", "calendar_days"]].tolist() == [46, 47]


def test_a_tier_is_complete_when_all_its_units_are() -> None:
    """One known missing report settles it; without a list nothing is known."""
    came = [(unit, "2026-06-01", "2026-07-01") for unit in ("a", "b", "c")]
    full = track(planned(), tallied(DAILY), as_of="2026-06-30", received=received(*came))
    assert full.rollup("tier")["complete"].tolist() == [True]
    two = track(planned(), tallied(DAILY), as_of="2026-06-30", received=received(*came[:2]))
    assert two.rollup("tier")["complete"].tolist() == [False]
    assert progressed().rollup("tier")["complete"].isna().all()
