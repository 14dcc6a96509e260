"""What the source's own text leaves open: its year, its insurance, its law, characters it lost."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Final

import attrs

from coverage_campaign.messages import Message, message, message_in
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import MonthDay, Window
from coverage_campaign.model.labels import Clause, Label
from coverage_campaign.model.readings import Question, Readings
from coverage_campaign.model.review.findings import Finding, ReadingEffect, listed
from coverage_campaign.model.targets import MoneyTarget

__all__ = ["source_findings", "span_of"]


def source_findings(campaign: Campaign) -> Iterator[Finding]:
    """Yield what the texts of the source leave open, before any figure of it is read."""
    yield from _year_not_stated(campaign)
    yield from _year_without_evidence(campaign)
    yield from _scope(campaign)
    yield from _legal_basis(campaign)
    yield from _damaged(campaign)


# -- the year --------------------------------------------------------------------------------------

_NUMERALS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_A_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?:[-/\u2013](?P<next>\d\d))?(?!\d)")


def span_of(window: Window) -> Message:
    """Return the days of a window in words: first, last and how many."""
    return message(
        "{first:long day} to {last:long day} ({n} days)",
        first=window.first,
        last=window.last,
        n=window.days,
    )


def _year_not_stated(campaign: Campaign) -> Iterator[Finding]:
    if campaign.year_stated:
        return
    effect = message("the campaign has no phases yet")
    if campaign.phases:
        effect = message("the campaign runs from {days}", days=span_of(campaign.whole_window))
    yield Finding(
        code="year-not-stated",
        severity="high",
        clause="",
        message=message(
            "The source names no year; {year:raw} was given by the caller.", year=campaign.year
        ),
        readings=[ReadingEffect(answer=str(campaign.year), effect=effect)],
    )


def _year_without_evidence(campaign: Campaign) -> Iterator[Finding]:
    """Yield that the year is said to be the source's, and no text of the source names it."""
    dated = any(
        not isinstance(day, MonthDay)
        for phase in campaign.phases
        for day in (phase.starts, phase.ends)
    )
    if not campaign.year_stated or not campaign.clauses or dated:
        return
    texts = [campaign.source, *_texts_of(campaign.label)]
    for part in (*campaign.clauses, *campaign.targets, *campaign.annexes, *campaign.milestones):
        texts.extend(_texts_of(part.text if isinstance(part, Clause) else part.label))
    named = sorted({year for text in texts for year in _years_in(text)})
    last = campaign.whole_window.last.year if campaign.phases else campaign.year
    if any(campaign.year <= year <= last for year in named):
        return
    others = (
        message("; they name {years}", years=listed([str(year) for year in named])) if named else ""
    )
    yield Finding(
        code="year-without-evidence",
        severity="medium",
        clause="",
        message=message(
            "The year {year:raw} stands in no text of the source, neither in its title nor in "
            "its clauses{others}.",
            year=campaign.year,
            others=others,
        ),
    )


def _years_in(text: str) -> Iterator[int]:
    for found in _A_YEAR.finditer(text.translate(_NUMERALS)):
        year = int(found.group()[:4])
        yield year
        if found["next"] and int(found["next"]) == (year + 1) % 100:
            yield year + 1


# -- which insurance -------------------------------------------------------------------------------

