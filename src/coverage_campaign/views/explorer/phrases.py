"""The words of the explorer in three languages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from coverage_campaign.messages import Language, message

__all__ = ["CURVES", "METHODS", "PICTURES", "listed"]

TOTAL: Final = message("Total (persons)")
RATE: Final = message("Goal (% of eligible)")
METHOD: Final = message("Method")
PARAMETER: Final = message("Parameter")
SHARED_BY: Final = message("Allocated by")
WEIGHTS: Final = message("Weights")
UNIT: Final = message("Unit")
FLOOR: Final = message("At least")
CAP: Final = message("At most")
BOUNDS: Final = message("Floors and caps")
UPLIFT: Final = message("Uplift (%)")
CURVE: Final = message("Pace")
FIRST: Final = message("First day")
LAST: Final = message("Last day")
PICTURE: Final = message("Picture")
RESET: Final = message("Back to the baseline")
CODE: Final = message("Code of this scenario")
NO_BOUND: Final = message("none")

BASELINE: Final = message("Baseline")
NOW: Final = message("Now")
CHANGE: Final = message("Change")
UPLIFTED: Final = message("With uplift")
DONE: Final = message("Done")
GAP: Final = message("Ahead or behind")
REMARK: Final = message("Remark")
WHOLE: Final = message("Total")
MONTH: Final = message("Month")
AT_FLOOR: Final = message("at its floor")
AT_CAP: Final = message("at its cap")
PINNED: Final = message("pinned")
TIED: Final = message("tied")

SAME: Final = message("This is the baseline: nothing differs yet.")
UNCHANGED: Final = message("No unit's share changes.")


LONG_CODE: Final = message("The code is long: print(explorer.to_code()).")

ALL_ZERO: Final = message("All weights are 0, so nothing can be allocated.")


UNCOVERED: Final = message("Not covered yet")
EQUAL: Final = message("Equal")

METHODS: Final = {
    "webster": message("Webster (Sainte-Laguë)"),
    "hamilton": message("Hamilton (largest remainder)"),
    "jefferson": message("Jefferson (D'Hondt)"),
    "adams": message("Adams"),
    "hill": message("Hill (equal proportions)"),
    "dean": message("Dean (harmonic mean)"),
    "stationary": message("Stationary, r = parameter"),
    "modified": message("Modified Sainte-Laguë, first divisor = parameter"),
}
CURVES: Final = {
    "even": message("Even per calendar day"),
    "working_days": message("Even per working day"),
    "ramp": message("Rising or falling"),
}
PICTURES: Final = {
    "comparison": message("What changes for whom"),
    "fairness": message("How even the burden is"),
}


def listed(parts: Iterable[str], lang: Language) -> str:
    """Return parts of a list as one text.

    >>> listed(["a", "b"], "en"), listed(["甲", "乙"], "zh")
    ('a; b', '甲；乙')
    """
    return ("; " if lang == "en" else "；").join(parts)
