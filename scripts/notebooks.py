"""Run the notebooks and write each with its outputs: `python scripts/notebooks.py [NAME ...]`.

The percent file is the notebook; the .ipynb beside it is made from it, so that it opens with a
click. Ids, times and versions are left out and pictures have few colours: what did not change gives
the same bytes.
"""

import base64
import io
import sys
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from PIL import Image
from tqdm import tqdm

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
COLOURS = 64


def made(path: Path) -> NotebookNode:
    """Return a notebook, run in a kernel, without what differs from run to run."""
    notebook = jupytext.read(path)
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    notebook.metadata = NotebookNode(
        kernelspec={"display_name": "Python 3", "language": "python", "name": "python3"},
        language_info={"name": "python"},
    )
    notebook.nbformat_minor = 5
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number:02d}"
        cell.metadata = NotebookNode()
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "image/png" in data:
                data["image/png"] = smaller(data["image/png"])
            # A widget lives in a kernel: without one its text is shown.
            data.pop("application/vnd.jupyter.widget-view+json", None)
    nbformat.validate(notebook)
    return notebook


def smaller(picture: str) -> str:
    """Return a PNG with few colours."""
    image = Image.open(io.BytesIO(base64.b64decode(picture))).convert("RGB")
    stream = io.BytesIO()
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(stream, format="PNG", optimize=True)
    return base64.b64encode(stream.getvalue()).decode("ascii")


def main(names: list[str]) -> int:
    """Write the notebooks of these names, or all of them."""
    for path in tqdm(sorted(NOTEBOOKS.glob("*.py")), file=sys.stderr):
        if not names or path.stem in names:
            nbformat.write(made(path), path.with_suffix(".ipynb"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
