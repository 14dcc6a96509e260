"""Signs that figures deserve a second look: data beside the figures, never a silent repair.

No sign is a proof. A fall may be an honest correction, a spike a real drive; whoever reads a
ranking should see them beside it. A tally knows what was known: of a day nothing later is looked at
if the tally was read or counted as of that day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from math import exp, inf, lgamma, log
from typing import NamedTuple, TypeAlias

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.checks import checked_call
from coverage_campaign.messages import Message, message
from coverage_campaign.model.dates import Period, Periods
from coverage_campaign.reporting.result import Tally
from coverage_campaign.reporting.sheets.column_roles import FigureKind
from coverage_campaign.reporting.slips import KINDS, Slips, find_slips

__all__ = [
    "Reported",
    "Sign",
    "above_eligible",
    "deadline_spikes",
    "falls",
    "identical_figures",
    "jumps",
    "lapses_after_entry",
    "printed_totals",
    "quality_signals",
    "sign_table",
    "signs_of",
]

_Places: TypeAlias = NDArray[np.int64]


class Sign(NamedTuple):
    """One sign: its name, whose and of which period (None = of all), and what it is told from."""

    signal: str
    unit: str | None
    period: dt.datetime | None
    persons: int | None
    reference: float | None
    note: Message


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
    return sign_table(signs_of(tally, figures=figures, run=run, false_alarms=false_alarms))


def signs_of(
    tally: Tally, *, figures: FigureKind = "new", run: int = 3, false_alarms: float = 0.05
) -> list[Sign]:
    """Return the signs of `quality_signals`, in its order."""
    reported = Reported.of(tally)
    signs = [
        *falls(reported),
        *jumps(reported, figures=figures),
        *identical_figures(reported, run=run, false_alarms=false_alarms),
        *(
            one
            for phase in tally.campaign.phases
            if phase.parent is None
            for one in deadline_spikes(reported, phase=phase.code)
        ),
        *lapses_after_entry(reported),
        *above_eligible(reported),
        *printed_totals(tally),
    ]
    order = {unit.code: at for at, unit in enumerate(tally.campaign.units)}

    def place(one: Sign) -> tuple[float, str, str]:
        unit = inf if one.unit is None else order[one.unit]
        return unit, "~" if one.period is None else one.period.isoformat(), one.signal

    return sorted(signs, key=place)


def sign_table(signs: Iterable[Sign]) -> pd.DataFrame:
    """Return signs as a frame, their notes in the language of the context."""
    rows = [(*one[:-1], one.note.text()) for one in signs]
    return pd.DataFrame(rows, columns=pd.Index(Sign._fields, dtype="str")).astype(
        {
            "signal": "str",
            "unit": "str",
            "period": "datetime64[s]",
            "persons": "Int64",
            "reference": "Float64",
            "note": "str",
        }
    )


@attrs.frozen(eq=False)
class _Persons:
    """Persons by unit and period, sorted by both: positions in `Reported.units`, period numbers."""

    unit: _Places
    period: _Places
    persons: _Places

    @classmethod
    def summed(cls, unit: _Places, period: _Places, persons: _Places) -> _Persons:
        """Return the sum of the rows of each unit and period."""
        order = np.lexsort((period, unit))
        unit, period, persons = unit[order], period[order], persons[order]
        first = np.ones(len(unit), dtype=bool)
        first[1:] = (unit[1:] != unit[:-1]) | (period[1:] != period[:-1])
        starts = np.flatnonzero(first)
        sums = np.add.reduceat(persons, starts) if len(starts) else persons
        return cls(unit[starts], period[starts], sums)

    @property
    def starts(self) -> _Places:
        """The first row of each unit."""
        return np.flatnonzero(np.diff(self.unit, prepend=-1))

    def running(self) -> _Places:
        """Return the persons of each row's unit so far."""
        total = np.cumsum(self.persons)
        before = total[self.starts] - self.persons[self.starts]
        return total - np.repeat(before, np.diff([*self.starts, len(total)]))

    def sums_of(self, rows: NDArray[np.bool_]) -> tuple[_Places, _Places]:
        """Return the sum of some rows by unit, and how many they are."""
        persons, number = np.where(rows, self.persons, 0), rows.astype(np.int64)
        if not len(rows):
            return persons, number
        return np.add.reduceat(persons, self.starts), np.add.reduceat(number, self.starts)


