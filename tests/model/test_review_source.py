"""What a review finds in the source's own text: each finding comes, and goes when it is mended."""

import attrs
import pytest

from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.enforcement_rules import EnforcementLadder, Move, Step
from coverage_campaign.model.labels import Clause, Label, Parameter
from coverage_campaign.model.responsibilities import Responsibility
from coverage_campaign.model.review.findings import Finding
from coverage_campaign.model.review.review import review
from coverage_campaign.model.targets import HeadcountTarget, MoneyTarget
from coverage_campaign.model.units import Measure
from support.campaigns import tiny


def written(*clauses: str, title: str = "A campaign", **changes: object) -> Campaign:
    """Return the tiny campaign with a title and clauses, numbered from 1."""
    texts = [Clause(str(number), {"zh-Hans": text}) for number, text in enumerate(clauses, 1)]
    return attrs.evolve(tiny(), label=title, clauses=texts, **changes)  # type: ignore[arg-type] - a table of tests


def found(campaign: Campaign, code: str) -> tuple[Finding, ...]:
    """Return the findings of a code."""
    return review(campaign).of(code)


@pytest.mark.parametrize(
    ("title", "clause"),
    [
        ("社会保险扩面征缴", "新增城镇职工基本养老保险参保1000人。"),
        ("社保扩面", "新增养老保险参保人数以缴费为准。"),
        ("Social insurance for 100 more people", "Who joins the pension insurance counts."),
        ("社會保險擴面", "新增養老保險參保100人。"),
        ("养老保险扩面", "医疗保险参保率达到95%。"),
        ("工伤保险扩面", "新增失业保险参保50人。"),
        ("城乡居民基本养老保险扩面", "新增企业职工基本养老保险参保50人。"),
    ],
)
def test_a_title_of_one_insurance_and_a_clause_of_another_differ(title: str, clause: str) -> None:
    """Who counts depends on the insurance; with one of them throughout there is no finding."""
    (finding,) = found(written(clause, title=title), "scope-differs")
    assert finding.severity == "high"
    assert len(finding.readings) == 2
    assert "原文1" in finding.text("zh")
    assert not found(written(clause), "scope-differs")
    assert not found(written("全年新增参保100人。", title=title), "scope-differs")


@pytest.mark.parametrize(
    "clause",
    [
        "依据《社会保险法》和《社会保险费征缴暂行条例》。",
        "Rests on the Social Insurance Law of 2010.",
        "The social security department leads; the social insurance agencies enrol.",
        "由社保局、社保经办机构负责，出示社保登记证和社会保障卡。",
        "贯彻全市劳动和社会保障工作会议精神，人力资源和社会保障局牵头。",
        "养老保险关系转移接续。",
    ],
)
def test_laws_and_offices_name_no_other_insurance(clause: str) -> None:
    """A pension campaign may cite the Social Insurance Law and be led by a social security office.

    The short form of residents' pension insurance is no other insurance either.
    """
    for title in ("养老保险扩面", "Pension insurance for 100 more", "城乡居民养老保险扩面"):
        assert not found(written(clause, title=title), "scope-differs")


def test_several_insurances_with_targets_of_their_own_do_not_differ() -> None:
    """Social insurance with a target for each branch is no contradiction; another branch is."""
    targets = [
        HeadcountTarget("old", {"zh-Hans": "养老保险新增"}, 60),
        HeadcountTarget("ill", {"zh-Hans": "医疗保险新增"}, 40),
    ]
    campaign = written("五项社会保险一并推进。", title="社会保险扩面", targets=targets)
    assert not found(campaign, "scope-differs")
    third = campaign.with_part(Clause("2", {"zh-Hans": "失业保险参保计入任务。"}))
    assert found(third, "scope-differs")


def test_measures_that_count_another_insurance_are_found() -> None:
    """A target of social insurance beside figures of pension insurance: both are named."""
    campaign = written(
        "任务如下。",
        targets=[HeadcountTarget("all", {"zh-Hans": "社保新增参保"}, 100)],
        measures=[
            *tiny().measures,
            Measure("insured", {"zh-Hans": "养老保险已参保人数"}),
        ],
    )
    (finding,) = found(campaign, "scope-differs")
    assert set(finding.parts) == {"all", "insured"}


@pytest.mark.parametrize(
    "clause",
    ["到2026年底完成。", "二〇二六年工作。", "2025-26 season", "二零二六年", "截至 2026/12/31。"],
)
def test_a_year_that_a_clause_names_has_its_evidence(clause: str) -> None:
    """The year in figures, in Chinese numerals or as the second of two is evidence."""
    assert not found(written(clause), "year-without-evidence")
    (finding,) = found(written("到2019年底完成。"), "year-without-evidence")
    assert "2026" in finding.message
    assert "2019" in finding.message
    assert "2019" in finding.text("zh")


