"""What changes for whom: one line a unit from one result to the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import attrs
import pandas as pd
from matplotlib.axes import Axes

from coverage_campaign.checks import checked_call
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import Language, check_language, message, text_of
from coverage_campaign.messages.formats import count, signed
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.scenarios.compare import Comparison
from coverage_campaign.views.charts import _theme as theme
from coverage_campaign.views.charts._canvas import Canvas, Mark, Room, chart, open_canvas
from coverage_campaign.views.charts._lettering import shortened, spread, width_of
from coverage_campaign.views.words import Change, changes_of

__all__ = ["comparison"]

_WIDTH: Final = 6.8
_LINE: Final = 13.0
# Twenty letters of Chinese.
_NAME_LIMIT: Final = 172.0
_SIDE_LIMIT: Final = 230.0
_LEADER: Final = 13.0
_LEAST_SCALE: Final = 180.0


_NOTHING: Final = message("Nothing differs")

_SAME: Final = message("the total is the same")

_MORE: Final = message("≥10% more")
_LESS: Final = message("≥10% less")
_BEFORE: Final = message("before")
_AFTER: Final = message("after")
_ONLY: Final = message("Units that do not differ are left out.")

_QUANTITIES: Final = {
    "share": message("Share, people"),
    "uplifted": message("Uplifted share, people"),
    "target": message("Target, people"),
    "planned": message("Planned to date, people"),
    "done": message("Done, people"),
}


@checked_call
@chart
@checked_call
def comparison(
    compared: Comparison,
    *,
    quantity: Quantity | None = None,
    campaign: Campaign | None = None,
    ax: Axes | None = None,
    lang: Language | None = None,
    colours: theme.Colours = "blue_is_good",
    title: str | None = None,
    notes: bool = True,
) -> Axes:
    """Return the Axes of two scales of persons and one line a unit between them.

    `quantity` is what is compared: by default the first of share, uplifted, target, done and
    planned that differs. `campaign` gives the units' names in the language of the chart, by default
    that of the results. Changes of at least a tenth are in colour and told in percent.
    Of more than 40 units
    the 24 with the largest changes are named.

    >>> import coverage_campaign as cc
    >>> campaign = cc.load_case("hengyang", year=2008)
    >>> by = cc.weights.by_measure
    >>> old = cc.allocate(campaign, weights=by("census_2000"))
    >>> new = cc.allocate(campaign, weights=by("census_2010"))
    >>> cc.charts.comparison(cc.compare(old, new), title="").get_label()
    'Share, people by unit; the total is the same'
    """
    lang, palette = check_language(lang), theme.theme_of(colours)
    frame = compared.to_frame()
    what = quantity_of(frame) if quantity is None else quantity
    whole = campaign or compared.campaign
    everyone = slopes_of(frame[frame["quantity"] == what], whole, lang)
    slopes = largest(everyone)
    inputs = changes_of(compared.changes, whole)
    before, after = (shortened(words, theme.LABEL, _SIDE_LIMIT) for words in _sides(inputs, lang))
    names = [shortened(one.name, theme.CELL, _NAME_LIMIT) for one in slopes]
    left = [f"{name}  {count(one.before)}" for one, name in zip(slopes, names, strict=True)]
    right = [
        f"{count(one.after)}  {name}  {one.change}".rstrip()
        for one, name in zip(slopes, names, strict=True)
    ]
    change = sum((one.after or 0) - (one.before or 0) for one in everyone)
    total = (
        _SAME.text(lang)
        if change == 0
        else message("the total changes by {change:signed 0}", change=change).text(lang)
    )
    below = []
    if len(inputs) > 1:
        changes = [one.message for one in inputs]
        below.append(message("Inputs changed: {inputs}.", inputs=changes).text(lang))
    if len(slopes) < len(everyone):
        below.append(
            message(
                "The {named} largest changes are named; {others} smaller ones are grey.",
                named=len(slopes),
                others=len(everyone) - len(slopes),
            ).text(lang)
        )
    room = Room(left=_beside(left, before), right=_beside(right, after), above=22, below=4)
    canvas = open_canvas(
        ax,
        width=max(_WIDTH, (room.left + room.right + _LEAST_SCALE + 22) / 72),
        height=max(250.0, _LINE * (len(slopes) + 1)),
        room=room,
        lang=lang,
        title=_headline(everyone, lang) if title is None else title,
        subtitle=message(
            "{quantity} by unit; {total}", quantity=_QUANTITIES[what], total=total
        ).text(lang),
        marks=[
            Mark(words.text(lang), colour, theme.readable(colour), marker)
            for kind, words, colour, marker in (
                ("more", _MORE, palette.good, "^"),
                ("less", _LESS, palette.bad, "v"),
            )
            if any(one.kind == kind for one in slopes)
        ],
        notes=[*below, _ONLY.text(lang)] if notes else None,
        basis=compared.basis,
        least=(90.0, 9.5 * len(slopes)),
    )
    values = [value for one in everyone for value in (one.before, one.after) if value is not None]
    low, high = min([*values, 0]), max([*values, 1])
    canvas.ax.set_xlim(0.0, 1.0)
    canvas.x_ticks([0.0, 1.0], [before, after])
    canvas.ax.tick_params(axis="x", labelbottom=False)
    canvas.axis_labels(upward=_QUANTITIES[what].text(lang))
    canvas.ax.set_ylim(low - 0.02 * (high - low), high + 0.02 * (high - low))
    for side, words in (("left", before), ("right", after)):
        sign = -1 if side == "left" else 1
        x = 0.0 if side == "left" else 1.0
        canvas.line([x, x], [0, 1], at=("data", "share"), colour=theme.HAIRLINE, width=1.0)
        canvas.write(
            sign * (_LEADER + 2),
            7,
            words,
            at=("left" if side == "left" else "right", "top"),
            size=theme.LABEL,
            ha="right" if side == "left" else "left",
            va="baseline",
            bold=True,
        )
    kept = {id(one) for one in slopes}
    _draw_rest(canvas, [one for one in everyone if id(one) not in kept])
    _draw(canvas, slopes, palette)
    _label(canvas, [one.before for one in slopes], left, slopes, palette, side="left")
    _label(canvas, [one.after for one in slopes], right, slopes, palette, side="right")
    return canvas.ax


def _beside(labels: Sequence[str], head: str) -> float:
    widths = [width_of(head, theme.LABEL), *(width_of(text, theme.CELL) for text in labels)]
    return max(widths) + _LEADER + 4


def _sides(inputs: Sequence[Change], lang: Language) -> tuple[str, str]:
    """Return what to call the two sides: the two values of the one input that differs."""
    if len(inputs) == 1:
        return text_of(inputs[0].before, lang), text_of(inputs[0].after, lang)
    return _BEFORE.text(lang), _AFTER.text(lang)


def _headline(slopes: Sequence[Slope], lang: Language) -> str:
    more = sum(one.kind == "more" for one in slopes)
    less = sum(one.kind == "less" for one in slopes)
    if not slopes:
        return _NOTHING.text(lang)
    if more and less:
        return message(
            "{more} {more:plural unit|units} up by 10% or more, {less} down by 10% or more",
            more=more,
            less=less,
        ).text(lang)
    if more:
        return message(
            "{n} {n:plural unit|units} up by 10% or more, none down by as much", n=more
        ).text(lang)
    if less:
        return message(
            "{n} {n:plural unit|units} down by 10% or more, none up by as much", n=less
        ).text(lang)
    n = sum(one.size > 0 for one in slopes)
    return message("{n} {n:plural unit|units} changed, none by 10%", n=n).text(lang)


def _draw_rest(canvas: Canvas, slopes: Sequence[Slope]) -> None:
    """Draw the lines that have no name, thin."""
    for one in slopes:
        if one.before is not None and one.after is not None:
            canvas.line([0, 1], [one.before, one.after], colour=theme.HAIRLINE, zorder=1.5)


def _draw(canvas: Canvas, slopes: Sequence[Slope], palette: theme.Theme) -> None:
    for one in slopes:
        plain = one.kind == "same"
        width, zorder = (1.0, 2.0) if plain else (2.0, 3.0)
        colour = theme.TERTIARY if plain else one.colour(palette)
        if one.before is not None and one.after is not None:
            canvas.line([0, 1], [one.before, one.after], colour=colour, width=width, zorder=zorder)
        for x, value in ((0, one.before), (1, one.after)):
            if value is not None:
                canvas.line(
                    [x], [value], colour=colour, width=0, marker="o", marker_size=4.5, zorder=4
                )


def _label(
    canvas: Canvas,
    values: Sequence[int | None],
    texts: Sequence[str],
    slopes: Sequence[Slope],
    palette: theme.Theme,
    *,
    side: Literal["left", "right"],
) -> None:
    low, high = canvas.ax.get_ylim()
    points = canvas.height / (high - low)
    shown = [place for place, value in enumerate(values) if value is not None]
    wanted = [((values[place] or 0) - low) * points for place in shown]
    line = min(_LINE, canvas.height / max(len(shown), 1))
    centres = spread(wanted, [line] * len(shown), low=-2.0, high=canvas.height + 2)
    sign = -1 if side == "left" else 1
    for place, want, centre in zip(shown, wanted, centres, strict=True):
        if abs(want - centre) > 1.5:  # noqa: PLR2004 - points: nearer it needs no leader
            canvas.line(
                [sign * 3, sign * _LEADER],
                [want, centre],
                at=(side, "bottom"),
                colour=theme.TERTIARY,
                width=0.5,
            )
        canvas.write(
            sign * (_LEADER + 2),
            centre,
            texts[place],
            at=(side, "bottom"),
            colour=theme.readable(slopes[place].colour(palette)),
            ha="right" if side == "left" else "left",
        )


Quantity = Literal["share", "uplifted", "target", "planned", "done"]

# A change of a tenth of what was there before is told in colour.
_NOTABLE: Final = 10
# So many lines can be followed by eye; of more, only the largest changes are named.
_MOST_NAMED: Final = 40
_LARGEST: Final = 24


@attrs.frozen
class Slope:
    """One unit on both sides; None where a side does not have it."""

    name: str
    before: int | None
    after: int | None

    @property
    def size(self) -> int:
        """How far it moves, in persons."""
        return abs((self.after or 0) - (self.before or 0))

    @property
    def kind(self) -> Literal["more", "less", "same"]:
        """Whether the change is notable, decided in whole numbers."""
        if self.before is None or self.after is None:
            return "same"
        change = self.after - self.before
        if change == 0 or abs(change) * _NOTABLE < abs(self.before):
            return "same"
        return "more" if change > 0 else "less"

    def colour(self, palette: theme.Theme) -> str:
        """Return the colour of the line and of its words."""
        return {"more": palette.good, "less": palette.bad, "same": theme.SECONDARY}[self.kind]

    @property
    def change(self) -> str:
        """A notable change in percent, or nothing."""
        if self.kind == "same" or not self.before or self.after is None:
            return ""
        return signed(100 * (self.after - self.before) / self.before, digits=0) + "%"


def quantity_of(frame: pd.DataFrame) -> Quantity:
    """Return the first quantity that differs; 'share' where nothing does."""
    present = set(frame["quantity"].tolist())
    quantities: tuple[Quantity, ...] = ("share", "uplifted", "target", "done", "planned")
    found = next((one for one in quantities if one in present), None)
    if found is None and present:
        raise DefinitionError(
            Problem(
                "comparison",
                message("only {present} differ", present=sorted(present)),
                "see its to_frame()",
            )
        )
    return found or "share"


def slopes_of(frame: pd.DataFrame, campaign: Campaign | None, lang: Language) -> list[Slope]:
    """Return the lines of a comparison's frame, the lowest after first."""
    units = () if campaign is None else campaign.units
    names = {unit.code: unit.label.text(lang) for unit in units}

    def whole(values: pd.Series) -> list[int | None]:
        # A comparison that has scores too holds its counts as floats.
        known = pd.to_numeric(values).astype("Float64").round().astype("Int64")
        return known.astype("object").where(known.notna(), None).tolist()

    before, after = (whole(frame[name]) for name in ("before", "after"))
    slopes = [
        Slope(names.get(code) or str(name), old, new)
        for code, name, old, new in zip(
            frame["unit"].tolist(), frame["name"].tolist(), before, after, strict=True
        )
    ]
    # Labels that are moved apart keep this order: lines of equal ends then do not cross.
    return sorted(slopes, key=lambda one: (one.after or 0, one.before or 0))


def largest(slopes: Sequence[Slope]) -> Sequence[Slope]:
    """Return the lines that are named, in their order: all of a few, of many the largest."""
    if len(slopes) <= _MOST_NAMED:
        return slopes
    largest = sorted(slopes, key=lambda one: (-one.size, one.name))[:_LARGEST]
    chosen = {id(one) for one in largest}
    return [one for one in slopes if id(one) in chosen]
