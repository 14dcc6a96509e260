"""Shall we make it: the plan, what is done, and where the pace leads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

import attrs
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from coverage_campaign.checks import checked_call
from coverage_campaign.messages import Language, Message, check_language, message, message_in
from coverage_campaign.messages.formats import approximate, count, day, percent
from coverage_campaign.model.phases import resolved
from coverage_campaign.progress.forecast.forecast import Forecast
from coverage_campaign.progress.progress import Progress
from coverage_campaign.progress.unit_progress import UnitProgress
from coverage_campaign.views.charts import _theme as theme
from coverage_campaign.views.charts._canvas import Canvas, Mark, Room, chart, open_canvas
from coverage_campaign.views.charts._lettering import Box, first_clear, spread, width_of
from coverage_campaign.views.charts._ticks import (
    TIME_ROOM,
    Curves,
    count_scale,
    curves_of,
    dotted_note,
    round_steps,
    runs,
    time_scale,
    to_day,
    x_of,
)
from coverage_campaign.views.words import chance_of

__all__ = ["burn_up"]

_WIDTH: Final = 7.4
_HEIGHT: Final = 222.0
_MOST_DOTS: Final = 40
# Beyond so many, marks are small, so that the line is seen.
_MOST_MARKS: Final = 12
# The highest value leaves room for the words above it.
_HEADROOM: Final = 1.07


_NO_REPORT: Final = message("No report counted yet")


@attrs.frozen
class _End:
    """Message at the right end of a line: their lines, colour, place and whether they are bold."""

    y: float
    lines: tuple[str, ...]
    colour: str


@checked_call
@chart
@checked_call
def burn_up(
    progress: Progress,
    forecast: Forecast | None = None,
    *,
    ax: Axes | None = None,
    lang: Language | None = None,
    colours: theme.Colours = "blue_is_good",
    title: str | None = None,
    notes: bool = True,
) -> Axes:
    """Return the Axes of the running totals, plan and done, of the whole, with the forecast's fan.

    Dots stand at the ends of the periods. The red or blue stroke at the last day counted is the
    distance from the plan. Persons on the upright scale.

    >>> import coverage_campaign as cc
    >>> campaign = cc.load_case("hengyang", year=2008)
    >>> allocation = cc.allocate(campaign, weights=cc.weights.by_measure("census_2000"))
    >>> plan = cc.schedule(allocation, over="special-action")
    >>> events = cc.simulate(plan, seed=1).events
    >>> tally = cc.tally(events, campaign, as_of="2008-10-05", simulated=True)
    >>> progress = cc.track(plan, tally, as_of="2008-09-30")
    >>> first, last = cc.charts.burn_up(progress).get_xlim()
    >>> int(last - first)  # days
    214
    """
    lang = check_language(lang)
    palette = theme.theme_of(colours)
    curves = curves_of(progress)
    total = progress.whole
    fan = None if forecast is None else forecast.fan().dropna()
    chance = None if forecast is None else _chance(forecast.totals())
    ends = _ends(curves, forecast, fan, palette, lang)
    end_width = max(
        width_of(line, theme.LABEL if number == 0 else 8.0)
        for end in ends
        for number, line in enumerate(end.lines)
    )
    bands = [] if forecast is None else bands_of(forecast)
    tops = [float(band["high"].max()) for _, band in bands if len(band)]
    highest = float(max([*curves.plan_y, *curves.done_y, total.target or 0, *tops]))
    steps = [step for step in round_steps(highest) if step <= highest * _HEADROOM]
    subtitle = message(
        "{campaign}: people, cumulative, to {day:date}",
        campaign=progress.campaign.label,
        day=progress.as_of,
    ).text(lang)
    if chance is not None:
        words = message("; chance of reaching the target {chance}", chance=chance_of(chance))
        subtitle += words.text(lang)
    placed = [*_milestones(progress), *_set_aside(curves, forecast)]
    canvas = open_canvas(
        ax,
        width=_WIDTH,
        height=_HEIGHT,
        marks=dict.fromkeys(
            Mark(place.words.text(lang), place.colour, place.ink, place.marker) for place in placed
        ),
        room=Room(
            left=width_of(count(steps[-1]), theme.TICK) + 9,
            right=end_width + 12,
            above=4,
            below=TIME_ROOM,
        ),
        lang=lang,
        title=_headline(curves, fan, total, progress.as_of, lang) if title is None else title,
        subtitle=subtitle,
        notes=None
        if not notes
        else [
            *([fan_note(forecast, lang)] if forecast is not None and tops else []),
            *dotted_note(curves.done_x, curves.counted_x, lang),
            *progress.notes_in(lang),
            *(forecast.notes_in(lang) if forecast is not None else ()),
        ],
        basis=progress.basis,
    )
    canvas.ax.set_xlim(x_of(curves.first), x_of(curves.last, end=True))
    canvas.ax.set_ylim(0.0, highest * _HEADROOM)
    count_scale(canvas, steps)
    time_scale(canvas, curves.first, curves.last, lang, rules=False)
    if fan is not None and len(fan):
        draw_fan(canvas, fan, bands, curves, palette=palette, lang=lang)
    canvas.axis_labels(upward=message("persons").text(lang))
    canvas.line(
        curves.plan_x,
        curves.plan_y,
        colour=theme.SECONDARY,
        width=1.4,
        zorder=2.2,
        label=message_in("line", "Plan").text(lang),
    )
    _draw_done(canvas, curves, palette, lang)
    for place in placed:
        canvas.line(
            [place.x],
            [place.y],
            colour=place.colour,
            width=0,
            marker=place.marker,
            marker_size=6.5 if len(placed) <= _MOST_MARKS else 3.5,
            edge="white" if len(placed) <= _MOST_MARKS else None,
            zorder=3.4,
            label=place.words.text(lang),
        )
    if total.target is not None:
        _draw_target(canvas, total.target, lang)
    if curves.done_y and total.planned is not None:
        draw_gap(canvas, curves, total, fan, palette=palette, lang=lang)
    _draw_ends(canvas, ends)
    return canvas.ax


@attrs.frozen
class _Place:
    """A mark on the curves: a milestone, or a figure that the forecast set aside."""

    x: float
    y: float
    colour: str
    ink: str
    marker: str
    words: Message


def _milestones(progress: Progress) -> Iterator[_Place]:
    """Yield the campaign's milestones of its headcount that lie in the planned window."""
    target, campaign = progress.whole.target, progress.campaign
    first, last = to_day(progress.plan.days[0]), to_day(progress.plan.days[-1])
    for one in campaign.milestones:
        day_of_it = resolved(one.by, first)
        if one.target or not first <= day_of_it <= last:
            continue
        persons = one.persons if one.share is None else float(one.share * target)
        words = message_in("mark", "milestone")
        yield _Place(x_of(day_of_it, end=True), persons or 0, theme.NAVY, theme.INK, "D", words)


