"""An Axes with rulers: places are data, shares of the Axes, or points from one of its edges.

Every chart draws its scale inside the Axes, and its words around it at fixed points, so that they
stand right at every size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias, cast

import attrs
from matplotlib import patheffects
from matplotlib.lines import Line2D
from matplotlib.transforms import (
    Affine2D,
    ScaledTranslation,
    TransformedPatchPath,
    blended_transform_factory,
)

from coverage_campaign.views.charts import _theme as theme
from coverage_campaign.views.charts._fonts import drawable, families
from coverage_campaign.views.charts._typeset import shortened, width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.text import Text
    from matplotlib.transforms import Affine2DBase, Transform

__all__ = ["DPI", "MARK_SIZE", "Across", "Canvas", "Mark", "Room", "Upward"]

Across: TypeAlias = Literal["data", "share", "left", "right"]
Upward: TypeAlias = Literal["data", "share", "top", "bottom"]
Side: TypeAlias = Literal["left", "center", "right"]
Height: TypeAlias = Literal["center_baseline", "baseline", "top", "bottom", "center"]

DPI: Final = 144.0
MARK_SIZE: Final = 7.0


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
        return float(self.ax.get_window_extent().width) * 72 / self._dpi

    @property
    def height(self) -> float:
        """The height of the scale in points."""
        return float(self.ax.get_window_extent().height) * 72 / self._dpi

    @property
    def _dpi(self) -> float:
        figure = self.ax.get_figure(root=True)
        return DPI if figure is None else float(figure.dpi)

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
