"""Synthetic events of a campaign: with the faults of real reporting, and the truth beside them."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.checks import checked_call, checked_fields
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.frames import by_value, owned_frame
from coverage_campaign.messages import message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import ONE_DAY
from coverage_campaign.model.readings import Basis
from coverage_campaign.model.responsibilities import ReportingRule
from coverage_campaign.notebook import html_table
from coverage_campaign.scheduling.schedule import Plan

__all__ = ["Simulation", "simulate"]

_Ints = NDArray[np.int64]
_Texts = pd.api.extensions.ExtensionArray
_SECONDS = 86_400
_MOST_LEVEL = 100
_LAPSE = 0.03


@attrs.frozen(kw_only=True, field_transformer=checked_fields)
class Simulation:
    """Simulated events and the truth that they report badly; never a real result.

    `events` has the columns of an event frame (record, revision, reported_at, person, unit, date,
    channel, group) and `simulated`, True in every row. `truth` has unit, period, channel, persons:
    what happened, month by month, each person once. `received` has unit, period, received_on: when
    each unit's report of a month arrived; a report that never came has no row.

    It has no `notes` beside its `basis`, no `plot` and no `explain`: the tally and the progress
    made of its events have them.
    """

    plan: Plan
    seed: int
    _events: pd.DataFrame = attrs.field(converter=owned_frame, eq=by_value, repr=False)
    _truth: pd.DataFrame = attrs.field(converter=owned_frame, eq=by_value, repr=False)
    _received: pd.DataFrame = attrs.field(converter=owned_frame, eq=by_value, repr=False)
    basis: Basis

    @property
    def campaign(self) -> Campaign:
        """The campaign that is played through."""
        return self.plan.campaign

    @property
    def events(self) -> pd.DataFrame:
        """The event rows, as `cc.tally` reads them."""
        return owned_frame(self._events)

    @property
    def truth(self) -> pd.DataFrame:
        """What happened by unit, month and channel, each person once."""
        return owned_frame(self._truth)

    @property
    def received(self) -> pd.DataFrame:
        """When each unit's report of a month arrived."""
        return owned_frame(self._received)

    def to_frame(self) -> pd.DataFrame:
        """Return the event rows: see `events`."""
        return self.events

    def _repr_html_(self) -> str:
        return html_table(self._events, title=repr(self)[1:-1], notes=self.basis.lines())

    def __repr__(self) -> str:
        """Return the simulation in one line."""
        return f"<Simulation with seed {self.seed}: {len(self._events):,} event rows, all invented>"


def _share(value: float, name: str) -> float:
    if not 0 <= value <= 1:
        raise DefinitionError(Problem(name, f"{value!r}", "give a fraction from 0 to 1"))
    return float(value)


@checked_call
def simulate(
    plan: Plan,
    *,
    seed: int,
    level: float = 1.0,
    spread: float = 0.2,
    channels: Mapping[str, float] | None = None,
    rush: float = 0.1,
    late: float = 0.1,
    missing: float = 0.02,
    double: float = 0.01,
    revised: float = 0.02,
    withdrawn: float = 0.005,
    inflated: float = 0.005,
    lapse: float | None = None,
) -> Simulation:
    """Return synthetic events of a plan, with the truth beside them; the same seed, the same rows.

    Args:
        plan: Whose units, shares and days are played through.
        seed: The seed of the random numbers (NumPy's PCG64).
        level: Persons who enrol over persons planned, for the whole campaign.
        spread: How much units differ around that level (standard deviation of the logarithm).
        channels: How often each entry and resumption channel is used; equally by default.
        rush: The fraction of persons who come in a rush towards the last day.
        late: The fraction of records that reach the office weeks later.
        missing: The fraction of unit-months that are never reported.
        double: The fraction of persons whom a second unit reports too.
        revised: The fraction of records that a later revision moves to another day.
        withdrawn: The fraction of records that are taken back.
        inflated: The fraction of records, on top, of people who do not exist.
        lapse: The fraction of those enrolled who lapse within the window, by default 0.03; a
            campaign without a channel of losses has none, and the basis says so.

    Returns:
        Events, truth and the arrival of monthly reports; all marked as simulated.

    Raises:
        DefinitionError: A fraction outside 0 to 1, or a channel that the campaign does not have.
    """
    campaign = plan.campaign
    if seed < 0:
        raise DefinitionError(Problem("seed", f"{seed!r}", "give a whole number, 0 or more"))
    level, spread = float(level), float(spread)
    for name, number in (("level", level), ("spread", spread)):
        if not 0 <= number <= _MOST_LEVEL:
            fix = message("give a number from 0 to {most:raw}", most=_MOST_LEVEL)
            raise DefinitionError(Problem(name, f"{number!r}", fix))
    fractions = {
        name: _share(value, name)
        for name, value in (
            ("rush", rush),
            ("late", late),
            ("missing", missing),
            ("double", double),
            ("revised", revised),
            ("withdrawn", withdrawn),
            ("inflated", inflated),
            ("lapse", _LAPSE if lapse is None else lapse),
        )
    }
    idle = bool(lapse) and all(channel.effect != "loss" for channel in campaign.channels)
    rng = np.random.default_rng(seed)
    true = _happened(
        plan,
        rng,
        level=level,
        spread=spread,
        rush=fractions["rush"],
        odds=_entry_odds(campaign, channels),
    )
    true = _with_lapses(plan, rng, true, fractions["lapse"])
    reported = _reported(plan, rng, true, fractions)
    codes = plan.shares().index.to_numpy()
    names = np.array([channel.code for channel in campaign.channels] + ["withdrawn"], dtype=object)
    events = _frame(reported, codes, names, _group_codes(campaign, rng, reported["person"]))
    return Simulation(
        plan=plan,
        seed=seed,
        events=events,
        truth=_truth(plan, true, codes, names),
        received=_received(campaign, rng, reported, codes),
        basis=attrs.evolve(plan.basis, simulated=True).assuming(
            *([message("nobody lapses, for no channel of the campaign is a loss")] if idle else [])
        ),
    )


