"""Which verdicts stand: the same run under other inputs, other readings, other reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import floor
from typing import Any, cast

import attrs
import pandas as pd

from coverage_campaign.assessment.assess import Assessment
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.basis import Basis
from coverage_campaign.model.readings import Readings
from coverage_campaign.model.targets import to_rate
from coverage_campaign.notebook import html_table
from coverage_campaign.reporting.counts import Tally
from coverage_campaign.scenarios.answers import words_of
from coverage_campaign.scenarios.margins import nearest_margins
from coverage_campaign.scenarios.scenario import Outcome, Scenario, run

__all__ = ["Stability", "stability"]

_BAR_FROM = 20
_VERDICTS = ("grade", "merit_eligible", "commended")


@attrs.frozen(eq=False, kw_only=True)
class Stability:
    """Ranks and verdicts of every variant that was tried, and which of them stand under all."""

    baseline: Outcome
    variants: tuple[str, ...]
    basis: Basis
    ranks: pd.DataFrame
    verdicts: pd.DataFrame
    handful: int

    def to_frame(self) -> pd.DataFrame:
        """Return one row per unit and verdict: does it stand, and by how many people.

        Columns: unit, name, verdict (grade, merit_eligible, commended), answer (of the baseline,
        as text, <NA> = could not be told), stands (the same in every variant), agreeing, variants
        (counts), margin [persons] (to the nearest threshold of the baseline; negative = short of
        it), warning ('' or why the verdict is not to be leaned on).
        """
        return self.verdicts.copy(deep=False)

    def rank_ranges(self) -> pd.DataFrame:
        """Return how far ranks move: unit, name, rank (baseline), best, worst."""
        return self.ranks.copy(deep=False)

    def _line(self) -> str:
        standing = int(self.verdicts["stands"].sum())
        return (
            f"{standing} of {len(self.verdicts)} verdicts stand in all of "
            f"{len(self.variants)} variants"
        )

    def _repr_html_(self) -> str:
        return html_table(self.verdicts, title=self._line(), notes=self.basis.lines())

    def __repr__(self) -> str:
        """Return how many verdicts stand, and the first warnings."""
        warned = self.verdicts[self.verdicts["warning"] != ""]
        lines = [
            f"{row['name']}, {row['verdict']}: {row['warning']}" for _, row in warned.iterrows()
        ]
        return "\n".join([f"<Stability: {self._line()}>", *lines[:8]])


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
    """Return which ranks and verdicts stand when inputs, readings or reports are others.

    Args:
        scenario: The baseline; it needs `as_of` and a scheme (its own or the campaign's).
        reports: The tally to track.
        received: When reports arrived (see `track`).
        over: Other values of the scenario's fields, such as {"method": [cc.apportion.adams]}; each
            is tried alone, beside the baseline.
        readings: Open questions of which every answer is tried, in all combinations, and whose
            answers are words; by default those that verdicts hang on.
        error: A reporting error (a fraction of one): each unit alone reports so much more and so
            much less, in whole persons.
        handful: A verdict with at most so many people between it and its threshold is warned of.

    Raises:
        DefinitionError: No date, no scheme, or a question whose answers are no words.
    """
    baseline = run(scenario, reports=reports, received=received)
    if baseline.assessment is None or baseline.progress is None:
        raise DefinitionError(
            Problem("scenario", "ends before the assessment", "give it as_of, phases and a scheme")
        )
    variants = [
        *_other_inputs(scenario, over or {}),
        *_other_readings(scenario, readings),
    ]
    outcomes = [
        (name, run(varied, reports=_of(reports, varied), received=received))
        for name, varied in _with_bar(variants)
    ]
    outcomes += [
        (name, run(scenario, reports=tally, received=received))
        for name, tally in _with_bar(list(_other_reports(reports, to_rate(error))))
    ]
    found = [baseline.assessment, *(one.assessment for _, one in outcomes if one.assessment)]
    return Stability(
        baseline=baseline,
        variants=("baseline", *(name for name, _ in outcomes)),
        basis=baseline.assessment.basis,
        ranks=_ranks(found),
        verdicts=_verdicts(found, handful),
        handful=handful,
    )


def _with_bar(variants: list[Any]) -> Iterator[Any]:
    if len(variants) < _BAR_FROM:
        return iter(variants)
    from tqdm.auto import tqdm  # only a long run shows a bar

    return iter(tqdm(variants, desc="variants"))


def _other_inputs(
    scenario: Scenario, over: Mapping[str, Sequence[object]]
) -> Iterator[tuple[str, Scenario]]:
    fields = {field.name for field in attrs.fields(Scenario)}
    for name, values in over.items():
        if name not in fields:
            raise DefinitionError(
                Problem(f"over['{name}']", "no such input", f"inputs: {', '.join(sorted(fields))}")
            )
        for value in values:
            shown = getattr(value, "__name__", None) or getattr(value, "name", None) or value
            varied: Scenario = attrs.evolve(scenario, **cast("dict[str, Any]", {name: value}))
            yield f"{name} = {shown}", varied


def _other_readings(
    scenario: Scenario, questions: Sequence[str] | None
) -> Iterator[tuple[str, Scenario]]:
    """Yield the scenario under every combination of answers, the baseline's own left out."""
    campaign = scenario.campaign
    asked = {question.code for question in campaign.questions}
    chosen = [code for code in ("counted", "award_bar", "missed_target") if code in asked]
    codes = list(questions) if questions is not None else chosen
    answers = [_words(code) for code in codes]
    now = tuple(getattr(campaign.readings, code) for code in codes)
    for combination in product(*answers):
        if combination == now:
            continue
        given = dict(zip(codes, combination, strict=True))
        varied: Readings = attrs.evolve(campaign.readings, **cast("dict[str, Any]", given))
        name = ", ".join(f"{code} = {answer}" for code, answer in given.items())
        yield name, attrs.evolve(scenario, campaign=attrs.evolve(campaign, readings=varied))


def _words(code: str) -> tuple[str, ...]:
    """Return the words that answer a question; one without a closed set is refused."""
    words = words_of(code)
    if not words:
        raise DefinitionError(
            Problem(f"readings '{code}'", "has no closed set of answers", "vary it through `over`")
        )
    return words


def _of(reports: Tally, scenario: Scenario) -> Tally:
    """Return the same reports, read under the scenario's campaign."""
    return attrs.evolve(reports, campaign=scenario.campaign)


def _other_reports(reports: Tally, error: Fraction) -> Iterator[tuple[str, Tally]]:
    """Yield the tally with one unit's persons raised or lowered by the error, in whole persons."""
    if not error:
        return
    frame = reports.to_frame()
    totals = frame.groupby("unit", sort=True)["persons"].sum()
    for unit, persons in totals.items():
        change = floor(int(persons) * error)
        last = frame.index[frame["unit"] == unit][-1]
        for sign in (1, -1):
            if change:
                moved = frame.copy()
                moved.loc[last, "persons"] += sign * change
                yield (
                    f"{unit} reports {sign * change:+,} persons",
                    attrs.evolve(reports, frame=moved),
                )


def _ranks(found: Sequence[Assessment]) -> pd.DataFrame:
    tables = [one.progress.to_frame().set_index("unit")["rank"] for one in found]
    both = pd.concat(tables, axis=1)
    first = found[0].progress.to_frame()
    return pd.DataFrame(
        {
            "unit": first["unit"],
            "name": first["name"],
            "rank": first["rank"],
            "best": both.min(axis=1).reindex(first["unit"]).array,
            "worst": both.max(axis=1).reindex(first["unit"]).array,
        }
    )


def _verdicts(found: Sequence[Assessment], handful: int) -> pd.DataFrame:
    baseline = found[0]
    names = baseline.progress.to_frame().set_index("unit")["name"]
    margins = {verdict: nearest_margins(baseline, verdict) for verdict in _VERDICTS}
    tables = [one.to_frame().set_index("unit") for one in found]
    rows = []
    for verdict in _VERDICTS:
        if tables[0][verdict].isna().all():
            continue
        for unit in tables[0].index:
            answers = [_text(table.loc[unit, verdict]) for table in tables]
            agreeing = sum(answer == answers[0] for answer in answers)
            stands = agreeing == len(answers)
            margin = margins[verdict].get(str(unit))
            rows.append(
                (
                    *(unit, names[unit], verdict, answers[0], stands, agreeing, len(answers)),
                    margin,
                    _warning(answers, stands=stands, margin=margin, handful=handful),
                )
            )
    columns = [
        *("unit", "name", "verdict", "answer", "stands", "agreeing", "variants"),
        *("margin", "warning"),
    ]
    return pd.DataFrame(rows, columns=columns).astype(
        {"answer": "str", "agreeing": "Int64", "variants": "Int64", "margin": "Int64"}
    )


def _text(value: object) -> str | None:
    return None if value is None or pd.isna(cast("Any", value)) else str(value)


def _warning(
    answers: Sequence[str | None], *, stands: bool, margin: int | None, handful: int
) -> str:
    if not stands:
        others = sorted({str(answer) for answer in answers if answer != answers[0]})
        return f"is {' or '.join(others)} in {sum(a != answers[0] for a in answers)} variants"
    if margin is not None and abs(margin) <= handful:
        return f"hangs on {abs(margin)} people"
    return ""
