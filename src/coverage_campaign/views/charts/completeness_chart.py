"""Whose reports are in: units by periods, on time, late or missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

import attrs
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from coverage_campaign.checks import checked_call
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import Language, Message, check_language, message, message_in
from coverage_campaign.messages.formats import count, day, month
from coverage_campaign.model.responsibilities import ReportingRule
from coverage_campaign.progress.counts import owed_reports
from coverage_campaign.progress.progress import Progress
from coverage_campaign.views.charts import _theme as theme
from coverage_campaign.views.charts._canvas import Canvas, Mark, Room, chart, open_canvas
from coverage_campaign.views.charts._lettering import shortened, width_of
from coverage_campaign.views.charts._units import MOST_ROWS

__all__ = ["completeness", "reports_by_period"]

_WIDTH: Final = 7.4
_NAME_LIMIT: Final = 172.0
_LEAST_CELL: Final = 20.0
_TOTAL: Final = message("Total")
_RECEIVED: Final = message_in("column", "Received")

State: TypeAlias = Literal["on_time", "late", "received", "partly", "missing", "outstanding"]


@attrs.frozen
class _Style:
    """How the reports of a unit for a period are shown: ground, ink, glyph, words."""

    ground: str
    ink: str
    glyph: str
    words: Message


def _styles(palette: theme.Theme) -> dict[State, _Style]:
    good, fair, bad = palette.good, palette.fair, palette.bad
    return {
        "on_time": _style(good, "o", message_in("report", "on time")),
        "late": _style(fair, "^", message_in("report", "late")),
        "received": _style(theme.tint(good, 0.6), "D", message_in("report", "received")),
        "partly": _style(theme.tint(fair, 0.4), "v", message_in("report", "received in part")),
        "missing": _style(bad, "s", message_in("report", "missing")),
        "outstanding": _style(theme.TRACK, "_", message_in("report", "not yet due")),
    }


def _style(ground: str, glyph: str, words: Message) -> _Style:
    return _Style(ground, theme.ink_on(ground), glyph, words)


@checked_call
@chart
@checked_call
def completeness(
    progress: Progress,
    *,
    ax: Axes | None = None,
    lang: Language | None = None,
    colours: theme.Colours = "blue_is_good",
    title: str | None = None,
    notes: bool = True,
) -> Axes:
    """Return the Axes of a heat map of reports, units down and periods across.

    The units with the fewest reports stand above. A cell has colour and glyph, and a count where
    several units report to the planned one; an empty cell is a period for which nothing was owed.

    Raises:
        DefinitionError: The progress was tracked without `received`: figures alone do not tell a
            report of nobody new from a report that never came.

    >>> import coverage_campaign as cc
    >>> campaign = cc.load_case("hengyang", year=2008)
    >>> allocation = cc.allocate(campaign, weights=cc.weights.by_measure("census_2000"))
    >>> plan = cc.schedule(allocation, over="special-action")
    >>> simulation = cc.simulate(plan, seed=1)
    >>> tally = cc.tally(simulation.events, campaign, as_of="2008-10-12", simulated=True)
    >>> progress = cc.track(plan, tally, as_of="2008-09-30", received=simulation.received)
    >>> cc.charts.completeness(progress, title="Reports").get_label()
    'Reports Hengyang: extension of the social pension insurance, to 30 Sep 2008 simulated data'
    """
    lang = check_language(lang)
    table, styles = reports_by_period(progress), _styles(theme.theme_of(colours))
    names = {row.unit: row.label.text(lang) for row in progress.unflagged_units}
    by_unit = table.groupby("unit", sort=False)[["received", "expected"]].sum()
    order = by_unit.assign(share=by_unit["received"] / by_unit["expected"]).sort_values(
        "share", kind="stable"
    )
    units = [str(code) for code in order.index[:MOST_ROWS]]
    left_out = len(order) - len(units)
    periods = sorted(table["period"].dt.date.unique().tolist())
    heads = [_head(date, progress, lang) for date in periods]
    size, pitch = theme.row_type(len(units))
    labels = [shortened(names[unit], size, _NAME_LIMIT) for unit in units]
    sums = [
        f"{count(came)}/{count(owed)}"
        for came, owed in order[["received", "expected"]].head(MOST_ROWS).itertuples(index=False)
    ]
    whole = f"{count(int(order['received'].sum()))}/{count(int(order['expected'].sum()))}"
    left = max(width_of(text, size) for text in [*labels, _TOTAL.text(lang)])
    right = max(width_of(text, size) for text in [*sums, whole, _RECEIVED.text(lang)])
    by_period = table.groupby("period")[["received", "expected"]].sum()
    below = [f"{count(came)}/{count(owed)}" for came, owed in by_period.itertuples(index=False)]
    widest = max([_LEAST_CELL, *(width_of(text, size) + 8 for text in [*heads, *below])])
    states = table["status"].unique().tolist()
    canvas = open_canvas(
        ax,
        width=max(_WIDTH, (left + right + 40 + widest * len(periods)) / 72),
        height=pitch * (len(units) + 1.3),
        room=Room(left=left + 10, right=right + 12, above=20, below=2),
        lang=lang,
        title=_headline(order, table, lang) if title is None else title,
        subtitle=message(
            "{campaign}, to {day:date}", campaign=progress.campaign.label, day=progress.as_of
        ).text(lang),
        marks=[
            Mark(
                style.words.text(lang),
                theme.TERTIARY if style.glyph == "_" else style.ground,
                theme.INK,
                "s" if style.glyph == "_" else style.glyph,
            )
            for state, style in styles.items()
            if state in states
        ],
        notes=[
            *_others(left_out, lang),
            *progress.notes_in(lang),
        ]
        if notes
        else None,
        basis=progress.basis,
        least=(widest * len(periods), 11.0 * (len(units) + 1)),
    )
    bottom = len(units) + 0.3
    canvas.ax.set_xlim(-0.5, len(periods) - 0.5)
    canvas.ax.set_ylim(bottom + 0.5, -0.5)
    canvas.x_ticks(range(len(periods)), heads)
    canvas.ax.tick_params(axis="x", labelbottom=False)
    canvas.y_ticks(range(len(units)), [names[unit] for unit in units], shown=False)
    _draw_cells(canvas, table[table["unit"].isin(units)], units, periods, styles)
    for place, head in enumerate(heads):
        canvas.write(place, 6, head, at=("data", "top"), ha="center", va="baseline")
        canvas.write(place, bottom, below[place], size=size, ha="center")
    edge = canvas.room.right
    canvas.write(edge, 6, _RECEIVED.text(lang), at=("right", "top"), ha="right", va="baseline")
    rows = [*zip(labels, sums, strict=True), (_TOTAL.text(lang), whole)]
    for place, (label, received) in zip([*range(len(units)), bottom], rows, strict=True):
        bold = place == bottom
        canvas.write(-10, place, label, at=("left", "data"), size=size, ha="right", bold=bold)
        canvas.write(edge, place, received, at=("right", "data"), size=size, ha="right", bold=bold)
    canvas.across_all(len(units) - 0.35, colour=theme.INK, width=0.9)
    return canvas.ax


def reports_by_period(progress: Progress) -> pd.DataFrame:
    """Return one row a planned unit and period: unit, period, expected, received, on_time, status.

    Counts are those of the unit and the units below it (Int64; on_time is <NA> where no due day is
    known). `status`: on_time, late (all in, some late), received (all in, no due day known),
    partly, missing (none in and a due day is over), outstanding (none in, none overdue).
    """
    received = progress.received
    if received is None:
        raise DefinitionError(
            Problem(
                "progress",
                "has no list of the reports that came in",
                "track with received=, a frame with the columns unit, period and received_on",
            )
        )
    known = progress.tally.as_of
    units = tuple(progress.to_frame()["unit"])
    owed = owed_reports(
        progress.campaign,
        units,
        received,
        over=progress.plan.over,
        as_of=progress.as_of,
        known_on=None if known is None else known.date(),
    )
    owed = owed[owed["place"] >= 0]
    there = owed["there"].to_numpy(dtype=bool)
    marks = pd.DataFrame(
        {
            "place": owed["place"],
            "period": owed["period"],
            "expected": 1,
            "received": there,
            "on_time": there & owed["on_time"].fillna(value=False).to_numpy(dtype=bool),
            "dated": owed["due"].notna(),
            "overdue": ~there & owed["status"].isin(["missing", "late"]).to_numpy(dtype=bool),
        }
    )
    sums = marks.groupby(["place", "period"], as_index=False).sum()
    full = sums["received"] == sums["expected"]
    status = np.select(
        [
            full & (sums["on_time"] == sums["expected"]),
            full & (sums["dated"] > 0),
            full,
            sums["received"] > 0,
            sums["overdue"] > 0,
        ],
        ["on_time", "late", "received", "partly", "missing"],
        default="outstanding",
    )
    return pd.DataFrame(
        {
            "unit": pd.array([units[place] for place in sums["place"]], dtype="str"),
            "period": sums["period"].astype("datetime64[s]"),
            "expected": sums["expected"].astype("Int64"),
            "received": sums["received"].astype("Int64"),
            "on_time": sums["on_time"].astype("Int64").where(sums["dated"] > 0),
            "status": pd.array(status.tolist(), dtype="str"),
        }
    )


def _others(left_out: int, lang: Language) -> list[str]:
    """Return how many units are not drawn, where there are any."""
    words = message("{n} units with more complete reports are left out.", n=left_out)
    return [words.text(lang)] if left_out else []


def _head(date: dt.date, progress: Progress, lang: Language) -> str:
    """Return what a period is called above its column."""
    by = (progress.campaign.reporting or ReportingRule()).period
    return month(date, lang) if by in ("month", "quarter") else day(date, lang)


def _headline(order: pd.DataFrame, table: pd.DataFrame, lang: Language) -> str:
    came, owed = int(order["received"].sum()), int(order["expected"].sum())
    if not owed:
        return message("No report is due yet").text(lang)
    if table["on_time"].isna().any():
        return message(
            "{received} of {expected} {expected:plural report|reports} received",
            received=came,
            expected=owed,
        ).text(lang)
    return message(
        "{received} of {expected} {expected:plural report|reports} received, {on_time} on time",
        received=came,
        expected=owed,
        on_time=int(table["on_time"].sum()),
    ).text(lang)


def _draw_cells(
    canvas: Canvas,
    table: pd.DataFrame,
    units: Sequence[str],
    periods: Sequence[dt.date],
    styles: dict[State, _Style],
) -> None:
    rows = {unit: place for place, unit in enumerate(units)}
    columns = {date: place for place, date in enumerate(periods)}
    for state, cells in table.groupby("status"):
        style = styles[state]  # type: ignore[index]  # the column has these words alone
        across = [columns[date] for date in cells["period"].dt.date]
        down = [rows[unit] for unit in cells["unit"]]
        canvas.ax.barh(
            down,
            [0.94] * len(down),
            left=[place - 0.47 for place in across],
            height=0.86,
            color=style.ground,
            zorder=1,
            label=str(style.words),
        )
        single = (cells["expected"] == 1).tolist()
        alone = [(x, y) for x, y, one in zip(across, down, single, strict=True) if one]
        if alone:
            xs, ys = zip(*alone, strict=True)
            canvas.ax.scatter(xs, ys, marker=style.glyph, s=22, color=style.ink, zorder=2)
        counts = cells[["received", "expected"]].itertuples(index=False)
        for x, y, one, (came, owed) in zip(across, down, single, counts, strict=True):
            if not one:
                canvas.write(x, y, f"{count(came)}/{count(owed)}", colour=style.ink, ha="center")
