"""Where each unit stands, read from a progress: the rows that several charts draw."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from coverage_campaign.views.charts._theme import Status, status_of
from coverage_campaign.views.words import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from coverage_campaign.progress.track import Progress
    from coverage_campaign.views.words import Lang

__all__ = [
    "Standing",
    "by_rank",
    "by_rate",
    "campaign_name",
    "rises",
    "standings",
    "total_of",
]


@attrs.frozen
class Standing:
    """One unit, or the whole: counts of persons, rates as fractions of one, None for missing.

    `signs` are the kinds of signs that its figures deserve a second look.
    """

    unit: str
    name: str
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
    complete: bool | None
    eligible: int | None = None
    signs: tuple[str, ...] = ()

    @property
    def burden(self) -> float | None:
        """The target per thousand eligible people, None where either is not known."""
        if self.target is None or not self.eligible:
            return None
        return 1000 * self.target / self.eligible

    @property
    def status(self) -> Status:
        """How the unit stands against its plan."""
        return status_of(self.gap_persons, self.target)


def standings(progress: Progress, lang: Lang) -> tuple[Standing, ...]:
    """Return the units of a progress in its order, named in the language."""
    campaign = progress.plan.campaign
    units = {unit.code: unit for unit in campaign.units}
    found = []
    for row in map(_standing, _rows(progress.to_frame())):
        unit = units.get(row.unit)
        name = "" if unit is None else named(unit.label, lang)
        eligible = None if unit is None else unit.count(campaign.eligible)
        found.append(attrs.evolve(row, name=name or row.name, eligible=eligible))
    return tuple(found)


def campaign_name(progress: Progress, lang: Lang) -> str:
    """Return the name of the campaign in the language."""
    return named(progress.plan.campaign.label, lang)


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
    before = {row.unit: row.rank for row in standings(previous, "en")} if previous else {}
    old = [before.get(row.unit) for row in rows]
    return [
        None if was is None or row.rank is None else was - row.rank
        for was, row in zip(old, rows, strict=True)
    ]


def _rows(frame: pd.DataFrame) -> list[dict[str, object]]:
    missing = frame.isna().to_numpy()
    return [
        {
            str(column): None if missing[number, place] else frame.iloc[number, place]
            for place, column in enumerate(frame.columns)
        }
        for number in range(len(frame))
    ]


def _standing(row: dict[str, object]) -> Standing:
    return Standing(
        unit=str(row.get("unit") or ""),
        name=str(row.get("name") or row.get("unit") or ""),
        target=_whole(row.get("target")),
        planned=_whole(row.get("planned")),
        done=_whole(row.get("done")),
        new=_whole(row.get("new")),
        completion_rate=_number(row.get("completion_rate")),
        planned_rate=_number(row.get("planned_rate")),
        gap_points=_number(row.get("gap_points")),
        gap_persons=_whole(row.get("gap_persons")),
        shortfall=_whole(row.get("shortfall")),
        required_per_day=_number(row.get("required_per_day")),
        rank=_whole(row.get("rank")),
        reports_expected=_whole(row.get("reports_expected")),
        reports_received=_whole(row.get("reports_received")),
        complete=None if row.get("complete") is None else bool(row["complete"]),
    )


def _whole(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return round(float(value))
    raise TypeError(f"a count is a number, not {type(value).__name__}")


def _number(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, (int, float, np.number)):
        return float(value)
    raise TypeError(f"a rate is a number, not {type(value).__name__}")
