"""The verdicts of a scheme on many scenarios at once: what `assess` says of each, as arrays.

Reports are the same in all of them, targets are not: completion rates, points, grades and verdicts
are reckoned for one row a scenario and one column a unit, in whole numbers, without a loop.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.assessment.amounts import Amount, Rates, Whole, amount_of, summed, times
from coverage_campaign.assessment.facts import Facts, facts_of
from coverage_campaign.assessment.indicators import read_indicators
from coverage_campaign.assessment.points import asks_partial, by_person
from coverage_campaign.assessment.scoring import Sight
from coverage_campaign.assessment.verdicts import outstanding_from, strikes
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.scheme import COMPLETION, COVERAGE, AwardBar, Item, Scheme, Veto
from coverage_campaign.progress.track import Progress

__all__ = ["ManyVerdicts", "assess_many"]

_Ints = NDArray[np.int64]
_Answers = NDArray[np.int8]
_OPEN: np.int8 = np.int8(-1)
_WIDE = 2**62


@attrs.frozen(kw_only=True, eq=False)
class ManyVerdicts:
    """One row a scenario, one column a unit.

    `score` in points, nan where it could not be told; `grade` as the place in the scheme's grades;
    `merit_eligible` and `commended` 1 or 0; -1 where it could not be told.
    """

    score: NDArray[np.float64]
    grade: _Answers
    merit_eligible: _Answers
    commended: _Answers


@attrs.frozen(kw_only=True, eq=False)
class _Ground:
    """What is known: counts of the units (the same everywhere), targets of every scenario."""

    facts: Sequence[Facts]
    sight: Sight
    campaign: Campaign
    done: _Ints
    known: NDArray[np.bool_]
    targets: _Ints
    uplifted: _Ints

    @property
    def shape(self) -> tuple[int, ...]:
        """Scenarios and units."""
        return self.targets.shape


def assess_many(
    progress: Progress,
    scheme: Scheme,
    *,
    targets: _Ints,
    uplifted: _Ints,
    done: _Ints | None = None,
    indicators: pd.DataFrame | None = None,
) -> ManyVerdicts:
    """Return the verdicts of a scheme under many targets, as `assess` gives them for one.

    Args:
        progress: What was done; its own targets play no part.
        scheme: The rules.
        targets: Persons by scenario and unit, in the order of the progress.
        uplifted: The same in the layer that was raised.
        done: Persons done by scenario and unit, where that is another in each; what nobody
            reported stays unknown.
        indicators: What the progress does not hold (see `assess`).
    """
    facts = facts_of(progress)
    by_code = {one.unit: one for one in facts}
    known = tuple(dict.fromkeys(_of_all(scheme)))
    figures, _ = read_indicators(indicators, units=by_code, known=known)
    campaign = progress.campaign
    ground = _Ground(
        facts=facts,
        sight=Sight(
            facts=by_code,
            indicators=figures,
            pools=scheme.pools,
            partial=campaign.readings.partial_steps,
        ),
        campaign=campaign,
        done=np.broadcast_to(
            np.array([one.done or 0 for one in facts], dtype=np.int64) if done is None else done,
            targets.shape,
        ),
        known=np.array([one.done is not None for one in facts], dtype=bool),
        targets=targets,
        uplifted=uplifted,
    )
    free = _free(ground, scheme)
    score, grade = _scores(ground, scheme, free)
    return ManyVerdicts(
        score=score,
        grade=grade,
        merit_eligible=_both(_merit(ground, scheme.award_bar), free, ground),
        commended=_commended(ground, scheme, free),
    )


def _of_all(scheme: Scheme) -> list[str]:
    measured = [
        *(item.of for item in (*scheme.items, *scheme.rewards)),
        *(veto.of for veto in scheme.vetoes),
        *(prize.by for prize in scheme.prizes),
    ]
    return [code for code in measured if code not in (COMPLETION, COVERAGE)]


def _rates(ground: _Ground, of: str, item: str) -> tuple[Rates, NDArray[np.bool_]]:
    """Return the rates that an item or veto measures, and where they are known."""
    if of in (COMPLETION, COVERAGE):
        top, bottom, known = _of_persons(ground, of, item)
    else:
        found = [ground.sight.measured(one.unit, of, item=item) for one in ground.facts]
        exact = [Fraction(0) if isinstance(rate, str) else rate for rate in found]
        top = _whole([one.numerator for one in exact])
        bottom = _whole([one.denominator for one in exact])
        is_known = np.array([not isinstance(rate, str) for rate in found], dtype=bool)
        known = np.broadcast_to(is_known, ground.shape)
    return Rates(top=top, bottom=bottom, done=ground.done, target=ground.targets), known


def _whole(values: list[int]) -> Whole:
    wide = max(map(abs, values), default=0) >= _WIDE
    return np.array(values, dtype=object if wide else np.int64)


def _of_persons(ground: _Ground, of: str, item: str) -> tuple[Whole, Whole, NDArray[np.bool_]]:
    """Return done over target, or covered and done over eligible; units of a pool have its sums."""
    if of == COMPLETION:
        top, bottom = ground.done.copy(), ground.targets.copy()
        known = np.asarray(ground.known & (bottom > 0), dtype=bool)
    else:
        covered = np.array([one.covered or 0 for one in ground.facts], dtype=np.int64)
        eligible = np.array([one.eligible or 0 for one in ground.facts], dtype=np.int64)
        told = np.array([one.covered is not None for one in ground.facts], dtype=bool)
        top = ground.done + covered
        bottom = np.broadcast_to(eligible, ground.shape).copy()
        known = np.broadcast_to(ground.known & told & (eligible > 0), ground.shape).copy()
    place = {one.unit: number for number, one in enumerate(ground.facts)}
    taken: set[str] = set()
    for pool in ground.sight.pools:
        if pool.items and item not in pool.items:
            continue
        mine = [place[unit] for unit in pool.units if unit in place and unit not in taken]
        taken.update(pool.units)
        every = [place[unit] for unit in pool.units if unit in place]
        whole = len(every) == len(pool.units)
        sums = top[:, every].sum(axis=1), bottom[:, every].sum(axis=1)
        each = np.asarray(known[:, every].all(axis=1) & whole, dtype=bool)
        top[:, mine], bottom[:, mine] = sums[0][:, np.newaxis], sums[1][:, np.newaxis]
        known[:, mine] = each[:, np.newaxis]
    return top, np.where(known, bottom, 1), known


def _item(ground: _Ground, item: Item) -> tuple[Amount, NDArray[np.bool_]]:
    rates, known = _rates(ground, item.of, item.code)
    if by_person(item.rule):
        known = known & ground.known
    open_step = ground.sight.partial is None and asks_partial(item.rule)
    given = amount_of(item.rule, rates, partial=ground.sight.partial or "prorated")
    if open_step:
        other = amount_of(item.rule, rates, partial="whole_steps")
        known = known & given.same_as(other)
    return given, known


def _scores(
    ground: _Ground, scheme: Scheme, free: _Answers | None
) -> tuple[NDArray[np.float64], _Answers]:
    grade = np.full(ground.shape, _OPEN, dtype=np.int8)
    if not scheme.items:
        return np.full(ground.shape, np.nan), grade
    parts = [_item(ground, item) for item in scheme.items]
    known = np.logical_and.reduce([one for _, one in parts])
    total = summed(amount for amount, _ in parts)
    score = np.broadcast_to(total.floats(), ground.shape).copy()
    for place, one in enumerate(scheme.grades):
        reached = True if one.least is None else total.at_least(Fraction(one.least))
        grade[np.broadcast_to(reached, ground.shape)] = place
    struck = np.zeros(ground.shape, dtype=bool) if free is None else free == 0
    known = known & (True if free is None else free == 1)
    score[~known], grade[~known] = np.nan, _OPEN
    score[struck] = 0.0
    if scheme.grades:
        grade[struck] = 0
    return score, grade


def _free(ground: _Ground, scheme: Scheme) -> _Answers | None:
    """Return whether no veto strikes (1), one does (0) or it is open (-1); None without a veto."""
    if not scheme.vetoes:
        return None
    struck = np.zeros(ground.shape, dtype=bool)
    unknown = np.zeros(ground.shape, dtype=bool)
    for veto in scheme.vetoes:
        hits, open_here = _veto(ground, veto)
        struck |= hits
        unknown |= open_here
    return np.where(struck, 0, np.where(unknown, -1, 1)).astype(np.int8)


def _veto(ground: _Ground, veto: Veto) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    rates, known = _rates(ground, veto.of, "")
    meant = np.array([not veto.kinds or one.kind in veto.kinds for one in ground.facts])
    below = np.asarray(rates.against(veto.goal) < 0, dtype=bool)
    return known & below & meant, ~known & meant


def _merit(ground: _Ground, bar: AwardBar | None) -> _Answers | None:
    if bar is None:
        return None
    scopes = [set(strikes(one.kind, bar, ground.campaign)) for one in ground.facts]
    spared = np.array([scope == {False} for scope in scopes])
    doubtful = np.array([len(scope) > 1 for scope in scopes])
    missed = [ground.done < target for target in _targets(ground)]
    some, every = np.logical_or.reduce(missed), np.logical_and.reduce(missed)
    answer = np.where(~some, 1, np.where(every & ~doubtful, 0, -1))
    answer = np.where(ground.known, answer, -1)
    return np.where(spared, 1, answer).astype(np.int8)


def _targets(ground: _Ground) -> list[_Ints]:
    campaign = ground.campaign
    match campaign.readings.missed_target:
        case "own":
            return [ground.targets]
        case "uplifted":
            return [ground.uplifted]
        case _:
            asked = any(question.code == "missed_target" for question in campaign.questions)
            return [ground.targets, ground.uplifted] if asked else [ground.targets]


def _commended(ground: _Ground, scheme: Scheme, free: _Answers | None) -> _Answers:
    nobody = np.full(ground.shape, _OPEN, dtype=np.int8)
    if scheme.commendation is None:
        return nobody
    threshold = outstanding_from(scheme.commendation, ground.campaign)
    if threshold is None:
        answer = nobody
    else:
        ours = times(np.broadcast_to(ground.done, ground.shape), threshold.denominator)
        reached = ours >= times(ground.targets, threshold.numerator)
        known = ground.known & (ground.targets > 0)
        answer = np.where(known, reached, -1).astype(np.int8)
    return _both(answer, free, ground)


def _both(first: _Answers | None, second: _Answers | None, ground: _Ground) -> _Answers:
    """Return whether both conditions hold: 0 where one fails, else -1 where one is open."""
    given = [one for one in (first, second) if one is not None]
    if not given:
        return np.full(ground.shape, _OPEN, dtype=np.int8)
    fails = np.logical_or.reduce([one == 0 for one in given])
    unknown = np.logical_or.reduce([one == -1 for one in given])
    return np.where(fails, 0, np.where(unknown, -1, 1)).astype(np.int8)
