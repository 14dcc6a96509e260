"""What the columns of a table hold: the words of headings, and the roles that columns get.

A heading is taken apart into what it says of time, of the kind of figure, of persons, money or
households, and of whom; what is left over is a qualifier, such as 农民工 or "women". Nothing is
guessed from the part of a heading that is not understood.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Literal, TypeAlias

import attrs

from coverage_campaign.errors import ReportError
from coverage_campaign.messages import Message, message
from coverage_campaign.reporting.problems import ReportProblem
from coverage_campaign.reporting.sheets.dates import (
    Written,
    find_written,
    read_written,
    written_of_levels,
    year_in,
)
from coverage_campaign.reporting.sheets.numbers import plain, spaced
from coverage_campaign.workbooks.grid import column_letters

__all__ = [
    "FIGURE_KINDS",
    "AmbiguousTableError",
    "ColumnHeading",
    "ColumnRole",
    "FigureColumn",
    "FigureKind",
    "Kind",
    "Layout",
    "Meaning",
    "Named",
    "PrintedMeasure",
    "Role",
    "is_clear",
    "is_no_result",
    "is_note",
    "is_subtotal",
    "is_total",
    "meaning_of",
    "measure_of",
    "names_other_matter",
    "names_unclear_scale",
    "says_whole",
    "simplified",
    "table_measure",
]

FigureKind: TypeAlias = Literal["new", "cumulative"]
Kind: TypeAlias = Literal[
    "unit", "parent", "date", "year", "month", "day", "channel", "measure", "matter", "insurance",
    "breakdown", "serial",
    "note", "rank", "new", "cumulative", "stock", "persons", "unclear", "target", "plan", "rate",
    "earlier", "change", "remaining", "eligible", "baseline", "payment", "households", "loss",
    "average",
]  # fmt: skip
"""What a column holds; 'persons' is a figure of persons of which the heading says no more."""

FIGURE_KINDS: dict[Kind, Message] = {
    "new": message("new"),
    "cumulative": message("cumulative"),
    "stock": message("stock"),
}

_TRADITIONAL = str.maketrans(
    "單縣區鄉鎮街數計劃標務與萬億戶參擴繳達實際備註總編號稱進佔養醫療職業險業別時間報類型門責機構歷徵應淨當內後長項",
    "单县区乡镇街数计划标务与万亿户参扩缴达实际备注总编号称进占养医疗职业险业别时间报类型门责机构历征应净当内后长项",
)


def simplified(text: str) -> str:
    """Return a heading as words are looked for in it: NFKC, no spaces, simplified, lower case.

    >>> simplified("單　位"), simplified("參保人數")
    ('单位', '参保人数')
    """
    return plain(text).translate(_TRADITIONAL).casefold()


# -- headings that are known as a whole ------------------------------------------------------------

_DIVISION = r"(?:省|市|州|县|区|旗|乡|镇|街道|村|社区|居|场|所)"


def _any(*words: str) -> re.Pattern[str]:
    """Return the pattern of any of some words."""
    return re.compile("|".join(words))


_STRUCTURE: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("serial", _any(r"序号?|编号|行次|no\.?|nr\.?|#", "serial|index|id|record|排序|seq")),
    (
        "parent",
        _any(
            "(?:所属|所在|上级|归属|隶属|主管)"
            "(?:单位|部门|地区|县市区|县区|区县|市州|市|县|区|乡镇)?(?:名称|代码)?",
            "parent(?:_?unit|_?code|_?name)?|region|prefecture(?:_code)?|province(?:_code)?",
            "area_?code",
        ),
    ),
    (
        "unit",
        _any(
            "(?:reporting|responsible)?unit(?:_?code|_?name)?|code|name|county|state|area|postal|geographicarea|location",
            "district|department|township|municipality|scope|entity|jurisdiction|city|country|place",
            "(?:责任|填报|报送|上报|参保|统筹|牵头|承办|实施|考核|完成)?"
            "(?:单位|部门|机构|地区|地|区域)(?:名称|全称|代码|编码)?",
            rf"各?{_DIVISION}(?:[(、,/和及)]*{_DIVISION})*\)?(?:名称|名|别|代码)?",
            "行政区划?(?:名称|代码)?|行政区域|区划(?:名称|代码)?|辖区|代码|编码|名称",
            "经办机构|市直(?:部门|单位)?|统筹区",
        ),
    ),
    ("year", _any("年份?|年度|统计年度|year|yr|fiscalyear")),
    ("month", _any("月份?|统计月份|报表月份|所属月份|month|报告月份?")),
    ("day", _any("日|天|day")),
    (
        "date",
        _any(
            "date|period|as_?of|日期|时间|统计(?:日期|时间|期间?)|截[止至](?:日期|时间|日)",
            "报[告表]期|所属期|期间?|年月|月度|季度|quarter|week|周次?|周期",
        ),
    ),
    ("channel", _any("channel|渠道|参保方式|扩面方式|参保渠道|扩面渠道|类别|类型")),
    (
        "measure",
        _any(r"(?:计量|数量)单位|单位\((?:人|户|元|万|千).*\)|measure(?:ment)?|unitofmeasure"),
    ),
    (
        "matter",
        _any(
            "(?:.*项目|.*指标|事项|.*内容|任务|工作)(?:名称|内容)|项目|指标|事项",
            "item|subitem|indicator|工作内容",
        ),
    ),
    (
        "breakdown",
        _any("性别|年龄(?:组|段|分组)?|人[员群]类[别型]|人群|户籍|sex|gender|age(?:group|band)?"),
    ),
    ("insurance", _any("险种(?:名称)?|insurance(?:type)?|scheme")),
    (
        "note",
        _any(
            "备注|附注|说明|原因|.*情况说明|进展(?:情况)?|存在问题|措施|联系(?:人|电话)",
            "(?:填表|制表|审核|负责)人|(?:填报|上报|制表|报送|更新|录入)(?:日期|时间)|责任人|分管领导",
            "电话|remarks?|notes?|comments?|source|级别|性质|kind|pinyin|得分|评分|考核得分|score",
            "(?:received|updated|created|reported)(?:_?(?:on|at))?",
        ),
    ),
    ("rank", _any("(?:.*)(?:排名|排位|名次|位次)|rank(?:ing)?")),
)

# -- words inside a heading ------------------------------------------------------------------------

_SHARE = "(?:百分比|百分率|比例|比率|占比|率|进度)"
_CJK: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "rate",
        _any(
            rf"(?:完成|覆盖|参保|达标|计划|任务|目标)*{_SHARE}%?|%|占(?:计划|任务|目标|全年|年度)+"
        ),
    ),
    ("rank", _any("排名|排位|名次|位次")),
    ("average", _any("人均|户均|月均|日均|平均|均(?=值|数)")),
    (
        "change",
        _any(
            "(?:与|较|比)?(?:去年|上年)?(?:同期)?(?:相)?(?:同比|环比)(?:增长|增减|增加|变化)?(?:数|人数|额)?",
            "[比较](?:上|去)[年月期](?:同期|末|底)?(?:增长|增减|增加|减少|变化)?(?:数|人数|额)?",
            r"[与较比]\s*(?:\d{1,2}|[一二三四五六七八九十]+)月[份末底]?\s*(?:相比)?"
            "(?:净?增[长加]?|增减|减少|变化)(?:数|人数|额)?",
            "增长(?:数|人数|额)?|增减(?:数|额)?|增幅|增速|升降|变化",
        ),
    ),
    (
        "remaining",
        _any(
            "未(?:完成|参保|缴费?|登记|办理?|覆盖|纳入)(?:数|任务)?|尚(?:未|需|差)完?成?|还[需差]完?成?",
            "缺口|差额|差距|剩余|断缴|欠费",
            "欠(?:账|数)|应保未保|与.*差",
        ),
    ),
    (
        "eligible",
        _any("应保(?:人数|人员|对象)?|应参保?|法定参保|适龄人口|常住人口|户籍人口|总人口|目标人群"),
    ),
    (
        "earlier",
        _any("(?:去年|上年度?|上一年度?|前年|往年|历年)(?:同期|同月|末|底)?|同期数?|上[月期周]"),
    ),
    ("year_to_date", _any("自?年初(?:至今|以来|累计|起)")),
    ("cumulative", _any("(?:截[至止]?|至|到|1-)本[月期][止底末]?|本[月期]止")),
    ("baseline", _any("期初|年初|月初|基数|基期|起点")),
    (
        "loss",
        _any("减[少员]|核减|退保|停保|断保|脱保|流失|注销|转出|死亡|中断|退出"),
    ),
    (
        "paid",
        _any("(?:首次|首[月期]|实际|实|已|正常)?(?:缴费|缴纳)(?=$|[参职人员（(数])|实缴(?=人)"),
    ),
    (
        "done",
        _any(
            "(?:任务|目标)完成|完成(?:任务|目标|计划)",
            "(?<!应)(?<!计划)(?<!预计)(?:实际|已|总)?完成|实绩|实际|落实|达到",
        ),
    ),
    ("plan", _any("(?:计划|预计|拟|应|需|预期)(?:完成|新增|参保|扩面|缴)?")),
    ("target", _any("(?:全年|年度)?(?:责任)?(?:任务|目标|指标)|责任|下达|分解")),
    (
        "stock",
        _any(
            "期末|本?[年月季]末|本?[年月季]底|在册|在保|实有|存量|现有|现参保|已参保|参保总|总参保|历史"
        ),
    ),
    (
        "year_to_date",
        _any("(?:全年(?=累计|完成|新增)|本年度?|今年|当年|年内)(?:以来|累计)*|年累计"),
    ),
    ("cumulative", _any("累计|累积|截至目前|至今|以来|滚动")),
    (
        "this_period",
        _any("本[月期周日季旬]|当[月期周日季]|[月周日季旬]度?(?=新增|净增|完成)|单月|当前"),
    ),
    ("net", _any("净增?")),
    ("new", _any("新增加?|新参保|新扩面?|新办|新登记|增加|扩增|新|增(?=员|人|参)")),
    (
        "payment",
        _any(
            "(?:养老|医疗|保险|社保)?(?:征缴|征收|收缴|缴费|基金|保费)*"
            "(?:收入|金额|基金|保费|总额|额|费款|资金|款)|[万亿]元|元"
        ),
    ),
    (
        "households",
        _any(
            "(?:参保|用人|缴费|企业)?(?:单位|企业|用人单位|法人|商户)(?:户?数|个数|家数|户)",
            "户数|户|家数|家庭数?(?=$|[(])|(?:参保|用人)?企业(?=$|[(])",
            "(?<=\0)(?:参保)?单位(?=$|[(])",
        ),
    ),
    (
        "persons",
        _any("人次|人数|人员数?|总人数|人头|征缴扩面|扩面|参保(?:登记)?|参加|数量|情况|人"),
    ),
    ("total", _any("合计|总计|共计|小计|总数|总量|合计数|总")),
)
_FILLER = _any(
    r"[\s_/:：、,，.。·|*+&()\[\]{}\"'“”‘’<>-]+",
    r"数量?|的|个|全年|表|值|计|份|度|及|和|年(?![轻老])|月|(?<!\d)日|其中|参保|总|至",
)

_WORDS: dict[str, str] = {
    **dict.fromkeys(("rate", "pct", "percent", "percentage", "hundred", "share", "ratio"), "rate"),
    **dict.fromkeys(("proportion", "completion", "coverage", "%"), "rate"),
    **dict.fromkeys(("rank", "ranking"), "rank"),
    **dict.fromkeys(("average", "avg", "mean"), "average"),
    **dict.fromkeys(("change", "growth", "increase", "difference", "diff", "yoy", "mom"), "change"),
    **dict.fromkeys(("gap", "shortfall", "remaining", "outstanding", "missing"), "remaining"),
    **dict.fromkeys(("eligible", "population", "residents", "pop"), "eligible"),
    **dict.fromkeys(("last", "previous", "prior", "ago", "earlier"), "earlier"),
    **dict.fromkeys(("baseline", "opening"), "baseline"),
    **dict.fromkeys(("done", "completed", "complete", "actual", "achieved", "result"), "done"),
    **dict.fromkeys(("plan", "planned", "expected", "due"), "plan"),
    **dict.fromkeys(("target", "targets", "goal", "quota"), "target"),
    **dict.fromkeys(("stock", "insured", "enrolled", "covered", "members", "closing"), "stock"),
    **dict.fromkeys(("cumulative", "cum", "cumulated", "running", "ytd", "todate"), "cumulative"),
    **dict.fromkeys(("new", "newly", "added", "additional", "incident", "net", "entries"), "new"),
    **dict.fromkeys(("monthly", "daily", "weekly", "quarterly", "this"), "this_period"),
    **dict.fromkeys(("amount", "yuan", "rmb", "cny", "usd", "fund", "revenue"), "payment"),
    **dict.fromkeys(("paid", "paying", "payers", "contributors"), "paid"),
    **dict.fromkeys(("loss", "losses", "lost", "left", "lapsed", "withdrawn", "exits"), "loss"),
    **dict.fromkeys(("contributions", "premium", "premiums", "money"), "payment"),
    **dict.fromkeys(("household", "households", "employers", "firms", "companies"), "households"),
    **dict.fromkeys(("enterprise", "enterprises", "businesses"), "households"),
    **dict.fromkeys(("persons", "person", "people", "count", "number", "individuals"), "persons"),
    **dict.fromkeys(("enrolments", "enrollments", "registrations", "registered"), "persons"),
    **dict.fromkeys(("value", "figure", "figures", "heads", "headcount"), "persons"),
    **dict.fromkeys(("participants", "affiliates", "entrants"), "persons"),
    **dict.fromkeys(("total", "subtotal", "sum", "all", "grand"), "total"),
}  # fmt: skip
_SILENT = _any(
    "of|in|the|by|and|to|so|far|no|as|at|for|on|a|from|published|printed",
    "date|year|month|day|period|quarter|week",
)
_ASCII_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*|%")

# -- measures --------------------------------------------------------------------------------------

_SCALES = {"": 1, "百": 100, "千": 1_000, "万": 10_000, "亿": 10**8} | {
    "thousand": 1_000,
    "million": 10**6,
}
_PERSONS = re.compile(
    r"(?P<scale>[百千万亿]?)(?P<what>人次?|名|位|persons?|people)|(?P<bare>[千万亿])"
    r"|(?:in)?(?P<english>thousand|million)s?(?:of)?(?:persons?|people)?"
)
_MONEY = re.compile(r"[百千万亿]{0,2}(?:元|美元|人民币|yuan|rmb|usd|cny)")
_THINGS = _any(
    "[百千万亿]?(?:户|家|户次|households?|户数)|[百千万]?(?:公里|吨|亩|平方米)|%|‰|百分比|天|个月|分"
)
_OF_TABLE = re.compile(
    r"(?<![填送上任头办导管])(?:(?:计量|数量|金额)?单位|unit(?:ofmeasure)?)[:：为是](?P<measures>[^)）]+)"
    r"|\((?P<bracket>[^()]*)\)"
)
_STANDING = re.compile(
    r"(?:(?<![a-z])in ?|x ?|(?<!\d)[(:;,-] ?)'?(?P<scale>thousand|million|1?,?000)s?(?: of)?"
    r"(?: persons?| people)?(?=$|[).;,])|以(?P<counted>[百千万亿]人?)计",
    re.IGNORECASE,
)
_UNCLEAR_SCALE = re.compile(
    r"(?<![a-z])(?:hundred|thousand|million|billion)|(?<![\d,.])(?:1,?)?000"
    r"|(?<![a-z])per ?(?:cent|\d)|每[一十百千]?[百千万]",
    re.IGNORECASE,
)


@attrs.frozen
class PrintedMeasure:
    """What one of a bare number stands for: so many persons, or no persons at all."""

    scale: int = 1
    persons: bool = True


def measure_of(text: str) -> PrintedMeasure | None:
    """Return what a measure means, or None where the text is none.

    >>> measure_of("万人"), measure_of("户"), measure_of("含开发区")
    (PrintedMeasure(scale=10000, persons=True), PrintedMeasure(scale=1, persons=False), None)
    """
    word = simplified(text).removeprefix("单位:").removeprefix("计量单位:")
    found = _PERSONS.fullmatch(word)
    if found:
        return PrintedMeasure(_SCALES[found["scale"] or found["bare"] or found["english"] or ""])
    if word in {"个", "件", "次", "套", "座", "所", "份", "床", "张"}:
        return PrintedMeasure()
    if word.strip("'’s") in {"000", "1,000", "1000"}:
        return PrintedMeasure(1_000)
    if _MONEY.fullmatch(word) or _THINGS.fullmatch(word):
        return PrintedMeasure(persons=False)
    return None


def table_measure(text: str) -> PrintedMeasure | None:
    """Return the measure that a title gives for its table, such as 单位：万人, or None.

    >>> table_measure("New members, July 2008 ('000)"), table_measure("2008年7月 万人")
    (PrintedMeasure(scale=1000, persons=True), PrintedMeasure(scale=10000, persons=True))

    Of several (单位：人、万元) that of persons holds for figures of persons; where two are of
    persons (人、万人) its scale is 0: nobody can tell which figures are in which.
    """
    for found in _OF_TABLE.finditer(simplified(text)):
        inside = found["measures"] or found["bracket"] or ""
        named = re.split(r"[、,，;；/和]", inside.removeprefix("单位:"))
        measures = [one for part in named if (one := measure_of(part))]
        if found["bracket"] and len(measures) < len(named):
            continue
        if measures:
            of_persons = [one for one in measures if one.persons]
            scales = {one.scale for one in of_persons}
            return PrintedMeasure(0) if len(scales) > 1 else [*of_persons, *measures][0]
    standing = _STANDING.search(spaced(text).replace("’", "'"))
    if standing:
        english = (standing["scale"] or "").lower()
        return measure_of(standing["counted"] or ("thousand" if "000" in english else english))
    last = measure_of((text.split() or [""])[-1])
    return last if last and last.scale > 1 else None


def names_unclear_scale(text: str) -> bool:
    """Tell whether a title that gives no measure may name one: per 1,000, millions, 每万人.

    >>> names_unclear_scale("New cases per 100,000"), names_unclear_scale("July 2008")
    (True, False)
    """
    return bool(_UNCLEAR_SCALE.search(spaced(text)))


# -- one heading -----------------------------------------------------------------------------------


@attrs.frozen
class Meaning:
    """What the levels of a heading say together.

    `year_to_date` figures begin again each year, `net` ones have losses taken off, `paid` ones are
    of who paid, `done` says that something was done; `qualifier` is what is said beyond, such as
    农民工, and `total` that the column adds others up. `this_year` says that a heading names this
    year or period (本年, 本期) and nothing of persons so far, `everyone` that a total is of all who
    are insured.
    """

    kind: Kind | None = None
    written: Written | None = None
    measure: PrintedMeasure | None = None
    qualifier: str = ""
    total: bool = False
    net: bool = False
    paid: bool = False
    done: bool = False
    year_to_date: bool = False
    this_period: bool = False
    this_year: bool = False
    everyone: bool = False


_BRACKETS = re.compile(r"\(([^()]*)\)")
_SPECIFIC: tuple[Kind, ...] = ("new", "cumulative", "stock", "target", "plan", "rate", "unclear")
_ANYWHERE: tuple[Kind, ...] = (
    *("earlier", "change", "remaining", "rank", "payment", "households", "baseline", "eligible"),
    *("loss", "average"),
)


def meaning_of(levels: Sequence[str]) -> Meaning:
    """Return what a heading says, its levels from the top down.

    Of kinds the lowest level that names one holds: under 计划 and 7月 stands a plan, under 7月 and
    完成 a figure of July. Last year's figures, changes and money are so on whichever level.

    >>> meaning_of(["7月", "计划"]).kind, meaning_of(["本月新增(人)"]).kind
    ('plan', 'new')
    >>> meaning_of(["新增农民工人数"]).qualifier
    '农民工'
    """
    together = written_of_levels(levels) if len(levels) > 1 else None
    parts = [_of_level(level) for level in (together[1] if together else levels)]
    lowest_structure = parts[-1].kind if parts and parts[-1].kind in _STRUCTURAL else None
    kinds = [part.kind for part in parts if part.kind]
    kind = lowest_structure
    if kind is None:
        kind = next((one for one in kinds if one in _ANYWHERE), None)
    if kind is None:
        kind = next((one for one in reversed(kinds) if one in _SPECIFIC), None)
    if kind is None:
        kind = next((one for one in reversed(kinds) if one not in _STRUCTURAL), None)
    this_period = any(part.this_period for part in parts)
    if kind == "persons" and this_period:
        kind = "new"
    if kind == "persons" and any(part.year_to_date for part in parts):
        kind = "cumulative"
    measures = [part.measure for part in parts if part.measure]
    if kind in {"new", "cumulative", "stock", "persons", None} and any(
        not one.persons for one in measures
    ):
        kind = "payment" if kind else kind
    return Meaning(
        kind,
        together[0] if together else _merged([part.written for part in parts if part.written]),
        measures[-1] if measures else None,
        "".join(dict.fromkeys(part.qualifier for part in parts if part.qualifier)),
        total=any(part.total for part in parts),
        net=any(part.net for part in parts),
        paid=any(part.paid for part in parts),
        done=any(part.done for part in parts),
        year_to_date=any(part.year_to_date for part in parts),
        this_period=this_period,
        this_year=any(part.this_year for part in parts)
        and all(part.this_year or part.kind not in _SPECIFIC for part in parts),
        everyone=kind in {"stock", "cumulative"}
        and any(part.everyone for part in parts)
        and not any(part.year_to_date or part.kind == "new" for part in parts),
    )


_NO_RESULT: frozenset[Kind | None] = frozenset(
    (
        *("plan", "target", "earlier", "change", "remaining", "eligible", "baseline"),
        *("payment", "households", "loss", "average"),
    )
)


def is_no_result(text: str, kind: FigureKind, *, whole: bool = False) -> bool:
    """Tell whether a title or the matter of a row says other figures than those asked for.

    With `whole` only where it says nothing more: 新增 beside 新增城镇就业, which is a matter.

    >>> is_no_result("2008年扩面任务", "new"), is_no_result("2008年扩面任务完成情况", "new")
    (True, False)
    >>> is_no_result("累计参保", "new"), is_no_result("累计参保", "cumulative")
    (True, False)
    """
    meaning = meaning_of([_OF_TABLE.sub("", plain(text)).replace("应保尽保", "")])
    if (meaning.kind in {"plan", "target"} and meaning.done) or (whole and meaning.qualifier):
        return False
    if kind == "new":
        so_far = meaning.kind in {"cumulative", "stock"} and not meaning.this_year
        return so_far or meaning.kind in _NO_RESULT
    own = meaning.kind == "new" and (meaning.this_period or not whole)  # 新增就业 is a matter
    return own or meaning.kind in _NO_RESULT


_WHOLE = re.compile(
    "(?:(?:新型|城镇|城乡|农村|居民|职工|企业|机关|事业|合作|基本|社会|养老|医疗|失业|工伤|生育)*"
    "(?:保险|险|医疗|养老|社保|医保))?"
    "|(?:(?:social|basic|pension|health|medical|unemployment|insurance|security|scheme) ?)*"
)
"""What may be said of the people beyond a figure's kind: the scheme, nothing of whom or what."""


