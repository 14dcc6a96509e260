"""Charts as files and as text for a page: the same chart gives the same bytes."""

from __future__ import annotations

import io
import re
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.saving import save_bytes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["figure_png", "inline_svg", "png_bytes"]

_SALT = "coverage_campaign"
# What would speak to the whole page (a style for every element), repeat in a second chart, or
# say what the label says.
_NOT_FOR_A_PAGE = (
    r"<metadata>.*?</metadata>\s*",
    r"<!--.*?-->\s*",
    r"<style[^>]*>\*\{[^}]*\}</style>\s*",
    r"<defs>\s*</defs>\s*",
)


def _figure(axes: Axes) -> Figure:
    figure = axes.get_figure(root=True)
    if figure is None:
        raise DefinitionError(Problem("axes", "belongs to no figure", "draw the chart anew"))
    return figure


def png_bytes(axes: Axes, *, dpi: float = 144) -> bytes:
    """Return the figure of a chart as PNG, without date or version in it."""
    stream = io.BytesIO()
    figure = _figure(axes)
    figure.savefig(
        stream, format="png", dpi=dpi, facecolor=figure.get_facecolor(), metadata={"Software": None}
    )
    return stream.getvalue()


def figure_png(axes: Axes, path: str | Path, *, dpi: float = 144) -> None:
    """Write the figure of a chart as a PNG file, the same bytes at every run."""
    save_bytes(path, png_bytes(axes, dpi=dpi))


def inline_svg(axes: Axes, *, label: str = "") -> str:
    """Return the figure of a chart as `<svg>` text to put into a page.

    Letters are outlines, so that the page looks the same on a machine without the font; `label`
    says in words what is seen, by default the title and subtitle of the chart.
    """
    from matplotlib import rc_context  # heavy, and no drawing can be without it

    stream = io.StringIO()
    figure = _figure(axes)
    # The two settings have no argument of their own; they hold for this file alone.
    with rc_context({"svg.hashsalt": _SALT, "svg.fonttype": "path"}):
        figure.savefig(
            stream,
            format="svg",
            facecolor=figure.get_facecolor(),
            metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
        )
    text = stream.getvalue()
    text = text[text.index("<svg") :]
    for pattern in _NOT_FOR_A_PAGE:
        text = re.sub(pattern, "", text, flags=re.DOTALL)
    text = re.sub(r'<g id="[^"]*"', "<g", text)
    words = escape(label or str(axes.get_label()), quote=True)
    root = f'<svg role="img" aria-label="{words}" style="stroke-linejoin:round;stroke-linecap:butt"'
    return text.replace("<svg", root, 1)