_SCOPES: Final[Mapping[str, tuple[Message, str]]] = {
    "residents": (
        message_in("insurance", "residents' pension insurance"),
        (
            r"(?:residents?['\u2019]?s?|urban and rural|rural) (?:social |basic )*pensions?\b"
            "|居民(?:基本|社会|社會)*(?:养老|養老)(?:保险|保險)|新农保|新農保|城乡居保|城鄉居保"
        ),
    ),
    "employees": (
        message_in("insurance", "employees' pension insurance"),
        (
            r"(?:employees?|workers)['\u2019]?s? (?:social |basic )*pensions?\b"
            r"|pension insurance (?:of|for) (?:enterprise |urban )*employees"
            "|(?:职工|職工)(?:基本|社会|社會)*(?:养老|養老)(?:保险|保險)"
        ),
    ),
    "pension": (
        message_in("insurance", "pension insurance"),
        r"\bpensions?\b|old[- ]age insurance|(?:养老|養老)(?:保险|保險)",
    ),
    "medical": (
        message_in("insurance", "medical insurance"),
        (
            r"(?:medical|health) insurance"
            "|(?:医疗|醫療)(?:保险|保險)|(?:医保|醫保)(?!局|部门|部門|中心|卡)"
        ),
    ),
    "unemployment": (
        message_in("insurance", "unemployment insurance"),
        "unemployment insurance|(?:失业|失業)(?:保险|保險)",
    ),
    "injury": (
        message_in("insurance", "work injury insurance"),
        "(?:work|employment|industrial)[- ]injury insurance|(?:工伤|工傷)(?:保险|保險)",
    ),
    "maternity": (
        message_in("insurance", "maternity insurance"),
        "maternity insurance|生育(?:保险|保險)",
    ),
    "housing": (
        message_in("insurance", "housing fund"),
        "housing (?:provident )?fund|住房公积金|住房公積金",
    ),
    "whole": (
        message_in("insurance", "social insurance as a whole"),
        (
            r"social (?:insurance|security)(?!['\u2019]?s?,? (?:law|act|code|numbers?|cards?"
            "|registrations?|certificates?|agenc|offices?|bureaus?|departments?|authorit|administrat"
            "|institutions?|branch|workers?|staff|system))"
            "|(?:社会保险|社會保險|社保)(?!法|局|厅|廳|所|站|部门|部門|机构|機構|经办|經辦|中心|登记"
            "|登記|卡|号|號|系统|系統|行政|专管|專管)"
            "|(?<!劳动和)(?<!勞動和)(?<!劳动)(?<!勞動)(?<!资源和)(?<!資源和)(?:社会保障|社會保障)"
            "(?!局|厅|廳|部|卡|号|號|行政|机构|機構|工作)"
        ),
    ),
}
"""What an insurance is called, and the words that name it, the longer names first."""

_A_LAW_BY_NAME = re.compile(
    "《[^》]*》"
    r"|(?:[A-Z]\w+ )*(?:Law|Act|Regulations?|Decree|Measures|Provisions)\b"
    r"(?: on(?: the)?(?: (?:[A-Z]\w*|of|and|the|for|in))+)?"
)


def _name_of(clause: str) -> Message:
    if clause in {"preamble", "reason"}:
        return message("the preamble")
    return message("clause {clause}", clause=clause)


def _scopes_in(label: Label) -> set[str]:
    """Return the insurances that a text names; the name of a law or of an office is none."""
    found: set[str] = set()
    for text in _texts_of(label):
        left = _A_LAW_BY_NAME.sub(" ", text)
        for code, (_, words) in _SCOPES.items():
            left, count = re.subn(words, " ", left, flags=re.IGNORECASE)
            if count:
                found.add(code)
    return found


def _scope(campaign: Campaign) -> Iterator[Finding]:
    """Yield that title, targets, measures and clauses speak of different insurances."""
    places: list[tuple[Label | Message, str, str, set[str]]] = [
        (message("the title"), "", "", _scopes_in(campaign.label)),
        *((one.label, one.code, one.clause, _scopes_in(one.label)) for one in campaign.targets),
        *((one.label, one.code, "", _scopes_in(one.label)) for one in campaign.measures),
        *((one.label, one.code, one.clause, _scopes_in(one.label)) for one in campaign.channels),
        *((_name_of(one.code), "", one.code, _scopes_in(one.text)) for one in campaign.clauses),
    ]
    named: dict[str, None] = {scope: None for *_, scopes in places for scope in sorted(scopes)}
    targets = places[1 : 1 + len(campaign.targets)]
    meant = places[0][-1].union(*(scopes for *_, scopes in targets))
    if len(meant - {"whole"}) > 1:  # several insurances, each with a target or in the title
        named = {scope: None for scope in named if scope not in meant | {"whole"}}
        named = {} if not named else dict.fromkeys([*sorted(meant), *named])
    if named.keys() & {"residents", "employees"}:
        named.pop("pension", None)  # the short form of either
    if len(named) < 2:  # noqa: PLR2004 - one insurance throughout
        return
    where = {scope: [place for place in places if scope in place[-1]] for scope in named}
    target = next((one for one in campaign.targets if one.clause), None)
    yield Finding(
        code="scope-differs",
        severity="high",
        clause=next((place[2] for scope in where.values() for place in scope if place[2]), "")
        if target is None
        else target.clause,
        message=message(
            "The source speaks of different insurances, and who counts depends on which is "
            "meant: {scopes}.",
            scopes=listed(
                [
                    message(
                        "{scope} ({places})",
                        scope=_SCOPES[scope][0],
                        places=listed([place[0] for place in found]),
                    )
                    for scope, found in where.items()
                ],
                most=6,
            ),
        ),
        readings=[
            ReadingEffect(
                answer=_SCOPES[scope][0],
                effect=message("people in any branch of it count")
                if scope == "whole"
                else message("only people in this insurance count"),
            )
            for scope in where
        ],
        parts=dict.fromkeys(place[1] for found in where.values() for place in found if place[1]),
    )


