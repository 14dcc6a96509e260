"""How often a digit slip is found and how often a faultless figure is called one, by simulation.

One unit alone, monthly counts: the first figure has the mean that is given, the others the same or
35 % more each month; a coefficient of variation of 0.3 in all, the noise of counting included. A
slip is one figure with a digit too many or too few (x 10, / 10), at a place drawn at random.
"""

import numpy as np
from numpy.typing import NDArray

from coverage_campaign.reporting.data_quality import odd_figures
from coverage_campaign.reporting.slips import find_slips

ROUNDS = 2_000
MOST_FALSE, FOUND_FLAT, FOUND_GROWING = 1 / 200, 0.95, 0.60
_WEEK = np.array([1.2, 1.2, 1.1, 1.1, 1.2, 0.6, 0.6])


def monthly(
    dice: np.random.Generator, months: int, mean: float, growth: float
) -> NDArray[np.float64]:
    """Return `ROUNDS` series of counts, one a column."""
    means = np.full((months, ROUNDS), mean) * (1 + growth) ** np.arange(months)[:, None]
    shape = 1 / np.maximum(0.3**2 - 1 / means, 1e-3)
    return dice.poisson(means * dice.gamma(shape, 1 / shape)).astype(np.float64)


def odd(
    figures: NDArray[np.float64], weekdays: NDArray[np.int64] | None = None
) -> NDArray[np.bool_]:
    """Return which figures are called a jump or a drop."""
    return odd_figures(find_slips(figures, np.ones_like(figures), weekdays=weekdays), figures)


def shares(months: int, mean: float, growth: float) -> tuple[float, float]:
    """Return the shares of slips found and of faultless figures flagged."""
    dice = np.random.default_rng(months * 10_000 + int(mean))
    figures = monthly(dice, months, mean, growth)
    false = float(odd(figures).mean())
    at, column = dice.integers(0, months, ROUNDS), np.arange(ROUNDS)
    slip = figures.copy()
    up = dice.random(ROUNDS) < 0.5  # noqa: PLR2004 - as often too many as too few
    slip[at, column] = np.where(up, slip[at, column] * 10, slip[at, column] // 10)
    return float(odd(slip)[at, column].mean()), false


def daily() -> float:
    """Return the share of faultless daily figures that is flagged, halved at weekends."""
    dice = np.random.default_rng(7)
    weekdays = np.arange(112) % 7
    figures = dice.poisson(1000 * _WEEK[weekdays][:, None], (112, 200)).astype(np.float64)
    return float(odd(figures, weekdays.astype(np.int64)).mean())


def table() -> list[tuple[int, int, float, float, float]]:
    """Return months, mean, growth, share found, share of false alarms."""
    return [
        (months, mean, growth, *shares(months, mean, growth))
        for growth in (0.0, 0.35)
        for months in (6, 9, 12)
        for mean in (30, 300, 3_000)
    ]


def lines() -> list[tuple[str, str, str, bool]]:
    """Return the goals of the signs."""
    rows = table()
    flat = min(found for *_, growth, found, _ in rows if growth == 0)
    growing = min(found for *_, growth, found, _ in rows if growth > 0)
    false = max(false for *_, false in rows)
    by_day = daily()
    return [
        ("digit slips found, level", f">= {FOUND_FLAT}", f"{flat:.3f}", flat >= FOUND_FLAT),
        (
            "digit slips found, growing 35 % a month",
            f">= {FOUND_GROWING}",
            f"{growing:.3f}",
            growing >= FOUND_GROWING,
        ),
        ("false alarms, monthly", f"<= {MOST_FALSE}", f"{false:.4f}", false <= MOST_FALSE),
        ("false alarms, daily", f"<= {MOST_FALSE}", f"{by_day:.4f}", by_day <= MOST_FALSE),
    ]


if __name__ == "__main__":
    print("| Months | Mean | Growth | Slips found | False alarms |")
    print("|---|---|---|---|---|")
    for months, mean, growth, found, false in table():
        print(f"| {months} | {mean:,} | {growth:.0%} | {found:.1%} | {false:.2%} |")
    print(f"| 112 days | 1,000 | weekends halved | | {daily():.2%} |")
    for what, goal, got, met in lines():
        print(f"{'ok' if met else 'MISSED'}: {what}: {got} (goal {goal})")
