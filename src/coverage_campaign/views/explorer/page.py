"""What the explorer shows beside its controls, as escaped HTML: sentences, tables, the picture."""

from __future__ import annotations

import base64
from collections.abc import Collection
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Final

import attrs
import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from coverage_campaign.allocation.apportionment import methods as apportion
from coverage_campaign.errors import CampaignError
from coverage_campaign.messages import Language, message
from coverage_campaign.messages.formats import count, month, signed
from coverage_campaign.views import charts
from coverage_campaign.views.explorer.choices import (
    BASELINE,
    CHANGE,
    NOW,
    SAME,
    UNCHANGED,
    UNIT,
    Choices,
    influences_of,
    listed,
)
from coverage_campaign.views.export import png_bytes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from coverage_campaign.allocation.allocation import Allocation
    from coverage_campaign.scenarios.compare import Comparison
    from coverage_campaign.scenarios.scenario import Outcome

__all__ = [
    "code_html",
    "lines_html",
    "message_html",
    "months_html",
    "numbers_html",
    "picture_html",
    "who_changes",
]

_DPI: Final = 120
_TENTHS: Final = 1000
_MOST_CODE: Final = 20_000


@cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=PackageLoader("coverage_campaign.views.explorer", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    return environment.get_template(name)


def lines_html(
    compared: Comparison,
    now: Outcome,
    *,
    choices: Choices,
    inputs: list[str],
    bounds: list[str],
    lang: Language,
) -> str:
    """Return in sentences what differs, for whom, and by what is allocated."""
    lines = [
        message("Changed: {inputs}.", inputs=listed(inputs, lang)).text(lang)
        if inputs
        else SAME.text(lang),
        who_changes(compared, now, lang) if inputs else "",
        _weighed(now, choices, lang),
        message("Bounds: {bounds}.", bounds=listed(bounds, lang)).text(lang) if bounds else "",
    ]
    return _template("lines.html").render(lines=[line for line in lines if line])


def numbers_html(
    before: Outcome,
    now: Outcome,
    compared: Comparison,
    *,
    found: Collection[str],
    lang: Language,
) -> str:
    """Return the table of the units that are found, the total of all, and what both rest on."""
    grid = unit_grid(unit_frame(before, now, compared), now, found, lang)
    left_over = now.allocation.unallocated
    notes = []
    if grid.left_out:
        words = message("{n} more units are in explorer.to_frame().", n=grid.left_out)
        notes.append(words.text(lang))
    if left_over:
        words = message("{n} persons cannot be allocated: every unit is at its cap.", n=left_over)
        notes.append(words.text(lang))
    last = now.progress or now.plan or now.allocation
    return _template("units.html").render(
        columns=grid.columns,
        rows=grid.rows,
        label=UNIT.text(lang),
        notes=[*notes, *_ties(now.allocation, lang), *last.basis.lines(lang)],
    )


def months_html(before: Outcome, now: Outcome, *, lang: Language) -> str:
    """Return the table of what is planned by month; '' where it does not differ."""
    rows = month_rows(before, now, lang)
    columns = (message("Month"), BASELINE, NOW, CHANGE)
    if not rows:
        return ""
    return _template("months.html").render(columns=[one.text(lang) for one in columns], rows=rows)


def who_changes(compared: Comparison, now: Outcome, lang: Language) -> str:
    """Return in one sentence for how many units shares change, and for whom most."""
    frame = compared.to_frame()
    shares = frame[frame["quantity"] == "share"]
    if shares.empty:
        return UNCHANGED.text(lang)
    largest = shares.iloc[0]
    return message(
        "{more} {more:plural unit gets|units get} more, {less} {less:plural gets|get} less, {same}"
        " the same. Most of all: {unit} ({change:signed 0}).",
        more=int((shares["change"] > 0).sum()),
        less=int((shares["change"] < 0).sum()),
        same=len(now.allocation.shares()) - len(shares),
        unit=now.scenario.campaign.unit(str(largest["unit"])).label,
        change=int(largest["change"]),
    ).text(lang)


def _weighed(now: Outcome, choices: Choices, lang: Language) -> str:
    """Return the parts of the weights in percent, to a tenth; they add up to 100."""
    parts = influences_of(now.scenario.weights, choices.weightings)
    if not parts:
        return ""
    tenths = apportion.hamilton(_TENTHS, list(parts.values())).tolist()
    shown = (
        f"{choices.weighting_label(code, lang)} {value / 10:.1f}%"
        for code, value in zip(parts, tenths, strict=True)
    )
    return message("Allocated by: {weights}.", weights=listed(shown, lang)).text(lang)


def _ties(allocation: Allocation, lang: Language) -> list[str]:
    def names(codes: tuple[str, ...]) -> str:
        return ", ".join(allocation.campaign.unit(code).label.text(lang) for code in codes)

    return [
        message(
            "Equal claims: {units} compete for {n} persons; {winners} get them.",
            units=names(tie.units),
            n=tie.seats,
            winners=names(tie.winners),
        ).text(lang)
        for tie in allocation.ties
    ]


def code_html(code: str, lang: Language) -> str:
    """Return code as it is typed, or where to find it if it is too long to be read."""
    if len(code) > _MOST_CODE:
        return _note(message("The code is long: print(explorer.to_code()).").text(lang))
    return f'<pre class="cc-x-code" style="white-space:pre-wrap">{escape(code)}</pre>'


def message_html(message: str) -> str:
    """Return a message that is read out as soon as it appears; '' where there is none."""
    if not message:
        return '<div role="status"></div>'
    colours = "background:#FFF6DF;color:#8A5B00;border-left:4px solid #F0B429"
    style = f"{colours};padding:6px 10px;line-height:1.4;max-width:60em;white-space:pre-line"
    return f'<div role="status" class="cc-x-message" style="{style}">{escape(message)}</div>'


def picture_html(
    kind: str, before: Outcome, now: Outcome, compared: Comparison, *, lang: Language
) -> str:
    """Return the chosen picture with its text in words, or why there is none."""
    try:
        return _image(_drawn(kind, before, now, compared, lang))
    except CampaignError as error:  # such as a campaign without the figures that a chart needs
        return _note(message("No picture: {reason}", reason=str(error)).text(lang))


def _drawn(kind: str, before: Outcome, now: Outcome, compared: Comparison, lang: Language) -> Axes:
    if kind == "fairness":
        names = (BASELINE.text(lang), NOW.text(lang))
        both = dict(zip(names, (before.allocation, now.allocation), strict=True))
        shown = both if compared.inputs else now.allocation
        return charts.fairness(shown, lang=lang, notes=False)
    # Every unit has its line, also where nothing changes, so that no picture is smaller than the
    # last. The inputs that differ stand above the table, in the reader's language.
    every = unit_frame(before, now, compared).assign(quantity="share")
    every = every.rename(columns={"baseline": "before", "now": "after"})
    whole = attrs.evolve(compared, changes=(), frame=every)
    title = None if compared.inputs else SAME.text(lang).rstrip(".。")
    return charts.comparison(whole, quantity="share", lang=lang, title=title, notes=False)


def _image(axes: Axes) -> str:
    """Return a picture in a box that keeps its height, whatever the picture's is."""
    picture = base64.b64encode(png_bytes(axes, dpi=_DPI)).decode("ascii")
    return (
        f'<img class="cc-x-picture" alt="{escape(str(axes.get_label()), quote=True)}"'
        ' style="width:100%;height:28em;object-fit:contain;object-position:left top"'
        f' src="data:image/png;base64,{picture}">'
    )


def _note(words: str) -> str:
    return f'<div class="cc-x-note cc-x-picture" style="padding:2em">{escape(words)}</div>'


# -- rows -----------------------------------------------------------------------------------------

_MOST_ROWS: Final = 200


@attrs.frozen
class _UnitTable:
    """Columns with their kind (text, count or change), rows of text, and how many are left out."""

    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, ...], ...]
    left_out: int


