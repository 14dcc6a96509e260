"""Measured boxes of what a chart has drawn, and the sizes to measure at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text


# How many units, in which language: each size once, each language at the size of the notice.
SIZES = (
    (1, "en"),
    (5, "zh"),
    (12, "en"),
    (12, "zh"),
    (12, "zh-Hant"),
    (51, "zh-Hant"),
    (122, "en"),
)


def texts_of(ax: Axes) -> list[Text]:
    """Return every text that is seen, of the Axes and of those set into it."""
    written = [*ax.texts, ax.title, *ax.get_xticklabels(), *ax.get_yticklabels()]
    own = [text for text in written if text.get_visible() and text.get_text().strip()]
    return own + [text for child in ax.child_axes for text in texts_of(child)]


def words_of(ax: Axes) -> str:
    """Return everything that is written, one text a line."""
    return "\n".join(text.get_text() for text in texts_of(ax))


def boxes_of(ax: Axes) -> np.ndarray:
    """Return left, bottom, right and top of every text in pixels, one row a text."""
    ax.get_figure(root=True).draw_without_rendering()
    return np.array([text.get_window_extent().extents for text in texts_of(ax)])


def overlapping(texts: list[Text], boxes: np.ndarray, slack: float = 1.5) -> list[tuple[str, str]]:
    """Return the pairs of texts whose boxes overlap by more than `slack` pixels both ways."""
    left, bottom, right, top = boxes.T
    across = np.minimum(right[:, None], right) - np.maximum(left[:, None], left)
    upward = np.minimum(top[:, None], top) - np.maximum(bottom[:, None], bottom)
    pairs = np.argwhere(np.triu((across > slack) & (upward > slack), k=1))
    return [(texts[i].get_text(), texts[j].get_text()) for i, j in pairs]


def assert_readable(ax: Axes) -> None:
    """Assert that no two texts overlap and that none is cut off."""
    texts, boxes = texts_of(ax), boxes_of(ax)
    assert overlapping(texts, boxes) == []
    figure = ax.get_figure(root=True)
    width, height = figure.bbox.width, figure.bbox.height
    left, bottom, right, top = boxes.T
    cut = (left < 0) | (bottom < 0) | (right > width) | (top > height)
    assert [text.get_text() for text, lost in zip(texts, cut, strict=True) if lost] == []
