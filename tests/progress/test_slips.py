"""A slip that is put right moves nothing much: forecasts, paces, required rates, the watch list."""

from typing import Literal

import attrs
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import coverage_campaign as cc
from support.campaigns import tiny

UNITS = ("a", "b", "c")


def yearly() -> cc.Plan:
    """Return a plan of three counties over the ten months from March."""
    campaign = attrs.evolve(
        tiny(),
        eligible="",
        covered="",
        targets=[cc.HeadcountTarget("headcount", "6,000 more", 6_000, within="year")],
        phases=[cc.Phase("year", "The year", "03-01", "12-31")],
    )
    allocation = cc.allocate(campaign, among="counties", weights={"a": 3, "b": 2, "c": 1})
    return cc.schedule(allocation, over="year")


def followed(plan: cc.Plan, totals: pd.DataFrame) -> cc.Progress:
    """Return the progress from running totals by month."""
    sheet = totals.rename_axis("month").reset_index().melt("month", var_name="unit")
    reports = cc.read_reports(
        sheet.rename(columns={"value": "total"}), plan.campaign, figures="cumulative"
    )
    return cc.track(plan, reports, as_of=totals.index[-1].end_time.date())


@settings(deadline=None, max_examples=6)
@given(
    seed=st.integers(0, 10_000),
    months=st.integers(5, 8),
    factor=st.sampled_from([0.1, 0.25, 10.0]),
    unit=st.integers(0, 2),
    data=st.data(),
)
def test_a_slip_put_right_moves_others_by_less_than_5_percent(
    seed: int, months: int, factor: float, unit: int, data: st.DataObject
) -> None:
    """Monthly figures that vary by a fifth, one total a digit off and right again in the next.

    From then on the unit's own forecast and pace move by less than 25 %, the others' by less than
    5 %; what is watched is the same.
    """
    rng = np.random.default_rng(seed)
    row = data.draw(st.integers(1, months - 3), label="row")
    figures = rng.poisson(np.array([300, 200, 100]) * rng.gamma(25, 1 / 25, (months, 3)))
    index = pd.period_range("2026-03", periods=months, freq="M")
    totals = pd.DataFrame(figures.cumsum(axis=0), index=index, columns=list(UNITS))
    wrong = totals.copy()
    wrong.iloc[row, unit] = int(wrong.iloc[row, unit] * factor)
    plan = yearly()
    clean, slipped = followed(plan, totals), followed(plan, wrong)
    assert slipped.to_frame()["done"].tolist() == clean.to_frame()["done"].tolist()
    limit = np.where(np.arange(3) == unit, 0.25, 0.05)
    ahead = [cc.forecast(one) for one in (clean, slipped)]
    ends = [one.to_frame()["expected"].to_numpy(float) for one in ahead]
    assert (np.abs(ends[1] / ends[0] - 1) < limit).all()
    paces = [one.required_rate()["recent_per_day"].to_numpy(float) for one in ahead]
    assert (np.abs(paces[1] / paces[0] - 1) < np.maximum(limit, 0.06)).all()
    watched = [cc.supervise([one]).to_frame()["unit"].tolist() for one in (clean, slipped)]
    assert watched[0] == watched[1]


@pytest.mark.parametrize("by", ["day", "week"])
def test_totals_read_on_a_tuesday_are_no_paces_of_two_days(by: Literal["day", "week"]) -> None:
    """600 a week in each county, read on Tuesdays; one slip, put right, moves no forecast.

    The week of the last reading is not over: its 600 came in seven days, not in two.
    """
    drive = cc.Phase("drive", "Drive", "06-01", "12-31")
    land = attrs.evolve(tiny(), phases=[drive], eligible="", covered="", targets=[])
    plan = cc.schedule(
        cc.allocate(land, among="counties", weights={"a": 1, "b": 1, "c": 1}, target=90_000),
        over="drive",
    )
    days = pd.date_range("2026-06-02", periods=10, freq="7D")

    def expected(*, slip: bool) -> list[int]:
        rows = [(unit, day, 600 * (n + 1)) for unit in "abc" for n, day in enumerate(days)]
        sheet = pd.DataFrame(rows, columns=["unit", "date", "persons"])
        if slip:
            sheet.loc[(sheet["unit"] == "c") & (sheet["date"] == days[-2]), "persons"] //= 4
        tally = cc.read_reports(
            sheet, land, figures="cumulative", baseline=0, by=by, as_of=days[-1].date()
        )
        return (
            cc.forecast(cc.track(plan, tally, as_of=days[-1].date()))
            .to_frame()["expected"]
            .tolist()
        )

    assert expected(slip=True) == expected(slip=False)
    left = (pd.Timestamp("2026-12-31") - days[-1]).days
    assert expected(slip=False) == pytest.approx([6000 + left * 600 / 7] * 3, rel=0.01)
