"""Who is behind: every unit's rate against one line of the plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from matplotlib.axes import Axes

from coverage_campaign.checks import checked_call
from coverage_campaign.messages import Language, check_language, message
from coverage_campaign.messages.formats import count, percent
from coverage_campaign.progress.progress import Progress
from coverage_campaign.progress.unit_progress import UnitProgress
from coverage_campaign.views.charts import _theme as theme
from coverage_campaign.views.charts._canvas import Canvas, Room, chart, open_canvas
from coverage_campaign.views.charts._lettering import shortened, width_of
from coverage_campaign.views.charts._units import (
    Shown,
    ends_of,
    headline,
    legend,
    schedule_note,
    write_gaps,
)
from coverage_campaign.views.words import by_rate

__all__ = ["bullet"]

_WIDTH: Final = 7.4
# Twenty letters of Chinese.
_NAME_LIMIT: Final = 192.0
_LEAST_SCALE: Final = 200.0
_GAP: Final = 14.0


_RATE: Final = message("Rate")
_DONE: Final = message("Done / target")
# Units whose plan to date is this near to the whole's share one line.
_ONE_LINE: Final = 0.005


@checked_call
@chart
@checked_call
def bullet(
    progress: Progress,
    *,
    ax: Axes | None = None,
    lang: Language | None = None,
    colours: theme.Colours = "blue_is_good",
    title: str | None = None,
    notes: bool = True,
) -> Axes:
    """Return the Axes of one bar a unit, by falling rate, against the line of the plan to date.

    Where the units' plans differ, each has a mark of its own instead. Bars run on beyond 100 %.

    >>> import coverage_campaign as cc
    >>> campaign = cc.load_case("hengyang", year=2008)
    >>> allocation = cc.allocate(campaign, weights=cc.weights.by_measure("census_2000"))
    >>> plan = cc.schedule(allocation, over="special-action")
    >>> events = cc.simulate(plan, seed=1).events
    >>> tally = cc.tally(events, campaign, as_of="2008-10-05", simulated=True)
    >>> progress = cc.track(plan, tally, as_of="2008-09-30")
    >>> cc.charts.bullet(progress, title="September").get_label()
    'September Hengyang: extension of the social pension insurance, to 30 Sep 2008 simulated data'
    """
    lang = check_language(lang)
    palette = theme.theme_of(colours)
    everyone = by_rate(progress.units)
    shown = ends_of(everyone)
    rows, tall = shown.rows, max(shown.height, 1)
    total = progress.whole
    size, pitch = theme.row_type(len(rows))
    names = [shortened(row.label.text(lang), theme.LABEL, _NAME_LIMIT) for row in rows]
    rates = [percent(row.completion_rate) for row in rows]
    counts = [f"{count(row.done)} / {count(row.target)}" for row in rows]
    rate_width = _widest([*rates, _RATE.text(lang)], size) + 11
    count_width = _widest([*counts, _DONE.text(lang)], size)
    room = Room(
        left=_widest(names, theme.LABEL) + 9,
        right=_GAP + rate_width + _GAP + count_width,
        above=22,
        below=20,
    )
    canvas = open_canvas(
        ax,
        width=max(_WIDTH, (room.left + room.right + _LEAST_SCALE + 22) / 72),
        height=(pitch + 3) * tall,
        room=room,
        lang=lang,
        title=headline(everyone, lang) if title is None else title,
        subtitle=message(
            "{campaign}, to {day:date}", campaign=progress.campaign.label, day=progress.as_of
        ).text(lang),
        marks=legend(everyone, lang, palette),
        notes=None if not notes else [*schedule_note(total, lang)[1:], *progress.notes_in(lang)],
        basis=progress.basis,
        least=(110.0, 11.0 * shown.height),
    )
    canvas.ax.set_ylim(tall - 0.5, -0.5)
    canvas.y_ticks(shown.places, names, shown=False)
    canvas.axis_labels(across=_RATE.text(lang))
    furthest = _draw_bars(canvas, shown, palette)
    _draw_plan(canvas, shown, total, lang)
    write_gaps(canvas, shown, lang)
    _draw_scale(canvas, furthest)
    cells = zip(shown.places, rows, names, rates, counts, strict=True)
    for place, row, name, rate, persons in cells:
        canvas.write(-9, place, name, at=("left", "data"), size=theme.LABEL, ha="right")
        canvas.glyph(_GAP + 4, place, palette.of(row.status), at=("right", "data"))
        canvas.write(
            _GAP + rate_width,
            place,
            rate,
            at=("right", "data"),
            size=size,
            colour=palette.of(row.status).ink,
            ha="right",
        )
        canvas.write(
            _GAP + rate_width + _GAP + count_width,
            place,
            persons,
            at=("right", "data"),
            size=size,
            colour=theme.SECONDARY,
            ha="right",
        )
    for head, right in (
        (_RATE, _GAP + rate_width),
        (_DONE, _GAP + rate_width + _GAP + count_width),
    ):
        canvas.write(
            right,
            6,
            head.text(lang),
            at=("right", "top"),
            colour=theme.SECONDARY,
            ha="right",
            va="baseline",
        )
    return canvas.ax


def _widest(texts: Sequence[str], size: float) -> float:
    return max((width_of(text, size) for text in texts), default=0.0)


def _draw_bars(canvas: Canvas, shown: Shown, palette: theme.Theme) -> float:
    """Draw the bars and return how far the scale reaches."""
    rows = shown.rows
    known = [row.completion_rate for row in rows if row.completion_rate is not None]
    plans = [row.planned_rate for row in rows if row.planned_rate is not None]
    furthest = max([1.0, *known, *plans])
    places = shown.places
    canvas.ax.barh(places, [1.0] * len(rows), height=0.62, color=theme.TRACK, zorder=1)
    canvas.ax.barh(
        [place for place, row in zip(places, rows, strict=True) if row.completion_rate is not None],
        known,
        height=0.36,
        color=[palette.of(row.status).colour for row in rows if row.completion_rate is not None],
        zorder=2,
    )
    canvas.ax.set_xlim(0.0, furthest)
    return furthest


def _draw_plan(canvas: Canvas, shown: Shown, total: UnitProgress, lang: Language) -> None:
    rows = shown.rows
    line = total.planned_rate
    if line is None:
        return
    plans = [row.planned_rate for row in rows if row.planned_rate is not None]
    if all(abs(plan - line) <= _ONE_LINE for plan in plans):
        canvas.line([line, line], [0, 1], at=("data", "share"), width=1.3, zorder=3)
    else:
        for place, row in zip(shown.places, rows, strict=True):
            if row.planned_rate is not None:
                mark = row.planned_rate
                canvas.line([mark, mark], [place - 0.36, place + 0.36], width=1.3, zorder=3)
    words = message("Plan to date {planned:percent 1}", planned=line).text(lang)
    half = width_of(words, theme.CELL) / 2
    low, high = half - canvas.room.left, canvas.width - half
    middle = line / canvas.ax.get_xlim()[1] * canvas.width
    canvas.write(
        min(max(middle, low), high), 6, words, at=("left", "top"), ha="center", va="baseline"
    )


def _draw_scale(canvas: Canvas, furthest: float) -> None:
    step = next(step for step in (0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 1e9) if furthest / step <= 6)  # noqa: PLR2004
    places = [number * step for number in range(int(furthest / step + 1e-9) + 1)]
    canvas.x_ticks(places, [percent(value, digits=0) for value in places])
    if furthest > 1:
        canvas.line(
            [1, 1], [0, 1], at=("data", "share"), colour=theme.TERTIARY, style=":", zorder=1.5
        )
