"""Who did well, and by which rule: a scheme applied to a progress, each verdict with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import attrs
import pandas as pd

from coverage_campaign.assessment.boundaries import boundaries
from coverage_campaign.assessment.facts import Facts, facts_of
from coverage_campaign.assessment.verdicts import Verdict, commended, merit_eligible
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.assessment import Scheme
from coverage_campaign.model.basis import Basis
from coverage_campaign.notebook import html_table
from coverage_campaign.progress.track import Progress

if TYPE_CHECKING:
    import datetime as dt

    from coverage_campaign.model.campaign import Campaign

__all__ = ["Assessment", "assess"]

_SHOWN = 9


@attrs.frozen(kw_only=True)
class Assessed:
    """One unit with every verdict on it; a verdict is None where the scheme has no such rule."""

    facts: Facts
    merit: Verdict | None
    commended: Verdict | None


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
        verdicts = [one for unit in self.units for one in (unit.merit, unit.commended) if one]
        return tuple(dict.fromkeys(code for one in verdicts for code in one.questions))

    def to_frame(self) -> pd.DataFrame:
        """Return one row per unit: unit, score, grade, merit_eligible, commended.

        What could not be told is <NA>, never 0 or False: see `unassessed()` and `open_questions`.
        """
        return self.frame.copy(deep=False)

    def unassessed(self) -> pd.DataFrame:
        """Return who could not be assessed, and why: unit, name, reason."""
        left = [unit.facts for unit in self.units if unit.facts.missing]
        return pd.DataFrame(
            {
                "unit": pd.array([facts.unit for facts in left], dtype="str"),
                "name": pd.array([facts.name for facts in left], dtype="str"),
                "reason": pd.array([facts.missing for facts in left], dtype="str"),
            }
        )

    def boundaries(self) -> pd.DataFrame:
        """Return how many people each unit is over (+) or short of (-) each threshold.

        Columns: unit, boundary (what lies there), threshold (completion rate as exact text),
        needed [persons] (the fewest that reach it), done, margin = done - needed. A unit that
        could not be assessed has <NA>; a threshold that is open has no row.
        """
        facts = [unit.facts for unit in self.units]
        return boundaries(facts, self.scheme, self.campaign)

    def explain(self, unit: str) -> str:
        """Return every verdict on a unit with its reason and clause, one a line."""
        found = next((one for one in self.units if one.facts.unit == unit), None)
        if found is None:
            codes = ", ".join(one.facts.unit for one in self.units[:12])
            raise DefinitionError(Problem(f"unit '{unit}'", "was not assessed", f"units: {codes}"))
        title = f"{found.facts.name}, as of {self.as_of}"
        lines = [
            f"{_ANSWERS[name, verdict.answer]}: {verdict.reason}{_cited(verdict.clause)}"
            for name, verdict in (("merit", found.merit), ("commended", found.commended))
            if verdict
        ]
        return "\n".join([title, *(f"  {line}" for line in lines)])

    def _line(self) -> str:
        barred = int((~self.frame["merit_eligible"]).fillna(value=False).sum())
        praised = int(self.frame["commended"].fillna(value=False).sum())
        left = sum(bool(unit.facts.missing) for unit in self.units)
        return (
            f"{self.campaign.label.text()} to {self.as_of}, scheme {self.scheme.code}: "
            f"{len(self.units)} units, {barred} barred from merit awards, {praised} commended, "
            f"{left} could not be assessed"
        )

    def _notes(self) -> list[str]:
        notes = [*self.basis.lines()]
        if self.open_questions:
            notes.append(f"Open, so that verdicts are missing: {', '.join(self.open_questions)}.")
        return notes

    def _repr_html_(self) -> str:
        shown = self.frame.astype(object).where(self.frame.notna(), None)
        return html_table(shown, title=self._line(), notes=self._notes())

    def __repr__(self) -> str:
        """Return the count of verdicts, then the open questions, then the units by name."""
        lines = [f"<Assessment of {self._line()}>", *self._notes()]
        return "\n".join(lines[:_SHOWN])


_ANSWERS: Mapping[tuple[str, bool | None], str] = {
    ("merit", True): "may have merit awards",
    ("merit", False): "barred from merit awards",
    ("merit", None): "merit awards open",
    ("commended", True): "commended",
    ("commended", False): "not commended",
    ("commended", None): "commendation open",
}


def _cited(clause: str) -> str:
    return f" (clause {clause})" if clause else ""


def assess(
    progress: Progress, scheme: Scheme, *, indicators: pd.DataFrame | None = None
) -> Assessment:
    """Return how each unit did by a scheme, at the end of the day that the progress ends on.

    Args:
        progress: What each unit did of its target. A unit whose reports are missing or incomplete
            could not be assessed; it is never held to have done nothing.
        scheme: The rules; `campaign.scheme` is the one of the source.
        indicators: unit, indicator, value for what the progress does not hold.
    """
    del indicators
    campaign = progress.campaign
    units = tuple(
        Assessed(
            facts=facts,
            merit=merit_eligible(facts, scheme.award_bar, campaign) if scheme.award_bar else None,
            commended=(
                commended(facts, scheme.commendation, campaign) if scheme.commendation else None
            ),
        )
        for facts in facts_of(progress)
    )
    basis = progress.basis.joined(campaign.basis("award_bar", "missed_target", "outstanding"))
    return Assessment(
        progress=progress, scheme=scheme, basis=basis, units=units, frame=_frame(units)
    )


def _frame(units: tuple[Assessed, ...]) -> pd.DataFrame:
    missing = [pd.NA] * len(units)
    return pd.DataFrame(
        {
            "unit": pd.array([unit.facts.unit for unit in units], dtype="str"),
            "score": pd.array(missing, dtype="Float64"),
            "grade": pd.array(missing, dtype="str"),
            "merit_eligible": pd.array([_answer(unit.merit) for unit in units], dtype="boolean"),
            "commended": pd.array([_answer(unit.commended) for unit in units], dtype="boolean"),
        }
    )


def _answer(verdict: Verdict | None) -> bool | None:
    return None if verdict is None else verdict.answer