def unit_frame(before: Outcome, now: Outcome, compared: Comparison) -> pd.DataFrame:
    """Return one row per leaf: unit, name, baseline, now, change, uplifted [persons], and more.

    `change` is <NA> where nothing changed. Where there are reports: done, gap_baseline and gap_now
    (done - planned).
    """
    leaves = now.allocation.shares().index
    changes = compared.to_frame().query("quantity == 'share'").set_index("unit")["change"]
    current = now.allocation.to_frame().set_index("unit").loc[leaves]
    frame = current[["name"]].assign(
        baseline=before.allocation.shares().astype("Int64"),
        now=current["share"],
        change=changes.reindex(leaves).astype("Int64"),
        uplifted=current["uplifted"],
    )
    if before.progress is not None and now.progress is not None:
        old, new = (
            progress.to_frame().set_index("unit").loc[leaves]
            for progress in (before.progress, now.progress)
        )
        frame = frame.assign(
            done=new["done"], gap_baseline=old["gap_persons"], gap_now=new["gap_persons"]
        )
    return frame.reset_index()


def unit_grid(
    frame: pd.DataFrame, outcome: Outcome, found: Collection[str], lang: Language
) -> _UnitTable:
    """Return the rows of the units that are found, and the total of all units last."""
    campaign = outcome.scenario.campaign
    names = {unit.code: unit.label.text(lang) for unit in campaign.members(outcome.scenario.among)}
    remarks = _remarks(outcome.allocation, lang)
    columns = [
        ("unit", UNIT.text(lang), "text"),
        ("baseline", BASELINE.text(lang), "count"),
        ("now", NOW.text(lang), "count"),
        ("change", CHANGE.text(lang), "change"),
    ]
    if not frame["uplifted"].equals(frame["now"]):
        columns.append(("uplifted", message("With uplift").text(lang), "count"))
    if "done" in frame:
        gap = message("Ahead or behind").text(lang)
        columns += [
            ("done", message("Done").text(lang), "count"),
            ("gap_baseline", f"{gap}: {BASELINE.text(lang)}", "change"),
            ("gap_now", f"{gap}: {NOW.text(lang)}", "change"),
        ]
    if remarks:
        columns.append(("remark", message("Remark").text(lang), "text"))
    chosen = frame[frame["unit"].isin(found)]
    shown = chosen.head(_MOST_ROWS).to_dict("records")
    whole = frame.drop(columns=["unit", "name"]).sum(min_count=1).to_dict()
    rows = [
        {**row, "unit": names[row["unit"]], "remark": remarks.get(row["unit"], "")} for row in shown
    ] + [{**whole, "unit": message("Total").text(lang), "remark": ""}]
    return _UnitTable(
        columns=tuple((title, kind) for _, title, kind in columns),
        rows=tuple(tuple(_cell(row[key], kind) for key, _, kind in columns) for row in rows),
        left_out=len(chosen) - len(shown),
    )


