"""Notebooks are written for people and must run as they stand."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from support.notebook_files import NOTEBOOKS, ROOT, made_into_ipynb
from support.tally_cases import need


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


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_notebook_that_opens_with_a_click_is_the_same(notebook: Path) -> None:
    """Beside each percent file stands an .ipynb of the same cells, run, with small outputs."""
    need("jupytext")
    import jupytext  # it is needed here alone

    target = notebook.with_suffix(".ipynb")
    written, opened = jupytext.read(notebook), jupytext.read(target)
    fix = f"python scripts/notebooks.py {notebook.stem}"
    cells = [[(one.cell_type, one.source) for one in book.cells] for book in (written, opened)]
    assert cells[0] == cells[1], fix
    code = [cell for cell in opened.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1)), fix
    outputs = [output for cell in code for output in cell.outputs]
    assert outputs
    assert all(output.output_type != "error" for output in outputs)
    assert target.stat().st_size < 600_000
    assert str(ROOT) not in target.read_text(encoding="utf-8")
    assert "pip install" in opened.cells[0].source
