"""One JupyterLab and one chromium for all tests here, a fresh page for each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from browser.lab import Lab, chromium_path, lab_server, open_browser
from tally_cases import missing, need

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Give the browser, or say what is missing."""
    need("playwright")
    if chromium_path() is None:
        missing("chromium (Debian's package)")
    with open_browser() as opened:
        yield opened


@pytest.fixture(scope="session")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of the pictures: COVERAGE_CAMPAIGN_SCREENSHOTS, or one of this run."""
    kept = os.environ.get("COVERAGE_CAMPAIGN_SCREENSHOTS")
    folder = Path(kept) if kept else tmp_path_factory.mktemp("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def lab(
    browser: Browser, screenshots: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Lab]:
    """Give a JupyterLab with a folder of its own for notebooks."""
    need("jupyterlab")
    need("ipywidgets")
    root, own = tmp_path_factory.mktemp("notebooks"), tmp_path_factory.mktemp("lab")
    with lab_server(root, own) as address:
        yield Lab(browser, address, root, screenshots)