def _cell(value: object, kind: str) -> str:
    if kind == "text":
        return str(value)
    persons = value if isinstance(value, int) else None
    if kind == "count":
        return count(persons)
    return signed(persons, digits=0) if persons else ""  # no change: the eye finds what moves


def _remarks(allocation: Allocation, lang: Language) -> dict[str, str]:
    tied = {unit for tie in allocation.ties for unit in tie.units}
    remarks: dict[str, str] = {}
    for row in allocation.to_frame().to_dict("records"):
        words = [message("tied")] if row["unit"] in tied else []
        if row["pinned"]:
            words.append(message("pinned"))
        elif _at(row["share"], row["floor"]):
            words.append(message("at its floor"))
        elif _at(row["share"], row["cap"]):
            words.append(message("at its cap"))
        if words:
            remarks[str(row["unit"])] = ", ".join(one.text(lang) for one in words)
    return remarks


def _at(share: object, bound: object) -> bool:
    return isinstance(bound, int) and share == bound


def month_rows(
    before: Outcome, now: Outcome, lang: Language
) -> tuple[tuple[str, str, str, str], ...]:
    """Return what is planned for each period in the baseline and now; () where nothing differs."""
    if before.plan is None or now.plan is None:
        return ()
    both = [
        plan.totals().groupby("period", sort=True)["planned"].sum()
        for plan in (before.plan, now.plan)
    ]
    table = pd.DataFrame({"before": both[0], "now": both[1]}).astype("Int64")
    if now.plan.by != "month" or table["before"].equals(table["now"]):
        return ()
    return tuple(
        (
            f"{month(period.date(), lang)} {period.year}"
            if lang == "en"
            else f"{period.year}年{month(period.date(), lang)}",
            count(old),
            count(new),
            _cell(int(new - old), "change"),
        )
        for period, old, new in table.itertuples()
    )
