"""Who carries more than its need: the share of the target against the share of the need."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final

import attrs
import pandas as pd
from matplotlib.axes import Axes

from coverage_campaign.allocation.allocation import Allocation
from coverage_campaign.checks import checked_call
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.frames import IntSeries
from coverage_campaign.messages import Language, Message, check_language, message
from coverage_campaign.messages.formats import percent
from coverage_campaign.views.charts import _theme as theme
from coverage_campaign.views.charts._canvas import Canvas, Room, chart, open_canvas
from coverage_campaign.views.charts._typeset import shortened
from coverage_campaign.views.inputs import input_value

__all__ = ["Curve", "Need", "fairness", "lorenz", "need_of"]

_WIDTH: Final = 5.6
_SIDE: Final = 319.0
_STYLES: Final = ("o", "s", "^", "D")


_ALIKE: Final = message("Every unit carries the same burden")
_ABOUT: Final = message("The nearer to the dotted line, the more even the burden")

_UPWARD: Final = message("Share of the target")

_EVEN: Final = message("in proportion to need")

_TO_ENROL: Final = message("people left to enrol")
_ELIGIBLE: Final = message("eligible people")

_GIVEN: Final = message("as given")


@attrs.frozen
class Need:
    """What the burden is held against: a number by unit code, and what it counts."""

    counts: dict[str, Fraction]
    words: Message


@attrs.frozen
class Curve:
    """The running shares of need and of target, lightest burden first, and the Gini coefficient."""

    need: tuple[Fraction, ...]
    target: tuple[Fraction, ...]
    gini: Fraction
    left_out: int


@checked_call
@chart
def fairness(
    allocations: Allocation | Mapping[str, Allocation],
    *,
    need: Mapping[str, int] | IntSeries | None = None,
    ax: Axes | None = None,
    lang: Language | None = None,
    title: str | None = None,
    notes: bool = True,
) -> Axes:
    """Return the Axes of a Lorenz curve for each allocation, with its Gini coefficient.

    `need` is a number by unit code; by default the people left to enrol, or the eligible people,
    or, where the campaign has neither figure, the weights of the first allocation. Up to four
    allocations, by the name that the chart gives them.

    Source: the Gini coefficient of concentration with units ordered by target per need; C. Gini,
    Sulla misura della concentrazione e della variabilità dei caratteri, 1914.

    >>> import coverage_campaign as cc
    >>> campaign = cc.load_case("hengyang", year=2008)
    >>> by = cc.weights.by_measure
    >>> old = cc.allocate(campaign, weights=by("census_2000"))
    >>> new = cc.allocate(campaign, weights=by("census_2010"))
    >>> cc.charts.fairness({"2000": old, "2010": new}).get_label()
    'Most even: 2000 The nearer to the dotted line, the more even the burden'
    """
    lang = check_language(lang)
    named = (
        {allocations.weighting: allocations}
        if isinstance(allocations, Allocation)
        else dict(allocations)
    )
    if not 1 <= len(named) <= len(theme.SERIES):
        raise DefinitionError(
            Problem("fairness", f"{len(named)} allocations", "give one to four, by name")
        )
    first = next(iter(named.values()))
    held = need_of(first, need)
    curves = {name: lorenz(one, held) for name, one in named.items()}
    left_out = max(curve.left_out for curve in curves.values())
    left_out_note = message(
        "{n} {n:plural unit|units} without a figure of need {n:plural is|are} left out.",
        n=left_out,
    )
    basis = first.basis
    for one in named.values():
        basis = basis.joined(one.basis)
    canvas = open_canvas(
        ax,
        width=_WIDTH,
        height=_SIDE,
        room=Room(left=46, right=16, above=2, below=36),
        lang=lang,
        title=_headline(curves, lang) if title is None else title,
        subtitle=_ABOUT.text(lang),
        notes=([left_out_note.text(lang)] if left_out else []) if notes else None,
        basis=basis,
    )
    canvas.ax.set_xlim(0.0, 1.0)
    canvas.ax.set_ylim(0.0, 1.0)
    _draw_frame(canvas, held, lang)
    for ((name, curve), (colour, _)), marker in zip(
        zip(curves.items(), theme.SERIES, strict=False), _STYLES, strict=False
    ):
        few = len(curve.need) <= 40  # noqa: PLR2004 - more dots would run together
        canvas.line(
            [float(value) for value in curve.need],
            [float(value) for value in curve.target],
            colour=colour,
            width=2.2,
            marker=marker if few else "",
            marker_size=5.0,
            edge="white",
            zorder=3,
            label=name,
        )
    _write_ginis(canvas, curves, lang)
    return canvas.ax


def need_of(allocation: Allocation, given: Mapping[str, int] | IntSeries | None) -> Need:
    """Return what the burden is held against: as given, or the best figure of the campaign."""
    codes = [str(code) for code in allocation.shares().index]
    if given is not None:
        values = {str(code): value for code, value in given.items()}
        return Need(
            {code: Fraction(values[code]) for code in codes if not pd.isna(values.get(code))},
            _GIVEN,
        )
    campaign = allocation.campaign
    eligible = {code: campaign.unit(code).count(campaign.eligible) for code in codes}
    covered = {code: campaign.unit(code).count(campaign.covered) for code in codes}
    left: dict[str, Fraction] = {}
    whole: dict[str, Fraction] = {}
    for code in codes:
        people, before = eligible[code], covered[code]
        if people is not None:
            whole[code] = Fraction(people)
            if before is not None:
                left[code] = Fraction(max(people - before, 0))
    if left:
        return Need(left, _TO_ENROL)
    if whole:
        return Need(whole, _ELIGIBLE)
    frame = allocation.to_frame()
    weights = dict(zip(frame["unit"].tolist(), allocation.weights, strict=True))
    name = message(
        "the weights: {weighting}", weighting=input_value(allocation.weighting, campaign)
    )
    return Need({code: Fraction(weights[code]) for code in codes}, name)


def lorenz(allocation: Allocation, need: Need) -> Curve:
    """Return the running shares, exact, of the units that have a need."""
    shares = {str(code): int(share) for code, share in allocation.shares().items()}
    units = [code for code in shares if need.counts.get(code, Fraction(0)) > 0]
    units.sort(key=lambda code: (Fraction(shares[code]) / need.counts[code], code))
    needs = sum((need.counts[code] for code in units), Fraction(0))
    targets = sum(shares[code] for code in units)
    x, y, doubled = [Fraction(0)], [Fraction(0)], Fraction(0)
    for code in units:
        x.append(x[-1] + need.counts[code] / needs)
        y.append(y[-1] + (Fraction(shares[code], targets) if targets else Fraction(0)))
        doubled += (x[-1] - x[-2]) * (y[-1] + y[-2])
    gini = 1 - doubled if units and targets else Fraction(0)
    return Curve(tuple(x), tuple(y), gini, len(shares) - len(units))


def _headline(curves: Mapping[str, Curve], lang: Language) -> str:
    if len(curves) == 1 and _three(next(iter(curves.values())).gini) == _three(Fraction(0)):
        return _ALIKE.text(lang)
    if len(curves) == 1:
        return message(
            "Gini of the burden: {gini}", gini=_three(next(iter(curves.values())).gini)
        ).text(lang)
    return message(
        "Most even: {allocation}", allocation=min(curves, key=lambda name: curves[name].gini)
    ).text(lang)


def _three(gini: Fraction) -> str:
    return f"{float(gini):.3f}"


def _draw_frame(canvas: Canvas, need: Need, lang: Language) -> None:
    steps = (0.0, 0.25, 0.5, 0.75, 1.0)
    canvas.x_ticks(steps, [percent(value, digits=0) for value in steps])
    canvas.y_ticks(steps, [percent(value, digits=0) for value in steps])
    for value in steps:
        canvas.line([0, 1], [value, value], colour=theme.HAIRLINE, zorder=0.5)
        canvas.line([value, value], [0, 1], colour=theme.HAIRLINE, zorder=0.5)
    canvas.line([0, 1], [0, 1], style=":", width=1.2, zorder=2)
    canvas.write(
        0.5,
        -30,
        shortened(
            message("Share of the need ({need}), lightest burden first", need=need.words).text(
                lang
            ),
            theme.TICK,
            canvas.width + 40,
        ),
        at=("share", "bottom"),
        size=theme.TICK,
        colour=theme.SECONDARY,
        ha="center",
        va="baseline",
    )
    canvas.write(
        -37,
        0.5,
        _UPWARD.text(lang),
        at=("left", "share"),
        size=theme.TICK,
        colour=theme.SECONDARY,
        ha="center",
        va="baseline",
        rotation=90,
    )
    a_point = 1 / canvas.width
    canvas.write(
        0.1 - 6 * a_point,
        0.1 + 6 * canvas.width / canvas.height * a_point,
        _EVEN.text(lang),
        size=theme.CELL,
        colour=theme.SECONDARY,
        va="baseline",
        rotation=math.degrees(math.atan2(canvas.height, canvas.width)),
    )


def _write_ginis(canvas: Canvas, curves: Mapping[str, Curve], lang: Language) -> None:
    rows: Sequence[tuple[str, Curve]] = list(curves.items())
    for place, ((name, curve), (colour, ink), marker) in enumerate(
        zip(rows, theme.SERIES, _STYLES, strict=False)
    ):
        y = -16 - 17 * place
        text = message(
            "{allocation}: Gini {gini}",
            allocation=shortened(name, theme.LABEL, canvas.width * 0.5),
            gini=_three(curve.gini),
        ).text(lang)
        canvas.line(
            [14], [y], at=("left", "top"), colour=colour, marker=marker, marker_size=6, zorder=6
        )
        canvas.write(
            22, y, text, at=("left", "top"), size=theme.LABEL, colour=ink, bold=True, halo=True
        )
