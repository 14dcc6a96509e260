"""Places against a plain reckoning with Fractions, and pairs of rates that floats cannot tell."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import coverage_campaign as cc
from coverage_campaign.model.targets import to_rate
from coverage_campaign.progress.indicators import competition_ranks
from support.small_progress import Row, planned, tallied


def by_hand(pairs: list[tuple[int, int]]) -> list[int]:
    """Return each fraction's place: one more than the number of greater ones."""
    rates = [Fraction(top, bottom) for top, bottom in pairs]
    return [1 + sum(other > rate for other in rates) for rate in rates]


def places(pairs: list[tuple[int, int]]) -> list[int]:
    """Return the places of pairs of numerator and denominator."""
    tops, bottoms = zip(*pairs, strict=True) if pairs else ((), ())
    return competition_ranks(
        np.array(tops, dtype=np.int64), np.array(bottoms, dtype=np.int64)
    ).tolist()


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(-50, 60), st.integers(1, 40)), max_size=25))
def test_small_fractions_rank_as_by_hand(pairs: list[tuple[int, int]]) -> None:
    """Ties, negatives and order agree with a plain comparison of Fractions."""
    assert places(pairs) == by_hand(pairs)


LARGE = st.integers(2**52, 2**62)


@settings(deadline=None)
@given(st.lists(st.tuples(LARGE, LARGE), min_size=1, max_size=8), st.data())
def test_fractions_beyond_floats_rank_as_by_hand(
    pairs: list[tuple[int, int]], data: st.DataObject
) -> None:
    """Neighbours that share every digit of a float are told apart."""
    top, bottom = data.draw(st.sampled_from(pairs))
    pairs = [*pairs, (top + 1, bottom), (top - 1, bottom)]
    assert places(pairs) == by_hand(pairs)


def test_two_rates_with_the_same_float_do_not_tie() -> None:
    """Near 1 two quotients round to one float although the fractions differ."""
    big = 10**9
    pairs = [(big, big + 1), (big + 1, big + 2), (big, big + 1)]
    assert pairs[0][0] / pairs[0][1] == pairs[1][0] / pairs[1][1]
    assert places(pairs) == [2, 1, 2]


def test_no_fraction_has_no_place() -> None:
    """Nothing to rank gives nothing."""
    assert places([]) == []


def ranked(done: dict[str, int]) -> cc.Progress:
    """Return the progress of Ash, Birch and Cedar with so many people done of 50, 30 and 20."""
    rows: list[Row] = [(unit, "2026-06-01", "all", count) for unit, count in done.items()]
    return cc.track(planned(), tallied(rows), as_of="2026-06-04")


@settings(max_examples=20, deadline=None)
@given(
    done=st.fixed_dictionaries({unit: st.integers(0, 60) for unit in "abc"}),
    error=st.sampled_from(["0", "1%", "10%", "1/3", "100%"]),
)
def test_rank_ranges_hold_what_wrong_reports_may_make(done: dict[str, int], error: str) -> None:
    """Best and worst are the extremes over all ways in which each figure is off to its limits."""
    part = to_rate(error)
    table = ranked(done).rank_ranges(error=error).set_index("unit")
    targets = {"a": 50, "b": 30, "c": 20}
    found: dict[str, list[int]] = {unit: [] for unit in targets}
    for signs in product((-1, 1), repeat=3):
        pairs = zip(targets.items(), signs, strict=True)
        rates = {unit: done[unit] * (1 + sign * part) / of for (unit, of), sign in pairs}
        for unit, rate in rates.items():
            found[unit].append(1 + sum(other > rate for other in rates.values()))
    assert table["best"].to_dict() == {unit: min(ranks) for unit, ranks in found.items()}
    assert table["worst"].to_dict() == {unit: max(ranks) for unit, ranks in found.items()}
    assert table["certain"].tolist() == (table["best"] == table["worst"]).tolist()


def test_peers_are_ranked_among_themselves() -> None:
    """15 of 50 is first of its group, 6 of 30 of its own; who has no group has no place."""
    progress = ranked({"a": 15, "b": 6, "c": 9})
    table = progress.peer_ranks({"a": "large", "b": "small"})
    assert table["rank"].fillna(0).tolist() == [1, 1, 0]
    assert table["ranked"].fillna(0).tolist() == [1, 1, 0]
    assert progress.peer_ranks()["rank"].tolist() == progress.to_frame()["rank"].tolist()
    assert progress.peer_ranks("parent")["group"].unique().tolist() == ["city"]
    with pytest.raises(cc.CampaignError, match="not in the plan"):
        progress.peer_ranks({"x": "large"})
    with pytest.raises(cc.CampaignError, match="known: kind and parent"):
        progress.peer_ranks("size")  # type: ignore[arg-type]


def test_two_targets_are_two_lines_of_one_progress() -> None:
    """15 of 50 and of the stretch target of 60: one result, two rates; the wholes come last."""
    progress = ranked({"a": 15, "b": 6, "c": 0})
    weights = {"a": 500, "b": 300, "c": 200}
    more = cc.allocate(progress.campaign, among="counties", weights=weights, target=120)
    stretch = cc.schedule(more, over="drive")
    lines = progress.lines({"stretch": stretch}, name="guaranteed")
    assert lines["line"].tolist() == ["guaranteed", "stretch"] * 4
    assert lines["target"].tolist() == [50, 60, 30, 36, 20, 24, 100, 120]
    assert lines["done"].tolist() == [15, 15, 6, 6, 0, 0, 21, 21]
    assert lines["completion_rate"].tolist()[:2] == [0.3, 0.25]
    assert progress.against(stretch).plan is stretch
    with pytest.raises(cc.CampaignError, match="a name of its own"):
        progress.lines({"plan": stretch})
    uplifted = cc.allocate(progress.campaign, among="counties", weights=weights, uplift="10%")
    line = progress.against(cc.schedule(uplifted.uplifted(), over="drive"))
    assert line.totals()["target"].iloc[0] == 110


def test_nobody_is_above_a_target_of_nobody() -> None:
    """A unit without a target has no rate, so no note says that it is above 100 %."""
    weights = {"a": 500, "b": 300, "c": 0}
    plan = cc.schedule(
        cc.allocate(planned().campaign, among="counties", weights=weights), over="drive"
    )
    progress = cc.track(plan, tallied([("c", "2026-06-01", "all", 9)]), as_of="2026-06-04")
    assert progress.status("c") == "no_target"
    assert not any("100%" in note for note in progress.notes)
