"""The notebooks of the repository as an analyst reads them: in JupyterLab, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.lab import Lab
from support.notebook_files import NOTEBOOKS, made_into_ipynb

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def made(lab: Lab) -> dict[str, Path]:
    """Give the .ipynb of each notebook in the Lab's folder."""
    return {path.stem: path for path in made_into_ipynb(NOTEBOOKS, lab.root)}


@pytest.mark.slow
@pytest.mark.parametrize("name", [path.stem for path in NOTEBOOKS])
def test_a_notebook_is_shown_without_an_error(name: str, lab: Lab, made: dict[str, Path]) -> None:
    """Every cell runs, nothing is written to the error stream, and each output is drawn."""
    with lab.opened(made[name]) as lab_page:
        lab_page.run_all()
        assert lab_page.errors() == []
        lab_page.whole()
        lab.keep(lab_page, name)
        pictures = lab_page.page.locator(".jp-OutputArea img")
        assert pictures.count() >= 1
        for picture in pictures.all():
            assert picture.evaluate("image => image.complete && image.naturalWidth > 100")


@pytest.mark.slow
def test_a_notebook_can_be_read_in_the_dark(lab: Lab, made: dict[str, Path]) -> None:
    """In the dark theme the words of tables and notes keep a contrast of 4.5 to 1."""
    with lab.opened(made[NOTEBOOKS[0].stem]) as lab_page:
        lab_page.darken()
        lab_page.run_all()
        lab_page.whole()
        lab.keep(lab_page, f"{NOTEBOOKS[0].stem}-dark")
        assert lab_page.least_contrast(".cc-result td, .cc-result th, .cc-note") >= 4.5
        assert lab_page.errors() == []
