"""Who does what of whose share: units by departments, with both margins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import attrs
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from coverage_campaign.allocation.allocation import Allocation
from coverage_campaign.allocation.cross import CrossAllocation
from coverage_campaign.checks import checked_call
from coverage_campaign.messages import Language, check_language, message
from coverage_campaign.messages.formats import count
from coverage_campaign.views.charts import _theme as theme
from coverage_campaign.views.charts._canvas import Canvas, Room, box_size, chart, open_canvas
from coverage_campaign.views.charts._lettering import balanced, pieces, shortened, width_of
from coverage_campaign.views.charts._units import AT_ENDS, MOST_ROWS

__all__ = ["annex"]

_WIDTH: Final = 9.4
# Twenty letters of Chinese.
_NAME_LIMIT: Final = 192.0
_HEAD_LINES: Final = 3
_MOST_COLUMNS: Final = 40
_COLUMN_ENDS: Final = 12
_LEAST_SIZE: Final = 6.0
_TOTAL: Final = message("Total")


_EMPTY: Final = message("Nothing to allocate")

_NO_NUMBERS: Final = message(
    "Cells are too small for numbers; the table of the same name has them."
)
_NOUGHT: Final = "·"


@checked_call
@chart
@checked_call
def annex(
    cross: CrossAllocation,
    *,
    ax: Axes | None = None,
    lang: Language | None = None,
    title: str | None = None,
    notes: bool = True,
) -> Axes:
    """Return the Axes of a table of shares, units down and departments across, dark where many.

    The last column and row are the totals; a cell without people is a point. Of more than 130 units
    or 40 departments the first and the last are shown, and between them the sums of the others.

    >>> import coverage_campaign as cc
    >>> campaign = cc.load_case("hengyang", year=2008)
    >>> counties = cc.allocate(campaign, weights=cc.weights.by_measure("census_2000"))
    >>> departments = cc.allocate(campaign, among="departments", weights=cc.weights.equal)
    >>> table = cc.cross(counties, departments, weights="margins")
    >>> cc.charts.annex(table, title="Annex").get_label().rpartition("; ")[2]
    'rows and columns add up to 76,000'
    """
    lang = check_language(lang)
    departments = _names(cross.columns, lang)
    rows, folded, row_gap = _folded(
        _names(cross.rows, lang), cross.cells, most=MOST_ROWS, at_ends=AT_ENDS, lang=lang
    )
    columns, turned, column_gap = _folded(
        departments, folded.T, most=_MOST_COLUMNS, at_ends=_COLUMN_ENDS, lang=lang
    )
    counts = turned.T
    cells: list[list[int]] = counts.tolist()
    across = [sum(line[place] for line in cells) for place in range(len(columns))]
    down = [sum(line) for line in cells]
    whole = sum(down)
    size, pitch = theme.row_type(len(rows))
    labels = [shortened(name, theme.LABEL, _NAME_LIMIT) for name in [*rows, _TOTAL.text(lang)]]
    label_width = max(width_of(label, theme.LABEL) for label in labels)
    total_width = max(width_of(count(value), theme.CELL + 0.5) for value in [*down, whole])
    head = _heads(columns, size)
    wide = max(head.width, width_of(count(max([*across, 0])), size) + 6)
    width = max(_WIDTH, (wide * len(columns) + label_width + total_width + 52) / 72)
    if ax is not None:
        scale = box_size(ax)[0] - label_width - total_width - 32
        head = _fitted(head, columns, size, scale / max(len(columns), 1))
        wide = scale / max(len(columns), 1)
    number_size = _number_size(cells, across, size, wide)
    canvas = open_canvas(
        ax,
        width=width,
        height=pitch * (len(rows) + 1.3),
        room=Room(left=label_width + 10, right=total_width + 16, above=head.height + 4, below=2),
        lang=lang,
        title=_headline(departments, cross.cells.sum(axis=0).tolist(), whole, lang)
        if title is None
        else title,
        subtitle=message(
            "{rows} × {columns}, people; rows and columns add up to {n}",
            rows=_cut(cross.rows, lang),
            columns=_cut(cross.columns, lang),
            n=whole,
        ).text(lang),
        notes=([] if number_size else [_NO_NUMBERS.text(lang)]) if notes else None,
        basis=cross.basis,
        least=(10.0 * len(columns), 11.0 * (len(rows) + 1)),
    )
    canvas.ax.set_xlim(-0.5, len(columns) - 0.5)
    bottom = len(rows) + 0.3
    canvas.ax.set_ylim(bottom + 0.5, -0.5)
    canvas.x_ticks(range(len(columns)), columns)
    canvas.ax.tick_params(axis="x", labelbottom=False)
    canvas.y_ticks(range(len(rows)), rows, shown=False)
    _draw_cells(canvas, counts, number_size, gaps=(row_gap, column_gap))
    _write_margins(canvas, labels, [*down, whole], [*range(len(rows)), bottom])
    for place, value in enumerate(across):
        if number_size:
            canvas.write(place, bottom, count(value), size=number_size, ha="center")
    _write_heads(canvas, head, lang)
    line = len(rows) - 0.35
    canvas.across_all(line, colour=theme.INK, width=0.9)
    canvas.line([6, 6], [-0.5, bottom + 0.5], at=("right", "data"), colour=theme.INK, width=0.9)
    return canvas.ax


@attrs.frozen
class _Heads:
    """The names of the columns: their lines, or one line set upright."""

    lines: tuple[tuple[str, ...], ...]
    width: float
    height: float
    upright: bool


def _names(allocation: Allocation, lang: Language) -> list[str]:
    campaign = allocation.campaign
    return [campaign.unit(code).label.text(lang) or code for code in allocation.shares().index]


def _folded(
    names: list[str], cells: NDArray[np.int64], *, most: int, at_ends: int, lang: Language
) -> tuple[list[str], NDArray[np.int64], int | None]:
    """Return names and rows, of many the ends and the sum of those between, and its place."""
    more = len(names) - 2 * at_ends
    if len(names) <= most:
        return names, cells, None
    between = cells[at_ends:-at_ends].sum(axis=0, keepdims=True)
    words = message("… {n} more", n=more).text(lang)
    folded = np.concatenate([cells[:at_ends], between, cells[-at_ends:]])
    return [*names[:at_ends], words, *names[-at_ends:]], folded, at_ends


def _cut(allocation: Allocation, lang: Language) -> str:
    return allocation.campaign.breakdown(allocation.among).label.text(lang) or allocation.among


def _heads(columns: Sequence[str], size: float) -> _Heads:
    """Return the names in up to three lines, in columns as wide as the widest word needs."""
    wide = 48.0
    for name in columns:
        wide = max(wide, *(min(width_of(part.rstrip(), size), 76.0) + 7 for part in pieces(name)))
        if width_of(name, size) > _HEAD_LINES * wide:
            wide = max(wide, min(width_of(name, size) / _HEAD_LINES * 1.25, 90.0))
    lines = tuple(tuple(balanced(name, size, wide - 5, lines=_HEAD_LINES)) for name in columns)
    most = max((len(one) for one in lines), default=1)
    return _Heads(lines, wide, most * size * 1.3 + 4, upright=False)


def _fitted(head: _Heads, columns: Sequence[str], size: float, wide: float) -> _Heads:
    """Return the names as they are if the columns are wide enough for them, else set upright."""
    if wide >= head.width:
        return head
    names = tuple((shortened(name, size, 80.0),) for name in columns)
    tallest = max((width_of(name, size) for (name,) in names), default=0.0)
    return _Heads(names, wide, tallest + 6, upright=True)


def _number_size(
    cells: list[list[int]], across: list[int], size: float, wide: float
) -> float | None:
    """Return the size at which every number fits its cell, None where none does."""
    widest = max((count(value) for line in [*cells, across] for value in line), key=len, default="")
    while size >= _LEAST_SIZE:
        if width_of(widest, size) + 3 <= wide:
            return size
        size -= 0.5
    return None


def _headline(columns: list[str], across: list[int], whole: int, lang: Language) -> str:
    if not whole:
        return _EMPTY.text(lang)
    most = max(across)
    if len(columns) > 1 and most - min(across) <= 1:
        return message(
            "All have the same target, {share:percent 0} of the total", share=1 / len(columns)
        ).text(lang)
    leading = [column for column, value in zip(columns, across, strict=True) if value == most]
    if len(leading) == 1:
        return message(
            "{unit} has the largest target, {share:percent 0} of the total",
            unit=leading[0],
            share=most / whole,
        ).text(lang)
    return message(
        "{n} units share the largest target, {share:percent 0} of the total each: {units:list 4}",
        n=len(leading),
        units=leading,
        share=most / whole,
    ).text(lang)


def _draw_cells(
    canvas: Canvas,
    counts: NDArray[np.int64],
    size: float | None,
    *,
    gaps: tuple[int | None, int | None],
) -> None:
    """Draw the cells, dark where many; what is summed up has no shade, as the totals have none."""
    single = counts.astype(bool)
    for axis, gap in enumerate(gaps):
        if gap is not None:
            np.moveaxis(single, axis, 0)[gap] = False
    cells: list[list[int]] = counts.tolist()
    highest = int(counts.max(where=single, initial=0)) or 1
    filled = [
        (row, column, theme.shade(cells[row][column] / highest))
        for row, column in np.argwhere(single).tolist()
    ]
    canvas.ax.barh(
        [row for row, _, _ in filled],
        [0.94] * len(filled),
        left=[column - 0.47 for _, column, _ in filled],
        height=0.9,
        color=[colour for _, _, colour in filled],
        zorder=1,
    )
    for row, line in enumerate(cells):
        for column, value in enumerate(line):
            if not value:
                canvas.write(column, row, _NOUGHT, colour=theme.SECONDARY, ha="center")
            elif size:
                shaded = bool(single[row, column])
                ink = theme.ink_on(theme.shade(value / highest)) if shaded else theme.INK
                canvas.write(column, row, count(value), size=size, colour=ink, ha="center")


def _write_margins(
    canvas: Canvas, labels: list[str], totals: list[int], places: list[float]
) -> None:
    for label, value, place in zip(labels, totals, places, strict=True):
        last = place == places[-1]
        canvas.write(-10, place, label, at=("left", "data"), size=theme.LABEL, ha="right")
        canvas.write(
            canvas.room.right,
            place,
            count(value),
            at=("right", "data"),
            ha="right",
            bold=last,
        )


def _write_heads(canvas: Canvas, head: _Heads, lang: Language) -> None:
    for place, lines in enumerate(head.lines):
        if head.upright:
            canvas.write(
                place, 5, lines[0], at=("data", "top"), ha="left", va="center", rotation=90
            )
            continue
        for number, line in enumerate(reversed(lines)):
            canvas.write(
                place,
                6 + number * theme.CELL * 1.3,
                line,
                at=("data", "top"),
                ha="center",
                va="baseline",
            )
    canvas.write(
        canvas.room.right, 6, _TOTAL.text(lang), at=("right", "top"), ha="right", va="baseline"
    )
