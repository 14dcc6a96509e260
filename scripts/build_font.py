"""Build the font that the charts ship: a cut of Noto Sans CJK SC, renamed Coverage Sans SC.

    apt-get install -y --no-install-recommends fonts-noto-cjk
    python scripts/build_font.py

The package of the first line is the source; nothing but this script needs it. The same source
gives the same bytes. To renew the list of characters of division names as well, name the folder of
an unpacked `china-division` package (npm, WTFPL):

    python scripts/build_font.py --divisions package/dist
"""

from __future__ import annotations

import argparse
import csv
from itertools import chain
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont

FAMILY = "Coverage Sans SC"
POSTSCRIPT = "CoverageSansSC-Regular"
SOURCE = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
SOURCE_FAMILY = "Noto Sans CJK SC"
FONTS = Path(__file__).parents[1] / "src/coverage_campaign/views/fonts"
NAMES = FONTS / "division_name_characters.txt"

# Letters of European languages, signs, arrows, mathematical signs, shapes, full-width forms:
# what a number, a unit of measure or a foreign name may need beside Chinese.
RANGES = (
    (0x0020, 0x007E),
    (0x00A0, 0x017F),
    (0x2000, 0x206F),
    (0x20A0, 0x20BF),
    (0x2100, 0x214F),
    (0x2150, 0x218F),
    (0x2190, 0x21FF),
    (0x2200, 0x22FF),
    (0x2460, 0x24FF),
    (0x25A0, 0x25FF),
    (0x2600, 0x266F),
    (0x2713, 0x2718),
    (0x3000, 0x303F),
    (0x3220, 0x3229),
    (0x3380, 0x33DF),
    (0xFF00, 0xFFEF),
)


def double_byte(encoding: str, lead: range, trail: range) -> set[str]:
    """Return the characters of a block of a double-byte character set."""
    found = set()
    for first in lead:
        for second in trail:
            try:
                found.add(bytes((first, second)).decode(encoding))
            except UnicodeDecodeError:
                continue
    return found


def standard_characters() -> set[str]:
    """Return signs, GB 2312 (simplified Chinese) and the first level of Big5 (traditional)."""
    signs = {chr(code) for low, high in RANGES for code in range(low, high + 1)}
    gb2312 = double_byte("gb2312", range(0xA1, 0xF8), range(0xA1, 0xFF))
    big5_level_1 = double_byte("big5", range(0xA4, 0xC7), range(0x40, 0xFF))
    # The level ends at C67E; what follows in the same row are user-defined signs.
    return signs | gb2312 | {c for c in big5_level_1 if c.encode("big5") <= b"\xc6\x7e"}


def division_names(folder: Path) -> set[str]:
    """Return the names in the tables of provinces, cities, counties and townships of `folder`."""
    names = set()
    for table in ("provinces", "cities", "areas", "streets"):
        with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            names |= {row["name"] for row in csv.DictReader(file)}
    return names


def write_division_characters(folder: Path, version: str) -> None:
    """Write down which characters of division names the standards lack."""
    beyond = sorted(set(chain(*division_names(folder))) - standard_characters())
    NAMES.write_text(
        "# Characters of Chinese division names (province to township) beyond GB 2312 and level 1\n"
        f"# of Big5. Source: npm package china-division {version} (WTFPL), which holds the list\n"
        "# of division codes of the National Bureau of Statistics of China; provinces.csv,\n"
        "# cities.csv, areas.csv, streets.csv. Written by scripts/build_font.py --divisions.\n"
        + "".join(beyond)
        + "\n",
        encoding="utf-8",
    )


def division_characters() -> set[str]:
    """Return the characters listed in the repository."""
    lines = NAMES.read_text(encoding="utf-8").splitlines()
    return set(chain(*(line for line in lines if not line.startswith("#"))))


def face(path: Path) -> TTFont:
    """Return the one face of the collection that is for simplified Chinese."""
    for font in TTCollection(str(path)).fonts:
        if font["name"].getDebugName(1) == SOURCE_FAMILY:
            return font
    raise SystemExit(f"{path}: no face {SOURCE_FAMILY!r} -- install Debian's fonts-noto-cjk")


def cut(font: TTFont, characters: set[str]) -> None:
    """Keep the glyphs of `characters` alone, without hints and layout tables."""
    options = Options()
    options.hinting = False
    options.desubroutinize = False
    options.layout_features = []
    options.name_IDs = ["*"]
    options.name_languages = ["*"]
    options.notdef_outline = True
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE", "GSUB", "GPOS", "GDEF", "DSIG"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[ord(character) for character in characters])
    subsetter.subset(font)


def rename(font: TTFont) -> None:
    """Give the cut a name of its own in every record; keep whose work it is and the licence.

    "Noto" is a trademark, and a full font of the old name beside this one would be taken for it.
    """
    names = font["name"]
    copyright_line = names.getDebugName(0)
    designers, licence, licence_url = (names.getDebugName(i) for i in (9, 13, 14))
    version = names.getDebugName(5).split(";")[0].removeprefix("Version ")
    names.names = []
    for number, text in {
        0: copyright_line,
        1: FAMILY,
        2: "Regular",
        3: f"{version};{POSTSCRIPT}",
        4: FAMILY,
        5: f"Version {version}; cut",
        6: POSTSCRIPT,
        9: designers,
        10: "A cut for the charts of the Python package coverage_campaign.",
        13: licence,
        14: licence_url,
    }.items():
        names.setName(text, number, 3, 1, 0x409)
    compact = font["CFF "].cff
    compact.fontNames = [POSTSCRIPT]
    top = compact.topDictIndex[0]
    top.FullName = top.FamilyName = FAMILY
    top.Notice = copyright_line
    for number, part in enumerate(top.FDArray):
        part.FontName = f"{POSTSCRIPT}-{number}"


def main() -> None:
    """Build the font; with --divisions the list of characters first."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--source", type=Path, default=SOURCE)
    parser.add_argument("--divisions", type=Path, help="folder of tables of china-division")
    parser.add_argument("--divisions-version", default="2.7.0")
    parser.add_argument("--output", type=Path, default=FONTS / f"{POSTSCRIPT}.otf")
    arguments = parser.parse_args()
    if arguments.divisions:
        write_division_characters(arguments.divisions, arguments.divisions_version)
    font = face(arguments.source)
    wanted = standard_characters() | division_characters()
    cut(font, wanted)
    rename(font)
    font.recalcTimestamp = False
    font.save(str(arguments.output))
    held = set(map(chr, font.getBestCmap()))
    print(
        f"{arguments.output}: {arguments.output.stat().st_size:,} bytes, {len(held):,} characters"
    )
    lost = {c for c in division_characters() if c not in held}
    if lost:
        raise SystemExit(f"{arguments.source}: lacks {''.join(sorted(lost))} -- take a newer font")


if __name__ == "__main__":
    main()
