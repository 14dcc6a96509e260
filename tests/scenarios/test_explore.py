"""A study is what `cc.run` says of every scenario alone."""

from decimal import Decimal
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import coverage_campaign as cc
import coverage_campaign.model.scheme as rules_of
from coverage_campaign.assessment.rules.band import Band
from coverage_campaign.scenarios.design import applied
from coverage_campaign.scenarios.explore import FORECAST, QUANTITIES
from support.campaigns import tiny
from support.own_functions import ten_times
from support.tally_cases import need

METHODS = [
    cc.apportion.webster,
    cc.apportion.jefferson,
    cc.apportion.adams,
    cc.apportion.hill,
    cc.apportion.dean,
    cc.apportion.hamilton,
    partial(cc.apportion.hamilton, quota="hare", bounds="quota"),
    cc.apportion.stationary("1/3"),
    cc.apportion.modified("1.4"),
    cc.apportion.quota_method,
]
CURVES = [
    cc.curves.even,
    cc.curves.working_days(holidays=["2026-06-03"]),
    cc.curves.ramp(first=0, last=7),
    cc.curves.by_month({"2026-06": 1}),
    cc.curves.through({"2026-06-04": "60%"}),
]
RULES = [
    cc.rules.per_point("0.1", above="10%"),
    cc.rules.per_point("0.3", partial="whole_steps"),
    cc.rules.step("1.2", loses="0.1", per="5%"),
    cc.rules.step("2", loses="0.3", per="7%", partial="whole_steps", least="-1"),
    cc.rules.band((None, 0), ("60%", "0.6"), ("80%", 1), ("100%", "1.5"), each="person"),
    cc.rules.band(("90%", 2), Band(Fraction(1), Decimal(5), included=False)),
    cc.rules.all_or_nothing(10),
    cc.rules.bonus("0.5", per="3%", beyond="95%", most=4, partial="prorated"),
    cc.rules.bonus("0.5", partial="whole_steps"),
    cc.rules.per_person("0.7", of="up_to_target", goal="50%"),
    cc.rules.per_person("0.7", of="beyond_target"),
    cc.rules.capped(cc.rules.per_point("0.2"), most=15, least=3),
    cc.rules.capped(cc.rules.per_person("0.7"), most=30),
    cc.rules.per_case(-2, least=-1),
    ten_times,
    cc.rules.total(cc.rules.per_point("0.1"), cc.rules.step(loses="0.7", per="9%", least=-3)),
]


def scheme(
    *rules: rules_of.Rule,
    vetoes: list[rules_of.Veto] | None = None,
    pools: list[rules_of.Pool] | None = None,
) -> rules_of.Scheme:
    """Return a scheme with an item for each rule, two grades and the notice's verdicts."""
    items = [
        rules_of.Item(
            f"item{number}", "Item", rule, of="coverage" if number % 3 == 2 else "completion"
        )
        for number, rule in enumerate(rules)
    ]
    return rules_of.Scheme(
        "drawn",
        rules_of.AwardBar("county"),
        rules_of.Commendation(Fraction(11, 10)),
        items=items,
        full=None,
        grades=[rules_of.Grade("low", "Low"), rules_of.Grade("high", "High", Decimal("8.5"))],
        vetoes=vetoes or [],
        pools=pools or [],
    )


def reports(persons: dict[str, int]) -> cc.Tally:
    """Return a tally in which each county did so much on the drive's fifth day."""
    frame = pd.DataFrame(
        {"unit": list(persons), "date": ["2026-06-05"] * len(persons), "persons": persons.values()}
    )
    return cc.read_reports(frame, tiny(), figures="new", by="day")


def baseline() -> cc.Scenario:
    """Return the tiny campaign shared out by its eligible people, to the sixth day."""
    return cc.Scenario(
        campaign=tiny(), weights=cc.weights.eligible, over="drive", as_of="2026-06-06"
    )


