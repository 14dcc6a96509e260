"""Small stand-ins for results, with the columns of the contract and figures made up on the spot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from types import SimpleNamespace

import attrs
import numpy as np
import pandas as pd

from coverage_campaign.messages import Translatable, message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.phases import Phase
from coverage_campaign.model.readings import Basis
from coverage_campaign.model.units import Unit
from coverage_campaign.progress.forecast.forecast import Forecast
from coverage_campaign.progress.progress import Progress
from coverage_campaign.progress.unit_progress import UnitProgress, by_rank, rows_of
from coverage_campaign.reporting.problems import ReportProblems
from coverage_campaign.reporting.result import Tally

HENGYANG = (
    ("430405", "珠晖区", "Zhuhui District"),
    ("430406", "雁峰区", "Yanfeng District"),
    ("430407", "石鼓区", "Shigu District"),
    ("430408", "蒸湘区", "Zhengxiang District"),
    ("430412", "南岳区", "Nanyue District"),
    ("430421", "衡阳县", "Hengyang County"),
    ("430422", "衡南县", "Hengnan County"),
    ("430423", "衡山县", "Hengshan County"),
    ("430424", "衡东县", "Hengdong County"),
    ("430426", "祁东县", "Qidong County"),
    ("430481", "耒阳市", "Leiyang City"),
    ("430482", "常宁市", "Changning City"),
)
HOSTILE = (
    "$x$ and $\\frac{1}{2}$",
    "_hidden",
    "<script>alert(1)</script>",
    "乡" * 300,
    "long words " * 30,
    "שלום עולם",
    "مرحبا بالعالم",
    "=cmd()|' /C calc'!A0",
    "two\nlines\tand a tab",
    "\u202eturned",
    "{0} {curly} %s %(x)s",
    "",
)

BASIS = Basis(
    title="Hengyang pension drive 2008",
    year=2008,
    suggested=("december = the special action runs to 31 December",),
    assumptions=("weights are the census of 2010",),
    simulated=True,
)
AS_OF = dt.date(2008, 9, 30)
FIRST = dt.date(2008, 6, 1)
LAST = dt.date(2008, 12, 31)


def named_units(units: int) -> tuple[tuple[str, str, str], ...]:
    """Return as many units, those of Hengyang first."""
    more = (
        (f"9{number:05d}", f"第{number}单位", f"Unit number {number}") for number in range(13, 999)
    )
    return (*HENGYANG, *more)[:units]


def campaign(named: tuple[tuple[str, str, str], ...] = HENGYANG) -> Campaign:
    """Return a campaign with the phases of the notice and these units (code, Chinese, English)."""
    return Campaign(
        code="drive",
        label={
            "en": "Pension coverage drive",
            "zh-Hans": "养老保险扩面专项行动",
            "zh-Hant": "養老保險擴面專項行動",
        },
        year=2008,
        units=[
            Unit(code=code, label={"zh-Hans": chinese, "en": english}, kind="county")
            for code, chinese, english in named
        ],
        phases=[
            Phase("publicity", {"en": "Publicity", "zh-Hans": "宣传发动"}, "04-01", "05-31"),
            Phase("special", {"en": "Special action", "zh-Hans": "专项行动"}, "06-01", "12-31"),
            *(
                Phase(
                    f"drive-{number}",
                    {"en": f"Drive {number}", "zh-Hans": f"第{'一二三'[number - 1]}次行动"},
                    first,
                    last,
                    parent="special",
                )
                for number, (first, last) in enumerate(
                    (("06-01", "07-30"), ("08-01", "09-15"), ("09-15", "11-30")), start=1
                )
            ),
            Phase("summary", {"en": "Review and awards", "zh-Hans": "总结表彰"}, "12-01", "03-30"),
        ],
    )


@attrs.frozen(eq=False)
class FakePlan:
    """The plan of June to December 2008."""

    campaign: Campaign
    days: np.ndarray = attrs.field(
        factory=lambda: np.arange("2008-06-01", "2009-01-01", dtype="datetime64[D]")
    )
    effort: tuple[int, ...] = tuple(range(1, 215))
    by: str = "month"


@attrs.frozen(eq=False)
class FakeProgress:
    """A progress over June to December 2008, as of 30 September."""

    frame: pd.DataFrame
    plan: FakePlan
    basis: Basis = BASIS
    as_of: dt.date = AS_OF
    notes: tuple[str, ...] = ()

    @property
    def __class__(self) -> type:  # type: ignore[override]
        """A progress, to those who ask."""
        return Progress

    @property
    def campaign(self) -> Campaign:
        """The campaign of the plan."""
        return self.plan.campaign

    @property
    def units(self) -> tuple[UnitProgress, ...]:
        """The units as typed rows, in the order of the frame."""
        labels = [self.campaign.unit(code).label for code in self.frame["unit"]]
        return self._rows(self.frame, labels)

    @property
    def ranking(self) -> tuple[UnitProgress, ...]:
        """The units in the order of their ranks."""
        return by_rank(self.units)

    @property
    def whole(self) -> UnitProgress:
        """All units together."""
        (row,) = self._rows(self.totals(), [message("Total")])
        return row

    @property
    def rows(self) -> SimpleNamespace:
        """What is reported: figures by month."""
        return SimpleNamespace(by="month", periods=self.campaign.periods("month"))

    def _rows(
        self, frame: pd.DataFrame, labels: Sequence[Translatable]
    ) -> tuple[UnitProgress, ...]:
        nobody = pd.array([None] * len(frame), dtype="Int64")
        counts = pd.DataFrame({"eligible": nobody, "covered": nobody})
        reasons = [None] * len(frame)
        return rows_of(frame, counts, labels=labels, reasons=reasons)

    def change_since(self, before: FakeProgress) -> pd.DataFrame:
        """Return the places won by each unit."""
        return self.frame[["unit"]].assign(moved=before.frame["rank"] - self.frame["rank"])

    @property
    def tally(self) -> Tally:
        """A tally without a row: nothing in it is odd."""
        frame = pd.DataFrame(
            {
                "unit": pd.Series(dtype="str"),
                "period": pd.Series(dtype="datetime64[s]"),
                "channel": pd.Series(dtype="str"),
                "persons": pd.Series(dtype="Int64"),
            }
        )
        return Tally(
            campaign=self.plan.campaign,
            frame=frame,
            as_of=None,
            by="month",
            basis=self.basis,
            problems=ReportProblems(),
            rows_in=0,
        )

    def notes_in(self, lang: str) -> tuple[str, ...]:
        """Return the remarks; these are the same in every language."""
        del lang
        return self.notes

    def to_frame(self) -> pd.DataFrame:
        """Return one row a unit."""
        return self.frame

    def totals(self) -> pd.DataFrame:
        """Return one row for the whole."""
        sums = self.frame[["target", "planned", "done", "new"]].sum(min_count=1)
        return complete_frame(
            pd.DataFrame(
                {
                    "unit": [""],
                    "name": ["Total"],
                    **{name: pd.array([sums[name]], dtype="Int64") for name in sums.index},
                }
            )
        )

    def series(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the ends of the months and the running totals on them, one column a unit."""
        days = np.array(
            ["2008-05-31", "2008-06-30", "2008-07-31", "2008-08-31", "2008-09-30"],
            dtype="datetime64[D]",
        )
        done = self.frame["done"].to_numpy(dtype=float, na_value=np.nan)
        return days, np.rint(np.outer([0, 0.18, 0.43, 0.7, 1], done))

    def history(self) -> pd.DataFrame:
        """Return one row a month to the end of the plan."""
        months = pd.date_range(FIRST, LAST, freq="MS")
        target = int(self.frame["target"].sum())
        days = np.cumsum([month.days_in_month for month in months])
        planned = [target * int(day) // int(days[-1]) for day in days]
        done = self.frame["done"].sum(min_count=1)
        reached = [None if pd.isna(done) else round(done * share) for share in (0.18, 0.43, 0.7, 1)]
        return pd.DataFrame(
            {
                "period": months,
                "planned_to_date": pd.array(planned, dtype="Int64"),
                "done_to_date": pd.array(reached + [None] * 3, dtype="Int64"),
            }
        )


def evolved(subject: FakeProgress, **changes: object) -> FakeProgress:
    """Return the stand-in with other parts; for attrs it is no progress of this kind."""
    parts = {field.name: getattr(subject, field.name) for field in attrs.fields(FakeProgress)}
    return FakeProgress(**{**parts, **changes})


def complete_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with the columns that follow from target, planned and done."""
    target, done, planned = (frame[name] for name in ("target", "done", "planned"))
    rate = (done.astype("Float64") / target.astype("Float64")).astype("Float64")
    plan_rate = (planned.astype("Float64") / target.astype("Float64")).astype("Float64")
    return frame.assign(
        completion_rate=rate,
        planned_rate=plan_rate,
        gap_points=100 * (rate - plan_rate),
        gap_persons=(done - planned).astype("Int64"),
        gap_days=pd.array([pd.NA] * len(frame), dtype="Float64"),
        shortfall=(target - done).clip(lower=0).astype("Int64"),
        required_per_day=((target - done).clip(lower=0) / 92).astype("Float64"),
        rank=rate.rank(ascending=False, method="min").astype("Int64"),
        reports_expected=pd.array([4] * len(frame), dtype="Int64"),
        reports_received=pd.array([4] * len(frame), dtype="Int64"),
        reports_on_time=pd.array([3] * len(frame), dtype="Int64"),
        complete=pd.array([True] * len(frame), dtype="boolean"),
        coverage_rate=pd.array([pd.NA] * len(frame), dtype="Float64"),
        status=[_status(*row) for row in zip(target, planned, done.astype(object), strict=True)],
    )


def _status(target: int, planned: int, done: object) -> str:
    if not isinstance(done, int):
        return "not_reported"
    if done >= target:
        return "reached"
    if done >= planned:
        return "on_plan"
    return "slightly_behind" if 20 * (planned - done) <= target else "behind"


def progress(
    units: int = 12,
    *,
    seed: int = 3,
    simulated: bool = True,
    named: tuple[str, ...] | None = None,
) -> FakeProgress:
    """Return a progress of so many units; one of them is beyond its target."""
    draws = np.random.default_rng(seed)
    target = draws.integers(700, 12_000, size=units)
    planned = (target * 122) // 214
    done = np.rint(target * draws.uniform(0.40, 0.78, size=units)).astype(int)
    done[0] = int(target[0] * 1.13)
    drawn = named_units(units)
    if named:
        drawn = tuple((f"u{number}", name, name) for number, name in enumerate(named))
    frame = pd.DataFrame(
        {
            "unit": [code for code, _, _ in drawn],
            "name": [english for _, _, english in drawn],
            "target": pd.array(target, dtype="Int64"),
            "planned": pd.array(planned, dtype="Int64"),
            "done": pd.array(done, dtype="Int64"),
            "new": pd.array(done // 4, dtype="Int64"),
        }
    )
    return FakeProgress(
        complete_frame(frame),
        FakePlan(campaign(drawn)),
        basis=attrs.evolve(BASIS, simulated=simulated),
    )


@attrs.frozen(eq=False)
class FakeForecast:
    """A forecast with a fan to the last day."""

    start: int
    end: int
    level: float = 0.8
    chance: float = 0.1
    notes: tuple[str, ...] = ("The shape assumed is damped.",)

    @property
    def __class__(self) -> type:  # type: ignore[override]
        """A forecast, to those who ask."""
        return Forecast

    def notes_in(self, lang: str) -> tuple[str, ...]:
        """Return the remarks; these are the same in every language."""
        del lang
        return self.notes

    def at(self, level: float) -> FakeForecast:
        """Return the same forecast at another level: this one's fan is always the same."""
        return FakeForecast(self.start, self.end, level, self.chance, self.notes)

    def set_aside(self) -> pd.DataFrame:
        """Return no figure: none is a slip."""
        return pd.DataFrame({"date": pd.Series(dtype="datetime64[s]")})

    def totals(self) -> pd.DataFrame:
        """Return the chance."""
        return pd.DataFrame({"chance": [self.chance]})

    def fan(self) -> pd.DataFrame:
        """Return one row a day from the as-of date."""
        dates = pd.date_range(AS_OF, LAST)
        share = np.linspace(0, 1, len(dates))
        expected = self.start + (self.end - self.start) * share
        return pd.DataFrame(
            {
                "date": dates,
                "expected": expected,
                "low": expected - 4_000 * np.sqrt(share),
                "high": expected + 4_300 * np.sqrt(share),
            }
        )
