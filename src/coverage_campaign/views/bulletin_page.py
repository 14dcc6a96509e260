"""The bulletin as a page of its own: escaped, without scripts, with its chart inside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from coverage_campaign.views import charts
from coverage_campaign.views.bulletin import shown
from coverage_campaign.views.save import inline_svg

if TYPE_CHECKING:
    from coverage_campaign.views.bulletin import Bulletin, BulletinRow

__all__ = ["page"]

_LINE = Markup(
    '<tr><td>{}</td><td class="t">{}</td><td>{}</td><td>{}</td><td>{}</td>'
    '<td>{}</td><td>{}</td><td class="{tone}">{}</td><td class="t">{}</td></tr>'
)


def page(bulletin: Bulletin) -> str:
    """Return the whole page as text."""
    environment = Environment(
        loader=PackageLoader("coverage_campaign.views", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    chart = charts.burn_up(bulletin.progress, lang=bulletin.lang)
    return environment.get_template("bulletin.html").render(
        bulletin=bulletin,
        words=bulletin.words,
        as_of=bulletin.definitions[1][1],
        simulated=bulletin.progress.basis.simulated,
        line=_line,
        # The chart escapes its own texts; it is drawn, not read from anywhere.
        chart=Markup(inline_svg(chart, label=bulletin.title)),  # noqa: S704 - see above
    )


def _line(row: BulletinRow) -> Markup:
    """Return one row; Markup.format escapes every value."""
    gap = row.standing.gap_points
    tone = "" if gap is None else ("behind" if gap < 0 else "ahead")
    return _LINE.format(*shown(row), tone=tone)
