"""One unit of a progress as a typed row: what documents, charts and assessments read."""

from __future__ import annotations

from collections.abc import Iterable

import attrs
import pandas as pd

from coverage_campaign.messages import Message, Translatable
from coverage_campaign.progress.status import StatusCode

__all__ = ["UnitProgress", "by_rank", "rows_of"]


@attrs.frozen(kw_only=True)
class UnitProgress:
    """One unit, or the whole: persons as int, rates as fractions of one, None for missing.

    The fields are the columns of `Progress.to_frame` (see there). `label` is the name in every
    language, `reason` says why there is no figure or no rank, `quality_flags` are the codes of
    signs that its figures deserve a second look.
    """

    unit: str
    label: Translatable
    target: int
    planned: int
    done: int | None
    new: int | None
    completion_rate: float | None
    planned_rate: float | None
    gap_points: float | None
    gap_persons: int | None
    gap_days: float | None
    shortfall: int | None
    required_per_day: float | None
    rank: int | None
    reports_expected: int | None
    reports_received: int | None
    reports_on_time: int | None
    complete: bool | None
    coverage_rate: float | None
    status: StatusCode
    eligible: int | None
    covered: int | None
    reason: Message | None
    quality_flags: tuple[str, ...] = ()

    @property
    def is_counted(self) -> bool:
        """Whether what is done is known and complete: an incomplete count is no smaller result."""
        whole = self.done is not None and self.complete is not False
        return whole and self.status not in ("closed", "not_open")

    @property
    def burden(self) -> float | None:
        """The target per thousand eligible people, None where either is not known."""
        return 1000 * self.target / self.eligible if self.eligible else None


def rows_of(
    frame: pd.DataFrame,
    counts: pd.DataFrame,
    *,
    labels: Iterable[Translatable],
    reasons: Iterable[Message | None],
) -> tuple[UnitProgress, ...]:
    """Return the rows of a progress from its frame and the counts that it comes from."""
    table = frame.drop(columns="name").assign(
        eligible=counts["eligible"].array, covered=counts["covered"].array
    )
    names = [str(name) for name in table.columns]
    columns = [
        [None if value is pd.NA else value for value in table[name].astype(object).tolist()]
        for name in names
    ]
    return tuple(
        UnitProgress(**dict(zip(names, row, strict=True)), label=label, reason=reason)
        for *row, label, reason in zip(*columns, labels, reasons, strict=True)
    )


def by_rank(rows: Iterable[UnitProgress]) -> tuple[UnitProgress, ...]:
    """Return the ranked in their order, then those without a rank by falling completion rate."""
    return tuple(
        sorted(
            rows,
            key=lambda row: (
                row.rank is None,
                row.rank or 0,
                -(-1.0 if row.completion_rate is None else row.completion_rate),
            ),
        )
    )