_Columns = dict[str, _Ints]


def _entry_odds(campaign: Campaign, channels: Mapping[str, float] | None) -> NDArray[np.float64]:
    """Return the odds of each channel of the campaign; losses have none."""
    open_to = [channel.code for channel in campaign.channels if channel.effect != "loss"]
    channels = None if channels is None else dict(channels)
    unknown = [code for code in channels or {} if code not in open_to]
    if unknown or not open_to:
        raise DefinitionError(
            Problem(
                "channels",
                f"{unknown}",
                message("name entries or resumptions of {channels}", channels=open_to),
            )
        )
    wanted = dict.fromkeys(open_to, 1.0) if channels is None else channels
    odds = np.array([wanted.get(channel.code, 0.0) for channel in campaign.channels], np.float64)
    if not odds.sum() > 0 or (odds < 0).any():
        raise DefinitionError(Problem("channels", f"{wanted}", "give odds of 0 or more, not all 0"))
    shares: NDArray[np.float64] = odds / odds.sum()
    return shares


def _happened(
    plan: Plan,
    rng: np.random.Generator,
    *,
    level: float,
    spread: float,
    rush: float,
    odds: NDArray[np.float64],
) -> _Columns:
    """Draw who really enrolled: person, unit, day, channel (positions, not codes)."""
    shares = plan.shares().to_numpy("int64")
    factor = level * np.exp(rng.normal(-spread * spread / 2, spread, len(shares)))
    people = rng.poisson(shares * factor)
    effort = np.diff(np.array(plan.effort, dtype=np.float64), prepend=0.0)
    late_effort = effort * np.linspace(0.0, 1.0, len(effort)) ** 12
    late_effort[-1] += effort[-1]  # a window of one day has its rush on that day
    day_odds = (1 - rush) * effort / effort.sum() + rush * late_effort / late_effort.sum()
    count = int(people.sum())
    return {
        "person": rng.permutation(count).astype(np.int64),
        "unit": np.repeat(np.arange(len(shares)), people),
        "day": rng.choice(len(effort), size=count, p=day_odds / day_odds.sum()),
        "channel": rng.choice(len(odds), size=count, p=odds),
    }


def _with_lapses(plan: Plan, rng: np.random.Generator, true: _Columns, lapse: float) -> _Columns:
    """Add a loss for some of those enrolled, a while after they enrolled and inside the window."""
    losses = [
        position
        for position, channel in enumerate(plan.campaign.channels)
        if channel.effect == "loss"
    ]
    if not losses:
        return true
    chosen = np.flatnonzero(rng.random(len(true["unit"])) < lapse)
    day = true["day"][chosen] + rng.integers(20, 120, len(chosen))
    inside = day < len(plan.days)
    chosen, day = chosen[inside], day[inside]
    return {
        "person": np.concatenate([true["person"], true["person"][chosen]]),
        "unit": np.concatenate([true["unit"], true["unit"][chosen]]),
        "day": np.concatenate([true["day"], day]),
        "channel": np.concatenate([true["channel"], np.full(len(chosen), losses[0])]),
    }


