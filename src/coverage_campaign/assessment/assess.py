"""Who did well, and by which rule: a scheme applied to a progress, each verdict with its reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import attrs
import pandas as pd

from coverage_campaign.assessment.assessed import Assessed, trace
from coverage_campaign.assessment.facts import facts_of
from coverage_campaign.assessment.indicators import FLOATS_ARE_DECIMALS, read_indicators
from coverage_campaign.assessment.scoring import Scored, Sight, prizes, scored, veto_on
from coverage_campaign.assessment.thresholds import boundaries
from coverage_campaign.assessment.verdicts import both, commended, merit_eligible, none_strikes
from coverage_campaign.checks import checked_call
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.basis import Basis
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.scheme import COMPLETION, COVERAGE, Scheme
from coverage_campaign.notebook import Axes, html_table
from coverage_campaign.progress.track import Progress

__all__ = ["Assessment", "assess"]

_SHOWN = 9
_QUESTIONS = ("award_bar", "missed_target", "outstanding", "partial_steps")


@attrs.frozen(eq=False, kw_only=True)
class Assessment:
    """How each unit did by a scheme at the end of a day, every verdict with reason and clause."""

    progress: Progress
    scheme: Scheme
    basis: Basis
    units: tuple[Assessed, ...]
    frame: pd.DataFrame

    @property
    def campaign(self) -> Campaign:
        """The campaign that was assessed."""
        return self.progress.campaign

    @property
    def as_of(self) -> dt.date:
        """The last day counted."""
        return self.progress.as_of

    @property
    def open_questions(self) -> tuple[str, ...]:
        """The open questions that a verdict hangs on, as fields of `Readings`."""
        return tuple(dict.fromkeys(code for unit in self.units for code in unit.questions))

    def to_frame(self) -> pd.DataFrame:
        """Return one row per unit: unit, score, grade, merit_eligible, commended.

        The score is in points (Float64; `points` and `explain` are exact). What could not be told
        is <NA>, never 0 or False: see `unassessed` and `open_questions`.
        """
        return self.frame.copy(deep=False)

    def unit(self, code: str) -> Assessed:
        """Return everything that was found on a unit, exact: points as fractions, verdicts."""
        found = next((one for one in self.units if one.facts.unit == code), None)
        if found is None:
            codes = ", ".join(one.facts.unit for one in self.units[:12])
            raise DefinitionError(Problem(f"unit '{code}'", "was not assessed", f"units: {codes}"))
        return found

    def points(self) -> pd.DataFrame:
        """Return one row per unit and item: unit, item, rate, points, weight, reason, clause.

        `rate` is a fraction of one; rate and points are <NA> where they could not be told.
        """
        weights = {item.code: float(item.weight) for item in self.scheme.items}
        frame = _lines([(unit, line) for unit in self.units for line in unit.items], "points")
        weighed = [weights[code] for code in frame["item"]]
        frame.insert(4, "weight", pd.Series(weighed, dtype="Float64"))
        return frame

    def rewards(self) -> pd.DataFrame:
        """Return one row per unit and reward or prize: unit, item, rate, yuan, reason, clause."""
        return _lines([(unit, line) for unit in self.units for line in unit.rewards], "yuan")

    def unassessed(self) -> pd.DataFrame:
        """Return who could not be assessed in whole or in part, and why: unit, name, reason."""
        left = [
            (unit.facts, reason) for unit in self.units for reason in dict.fromkeys(unit.missing)
        ]
        return pd.DataFrame(
            {
                "unit": pd.array([facts.unit for facts, _ in left], dtype="str"),
                "name": pd.array([facts.name for facts, _ in left], dtype="str"),
                "reason": pd.array([reason for _, reason in left], dtype="str"),
            }
        )

    def boundaries(self, *, near: int | None = None) -> pd.DataFrame:
        """Return how many people each unit is over (+) or short of (-) each threshold.

        Columns: unit, boundary (what lies there), threshold (a rate as exact text), needed
        [persons] (the fewest done that reach it), done, margin = done - needed. With `near`, only
        the cliffs that so many people or fewer lie between: what stands or falls with a handful.
        A unit that could not be assessed has <NA>, and is never near; an open threshold has no row.
        """
        facts = [unit.facts for unit in self.units]
        frame = boundaries(facts, self.scheme, self.campaign)
        if near is None:
            return frame
        # One person short of a threshold and one beyond it are equally near: margin -1 and 0.
        distance = frame["margin"].where(frame["margin"] < 0, frame["margin"] + 1).abs()
        return frame[(distance <= near).fillna(value=False)].reset_index(drop=True)

    def explain(self, unit: str) -> str:
        """Return every verdict on a unit with its reason and clause, one a line."""
        return "\n".join(trace(self.unit(unit), self.scheme, self.as_of))

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the ranking that the verdicts rest on."""
        from coverage_campaign.views import charts  # the one way up, taken late

        return charts.ranking(self.progress, ax=ax)

    def _line(self) -> str:
        barred = int((~self.frame["merit_eligible"]).fillna(value=False).sum())
        praised = int(self.frame["commended"].fillna(value=False).sum())
        left = sum(bool(unit.missing) for unit in self.units)
        return (
            f"{self.campaign.label.text()} to {self.as_of}, scheme {self.scheme.code}: "
            f"{len(self.units)} units, {barred} barred from merit awards, {praised} commended, "
            f"{left} could not be assessed"
        )

    def _notes(self) -> list[str]:
        notes = [*self.basis.lines()]
        if self.open_questions:
            notes.append(f"Open, so that verdicts are missing: {', '.join(self.open_questions)}.")
        last = self.progress.plan.days[-1].astype(object)
        if self.as_of < last:
            notes.append(f"An interim assessment: the plan runs to {last}.")
        return notes

    def _repr_html_(self) -> str:
        shown = self.frame.astype(object).where(self.frame.notna(), None)
        return html_table(shown, title=self._line(), notes=self._notes())

    def __repr__(self) -> str:
        """Return the count of verdicts, then what a reader must be told."""
        lines = [f"<Assessment of {self._line()}>", *self._notes()]
        return "\n".join(lines[:_SHOWN])