def _set_aside(curves: Curves, forecast: Forecast | None) -> Iterator[_Place]:
    """Yield the days whose figures the forecast took no pace from, on the line of what is done."""
    if forecast is None or not curves.done_x:
        return
    for date in forecast.set_aside()["date"].drop_duplicates().dt.date:
        x = x_of(date, end=True)
        y = float(np.interp(x, curves.done_x, curves.done_y))
        words = message_in("mark", "figures that the forecast set aside")
        yield _Place(x, y, theme.AMBER, theme.AMBER_INK, "v", words)


def _chance(totals: pd.DataFrame) -> float | None:
    if "chance" not in totals.columns or pd.isna(totals["chance"].iloc[0]):
        return None
    return float(totals["chance"].iloc[0])


def _headline(
    curves: Curves, fan: pd.DataFrame | None, total: UnitProgress, as_of: dt.date, lang: Language
) -> str:
    target, gap = total.target, total.gap_persons
    if fan is not None and len(fan) and target is not None:
        expected = float(fan["expected"].iloc[-1])
        return message(
            "At this pace, {expected:approximate} of {target} are expected",
            expected=expected,
            target=target,
        ).text(lang)
    if not curves.done_y or gap is None:
        return _NO_REPORT.text(lang)
    date = day(as_of, lang)
    if gap == 0:
        return message("Exactly on the plan on {day}", day=date).text(lang)
    return (
        message("{persons} behind the plan on {day}", persons=abs(gap), day=date)
        if gap < 0
        else message("{persons} ahead of the plan on {day}", persons=abs(gap), day=date)
    ).text(lang)


