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
from coverage_campaign.allocation.equity import gini, leaf_weights, lorenz, need_of
from coverage_campaign.checks import checked_call, shown
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.frames import IntSeries
from coverage_campaign.messages import Language, check_language, message, text_of
from coverage_campaign.messages.formats import percent
from coverage_campaign.views.charts import _theme as theme
from coverage_campaign.views.charts._canvas import Canvas, Room, chart, open_canvas
from coverage_campaign.views.charts._lettering import shortened
from coverage_campaign.views.words import Text, input_value

__all__ = ["Curve", "curves_of", "fairness"]

_WIDTH: Final = 5.6
_SIDE: Final = 319.0
_STYLES: Final = ("o", "s", "^", "D")


_ALIKE: Final = message("Every unit has the same burden")
_ABOUT: Final = message("The nearer to the dotted line, the more even the burden")

_UPWARD: Final = message("Share of the target")

_EVEN: Final = message("in proportion to need")


@attrs.frozen
class Curve:
    """The running parts of need and of shares, lightest burden first, and their Gini coefficient.

    `per` names the need; `left_out` counts the units without one.
    """

    need: list[float]
    shares: list[float]
    gini: Fraction
    per: Text
    left_out: int


@checked_call
@chart
@checked_call
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

    `need` is a number by unit code; by default the eligible people, or, where the campaign has no
    such figure for every unit, the weights of the first allocation. Up to four
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
        {text_of(input_value(allocations.weighting, allocations.campaign), lang): allocations}
        if isinstance(allocations, Allocation)
        else dict(allocations)
    )
    if not 1 <= len(named) <= len(theme.SERIES):
        raise DefinitionError(
            Problem(
                "fairness",
                message("{n} allocations", n=len(named)),
                "give one to four, by name",
            )
        )
    first = next(iter(named.values()))
    curves = curves_of(named, need)
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
    _draw_frame(canvas, next(iter(curves.values())).per, lang)
    for ((name, curve), (colour, _)), marker in zip(
        zip(curves.items(), theme.SERIES, strict=False), _STYLES, strict=False
    ):
        few = len(curve.need) <= 40  # noqa: PLR2004 - more dots would run together
        canvas.line(
            curve.need,
            curve.shares,
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


_GIVE = "give an allocation for each name"


def curves_of(
    allocations: Mapping[str, Allocation], given: Mapping[str, int] | IntSeries | None
) -> dict[str, Curve]:
    """Return the curve of each allocation, all on the need of the first."""
    for name, one in allocations.items():
        if not isinstance(one, Allocation):
            raise DefinitionError(Problem(f"allocations['{name}']", shown(one), _GIVE))
    if not allocations:
        raise DefinitionError(Problem("allocations", "none", _GIVE))
    first = next(iter(allocations.values()))
    campaign = first.campaign
    if given is None:
        codes = [str(code) for code in first.shares().index]
        units = [campaign.unit(code) for code in codes]
        found = need_of(campaign, units, leaf_weights(first), first.weighting)
        needs = dict(zip(codes, found.of, strict=True))
        per: Text = (
            message("eligible people") if found.persons else input_value(found.name, campaign)
        )
    else:
        known = pd.Series(dict(given.items()), dtype="Int64").dropna()
        needs = {str(code): int(value) for code, value in known.items()}
        per = message("as given")
    return {name: _curve(one, needs, per) for name, one in allocations.items()}


def _curve(allocation: Allocation, needs: Mapping[str, int | Fraction], per: Text) -> Curve:
    shares = {str(code): int(share) for code, share in allocation.shares().items()}
    units = [code for code in shares if needs.get(code)]
    if not units:
        raise DefinitionError(Problem("need", "no unit has a need", "give a number by unit code"))
    counted, need = [shares[code] for code in units], [needs[code] for code in units]
    across, upward = lorenz(counted, need)
    return Curve(across, upward, gini(counted, need), per, len(shares) - len(units))


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


def _draw_frame(canvas: Canvas, need: Text, lang: Language) -> None:
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
            message("Share of the need ({need}), lightest burden first", need=need).text(lang),
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