def says_whole(meaning: Meaning) -> bool:
    """Tell whether a heading or a row's matter names the persons, and none or nothing else."""
    return bool(_WHOLE.fullmatch(meaning.qualifier))


def is_clear(text: str) -> bool:
    """Tell whether the matter of a row is plainly that of persons who are enrolled.

    >>> is_clear("新增养老保险参保人数"), is_clear("新增岗位"), is_clear("Beneficiaries")
    (True, False, False)
    """
    meaning = meaning_of([text])
    return meaning.kind in {"new", "cumulative", "stock", "persons"} and says_whole(meaning)


_OF_TITLES = _any(
    "^[一-鿿]{2,3}[省市州县区]|附[件表]|[月季周日]报|报表|统计|汇总|通报|快报|进度|进展|工作|专项|行动|活动|一览|明细",
    "全|各|分|省|市|州|县|区|乡|镇|街道|单位|部门|地区|总体|基本|主要|完成",
    r"(?<![a-z])(?:monthly|quarterly|report|table|annex|summary|statistics|progress|status|results?"
    r"|bulletin|data|sheet|form|units?|count(?:y|ies)|districts?)(?![a-z])",
)
_ENROLS = re.compile(
    "参保|扩面|投保|入保|(?<![a-z])(?:enrol|insured|members|registr|campaign|drive)"
)


