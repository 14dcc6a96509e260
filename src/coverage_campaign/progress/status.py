"""How each unit stands, as one code, and why it has no figure or no rank: said here alone.

Documents, charts, watch lists and assessments read the code and the reason; none works it out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Final, Literal, TypeAlias, get_args

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.messages import Message, message, message_in
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.periods import Period, periods_of
from coverage_campaign.model.units import Unit
from coverage_campaign.progress.reported_counts import ReportedCounts
from coverage_campaign.reporting.data_quality import falls, quality_signals
from coverage_campaign.reporting.result import Tally

__all__ = [
    "HINDRANCES",
    "SLACK",
    "STATUSES",
    "STATUS_WORDS",
    "StatusCode",
    "context_table",
    "hindrances",
    "quality_flags",
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
    campaign: Campaign, units: tuple[str, ...], day: dt.date, *, is_open: bool
) -> pd.api.extensions.ExtensionArray:
    """Return closed, not_open or open_question for each unit that has no figure for that, else NA.

    `is_open` tells that whether losses are taken off is open, so that nothing done is known.
    """
    codes = [_existence(campaign, code, day) for code in units]
    return pd.array([code or ("open_question" if is_open else None) for code in codes], dtype="str")


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
) -> Message | None:
    """Return why a unit of this status has no figure or no rank; None where it has both.

    `expected` and `received` are numbers of reports or <NA>, `unit` is the unit of the campaign.
    """
    if status in ("not_reported", "incomplete"):
        if pd.isna(expected) or received >= expected:
            return message("no report counted")
        return message("{n} of {all} reports received", n=received, all=expected)
    return {
        "closed": message("closed since {day:date}", day=unit.closed if unit else None),
        "not_open": message("opens on {day:date}", day=unit.opened if unit else None),
        "open_question": message("whether losses are taken off is open (readings.counted)"),
        "no_target": message("its target is 0"),
    }.get(status)


def quality_flags(tally: Tally, rows: ReportedCounts) -> dict[str, tuple[str, ...]]:
    """Return the codes of signs that figures deserve a second look, by unit; no sign, no entry.

    Looked at are the figures that count to the day, summed up to the planned units and by month (a
    ranking is made from months); of a tally by day also the days on which persons were taken back.
    """
    units = np.array(rows.units, dtype=object)
    channels = np.array(rows.channels, dtype=object)
    days = pd.DataFrame(
        {
            "unit": pd.array(units[rows.place], dtype="str"),
            "period": rows.periods.of(rows.period).astype("datetime64[s]"),
            "channel": pd.array(channels[rows.channel], dtype="str"),
            "persons": pd.array(rows.persons, dtype="Int64"),
        }
    )
    stock = pd.DataFrame(
        {
            "unit": pd.array(units[rows.has_stock], dtype="str"),
            "period": pd.Series(pd.NaT, index=range(rows.has_stock.sum()), dtype="datetime64[s]"),
            "persons": pd.array(rows.stock[rows.has_stock], dtype="Int64"),
        }
    )
    by_day = attrs.evolve(tally, frame=_summed(days), stock=stock)
    by: Period = "month" if rows.by in {"day", "week"} else rows.by
    names = periods_of(tally.campaign, by).of(rows.period)
    months = days.assign(period=names.astype("datetime64[s]"))
    by_month = attrs.evolve(by_day, frame=_summed(months), by=by)
    signals = pd.concat([falls(by_day), quality_signals(by_month)], ignore_index=True)
    named = signals[signals["unit"].notna()].drop_duplicates(["unit", "signal"])
    return {str(unit): tuple(codes) for unit, codes in named.groupby("unit", sort=False)["signal"]}


def _summed(rows: pd.DataFrame) -> pd.DataFrame:
    by = ["unit", "period", "channel"]
    return rows.groupby(by)[["persons"]].sum().reset_index()


def context_table(
    frame: pd.DataFrame, counts: pd.DataFrame, rows: ReportedCounts, signals: Mapping[str, str]
) -> pd.DataFrame:
    """Return one row per unit: what a reader must see before a rank is held against anybody.

    Columns: unit, name, rank, complete, reports_received, reports_expected, burden_rate (target
    over eligible persons, fraction of one), signals (by unit, '' for none), diagnosis.
    """
    eligible = counts["eligible"].where(counts["eligible"] > 0).astype("Float64")
    columns = ["unit", "name", "rank", "complete", "reports_received", "reports_expected"]
    return frame[columns].assign(
        burden_rate=counts["target"] / eligible,
        signals=pd.array([signals.get(unit, "") for unit in frame["unit"]], dtype="str"),
        diagnosis=_diagnoses(frame, rows),
    )


def _diagnoses(frame: pd.DataFrame, rows: ReportedCounts) -> pd.Series[str]:
    """Return 'high lapse' where losses make up half of what is lacking net, else 'low reach'.

    <NA> where nothing is lacking even net of losses, or nothing was reported.
    """
    losses = rows.sums("loss")
    lacking = frame["planned"] - (rows.sums("entry") + rows.sums("resumption") - losses)
    known = frame["done"].notna() & (lacking > 0)
    lapse = 2 * losses >= lacking.fillna(0).to_numpy(dtype=np.int64)
    words = pd.Series(np.where(lapse, "high lapse", "low reach"), index=frame.index, dtype="str")
    return words.where(known.to_numpy(dtype=bool))


def unranked_table(frame: pd.DataFrame, reasons: Sequence[Message | None]) -> pd.DataFrame:
    """Return one row per unit without a rank: unit, name, code (its status), reason."""
    rows = frame[frame["rank"].isna()]
    return pd.DataFrame(
        {
            "unit": rows["unit"].array,
            "name": rows["name"].array,
            "code": rows["status"].array,
            "reason": pd.array([str(reasons[place]) for place in rows.index], dtype="str"),
        }
    )
