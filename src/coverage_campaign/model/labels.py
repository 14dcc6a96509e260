"""Texts of the source: names in several languages, its clauses, dated values of law."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation

import attrs

from coverage_campaign.checks import checked_fields, checked_methods, shown
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import message
from coverage_campaign.model.dates import not_before, to_date, to_optional_date

__all__ = [
    "Clause",
    "Label",
    "Parameter",
    "to_label",
]

# The short tags that people type, and the tag that they mean.
_SHORT = {"zh": "zh-Hans", "zh-CN": "zh-Hans", "zh-TW": "zh-Hant", "zh-HK": "zh-Hant"}


def _to_texts(value: Mapping[str, str] | Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    pairs = value.items() if isinstance(value, Mapping) else value
    try:
        texts = tuple((str(tag), str(text)) for tag, text in pairs)
    except (TypeError, ValueError):
        fix = "give a text, or a table of texts by language tag, such as en and zh"
        raise DefinitionError(Problem("label", shown(value), fix)) from None
    if len(dict(texts)) < len(texts):
        tags = [tag for tag, _ in texts]
        raise DefinitionError(
            Problem("label", message("languages {tags}", tags=tags), "give one text a language")
        )
    return tuple(sorted(texts))


@checked_methods
@attrs.frozen(field_transformer=checked_fields)
class Label:
    """One name by language tag (BCP 47), such as `en`, `zh-Hans`, `zh-Hant`, in that order.

    >>> label = Label({"zh-Hans": "珠晖区", "en": "Zhuhui District"})
    >>> label.text("zh"), label.text("en"), label.text("fr")
    ('珠晖区', 'Zhuhui District', 'Zhuhui District')
    """

    texts: tuple[tuple[str, str], ...] = attrs.field(default=(), converter=_to_texts)

    def text(self, lang: str = "en") -> str:
        """Return the name in a language; else in English; else the first by its tag; else ''.

        A traditional name that is not given is the simplified one: names are never converted.
        """
        by_tag = dict(self.texts)
        full = _SHORT.get(lang, lang)
        for tag in (lang, full, "zh-Hans" if full == "zh-Hant" else full, "en"):
            if tag in by_tag:
                return by_tag[tag]
        return self.texts[0][1] if self.texts else ""

    def __str__(self) -> str:
        """Return the English name, or the first there is."""
        return self.text()


def to_label(value: Label | str | Mapping[str, str]) -> Label:
    """Return a label from itself, from an English text or from texts by language tag."""
    if isinstance(value, Label):
        return value
    return Label({"en": value} if isinstance(value, str) else value)


@attrs.frozen(field_transformer=checked_fields)
class Clause:
    """One clause of the source: its place there (`code`, such as '3(2)') and what it says."""

    code: str
    text: Label = attrs.field(converter=to_label)


def _is_decimal(_: object, attribute: attrs.Attribute[str], value: str) -> None:
    try:
        known = Decimal(value).is_finite()
    except InvalidOperation:
        known = False
    if not known:
        fix = "give decimal text, such as '0.0005'"
        raise DefinitionError(Problem(attribute.name, shown(value), fix))


@attrs.frozen(field_transformer=checked_fields)
class Parameter:
    """A dated, cited value from law: `value` holds from `since` until the next one of its code.

    `value` is decimal text, so that a rate such as '0.0005' stays exact; `unit` says of what.
    """

    code: str
    value: str = attrs.field(validator=_is_decimal)
    since: dt.date = attrs.field(converter=to_date)
    citation: str
    unit: str = ""
    until: dt.date | None = attrs.field(
        default=None, converter=to_optional_date, validator=not_before("since")
    )