def names_other_matter(title: str, campaign: Sequence[str]) -> bool:
    """Tell whether a title names something else than enrolment, in words nobody here knows.

    `campaign` are the names of the campaign and its units, which say nothing else.

    >>> [names_other_matter(one, ["衡阳市"]) for one in ("衡阳市7月扩面情况表", "7月退休人员情况")]
    [False, True]
    """
    text = simplified(title)
    enrols = _ENROLS.search(title.casefold()) or _ENROLS.search(text)
    if ":" in text or enrols or measure_of(title):
        return False
    for name in campaign:
        title = title.replace(name, " ")
    meaning = meaning_of([_OF_TITLES.sub(" ", _OF_TABLE.sub(" ", title.casefold()))])
    return meaning.kind in {None, "new", "persons", "stock"} and not says_whole(meaning)


def _merged(written: Sequence[Written]) -> Written | None:
    """Return the lowest time of a heading, with the year of a level above."""
    if not written:
        return None
    lowest = written[-1]
    years = [one.year for one in written[:-1] if one.year is not None]
    if lowest.year is None and years:
        return attrs.evolve(lowest, year=years[-1])
    above = written[-2] if len(written) > 1 else None
    if above and above.year is None and lowest.is_a_year:
        return attrs.evolve(above, year=lowest.year)
    return lowest


