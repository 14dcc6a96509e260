"""From gross to net: what came in by each channel and what was lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import attrs
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from coverage_campaign.checks import checked_call
from coverage_campaign.messages import Language, check_language, message
from coverage_campaign.messages.formats import count, signed
from coverage_campaign.model.targets import Effect
from coverage_campaign.progress.progress import Progress
from coverage_campaign.reporting.result import Tally
from coverage_campaign.views.charts import _theme as theme
from coverage_campaign.views.charts._canvas import Canvas, Room, box_size, chart, open_canvas
from coverage_campaign.views.charts._lettering import balanced, drawable, pieces, width_of

__all__ = ["BridgeStep", "bridge", "steps_of"]

_WIDTH: Final = 7.4
_HEIGHT: Final = 210.0
_HEAD_LINES: Final = 3


_NOTHING: Final = message("No report counted yet")


_NET: Final = message("Net")
_CORRECTIONS: Final = message("Corrections downwards")
_CORRECTED: Final = "corrections"
_GROSS_COUNTS: Final = message("The gross figure counts: losses are not deducted.")
_NET_COUNTS: Final = message("The net figure counts.")
_OPEN: Final = message("Whether losses are deducted is open.")
_ALL: Final = message("All channels")


@attrs.frozen
class BridgeStep:
    """One bar: its channel, what it is called, and the persons that it adds or takes."""

    channel: str
    effect: Effect
    name: str
    persons: int


@checked_call
@chart
@checked_call
def bridge(
    subject: Tally | Progress,
    *,
    ax: Axes | None = None,
    lang: Language | None = None,
    colours: theme.Colours = "blue_is_good",
    title: str | None = None,
    notes: bool = True,
) -> Axes:
    """Return the Axes of bars from the gross figure by channel down to the net, all from 0.

    A progress counts to its last day and its units; a tally all that it holds. Figures below 0 of
    an entry or a resumption, which correct earlier ones, have a bar of their own.

    >>> import coverage_campaign as cc
    >>> campaign = cc.load_case("hengyang", year=2008)
    >>> allocation = cc.allocate(campaign, weights=cc.weights.by_measure("census_2000"))
    >>> plan = cc.schedule(allocation, over="special-action")
    >>> events = cc.simulate(plan, seed=1).events
    >>> tally = cc.tally(events, campaign, as_of="2008-10-05", simulated=True)
    >>> progress = cc.track(plan, tally, as_of="2008-09-30")
    >>> bars = cc.charts.bridge(progress).patches
    >>> int(bars[-1].get_height() - cc.tables.bridge(progress)["persons"].sum())
    0
    """
    lang = check_language(lang)
    tally = subject.tally if isinstance(subject, Progress) else subject
    as_of = subject.as_of if isinstance(subject, Progress) else None
    steps = steps_of(subject, lang)
    net = sum(step.persons for step in steps)
    gross = sum(step.persons for step in steps if step.effect != "loss")
    names = [*(step.name for step in steps), _NET.text(lang)]
    widest = max(width_of(part, theme.TICK) for name in names for part in pieces(name))
    width = max(_WIDTH, ((widest + 9) * len(names) + 30) / 72)
    column = (width * 72 - 30) / len(names)
    if ax is not None:
        column = box_size(ax)[0] / len(names)
    heads = [balanced(name, theme.TICK, column - 4, lines=_HEAD_LINES) for name in names]
    campaign = tally.campaign
    until = "" if as_of is None else message(", to {day:date}", day=as_of).text(lang)
    counted = campaign.counts_net
    canvas = open_canvas(
        ax,
        width=width,
        height=_HEIGHT,
        room=Room(left=2, right=2, above=8, below=8 + 12.5 * max(len(head) for head in heads)),
        lang=lang,
        title=_headline(steps, gross, net, lang) if title is None else title,
        subtitle=message(
            "{campaign}: people by channel{until}", campaign=campaign.label, until=until
        ).text(lang),
        notes=None
        if not notes
        else [(_OPEN if counted is None else _NET_COUNTS if counted else _GROSS_COUNTS).text(lang)],
        basis=subject.basis,
    )
    _draw(canvas, steps, net, theme.theme_of(colours))
    canvas.x_ticks(range(len(heads)), ["\n".join(map(drawable, head)) for head in heads])
    canvas.axis_labels(upward=message("persons").text(lang))
    return canvas.ax


def steps_of(subject: Tally | Progress, lang: Language) -> tuple[BridgeStep, ...]:
    """Return the bars in the campaign's order of channels, entries first, losses last."""
    tally = subject.tally if isinstance(subject, Progress) else subject
    found, taken_back = _sums(subject)
    kinds: tuple[Effect, ...] = ("entry", "resumption", "loss")
    channels = {channel.code: channel for channel in tally.campaign.channels}
    order = [*channels, *(code for code in found if code not in channels)]
    steps = []
    for kind in kinds:
        for code in order:
            channel = channels.get(code)
            effect: Effect = "entry" if channel is None else channel.effect
            if effect != kind or code not in found:
                continue
            name = channel.label.text(lang) if channel is not None else ""
            if not name:
                name = _ALL.text(lang) if code == "all" else code
            persons = -found[code] if kind == "loss" else found[code]
            steps.append(BridgeStep(code, kind, name, persons))
        if kind == "resumption" and taken_back:
            steps.append(BridgeStep(_CORRECTED, "entry", _CORRECTIONS.text(lang), taken_back))
    return tuple(steps)


