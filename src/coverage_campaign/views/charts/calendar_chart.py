"""When what is done, where the source's dates leave gaps and where they overlap."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Final, Literal, TypeAlias

import attrs
from matplotlib.axes import Axes

from coverage_campaign.checks import checked_call
from coverage_campaign.messages import Language, Message, check_language, message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import DateLike, Window, to_date
from coverage_campaign.model.labels import Label
from coverage_campaign.model.review.findings import Finding, Findings
from coverage_campaign.model.review.review import review
from coverage_campaign.views.charts import _theme as theme
from coverage_campaign.views.charts._canvas import Canvas, Mark, Room, chart, open_canvas
from coverage_campaign.views.charts._lettering import shortened, width_of
from coverage_campaign.views.charts._ticks import TIME_ROOM, time_scale, x_of
from coverage_campaign.views.words import span

__all__ = ["Row", "calendar", "phase_rows"]

_WIDTH: Final = 8.2
_PITCH: Final = 27.0
# Twenty letters of Chinese.
_NAME_LIMIT: Final = 192.0
_INDENT: Final = 10.0
_REMAINING: Final = "#D3E3F1"


_NOT_BEGUN: Final = message("Not begun yet")
_OVER: Final = message("All phases are over")
_MARK: Final = message("dates to check")
_ELAPSED: Final = message("Dark: elapsed time.")


_MARK_SIZE: Final = 8.0


@attrs.frozen
class Row:
    """One phase as it is drawn: its name, days, depth in the tree, and whether it has parts."""

    code: str
    parent: str | None
    name: str
    window: Window
    depth: int
    has_parts: bool


@checked_call
@chart
@checked_call
def calendar(
    campaign: Campaign,
    *,
    as_of: DateLike | None = None,
    findings: Findings | None = None,
    ax: Axes | None = None,
    lang: Language | None = None,
    title: str | None = None,
    notes: bool = True,
) -> Axes:
    """Return the Axes of the phases on a scale of days, with the dates that need a look.

    Both ends of a phase lie inside it. With `as_of` the time gone by is dark. A diamond marks days
    that a review of the campaign doubts: in no part of their phase, in two at once, or left out at
    its end. `findings` are those of a review that you have; by default one is made.

    >>> import coverage_campaign as cc
    >>> campaign = cc.load_case("hengyang", year=2008)
    >>> cc.charts.calendar(campaign, as_of="2008-09-30", lang="zh", title="").get_label()
    '衡阳市社会养老保险征缴扩面'
    """
    lang = check_language(lang)
    today = None if as_of is None else to_date(as_of, where="as_of")
    rows = phase_rows(campaign, lang)
    reviewed = review(campaign) if findings is None else findings
    found = doubts_of(reviewed)
    names = [shortened(row.name, theme.LABEL, _NAME_LIMIT) for row in rows]
    label_width = max(
        width_of(name, theme.LABEL) + _INDENT * row.depth
        for name, row in zip(names, rows, strict=True)
    )
    checks = ("; " if lang == "en" else "；").join(one.sentence(campaign, lang) for one in found)
    below = [message("Dates to check: {issues}.", issues=checks).text(lang)] if found else []
    if today is not None:
        below.append(_ELAPSED.text(lang))
    below.append(
        message("The review of the definition has {n} findings.", n=len(reviewed)).text(lang)
    )
    canvas = open_canvas(
        ax,
        width=_WIDTH,
        height=_PITCH * len(rows),
        room=Room(left=label_width + 12, right=14, above=16 if today else 4, below=TIME_ROOM),
        lang=lang,
        title=_headline(campaign, rows, today, lang) if title is None else title,
        subtitle=campaign.label.text(lang),
        marks=[Mark(_MARK.text(lang), theme.AMBER, theme.AMBER_INK, "D")] if found else [],
        notes=below if notes else None,
        basis=campaign.basis(),
        least=(200.0, 15.0 * len(rows)),
    )
    whole = campaign.whole_window
    canvas.ax.set_xlim(x_of(whole.first), x_of(whole.last, end=True))
    canvas.ax.set_ylim(len(rows) - 0.3, -0.5)
    canvas.y_ticks(range(len(rows)), names, shown=False)
    time_scale(canvas, whole.first, whole.last, lang, rules=True)
    for place, (row, name) in enumerate(zip(rows, names, strict=True)):
        canvas.write(
            -canvas.room.left + _INDENT * row.depth,
            place,
            name,
            at=("left", "data"),
            size=theme.LABEL,
        )
        _draw_phase(canvas, row, place, today, lang)
    _draw_doubts(canvas, rows, found, lang, today=today)
    if today is not None and today in whole:
        _draw_today(canvas, today, lang)
    return canvas.ax


def phase_rows(campaign: Campaign, lang: Language) -> tuple[Row, ...]:
    """Return the phases with each one's parts below it, in file order."""
    parents = {phase.parent for phase in campaign.phases}

    def below(parent: str | None, depth: int) -> Iterator[Row]:
        for phase in campaign.phases:
            if phase.parent == parent:
                yield Row(
                    phase.code,
                    parent,
                    phase.label.text(lang),
                    campaign.window(phase.code),
                    depth,
                    phase.code in parents,
                )
                yield from below(phase.code, depth + 1)

    return tuple(below(None, 0))


