"""Every row that was not counted, or counted with a doubt: its place, the reason, the way out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import overload

import attrs
import pandas as pd

from coverage_campaign.notebook import html_table

__all__ = ["ReportProblem", "ReportProblems"]

_SHOWN = 8


@attrs.frozen
class ReportProblem:
    """One row or cell that was not counted, or a doubt about one that was.

    `reason` is a stable code such as 'superseded'; `where` the place (a record, or file, sheet and
    cell); `record` the reported event's id, never a person's. `counted` is True for a doubt about
    a figure that is in the tally all the same, such as a correction downwards.
    """

    reason: str
    where: str
    found: str
    fix: str
    record: str | None = None
    counted: bool = False

    def __str__(self) -> str:
        """Return the problem as one line."""
        return f"{self.where}: {self.found} -- {self.fix}"


def _to_items(value: Iterable[ReportProblem]) -> tuple[ReportProblem, ...]:
    return tuple(value)


def _to_totals(value: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    return tuple(value)


@attrs.frozen(repr=False)
class ReportProblems(Sequence[ReportProblem]):
    """The problems of a tally: `items` to look at, `totals` of rows not counted by reason.

    `items` may be a sample where millions of rows were not counted; `totals` is always complete.
    """

    items: tuple[ReportProblem, ...] = attrs.field(default=(), converter=_to_items)
    totals: tuple[tuple[str, int], ...] = attrs.field(default=(), converter=_to_totals)

    @classmethod
    def of(cls, items: Iterable[ReportProblem]) -> ReportProblems:
        """Return problems whose totals are counted from the items themselves."""
        items = tuple(items)
        return cls(items, Counter(item.reason for item in items if not item.counted).items())

    @property
    def rows(self) -> int:
        """The number of rows that were not counted."""
        return sum(count for _, count in self.totals)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per problem: reason, where, found, fix, record, counted."""
        columns = [field.name for field in attrs.fields(ReportProblem)]
        rows = [attrs.astuple(item) for item in self.items]
        return pd.DataFrame(rows, columns=columns).astype(
            {name: "bool" if name == "counted" else "str" for name in columns}
        )

    @overload
    def __getitem__(self, index: int) -> ReportProblem: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[ReportProblem]: ...
    def __getitem__(self, index: int | slice) -> ReportProblem | Sequence[ReportProblem]:
        """Return a problem, or a slice of them."""
        return self.items[index]

    def __len__(self) -> int:
        """Return the number of items."""
        return len(self.items)

    def __iter__(self) -> Iterator[ReportProblem]:
        """Go through the items."""
        return iter(self.items)

    def __repr__(self) -> str:
        """Return the rows not counted by reason, then the first problems, one a line."""
        totals = ", ".join(f"{count:,} {reason}" for reason, count in self.totals)
        lines = [f"<ReportProblems: {self.rows:,} rows not counted{totals and f' ({totals})'}>"]
        lines += [f"  {item}" for item in self.items[:_SHOWN]]
        more = len(self.items) - _SHOWN
        return "\n".join([*lines, *([f"  ... and {more:,} more"] if more > 0 else [])])

    def _repr_html_(self) -> str:
        notes = [f"{reason}: {count:,} rows not counted" for reason, count in self.totals]
        return html_table(self.to_frame(), title=f"{len(self)} problems", notes=notes)
