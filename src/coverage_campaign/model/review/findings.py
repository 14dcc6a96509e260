"""What a review finds: values with a stable code, in an order, that show themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Literal, TypeAlias, overload

import attrs
import pandas as pd

from coverage_campaign.checks import checked_fields, checked_methods
from coverage_campaign.messages import Language, Message, check_language, message, text_of
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import MonthDay
from coverage_campaign.model.labels import Label
from coverage_campaign.model.readings import answer_name
from coverage_campaign.notebook import html_table

__all__ = [
    "Finding",
    "Findings",
    "ReadingEffect",
    "Severity",
    "kinds_named",
    "listed",
    "taken_answer",
    "unanswered",
]

Severity: TypeAlias = Literal["high", "medium", "low"]
"""high: figures or verdicts change with it; medium: work is left undone; low: good to know."""

_SHOWN = 10
_NAMED = 4


@attrs.frozen(kw_only=True, field_transformer=checked_fields)
class ReadingEffect:
    """One way to read what is open, and what follows: `figure` is the number that it changes.

    `answer` is the value that `Readings` takes, or the reading in English where it takes none;
    `name(lang)` is what a reader is shown.
    """

    _answer: str | Message | MonthDay | Fraction
    _effect: str | Message
    figure: Fraction | None = None

    @property
    def answer(self) -> str:
        """The reading: the value that `Readings` takes, or its name in English."""
        return str(self._answer)

    def name(self, lang: Language | None = None) -> str:
        """Return what the reading is called in a language; without one, in that of the context."""
        return text_of(answer_name(self._answer), check_language(lang))

    @property
    def effect(self) -> str:
        """What follows, in English."""
        return str(self._effect)

    def text(self, lang: Language | None = None) -> str:
        """Return what follows in a language; without one, in that of the context."""
        return text_of(self._effect, check_language(lang))


@checked_methods
@attrs.frozen(kw_only=True, field_transformer=checked_fields)
class Finding:
    """Something that the definition leaves open, leaves out or contradicts.

    `parts` are the codes of the parts concerned, `dates` the days (for the calendar chart).
    `question` names the field of `Readings` that answers it, if one does; `taken` is the suggested
    answer that results rest on meanwhile, '' where there is none.
    """

    code: str
    severity: Severity
    clause: str
    _message: str | Message
    readings: tuple[ReadingEffect, ...] = attrs.field(
        default=(), converter=tuple[ReadingEffect, ...]
    )
    parts: tuple[str, ...] = attrs.field(default=(), converter=tuple[str, ...])
    dates: tuple[dt.date, ...] = attrs.field(default=(), converter=tuple[dt.date, ...])
    question: str = ""
    taken: str = ""

    @property
    def message(self) -> str:
        """What was found, in English."""
        return str(self._message)

    def text(self, lang: Language | None = None) -> str:
        """Return what was found in a language; without one, in that of the context."""
        return text_of(self._message, check_language(lang))

    def __str__(self) -> str:
        """Return the finding as one line: code, clause, sentence."""
        clause = f" [{self.clause}]" if self.clause else ""
        return f"{self.code}{clause}: {self.message}"


@checked_methods
@attrs.frozen(repr=False, field_transformer=checked_fields)
class Findings(Sequence[Finding]):
    """The findings of a review, in the order of its checks; a sequence that is never changed.

    They rest on the campaign alone and each is a sentence with its place: they have no `basis`,
    no `notes` and no `explain`, and no `plot`, for `campaign.plot()` shows them on the
    calendar.
    """

    campaign: str
    items: tuple[Finding, ...] = attrs.field(converter=tuple[Finding, ...])

    @property
    def codes(self) -> tuple[str, ...]:
        """The distinct codes, in order."""
        return tuple(dict.fromkeys(finding.code for finding in self.items))

    def of(self, code: str) -> tuple[Finding, ...]:
        """Return the findings of a code; () where there is none."""
        return tuple(finding for finding in self.items if finding.code == code)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per finding: code, severity, clause, message, readings, question, taken,
        parts, first_day, last_day.

        `readings` and `parts` are text; the days are those concerned, <NA> where there is none.
        """  # noqa: D205 - the columns are one list
        import pandas as pd  # only tables need it

        def text(values: Iterable[str]) -> pd.api.extensions.ExtensionArray:
            return pd.array(list(values), dtype="str")

        def days(values: Iterable[dt.date | None]) -> pd.Series[pd.Timestamp]:
            return pd.Series(list(values), dtype="datetime64[s]")

        return pd.DataFrame(
            {
                "code": text(finding.code for finding in self.items),
                "severity": text(finding.severity for finding in self.items),
                "clause": text(finding.clause for finding in self.items),
                "message": text(finding.message for finding in self.items),
                "readings": text(
                    "; ".join(f"{one.answer}: {one.effect}" for one in finding.readings)
                    for finding in self.items
                ),
                "question": text(finding.question for finding in self.items),
                "taken": text(finding.taken for finding in self.items),
                "parts": text(" ".join(finding.parts) for finding in self.items),
                "first_day": days(min(f.dates, default=None) for f in self.items),
                "last_day": days(max(f.dates, default=None) for f in self.items),
            }
        )

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> Findings: ...
    def __getitem__(self, index: int | slice) -> Finding | Findings:
        """Return one finding, or a run of them."""
        if isinstance(index, slice):
            return Findings(self.campaign, self.items[index])
        return self.items[index]

    def __len__(self) -> int:
        """Return the number of findings."""
        return len(self.items)

    def __repr__(self) -> str:
        """Return how many there are, and the first of them one a line."""
        heading = (
            f"<Findings on {self.campaign}: {len(self.items)} of {len(self.codes)} codes>"
            if self.items
            else f"<Findings on {self.campaign}: none>"
        )
        heading = _clipped(heading)
        lines = [_clipped(str(finding)) for finding in self.items[:_SHOWN]]
        more = [f"... and {len(self.items) - _SHOWN} more"] if len(self.items) > _SHOWN else []
        return "\n".join([heading, *lines, *more])

    def _repr_html_(self) -> str:
        columns = ["severity", "clause", "message", "readings", "code"]
        title = f"Review of {self.campaign}: {len(self.items)} findings"
        frame = self.to_frame()[columns]
        order = frame["severity"].map({"high": 0, "medium": 1, "low": 2}).fillna(3)
        frame = frame.iloc[order.argsort(kind="stable")]
        return html_table(frame, title=title, most_rows=60)


