"""What charts of units against the plan say alike: headline, legend, what the marks mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import attrs

from coverage_campaign.messages import Language, message
from coverage_campaign.progress.unit_progress import SLACK, UnitProgress
from coverage_campaign.views.charts import _theme as theme
from coverage_campaign.views.charts._canvas import Canvas, Mark
from coverage_campaign.views.charts._text import width_of

__all__ = ["headline", "legend", "schedule_note"]


def legend(rows: Sequence[UnitProgress], lang: Language, palette: theme.Theme) -> list[Mark]:
    """Return the marks of the colours that occur."""
    present = {palette.of(row.status).marker for row in rows}
    return [
        Mark(style.words.text(lang), style.colour, style.ink, style.marker)
        for style in palette.statuses
        if style.marker in present
    ]


def schedule_note(total: UnitProgress, lang: Language) -> list[str]:
    """Return what the mark of the plan means and where slightly behind ends."""
    slack = f"{float(100 * SLACK):g}"
    return [
        message(
            "Mark on each bar: the plan to date ({rate:percent 1} of the total target).",
            rate=total.planned_rate,
        ).text(lang),
        message("Slightly behind: by at most {points} points.", points=slack).text(lang),
    ]


def headline(rows: Sequence[UnitProgress], lang: Language) -> str:
    """Return how many units are behind the plan, as a sentence."""
    n = len(rows)
    late = sum(row.status in ("slightly_behind", "behind") for row in rows)
    well = sum(row.status in ("reached", "on_plan") for row in rows)
    reached = sum(row.status == "reached" for row in rows)
    if not late + well:
        return message("Progress of {n} {n:plural unit|units}", n=n).text(lang)
    if reached == n:
        return message("All {n} {n:plural unit|units} reached the target", n=n).text(lang)
    if well == n:
        return message("All {n} {n:plural unit|units} on schedule", n=n).text(lang)
    return message(
        "{late} of {n} {n:plural unit|units} {late:plural is|are} behind the plan", late=late, n=n
    ).text(lang)


GAP: Final = 15.0
_BESIDE_GLYPH: Final = 11.0


@attrs.frozen
class Cell:
    """One cell: its text, its colour, and the status whose glyph stands before it."""

    text: str
    colour: str = theme.INK
    glyph: theme.Status | None = None


@attrs.frozen
class Column:
    """One column of words beside the bars: its head and its cells from the top."""

    head: str
    cells: tuple[Cell, ...]
    width: float
    flush_right: bool = True
    after: float = GAP


def column_of(
    head: str, cells: Sequence[Cell | str], size: float, *, flush_right: bool = True
) -> Column:
    """Return a column as wide as its widest cell."""
    whole = tuple(Cell(cell) if isinstance(cell, str) else cell for cell in cells)
    widths = [
        width_of(cell.text, size) + (_BESIDE_GLYPH if cell.glyph is not None else 0.0)
        for cell in whole
    ]
    return Column(head, whole, max([width_of(head, theme.CELL), *widths]), flush_right)


def draw_columns(
    canvas: Canvas,
    left: Sequence[Column],
    right: Sequence[Column],
    places: Sequence[float],
    size: float,
) -> None:
    """Draw the columns on both sides of the scale; the last row is bold."""
    x = -canvas.room.left
    for column in left:
        _draw_column(canvas, column, x, edge="left", places=places, size=size)
        x += column.width + column.after
    x = GAP
    for column in right:
        _draw_column(canvas, column, x, edge="right", places=places, size=size)
        x += column.width + column.after


def _draw_column(
    canvas: Canvas,
    column: Column,
    x: float,
    *,
    edge: Literal["left", "right"],
    places: Sequence[float],
    size: float,
) -> None:
    ha: Literal["left", "right"] = "right" if column.flush_right else "left"
    anchor = x + column.width if column.flush_right else x
    canvas.write(
        anchor, 8, column.head, at=(edge, "top"), colour=theme.SECONDARY, ha=ha, va="baseline"
    )
    for place, cell in zip(places, column.cells, strict=True):
        beside = 0.0
        if cell.glyph is not None:
            canvas.glyph(anchor + 3.5, place, cell.glyph, at=(edge, "data"))
            beside = _BESIDE_GLYPH
        canvas.write(
            anchor + beside,
            place,
            cell.text,
            at=(edge, "data"),
            size=size,
            colour=cell.colour,
            ha=ha,
            bold=place == places[-1],
        )
