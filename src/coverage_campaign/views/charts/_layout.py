"""Where the scale of a chart stands among its title, subtitle and notes.

A chart tells how many points it needs around the scale (`Room`); a figure of that size is made, or
the room is found within the box of the Axes that was given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import attrs
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from coverage_campaign.messages import Language, message
from coverage_campaign.views.charts import _theme as theme
from coverage_campaign.views.charts._axes import DPI, MARK_SIZE, Across, Canvas, Mark, Room, Upward
from coverage_campaign.views.charts._notebook_axes import ChartAxes
from coverage_campaign.views.charts._typeset import LEADING, width_of, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.axes import Axes

    from coverage_campaign.model.basis import Basis

__all__ = ["open_canvas"]

_PAD: Final = 11.0
_LEAST: Final = 40.0
_TITLE_LINES: Final = 2
_TO_FIRST_WORDS: Final = 14.0
_TO_NOTES: Final = 9.0
_SUBTITLE_PITCH: Final = theme.SUBTITLE * 1.6
_TOP: Final[tuple[Across, Upward]] = ("left", "top")

_SIMULATED: Final = message("simulated data")


_ASSUMPTIONS_SHOWN: Final = 4


# A line of words, and the marks after it at their distances from its beginning.
_Flow: TypeAlias = tuple[str, list[tuple[float, Mark]]]


@attrs.frozen
class _Around:
    """The words above and below the scale, broken into lines, and the points that they take."""

    title: list[str]
    subtitle: list[str]
    rows: list[_Flow]
    notes: list[str]
    chip: str
    width: float

    @property
    def above(self) -> float:
        """The points from the scale's own words to the top."""
        heads = len(self.title) or (1 if self.chip else 0)
        rows = len(self.subtitle) + len(self.rows)
        gap = _TO_FIRST_WORDS if heads or rows else 0.0
        return heads * theme.TITLE * LEADING + rows * _SUBTITLE_PITCH + gap

    @property
    def below(self) -> float:
        """The points that the notes take."""
        return len(self.notes) * theme.NOTE * LEADING + _TO_NOTES if self.notes else 0.0


def open_canvas(
    ax: Axes | None,
    *,
    width: float,
    height: float,
    room: Room,
    lang: Language,
    title: str,
    subtitle: str = "",
    marks: Iterable[Mark] = (),
    notes: Iterable[str] = (),
    basis: Basis | None = None,
) -> Canvas:
    """Return the canvas of a chart: in `ax`, or in a figure `width` inches wide of its own.

    `height` is that of the scale, in points; title, subtitle and notes take what they need.
    """
    chip = _SIMULATED.text(lang) if basis is not None and basis.simulated else ""
    total = width * 72 - 2 * _PAD if ax is None else _box_width(ax)
    title_room = total - 8 - (_chip_width(chip) if chip else 0.0)
    lines = wrapped(subtitle, theme.SUBTITLE, total)
    note = _joined([*notes, *_basis_notes(basis, lang)], lang)
    around = _Around(
        title=wrapped(title, theme.TITLE, title_room, lines=_TITLE_LINES),
        subtitle=lines[:-1],
        rows=_flow(lines[-1] if lines else "", list(marks), total),
        notes=wrapped(note, theme.NOTE, total),
        chip=chip,
        width=total,
    )
    needed = attrs.evolve(room, above=room.above + around.above, below=room.below + around.below)
    canvas = Canvas(_placed(ax, width * 72, height, needed), room)
    _write_head(canvas, around)
    _write_notes(canvas, around.notes)
    # What a reader hears who does not see the picture.
    canvas.ax.set_label(" ".join(part for part in (title, subtitle, chip) if part))
    return canvas


def _write_head(canvas: Canvas, around: _Around) -> None:
    left, top = -canvas.room.left, canvas.room.above + around.above
    y = top
    for line in around.title:
        y -= theme.TITLE
        canvas.write(left, y, line, at=_TOP, size=theme.TITLE, va="baseline", bold=True)
        y -= theme.TITLE * (LEADING - 1)
    if around.chip:
        _write_chip(canvas, left + around.width, top - theme.TITLE * 0.62, around.chip)
        y = min(y, top - theme.TITLE * LEADING)
    for words, flow in [*((line, []) for line in around.subtitle), *around.rows]:
        y -= _SUBTITLE_PITCH
        canvas.write(
            left,
            y,
            words,
            at=_TOP,
            size=theme.SUBTITLE,
            va="baseline",
            colour=theme.SECONDARY,
        )
        for x, mark in flow:
            _write_mark(canvas, left + x, y, mark)


def _write_mark(canvas: Canvas, x: float, y: float, mark: Mark) -> None:
    canvas.line(
        [x + MARK_SIZE / 2],
        [y + theme.SUBTITLE * 0.36],
        at=_TOP,
        colour=mark.colour,
        marker=mark.marker,
        marker_size=MARK_SIZE,
    )
    canvas.write(
        x + MARK_SIZE + 4,
        y,
        mark.text,
        at=_TOP,
        size=theme.SUBTITLE,
        va="baseline",
        colour=mark.ink,
    )


