"""Which inputs differ from the baseline, in the words of the controls."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from coverage_campaign.allocation.apportionment.methods import name_of
from coverage_campaign.messages import Language, Message, message
from coverage_campaign.messages.formats import count
from coverage_campaign.scheduling import curves
from coverage_campaign.views.explorer import phrases
from coverage_campaign.views.explorer.choices import GIVEN

if TYPE_CHECKING:
    from coverage_campaign.views.explorer.choices import Choices
    from coverage_campaign.views.explorer.settings import Settings

__all__ = ["differences"]


def differences(choices: Choices, now: Settings, lang: Language) -> list[str]:
    """Return each input that differs, such as 'Total (persons): 76,000 → 90,000'."""
    return list(_differences(choices, now, lang))


def _differences(choices: Choices, now: Settings, lang: Language) -> Iterator[str]:
    start = choices.start
    if now.persons != start.persons:
        yield _moved(phrases.TOTAL, count(start.persons), count(now.persons), lang=lang)
    if now.rate != start.rate:
        yield _moved(phrases.RATE, _rate(start.rate), _rate(now.rate), lang=lang)
    if _method(choices, now, lang) != _method(choices, start, lang):
        methods = (_method(choices, one, lang) for one in (start, now))
        yield _moved(phrases.METHOD, *methods, lang=lang)
    if now.influences != start.influences:
        yield phrases.WEIGHTS.text(lang)
    if (now.floors, now.caps) != (start.floors, start.caps):
        yield phrases.BOUNDS.text(lang)
    if now.uplift != start.uplift:
        yield _moved(phrases.UPLIFT, _rate(start.uplift), _rate(now.uplift), lang=lang)
    if _curve(choices, now, lang) != _curve(choices, start, lang):
        curves = (_curve(choices, one, lang) for one in (start, now))
        yield _moved(phrases.CURVE, *curves, lang=lang)


def _moved(words: Message, before: str, after: str, *, lang: Language) -> str:
    return (
        f"{words.text(lang)}: {before} → {after}"
        if lang == "en"
        else f"{words.text(lang)}：{before} → {after}"
    )


def _rate(rate: Fraction | None) -> str:
    return "" if rate is None else f"{float(100 * rate):g}%"


def _method(choices: Choices, settings: Settings, lang: Language) -> str:
    if settings.method == GIVEN:
        return message("as given: {name}", name=name_of(choices.baseline.method)).text(lang)
    name = phrases.METHODS[settings.method].text(lang)
    takes_one = settings.method in {"stationary", "modified"}
    return f"{name} ({settings.parameter})" if takes_one else name


def _curve(choices: Choices, settings: Settings, lang: Language) -> str:
    if settings.curve == GIVEN:
        return message(
            "as given: {name}", name=name_of(choices.baseline.curve or curves.even)
        ).text(lang)
    first, last = settings.ramp
    ends = f" {first}:{last}" if settings.curve == "ramp" else ""
    return phrases.CURVES[settings.curve].text(lang) + ends
