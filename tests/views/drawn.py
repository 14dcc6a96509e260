"""Measured boxes of what a chart has drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text


def texts_of(ax: Axes) -> list[Text]:
    """Return every text that is seen, of the Axes and of those set into it."""
    own = [text for text in ax.texts if text.get_visible() and text.get_text().strip()]
    return own + [text for child in ax.child_axes for text in texts_of(child)]


def words_of(ax: Axes) -> str:
    """Return everything that is written, one text a line."""
    return "\n".join(text.get_text() for text in texts_of(ax))


def overlapping(ax: Axes, *, slack: float = 1.5) -> list[tuple[str, str]]:
    """Return the pairs of texts whose boxes overlap by more than `slack` pixels both ways."""
    ax.get_figure(root=True).draw_without_rendering()
    texts = texts_of(ax)
    boxes = np.array([text.get_window_extent().extents for text in texts])
    left, bottom, right, top = boxes.T
    across = np.minimum(right[:, None], right) - np.maximum(left[:, None], left)
    upward = np.minimum(top[:, None], top) - np.maximum(bottom[:, None], bottom)
    pairs = np.argwhere(np.triu((across > slack) & (upward > slack), k=1))
    return [(texts[i].get_text(), texts[j].get_text()) for i, j in pairs]


def outside(ax: Axes) -> list[str]:
    """Return the texts that reach beyond the figure."""
    figure = ax.get_figure(root=True)
    figure.draw_without_rendering()
    width, height = figure.bbox.width, figure.bbox.height
    lost = []
    for text in texts_of(ax):
        left, bottom, right, top = text.get_window_extent().extents
        if left < 0 or bottom < 0 or right > width or top > height:
            lost.append(text.get_text())
    return lost


def assert_readable(ax: Axes) -> None:
    """Assert that no two texts overlap and that none is cut off."""
    assert overlapping(ax) == []
    assert outside(ax) == []
