"""How each unit stands, as one code, and why it has no figure or no rank: said here alone.

Documents, charts, watch lists and assessments read the code and the reason; none works it out.
"""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Final, Literal, TypeAlias, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.model.campaign import Campaign

__all__ = [
    "HINDRANCES",
    "SLACK",
    "STATUSES",
    "StatusCode",
    "hindrances",
    "reason",
    "statuses",
    "unranked_table",
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
SLACK: Final = Fraction(5, 100)
"""A unit is slightly behind while it lacks no more than this part of its target."""


def hindrances(
    campaign: Campaign, units: tuple[str, ...], day: dt.date, *, is_open: bool
) -> pd.api.extensions.ExtensionArray:
    """Return closed, not_open or open_question for each unit that has no figure for that, else NA.

    `is_open` tells that whether losses are taken off is open, so that nothing done is known.
    """
    codes = [_existence(campaign, code, day) for code in units]
    return pd.array([code or ("open_question" if is_open else None) for code in codes], dtype="str")


def _existence(campaign: Campaign, code: str, day: dt.date) -> StatusCode | None:
    unit = campaign.unit(code)
    opened, closed = getattr(unit, "opened", None), getattr(unit, "closed", None)
    if closed is not None and day > closed:
        return "closed"
    return "not_open" if opened is not None and day < opened else None


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


def reason(status: str, counts: pd.Series) -> str:
    """Return why a unit of this status has no figure or no rank; '' where it has both."""
    expected, received = counts["reports_expected"], counts["reports_received"]
    if status in ("not_reported", "incomplete") and not pd.isna(expected) and received < expected:
        return f"{received} of {expected} reports received"
    return {
        "closed": "it is closed",
        "not_open": "it is not open yet",
        "open_question": "whether losses are taken off is open (readings.counted)",
        "no_target": "its target is 0",
        "not_reported": "no report counted",
    }.get(status, "")


def unranked_table(frame: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """Return one row per unit without a rank: unit, name, code (its status), reason."""
    rows = frame[frame["rank"].isna()]
    reasons = [
        reason(status, counts.loc[place])
        for place, status in zip(rows.index, rows["status"].tolist(), strict=True)
    ]
    return pd.DataFrame(
        {
            "unit": rows["unit"].array,
            "name": rows["name"].array,
            "code": rows["status"].array,
            "reason": pd.array(reasons, dtype="str"),
        }
    )
