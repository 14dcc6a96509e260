"""Every reading of a source at once: which conclusions are robust, whatever it is taken to mean."""

from __future__ import annotations

import datetime as dt
import typing
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any, Literal, get_args, get_origin

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.allocation.weights import Weighting, WeightTable, equal
from coverage_campaign.checks import checked_call, checked_fields
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.frames import by_value, owned, owned_frame
from coverage_campaign.messages import Language, Message, check_language, message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import DateLike, MonthDay, to_date
from coverage_campaign.model.readings import Basis, Readings
from coverage_campaign.model.targets import (
    CoverageTarget,
    covered_before,
    eligible_persons,
    to_rate,
)
from coverage_campaign.notebook import html_table
from coverage_campaign.reporting.result import Tally
from coverage_campaign.scenarios.explore import explore
from coverage_campaign.scenarios.scenario import Scenario, allocation_of
from coverage_campaign.scenarios.study import Study
from coverage_campaign.scheduling.schedule import schedule

__all__ = [
    "UNIT_ANSWERS",
    "ReadingsTable",
    "answer_text",
    "answers_of",
    "open_codes",
    "readings_table",
    "words_of",
]

_RUN = (
    *("counted", "schedule_over", "result_cutoff", "award_bar", "missed_target", "outstanding"),
    *("partial_steps",),
)
"""Questions that a run answers differently by; the others change a figure, or nothing here."""
_FIGURES = ("increase", "annexes")
_ANNEXES_TOGETHER = {"two_cuts": 1, "partition": 1, "different_measures": 2}
_MOST = 20_000
UNIT_ANSWERS = {
    "merit_eligible": ("barred", "may have merit awards"),
    "commended": ("not commended", "commended"),
    "behind": ("on schedule", "behind schedule"),
}
"""What is concluded on a unit, and the two answers in words: no and yes."""


@checked_call
def readings_table(
    campaign: Campaign,
    *,
    weights: Weighting | WeightTable | None = None,
    among: str = "counties",
    as_of: DateLike | None = None,
    reports: Tally | None = None,
    received: pd.DataFrame | None = None,
    answers: Mapping[str, Sequence[object]] | None = None,
    lapse: Fraction | str | int = 0,
) -> ReadingsTable:
    """Return what follows from every reading of a source, and which conclusions are robust.

    Questions that the caller answered (`campaign.readings`) stay answered; those that are open, or
    only have a suggestion, are read in every way, in all combinations.

    Args:
        campaign: The campaign with its questions.
        weights: By what the target is shared out; without it there are no conclusions on units.
        among: The cut whose units are judged.
        as_of: The day on which plan and result are compared; by default the last day of the month
            in which the first part of a phase (or the first phase) ends.
        reports: The tally; with it conclusions on what was done, who is barred, who commended.
        received: When reports arrived (see `track`).
        answers: Answers to try by question, where the library cannot know them (a threshold such
            as outstanding, a term) or others than all are wanted.
        lapse: The fraction of those covered before that lapses within the campaign.

    Raises:
        DefinitionError: No headcount target, an unknown question, more than 20,000 combinations.

    >>> import coverage_campaign as cc
    >>> table = cc.readings_table(cc.load_case("hengyang", year=2008), lapse="5%")
    >>> frame = table.to_frame()
    >>> sorted(frame["eligible"].unique().tolist())
    [760000, 1045000]
    >>> sorted(frame["planned"].unique().tolist())
    [21664, 25055, 25473, 33716]
    """
    headcount = campaign.headcount
    if headcount is None:
        raise DefinitionError(Problem("campaign", "no headcount target", "give it one to judge by"))
    day = _day(campaign) if as_of is None else to_date(as_of, where="as_of")
    tried = answers_of(campaign, {} if answers is None else dict(answers))
    asked = {code: tried[code] for code in (*_RUN, *_FIGURES) if code in tried}
    asked = {code: values for code, values in asked.items() if _matters(code, reports)}
    count = int(np.prod([len(values) for values in asked.values()]))
    if count > _MOST:
        raise DefinitionError(
            Problem(
                "answers",
                message("{count} combinations", count=count),
                message("answer some first: at most {most}", most=_MOST),
            )
        )
    scenario = Scenario(
        campaign=campaign, weights=equal if weights is None else weights, among=among, as_of=day
    )
    study = _study(scenario, asked, reports, received)
    runs = _runs(study, scenario, asked, day)
    frame = pd.DataFrame(
        [
            {**run, **_figures(campaign, given, run, to_rate(lapse))}
            for run in runs.to_dict("records")
            for given in _combined({code: asked[code] for code in _FIGURES if code in asked})
        ]
    )
    order = [*asked, *(name for name in frame.columns if name not in asked)]
    basis = study.basis if study is not None else allocation_of(scenario).basis
    unused: dict[str, object] = (
        {} if reports is not None else {"weights": weights, "received": received}
    )
    if lapse and "coverage_after" not in frame.columns[frame.notna().any()]:
        unused["lapse"] = lapse
    return ReadingsTable(
        campaign=campaign,
        as_of=day,
        answers=asked,
        idle=tuple(code for code in tried if code not in asked),
        unused=tuple(name for name, value in unused.items() if value is not None),
        basis=basis,
        frame=_typed(frame[order]),
        units=_units(study, asked) if study is not None and weights is not None else pd.DataFrame(),
    )


