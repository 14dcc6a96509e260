"""A JupyterLab of our own and Debian's chromium in front of it, for tests of what people see."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

__all__ = ["Lab", "LabPage", "chromium_path", "lab_server", "open_browser", "save_notebook"]

_START_SECONDS: Final = 60
_CELL_MILLISECONDS: Final = 60_000
_TALLEST: Final = 14_000
_SETTINGS: Final[dict[str, dict[str, object]]] = {
    # No pop-up over the page, and no look into the network.
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    # Every cell is drawn, those too that are out of sight.
    "notebook-extension/tracker": {"windowingMode": "none"},
}
# The icon says idle before the kernel is connected: only both together mean that it listens.
_READY: Final = """() => {
  const context = window.jupyterapp?.shell?.currentWidget?.context?.sessionContext;
  return context?.isReady && context.session?.kernel?.connectionStatus === 'connected'
    && context.session.kernel.status === 'idle';
}"""
_DARK: Final = "JupyterLab Dark"
_CONTRAST: Final = """selector => {
  const parts = text => text.match(/[0-9.]+/g).map(Number);
  const light = ([red, green, blue]) => [red, green, blue]
    .map(value => value / 255)
    .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
    .reduce((sum, value, place) => sum + value * [0.2126, 0.7152, 0.0722][place], 0);
  const ground = element => {
    for (let one = element; one; one = one.parentElement) {
      const colour = parts(getComputedStyle(one).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const ratios = [...document.querySelectorAll(selector)].map(element => {
    const under = ground(element), [red, green, blue, alpha = 1] = parts(
      getComputedStyle(element).color);
    const over = [red, green, blue].map((value, place) =>
      alpha * value + (1 - alpha) * under[place]);
    const pair = [over, under].map(light);
    return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
  });
  return ratios.length ? Math.min(...ratios) : 0;
}"""


def chromium_path() -> str | None:
    """Return where Debian's chromium is, or None."""
    return shutil.which("chromium")


def save_notebook(path: Path, cells: Sequence[str]) -> Path:
    """Write a notebook of code cells."""
    made = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"cell-{number}",
            "metadata": {},
            "outputs": [],
            "source": source,
        }
        for number, source in enumerate(cells)
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    whole = {"cells": made, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(whole), encoding="utf-8")
    return path


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def _own_folders(own: Path) -> dict[str, str]:
    """Return an environment in which nothing of the user's settings is read or written."""
    names = (
        *("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"),
        *("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR"),
    )
    folders = {name: str(own / name.lower()) for name in names}
    for folder in folders.values():
        Path(folder).mkdir(parents=True)
    settings = Path(folders["JUPYTERLAB_SETTINGS_DIR"]) / "@jupyterlab"
    for name, values in _SETTINGS.items():
        (settings / name).parent.mkdir(parents=True, exist_ok=True)
        (settings / f"{name}.jupyterlab-settings").write_text(json.dumps(values), encoding="utf-8")
    return folders


@contextmanager
def lab_server(root: Path, own: Path) -> Iterator[str]:
    """Run a JupyterLab over the folder `root`, keep what is its own in `own`; give its address."""
    port = _free_port()
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        *("--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"),
        *("--IdentityProvider.token=", "--LabApp.expose_app_in_browser=True"),
        f"--ServerApp.root_dir={root}",
    ]
    environment = os.environ | _own_folders(own)
    with (own / "lab.log").open("wb") as log:
        server = subprocess.Popen(  # noqa: S603 - our own interpreter
            command, env=environment, cwd=root, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(address, server, own / "lab.log")
            yield address
        finally:
            server.terminate()
            try:
                server.wait(timeout=10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/api", timeout=2):  # noqa: S310 - our own server
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start: {log.read_text(encoding='utf-8')[-2000:]}")


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Run Debian's chromium without a screen."""
    from playwright.sync_api import sync_playwright  # an extra: only these tests need it

    quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    arguments = [
        "--headless",
        "--no-sandbox",
        *quiet,
        "--disable-component-update",
        "--disable-sync",
    ]
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium_path(), args=arguments)
        try:
            yield browser
        finally:
            browser.close()


@attrs.frozen
class Lab:
    """A running JupyterLab, the browser before it, its notebooks and where pictures are kept."""

    browser: Browser
    address: str
    root: Path
    screenshots: Path

    @contextmanager
    def opened(self, notebook: Path) -> Iterator[LabPage]:
        """Open a notebook of `root` in a page of its own; a mistake of the page fails the test."""
        context = self.browser.new_context(viewport={"width": 1240, "height": 1000})
        try:
            place = notebook.relative_to(self.root).as_posix()
            page = LabPage(context.new_page(), f"{self.address}/doc/tree/{place}")
            yield page
            assert page.mistakes == []
        finally:
            context.close()

    def keep(self, page: LabPage, name: str) -> None:
        """Keep a picture of the page as it is seen now."""
        page.page.screenshot(path=self.screenshots / f"{name}.png")


class LabPage:
    """One notebook in Lab, as its reader has it before them."""

    def __init__(self, page: Page, address: str) -> None:
        """Open the notebook at an address and wait for its kernel."""
        self.page = page
        self.mistakes: list[str] = []
        page.on("pageerror", lambda error: self.mistakes.append(str(error)))
        page.goto(address)
        page.wait_for_selector(".jp-NotebookPanel", timeout=_CELL_MILLISECONDS)
        self.settle()

    def settle(self) -> None:
        """Wait until the kernel is connected and has nothing to do."""
        self.page.wait_for_function(_READY, timeout=_CELL_MILLISECONDS)

    def darken(self) -> None:
        """Put on the dark theme."""
        change = (
            "name => window.jupyterapp.commands.execute('apputils:change-theme', {theme: name})"
        )
        self.page.evaluate(change, _DARK)
        self.page.wait_for_selector('body[data-jp-theme-light="false"]', state="attached")

    def run_all(self) -> None:
        """Run every cell, to the end."""
        self.page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
        self.settle()

    def errors(self) -> list[str]:
        """Return what cells ended in, where it was an error."""
        read = """() => window.jupyterapp.shell.currentWidget.content.widgets
          .filter(cell => cell.model.type === 'code')
          .flatMap(cell => cell.model.outputs.toJSON())
          .filter(output => output.output_type === 'error' || output.name === 'stderr')
          .map(output => output.evalue || output.text)"""
        found: list[str] = self.page.evaluate(read)
        return found

    def whole(self) -> None:
        """Make the window as tall as the notebook, so that nothing of it is left undrawn."""
        top = "() => { document.querySelector('.jp-WindowedPanel-outer').scrollTop = 0; }"
        end = (
            "() => [...document.querySelectorAll('.jp-Cell')].at(-1).getBoundingClientRect().bottom"
        )
        self.page.evaluate(top)
        height = int(self.page.evaluate(end)) + 60
        self.page.set_viewport_size({"width": 1240, "height": min(height, _TALLEST)})
        self.page.evaluate(top)
        self.page.wait_for_timeout(400)

    def control(self, label: str) -> Locator:
        """Return the control that has exactly this label."""
        words = self.page.locator(
            "label.widget-label", has_text=re.compile(f"^{re.escape(label)}$")
        )
        return self.page.locator(".widget-inline-hbox").filter(has=words)

    def press(self, label: str, key: str, times: int = 1) -> None:
        """Press a key so many times on a slider's handle: exact, as dragging is not."""
        row = self.page.locator(".widget-hbox").filter(has=self.control(label))
        handle = row.locator(".noUi-handle")
        handle.focus()
        for _ in range(times):
            handle.press(key)

    def text_of(self, selector: str) -> str:
        """Return the text of the first element that is found."""
        return self.page.locator(selector).first.inner_text()

    def wait_for_text(self, selector: str, text: str) -> None:
        """Wait until the first element that is found has a text in it."""
        script = "([selector, text]) => document.querySelector(selector)?.innerText.includes(text)"
        self.page.wait_for_function(script, arg=[selector, text], timeout=_CELL_MILLISECONDS)

    def holds(self, statement: str) -> bool:
        """Tell whether an assertion holds in the kernel."""
        script = """code => window.jupyterapp.shell.currentWidget.context.sessionContext.session
          .kernel.requestExecute({code}).done.then(reply => reply.content.status)"""
        status: str = self.page.evaluate(script, f"assert {statement}")
        return status == "ok"

    def least_contrast(self, selector: str) -> float:
        """Return the least contrast (WCAG 2.2) of words to the ground behind them."""
        found: float = self.page.evaluate(_CONTRAST, selector)
        return found
