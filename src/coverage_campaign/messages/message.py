"""A sentence as data: its English text, the values in it, and its rendering in a language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from numbers import Integral
from string import Formatter
from typing import Any, Final, TypeAlias, Union, cast

import attrs
import numpy as np
import pandas as pd
from babel.lists import format_list

from coverage_campaign.errors import DefinitionError, Problem, Translatable
from coverage_campaign.messages import formats
from coverage_campaign.messages.language import Language, check_language, translated

__all__ = ["Message", "Translatable", "Value", "listed", "message", "message_in", "text_of"]

_LONGEST: Final = 60

Value: TypeAlias = Union[
    str, int, float, Fraction, Decimal, dt.date, "Message", Translatable, "tuple[Value, ...]", None
]


@attrs.frozen
class Message:
    """A sentence for people: English in the source, other languages from the catalogues.

    Two messages are equal if they say the same. `message` makes one.
    """

    msgid: str
    values: tuple[tuple[str, Value], ...] = ()
    context: str = ""

    def text(self, lang: str | None = None) -> str:
        """Return the sentence in a language; without one, in that of the context.

        >>> message("{n} {n:plural unit|units} above target", n=1).text("en")
        '1 unit above target'
        """
        language = check_language(lang)
        pattern = translated(self.msgid, language, context=self.context)
        return _Renderer(language).vformat(pattern, (), dict(self.values))

    def __str__(self) -> str:
        """Return the sentence in English."""
        return self.text("en")

    def __getitem__(self, name: str) -> Value:
        """Return the value of that name."""
        return dict(self.values)[name]


def message(msgid: str, /, **values: object) -> Message:
    """Return a message from its English text and the values that stand in it as `{name}`.

    A whole number is written with thousands parted, a date as a day, a tuple as a list, a name
    or another message in the language of the reader. A format after a colon says otherwise:
    `raw`, `decimal 1`, `signed 1`, `percent 1`, `share` (percent, as many digits as it has, at
    most two), `ceiling` (rounded up), `approximate`, `date` (with its year), `long date`, `month`,
    `month of year`, `list 8` (at most eight, then how many more), `sentences`,
    `plural unit|units`, and `!r` for the text as Python shows it.

    >>> reached = message(
    ...     "{n} {n:plural unit has|units have} reached the target: {names}.",
    ...     n=2, names=("Ash", "Birch"),
    ... )
    >>> reached.text("en")
    '2 units have reached the target: Ash and Birch.'
    >>> str(message("{share:percent 1} by {day:date}", share=0.0625, day=dt.date(2008, 9, 30)))
    '6.3% by 30 Sep 2008'
    """
    return Message(msgid, _values(values))


def message_in(context: str, msgid: str, /, **values: object) -> Message:
    """Return a message whose English alone does not tell its translation, such as one word.

    >>> message_in("column", "Done").text("en")
    'Done'
    """
    return Message(msgid, _values(values), context)


def _values(values: Mapping[str, object]) -> tuple[tuple[str, Value], ...]:
    return tuple((name, _frozen(value)) for name, value in values.items())


def text_of(value: str | Translatable, lang: str | None = None) -> str:
    """Return the text of a message or a name in a language; a plain text as it is.

    >>> text_of("430405"), text_of(message("{n} persons", n=3), "en")
    ('430405', '3 persons')
    """
    return value if isinstance(value, str) else value.text(check_language(lang))


def listed(texts: Sequence[str], lang: Language | None = None, *, limit: int | None = None) -> str:
    """Return texts one after the other: all, or the first `limit` and how many more there are.

    >>> listed(["Ash", "Birch", "Cedar"], "en"), listed(["甲", "乙", "丙"], "zh")
    ('Ash, Birch and Cedar', '甲、乙、丙')
    >>> listed(["Ash", "Birch", "Cedar"], "en", limit=1), listed(["甲", "乙", "丙"], "zh", limit=2)
    ('Ash and 2 more', '甲、乙等3个')
    """
    language = check_language(lang)
    separator = "、" if language in formats.CHINESE else ", "
    if limit is None or len(texts) <= limit:
        # CLDR sets 和 before the last; an office's list of names is parted alike throughout.
        if language in formats.CHINESE:
            return separator.join(texts)
        return format_list(list(texts), locale=formats.locale_of(language))
    return message(
        "{names} and {more} more",
        names=separator.join(texts[:limit]),
        more=len(texts) - limit,
        all=len(texts),
    ).text(language)


def _frozen(value: object) -> Value:
    """Return a value as a message keeps it: plain, hashable, equal by what it says."""
    if isinstance(value, (str, Translatable, Fraction, Decimal)):
        return value
    if isinstance(value, (Integral, np.bool_)):
        return int(value)
    if isinstance(value, Iterable) and not isinstance(value, (bytes, Mapping, set, frozenset)):
        return tuple(_frozen(part) for part in value)
    if value is None or bool(pd.isna(value)):  # type: ignore[call-overload]  # a scalar
        return None
    if isinstance(value, (float, np.floating)):
        return float(value)
    if isinstance(value, np.datetime64):
        value = pd.Timestamp(value)
    if isinstance(value, dt.datetime):
        value = value.date()
    return value if isinstance(value, dt.date) else _in_short(value)


def _in_short(value: object) -> str:
    """Return what Python shows of a value that is none to read: an error's message never raises."""
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _is_whole(number: float | Fraction | Decimal) -> bool:
    """Tell whether a number is whole; infinity and NaN are not."""
    if isinstance(number, float):
        return number.is_integer()
    return (isinstance(number, Fraction) or number.is_finite()) and number == int(number)


