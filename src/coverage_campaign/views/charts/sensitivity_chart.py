"""What moves the result most: one input at a time, the widest first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import attrs
import pandas as pd
from matplotlib.axes import Axes

from coverage_campaign.allocation.tree import leaf_of, of_whole
from coverage_campaign.checks import checked_call
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.frames import IntSeries
from coverage_campaign.messages import Language, check_language, message, text_of
from coverage_campaign.messages.formats import count, signed
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.readings import Basis
from coverage_campaign.scenarios.scenario import allocation_of
from coverage_campaign.scenarios.study import Study
from coverage_campaign.views.charts import _theme as theme
from coverage_campaign.views.charts._canvas import Canvas, Room, chart, open_canvas
from coverage_campaign.views.charts._lettering import shortened, width_of
from coverage_campaign.views.charts._ticks import round_steps
from coverage_campaign.views.words import input_name, input_value

__all__ = ["Bar", "bars_of", "sensitivity"]

_WIDTH: Final = 7.4
# Twenty letters of Chinese.
_NAME_LIMIT: Final = 192.0
_VALUE_LIMIT: Final = 110.0
_FEW: Final = 24
_LEAST_SCALE: Final = 260.0


_NOTHING: Final = message("No input changes it")
_ABOUT: Final = message("People; one input at a time, the others as in the baseline")

_NO_EFFECT: Final = message("no effect")


@attrs.frozen
class Bar:
    """What is varied, the results at both ends, and the input values that give them."""

    name: str
    low: float
    high: float
    low_value: str = ""
    high_value: str = ""
    base: float | None = None

    @property
    def range(self) -> float:
        """How far the result moves."""
        return self.high - self.low


def _baseline(shares: IntSeries, code: str, campaign: Campaign) -> int:
    """Return a unit's share; of an upper unit's own people, what the units below it leave."""
    if code in shares.index:
        return int(shares[code])
    whole = of_whole(code)
    below = [unit.code for unit in campaign.units if unit.parent == whole]
    return int(shares[whole]) - int(shares.reindex(below).fillna(0).sum())


def bars_of(study: Study, *, unit: str | None, lang: Language) -> tuple[Bar, ...]:
    """Return the bars of a study, the widest first: of each unit, or of each input for one unit."""
    campaign = study.baseline.campaign
    if unit is not None:
        return tuple(
            attrs.evolve(
                bar,
                name=text_of(input_name(bar.name, campaign), lang),
                low_value=text_of(input_value(bar.low_value, campaign), lang),
                high_value=text_of(input_value(bar.high_value, campaign), lang),
            )
            for bar in given_bars(study.tornado(unit))
        )
    shares = allocation_of(study.baseline).shares()
    bars = [
        Bar(
            leaf_of(campaign, str(code), study.baseline.among).label.text(lang),
            float(least),
            float(most),
            base=float(_baseline(shares, str(code), campaign)),
        )
        for code, least, most in study.ranges()[["unit", "least", "most"]].itertuples(index=False)
    ]
    return tuple(sorted(bars, key=lambda bar: -abs(bar.range)))


def given_bars(frame: pd.DataFrame) -> tuple[Bar, ...]:
    """Return the bars of a frame: input, low_value, high_value, low, high and, maybe, base."""
    columns = ["input", "low_value", "high_value", "low", "high"]
    lacking = [name for name in columns if name not in frame.columns]
    if lacking:
        raise DefinitionError(
            Problem(
                "frame",
                message("no column {lacking}", lacking=lacking),
                message("columns: {columns}", columns=columns),
            )
        )
    bases = frame["base"].tolist() if "base" in frame.columns else [None] * len(frame)
    rows = zip(*(frame[column].tolist() for column in columns), bases, strict=True)
    bars = [
        Bar(
            str(name),
            float(low),
            float(high),
            str(low_value),
            str(high_value),
            None if base is None or pd.isna(base) else float(base),
        )
        for name, low_value, high_value, low, high, base in rows
    ]
    return tuple(sorted(bars, key=lambda bar: -abs(bar.range)))


@checked_call
@chart
@checked_call
def sensitivity(
    subject: Study | pd.DataFrame,
    *,
    unit: str | None = None,
    base: float | None = None,
    target: float | None = None,
    ax: Axes | None = None,
    lang: Language | None = None,
    colours: theme.Colours = "blue_is_good",
    title: str | None = None,
    notes: bool = True,
) -> Axes:
    """Return the Axes of one bar an input, the widest first, around the line of the baseline.

    A study shows how far each unit's share moves over its grid; with `unit`, how far each input
    moves the share of that unit while the others stay as in the baseline. A frame has the columns
    input, low_value, high_value, low, high (results in persons) and needs `base`.

    >>> import coverage_campaign as cc
    >>> campaign = cc.load_case("hengyang", year=2008)
    >>> weights = cc.weights.by_measure("census_2000")
    >>> baseline = cc.Scenario(campaign=campaign, weights=weights)
    >>> study = cc.explore(baseline, over={"total": [70_000, 76_000, 86_000]})
    >>> cc.charts.sensitivity(study, unit="430481", title="Leiyang").get_label()
    'Leiyang People; one input at a time, the others as in the baseline'
    """
    lang, palette = check_language(lang), theme.theme_of(colours)
    if isinstance(subject, pd.DataFrame):
        bars, centre, basis, about = given_bars(subject), base, None, _ABOUT.text(lang)
        if centre is None:
            raise DefinitionError(
                Problem("base", "None", "give the result of the baseline, or a study")
            )
    else:
        bars = bars_of(subject, unit=unit, lang=lang)
        centre = bars[0].base if unit is not None and bars else None
        basis = subject.basis
        about = (
            message(
                "Share of each unit, people, over every combination of {inputs}",
                inputs=[input_name(name, subject.baseline.campaign) for name in subject.over],
            ).text(lang)
            if unit is None
            else _ABOUT.text(lang)
        )
    return _drawn(
        bars,
        centre,
        target,
        ax=ax,
        lang=lang,
        title=_headline(subject, bars, unit, lang) if title is None else title,
        about=about,
        palette=palette,
        notes=notes,
        basis=basis,
    )


def _headline(
    subject: Study | pd.DataFrame, bars: Sequence[Bar], unit: str | None, lang: Language
) -> str:
    if not bars or not bars[0].range:
        return _NOTHING.text(lang)
    if isinstance(subject, pd.DataFrame):
        return message("It depends most on {input}", input=bars[0].name).text(lang)
    if unit is None:
        return message(
            "{unit} varies most, by {persons}", unit=bars[0].name, persons=bars[0].range
        ).text(lang)
    label = subject.baseline.campaign.unit(unit).label.text(lang)
    return message(
        "{unit}: its share depends most on the {input}", input=bars[0].name, unit=label
    ).text(lang)


def _drawn(
    bars: Sequence[Bar],
    base: float | None,
    target: float | None,
    *,
    ax: Axes | None,
    lang: Language,
    title: str,
    about: str,
    palette: theme.Theme,
    notes: bool,
    basis: Basis | None,
) -> Axes:
    names = [shortened(bar.name, theme.LABEL, _NAME_LIMIT) for bar in bars]
    size, pitch = theme.row_type(len(bars))
    values = [
        max(width_of(shortened(text, size, _VALUE_LIMIT), size) for text in pair)
        for pair in ((bar.low_value, bar.high_value) for bar in bars)
    ]
    beside = max([0.0, *values]) + 8
    label = max([0.0, *(width_of(name, theme.LABEL) for name in names)])
    room = Room(
        left=label + beside + 34,
        right=beside + 34,
        above=36 if target is not None else 22 if base is not None else 4,
        below=20,
    )
    canvas = open_canvas(
        ax,
        width=max(_WIDTH, (room.left + room.right + _LEAST_SCALE + 22) / 72),
        height=(pitch + 8 if len(bars) <= _FEW else pitch) * max(len(bars), 1),
        room=room,
        lang=lang,
        title=title,
        subtitle=about,
        notes=() if notes else None,
        basis=basis,
        least=(200.0, 12.0 * len(bars)),
    )
    canvas.y_ticks(range(len(bars)), names, shown=False)
    canvas.axis_labels(across=about)
    ends = [end for bar in bars for end in (bar.low, bar.high, bar.base or bar.low)]
    marks = [mark for mark in (base, target) if mark is not None]
    low, high = min([*ends, *marks, 0 if base is None else float("inf")]), max([*ends, *marks])
    span = (high - low) or 1.0
    canvas.ax.set_xlim(low - 0.02 * span, high + 0.02 * span)
    canvas.ax.set_ylim(len(bars) - 0.5, -0.5)
    _draw_scale(canvas, low, high)
    for place, (bar, name) in enumerate(zip(bars, names, strict=True)):
        canvas.write(
            -canvas.room.left + label,
            place,
            name,
            at=("left", "data"),
            size=theme.LABEL,
            ha="right",
        )
        centre = base if base is not None else bar.base
        _draw_bar(canvas, bar, place, base=centre, size=size, palette=palette, lang=lang)
    if base is not None:
        _draw_mark(
            canvas,
            base,
            message("Baseline {persons}", persons=base).text(lang),
            dotted=False,
            high=False,
        )
    if target is not None:
        _draw_mark(
            canvas,
            target,
            message("Target {target}", target=target).text(lang),
            dotted=True,
            high=True,
        )
    return canvas.ax


def _draw_bar(
    canvas: Canvas,
    bar: Bar,
    place: int,
    *,
    base: float | None,
    size: float,
    palette: theme.Theme,
    lang: Language,
) -> None:
    low, high = min(bar.low, bar.high), max(bar.low, bar.high)
    centre = low if base is None else min(max(base, low), high)
    canvas.ax.barh([place], [centre - low], left=low, height=0.56, color=palette.bad, zorder=2)
    canvas.ax.barh([place], [high - centre], left=centre, height=0.56, color=palette.good, zorder=2)
    a_point = (canvas.ax.get_xlim()[1] - canvas.ax.get_xlim()[0]) / canvas.width
    if base is not None:
        canvas.line([base, base], [place - 0.36, place + 0.36], width=1.2, zorder=3)
    if not bar.range:
        x = high + 5 * a_point
        canvas.write(x, place, _NO_EFFECT.text(lang), size=size, colour=theme.SECONDARY, halo=True)
        return
    ends = ((bar.low, bar.low_value), (bar.high, bar.high_value))
    flipped = bar.low > bar.high
    for number, (end, value) in enumerate(ends):
        at_left = (number == 0) != flipped
        change = "" if base is None or end == base else signed(end - base, digits=0)
        text = "  ".join(part for part in (shortened(value, size, _VALUE_LIMIT), change) if part)
        canvas.write(
            (low if at_left else high) + (-5 if at_left else 5) * a_point,
            place,
            text,
            size=size,
            colour=theme.SECONDARY,
            ha="right" if at_left else "left",
            halo=True,
        )


def _draw_scale(canvas: Canvas, low: float, high: float) -> None:
    step = round_steps(high - low, most=4)[1]
    first = math.ceil(low / step)
    places = [number * step for number in range(first, math.floor(high / step) + 1)]
    for value in places:
        canvas.line([value, value], [0, 1], at=("data", "share"), colour=theme.HAIRLINE, zorder=0.5)
    canvas.x_ticks(places, [count(value) for value in places])


def _draw_mark(canvas: Canvas, x: float, words: str, *, dotted: bool, high: bool) -> None:
    canvas.line(
        [x, x],
        [0, 1],
        at=("data", "share"),
        width=1.3,
        style=":" if dotted else "-",
        zorder=3,
    )
    canvas.write(
        x,
        20 if high else 6,
        words,
        at=("data", "top"),
        size=theme.CELL,
        ha="center",
        va="baseline",
    )
