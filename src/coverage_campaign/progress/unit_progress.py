"""How each unit stands: its status, why it has no figure or no rank, and its row of a progress.

Documents, charts, watch lists and assessments read the code and the reason; none works it out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final, Literal, TypeAlias, get_args

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.messages import Message, Translatable, message, message_in
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.labels import Label
from coverage_campaign.model.units import Unit

__all__ = [
    "HINDRANCES",
    "SLACK",
    "STATUSES",
    "STATUS_WORDS",
    "StatusCode",
    "UnitProgress",
    "by_rank",
    "hindrances",
    "reason",
    "rows_of",
    "statuses",
]

StatusCode: TypeAlias = Literal[
    "closed",
    "not_open",
    "open_question",
    "no_target",
    "not_reported",
    "incomplete",
    "reached",
    "on_plan",
    "slightly_behind",
    "behind",
]
STATUSES: Final[tuple[StatusCode, ...]] = get_args(StatusCode)
"""The codes in the order in which they are looked for: the first that fits a unit is its status."""
HINDRANCES: Final[tuple[StatusCode, ...]] = STATUSES[:6]
"""Those under which a unit has no rank."""
STATUS_WORDS: Final[Mapping[StatusCode, Message]] = {
    "closed": message_in("status", "closed"),
    "not_open": message_in("status", "not open yet"),
    "open_question": message_in("status", "open question"),
    "no_target": message_in("status", "no target"),
    "not_reported": message_in("status", "not reported"),
    "incomplete": message_in("status", "reports missing"),
    "reached": message_in("status", "target reached"),
    "on_plan": message_in("status", "on schedule"),
    "slightly_behind": message_in("status", "slightly behind"),
    "behind": message_in("status", "behind"),
}
"""Each status in a few words."""
SLACK: Final = Fraction(5, 100)
"""A unit is slightly behind while it lacks no more than this part of its target."""


def hindrances(
    campaign: Campaign, units: tuple[str, ...], day: dt.date
) -> pd.api.extensions.ExtensionArray:
    """Return closed or not_open for each unit that is not there on a day, else NA."""
    return pd.array([_existence(campaign, code, day) for code in units], dtype="str")


def _existence(campaign: Campaign, code: str, day: dt.date) -> StatusCode | None:
    unit = campaign.unit(code)
    if unit.closed is not None and day > unit.closed:
        return "closed"
    return "not_open" if unit.opened is not None and day < unit.opened else None


def statuses(
    target: NDArray[np.int64],
    planned: NDArray[np.int64],
    done: NDArray[np.int64],
    known: NDArray[np.bool_],
    counts: pd.DataFrame,
) -> list[StatusCode]:
    """Return the status of each unit, from whole persons: done >= planned is on plan.

    `counts` has hindrance and complete (see `indicators.figures`).
    """
    hindrance = counts["hindrance"]
    lacking = planned - done
    slight = lacking * SLACK.denominator <= target * SLACK.numerator
    incomplete = (~counts["complete"]).fillna(value=False).to_numpy(dtype=bool)
    codes = np.select(
        [target == 0, ~known, incomplete, done >= target, lacking <= 0, slight],
        ["no_target", "not_reported", "incomplete", "reached", "on_plan", "slightly_behind"],
        "behind",
    )
    found: list[StatusCode] = hindrance.where(hindrance.notna(), codes).tolist()
    return found


def reason(
    status: str,
    expected: Any,  # noqa: ANN401 - a cell
    received: Any,  # noqa: ANN401 - a cell
    unit: Unit | None = None,
    successors: Sequence[Label] = (),
) -> Message | None:
    """Return why a unit of this status has no figure or no rank; None where it has both.

    `expected` and `received` are numbers of reports or <NA>, `unit` is the unit of the campaign,
    `successors` are the names of the units that its figures pass on to.
    """
    if status in ("not_reported", "incomplete"):
        if pd.isna(expected) or received >= expected:
            return message("no report counted")
        return message("{n} of {all} reports received", n=received, all=expected)
    if status == "closed" and unit and successors:
        return message(
            "closed after {day:date}; its figures pass on to {units:list 8}",
            day=unit.closed,
            units=list(successors),
        )
    if status not in ("closed", "not_open", "open_question", "no_target"):
        return None  # as most are: nothing to be said of them is made
    return {
        "closed": message("closed since {day:date}", day=unit.closed if unit else None),
        "not_open": message("opens on {day:date}", day=unit.opened if unit else None),
        "open_question": message("whether losses are deducted is open (readings.counted)"),
        "no_target": message("its target is 0"),
    }[status]


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
