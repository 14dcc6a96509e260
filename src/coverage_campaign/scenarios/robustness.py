"""Which verdicts are robust: the same run under other inputs, other readings, other reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import floor
from typing import Any, Literal, TypeAlias, cast

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.assessment.assess import Assessment
from coverage_campaign.assessment.scoring import assess_many
from coverage_campaign.checks import checked_call, checked_fields, checked_methods
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.frames import by_value, owned_frame
from coverage_campaign.messages import Language, Message, check_language, message
from coverage_campaign.model.readings import Basis
from coverage_campaign.model.targets import to_rate
from coverage_campaign.notebook import Axes, html_table
from coverage_campaign.progress.indicators import competition_ranks
from coverage_campaign.progress.progress import Progress
from coverage_campaign.reporting.result import Tally
from coverage_campaign.scenarios.design import shown
from coverage_campaign.scenarios.explore import explore
from coverage_campaign.scenarios.interpretations import words_of
from coverage_campaign.scenarios.scenario import Outcome, Scenario, run
from coverage_campaign.scenarios.study import Study

__all__ = ["Stability", "stability"]

Verdict: TypeAlias = Literal["grade", "merit_eligible", "commended"]
_VERDICTS: tuple[Verdict, ...] = (*("grade", "merit_eligible", "commended"),)
_WHAT = ("share", "rank", *_VERDICTS)


@checked_methods
@attrs.frozen(kw_only=True, field_transformer=checked_fields)
class Stability:
    """Ranks and verdicts of every variant that was tried, and which are the same under all."""

    baseline: Outcome
    variants: tuple[str, ...]
    basis: Basis
    _ranks: pd.DataFrame = attrs.field(converter=owned_frame, eq=by_value, repr=False)
    _verdicts: pd.DataFrame = attrs.field(converter=owned_frame, eq=by_value, repr=False)
    handful: int

    def to_frame(self) -> pd.DataFrame:
        """Return one row per unit and verdict: is it robust, and by how many people.

        Columns: unit, name, verdict (grade, merit_eligible, commended), answer (of the baseline,
        as text, <NA> = could not be told), robust (the same in every variant), agreeing, variants
        (counts), margin [persons] (to the nearest threshold of the baseline; negative = short of
        it), warning ('' or why the verdict is not to be leaned on).
        """
        return owned_frame(self._verdicts)

    def rank_ranges(self) -> pd.DataFrame:
        """Return how far ranks move: unit, name, rank (baseline), best, worst."""
        return owned_frame(self._ranks)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the baseline's picture: what the verdicts rest on."""
        return self.baseline.plot(ax)

    def sentence(self, *, lang: Language | None = None) -> str:
        """Return in one sentence how many verdicts are robust; English by default."""
        return self.message.text(check_language(lang, default="en"))

    @property
    def message(self) -> Message:
        """How many verdicts are robust, in the language of the reader."""
        return message(
            "{robust} of {n} {n:plural verdict is|verdicts are} robust in all of {variants} "
            "{variants:plural variant|variants}",
            robust=int(self._verdicts["robust"].sum()),
            n=len(self._verdicts),
            variants=len(self.variants),
        )

    def _repr_html_(self) -> str:
        return html_table(self._verdicts, title=str(self.message), notes=self.basis.lines())

    def __repr__(self) -> str:
        """Return how many verdicts are robust, and the first warnings."""
        warned = self._verdicts[self._verdicts["warning"] != ""]
        lines = [
            f"{row['name']}, {row['verdict']}: {row['warning']}" for _, row in warned.iterrows()
        ]
        return "\n".join([f"<Stability: {self.message}>", *lines[:8]])