_STRUCTURAL: frozenset[Kind | None] = frozenset(kind for kind, _ in _STRUCTURE)


def _of_level(level: str) -> Meaning:
    word = simplified(level)
    whole = read_written(level)
    if isinstance(whole, Written) and not word.isdecimal():
        return Meaning(written=whole)
    if isinstance(whole, Written) and len(word) in {4, 6}:  # a year, and 200807
        return Meaning(written=whole)
    for kind, pattern in _STRUCTURE:
        if pattern.fullmatch(word) or pattern.fullmatch(_BRACKETS.sub("", word)):
            return Meaning(kind)
    measure, rest = _measure_inside(spaced(level).translate(_TRADITIONAL))
    written = None
    found = find_written(rest)
    if found:
        written, rest = found
    elif year := year_in(rest):
        written, rest = Written(12, first_month=1, year=year[0], unit="span"), year[1]
    features, left = _features(rest)
    return Meaning(
        _kind(features, persons_only=left == "" and measure is not None),
        written,
        measure,
        left,
        total="total" in features,
        net="net" in features,
        paid="paid" in features,
        done="done" in features,
        year_to_date="year_to_date" in features,
        this_period="this_period" in features,
        this_year=bool(_THIS_YEAR.search(word)) and not _SO_FAR.search(word),
        everyone="stock" in features
        or (bool(_EVERYONE.search(word)) and not features & {"new", "done", "net"}),
    )


