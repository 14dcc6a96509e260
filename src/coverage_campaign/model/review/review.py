"""The review: what a definition leaves open, leaves out or contradicts, computed from its values.

Each check is a function of the campaign alone. Nothing is looked up by the campaign's name: mend a
value and its finding is gone, break another and one appears.
"""

from __future__ import annotations

import attrs

from coverage_campaign.checks import checked_call
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import DateLike, to_date
from coverage_campaign.model.review.calendar import calendar_findings
from coverage_campaign.model.review.duties import duty_findings
from coverage_campaign.model.review.findings import Findings, taken_answer
from coverage_campaign.model.review.rules import rule_findings
from coverage_campaign.model.review.source import source_findings
from coverage_campaign.model.review.targets import target_findings
from coverage_campaign.model.review.units import unit_findings

__all__ = ["review"]


@checked_call
def review(campaign: Campaign, *, as_of: DateLike | None = None) -> Findings:
    """Return the findings on a campaign: its text, calendar, units, targets, duties and rules.

    A question that the caller answered is no finding; one that only has a suggested answer is.
    `as_of` is the day on which the windows that "on schedule" can mean are compared; without it,
    the end of the month in which the first drive ends.

    >>> from coverage_campaign.files.campaigns import load_case
    >>> findings = review(load_case("hengyang", year=2008))
    >>> findings.of("day-in-no-part")[0].message
    '31 July belongs to no part of Special action.'
    """
    day = None if as_of is None else to_date(as_of, where="as_of")
    found = (
        *source_findings(campaign),
        *calendar_findings(campaign, as_of=day),
        *unit_findings(campaign),
        *target_findings(campaign),
        *duty_findings(campaign),
        *rule_findings(campaign),
    )
    return Findings(
        campaign.label.text(),
        [attrs.evolve(one, taken=taken_answer(campaign, one.question)) for one in found],
    )
