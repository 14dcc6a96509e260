"""Four charts of a progress on one figure: ranking, burn-up, small multiples, bridge."""

from __future__ import annotations

from typing import Final

from matplotlib.figure import Figure

from coverage_campaign.checks import checked_call
from coverage_campaign.messages import Language, check_language
from coverage_campaign.progress.forecast.forecast import Forecast
from coverage_campaign.progress.progress import Progress
from coverage_campaign.views.charts import _theme as theme
from coverage_campaign.views.charts._canvas import DPI, ChartAxes, figure_of
from coverage_campaign.views.charts.bridge_chart import bridge
from coverage_campaign.views.charts.burn_up_chart import burn_up
from coverage_campaign.views.charts.multiples_chart import multiples
from coverage_campaign.views.charts.ranking_chart import ranking

__all__ = ["page"]

# Inches between and around the charts.
_SPACE: Final = 0.45


@checked_call
def page(
    progress: Progress,
    forecast: Forecast | None = None,
    *,
    previous: Progress | None = None,
    lang: Language | None = None,
    colours: theme.Colours = "blue_is_good",
    notes: bool = True,
) -> Figure:
    """Return a figure with four charts of a progress, each as large as it needs to be.

    Ranking and burn-up above, small multiples and bridge below.

    >>> import coverage_campaign as cc
    >>> campaign = cc.load_case("hengyang", year=2008)
    >>> plan = cc.schedule(cc.allocate(campaign, weights=cc.weights.by_measure("census_2000")),
    ...                    over="special-action")
    >>> events = cc.simulate(plan, seed=1).events
    >>> tally = cc.tally(events, campaign, as_of="2008-10-05", simulated=True)
    >>> figure = cc.charts.page(cc.track(plan, tally, as_of="2008-09-30"))
    >>> [axes.get_title() != "" for axes in figure.axes]
    [True, True, True, True]
    """
    lang = check_language(lang)
    alone = [
        [
            ranking(progress, previous=previous, lang=lang, colours=colours, notes=notes),
            burn_up(progress, forecast, lang=lang, colours=colours, notes=notes),
        ],
        [
            multiples(progress, lang=lang, colours=colours, notes=notes),
            bridge(progress, lang=lang, colours=colours, notes=notes),
        ],
    ]
    sizes = [[figure_of(axes).get_size_inches() for axes in row] for row in alone]
    widths = [max(row[column][0] for row in sizes) for column in range(2)]
    heights = [max(size[1] for size in row) for row in sizes]
    figure = Figure(
        figsize=(sum(widths) + 3 * _SPACE, sum(heights) + 3 * _SPACE), dpi=DPI, facecolor="white"
    )
    wide, tall = figure.get_size_inches()
    boxes = []
    for row, height in enumerate(heights):
        for column, width in enumerate(widths):
            left = _SPACE + column * (widths[0] + _SPACE)
            bottom = tall - sum(heights[: row + 1]) - (row + 1) * _SPACE
            box = (left / wide, bottom / tall, width / wide, height / tall)
            boxes.append(figure.add_axes(ChartAxes(figure, box)))
    ranking(progress, previous=previous, ax=boxes[0], lang=lang, colours=colours, notes=notes)
    burn_up(progress, forecast, ax=boxes[1], lang=lang, colours=colours, notes=notes)
    multiples(progress, ax=boxes[2], lang=lang, colours=colours, notes=notes)
    bridge(progress, ax=boxes[3], lang=lang, colours=colours, notes=notes)
    return figure
