"""Signs that figures deserve a second look: data beside the figures, never a silent repair.

No sign is a proof. A fall may be an honest correction, a spike a real drive; whoever reads a
ranking should see them beside it. A tally knows what was known: of a day nothing later is looked at
if the tally was read or counted as of that day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import exp, lgamma, log
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.checks import checked_call
from coverage_campaign.messages import Message, message
from coverage_campaign.model.dates import Period
from coverage_campaign.reporting.result import Tally
from coverage_campaign.reporting.sheets.column_roles import FigureKind
from coverage_campaign.reporting.slips import KINDS, Slips, find_slips

__all__ = [
    "above_eligible",
    "deadline_spikes",
    "falls",
    "identical_figures",
    "jumps",
    "lapses_after_entry",
    "printed_totals",
    "quality_signals",
    "too_short",
]

_COLUMNS = ("signal", "unit", "period", "persons", "reference", "note")
_Row: TypeAlias = tuple[str, str | None, object, int | None, float | None, Message]


@checked_call
def quality_signals(
    tally: Tally,
    *,
    figures: FigureKind = "new",
    run: int = 3,
    false_alarms: float = 0.05,
) -> pd.DataFrame:
    """Return every sign in a tally: one row per sign, from all the functions of this module.

    Columns: signal (its name), unit (<NA> = the source as a whole), period (<NA> = all of them),
    persons [persons], reference (what the figure is compared with, see each function) and note (one
    sentence, in the language of the context). Sorted by unit in file order, then by period.
    `figures` says what the tally was read from (see `jumps`); `run` and `false_alarms` say which
    equal figures in a row are odd (see `identical_figures`).
    """
    slips = _SlipsOfTally.of(tally, figures)
    parts = [
        falls(tally),
        slips.frame(),
        identical_figures(tally, run=run, false_alarms=false_alarms),
        *(
            deadline_spikes(tally, phase=phase.code)
            for phase in tally.campaign.phases
            if phase.parent is None
        ),
        lapses_after_entry(tally),
        above_eligible(tally),
        printed_totals(tally),
        slips.too_short(),
    ]
    table = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    order = {unit.code: at for at, unit in enumerate(tally.campaign.units)}
    position = table["unit"].map(order).astype("Float64")
    return (
        table.assign(position=position)
        .sort_values(["position", "period", "signal"], kind="stable", ignore_index=True)
        .drop(columns="position")
    )


_TAKEN_BACK = message("persons taken back: ask for what day")


def falls(tally: Tally) -> pd.DataFrame:
    """Return the periods in which a unit took persons back; reference = its persons before."""
    table = _by_unit(tally)
    before = table.groupby("unit", sort=False)["persons"].cumsum() - table["persons"]
    odd = table["persons"] < 0
    return _frame(
        [
            ("fall", unit, period, persons, float(earlier), _TAKEN_BACK)
            for unit, period, persons, earlier in _tuples(table.assign(before=before)[odd])
        ]
    )


def jumps(tally: Tally, *, figures: FigureKind = "new") -> pd.DataFrame:
    """Return the figures that a unit's other figures contradict; reference = what they lead to.

    Signals: `jump`, one figure more than three times as high or low as the figures around it lead
    to expect (a digit too many or too few); `fall_and_recovery`, `spike_and_fall` and
    `batch_after_silence`, figures in a row of which one makes up for the others, each with a row.
    Weekends are no jumps: a daily figure is also compared with the same days of other weeks. Units
    with fewer than six figures tell nothing (see `too_short`). `find_slips` says how it is told,
    the page on reports how often it is right.

    Of `figures="cumulative"` what a report adds stands for all periods since the one before, else
    every Monday would be a jump.
    """
    return _SlipsOfTally.of(tally, figures).frame()


def too_short(tally: Tally) -> pd.DataFrame:
    """Return one row where units have too few figures for jumps to be told; reference = units."""
    return _SlipsOfTally.of(tally, "new").too_short()


def odd_figures(slips: Slips, persons: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which figures are signs: far from what is expected, by more than the root of ten.

    Of figures that make up for each other those that are near what is expected are none, and a fall
    is a sign of its own.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        times = np.abs(np.log10((np.maximum(persons, 0) + 0.5) / (slips.expected + 0.5)))
    far = (persons < 0) | (times > _FAR)
    return np.asarray((slips.kind > 0) & (slips.kind != KINDS.index("fall")) & far)


_FAR = 0.5
"""The logarithm of the root of ten: nearer to ten times than to once."""


class _SlipsOfTally:
    """The slips of a tally's units, with the figures that they are told from."""

    def __init__(
        self,
        slips: Slips,
        figures: NDArray[np.float64],
        units: Sequence[str],
        periods: NDArray[np.datetime64],
    ) -> None:
        self._slips, self._figures = slips, figures
        self._units, self._periods = np.array(units, dtype=object), periods

    @classmethod
    def of(cls, tally: Tally, figures: FigureKind) -> _SlipsOfTally:
        table = _by_unit(tally)
        unit, units = pd.factorize(table["unit"], sort=False)
        number = tally.campaign.periods(tally.by).number(table["period"].to_numpy())
        every = np.unique(number)
        row = np.searchsorted(every, number)
        persons = np.full((len(every), len(units)), np.nan)
        persons[row, unit] = table["persons"].to_numpy(dtype=np.float64)
        spans = np.ones_like(persons)
        if figures == "cumulative":
            spans[row, unit] = _spans(table, tally)
        days = tally.campaign.periods(tally.by).name(every)
        weekdays = (days.astype(np.int64) + 3) % 7 if tally.by == "day" else None
        return cls(find_slips(persons, spans, weekdays=weekdays), persons, units.tolist(), days)

    def frame(self) -> pd.DataFrame:
        at, unit = np.nonzero(odd_figures(self._slips, self._figures))
        expected = self._slips.expected[at, unit]
        persons = self._figures[at, unit]
        signals = [KINDS[kind] for kind in self._slips.kind[at, unit].tolist()]
        table = _frame(
            [
                (
                    "jump" if name in {"jump", "drop"} else name,
                    unit,
                    day,
                    int(figure),
                    None if np.isnan(reference) else float(reference),
                    _note(name, figure, reference),
                )
                for name, unit, day, figure, reference in zip(
                    signals,
                    self._units[unit].tolist(),
                    self._periods[at].astype("datetime64[s]").tolist(),
                    persons.tolist(),
                    expected.tolist(),
                    strict=True,
                )
            ]
        )
        return table.sort_values(["unit", "period"], kind="stable", ignore_index=True)

    def too_short(self) -> pd.DataFrame:
        told = self._slips.told
        few = int((~told).sum())
        if not few:
            return _frame([])
        note = message(
            "{few} of {n} units have fewer than 6 figures: too short to tell jumps",
            few=few,
            n=len(told),
        )
        return _frame([("too_short", None, None, None, float(few), note)])


