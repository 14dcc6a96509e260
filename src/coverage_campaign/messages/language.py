"""The languages that the library speaks, the default of a context, and the translations.

The translations are gettext catalogues, one file a room, read when a language is first wanted:
`locale/zh_Hans/LC_MESSAGES/<room>.po` are written by hand; those of `zh_Hant` are made from them by
`scripts/messages.py`. The text files are read as they are: nothing has to be compiled.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from babel.messages.pofile import read_po

from coverage_campaign.errors import DefinitionError, Problem

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

__all__ = [
    "LANGUAGES",
    "LOCALE",
    "Language",
    "check_language",
    "current_language",
    "language",
    "read_catalogue",
    "translated",
    "translations",
]

Language: TypeAlias = Literal["en", "zh", "zh-Hans", "zh-Hant"]
"""English, simplified Chinese ("zh" is short for "zh-Hans") and traditional Chinese."""

LANGUAGES: Final[dict[str, str]] = {"en": "en", "zh": "zh_Hans", "zh-Hant": "zh_Hant"}
"""The languages and the folder of the catalogue of each, which is also its CLDR locale."""

LOCALE: Final = Path(__file__).with_name("locale")

_CURRENT: ContextVar[Language | None] = ContextVar("language", default=None)


def check_language(lang: object = None, *, default: Language = "en") -> Language:
    """Return `lang` if the library speaks it; without one, that of the context, else the default.

    "zh-Hans" comes back as "zh", its short form, so that there is one word for each language.

    Raises a DefinitionError that names the languages there are.

    >>> check_language("zh")
    'zh'
    >>> check_language("fr")
    Traceback (most recent call last):
    coverage_campaign.errors.DefinitionError: lang: 'fr' -- one of: en, zh, zh-Hant
    """
    if lang is None:
        return _CURRENT.get() or default
    word = lang if isinstance(lang, str) else ""
    if word == "zh-Hans":
        return "zh"
    if word not in LANGUAGES:
        raise DefinitionError(Problem("lang", repr(lang), "one of: en, zh, zh-Hant"))
    return lang  # type: ignore[return-value]  # one of the keys, which are the Literal's words


def current_language() -> Language:
    """Return the language that texts take where none is asked for: English by default."""
    return _CURRENT.get() or "en"


@contextmanager
def language(lang: Language) -> Generator[None]:
    """Return a context in which texts, charts and documents are in `lang` unless told otherwise.

    It holds for the current thread or task alone, so that a service can answer each request in
    the language of its reader. Errors, reprs, `.message` and `.notes` stay in English.

    >>> from coverage_campaign.messages.message import listed
    >>> with language("zh"):
    ...     listed(["甲", "乙", "丙"], limit=2)
    '甲、乙等3个'
    """
    token = _CURRENT.set(check_language(lang))
    try:
        yield
    finally:
        _CURRENT.reset(token)


# -- catalogues ------------------------------------------------------------------------------------


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
