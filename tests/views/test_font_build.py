"""The script that builds the font makes what is shipped."""

from __future__ import annotations

import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

SOURCE = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
SCRIPT = Path(__file__).parents[2] / "scripts" / "build_font.py"
SHIPPED = Path(str(resources.files("coverage_campaign.views"))) / "fonts/CoverageSansSC-Regular.otf"


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.skipif(not SOURCE.exists(), reason="needs Debian's package fonts-noto-cjk")
def test_build_gives_the_shipped_font(tmp_path: Path) -> None:
    """Built anew from Debian's font, the cut has the same characters, widths and names."""
    built = tmp_path / "built.otf"
    subprocess.run([sys.executable, SCRIPT, "--output", built], check=True, capture_output=True)  # noqa: S603 - our own script
    new, old = TTFont(built), TTFont(SHIPPED)
    assert new.getBestCmap() == old.getBestCmap()
    assert new["hmtx"].metrics == old["hmtx"].metrics
    assert [str(one) for one in new["name"].names] == [str(one) for one in old["name"].names]
