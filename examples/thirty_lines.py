"""Print who is to do how much in which month, as CSV; the standard library and this one suffice.

    python examples/thirty_lines.py campaign.toml census_2000 > plan.csv

Problems go to standard error as JSON, one object each; the exit code is then 2.
"""

import csv
import json
import sys

import coverage_campaign as cc


def main(path: str, measure: str) -> int:
    """Share a campaign's target by a measure, lay it over its phases, print it; 0 or 2."""
    try:
        campaign = cc.load_campaign(path)
        shares = cc.allocate(campaign, weights=cc.weights.by_measure(measure))
        plan = cc.schedule(shares, over=[one.code for one in campaign.phases])
    except cc.CampaignError as error:
        for one in error.problems:
            data = {"where": one.where, "found": one.found, "fix": one.fix}
            print(json.dumps(data), file=sys.stderr)
        return 2
    rows = plan.to_frame().itertuples(index=False)
    csv.writer(sys.stdout).writerows((row.unit, f"{row.period:%Y-%m}", row.planned) for row in rows)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