# -- the law ---------------------------------------------------------------------------------------

_NAMES_A_LAW = re.compile(
    r"\b(?:Law|Act|Code|Regulations?|Decree|Ordinance|Statute|Directive)\b|\b[Aa]rticle \d"
    "|《[^》]*(?:法|条例|條例|办法|辦法|规定|規定|决定|決定|细则|細則|令)[^》]*》"
    "|(?:保险|保險|劳动|勞動|合同|处罚|處罰)法|(?:征缴|徵繳|监察|監察)(?:暂行)?(?:条例|條例)"
    r"|第[一二三四五六七八九十百零〇\d]+[条條]"
)


def _legal_basis(campaign: Campaign) -> Iterator[Finding]:
    """Yield rules on employers (orders, refused licences, payments) where no clause names a law.

    A clause anywhere in the source serves: laws are usually named in its preamble. A value taken
    from law serves for payments.
    """
    for parameter in campaign.parameters:
        if not parameter.citation.strip():
            yield Finding(
                code="legal-basis-missing",
                severity="medium",
                clause="",
                message=message(
                    "The value {code:raw} ({value:raw}) is given without the law that it comes "
                    "from.",
                    code=parameter.code,
                    value=parameter.value,
                ),
                parts=[parameter.code],
            )
    if any(
        _NAMES_A_LAW.search(text) for clause in campaign.clauses for text in _texts_of(clause.text)
    ):
        return
    paying = [duty for duty in campaign.responsibilities if duty.role == "collect"]
    asked = [target for target in campaign.targets if isinstance(target, MoneyTarget)]
    cited = any(parameter.citation.strip() for parameter in campaign.parameters)
    rules: list[tuple[Message, str, str]] = []
    if campaign.ladder and campaign.ladder.moves:
        rules.append((message("Enforcement against employers"), campaign.ladder.clause, ""))
    if campaign.gate:
        gate = campaign.gate
        rules.append((message("Refusing licences"), gate.clause, gate.unit))
    if (paying or asked) and not cited:
        first = (paying or asked)[0]
        unit = paying[0].unit if paying else asked[0].code
        rules.append((message("Asking for payment"), first.clause, unit))
    for rule, clause, part in rules:
        yield Finding(
            code="legal-basis-missing",
            severity="medium",
            clause=clause,
            message=message(
                "{rule} needs a basis in law, and no clause of the source names one.", rule=rule
            ),
            parts=[part] if part else [],
        )


# -- damaged text ----------------------------------------------------------------------------------

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_LOST = re.compile(
    "[\ufffc\ufffd\u25a1\u25af\u3013\ue000-\uf8ff\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]"
    r"|\?{2,}|(?<=\w)\?(?=\w)"
    f"|\\?(?=[{_HAN}、。，；：！？）」』”])|(?<=[、，；：（「『“])\\?"
)
_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ"
_PINYIN = re.compile(rf"[{_HAN}][(（][a-zü]*[{_TONED}][a-zü{_TONED}]*[)）]")
_ESCAPED = re.compile(r"&(?:#\d+|#x[0-9a-fA-F]+|nbsp|amp|lt|gt|quot);|\\u[0-9a-fA-F]{4}")
_KNOWN_NOISE = re.compile("锟斤拷|烫烫|屯屯屯")
_LATIN_RUN = re.compile(
    "[\x80-\xff\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc"
    "\u2013\u2014\u2018-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac"
    "\u2122]{2,}"
)
_HAN_SIGN = re.compile(f"[{_HAN}]")
_HAN_RUN = re.compile(f"[{_HAN}]{{4,}}")
_LEAST_LATIN_RUN = 4
_OPEN_END = re.compile(r"(?:[,，、(（《“\u2026-]|\.\.\.|\b(?:and|or|the|of|to|by|in|for|with))$")
_FULL_STOP = re.compile(r"[.。!！?？;；:：)）”\"]$")
_PAIRS = {"(": ")", "（": "）", "《": "》", "“": "”", "[": "]", "「": "」", "『": "』"}
_AROUND = 12
_DAMAGES: Final = {
    "lost": message_in("damage", "characters are lost"),
    "encoding": message_in("damage", "it was read in a wrong encoding"),
    "escaped": message_in("damage", "codes stand in place of characters"),
    "pinyin": message_in("damage", "pinyin stands between the characters"),
    "bracket": message_in("damage", "a bracket or quotation mark has no other half"),
    "end": message_in("damage", "it breaks off"),
    "empty": message_in("damage", "it is empty"),
}