def one_by_one(study: cc.Study, tally: cc.Tally | None) -> pd.DataFrame:
    """Return the study's frame as single runs give it: the slow twin."""
    frames = []
    for number in range(len(study)):
        scenario = study.scenario(number)
        units = [
            code for code, here in zip(study.units, study.present[number], strict=True) if here
        ]
        frame = pd.DataFrame({"scenario": number, "unit": pd.array(units, dtype="str")})
        try:
            outcome = cc.run(scenario, reports=tally)
        except (cc.InfeasibleError, cc.TieError):
            frames.append(frame)
            continue
        parts = [
            outcome.allocation.to_frame()[["unit", "share", "uplifted"]],
            outcome.allocation.burden()[["unit", "eligible_rate", "uncovered_rate"]],
        ]
        if outcome.progress is not None:
            columns = [name for name in QUANTITIES if name in outcome.progress.to_frame().columns]
            parts.append(outcome.progress.to_frame()[["unit", *columns]])
        if outcome.forecast is not None:
            parts.append(outcome.forecast.to_frame()[["unit", *FORECAST]])
        if outcome.assessment is not None:
            parts.append(outcome.assessment.to_frame())
        for part in parts:
            frame = frame.merge(part, on="unit", how="left")
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def assert_the_same(study: cc.Study, tally: cc.Tally | None = None) -> None:
    """Assert that a study is, cell by cell, what its scenarios give one by one."""
    ours, theirs = study.to_frame(), one_by_one(study, tally)
    assert ours["unit"].tolist() == theirs["unit"].tolist()
    for name in study.what:
        if name == "schedule":
            continue
        if name not in theirs:
            assert ours[name].isna().all(), name
            continue
        mine, twin = (
            column.astype(object).where(column.notna(), None).tolist()
            for column in (ours[name], theirs[name])
        )
        assert mine == twin, name


EVERYTHING = tuple(name for name in QUANTITIES)


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS, ids=lambda one: getattr(one, "__name__", "hamilton"))
def test_every_method_in_a_batch_is_the_method_alone(method: cc.apportion.Method) -> None:
    """Totals, weights, floors, caps and an uplift vary at once: each scenario is the run of it."""
    study = cc.explore(
        cc.vary(baseline(), method=method),
        over={
            "total": [3, 97, 200, 5_000],
            "weights": [cc.weights.eligible, {"a": 1, "b": 1, "c": 1}, {"a": 0.1, "b": 7, "c": 0}],
            "floors": [{}, {"b": 40}],
            "caps": [{}, {"a": 60}],
            "uplift": [0, "7%"],
        },
        what=EVERYTHING[:2],
    )
    assert len(study) == 96
    assert 0 < study.solved.sum() < 96
    assert_the_same(study)


@pytest.mark.parametrize("curve", CURVES, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("total", [7, 100, 290])
def test_every_curve_in_a_batch_is_the_curve_alone(curve: cc.curves.Curve, total: int) -> None:
    """Small shares remember earlier days, large ones do not: plans agree day by day."""
    study = cc.explore(
        cc.vary(baseline(), curve=curve, by="day"),
        over={"total": range(total, total + 4), "weights": [cc.weights.eligible, cc.weights.equal]},
        what=("share", "schedule"),
    )
    ours = study.schedule_frame()
    for number in range(len(study)):
        plan = cc.run(study.scenario(number)).plan
        assert plan is not None
        mine = ours[ours["scenario"] == number]
        twin = plan.to_frame()
        both = mine.merge(twin, on=["unit", "phase", "period"], suffixes=("", "_alone"))
        assert len(both) == len(mine) == len(twin)
        assert both["planned"].tolist() == both["planned_alone"].tolist()
        assert both["planned_to_date"].tolist() == both["planned_to_date_alone"].tolist()


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(RULES)))
def test_every_rule_in_a_batch_is_the_rule_alone(number: int) -> None:
    """Scores to the last digit, grades and verdicts, as targets move across the thresholds."""
    tally = reports({"a": 50, "b": 33, "c": 0})
    study = cc.explore(
        cc.vary(baseline(), scheme=scheme(*(RULES[number - back] for back in range(3)))),
        over={
            "total": [80, 90, 98, 100, 101, 111, 125],
            "weights": [cc.weights.eligible, cc.weights.equal],
        },
        what=EVERYTHING,
        reports=tally,
    )
    assert_the_same(study, tally)