def _headline(
    campaign: Campaign, rows: Sequence[Row], today: dt.date | None, lang: Language
) -> str:
    if today is None:
        return message("{n} phases", n=len(rows)).text(lang)
    whole = campaign.whole_window
    if today < whole.first:
        return _NOT_BEGUN.text(lang)
    if today > whole.last:
        return _OVER.text(lang)
    running = [row for row in rows if today in row.window and not row.has_parts]
    running = running or [row for row in rows if today in row.window]
    if not running:
        return message("{n} phases", n=len(rows)).text(lang)
    return message("Now: {phases}", phases=[row.name for row in running]).text(lang)


def _draw_phase(
    canvas: Canvas, row: Row, place: int, today: dt.date | None, lang: Language
) -> None:
    left, right = x_of(row.window.first), x_of(row.window.last, end=True)
    text = span(row.window, lang)
    points = canvas.width / (canvas.ax.get_xlim()[1] - canvas.ax.get_xlim()[0])
    if row.has_parts:
        canvas.ax.barh([place], [right - left], left=left, height=0.14, color=theme.TERTIARY)
        for x in (left, right):
            canvas.line([x, x], [place - 0.07, place + 0.2], colour=theme.TERTIARY, width=1.6)
        _beside(canvas, left, right, place, text, today=today)
        return
    split = right if today is None else min(max(x_of(today, end=True), left), right)
    gone = theme.BLUE if today is not None else _REMAINING
    if split > left:
        canvas.ax.barh([place], [split - left], left=left, height=0.52, color=gone)
    if split < right:
        canvas.ax.barh([place], [right - split], left=split, height=0.52, color=_REMAINING)
    begin, end = (left, split) if split - left > right - split else (split, right)
    dark = end == split and today is not None
    for words in (text, span(row.window, lang, short=True)):
        if width_of(words, theme.CELL) + 8 < (end - begin) * points:
            colour = "white" if dark else theme.INK
            canvas.write((begin + end) / 2, place, words, colour=colour, ha="center")
            return
    _beside(canvas, left, right, place, text, today=today)


def _beside(
    canvas: Canvas, left: float, right: float, place: int, text: str, *, today: dt.date | None
) -> None:
    """Write the days of a phase right or left of its bar, off the line of the last day counted."""
    low, high = canvas.ax.get_xlim()
    a_point = (high - low) / canvas.width
    wide = (width_of(text, theme.CELL) + 8) * a_point
    line = low - 1 if today is None else x_of(today, end=True)
    fits_right = right + wide <= high + canvas.room.right * a_point
    fits_left = left - wide >= low
    crossed = right <= line <= right + wide
    if fits_left and (not fits_right or (crossed and not left - wide <= line <= left)):
        canvas.write(left - 6 * a_point, place, text, colour=theme.SECONDARY, ha="right", halo=True)
    elif fits_right:
        canvas.write(right + 6 * a_point, place, text, colour=theme.SECONDARY, halo=True)
    else:
        canvas.write((left + right) / 2, place - 0.31, text, colour=theme.SECONDARY, ha="center")