def _matters(code: str, reports: Tally | None) -> bool:
    """Tell whether a question can change a conclusion: verdicts and results need reports."""
    return reports is not None or code in {"counted", "schedule_over", *_FIGURES}


def _day(campaign: Campaign) -> dt.date:
    parts = [phase.code for phase in campaign.phases if phase.parent]
    first = parts[0] if parts else campaign.phases[0].code
    end = campaign.window(first).last
    following = dt.date(end.year + end.month // 12, end.month % 12 + 1, 1)
    return following - dt.timedelta(days=1)


def _combined(asked: Mapping[str, tuple[object, ...]]) -> list[dict[str, object]]:
    return [dict(zip(asked, values, strict=True)) for values in product(*asked.values())]


def _study(
    scenario: Scenario,
    asked: Mapping[str, tuple[object, ...]],
    reports: Tally | None,
    received: pd.DataFrame | None,
) -> Study | None:
    over = {f"readings.{code}": values for code, values in asked.items() if code in _RUN}
    if reports is None or not over:
        return None
    what = ("share", "planned", "done", "gap_persons", "merit_eligible", "commended")
    return explore(scenario, over=over, what=what, reports=reports, received=received)


def _runs(
    study: Study | None,
    scenario: Scenario,
    asked: Mapping[str, tuple[object, ...]],
    day: dt.date,
) -> pd.DataFrame:
    """Return one row per combination of answers that change a run, with what it comes to."""
    questions = {code: values for code, values in asked.items() if code in _RUN}
    if study is None:
        allocation = allocation_of(scenario)
        rows: list[dict[str, Any]] = []
        for given in _combined(questions):
            over: Any = given.get("schedule_over", scenario.campaign.readings.schedule_over)
            planned = schedule(allocation, over=over).planned_on(day).sum() if over else None
            rows.append({**{code: answer_text(one) for code, one in given.items()},
                         "planned": planned})  # fmt: skip
        return pd.DataFrame(rows)
    leaves = study.leaves
    combined = _combined(questions)
    table = pd.DataFrame(
        [{code: answer_text(one) for code, one in given.items()} for given in combined]
    )
    planned = study.array("planned")[:, leaves].sum(axis=1)
    done = study.array("done")[:, leaves]
    known = ~np.isnan(done).all(axis=1)
    sums = np.where(known, np.nansum(done, axis=1), np.nan)
    merit, praise = study.array("merit_eligible")[:, leaves], study.array("commended")[:, leaves]
    return table.assign(
        planned=planned,
        done=sums,
        gap_persons=sums - planned,
        ahead=pd.arrays.BooleanArray(np.asarray(sums >= planned), np.isnan(sums)),
        barred=np.where(np.isnan(merit).all(axis=1), np.nan, (merit == 0).sum(axis=1)),
        commended=np.where(np.isnan(praise).all(axis=1), np.nan, (praise == 1).sum(axis=1)),
    )


def _figures(
    campaign: Campaign, given: Mapping[str, object], run: Mapping[Any, Any], lapse: Fraction
) -> dict[str, object]:
    """Return what the readings of the target itself come to."""
    headcount = campaign.headcount
    persons = headcount.persons if headcount else 0
    goal = next((one for one in campaign.targets if isinstance(one, CoverageTarget)), None)
    increase: Any = given.get("increase", campaign.readings.increase)
    counted = run.get("counted", campaign.readings.counted)
    before = (
        goal.rate_before(goal.rise_is or increase) if goal and (goal.rise_is or increase) else None
    )
    figures: dict[str, object] = {code: answer_text(one) for code, one in given.items()}
    figures |= {"eligible": None, "covered_before": None, "coverage_after": None, "needed": None}
    if goal is not None and before is not None and before < goal.to:
        people = eligible_persons(new_persons=persons, rate_from=before, rate_to=goal.to)
        covered = covered_before(new_persons=persons, rate_from=before, rate_to=goal.to)
        lost = lapse * covered
        figures["eligible"], figures["covered_before"] = float(people), float(covered)
        figures["coverage_after"] = float((covered + persons - lost) / people)
        figures["needed"] = float(persons + lost) if counted == "net" else float(persons)
    if campaign.annexes:
        annexes: Any = given.get("annexes", campaign.readings.annexes)
        times = _ANNEXES_TOGETHER.get(annexes)
        figures["asked_in_all"] = None if times is None else float(times * persons)
    return figures


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Return counts as Int64, rounded half up where a reading makes fractions of them."""
    whole = ("eligible", "covered_before", "needed", "asked_in_all", "planned", "done")
    types: dict[str, str] = {}
    for name in frame.columns:
        if name in (*whole, "gap_persons", "barred", "commended"):
            frame = frame.assign(**{name: np.floor(frame[name].astype("Float64") + 0.5)})
            types[name] = "Int64"
        elif name == "coverage_after":
            types[name] = "Float64"
        elif name != "ahead":
            types[name] = "str"
    return frame.astype(types)


def _units(study: Study, asked: Mapping[str, tuple[object, ...]]) -> pd.DataFrame:
    """Return one row per combination and unit with the verdicts in words."""
    questions = {code: values for code, values in asked.items() if code in _RUN}
    combined = pd.DataFrame(
        [{code: answer_text(one) for code, one in given.items()} for given in _combined(questions)]
    )
    leaves = np.flatnonzero(study.leaves)
    names = {unit.code: unit.label.text() for unit in study.baseline.campaign.units}
    codes = [study.units[place] for place in leaves]
    table = combined.loc[np.repeat(np.arange(len(combined)), len(codes))].reset_index(
        names="combination"
    )
    behind = study.array("gap_persons")[:, leaves]
    words: dict[str, NDArray[np.float64]] = {
        "merit_eligible": study.array("merit_eligible")[:, leaves],
        "commended": study.array("commended")[:, leaves],
        "behind": np.where(np.isnan(behind), np.nan, behind < 0),
    }
    table["unit"] = codes * len(combined)
    table["name"] = [names[code] for code in codes] * len(combined)
    for name, values in words.items():
        table[name] = [
            None if np.isnan(one) else UNIT_ANSWERS[name][int(one)]
            for one in values.ravel().tolist()
        ]
    return table


# -- the result ------------------------------------------------------------------------------------


@attrs.frozen(kw_only=True, field_transformer=checked_fields)
class ReadingsTable:
    """The grid over all readings: what follows from each combination of answers.

    `answers` has the answers that were tried by question; `idle` are open questions that no
    conclusion here depends on, `unused` arguments without an effect here.
    """

    campaign: Campaign
    as_of: dt.date
    answers: Mapping[str, tuple[object, ...]]
    idle: tuple[str, ...]
    unused: tuple[str, ...] = ()
    basis: Basis
    _frame: pd.DataFrame = attrs.field(converter=owned_frame, eq=by_value, repr=False)
    _units: pd.DataFrame = attrs.field(converter=owned_frame, eq=by_value, repr=False)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per combination of answers: a column a question, then the conclusions.

        eligible and covered_before [persons] that make headcount and coverage rise agree,
        coverage_after (the rate at the end if exactly the target is enrolled and `lapse` of those
        covered before lapses), needed [persons to enrol], asked_in_all [persons in both annexes],
        planned [persons by as_of]; with reports done, gap_persons, ahead, barred and commended
        [units]. <NA> where a reading leaves it open or nobody knows.
        """
        return owned(self._frame)

    def by_answer(self) -> pd.DataFrame:
        """Return what each answer does, whatever the others are: one row per question and answer.

        Columns: question, answer, combinations, and the least and the most of each conclusion, as
        one text where they differ ('21,664 to 44,333').
        """
        rows = []
        for code in self.answers:
            if code not in self._frame.columns:
                continue
            for answer, part in self._frame.groupby(code, sort=False):
                spans = {name: _span(part[name]) for name in self._conclusions()}
                rows.append(
                    {"question": code, "answer": answer, "combinations": len(part), **spans}
                )
        columns = ["question", "answer", "combinations", *self._conclusions()]
        return pd.DataFrame(rows, columns=columns).astype({"combinations": "Int64"})

    def _conclusions(self) -> list[str]:
        return [name for name in self._frame.columns if name not in self.answers]

    def robust(self) -> pd.DataFrame:
        """Return which conclusions are the same under every reading, those that are not first.

        Columns: conclusion, unit ('' = the whole), name, answer (as text: under the campaign's own
        readings, chosen or suggested, where it has one for every question; else the most frequent
        one), robust, agreeing, combinations (counts), depends_on (the questions that alone, all
        others as they are, can change it). What some combination leaves open is not robust.
        """
        rows = [self._whole(name) for name in self._conclusions()]
        rows += self._of_units()
        columns = ["conclusion", "unit", "name", "answer", "robust", "agreeing", "combinations",
                   "depends_on"]  # fmt: skip
        table = pd.DataFrame(rows, columns=columns).astype(
            {"agreeing": "Int64", "combinations": "Int64"}
        )
        return table.sort_values("robust", kind="stable").reset_index(drop=True)

    def _whole(self, name: str) -> tuple[object, ...]:
        answers = [_text(value) for value in self._frame[name].tolist()]
        return self._row(name, "", "", answers, self._frame)

    def _of_units(self) -> list[tuple[object, ...]]:
        rows: list[tuple[object, ...]] = []
        if self._units.empty:
            return rows
        asked = self._units.drop_duplicates("combination")
        for conclusion in UNIT_ANSWERS:
            for (unit, name), part in self._units.groupby(["unit", "name"], sort=False):
                words = part[conclusion].tolist()
                if any(word is not None and not pd.isna(word) for word in words):
                    answers = [_text(word) for word in words]
                    rows.append(self._row(conclusion, str(unit), str(name), answers, asked))
        return rows

    def _row(
        self, conclusion: str, unit: str, name: str, answers: list[str], asked: pd.DataFrame
    ) -> tuple[object, ...]:
        counted = pd.Series(answers, dtype="str").value_counts()
        own = self._own(asked)
        answer = str(counted.index[0]) if own is None else answers[own]
        agreeing = int(counted[answer])
        same = agreeing == len(answers)
        depends = () if same else _depends_on(self.answers, asked, answers)
        return (
            *(conclusion, unit, name, answer, same and answer != "open", agreeing, len(answers)),
            ", ".join(depends),
        )

    def _own(self, asked: pd.DataFrame) -> int | None:
        """Return the position of the combination that the campaign's own readings are."""
        same = np.ones(len(asked), dtype=bool)
        for code in self.answers:
            if code in asked.columns:
                own = answer_text(getattr(self.campaign.readings, code))
                same &= (asked[code] == own).to_numpy(dtype=bool)
        found = np.flatnonzero(same)
        return int(found[0]) if len(found) else None

    def _repr_html_(self) -> str:
        notes = [*self.basis.lines(), *self.notes]
        return html_table(self.robust(), title=repr(self)[1:-1], notes=notes)

    def notes_in(self, lang: Language) -> tuple[str, ...]:
        """Return which questions and arguments no conclusion here depends on, in a language."""
        notes = []
        if self.idle:
            notes.append(message("No conclusion here depends on: {codes}.", codes=self.idle))
        if self.unused:
            without = [name for name in self.unused if name != "lapse"]
            if without:
                notes.append(message("No effect here: {inputs}; without reports.", inputs=without))
            if len(without) < len(self.unused):
                notes.append(message("No effect here: lapse; nobody says how many are covered."))
        return tuple(note.text(lang) for note in notes)

    @property
    def notes(self) -> tuple[str, ...]:
        """Which questions and arguments no conclusion here depends on, in English."""
        return self.notes_in("en")

    def sentence(self, *, lang: Language | None = None) -> str:
        """Return in one sentence how many conclusions are robust; English by default."""
        return self.message.text(check_language(lang, default="en"))

    @property
    def message(self) -> Message:
        """How many conclusions are robust, in the language of the reader."""
        table = self.robust()
        return message(
            "{campaign} by {day:date}: {robust} of {n} {n:plural conclusion is|conclusions are} "
            "robust in all of {combinations} {combinations:plural combination|combinations} of "
            "answers",
            campaign=self.campaign.label,
            day=self.as_of,
            robust=int(table["robust"].sum()),
            n=len(table),
            combinations=len(self._frame),
        )

    def __repr__(self) -> str:
        """Return how many conclusions are robust."""
        return f"<Readings: {self.message}>"


def _text(value: object) -> str:
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return "open"
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        return f"{value:,}"
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def _span(column: pd.Series[Any]) -> str:
    known = column.dropna()
    if known.empty:
        return "open"
    least, most = _text(known.min()), _text(known.max())
    text = least if least == most else f"{least} to {most}"
    return text if len(known) == len(column) else f"{text}, or open"


def _depends_on(
    questions: Mapping[str, tuple[object, ...]], asked: pd.DataFrame, answers: list[str]
) -> tuple[str, ...]:
    """Return the questions of which another answer alone changes a conclusion somewhere."""
    codes = [code for code in questions if code in asked.columns]
    table = asked[codes].reset_index(drop=True).assign(answer=answers)
    found = []
    for code in codes:
        others = [other for other in codes if other != code]
        changes = table.groupby(others, sort=False)["answer"].nunique() if others else None
        many = table["answer"].nunique() if changes is None else int(changes.max())
        if many > 1:
            found.append(code)
    return tuple(found)


# -- answers ---------------------------------------------------------------------------------------


def words_of(code: str) -> tuple[str, ...]:
    """Return the words that answer a question, () where its answers are no closed set.

    >>> words_of("counted")
    ('gross', 'net')
    """
    hints = typing.get_type_hints(Readings)
    literals = [
        get_args(choice)
        for choice in get_args(hints.get(code, object))
        if get_origin(choice) is Literal
    ]
    words: tuple[str, ...] = literals[0] if literals else ()
    return words


def open_codes(campaign: Campaign) -> tuple[str, ...]:
    """Return the questions of a campaign that nobody has chosen an answer to.

    An answer that the shipped case only suggests leaves its question open.
    """
    readings = campaign.readings
    return tuple(
        question.code
        for question in campaign.questions
        if getattr(readings, question.code) is None or readings.is_suggested(question.code)
    )


def answers_of(
    campaign: Campaign, given: Mapping[str, Sequence[object]]
) -> dict[str, tuple[object, ...]]:
    """Return the answers of every open question: the caller's, its words, or what the days offer.

    A number that nobody can list (a threshold, a term) has the answer that is taken now, if any.
    """
    unknown = [code for code in given if code not in attrs.fields_dict(Readings)]
    if unknown or any(not len(values) for values in given.values()):
        known = ", ".join(question.code for question in campaign.questions)
        found = (
            message("no question {unknown!r}", unknown=unknown[0])
            if unknown
            else "a question without an answer"
        )
        raise DefinitionError(Problem("answers", found, message("questions: {known}", known=known)))
    found_answers: dict[str, tuple[object, ...]] = {}
    for code in dict.fromkeys((*open_codes(campaign), *given)):
        listed = tuple(given.get(code, ())) or words_of(code) or _by_days(campaign, code)
        taken: object = getattr(campaign.readings, code)
        if not listed and taken is not None:
            listed = (taken,)
        if listed:
            found_answers[code] = tuple(_normal(code, one) for one in listed)
    return found_answers


def _normal(code: str, answer: object) -> object:
    """Return an answer as `Readings` keeps it."""
    value: dict[str, Any] = {code: answer}
    kept: object = getattr(Readings(**value), code)
    return kept


def _by_days(campaign: Campaign, code: str) -> tuple[object, ...]:
    if code == "schedule_over":
        return _windows(campaign)
    if code == "result_cutoff" and campaign.phases:
        within = campaign.headcount.within if campaign.headcount else ""
        last = [campaign.window(within).last] if within else []
        ends = dict.fromkeys([*last, campaign.whole_window.last])
        return tuple(MonthDay(day.month, day.day) for day in ends)
    return ()


def _windows(campaign: Campaign) -> tuple[tuple[str, ...], ...]:
    """Return what a schedule can be laid over: a phase, its parts, up to its end, the whole."""
    top = [phase.code for phase in campaign.phases if phase.parent is None]
    parts = {
        code: tuple(phase.code for phase in campaign.phases if phase.parent == code) for code in top
    }
    within = campaign.headcount.within if campaign.headcount else ""
    main = [within] if within in top else [code for code in top if parts[code]] or top[:1]
    found: dict[tuple[str, ...], None] = {}
    for code in main:
        found[(code,)] = None
        if parts[code]:
            found[parts[code]] = None
        found[tuple(top[: top.index(code) + 1])] = None
    found[tuple(top)] = None
    return tuple(windows for windows in found if windows)


def answer_text(answer: object) -> str:
    """Return an answer in words.

    >>> answer_text(("drive-1", "drive-2")), answer_text("gross"), answer_text(None)
    ('drive-1 + drive-2', 'gross', 'open')
    """
    if answer is None:
        return "open"
    return " + ".join(map(str, answer)) if isinstance(answer, tuple) else str(answer)
