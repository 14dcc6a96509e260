"""The fan of a forecast: bands of growing probability, and the path that is expected."""

from __future__ import annotations

from typing import Final

import pandas as pd

from coverage_campaign.messages import Language, message
from coverage_campaign.messages.formats import percent
from coverage_campaign.progress.forecast.forecast import Forecast
from coverage_campaign.views.charts import _theme as theme
from coverage_campaign.views.charts._canvas import Canvas
from coverage_campaign.views.charts._running_totals import Curves, to_day
from coverage_campaign.views.charts._ticks import x_of

__all__ = ["bands_of", "draw_fan", "fan_note"]

# The wider the band, the paler.
_BANDS: Final = ((0.95, "#E1ECF6"), (0.8, "#BCD6EC"), (0.5, "#92BEE0"))


def _levels(forecast: Forecast) -> list[float]:
    """Return the probabilities of the bands, the widest first: its own in place of the nearest."""
    usual = [level for level, _ in _BANDS]
    nearest = min(usual, key=lambda level: abs(level - forecast.level))
    return sorted({forecast.level, *usual} - ({nearest} - {forecast.level}), reverse=True)


def bands_of(forecast: Forecast) -> list[tuple[str, pd.DataFrame]]:
    """Return the bands of the fan with their colours, the widest first."""
    made = [
        forecast if level == forecast.level else forecast.at(level) for level in _levels(forecast)
    ]
    return [(colour, one.fan().dropna()) for (_, colour), one in zip(_BANDS, made, strict=True)]


def fan_note(forecast: Forecast, lang: Language) -> str:
    """Return what the bands mean."""
    levels = [percent(level, digits=0) for level in reversed(_levels(forecast))]
    return message(
        "The bands hold it with a probability of {levels}.",
        levels=(", " if lang == "en" else "、").join(levels),
    ).text(lang)


def draw_fan(
    canvas: Canvas,
    fan: pd.DataFrame,
    bands: list[tuple[str, pd.DataFrame]],
    curves: Curves,
    label: str,
) -> None:
    """Draw the bands, the widest first, and the path that is expected."""
    for colour, band in bands:
        x, low = _joined(curves, band, "low")
        _, high = _joined(curves, band, "high")
        canvas.ax.fill_between(x, low, high, color=colour, linewidth=0, zorder=1)
    x, expected = _joined(curves, fan, "expected")
    canvas.line(x, expected, colour=theme.BLUE, width=1.6, style="--", zorder=2.4, label=label)


def _joined(curves: Curves, fan: pd.DataFrame, name: str) -> tuple[list[float], list[float]]:
    """Return one line of the fan, beginning where what is done ends."""
    x = [x_of(to_day(value), end=True) for value in fan["date"].to_numpy()]
    y = fan[name].astype(float).tolist()
    if curves.done_x and x[0] > curves.done_x[-1]:
        return [curves.done_x[-1], *x], [float(curves.done_y[-1]), *y]
    return x, y
