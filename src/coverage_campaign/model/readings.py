"""The questions that a source leaves open, and how they are answered."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

import attrs

from coverage_campaign.checks import between, checked_fields, from_zero
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.dates import MonthDay
from coverage_campaign.model.labels import Label, to_label
from coverage_campaign.model.targets import Increase, to_rate
from coverage_campaign.model.units import to_codes

__all__ = ["Question", "Readings", "answer_label"]


def _to_optional_codes(value: tuple[str, ...] | str | None) -> tuple[str, ...] | None:
    return None if value is None else to_codes(value)


def _to_optional_rate(value: Fraction | int | str | None) -> Fraction | None:
    return None if value is None else to_rate(value)


def _to_optional_month_day(value: MonthDay | str | None) -> MonthDay | None:
    if value is None or isinstance(value, MonthDay):
        return value
    month, _, day = value.partition("-")
    return MonthDay(int(month), int(day))


@attrs.frozen(kw_only=True, field_transformer=checked_fields)
class Readings:
    """One answer to each open question; None is open.

    `suggested` holds the answers that the shipped case proposes: an answer equal to it is marked as
    suggested in every result and keeps its finding, an answer of the caller's own is not.

    >>> Readings(increase="points").increase
    'points'
    """

    increase: Increase | None = None
    """How "by 10 %" is read."""
    counted: Literal["gross", "net"] | None = None
    """Whether losses are taken off the persons that count towards the target."""
    counted_at: Literal["registered", "first_paid"] | None = None
    """The event by which a person counts."""
    annexes: Literal["partition", "two_cuts", "subset", "different_measures"] | None = None
    """How two annex tables relate."""
    attribution: Literal["place", "command"] | None = None
    """Where a unit counts that stands in one place and answers to another."""
    schedule_over: tuple[str, ...] | None = attrs.field(default=None, converter=_to_optional_codes)
    """The phases whose union of days the schedule is laid over."""
    doubled_day: Literal["first", "second", "both", "by_group"] | None = None
    """To which phase a day in two phases belongs."""
    result_cutoff: MonthDay | None = attrs.field(default=None, converter=_to_optional_month_day)
    """The last day on which an enrolment counts."""
    whole_months: Literal["calendar_months"] | None = None
    """The days of a phase that is given in months."""
    award_bar: Literal["departments", "departments_and_governments"] | None = None
    """Whom the bar from merit awards can strike."""
    missed_target: Literal["own", "uplifted"] | None = None
    """Against which target "missed" is judged."""
    outstanding: Fraction | None = attrs.field(default=None, converter=_to_optional_rate)
    """The completion rate from which a contribution is outstanding (fraction of one)."""
    report_due_day: int | None = attrs.field(default=None, validator=between(1, 31))
    """The day of the following month by whose end a report is on time."""
    rectification_days: int | None = attrs.field(default=None, validator=from_zero)
    """The term of an order to rectify [calendar days]."""
    after_refusal: Literal["exposure_first", "parallel"] | None = None
    """Whether press exposure comes before the application to the court."""
    court_applicant: Literal["labour", "tax", "either"] | None = None
    """Who applies to the court."""
    partial_steps: Literal["prorated", "whole_steps"] | None = None
    """Whether a deduction per step is prorated within a step."""
    suggested: Readings | None = attrs.field(default=None)

    @suggested.validator
    def _suggests_nothing_itself(self, _: object, value: Readings | None) -> None:
        if value is not None and value.suggested is not None:
            fix = "a suggestion holds answers alone"
            raise DefinitionError(Problem("suggested", "suggestions of its own", fix))

    def is_suggested(self, question: str) -> bool:
        """Tell whether the answer is the one that the shipped case proposed."""
        if self.suggested is None:
            return False
        answer: object = getattr(self, question)
        return answer is not None and answer == getattr(self.suggested, question)


@attrs.frozen(field_transformer=checked_fields)
class Question:
    """A question that this campaign's source leaves open: `code` is a field of `Readings`."""

    code: str
    text: Label = attrs.field(converter=to_label)
    clause: str = ""


# How bulletins name questions and answers in Chinese; in English they are the field and its value.
_QUESTIONS_ZH = {
    "increase": "提高的含义",
    "counted": "统计口径",
    "counted_at": "计数时点",
    "annexes": "两个附表的关系",
    "attribution": "驻地单位归属",
    "schedule_over": "序时区间",
    "doubled_day": "重叠日归属",
    "result_cutoff": "结果截止日",
    "whole_months": "整月的天数",
    "award_bar": "不得评先评优的范围",
    "missed_target": "未完成任务的标准",
    "outstanding": "突出贡献的标准",
    "report_due_day": "次月报送截止日",
    "rectification_days": "责令改正期限（天）",
    "after_refusal": "拒不改正之后",
    "court_applicant": "申请法院的单位",
    "partial_steps": "不足一档的扣分",
}
_ANSWERS_ZH = {
    "points": "百分点",
    "ratio": "比例",
    "gross": "毛数（不扣减）",
    "net": "净数（扣除断保和转出）",
    "registered": "登记",
    "first_paid": "首次缴费",
    "partition": "各占一部分",
    "two_cuts": "同一任务的两种分法",
    "subset": "包含关系",
    "different_measures": "不同指标",
    "place": "按所在地",
    "command": "按隶属关系",
    "first": "前者",
    "second": "后者",
    "both": "两者",
    "by_group": "按对象",
    "calendar_months": "日历月",
    "departments": "仅部门",
    "departments_and_governments": "部门和政府",
    "own": "本单位任务",
    "uplifted": "加码后任务",
    "exposure_first": "先曝光",
    "parallel": "可并行",
    "labour": "劳动保障部门",
    "tax": "税务机关",
    "either": "任一部门",
    "prorated": "按比例",
    "whole_steps": "按整档",
}


def answer_label(question: str, answer: object) -> Label:
    """Return a question with its answer in words, as results repeat it.

    >>> answer_label("counted", "gross").text("zh")
    '统计口径：毛数（不扣减）'
    """
    plain = " + ".join(map(str, answer)) if isinstance(answer, tuple) else str(answer)
    return Label(
        {
            "en": f"{question} = {plain}",
            "zh-Hans": f"{_QUESTIONS_ZH.get(question, question)}：{_ANSWERS_ZH.get(plain, plain)}",
        }
    )
