"""Where each unit stands, read from a progress: the rows that several charts draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import attrs
import numpy as np

from coverage_campaign.views.theme import Status, status_of

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd
    from numpy.typing import NDArray

    from coverage_campaign.model.basis import Basis
    from coverage_campaign.model.campaign import Campaign
    from coverage_campaign.views.words import Lang

__all__ = [
    "PlanLike",
    "ProgressLike",
    "Standing",
    "by_rank",
    "campaign_name",
    "standings",
    "total_of",
]


class PlanLike(Protocol):
    """What a chart reads of a plan."""

    @property
    def campaign(self) -> Campaign:
        """The campaign that is planned."""

    @property
    def days(self) -> NDArray[np.datetime64]:
        """Every planned day, ascending."""


class ProgressLike(Protocol):
    """What a chart reads of a progress."""

    @property
    def plan(self) -> PlanLike:
        """The plan that it is held against."""

    @property
    def as_of(self) -> dt.date:
        """The last day counted."""

    @property
    def basis(self) -> Basis:
        """What the progress rests on."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know beside the figures."""

    def to_frame(self) -> pd.DataFrame:
        """Return one row a unit."""

    def totals(self) -> pd.DataFrame:
        """Return one row for the whole."""

    def history(self) -> pd.DataFrame:
        """Return one row a period for the whole: period, planned_to_date, done_to_date."""


@attrs.frozen
class Standing:
    """One unit, or the whole: counts of persons, rates as fractions of one, None for missing."""

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

    @property
    def status(self) -> Status:
        """How the unit stands against its plan."""
        return status_of(self.gap_persons, self.target)


def standings(progress: ProgressLike, lang: Lang) -> tuple[Standing, ...]:
    """Return the units of a progress in its order, named in the language."""
    names = {unit.code: unit.label.text(lang) for unit in progress.plan.campaign.units}
    rows = (_standing(row) for row in _rows(progress.to_frame()))
    return tuple(attrs.evolve(row, name=names.get(row.unit) or row.name) for row in rows)


def campaign_name(progress: ProgressLike, lang: Lang) -> str:
    """Return the name of the campaign in the language."""
    return progress.plan.campaign.label.text(lang)


def total_of(progress: ProgressLike) -> Standing:
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
