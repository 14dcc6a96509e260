"""The Axes of a figure that a notebook shows by itself."""

from __future__ import annotations

from matplotlib.axes import Axes

from coverage_campaign.views.export import png_bytes

__all__ = ["ChartAxes"]

# Points of the screen in an inch.
_SCREEN = 96


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
