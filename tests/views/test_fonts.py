"""The font: complete for what it is for, named as ours, never boxes."""

from __future__ import annotations

import warnings
from importlib import resources
from pathlib import Path

import matplotlib as mpl
import pytest
from fontTools.ttLib import TTFont

from coverage_campaign.views.charts import _lettering as fonts

FOLDER = Path(str(resources.files("coverage_campaign.views"))) / "fonts"
FONT = FOLDER / "CoverageSansSC-Regular.otf"


@pytest.fixture(scope="module")
def font() -> TTFont:
    """Return the shipped font as an independent reader sees it."""
    return TTFont(FONT)


def test_every_simplified_and_common_traditional_character_is_there(font: TTFont) -> None:
    """GB 2312 has 6,763 Chinese characters, level 1 of Big5 5,401; the font holds every one."""
    held = font.getBestCmap()
    gb2312 = _block("gb2312", range(0xB0, 0xF8), range(0xA1, 0xFF))
    big5 = {c for c in _block("big5", range(0xA4, 0xC7), range(0x40, 0xFF)) if _level_1(c)}
    assert (len(gb2312), len(big5)) == (6_763, 5_401)
    assert {c for c in gb2312 | big5 if ord(c) not in held} == set()


def test_names_of_divisions_are_there(font: TTFont) -> None:
    """The characters that names of divisions need beyond the standards are listed and held."""
    lines = (FOLDER / "division_name_characters.txt").read_text(encoding="utf-8").splitlines()
    listed = "".join(line for line in lines if not line.startswith("#"))
    assert len(listed) > 100
    assert set("浉邨峃垟") <= set(listed)
    assert {c for c in listed if ord(c) not in font.getBestCmap()} == set()


def test_font_bears_our_name_and_keeps_its_makers(font: TTFont) -> None:
    """No record bears the trademark; copyright and licence are those of the original."""
    records = {record.nameID: str(record) for record in font["name"].names}
    assert records[1] == records[4] == "Coverage Sans SC"
    assert records[6] == "CoverageSansSC-Regular"
    assert "Adobe" in records[0]
    assert "SIL Open Font License" in records[13]
    assert b"Noto" not in FONT.read_bytes()
    licence = (FOLDER.parent / "OFL.txt").read_text(encoding="utf-8")
    assert "Copyright 2014-2021 Adobe" in licence
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence


def test_font_is_small() -> None:
    """The font stays fit for a package."""
    assert 1_500_000 < FONT.stat().st_size < 2_400_000


def test_chinese_font_comes_first_and_nothing_global_changes() -> None:
    """Families are concrete, ours first; matplotlib's settings stay as they were."""
    before = dict(mpl.rcParams)
    assert fonts.families()[:2] == ("Coverage Sans SC", "DejaVu Sans")
    assert dict(mpl.rcParams) == before


def test_missing_glyph_is_told_once_with_the_way_out() -> None:
    """A character that no font has gives one warning that names it, then the mark for it."""
    with pytest.warns(fonts.FontWarning, match=r"U\+13001 EGYPTIAN HIEROGLYPH A002.*addfont"):
        assert fonts.drawable("a\U00013001b") == "a〓b"
    with warnings.catch_warnings(record=True) as again:
        warnings.simplefilter("always")
        assert fonts.drawable("\U00013001") == "〓"
    assert again == []


def test_control_characters_do_not_reach_the_picture() -> None:
    """Breaks become spaces; marks that turn the writing direction go."""
    assert fonts.drawable("a\r\n\tb\u202ec\u0000") == "a   bc "


@pytest.mark.parametrize(
    "text", ["衡阳市耒阳县", "擴面徵繳專項行動", "Zażółć gęślą", "−3.3 ↑↓ ●▲■◆ №①"]
)
def test_text_of_bulletins_is_covered(text: str) -> None:
    """What bulletins are written with has a glyph."""
    assert fonts.missing_glyphs(text) == ""


def _block(encoding: str, lead: range, trail: range) -> set[str]:
    found = set()
    for first in lead:
        for second in trail:
            try:
                found.add(bytes((first, second)).decode(encoding))
            except UnicodeDecodeError:
                continue
    return found


def _level_1(character: str) -> bool:
    return b"\xa4\x40" <= character.encode("big5") <= b"\xc6\x7e"
