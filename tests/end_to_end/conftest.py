"""One JupyterLab for all tests here, one chromium a module, a fresh page for each test.

While playwright is at work, a loop of asyncio runs in the main thread: it is put away at the end of
each module, or tests that come later would find a loop where a plain script has none.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.lab import Lab, chromium_path, lab_server, open_browser
from support.tally_cases import missing, need

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
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
def notebooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder that the JupyterLab serves."""
    return tmp_path_factory.mktemp("notebooks")


@pytest.fixture(scope="session")
def address(notebooks: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a JupyterLab with settings of its own."""
    need("jupyterlab")
    need("ipywidgets")
    with lab_server(notebooks, tmp_path_factory.mktemp("lab")) as started:
        yield started


@pytest.fixture(scope="module")
def lab(browser: Browser, address: str, notebooks: Path, screenshots: Path) -> Lab:
    """Give the JupyterLab as a browser sees it."""
    return Lab(browser, address, notebooks, screenshots)
