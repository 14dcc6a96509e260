"""Notebooks are written for people and must run as they stand."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.py"))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_as_a_script(notebook: Path) -> None:
    """Every cell runs, in order, with warnings as errors."""
    runpy.run_path(str(notebook))


@pytest.mark.slow
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_in_a_kernel(notebook: Path, tmp_path: Path) -> None:
    """The .ipynb made from it runs in a Jupyter kernel without an error output."""
    target = tmp_path / f"{notebook.stem}.ipynb"
    run = [
        sys.executable,
        "-m",
        "jupytext",
        "--to",
        "ipynb",
        "--output",
        str(target),
        str(notebook),
    ]
    subprocess.run(run, check=True, capture_output=True)  # noqa: S603 - our own interpreter
    own = {"JUPYTER_RUNTIME_DIR": str(tmp_path), "IPYTHONDIR": str(tmp_path / "ipython")}
    nbmake = [
        sys.executable,
        "-m",
        "pytest",
        "--nbmake",
        "-q",
        "-p",
        "no:cacheprovider",
        str(target),
    ]
    done = subprocess.run(  # noqa: S603 - our own interpreter
        nbmake, cwd=tmp_path, env=os.environ | own, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