@pytest.mark.slow
def test_vetoes_pools_and_open_readings_in_a_batch() -> None:
    """A veto zeroes the score, pooled units share a rate, an open reading leaves <NA>."""
    tally = reports({"a": 50, "b": 33})
    open_rule = cc.rules.bonus("0.5", per="3%", beyond="60%")
    tried = [
        scheme(*RULES[:2], vetoes=[rules_of.Veto("least", "Least", goal="90%")]),
        scheme(*RULES[:2], pools=[rules_of.Pool(["a", "b"], ["item0"])]),
        scheme(*RULES[:2], pools=[rules_of.Pool(["a", "c"])]),
        scheme(open_rule),
    ]
    study = cc.explore(
        baseline(),
        over={"scheme": tried, "total": [90, 99, 105], "uplift": [0, "5%"],
              "readings.missed_target": [None, "own", "uplifted"]},
        what=EVERYTHING,
        reports=tally,
    )  # fmt: skip
    assert_the_same(study, tally)


def merged(**east: Any) -> cc.Campaign:  # noqa: ANN401 - any field of a unit
    """Return the campaign of docs/how-to/follow-a-merger.md; `east` is how East ends."""
    south = {"closed": "2026-04-30", "successors": "n"}
    counts = [{"uncovered": persons} for persons in (20_000, 10_000, 10_000)]
    return cc.Campaign(
        code="merger",
        label="A merger",
        year=2026,
        measures=[cc.Measure("uncovered", "People not covered")],
        breakdowns=[cc.Breakdown("counties", "Counties", ["county"])],
        units=[
            cc.Unit("c", "City", "city"),
            cc.Unit("e", "East", "county", parent="c", counts=counts[0], **{**south, **east}),
            cc.Unit("s", "South", "county", parent="c", counts=counts[1], **south),
            cc.Unit("w", "West", "county", parent="c", counts=counts[2]),
            cc.Unit("n", "Newland", "county", parent="c", opened="2026-05-01"),
            cc.Unit("l", "Later", "county", parent="c", opened="2026-07-01"),
        ],
        targets=[cc.HeadcountTarget("people", "1,000 more people", 1_000)],
        phases=[cc.Phase("drive", "Drive", "03-01", "06-30")],
        channels=[cc.Channel("new", "New members")],
        scheme=scheme(cc.rules.per_point("0.1"), cc.rules.per_person("0.7", of="beyond_target")),
    )


def merger_reports(campaign: cc.Campaign) -> cc.Tally:
    """Return what the counties of the merger did: 200, 90 and 100 in April, 60 and 150 in May."""
    frame = pd.DataFrame(
        {
            "unit": ["e", "s", "w", "w", "n"],
            "period": ["2026-04-30"] * 3 + ["2026-05-31"] * 2,
            "persons": [200, 90, 100, 60, 150],
        }
    )
    return cc.read_reports(frame, campaign, figures="new")


def test_after_a_merger_a_study_has_the_figures_of_the_new_unit() -> None:
    """Newland has East's 500 and South's 250: 440 of 750 are done, 126 short of 375 + 191."""
    campaign = merged()
    base = cc.Scenario(
        campaign=campaign,
        weights=cc.weights.by_measure("uncovered"),
        over="drive",
        as_of="2026-05-31",
    )
    what = ("planned", "done", "gap_persons", "shortfall", "rank")
    frame = cc.explore(
        base, over={"total": [1000]}, what=what, reports=merger_reports(campaign)
    ).to_frame()
    newland = frame[frame["unit"] == "n"].iloc[0]
    assert newland[list(what)].tolist() == [375 + 191, 440, -126, 310, 2]
    assert frame[frame["unit"] == "e"]["planned"].tolist() == [0]


