"""Points, money, vetoes and prizes: the items of a scheme applied to what is known of the units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import attrs

from coverage_campaign.assessment.facts import Facts
from coverage_campaign.assessment.indicators import Indicators
from coverage_campaign.assessment.numbers import number, percent
from coverage_campaign.assessment.points import Measured, asks_partial, by_person, points_of
from coverage_campaign.assessment.sentences import Unit, sentence
from coverage_campaign.assessment.verdicts import Verdict, unknown
from coverage_campaign.model.labels import Label
from coverage_campaign.model.scheme import (
    COMPLETION,
    COVERAGE,
    Grade,
    Item,
    Partial,
    Pool,
    Prize,
    Rule,
    Veto,
)

__all__ = ["Scored", "Sight", "grade_of", "prizes", "scored", "veto_on"]

_BOTH: tuple[Partial, ...] = ("prorated", "whole_steps")


@attrs.frozen(kw_only=True)
class Scored:
    """One line on a unit: what was measured, and what that gives (None = could not be told).

    `either` holds the amounts between which an open reading decides, `told` the place in a prize.
    """

    code: str
    label: Label
    clause: str
    rate: Fraction | None = None
    amount: Fraction | None = None
    missing: str = ""
    either: tuple[Fraction, ...] = ()
    told: str = ""
    rule: Rule | None = None
    gives: Unit = "points"

    @property
    def questions(self) -> tuple[str, ...]:
        """The open questions that the amount hangs on: how a step begun counts, if it matters."""
        return ("partial_steps",) if self.either else ()

    @property
    def reason(self) -> str:
        """What was measured and the rule, in one sentence; or why nothing was."""
        if self.rate is None or self.missing:
            return f"could not be assessed: {self.missing}"
        if self.rule is None:
            return f"{self.told}, {percent(self.rate)}"
        text = f"{percent(self.rate)}; {sentence(self.rule, unit=self.gives)[:-1]}"
        if self.either:
            either = " or ".join(number(one) for one in self.either)
            return f"{text}: {either}, as a step begun counts in part or not"
        return text


@attrs.frozen
class _Parts:
    """A rate as its two numbers, so that units can be pooled."""

    count: Fraction
    of: Fraction


@attrs.frozen(kw_only=True)
class Sight:
    """Everything that an item may measure: the units' counts, the indicators, who is pooled."""

    facts: Mapping[str, Facts]
    indicators: Indicators
    pools: Sequence[Pool]
    partial: Partial | None

    def measured(self, unit: str, of: str, *, item: str = "") -> Fraction | str:
        """Return the exact rate of a unit, or of its pool; or in words why there is none."""
        pool = next(
            (
                one
                for one in self.pools
                if unit in one.units and (not one.items or item in one.items)
            ),
            None,
        )
        members = (unit,) if pool is None else pool.units
        figure = self.indicators.get((unit, of))
        if figure is not None and figure.count is None and len(members) == 1:
            return figure.rate
        counts: list[_Parts] = []
        for member in members:
            parts = self._parts(member, of)
            if isinstance(parts, str):
                return parts if member == unit else f"pooled with {member}: {parts}"
            counts.append(parts)
        whole = sum((parts.of for parts in counts), Fraction(0))
        if not whole:
            return "there is nothing to do: 0 in all"
        return sum((parts.count for parts in counts), Fraction(0)) / whole

    def _parts(self, unit: str, of: str) -> _Parts | str:
        facts = self.facts.get(unit)
        if facts is None:
            return f"{unit} is not in the plan"
        if of not in (COMPLETION, COVERAGE):
            figure = self.indicators.get((unit, of))
            if figure is None:
                return f"no figure of {of}"
            if figure.count is None or figure.of is None:
                return f"{of} is given as a rate; give count and of to pool it"
            return _Parts(figure.count, figure.of)
        return facts.missing if facts.done is None else _persons(facts, facts.done, of)


def _persons(facts: Facts, done: int, of: str) -> _Parts | str:
    if of == COMPLETION:
        return (
            _Parts(Fraction(done), Fraction(facts.target)) if facts.target else "it has no target"
        )
    if facts.covered is None or not facts.eligible:
        return "no figure of the covered or the eligible population"
    return _Parts(Fraction(facts.covered + done), Fraction(facts.eligible))


def scored(unit: str, item: Item, sight: Sight, *, gives: Unit) -> Scored:
    """Return what an item gives a unit; None where what it measures is not known.

    Where the scheme leaves open if a step begun counts, both ways are reckoned: the points stand
    where they agree.
    """
    rate = sight.measured(unit, item.of, item=item.code)
    line = Scored(code=item.code, label=item.label, clause=item.clause, rule=item.rule, gives=gives)
    if isinstance(rate, str):
        return attrs.evolve(line, missing=rate)
    facts = sight.facts[unit]
    if facts.done is None and by_person(item.rule):
        return attrs.evolve(line, rate=rate, missing=facts.missing)
    measured = Measured(rate, done=facts.done, target=facts.target)
    ways = _BOTH if sight.partial is None and asks_partial(item.rule) else (sight.partial,)
    given = {points_of(item.rule, measured, partial=way or "prorated") for way in ways}
    if len(given) > 1:
        return attrs.evolve(line, rate=rate, either=tuple(sorted(given)))
    return attrs.evolve(line, rate=rate, amount=given.pop())


def veto_on(unit: str, veto: Veto, sight: Sight) -> Verdict:
    """Return whether a veto strikes a unit."""
    if veto.kinds and sight.facts[unit].kind not in veto.kinds:
        text = f"the veto does not strike a {sight.facts[unit].kind}"
        return Verdict(answer=False, reason=text, clause=veto.clause)
    rate = sight.measured(unit, veto.of)
    if isinstance(rate, str):
        return unknown(rate, veto.clause)
    struck = rate < veto.goal
    text = f"{veto.label.text()}: {percent(rate)} {'<' if struck else '>='} {percent(veto.goal)}"
    return Verdict(answer=struck, reason=text, clause=veto.clause)


def grade_of(score: Fraction, grades: Sequence[Grade]) -> Grade | None:
    """Return the highest grade that a score reaches, or None below all of them."""
    reached = [one for one in grades if one.least is None or score >= Fraction(one.least)]
    return reached[-1] if reached else None


def prizes(units: Sequence[str], prize: Prize, sight: Sight) -> dict[str, Scored]:
    """Return who has a place in a prize: the place that as many units as are better leave.

    While a unit could not be measured it may yet take a place: the amounts are then None.
    """
    rates: dict[str, Fraction] = {}
    unranked: list[str] = []
    for unit in units:
        completion, rate = sight.measured(unit, COMPLETION), sight.measured(unit, prize.by)
        if isinstance(completion, Fraction) and completion < prize.among_from:
            continue
        if isinstance(completion, str) or isinstance(rate, str):
            unranked.append(unit)
        else:
            rates[unit] = rate
    falling = sorted(rates.values(), reverse=True)
    places: dict[Fraction, int] = {}
    for place, rate in enumerate(falling[: len(prize.amounts)], start=1):
        places.setdefault(rate, place)
    left = f" ({', '.join(unranked)} could not be ranked)" if unranked else ""
    return {
        unit: Scored(
            code=prize.code,
            label=prize.label,
            rate=rate,
            amount=None if unranked else Fraction(prize.amounts[places[rate] - 1]),
            told=f"place {places[rate]} by {prize.by}{left}",
            clause=prize.clause,
            gives="yuan",
        )
        for unit, rate in rates.items()
        if rate in places
    }