@checked_call
def stability(
    scenario: Scenario,
    *,
    reports: Tally,
    received: pd.DataFrame | None = None,
    over: Mapping[str, Sequence[object]] | None = None,
    readings: Sequence[str] | None = None,
    error: Fraction | str | int = 0,
    handful: int = 10,
) -> Stability:
    """Return which ranks and verdicts are robust when inputs, readings or reports are others.

    Variants go through in batches, as in `explore`: hundreds of them take little more than a run.

    Args:
        scenario: The baseline; it needs `as_of` and a scheme (its own or the campaign's).
        reports: The tally to track.
        received: When reports arrived (see `track`).
        over: Other values of inputs (as `explore` names them), such as
            {"method": [cc.apportion.adams]}; each is tried alone, beside the baseline.
        readings: Open questions of which every answer is tried, in all combinations, and whose
            answers are words; by default those that verdicts depend on.
        error: A reporting error (a fraction of one): of what each unit did, it alone reports so
            much more and so much less, in whole persons.
        handful: A verdict with at most so many people between it and its threshold is warned of.

    Raises:
        DefinitionError: No date, no scheme, or a question whose answers are no words.
    """
    baseline = run(scenario, reports=reports, received=received)
    if baseline.assessment is None or baseline.progress is None:
        raise DefinitionError(
            Problem("scenario", "ends before the assessment", "give it as_of, phases and a scheme")
        )
    told = [_baseline(baseline.assessment)]
    told += [
        *_other_inputs(baseline, over or {}, reports, received),
        *_other_readings(baseline, readings, reports, received),
        *_other_reports(baseline, baseline.progress, baseline.assessment, to_rate(error)),
    ]
    ranks = np.concatenate([one.ranks for one in told])
    answers = {
        verdict: np.concatenate([one.answers[verdict] for one in told]) for verdict in _VERDICTS
    }
    return Stability(
        baseline=baseline,
        variants=tuple(name for one in told for name in one.names),
        basis=baseline.assessment.basis,
        ranks=_ranks(baseline.progress, ranks),
        verdicts=_verdicts(baseline.assessment, answers, handful),
        handful=handful,
    )


@attrs.frozen(eq=False)
class _Told:
    """What some variants say: ranks (nan = none) and answers as text, by variant and unit."""

    names: tuple[str, ...]
    ranks: NDArray[np.float64]
    answers: Mapping[str, NDArray[np.object_]]


def _baseline(assessment: Assessment) -> _Told:
    ranks = assessment.progress.to_frame()["rank"].astype("Float64")
    table = assessment.to_frame()
    return _Told(
        ("baseline",),
        np.array([ranks.to_numpy(dtype=np.float64, na_value=np.nan)], dtype=np.float64),
        {
            verdict: np.array([[_text(one) for one in table[verdict].tolist()]], dtype=object)
            for verdict in _VERDICTS
        },
    )


def _of_study(study: Study, names: Sequence[str], units: Sequence[str]) -> _Told:
    """Return what the scenarios of a study say of these units; one without them says nothing."""
    places = [study.units.index(code) if code in study.units else -1 for code in units]
    missing = np.array([place < 0 for place in places])
    ranks = study.array("rank")[:, places]
    ranks[:, missing] = np.nan
    answers: dict[str, NDArray[np.object_]] = {}
    for verdict in _VERDICTS:
        values = study.array(verdict)[:, places]
        values[:, missing] = np.nan
        words = study.cells[verdict].words or ("False", "True")
        answers[verdict] = _words_at(values, words)
    return _Told(tuple(names), ranks, answers)


def _words_at(places: NDArray[np.float64], words: Sequence[str]) -> NDArray[np.object_]:
    """Return words by their places, None where there is none."""
    listed: NDArray[np.object_] = np.array([*words, None], dtype=object)
    at = np.where(np.isnan(places), len(words), places).astype(np.int64)
    found: NDArray[np.object_] = listed[at]
    return found


def _other_inputs(
    baseline: Outcome,
    over: Mapping[str, Sequence[object]],
    reports: Tally,
    received: pd.DataFrame | None,
) -> Iterator[_Told]:
    """Yield what follows from each other value alone, the values of one input in one batch."""
    for name, values in over.items():
        study = explore(
            baseline.scenario, over={name: values}, what=_WHAT, reports=reports, received=received
        )
        names = [f"{name} = {shown(value)}" for value in values]
        yield _of_study(study, names, _units(baseline))


def _units(baseline: Outcome) -> list[str]:
    return baseline.allocation.shares().index.tolist()


def _other_readings(
    baseline: Outcome,
    questions: Sequence[str] | None,
    reports: Tally,
    received: pd.DataFrame | None,
) -> Iterator[_Told]:
    """Yield what follows from every combination of answers, the baseline's own left out."""
    campaign = baseline.scenario.campaign
    asked = {question.code for question in campaign.questions}
    chosen = [code for code in ("counted", "award_bar", "missed_target") if code in asked]
    codes = list(questions) if questions is not None else chosen
    if not codes:
        return
    now = tuple(getattr(campaign.readings, code) for code in codes)
    combined = [one for one in product(*(_words(code) for code in codes)) if one != now]
    columns = {
        f"readings.{code}": list(column)
        for code, column in zip(codes, zip(*combined, strict=True), strict=True)
    }
    study = explore(
        baseline.scenario, samples=columns, what=_WHAT, reports=reports, received=received
    )
    names = [
        ", ".join(f"{code} = {answer}" for code, answer in zip(codes, one, strict=True))
        for one in combined
    ]
    yield _of_study(study, names, _units(baseline))


