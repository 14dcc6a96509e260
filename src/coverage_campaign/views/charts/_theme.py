"""Colours, sizes and marks of the charts, and what the three marks of a unit's progress mean.

Colour never stands alone: each status has a glyph and a word too, and the three colours keep apart
in grey print and for the colour-blind (least CIE76 difference 50 for the three kinds of
colour-blindness, 16 in grey).
"""

from __future__ import annotations

import re
from typing import Final, Literal, TypeAlias

import attrs

from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import Message, message
from coverage_campaign.progress.unit_progress import STATUS_WORDS, StatusCode

__all__ = [
    "AMBER",
    "AMBER_INK",
    "BLUE",
    "HAIRLINE",
    "INK",
    "NAVY",
    "RED",
    "SECONDARY",
    "SEQUENCE",
    "SERIES",
    "TERTIARY",
    "TRACK",
    "Colours",
    "Status",
    "Theme",
    "ink_on",
    "readable",
    "row_type",
    "shade",
    "theme_of",
    "tint",
]

INK: Final = "#1B2733"
SECONDARY: Final = "#55626F"
TERTIARY: Final = "#98A3AE"
HAIRLINE: Final = "#DDE3E9"
TRACK: Final = "#ECEFF3"
BLUE: Final = "#2877B8"
AMBER: Final = "#F0B429"
RED: Final = "#931F14"
NAVY: Final = "#12283A"
# Amber words on white would have a contrast of 1.9 to 1 only.
AMBER_INK: Final = "#8A5B00"
SEQUENCE: Final = ("#F4F8FB", "#C9DEEF", "#7FB2DA", "#2877B8", "#12283A")
# A line and the words about it.
SERIES: Final = ((BLUE, BLUE), (RED, RED), ("#D9A21B", AMBER_INK), (NAVY, NAVY))

TITLE: Final = 13.5
SUBTITLE: Final = 9.5
LABEL: Final = 9.5
TICK: Final = 9.0
CELL: Final = 8.5
NOTE: Final = 7.5


@attrs.frozen
class Status:
    """How a unit stands against its plan: a colour, the colour of words, a glyph and a word."""

    colour: str
    ink: str
    marker: str
    words: Message


_MARKERS: Final = {"on_plan": "o", "slightly_behind": "^", "behind": "s"}


def _colour(_: object, field: attrs.Attribute[str], value: object) -> None:
    if not isinstance(value, str) or not re.fullmatch(r"#[0-9A-Fa-f]{6}", value):
        fix = "write it as #RRGGBB, such as '#2877B8'"
        raise DefinitionError(
            Problem(field.name, message("{value} is no colour", value=repr(value)), fix)
        )


@attrs.frozen
class Theme:
    """The three colours of good, fair and bad, as `#RRGGBB`.

    Words in a colour are made darker until they can be read on white. In China red is the colour of
    success: `colours="red_is_good"` exchanges the first and the last.

    >>> import coverage_campaign as cc
    >>> cc.charts.Theme(good="#00695C").bad
    '#931F14'
    """

    good: str = attrs.field(default=BLUE, validator=_colour)
    fair: str = attrs.field(default=AMBER, validator=_colour)
    bad: str = attrs.field(default=RED, validator=_colour)

    @property
    def statuses(self) -> tuple[Status, Status, Status]:
        """On schedule, slightly behind and behind."""
        codes: tuple[StatusCode, ...] = ("on_plan", "slightly_behind", "behind")
        one, two, three = (self.of(code) for code in codes)
        return one, two, three

    def of(self, status: StatusCode) -> Status:
        """Return how a status of a unit is shown: three colours, and grey for what has no figure.

        >>> [str(Theme().of(status).words) for status in ("on_plan", "behind", "not_reported")]
        ['on schedule', 'behind', 'not reported']
        """
        words = STATUS_WORDS[status]
        kind = "on_plan" if status == "reached" else status
        if kind not in _MARKERS:
            return Status(TERTIARY, SECONDARY, "_", words)
        colour = {"on_plan": self.good, "slightly_behind": self.fair, "behind": self.bad}[kind]
        return Status(colour, readable(colour), _MARKERS[kind], words)


Colours: TypeAlias = Literal["blue_is_good", "red_is_good"] | Theme
"""The colours of good and bad: by name, or three of one's own."""


def theme_of(colours: Colours) -> Theme:
    """Return the three colours that are meant.

    >>> theme_of("red_is_good").good
    '#931F14'
    """
    if isinstance(colours, Theme):
        return colours
    return Theme(good=RED, bad=BLUE) if colours == "red_is_good" else Theme()


def readable(colour: str) -> str:
    """Return a colour, or a darker one of its kind, whose words can be read on white (WCAG AA).

    >>> readable(RED), readable(AMBER)
    ('#931F14', '#8A5B00')
    """
    if colour == AMBER:
        return AMBER_INK
    while 1.05 / (_luminance(colour) + 0.05) < 4.5:  # noqa: PLR2004 - WCAG 2.2, 1.4.3
        colour = "#" + "".join(f"{int(colour[i : i + 2], 16) * 9 // 10:02X}" for i in (1, 3, 5))
    return colour


def tint(colour: str, share: float) -> str:
    """Return a colour mixed with white, `share` of it the colour.

    >>> tint("#000000", 0.2)
    '#CCCCCC'
    """
    parts = (round(255 - share * (255 - int(colour[i : i + 2], 16))) for i in (1, 3, 5))
    return "#" + "".join(f"{part:02X}" for part in parts)


def row_type(rows: int) -> tuple[float, float]:
    """Return size of the letters and distance of the rows, in points, for so many rows.

    >>> row_type(12), row_type(122)
    ((8.5, 19.0), (8.0, 13.0))
    """
    few, many = 24, 60
    if rows <= few:
        return CELL, 19.0
    return (CELL, 15.5) if rows <= many else (8.0, 13.0)


def ink_on(colour: str) -> str:
    """Return the words' colour, dark or white, with the higher contrast on a ground (WCAG 2.2).

    >>> ink_on("#F4F8FB"), ink_on("#12283A")
    ('#1B2733', '#FFFFFF')
    """
    ground = _luminance(colour)
    white = 1.05 / (ground + 0.05)
    dark = (ground + 0.05) / (_luminance(INK) + 0.05)
    return INK if dark >= white else "#FFFFFF"


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - WCAG
        for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def shade(share: float) -> str:
    """Return the colour of a share from 0 (pale) to 1 (dark).

    >>> shade(0.0), shade(0.5), shade(1.0)
    ('#F4F8FB', '#7FB2DA', '#12283A')
    """
    steps = len(SEQUENCE) - 1
    place = min(max(share, 0.0), 1.0) * steps
    left = min(int(place), steps - 1)
    low, high = SEQUENCE[left], SEQUENCE[left + 1]
    mixed = (
        round(
            int(low[i : i + 2], 16)
            + (int(high[i : i + 2], 16) - int(low[i : i + 2], 16)) * (place - left)
        )
        for i in (1, 3, 5)
    )
    return "#" + "".join(f"{part:02X}" for part in mixed)
