"""What charts of units against the plan say alike: headline, legend, what the marks mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from coverage_campaign.views.charts import _theme as theme
from coverage_campaign.views.charts._axes import Mark
from coverage_campaign.views.words import Lang, Words, percent, units

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coverage_campaign.views.standings import Standing

__all__ = ["headline", "legend", "schedule_note"]

_HEADLINE: Final = Words(
    "{0} of {1} {2} behind the plan",
    "{1}中有{0}个落后于序时进度",
    "{1}中有{0}個落後於序時進度",
)
_ALL_WELL: Final = Words("All of {0} on schedule", "{0}全部达到序时进度", "{0}全部達到序時進度")
_NOT_KNOWN: Final = Words("Progress of {0}", "{0}的进度", "{0}的進度")
_SCHEDULE: Final = Words(
    "The mark on each bar is the plan to date ({0} of the target for the whole).",
    "条上竖线为截至当日的计划进度（合计为任务数的{0}）。",
    "條上豎線為截至當日的計劃進度（合計為任務數的{0}）。",
)
_SLACK: Final = Words(
    "Slightly behind: by at most {0} points.",
    "略慢：落后不超过{0}个百分点。",
    "略慢：落後不超過{0}個百分點。",
)


def legend(rows: Sequence[Standing], lang: Lang) -> list[Mark]:
    """Return the marks of the statuses that occur."""
    present = {row.status.marker for row in rows}
    return [
        Mark(status.words.say(lang), status.colour, status.ink, status.marker)
        for status in theme.STATUSES
        if status.marker in present
    ]


def schedule_note(total: Standing, lang: Lang) -> list[str]:
    """Return what the mark of the plan means and where slightly behind ends."""
    slack = f"{float(100 * theme.SLACK):g}"
    return [_SCHEDULE.say(lang, percent(total.planned_rate)), _SLACK.say(lang, slack)]


def headline(rows: Sequence[Standing], lang: Lang) -> str:
    """Return how many units are behind the plan, as a sentence."""
    known = [row for row in rows if row.status is not theme.UNKNOWN]
    late = [row for row in known if row.status is not theme.ON_SCHEDULE]
    if not known:
        return _NOT_KNOWN.say(lang, units(len(rows), lang))
    if not late and len(known) == len(rows):
        return _ALL_WELL.say(lang, units(len(rows), lang))
    return _HEADLINE.say(lang, len(late), units(len(rows), lang), "is" if len(late) == 1 else "are")
