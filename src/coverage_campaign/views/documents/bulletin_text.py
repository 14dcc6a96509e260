"""What a head reads first in a bulletin, in numbered parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from coverage_campaign.views.documents.bulletin_chinese import chinese
from coverage_campaign.views.documents.bulletin_english import english

if TYPE_CHECKING:
    from coverage_campaign.views.documents.bulletin_facts import BulletinFacts
    from coverage_campaign.views.documents.document import Lang

__all__ = ["Paragraph", "numbered", "paragraphs"]

_NUMERALS: Final = "一二三四五六七八九十"


@attrs.frozen
class Paragraph:
    """A numbered part of a bulletin: its heading and its sentences."""

    heading: str
    sentences: tuple[str, ...]


def paragraphs(facts: BulletinFacts, lang: Lang) -> tuple[Paragraph, ...]:
    """Return the parts of a bulletin that have something to say, numbered."""
    parts = chinese(facts) if lang == "zh" else english(facts)
    told = [(heading, texts) for heading, texts in parts if texts]
    return tuple(
        Paragraph(numbered(place, heading, lang), tuple(texts))
        for place, (heading, texts) in enumerate(told)
    )


def numbered(place: int, heading: str, lang: Lang) -> str:
    """Return a heading with its number, the first at place 0.

    >>> numbered(0, "总体情况", "zh"), numbered(1, "Who leads", "en")
    ('一、总体情况', '2. Who leads')
    """
    return f"{_NUMERALS[place]}、{heading}" if lang == "zh" else f"{place + 1}. {heading}"
