"""The notebooks of the repository, and the .ipynb that are made from them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

__all__ = ["NOTEBOOKS", "ROOT", "made_into_ipynb"]

ROOT: Final = Path(__file__).parents[2]
NOTEBOOKS: Final = sorted((ROOT / "notebooks").glob("*.py"))


def made_into_ipynb(notebooks: Iterable[Path], where: Path) -> list[Path]:
    """Write each notebook as .ipynb into `where`/notebooks; the examples' data stand beside it."""
    import jupytext  # what is not needed to read the list is not needed to collect tests

    folder = where / "notebooks"
    folder.mkdir()
    (where / "examples").symlink_to(ROOT / "examples", target_is_directory=True)
    made = {notebook: folder / f"{notebook.stem}.ipynb" for notebook in notebooks}
    for notebook, target in made.items():
        jupytext.write(jupytext.read(notebook), target)
    return list(made.values())
