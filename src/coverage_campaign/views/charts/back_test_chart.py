"""How good the forecast would have been: errors by days ahead, against what it has to beat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd
from matplotlib.axes import Axes

from coverage_campaign.checks import checked_call
from coverage_campaign.messages import Language, check_language, message
from coverage_campaign.messages.formats import percent
from coverage_campaign.progress.forecast.backtest import Backtest
from coverage_campaign.views.charts import _theme as theme
from coverage_campaign.views.charts._canvas import Canvas, Room, chart, open_canvas
from coverage_campaign.views.charts._lettering import shortened, spread, width_of
from coverage_campaign.views.charts._ticks import round_steps

__all__ = ["back_test", "errors_of"]

_WIDTH: Final = 7.4
_HEIGHT: Final = 215.0
_LINE: Final = 13.0
_HEADROOM: Final = 1.05
_NAME_LIMIT: Final = 120.0


_METHODS: Final = {
    "damped": message("Damped trend"),
    "plan_following": message("As planned"),
    "saturating": message("Saturating curve"),
    "unchanged": message("No further enrolments"),
    "run_rate(all)": message("Pace so far"),
}


_UNITS: Final = {
    "points": message("points"),
    "persons": message("persons"),
}

_APART: Final = message("origins apart")
_DAYS: Final = message("days ahead")


@checked_call
@chart
@checked_call
def back_test(
    tested: Backtest,
    *,
    ax: Axes | None = None,
    lang: Language | None = None,
    title: str | None = None,
    notes: bool = True,
) -> Axes:
    """Return the Axes of the mean error by days ahead, of the method and of each baseline.

    Below stands how often the range held what came, and how many origins are apart.

    >>> import pandas as pd
    >>> import coverage_campaign as cc
    >>> days = pd.date_range("2021-03-01", periods=40)
    >>> totals = pd.DataFrame({"a": range(0, 400, 10), "b": range(0, 800, 20)}, index=days)
    >>> tested = cc.backtest(totals, ahead=(7, 14))
    >>> cc.charts.back_test(tested, title="a and b").get_label()
    'a and b Mean absolute error in persons by days ahead'
    """
    lang = check_language(lang)
    errors = errors_of(tested)
    totals = tested.totals()
    whole, rows = totals.iloc[-1], totals.iloc[:-1]
    days = [int(value) for value in rows["ahead"].tolist()]
    highest = max((max(line.values()) for line in errors.values()), default=1.0)
    factor, steps = _steps(highest)
    steps = [step for step in steps if step <= highest * _HEADROOM]
    texts = [_number(step, factor) for step in steps]
    names = {name: shortened(_method_name(name, lang), theme.LABEL, _NAME_LIMIT) for name in errors}
    heads = [
        _DAYS.text(lang),
        message("in {level:percent 0} range", level=tested.level).text(lang),
        _APART.text(lang),
    ]
    left = max(*(width_of(text, theme.TICK) for text in (*texts, *heads)))
    canvas = open_canvas(
        ax,
        width=_WIDTH,
        height=_HEIGHT,
        room=Room(
            left=left + 22,
            right=max(width_of(name, theme.LABEL) for name in names.values()) + 26,
            above=4,
            below=18 + 2 * _LINE,
        ),
        lang=lang,
        title=_headline(tested, whole, lang) if title is None else title,
        subtitle=message(
            "Mean absolute error in {unit} by days ahead",
            unit=_UNITS[tested.unit_of_error],
        ).text(lang),
        notes=None
        if not notes
        else [
            message(
                "The best baseline is chosen with hindsight, another one at each origin; the ratio"
                " is the geometric mean over {n} origins.",
                n=int(whole["origins"]),
            ).text(lang)
        ],
    )
    canvas.ax.set_xlim(-0.25, len(days) - 0.75)
    canvas.ax.set_ylim(0.0, highest * _HEADROOM)
    for step in steps:
        canvas.line([0, 1], [step, step], at=("share", "data"), colour=theme.HAIRLINE, zorder=0.5)
    canvas.y_ticks(steps, texts)
    canvas.x_ticks(range(len(days)), [str(day) for day in days])
    canvas.ax.tick_params(axis="x", labelbottom=False)
    canvas.axis_labels(across=_DAYS.text(lang), upward=_UNITS[tested.unit_of_error].text(lang))
    _draw_lines(canvas, errors, days, tested.method)
    _write_names(canvas, errors, names, days, tested.method)
    held = [percent(float(value), digits=0) for value in rows["covered"].tolist()]
    apart = [str(int(value)) for value in rows["origins_apart"].tolist()]
    _write_table(canvas, heads, [[str(day) for day in days], held, apart])
    return canvas.ax


def errors_of(tested: Backtest) -> dict[str, dict[int, float]]:
    """Return the mean error over the origins, by method and days ahead; the tested one last."""
    means = tested.to_frame().groupby(["method", "ahead"], sort=False)["error"].mean()
    errors: dict[str, dict[int, float]] = {}
    for (name, ahead), error in zip(means.index.tolist(), means.tolist(), strict=True):
        errors.setdefault(str(name), {})[int(ahead)] = float(error)
    mine = errors.pop(tested.method)
    return {**errors, tested.method: mine}


def _headline(tested: Backtest, whole: pd.Series[float], lang: Language) -> str:
    ratio = percent(float(whole["ratio"]), digits=0)
    return message(
        "{method}: {ratio} of the error of the best baseline",
        method=_method_name(tested.method, lang),
        ratio=ratio,
    ).text(lang)


def _method_name(method: str, lang: Language) -> str:
    """Return what a method of the library is called; another by its own name."""
    if method in _METHODS:
        return _METHODS[method].text(lang)
    days = method.removeprefix("run_rate(").removesuffix(")")
    return (
        message("Pace of {days} days", days=days).text(lang)
        if days.isdecimal() and days != method
        else method
    )


def _steps(highest: float) -> tuple[int, list[float]]:
    """Return round values from 0 to above `highest`, and by what they were taken times."""
    factor = 1
    while highest * factor < 10 and factor < 10**6:  # noqa: PLR2004 - two figures are enough
        factor *= 10
    return factor, [step / factor for step in round_steps(highest * factor)]


def _number(value: float, factor: int) -> str:
    return f"{value:,.0f}" if factor == 1 else f"{value:,.{len(str(factor)) - 1}f}"


def _draw_lines(
    canvas: Canvas, errors: Mapping[str, Mapping[int, float]], days: list[int], method: str
) -> None:
    for name, line in errors.items():
        mine = name == method
        places = [place for place, day in enumerate(days) if day in line]
        canvas.line(
            places,
            [line[days[place]] for place in places],
            colour=theme.BLUE if mine else theme.TERTIARY,
            width=2.6 if mine else 1.2,
            marker="o" if mine else "",
            marker_size=6.0,
            edge="white",
            zorder=3 if mine else 2,
            label=name,
        )


def _write_names(
    canvas: Canvas,
    errors: Mapping[str, Mapping[int, float]],
    names: Mapping[str, str],
    days: list[int],
    method: str,
) -> None:
    """Write the methods at the ends of their lines, moved apart."""
    points = canvas.height / canvas.ax.get_ylim()[1]
    ends = [line[max(day for day in days if day in line)] * points for line in errors.values()]
    centres = spread(ends, [_LINE] * len(ends), low=0.0, high=canvas.height + 6)
    edge = (canvas.ax.get_xlim()[1] - (len(days) - 1)) * canvas.width
    inward = edge / (canvas.ax.get_xlim()[1] - canvas.ax.get_xlim()[0])
    for name, end, centre in zip(errors, ends, centres, strict=True):
        mine = name == method
        canvas.line(
            [3 - inward, 14],
            [end, centre],
            at=("right", "bottom"),
            colour=theme.HAIRLINE,
            width=0.7,
        )
        canvas.write(
            17,
            centre,
            names[name],
            at=("right", "bottom"),
            size=theme.LABEL if mine else theme.CELL,
            colour=theme.BLUE if mine else theme.SECONDARY,
            bold=mine,
        )


def _write_table(canvas: Canvas, heads: list[str], lines: list[list[str]]) -> None:
    for number, (head, cells) in enumerate(zip(heads, lines, strict=True)):
        y = -15 - _LINE * number
        canvas.write(
            -canvas.room.left,
            y,
            head,
            at=("left", "bottom"),
            size=theme.TICK if number == 0 else theme.CELL,
            colour=theme.SECONDARY,
            va="baseline",
        )
        for place, cell in enumerate(cells):
            canvas.write(
                place,
                y,
                cell,
                at=("data", "bottom"),
                size=theme.TICK if number == 0 else theme.CELL,
                colour=theme.INK if number == 0 else theme.SECONDARY,
                ha="center",
                va="baseline",
            )
