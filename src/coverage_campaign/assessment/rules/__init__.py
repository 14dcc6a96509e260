"""Rules of assessment as small values: made here, composed freely, printed as sentences.

>>> rule = capped(total(per_point("0.1"), bonus("0.2", beyond="100%", partial="prorated")), most=12)
>>> print(sentence(rule))
0.1 points for each percentage point; plus 0.2 points more for each percentage point beyond 100% \
(pro rata), at most 12.
>>> points(rule, "105%")
Fraction(23, 2)

Where cases are measured (missed milestones, late reports), so many points less 10 for each case,
never below 0, are a sum within bounds: all the points, which 0 cases have, and 10 off for each.

>>> kept = capped(total(all_or_nothing(20, goal=0), per_case(-10)), least=0)
>>> [int(points(kept, missed)) for missed in (0, 1, 2, 3)]
[20, 10, 0, 0]
>>> in_time = item("milestones", "Milestones", kept, 20, of="missed_milestones")
>>> print(sentence(kept, of=in_time.of))
20 points, less 10 for each case, at least 0.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np

from coverage_campaign.assessment.rationals import Rationals, percent
from coverage_campaign.assessment.rules.band import AllOrNothing, Band, Bands, band
from coverage_campaign.assessment.rules.bonus import Bonus
from coverage_campaign.assessment.rules.combined import Capped, Total, total
from coverage_campaign.assessment.rules.per_case import PerCase
from coverage_campaign.assessment.rules.per_person import PerPerson
from coverage_campaign.assessment.rules.per_point import PerPoint
from coverage_campaign.assessment.rules.rule import (
    Measured,
    PointsUnit,
    ScoringRule,
    scoring_rule,
)
from coverage_campaign.assessment.rules.step import StepDown
from coverage_campaign.checks import checked_call
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import Language, check_language, message
from coverage_campaign.model.scheme import (
    COMPLETION,
    COUNTS,
    AnyRule,
    Grade,
    Item,
    Partial,
    Pool,
    Prize,
    Rule,
    Veto,
)
from coverage_campaign.model.targets import to_exact, to_rate

__all__ = [
    "RULES",
    "AllOrNothing",
    "Band",
    "Bands",
    "Bonus",
    "Capped",
    "PerCase",
    "PerPerson",
    "PerPoint",
    "StepDown",
    "Total",
    "all_or_nothing",
    "band",
    "bonus",
    "capped",
    "grade",
    "item",
    "per_case",
    "per_person",
    "per_point",
    "points",
    "pool",
    "prize",
    "sentence",
    "step",
    "total",
    "veto",
]

per_point = PerPoint
step = StepDown
all_or_nothing = AllOrNothing
bonus = Bonus
per_person = PerPerson
per_case = PerCase
capped = Capped
veto = Veto
item = Item
grade = Grade
prize = Prize
pool = Pool

RULES: tuple[type[ScoringRule], ...] = (
    PerPoint,
    StepDown,
    Bands,
    AllOrNothing,
    Bonus,
    PerPerson,
    PerCase,
    Capped,
    Total,
)
"""The rules that a campaign file can name, each by the field that no other one has."""


@checked_call
def points(
    rule: AnyRule,
    rate: Fraction | Decimal | int | str,
    *,
    done: int | None = None,
    target: int | None = None,
    partial: Partial | None = None,
) -> Fraction:
    """Return what a rule gives for a rate, exactly; a rule by the person needs the persons.

    Of a measure that is a number of cases the rate is that number.

    >>> points(step("1.2", loses="0.1", per="5%"), "88%", partial="whole_steps")
    Fraction(1, 1)
    """
    scoring = scoring_rule(rule)
    if partial is None and scoring.asks_partial:
        raise DefinitionError(
            Problem("partial", "open", "choose 'prorated' or 'whole_steps' for a step begun")
        )
    may_count = _counts(scoring) or not isinstance(rule, Rule)  # or it is a function of anything
    measured = Measured(
        rates=Rationals.of([to_exact(rate) if may_count else to_rate(rate)]),
        done=None if done is None else np.array([done]),
        target=None if target is None else np.array([target]),
    )
    return scoring.amounts(measured, partial=partial or "prorated")[0]


def _counts(rule: ScoringRule) -> bool:
    """Tell whether a rule goes with a number of cases, whole or in a part of it."""
    if isinstance(rule, (Capped, Total)):
        return any(map(_counts, rule.rules))
    return isinstance(rule, PerCase)


@checked_call
def sentence(
    rule: AnyRule | Veto,
    *,
    lang: Language = "en",
    unit: PointsUnit = "points",
    of: str = COMPLETION,
) -> str:
    """Return a rule as a sentence; `unit` is what it gives, `of` what is measured.

    >>> print(sentence(step("1.2", loses="0.1", per="5%", partial="whole_steps")))
    1.2 points from 100% on; 0.1 less for each 5 percentage points short (whole steps only), \
never below 0.
    >>> print(sentence(all_or_nothing(300), lang="zh", unit="yuan"))
    达到100%给300元，否则不给。
    >>> print(sentence(band((0, 10), (1, 5), (2, 0)), of="missed_milestones"))
    From 0 cases and below 1 case: 10 points; from 1 case and below 2 cases: 5 points; from 2 \
cases: 0 points.
    """
    check_language(lang)
    if isinstance(rule, Veto):
        text = message("veto: below {goal} in {name}", goal=percent(rule.goal), name=rule.label)
    else:
        text = scoring_rule(rule).statement(unit, cases=of in COUNTS)
    plain = text.text(lang)
    return f"{plain[0].upper()}{plain[1:]}." if lang == "en" else f"{plain}。"
