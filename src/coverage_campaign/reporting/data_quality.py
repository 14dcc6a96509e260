"""Signs that figures deserve a second look: data beside the figures, never a silent repair.

No sign is a proof. A fall may be an honest correction, a spike a real drive; whoever reads a
ranking should see them beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, lgamma, log
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.checks import checked_call
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.periods import periods_of
from coverage_campaign.reporting.result import Tally
from coverage_campaign.reporting.sheets.column_roles import FigureKind

__all__ = [
    "above_eligible",
    "deadline_spikes",
    "falls",
    "identical_figures",
    "jumps",
    "lapses_after_entry",
    "printed_totals",
    "quality_signals",
]

_COLUMNS = ("signal", "unit", "period", "persons", "reference", "note")
_Row: TypeAlias = tuple[str, str | None, object, int | None, float | None, str]
_MAD_TO_SIGMA = 1.4826
"""The standard deviation of a normal distribution in units of its median absolute deviation."""


@checked_call
def quality_signals(
    tally: Tally,
    *,
    figures: FigureKind = "new",
    window: int = 7,
    run: int = 3,
    false_alarms: float = 0.05,
) -> pd.DataFrame:
    """Return every sign in a tally: one row per sign, from all the functions of this module.

    Columns: signal (its name), unit (<NA> = the source as a whole), period (<NA> = all of them),
    persons [persons], reference (what the figure is compared with, see each function) and note (one
    sentence). Sorted by unit in file order, then by period. `figures` says what the tally was read
    from (see `jumps`), `window` is the width of the Hampel filter in periods; `run` and
    `false_alarms` say which equal figures in a row are odd (see `identical_figures`).
    """
    parts = [
        falls(tally),
        jumps(tally, figures=figures, window=window),
        identical_figures(tally, run=run, false_alarms=false_alarms),
        *(
            deadline_spikes(tally, phase=phase.code)
            for phase in tally.campaign.phases
            if phase.parent is None
        ),
        lapses_after_entry(tally),
        above_eligible(tally),
        printed_totals(tally),
    ]
    table = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    order = {unit.code: at for at, unit in enumerate(tally.campaign.units)}
    position = table["unit"].map(order).astype("Float64")
    return (
        table.assign(position=position)
        .sort_values(["position", "period", "signal"], kind="stable", ignore_index=True)
        .drop(columns="position")
    )


def falls(tally: Tally) -> pd.DataFrame:
    """Return the periods in which a unit took persons back; reference = its persons before."""
    table = _by_unit(tally)
    before = table.groupby("unit", sort=False)["persons"].cumsum() - table["persons"]
    odd = table["persons"] < 0
    return _frame(
        [
            ("fall", unit, period, persons, float(earlier), "persons taken back: ask for what day")
            for unit, period, persons, earlier in _tuples(table.assign(before=before)[odd])
        ]
    )


def jumps(
    tally: Tally, *, figures: FigureKind = "new", window: int = 7, threshold: float = 3.0
) -> pd.DataFrame:
    """Return the figures that a Hampel filter finds odd; reference = the median around them.

    A figure is odd if it is more than `threshold` times sigma away from the median of the `window`
    reported periods around it (fewer at both ends, itself inside; periods without a report are
    left out). Sigma = 1.4826 x the median absolute deviation, but at least the square root of the
    median, the noise of counting: else one person among quiet months would be a jump. Units with
    fewer than `window` figures say nothing.

    Of `figures="cumulative"` what a report adds is spread evenly over the periods since the one
    before, else every Monday would be a jump; reference is then per period.

    Source: F. R. Hampel, The influence curve and its role in robust estimation, J. Am. Stat. Assoc.
    69 (1974); as a filter in R. K. Pearson, Outliers in process modeling and identification, IEEE
    Trans. Control Syst. Technol. 10 (2002).
    """
    if window < 3 or window % 2 == 0:  # noqa: PLR2004 - a middle and a neighbour on both sides
        raise DefinitionError(Problem("window", f"{window}", "give an odd number, 3 or more"))
    rows: list[_Row] = []
    table = _by_unit(tally)
    spans = _spans(table, tally) if figures == "cumulative" else np.ones(len(table))
    rates = table["persons"].to_numpy(dtype="float64") / spans
    for unit, part in table.groupby("unit", sort=False):
        around = rates[part.index]
        if len(around) < window:
            continue
        median, sigma = _hampel(around, window)
        note = f"more than {threshold:g} sigma from the median of {window} periods around it"
        for at in np.flatnonzero(np.abs(around - median) > threshold * sigma).tolist():
            persons = int(part["persons"].iloc[at])
            rows.append(
                ("jump", str(unit), part["period"].iloc[at], persons, float(median[at]), note)
            )
    return _frame(rows)


def _spans(table: pd.DataFrame, tally: Tally) -> NDArray[np.float64]:
    """Return how many periods lie between each report and its unit's one before; 1 = the next."""
    step = periods_of(tally.campaign, tally.by).number(table["period"].to_numpy()).astype(np.int64)
    first = ~table["unit"].duplicated().to_numpy()
    stock = tally.stock.groupby("unit")["period"].max().reindex(table["unit"]).to_numpy()
    before = np.roll(step, 1)
    known = ~np.isnat(stock)
    before[first] = np.where(
        known, periods_of(tally.campaign, tally.by).number(stock).astype(np.int64), step - 1
    )[first]
    return (step - before).astype(np.float64)