def _ends(
    curves: Curves,
    forecast: Forecast | None,
    fan: pd.DataFrame | None,
    palette: theme.Theme,
    lang: Language,
) -> list[_End]:
    ends = [
        _End(
            curves.plan_y[-1],
            (message("Plan {planned}", planned=curves.plan_y[-1]).text(lang),),
            theme.SECONDARY,
        )
    ]
    if fan is None or forecast is None or not len(fan):
        return ends
    low, expected, high = (float(fan[name].iloc[-1]) for name in ("low", "expected", "high"))
    lines = (
        message("Forecast {persons:approximate}", persons=expected).text(lang),
        message("{level:percent 0} range", level=forecast.level).text(lang),
        f"{approximate(low)}–{approximate(high)}",
    )
    return [*ends, _End(expected, lines, theme.readable(palette.good))]


def _draw_done(canvas: Canvas, curves: Curves, palette: theme.Theme, lang: Language) -> None:
    if not curves.done_x:
        return
    for part, silent in runs(curves.done_x):
        x, y = curves.done_x[part], curves.done_y[part]
        if silent:
            canvas.line(x, y, colour=palette.good, width=1.4, style=":", zorder=3)
        else:
            canvas.line(x, y, colour=palette.good, width=2.6, zorder=3)
    if curves.done_x[-1] < curves.counted_x:
        # No report came in between: that is not known to be nothing.
        x, y = [curves.done_x[-1], curves.counted_x], [curves.done_y[-1]] * 2
        canvas.line(x, y, colour=palette.good, width=1.4, style=":", zorder=3)
    dots = slice(1, None) if len(curves.done_x) <= _MOST_DOTS else slice(-1, None)
    canvas.line(
        curves.done_x[dots],
        curves.done_y[dots],
        colour=palette.good,
        width=0,
        marker="o",
        marker_size=6.0,
        edge="white",
        zorder=3.2,
        label=message_in("line", "Done").text(lang),
    )


def _draw_target(canvas: Canvas, target: int, lang: Language) -> None:
    canvas.line([0, 1], [target, target], at=("share", "data"), style=":", width=1.2, zorder=2.1)
    points = canvas.height / (canvas.ax.get_ylim()[1] or 1.0)
    lift = 4 / points
    canvas.write(
        3,
        target + lift,
        message("Target {target}", target=target).text(lang),
        at=("left", "data"),
        size=theme.LABEL,
        va="bottom",
        halo=True,
    )


def _draw_ends(canvas: Canvas, ends: list[_End]) -> None:
    points = canvas.height / canvas.ax.get_ylim()[1]
    # The first line stands at the end of its own line, the others hang below it.
    heights = [14.0 + 11.0 * (len(end.lines) - 1) for end in ends]
    wanted = [end.y * points + 7 - height / 2 for end, height in zip(ends, heights, strict=True)]
    centres = spread(wanted, heights, low=-20.0, high=canvas.height + 20)
    for end, height, centre in zip(ends, heights, centres, strict=True):
        top = centre + height / 2
        for number, line in enumerate(end.lines):
            y = top - 7 - (0 if number == 0 else 2 + 11 * number)
            canvas.write(
                8,
                y,
                line,
                at=("right", "bottom"),
                size=theme.LABEL if number == 0 else 8.0,
                colour=end.colour if number == 0 else theme.SECONDARY,
                bold=number == 0,
            )


# The wider the band, the paler.
_BANDS: Final = ((0.95, 0.14), (0.8, 0.31), (0.5, 0.5))


def _levels(forecast: Forecast) -> list[float]:
    """Return the probabilities of the bands, the widest first: its own in place of the nearest."""
    usual = [level for level, _ in _BANDS]
    nearest = min(usual, key=lambda level: abs(level - forecast.level))
    return sorted({forecast.level, *usual} - ({nearest} - {forecast.level}), reverse=True)


def bands_of(forecast: Forecast) -> list[tuple[float, pd.DataFrame]]:
    """Return the bands of the fan with the strength of their colour, the widest first."""
    made = [
        forecast if level == forecast.level else forecast.at(level) for level in _levels(forecast)
    ]
    return [(share, one.fan().dropna()) for (_, share), one in zip(_BANDS, made, strict=True)]


def fan_note(forecast: Forecast, lang: Language) -> str:
    """Return what the bands mean."""
    levels = [percent(level, digits=0) for level in reversed(_levels(forecast))]
    return message(
        "Bands: {levels} probability.",
        levels=(", " if lang == "en" else "、").join(levels),
    ).text(lang)


