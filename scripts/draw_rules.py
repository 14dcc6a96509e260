"""Draw the curve of each rule of docs/reference/rules.md: `python scripts/draw_rules.py`."""

from fractions import Fraction
from pathlib import Path

from matplotlib.figure import Figure

import coverage_campaign as cc
from coverage_campaign.views.charts._lettering import families
from coverage_campaign.views.export import png_bytes

IMAGES = Path(__file__).parents[1] / "docs" / "images"
TARGET = 1_000  # persons, so that a rate of 0.1 % is one person
RULES = {
    "per-point": (cc.rules.per_point("0.1", above="60%"), "points"),
    "step": (cc.rules.step("1.2", loses="0.1", per="5%", partial="whole_steps"), "points"),
    "band": (
        cc.rules.band((None, 0), ("60%", "0.6"), ("80%", 1), ("100%", "1.5"), each="person"),
        "yuan for 1,000 targeted people",
    ),
    "all-or-nothing": (cc.rules.all_or_nothing(10), "points"),
    "bonus": (cc.rules.bonus("0.5", per="10%", most=1, partial="whole_steps"), "points"),
    "per-person": (cc.rules.per_person(50, of="beyond_target"), "yuan for 1,000 targeted people"),
    "capped": (cc.rules.capped(cc.rules.per_point("0.1"), most=10), "points"),
}


def curve(rule: object) -> tuple[list[float], list[float]]:
    """Return rates in percent and what the rule gives, one point for each person of the target."""
    rates = [Fraction(done, TARGET) for done in range(401, 1_301)]
    given = [
        cc.rules.points(rule, rate, done=int(rate * TARGET), target=TARGET)  # type: ignore[arg-type]
        for rate in rates
    ]
    return [100 * float(rate) for rate in rates], [float(one) for one in given]


def main() -> None:
    """Write one picture a rule."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name, (rule, unit) in RULES.items():
        figure = Figure(figsize=(4.4, 2.2), layout="constrained")
        axes = figure.add_subplot()
        x, y = curve(rule)
        axes.plot(x, y, ".", markersize=1.6, color="#2877B8")
        axes.axvline(100, color="#98A3AE", linewidth=0.7, linestyle=":")
        axes.set_xlabel("completion rate, %", fontfamily=families(), fontsize=8, color="#55626F")
        axes.set_ylabel(unit, fontfamily=families(), fontsize=8, color="#55626F")
        axes.tick_params(labelsize=8, labelcolor="#55626F", length=0, labelfontfamily=families())
        axes.spines[:].set_visible(False)
        axes.grid(axis="y", color="#DDE3E9", linewidth=0.7)
        (IMAGES / f"rule-{name}.png").write_bytes(png_bytes(axes, dpi=110))


if __name__ == "__main__":
    main()
