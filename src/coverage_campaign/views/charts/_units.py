"""What charts of units against the plan say alike: headline, legend, what the marks mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import attrs

from coverage_campaign.messages import Language, message
from coverage_campaign.progress.unit_progress import SLACK, UnitProgress
from coverage_campaign.views.charts import _theme as theme
from coverage_campaign.views.charts._canvas import Canvas, Mark
from coverage_campaign.views.charts._lettering import width_of

__all__ = ["ends_of", "headline", "legend", "schedule_note", "write_gaps"]


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


# Beyond so many units a chart shows the ends and the place where the plan is missed.
MOST_ROWS: Final = 130
AT_ENDS: Final = 24
_AT_CROSSING: Final = 6


@attrs.frozen
class Shown:
    """The rows that a chart of many units shows: their places, and what lies between."""

    rows: tuple[UnitProgress, ...]
    places: tuple[float, ...]
    gaps: tuple[tuple[float, int], ...] = ()

    @property
    def height(self) -> float:
        """The place below the last row."""
        return len(self.rows) + len(self.gaps)


def ends_of(rows: Sequence[UnitProgress]) -> Shown:
    """Return all rows, or of many the first, the last and those where the plan begins to be missed.

    The rows are in order; between two stretches stands how many are left out.
    """
    n = len(rows)
    if n <= MOST_ROWS:
        return Shown(tuple(rows), tuple(map(float, range(n))))
    cross = sum(row.status in ("reached", "on_plan") for row in rows)
    kept = {
        *range(AT_ENDS),
        *range(max(cross - _AT_CROSSING, 0), min(cross + _AT_CROSSING, n)),
        *range(n - AT_ENDS, n),
    }
    places: list[float] = []
    gaps: list[tuple[float, int]] = []
    chosen = sorted(kept)
    for before, place in zip([-1, *chosen], chosen, strict=False):
        if place > before + 1:
            gaps.append((float(len(places) + len(gaps)), place - before - 1))
        places.append(float(len(places) + len(gaps)))
    return Shown(tuple(rows[place] for place in chosen), tuple(places), tuple(gaps))


def write_gaps(canvas: Canvas, shown: Shown, lang: Language) -> None:
    """Write how many rows are left out between the others."""
    for place, more in shown.gaps:
        words = message("… {n} more", n=more).text(lang)
        canvas.write(
            -canvas.room.left + 8, place, words, at=("left", "data"), colour=theme.SECONDARY
        )


GAP: Final = 15.0
_BESIDE_GLYPH: Final = 11.0


@attrs.frozen
class Cell:
    """One cell: its text, its colour, and the status whose glyph stands before it."""

    text: str
    colour: str = theme.INK
    glyph: theme.Status | None = None


@attrs.frozen
class WordColumn:
    """One column of words beside the bars: its head and its cells from the top."""

    head: str
    cells: tuple[Cell, ...]
    width: float
    flush_right: bool = True
    after: float = GAP


def column_of(
    head: str, cells: Sequence[Cell | str], size: float, *, flush_right: bool = True
) -> WordColumn:
    """Return a column as wide as its widest cell."""
    whole = tuple(Cell(cell) if isinstance(cell, str) else cell for cell in cells)
    widths = [
        width_of(cell.text, size) + (_BESIDE_GLYPH if cell.glyph is not None else 0.0)
        for cell in whole
    ]
    return WordColumn(head, whole, max([width_of(head, theme.CELL), *widths]), flush_right)


def draw_columns(
    canvas: Canvas,
    left: Sequence[WordColumn],
    right: Sequence[WordColumn],
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
    column: WordColumn,
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
