"""Verdicts in words: what was found on a unit, and why, in the language of a document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from coverage_campaign.assessment.verdicts import outstanding_from
from coverage_campaign.views.words import count, percent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coverage_campaign.assessment.assess import Assessment
    from coverage_campaign.assessment.facts import Facts
    from coverage_campaign.assessment.verdicts import Verdict
    from coverage_campaign.views.documents.document import Lang

__all__ = ["VerdictKind", "answered", "reason", "threshold"]

VerdictKind: TypeAlias = Literal["free", "merit", "commended"]

_ANSWERS: Final[Mapping[tuple[VerdictKind, bool | None], tuple[str, str]]] = {
    ("free", True): ("no veto", "无一票否决"),
    ("free", False): ("vetoed", "一票否决"),
    ("free", None): ("veto open", "否决未定"),
    ("merit", True): ("may have merit awards", "可以评优"),
    ("merit", False): ("barred from merit awards", "不得评优"),
    ("merit", None): ("merit awards open", "评优未定"),
    ("commended", True): ("commended", "予以表彰"),
    ("commended", False): ("not commended", "不予表彰"),
    ("commended", None): ("commendation open", "表彰未定"),
}
_BOUNDARIES: Final = {
    "target met": "完成任务",
    "uplifted target met": "完成下达任务",
    "commended": "予以表彰",
}


def answered(kind: VerdictKind, verdict: Verdict | None, lang: Lang) -> str:
    """Return a verdict in words; '–' where the scheme has no such rule."""
    if verdict is None:
        return "–"
    return _ANSWERS[kind, verdict.answer][1 if lang == "zh" else 0]


def threshold(boundary: str, lang: Lang) -> str:
    """Return what lies at a threshold.

    >>> threshold("target met", "zh"), threshold("grade: excellent", "zh")
    ('完成任务', 'grade: excellent')
    """
    return _BOUNDARIES.get(boundary, boundary) if lang == "zh" else boundary


def reason(
    kind: VerdictKind, verdict: Verdict, facts: Facts, assessed: Assessment, lang: Lang
) -> str:
    """Return why: in English as the assessment says it; in Chinese from the same counts."""
    if lang == "en":
        return verdict.reason
    if facts.done is None or facts.target is None:
        return f"无法考核：{_missing(facts)}"
    told = ""
    if kind == "merit":
        told = _merit(verdict, facts.done, facts.target)
    elif kind == "commended":
        told = _commended(verdict, facts.done, facts.target, assessed)
    return told or verdict.reason


def _merit(verdict: Verdict, done: int, target: int) -> str:
    if verdict.questions or verdict.answer is None or verdict.answer is (done < target):
        return ""
    told = f"完成{count(done)}人，任务{count(target)}人"
    return f"{told}，已完成任务" if verdict.answer else f"{told}，差{count(target - done)}人"


def _commended(verdict: Verdict, done: int, target: int, assessed: Assessment) -> str:
    rule = assessed.scheme.commendation
    if rule is None:
        return ""
    least = outstanding_from(rule, assessed.campaign)
    if least is None:
        return "突出贡献的标准尚无定论"
    if verdict.answer is not (done >= least * target):
        return ""
    side = "达到" if verdict.answer else "未达到"
    return f"完成{count(done)}人，{side}任务{count(target)}人的{percent(float(least), digits=0)}"


def _missing(facts: Facts) -> str:
    if facts.target is None:
        return "没有任务"
    return "报表不全" if "reports received" in facts.missing else "没有已计入的报表"