class _Renderer(Formatter):
    """Fills a pattern with values as one language writes them."""

    def __init__(self, lang: Language) -> None:
        self.lang = lang

    def get_field(
        self,
        field_name: str,
        args: Sequence[object],  # noqa: ARG002 the standard library's signature
        kwargs: Mapping[str, object],
    ) -> tuple[object, str]:
        # A plain name only: no attribute and no index of a value can be reached.
        if field_name not in kwargs:
            fix = message("give one of {known}", known=tuple(sorted(kwargs)))
            raise DefinitionError(Problem(f"{{{field_name}}}", "no value of this name", fix))
        return kwargs[field_name], field_name

    def format_field(self, value: object, format_spec: str) -> str:
        name, _, argument = format_spec.partition(" ")
        if isinstance(value, tuple) and name != "raw":
            texts = [self.format_field(part, "") for part in value]
            if name == "sentences":
                return formats.join_sentences(texts, self.lang)
            limit = int(argument) if argument else None
            return listed(texts, self.lang, limit=limit)
        if name == "plural":
            return formats.plural(cast("int", value), argument.split("|"), self.lang)
        if value is None and name != "raw":
            return formats.MISSING
        if not name:
            return self._plain(value)
        if format_spec not in _FORMATS and name not in _FORMATS:
            fix = message("give one of {known}", known=tuple(sorted(_FORMATS)))
            raise DefinitionError(Problem(f"{{:{format_spec}}}", "unknown", fix))
        form = _FORMATS.get(format_spec) or _FORMATS[name]
        return form(value, argument, self.lang)

    def _plain(self, value: object) -> str:
        if isinstance(value, dt.date):
            return formats.day(value, self.lang)
        if isinstance(value, int) and not isinstance(value, bool):
            return formats.count(value, self.lang)
        if isinstance(value, Translatable):
            return value.text(self.lang)
        if isinstance(value, (float, Fraction, Decimal)) and _is_whole(value):
            return formats.count(value, self.lang)
        # A text; or a number as it is: the message of an error never raises another.
        return str(value)


_FORMATS: Final[Mapping[str, Callable[[Any, str, Language], str]]] = {
    "raw": lambda value, _, lang: (
        value.text(lang) if isinstance(value, Translatable) else str(value)
    ),
    "count": lambda value, _, lang: formats.count(value, lang),
    "ceiling": lambda value, _, lang: formats.count(formats.rounded_up(value), lang),
    "decimal": lambda value, digits, lang: formats.decimal(value, int(digits), lang),
    "signed": lambda value, digits, lang: formats.signed(value, int(digits), lang),
    "percent": lambda value, digits, lang: formats.percent(value, int(digits or 1), lang),
    "share": lambda value, _, lang: f"{formats.number(100 * value, lang)}%",
    "approximate": lambda value, _, lang: formats.approximate(value, lang),
    "date": lambda value, _, lang: formats.day(value, lang, year=True),
    "long date": lambda value, _, lang: formats.day(value, lang, year=True, long=True),
    "long day": lambda value, _, lang: formats.day(value, lang, long=True),
    "month of year": lambda value, _, lang: formats.month(value, lang, year=True),
    "month": lambda value, _, lang: formats.month(value, lang),
    "long month": lambda value, _, lang: formats.month(value, lang, long=True),
    "number": lambda value, _, lang: formats.number(value, lang),
    "weekday": lambda value, _, lang: formats.weekday(value, lang),
}