_THIS_YEAR = re.compile(r"本年度?|今年|当年|本期|(?:this|current)(?:year|period)")
_SO_FAR = re.compile(r"累计|累积|截至|截止|至今|以来|滚动|todate|sofar|cumulative|ytd|running")
_EVERYONE = re.compile(r"(?:参保|在保)(?:总)?(?:人|职工|对象|数|$)")


def _measure_inside(word: str) -> tuple[PrintedMeasure | None, str]:
    """Return the measure that stands in brackets, and the heading without it."""
    for found in _BRACKETS.finditer(word):
        measure = measure_of(found[1])
        if measure is not None:
            rest = word[: found.start()] + word[found.end() :]
            return (None, rest + "%") if found[1] in {"%", "‰", "百分比"} else (measure, rest)
    return None, word


def _features(text: str) -> tuple[set[str], str]:
    """Return the features that a heading's words name, and what is left of it."""
    features: set[str] = set()
    word = simplified(text)
    for feature, pattern in _CJK:
        if pattern.search(word):
            taken = pattern.sub("\0", word)
            if taken != word:
                features.add(feature)
                word = taken
    left: list[str] = []
    english: set[str] = set()
    for found in _ASCII_WORD.findall(text):
        for name in (
            re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|%", found) if found.isalpha() else [found]
        ):
            lower = name.lower()
            if lower in _WORDS:
                english.add(_WORDS[lower])
            elif not _SILENT.fullmatch(lower):
                left.append(lower)
    left.extend(re.findall(r"\d*,?000", word))
    features |= english - ({"stock"} if "new" in english else set())  # new members are new
    if {"earlier"} <= features and "rate" not in features:
        features.discard("persons")
    if _is_to_date(text):
        features.add("cumulative")
    cjk = re.sub(r"[a-z0-9\0]+", "", word)
    cjk = _FILLER.sub("", cjk)
    return features, "".join([cjk, " ".join(left)]).strip()


