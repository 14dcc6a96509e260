"""Single controls with their labels in the reader's language, all equally wide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import ipywidgets
from traitlets import TraitError, validate

from coverage_campaign.messages import Language, Message, message
from coverage_campaign.views.charts._text import shortened, width_of
from coverage_campaign.views.explorer import phrases
from coverage_campaign.views.explorer.choices import GIVEN

__all__ = ["Fields", "OpenSlider"]

# In em of the page's letters, which are wider than those that are measured with.
_LEAST_LABEL, _MOST_LABEL, _BESIDE, _WIDER = 11.0, 20.0, 16.0, 1.1
_STEPS: Final = (1, 2, 5)
_MOST: Final = 10**15


class OpenSlider(ipywidgets.IntSlider):  # type: ignore[misc]  # ipywidgets has no types
    """A slider whose scale grows with a value beyond it, where others cut the value silently."""

    max: int

    @validate("value")
    def _validate_value(self, proposal: dict[str, Any]) -> int:
        value: int = max(proposal["value"], self.min)
        if value > _MOST:
            raise TraitError(f"total: {value:,} -- give a number of persons, at most {_MOST:,}")
        self.max = max(self.max, value)
        return value


class Fields:
    """Makes controls; `names` are the labels that are not known beforehand."""

    def __init__(self, lang: Language, names: Iterable[str]) -> None:
        """Measure the names."""
        self._lang = lang
        widest = max((width_of(name, 1.0) for name in names), default=0.0)
        self._label = min(max(_WIDER * widest + 1, _LEAST_LABEL), _MOST_LABEL)

    def _named(self, words: str) -> dict[str, Any]:
        return {
            "description": shortened(words, 1.0, (_MOST_LABEL - 1) / _WIDER),
            "tooltip": words,
            "style": {"description_width": f"{self._label:.1f}em"},
            "layout": {"width": f"{self._label + _BESIDE:.1f}em"},
        }

    def total(self, persons: int) -> OpenSlider:
        """Return a slider of persons, from nobody to twice as many."""
        step = _round_step(persons)
        most = max(-(-2 * persons // step) * step, 100)
        words = phrases.TOTAL.text(self._lang)
        return OpenSlider(
            value=persons, min=0, max=most, step=step, readout_format=",d", **self._named(words)
        )

    def influence(self, label: str, value: int) -> ipywidgets.IntSlider:
        """Return a slider from 0 to 100."""
        return ipywidgets.IntSlider(value=value, min=0, max=100, **self._named(label))

    def number(
        self, words: Message, value: float, *, step: float, most: float = 100
    ) -> ipywidgets.BoundedFloatText:
        """Return a field for a number from 0 to `most`."""
        named_so = self._named(words.text(self._lang))
        return ipywidgets.BoundedFloatText(
            value=value, min=0, max=max(most, value), step=step, **named_so
        )

    def count(self, words: Message, value: int) -> ipywidgets.BoundedIntText:
        """Return a field for a whole number."""
        named_so = self._named(words.text(self._lang))
        return ipywidgets.BoundedIntText(value=value, min=0, max=max(1000, value), **named_so)

    def choice(
        self, words: Message, known: Mapping[str, Message], start: str, given: str
    ) -> ipywidgets.Dropdown:
        """Return a list to choose from; what was `given` stands first if no other stands for it."""
        options = {code: one.text(self._lang) for code, one in known.items()}
        if start == GIVEN:
            options = {GIVEN: message("as given: {name}", name=given).text(self._lang), **options}
        chosen = self.one_of(words, options)
        chosen.value = start
        return chosen

    def one_of(self, words: Message, options: Mapping[str, str]) -> ipywidgets.Dropdown:
        """Return a list of names to choose a code from."""
        pairs = [(name, code) for code, name in options.items()]
        return ipywidgets.Dropdown(options=pairs, **self._named(words.text(self._lang)))

    def typed(self, words: Message) -> ipywidgets.Text:
        """Return a field for text, empty for "none"; it is read when it is typed to its end."""
        return ipywidgets.Text(
            placeholder=phrases.NO_BOUND.text(self._lang),
            continuous_update=False,
            **self._named(words.text(self._lang)),
        )


def _round_step(value: int) -> int:
    """Return 1, 2 or 5 times a power of ten, a hundredth of the value or a little more."""
    power = 1
    while True:
        for factor in _STEPS:
            if factor * power * 100 >= value:
                return factor * power
        power *= 10
