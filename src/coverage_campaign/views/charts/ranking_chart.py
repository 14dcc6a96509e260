"""Who leads and who lags: the bulletin's table as one picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from coverage_campaign.views.charts import _theme as theme
from coverage_campaign.views.charts._axes import Canvas, Room
from coverage_campaign.views.charts._layout import open_canvas
from coverage_campaign.views.charts._status import headline, legend, schedule_note
from coverage_campaign.views.charts._table_columns import GAP, Cell, Column, column_of, draw_columns
from coverage_campaign.views.charts._typeset import shortened
from coverage_campaign.views.signs import sign_words, with_signs
from coverage_campaign.views.standings import (
    Standing,
    by_rank,
    campaign_name,
    rises,
    standings,
    total_of,
)
from coverage_campaign.views.words import (
    MISSING,
    Lang,
    Words,
    checked,
    count,
    day,
    month,
    percent,
    remarks,
    signed,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes

    from coverage_campaign.progress.track import Progress

__all__ = ["ranking"]

_WIDTH: Final = 8.6
# Twenty letters of Chinese.
_NAME_LIMIT: Final = 172.0
_LEAST_SCALE: Final = 90.0

_AS_OF: Final = Words("{0}, to {1}", "{0}，截至{1}", "{0}，截至{1}")
_UNRANKED: Final = Words(
    "Without complete reports a unit has no rank.",
    "报表不全的单位不排名次。",
    "報表不全的單位不排名次。",
)
_MOVED: Final = Words(
    "Arrows: places gained or lost since {0}.", "箭头为较{0}的名次变化。", "箭頭為較{0}的名次變化。"
)
_TOTAL: Final = Words("Total", "合计", "合計")

_RANK: Final = Words("Rank", "名次", "名次")
_UNIT: Final = Words("Unit", "单位", "單位")
_TARGET: Final = Words("Target", "任务数", "任務數")
_NEW: Final = Words("New", "本期新增", "本期新增")
_DONE: Final = Words("Done", "累计完成", "累計完成")
_RATE: Final = Words("Rate", "完成率", "完成率")
GAP_POINTS: Final = Words("vs plan, points", "较序时（百分点）", "較序時（百分點）")
_REPORTS: Final = Words("Reports", "报表", "報表")
_BURDEN: Final = Words("Burden", "负担", "負擔")
_BURDEN_IS: Final = Words(
    "Burden: target per 1,000 eligible people.",
    "负担为每千名应参保人的任务数。",
    "負擔為每千名應參保人的任務數。",
)
_BURDEN_FOR_ALL: Final = Words(
    "Burden of each: a target of {0} per 1,000 eligible people.",
    "各单位负担均为每千名应参保人{0}人。",
    "各單位負擔均為每千名應參保人{0}人。",
)
_SIGNS: Final = Words("To check", "待核", "待核")
_SIGNS_ARE: Final = Words(
    "To check: signs in the monthly figures that deserve a second look; none is a proof.",
    "待核为月度数据中值得核实的迹象，并非结论。",
    "待核為月度數據中值得核實的跡象，並非結論。",
)
_NEW_IS: Final = Words("New: in {0}.", "本期新增为{0}数。", "本期新增為{0}數。")
_STATUS: Final = Words("Status", "状态", "狀態")


def ranking(
    progress: Progress,
    *,
    previous: Progress | None = None,
    ax: Axes | None = None,
    lang: Lang = "en",
    title: str | None = None,
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
    lang = checked(lang)
    rows = with_signs(by_rank(standings(progress, lang)), progress)
    total = attrs.evolve(total_of(progress), name=_TOTAL.say(lang))
    cell, pitch = theme.row_type(len(rows))
    everyone = (*rows, total)
    left = _left_columns(everyone, _moves(rows, previous), cell, lang)
    right = _right_columns(everyone, cell, lang)
    room = Room(
        left=sum(column.width + column.after for column in left) - GAP + 8,
        right=GAP + sum(column.width + column.after for column in right) - GAP + 8,
        above=24,
        below=2,
    )
    canvas = open_canvas(
        ax,
        width=max(_WIDTH, (room.left + room.right + _LEAST_SCALE + 22) / 72),
        height=(len(rows) + 1.35) * pitch,
        room=room,
        lang=lang,
        title=headline(rows, lang) if title is None else title,
        subtitle=_AS_OF.say(
            lang, campaign_name(progress, lang), day(progress.as_of, lang, year=True)
        ),
        marks=legend(rows, lang),
        notes=[
            *_notes(rows, total, lang),
            *_new(progress, lang),
            *_moved(previous, lang),
            *remarks(progress, lang),
        ],
        basis=progress.basis,
    )
    last = len(rows) + 0.35
    places = [*(float(number) for number in range(len(rows))), last]
    canvas.ax.set_ylim(last + 0.5, -0.5)
    _draw_bars(canvas, everyone, places)
    draw_columns(canvas, left, right, places, cell)
    _draw_rules(canvas, len(rows))
    return canvas.ax


def _notes(rows: Sequence[Standing], total: Standing, lang: Lang) -> list[str]:
    notes = schedule_note(total, lang)
    burdens = _burdens(rows)
    if burdens:
        same = len(burdens) == 1
        notes.append(_BURDEN_FOR_ALL.say(lang, *burdens) if same else _BURDEN_IS.say(lang))
    if any(row.signs for row in rows):
        notes.append(_SIGNS_ARE.say(lang))
    if any(row.rank is None for row in rows):
        notes.append(_UNRANKED.say(lang))
    return notes


def _new(progress: Progress, lang: Lang) -> list[str]:
    """Return which period the new ones came in, where it has a name."""
    if progress.plan.by != "month":
        return []
    return [_NEW_IS.say(lang, month(progress.as_of, lang))]


def _burdens(rows: Sequence[Standing]) -> set[str]:
    """Return the burdens that differ as they would be written."""
    return {count(row.burden) for row in rows if row.burden is not None}


def _moved(previous: Progress | None, lang: Lang) -> list[str]:
    return [] if previous is None else [_MOVED.say(lang, day(previous.as_of, lang))]


def _moves(rows: Sequence[Standing], previous: Progress | None) -> tuple[str, ...]:
    return tuple(
        "" if not rise else f"↑{rise}" if rise > 0 else f"↓{-rise}"
        for rise in rises(rows, previous)
    )


def _left_columns(
    rows: Sequence[Standing], moves: tuple[str, ...], size: float, lang: Lang
) -> list[Column]:
    def counts(read: Callable[[Standing], int | None]) -> list[str]:
        return [count(read(row)) for row in rows]

    columns = [column_of(_RANK.say(lang), [*(count(row.rank) for row in rows[:-1]), ""], size)]
    if any(moves):
        arrows = [Cell(move, theme.SECONDARY) for move in (*moves, "")]
        columns = [
            attrs.evolve(columns[0], after=5.0),
            column_of("", arrows, size, flush_right=False),
        ]
    return [
        *columns,
        column_of(
            _UNIT.say(lang),
            [shortened(row.name, size, _NAME_LIMIT) for row in rows],
            size,
            flush_right=False,
        ),
        column_of(_TARGET.say(lang), counts(lambda row: row.target), size),
        column_of(_NEW.say(lang), counts(lambda row: row.new), size),
        column_of(_DONE.say(lang), counts(lambda row: row.done), size),
        column_of(_RATE.say(lang), [percent(row.completion_rate) for row in rows], size),
    ]


def _right_columns(rows: Sequence[Standing], size: float, lang: Lang) -> list[Column]:
    gaps = [Cell(signed(row.gap_points), row.status.ink) for row in rows]
    columns = [column_of(GAP_POINTS.say(lang), gaps, size)]
    if any(row.reports_expected is not None for row in rows):
        reports = [
            MISSING
            if row.reports_expected is None
            else f"{count(row.reports_received)}/{count(row.reports_expected)}"
            for row in rows
        ]
        columns.append(column_of(_REPORTS.say(lang), reports, size))
    if len(_burdens(rows)) > 1:
        burdens = [count(row.burden) for row in rows[:-1]]
        columns.append(column_of(_BURDEN.say(lang), [*burdens, ""], size))
    if any(row.signs for row in rows):
        signs = [Cell(sign_words(row.signs, lang, short=True), theme.AMBER_INK) for row in rows]
        columns.append(column_of(_SIGNS.say(lang), signs, size, flush_right=False))
    states = [Cell(row.status.words.say(lang), row.status.ink, row.status) for row in rows]
    return [*columns, column_of(_STATUS.say(lang), states, size, flush_right=False)]


def _draw_bars(canvas: Canvas, rows: Sequence[Standing], places: Sequence[float]) -> None:
    rates = [row.completion_rate for row in rows]
    plans = [row.planned_rate for row in rows if row.planned_rate is not None]
    furthest = max([1.0, *(rate for rate in rates if rate is not None), *plans])
    canvas.ax.set_xlim(0.0, furthest)
    canvas.ax.barh(places, [1.0] * len(places), height=0.34, color=theme.TRACK, zorder=1)
    known = [
        (place, row.completion_rate, row.status.colour)
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
