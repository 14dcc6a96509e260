"""What differs between two results of one kind, and what follows from it."""

from __future__ import annotations

from typing import Any, TypeVar

import attrs
import pandas as pd

from coverage_campaign.allocation.allocation import Allocation
from coverage_campaign.checks import checked_call
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.basis import Basis
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.notebook import Axes, html_table
from coverage_campaign.progress.track import Progress
from coverage_campaign.scenarios.differences import (
    VERDICTS,
    inputs_of,
    plan_changes,
    verdict_changes,
)
from coverage_campaign.scenarios.scenario import Outcome

__all__ = ["Comparison", "compare"]

_Result = TypeVar("_Result", Outcome, Progress, Allocation)
_QUANTITIES = ("share", "target", "planned", "done", "rank")
_TOLD = 4
_TURNS = {
    ("merit_eligible", "no"): "becomes barred from merit awards",
    ("merit_eligible", "yes"): "is barred no more",
    ("commended", "yes"): "becomes commended",
    ("commended", "no"): "is commended no more",
    ("target", "yes"): "meets its target",
    ("target", "no"): "misses its target",
    ("schedule", "yes"): "comes on schedule",
    ("schedule", "no"): "falls behind schedule",
}


@attrs.frozen(eq=False, kw_only=True)
class Comparison:
    """Two results side by side: what went in differently, and what came out differently."""

    campaign: Campaign
    inputs: tuple[str, ...]
    frame: pd.DataFrame
    turned: pd.DataFrame = attrs.field(factory=pd.DataFrame)
    planned: pd.DataFrame = attrs.field(factory=pd.DataFrame)
    basis: Basis

    @property
    def notes(self) -> tuple[str, ...]:
        """What both results rest on, in English; `basis.lines` says it in other languages."""
        return self.basis.lines()

    def to_frame(self) -> pd.DataFrame:
        """Return one row per unit and quantity that differs, the largest change first.

        Columns: unit, name, quantity (share, target, planned, done [persons] or rank), before,
        after, change (after - before; <NA> where one side is missing); Int64.
        """
        return self.frame.copy(deep=False)

    def totals(self) -> pd.DataFrame:
        """Return the sum of the changes by quantity (ranks have none): quantity, units, change."""
        counted = self.frame[self.frame["quantity"] != "rank"]
        return (
            counted.groupby("quantity", sort=False)
            .agg(units=("unit", "size"), change=("change", "sum"))
            .reset_index()
        )

    def verdicts(self) -> pd.DataFrame:
        """Return what turns for whom: who becomes barred or commended, who crosses a band.

        One row per unit and verdict that is another: unit, name, verdict (merit_eligible,
        commended, grade, target, schedule), before, after ('yes', 'no' or a grade; <NA> = could
        not be told), people (how many the unit is over (+) or short of (-) the threshold in the
        second result). The gravest verdicts first.
        """
        return self.turned.copy(deep=False)

    def schedule(self) -> pd.DataFrame:
        """Return how the plans differ: unit, period, before, after, change [persons, Int64]."""
        return self.planned.copy(deep=False)

    def sentence(self) -> str:
        """Return in one sentence what differs most, and what turns for whom."""
        because = f"With {'; '.join(self.inputs)}: " if self.inputs else ""
        moved = self.frame[self.frame["quantity"] != "rank"]
        parts = []
        if not moved.empty:
            top = moved.iloc[0]
            parts.append(
                f"{moved['unit'].nunique()} units differ, most of all {top['name']}: "
                f"{top['quantity']} {_number(top['before'])} -> {_number(top['after'])}"
            )
        parts += [_turn(row) for _, row in self.turned.head(_TOLD).iterrows()]
        if len(self.turned) > _TOLD:
            parts.append(f"{len(self.turned) - _TOLD} more verdicts turn")
        return f"{because}{'; '.join(parts) or 'nothing differs'}."

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw both results as a slope chart."""
        from coverage_campaign.views import charts  # the one way up, taken late

        return charts.comparison(self, ax=ax)

    def _repr_html_(self) -> str:
        return html_table(self.frame, title=self.sentence(), notes=self.notes)

    def __repr__(self) -> str:
        """Return the sentence."""
        return f"<Comparison: {self.sentence()}>"


def _number(value: Any) -> str:  # noqa: ANN401 - a cell, which pandas may hand over as NumPy's
    return "unknown" if pd.isna(value) else f"{value:,}"


def _turn(row: pd.Series[Any]) -> str:
    """Return one turn in words: who, what, and by how many people."""
    verdict, after = str(row["verdict"]), row["after"]
    said = _TURNS.get((verdict, str(after)))
    if pd.isna(after):
        said = f"has no answer to {VERDICTS[verdict]!r} any more"
    elif said is None:
        said = f"goes from {row['before']} to {after}"
    if pd.isna(row["people"]):
        return f"{row['name']} {said}"
    people = int(row["people"])
    return f"{row['name']} {said} ({abs(people):,} {'over' if people >= 0 else 'short'})"


@checked_call
def compare(a: _Result, b: _Result) -> Comparison:
    """Return what differs from `a` to `b`: two outcomes, two allocations or two progresses.

    A unit that one side does not have is kept, with <NA> on that side.
    """
    if type(a) is not type(b):
        raise DefinitionError(
            Problem(
                "compare",
                f"{type(a).__name__} and {type(b).__name__}",
                "compare two results of one type",
            )
        )
    before, after = _long(a), _long(b)
    both = before.merge(after, on=["unit", "quantity"], how="outer", suffixes=("_a", "_b"))
    frame = pd.DataFrame(
        {
            "unit": both["unit"],
            "name": both["name_a"].fillna(both["name_b"]),
            "quantity": both["quantity"],
            "before": both["value_a"],
            "after": both["value_b"],
            "change": both["value_b"] - both["value_a"],
        }
    )
    same = (frame["before"] == frame["after"]).fillna(value=False)
    same |= frame["before"].isna() & frame["after"].isna()
    order = pd.Categorical(frame["quantity"], list(_QUANTITIES), ordered=True)
    frame = (
        frame.assign(order=order, size=frame["change"].abs())[~same]
        .sort_values(["order", "size", "unit"], ascending=[True, False, True])
        .drop(columns=["order", "size"])
        .reset_index(drop=True)
    )
    return Comparison(
        campaign=_campaign_of(b),
        inputs=inputs_of(a, b),
        frame=frame,
        turned=verdict_changes(a, b),
        planned=plan_changes(a, b),
        basis=_basis(a).joined(_basis(b)),
    )


def _campaign_of(result: Outcome | Progress | Allocation) -> Campaign:
    return result.scenario.campaign if isinstance(result, Outcome) else result.campaign


def _long(result: Outcome | Progress | Allocation) -> pd.DataFrame:
    frame = result.to_frame()
    quantities = [name for name in _QUANTITIES if name in frame.columns]
    long = frame.melt(
        id_vars=["unit", "name"],
        value_vars=quantities,
        var_name="quantity",
        value_name="value",
    )
    return long.astype({"value": "Int64"})


def _basis(result: Outcome | Progress | Allocation) -> Basis:
    if not isinstance(result, Outcome):
        return result.basis
    basis = result.allocation.basis
    return basis if result.progress is None else basis.joined(result.progress.basis)
