"""Rules of assessment as small values: made here, composed freely, printed as sentences.

>>> rule = capped(total(per_point("0.1"), bonus("0.2", beyond="100%", partial="prorated")), most=12)
>>> print(sentence(rule))
0.1 points for each percentage point; plus 0.2 points more for each percentage point beyond 100 % \
(pro rata), at most 12.
>>> points(rule, "105%")
Fraction(23, 2)
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from coverage_campaign.assessment.points import Measured, asks_partial, points_of
from coverage_campaign.assessment.sentences import sentence
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.scheme import (
    AllOrNothing,
    Band,
    Bands,
    Bonus,
    Capped,
    Each,
    Grade,
    Item,
    Partial,
    PerPerson,
    PerPoint,
    Pool,
    Prize,
    Rule,
    StepDown,
    Total,
    Veto,
)
from coverage_campaign.model.targets import to_rate

__all__ = [
    "all_or_nothing",
    "band",
    "bonus",
    "capped",
    "grade",
    "item",
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
capped = Capped
veto = Veto
item = Item
grade = Grade
prize = Prize
pool = Pool


def band(
    *bands: Band | tuple[Fraction | Decimal | str | None, Decimal | int | str], each: Each = "once"
) -> Bands:
    """Return bands from low to high, each a pair of its lower bound (inside) and its points.

    A bound None is the lowest band; a `Band` can leave its own bound out.

    >>> pay = band((None, 0), ("60%", "0.6"), ("80%", 1), ("100%", "1.5"), each="person")
    >>> print(sentence(pay, unit="yuan"))
    Below 60 %: 0 yuan a person; from 60 % and below 80 %: 0.6 yuan a person; from 80 % and below \
100 %: 1 yuan a person; from 100 %: 1.5 yuan a person.
    """
    return Bands([one if isinstance(one, Band) else Band(*one) for one in bands], each=each)


def total(*rules: Rule) -> Total:
    """Return the sum of what the rules give."""
    return Total(rules)


def points(
    rule: Rule,
    rate: Fraction | Decimal | str,
    *,
    done: int | None = None,
    target: int | None = None,
    partial: Partial | None = None,
) -> Fraction:
    """Return what a rule gives for a rate, exactly; a rule by the person needs the persons.

    >>> points(step("1.2", loses="0.1", per="5%"), "88%", partial="whole_steps")
    Fraction(1, 1)
    """
    if partial is None and asks_partial(rule):
        raise DefinitionError(
            Problem("partial", "open", "choose 'prorated' or 'whole_steps' for a step begun")
        )
    measured = Measured(to_rate(rate), done=done, target=target)
    return points_of(rule, measured, partial=partial or "prorated")
