"""Every chart, in every language, with 5, 12, 51 and 122 units, short names and long among them."""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

import matplotlib as mpl
import pytest
from matplotlib import _pylab_helpers

from support.chart_boxes import assert_readable, texts_of, words_of

EXAMPLES = Path(__file__).parents[2] / "examples"
LANGS = ("en", "zh", "zh-Hant")


@cache
def gallery() -> ModuleType:
    """Return the example that draws them all."""
    sys.path.insert(0, str(EXAMPLES))
    try:
        spec = importlib.util.spec_from_file_location("example_gallery", EXAMPLES / "gallery.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(EXAMPLES))
    return module


@cache
def subject(units: int):  # noqa: ANN201 - a class of the example
    """Return the made-up campaign of so many units, carried through every stage."""
    return gallery().of_size(units)


NAMES = (
    "calendar",
    "annex",
    "ranking",
    "bullet",
    "burn_up",
    "multiples",
    "bridge",
    "comparison",
    "completeness",
    "fairness",
    "sensitivity",
    "sensitivity-of-all",
)


@pytest.mark.slow
@pytest.mark.parametrize("units", [5, 12, 51, 122])
@pytest.mark.parametrize("chart", NAMES)
def test_no_text_overlaps_or_is_cut_off(chart: str, units: int) -> None:
    """Measured boxes keep apart; the language turns with the size, so that each is measured."""
    lang = LANGS[(units + len(chart)) % len(LANGS)]
    axes = gallery().CHARTS[chart](subject(units), lang)
    assert_readable(axes)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("chart", NAMES)
def test_every_language_is_measured_at_the_size_of_the_notice(chart: str, lang: str) -> None:
    """Twelve units, three of them with names of twenty letters and more."""
    assert_readable(gallery().CHARTS[chart](subject(12), lang))


def test_the_list_above_is_complete() -> None:
    """A chart that is added is measured too; the back-test needs reports of its own."""
    assert set(gallery().CHARTS) - {"back_test"} == set(NAMES)


@pytest.mark.parametrize("chart", ["ranking", "bullet", "annex", "comparison"])
def test_a_name_of_twenty_letters_stands_whole(chart: str) -> None:
    """Whoever may be punished can read that it is meant."""
    whole = "洞庭湖生态经济区城陵矶临港产业新区管委会"
    assert len(whole) == 20
    assert whole in words_of(gallery().CHARTS[chart](subject(12), "zh"))


@pytest.mark.parametrize("chart", NAMES)
def test_chinese_charts_speak_no_english(chart: str) -> None:
    """No sentence of the library is left in English: three Latin words in a row are one."""
    for lang in ("zh", "zh-Hant"):
        for text in texts_of(gallery().CHARTS[chart](subject(5), lang)):
            words = [part for part in text.get_text().split() if part.isascii() and part.isalpha()]
            assert len(words) < 3, text.get_text()


@pytest.mark.parametrize("chart", NAMES)
def test_traditional_charts_have_no_simplified_letter(chart: str) -> None:
    """Big5, the character set of traditional Chinese, has every letter but the names' own."""
    one = subject(12)
    # The departments of the notice are named in simplified letters only, and names are not turned.
    names = [unit.label.text("zh") for unit in one.campaign.leaves("departments")]
    signs = str.maketrans("", "", "−–…·↑↓→≥")
    for text in texts_of(gallery().CHARTS[chart](one, "zh-Hant")):
        words = text.get_text().translate(signs)
        if not any(words in name for name in names):
            assert words.encode("big5")


@pytest.mark.parametrize("chart", NAMES)
def test_pyplot_and_the_settings_are_left_alone(chart: str) -> None:
    """A chart makes a figure that pyplot does not know, and changes no setting of the session."""
    before = dict(mpl.rcParams)
    gallery().CHARTS[chart](subject(5), "zh")
    assert dict(mpl.rcParams) == before
    assert not _pylab_helpers.Gcf.figs


@pytest.mark.parametrize("chart", NAMES)
def test_a_chart_does_not_change_when_it_is_drawn_again(chart: str) -> None:
    """The same subject gives the same words in the same places."""
    one, two = (gallery().CHARTS[chart](subject(5), "en") for _ in range(2))
    assert [(text.get_text(), text.get_position()) for text in texts_of(one)] == [
        (text.get_text(), text.get_position()) for text in texts_of(two)
    ]
