"""What differs between two results of one kind, and what follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import attrs
import pandas as pd

from coverage_campaign.allocation.allocated import Allocation
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.basis import Basis
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.notebook import html_table
from coverage_campaign.progress.track import Progress
from coverage_campaign.scenarios.scenario import Outcome, Scenario

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Comparison", "compare"]

_Result = TypeVar("_Result", Outcome, Progress, Allocation)
_QUANTITIES = ("share", "target", "planned", "done", "rank")


@attrs.frozen(eq=False, kw_only=True)
class Comparison:
    """Two results side by side: what went in differently, and what came out differently."""

    campaign: Campaign
    inputs: tuple[str, ...]
    frame: pd.DataFrame
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

    def sentence(self) -> str:
        """Return in one sentence what differs most."""
        because = f"With {'; '.join(self.inputs)}: " if self.inputs else ""
        moved = self.frame[self.frame["quantity"] != "rank"]
        if moved.empty:
            return f"{because}nothing differs."
        top = moved.iloc[0]
        return (
            f"{because}{moved['unit'].nunique()} units differ, most of all {top['name']}: "
            f"{top['quantity']} {top['before']} -> {top['after']}."
        )

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw both results as a slope chart."""
        from coverage_campaign.views import charts  # the one way up, taken late

        return charts.comparison(self, ax=ax)

    def _repr_html_(self) -> str:
        return html_table(self.frame, title=self.sentence(), notes=self.notes)

    def __repr__(self) -> str:
        """Return the sentence."""
        return f"<Comparison: {self.sentence()}>"


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
        inputs=_inputs(a, b),
        frame=frame,
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


def _inputs(
    a: Outcome | Progress | Allocation, b: Outcome | Progress | Allocation
) -> tuple[str, ...]:
    if isinstance(a, Outcome) and isinstance(b, Outcome):
        return tuple(
            f"{field.name} {_shown(getattr(a.scenario, field.name))} -> "
            f"{_shown(getattr(b.scenario, field.name))}"
            for field in attrs.fields(Scenario)
            if getattr(a.scenario, field.name) != getattr(b.scenario, field.name)
        )
    if isinstance(a, Progress) and isinstance(b, Progress):
        return _changes(("as_of", a.as_of, b.as_of), ("known at", a.tally.as_of, b.tally.as_of))
    if isinstance(a, Allocation) and isinstance(b, Allocation):
        return _changes(
            ("total", a.total, b.total),
            ("weights", a.weighting, b.weighting),
            ("method", a.method, b.method),
        )
    return ()


def _changes(*items: tuple[str, object, object]) -> tuple[str, ...]:
    return tuple(f"{name} {_shown(old)} -> {_shown(new)}" for name, old, new in items if old != new)


def _shown(value: object) -> str:
    name = getattr(value, "__name__", None) or getattr(value, "name", None)
    return str(name or value) if not isinstance(value, tuple) else f"{len(value)} given"


def _basis(result: Outcome | Progress | Allocation) -> Basis:
    if not isinstance(result, Outcome):
        return result.basis
    basis = result.allocation.basis
    return basis if result.progress is None else basis.joined(result.progress.basis)
