"""The distance from the plan on the last day counted, drawn, and written where no line runs."""

from __future__ import annotations

import pandas as pd

from coverage_campaign.messages import Language, message
from coverage_campaign.progress.unit_progress import UnitProgress
from coverage_campaign.views.charts import _theme as theme
from coverage_campaign.views.charts._canvas import Canvas
from coverage_campaign.views.charts._clear import Box, first_clear
from coverage_campaign.views.charts._running_totals import Curves, to_day
from coverage_campaign.views.charts._ticks import x_of
from coverage_campaign.views.charts._typeset import width_of

__all__ = ["draw_gap"]


def draw_gap(
    canvas: Canvas, curves: Curves, total: UnitProgress, fan: pd.DataFrame | None, lang: Language
) -> None:
    """Draw the distance from the plan, and write it where no line runs."""
    planned, target = total.planned or 0, total.target
    x, done = max(curves.done_x[-1], curves.counted_x), curves.done_y[-1]
    behind = done < planned
    colour = theme.RED if behind else theme.BLUE
    canvas.line([x, x], [done, planned], colour=colour, width=1.6, zorder=2.9)
    first = message("Done {done}", done=done).text(lang)
    second = (
        message("{persons} behind plan", persons=abs(done - planned))
        if behind
        else message("{persons} ahead of plan", persons=abs(done - planned))
    ).text(lang)
    lines = [first] if done == planned else [first, second]
    wide = max(width_of(first, theme.LABEL) + 1, width_of(second, theme.CELL)) + 2
    tall = 14.0 * len(lines)
    low, high = canvas.ax.get_xlim()
    across, upward = canvas.width / (high - low), canvas.height / canvas.ax.get_ylim()[1]
    at, lower, upper = (x - low) * across, min(done, planned) * upward, max(done, planned) * upward
    edge = canvas.width
    corners = [
        *((at + 8, lower - 9 - tall - more) for more in (0, 12, 24)),
        *((at - 9 - wide, upper + 9 + more) for more in (0, 12)),
        *((edge - wide, lower - 9 - tall - more) for more in range(0, 120, 12)),
        *((at - 9 - wide - more, upper + 9) for more in (30, 60, 90)),
    ]
    drawn: list[list[tuple[float, float]]] = [
        list(zip(curves.plan_x, curves.plan_y, strict=True)),
        list(zip(curves.done_x, curves.done_y, strict=True)),
        [(low, target or -1.0), (high, target or -1.0)],
    ]
    if fan is not None and len(fan):
        days = [x, *(x_of(to_day(value), end=True) for value in fan["date"].to_numpy())]
        ends = (fan[name].astype(float).tolist() for name in ("low", "high"))
        drawn += [list(zip(days, [float(done), *values], strict=True)) for values in ends]
    polylines = [[((one - low) * across, y * upward) for one, y in line] for line in drawn]
    if not behind:
        corners = [*corners[3:5], *corners[:3], *corners[5:]]
    boxes = [Box(left, bottom, left + wide, bottom + tall) for left, bottom in corners]
    box = boxes[first_clear(boxes, polylines, Box(0, 0, edge, canvas.height + 4))]
    flush_right = box.left < at
    for number, text in enumerate(lines):
        canvas.write(
            box.right if flush_right else box.left,
            box.top - 7 - 14 * number,
            text,
            at=("left", "bottom"),
            size=theme.LABEL if number == 0 else theme.CELL,
            colour=theme.BLUE if number == 0 else colour,
            ha="right" if flush_right else "left",
            bold=number == 0,
            halo=True,
        )
