"""An Axes with rulers: places are data, shares of the Axes, or points from one of its edges.

Every chart draws its scale inside the Axes, and its words around it at fixed points, so that they
stand right at every size. A chart tells how many points it needs around the scale (`Room`); the
canvas makes a figure of that size, or finds the room within the box of the Axes that it was given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias, cast

import attrs
from matplotlib import patheffects
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch
from matplotlib.transforms import (
    Affine2D,
    ScaledTranslation,
    TransformedPatchPath,
    blended_transform_factory,
)

from coverage_campaign.views import theme
from coverage_campaign.views.fonts import drawable, families
from coverage_campaign.views.shown import ChartAxes
from coverage_campaign.views.typeset import LEADING, shortened, width_of, wrapped
from coverage_campaign.views.words import Lang, Words, named

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.text import Text
    from matplotlib.transforms import Affine2DBase, Transform

    from coverage_campaign.model.basis import Basis

__all__ = ["Canvas", "Mark", "Room", "open_canvas"]

Across: TypeAlias = Literal["data", "share", "left", "right"]
Upward: TypeAlias = Literal["data", "share", "top", "bottom"]
Side: TypeAlias = Literal["left", "center", "right"]
Height: TypeAlias = Literal["center_baseline", "baseline", "top", "bottom", "center"]

_PAD: Final = 11.0
_DPI: Final = 144.0
_LEAST: Final = 40.0
_TITLE_LINES: Final = 2
_TO_FIRST_WORDS: Final = 14.0
_MARK_SIZE: Final = 7.0

_SIMULATED: Final = Words("simulated data", "模拟数据", "模擬數據")
_SUGGESTED: Final = Words("Suggested reading: {0}.", "建议解读：{0}。", "建議解讀：{0}。")
_ASSUMED: Final = Words("Assumed: {0}.", "假定：{0}。", "假定：{0}。")
_MORE: Final = Words("And {0} more assumptions.", "另有{0}项假定。", "另有{0}項假定。")
_ASSUMPTIONS_SHOWN: Final = 4


@attrs.frozen
class Room:
    """Points that the words around the scale need on each side, without title and note."""

    left: float = 0.0
    right: float = 0.0
    above: float = 0.0
    below: float = 0.0


@attrs.frozen
class Mark:
    """An entry of the subtitle that explains a colour: its glyph and its words."""

    text: str
    colour: str
    ink: str
    marker: str

    @property
    def width(self) -> float:
        """The points that it takes."""
        return _MARK_SIZE + 5.0 + width_of(self.text, theme.SUBTITLE)


@attrs.frozen
class Canvas:
    """The Axes of one chart and its rulers."""

    ax: Axes
    room: Room
    # Hundreds of words stand on a few rulers and in one clip path: each is made once.
    _rulers: dict[tuple[Across, Upward], Transform] = attrs.field(factory=dict, init=False)
    _clip: TransformedPatchPath = attrs.field(init=False)

    @_clip.default
    def _clip_of_the_axes(self) -> TransformedPatchPath:
        return TransformedPatchPath(self.ax.patch)

    @property
    def width(self) -> float:
        """The width of the scale in points."""
        return float(self.ax.get_window_extent().width) * 72 / self._dpi

    @property
    def height(self) -> float:
        """The height of the scale in points."""
        return float(self.ax.get_window_extent().height) * 72 / self._dpi

    @property
    def _dpi(self) -> float:
        figure = self.ax.get_figure(root=True)
        return _DPI if figure is None else float(figure.dpi)

    def ruler(self, across: Across, upward: Upward) -> Transform:
        """Return the transform of a place: data, a share of the Axes, points from an edge.

        Points from the right edge and above the top edge are positive outside, so are those left
        of the left edge and below the bottom edge negative.
        """
        found = self._rulers.get((across, upward))
        if found is None:
            found = blended_transform_factory(self._one(across), self._one(upward))
            self._rulers[across, upward] = found
        return found

    def _one(self, name: Across | Upward) -> Transform:
        if name == "data":
            return self.ax.transData
        if name == "share":
            return self.ax.transAxes
        edge = {"left": (0, 0), "right": (1, 0), "top": (0, 1), "bottom": (0, 0)}[name]
        figure = self.ax.get_figure(root=True)
        assert figure is not None  # noqa: S101 - an Axes of a chart stands in a figure
        inches = Affine2D().scale(1 / 72) + figure.dpi_scale_trans
        axes = cast("Affine2DBase", self.ax.transAxes)
        return inches + ScaledTranslation(*edge, axes)

    def write(
        self,
        x: float,
        y: float,
        text: str,
        *,
        at: tuple[Across, Upward] = ("data", "data"),
        size: float = theme.CELL,
        colour: str = theme.INK,
        ha: Side = "left",
        va: Height = "center_baseline",
        bold: bool = False,
        limit: float | None = None,
        rotation: float = 0.0,
        halo: bool = False,
    ) -> Text:
        """Return the text as it was written: no mathematics in it, cut at `limit` points."""
        words = shortened(text, size, limit) if limit is not None else text
        written = self.ax.text(
            x,
            y,
            drawable(words),
            transform=self.ruler(*at),
            family=list(families()),
            fontsize=size,
            fontweight="normal",
            fontstyle="normal",
            color=colour,
            ha=ha,
            va=va,
            rotation=rotation,
            rotation_mode="anchor",
            parse_math=False,
            usetex=False,
            clip_path=self._clip,
            clip_on=False,
            zorder=5,
        )
        # One weight only is shipped: a thin stroke in the same colour reads as bold.
        effects: list[patheffects.AbstractPathEffect] = []
        if halo:
            effects.append(patheffects.withStroke(linewidth=2.6, foreground="white"))
        if bold:
            effects.append(patheffects.withStroke(linewidth=0.55, foreground=colour))
        elif halo:
            effects.append(patheffects.Normal())
        if effects:
            written.set_path_effects(effects)
        return written

    def line(
        self,
        xs: Sequence[float],
        ys: Sequence[float],
        *,
        at: tuple[Across, Upward] = ("data", "data"),
        colour: str = theme.INK,
        width: float = 0.7,
        style: Literal["-", "--", ":"] = "-",
        marker: str = "",
        marker_size: float = 0.0,
        edge: str | None = None,
        zorder: float = 2.0,
    ) -> Line2D:
        """Return the line that was drawn, or the marks at its points."""
        drawn = Line2D(
            xs,
            ys,
            transform=self.ruler(*at),
            color=colour,
            linewidth=width,
            linestyle=style,
            solid_capstyle="butt",
            dash_capstyle="butt",
            marker=marker,
            markersize=marker_size,
            markerfacecolor=colour,
            markeredgecolor=edge or colour,
            markeredgewidth=1.0 if edge else 0.0,
            clip_on=False,
            zorder=zorder,
        )
        drawn.set_clip_path(self._clip)
        self.ax.add_artist(drawn)
        return drawn

    def across_all(self, y: float, *, colour: str, width: float = 0.7) -> None:
        """Draw a rule at a row through the columns on both sides and the scale between them."""
        self.line([-self.room.left, 0], [y, y], at=("left", "data"), colour=colour, width=width)
        self.line([0, 1], [y, y], at=("share", "data"), colour=colour, width=width)
        self.line([0, self.room.right], [y, y], at=("right", "data"), colour=colour, width=width)

    def glyph(
        self,
        x: float,
        y: float,
        status: theme.Status,
        *,
        at: tuple[Across, Upward] = ("data", "data"),
        size: float = 6.0,
    ) -> None:
        """Draw the glyph of a status."""
        if status.marker == "_":
            half = size / 2
            self.line([x - half, x + half], [y, y], at=at, colour=status.colour, width=1.4)
            return
        self.line([x], [y], at=at, colour=status.colour, marker=status.marker, marker_size=size)


def open_canvas(
    ax: Axes | None,
    *,
    width: float,
    height: float,
    room: Room,
    lang: Lang,
    title: str,
    subtitle: str = "",
    marks: Iterable[Mark] = (),
    notes: Iterable[str] = (),
    basis: Basis | None = None,
) -> Canvas:
    """Return the canvas of a chart: in `ax`, or in a figure `width` inches wide of its own.

    `height` is that of the scale, in points; title, subtitle and notes take what they need.
    """
    chip = _SIMULATED.say(lang) if basis is not None and basis.simulated else ""
    total = width * 72 - 2 * _PAD if ax is None else _box_width(ax)
    chip_width = width_of(chip, theme.NOTE) + 14.0 if chip else 0.0
    title_lines = wrapped(title, theme.TITLE, total - chip_width - 8, lines=_TITLE_LINES)
    subtitle_lines = wrapped(subtitle, theme.SUBTITLE, total)
    rows = _flow(subtitle_lines[-1] if subtitle_lines else "", list(marks), total)
    note = _joined([*notes, *_basis_notes(basis, lang)], lang)
    note_lines = wrapped(note, theme.NOTE, total)
    heads = len(title_lines) or (1 if chip else 0)
    subtitle_rows = len(subtitle_lines[:-1]) + len(rows)
    above = (
        room.above
        + heads * theme.TITLE * LEADING
        + (subtitle_rows * theme.SUBTITLE * 1.6)
        + (_TO_FIRST_WORDS if heads or subtitle_rows else 0)
    )
    below = room.below + (len(note_lines) * theme.NOTE * LEADING + 9 if note_lines else 0)
    canvas = Canvas(
        _placed(ax, width * 72, height, attrs.evolve(room, above=above, below=below)), room
    )
    at: tuple[Across, Upward] = ("left", "top")
    y = above
    for line in title_lines:
        y -= theme.TITLE
        canvas.write(-room.left, y, line, at=at, size=theme.TITLE, va="baseline", bold=True)
        y -= theme.TITLE * (LEADING - 1)
    if chip:
        right = -room.left + total
        _write_chip(canvas, right, above - theme.TITLE * 0.62, chip, chip_width)
        y = min(y, above - theme.TITLE * LEADING)
    for line in subtitle_lines[:-1]:
        y -= theme.SUBTITLE * 1.6
        canvas.write(
            -room.left, y, line, at=at, size=theme.SUBTITLE, va="baseline", colour=theme.SECONDARY
        )
    for words, flow in rows:
        y -= theme.SUBTITLE * 1.6
        canvas.write(
            -room.left, y, words, at=at, size=theme.SUBTITLE, va="baseline", colour=theme.SECONDARY
        )
        for x, mark in flow:
            left = -room.left + x
            canvas.line(
                [left + _MARK_SIZE / 2],
                [y + theme.SUBTITLE * 0.36],
                at=at,
                colour=mark.colour,
                marker=mark.marker,
                marker_size=_MARK_SIZE,
            )
            canvas.write(
                left + _MARK_SIZE + 4,
                y,
                mark.text,
                at=at,
                size=theme.SUBTITLE,
                va="baseline",
                colour=mark.ink,
            )
    for number, line in enumerate(note_lines):
        canvas.write(
            -room.left,
            -room.below - 9 - theme.NOTE * (0.9 + LEADING * number),
            line,
            at=("left", "bottom"),
            size=theme.NOTE,
            va="baseline",
            colour=theme.SECONDARY,
        )
    # What a reader hears who does not see the picture.
    canvas.ax.set_label(" ".join(part for part in (title, subtitle, chip) if part))
    return canvas


def _write_chip(canvas: Canvas, right: float, y: float, text: str, width: float) -> None:
    height = theme.NOTE * 1.7
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


def _flow(
    words: str, marks: list[Mark], total: float
) -> list[tuple[str, list[tuple[float, Mark]]]]:
    """Return lines of words and marks, the marks after the words as long as they fit."""
    if not marks:
        return [(words, [])] if words else []
    rows: list[tuple[str, list[tuple[float, Mark]]]] = [(words, [])]
    x = width_of(words, theme.SUBTITLE) + (12.0 if words else 0.0)
    for mark in marks:
        if x > 0 and x + mark.width > total:
            rows.append(("", []))
            x = 0.0
        rows[-1][1].append((x, mark))
        x += mark.width + 11.0
    return rows


def _basis_notes(basis: Basis | None, lang: Lang) -> Iterable[str]:
    if basis is None:
        return
    sentences = [
        *(_SUGGESTED.say(lang, named(answer, lang)) for answer in basis.suggested),
        *(_ASSUMED.say(lang, named(one, lang).rstrip(".。")) for one in basis.assumptions),
    ]
    yield from sentences[:_ASSUMPTIONS_SHOWN]
    if len(sentences) > _ASSUMPTIONS_SHOWN:
        yield _MORE.say(lang, len(sentences) - _ASSUMPTIONS_SHOWN)


def _joined(sentences: list[str], lang: Lang) -> str:
    text = ""
    for sentence in filter(None, sentences):
        # Sentences of Chinese stand close; one of English among them does not.
        text += " " if text and (lang == "en" or text[-1].isascii()) else ""
        text += sentence
    return text


def _box_width(ax: Axes) -> float:
    figure = ax.get_figure(root=True)
    return float(ax.get_window_extent().width) * 72 / (figure.dpi if figure else _DPI)


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
    figure = Figure(figsize=(width / 72, total / 72), dpi=_DPI, facecolor="white")
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