@pytest.mark.parametrize("as_of", ["2026-04-30", "2026-05-31", "2026-08-31"])
@pytest.mark.parametrize(
    "east",
    [
        {},
        {"successors": {"n": "60%", "w": "40%"}},
        {"closed": "2026-06-30", "successors": {"l": "1/3", "w": "2/3"}},
    ],
    ids=["merger", "split", "heir that opens after the campaign"],
)
def test_units_that_pass_on_in_a_batch_pass_on_alone(east: dict[str, Any], as_of: str) -> None:
    """Before, within and after the merger every figure, forecast and verdict is the run's."""
    campaign = merged(**east)
    tally = merger_reports(campaign)
    base = cc.Scenario(
        campaign=campaign,
        weights=cc.weights.by_measure("uncovered"),
        over="drive",
        as_of=as_of,
        uplift="10%",
    )
    study = cc.explore(
        base,
        over={"total": [0, 801], "weights": [cc.weights.equal, base.weights]},
        what=EVERYTHING,
        reports=tally,
    )
    assert_the_same(study, tally)


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_any_grid_over_any_campaign_is_its_runs(data: st.DataObject) -> None:
    """Trees of one or two tiers, ties, zeros, bounds that cannot be met, both orders, a base."""
    campaign = data.draw(cc.testing.campaigns(most_units=5, tiers=data.draw(st.integers(1, 2))))
    leaves = [unit.code for unit in campaign.leaves("counties")]
    numbers = st.sampled_from([0, 1, 1, 2, 7, 100])
    weight = st.fixed_dictionaries(dict.fromkeys(leaves, numbers))
    bounds = st.dictionaries(st.sampled_from(leaves), st.integers(0, 900), max_size=2)
    scenario = cc.Scenario(
        campaign=campaign,
        weights=cc.weights.declared(
            data.draw(weight.filter(lambda w: any(w.values()))), because="t"
        ),
        over="drive",
        as_of=campaign.whole_window.first,
        ties=data.draw(st.sampled_from(["code", "first", "last"])),
    )
    room = campaign.headcount.persons + 5 if campaign.headcount else 3_000
    over: dict[str, list[Any]] = {
        "total": data.draw(st.lists(st.integers(0, room), min_size=1, max_size=3)),
        "method": data.draw(st.lists(st.sampled_from(METHODS), min_size=1, max_size=2)),
        "floors": [{}, data.draw(bounds)],
        "caps": [{}, data.draw(bounds)],
        "already_covered": [None, data.draw(weight)],
    }
    extra = data.draw(st.sampled_from(["uplift", "pins", "order", "base", "remainder", "unit"]))
    over |= {
        "uplift": {"uplift": [0, "0.1"]},
        "pins": {"pins": [{}, data.draw(bounds)]},
        "order": {"order": ["top_down", "bottom_up"]},
        "base": {"base": [0, 3]},
        "remainder": {"remainder": ["raise", "keep"]},
        "unit": {f"weights.{leaves[0]}": [1, 0.25, 50], f"caps.{leaves[-1]}": [None, 20]},
    }[extra]
    what = ("share", "uplifted", "uncovered_rate")
    try:
        study = cc.explore(scenario, over=over, what=what, block=2**16)
    except cc.InfeasibleError:
        return  # no scenario has an answer: the next test is about that
    assert_the_same(study)


def test_where_no_scenario_has_an_answer_the_first_one_s_error_is_raised() -> None:
    """More people than are left to enrol, in every scenario."""
    with pytest.raises(cc.InfeasibleError, match="301"):
        cc.explore(baseline(), over={"total": [301, 400]})


def test_rows_that_are_given_are_the_scenarios() -> None:
    """Samples are rows, not combinations: three rows are three scenarios, in their order."""
    rows = pd.DataFrame({"total": [100, 90, 100], "weights.a": [5, 1, 5], "caps.b": [30, None, 60]})
    study = cc.explore(baseline(), samples=rows)
    assert study.inputs()["total"].tolist() == [100, 90, 100]
    assert_the_same(study)
    again = cc.explore(baseline(), samples={name: rows[name].tolist() for name in rows})
    assert again.to_frame()["share"].equals(study.to_frame()["share"])


def test_arrays_of_numbers_are_read_as_arrays() -> None:
    """Whole numbers and floats in arrays give what the same numbers in lists give."""
    columns = {
        "total": np.array([100, 90, 101, 99]),
        "weights.a": np.array([5.5, 1.0, 0.0, 7.25]),
        "caps.b": np.array([30, 100, 60, 0]),
        "floors.c": np.array([0, 3, 1, 60]),
    }
    study = cc.explore(baseline(), samples=columns)
    assert_the_same(study)
    listed = cc.explore(baseline(), samples={name: one.tolist() for name, one in columns.items()})
    pd.testing.assert_frame_equal(study.to_frame(), listed.to_frame())


def test_columns_of_unequal_length_are_no_rows() -> None:
    """Rows need a value in every column."""
    with pytest.raises(cc.DefinitionError, match="equal length"):
        cc.explore(baseline(), samples={"total": [1, 2], "base": [0]})