_NOTES = {
    "fall_and_recovery": message("a fall that the figures beside make up for"),
    "spike_and_fall": message("a figure that is taken back beside"),
    "batch_after_silence": message("several periods at once, after silence"),
}


def _note(name: str, figure: float, reference: float) -> Message:
    if name in _NOTES:
        return _NOTES[name]
    times = (figure + 0.5) / (reference + 0.5)
    if times >= 1:
        return message(
            "{times:decimal 1} times what the figures around it lead to expect", times=times
        )
    return message("{rate:percent 1} of what the figures around it lead to expect", rate=times)


def _spans(table: pd.DataFrame, tally: Tally) -> NDArray[np.float64]:
    """Return how many periods lie between each report and its unit's one before; 1 = the next."""
    periods = tally.campaign.periods(tally.by)
    step = periods.number(table["period"].to_numpy())
    first = ~table["unit"].duplicated().to_numpy()
    stock = tally.stock.groupby("unit")["period"].max().reindex(table["unit"]).to_numpy()
    before = np.roll(step, 1)
    known = ~np.isnat(stock)
    before[first] = np.where(known, periods.number(stock), step - 1)[first]
    return (step - before).astype(np.float64)


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

    >>> import coverage_campaign.files.campaigns as shipped
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
            note = message(
                "{times} times the same figure; by chance {expected:raw} such runs",
                times=times,
                expected=f"{expected:.1g}",
            )
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
    tail = tail if tail is not None else _TAIL[tally.by]
    periods = tally.campaign.periods(tally.by)
    window = tally.campaign.window(phase)
    first, last = periods.number([window.first, window.last]).tolist()
    table = _by_unit(tally)
    period = periods.number(table["period"].to_numpy())
    table = table.assign(
        late=table["persons"].where((period > last - tail) & (period <= last)),
        early=table["persons"].where((period >= first) & (period <= last - tail)),
        end=table["period"].where(period <= last),
    )
    by_unit = table.groupby("unit", sort=False)
    sums = by_unit[["late", "early"]].sum()
    sums[["n_late", "n_early"]] = by_unit[["late", "early"]].count()
    sums["end"] = by_unit["end"].max()
    enough = (sums["n_late"] > 0) & (sums["n_early"] >= _FEWEST_BEFORE) & (sums["early"] > 0)
    # persons per period, compared in whole numbers: late / n >= ratio x early / m
    high = sums["late"] * sums["n_early"] >= ratio * sums["early"] * sums["n_late"]
    odd = sums[enough & high]
    before = odd["early"] / odd["n_early"]
    times = odd["late"] / odd["n_late"] / before
    label = tally.campaign.phase(phase).label
    notes = [
        message("{times:decimal 1} times the mean before, in {phase}", times=one, phase=label)
        for one in times
    ]
    return _signs("deadline_spike", odd.index, odd["end"], odd["late"], before, notes)


