"""Draw the pictures of the README from the shipped campaign: `python scripts/make_pictures.py`."""

from pathlib import Path

import coverage_campaign as cc
from coverage_campaign.views.save import figure_png

IMAGES = Path(__file__).parents[1] / "docs" / "images"


def main() -> None:
    """Write the pictures in two languages."""
    campaign = cc.load_case("hengyang", year=2008)
    plan = cc.schedule(
        cc.allocate(campaign, weights=cc.weights.by_measure("census_2000")), over="special-action"
    )
    reports = cc.simulate(plan, seed=76, level=1.1)
    tally = cc.tally(reports.events, campaign, as_of="2008-10-12", by="day", simulated=True)
    progress = cc.track(plan, tally, as_of="2008-09-30", received=reports.received)
    IMAGES.mkdir(parents=True, exist_ok=True)
    for lang in ("en", "zh"):
        findings = cc.review(campaign)
        figure_png(
            cc.charts.calendar(campaign, findings=findings, lang=lang),
            IMAGES / f"calendar-{lang}.png",
        )
        figure_png(cc.charts.ranking(progress, lang=lang), IMAGES / f"ranking-{lang}.png")


if __name__ == "__main__":
    main()