@attrs.frozen(eq=False)
class Reported:
    """What a tally's units reported: gross persons, losses, and what is left of both.

    `units` are the codes of those that reported, `periods` the campaign's.
    """

    tally: Tally
    units: NDArray[np.object_]
    periods: Periods
    gross: _Persons
    losses: _Persons
    net: _Persons

    @classmethod
    def of(cls, tally: Tally) -> Reported:
        """Return the figures of a tally as arrays over all its units."""
        frame = tally.frame
        periods = tally.campaign.periods(tally.by)
        unit, units = pd.factorize(frame["unit"], sort=True)
        unit, period = unit.astype(np.int64), periods.number(frame["period"].to_numpy())
        persons = frame["persons"].to_numpy(dtype=np.int64, na_value=0)
        lost = {one.code for one in tally.campaign.channels if one.effect == "loss"}
        loss = frame["channel"].isin(lost).to_numpy() if lost else np.zeros(len(frame), dtype=bool)
        gross = _Persons.summed(unit[~loss], period[~loss], persons[~loss])
        losses = _Persons.summed(unit[loss], period[loss], persons[loss])
        net = _Persons.summed(unit, period, np.where(loss, -persons, persons))
        return cls(
            tally,
            np.array(units, dtype=object),
            periods,
            gross,
            losses,
            net if loss.any() else gross,
        )

    def signs(
        self, signal: str, of: _Persons, rows: _Places, reference: Iterable[float]
    ) -> list[tuple[str, str, dt.datetime, int, float]]:
        """Return some rows as signs without their notes."""
        days = self.periods.name(of.period[rows]).astype("datetime64[s]").tolist()
        units, persons = self.units[of.unit[rows]].tolist(), of.persons[rows].tolist()
        return [
            (signal, *one) for one in zip(units, days, persons, map(float, reference), strict=True)
        ]


_TAKEN_BACK = message("persons taken back: ask for what day")


def falls(reported: Reported) -> list[Sign]:
    """Return the periods in which a unit took persons back; reference = its persons before."""
    gross = reported.gross
    odd = np.flatnonzero(gross.persons < 0)
    before = (gross.running() - gross.persons)[odd].tolist() if len(odd) else []
    return [Sign(*one, _TAKEN_BACK) for one in reported.signs("fall", gross, odd, before)]


def jumps(reported: Reported, *, figures: FigureKind = "new") -> list[Sign]:
    """Return the figures that a unit's other figures contradict; reference = what they lead to.

    Signals: `jump`, one figure more than three times as high or low as the figures around it lead
    to expect (a digit too many or too few); `fall_and_recovery`, `spike_and_fall` and
    `batch_after_silence`, figures in a row of which one makes up for the others, each with a row.
    Weekends are no jumps: a daily figure is also compared with the same days of other weeks. Units
    with fewer than six figures tell nothing, and one sign of the source (`too_short`; reference =
    units) says so. `find_slips` says how it is told, the page on reports how often it is right.

    Of `figures="cumulative"` what a report adds stands for all periods since the one before, else
    every Monday would be a jump.
    """
    gross = reported.gross
    every, row = np.unique(gross.period, return_inverse=True)
    persons = np.full((len(every), len(reported.units)), np.nan)
    persons[row, gross.unit] = gross.persons
    spans = np.ones_like(persons)
    if figures == "cumulative":
        spans[row, gross.unit] = _spans(reported)
    days = reported.periods.name(every)
    weekdays = (days.astype(np.int64) + 3) % 7 if reported.tally.by == "day" else None
    silent = np.isnan(persons).all(axis=0)  # losses alone
    persons, spans, units = persons[:, ~silent], spans[:, ~silent], reported.units[~silent]
    slips = find_slips(persons, spans, weekdays=weekdays)
    unit, at = np.nonzero(odd_figures(slips, persons).T)
    signs = []
    for kind, code, day, figure, expected in zip(
        slips.kind[at, unit].tolist(),
        units[unit].tolist(),
        days[at].astype("datetime64[s]").tolist(),
        persons[at, unit].tolist(),
        slips.expected[at, unit].tolist(),
        strict=True,
    ):
        name = "jump" if KINDS[kind] in {"jump", "drop"} else KINDS[kind]
        reference = None if np.isnan(expected) else expected
        signs.append(Sign(name, code, day, int(figure), reference, _note(name, figure, expected)))
    few = int((~slips.told).sum())
    if few:
        note = message(
            "{few} of {n} units have fewer than 6 figures: too short to tell jumps",
            few=few,
            n=len(units),
        )
        signs.append(Sign("too_short", None, None, None, float(few), note))
    return signs


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