@checked_call
def assess(
    progress: Progress, scheme: Scheme | None, *, indicators: pd.DataFrame | None = None
) -> Assessment:
    """Return how each unit did by a scheme, at the end of the day that the progress ends on.

    Args:
        progress: What each unit did of its target. A unit whose reports are missing or incomplete
            could not be assessed; it is never held to have done nothing.
        scheme: The rules; `campaign.scheme` is the one of the source.
        indicators: What the progress does not hold, such as contributions collected: unit,
            indicator, and either value (a rate, such as '98%') or count and of (2 of 3, exact). An
            absent figure is "could not be assessed", never 0.

    Where a reading is open, a verdict stands if all answers agree, and is <NA> if they do not:
    `open_questions` names what it hangs on.

    Raises:
        DefinitionError: No scheme; an indicator is no number, or of a unit or item that is not
            there.
    """
    if scheme is None:
        raise DefinitionError(
            Problem("scheme", "the campaign has none", "give a Scheme with items or award rules")
        )
    campaign = progress.campaign
    facts = {one.unit: one for one in facts_of(progress)}
    figures, floats = read_indicators(
        indicators, units=facts, known=tuple(dict.fromkeys(_indicators(scheme)))
    )
    sight = Sight(
        facts=facts,
        indicators=figures,
        pools=scheme.pools,
        partial=campaign.readings.partial_steps,
    )
    places = [prizes(tuple(facts), prize, sight) for prize in scheme.prizes]
    units = tuple(
        _assessed(code, scheme, sight, campaign, [one[code] for one in places if code in one])
        for code in facts
    )
    basis = progress.basis.joined(campaign.basis(*_QUESTIONS))
    return Assessment(
        progress=progress,
        scheme=scheme,
        basis=basis.assuming(FLOATS_ARE_DECIMALS) if floats else basis,
        units=units,
        frame=_frame(units),
    )


def _indicators(scheme: Scheme) -> Iterator[str]:
    measured = (
        *(item.of for item in (*scheme.items, *scheme.rewards)),
        *(veto.of for veto in scheme.vetoes),
        *(prize.by for prize in scheme.prizes),
    )
    return (code for code in measured if code not in (COMPLETION, COVERAGE))


def _assessed(
    code: str, scheme: Scheme, sight: Sight, campaign: Campaign, places: Sequence[Scored]
) -> Assessed:
    facts = sight.facts[code]
    free = none_strikes([veto_on(code, veto, sight) for veto in scheme.vetoes])
    bar = merit_eligible(facts, scheme.award_bar, campaign) if scheme.award_bar else None
    praise = commended(facts, scheme.commendation, campaign) if scheme.commendation else None
    return Assessed(
        facts=facts,
        items=tuple(scored(code, item, sight, gives="points") for item in scheme.items),
        grades=scheme.grades,
        free=free,
        merit=both(bar, free),
        commended=praise and both(praise, free),
        rewards=(
            *(scored(code, item, sight, gives="yuan") for item in scheme.rewards),
            *places,
        ),
    )


def _frame(units: Sequence[Assessed]) -> pd.DataFrame:
    scores = [None if unit.score is None else float(unit.score) for unit in units]
    grades = [unit.grade.code if unit.grade else None for unit in units]
    merit = [unit.merit.answer if unit.merit else None for unit in units]
    praise = [unit.commended.answer if unit.commended else None for unit in units]
    return pd.DataFrame(
        {
            "unit": pd.array([unit.facts.unit for unit in units], dtype="str"),
            "score": pd.array(scores, dtype="Float64"),
            "grade": pd.array(grades, dtype="str"),
            "merit_eligible": pd.array(merit, dtype="boolean"),
            "commended": pd.array(praise, dtype="boolean"),
        }
    )


def _lines(rows: Sequence[tuple[Assessed, Scored]], gives: str) -> pd.DataFrame:
    rates = [None if line.rate is None else float(line.rate) for _, line in rows]
    amounts = [None if line.amount is None else float(line.amount) for _, line in rows]
    return pd.DataFrame(
        {
            "unit": pd.array([unit.facts.unit for unit, _ in rows], dtype="str"),
            "item": pd.array([line.code for _, line in rows], dtype="str"),
            "rate": pd.array(rates, dtype="Float64"),
            gives: pd.array(amounts, dtype="Float64"),
            "reason": pd.array([line.reason for _, line in rows], dtype="str"),
            "clause": pd.array([line.clause for _, line in rows], dtype="str"),
        }
    )
