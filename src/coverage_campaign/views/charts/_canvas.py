"""The Axes of a chart: its scale, and the words around it at fixed points from its edges.

A chart tells how many points it needs around its scale (`Room`) and how large the scale must be at
least. It draws into a figure of its own or within the box of the Axes that is given; where that box
changes (by a layout engine, or a new size of the figure) it is composed anew when it is drawn.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Literal, ParamSpec, TypeAlias, cast

import attrs
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch
from matplotlib.text import Text
from matplotlib.transforms import (
    Affine2D,
    Affine2DBase,
    Bbox,
    ScaledTranslation,
    Transform,
    TransformedPatchPath,
    blended_transform_factory,
)

from coverage_campaign.checks import kind_of
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import Language, check_language, message
from coverage_campaign.messages.formats import join_sentences
from coverage_campaign.model.readings import Basis
from coverage_campaign.views.charts import _theme as theme
from coverage_campaign.views.charts._lettering import (
    LEADING,
    drawable,
    families,
    shortened,
    width_of,
    wrapped,
)
from coverage_campaign.views.export import png_bytes

__all__ = [
    "MARK_SIZE",
    "Across",
    "Canvas",
    "ChartAxes",
    "Mark",
    "Room",
    "Upward",
    "chart",
    "figure_of",
    "open_canvas",
]

Across: TypeAlias = Literal["data", "share", "left", "right"]
Upward: TypeAlias = Literal["data", "share", "top", "bottom"]
Side: TypeAlias = Literal["left", "center", "right"]
Height: TypeAlias = Literal["center_baseline", "baseline", "top", "bottom", "center"]
_P = ParamSpec("_P")

DPI: Final = 144.0
MARK_SIZE: Final = 7.0
_PAD: Final = 11.0
_LEAST: Final = 10.0
_TITLE_LINES: Final = 2
_TO_FIRST_WORDS: Final = 14.0
_TO_NOTES: Final = 9.0
_SUBTITLE_PITCH: Final = theme.SUBTITLE * 1.6
_ASSUMPTIONS_SHOWN: Final = 4
# Points of the screen in an inch.
_SCREEN: Final = 96
_SIMULATED: Final = message("simulated data")


class ChartAxes(Axes):
    """An Axes that a notebook shows as the picture of its figure, once.

    A figure that pyplot does not know is shown by nobody, and one that it does know would be shown
    twice if it were returned.
    """

    def _repr_png_(self) -> tuple[bytes, dict[str, str | int]]:
        """Return the picture, its size on the screen and what to say in its place."""
        figure = self.get_figure(root=True)
        width, height = (0.0, 0.0) if figure is None else figure.get_size_inches()
        return png_bytes(self), {
            "width": round(width * _SCREEN),
            "height": round(height * _SCREEN),
            "alt": str(self.get_label()),
        }


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
        return MARK_SIZE + 5.0 + width_of(self.text, theme.SUBTITLE)


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
        return float(self.ax.get_window_extent().width) * 72 / figure_of(self.ax).dpi

    @property
    def height(self) -> float:
        """The height of the scale in points."""
        return float(self.ax.get_window_extent().height) * 72 / figure_of(self.ax).dpi

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
        inches = Affine2D().scale(1 / 72) + figure_of(self.ax).dpi_scale_trans
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
        label: str = "",
    ) -> Line2D:
        """Return the line that was drawn, or the marks at its points; `label` is for a legend."""
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
            label=label or "_",
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

    def x_ticks(self, places: Sequence[float], labels: Sequence[str]) -> None:
        """Set real ticks below the scale, without marks."""
        limits = self.ax.get_xlim()
        self.ax.set_xticks(list(places), list(labels), **_tick_type())
        self.ax.tick_params(axis="x", length=0, pad=5.0, labelbottom=True)
        # Ticks beyond the limits must not widen them.
        self.ax.set_xlim(limits)

    def y_ticks(
        self, places: Sequence[float], labels: Sequence[str], *, shown: bool = True
    ) -> None:
        """Set real ticks left of the scale, without marks; names beside a table are not shown."""
        limits = self.ax.get_ylim()
        self.ax.set_yticks(list(places), list(labels), **_tick_type())
        self.ax.tick_params(axis="y", length=0, pad=6.0, labelleft=shown)
        self.ax.set_ylim(limits)

    def axis_labels(self, across: str = "", upward: str = "") -> None:
        """Name the axes, for those who read them; the subtitle has the words."""
        self.ax.set_xlabel(across).set_visible(False)
        self.ax.set_ylabel(upward).set_visible(False)


def _tick_type() -> dict[str, Any]:
    return {
        "fontsize": theme.TICK,
        "color": theme.SECONDARY,
        "family": list(families()),
        "parse_math": False,
    }


def figure_of(ax: Axes) -> Figure:
    """Return the figure that an Axes of a chart belongs to."""
    figure = ax.get_figure(root=True)
    assert figure is not None  # noqa: S101 - an Axes of a chart stands in a figure
    return figure


# -- composing ------------------------------------------------------------------------------------


def chart(draw: Callable[_P, Axes]) -> Callable[_P, Axes]:
    """Return a chart function that composes its picture anew where the box of its Axes changes.

    Only what it drew itself is drawn again: what a caller added to the Axes stays. The language
    that is not given is that of the context when the chart is made.
    """

    @functools.wraps(draw)
    def drawn(*args: _P.args, **kwargs: _P.kwargs) -> Axes:
        options: dict[str, Any] = {
            **kwargs,
            "lang": check_language(cast("Any", kwargs.get("lang"))),
        }
        given = cast("Axes | None", options.pop("ax", None))
        run = cast("Callable[..., Axes]", draw)
        if given is not None and not isinstance(given, Axes):
            raise TypeError(f"ax takes axes of Matplotlib; this is {kind_of(given)}")
        kept = set() if given is None else set(given.get_children())
        ax = run(*args, **options, ax=given)
        made = [artist for artist in ax.get_children() if artist not in kept]
        _keep_composed(ax, functools.partial(run, *args), options, _removable(ax, made))
        return ax

    return drawn


def _removable(ax: Axes, made: list[Any]) -> list[Any]:
    parts = {*ax.spines.values(), ax.xaxis, ax.yaxis, ax.title, ax.patch}
    parts |= {ax._left_title, ax._right_title}  # type: ignore[attr-defined]  # noqa: SLF001
    return [artist for artist in made if artist not in parts]


def _keep_composed(
    ax: Axes, run: Callable[..., Axes], options: dict[str, Any], made: list[Any]
) -> None:
    """Compose the chart again where the Axes has another box, or the caller sets another title."""
    fit = cast("_Fit", ax.get_axes_locator())

    def compose(**changes: object) -> None:
        options.update(changes)
        for artist in made:
            artist.remove()
        kept = set(ax.get_children())
        fit.compose = None
        run(**options, ax=ax)
        again = [artist for artist in ax.get_children() if artist not in kept]
        _keep_composed(ax, run, options, _removable(ax, again))

    def set_title(label: str, *_: object, **__: object) -> Text:
        compose(title=label)
        return ax.title

    fit.compose = compose
    ax.set_title = set_title  # type: ignore[method-assign]  # it has a place of its own


@attrs.define(eq=False)
class _Fit:
    """Where the scale stands within the box of its Axes; matplotlib asks whenever it draws."""

    around: Room
    size: tuple[float, float]
    compose: Callable[[], None] | None = None

    def __call__(self, ax: Axes, renderer: object) -> Bbox:
        if self.compose is not None and _differs(self.size, box_size(ax)):
            compose, self.compose = self.compose, None
            compose()
            fit = cast("_Fit", ax.get_axes_locator())
            return fit(ax, renderer)
        box = ax.get_position(original=True)
        across, upward = (
            span / points for span, points in zip((box.width, box.height), self.size, strict=True)
        )
        left, bottom = box.x0 + self.around.left * across, box.y0 + self.around.below * upward
        # A layout engine asks before it has made room: there is always a scale.
        right = max(box.x1 - self.around.right * across, left + _LEAST * across)
        top = max(box.y1 - self.around.above * upward, bottom + _LEAST * upward)
        return Bbox.from_extents(left, bottom, right, top)


def _differs(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return any(abs(a - b) > 1.0 for a, b in zip(one, other, strict=True))


def box_size(ax: Axes) -> tuple[float, float]:
    """Return width and height of the whole box of an Axes, in points."""
    box, parent = ax.get_position(original=True), ax.figure.bbox
    points = 72 / figure_of(ax).dpi
    return float(box.width * parent.width) * points, float(box.height * parent.height) * points


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
    notes: Iterable[str] | None = (),
    basis: Basis | None = None,
    least: tuple[float, float] = (110.0, 80.0),
) -> Canvas:
    """Return the canvas of a chart: in `ax`, or in a figure `width` inches wide of its own.

    `height` is that of the scale and `least` its least width and height, in points; title, subtitle
    and notes take what they need. Without `notes` there is no basis below the chart either.
    """
    chip = _SIMULATED.text(lang) if basis is not None and basis.simulated else ""
    if ax is not None:
        _bare(ax)
        _lay_out(ax)
    total = width * 72 - 2 * _PAD if ax is None else box_size(ax)[0]
    title_room = total - 8 - (_chip_width(chip) if chip else 0.0)
    lines = wrapped(subtitle, theme.SUBTITLE, 0.985 * total)
    below = [] if notes is None else [*notes, *_basis_notes(basis, lang)]
    around = _Around(
        title=wrapped(title, theme.TITLE, title_room, lines=_TITLE_LINES),
        subtitle=lines[:-1],
        rows=_flow(lines[-1] if lines else "", list(marks), total),
        # Drawn letters are a little wider than measured ones.
        notes=wrapped(join_sentences(below, lang), theme.NOTE, 0.985 * total),
        chip=chip,
        width=total,
    )
    needed = attrs.evolve(room, above=room.above + around.above, below=room.below + around.below)
    if ax is None:
        ax = _own_axes(width * 72, height, needed)
    else:
        _check_size(ax, needed, least)
        # The words stand outside the scale: a ground of its own would cut it off from them.
        ax.patch.set_visible(False)
    fit = _Fit(needed, box_size(ax))
    ax.set_axes_locator(fit)  # type: ignore[arg-type]  # an Axes of its own
    ax.apply_aspect(fit(ax, None))
    _bare(ax)
    canvas = Canvas(ax, room)
    _write_head(canvas, around)
    _write_notes(canvas, around.notes)
    # What a reader hears who does not see the picture.
    ax.set_label(" ".join(part for part in (title, subtitle, chip) if part))
    return canvas


def _check_size(ax: Axes, needed: Room, least: tuple[float, float]) -> None:
    """Refuse a box in which words would run over one another, and say which is large enough."""
    wanted = (
        needed.left + needed.right + least[0],
        needed.above + needed.below + least[1],
    )
    found = box_size(ax)
    # A layout engine finds more room once the neighbours are drawn.
    slack = 1.0 if figure_of(ax).get_layout_engine() is None else 0.15 * max(found)
    if any(have < want - slack for have, want in zip(found, wanted, strict=True)):
        have, want = (
            " × ".join(f"{points / 72:.1f}" for points in pair) for pair in (found, wanted)
        )
        raise DefinitionError(
            Problem(
                "ax",
                message("{have} inches are too small for this chart", have=have),
                message(
                    "give an Axes of at least {want} inches, fewer units or notes=False",
                    want=want,
                ),
            )
        )


def _lay_out(ax: Axes) -> None:
    """Let the layout engine of the figure, where there is one, say how large the box will be."""
    engine = figure_of(ax).get_layout_engine()
    if engine is not None and ax.get_axes_locator() is None:
        engine.execute(figure_of(ax))


def _bare(ax: Axes) -> None:
    ax.set_xticks([])
    ax.set_yticks([])
    ax.tick_params(which="both", length=0, labelbottom=False, labelleft=False)
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.grid(visible=False)


def _own_axes(width: float, height: float, around: Room) -> Axes:
    total = height + around.above + around.below + 2 * _PAD
    figure = Figure(figsize=(width / 72, total / 72), dpi=DPI, facecolor="white")
    box = (_PAD / width, _PAD / total, 1 - 2 * _PAD / width, 1 - 2 * _PAD / total)
    axes = ChartAxes(figure, box, facecolor="white")
    figure.add_axes(axes)
    return axes


def _write_head(canvas: Canvas, around: _Around) -> None:
    left, top = -canvas.room.left, canvas.room.above + around.above
    y = top
    _write_title(canvas, around.title, left, y)
    y -= theme.TITLE * LEADING * len(around.title)
    if around.chip:
        _write_chip(canvas, left + around.width, top - theme.TITLE * 0.62, around.chip)
        y = min(y, top - theme.TITLE * LEADING)
    for words, flow in [*((line, []) for line in around.subtitle), *around.rows]:
        y -= _SUBTITLE_PITCH
        canvas.write(
            left,
            y,
            words,
            at=("left", "top"),
            size=theme.SUBTITLE,
            va="baseline",
            colour=theme.SECONDARY,
        )
        for x, mark in flow:
            _write_mark(canvas, left + x, y, mark)


def _write_title(canvas: Canvas, lines: list[str], left: float, top: float) -> None:
    """Write the title of the Axes itself, so that `ax.get_title()` returns it."""
    # With a height of its own matplotlib leaves the title where it is put.
    Axes.set_title(canvas.ax, "\n".join(map(drawable, lines)), y=1.0)
    canvas.ax.title.set(
        position=(left, top),
        transform=canvas.ruler("left", "top"),
        family=list(families()),
        fontsize=theme.TITLE,
        fontweight="normal",
        color=theme.INK,
        ha="left",
        va="top",
        linespacing=1.15,
        parse_math=False,
        path_effects=[patheffects.withStroke(linewidth=0.55, foreground=theme.INK)],
    )


def _write_mark(canvas: Canvas, x: float, y: float, mark: Mark) -> None:
    canvas.line(
        [x + MARK_SIZE / 2],
        [y + theme.SUBTITLE * 0.36],
        at=("left", "top"),
        colour=mark.colour,
        marker=mark.marker,
        marker_size=MARK_SIZE,
    )
    canvas.write(
        x + MARK_SIZE + 4,
        y,
        mark.text,
        at=("left", "top"),
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
