"""The numbers of each chart as a frame, by the chart's name.

Order and selection are those of the picture; counts are Int64, rates fractions of one, what is
missing <NA>. Names and words are in `lang`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

import pandas as pd

from coverage_campaign.allocation.allocation import Allocation
from coverage_campaign.allocation.cross import CrossAllocation
from coverage_campaign.checks import checked_call
from coverage_campaign.frames import IntSeries
from coverage_campaign.messages import Language, check_language, text_of
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.review.review import review
from coverage_campaign.progress.forecast.backtest import Backtest
from coverage_campaign.progress.forecast.forecast import Forecast
from coverage_campaign.progress.progress import Progress
from coverage_campaign.progress.unit_progress import STATUS_WORDS, UnitProgress
from coverage_campaign.reporting.result import Tally
from coverage_campaign.scenarios.compare import Comparison
from coverage_campaign.scenarios.explore import Study
from coverage_campaign.views.charts.back_test_chart import errors_of
from coverage_campaign.views.charts.bridge_chart import steps_of
from coverage_campaign.views.charts.calendar_chart import doubts_of, phase_rows
from coverage_campaign.views.charts.comparison_chart import Quantity, quantity_of
from coverage_campaign.views.charts.completeness_chart import reports_by_period
from coverage_campaign.views.charts.fairness_chart import curves_of
from coverage_campaign.views.charts.sensitivity_chart import bars_of
from coverage_campaign.views.words import by_rate, flags_of, rises

__all__ = [
    "annex",
    "back_test",
    "bridge",
    "bullet",
    "burn_up",
    "calendar",
    "comparison",
    "completeness",
    "fairness",
    "multiples",
    "ranking",
    "sensitivity",
]


@checked_call
def ranking(
    progress: Progress, *, previous: Progress | None = None, lang: Language | None = None
) -> pd.DataFrame:
    """Return the ranked units: rank, rise (places since `previous`), counts, rates, status.

    Columns: rank, rise, unit, name, target, new, done, completion_rate, planned_rate, gap_points,
    burden (target per 1,000 eligible people), reports_received, reports_expected, signs (what to
    check in its monthly figures, '' for nothing), status. Units without a rank stand last.
    """
    lang = check_language(lang)
    rows, moved = progress.ranking, rises(progress, previous)
    return pd.DataFrame(
        {
            "rank": _whole([row.rank for row in rows]),
            "rise": _whole([moved.get(row.unit) for row in rows]),
            **_names(rows, lang),
            **_columns(rows, "Int64", "target", "new", "done"),
            **_columns(rows, "Float64", "completion_rate", "planned_rate", "gap_points", "burden"),
            **_columns(rows, "Int64", "reports_received", "reports_expected"),
            "signs": pd.array(
                [text_of(flags_of(row.quality_flags), lang) for row in rows], dtype="str"
            ),
            "status": pd.array([STATUS_WORDS[row.status].text(lang) for row in rows], dtype="str"),
        }
    )


@checked_call
def bullet(progress: Progress, *, lang: Language | None = None) -> pd.DataFrame:
    """Return the units by falling rate: unit, name, both rates, done, target, status."""
    lang = check_language(lang)
    rows = by_rate(progress.units)
    return pd.DataFrame(
        {
            **_names(rows, lang),
            **_columns(rows, "Float64", "completion_rate", "planned_rate"),
            **_columns(rows, "Int64", "done", "target"),
            "status": pd.array([STATUS_WORDS[row.status].text(lang) for row in rows], dtype="str"),
        }
    )


@checked_call
def burn_up(progress: Progress, forecast: Forecast | None = None) -> pd.DataFrame:
    """Return the whole, one row a date: date, planned, done, expected, low, high [persons].

    Dates are those that the reports know and, with a forecast, those ahead.
    """
    days, totals = progress.series()
    known = ~pd.isna(totals).all(axis=0)
    done = totals[:, known].sum(axis=1).round().tolist() if known.any() else []
    frame = pd.DataFrame({"date": days[: len(done)].astype("datetime64[s]"), "done": _whole(done)})
    if forecast is not None:
        frame = frame.merge(forecast.fan(), on="date", how="outer")
    else:
        frame = frame.assign(**{name: _whole([None] * len(frame)) for name in _FAN})
    planned = [int(progress.plan.planned_on(date).sum()) for date in frame["date"].dt.date.tolist()]
    frame["planned"] = _whole(planned)
    return frame[["date", "planned", "done", *_FAN]]


_FAN = ("expected", "low", "high")


@checked_call
def multiples(progress: Progress, *, lang: Language | None = None) -> pd.DataFrame:
    """Return each unit's running total, one row a unit and date: unit, name, date, done, rate."""
    lang = check_language(lang)
    rows = by_rate(progress.units)
    days, totals = progress.series()
    place_of = {code: place for place, code in enumerate(progress.to_frame()["unit"].tolist())}
    frames = []
    for row in rows:
        done = [None if pd.isna(one) else round(one) for one in totals[:, place_of[row.unit]]]
        rate = [one / row.target if row.target and one is not None else None for one in done]
        frames.append(
            pd.DataFrame(
                {
                    "unit": pd.array([row.unit] * len(days), dtype="str"),
                    "name": pd.array([row.label.text(lang)] * len(days), dtype="str"),
                    "date": days.astype("datetime64[s]"),
                    "done": _whole(done),
                    "completion_rate": _rates(rate),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


@checked_call
def calendar(campaign: Campaign, *, lang: Language | None = None) -> pd.DataFrame:
    """Return phases and days in doubt: kind, code, name, first, last, days.

    `kind` is phase, gap, overlap, short or outside; days in doubt bear the codes of their phases
    and say in `name` what is to be checked.
    """
    lang = check_language(lang)
    lines = [("phase", row.code, row.name, row.window) for row in phase_rows(campaign, lang)] + [
        (one.kind, " ".join(one.phases), one.sentence(campaign, lang), one.window)
        for one in doubts_of(review(campaign))
    ]
    return pd.DataFrame(
        {
            "kind": pd.array([kind for kind, _, _, _ in lines], dtype="str"),
            "code": pd.array([code for _, code, _, _ in lines], dtype="str"),
            "name": pd.array([name for _, _, name, _ in lines], dtype="str"),
            "first": pd.to_datetime([window.first for *_, window in lines]).as_unit("s"),
            "last": pd.to_datetime([window.last for *_, window in lines]).as_unit("s"),
            "days": _whole([window.days for *_, window in lines]),
        }
    )


@checked_call
def annex(cross: CrossAllocation, *, lang: Language | None = None) -> pd.DataFrame:
    """Return the annex as it is issued: units by departments, by name, with both margins."""
    return cross.to_table(lang=check_language(lang))


@checked_call
def bridge(subject: Tally | Progress, *, lang: Language | None = None) -> pd.DataFrame:
    """Return gross to net by channel: channel, name, effect, persons (losses negative), running."""
    steps = steps_of(subject, check_language(lang))
    persons = [step.persons for step in steps]
    return pd.DataFrame(
        {
            **_columns(steps, "str", "channel", "name", "effect"),
            "persons": _whole(persons),
            "running": _whole([sum(persons[: place + 1]) for place in range(len(persons))]),
        }
    )


@checked_call
def comparison(compared: Comparison, *, quantity: Quantity | None = None) -> pd.DataFrame:
    """Return what differs of one quantity: unit, name, before, after, change, change_rate."""
    frame = compared.to_frame()
    chosen = frame[frame["quantity"] == (quantity or quantity_of(frame))].drop(columns="quantity")
    before = chosen["before"].astype("Float64")
    rate = (chosen["change"].astype("Float64") / before).mask(before == 0)
    return chosen.assign(change_rate=rate).reset_index(drop=True)


@checked_call
def completeness(progress: Progress, *, lang: Language | None = None) -> pd.DataFrame:
    """Return the reports of each unit by period, in file order; nothing owed is no row.

    Columns: unit, name, period, expected, received, on_time (Int64; on_time is <NA> where no due
    day is known), status (see the chart: on_time, late, received, partly, missing, outstanding).
    """
    lang = check_language(lang)
    table = reports_by_period(progress)
    names = {row.unit: row.label.text(lang) for row in progress.unflagged_units}
    table.insert(1, "name", table["unit"].map(names).astype("str"))
    return table


@checked_call
def fairness(
    allocations: Allocation | Mapping[str, Allocation],
    *,
    need: Mapping[str, int] | IntSeries | None = None,
) -> pd.DataFrame:
    """Return one row an allocation: allocation, per, gini, units, left_out (without a need)."""
    named = (
        {allocations.weighting: allocations}
        if isinstance(allocations, Allocation)
        else dict(allocations)
    )
    curves = curves_of(named, need)
    return pd.DataFrame(
        {
            "allocation": pd.array(list(curves), dtype="str"),
            "per": pd.array([text_of(curve.per, "en") for curve in curves.values()], dtype="str"),
            "gini": _rates([float(curve.gini) for curve in curves.values()]),
            "units": _whole([len(curve.need) - 1 for curve in curves.values()]),
            "left_out": _whole([curve.left_out for curve in curves.values()]),
        }
    )


@checked_call
def sensitivity(
    study: Study, *, unit: str | None = None, lang: Language | None = None
) -> pd.DataFrame:
    """Return the bars, widest first: name, low, high, low_value, high_value, base, range."""
    bars = bars_of(study, unit=unit, lang=check_language(lang))
    return pd.DataFrame(
        {
            **_columns(bars, "str", "name"),
            **_columns(bars, "Float64", "low", "high"),
            **_columns(bars, "str", "low_value", "high_value"),
            **_columns(bars, "Float64", "base", "range"),
        }
    )


@checked_call
def back_test(tested: Backtest) -> pd.DataFrame:
    """Return the mean error of each method by days ahead: ahead, one column a method, covered."""
    errors = errors_of(tested)
    coverage = tested.coverage()
    days = coverage["ahead"].tolist()
    return pd.DataFrame(
        {
            "ahead": _whole(days),
            **{name: _rates([line.get(day) for day in days]) for name, line in errors.items()},
            "covered": coverage["covered"].array,
            "origins_apart": _whole(coverage["origins_apart"].tolist()),
        }
    )


_Columns: TypeAlias = dict[str, pd.api.extensions.ExtensionArray]


def _columns(
    rows: Sequence[object], dtype: Literal["Int64", "Float64", "str"], *names: str
) -> _Columns:
    """Return attributes of the rows as columns of their names."""
    return {name: pd.array([getattr(row, name) for row in rows], dtype=dtype) for name in names}


def _names(rows: Sequence[UnitProgress], lang: Language) -> _Columns:
    names = pd.array([row.label.text(lang) for row in rows], dtype="str")
    return {**_columns(rows, "str", "unit"), "name": names}


def _whole(values: Sequence[float | None]) -> pd.arrays.IntegerArray:
    return pd.array(list(values), dtype="Int64")


def _rates(values: Sequence[float | None]) -> pd.arrays.FloatingArray:
    return pd.array(list(values), dtype="Float64")


def __dir__() -> list[str]:
    return __all__