_TAIL: dict[Period, int] = {"day": 7, "week": 1, "month": 1, "quarter": 1}
_FEWEST_BEFORE = 3


def lapses_after_entry(tally: Tally, *, within: int = 3, share: float = 0.5) -> pd.DataFrame:
    """Return units that lose soon after their best period much of what they gained in it.

    The losses of the `within` periods after the period with most entries are at least `share` of
    these entries (reference = the entries). A tally has no persons: that the same ones lapse is a
    guess that the events can confirm. Needs channels of losses; without them nobody is found.
    """
    net = tally.net()
    if not net["losses"].gt(0).any():
        return _frame([])
    step = tally.campaign.periods(tally.by).number(net["period"].to_numpy())
    net = net.assign(step=step)
    best = net.loc[net.groupby("unit", sort=False)["entries"].idxmax()].set_index("unit")
    since = net["step"] - net["unit"].map(best["step"])
    lost = net["losses"].where(since.between(1, within), 0).groupby(net["unit"]).sum()
    best["lost"] = lost.reindex(best.index)
    odd = (best["entries"] > 0) & (best["lost"] > 0) & (best["lost"] >= share * best["entries"])
    best = best[odd]
    notes = [
        message(
            "{lost} lost in the {within} periods after {entries} entered",
            lost=int(lost),
            within=within,
            entries=int(entries),
        )
        for lost, entries in zip(best["lost"], best["entries"], strict=True)
    ]
    return _signs(
        "lapse_after_entry", best.index, best["period"], best["lost"], best["entries"], notes
    )


def above_eligible(tally: Tally) -> pd.DataFrame:
    """Return where a unit first stands above 100 % of its eligible persons (reference).

    Counted are the persons covered before (the tally's stock, else the campaign's measure of
    persons covered, else none) and everything net since.
    """
    campaign = tally.campaign
    stock = tally.stock.groupby("unit")["persons"].max()
    net = tally.net()
    reporting = [campaign.unit(str(code)) for code in net["unit"].unique()]
    eligible = {one.code: one.count(campaign.eligible) for one in reporting}
    covered = {one.code: one.count(campaign.covered) or 0 for one in reporting}
    before = net["unit"].map(stock).fillna(net["unit"].map(covered)).astype("int64")
    reached = net.groupby("unit", sort=False)["net"].cumsum().astype("int64") + before
    base = net["unit"].map(eligible).astype("Float64")
    net = net.assign(reached=reached, base=base)[(reached > base).fillna(value=False)]
    times = net["unit"].value_counts()
    first = net.drop_duplicates("unit")
    notes = [
        message(
            "{reached} persons of {base} eligible, in {periods} periods",
            reached=int(reached),
            base=int(base),
            periods=int(periods),
        )
        for reached, base, periods in zip(
            first["reached"], first["base"], first["unit"].map(times), strict=True
        )
    ]
    return _signs(
        "above_eligible", first["unit"], first["period"], first["reached"], first["base"], notes
    )


def printed_totals(tally: Tally) -> pd.DataFrame:
    """Return the printed sums that their parts do not add up to, and persons reported twice."""
    rows: list[_Row] = [
        ("total_differs", None, None, None, None, problem.place_and_finding)
        for problem in tally.problems
        if problem.reason == "total_differs"
    ]
    doubles = dict(tally.problems.totals).get("double", 0)
    if doubles:
        note = message(
            "{doubles} reports of what was reported before, from one unit or several",
            doubles=doubles,
        )
        rows.append(("double", None, None, None, float(doubles), note))
    return _frame(rows)


def _by_unit(tally: Tally) -> pd.DataFrame:
    """Return the gross persons of each unit and period (losses left out), in order."""
    losses = {channel.code for channel in tally.campaign.channels if channel.effect == "loss"}
    frame = tally.frame
    frame = frame[~frame["channel"].isin(losses)]
    return frame.groupby(["unit", "period"])[["persons"]].sum().reset_index()


def _tuples(table: pd.DataFrame) -> list[tuple[str, pd.Timestamp, int, int]]:
    return list(table.itertuples(index=False, name=None))


def _signs(signal: str, *columns_of_units: Iterable[Any]) -> pd.DataFrame:
    """Return one row a unit of one signal: unit, period, persons, reference, note."""
    columns = zip(*columns_of_units, strict=True)
    return _frame(
        [
            (signal, str(unit), period, int(count), float(reference), note)
            for unit, period, count, reference, note in columns
        ]
    )


def _frame(rows: Sequence[_Row]) -> pd.DataFrame:
    said = [(*row, note.text()) for *row, note in rows]
    table = pd.DataFrame(said, columns=pd.Index(_COLUMNS, dtype="str"))
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
