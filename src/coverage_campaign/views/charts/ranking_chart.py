"""Who leads and who lags: the bulletin's table as one picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import attrs
from matplotlib.axes import Axes

from coverage_campaign.checks import checked_call
from coverage_campaign.messages import Language, check_language, message, text_of
from coverage_campaign.messages.formats import MISSING, count, percent, signed
from coverage_campaign.progress.progress import Progress
from coverage_campaign.progress.unit_progress import UnitProgress
from coverage_campaign.views.charts import _theme as theme
from coverage_campaign.views.charts._canvas import Canvas, Room, chart, open_canvas
from coverage_campaign.views.charts._lettering import shortened
from coverage_campaign.views.charts._units import (
    GAP,
    Cell,
    WordColumn,
    column_of,
    draw_columns,
    ends_of,
    headline,
    legend,
    schedule_note,
    write_gaps,
)
from coverage_campaign.views.words import flags_of, newly, rises

__all__ = ["ranking"]

_WIDTH: Final = 8.6
# Twenty letters of Chinese.
_NAME_LIMIT: Final = 172.0
_LEAST_SCALE: Final = 90.0


_UNRANKED: Final = message("Units with incomplete reports are not ranked.")

_TOTAL: Final = message("Total")

_RANK: Final = message("Rank")
_UNIT: Final = message("Unit")
_TARGET: Final = message("Target")
_NEW: Final = message("New")
_DONE: Final = message("Done")
_RATE: Final = message("Rate")
GAP_POINTS: Final = message("vs plan, points")
_REPORTS: Final = message("Reports")
_BURDEN: Final = message("Burden")
_BURDEN_IS: Final = message("Burden: target per 1,000 eligible people.")

_SIGNS: Final = message("To check")
_SIGNS_ARE: Final = message(
    "To check: figures that should be verified; a flag does not mean an error."
)

_STATUS: Final = message("Status")


@checked_call
@chart
@checked_call
def ranking(
    progress: Progress,
    *,
    previous: Progress | None = None,
    ax: Axes | None = None,
    lang: Language | None = None,
    colours: theme.Colours = "blue_is_good",
    title: str | None = None,
    notes: bool = True,
) -> Axes:
    """Return the Axes of a ranked table with bars: rank, counts, rate, gap to the plan, status.

    Units without a rank stand last, with the reason beside them. With `previous`, an earlier
    progress, arrows say how many places a unit rose or fell. Bars run on beyond 100 %. `title` is a
    headline of yours; None writes the main fact, "" none.

    >>> import coverage_campaign as cc
    >>> campaign = cc.load_case("hengyang", year=2008)
    >>> allocation = cc.allocate(campaign, weights=cc.weights.by_measure("census_2000"))
    >>> plan = cc.schedule(allocation, over="special-action")
    >>> events = cc.simulate(plan, seed=1).events
    >>> tally = cc.tally(events, campaign, as_of="2008-10-05", simulated=True)
    >>> progress = cc.track(plan, tally, as_of="2008-09-30")
    >>> cc.charts.ranking(progress, title="September").get_label()
    'September Hengyang: extension of the social pension insurance, to 30 Sep 2008 simulated data'
    """
    lang = check_language(lang)
    palette = theme.theme_of(colours)
    ranked = progress.ranking
    shown = ends_of(ranked)
    rows, total = shown.rows, progress.whole
    cell, pitch = theme.row_type(len(rows))
    everyone = (*rows, total)
    left = _left_columns(everyone, _moves(progress, previous, rows), cell, lang)
    right = _right_columns(everyone, cell, lang, palette)
    room = Room(
        left=sum(column.width + column.after for column in left) - GAP + 8,
        right=GAP + sum(column.width + column.after for column in right) - GAP + 8,
        above=24,
        below=2,
    )
    canvas = open_canvas(
        ax,
        width=max(_WIDTH, (room.left + room.right + _LEAST_SCALE + 22) / 72),
        height=(shown.height + 1.35) * pitch,
        room=room,
        lang=lang,
        title=headline(ranked, lang) if title is None else title,
        subtitle=message(
            "{campaign}, to {day:date}", campaign=progress.campaign.label, day=progress.as_of
        ).text(lang),
        marks=legend(ranked, lang, palette),
        notes=None
        if not notes
        else [
            *_notes(ranked, total, lang),
            *_new(progress, lang),
            *_moved(previous, lang),
            *progress.notes_in(lang),
        ],
        basis=progress.basis,
        least=(50.0, 11.0 * (shown.height + 1)),
    )
    last = shown.height + 0.35
    places = [*shown.places, last]
    canvas.ax.set_ylim(last + 0.5, -0.5)
    canvas.y_ticks(places[:-1], [row.label.text(lang) for row in rows], shown=False)
    canvas.axis_labels(across=_RATE.text(lang))
    _draw_bars(canvas, everyone, places, palette)
    draw_columns(canvas, left, right, places, cell)
    _draw_rules(canvas, int(shown.height))
    write_gaps(canvas, shown, lang)
    return canvas.ax


def _notes(rows: Sequence[UnitProgress], total: UnitProgress, lang: Language) -> list[str]:
    notes = schedule_note(total, lang)
    burdens = _burdens(rows)
    if burdens:
        for_all = message(
            "Burden of each: a target of {burden} per 1,000 eligible people.", burden=burdens[0]
        )
        notes.append((for_all if burdens[0] == burdens[1] else _BURDEN_IS).text(lang))
    if any(row.quality_flags for row in rows):
        notes.append(_SIGNS_ARE.text(lang))
    if any(row.rank is None for row in rows):
        notes.append(_UNRANKED.text(lang))
    return notes


def _new(progress: Progress, lang: Language) -> list[str]:
    """Return which period the new ones came in, where it has a name."""
    if progress.plan.by != "month":
        return []
    return [message("New: {when}.", when=newly(progress, long=True)).text(lang)]


def _burdens(rows: Sequence[UnitProgress]) -> tuple[str, str] | None:
    """Return the least and the largest burden as they are written, None where none is known."""
    known = [row.burden for row in rows if row.burden is not None]
    return (count(min(known)), count(max(known))) if known else None


def _moved(previous: Progress | None, lang: Language) -> list[str]:
    return (
        []
        if previous is None
        else [message("Arrows: places gained or lost since {day}.", day=previous.as_of).text(lang)]
    )


def _moves(
    progress: Progress, previous: Progress | None, rows: Sequence[UnitProgress]
) -> tuple[str, ...]:
    moved = rises(progress, previous)
    rises_in_order = [moved.get(row.unit) for row in rows]
    return tuple(
        "" if not rise else f"↑{rise}" if rise > 0 else f"↓{-rise}" for rise in rises_in_order
    )


def _left_columns(
    rows: Sequence[UnitProgress], moves: tuple[str, ...], size: float, lang: Language
) -> list[WordColumn]:
    def counts(read: Callable[[UnitProgress], int | None]) -> list[str]:
        return [count(read(row)) for row in rows]

    columns = [column_of(_RANK.text(lang), [*(count(row.rank) for row in rows[:-1]), ""], size)]
    if any(moves):
        arrows = [Cell(move, theme.SECONDARY) for move in (*moves, "")]
        columns = [
            attrs.evolve(columns[0], after=5.0),
            column_of("", arrows, size, flush_right=False),
        ]
    names = [*(row.label.text(lang) for row in rows[:-1]), _TOTAL.text(lang)]
    return [
        *columns,
        column_of(
            _UNIT.text(lang),
            [shortened(name, size, _NAME_LIMIT) for name in names],
            size,
            flush_right=False,
        ),
        column_of(_TARGET.text(lang), counts(lambda row: row.target), size),
        column_of(_NEW.text(lang), counts(lambda row: row.new), size),
        column_of(_DONE.text(lang), counts(lambda row: row.done), size),
        column_of(_RATE.text(lang), [percent(row.completion_rate) for row in rows], size),
    ]


def _right_columns(
    rows: Sequence[UnitProgress], size: float, lang: Language, palette: theme.Theme
) -> list[WordColumn]:
    gaps = [Cell(signed(row.gap_points, 1), palette.of(row.status).ink) for row in rows]
    columns = [column_of(GAP_POINTS.text(lang), gaps, size)]
    if any(row.reports_expected is not None for row in rows):
        reports = [
            MISSING
            if row.reports_expected is None
            else f"{count(row.reports_received)}/{count(row.reports_expected)}"
            for row in rows
        ]
        columns.append(column_of(_REPORTS.text(lang), reports, size))
    if len(set(_burdens(rows) or ())) > 1:
        burdens = [count(row.burden) for row in rows[:-1]]
        columns.append(column_of(_BURDEN.text(lang), [*burdens, ""], size))
    if any(row.quality_flags for row in rows):
        signs = [
            Cell(text_of(flags_of(row.quality_flags, short=True), lang), theme.AMBER_INK)
            for row in rows
        ]
        columns.append(column_of(_SIGNS.text(lang), signs, size, flush_right=False))
    styles = [palette.of(row.status) for row in rows]
    states = [Cell(style.words.text(lang), style.ink, style) for style in styles]
    return [*columns, column_of(_STATUS.text(lang), states, size, flush_right=False)]


def _draw_bars(
    canvas: Canvas,
    rows: Sequence[UnitProgress],
    places: Sequence[float],
    palette: theme.Theme,
) -> None:
    rates = [row.completion_rate for row in rows]
    plans = [row.planned_rate for row in rows if row.planned_rate is not None]
    furthest = max([1.0, *(rate for rate in rates if rate is not None), *plans])
    canvas.ax.set_xlim(0.0, furthest)
    canvas.ax.barh(places, [1.0] * len(places), height=0.34, color=theme.TRACK, zorder=1)
    known = [
        (place, row.completion_rate, palette.of(row.status).colour)
        for place, row in zip(places, rows, strict=True)
        if row.completion_rate is not None
    ]
    canvas.ax.barh(
        [place for place, _, _ in known],
        [rate for _, rate, _ in known],
        height=0.34,
        color=[colour for _, _, colour in known],
        zorder=2,
    )
    for place, row in zip(places, rows, strict=True):
        if row.planned_rate is not None:
            mark = row.planned_rate
            canvas.line([mark, mark], [place - 0.3, place + 0.3], width=1.2, zorder=3)
    if furthest > 1:
        canvas.line([1, 1], [-0.5, places[-1] + 0.5], colour=theme.TERTIARY, style=":", zorder=1.5)
        canvas.write(
            1, 8, "100%", at=("data", "top"), colour=theme.SECONDARY, ha="center", va="baseline"
        )
    # The limits are ours: a bar must not widen them again.
    canvas.ax.set_xlim(0.0, furthest)


def _draw_rules(canvas: Canvas, rows: int) -> None:
    canvas.across_all(-0.5, colour=theme.INK, width=0.9)
    for number in range(rows - 1):
        canvas.across_all(number + 0.5, colour=theme.HAIRLINE)
    canvas.across_all(rows - 0.33, colour=theme.INK, width=0.9)
