"""The controls of the explorer: ipywidgets that read as one value, and go back to the baseline."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from typing import Any, Final

import ipywidgets
from traitlets import TraitError, validate

from coverage_campaign.allocation.apportionment.methods import name_of
from coverage_campaign.messages import Language, Message, message
from coverage_campaign.model.units import Unit
from coverage_campaign.scheduling import curves
from coverage_campaign.views.charts._text import shortened, width_of
from coverage_campaign.views.explorer import phrases
from coverage_campaign.views.explorer.choices import GIVEN, Choices, Settings, exact, read_persons

__all__ = ["Controls"]

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


class Controls:
    """One control an input, in the language of the reader; `changed` is called when one moves."""

    def __init__(self, choices: Choices, lang: Language, changed: Callable[[], None]) -> None:
        """Build the controls at the baseline."""
        self._choices = choices
        self._lang = lang
        self._changed = changed
        self._held = False
        start = choices.start
        labels = {code: choices.weighting_label(code, lang) for code, _ in start.influences}
        make = Fields(lang, labels.values())
        self.total = make.total(start.persons or 0)
        self.rate = make.number(phrases.RATE, _percent(start.rate), step=0.5)
        method, curve = choices.baseline.method, (choices.baseline.curve or curves.even)
        self.method = make.choice(phrases.METHOD, phrases.METHODS, start.method, name_of(method))
        self.parameter = make.number(phrases.PARAMETER, float(start.parameter), step=0.05, most=2)
        self.weights = {
            code: make.influence(labels[code], value) for code, value in start.influences
        }
        self.uplift = make.number(phrases.UPLIFT, _percent(start.uplift), step=0.5)
        self.curve = make.choice(phrases.CURVE, phrases.CURVES, start.curve, name_of(curve))
        first, last = start.ramp
        self.ramp_first = make.count(phrases.FIRST, first)
        self.ramp_last = make.count(phrases.LAST, last)
        units = {unit.code: unit.label.text(lang) for unit in choices.units}
        self.unit = make.one_of(phrases.UNIT, units)
        self.floor = make.typed(phrases.FLOOR)
        self.cap = make.typed(phrases.CAP)
        pictures = {code: words.text(lang) for code, words in phrases.PICTURES.items()}
        self.picture = make.one_of(phrases.PICTURE, pictures)
        self._bounds = _texts_of(choices)
        self._show_bounds()
        self._hide_what_does_not_apply()
        self._listen()

    # -- reading ---------------------------------------------------------------------------------

    def read(self) -> Settings:
        """Return where the controls stand; a DefinitionError if a bound is no number."""
        start = self._choices.start
        return Settings(
            persons=None if start.persons is None else self.total.value,
            rate=None
            if start.rate is None
            else _unless_moved(self.rate.value, start.rate, scale=100),
            method=self.method.value,
            parameter=_unless_moved(self.parameter.value, start.parameter),
            influences=tuple((code, slider.value) for code, slider in self.weights.items()),
            floors=self._read_bounds(0, start.floors),
            caps=self._read_bounds(1, start.caps),
            uplift=_unless_moved(self.uplift.value, start.uplift, scale=100),
            curve=self.curve.value,
            ramp=(self.ramp_first.value, self.ramp_last.value),
        )

    def _read_bounds(
        self, side: int, start: tuple[tuple[str, int], ...]
    ) -> tuple[tuple[str, int], ...]:
        names = (phrases.FLOOR, phrases.CAP)
        read = {
            unit.code: read_persons(
                self._bounds[unit.code][side],
                where=f"{unit.label.text(self._lang)}, {names[side].text(self._lang)}",
            )
            for unit in self._choices.units
        }
        bounds = {code: count for code, count in read.items() if count is not None}
        return start if bounds == dict(start) else tuple(bounds.items())

    def bound_lines(self) -> list[str]:
        """Return each unit that has a floor or a cap typed, with both."""
        return [
            f"{unit.label.text(self._lang)} {self._bound_text(unit)}"
            for unit in self._choices.units
            if any(self._bounds[unit.code])
        ]

    def _bound_text(self, unit: Unit) -> str:
        low, high = (text.strip() for text in self._bounds[unit.code])
        return " ".join([f"≥ {low}"] * bool(low) + [f"≤ {high}"] * bool(high))

    # -- moving ----------------------------------------------------------------------------------

    def reset(self) -> None:
        """Put every control back to the baseline; the change is told once."""
        start = self._choices.start
        first, last = start.ramp
        with self._silence():
            if start.persons is not None:
                self.total.value = start.persons
            self.rate.value = _percent(start.rate)
            self.method.value = start.method
            self.parameter.value = float(start.parameter)
            for code, value in start.influences:
                self.weights[code].value = value
            self.uplift.value = _percent(start.uplift)
            self.curve.value = start.curve
            self.ramp_first.value, self.ramp_last.value = first, last
            self._bounds = _texts_of(self._choices)
            self._show_bounds()
        self._moved(None)

    @contextmanager
    def _silence(self) -> Iterator[None]:
        held, self._held = self._held, True
        try:
            yield
        finally:
            self._held = held

    def _listen(self) -> None:
        inputs = [self.total, self.rate, self.method, self.parameter, self.uplift, self.curve]
        inputs += [self.ramp_first, self.ramp_last, self.picture, *self.weights.values()]
        for control in inputs:
            control.observe(self._moved, names="value")
        self.unit.observe(lambda _: self._show_bounds(), names="value")
        for control in (self.floor, self.cap):
            control.observe(self._typed_a_bound, names="value")

    def _moved(self, _: object) -> None:
        if not self._held:
            self._hide_what_does_not_apply()
            self._changed()

    def _typed_a_bound(self, _: object) -> None:
        if not self._held:
            self._bounds[self.unit.value] = (self.floor.value, self.cap.value)
            self._moved(None)

    def _show_bounds(self) -> None:
        with self._silence():
            self.floor.value, self.cap.value = self._bounds[self.unit.value]

    def _hide_what_does_not_apply(self) -> None:
        shared = self._choices.start.persons is not None
        scheduled = self._choices.scheduled
        rising = scheduled and self.curve.value == "ramp"
        takes_a_parameter = shared and self.method.value in {"stationary", "modified"}
        for control, applies in (
            (self.total, shared),
            (self.rate, not shared),
            (self.method, shared),
            (self.parameter, takes_a_parameter),
            (self.uplift, shared),
            (self.curve, scheduled),
            (self.ramp_first, rising),
            (self.ramp_last, rising),
            *((control, shared) for control in (self.unit, self.floor, self.cap)),
        ):
            control.layout.display = None if applies else "none"

    # -- building --------------------------------------------------------------------------------

    def box(self) -> ipywidgets.VBox:
        """Return the controls one below the other."""
        shared = self._choices.start.persons is not None
        headings = {
            words: ipywidgets.Label(words.text(self._lang), style={"font_weight": "bold"})
            for words in (phrases.SHARED_BY, phrases.BOUNDS)
        }
        for heading in headings.values():
            heading.layout.display = None if shared else "none"
        return ipywidgets.VBox(
            [
                *(self.total, self.rate, self.method, self.parameter),
                *(headings[phrases.SHARED_BY], *self.weights.values()),
                *(headings[phrases.BOUNDS], self.unit, self.floor, self.cap),
                *(self.uplift, self.curve, self.ramp_first, self.ramp_last, self.picture),
            ]
        )


def _unless_moved(shown: float, start: Fraction, *, scale: int = 1) -> Fraction:
    """Return what a control shows as it is read, or the exact start that it still stands at."""
    return start if shown == float(scale * start) else exact(shown) / scale


def _percent(rate: Fraction | None) -> float:
    return float(100 * (rate or 0))


def _texts_of(choices: Choices) -> dict[str, tuple[str, str]]:
    floors, caps = dict(choices.start.floors), dict(choices.start.caps)
    return {
        unit.code: (_text(floors.get(unit.code)), _text(caps.get(unit.code)))
        for unit in choices.units
    }


def _text(count: int | None) -> str:
    return "" if count is None else f"{count:,}"
