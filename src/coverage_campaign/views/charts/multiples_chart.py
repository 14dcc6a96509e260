"""How each unit went: one small curve each, all on one scale."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final, Literal

import attrs
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from coverage_campaign.checks import checked_call
from coverage_campaign.messages import Language, check_language, message
from coverage_campaign.messages.formats import month, percent
from coverage_campaign.progress.progress import Progress
from coverage_campaign.progress.unit_progress import UnitProgress
from coverage_campaign.views.charts import _theme as theme
from coverage_campaign.views.charts._canvas import Canvas, Room, chart, open_canvas
from coverage_campaign.views.charts._lettering import shortened, width_of
from coverage_campaign.views.charts._ticks import dotted_note, runs, to_day, x_of
from coverage_campaign.views.charts._units import ends_of, headline, legend, schedule_note
from coverage_campaign.views.words import by_rate

__all__ = ["multiples"]

_WIDTH: Final = 8.4
_ABOUT: Final = message("Done as a share of the unit's target; the grey line is the plan")
_HEAD: Final = 16.0


@attrs.frozen
class _PanelGrid:
    """Where the cells lie: columns, and sizes of a cell and of the space between, in points."""

    columns: int
    width: float
    height: float
    between: float
    above: float

    def corner(self, number: int) -> tuple[float, float]:
        """Return the lower left corner of a cell, in points from the top left corner of all."""
        row, column = divmod(number, self.columns)
        return (
            column * (self.width + self.between),
            -(row + 1) * (self.height + self.above),
        )


@checked_call
@chart
@checked_call
def multiples(
    progress: Progress,
    *,
    ax: Axes | None = None,
    lang: Language | None = None,
    colours: theme.Colours = "blue_is_good",
    title: str | None = None,
    notes: bool = True,
) -> Axes:
    """Return the Axes of one small burn-up a unit, by falling rate, all with the same scales.

    It is one Axes whatever the number of units: drawn at once, and at home in a figure of yours.

    >>> import coverage_campaign as cc
    >>> campaign = cc.load_case("hengyang", year=2008)
    >>> allocation = cc.allocate(campaign, weights=cc.weights.by_measure("census_2000"))
    >>> plan = cc.schedule(allocation, over="special-action")
    >>> events = cc.simulate(plan, seed=1).events
    >>> tally = cc.tally(events, campaign, as_of="2008-10-05", simulated=True)
    >>> progress = cc.track(plan, tally, as_of="2008-09-30")
    >>> len(cc.charts.multiples(progress).figure.axes)
    1
    """
    lang = check_language(lang)
    palette = theme.theme_of(colours)
    everyone = by_rate(progress.units)
    rows = ends_of(everyone).rows
    days, totals = progress.series()
    place_of = {code: place for place, code in enumerate(progress.to_frame()["unit"].tolist())}
    plan = progress.plan
    done_x = [x_of(to_day(one), end=True) for one in days]
    first = min(to_day(days[0]) + dt.timedelta(days=1), to_day(plan.days[0]))
    last = max(to_day(plan.days[-1]), progress.as_of)
    columns = _columns(len(rows))
    lines = -(-max(len(rows), 1) // columns)
    height = 74.0 if columns <= 4 else 46.0  # noqa: PLR2004 - few and large, or many and small
    left = width_of("100%", theme.NOTE) + 6
    room = Room(left=left, right=6, above=0, below=16)
    canvas = open_canvas(
        ax,
        width=_WIDTH,
        height=lines * (height + _HEAD + 9),
        room=room,
        lang=lang,
        title=headline(everyone, lang) if title is None else title,
        subtitle=_ABOUT.text(lang),
        marks=legend(everyone, lang, palette),
        notes=None
        if not notes
        else [
            *_between(len(everyone) - len(rows), lang),
            *schedule_note(progress.whole, lang)[1:],
            *dotted_note(done_x, done_x[-1], lang),
            *progress.notes_in(lang),
        ],
        basis=progress.basis,
    )
    between = 16.0
    cell = (canvas.width - between * (columns - 1)) / columns
    grid = _PanelGrid(columns, cell, canvas.height / lines - _HEAD - 9, between, _HEAD + 9)
    canvas.ax.set_xlim(0.0, canvas.width)
    canvas.ax.set_ylim(-canvas.height, 0.0)
    reached = (
        np.nanmax(totals[:, place_of[row.unit]], initial=0.0) / row.target
        for row in rows
        if row.target
    )
    top = max([1.0, *reached])
    shares = [0.0, *(effort / plan.effort[-1] for effort in plan.effort)]
    plan_x = [x_of(to_day(plan.days[0])), *(x_of(to_day(one), end=True) for one in plan.days)]
    scale = _Scale(x_of(first), x_of(last, end=True), top)
    for number, row in enumerate(rows):
        corner = grid.corner(number)
        _draw_frame(canvas, grid, scale, corner, first_column=number % columns == 0)
        planned = scale.points(grid, corner, plan_x, shares)
        canvas.line(*planned, colour=theme.TERTIARY, width=1.1)
        canvas.write(
            corner[0],
            corner[1] + grid.height + 5,
            shortened(row.label.text(lang), theme.CELL, cell + between - 4),
            va="baseline",
        )
        _draw_unit(
            canvas,
            row,
            totals[:, place_of[row.unit]],
            days=done_x,
            plan=planned,
            grid=grid,
            scale=scale,
            corner=corner,
            style=palette.of(row.status),
        )
        if number >= len(rows) - columns:
            _write_months(canvas, corner, grid.width, first=first, last=last, lang=lang)
    return canvas.ax


def _between(left_out: int, lang: Language) -> list[str]:
    """Return how many units are not drawn, where there are any."""
    words = message("{n} units between these are not drawn.", n=left_out)
    return [words.text(lang)] if left_out else []


@attrs.frozen
class _Scale:
    """The common scale of all cells: first and last day as places, highest share."""

    first: float
    last: float
    top: float

    def points(
        self,
        grid: _PanelGrid,
        corner: tuple[float, float],
        days: Sequence[float],
        shares: Sequence[float],
    ) -> tuple[list[float], list[float]]:
        """Return days and shares as places of the canvas."""
        across = grid.width / (self.last - self.first)
        upward = grid.height / self.top
        return (
            [corner[0] + (one - self.first) * across for one in days],
            [corner[1] + share * upward for share in shares],
        )


def _columns(units: int) -> int:
    limits = ((4, units), (12, 4), (30, 5))
    return next((columns for most, columns in limits if units <= most), 6) or 1


def _draw_frame(
    canvas: Canvas,
    grid: _PanelGrid,
    scale: _Scale,
    corner: tuple[float, float],
    *,
    first_column: bool,
) -> None:
    x, y = corner
    for share in (0.0, 0.5, 1.0):
        height = y + share * grid.height / scale.top
        canvas.line([x, x + grid.width], [height, height], colour=theme.HAIRLINE, zorder=0.5)
        if first_column:
            canvas.write(
                -6,
                height,
                percent(share, digits=0) if share else "0",
                at=("left", "data"),
                size=theme.NOTE,
                colour=theme.SECONDARY,
                ha="right",
            )


def _draw_unit(
    canvas: Canvas,
    row: UnitProgress,
    totals: NDArray[np.float64],
    *,
    days: list[float],
    plan: tuple[list[float], list[float]],
    grid: _PanelGrid,
    scale: _Scale,
    corner: tuple[float, float],
    style: theme.Status,
) -> None:
    if row.completion_rate is None or not row.target or np.isnan(totals).all():
        canvas.write(
            corner[0] + grid.width / 2,
            corner[1] + grid.height * 0.72,
            "–",
            size=theme.CELL,
            colour=theme.SECONDARY,
            ha="center",
        )
        return
    x, y = scale.points(grid, corner, days, [value / row.target for value in totals.tolist()])
    canvas.ax.fill_between(
        x, y, np.interp(x, *plan), color=style.colour, alpha=0.16, linewidth=0, zorder=1
    )
    for part, silent in runs(days):
        width = 1.0 if silent else 2.0
        dash: Literal["-", ":"] = ":" if silent else "-"
        canvas.line(x[part], y[part], colour=style.colour, width=width, style=dash, zorder=3)
    canvas.line(
        x[-1:],
        y[-1:],
        colour=style.colour,
        width=0,
        marker=style.marker,
        marker_size=5.5,
        edge="white",
        zorder=4,
    )
    late = x[-1] > corner[0] + grid.width - 34
    at_top = y[-1] > corner[1] + grid.height - 8
    above = style.marker == "o" and (late or not at_top)
    high = min(y[-1] + 7, corner[1] + grid.height - 2)
    canvas.write(
        x[-1] - 5 if above or late else x[-1] + 6,
        high if above or late else y[-1] - (1 if at_top else 7),
        percent(row.completion_rate, digits=0),
        size=theme.CELL,
        colour=style.ink,
        ha="right" if above or late else "left",
        halo=True,
    )


def _write_months(
    canvas: Canvas,
    corner: tuple[float, float],
    width: float,
    *,
    first: dt.date,
    last: dt.date,
    lang: Language,
) -> None:
    x, y = corner
    for date, place, ha in ((first, x, "left"), (last, x + width, "right")):
        canvas.write(
            place,
            y - 11,
            month(date, lang),
            size=theme.NOTE,
            colour=theme.SECONDARY,
            ha="left" if ha == "left" else "right",
            va="baseline",
        )
