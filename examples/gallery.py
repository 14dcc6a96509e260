"""Each chart, in three languages, on two cases and with 5, 12, 51 and 122 units.

`python examples/gallery.py` writes the pictures to `out/gallery` and a page that shows them all.
The campaigns of 5 to 122 units are made up, names of twenty letters among them, and carried through
the real stages: they show that a chart stays readable, nothing else.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Literal, TypeAlias

import attrs
import jinja2
from matplotlib.axes import Axes
from tqdm import tqdm

import coverage_campaign as cc
import hengyang
import us_vaccination_2021
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.phases import Phase
from coverage_campaign.model.targets import Channel, HeadcountTarget
from coverage_campaign.model.units import Breakdown, Measure, Unit
from coverage_campaign.progress.forecast.backtest import Backtest
from coverage_campaign.views.export import figure_png

Lang: TypeAlias = Literal["en", "zh", "zh-Hant"]
LANGUAGES: tuple[Lang, ...] = ("en", "zh", "zh-Hant")
SIZES = (5, 12, 51, 122)
AS_OF, BEFORE, KNOWN = "2008-09-30", "2008-08-31", "2008-10-12"
HEADCOUNT = 76_000
# Names as they occur, short and long: of three, of eight and of twenty letters.
NAMES = (
    ("珠晖区", "珠暉區", "Zhuhui District"),
    ("衡阳县", "衡陽縣", "Hengyang County"),
    ("江华瑶族自治县", "江華瑤族自治縣", "Jianghua Yao Autonomous County"),
    ("耒阳市", "耒陽市", "Leiyang City"),
    (
        "洞庭湖生态经济区城陵矶临港产业新区管委会",
        "洞庭湖生態經濟區城陵磯臨港產業新區管委會",
        "Chenglingji Port Industry New District, Dongting Lake",
    ),
    ("常宁市", "常寧市", "Changning City"),
    ("靖州苗族侗族自治县", "靖州苗族侗族自治縣", "Jingzhou Miao and Dong Autonomous County"),
)


@attrs.frozen(kw_only=True)
class Subject:
    """What the charts of one case are drawn from; None where the case has no such result."""

    campaign: Campaign
    findings: cc.Findings
    allocations: dict[str, cc.Allocation]
    crossed: cc.CrossAllocation | None
    progress: cc.Progress
    previous: cc.Progress
    forecast: cc.Forecast
    comparison: cc.Comparison
    study: cc.Study
    tested: Backtest | None


def of_hengyang(flow: hengyang.Flow) -> Subject:
    """Return the campaign of Hengyang, with its simulated reports."""
    by = {"2000": "census_2000", "2010": "census_2010"}
    allocations = {
        name: cc.allocate(flow.campaign, weights=cc.weights.by_measure(measure))
        for name, measure in by.items()
    }
    equal = cc.allocate(flow.campaign, weights=cc.weights.equal)
    return Subject(
        campaign=flow.campaign,
        findings=flow.findings,
        allocations={**allocations, "each the same": equal},
        crossed=flow.crossed,
        progress=flow.progress,
        previous=flow.previous,
        forecast=flow.forecast,
        comparison=flow.comparison,
        study=flow.study,
        tested=None,
    )


def of_united_states(flow: us_vaccination_2021.Flow) -> Subject:
    """Return the vaccination of adults in the United States, with its real reports."""
    return Subject(
        campaign=flow.campaign,
        findings=cc.review(flow.campaign),
        allocations={"70%": flow.allocation},
        crossed=None,
        progress=flow.progress,
        previous=flow.previous,
        forecast=flow.forecast,
        comparison=flow.comparison,
        study=flow.study,
        tested=flow.tested,
    )


def named(number: int) -> dict[str, str]:
    """Return a name in each language for the unit of this number."""
    simplified, traditional, english = NAMES[number % len(NAMES)]
    more = "" if number < len(NAMES) else str(number + 1)
    return {
        "zh-Hans": f"{simplified}{more}",
        "zh-Hant": f"{traditional}{more}",
        "en": f"{english} {more}".strip(),
    }


def made_up(units: int) -> Campaign:
    """Return a campaign of so many counties and the eleven departments of Hengyang."""
    departments = cc.load_case("hengyang", year=hengyang.YEAR).leaves("departments")
    people = islice(cycle((53_423, 1_087_777, 331_094, 1_180_235, 177_909, 795_223)), units)
    counties = [
        Unit(
            code=f"u{number:03d}",
            label=named(number),
            kind="county",
            counts={"people": count + 977 * number, "jobs": 60_000 + 3_571 * (number % 17)},
        )
        for number, count in enumerate(people)
    ]
    return Campaign(
        code=f"made-up-{units}",
        label={
            "en": f"A made-up drive of {units} counties",
            "zh-Hans": f"虚构的{units}县扩面行动",
            "zh-Hant": f"虛構的{units}縣擴面行動",
        },
        year=2008,
        measures=[
            Measure("people", {"en": "People", "zh-Hans": "人口", "zh-Hant": "人口"}),
            Measure("jobs", {"en": "Jobs", "zh-Hans": "就业", "zh-Hant": "就業"}),
        ],
        eligible="people",
        units=[*counties, *(attrs.evolve(unit, parent=None) for unit in departments)],
        breakdowns=[
            Breakdown(
                "counties", {"en": "Counties", "zh-Hans": "县", "zh-Hant": "縣"}, ("county",)
            ),
            Breakdown(
                "departments",
                {"en": "Departments", "zh-Hans": "部门", "zh-Hant": "部門"},
                tuple({unit.kind for unit in departments}),
            ),
        ],
        channels=[
            Channel("new", {"en": "Newly insured", "zh-Hans": "新参保", "zh-Hant": "新參保"}),
            Channel(
                "self",
                {"en": "Self-employed", "zh-Hans": "灵活就业人员", "zh-Hant": "靈活就業人員"},
            ),
            Channel(
                "lapsed",
                {"en": "Lapsed", "zh-Hans": "断保", "zh-Hant": "斷保"},
                effect="loss",
            ),
        ],
        targets=[
            HeadcountTarget(
                "headcount",
                {"en": "People", "zh-Hans": "人数", "zh-Hant": "人數"},
                HEADCOUNT,
                within="special",
            )
        ],
        phases=list(phases()),
    )


def phases() -> Iterator[Phase]:
    """Yield the phases of the notice, a gap and an overlap among them."""
    yield Phase(
        "publicity",
        {"en": "Publicity", "zh-Hans": "宣传发动", "zh-Hant": "宣傳發動"},
        "04-01",
        "05-31",
    )
    yield Phase(
        "special",
        {"en": "Special action", "zh-Hans": "专项行动", "zh-Hant": "專項行動"},
        "06-01",
        "12-31",
    )
    for number, (first, last) in enumerate(
        (("06-01", "07-30"), ("08-01", "09-15"), ("09-15", "11-30")), start=1
    ):
        chinese = f"第{'一二三'[number - 1]}次"
        label = {
            "en": f"Drive {number}",
            "zh-Hans": f"{chinese}行动",
            "zh-Hant": f"{chinese}行動",
        }
        yield Phase(f"drive-{number}", label, first, last, parent="special")
    yield Phase(
        "summary",
        {"en": "Review and awards", "zh-Hans": "总结表彰", "zh-Hant": "總結表彰"},
        "12-01",
        "03-30",
    )


def of_size(units: int) -> Subject:
    """Return a made-up campaign of so many counties, carried through every stage."""
    campaign = made_up(units)
    by_people, by_jobs = cc.weights.by_measure("people"), cc.weights.by_measure("jobs")
    allocations = {
        "A": cc.allocate(campaign, weights=by_people, target="headcount"),
        "B": cc.allocate(campaign, weights=by_jobs, target="headcount"),
        "C": cc.allocate(campaign, weights=cc.weights.equal, target="headcount"),
    }
    counties = allocations["A"]
    departments = cc.allocate(
        campaign, among="departments", weights=cc.weights.equal, target="headcount"
    )
    plan = cc.schedule(counties, over="special")
    simulation = cc.simulate(plan, seed=units, level=1.02, spread=0.35)
    tally = cc.tally(simulation.events, campaign, as_of=KNOWN, by="day", simulated=True)
    progress = cc.track(plan, tally, as_of=AS_OF, received=simulation.received)
    baseline = cc.Scenario(campaign=campaign, weights=by_people, target=HEADCOUNT)
    tried: dict[str, Sequence[object]] = {
        "total": [70_000, HEADCOUNT, 86_000],
        "weights": [by_people, by_jobs, cc.weights.equal],
    }
    return Subject(
        campaign=campaign,
        findings=cc.review(campaign),
        allocations=allocations,
        crossed=cc.cross(counties, departments, weights="margins"),
        progress=progress,
        previous=cc.track(plan, tally, as_of=BEFORE, received=simulation.received),
        forecast=cc.forecast(progress),
        comparison=cc.compare(counties, allocations["B"]),
        study=cc.explore(baseline, over=tried),
        tested=None,
    )


Drawn: TypeAlias = Callable[[Subject, Lang], Axes | None]


def one_unit(subject: Subject) -> str:
    """Return the unit with the largest share of the first allocation."""
    return str(next(iter(subject.allocations.values())).shares().idxmax())


CHARTS: dict[str, Drawn] = {
    "calendar": lambda one, lang: cc.charts.calendar(
        one.campaign, as_of=one.progress.as_of, findings=one.findings, lang=lang
    ),
    "annex": lambda one, lang: cc.charts.annex(one.crossed, lang=lang) if one.crossed else None,
    "ranking": lambda one, lang: cc.charts.ranking(one.progress, previous=one.previous, lang=lang),
    "bullet": lambda one, lang: cc.charts.bullet(one.progress, lang=lang),
    "burn_up": lambda one, lang: cc.charts.burn_up(one.progress, one.forecast, lang=lang),
    "multiples": lambda one, lang: cc.charts.multiples(one.progress, lang=lang),
    "bridge": lambda one, lang: cc.charts.bridge(one.progress, lang=lang),
    "completeness": lambda one, lang: (
        cc.charts.completeness(one.progress, lang=lang)
        if one.progress.received is not None
        else None
    ),
    "comparison": lambda one, lang: cc.charts.comparison(one.comparison, lang=lang),
    "fairness": lambda one, lang: cc.charts.fairness(one.allocations, lang=lang),
    "sensitivity": lambda one, lang: cc.charts.sensitivity(
        one.study, unit=one_unit(one), lang=lang
    ),
    "sensitivity-of-all": lambda one, lang: cc.charts.sensitivity(one.study, lang=lang),
    "back_test": lambda one, lang: (
        cc.charts.back_test(one.tested, lang=lang) if one.tested else None
    ),
}

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Gallery</title><style>
body{font-family:"Noto Sans CJK SC","Source Han Sans SC","Microsoft YaHei",sans-serif;
color:#1B2733;margin:2rem;line-height:1.5}
section{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:1rem;align-items:start}
figure{margin:0;border:1px solid #DDE3E9;padding:.5rem}img{width:100%;height:auto}
figcaption{color:#55626F;font-size:.85rem}h2{margin:2rem 0 .25rem}
</style></head><body><h1>Every chart, in three languages, on every case</h1>
{% for chart, pictures in charts.items() %}<h2>{{ chart }}</h2><section>
{% for picture in pictures %}<figure><a href="{{ picture }}"><img loading="lazy"
src="{{ picture }}" alt="{{ picture }}"></a><figcaption>{{ picture }}</figcaption></figure>
{% endfor %}</section>{% endfor %}</body></html>
"""