def _sums(subject: Tally | Progress) -> tuple[dict[str, int], int]:
    """Return the persons of each channel, and what figures below 0 took back of the gross."""
    if isinstance(subject, Progress):
        rows = subject.rows
        names = np.array(rows.channels, dtype=object)[rows.channel].tolist()
        frame = pd.DataFrame({"channel": names, "persons": rows.persons})
    else:
        frame = subject.to_frame()[["channel", "persons"]]
    tally = subject.tally if isinstance(subject, Progress) else subject
    losses = [channel.code for channel in tally.campaign.channels if channel.effect == "loss"]
    corrected = (frame["persons"] < 0) & ~frame["channel"].isin(losses)
    sums = frame[~corrected].groupby("channel", sort=False)["persons"].sum()
    found = {str(code): int(persons) for code, persons in sums.items()}
    return found, int(frame.loc[corrected, "persons"].sum())


def _headline(steps: Sequence[BridgeStep], gross: int, net: int, lang: Language) -> str:
    if not steps:
        return _NOTHING.text(lang)
    if gross == net:
        return message("{gross} enrolled, no loss reported", gross=gross).text(lang)
    return message("{gross} enrolled, {net} net of losses", gross=gross, net=net).text(lang)


def _draw(canvas: Canvas, steps: Sequence[BridgeStep], net: int, palette: theme.Theme) -> None:
    levels = [0]
    for step in steps:
        levels.append(levels[-1] + step.persons)
    low, high = min([*levels, 0]), max([*levels, 1])
    height = high - low
    canvas.ax.set_xlim(-0.5, len(steps) + 0.5)
    canvas.ax.set_ylim(low - (0.09 * height if low < 0 else 0), high + 0.09 * height)
    canvas.line([0, 1], [0, 0], at=("share", "data"), colour=theme.TERTIARY, width=0.9)
    a_point = (canvas.ax.get_ylim()[1] - canvas.ax.get_ylim()[0]) / canvas.height
    for place, step in enumerate(steps):
        start, end = levels[place], levels[place + 1]
        colour = palette.bad if step.persons < 0 else palette.good
        canvas.ax.bar([place], [end - start], bottom=start, width=0.62, color=colour, zorder=2)
        following = place + 1 - 0.31 if place + 1 <= len(steps) else place + 0.31
        canvas.line([place + 0.31, following], [end, end], colour=theme.TERTIARY, width=0.8)
        down = step.persons < 0
        canvas.write(
            place,
            min(start, end) - 9 * a_point if down else max(start, end) + 8 * a_point,
            signed(step.persons, digits=0),
            colour=theme.readable(palette.bad) if down else theme.INK,
            ha="center",
            halo=True,
        )
    canvas.ax.bar([len(steps)], [net], width=0.62, color=theme.NAVY, zorder=2)
    canvas.write(
        len(steps),
        max(net, 0) + 8 * a_point,
        count(net),
        size=theme.LABEL,
        ha="center",
        bold=True,
        halo=True,
    )
