"""The translations: gettext catalogues, one file a room, read when a language is first wanted.

`locale/zh_Hans/LC_MESSAGES/<room>.po` are written by hand; those of `zh_Hant` are made from them by
`scripts/messages.py`. The text files are read as they are: nothing has to be compiled.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from babel.messages.pofile import read_po

from coverage_campaign.messages.language import LANGUAGES, Language

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

__all__ = ["LOCALE", "read_catalogue", "translated", "translations"]

LOCALE: Final = Path(__file__).with_name("locale")


def read_catalogue(path: Path) -> Catalog:
    """Return the catalogue in a .po file."""
    with path.open("rb") as file:
        return read_po(file, abort_invalid=True)


@cache
def translations(lang: Language) -> dict[tuple[str, str], str]:
    """Return the translation of each (context, English text) that a language has."""
    found: dict[tuple[str, str], str] = {}
    for path in sorted((LOCALE / LANGUAGES[lang] / "LC_MESSAGES").glob("*.po")):
        for entry in read_catalogue(path):
            if entry.id and entry.string and not entry.fuzzy:
                found[entry.context or "", str(entry.id)] = str(entry.string)
    return found


def translated(msgid: str, lang: Language, *, context: str = "") -> str:
    """Return the pattern of a message in a language; in English where it has none."""
    return msgid if lang == "en" else translations(lang).get((context, msgid), msgid)
