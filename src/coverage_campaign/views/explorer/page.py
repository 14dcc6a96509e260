"""What the explorer shows beside its controls, as escaped HTML: sentences, tables, the picture."""

from __future__ import annotations

import base64
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Final

import attrs
from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from coverage_campaign.allocation.apportionment import methods as apportion
from coverage_campaign.errors import CampaignError
from coverage_campaign.messages import Language, message
from coverage_campaign.views import charts
from coverage_campaign.views.explorer import phrases
from coverage_campaign.views.explorer.choices import Choices, influences_of
from coverage_campaign.views.explorer.table import month_rows, unit_frame, unit_grid
from coverage_campaign.views.export import png_bytes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from coverage_campaign.allocation.allocation import Allocation
    from coverage_campaign.scenarios.compare import Comparison
    from coverage_campaign.scenarios.scenario import Outcome

__all__ = [
    "code_html",
    "message_html",
    "months_html",
    "numbers_html",
    "picture_html",
    "who_changes",
]

_MOST_DRAWN: Final = 122
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


def numbers_html(
    before: Outcome,
    now: Outcome,
    compared: Comparison,
    *,
    choices: Choices,
    inputs: list[str],
    bounds: list[str],
    lang: Language,
) -> str:
    """Return what differs in sentences, the table of units, and what both rest on."""
    grid = unit_grid(unit_frame(before, now, compared), now, lang)
    lines = [
        message("Changed: {inputs}.", inputs=phrases.listed(inputs, lang)).text(lang)
        if inputs
        else phrases.SAME.text(lang),
        who_changes(compared, now, lang) if inputs else "",
        _weighed(now, choices, lang),
        message("Bounds: {bounds}.", bounds=phrases.listed(bounds, lang)).text(lang)
        if bounds
        else "",
    ]
    more = (
        [message("{n} more units are in explorer.to_frame().", n=grid.left_out).text(lang)]
        if grid.left_out
        else []
    )
    left_over = now.allocation.unallocated
    left = (
        [
            message("{n} persons cannot be allocated: every unit is at its cap.", n=left_over).text(
                lang
            )
        ]
        if left_over
        else []
    )
    last = now.progress or now.plan or now.allocation
    return _template("units.html").render(
        lines=[line for line in lines if line],
        columns=grid.columns,
        rows=grid.rows,
        notes=[
            *more,
            *left,
            *_ties(now.allocation, lang),
            *last.basis.lines(lang),
        ],
    )


def months_html(before: Outcome, now: Outcome, *, lang: Language) -> str:
    """Return the table of what is planned by month; '' where it does not differ."""
    rows = month_rows(before, now, lang)
    columns = (phrases.MONTH, phrases.BASELINE, phrases.NOW, phrases.CHANGE)
    if not rows:
        return ""
    return _template("months.html").render(columns=[one.text(lang) for one in columns], rows=rows)


def who_changes(compared: Comparison, now: Outcome, lang: Language) -> str:
    """Return in one sentence for how many units shares change, and for whom most."""
    frame = compared.to_frame()
    shares = frame[frame["quantity"] == "share"]
    if shares.empty:
        return phrases.UNCHANGED.text(lang)
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
    return message("Allocated by: {weights}.", weights=phrases.listed(shown, lang)).text(lang)


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
        return _note(phrases.LONG_CODE.text(lang))
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
    """Return the chosen picture with its text in words, or a sentence in its place.

    Where nothing differs there is no picture of what does, and '' is returned.
    """
    try:
        if kind == "comparison" and not compared.inputs:
            return ""
        words = _in_place_of_a_picture(kind, compared, lang)
        return _note(words) if words else _image(_drawn(kind, before, now, compared, lang))
    except CampaignError as error:  # such as a campaign without the figures that a chart needs
        return _note(message("No picture: {reason}", reason=str(error)).text(lang))


def _in_place_of_a_picture(kind: str, compared: Comparison, lang: Language) -> str:
    if kind != "comparison":
        return ""
    frame = compared.to_frame()
    units = frame.loc[frame["quantity"] == "share", "unit"].nunique()
    if not units:
        return phrases.UNCHANGED.text(lang)
    return (
        message(
            "{n} units differ; a picture holds {most}. The table and explorer.to_frame() have all.",
            n=units,
            most=_MOST_DRAWN,
        ).text(lang)
        if units > _MOST_DRAWN
        else ""
    )


def _drawn(kind: str, before: Outcome, now: Outcome, compared: Comparison, lang: Language) -> Axes:
    if kind == "fairness":
        names = (phrases.BASELINE.text(lang), phrases.NOW.text(lang))
        both = dict(zip(names, (before.allocation, now.allocation), strict=True))
        return charts.fairness(both if compared.inputs else now.allocation, lang=lang)
    # The inputs that differ stand above the table, in the reader's language.
    return charts.comparison(attrs.evolve(compared, changes=()), quantity="share", lang=lang)


def _image(axes: Axes) -> str:
    picture = base64.b64encode(png_bytes(axes, dpi=_DPI)).decode("ascii")
    figure = axes.get_figure(root=True)
    width = 0 if figure is None else round(96 * figure.get_size_inches()[0])
    return (
        f'<img class="cc-x-picture" alt="{escape(str(axes.get_label()), quote=True)}"'
        f' style="width:{width}px;max-width:100%" src="data:image/png;base64,{picture}">'
    )


def _note(words: str) -> str:
    return f'<div class="cc-x-note cc-x-picture" style="padding:2em">{escape(words)}</div>'