def test_blocks_are_the_study_in_pieces() -> None:
    """However small the blocks, joined they are the study, numbered from the first to the last."""
    over = {"total": range(50, 200), "method": METHODS[:3], "readings.counted": ["gross", "net"]}
    tally = reports({"a": 50, "b": 33, "c": 20})
    options: dict[str, Any] = {"over": over, "what": ("share", "rank"), "reports": tally}
    whole = cc.explore(baseline(), **options)
    blocks = list(cc.explore_blocks(baseline(), block=2**16, **options))
    assert len(blocks) > 5
    joined = pd.concat([block.to_frame() for block in blocks], ignore_index=True)
    pd.testing.assert_frame_equal(joined, whole.to_frame())


def test_a_scenario_without_an_answer_is_missing_and_says_why() -> None:
    """300 uncovered people are all there are: 301 cannot be shared out, 300 can."""
    study = cc.explore(baseline(), over={"total": [300, 301, 302]})
    assert study.solved.tolist() == [True, False, False]
    frame = study.to_frame()
    assert frame["share"].notna().tolist() == [True] * 3 + [False] * 6
    reasons = study.unsolved()
    assert reasons["total"].tolist() == [301, 302]
    assert "301" in reasons["reason"][0]


def test_one_at_a_time_holds_the_others() -> None:
    """Two inputs with two other values each are the baseline and four scenarios, not nine."""
    study = cc.explore(
        baseline(), over={"total": [80, 120], "weights.a": [100, 1000]}, design="one_at_a_time"
    )
    assert study.inputs()["total"].tolist() == [100, 80, 120, 100, 100]
    assert study.inputs()["weights.a"].tolist() == [500, 500, 500, 100, 1000]
    # By hand: a has half of 80 and of 120; 100 of 600 and 1,000 of 1,500 parts of 100.
    table = study.tornado("a").set_index("input")
    assert table.loc["total", ["low", "high"]].tolist() == [40, 60]
    assert table.loc["weights.a", ["low", "high"]].tolist() == [17, 67]
    assert table.index[0] == "weights.a"
    assert cc.charts.sensitivity(study.tornado("a"), base=50).get_label()


def test_the_region_in_which_some_county_bears_too_much() -> None:
    """Ash has 150 uncovered, Birch 90, Cedar 60: above 45, 27 or 18 persons are more than 30 %.

    By eligible people the shares are 5, 3 and 2 tenths: the first total above a limit is 91 (Ash
    and Cedar round to 46 and 18, Birch to 27). Equal thirds put Cedar above 18 from 56 on (19).
    """
    study = cc.explore(
        baseline(),
        over={"total": range(50, 101), "weights": [cc.weights.eligible, cc.weights.equal]},
        what=("share", "uncovered_rate"),
    )
    region = study.where(lambda s: (s.array("uncovered_rate") > 0.3).any(axis=1))
    inside = region.to_frame()
    least = inside.groupby("weights")["total"].min().to_dict()
    shares = {  # by hand: the first total at which a share passes its limit
        "eligible": next(t for t in range(50, 101) if _webster_by_hand(t, (5, 3, 2))),
        "equal": next(t for t in range(50, 101) if _webster_by_hand(t, (1, 1, 1))),
    }
    assert least == shares
    by_input = region.by_input()
    assert by_input.loc[by_input["input"] == "weights", "holding"].sum() == region.count
    assert region.box().loc[0, "least"] == min(shares.values())


def _webster_by_hand(total: int, weights: tuple[int, ...]) -> bool:
    """Tell whether seats given one by one to the largest w / (2 seats + 1) pass a limit."""
    seats = [0, 0, 0]
    for _ in range(total):
        claims = [Fraction(w, 2 * s + 1) for w, s in zip(weights, seats, strict=True)]
        seats[claims.index(max(claims))] += 1
    return any(s > limit for s, limit in zip(seats, (45, 27, 18), strict=True))


def test_a_condition_has_to_answer_for_every_scenario() -> None:
    """A flag a unit is no flag a scenario."""
    study = cc.explore(baseline(), over={"total": [50, 60]})
    with pytest.raises(cc.DefinitionError, match="one flag for each"):
        study.where(lambda s: s.array("share") > 3)


