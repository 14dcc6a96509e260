"""Draw the pictures of README and docs/reference/gallery.md: `python scripts/make_pictures.py`.

They are drawn from the two campaigns of `examples/`, and kept in few colours: the repository is
read more often than a pixel is counted.
"""

import io
import sys
from pathlib import Path

from matplotlib.axes import Axes
from PIL import Image

import coverage_campaign as cc
from coverage_campaign.views.export import png_bytes

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
sys.path.insert(0, str(ROOT / "examples"))
import gallery  # noqa: E402 - the examples are no package
import hengyang  # noqa: E402 - see above
import us_vaccination_2021  # noqa: E402 - see above

LANGUAGES: tuple[gallery.Lang, ...] = ("en", "zh")
# Enough for hairlines beside bars and for the edges of letters; the colour of a few letters counts
# as much as that of many, so the palette covers all colours instead of the frequent ones.
COLOURS = 128


def keep(axes: Axes, name: str) -> Path:
    """Write a chart in few colours and return its path."""
    path = IMAGES / f"{name}.png"
    picture = Image.open(io.BytesIO(png_bytes(axes, dpi=110))).convert("RGB")
    picture.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
        path, optimize=True
    )
    return path


def main() -> None:
    """Write every picture, in two languages, and say how much they take together."""

    def quiet(_: str) -> None:
        return None

    IMAGES.mkdir(parents=True, exist_ok=True)
    notice = gallery.of_hengyang(hengyang.flow(quiet))
    doses = gallery.of_united_states(us_vaccination_2021.flow(quiet))
    written = []
    for lang in LANGUAGES:
        for name, chart in gallery.CHARTS.items():
            subject = doses if name == "back_test" else notice
            axes = chart(subject, lang)
            if axes is not None:
                written.append(keep(axes, f"{name.replace('_', '-')}-{lang}"))
        real = cc.charts.burn_up(doses.progress, doses.forecast, lang=lang)
        written.append(keep(real, f"burn-up-us-{lang}"))
    total = sum(path.stat().st_size for path in written)
    print(f"{len(written)} pictures, {total / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