def draw(
    subject: Subject, case: str, out: Path, *, languages: tuple[Lang, ...] = LANGUAGES
) -> Iterator[Path]:
    """Draw every chart of a case in the languages and yield the files."""
    for name, chart in CHARTS.items():
        folder = out / name
        folder.mkdir(parents=True, exist_ok=True)
        for lang in languages:
            axes = chart(subject, lang)
            if axes is not None:
                path = folder / f"{case}-{lang}.png"
                figure_png(axes, path)
                yield path


def show(pictures: list[Path], out: Path) -> Path:
    """Write the page that shows the pictures, chart by chart, and return its path."""
    charts = {
        name: [str(path.relative_to(out)) for path in pictures if path.parent.name == name]
        for name in CHARTS
    }
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    page = out / "index.html"
    page.write_text(environment.from_string(PAGE).render(charts=charts), encoding="utf-8")
    return page


def main(out: Path) -> int:
    """Draw everything and say where it is."""

    def quiet(_: str) -> None:
        return None

    subjects: dict[str, Callable[[], Subject]] = {
        "hengyang": lambda: of_hengyang(hengyang.flow(quiet)),
        "us": lambda: of_united_states(us_vaccination_2021.flow(quiet)),
        **{f"{size:03d}-units": lambda size=size: of_size(size) for size in SIZES},  # type: ignore[misc]
    }
    pictures: list[Path] = []
    with tqdm(total=len(subjects), file=sys.stderr) as bar:
        for case, subject in subjects.items():
            bar.set_description(case)
            pictures += draw(subject(), case, out)
            bar.update()
    print(f"{len(pictures)} pictures; open {show(pictures, out)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path("out/gallery")))
