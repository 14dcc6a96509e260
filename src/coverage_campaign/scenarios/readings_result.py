"""The result of reading a source in every way: the grid, each answer's effect, what stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
import pandas as pd

from coverage_campaign.model.basis import Basis
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.notebook import html_table

__all__ = ["UNIT_ANSWERS", "ReadingsTable"]

UNIT_ANSWERS = {
    "merit_eligible": ("barred", "may have merit awards"),
    "commended": ("not commended", "commended"),
    "behind": ("on schedule", "behind schedule"),
}
"""What is concluded on a unit, and the two answers in words: no and yes."""


@attrs.frozen(eq=False, kw_only=True)
class ReadingsTable:
    """The grid over all readings: what follows from each combination of answers.

    `answers` has the answers that were tried by question; `idle` are open questions that no
    conclusion here hangs on.
    """

    campaign: Campaign
    as_of: dt.date
    answers: Mapping[str, tuple[object, ...]]
    idle: tuple[str, ...]
    basis: Basis
    frame: pd.DataFrame
    units: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return one row per combination of answers: a column a question, then the conclusions.

        eligible and covered_before [persons] that make headcount and coverage rise agree,
        coverage_after (the rate at the end if exactly the target is enrolled and `lapse` of those
        covered before lapses), needed [persons to enrol], asked_in_all [persons in both annexes],
        planned [persons by as_of]; with reports done, gap_persons, ahead, barred and commended
        [units]. <NA> where a reading leaves it open or nobody knows.
        """
        return self.frame.copy(deep=False)

    def by_answer(self) -> pd.DataFrame:
        """Return what each answer does, whatever the others are: one row per question and answer.

        Columns: question, answer, combinations, and the least and the most of each conclusion, as
        one text where they differ ('21,664 to 44,333').
        """
        rows = []
        for code in self.answers:
            if code not in self.frame.columns:
                continue
            for answer, part in self.frame.groupby(code, sort=False):
                spans = {name: _span(part[name]) for name in self._conclusions()}
                rows.append(
                    {"question": code, "answer": answer, "combinations": len(part), **spans}
                )
        return pd.DataFrame(rows).astype({"combinations": "Int64"})

    def _conclusions(self) -> list[str]:
        return [name for name in self.frame.columns if name not in self.answers]

    def stands(self) -> pd.DataFrame:
        """Return which conclusions stand under every reading, the ones that do not stand first.

        Columns: conclusion, unit ('' = the whole), name, answer (the most frequent one, as text),
        stands, agreeing, combinations (counts), depends_on (the questions that alone, all others as
        they are, can change it). A verdict that some combination leaves open does not stand.
        """
        rows = [self._whole(name) for name in self._conclusions()]
        rows += self._of_units()
        columns = ["conclusion", "unit", "name", "answer", "stands", "agreeing", "combinations",
                   "depends_on"]  # fmt: skip
        table = pd.DataFrame(rows, columns=columns).astype(
            {"agreeing": "Int64", "combinations": "Int64"}
        )
        return table.sort_values("stands", kind="stable").reset_index(drop=True)

    def _whole(self, name: str) -> tuple[object, ...]:
        answers = [_text(value) for value in self.frame[name].tolist()]
        return self._row(name, "", "", answers, self.frame)

    def _of_units(self) -> list[tuple[object, ...]]:
        rows: list[tuple[object, ...]] = []
        if self.units.empty:
            return rows
        asked = self.units.drop_duplicates("combination")
        for conclusion in UNIT_ANSWERS:
            for (unit, name), part in self.units.groupby(["unit", "name"], sort=False):
                words = part[conclusion].tolist()
                if any(word is not None and not pd.isna(word) for word in words):
                    answers = [_text(word) for word in words]
                    rows.append(self._row(conclusion, str(unit), str(name), answers, asked))
        return rows

    def _row(
        self, conclusion: str, unit: str, name: str, answers: list[str], asked: pd.DataFrame
    ) -> tuple[object, ...]:
        counted = pd.Series(answers, dtype="str").value_counts()
        first, agreeing = str(counted.index[0]), int(counted.iloc[0])
        stands = agreeing == len(answers)
        hangs = () if stands else _hangs_on(self.answers, asked, answers)
        return (
            *(conclusion, unit, name, first, stands and first != "open", agreeing, len(answers)),
            ", ".join(hangs),
        )

    def _repr_html_(self) -> str:
        notes = [*self.basis.lines(), *self._notes()]
        return html_table(self.stands(), title=repr(self)[1:-1], notes=notes)

    def _notes(self) -> list[str]:
        return [f"No conclusion here hangs on: {', '.join(self.idle)}."] if self.idle else []

    def __repr__(self) -> str:
        """Return how many conclusions stand under all readings."""
        table = self.stands()
        return (
            f"<Readings of {self.campaign.label.text()} by {self.as_of}: "
            f"{int(table['stands'].sum())} of {len(table)} conclusions stand in all of "
            f"{len(self.frame)} combinations>"
        )


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


def _hangs_on(
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
