"""The reporting triangle: how each month's figure grew from one as-of date to the next."""

from __future__ import annotations

from collections.abc import Iterable

import attrs
import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from coverage_campaign.checks import checked_call
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import DateLike, to_instant
from coverage_campaign.reporting.events.deduplicate import (
    KeyLayout,
    cells,
    claims,
    is_visible,
    layout_of,
    winners,
)
from coverage_campaign.reporting.events.encoding import coded
from coverage_campaign.reporting.events.engines import (
    CodedEvents,
    Keep,
    Rows,
    as_number,
    collected,
    keeping,
    parted,
    parted_by_repetition,
    second_number,
    small_table,
)

__all__ = ["tally_triangle"]


@checked_call
def tally_triangle(
    events: IntoFrame | CodedEvents, campaign: Campaign, *, dates: Iterable[DateLike]
) -> pd.DataFrame:
    """Return the tally at every as-of date at once: as_of, unit, period, channel, persons.

    One row per as-of instant (datetime64, a date meaning its last second), unit, month and channel
    that has persons; persons Int64. Equal, date by date, to `tally` at that date, for the price of
    about one: where no record was revised the winner of a person never changes, so one minimum
    serves all dates; the rows of the few persons with revised records are counted once a date.

    Raises:
        ReportError: Columns are missing or of the wrong type.
        DefinitionError: No dates, or a campaign without channels or phases.
    """
    moments = sorted({to_instant(date) for date in dates})
    if not moments:
        raise DefinitionError(Problem("dates", "none", "give the as-of dates, such as month ends"))
    seconds = [second_number(moment) for moment in moments]
    months = campaign.periods("month")
    with keeping() as keep:
        rows = coded(events, group=False)
        layout = layout_of(rows, campaign, as_of=moments[-1], months=months)
        settled, changing = _parted(rows, seconds[-1], keep)
        alone = attrs.evolve(rows, frame=settled.to_native())
        appeared = _settled(alone, layout, seconds, keep)
        known = _changing(rows, changing, layout, seconds, keep)
    cells_, places = np.unique(np.append(appeared["cell"], known["cell"]), return_inverse=True)
    persons = np.zeros((len(seconds), len(cells_)), dtype=np.int64)
    np.add.at(persons, (appeared["step"], places[: len(appeared)]), appeared["persons"])
    persons = np.cumsum(persons, axis=0)
    np.add.at(persons, (known["step"], places[len(appeared) :]), known["persons"])
    step, place = np.nonzero(persons)
    found = layout.decoded(cells_[place])
    instants = np.array(moments, dtype="datetime64[s]")
    return pd.DataFrame(
        {
            "as_of": instants[step],
            "unit": found["unit"],
            "period": months.of(found["day"].to_numpy()).astype("datetime64[s]"),
            "channel": found["channel"],
            "persons": pd.array(persons[step, place], dtype="Int64"),
        }
    )


def _parted(events: CodedEvents, last: int, keep: Keep) -> tuple[Rows, Rows]:
    """Return the visible rows of persons whose winner never changes, and all others.

    A winner may change where one of the person's records has more than one version; the rows of
    such a record that name nobody belong to it too.
    """
    visible = events.rows.filter(is_visible(events, last))
    _, repeated = parted_by_repetition(visible, ["record"], ~events.is_missing("record"), keep)
    named = repeated.filter(~events.is_missing("person"))
    persons = keep(named.group_by("person").agg(nw.len().alias("rows")).select("person"))
    rest, theirs = parted(visible, persons, ["person"])
    settled, nameless = parted(rest, repeated, ["record"])
    return settled, keep(nw.concat([theirs, nameless]))


def _settled(
    events: CodedEvents, layout: KeyLayout, seconds: list[int], keep: Keep
) -> pd.DataFrame:
    """Return step, cell, persons of those who stay: the date from which on each is counted."""
    won = winners(claims(events, layout, seconds[-1], keep)[0]).filter(nw.col("key") >= 0)
    # The turn of a winner is after a date where its key is beyond every key of that second.
    step = sum(
        (as_number(nw.col("key") >= (at - layout.base + 1) * layout.size) for at in seconds),
        start=nw.lit(0, dtype=nw.Int64()),
    )
    return collected(
        won.with_columns(step.alias("step"), (nw.col("key") % layout.size).alias("cell"))
        .group_by("step", "cell")
        .agg(nw.len().alias("persons"))
    ).astype("int64")


def _changing(
    events: CodedEvents, rows: Rows, layout: KeyLayout, seconds: list[int], keep: Keep
) -> pd.DataFrame:
    """Return step, cell, persons of the few whose winner may change: each date is on its own."""
    dates = pd.DataFrame({"step": np.arange(len(seconds)), "known_by": seconds})
    rows = rows.join(small_table(rows, dates), how="cross")
    rows = rows.filter(nw.col("second") <= nw.col("known_by")).drop("known_by")
    at_each_date = attrs.evolve(events, frame=rows.to_native())
    claimed = claims(at_each_date, layout, seconds[-1], keep, scope=["step"])[0]
    table = cells(winners(claimed, scope=["step"]), layout, scope=["step"])
    return table.loc[table["cell"] >= 0, ["step", "cell", "persons"]]
