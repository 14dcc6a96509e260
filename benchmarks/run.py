"""Print every goal, what was measured and whether it is met; exit with 1 where one is not.

Each module of this folder has a function `lines()` that returns (what, goal, measured, met).
Every figure is a ratio of two things that are measured in the same run on the same machine.
"""

import importlib.util
import sys
from pathlib import Path

HERE = Path(__file__).parent


def load(path: Path) -> list[tuple[str, str, str, bool]]:
    """Return the lines of one benchmark."""
    spec = importlib.util.spec_from_file_location(f"bench_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ImportError(str(path))
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    found: list[tuple[str, str, str, bool]] = module.lines()
    return found


def main(names: list[str]) -> int:
    """Run the benchmarks that are named, or all of them."""
    paths = [
        path for path in sorted(HERE.glob("*.py")) if "\ndef lines(" in path.read_text("utf-8")
    ]
    chosen = [path for path in paths if not names or path.stem in names]
    over = 0
    for path in chosen:
        print(f"\n{path.stem}")
        for what, goal, measured, met in load(path):
            over += not met
            print(
                f"  {what:<66} goal {goal:>10}  measured {measured:>10}  {'ok' if met else 'OVER'}"
            )
    print(f"\n{over} over" if over else "\nall ok")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