def _damaged(campaign: Campaign) -> Iterator[Finding]:
    """Yield texts of the source with lost characters, of a wrong encoding, or that break off."""
    ends = [
        bool(_FULL_STOP.search(text.strip()))
        for clause in campaign.clauses
        for text in _texts_of(clause.text)
    ]
    most_end = sum(ends) > max(len(ends) - sum(ends), 1)
    for code, clause, label, whole in _texts(campaign, ""):
        texts = _texts_of(label)
        if whole and not any(text.strip() for text in texts):
            texts = ("",)
        for text in texts:
            damage, place = _damage_of(text, whole=whole, most_end=most_end)
            if not damage:
                continue
            excerpt = _excerpt(text, place)
            reason = _DAMAGES[damage]
            yield Finding(
                code="text-damaged",
                severity="medium",
                clause=clause,
                message=message(
                    "The text of clause {clause} is damaged: {reason}{excerpt}.",
                    clause=clause,
                    reason=reason,
                    excerpt=message(" (“{text}”)", text=excerpt) if excerpt else "",
                )
                if whole and clause
                else message(
                    "The text “{text}” is damaged: {reason}.", text=excerpt, reason=reason
                ),
                parts=[code] if code else [],
            )
            break


def _texts_of(label: Label | str) -> tuple[str, ...]:
    return (label,) if isinstance(label, str) else tuple(text for _, text in label.texts)


def _texts(value: object, code: str) -> Iterator[tuple[str, str, Label | str, bool]]:
    """Yield every text below a value: its part's code, its clause, the text, whether it is whole.

    A clause and a question are whole sentences, a label is a name.
    """
    kind = type(value)
    if isinstance(value, (tuple, list)):
        for one in value:
            yield from _texts(one, code)
    elif attrs.has(kind) and kind not in (Label, Readings):
        code = str(getattr(value, "code", code))
        whole = isinstance(value, (Clause, Question))
        clause = code if isinstance(value, Clause) else str(getattr(value, "clause", ""))
        for field in attrs.fields(kind):
            inner: object = getattr(value, field.name)
            if isinstance(inner, Label):
                yield code, clause, inner, whole
            elif field.name in ("source", "citation") and isinstance(inner, str):
                yield code, clause, inner, False
            else:
                yield from _texts(inner, code)


def _damage_of(text: str, *, whole: bool, most_end: bool) -> tuple[str, int]:
    """Return what is damaged in a text and where; ('', 0) where nothing is."""
    words = re.sub(r"\S*://\S*", " ", text)
    for damage, pattern in (
        ("lost", _LOST),
        ("encoding", _KNOWN_NOISE),
        ("escaped", _ESCAPED),
        ("pinyin", _PINYIN),
    ):
        if found := pattern.search(words):
            return damage, found.start()
    for run in (*_LATIN_RUN.finditer(words), *_HAN_RUN.finditer(words)):
        if _is_misread(run.group()):
            return "encoding", run.start()
    if (place := _unmatched(text)) is not None:
        return "bracket", place
    end = text.strip()
    if whole and not end:
        return "empty", 0
    if whole and (_OPEN_END.search(end) or (most_end and not _FULL_STOP.search(end))):
        return "end", len(text)
    return "", 0


def _is_misread(run: str) -> bool:
    """Tell whether a run of letters is the bytes of other letters, read in a wrong encoding."""
    if unicodedata.category(run[0]) == "Lo":
        meant = run.encode("gbk", "ignore").decode("utf-8", "ignore")
        return 3 * len(_HAN_SIGN.findall(meant)) >= len(run)
    pairs = [("cp1252", "utf-8"), ("latin-1", "utf-8"), ("latin-1", "gbk")]
    for read_as, written_as in pairs[: 3 if len(run) >= _LEAST_LATIN_RUN else 2]:
        try:
            meant = run.encode(read_as).decode(written_as)
        except UnicodeError:
            continue
        return written_as == "utf-8" or all(map(_HAN_SIGN.match, meant))
    return False


def _unmatched(text: str) -> int | None:
    """Return where a bracket has no other half; that of an enumeration, "a)", needs none."""
    waiting: list[tuple[str, int]] = []
    for place, sign in enumerate(text):
        if sign in _PAIRS:
            waiting.append((_PAIRS[sign], place))
        elif sign in _PAIRS.values():
            if waiting and waiting[-1][0] == sign:
                waiting.pop()
            elif sign not in ")）”":
                return place
    return waiting[0][1] if waiting else None


def _excerpt(text: str, place: int) -> str:
    shown = " ".join(text[max(place - _AROUND, 0) : place + _AROUND].split())
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in shown)
