"""What was done in the months that are over, read for a plan that is made anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import attrs
import numpy as np
import pandas as pd

from coverage_campaign.errors import DefinitionError, Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints: TypeAlias = NDArray[np.int64]

__all__ = ["Actuals", "read_actuals"]

_COLUMNS = ("unit", "period", "persons")
_SHOWN = 20


@attrs.frozen(eq=False)
class Actuals:
    """What is fixed of a plan, by unit [persons].

    `fixed` is the position of the last past day (-1 = none), `before` what was done before the
    window's first month, `reached` the running total at each stop up to `fixed`, `done` all of it.
    """

    fixed: int
    before: Ints
    reached: Ints
    done: Ints


def read_actuals(
    codes: pd.Index[str], actuals: pd.DataFrame | None, days: NDArray[np.datetime64], stops: Ints
) -> Actuals:
    """Return what was done in the months of `actuals`.

    Rows of one unit and month add up; a unit without a row in a month has done nothing that counts
    there.
    """
    none = np.zeros(len(codes), dtype=np.int64)
    if actuals is None or actuals.empty:
        return Actuals(-1, none, np.zeros((0, len(codes)), dtype=np.int64), none)
    _check(codes, actuals)
    months = actuals["period"].to_numpy().astype("datetime64[M]")
    place = codes.get_indexer(pd.Index(actuals["unit"].astype(str)))
    persons = actuals["persons"].to_numpy("int64")

    def done_by(known: NDArray[np.bool_]) -> Ints:
        total = none.copy()
        np.add.at(total, place[known], persons[known])
        return total

    fixed = int(np.count_nonzero(days.astype("datetime64[M]") <= months.max())) - 1
    ends = days[stops[stops <= fixed]].astype("datetime64[M]")
    reached = np.array([done_by(months <= end) for end in ends], dtype=np.int64)
    return Actuals(
        fixed,
        done_by(months < days[0].astype("datetime64[M]")),
        reached.reshape(len(ends), len(codes)),
        done_by(np.ones(len(months), dtype=np.bool_)),
    )


def _check(codes: pd.Index[str], actuals: pd.DataFrame) -> None:
    missing = [name for name in _COLUMNS if name not in actuals.columns]
    if missing:
        raise DefinitionError(
            Problem(
                "actuals",
                f"columns missing: {missing}",
                "give a frame with unit, period (first day of the month) and persons",
            )
        )
    units = actuals["unit"].astype(str)
    problems = [
        Problem("actuals", f"no unit {unit!r} here", "name units of the allocation")
        for unit in sorted(set(units) - set(codes))
    ]
    wrong = [
        (row, found)
        for row, found in enumerate(actuals["persons"].tolist())
        if pd.isna(found) or isinstance(found, bool) or int(found) != found or found < 0
    ]
    problems += [
        Problem(
            f"actuals, row {row} ('{units.iloc[row]}')",
            f"persons {found}",
            "give whole persons, 0 or more; leave out what was not reported",
        )
        for row, found in wrong
    ]
    problems += [
        Problem(
            f"actuals, row {row} ('{units.iloc[row]}')", "no period", "give the month's first day"
        )
        for row in np.flatnonzero(actuals["period"].isna().to_numpy(dtype=bool)).tolist()
    ]
    if problems:
        raise DefinitionError(problems[:_SHOWN])