def _is_to_date(text: str) -> bool:
    words = [word.lower() for word in re.findall(r"[A-Za-z]+", text)]
    return any(pair in {("to", "date"), ("so", "far")} for pair in pairwise(words))


_BEFORE_ALL: tuple[Kind, ...] = ("average", "change", "rate", "rank", "remaining", "earlier")
_BEFORE_FIGURES: tuple[Kind, ...] = ("households", "baseline", "eligible", "loss")


def _kind(features: set[str], *, persons_only: bool) -> Kind | None:
    """Return the kind that features name together."""
    kind = next((one for one in _BEFORE_ALL if one in features), None)
    if kind is None and "payment" in features and "persons" not in features:
        kind = "payment"
    if kind is None:
        kind = next((one for one in _BEFORE_FIGURES if one in features), None)
    if kind is None and features & {"plan", "target"} and "done" not in features:
        kind = "target" if "target" in features else "plan"
    return kind or _kind_of_figures(features, persons_only=persons_only)


def _kind_of_figures(features: set[str], *, persons_only: bool) -> Kind | None:
    if features & {"cumulative", "year_to_date"}:
        return "unclear" if "this_period" in features else "cumulative"
    if "stock" in features:
        return "stock"
    if features & {"new", "this_period", "net"}:
        return "new"
    return "persons" if features & {"done", "persons"} or persons_only else None