def _hampel(
    figures: NDArray[np.float64], window: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the median around each figure, and sigma."""
    padded = np.pad(figures, window // 2, constant_values=np.nan)
    around = np.lib.stride_tricks.sliding_window_view(padded, window)
    median = np.nanmedian(around, axis=1)
    spread = np.nanmedian(np.abs(around - median[:, None]), axis=1)
    noise = np.sqrt(np.maximum(median, 1))
    return median, np.maximum(_MAD_TO_SIGMA * spread, noise)


def identical_figures(tally: Tally, *, run: int = 3, false_alarms: float = 0.05) -> pd.DataFrame:
    """Return runs of equal figures that chance does not explain; reference = their number.

    The period is the last one of the run. A run has at least `run` figures, and is so long that in
    the whole tally at most `false_alarms` such runs are to be expected by chance.

    The rule: with N figures in the tally, k figures x in a row are odd if N p^(k - 1) is at most
    `false_alarms`, where p = x^x exp(-x) / x! is the chance that a Poisson count with mean x is x.
    No mean makes x more likely than x itself does, so the expected number of false alarms is at
    most `false_alarms`, whatever the units' true means are, if figures vary from period to period
    at least as counts do. Small figures thus need long runs (of 144 figures six sevens, but three
    five-hundreds), and zeros are never odd.

    >>> import coverage_campaign.files.shipped_cases as shipped
    >>> from coverage_campaign.reporting.sheets.read_reports import read_reports
    >>> hengyang = shipped.load_case("hengyang", year=2008)
    >>> months = ["2008-07", "2008-08", "2008-09", "2008-10"]
    >>> rows = [("430421", month, 7) for month in months] + [
    ...     ("430422", month, persons) for month, persons in zip(months, [500, 500, 500, 431])
    ... ]
    >>> frame = pd.DataFrame(rows, columns=["unit", "period", "persons"])
    >>> found = identical_figures(read_reports(frame, hengyang, figures="new"))
    >>> found[["unit", "persons", "reference"]].values.tolist()
    [['430421', 7, 4.0], ['430422', 500, 3.0]]
    """
    table = _by_unit(tally)
    changes = (table["unit"] != table["unit"].shift()) | (
        table["persons"] != table["persons"].shift()
    )
    number = changes.cumsum()
    size = number.groupby(number, sort=False).transform("size")
    last = ~number.duplicated(keep="last")
    runs = table.assign(size=size)[last & (size >= run) & (table["persons"] > 0)]
    rows: list[_Row] = []
    for unit, period, persons, times in _tuples(runs):
        expected = len(table) * _chance(persons) ** (times - 1)
        if expected <= false_alarms:
            note = f"{times} times the same figure; by chance {expected:.1g} such runs"
            rows.append(("identical", unit, period, persons, float(times), note))
    return _frame(rows)


def _chance(count: int) -> float:
    """Return the chance that a Poisson count is its own mean.

    >>> round(_chance(1), 4), round(_chance(100), 4)
    (0.3679, 0.0399)
    """
    return exp(count * log(count) - count - lgamma(count + 1))


def deadline_spikes(
    tally: Tally, *, phase: str, tail: int | None = None, ratio: float = 3.0
) -> pd.DataFrame:
    """Return units that count `ratio` times as much at a phase's end as before it, or more.

    Compared are the persons per period of the last `tail` reported periods of the phase (1 month,
    or 7 days of a tally by day) and of its earlier ones (reference). Units with fewer than three
    figures before the tail say nothing, and so does a phase whose last period is not reported.
    """
    tail = tail if tail is not None else (1 if tally.by == "month" else 7)
    first, last = periods_of(tally.campaign, tally.by).number(
        tally.campaign.window(phase).dates()[[0, -1]]
    )
    table = _by_unit(tally)
    period = periods_of(tally.campaign, tally.by).number(table["period"].to_numpy())
    at_end = (period > last - tail) & (period <= last)
    inside = (period >= first) & (period <= last)
    rows: list[_Row] = []
    for unit, part in table.assign(at_end=at_end)[inside].groupby("unit", sort=False):
        late = part.loc[part["at_end"], "persons"]
        early = part.loc[~part["at_end"], "persons"]
        if len(late) == 0 or len(early) < 3 or early.sum() <= 0:  # noqa: PLR2004 - see above
            continue
        # persons per period, compared in whole numbers: late / n >= ratio x early / m
        if late.sum() * len(early) >= ratio * early.sum() * len(late):
            mean = float(early.sum()) / len(early)
            note = f"{float(late.sum()) / len(late) / mean:.1f} times the mean before, in {phase}"
            end = part["period"].iloc[-1]
            rows.append(("deadline_spike", str(unit), end, int(late.sum()), mean, note))
    return _frame(rows)


def lapses_after_entry(tally: Tally, *, within: int = 3, share: float = 0.5) -> pd.DataFrame:
    """Return units that lose soon after their best period much of what they gained in it.

    The losses of the `within` periods after the period with most entries are at least `share` of
    these entries (reference = the entries). A tally has no persons: that the same ones lapse is a
    guess that the events can confirm. Needs channels of losses; without them nobody is found.
    """
    net = tally.net()
    period = periods_of(tally.campaign, tally.by).number(net["period"].to_numpy())
    net = net.assign(step=period.astype(np.int64))
    rows: list[_Row] = []
    for unit, part in net.groupby("unit", sort=False):
        best = int(part["entries"].to_numpy(dtype=np.int64).argmax())
        entries = int(part["entries"].iloc[best])
        since = part["step"] - part["step"].iloc[best]
        lost = int(part.loc[since.between(1, within), "losses"].sum())
        if entries > 0 and lost > 0 and lost >= share * entries:
            note = f"{lost:,} lost in the {within} periods after {entries:,} entered"
            start = part["period"].iloc[best]
            rows.append(("lapse_after_entry", str(unit), start, lost, float(entries), note))
    return _frame(rows)


def above_eligible(tally: Tally) -> pd.DataFrame:
    """Return where a unit first stands above 100 % of its eligible persons (reference).

    Counted are the persons covered before (the tally's stock, else the campaign's measure of
    persons covered, else none) and everything net since.
    """
    campaign = tally.campaign
    stock = tally.stock.groupby("unit")["persons"].max()
    net = tally.net()
    running = net.groupby("unit", sort=False)["net"].cumsum()
    rows: list[_Row] = []
    for unit, part in net.assign(running=running).groupby("unit", sort=False):
        member = campaign.unit(str(unit))
        eligible = member.count(campaign.eligible)
        if eligible is None:
            continue
        before = int(stock.get(unit, member.count(campaign.covered) or 0))
        reached = part["running"].astype("int64") + before
        above = np.flatnonzero(reached.to_numpy() > eligible)
        if len(above):
            at = int(above[0])
            persons = int(reached.iloc[at])
            note = f"{persons:,} persons of {eligible:,} eligible, in {len(above)} periods"
            period = part["period"].iloc[at]
            rows.append(("above_eligible", str(unit), period, persons, float(eligible), note))
    return _frame(rows)


def printed_totals(tally: Tally) -> pd.DataFrame:
    """Return the printed sums that their parts do not add up to, and persons reported twice."""
    rows: list[_Row] = [
        ("total_differs", None, None, None, None, f"{problem.where}: {problem.found}")
        for problem in tally.problems
        if problem.reason == "total_differs"
    ]
    doubles = dict(tally.problems.totals).get("double", 0)
    if doubles:
        note = f"{doubles:,} reports of what was reported before, from one unit or several"
        rows.append(("double", None, None, None, float(doubles), note))
    return _frame(rows)


def _by_unit(tally: Tally) -> pd.DataFrame:
    """Return the gross persons of each unit and period (losses left out), in order."""
    losses = {channel.code for channel in tally.campaign.channels if channel.effect == "loss"}
    frame = tally.to_frame()
    frame = frame[~frame["channel"].isin(losses)]
    return frame.groupby(["unit", "period"])[["persons"]].sum().reset_index()


def _tuples(table: pd.DataFrame) -> list[tuple[str, pd.Timestamp, int, int]]:
    return list(table.itertuples(index=False, name=None))


def _frame(rows: Sequence[_Row]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=pd.Index(_COLUMNS, dtype="str"))
    return table.astype(
        {
            "signal": "str",
            "unit": "str",
            "period": "datetime64[s]",
            "persons": "Int64",
            "reference": "Float64",
            "note": "str",
        }
    )
