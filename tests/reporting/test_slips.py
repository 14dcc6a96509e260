"""Slips among figures: planted ones are found, faultless figures are left alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from coverage_campaign.reporting.slips import KINDS, Slips, find_slips

WEEK = np.array([1.2, 1.2, 1.1, 1.1, 1.2, 0.6, 0.6])


def slips_of(*columns: list[float]) -> Slips:
    """Return the slips of some units' figures of consecutive periods."""
    persons = np.array(columns, dtype=np.float64).T
    return find_slips(persons, np.ones_like(persons))


def kinds(*figures: float) -> list[str]:
    """Return the kind of each figure of one unit."""
    return [KINDS[kind] for kind in slips_of(list(figures)).kind[:, 0].tolist()]


def varied(
    rng: np.random.Generator, periods: int, units: int, growth: float
) -> NDArray[np.float64]:
    """Return counts around 30 to 1,000 with a coefficient of variation of 0.3 in all."""
    means = np.resize([30.0, 100.0, 1000.0], units) * (1 + growth) ** np.arange(periods)[:, None]
    shape = 1 / np.maximum(0.3**2 - 1 / means, 0.01)
    return rng.poisson(means * rng.gamma(shape, 1 / shape)).astype(np.float64)


def test_a_digit_too_many_or_too_few_is_one_odd_figure() -> None:
    """30,000 among 300s is a jump, 31 among 300s a drop; the neighbours are left alone."""
    assert kinds(305, 290, 310, 30_000, 299, 320) == ["", "", "", "jump", "", ""]
    assert kinds(305, 290, 31, 300, 299, 320) == ["", "", "drop", "", "", ""]
    assert kinds(305, 290, 310, 300, 299, 3200)[-1] == "jump"


def test_a_fall_that_is_put_right_is_shared_out_over_its_days() -> None:
    """Totals 300, 600, 225 (of 900), 1200: -375 and 975 are 600 in two months, 300 each."""
    found = slips_of([300, 300, -375, 975, 300])
    assert [KINDS[kind] for kind in found.kind[:, 0]] == [
        "", "", "fall_and_recovery", "fall_and_recovery", "",
    ]  # fmt: skip
    assert found.mended[:, 0].tolist() == [300] * 5


def test_a_spike_that_is_taken_back_is_one_slip() -> None:
    """Totals 300, 6000 (of 600), 900, 1200: 5700 and -5100 are 600 in two months."""
    assert kinds(300, 5700, -5100, 300, 310) == ["", "spike_and_fall", "spike_and_fall", "", ""]


def test_a_batch_after_silence_is_shared_out() -> None:
    """Two months of nobody and then three months' people at once."""
    found = slips_of([300, 310, 290, 0, 0, 900, 305, 300])
    assert [KINDS[kind] for kind in found.kind[3:6, 0]] == ["batch_after_silence"] * 3
    assert found.mended[3:6, 0].tolist() == [300] * 3


def test_a_correction_stays_a_fall_and_gets_the_pace_of_the_others() -> None:
    """A total that loses 50 once: no recovery, and ten in that month as in the others."""
    found = slips_of([10, 10, 10, 10, -40, 10, 10])
    assert [KINDS[kind] for kind in found.kind[:, 0]] == ["", "", "", "", "fall", "", ""]
    assert found.mended[4, 0] == pytest.approx(10)


def test_what_is_not_reported_is_no_slip() -> None:
    """A gap stays a gap, and the figures around it are compared with each other."""
    found = slips_of([305, np.nan, 310, 3000, np.nan, 299, 320, 301])
    assert np.flatnonzero(found.kind[:, 0]).tolist() == [3]
    assert np.isnan(found.mended[[1, 4], 0]).all()


def test_few_figures_tell_of_falls_only() -> None:
    """Five figures are too few for a jump; that fewer than nobody came is told by one."""
    assert kinds(305, 290, 3000, 299, 320) == [""] * 5
    assert not slips_of([305, 290, 3000, 299, 320]).told[0]
    assert kinds(-5) == ["fall"]
    assert find_slips(np.empty((0, 2)), np.empty((0, 2))).mended.shape == (0, 2)


@pytest.mark.parametrize(("growth", "least"), [(0.0, 0.95), (0.35, 0.6)])
@pytest.mark.parametrize("factor", [10.0, 0.1])
@pytest.mark.parametrize("periods", [6, 8, 12])
def test_planted_digits_are_found_in_one_unit_alone(
    periods: int, factor: float, growth: float, least: float
) -> None:
    """Of monthly figures that vary by 0.3 of their mean one is ten times too high or low."""
    rng = np.random.default_rng(periods)
    figures = varied(rng, periods, 900, growth)
    row, unit = rng.integers(0, periods, 900), np.arange(900)
    figures[row, unit] = np.floor(figures[row, unit] * factor)
    kind = find_slips(figures, np.ones_like(figures)).kind
    assert (kind[row, unit] > 0).mean() >= least


def test_faultless_figures_hold_at_most_one_slip_in_two_hundred() -> None:
    """Monthly figures with the same variation, and daily ones that halve at weekends."""
    rng = np.random.default_rng(2)
    for growth in (0.0, 0.35):
        figures = varied(rng, 9, 1200, growth)
        assert (find_slips(figures, np.ones_like(figures)).kind > 0).mean() <= 0.005
    weekdays = np.arange(112) % 7
    for mean in (5, 30, 1000):
        daily = rng.poisson(mean * WEEK[weekdays][:, None], (112, 20)).astype(np.float64)
        for units in (slice(None), slice(0, 1)):
            found = find_slips(daily[:, units], np.ones_like(daily[:, units]), weekdays=weekdays)
            assert (found.kind > 0).mean() <= 0.005


@settings(deadline=None, max_examples=30)
@given(
    figures=st.lists(st.integers(0, 3000), min_size=1, max_size=14),
    order=st.permutations(range(3)),
    factor=st.integers(2, 9),
)
def test_units_do_not_lend_each_other_slips(
    figures: list[int], order: list[int], factor: int
) -> None:
    """Each unit is judged by its own figures: beside others, in any order, it has the same."""
    columns = [[float(x) for x in figures], [float(factor * x) for x in figures], figures[::-1]]
    together = slips_of(*[columns[unit] for unit in order])
    for at, unit in enumerate(order):
        alone = slips_of(columns[unit])
        np.testing.assert_array_equal(together.kind[:, at], alone.kind[:, 0])
        np.testing.assert_allclose(together.mended[:, at], alone.mended[:, 0])


def test_the_mended_figures_of_a_row_add_up() -> None:
    """Sharing out a batch or a fall put right neither adds nor takes a person."""
    for figures in ([300, 300, -375, 975, 300], [300, 310, 290, 0, 0, 900, 305, 300]):
        assert slips_of(figures).mended.sum() == pytest.approx(sum(figures))