def _write_notes(canvas: Canvas, lines: list[str]) -> None:
    for number, line in enumerate(lines):
        canvas.write(
            -canvas.room.left,
            -canvas.room.below - _TO_NOTES - theme.NOTE * (0.9 + LEADING * number),
            line,
            at=("left", "bottom"),
            size=theme.NOTE,
            va="baseline",
            colour=theme.SECONDARY,
        )


def _chip_width(text: str) -> float:
    return width_of(text, theme.NOTE) + 14.0


def _write_chip(canvas: Canvas, right: float, y: float, text: str) -> None:
    width, height = _chip_width(text), theme.NOTE * 1.7
    canvas.ax.add_artist(
        FancyBboxPatch(
            (right - width, y - height / 2),
            width,
            height,
            boxstyle="round,pad=0,rounding_size=3",
            transform=canvas.ruler("left", "top"),
            facecolor="#FFF6DF",
            edgecolor=theme.AMBER_INK,
            linewidth=0.7,
            clip_on=False,
            zorder=4,
        )
    )
    canvas.write(
        right - width / 2,
        y,
        text,
        at=("left", "top"),
        size=theme.NOTE,
        colour=theme.AMBER_INK,
        ha="center",
    )


def _flow(words: str, marks: list[Mark], total: float) -> list[_Flow]:
    """Return lines of words and marks, the marks after the words as long as they fit."""
    if not marks:
        return [(words, [])] if words else []
    rows: list[_Flow] = [(words, [])]
    x = width_of(words, theme.SUBTITLE) + (12.0 if words else 0.0)
    together = sum(mark.width + 11.0 for mark in marks) - 11.0
    if words and x + together > total:
        rows.append(("", []))
        x = 0.0
    for mark in marks:
        if x > 0 and x + mark.width > total:
            rows.append(("", []))
            x = 0.0
        rows[-1][1].append((x, mark))
        x += mark.width + 11.0
    return rows


def _basis_notes(basis: Basis | None, lang: Language) -> Iterable[str]:
    if basis is None:
        return
    sentences = [
        *(
            message("Suggested reading: {answer}.", answer=answer.text(lang)).text(lang)
            for answer in basis.suggested
        ),
        *(
            message("Assumed: {assumption}.", assumption=one.text(lang).rstrip(".。")).text(lang)
            for one in basis.assumptions
        ),
    ]
    yield from sentences[:_ASSUMPTIONS_SHOWN]
    if len(sentences) > _ASSUMPTIONS_SHOWN:
        yield message(
            "And {more} more assumptions.", more=len(sentences) - _ASSUMPTIONS_SHOWN
        ).text(lang)


def _joined(sentences: list[str], lang: Language) -> str:
    text = ""
    for sentence in filter(None, sentences):
        # Sentences of Chinese stand close; one of English among them does not.
        text += " " if text and (lang == "en" or text[-1].isascii()) else ""
        text += sentence
    return text


def _box_width(ax: Axes) -> float:
    figure = ax.get_figure(root=True)
    return float(ax.get_window_extent().width) * 72 / (figure.dpi if figure else DPI)


def _placed(ax: Axes | None, width: float, height: float, around: Room) -> Axes:
    """Return the Axes with `around` free on its four sides, bare."""
    if ax is None:
        ax = _own_axes(width, height, around)
    else:
        # The words stand outside the scale: a ground of its own would cut it off from them.
        ax.patch.set_visible(False)
        if _moves_freely(ax):
            _withdraw(ax, around)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.tick_params(which="both", length=0, labelbottom=False, labelleft=False)
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.grid(visible=False)
    return ax


def _own_axes(width: float, height: float, around: Room) -> Axes:
    total = height + around.above + around.below + 2 * _PAD
    figure = Figure(figsize=(width / 72, total / 72), dpi=DPI, facecolor="white")
    left, bottom = _PAD + around.left, _PAD + around.below
    scale = max(width - left - _PAD - around.right, _LEAST)
    axes = ChartAxes(
        figure, (left / width, bottom / total, scale / width, height / total), facecolor="white"
    )
    figure.add_axes(axes)
    return axes


def _moves_freely(ax: Axes) -> bool:
    figure = ax.get_figure(root=True)
    return figure is not None and figure.get_layout_engine() is None


def _withdraw(ax: Axes, around: Room) -> None:
    """Take the room from within the box of the Axes: without a layout engine nobody else does."""
    figure = ax.get_figure(root=True)
    if figure is None:
        return
    box, inch = ax.get_position(), 1 / 72
    width, height = figure.get_size_inches()
    left, right = around.left * inch / width, around.right * inch / width
    above, below = around.above * inch / height, around.below * inch / height
    least_x, least_y = _LEAST * inch / width, _LEAST * inch / height
    ax.set_position(
        (
            box.x0 + left,
            box.y0 + below,
            max(box.width - left - right, least_x),
            max(box.height - above - below, least_y),
        )
    )