def _clipped(text: str, *, width: int = 110) -> str:
    line = " ".join(text.split())
    return line if len(line) <= width else f"{line[: width - 3]}..."


# -- what checks share -----------------------------------------------------------------------------


def unanswered(campaign: Campaign, question: str) -> bool:
    """Tell whether nobody chose an answer: the question is open, or has a suggestion alone."""
    answer: object = getattr(campaign.readings, question)
    return answer is None or campaign.readings.is_suggested(question)


def taken_answer(campaign: Campaign, question: str) -> str:
    """Return the suggested answer that results rest on, '' where there is none or no question."""
    answer: object = getattr(campaign.readings, question, None)
    if answer is None or not campaign.readings.is_suggested(question):
        return ""
    return " + ".join(map(str, answer)) if isinstance(answer, tuple) else str(answer)


def listed(names: Iterable[str | Label | Message], *, most: int = _NAMED) -> Message:
    """Return names as a list in a sentence, the ones beyond `most` as a number.

    >>> str(listed(["a", "b", "c"])), str(listed("abcdefg"))
    ('a, b and c', 'a, b, c, d and 3 more')
    """
    known = tuple(names)
    if len(known) <= most + 1:
        return message("{names}", names=known)
    if most > _NAMED:
        return message("{names:list 6}", names=known)
    return message("{names:list 4}", names=known)


def kinds_named(campaign: Campaign, kinds: Sequence[str]) -> Message:
    """Return the units of some kinds as a reader knows them: their breakdown, or their names."""
    for breakdown in campaign.breakdowns:
        if set(breakdown.kinds) == set(kinds):
            return message("{breakdown}", breakdown=breakdown.label)
    names = [unit.label for unit in campaign.units if unit.kind in kinds]
    return listed(names or kinds)
