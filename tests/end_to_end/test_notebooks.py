"""Notebooks are written for people and must run as they stand."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from support.notebook_files import NOTEBOOKS, ROOT, made_into_ipynb


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_as_a_script(notebook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every cell runs, in order, with warnings as errors."""
    monkeypatch.chdir(ROOT)
    runpy.run_path(str(notebook))


@pytest.mark.slow
def test_the_notebooks_run_in_a_kernel(tmp_path: Path) -> None:
    """The .ipynb made from each runs in a Jupyter kernel without an error output."""
    made = made_into_ipynb(NOTEBOOKS, tmp_path)
    own = {"JUPYTER_RUNTIME_DIR": str(tmp_path), "IPYTHONDIR": str(tmp_path / "ipython")}
    nbmake = [sys.executable, "-m", "pytest", "--nbmake", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [*nbmake, *map(str, made)],
        cwd=tmp_path,
        env=os.environ | own,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(NOTEBOOKS)} passed" in done.stdout


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_begins_with_its_title(notebook: Path) -> None:
    """The first cell is a heading, so that Lab and the documentation have a name for it."""
    cells = notebook.read_text(encoding="utf-8").split("# %%")
    assert cells[1].startswith(" [markdown]\n# # ")
