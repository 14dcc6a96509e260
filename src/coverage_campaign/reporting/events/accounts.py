"""The account of a tally: every row counted in a cell, or not counted for a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import attrs
import pandas as pd

from coverage_campaign.model.periods import Periods
from coverage_campaign.reporting.events.deduplicate import KeyLayout, cells, winners
from coverage_campaign.reporting.events.engines import Keep
from coverage_campaign.reporting.events.examples import examples_of, first_of_each, first_records
from coverage_campaign.reporting.events.frame import CodedEvents, Rows
from coverage_campaign.reporting.events.revisions import Versions
from coverage_campaign.reporting.problems import EVENT_REASONS

__all__ = ["Account", "account_of_claims", "account_of_superseded", "added", "table"]


def _no_cells() -> pd.DataFrame:
    return pd.DataFrame({"cell": [], "persons": []}, dtype="int64")


@attrs.frozen(eq=False, kw_only=True)
class Account:
    """Persons by cell (cell, persons), rows not counted by reason, and examples of these."""

    cells: pd.DataFrame = attrs.field(factory=_no_cells)
    reasons: Counter[str]
    examples: pd.DataFrame

    @property
    def rows_in(self) -> int:
        """All rows: counted, or not counted for a reason."""
        return int(self.cells["persons"].sum()) + self.reasons.total()


def account_of_claims(
    events: CodedEvents, claimed: Rows, layout: KeyLayout, keep: Keep, *, samples: int
) -> Account:
    """Return the account of all rows that are not superseded."""
    won = winners(claimed)
    counted = cells(won, layout)
    wrong, right = counted[counted["cell"] < 0], counted[counted["cell"] >= 0]
    numbers, rows = wrong["cell"].tolist(), wrong["rows"].tolist()
    reasons = Counter({EVENT_REASONS[-number - 1]: k for number, k in zip(numbers, rows)})  # noqa: B905
    reasons["double"] = int(right["rows"].sum() - right["persons"].sum())
    return Account(
        cells=right[["cell", "persons"]],
        reasons=+reasons,
        examples=examples_of(events, claimed, won, +reasons, keep, most=samples),
    )


def account_of_superseded(events: CodedEvents, found: Versions, *, samples: int) -> Account:
    """Return the account of the versions that do not hold."""
    reasons = Counter(superseded=found.superseded())
    shown = first_records(events, "superseded", found.mended, most=samples if +reasons else 0)
    return Account(reasons=+reasons, examples=shown)


def added(parts: Sequence[Account], *, samples: int) -> Account:
    """Return one account of several that share no row, no record and no person."""
    cells = pd.concat([part.cells for part in parts])
    return Account(
        cells=cells.groupby("cell", as_index=False).sum(),
        reasons=sum((part.reasons for part in parts), start=Counter()),
        examples=first_of_each(pd.concat([part.examples for part in parts]), samples),
    )


def table(account: Account, layout: KeyLayout, periods: Periods) -> pd.DataFrame:
    """Return the cells as rows unit, period, channel, persons (+ group), sorted."""
    by_cell = account.cells.sort_values("cell")
    frame = layout.decoded(by_cell["cell"].to_numpy())
    frame["period"] = periods.of(frame["day"].to_numpy()).astype("datetime64[s]")
    frame["persons"] = pd.array(by_cell["persons"].to_numpy(), dtype="Int64")
    keys = ["unit", "period", "channel_no"]
    columns = ["unit", "period", "channel", "persons"]
    if layout.groups is not None:
        keys, columns = [*keys, "group"], [*columns, "group"]
    if layout.by_day or layout.groups is not None:
        # Days were told apart, and are one period now.
        grouped = frame.groupby([*keys, "channel"], dropna=False, as_index=False, sort=False)
        frame = grouped[["persons"]].sum().sort_values(keys, ignore_index=True)
    return frame[columns]
