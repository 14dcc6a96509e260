"""The charts: one function each, `(subject, ..., *, ax, lang, title, notes) -> Axes`.

`ax` draws there and makes no figure; without it there is one new figure, which a notebook shows
once and pyplot does not know. An Axes whose box is too small for the chart is refused with the size
that it needs; where the box changes (by a layout engine, by a new size of the figure) the chart is
composed anew. The words are dark: a figure of yours has a light ground. `lang` is "en", "zh"
(simplified) or "zh-Hant", by default that of the context. `title=None` writes the main fact as the
headline, `title=""` none; `notes=False` leaves out what stands below. Where colours mean good and
bad, `colours="red_is_good"` exchanges them, and a `Theme` sets them. Titles, ticks and labels of
lines are those of matplotlib, so that `ax.get_title()`, `ax.set_title(...)` and `ax.legend()` work.
The same-named table of `cc.tables` gives the numbers; `page` puts four charts on one figure. Each
function is loaded when it is first asked for, and matplotlib with it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coverage_campaign.views.charts._theme import Theme
    from coverage_campaign.views.charts.annex_chart import annex
    from coverage_campaign.views.charts.back_test_chart import back_test
    from coverage_campaign.views.charts.bridge_chart import bridge
    from coverage_campaign.views.charts.bullet_chart import bullet
    from coverage_campaign.views.charts.burn_up_chart import burn_up
    from coverage_campaign.views.charts.calendar_chart import calendar
    from coverage_campaign.views.charts.comparison_chart import comparison
    from coverage_campaign.views.charts.completeness_chart import completeness
    from coverage_campaign.views.charts.fairness_chart import fairness
    from coverage_campaign.views.charts.multiples_chart import multiples
    from coverage_campaign.views.charts.page_chart import page
    from coverage_campaign.views.charts.ranking_chart import ranking
    from coverage_campaign.views.charts.sensitivity_chart import sensitivity

__all__ = [
    "Theme",
    "annex",
    "back_test",
    "bridge",
    "bullet",
    "burn_up",
    "calendar",
    "comparison",
    "completeness",
    "fairness",
    "multiples",
    "page",
    "ranking",
    "sensitivity",
]

if not TYPE_CHECKING:

    def __getattr__(name):  # noqa: ANN001, ANN202 - the type checker sees the imports above
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        home = "_theme" if name == "Theme" else f"{name}_chart"
        chart = getattr(import_module(f"{__name__}.{home}"), name)
        globals()[name] = chart
        return chart


def __dir__() -> list[str]:
    return __all__
