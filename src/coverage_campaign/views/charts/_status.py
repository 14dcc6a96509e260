"""What charts of units against the plan say alike: headline, legend, what the marks mean."""

from __future__ import annotations

from collections.abc import Sequence

from coverage_campaign.messages import Language, message
from coverage_campaign.progress.status import SLACK
from coverage_campaign.progress.unit_progress import UnitProgress
from coverage_campaign.views.charts import _theme as theme
from coverage_campaign.views.charts._canvas import Mark

__all__ = ["headline", "legend", "schedule_note"]


def legend(rows: Sequence[UnitProgress], lang: Language) -> list[Mark]:
    """Return the marks of the colours that occur."""
    present = {theme.style_of(row.status).marker for row in rows}
    return [
        Mark(style.words.text(lang), style.colour, style.ink, style.marker)
        for style in (theme.ON_SCHEDULE, theme.SLIGHTLY_BEHIND, theme.BEHIND)
        if style.marker in present
    ]


def schedule_note(total: UnitProgress, lang: Language) -> list[str]:
    """Return what the mark of the plan means and where slightly behind ends."""
    slack = f"{float(100 * SLACK):g}"
    return [
        message(
            "The mark on each bar is the plan to date ({rate:percent 1} of the whole target).",
            rate=total.planned_rate,
        ).text(lang),
        message("Slightly behind: by at most {points} points.", points=slack).text(lang),
    ]


def headline(rows: Sequence[UnitProgress], lang: Language) -> str:
    """Return how many units are behind the plan, as a sentence."""
    n = len(rows)
    late = sum(row.status in ("slightly_behind", "behind") for row in rows)
    well = sum(row.status in ("reached", "on_plan") for row in rows)
    reached = sum(row.status == "reached" for row in rows)
    if not late + well:
        return message("Progress of {n} {n:plural unit|units}", n=n).text(lang)
    if reached == n:
        return message("All {n} {n:plural unit|units} reached the target", n=n).text(lang)
    if well == n:
        return message("All {n} {n:plural unit|units} on schedule", n=n).text(lang)
    return message(
        "{late} of {n} {n:plural unit|units} {late:plural is|are} behind the plan", late=late, n=n
    ).text(lang)