def draw_fan(
    canvas: Canvas,
    fan: pd.DataFrame,
    bands: list[tuple[float, pd.DataFrame]],
    curves: Curves,
    *,
    palette: theme.Theme,
    lang: Language,
) -> None:
    """Draw the bands, the widest first, and the path that is expected."""
    for share, band in bands:
        x, low = _joined(curves, band, "low")
        _, high = _joined(curves, band, "high")
        canvas.ax.fill_between(
            x, low, high, color=theme.tint(palette.good, share), linewidth=0, zorder=1
        )
    x, expected = _joined(curves, fan, "expected")
    label = message_in("line", "Forecast").text(lang)
    canvas.line(x, expected, colour=palette.good, width=1.6, style="--", zorder=2.4, label=label)


def _joined(curves: Curves, fan: pd.DataFrame, name: str) -> tuple[list[float], list[float]]:
    """Return one line of the fan, beginning where what is done ends."""
    x = [x_of(to_day(value), end=True) for value in fan["date"].to_numpy()]
    y = fan[name].astype(float).tolist()
    if curves.done_x and x[0] > curves.done_x[-1]:
        return [curves.done_x[-1], *x], [float(curves.done_y[-1]), *y]
    return x, y


def draw_gap(
    canvas: Canvas,
    curves: Curves,
    total: UnitProgress,
    fan: pd.DataFrame | None,
    *,
    palette: theme.Theme,
    lang: Language,
) -> None:
    """Draw the distance from the plan, and write it where no line runs."""
    planned, target = total.planned or 0, total.target
    x, done = max(curves.done_x[-1], curves.counted_x), curves.done_y[-1]
    behind = done < planned
    colour = palette.bad if behind else palette.good
    canvas.line([x, x], [done, planned], colour=colour, width=1.6, zorder=2.9)
    first = message("Done {done}", done=done).text(lang)
    second = (
        message("{persons} behind plan", persons=abs(done - planned))
        if behind
        else message("{persons} ahead of plan", persons=abs(done - planned))
    ).text(lang)
    lines = [first] if done == planned else [first, second]
    wide = max(width_of(first, theme.LABEL) + 1, width_of(second, theme.CELL)) + 2
    tall = 14.0 * len(lines)
    low, high = canvas.ax.get_xlim()
    across, upward = canvas.width / (high - low), canvas.height / canvas.ax.get_ylim()[1]
    at, lower, upper = (x - low) * across, min(done, planned) * upward, max(done, planned) * upward
    edge = canvas.width
    corners = [
        *((at + 8, lower - 9 - tall - more) for more in (0, 12, 24)),
        *((at - 9 - wide, upper + 9 + more) for more in (0, 12)),
        *((edge - wide, lower - 9 - tall - more) for more in range(0, 120, 12)),
        *((at - 9 - wide - more, upper + 9) for more in (30, 60, 90)),
    ]
    drawn: list[list[tuple[float, float]]] = [
        list(zip(curves.plan_x, curves.plan_y, strict=True)),
        list(zip(curves.done_x, curves.done_y, strict=True)),
        [(low, target or -1.0), (high, target or -1.0)],
    ]
    if fan is not None and len(fan):
        days = [x, *(x_of(to_day(value), end=True) for value in fan["date"].to_numpy())]
        ends = (fan[name].astype(float).tolist() for name in ("low", "high"))
        drawn += [list(zip(days, [float(done), *values], strict=True)) for values in ends]
    polylines = [[((one - low) * across, y * upward) for one, y in line] for line in drawn]
    if not behind:
        corners = [*corners[3:5], *corners[:3], *corners[5:]]
    boxes = [Box(left, bottom, left + wide, bottom + tall) for left, bottom in corners]
    box = boxes[first_clear(boxes, polylines, Box(0, 0, edge, canvas.height + 4))]
    flush_right = box.left < at
    for number, text in enumerate(lines):
        canvas.write(
            box.right if flush_right else box.left,
            box.top - 7 - 14 * number,
            text,
            at=("left", "bottom"),
            size=theme.LABEL if number == 0 else theme.CELL,
            colour=theme.readable(palette.good if number == 0 else colour),
            ha="right" if flush_right else "left",
            bold=number == 0,
            halo=True,
        )