# -- rows ------------------------------------------------------------------------------------------

_TOTAL = re.compile(
    r"(?:.{0,12}?)(?:合计|总计|共计|小计|总数)(?:数)?|(?:全|本)(?:国|省|市|州|县|区|乡|镇)(?:合计|总计)?"
    r"|(?:grand)?total.{0,20}|subtotal|sum|all"
)
_SUBTOTAL = re.compile(r".*小计|subtotal")
_NOTE = re.compile(
    r"(?:注|备注|附注|说明|制表|填表|审核|复核|联系|报送|统计|单位负责|分管|主管|填报|数据来源|资料来源|来源)"
    r"(?:人|单位|日期|时间|电话|负责人|领导|部门)?[:：\d].*"
    r"|\d+[、.．](?=\D).{6,}|(?:note|source|suggestedcitation|releasedate|\*).*"
)


def is_total(text: str) -> bool:
    """Tell whether a row's name says that it adds others up, such as 合　计 or 衡阳市合计.

    >>> is_total("合　计"), is_total("衡阳市合计"), is_total("珠晖区")
    (True, True, False)
    """
    return bool(_TOTAL.fullmatch(simplified(text)))


def is_subtotal(text: str) -> bool:
    """Tell whether a total is one of the rows beside it alone, such as 小计."""
    return bool(_SUBTOTAL.fullmatch(simplified(text)))


