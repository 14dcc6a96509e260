"""Long texts: templates per language, thin, fed with facts; each line is a paragraph."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from coverage_campaign.messages import LANGUAGES, Language, current_language, formats, text_of
from coverage_campaign.messages.message import listed
from coverage_campaign.views.documents.paper import plain

__all__ = ["paragraphs", "parts"]


class _Heading(str):
    """A line that begins a part: it alone may hold the mark that no text of a caller can."""

    __slots__ = ()


_MARK: Final = "\x02"
_MOST_NAMED: Final = 40


@functools.cache
def _environment(lang: Language) -> Environment:
    environment = Environment(
        loader=PackageLoader("coverage_campaign.views.documents", f"templates/{LANGUAGES[lang]}"),
        autoescape=False,  # noqa: S701 - plain text, which each writer escapes in its own way
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalized,
    )
    environment.globals["part"] = lambda heading: _Heading(f"{_MARK}{heading}")
    filters: dict[str, Callable[..., str]] = {
        "count": lambda value: formats.count(value, lang),
        "percent": lambda value, digits=1: formats.percent(value, digits, lang),
        "points": lambda value: formats.decimal(abs(value), 1, lang),
        "decimal": lambda value, digits=1: formats.decimal(value, digits, lang),
        "number": lambda value: formats.number(value, lang, most=1),
        "about": lambda value: formats.approximate(value, lang),
        "day": lambda value: formats.day(value, lang, year=True, long=True),
        "month": lambda value: formats.month(value, lang, long=True),
        "text": lambda value: text_of(value, lang),
        "list": lambda values: listed(
            [text_of(one, lang) for one in values], lang, limit=_MOST_NAMED
        ),
        "names": lambda rows: listed(
            [text_of(row.label, lang) for row in rows], lang, limit=_MOST_NAMED
        ),
        "plural": lambda number, *forms: formats.plural(number, forms, lang),
    }
    environment.filters |= filters
    return environment


def _finalized(value: object) -> object:
    """Return what a template prints: a text of a caller stays on its line."""
    return plain(value) if isinstance(value, str) and not isinstance(value, _Heading) else value


def paragraphs(name: str, /, **facts: object) -> tuple[str, ...]:
    """Return the lines of a template, filled in the language of the context, without empty ones."""
    template = _environment(current_language()).get_template(f"{name}.jinja")
    return tuple(line for line in map(str.strip, template.render(facts).split("\n")) if line)


def parts(name: str, /, **facts: object) -> list[tuple[str, tuple[str, ...]]]:
    """Return the headings of a template and the lines below each; a part without lines is out."""
    found: list[tuple[str, list[str]]] = []
    for line in paragraphs(name, **facts):
        if line.startswith(_MARK):
            found.append((line.removeprefix(_MARK), []))
        else:
            found[-1][1].append(line)
    return [(heading, tuple(lines)) for heading, lines in found if lines]
