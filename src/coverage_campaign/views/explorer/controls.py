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
from coverage_campaign.views.charts._lettering import shortened, width_of
from coverage_campaign.views.explorer.choices import (
    BOUNDS,
    CAP,
    CURVE,
    CURVES,
    FLOOR,
    GIVEN,
    METHOD,
    METHODS,
    PICTURES,
    RATE,
    SHARED_BY,
    TOTAL,
    UNIT,
    UPLIFT,
    Choices,
    Settings,
    exact,
    read_persons,
)

__all__ = ["Controls"]

# In em of the page's letters, which are wider than those that are measured with.
_LEAST_LABEL, _MOST_LABEL, _BESIDE, _WIDER = 10.0, 20.0, 16.0, 1.1
_NUMBER: Final = 6.5
# All of a narrow screen but the margin that every widget has.
_ALL: Final = "calc(100% - 4px)"
# More units than that are looked for by name.
_MANY: Final = 20
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
            "layout": {"width": f"{self._label + _BESIDE:.1f}em", "max_width": _ALL},
        }

    def row(self, words: str, slider: ipywidgets.IntSlider) -> ipywidgets.HBox:
        """Return a slider beside a number field that has its label and its value.

        A handle has no name that a screen reader could read out; the field has.
        """
        most = max(_MOST, slider.max) if isinstance(slider, OpenSlider) else slider.max
        field = ipywidgets.BoundedIntText(
            value=slider.value, min=slider.min, max=most, step=slider.step, **self._named(words)
        )
        field.layout.width = f"{self._label + _NUMBER:.1f}em"
        ipywidgets.link((slider, "value"), (field, "value"))
        wrapped = {"max_width": "100%", "flex_flow": "row wrap"}
        return ipywidgets.HBox([field, slider], layout=wrapped)

    def total(self, persons: int) -> OpenSlider:
        """Return a slider of persons, from nobody to twice as many."""
        step = _round_step(persons)
        most = max(-(-2 * persons // step) * step, 100)
        return OpenSlider(value=persons, min=0, max=most, step=step, **_BARE)

    def influence(self, value: int) -> ipywidgets.IntSlider:
        """Return a slider from 0 to 100."""
        return ipywidgets.IntSlider(value=value, min=0, max=100, **_BARE)

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

    def search(self) -> ipywidgets.Text:
        """Return a field for a part of a unit's name; it is followed letter by letter."""
        return ipywidgets.Text(**self._named(message("Find a unit").text(self._lang)))

    def typed(self, words: Message) -> ipywidgets.Text:
        """Return a field for text, empty for "none"; it is read when it is typed to its end."""
        return ipywidgets.Text(
            placeholder=message("none").text(self._lang),
            continuous_update=False,
            **self._named(words.text(self._lang)),
        )


_BARE: Final[Mapping[str, Any]] = {
    "readout": False,
    "layout": {"width": f"{_BESIDE - _NUMBER:.1f}em", "max_width": _ALL},
}


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
        self.rate = make.number(RATE, _percent(start.rate), step=0.5)
        method, curve = choices.baseline.method, (choices.baseline.curve or curves.even)
        self.method = make.choice(METHOD, METHODS, start.method, name_of(method))
        self.parameter = make.number(
            message("Parameter"), float(start.parameter), step=0.05, most=2
        )
        self.weights = {code: make.influence(value) for code, value in start.influences}
        self._rows = {"": make.row(TOTAL.text(lang), self.total)}
        self._rows |= {code: make.row(labels[code], one) for code, one in self.weights.items()}
        self.uplift = make.number(UPLIFT, _percent(start.uplift), step=0.5)
        self.curve = make.choice(CURVE, CURVES, start.curve, name_of(curve))
        first, last = start.ramp
        self.ramp_first = make.count(message("First day"), first)
        self.ramp_last = make.count(message("Last day"), last)
        self._units = {unit.code: unit.label.text(lang) for unit in choices.units}
        self.find = make.search()
        self.unit = make.one_of(UNIT, self._units)
        self.floor = make.typed(FLOOR)
        self.cap = make.typed(CAP)
        pictures = {code: words.text(lang) for code, words in PICTURES.items()}
        self.picture = make.one_of(message("Picture"), pictures)
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
        names = (FLOOR, CAP)
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

    @property
    def found(self) -> list[str]:
        """The units whose name or code has what is looked for in it; all where nothing is."""
        sought = self.find.value.strip().casefold()
        return [
            code
            for code, name in self._units.items()
            if sought in name.casefold() or sought in code.casefold()
        ]

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
            self.find.value = ""
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
        self.find.observe(self._offer_found, names="value")
        self.unit.observe(lambda _: self._show_bounds(), names="value")
        for control in (self.floor, self.cap):
            control.observe(self._typed_a_bound, names="value")

    def _moved(self, _: object) -> None:
        if not self._held:
            self._hide_what_does_not_apply()
            self._changed()

    def _offer_found(self, _: object) -> None:
        """Offer the units that are found, and all again where none is."""
        codes = self.found or list(self._units)
        chosen = self.unit.value
        with self._silence():
            self.unit.options = [(self._units[code], code) for code in codes]
            if chosen in codes:
                self.unit.value = chosen
        self._show_bounds()

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
        many = len(self._units) > _MANY
        for control, applies in (
            (self.total, shared),
            (self._rows[""], shared),
            (self.find, many),
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
            for words in (SHARED_BY, BOUNDS)
        }
        for heading in headings.values():
            heading.layout.display = None if shared else "none"
        return ipywidgets.VBox(
            [
                *(self._rows[""], self.rate, self.method, self.parameter),
                *(headings[SHARED_BY], *(self._rows[code] for code in self.weights)),
                *(headings[BOUNDS], self.find, self.unit, self.floor, self.cap),
                *(self.uplift, self.curve, self.ramp_first, self.ramp_last, self.picture),
            ],
            layout={"max_width": "100%", "min_width": "0"},
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