def _draw_doubts(
    canvas: Canvas,
    rows: Sequence[Row],
    found: Sequence[Doubt],
    lang: Language,
    *,
    today: dt.date | None,
) -> None:
    """Draw a diamond for the days in doubt between the two rows concerned, and a word beside it."""
    low, high = canvas.ax.get_xlim()
    a_point = (high - low) / canvas.width
    line = low - 1 if today is None else x_of(today, end=True)
    marks: dict[tuple[float, Window], list[str]] = {}
    for doubt in found:
        place = _between(rows, doubt)
        marks.setdefault((place, doubt.window), []).append(doubt.label(lang))
    taken: list[tuple[float, float, float]] = []
    for (y, window), words in marks.items():
        left, right = x_of(window.first), min(x_of(window.last, end=True), high + 3 * a_point)
        middle = (left + right) / 2
        canvas.line([left, right], [y, y], colour=theme.AMBER_INK, width=1.6, zorder=3)
        canvas.line(
            [middle],
            [y],
            colour=theme.AMBER,
            marker="D",
            marker_size=6.5,
            edge=theme.AMBER_INK,
            zorder=4,
        )
        text = message("{days}: {kinds}", days=span(window, lang), kinds=words).text(lang)
        width = width_of(text, _MARK_SIZE) * a_point
        beside = max((right - left) / 2, 5 * a_point) + 4 * a_point
        inside = middle + 8 * a_point
        sides = [("right", middle - beside - width), ("left", middle + beside)]
        if inside + width <= right:
            sides.append(("left", inside))
        # The side that the line of the last day counted does not cross comes first.
        sides.sort(key=lambda side: side[1] <= line <= side[1] + width)
        for ha, start in sides:
            end = start + width
            free = all(y != other or end < begin or stop < start for begin, stop, other in taken)
            if free and start >= low and end <= high + canvas.room.right * a_point:
                taken.append((start, end, y))
                canvas.write(
                    end if ha == "right" else start,
                    y,
                    text,
                    size=_MARK_SIZE,
                    colour=theme.AMBER_INK,
                    ha="right" if ha == "right" else "left",
                    halo=True,
                )
                break


def _between(rows: Sequence[Row], doubt: Doubt) -> float:
    """Return the height of a mark: the upper edge of the later row concerned, or below the last."""
    place_of = {row.code: place for place, row in enumerate(rows)}
    concerned = [place for place, row in enumerate(rows) if row.code in doubt.phases]
    if doubt.kind == "gap":
        after = [
            place
            for place in concerned
            if place > place_of[doubt.phases[0]] and rows[place].window.first > doubt.window.last
        ]
        return min(after) - 0.5 if after else max(concerned) + 0.5
    if doubt.kind == "short":
        return max(concerned) + 0.5
    return max(concerned) - 0.5


def _draw_today(canvas: Canvas, today: dt.date, lang: Language) -> None:
    x = x_of(today, end=True)
    canvas.line([x, x], [0, 1], at=("data", "share"), colour=theme.RED, width=1.4, zorder=3)
    canvas.write(
        x,
        5,
        message("{day}", day=today).text(lang),
        at=("data", "top"),
        size=theme.TICK,
        colour=theme.RED,
        ha="center",
        va="baseline",
    )


Kind: TypeAlias = Literal["gap", "overlap", "short", "outside"]

_KINDS: Final[dict[str, Kind]] = {
    "day-in-no-part": "gap",
    "stage-outlasts-its-parts": "gap",
    "day-in-two-parts": "overlap",
    "stages-overlap": "overlap",
    "part-outside-its-stage": "outside",
    "end-one-day-short": "short",
}
_LABELS: Final[dict[Kind, Message]] = {
    "gap": message("gap"),
    "overlap": message("overlap"),
    "short": message("left out"),
    "outside": message("outside"),
}


@attrs.frozen
class Doubt:
    """Days in doubt: of which kind, and the phases concerned, the embracing one first."""

    kind: Kind
    window: Window
    phases: tuple[str, ...]

    def sentence(self, campaign: Campaign, lang: Language) -> str:
        """Return what is to be checked, without a full stop."""
        names = [campaign.phase(code).label for code in (*self.phases, *self.phases)]
        return self._message(span(self.window, lang), *names[:2]).text(lang)

    def _message(self, days: str, phase: Label, other: Label) -> Message:
        if self.kind == "gap":
            return message("{days} in no part of {phase}", days=days, phase=phase)
        if self.kind == "overlap":
            return message("{days} in {phase} and in {other}", days=days, phase=phase, other=other)
        if self.kind == "short":
            return message("{phase} ends just before {days}", days=days, phase=phase)
        return message("{days} of {other} outside {phase}", days=days, phase=phase, other=other)

    def label(self, lang: Language) -> str:
        """Return one word for the chart."""
        return _LABELS[self.kind].text(lang)


def doubts_of(findings: Sequence[Finding]) -> tuple[Doubt, ...]:
    """Return the days that findings about the calendar name, in their order of time.

    A phase that ends a day early is told only where that day is in no other doubt.
    """
    found = [
        Doubt(_KINDS[one.code], Window(min(one.dates), max(one.dates)), one.parts)
        for one in findings
        if one.code in _KINDS and one.dates
    ]
    days = {doubt.window for doubt in found if doubt.kind != "short"}
    kept = [doubt for doubt in found if doubt.kind != "short" or doubt.window not in days]
    return tuple(sorted(kept, key=lambda doubt: doubt.window))
