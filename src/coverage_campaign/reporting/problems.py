"""Why a row was not counted, or was counted with a doubt: one list of reasons for all reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal, TypeAlias, get_args, overload

import attrs
import pandas as pd

from coverage_campaign.errors import DefinitionError, Problem, Translatable
from coverage_campaign.messages import Message, message
from coverage_campaign.notebook import html_table

__all__ = [
    "EVENT_REASONS",
    "SEVERITY",
    "EventReason",
    "Reason",
    "ReportProblem",
    "ReportProblems",
    "Severity",
    "SheetReason",
]

EventReason: TypeAlias = Literal[
    "not_yet_reported",
    "superseded",
    "withdrawn",
    "no_record",
    "person_changed",
    "no_date",
    "no_person",
    "unknown_unit",
    "unknown_channel",
    "outside_campaign",
    "unit_not_open",
    "double",
]
"""Why a row of events is not counted, in the order in which they are asked: the first holds."""
SheetReason: TypeAlias = Literal[
    "above_eligible",
    "ambiguous_date",
    "begins_again",
    "below_zero",
    "contradicting",
    "fall",
    "figures_differ",
    "hidden_sheet",
    "looks_cumulative",
    "looks_new",
    "no_figure",
    "no_report",
    "no_table",
    "no_unit",
    "no_value",
    "not_a_count",
    "not_a_date",
    "other_measure",
    "printed_total",
    "rate_differs",
    "rate_unreadable",
    "several_matters",
    "several_periods",
    "stock_only",
    "total_differs",
]
"""Reasons that only sheets of figures have."""
Reason: TypeAlias = EventReason | SheetReason
Severity: TypeAlias = Literal["error", "warning", "info"]
"""error: something is to be mended; warning: something is to be looked at; info: all is well."""

EVENT_REASONS: Final[tuple[EventReason, ...]] = get_args(EventReason)
SEVERITY: Final[dict[str, Severity]] = {
    **dict.fromkeys((*EVENT_REASONS, *get_args(SheetReason)), "error"),
    **dict.fromkeys(("not_yet_reported", "superseded", "withdrawn", "double"), "info"),
    **dict.fromkeys(("hidden_sheet", "printed_total"), "info"),
    **dict.fromkeys(
        (
            "above_eligible",
            "begins_again",
            "fall",
            "figures_differ",
            "looks_cumulative",
            "looks_new",
            "no_report",
            "no_table",
            "rate_differs",
            "rate_unreadable",
            "several_matters",
            "stock_only",
            "total_differs",
        ),
        "warning",
    ),
}
"""Every reason, and how much it matters."""

_SHOWN = 8


def _is_reason(instance: object, attribute: attrs.Attribute[str], value: str) -> None:
    del instance
    if value not in SEVERITY:
        fix = message("choose one of {reasons}", reasons=sorted(SEVERITY))
        raise DefinitionError(Problem(attribute.name, repr(value), fix))


@attrs.frozen(repr=False)
class ReportProblem:
    """One row or cell that was not counted, or a doubt about one that was.

    `reason` is one of the codes of `Reason`; `where` the place (a record, or file, sheet and cell),
    `found` what was found there, `fix` what to do, each a text or a message and read in English;
    `record` the reported event's id, never a person's. `counted` is True for a doubt about a figure
    that is in the tally all the same, such as a correction downwards.
    """

    reason: Reason = attrs.field(validator=_is_reason)
    _where: str | Translatable
    _found: str | Translatable
    _fix: str | Translatable
    record: str | None = None
    counted: bool = False

    @property
    def where(self) -> str:
        """The place: a record, or file, sheet and cell."""
        return str(self._where)

    @property
    def found(self) -> str:
        """What was found there."""
        return str(self._found)

    @property
    def fix(self) -> str:
        """What to do."""
        return str(self._fix)

    @property
    def place_and_finding(self) -> Message:
        """The place and what was found there, in one message."""
        return message("{where}: {found}", where=self._where, found=self._found)

    @property
    def severity(self) -> Severity:
        """How much it matters: 'error', 'warning' or 'info'; what is counted is no error."""
        severity = SEVERITY[self.reason]
        return "warning" if self.counted and severity == "error" else severity

    def text(self, lang: str | None = None) -> str:
        """Return the problem as one line in a language; without one, in that of the context."""
        return Problem(self._where, self._found, self._fix).text(lang)

    def __str__(self) -> str:
        """Return the problem as one line in English."""
        return f"{self.where}: {self.found} -- {self.fix}"

    def __repr__(self) -> str:
        """Return the reason and the line."""
        return f"<{self.reason}: {self}>"


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
        """Return one row per problem: reason, severity, where, found, fix, record, counted."""
        columns = ["reason", "severity", "where", "found", "fix", "record", "counted"]
        rows = [[getattr(item, name) for name in columns] for item in self.items]
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