def _words(code: str) -> tuple[str, ...]:
    """Return the words that answer a question; one without a closed set is refused."""
    words = words_of(code)
    if not words:
        raise DefinitionError(
            Problem(f"readings.{code}", "has no closed set of answers", "vary it through `over`")
        )
    return words


def _other_reports(
    baseline: Outcome, progress: Progress, assessment: Assessment, error: Fraction
) -> Iterator[_Told]:
    """Yield what follows where one unit alone did so many more or fewer people, whole persons."""
    scheme = assessment.scheme
    counts = progress.counts
    done = counts["done"].fillna(0).to_numpy("int64")
    change = np.array([floor(int(persons) * error) for persons in done.tolist()], dtype=np.int64)
    change[counts["done"].isna().to_numpy(dtype=bool)] = 0
    moved = np.flatnonzero(change)
    if not len(moved):
        return
    units, signs = np.repeat(moved, 2), np.tile([1, -1], len(moved))
    varied = np.tile(done, (len(units), 1))
    varied[np.arange(len(units)), units] += signs * change[units]
    targets = np.tile(counts["target"].to_numpy("int64"), (len(units), 1))
    known = (counts["done"].notna() & counts["complete"].fillna(value=True)).to_numpy(dtype=bool)
    ranks = competition_ranks(varied, targets, known & (targets > 0)).astype(np.float64)
    verdicts = assess_many(
        progress,
        scheme,
        targets=targets,
        uplifted=np.tile(progress.uplifted, (len(units), 1)),
        done=varied,
        indicators=baseline.scenario.indicators,
    )
    codes = counts["unit"].tolist()
    steps = (signs * change[units]).tolist()
    yield _Told(
        tuple(
            f"{codes[u]} reports {step:+,} persons" for u, step in zip(units, steps, strict=True)
        ),
        np.where(ranks > 0, ranks, np.nan),
        {
            "grade": _words_at(_open(verdicts.grade), [one.code for one in scheme.grades]),
            "merit_eligible": _words_at(_open(verdicts.merit_eligible), ("False", "True")),
            "commended": _words_at(_open(verdicts.commended), ("False", "True")),
        },
    )


def _open(answers: NDArray[np.int8]) -> NDArray[np.float64]:
    return np.where(answers < 0, np.nan, answers)


def _ranks(progress: Progress, ranks: NDArray[np.float64]) -> pd.DataFrame:
    first = progress.to_frame()
    known = ~np.isnan(ranks).all(axis=0)
    best, worst = np.full(ranks.shape[1], np.nan), np.full(ranks.shape[1], np.nan)
    best[known] = np.nanmin(ranks[:, known], axis=0)
    worst[known] = np.nanmax(ranks[:, known], axis=0)
    return pd.DataFrame(
        {
            "unit": first["unit"],
            "name": first["name"],
            "rank": first["rank"],
            "best": pd.Series(best, dtype="Float64").astype("Int64"),
            "worst": pd.Series(worst, dtype="Float64").astype("Int64"),
        }
    )


def _verdicts(
    baseline: Assessment, answers: Mapping[Verdict, NDArray[np.object_]], handful: int
) -> pd.DataFrame:
    progress = baseline.progress.to_frame()
    rows = []
    for verdict in _VERDICTS:
        if all(answer is None for answer in answers[verdict][0]):
            continue
        margins = baseline.nearest_margins(verdict)
        for place, (unit, name) in enumerate(zip(progress["unit"], progress["name"], strict=True)):
            told = answers[verdict][:, place].tolist()
            agreeing = sum(answer == told[0] for answer in told)
            robust = agreeing == len(told)
            margin = margins.get(str(unit))
            rows.append(
                (
                    *(unit, name, verdict, told[0], robust, agreeing, len(told)),
                    margin,
                    _warning(told, robust=robust, margin=margin, handful=handful),
                )
            )
    columns = [
        *("unit", "name", "verdict", "answer", "robust", "agreeing", "variants"),
        *("margin", "warning"),
    ]
    return pd.DataFrame(rows, columns=columns).astype(
        {"answer": "str", "agreeing": "Int64", "variants": "Int64", "margin": "Int64"}
    )


def _text(value: object) -> str | None:
    return None if value is None or pd.isna(cast("Any", value)) else str(value)


def _warning(
    answers: Sequence[str | None], *, robust: bool, margin: int | None, handful: int
) -> str:
    if not robust:
        others = sorted({answer or "unknown" for answer in answers if answer != answers[0]})
        return f"is {' or '.join(others)} in {sum(a != answers[0] for a in answers)} variants"
    if margin is not None and abs(margin) <= handful:
        return f"depends on {abs(margin)} people"
    return ""
