"""Charts as files: the same bytes, no pyplot, no leak, one picture in a notebook."""

from __future__ import annotations

import gc
import io
import subprocess
import sys
import weakref
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from coverage_campaign.views import charts
from coverage_campaign.views.export import figure_png, inline_svg, png_bytes
from support.stand_ins import HOSTILE, progress

if TYPE_CHECKING:
    from pathlib import Path


def test_png_is_the_same_at_every_run(tmp_path: Path) -> None:
    """Two drawings of one progress are the same file, and hold no date or version."""
    for name in ("a.png", "b.png"):
        figure_png(charts.ranking(progress(12)), tmp_path / name)
    first, second = (tmp_path / name for name in ("a.png", "b.png"))
    assert first.read_bytes() == second.read_bytes()
    with Image.open(first) as picture:
        assert set(picture.info) == {"dpi"}


def test_svg_is_the_same_text_and_escapes_names() -> None:
    """Inline SVG is one well-formed element without comments, metadata, script or date."""
    texts = [inline_svg(charts.ranking(progress(12, named=HOSTILE))) for _ in range(2)]
    assert texts[0] == texts[1]
    assert texts[0].startswith('<svg role="img" aria-label="')
    assert "<script" not in texts[0]
    assert "<!--" not in texts[0]
    assert "<metadata" not in texts[0]
    assert "<style" not in texts[0]
    assert "<g id" not in texts[0]
    root = ET.fromstring(texts[0])  # noqa: S314 - our own text
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert not [one for one in root.iter() if one.tag.endswith("}text")]


def test_notebook_shows_the_picture_with_words_for_it() -> None:
    """The Axes of an own figure shows itself as PNG, with its size and what to say instead."""
    ax = charts.ranking(progress(5))
    picture, about = ax._repr_png_()
    assert picture == png_bytes(ax)
    assert Image.open(io.BytesIO(picture)).format == "PNG"
    assert "units are behind the plan" in str(about["alt"])
    assert about["width"] == round(ax.figure.get_size_inches()[0] * 96)


def test_figure_is_let_go() -> None:
    """Nobody keeps a figure once its Axes is gone."""
    ax = charts.ranking(progress(5))
    figure = weakref.ref(ax.figure)
    del ax
    gc.collect()
    assert figure() is None


@pytest.mark.slow
def test_pyplot_is_never_loaded() -> None:
    """Drawing and saving leaves pyplot unloaded; naming the charts loads no matplotlib at all."""
    code = (
        "import sys; sys.path.insert(0, 'tests')\n"
        "from coverage_campaign.views import charts\n"
        "assert 'matplotlib' not in sys.modules\n"
        "from support.stand_ins import progress\n"
        "from coverage_campaign.views.export import png_bytes\n"
        "png_bytes(charts.ranking(progress(5)))\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)  # noqa: S603 - our own
