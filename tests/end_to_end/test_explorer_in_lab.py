"""The explorer as its reader has it: JupyterLab in a real browser, moved by keyboard."""

from __future__ import annotations

import pytest

from support.lab import Lab, save_notebook

pytestmark = pytest.mark.real

HENGYANG = """
import coverage_campaign as cc

campaign = cc.load_case("hengyang", year=2008)
scenario = cc.Scenario(campaign=campaign, weights=cc.weights.by_measure("census_2000"))
explorer = cc.explorer(scenario, lang="zh")
explorer
"""
HOSTILE = """
import sys

sys.path.insert(0, {tests!r})
import coverage_campaign as cc
from support.campaigns import tiny
from coverage_campaign.model.units import Unit

name = "<img src=x onerror=window.taken=1><script>window.taken=1</script>{{{{7*7}}}}$x$"
campaign = tiny().with_part(
    Unit("a", {{"en": name}}, "county", parent="city", counts={{"eligible": 500, "covered": 350}})
)
explorer = cc.explorer(cc.Scenario(campaign=campaign, weights=cc.weights.eligible, over="drive"))
explorer.total.value = 130
explorer.unit.value, explorer.floor.value = "a", "70"
explorer
"""
TABLE, LINES = ".cc-x-units", ".cc-x-lines"
PICTURE, MESSAGE = "img.cc-x-picture", ".cc-x-message"


@pytest.mark.slow
def test_the_explorer_follows_the_keyboard(lab: Lab) -> None:
    """Keys on the sliders move table, picture and the kernel's scenario; reset undoes it all."""
    notebook = save_notebook(lab.root / "explorer.ipynb", [HENGYANG])
    with lab.opened(notebook) as lab_page:
        lab_page.run_all()
        lab_page.wait_for_text(TABLE, "76,000")
        lab.keep(lab_page, "explorer-start")

        lab_page.press("总任务（人）", "ArrowRight", times=10)
        lab_page.wait_for_text(TABLE, "86,000")
        first = lab_page.page.locator(PICTURE).get_attribute("src")
        assert "任务数" in str(lab_page.page.locator(PICTURE).get_attribute("alt"))
        assert lab_page.holds("explorer.allocation.total == 86_000")

        lab_page.press("2010年常住人口", "ArrowRight", times=60)
        lab_page.wait_for_text(LINES, "37.5%")
        lab_page.control("取整方法").locator("select").select_option("亚当斯法")
        lab_page.wait_for_text(LINES, "亚当斯法")
        second = lab_page.page.locator(PICTURE).get_attribute("src")
        assert second != first
        assert lab_page.holds("explorer.scenario.method is cc.apportion.adams")
        # Moves come in several threads: what stands at the end is of one state.
        lab_page.page.wait_for_timeout(1_000)
        assert "37.5%" in lab_page.text_of(LINES)
        shown = str(lab_page.page.locator(PICTURE).get_attribute("src"))
        assert lab_page.holds(f"{shown[-200:]!r} in explorer._picture.value")
        lab.keep(lab_page, "explorer-moved")

        lab_page.page.get_by_role("button", name="恢复基准").click()
        lab_page.wait_for_text(LINES, "尚无变化")
        assert "尚无变化" in str(lab_page.page.locator(PICTURE).get_attribute("alt"))
        assert lab_page.holds("explorer.scenario == scenario")
        assert lab_page.errors() == []


@pytest.mark.slow
def test_it_fits_a_small_screen_and_nothing_jumps(lab: Lab) -> None:
    """At 1366 by 768 picture and table are in sight, and stay where they are when a share moves.

    On a phone nothing is cut off, and every control that is typed into has a name to be read out.
    """
    notebook = save_notebook(lab.root / "small-screen.ipynb", [HENGYANG])
    with lab.opened(notebook) as lab_page:
        page = lab_page.page
        page.set_viewport_size({"width": 1366, "height": 768})
        lab_page.run_all()
        lab_page.wait_for_text(TABLE, "76,000")
        page.wait_for_function("() => document.querySelector('img.cc-x-picture')?.complete")
        before = [page.locator(part).bounding_box() for part in (PICTURE, TABLE)]
        lab.keep(lab_page, "explorer-1366-start")
        page.get_by_role("spinbutton", name="总任务（人）").fill("90000")
        page.keyboard.press("Tab")
        lab_page.wait_for_text(TABLE, "90,000")
        after = [page.locator(part).bounding_box() for part in (PICTURE, TABLE)]
        lab.keep(lab_page, "explorer-1366-moved")
        for old, new in zip(before, after, strict=True):
            assert old is not None
            assert new is not None
            assert (old["x"], old["y"]) == (new["x"], new["y"])
            assert old["y"] + 0.9 * old["height"] < 768
        assert page.get_by_role("spinbutton", name="平均").count() == 1
        assert page.get_by_role("combobox", name="取整方法").count() == 1
        assert page.get_by_role("textbox", name="不少于").count() == 1
        page.set_viewport_size({"width": 390, "height": 844})
        page.wait_for_timeout(400)
        lab.keep(lab_page, "explorer-390")
        output = page.locator(".jp-OutputArea-output").first.bounding_box()
        assert output is not None
        for box in [one.bounding_box() for one in page.locator(".widget-dropdown").all()]:
            assert box is not None
            assert box["x"] + box["width"] <= output["x"] + output["width"] + 1


@pytest.mark.slow
def test_what_is_not_possible_is_said_in_the_page(lab: Lab) -> None:
    """Without any weight the explorer says so and the table stays as it was."""
    notebook = save_notebook(lab.root / "impossible.ipynb", [HENGYANG])
    with lab.opened(notebook) as lab_page:
        lab_page.run_all()
        lab_page.wait_for_text(TABLE, "76,000")
        before = lab_page.text_of(TABLE)
        lab_page.press("2000年常住人口", "Home")
        lab_page.wait_for_text(MESSAGE, "权重均为0")
        assert lab_page.text_of(TABLE) == before
        lab.keep(lab_page, "explorer-impossible")
        assert lab_page.errors() == []


@pytest.mark.slow
def test_hostile_names_are_text_in_the_page(lab: Lab) -> None:
    """A name that is markup, script or a formula is read as it stands and does nothing."""
    tests = str(__file__).rsplit("end_to_end", maxsplit=1)[0]
    notebook = save_notebook(lab.root / "hostile.ipynb", [HOSTILE.format(tests=tests)])
    with lab.opened(notebook) as lab_page:
        lab_page.run_all()
        lab_page.wait_for_text(TABLE, "130")
        assert "<img src=x onerror=window.taken=1><script>" in lab_page.text_of(TABLE)
        assert lab_page.page.evaluate("() => window.taken") is None
        lab.keep(lab_page, "explorer-hostile")
        assert lab_page.errors() == []
