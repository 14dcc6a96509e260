"""Where each unit stands, read from a progress: the rows that charts and documents show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import pandas as pd

from coverage_campaign.messages import Message, message
from coverage_campaign.model.labels import Label
from coverage_campaign.reporting.data_quality import falls, quality_signals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coverage_campaign.progress.track import Progress
    from coverage_campaign.reporting.result import Tally

__all__ = ["Standing", "by_rank", "by_rate", "rises", "standings", "total_of"]


@attrs.frozen
class Standing:
    """One unit, or the whole: counts of persons, rates as fractions of one, None for missing."""

    unit: str
    label: Label
    target: int | None
    planned: int | None
    done: int | None
    new: int | None
    completion_rate: float | None
    planned_rate: float | None
    gap_points: float | None
    gap_persons: int | None
    shortfall: int | None
    required_per_day: float | None
    rank: int | None
    reports_expected: int | None
    reports_received: int | None
    reports_on_time: int | None = None
    eligible: int | None = None
    quality_flags: tuple[str, ...] = ()

    @property
    def burden(self) -> float | None:
        """The target per thousand eligible people, None where either is not known."""
        if self.target is None or not self.eligible:
            return None
        return 1000 * self.target / self.eligible

    @property
    def status(self) -> str:
        """How the unit stands against its plan."""
        if self.target is None:
            return "no_target"
        if self.done is None or self.gap_persons is None:
            return "not_reported"
        if (self.reports_expected or 0) > (self.reports_received or 0):
            return "incomplete"
        if self.done >= self.target:
            return "reached"
        if self.gap_persons >= 0:
            return "on_plan"
        return "slightly_behind" if -20 * self.gap_persons <= self.target else "behind"

    @property
    def reason(self) -> Message | None:
        """Why it has no rank; None where it has one."""
        if self.rank is not None:
            return None
        missing = (self.reports_expected or 0) - (self.reports_received or 0)
        if self.status == "incomplete":
            return message("{n} {n:plural report|reports} missing", n=missing)
        return message("no target") if self.target is None else message("no report")


def standings(progress: Progress) -> tuple[Standing, ...]:
    """Return the units of a progress in its order."""
    units = {unit.code: unit for unit in progress.campaign.units}
    flags = _quality_flags(progress)
    found = []
    for row in map(_standing, _rows(progress.to_frame())):
        unit = units[row.unit]
        found.append(
            attrs.evolve(
                row,
                label=unit.label,
                eligible=unit.count(progress.campaign.eligible),
                quality_flags=flags.get(row.unit, ()),
            )
        )
    return tuple(found)


def total_of(progress: Progress) -> Standing:
    """Return the whole as one standing."""
    (row,) = _rows(progress.totals())
    return _standing(row)


def by_rank(rows: tuple[Standing, ...]) -> tuple[Standing, ...]:
    """Return the ranked in their order, then those without a rank by falling rate."""
    return tuple(
        sorted(
            rows,
            key=lambda row: (
                row.rank is None,
                row.rank or 0,
                -(row.completion_rate if row.completion_rate is not None else -1.0),
            ),
        )
    )


def by_rate(rows: tuple[Standing, ...]) -> tuple[Standing, ...]:
    """Return the units by falling rate, those without one last."""
    return tuple(
        sorted(
            rows,
            key=lambda row: -1.0 if row.completion_rate is None else row.completion_rate,
            reverse=True,
        )
    )


def rises(rows: Sequence[Standing], previous: Progress | None) -> list[int | None]:
    """Return how many places each unit rose since an earlier progress; None where not known."""
    before = {row.unit: row.rank for row in standings(previous)} if previous else {}
    old = [before.get(row.unit) for row in rows]
    return [
        None if was is None or row.rank is None else was - row.rank
        for was, row in zip(old, rows, strict=True)
    ]


def _quality_flags(progress: Progress) -> dict[str, tuple[str, ...]]:
    tally = _until(progress.tally, progress)
    odd = pd.concat([falls(tally), quality_signals(_monthly(tally))], ignore_index=True)
    found: dict[str, dict[str, None]] = {}
    for unit, kind in zip(odd["unit"].tolist(), odd["signal"].tolist(), strict=True):
        if isinstance(unit, str):
            found.setdefault(unit, {})[kind] = None
    return {unit: tuple(kinds) for unit, kinds in found.items()}


def _until(tally: Tally, progress: Progress) -> Tally:
    frame = tally.to_frame()
    counted = frame["period"] <= pd.Timestamp(progress.as_of)
    return attrs.evolve(tally, frame=frame[counted].reset_index(drop=True))


def _monthly(tally: Tally) -> Tally:
    if tally.by == "month":
        return tally
    frame = tally.to_frame()
    month = frame["period"].dt.to_period("M").dt.to_timestamp().dt.as_unit("s")
    keys = [name for name in frame.columns if name != "persons"]
    summed = frame.assign(period=month).groupby(keys, dropna=False)[["persons"]].sum()
    return attrs.evolve(tally, frame=summed.reset_index(), by="month")


def _rows(frame: pd.DataFrame) -> list[dict[str, object]]:
    missing = frame.isna().to_numpy()
    return [
        {
            str(column): None if missing[number, place] else frame.iloc[number, place]
            for place, column in enumerate(frame.columns)
        }
        for number in range(len(frame))
    ]


_COUNTS = (
    "target",
    "planned",
    "done",
    "new",
    "gap_persons",
    "shortfall",
    "rank",
    "reports_expected",
    "reports_received",
    "reports_on_time",
)
_RATES = ("completion_rate", "planned_rate", "gap_points", "required_per_day")


def _standing(row: dict[str, object]) -> Standing:
    counts = {name: _whole(row.get(name)) for name in _COUNTS}
    rates = {name: _number(row.get(name)) for name in _RATES}
    code = str(row.get("unit") or "")
    label = Label({"en": str(row.get("name") or code)})
    return Standing(unit=code, label=label, **counts, **rates)  # type: ignore[arg-type]


def _whole(value: object) -> int | None:
    return None if value is None else round(float(value))  # type: ignore[arg-type]


def _number(value: object) -> float | None:
    return None if value is None else float(value)  # type: ignore[arg-type]
