"""Build the wheel and the source distribution twice, compare the two, and list what is inside.

A build that differs from its twin cannot be checked by anybody else: it ends with 1. So does one
with a file that no reader of a release expects.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections import Counter
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parent.parent
OUT = ROOT / "out" / "dist"
UV = str(Path(sys.executable).with_name("uv"))
KINDS = (".whl", ".tar.gz")
WHEEL_ROOMS = {"coverage_campaign"}


def built(folder: Path) -> dict[str, bytes]:
    """Return the files that one build makes, by name."""
    command = [UV, "build", "--quiet", "--out-dir", str(folder), "."]
    subprocess.run(command, cwd=ROOT, check=True)  # noqa: S603 - the command is this file's own
    made = [path for path in sorted(folder.iterdir()) if path.name.endswith(KINDS)]
    return {path.name: path.read_bytes() for path in made}


def names(path: Path) -> list[str]:
    """Return the names of the files inside a wheel or a source distribution."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    with tarfile.open(path) as archive:
        return [member.name for member in archive.getmembers() if member.isfile()]


def listed(path: Path) -> bool:
    """Print what is inside, by folder and kind; tell whether a wheel holds the package alone."""
    inside = [PurePosixPath(name) for name in names(path)]
    kinds = Counter((name.parts[0], name.suffix or "(none)") for name in inside)
    print(f"\n{path.name}: {len(inside)} files, {path.stat().st_size:,} bytes")
    for (top, suffix), count in sorted(kinds.items()):
        print(f"  {top:<44} {suffix:<10} {count:>5}")
    if path.suffix != ".whl":
        return True
    strangers = {name.parts[0] for name in inside if not name.parts[0].endswith(".dist-info")}
    return strangers == WHEEL_ROOMS and PurePosixPath("coverage_campaign/py.typed") in inside


def main() -> int:
    """Return 0 where both builds are the same to the byte and hold what they should."""
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        once, again = built(Path(first)), built(Path(second))
    OUT.mkdir(parents=True, exist_ok=True)
    same = once == again
    for name, content in once.items():
        (OUT / name).write_bytes(content)
        print(f"{hashlib.sha256(content).hexdigest()}  {name}")
    print("both builds are the same" if same else "the two builds differ")
    sound = [listed(OUT / name) for name in once]
    return int(not (same and all(sound)))


if __name__ == "__main__":
    sys.exit(main())
