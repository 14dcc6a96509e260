"""The main job on two real campaigns: what `make demo` runs."""

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Never

from tqdm import tqdm

HERE = Path(__file__).parent
EXAMPLES = {"hengyang": "hengyang", "us_vaccination_2021": "us-vaccination-2021"}


def load(name: str) -> ModuleType:
    """Return an example of this folder as a module."""
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    if spec is None or spec.loader is None:
        raise ImportError(name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def stepper(bar: "tqdm[Never]", name: str) -> Callable[[str], None]:
    """Return a function that moves the bar on and shows what is done now."""

    def step(text: str) -> None:
        bar.set_description(f"{name}: {text}"[:70].ljust(70))
        bar.update()

    return step


def main(out: Path) -> int:
    """Run both examples, write to `out` and say in a short table what was written."""
    written: list[Path] = []
    for name, folder in EXAMPLES.items():
        with tqdm(bar_format="{desc} {elapsed}", file=sys.stderr) as bar:
            written += load(name).main(out / folder, stepper(bar, folder))
    width = max(len(str(path)) for path in written)
    print(f"\n{'file'.ljust(width)}  {'bytes':>9}")
    for path in written:
        print(f"{str(path).ljust(width)}  {path.stat().st_size:>9,}")
    print(f"\n{len(written)} files. What is simulated says so in its name and in itself.")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path("out")))