def _spans(reported: Reported) -> _Places:
    """Return how many periods lie between each report and its unit's one before; 1 = the next."""
    gross, stock = reported.gross, reported.tally.stock
    starts = gross.starts
    before = np.roll(gross.period, 1)
    before[starts] = gross.period[starts] - 1
    last = stock.groupby("unit")["period"].max().reindex(reported.units[gross.unit[starts]])
    known = last.notna().to_numpy()
    before[starts[known]] = reported.periods.number(last.to_numpy()[known])
    return gross.period - before


def identical_figures(
    reported: Reported, *, run: int = 3, false_alarms: float = 0.05
) -> list[Sign]:
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
    >>> tally = read_reports(frame, hengyang, figures="new")
    >>> [(one.unit, one.persons, one.reference) for one in identical_figures(Reported.of(tally))]
    [('430421', 7, 4.0), ('430422', 500, 3.0)]
    """
    gross = reported.gross
    begins = np.ones(len(gross.unit), dtype=bool)
    begins[1:] = (np.diff(gross.unit) != 0) | (np.diff(gross.persons) != 0)
    starts = np.flatnonzero(begins)
    times = np.diff([*starts, len(begins)])
    long = (times >= run) & (gross.persons[starts] > 0)
    last, times = (starts + times - 1)[long], times[long]
    signs = []
    for row in reported.signs("identical", gross, last, times):
        *_, persons, length = row
        expected = len(begins) * _chance(persons) ** (length - 1)
        if expected <= false_alarms:
            note = message(
                "{times} times the same figure; by chance {expected:raw} such runs",
                times=int(length),
                expected=f"{expected:.1g}",
            )
            signs.append(Sign(*row, note))
    return signs


def _chance(count: int) -> float:
    """Return the chance that a Poisson count is its own mean.

    >>> round(_chance(1), 4), round(_chance(100), 4)
    (0.3679, 0.0399)
    """
    return exp(count * log(count) - count - lgamma(count + 1))


def deadline_spikes(
    reported: Reported, *, phase: str, tail: int | None = None, ratio: float = 3.0
) -> list[Sign]:
    """Return units that count `ratio` times as much at a phase's end as before it, or more.

    Compared are the persons per period of the last `tail` reported periods of the phase (1 month,
    or 7 days of a tally by day) and of its earlier ones (reference). Units with fewer than three
    figures before the tail say nothing, and so does a phase whose last period is not reported.
    """
    tally, gross, periods = reported.tally, reported.gross, reported.periods
    tail = tail if tail is not None else _TAIL[tally.by]
    window = tally.campaign.window(phase)
    first, end = periods.number([window.first, window.last]).tolist()
    late, n_late = gross.sums_of((gross.period > end - tail) & (gross.period <= end))
    early, n_early = gross.sums_of((gross.period >= first) & (gross.period <= end - tail))
    enough = (n_late > 0) & (n_early >= _FEWEST_BEFORE) & (early > 0)
    # persons per period, compared in whole numbers: late / n >= ratio x early / m
    odd = enough & (late * n_early >= ratio * early * n_late)
    _, until = gross.sums_of(gross.period <= end)
    ends = attrs.evolve(gross, persons=np.repeat(late, np.diff([*gross.starts, len(gross.unit)])))
    last = (gross.starts + until - 1)[odd]
    before = early[odd] / n_early[odd]
    times = late[odd] / n_late[odd] / before
    label = tally.campaign.phase(phase).label
    return [
        Sign(
            *one,
            message("{times:decimal 1} times the mean before, in {phase}", times=high, phase=label),
        )
        for one, high in zip(
            reported.signs("deadline_spike", ends, last, before), times.tolist(), strict=True
        )
    ]


_TAIL: dict[Period, int] = {"day": 7, "week": 1, "month": 1, "quarter": 1}
_FEWEST_BEFORE = 3


def lapses_after_entry(reported: Reported, *, within: int = 3, share: float = 0.5) -> list[Sign]:
    """Return units that lose soon after their best period much of what they gained in it.

    The losses of the `within` periods after the period with most entries are at least `share` of
    these entries (reference = the entries). A tally has no persons: that the same ones lapse is a
    guess that the events can confirm. Needs channels of losses; without them nobody is found.
    """
    if not len(reported.losses.unit):
        return []
    net = reported.tally.net()
    step = reported.periods.number(net["period"].to_numpy())
    net = net.assign(step=step)
    best = net.loc[net.groupby("unit", sort=False)["entries"].idxmax()].set_index("unit")
    since = net["step"] - net["unit"].map(best["step"])
    lost = net["losses"].where(since.between(1, within), 0).groupby(net["unit"]).sum()
    best["lost"] = lost.reindex(best.index)
    odd = (best["entries"] > 0) & (best["lost"] > 0) & (best["lost"] >= share * best["entries"])
    return [
        Sign(
            "lapse_after_entry",
            str(unit),
            day,
            int(gone),
            float(entries),
            message(
                "{lost} lost in the {within} periods after {entries} entered",
                lost=int(gone),
                within=within,
                entries=int(entries),
            ),
        )
        for unit, day, entries, gone in best.loc[odd, ["period", "entries", "lost"]].itertuples()
    ]


def above_eligible(reported: Reported) -> list[Sign]:
    """Return where a unit first stands above 100 % of its eligible persons (reference).

    Counted are the persons covered before (the tally's stock, else the campaign's measure of
    persons covered, else none) and everything net since.
    """
    campaign, net = reported.tally.campaign, reported.net
    place = {one.code: at for at, one in enumerate(campaign.units)}
    units = [campaign.units[place[code]] for code in reported.units.tolist()]
    eligible, covered = (
        np.array([next((n for code, n in one.counts if code == measure), -1) for one in units])
        for measure in (campaign.eligible, campaign.covered)
    )
    stock = reported.tally.stock.groupby("unit")["persons"].max().reindex(reported.units)
    before = stock.fillna(pd.Series(np.maximum(covered, 0), reported.units)).to_numpy(np.int64)
    reached = attrs.evolve(net, persons=net.running() + before[net.unit])
    base = eligible[net.unit]
    above = (reached.persons > base) & (base >= 0)
    _, periods = net.sums_of(above)
    odd = np.flatnonzero(above)
    first = odd[np.flatnonzero(np.diff(net.unit[odd], prepend=-1))]
    return [
        Sign(
            *one,
            message(
                "{reached} persons of {base} eligible, in {periods} periods",
                reached=one[3],
                base=int(one[4]),
                periods=times,
            ),
        )
        for one, times in zip(
            reported.signs("above_eligible", reached, first, base[first]),
            periods[periods > 0].tolist(),
            strict=True,
        )
    ]


def printed_totals(tally: Tally) -> list[Sign]:
    """Return the printed sums that their parts do not add up to, and persons reported twice."""
    signs = [
        Sign("total_differs", None, None, None, None, problem.place_and_finding)
        for problem in tally.problems
        if problem.reason == "total_differs"
    ]
    doubles = dict(tally.problems.totals).get("double", 0)
    if doubles:
        note = message(
            "{doubles} reports of what was reported before, from one unit or several",
            doubles=doubles,
        )
        signs.append(Sign("double", None, None, None, float(doubles), note))
    return signs