def test_a_longer_number_is_no_year() -> None:
    """120260 people, or the code 202601, name no year."""
    assert found(written("120260人，代码202601。"), "year-without-evidence")


def test_payments_and_punishments_need_a_law() -> None:
    """A ladder, a tax office that collects and an amount of money each need a basis in law."""
    ladder = EnforcementLadder(
        [Step("order", "Order"), Step("paid", "Paid", final=True)], [Move("pay", "order", "paid")]
    )
    bare = written("6月底前完成。", ladder=None, gate=None, responsibilities=(), parameters=())
    assert not found(bare, "legal-basis-missing")
    collecting = attrs.evolve(bare, responsibilities=[Responsibility("labour", "collect")])
    owing = bare.with_part(MoneyTarget("arrears", "Arrears", 100, of="arrears"))
    for campaign in (attrs.evolve(bare, ladder=ladder), collecting, owing):
        (finding,) = found(campaign, "legal-basis-missing")
        assert finding.text("zh").endswith("未列明。")
        for law in ("依据《社会保险法》第六十三条。", "Under the Labour Law.", "根据社会保险法。"):
            mended = campaign.with_part(Clause("9", {"zh-Hans": law}))
            assert not found(mended, "legal-basis-missing")
        for none in ("依法强制征缴。", "依据《2026年工作方案》。"):
            assert found(campaign.with_part(Clause("9", {"zh-Hans": none})), "legal-basis-missing")
    cited = Parameter("late-payment-surcharge", "0.0005", "2011-07-01", "Social Insurance Law, 86")
    assert not found(attrs.evolve(collecting, parameters=[cited]), "legal-basis-missing")
    blank = attrs.evolve(cited, citation=" ")
    (finding, _) = found(attrs.evolve(collecting, parameters=[blank]), "legal-basis-missing")
    assert "late-payment-surcharge" in finding.text("zh")


DAMAGED = {
    "lost": ("广覆盖、?；?、多层次", "保\ufffd本", "养老□险", "??市", "Pe?ple enrol", "保\ue001本"),
    "encoding": (
        "衡阳市人民政府".encode().decode("gbk", "ignore"),
        "养老保险".encode("gbk").decode("latin-1"),
        "Zürich".encode().decode("cp1252"),
        "don\u2019t".encode().decode("cp1252"),
        "锟斤拷市",
    ),
    "escaped": ("&#23398;校", "A &amp; B", "\\u4e2d学"),
    "pinyin": ("實(shí)施方案", "扩面（kuòmiàn）"),
    "bracket": ("任务（见附件1", "《社会保险法", "社会保险法》"),
    "end": ("六月底前完成60%，", "60 % by June, 85 % by", "分别为…"),
}


@pytest.mark.parametrize("text", [text for texts in DAMAGED.values() for text in texts])
def test_damaged_text_is_found_in_clauses_and_names(text: str) -> None:
    """Lost characters, wrong encodings, codes, pinyin, half brackets, texts that break off."""
    (finding,) = found(written("完成任务。", text), "text-damaged")
    assert finding.clause == "2"
    assert finding.message.endswith(".")
    if text not in DAMAGED["end"]:
        unit = attrs.evolve(tiny().unit("a"), label={"zh-Hans": text})
        (finding,) = found(tiny().with_part(unit), "text-damaged")
        assert finding.parts == ("a",)


@pytest.mark.parametrize(
    "text",
    [
        "未保企业抓参保；参保企业抓漏保。",
        "煤炭业",
        "“一把手”工程（三）。",
        "Épargne à l'été: naïve café.",
        "a) first; b) second.",
        "What? No.",
        "https://example.org/?id=3&copy;right",
        "三（一）、四（二）。",
        "R&D staff.",
    ],
)
def test_sound_text_is_not_damaged(text: str) -> None:
    """Names, quotations, enumerations, addresses and accents are no damage."""
    assert not found(written("完成任务。", text), "text-damaged")


def test_a_clause_without_its_full_stop_breaks_off_where_others_have_theirs() -> None:
    """One of four clauses without a full stop is cut; where none has one it is the style."""
    texts = ["一。", "二。", "三。"]
    (finding,) = found(written(*texts, "各县区应当按照"), "text-damaged")
    assert finding.clause == "4"
    assert "文字中断" in finding.text("zh")
    assert not found(written("一", "二", "各县区应当按照"), "text-damaged")
    (finding,) = found(attrs.evolve(tiny(), clauses=[Clause("1", Label())]), "text-damaged")
    assert "没有文字" in finding.text("zh")