def _reported(
    plan: Plan, rng: np.random.Generator, true: _Columns, odds: Mapping[str, float]
) -> _Columns:
    """Turn what happened into rows as they were filed: record, revision, second, and the faults."""
    days = plan.days.astype(np.int64)
    months = plan.days.astype("datetime64[M]").astype(np.int64)
    silent = rng.random((len(plan.shares()), int(months.max()) + 1)) < odds["missing"]
    heard = ~silent[true["unit"], months[true["day"]]]
    rows = {name: column[heard] for name, column in true.items()}
    invented = int(rng.binomial(len(rows["unit"]), odds["inflated"]))
    copied = rng.integers(0, max(len(rows["unit"]), 1), invented)
    nobody = -1 - np.arange(invented, dtype=np.int64)
    twice = np.flatnonzero(rng.random(len(rows["unit"])) < odds["double"])
    second_unit = rng.integers(0, len(plan.shares()), len(twice))
    filed = {
        name: np.concatenate([column, column[copied], column[twice]])
        for name, column in rows.items()
    }
    first = len(rows["unit"])
    filed["person"][first : first + invented] = nobody
    filed["unit"][first + invented :] = second_unit
    count = len(filed["unit"])
    delay = rng.gamma(2.0, 2.5, count) + np.where(
        rng.random(count) < odds["late"], rng.gamma(3.0, 12.0, count), 0.0
    )
    delay[first + invented :] += rng.gamma(2.0, 5.0, len(twice))
    filed["date"] = days[filed["day"]]
    filed["second"] = filed["date"] * _SECONDS + (delay * _SECONDS).astype(np.int64)
    filed["record"] = rng.permutation(count).astype(np.int64)
    filed["revision"] = np.zeros(count, dtype=np.int64)
    return _with_revisions(plan, rng, filed, odds)


def _with_revisions(
    plan: Plan, rng: np.random.Generator, filed: _Columns, odds: Mapping[str, float]
) -> _Columns:
    """Add later versions: some move the date by days, some take the record back."""
    drawn = rng.random(len(filed["unit"]))
    moved = np.flatnonzero(drawn < odds["revised"])
    back = np.flatnonzero(
        (drawn >= odds["revised"]) & (drawn < odds["revised"] + odds["withdrawn"])
    )
    again = np.concatenate([moved, back])
    later = {name: column[again].copy() for name, column in filed.items()}
    later["revision"] = np.ones(len(again), dtype=np.int64)
    later["second"] += rng.integers(1, 40, len(again)) * _SECONDS
    shift = rng.integers(-20, 21, len(moved))
    first, last = int(plan.days[0].astype(np.int64)), int(plan.days[-1].astype(np.int64))
    later["date"][: len(moved)] = np.clip(later["date"][: len(moved)] + shift, first, last)
    later["channel"][len(moved) :] = len(plan.campaign.channels)
    both = {name: np.concatenate([filed[name], later[name]]) for name in filed}
    order = np.lexsort((both["revision"], both["record"], both["second"]))
    return {name: column[order] for name, column in both.items()}


def _group_codes(campaign: Campaign, rng: np.random.Generator, person: _Ints) -> _Texts:
    """Return the target group of each row: a person has one, in every row about them."""
    known: list[str | None] = [group.code for group in campaign.groups]
    codes: _Texts = pd.Series(known or [None], dtype="str").array
    people = person - person.min(initial=0)  # those who do not exist have numbers below 0
    of_person = rng.integers(0, len(codes), int(people.max(initial=-1)) + 1)
    return codes.take(of_person[people])


def _frame(
    rows: _Columns,
    codes: NDArray[np.object_],
    names: NDArray[np.object_],
    groups: _Texts,
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "record": rows["record"],
            "revision": rows["revision"],
            "reported_at": rows["second"].astype("datetime64[s]"),
            "person": rows["person"],
            "unit": pd.array(codes, dtype="str").take(rows["unit"]),
            "date": rows["date"].astype("datetime64[D]").astype("datetime64[s]"),
            "channel": pd.array(names, dtype="str").take(rows["channel"]),
            "group": groups,
            "simulated": np.ones(len(rows["unit"]), dtype=bool),
        }
    )


def _truth(
    plan: Plan, true: _Columns, codes: NDArray[np.object_], names: NDArray[np.object_]
) -> pd.DataFrame:
    """Return what happened by unit, month and channel; everybody enrolled once."""
    table = pd.DataFrame(
        {
            "unit": pd.array(codes, dtype="str").take(true["unit"]),
            "period": plan.days[true["day"]].astype("datetime64[M]").astype("datetime64[s]"),
            "channel": pd.array(names, dtype="str").take(true["channel"]),
        }
    )
    return (
        table.groupby(["unit", "period", "channel"], as_index=False)
        .size()
        .rename(columns={"size": "persons"})
        .astype({"persons": "Int64"})
    )


def _received(
    campaign: Campaign, rng: np.random.Generator, rows: _Columns, codes: NDArray[np.object_]
) -> pd.DataFrame:
    """Return when each unit's report of a period arrived; those without a filed row have none.

    Periods are those of the campaign's reporting rule; a report comes within eight days of the end.
    """
    periods = campaign.periods((campaign.reporting or ReportingRule()).period)
    number = periods.number(rows["date"].astype("datetime64[D]"))
    table = (
        pd.DataFrame({"unit": pd.array(codes, dtype="str").take(rows["unit"]), "number": number})
        .drop_duplicates()
        .sort_values(["number", "unit"], ignore_index=True)
    )
    numbers = table["number"].to_numpy(dtype=np.int64)
    arrival = periods.last(numbers) + (1 + rng.integers(0, 8, len(table))) * ONE_DAY
    return pd.DataFrame(
        {
            "unit": table["unit"],
            "period": periods.name(numbers).astype("datetime64[s]"),
            "received_on": arrival.astype("datetime64[s]"),
        }
    )