def test_fairness_of_each_scenario() -> None:
    """The same Gini as the allocation's own, and the heaviest burden by name."""
    study = cc.explore(
        baseline(), over={"total": [100, 60], "weights": [cc.weights.eligible, cc.weights.equal]}
    )
    table = study.fairness()
    for number in range(len(study)):
        allocation = cc.run(study.scenario(number)).allocation
        shares = allocation.shares().tolist()
        assert table.loc[number, "gini"] == pytest.approx(float(_gini(shares)), abs=1e-12)
        assert table.loc[number, "per"] == allocation.fairness().need == "eligible"
        burden = allocation.burden().set_index("unit")["eligible_rate"]
        assert table.loc[number, "heaviest"] == burden.idxmax()
        assert table.loc[number, "largest_burden"] == pytest.approx(float(burden.max()))
    # Equal thirds of 100 are 34, 33, 33; the baseline has 50, 30, 20: Cedar rises most, by 13.
    assert table.loc[1, ["rises_most", "largest_rise"]].tolist() == ["c", 13]


def _gini(shares: list[int]) -> Fraction:
    """Return the mean absolute difference of burdens over twice their mean, weighted by need."""
    need = [500, 300, 200]
    rates = [Fraction(s, n) for s, n in zip(shares, need, strict=True)]
    whole = Fraction(sum(need))
    mean = Fraction(sum(shares)) / whole
    spread = sum(
        Fraction(a * b) / whole**2 * abs(x - y)
        for a, x in zip(need, rates, strict=True)
        for b, y in zip(need, rates, strict=True)
    )
    return spread / (2 * mean)


def test_quantities_and_inputs_are_asked_for_by_name() -> None:
    """A slip is met with the names that there are; nothing is run before."""
    with pytest.raises(cc.DefinitionError, match="uncovered_rate"):
        cc.explore(baseline(), over={"total": [1]}, what=("burden",))
    with pytest.raises(cc.DefinitionError, match=r"weights\.z"):
        cc.explore(baseline(), over={"weights.z": [1]})
    with pytest.raises(cc.DefinitionError, match="reports"):
        cc.explore(baseline(), over={"total": [90]}, what=("rank",))
    with pytest.raises(cc.DefinitionError, match="questions"):
        cc.explore(baseline(), over={"readings.nothing": [1]})


def test_values_that_read_alike_are_told_apart() -> None:
    """Two declared weightings are two values in the table."""
    study = cc.explore(
        baseline(), over={"weights": [{"a": 1, "b": 1, "c": 1}, {"a": 2, "b": 1, "c": 1}]}
    )
    assert study.inputs()["weights"].nunique() == 2


def test_a_design_row_is_a_scenario() -> None:
    """The scenario behind a number is the baseline with that row's inputs."""
    first = baseline()
    study = cc.explore(first, over={"total": [90, 95], "floors.a": [None, 48]})
    assert study.scenario(3) == cc.vary(first, target=95, floors={"a": 48})
    assert applied(first, {}) == first
    assert np.array_equal(study.array("share")[0], [45, 27, 18])


def test_a_study_is_written_block_by_block(tmp_path: Path) -> None:
    """However many files, any tool reads the folder as the one table."""
    need("pyarrow")
    over = {"total": range(50, 300)}
    blocks = cc.explore_blocks(baseline(), over=over, block=2**16)
    written = cc.save_study(blocks, tmp_path / "study")
    assert len(written) > 1
    found = pd.read_parquet(tmp_path / "study")
    whole = cc.explore(baseline(), over=over).to_frame()
    assert found["share"].tolist() == whole["share"].tolist()
    assert found["unit"].tolist() == whole["unit"].tolist()
    with pytest.raises(cc.DefinitionError, match="holds a study already"):
        cc.save_study(cc.explore(baseline(), over=over), tmp_path / "study")


def test_lists_in_errors_are_joined_once() -> None:
    """The last of the inputs and quantities is joined by the one "and" of its list."""
    with pytest.raises(cc.DefinitionError, match=r"total, unit_month_caps, uplift and weights; "):
        cc.explore(baseline(), over={"nothing": [1]})
    with pytest.raises(cc.DefinitionError, match=r"merit_eligible, commended and schedule$"):
        cc.explore(baseline(), over={"total": [1]}, what=["nothing"])
