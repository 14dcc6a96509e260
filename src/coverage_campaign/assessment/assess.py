"""Who did well, and by which rule: a scheme applied to a progress, each verdict with its reason."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Literal

import attrs
import numpy as np
import pandas as pd

from coverage_campaign.assessment.measures import (
    FLOATS_ARE_DECIMALS,
    MeasurementContext,
    context_of,
    measured_indicators,
    read_indicators,
    units_of,
)
from coverage_campaign.assessment.rules.per_case import PerCase
from coverage_campaign.assessment.scoring import (
    ItemAmounts,
    merit_condition,
    no_veto,
    score,
    scored_item,
)
from coverage_campaign.assessment.thresholds import boundaries
from coverage_campaign.assessment.verdicts import ItemScore, UnitAssessment, Verdicts, explanation
from coverage_campaign.checks import checked_call, checked_fields, checked_methods
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.frames import by_value, owned, owned_frame
from coverage_campaign.messages import Language, Message, check_language, message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.readings import Basis
from coverage_campaign.model.scheme import COMPLETION, COUNTS, Item, Prize, Scheme
from coverage_campaign.notebook import Axes, html_table
from coverage_campaign.progress.progress import Progress

__all__ = ["Assessment", "assess"]

_SHOWN = 9
_QUESTIONS = ("award_bar", "missed_target", "outstanding", "partial_steps")
_TURNS = {
    "grade": ("grade", "veto"),
    "merit_eligible": ("target_met", "uplifted_target_met", "veto"),
    "commended": ("commended", "veto"),
}


@checked_methods
@attrs.frozen(kw_only=True, field_transformer=checked_fields)
class Assessment:
    """How each unit did by a scheme at the end of a day, every verdict with reason and clause."""

    progress: Progress
    scheme: Scheme
    basis: Basis
    _indicators: pd.DataFrame | None = attrs.field(
        default=None, converter=attrs.converters.optional(owned_frame), eq=by_value, repr=False
    )

    @cached_property
    def context(self) -> MeasurementContext:
        """What the scheme looks at: a batch of one scenario."""
        return _context(self.progress, self.scheme, self._indicators)

    @cached_property
    def units(self) -> tuple[UnitAssessment, ...]:
        """Everything that was found, unit by unit, exact: points as fractions, verdicts."""
        return tuple(_assessed(self.context))

    @cached_property
    def _frame(self) -> pd.DataFrame:
        return _frame(self.units)

    @property
    def campaign(self) -> Campaign:
        """The campaign that was assessed."""
        return self.progress.campaign

    @property
    def as_of(self) -> dt.date:
        """The last day counted."""
        return self.progress.as_of

    @property
    def interim(self) -> bool:
        """Whether the plan goes on after `as_of`, so that the verdicts are not final."""
        return self.as_of < self._last_day

    @property
    def _last_day(self) -> dt.date:
        last: dt.date = self.progress.plan.days[-1].item()
        return last

    @property
    def open_questions(self) -> tuple[str, ...]:
        """The open questions that a verdict depends on, as fields of `Readings`."""
        return tuple(dict.fromkeys(code for unit in self.units for code in unit.questions))

    @property
    def messages(self) -> tuple[Message, ...]:
        """What a reader must be told beside the verdicts."""
        notes = []
        if self.open_questions:
            notes.append(
                message(
                    "Verdicts are missing because of open questions: {codes}.",
                    codes=self.open_questions,
                )
            )
        if self.interim:
            notes.append(_interim_note(self._last_day, self.as_of))
        return tuple(notes)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must be told beside the verdicts, in English."""
        return self.notes_in("en")

    def notes_in(self, lang: Language) -> tuple[str, ...]:
        """Return the notes in a language."""
        return tuple(note.text(lang) for note in self.messages)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per unit: unit, name, score, grade, merit_eligible, commended.

        The score is in points (Float64; `points` and `explain` are exact). What could not be told
        is <NA>, never 0 or False: see `unassessed` and `open_questions`. A grade stands where it is
        the same under every answer, whether or not the score is.
        """
        return owned(self._frame)

    def unit(self, code: str) -> UnitAssessment:
        """Return everything that was found on a unit, exact: points as fractions, verdicts."""
        return self.units[self.progress.place(code)]

    def points(self) -> pd.DataFrame:
        """Return one row per unit and item: unit, name, item, rate, points, weight, reason, clause.

        `rate` is a fraction of one; rate and points are <NA> where they could not be told.
        """
        weights = {item.code: float(item.weight) for item in self.scheme.items}
        frame = _lines([(unit, line) for unit in self.units for line in unit.items], "points")
        weighed = [weights[code] for code in frame["item"]]
        frame.insert(5, "weight", pd.Series(weighed, dtype="Float64"))
        return frame

    def rewards(self) -> pd.DataFrame:
        """Return one row per reward or prize: unit, name, item, rate, yuan, reason, clause."""
        return _lines([(unit, line) for unit in self.units for line in unit.rewards], "yuan")

    def unassessed(self) -> pd.DataFrame:
        """Return who could not be assessed in whole or in part, and why.

        Columns: unit, name, code (status of the unit), reason.
        """
        left = [(one.unit, reason) for one in self.units for reason in one.missing]
        return pd.DataFrame(
            {
                "unit": pd.array([unit.unit for unit, _ in left], dtype="str"),
                "name": pd.array([unit.label.text("en") for unit, _ in left], dtype="str"),
                "code": pd.array([unit.status for unit, _ in left], dtype="str"),
                "reason": pd.array([str(reason) for _, reason in left], dtype="str"),
            }
        )

    @cached_property
    def _boundaries(self) -> pd.DataFrame:
        return boundaries(self.context)

    @checked_call
    def boundaries(self, *, near: int | None = None) -> pd.DataFrame:
        """Return how many people each unit is over (+) or short of (-) each threshold.

        Every step, bound and bend of every rule up to three times the target (of a rule with more
        than a thousand, those next to the unit), bands, vetoes, grades and prizes; where a rule
        that is a function turns is not known. Columns: unit, name, boundary (target_met,
        uplifted_target_met, commended, veto, milestone, item, reward, grade, prize), code (of the
        item, veto, milestone, grade or prize), place (of a prize), threshold (a rate as a fraction
        of one; points for a grade; for a prize the rate to beat, or what it takes to be ranked
        where that asks for more people), included (reached at the threshold itself, else only above
        it), needed [persons] (the fewest done that reach it, all else as it is, also what the
        others of a pool did), done (for a milestone: by its day), margin = done - needed. With
        `near`, only those that so many people or fewer lie between. A unit that could not be
        assessed has <NA>, and is never near; an open threshold has no row.
        """
        if near is None:
            return owned(self._boundaries)
        # One person short of a threshold and one beyond it are equally near: margin -1 and 0.
        margin = self._boundaries["margin"]
        distance = margin.where(margin < 0, margin + 1).abs()
        chosen = (distance <= near).fillna(value=False)
        return self._boundaries[chosen].reset_index(drop=True)

    def nearest_margins(
        self, verdict: Literal["grade", "merit_eligible", "commended"]
    ) -> dict[str, int]:
        """Return each unit's margin to the nearest threshold that a verdict turns at [persons].

        Positive = over it, negative = short of it; a unit without a known threshold is not there.
        """
        table = self._boundaries.dropna(subset=["margin"])
        table = table[table["boundary"].isin(_TURNS[verdict])]
        nearest = table.loc[table["margin"].abs().groupby(table["unit"]).idxmin()]
        return dict(zip(nearest["unit"].tolist(), nearest["margin"].tolist(), strict=True))

    def explain(self, unit: str, *, lang: Language | None = None) -> str:
        """Return every verdict on a unit with its reason and clause, one a line."""
        lang = check_language(lang)
        title, *lines = explanation(self.unit(unit), self.scheme, self.as_of)
        mine = self._boundaries[self._boundaries["unit"] == unit]
        missed = mine[(mine["boundary"] == "milestone") & (mine["margin"] < 0).fillna(value=False)]
        marks = {mark.code: mark for mark in self.campaign.milestones}
        lines += [
            message(
                "milestone missed: {milestone}; {done} of {needed} persons by {day:date}",
                milestone=marks[code].label,
                done=done,
                needed=needed,
                day=self.campaign.resolve(marks[code].by),
            )
            for code, done, needed in zip(
                missed["code"], missed["done"].tolist(), missed["needed"].tolist(), strict=True
            )
        ]
        if self.interim:
            lines.insert(0, _interim_note(self._last_day, self.as_of))
        return "\n".join([title.text(lang), *(f"  {line.text(lang)}" for line in lines)])

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the ranking that the verdicts rest on."""
        from coverage_campaign.views import charts  # the one way up, taken late

        return charts.ranking(self.progress, ax=ax)

    def _line(self) -> str:
        barred = int((~self._frame["merit_eligible"]).fillna(value=False).sum())
        praised = int(self._frame["commended"].fillna(value=False).sum())
        left = sum(bool(unit.missing) for unit in self.units)
        return (
            f"{self.campaign.label.text()} to {self.as_of}, scheme {self.scheme.code}: "
            f"{len(self.units)} units, {barred} barred from merit awards, {praised} commended, "
            f"{left} could not be assessed"
        )

    def _repr_html_(self) -> str:
        shown = self._frame.astype(object).where(self._frame.notna(), None)
        return html_table(shown, title=self._line(), notes=[*self.basis.lines(), *self.notes])

    def __repr__(self) -> str:
        """Return the count of verdicts, then what a reader must be told."""
        lines = [f"<Assessment of {self._line()}>", *self.basis.lines(), *self.notes]
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
    `open_questions` names what it depends on.

    Raises:
        DefinitionError: No scheme; an indicator is no number, or of a unit or item that is not
            there.
    """
    if scheme is None:
        raise DefinitionError(
            Problem("scheme", "the campaign has none", "give a Scheme with items or award rules")
        )
    _, floats = read_indicators(
        indicators, units=units_of(progress), known=measured_indicators(scheme)
    )
    basis = progress.basis.joined(progress.campaign.basis(*_QUESTIONS))
    return Assessment(
        progress=progress,
        scheme=scheme,
        indicators=indicators,
        basis=basis.assuming(FLOATS_ARE_DECIMALS) if floats else basis,
    )


def _interim_note(last: dt.date, as_of: dt.date) -> Message:
    return message(
        "Interim assessment: the plan runs to {last:date}; the verdicts are as if it had ended "
        "on {day:date}.",
        last=last,
        day=as_of,
    )


def _context(
    progress: Progress, scheme: Scheme, indicators: pd.DataFrame | None
) -> MeasurementContext:
    """Return a batch of one: the progress as it is."""
    return context_of(
        progress,
        scheme,
        target=progress.arrays.target[np.newaxis],
        uplifted=progress.uplifted[np.newaxis],
        indicators=indicators,
    )


def _assessed(context: MeasurementContext) -> Iterator[UnitAssessment]:
    scheme, verdicts = context.scheme, Verdicts(context)
    items = [scored_item(context, item) for item in scheme.items]
    rewards = [scored_item(context, reward) for reward in scheme.rewards]
    scores = score(context, items, no_veto(context))
    prizes = [_prizes(context, prize, verdicts) for prize in scheme.prizes]
    for place, unit in enumerate(context.units):
        known = scores is not None and bool(scores.known[0, place])
        grade = -1 if scores is None else int(scores.grade[0, place])
        found_here = verdicts.of_unit(place)
        yield UnitAssessment(
            unit=unit,
            items=tuple(
                _line(context, item, found, place)
                for item, found in zip(scheme.items, items, strict=True)
            ),
            score=scores.score[0, place] if scores is not None and known else None,
            grade=None if grade < 0 else scheme.grades[grade],
            no_veto=found_here["no_veto"],
            merit=found_here["merit"],
            commended=found_here["commended"],
            rewards=(
                *(
                    attrs.evolve(_line(context, reward, found, place), gives="yuan")
                    for reward, found in zip(scheme.rewards, rewards, strict=True)
                ),
                *(prize[place] for prize in prizes if place in prize),
            ),
        )


def _line(context: MeasurementContext, item: Item, found: ItemAmounts, place: int) -> ItemScore:
    """Return what an item gives one unit, from the arrays of all."""
    line = ItemScore(
        code=item.code,
        label=item.label,
        clause=item.clause,
        rule=item.rule,
        counts_cases=isinstance(item.rule, PerCase) or item.of in COUNTS,
    )
    rates = tuple(dict.fromkeys(rates[0, place] for rates in found.rates))
    if not found.measured[0, place]:
        if found.rated[0, place]:  # the rate is known, the persons that it is paid by are not
            reason = context.units[place].reason
            return attrs.evolve(line, rate=rates[0], missing=reason)
        return attrs.evolve(line, missing=context.why_unknown(place, item.of, item=item.code))
    line = attrs.evolve(line, rate=rates[0], other_rate=rates[1] if len(rates) > 1 else None)
    amounts = [[given[0, place] for given in way] for way in found.amounts]
    every = sorted({amount for way in amounts for amount in way})
    if len(every) == 1:
        return attrs.evolve(line, amount=every[0])
    by_way, by_step = ({*each} for each in (map(tuple, amounts), zip(*amounts, strict=True)))
    questions = (
        *(("counted",) if len(by_way) > 1 else ()),
        *(("partial_steps",) if len(by_step) > 1 else ()),
    )
    return attrs.evolve(line, alternatives=tuple(every), questions=questions)


def _prizes(context: MeasurementContext, prize: Prize, verdicts: Verdicts) -> dict[int, ItemScore]:
    """Return who has a place in a prize: the place that as many units as are better leave.

    Who may have no merit award takes no place, and is told so where its rate has one. While a unit
    could not be measured, or may yet be ruled out, it may take a place: the amounts of those that
    it may be better than are then None.
    """
    (completion, known), (by, known_by) = context.measured(COMPLETION), context.measured(prize.by)
    out = known[0] & ~completion.rates.at_least(prize.among_from)[0]
    # Who is no longer there, or not yet, takes no place from anybody.
    out |= np.array([unit.status in ("closed", "not_open") for unit in context.units], dtype=bool)
    merit = merit_condition(context)
    answers = np.ones(len(out), dtype=np.int8) if merit is None else merit.answers[0]
    barred, doubtful = ({*np.flatnonzero(answers == one).tolist()} for one in (0, -1))
    ranked = known[0] & known_by[0] & ~out
    unmeasured = {*np.flatnonzero(~ranked & ~out).tolist()} - barred
    rates = {place: by.rates[0, place] for place in np.flatnonzero(ranked).tolist()}
    sure = sorted(rate for place, rate in rates.items() if place not in barred | doubtful)
    doubtful &= {*rates}
    measure = context.name_of(prize.by)
    found: dict[int, ItemScore] = {}
    for place, rate in rates.items():
        number = 1 + len(sure) - bisect_right(sure, rate)
        if number > len(prize.amounts):
            continue
        line = ItemScore(
            code=prize.code,
            label=prize.label,
            rate=rate,
            amount=Fraction(prize.amounts[number - 1]),
            note=message("place {n} by {measure}", n=number, measure=measure),
            clause=prize.clause,
            gives="yuan",
        )
        left = unmeasured | {one for one in doubtful if one == place or rates[one] > rate}
        why = verdicts.of_unit(place)["merit"] if place in barred else None
        if why is not None:
            note = message(
                "no place by {measure}, as it may have no merit award ({reason})",
                measure=measure,
                reason=why.reason,
            )
            line = attrs.evolve(line, amount=Fraction(0), note=note)
        elif left:
            units = [context.units[one].label for one in sorted(left)]
            note = message(
                "{place} ({units:list 8} could not be ranked)", place=line.note, units=units
            )
            line = attrs.evolve(line, amount=None, note=note)
        found[place] = line
    return found


def _frame(units: Sequence[UnitAssessment]) -> pd.DataFrame:
    scores = [None if unit.score is None else float(unit.score) for unit in units]
    grades = [unit.grade.code if unit.grade else None for unit in units]
    merit = [unit.merit.answer if unit.merit else None for unit in units]
    praise = [unit.commended.answer if unit.commended else None for unit in units]
    return pd.DataFrame(
        {
            "unit": pd.array([unit.unit.unit for unit in units], dtype="str"),
            "name": pd.array([unit.unit.label.text("en") for unit in units], dtype="str"),
            "score": pd.array(scores, dtype="Float64"),
            "grade": pd.array(grades, dtype="str"),
            "merit_eligible": pd.array(merit, dtype="boolean"),
            "commended": pd.array(praise, dtype="boolean"),
        }
    )


def _lines(rows: Sequence[tuple[UnitAssessment, ItemScore]], gives: str) -> pd.DataFrame:
    rates = [None if line.rate is None else float(line.rate) for _, line in rows]
    amounts = [None if line.amount is None else float(line.amount) for _, line in rows]
    return pd.DataFrame(
        {
            "unit": pd.array([unit.unit.unit for unit, _ in rows], dtype="str"),
            "name": pd.array([unit.unit.label.text("en") for unit, _ in rows], dtype="str"),
            "item": pd.array([line.code for _, line in rows], dtype="str"),
            "rate": pd.array(rates, dtype="Float64"),
            gives: pd.array(amounts, dtype="Float64"),
            "reason": pd.array([str(line.reason) for _, line in rows], dtype="str"),
            "clause": pd.array([line.clause for _, line in rows], dtype="str"),
        }
    )