def is_note(text: str) -> bool:
    """Tell whether a text is a note, a source or a signature, no unit's name.

    >>> is_note("注：含开发区"), is_note("制表人: 李"), is_note("珠晖区")
    (True, True, False)
    """
    return bool(_NOTE.fullmatch(simplified(text)))


# -- the columns of a table --------------------------------------------------------------------

Role: TypeAlias = Literal[
    "unit", "parent", "date", "year", "day", "channel", "measure", "persons", "other", "target",
    "rate", "reason", "matter",
]  # fmt: skip
"""The part of a cell in its row; 'other' is the figure of the kind that was not asked for."""


class AmbiguousTableError(ReportError):
    """A table may be read in two ways; the problem names the argument that decides."""


@attrs.frozen(kw_only=True)
class Named:
    """Which column plays which part, where the caller says so; empty = by its heading.

    Several columns named for the persons are added up.
    """

    unit: str = ""
    date: str = ""
    persons: tuple[str, ...] = ()
    channel: str = ""
    target: str = ""
    rate: str = ""

    def single(self) -> dict[Role, str]:
        """Return the headings that the caller named for parts of one column."""
        roles: tuple[Role, ...] = ("unit", "date", "channel", "target", "rate")
        return {role: text for role in roles if (text := getattr(self, role))}


@attrs.frozen
class ColumnHeading:
    """A column's heading: the text that names it, its levels from the top down, its number."""

    text: str
    levels: tuple[str, ...]
    position: int = 0

    @property
    def printed(self) -> str:
        """The heading as the sheet prints it, also where another column has the same."""
        return " / ".join(self.levels)

    @property
    def called(self) -> str:
        """What names the column alone: its heading, or its letters where others share that."""
        return self.text if self.text == self.printed else column_letters(self.position)


@attrs.frozen
class ColumnRole:
    """The role of a column that was read: what it was taken for, and why."""

    sheet: str
    column: str
    heading: str
    role: str
    why: Message
    printed: str = attrs.Factory(lambda self: self.heading, takes_self=True)

    @property
    def called(self) -> str:
        """What names the column alone: its heading, or its letters where others share that."""
        return self.heading if self.heading == self.printed else self.column


@attrs.frozen
class FigureColumn:
    """A column of figures, or several that are added up, and what its heading says beside.

    `beside` holds the headings of the target, the rate and the other kind of figures that belong to
    the same time and channel; `goes_on` tells that a total never begins again; `repeated` those of
    columns that have to print the same figures.
    """

    headings: tuple[str, ...]
    written: Written | None = None
    channel: str = ""
    unit: str = ""
    scale: int = 0
    this_period: bool = False
    year_to_date: bool = False
    goes_on: bool = False
    beside: Mapping[Role, str] = attrs.field(factory=dict)
    repeated: tuple[str, ...] = ()

    @property
    def heading(self) -> str:
        """The heading of the first column."""
        return self.headings[0]


@attrs.frozen
class Layout:
    """The columns of a table: `roles` by part of a row, and the columns of figures.

    `totals` print the sum of the figure columns of their row; `months` tells that bare numbers in
    the column of dates are months; `assumptions` say what the figures are taken for, `own` that a
    unit's figures are without those of the units below it, `kind` which figures were asked for;
    `apart` are columns of texts that may tell rows of one unit apart, `doubts` of the whole table;
    `results` are the matters that count, where there is a choice.
    """

    roles: Mapping[Role, str]
    figures: tuple[FigureColumn, ...]
    totals: tuple[FigureColumn, ...] = ()
    months: bool = False
    columns: tuple[ColumnRole, ...] = ()
    scales: Mapping[str, int] = attrs.field(factory=dict)
    assumptions: tuple[Message, ...] = ()
    own: bool = False
    kind: FigureKind = "new"
    apart: tuple[str, ...] = ()
    doubts: tuple[ReportProblem, ...] = ()
    results: frozenset[str] = frozenset()
